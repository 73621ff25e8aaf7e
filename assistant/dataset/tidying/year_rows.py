"""Years in rows of their own above the months that belong to them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from assistant.dataset.reading.table import Table
from assistant.dataset.series import Repair
from assistant.dataset.times.months import month_number
from assistant.dataset.times.names import PART_NAMES, plain_name

_LEAST = 2  # years
_KEY = "year rows"


def place_years(table: Table, undo: frozenset[str] = frozenset()) -> Table:
    """Return a table in which the years that stand alone in rows above their months are a column beside them.

    With "year rows" in `undo` the table stays as it is.
    """
    if len(table.columns) < 2 or any(plain_name(name) in PART_NAMES["year"] for name in table.columns):
        return table
    first = table.frame.iloc[:, 0]
    if not isinstance(first.dtype, pd.StringDtype) or _year(first.iloc[0]) is None:
        return table
    alone = table.frame.iloc[:, 1:].isna().all(axis=1)
    years = first[alone].map(_year, na_action="ignore")
    if (
        alone.sum() < _LEAST
        or years.isna().any()
        or not first[~alone].map(_is_month, na_action="ignore").eq(True).all()
    ):
        return table
    applied = _KEY not in undo
    repair = Repair(
        what="Years in rows of their own were put beside the months below them.",
        count=int(alone.sum()),
        why="Each row needs its whole date.",
        key=_KEY,
        applied=applied,
    )
    repairs = (*table.repairs, repair)
    if not applied:
        return replace(table, repairs=repairs)
    spread = years.reindex(first.index).ffill()
    named = plain_name(table.columns[0]) in PART_NAMES["month"] or "month" in table.columns
    frame = table.frame if named else table.frame.rename(columns={table.columns[0]: "month"})
    frame = frame.copy(deep=False)
    frame.insert(0, "year", spread.astype("float64"))
    return replace(table, frame=frame[~alone].reset_index(drop=True), repairs=repairs)


def _year(text: object) -> float | None:
    digits = str(text).strip().rstrip(":.")
    return float(digits) if len(digits) == 4 and digits.isdecimal() and 1500 <= int(digits) <= 2200 else None


def _is_month(text: object) -> bool:
    return month_number(str(text).strip()) is not None
