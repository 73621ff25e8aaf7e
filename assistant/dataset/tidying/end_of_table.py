"""Rows below a table that are none of it: without any value, as spreadsheet programs write, or a portal's notes."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from assistant.dataset.reading.table import Table
from assistant.dataset.series import Repair
from assistant.dataset.understanding.number_texts import looks_typed

_LOOKED_AT = 1000
_MOST_NOTES = 50
_NOTE = re.compile(r"\S\s+\S|[_=*-]{3,}|^[*©]")


def leave_out_end(table: Table, undo: frozenset[str] = frozenset()) -> Table:
    """Return a table without the empty rows and the notes at its end, each unless that is switched off.

    A table that would have no rows left is returned as it is.
    """
    if len(table.columns) < 2:
        return table
    end = _end(table.frame)
    table = _cut(table, end, "empty rows", "which hold nothing", "They are no measurements", undo)
    notes = _begin_of_notes(table.frame.iloc[:end])
    return _cut(table, notes, "notes", "with words in the first column alone", "They are notes, no measurements", undo)


def _cut(table: Table, end: int, key: str, which: str, why: str, undo: frozenset[str]) -> Table:
    count = table.rows - end
    if not count or not end:
        return table
    repair = Repair(
        what=f"{count:,} rows at the end of the table, {which}, were left out.",
        count=count,
        why=f"{why}, and would count as missing values in every column.",
        key=key,
        applied=key not in undo,
    )
    frame = table.frame.iloc[:end] if repair.applied else table.frame
    return replace(table, frame=frame, repairs=(*table.repairs, repair))


def _end(frame: pd.DataFrame) -> int:
    """Return the row behind the last one with a value; only as much of the end is looked at as is empty."""
    end = len(frame)
    while end:
        filled = frame.iloc[max(end - _LOOKED_AT, 0) : end].notna().any(axis=1).to_numpy()
        if filled.any():
            return end - int(filled[::-1].argmax())
        end = max(end - _LOOKED_AT, 0)
    return 0


def _begin_of_notes(frame: pd.DataFrame) -> int:
    """Return the row behind the last one that is no note: words in the first column, and nothing beside them."""
    last = frame.iloc[-_MOST_NOTES:]
    first = last.iloc[:, 0]
    if pd.api.types.is_numeric_dtype(first) or pd.api.types.is_datetime64_any_dtype(first):
        return len(frame)
    alone = last.iloc[:, 1:].isna().all(axis=1).to_numpy()
    notes = [
        bool(bare) and (pd.isna(text) or (not looks_typed(str(text)) and bool(_NOTE.search(str(text)))))
        for text, bare in zip(first, alone, strict=True)
    ]
    count = len(notes) if all(notes) else int(np.argmin(notes[::-1]))
    return len(frame) - count
