"""Tables in text files: comma-separated and its relatives, fixed width, blanks."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from assistant.dataset.encoding import find_encoding
from assistant.dataset.separators import FIXED_WIDTH, WHITESPACE
from assistant.dataset.series import Repair
from assistant.dataset.table import Reader, Table
from assistant.dataset.text_layout import Layout, find_layout, split_line
from assistant.errors import DatasetError

_HEAD = 1 << 18
_LARGE = 20_000_000  # bytes from which on the encoding is told from the start, until a text proves it wrong
_SAMPLES, _SAMPLE = 8, 1 << 17  # parts of a large file that tell its columns' types, and their bytes
_LONG = 100_000  # rows from which on memory is given back at once
_BY_HAND = 40_000_000  # bytes up to which a crooked file is read cell by cell


def read_text(
    path: Path, columns: Sequence[str] | None = None, header: bool | None = None, most: int | None = None
) -> Table:
    """Read a table from a text file; raise DatasetError when there is none in it.

    `columns` limits what is loaded; `header` says whether the columns' names stand in the file, for when it is known;
    `most` is the number of bytes from the start that are read.
    """
    if most is not None and path.stat().st_size > most:
        return _read_start(path, columns, header, most)
    encoding = find_encoding(path, whole=path.stat().st_size < _LARGE)
    if path.stat().st_size < _BY_HAND and (plain := _plain_signs(path, encoding)) is not None:
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder) / path.name
            written.write_text(plain, encoding="utf-8", newline="")
            table = read_text(written, columns, header)
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
        or (bool(layout.grouped) and (layout.separator == ";" or layout.dotted_dates)),
        above=layout.above,
    )
    crooked: list[str] = []
    frame = None if _by_hand(layout) else _read_straight(path, layout, encoding, columns, crooked)
    repairs: list[Repair] = []
    if frame is None or crooked:
        if frame is None or path.stat().st_size <= _BY_HAND:
            frame, repairs = _read_by_hand(path, layout, encoding, columns)
        else:
            repairs = [_left_out(len(crooked), crooked)]
    if not len(frame.columns) or not len(frame):
        raise DatasetError("The table has no rows.", f"{path.name} holds a header at most.", "Choose another file.")
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


def _read_start(path: Path, columns: Sequence[str] | None, header: bool | None, most: int) -> Table:
    with path.open("rb") as stream, tempfile.TemporaryDirectory() as folder:
        start = Path(folder) / path.name
        raw = stream.read(most)
        start.write_bytes(raw[: raw.rfind(b"\n") + 1] or raw)
        return read_text(start, columns, header)


def _by_hand(layout: Layout) -> bool:
    return (
        layout.separator in (WHITESPACE, FIXED_WIDTH)
        or layout.wrapped
        or layout.blank_quotes
        or bool(layout.comment)
        or len(layout.separator) != 1
        or not layout.separator.isascii()
    )


def _units(layout: Layout) -> dict[str, str]:
    """Units stand in a row of their own or in brackets behind the name."""
    units = {}
    for name in layout.names:
        match = re.search(r"[\[(]\s*([^\[\]()]{1,16})\s*[\])]\s*$", name)
        if match and not match[1].isdigit():
            units[name] = match[1]
    return {**units, **{name: unit for name, unit in layout.units.items() if unit}}


def _read_straight(
    path: Path, layout: Layout, encoding: str, columns: Sequence[str] | None, crooked: list[str]
) -> pd.DataFrame | None:
    """Read with Arrow; None when it cannot, and the crooked rows it left out in `crooked`."""

    def leave_out(row: arrow_csv.InvalidRow) -> str:
        if len(crooked) < 10_000_000:
            crooked.append(row.text if len(crooked) < 20 else "")
        return "skip"

    breaking = False
    types = _sampled_types(path, layout, encoding) if path.stat().st_size >= _LARGE else {}
    for _ in range(4):
        crooked.clear()
        try:
            with _open(path, encoding) as stream:
                arrays = _parse(stream, layout, encoding, columns, breaking, types, leave_out)
        except (pa.ArrowInvalid, pa.ArrowKeyError, LookupError, UnicodeError):
            if types:
                types = {}
            elif breaking:
                return None
            else:
                breaking = True
            continue
        if crooked and not breaking and any('"' in text for text in crooked):
            breaking = True
            continue
        if encoding == "utf-8" and any(pa.types.is_binary(array.type) for array in arrays.values()):
            encoding = find_encoding(path)
            if encoding != "utf-8":
                continue
        return to_frame(arrays)
    return None


def _open(path: Path, encoding: str) -> Any:
    """Open a text table for Arrow, as UTF-8 where it is not too large to be turned into it at once."""
    if encoding == "utf-8" or path.stat().st_size > _BY_HAND:
        return pa.OSFile(str(path))  # a path alone would be unpacked by its ending
    return io.BytesIO(path.read_bytes().decode(encoding, errors="replace").encode())


def _sampled_types(path: Path, layout: Layout, encoding: str) -> dict[str, pa.DataType]:
    """Tell the columns' types from parts of a large file, so that Arrow need not keep all of it to find them itself."""
    size = path.stat().st_size
    parts = []
    with path.open("rb") as stream:
        for place in range(_SAMPLES):
            stream.seek(place * size // _SAMPLES)
            part = stream.read(_SAMPLE)
            if place:
                part = part[part.find(b"\n") + 1 :]
            parts.append(part[: part.rfind(b"\n") + 1])
    try:
        text = b"".join(parts).decode(encoding, errors="replace")
        arrays = _parse(io.BytesIO(text.encode()), layout, encoding, None, True, {}, lambda _: "skip")
    except (pa.ArrowInvalid, pa.ArrowKeyError, LookupError, UnicodeError):
        return {}
    types = {}
    for name, array in arrays.items():
        if pa.types.is_integer(array.type) or pa.types.is_floating(array.type):
            types[name] = pa.float64()
        elif pa.types.is_string(array.type) or pa.types.is_timestamp(array.type):
            types[name] = array.type
    return types


def _parse(
    stream: Any,
    layout: Layout,
    encoding: str,
    columns: Sequence[str] | None,
    breaking: bool,
    types: dict[str, pa.DataType],
    leave_out: Callable[[arrow_csv.InvalidRow], str],
) -> dict[str, pa.ChunkedArray]:
    """Parse a text table with Arrow; `breaking` allows line breaks inside quotes, `types` are those that are known."""
    names = list(layout.names)
    # A large file is not read as texts for the sake of points that may stand between thousands.
    as_texts = (*layout.zoned, *(() if types and layout.separator != ";" else layout.grouped))
    table = arrow_csv.read_csv(
        stream,
        read_options=arrow_csv.ReadOptions(
            column_names=names,
            skip_rows=layout.first_row,
            encoding=encoding if isinstance(stream, pa.NativeFile) and encoding != "utf-8-sig" else "utf-8",
            block_size=1 << 22,
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.separator,
            quote_char=layout.quote,
            newlines_in_values=breaking,
            ignore_empty_lines=len(names) > 1,
            invalid_row_handler=leave_out,
        ),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=[name for name in names if columns is None or name in columns],
            column_types={
                **types,
                **{name: pa.string() for name in (names if layout.decimal_comma else as_texts)},
            },
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    return dict(zip(table.column_names, table.columns, strict=True))


def to_frame(arrays: dict[str, pa.ChunkedArray]) -> pd.DataFrame:
    """Return Arrow columns as a frame of numbers, times, flags and texts.

    `arrays` is emptied on the way, so that a large table is not held twice.
    """
    columns = {}
    for name in list(arrays):
        column = arrays.pop(name)
        kind = column.type
        if pa.types.is_date(kind):
            column = column.cast(pa.timestamp("s"))
        elif pa.types.is_time(kind) or pa.types.is_duration(kind):
            column = _text_of_time(column)
        elif pa.types.is_null(kind):
            columns[name] = pd.Series(np.full(len(column), np.nan))
            continue
        elif pa.types.is_decimal(kind):
            column = column.cast(pa.float64())
        elif pa.types.is_large_string(kind) or pa.types.is_string(kind):
            columns[name] = pd.Series(pd.array(column.combine_chunks(), dtype="str"))
            continue
        elif pa.types.is_dictionary(kind):
            column = column.cast(kind.value_type)
            if pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type):
                columns[name] = pd.Series(pd.array(column.combine_chunks(), dtype="str"))
                continue
        elif pa.types.is_nested(kind) or pa.types.is_binary(kind):
            columns[name] = pd.Series(
                [None if value is None else str(value) for value in column.to_pylist()], dtype="str"
            )
            continue
        columns[name] = column.to_pandas()
        if len(column) > _LONG:
            del column
            pa.default_memory_pool().release_unused()
    return pd.DataFrame(columns, copy=False)


def _text_of_time(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return (
        pc.cast(column, pa.string())
        if not pa.types.is_duration(column.type)
        else column.cast(pa.int64()).cast(pa.string())
    )


def _read_by_hand(
    path: Path, layout: Layout, encoding: str, columns: Sequence[str] | None
) -> tuple[pd.DataFrame, list[Repair]]:
    """Read line by line, filling short rows up and leaving over-long ones out."""
    width = len(layout.names)
    rows: list[list[str]] = []
    short = 0
    long: list[str] = []
    with path.open(encoding=encoding, errors="replace", newline=None) as stream:
        lines = [line.rstrip("\n") for line in stream]
    body, again = _until_next_table(_rows(lines[layout.first_row :], layout), layout)
    for row in body:
        if not any(cell.strip() for cell in row) and (width > 1 or not row):
            continue
        if len(row) > width and not any(row[width:]):
            row = row[:width]
        if len(row) > width:
            long.append(layout.separator.join(row))
            continue
        if len(row) < width:
            short += 1
            row = [*row, *[""] * (width - len(row))]
        rows.append(row)
    repairs = [_left_out(len(long), long)] if long else []
    if again:
        repairs.append(_second_table(again))
    if short:
        repairs.append(
            Repair(
                what=f"{short:,} rows that ended early were filled up with missing values.",
                count=short,
                why="A row needs a value or a gap in every column.",
                key="short rows",
            )
        )
    wanted = [(index, name) for index, name in enumerate(layout.names) if columns is None or name in columns]
    data = {
        name: _column(
            [row[index] for row in rows], layout.decimal_comma or name in layout.grouped or name in layout.zoned
        )
        for index, name in wanted
    }
    return pd.DataFrame(data), repairs


def _until_next_table(rows: list[list[str]], layout: Layout) -> tuple[list[list[str]], int]:
    """Cut off a second table below, which starts with the same names under a line of its own; count its rows.

    Names that stand again between rows alone are those of files put together: they are left out.
    """
    names = [name if not name.startswith("column ") else "" for name in layout.names]
    if not layout.header or sum(map(bool, names)) < 2:
        return rows, 0
    kept: list[list[str]] = []
    for index, row in enumerate(rows):
        if [cell.strip() for cell in row] != names:
            kept.append(row)
            continue
        above = next((before for before in reversed(kept[-3:]) if any(cell.strip() for cell in before)), None)
        if above is not None and sum(bool(cell.strip()) for cell in above) == 1:
            while kept and sum(bool(cell.strip()) for cell in kept[-1]) <= 1:
                kept.pop()
            return kept, len(rows) - index - 1
    return kept, 0


def _second_table(rows: int) -> Repair:
    return Repair(
        what="A second table below the first was left out.",
        count=rows,
        why="The names of the columns stand there again, below a title of its own.",
        key="second table",
    )


def _rows(lines: Sequence[str], layout: Layout) -> list[list[str]]:
    if layout.comment:
        lines = [line for line in lines if not line.lstrip().startswith(layout.comment)]
    if layout.wrapped:
        lines = [line.strip()[1:-1].replace('""', '"') if line.strip() else line for line in lines]
    if layout.separator in (WHITESPACE, FIXED_WIDTH):
        return [split_line(line, layout) for line in lines if line.strip()]
    csv.field_size_limit(1 << 24)
    try:
        return list(
            csv.reader(_with_ends(lines), delimiter=layout.separator, quotechar=layout.quote, skipinitialspace=True)
        )
    except csv.Error:
        return [line.split(layout.separator) for line in lines]


def _with_ends(lines: Sequence[str]) -> list[str]:
    return [f"{line}\n".replace("\0", "") for line in lines]


def _column(cells: Sequence[str], as_text: bool) -> pd.Series:
    """Make a column of cells: numbers when each of them is one or empty, else texts."""
    stripped = [cell.strip() for cell in cells]
    array = pa.array([cell or None for cell in stripped], pa.string())
    if not as_text and array.null_count < len(array):
        for kind in (pa.int64(), pa.float64()):
            try:
                return pd.Series(array.cast(kind).to_pandas())
            except pa.ArrowInvalid:
                continue
    if array.null_count == len(array):
        return pd.Series(np.full(len(array), np.nan))
    return pd.Series(pd.array(array, dtype="str"))


def _left_out(count: int, rows: Sequence[str]) -> Repair:
    shown = "; ".join(repr(row.strip()[:60]) for row in rows[:2])
    return Repair(
        what=f"{count:,} rows with too many or too few values were left out, such as {shown}.",
        count=count,
        why="Their values cannot be told apart.",
        key="crooked rows",
    )
