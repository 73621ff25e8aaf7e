"""Tables in text files: comma-separated and its relatives, fixed width, blanks; and rows of cells read likewise."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from assistant.dataset.choices import ReadingRequest
from assistant.dataset.reading.header_rows import is_unit
from assistant.dataset.reading.raw_file import RawFile
from assistant.dataset.reading.separators import FIXED_WIDTH, WHITESPACE
from assistant.dataset.reading.table import Reader, Table
from assistant.dataset.reading.text_at_once import read_at_once
from assistant.dataset.reading.text_layout import Layout, find_layout
from assistant.dataset.reading.text_mending import close_quotes, mend_text
from assistant.dataset.reading.text_row_by_row import crooked_rows, read_row_by_row
from assistant.dataset.repairs import NAMES, OPEN_QUOTES, SHORT_HEADER
from assistant.dataset.series import Repair
from assistant.errors import DatasetError

_HEAD = 1 << 18
_BY_HAND = 40_000_000  # bytes up to which a crooked file is read cell by cell


def read_text(file: RawFile, request: ReadingRequest) -> Table:
    """Read a table from a text file; raise DatasetError when there is none in it."""
    path, encoding = file.path, file.likely_encoding
    if file.size < _BY_HAND and (mended := mend_text(file, request.undo)) is not None:
        return _read_mended(file, *mended, request)
    with path.open("rb") as stream:
        raw = stream.read(_HEAD)
        whole = not stream.read(1)
    head = raw.decode(encoding, errors="replace").lstrip("\ufeff")
    if not head.strip():
        raise DatasetError("The file is empty.", f"{path.name} holds no text.", "Choose another file.")
    layout = find_layout(head, whole, request.header, SHORT_HEADER.is_off(request.undo))
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
    frame = None if _by_hand(layout) else read_at_once(file, layout, request.columns, crooked)
    repairs: list[Repair] = []
    if frame is None or crooked:
        if frame is None or file.size <= _BY_HAND:
            frame, repairs = read_row_by_row(file, layout, request)
        else:
            repairs = [crooked_rows(len(crooked), crooked)]
    if (
        file.size < _BY_HAND
        and not OPEN_QUOTES.is_off(request.undo)
        and (closed := close_quotes(file, layout, len(frame) + len(crooked))) is not None
    ):
        return _read_mended(file, closed[0], (OPEN_QUOTES.made(closed[1]),), request)
    if not len(frame.columns) or not len(frame):
        raise DatasetError("The table has no rows.", f"{path.name} holds a header at most.", "Choose another file.")
    if layout.separator == "|":
        frame = _without_frame(frame)
    if layout.renamed:
        repairs.append(NAMES.made(len(layout.renamed), names=", ".join(layout.renamed)))
    if layout.unnamed:
        names = layout.names[1:] if layout.unnamed == "first" else layout.names[:-1]
        put = {
            "first": f"the first column was taken to have none, and {names[0]} stands above the second",
            "last": f"{names[0]} was put above the first column, and the last was taken to have none",
        }
        other = put[layout.unnamed] if SHORT_HEADER.is_off(request.undo) else ""
        repairs.append(SHORT_HEADER.made(1, request.undo, were_put=put[layout.unnamed], other=other))
    return Table(frame=frame, reader=reader, units=_units(layout), repairs=tuple(repairs))


def _read_mended(file: RawFile, text: str, repairs: Sequence[Repair], request: ReadingRequest) -> Table:
    """Read a file's text after what was mended in it, with what is said of that."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / file.name
        written.write_text(text, encoding="utf-8", newline="")
        table = read_text(RawFile(written), request)
    reader = table.reader.model_copy(update={"encoding": "utf-8" if file.encoding == "utf-8-sig" else file.encoding})
    return replace(table, reader=reader, repairs=(*repairs, *table.repairs))


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
        match = re.search(r"[\[(]\s{0,9}([^\[\]()]{1,16})\s{0,9}[\])]\s{0,9}$", name)
        if match and not match[1].isdecimal() and (_parted(name[: match.start()]) or is_unit(match[1])):
            units[name] = match[1]
    return {**units, **{name: unit for name, unit in layout.units.items() if unit}}


def _parted(before: str) -> bool:
    """Tell whether brackets stand apart from the name before them; behind a colon they say where or whose."""
    return before.endswith(" ") and not before.endswith(": ")


def read_rows(rows: Sequence[Sequence[str]], name: str, request: ReadingRequest) -> Table:
    """Read rows of cells as a text table is read: titles, units and a second header line are understood alike.

    `name` is the file's, for errors. Raises DatasetError as `read_text` does.
    """
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / (Path(name).name or "table")
        with text.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(_trimmed(rows))
        return read_text(RawFile(text), request)


def read_text_start(path: Path, size: int, request: ReadingRequest) -> Table:
    """Read the table in the first `size` bytes of a text file, without the line that they cut; raise DatasetError."""
    with path.open("rb") as stream, tempfile.TemporaryDirectory() as folder:
        start = Path(folder) / path.name
        raw = stream.read(size)
        start.write_bytes(raw[: raw.rfind(b"\n") + 1] or raw)
        return read_text(RawFile(start), request)


def filled(row: Sequence[str]) -> int:
    """Return how many cells of a row hold something."""
    return sum(map(bool, row))


def _trimmed(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Cut away the empty rows and columns around the table."""
    full = [row for row in rows if filled(row)]
    used = [index for index in range(max(map(len, full))) if any(index < len(row) and row[index] for row in full)]
    return [[row[index] if index < len(row) else "" for index in range(used[0], used[-1] + 1)] for row in full]
