"""Rows that are no measurements of their own: empty ones and notes at the end, and sums over longer periods."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from assistant.dataset.reading.table import Table
from assistant.dataset.repairs import EMPTY_ROWS, LONGER_PERIODS, NOTES, RepairKind
from assistant.dataset.understanding.number_texts import looks_typed
from assistant.dataset.vocabulary import month_number

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
    table = _cut(table, end, EMPTY_ROWS, undo)
    notes = _begin_of_notes(table.frame.iloc[:end])
    return _cut(table, notes, NOTES, undo)


def _cut(table: Table, end: int, kind: RepairKind, undo: frozenset[str]) -> Table:
    count = table.rows - end
    if not count or not end:
        return table
    repair = kind.made(count, undo)
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


_YEAR = re.compile(r"^(?:1[5-9]|20|21)\d\d$")
_QUARTER = re.compile(r"^(?:1[5-9]|20|21)\d\d[\s-]?Q[1-4]$|^Q[1-4][\s-]?(?:1[5-9]|20|21)\d\d$", re.IGNORECASE)
_MONTH = re.compile(r"^((?:1[5-9]|20|21)\d\d)[\s-]?([^\W\d_]{3,}|M?\d\d)$|^([^\W\d_]{3,})[\s-]((?:1[5-9]|20|21)\d\d)$")
_SORTS = ("month", "quarter", "year")
_LEAST = 12
_CHANGES = 4  # of sort, from row to row; more are sums within the rows, which are told apart elsewhere


def keep_finest(table: Table, undo: frozenset[str] = frozenset()) -> Table:
    """Return a table whose first column has months (or quarters) alone, where longer periods stand in blocks of their own.

    Switched off, all rows stay.
    """
    first = table.frame.iloc[:, 0] if len(table.columns) else None
    if first is None or len(first) < 2 * _LEAST or not isinstance(first.dtype, pd.StringDtype):
        return table
    ends = {_sort(str(first.iloc[0])), _sort(str(first.iloc[-1]))}
    if None in ends or len(ends) < 2:
        return table  # told without looking through very long columns
    sorts = first.map(_sort, na_action="ignore")
    if sorts.isna().any() or sorts.nunique() < 2 or int((sorts != sorts.shift()).sum()) > _CHANGES:
        return table
    finest = next(sort for sort in _SORTS if (sorts == sort).any())
    kept = (sorts == finest).to_numpy()
    if kept.sum() < _LEAST:
        return table
    repair = LONGER_PERIODS.made(int((~kept).sum()), undo, finest=finest)
    frame = table.frame[kept].reset_index(drop=True) if repair.applied else table.frame
    return replace(table, frame=frame, repairs=(*table.repairs, repair))


def _sort(text: str) -> str | None:
    bare = text.strip()
    if _YEAR.match(bare):
        return "year"
    if _QUARTER.match(bare):
        return "quarter"
    match = _MONTH.match(bare)
    name = (match[2] or match[3]) if match else None
    if name is None:
        return None
    digits = name.lstrip("Mm")
    return "month" if (1 <= int(digits) <= 12 if digits.isdecimal() else month_number(name)) else None
