"""Values that stand once above the rows they belong to: cells merged in a workbook, and years above their months."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from assistant.dataset.reading.table import Table
from assistant.dataset.repairs import MERGED_BLANKS, YEAR_ROWS
from assistant.dataset.times.read_times import read_single
from assistant.dataset.vocabulary import PART_NAMES, month_number, plain_name

_LEAST_BLOCK = 3
_MOSTLY_BLANK = 0.6


def fill_merged(table: Table, undo: frozenset[str] = frozenset()) -> Table:
    """Return a table in which each block of a column that names things, or years, has its value in every row.

    Switched off, a column stays as it is.
    """
    columns = dict(table.frame.items())
    repairs = []
    for name, column in columns.items():
        blank = column.isna().to_numpy()
        if (
            len(column) < 2 * _LEAST_BLOCK
            or blank[0]
            or blank.mean() < _MOSTLY_BLANK
            or not _is_merged(name, column, table.frame)
        ):
            continue
        repair = MERGED_BLANKS.made(int(blank.sum()), undo, column=str(name))
        columns[name] = column.ffill() if repair.applied else column
        repairs.append(repair)
    if not repairs:
        return table
    frame = pd.DataFrame({str(name): column for name, column in columns.items()})
    return Table(frame=frame, reader=table.reader, units=table.units, repairs=(*table.repairs, *repairs))


def _is_merged(name: object, column: pd.Series, frame: pd.DataFrame) -> bool:
    starts = np.flatnonzero(column.notna().to_numpy())
    values = column.iloc[starts]
    if not values.is_unique or len(values) < 2:
        return False
    if pd.api.types.is_numeric_dtype(column):
        follow = np.diff(values.to_numpy(dtype="float64"))
        return plain_name(str(name)) in PART_NAMES["year"] and bool((follow == 1).all())
    lengths = np.diff([*starts, len(column)])
    if (lengths[:-1] == lengths[0]).all() and _LEAST_BLOCK <= lengths[-1] <= lengths[0]:
        return True
    return bool(lengths.min() >= _LEAST_BLOCK) and _begin_anew(frame.drop(columns=[name]), starts)


def _begin_anew(others: pd.DataFrame, starts: np.ndarray) -> bool:
    """Tell whether the moments of the rows run forward within each block of rows and turn back where the next begins."""
    for name in others.columns:
        reading = read_single(others[name], str(name))
        if reading is None or reading.values is None or reading.values.isna().any():
            continue
        back = np.flatnonzero(np.diff(reading.values.to_numpy()).astype("timedelta64[s]").astype("int64") < 0) + 1
        if np.array_equal(back, starts[1:]):
            return True
    return False


_LEAST = 2  # years


def place_years(table: Table, undo: frozenset[str] = frozenset()) -> Table:
    """Return a table in which the years that stand alone in rows above their months are a column beside them.

    Switched off, the table stays as it is.
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
    repair = YEAR_ROWS.made(int(alone.sum()), undo)
    repairs = (*table.repairs, repair)
    if not repair.applied:
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
