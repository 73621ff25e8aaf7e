"""Wide tables, where each moment has a column of its own, turned into one row for each moment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from assistant.dataset.reading.header_rows import make_distinct
from assistant.dataset.reading.table import Table
from assistant.dataset.repairs import FIRST_SERIES, WIDE, WIDE_BOTH_WAYS
from assistant.dataset.times.date_texts import read_date_texts
from assistant.dataset.times.read_times import read_single
from assistant.dataset.understanding.number_texts import is_missing, read_numbers
from assistant.dataset.vocabulary import PART_NAMES, month_number, plain_name

_LEAST = 5
_HOURS = 24
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_CELLS = 20_000_000
_YEAR = re.compile(r"^(?:[XYFxyf]_?|FY\s?)?(1[5-9]\d\d|20\d\d|2100)(?:\s*\[YR\d{4}\])?(?:\.0)?$")


_MADE_UP = re.compile(r"^column \d+$")
_MONTH_COUNT = re.compile(r"^(?:m|mon|month)?[\s_]?0*(\d{1,2})$", re.IGNORECASE)
_DAY_COUNT = re.compile(r"^(?:d|day)?[\s_]?0*(\d{1,2})$", re.IGNORECASE)
_QUARTER = re.compile(r"^(?:q|qtr|quarter|trim|t)[\s._]*([1-4])$", re.IGNORECASE)
_CLOCK = re.compile(r"^(\d{1,2})(?:[:.h](\d\d))(?::\d\d)?(?:\s*[-–].*)?$")
_HOUR = re.compile(r"^(?:h|he|hr|hour|hora|heure|stunde)?[\s_.]*0*(\d{1,2})(?:\s*h)?$", re.IGNORECASE)
_COUNTED = re.compile(r"^(d|day|t|w|wk|week|m|month|h|hour|step|period)[\s_]?0*(\d+)$", re.IGNORECASE)
_ANY_COUNT = re.compile(r"^([A-Za-z]{1,6})[\s_]?0*(\d+)$")
_LEAST_COUNTED = 24
_ALIKE = 0.5
_MOST_TURNED = 100


@dataclass(frozen=True)
class _Wide:
    """The columns that are moments, in the table's order, and the text of each moment."""

    columns: tuple[str, ...]
    moments: tuple[str, ...]
    kind: str  # "month", "year", "date", "hour"


def lengthen(table: Table) -> Table:
    """Return a wide table with one row for each moment, or the table itself when it is not wide."""
    table = _named_years(_named_months(table))
    if (counted := _counted(table)) is not None and _days(table) is None:
        return _turned(table, counted)
    found = _months(table) or _quarters(table) or _days(table) or find_hours(table) or _moments(table)
    if found is None or len(table.frame) * len(found.columns) > _MOST_CELLS:
        return table
    others = [name for name in table.columns if name not in found.columns]
    frame = _stack(table.frame, others, found)
    repair = WIDE.made(len(found.columns), moment=found.kind)
    return Table(frame=frame, reader=table.reader, units=table.units, repairs=(*table.repairs, repair))


def _months(table: Table) -> _Wide | None:
    """Twelve columns named by the months, or by their numbers, beside one for the year."""
    named = {name: month_number(name) for name in table.columns}
    counted = {name: int(match[1]) for name in table.columns if (match := _MONTH_COUNT.match(name.strip()))}
    if sorted(counted.values()) == list(range(1, 13)):
        named = {name: counted.get(name) for name in table.columns}
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


def _named_years(table: Table) -> Table:
    """Name a first column that has no name and counts years beside months or quarters, so that it is known later."""
    first, *others = table.columns
    if not _MADE_UP.match(first) or not others:
        return table
    parts = sum(bool(month_number(name) or _QUARTER.match(name.strip())) for name in others)
    years = pd.to_numeric(table.frame[first], errors="coerce").dropna()
    if parts not in (4, 12) or len(years) < 0.9 * table.rows or not years.between(1500, 2200).all():
        return table
    return replace(table, frame=table.frame.rename(columns={first: "year"}))


def _quarters(table: Table) -> _Wide | None:
    """Four columns for the quarters beside one for the year."""
    quarters = {name: int(match[1]) for name in table.columns if (match := _QUARTER.match(name.strip()))}
    years = [name for name in table.columns if plain_name(name) in PART_NAMES["year"]]
    if sorted(quarters.values()) != [1, 2, 3, 4] or not years or not _numbers(table, list(quarters)):
        return None
    return _Wide(tuple(quarters), tuple(map(str, quarters.values())), "quarter")


def find_hours(table: Table) -> _Wide | None:
    """Columns for the hours of a day (or parts of them), named by clock times or counted, beside one for the date."""
    clocks = {name: match for name in table.columns if (match := _CLOCK.match(name.strip()))}
    minutes = [int(match[1]) * 60 + int(match[2]) for match in clocks.values()]
    if len(clocks) >= _HOURS and _regular(minutes) and (minutes[1] - minutes[0]) * len(minutes) == 24 * 60:
        found = _Wide(tuple(clocks), tuple(f"{at // 60:02d}:{at % 60:02d}" for at in minutes), "hour")
    else:
        counts = {name: int(match[1]) for name in table.columns if (match := _HOUR.match(name.strip()))}
        numbers = list(counts.values())
        if len(counts) != _HOURS or numbers not in (list(range(_HOURS)), list(range(1, _HOURS + 1))):
            return None
        found = _Wide(tuple(counts), tuple(f"{hour:02d}:00" for hour in range(_HOURS)), "hour")
    others = [name for name in table.columns if name not in found.columns]
    dated = any((reading := read_single(table.frame[name], name)) is not None and reading.read > 0.8 for name in others)
    return found if dated and _numbers(table, found.columns) else None


