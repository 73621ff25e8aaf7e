"""Wide tables, where each moment has a column of its own, turned into one row for each moment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assistant.dataset.cells import read_numbers
from assistant.dataset.date_texts import read_date_texts
from assistant.dataset.months import month_number
from assistant.dataset.series import Repair
from assistant.dataset.table import Table
from assistant.dataset.time_names import PART_NAMES, plain_name

_LEAST = 5
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_CELLS = 20_000_000
_YEAR = re.compile(r"^(?:[XYFxyf]_?|FY\s?)?(1[5-9]\d\d|20\d\d|2100)(?:\s*\[YR\d{4}\])?(?:\.0)?$")


@dataclass(frozen=True)
class _Wide:
    """The columns that are moments, in the table's order, and the text of each moment."""

    columns: tuple[str, ...]
    moments: tuple[str, ...]
    kind: str  # "month", "year", "date"


def lengthen(table: Table) -> Table:
    """Return a wide table with one row for each moment, or the table itself when it is not wide."""
    table = _named_months(table)
    found = _months(table) or _moments(table)
    if found is None or len(table.frame) * len(found.columns) > _MOST_CELLS:
        return table
    others = [name for name in table.columns if name not in found.columns]
    frame = _stack(table.frame, others, found)
    repair = Repair(
        what=f"{len(found.columns):,} columns, one for each {found.kind}, were turned into rows.",
        count=len(found.columns),
        why="Forecasting needs one row for each moment.",
        key="wide",
    )
    return Table(frame=frame, reader=table.reader, units=table.units, repairs=(*table.repairs, repair))


def _months(table: Table) -> _Wide | None:
    """Twelve columns named by the months beside one for the year."""
    named = {name: month_number(name) for name in table.columns}
    months = {name: number for name, number in named.items() if number}
    years = [name for name in table.columns if plain_name(name) in PART_NAMES["year"]]
    if len(months) != 12 or len(set(months.values())) != 12:
        return None
    if not years:
        first = table.columns[0]
        values = pd.to_numeric(table.frame[first], errors="coerce").dropna()
        if first in months or not len(values) or not values.between(1500, 2200).all():
            return None
    return _Wide(tuple(months), tuple(str(number) for number in months.values()), "month")


def _named_months(table: Table) -> Table:
    """Name the columns of a table of years by months that came without names; rows that are none are left out."""
    if table.reader.header is not False or len(table.columns) != 13:
        return table
    years = pd.to_numeric(table.frame.iloc[:, 0], errors="coerce")
    good = years.between(1500, 2200) & (table.frame.notna().sum(axis=1) > 2)
    if good.sum() < 4 or good.mean() < 0.8 or (years[good].diff().dropna() != 1).any():
        return table
    frame = table.frame[good].reset_index(drop=True)
    frame.columns = ["year", *_MONTHS]
    return Table(frame=frame, reader=table.reader, units=table.units, repairs=table.repairs)


def _moments(table: Table) -> _Wide | None:
    """Columns named by years or dates, beside at most a few that name things."""
    years = {name: match[1] for name in table.columns if (match := _YEAR.match(name.strip()))}
    if len(years) >= _LEAST and _regular([int(year) for year in years.values()]) and _numbers(table, list(years)):
        return _Wide(tuple(years), tuple(years.values()), "year")
    dates = [
        name
        for name in table.columns
        if re.search(r"\d", name)
        and re.search(r"\d[-/.]\d|[A-Za-z]{3}\W?\d|\d\W?[A-Za-z]{3}|\d[QqMmWw]\d|[Qq]\d", name)
    ]
    if len(dates) < _LEAST or len(dates) < 0.5 * len(table.columns):
        return None
    read = read_date_texts(dates, None, np.arange(len(dates)))
    if read is None or read.cycle or read.values.isna().any() or read.values.has_duplicates:
        return None
    one_way = read.values.is_monotonic_increasing or read.values.is_monotonic_decreasing
    if not one_way or not _numbers(table, dates):
        return None
    return _Wide(tuple(dates), tuple(moment.isoformat(" ") for moment in read.values), "date")


def _regular(years: Sequence[int]) -> bool:
    steps = np.diff(years)
    return len(set(steps.tolist())) == 1 and steps[0] != 0


def _numbers(table: Table, names: Sequence[str]) -> bool:
    """The moments' columns must hold numbers (or nothing)."""
    sample = names[:: max(len(names) // 10, 1)]
    for name in sample:
        column = table.frame[name]
        if pd.api.types.is_numeric_dtype(column) or not column.notna().any():
            continue
        if read_numbers(column) is None:
            return False
    return True


def _stack(frame: pd.DataFrame, others: Sequence[str], wide: _Wide) -> pd.DataFrame:
    """Stack the moments' columns row by row, so that rows of one thing stay together in the order of time."""
    rows, columns = len(frame), len(wide.columns)
    data: dict[str, pd.Series] = {}
    for name in others:
        data[name] = frame[name].repeat(columns).reset_index(drop=True)
    label = wide.kind if wide.kind not in others else f"{wide.kind} of the value"
    if wide.kind in ("month", "year"):
        data[label] = pd.Series(np.tile(np.array([int(moment) for moment in wide.moments]), rows))
    else:
        data[label] = pd.Series(np.tile(np.array(wide.moments, dtype="datetime64[s]"), rows))
    value = "value" if "value" not in others else "value of the column"
    block = frame[list(wide.columns)]
    if all(pd.api.types.is_numeric_dtype(block[name]) for name in wide.columns):
        data[value] = pd.Series(block.to_numpy(dtype="float64", na_value=np.nan).ravel())
    else:
        texts = [block[name].astype("str").where(block[name].notna(), None) for name in wide.columns]
        data[value] = pd.Series(np.array(texts, dtype=object).T.ravel()).astype("str")
    return pd.DataFrame(data)
