"""Tables in text files: comma-separated and its relatives, fixed width, blanks."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from assistant.dataset.reading.encoding import find_encoding
from assistant.dataset.reading.header_rows import is_unit
from assistant.dataset.reading.separators import FIXED_WIDTH, WHITESPACE
from assistant.dataset.reading.table import Reader, Table
from assistant.dataset.reading.text_at_once import read_straight
from assistant.dataset.reading.text_layout import Layout, find_layout
from assistant.dataset.reading.text_row_by_row import crooked_rows, read_by_hand
from assistant.dataset.series import Repair
from assistant.errors import DatasetError

_HEAD = 1 << 18
_LARGE = 20_000_000  # bytes from which on the encoding is told from the start, until a text proves it wrong
_BY_HAND = 40_000_000  # bytes up to which a crooked file is read cell by cell


def read_text(
    path: Path,
    columns: Sequence[str] | None = None,
    header: bool | None = None,
    most: int | None = None,
    undo: frozenset[str] = frozenset(),
) -> Table:
    """Read a table from a text file; raise DatasetError when there is none in it.

    `columns` limits what is loaded; `header` says whether the columns' names stand in the file, for when it is known;
    `most` is the number of bytes from the start that are read, `undo` holds the keys of repairs that are switched off.
    """
    if most is not None and path.stat().st_size > most:
        return _read_start(path, columns, header, most, undo)
    encoding = find_encoding(path, whole=path.stat().st_size < _LARGE)
    if path.stat().st_size < _BY_HAND and (plain := _plain_signs(path, encoding)) is not None:
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder) / path.name
            written.write_text(plain, encoding="utf-8", newline="")
            table = read_text(written, columns, header, undo=undo)
        return replace(table, reader=table.reader.model_copy(update={"encoding": encoding}))
    with path.open("rb") as stream:
        raw = stream.read(_HEAD)
        whole = not stream.read(1)
    head = raw.decode(encoding, errors="replace").lstrip("\ufeff")
    if not head.strip():
        raise DatasetError("The file is empty.", f"{path.name} holds no text.", "Choose another file.")
    layout = find_layout(head, whole, header)
    reader = Reader(
        kind="fixed width" if layout.separator == FIXED_WIDTH else "csv",
        separator=None if layout.separator == FIXED_WIDTH else layout.separator,
        encoding="utf-8" if encoding == "utf-8-sig" else encoding,
        header=layout.header,
        first_row=layout.first_row,
        decimal_comma=layout.decimal_comma
        or (bool(layout.grouped) and ((layout.separator == ";" and not layout.iso_dates) or layout.dotted_dates)),
        above=layout.above,
    )
    crooked: list[str] = []
    frame = None if _by_hand(layout) else read_straight(path, layout, encoding, columns, crooked)
    repairs: list[Repair] = []
    if frame is None or crooked:
        if frame is None or path.stat().st_size <= _BY_HAND:
            frame, repairs = read_by_hand(path, layout, encoding, columns, undo)
        else:
            repairs = [crooked_rows(len(crooked), crooked, applied=True)]
    if not len(frame.columns) or not len(frame):
        raise DatasetError("The table has no rows.", f"{path.name} holds a header at most.", "Choose another file.")
    if layout.separator == "|":
        frame = _without_frame(frame)
    if layout.renamed:
        repairs.append(
            Repair(
                what=f"Columns with the same name were numbered: {', '.join(layout.renamed)}.",
                count=len(layout.renamed),
                why="Each column needs a name of its own.",
                key="names",
            )
        )
    return Table(frame=frame, reader=reader, units=_units(layout), repairs=tuple(repairs))


# Digits of other scripts, and signs without width that say in which direction a text runs.
_DIGITS = {ord(zero) + value: str(value) for zero in "०٠۰০௦౦" for value in range(10)}
_SIGNS = str.maketrans(
    {**_DIGITS, **dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069"), None)}
)
_STRANGE = re.compile(f"[{''.join(map(chr, _SIGNS))}]")


def _plain_signs(path: Path, encoding: str) -> str | None:
    """Return a text with Western digits and without signs that nobody sees; None when it is so already."""
    with path.open("rb") as stream:
        start = stream.read(_HEAD)
    if start.isascii() or not _STRANGE.search(start.decode(encoding, errors="ignore")):
        return None
    return path.read_text(encoding, errors="replace").translate(_SIGNS)


def _read_start(
    path: Path, columns: Sequence[str] | None, header: bool | None, most: int, undo: frozenset[str]
) -> Table:
    with path.open("rb") as stream, tempfile.TemporaryDirectory() as folder:
        start = Path(folder) / path.name
        raw = stream.read(most)
        start.write_bytes(raw[: raw.rfind(b"\n") + 1] or raw)
        return read_text(start, columns, header, undo=undo)


def _without_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the empty columns that the bars around a drawn table make."""
    edges = [name for name in {frame.columns[0], frame.columns[-1]} if name.startswith("column ")]
    return frame.drop(columns=[name for name in edges if frame[name].isna().all()])


def _by_hand(layout: Layout) -> bool:
    return (
        layout.separator in (WHITESPACE, FIXED_WIDTH)
        or layout.wrapped
        or layout.blank_quotes
        or bool(layout.comment)
        or layout.ruled
        or len(layout.separator) != 1
        or not layout.separator.isascii()
    )


def _units(layout: Layout) -> dict[str, str]:
    """Units stand in a row of their own or in brackets behind the name."""
    units = {}
    for name in layout.names:
        match = re.search(r"[\[(]\s*([^\[\]()]{1,16})\s*[\])]\s*$", name)
        if match and not match[1].isdecimal() and (_parted(name[: match.start()]) or is_unit(match[1])):
            units[name] = match[1]
    return {**units, **{name: unit for name, unit in layout.units.items() if unit}}


def _parted(before: str) -> bool:
    """Tell whether brackets stand apart from the name before them; behind a colon they say where or whose."""
    return before.endswith(" ") and not before.endswith(": ")