def _days(table: Table) -> _Wide | None:
    """Thirty-one columns for the days of a month, beside those for the year and the month."""
    days = {name: int(match[1]) for name in table.columns if (match := _DAY_COUNT.match(name.strip()))}
    if list(days.values()) != list(range(1, 32)) or not _numbers(table, list(days)):
        return None
    others = {plain_name(name) for name in table.columns if name not in days}
    if not (others & PART_NAMES["year"] and others & PART_NAMES["month"]):
        return None
    return _Wide(tuple(days), tuple(map(str, days.values())), "day")


def _counted(table: Table) -> _Wide | None:
    """Many columns that count moments, such as d_1, d_2 …, beside a few that name things."""
    matches = {name: match for name in table.columns if (match := _COUNTED.match(name.strip()))}
    if not matches:
        return _one_series_a_row(table)
    if len(matches) < _LEAST_COUNTED or len(matches) < 0.5 * len(table.columns):
        return None
    numbers = [int(match[2]) for match in matches.values()]
    one_word = len({match[1].lower() for match in matches.values()}) == 1
    if not one_word or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return None
    if find_hours(table) is not None or not _numbers(table, list(matches)):
        return None
    if any(_tells_rows_apart(table.frame[name], name) for name in table.columns if name not in matches):
        return None
    return _Wide(tuple(matches), tuple(map(str, numbers)), "moment")


def _tells_rows_apart(column: pd.Series, name: str) -> bool:
    """Tell whether a column holds a moment of its own for each row: then the rows are the moments."""
    reading = read_single(column, name)
    if reading is None or reading.values is None or reading.read < 0.9:
        return False
    return reading.values.nunique() >= 0.9 * len(column) > 2


def _one_series_a_row(table: Table) -> _Wide | None:
    """Columns that only count, such as V2, V3 …, behind a name for each row, where each row runs like a series.

    It does when rows end at different places, or when neighbouring values are alike.
    """
    matches = [_ANY_COUNT.match(name.strip()) for name in table.columns]
    counts = [int(match[2]) for match in matches[1:] if match]
    first = table.frame.iloc[:, 0]
    if (
        len(counts) < max(_LEAST_COUNTED, len(matches) - 1)
        or counts != list(range(counts[0], counts[0] + len(counts)))
        or len({match[1] for match in matches[1:] if match}) != 1
        or pd.api.types.is_numeric_dtype(first)
        or _tells_rows_apart(first, str(first.name))
        or first.isna().any()
        or not first.is_unique
        or not _numbers(table, table.columns[1:])
    ):
        return None
    rows = table.frame.iloc[:_MOST_TURNED, 1:].apply(pd.to_numeric, errors="coerce").to_numpy(dtype="float64")
    known = ~np.isnan(rows)
    ragged = not known.all() and bool((known[:, :-1] >= known[:, 1:]).all())
    alike = [
        float(np.corrcoef(row[:-1], row[1:])[0, 1])
        for row in (row[np.isfinite(row)] for row in rows)
        if len(row) > 2 and row[:-1].std() > 0 and row[1:].std() > 0
    ]
    if not ragged and (not alike or np.median(alike) < _ALIKE):
        return None
    return _Wide(tuple(table.columns[1:]), tuple(map(str, counts)), "moment")


def _turned(table: Table, wide: _Wide) -> Table:
    """Turn rows of counted moments into columns, since nothing else would say which values belong together."""
    others = [name for name in table.columns if name not in wide.columns]
    named = next((name for name in others if table.frame[name].is_unique), None)
    kept = table.frame.head(_MOST_TURNED)
    labels = (
        kept[named].astype("str")
        if named is not None
        else pd.Series([f"row {place + 1}" for place in range(len(kept))])
    )
    names, _ = make_distinct(labels.fillna("").tolist())
    values = kept[list(wide.columns)].T.reset_index(drop=True).set_axis(list(names), axis=1)
    repairs = [*table.repairs, WIDE_BOTH_WAYS.made(len(wide.columns))]
    if (rest := len(table.frame) - len(kept)) > 0:
        repairs.append(FIRST_SERIES.made(rest, all=f"{len(table.frame):,}", taken=f"{len(kept):,}"))
    return Table(frame=values, reader=table.reader, units={}, repairs=tuple(repairs))


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
        and not _MADE_UP.match(name)
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
        if pd.api.types.is_numeric_dtype(column) or all(is_missing(str(text)) for text in column.dropna()):
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
    if wide.kind in ("month", "quarter", "year", "day"):
        data[label] = pd.Series(np.tile(np.array([int(moment) for moment in wide.moments]), rows))
    elif wide.kind == "hour":
        data[label] = pd.Series(np.tile(np.array(wide.moments, dtype=object), rows)).astype("str")
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
