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
from assistant.dataset.repairs import CROOKED_ROWS, SECOND_TABLE, SHORT_ROWS
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
    for row in rest if SECOND_TABLE.is_off(undo) else body:
        if not any(cell.strip() for cell in row) and (width > 1 or not row):
            continue
        if len(row) > width and not any(row[width:]):
            row = row[:width]
        if len(row) > width:
            long.append(layout.separator.join(row))
            if not CROOKED_ROWS.is_off(undo):
                continue
            row = row[:width]
        if len(row) < width:
            short += 1
            if SHORT_ROWS.is_off(undo):
                continue
            row = [*row, *[""] * (width - len(row))]
        rows.append(row)
    repairs = [crooked_rows(len(long), long, undo)] if long else []
    if again:
        repairs.append(SECOND_TABLE.made(again, undo))
    if short:
        repairs.append(SHORT_ROWS.made(short, undo))
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


def _rows(lines: Sequence[str], layout: Layout) -> list[list[str]]:
    if layout.comment:
        lines = [line for line in lines if not line.lstrip().startswith(layout.comment)]
    if layout.ruled:
        lines = [line for line in lines if not is_rule(line)]
    if layout.wrapped:
        lines = [line.strip()[1:-1].replace('""', '"') if line.strip() else line for line in lines]
    if layout.separator in (WHITESPACE, FIXED_WIDTH):
        return [split_line(line, layout) for line in lines if line.strip()]
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


def crooked_rows(count: int, rows: Sequence[str], undo: frozenset[str] = frozenset()) -> Repair:
    """Return the repair that says which rows do not fit the columns."""
    return CROOKED_ROWS.made(count, undo, shown="; ".join(repr(row.strip()[:60]) for row in rows[:2]))
