"""Rows without any value below a table, such as spreadsheet programs write."""

from __future__ import annotations

from dataclasses import replace

from assistant.dataset.series import Repair
from assistant.dataset.table import Table

_LOOKED_AT = 1000
KEY = "empty rows"


def leave_out_empty_end(table: Table, undo: frozenset[str] = frozenset()) -> Table:
    """Return a table without the empty rows at its end, unless that is switched off, or the table has no others."""
    if len(table.columns) < 2:
        return table
    end = _end(table)
    empty = table.rows - end
    if not empty or not end:
        return table
    applied = KEY not in undo
    repair = Repair(
        what=f"{empty:,} rows at the end of the table, which hold nothing, were left out.",
        count=empty,
        why="They are no measurements, and would count as missing values in every column.",
        key=KEY,
        applied=applied,
    )
    frame = table.frame.iloc[:end] if applied else table.frame
    return replace(table, frame=frame, repairs=(*table.repairs, repair))


def _end(table: Table) -> int:
    """Return the row behind the last one with a value; only as much of the end is looked at as is empty."""
    end = table.rows
    while end:
        filled = table.frame.iloc[max(end - _LOOKED_AT, 0) : end].notna().any(axis=1).to_numpy()
        if filled.any():
            return end - int(filled[::-1].argmax())
        end = max(end - _LOOKED_AT, 0)
    return 0
