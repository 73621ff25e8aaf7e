"""Reading a text table row by row: crooked rows, fixed width, blanks, comments, a second table below."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from assistant.dataset.choices import ReadingRequest
from assistant.dataset.reading.raw_file import RawFile
from assistant.dataset.reading.separators import FIXED_WIDTH, WHITESPACE
from assistant.dataset.reading.text_layout import Layout, is_rule, split_line
from assistant.dataset.series import Repair


def read_row_by_row(file: RawFile, layout: Layout, request: ReadingRequest) -> tuple[pd.DataFrame, list[Repair]]:
    """Read line by line, filling short rows up and leaving over-long ones out.

    Switched off, short rows are left out, long ones are cut, and a second table below stays.
    """
    undo = request.undo
    width = len(layout.names)
    rows: list[list[str]] = []
    short = 0
    long: list[str] = []
    with file.path.open(encoding=file.likely_encoding, errors="replace", newline=None) as stream:
        lines = [line.rstrip("\n") for line in stream]
    rest = _rows(lines[layout.first_row :], layout)
    body, again = _until_next_table(rest, layout)
    for row in rest if "second table" in undo else body:
        if not any(cell.strip() for cell in row) and (width > 1 or not row):
            continue
        if len(row) > width and not any(row[width:]):
            row = row[:width]
        if len(row) > width:
            long.append(layout.separator.join(row))
            if "crooked rows" not in undo:
                continue
            row = row[:width]
        if len(row) < width:
            short += 1
            if "short rows" in undo:
                continue
            row = [*row, *[""] * (width - len(row))]
        rows.append(row)
    repairs = [crooked_rows(len(long), long, applied="crooked rows" not in undo)] if long else []
    if again:
        repairs.append(_second_table(again, applied="second table" not in undo))
    if short:
        repairs.append(_short_rows(short, applied="short rows" not in undo))
    wanted = [(index, name) for index, name in enumerate(layout.names) if request.wants(name)]
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


def _short_rows(count: int, *, applied: bool) -> Repair:
    return Repair(
        what=f"{count:,} rows that ended early were {'filled up with missing values' if applied else 'left out'}.",
        count=count,
        why="A row needs a value or a gap in every column.",
        key="short rows",
        applied=applied,
    )


def _second_table(rows: int, *, applied: bool) -> Repair:
    return Repair(
        what="A second table below the first was left out.",
        count=rows,
        why="The names of the columns stand there again, below a title of its own.",
        key="second table",
        applied=applied,
    )


def _rows(lines: Sequence[str], layout: Layout) -> list[list[str]]:
    if layout.comment:
        lines = [line for line in lines if not line.lstrip().startswith(layout.comment)]
    if layout.ruled:
        lines = [line for line in lines if not is_rule(line)]
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


def crooked_rows(count: int, rows: Sequence[str], *, applied: bool) -> Repair:
    """Return the repair that says which rows do not fit the columns."""
    shown = "; ".join(repr(row.strip()[:60]) for row in rows[:2])
    return Repair(
        what=f"{count:,} rows with too many or too few values were {'left out' if applied else 'cut'}, such as {shown}.",
        count=count,
        why="Their values cannot be told apart.",
        key="crooked rows",
        applied=applied,
    )
