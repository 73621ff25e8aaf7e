"""Years, quarters and months below each other in one column: the same values again over longer periods."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from assistant.dataset.reading.table import Table
from assistant.dataset.series import Repair
from assistant.dataset.times.months import month_number

_YEAR = re.compile(r"^(?:1[5-9]|20|21)\d\d$")
_QUARTER = re.compile(r"^(?:1[5-9]|20|21)\d\d[\s-]?Q[1-4]$|^Q[1-4][\s-]?(?:1[5-9]|20|21)\d\d$", re.IGNORECASE)
_MONTH = re.compile(r"^((?:1[5-9]|20|21)\d\d)[\s-]?([^\W\d_]{3,}|M?\d\d)$|^([^\W\d_]{3,})[\s-]((?:1[5-9]|20|21)\d\d)$")
_SORTS = ("month", "quarter", "year")
_LEAST = 12
_CHANGES = 4  # of sort, from row to row; more are sums within the rows, which are told apart elsewhere


def keep_finest(table: Table, undo: frozenset[str] = frozenset()) -> Table:
    """Return a table whose first column has months (or quarters) alone, where longer periods stand in blocks of their own.

    With "periods" in `undo` all rows stay.
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
    applied = "periods" not in undo
    repair = Repair(
        what=f"Rows for longer periods than a {finest} were left out.",
        count=int((~kept).sum()),
        why=f"They say again what the rows for each {finest} say.",
        key="periods",
        applied=applied,
    )
    frame = table.frame[kept].reset_index(drop=True) if applied else table.frame
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
