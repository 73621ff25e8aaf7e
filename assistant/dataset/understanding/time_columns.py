"""Which columns say when each row was, found with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from assistant.dataset.choices import Choices
from assistant.dataset.times.read_times import part_by_numbers, read_single, read_times
from assistant.dataset.times.time_of_day import read_clock, read_periods
from assistant.dataset.times.time_reading import TimeReading
from assistant.dataset.understanding.columns import Column
from assistant.dataset.vocabulary import CLOCK_NAMES, PART_NAMES, TIME_NAMES, find_parts, plain_name

# Names of keys and places, which are no moments and worth no forecast.
_ID_WORDS = re.compile(
    r"^(?:.*[_ ](?:lat|lon|lng|latitude|longitude)|id|no|nr|num|index|idx|row|rownumber|rowid|rownames|sno|serialno"
    r"|slno|s\.?\s?no\.?|unnamed.*|obs|observation|record|#|instant|key|recordid|store|item|customerid|orderid|zip|zipcode|postcode|postalcode|lat|latitude|lon|lng|long"
    r"|longitude|objectid|fid|code|countrycode|dept|sku|barcode|phone|phonenumber|ip|mac|serial)$|(?:^|[_\s])id$",
    re.IGNORECASE,
)
_ID_ENDS = re.compile(r"[a-z](?:Code|No|ID|Id|Nr|Key|Number)$")
_MORE = 3  # times as many moments as before, that a finer part of the time makes at least
_ONE_STEP = 0.6  # share of the steps that are the commonest; working days have fewer than all days
_YEARS = 50  # cells of a column of texts that tell whether it may hold years
_TRIED = 60  # columns from the left that are tried as the time; beyond, only those with such a name


def find_time(
    frame: pd.DataFrame, columns: Mapping[str, Column], choices: Choices | None = None
) -> tuple[TimeReading | None, str]:
    """Find the columns that say when each row was, and say why; (None, why) when there are none."""
    order = choices.date_order if choices else None
    singles = []
    for place, name in enumerate(frame.columns):
        if columns[name].kind == "empty" or (place >= _TRIED and plain_name(name) not in TIME_NAMES):
            continue
        if not _may_be_time(frame[name], name, columns[name]):
            continue
        reading = read_single(frame[name], name, order)
        if reading is not None and reading.read > 0.8 and not _is_key(reading, name, columns[name]):
            singles.append((_time_weight(reading, name, place, frame), reading))
    singles.sort(key=lambda item: -item[0])
    parts = _finer(frame, columns, _find_part_columns(frame))
    best = singles[0] if singles else None
    if parts is not None and (
        best is None or best[1].form == "year" or best[1].columns[0] in parts.columns or best[0] < 1.0
    ):
        return parts, f"{' and '.join(parts.columns)} together say when each row was."
    if best is None:
        return None, "No column says when a row was; the rows are taken in their order."
    reading = _finer(frame, columns, best[1]) or best[1]
    with_clock = _add_clock(frame, reading)
    if with_clock is not None:
        return with_clock, f"{' and '.join(with_clock.columns)} together say when each row was."
    if len(reading.columns) > 1:
        return reading, f"{' and '.join(reading.columns)} together say when each row was."
    return reading, f"{reading.columns[0]} holds moments ({reading.form})."


def _may_be_time(column: pd.Series, name: str, understood: Column) -> bool:
    """Numbers are times only when they look like years, dates or epochs; the reading decides the rest."""
    if understood.kind in ("time", "text"):
        return True
    if understood.kind == "number" and not pd.api.types.is_numeric_dtype(column):
        return (
            plain_name(name) in TIME_NAMES | PART_NAMES["year"]
            or bool(re.search(r"(?i)date|time|datum", name))
            or bool(column.dropna().head(_YEARS).astype("str").str.fullmatch(r"(?:1[5-9]|20)\d\d").all())
        )
    return understood.kind == "number"


def _is_key(reading: TimeReading, name: str, column: Column) -> bool:
    """Numbers under the name of a key that stand in many rows each are no moments, whatever they look like."""
    return (
        column.kind == "number" and names_things(name) and reading.values is not None and not reading.values.is_unique
    )


def _time_weight(reading: TimeReading, name: str, place: int, frame: pd.DataFrame) -> float:
    weight = (
        1.0
        if plain_name(name) in TIME_NAMES
        else 0.7
        if re.search(r"(?i)date|time|datum|zeit|fecha|period|stamp|hour$|day$|minute$|month$|year$", name)
        else 0.0
    )
    weight += 0.3 * reading.read - 0.02 * min(place, 20)
    if reading.values is not None and len(frame):
        known = reading.values[reading.values.notna()]
        number = len(known) if known.is_unique else known.nunique()
        distinct = number / max(len(known), 1)
        weight += 0.5 * distinct + (0.3 if known.is_monotonic_increasing or known.is_monotonic_decreasing else 0.0)
        if number < 2:
            weight -= 2.0
    if (
        reading.form == "year"
        and len(frame)
        and reading.values is not None
        and reading.values.nunique() < 0.5 * len(frame)
    ):
        weight -= 0.5
    return weight


def _find_part_columns(frame: pd.DataFrame) -> TimeReading | None:
    parts = find_parts(list(frame.columns))
    if "year" not in parts or len(parts) < 2:
        return None
    if "month" in parts or "day of year" in parts:
        parts.pop("week", None)
        parts.pop("quarter", None)
    if "month" in parts:
        parts.pop("day of year", None)
    chain = [
        part
        for part in ("year", "quarter", "month", "week", "day of year", "day", "hour", "minute", "second")
        if part in parts
    ]
    if "day" in chain and "month" not in chain:
        chain.remove("day")
    if "day" not in chain and "day of year" not in chain:
        chain = [part for part in chain if part not in ("hour", "minute", "second")]
    while len(chain) >= 2:
        reading = read_times(frame, [parts[part] for part in chain], None)
        if reading is not None and reading.read > 0.9 and reading.form.startswith("year + "):
            return reading
        chain = chain[:-1]
    return None


def _finer(frame: pd.DataFrame, columns: Mapping[str, Column], reading: TimeReading | None) -> TimeReading | None:
    """Add the columns that by their numbers are finer parts of the time, where moments stand in many rows and become regular.

    Names do not count: each further part must turn every row into a moment, and the moments must keep one step.
    """
    if reading is None or reading.values is None or reading.form.split(" + ")[0] != "year" or reading.values.is_unique:
        return reading
    best, tried = reading, True
    while tried and best.values is not None and not best.values.is_unique:
        tried = False
        known = best.form.split(" + ")
        for name, column in list(columns.items())[:_TRIED]:
            if name in best.columns or column.kind != "number" or part_by_numbers(frame[name], known) is None:
                continue
            joined = read_times(frame, [*best.columns, name])
            if (
                joined is not None
                and joined.values is not None
                and joined.unread <= best.unread
                and joined.values.nunique() >= _MORE * best.values.nunique()
            ):
                best, tried = joined, True
                break
    return best if best is reading or _keep_one_step(best) else reading


def _keep_one_step(reading: TimeReading) -> bool:
    assert reading.values is not None
    moments = reading.values[reading.values.notna()]
    distinct = moments.unique().sort_values()
    gaps = np.diff(distinct.to_numpy()).astype("int64")
    _, counts = np.unique(gaps, return_counts=True)
    return bool(len(gaps) and counts.max() >= _ONE_STEP * len(gaps))


def _add_clock(frame: pd.DataFrame, reading: TimeReading) -> TimeReading | None:
    """A date without a time of day, whose rows share days, may have its clock time in another column."""
    values = reading.values
    if (
        values is None
        or len(reading.columns) != 1
        or values.nunique() >= 0.999 * len(values)
        or "time" in reading.form.split(", ")
    ):
        return None
    known = values[values.notna()]
    if not (known == known.normalize()).all():
        return None  # moments with a clock have one already
    if (known.day == 1).all():
        return _other_days(frame, reading)  # years and months have none
    for name in frame.columns:
        if name in reading.columns or not _may_be_clock(frame, name, values):
            continue
        joined = read_times(frame, [reading.columns[0], name], reading.order)
        if joined is not None and joined.values is not None and joined.values.nunique() > values.nunique():
            return joined
    return None


def _other_days(frame: pd.DataFrame, reading: TimeReading) -> TimeReading | None:
    """First days of months that may as well be the days of one month are such days when a clock runs through each."""
    if reading.other is None or reading.order not in ("day first", "month first"):
        return None
    other = read_times(frame, reading.columns, "day first" if reading.order == "month first" else "month first")
    if other is None or other.values is None or (other.values[other.values.notna()].day == 1).all():
        return None
    joined = _add_clock(frame, other)
    return read_times(frame, joined.columns) if joined is not None else None


def _may_be_clock(frame: pd.DataFrame, name: str, days: pd.DatetimeIndex) -> bool:
    """A clock time by its name, or numbers that count the same parts of each day."""
    column = frame[name]
    if plain_name(name) in CLOCK_NAMES or re.search(r"(?i)time|hour|uhr|hhmm", name):
        return read_clock(column) is not None
    if column.dtype == "str" and column.head(20).str.contains(":").all():
        return read_clock(column) is not None
    if (
        names_things(name)
        or read_periods(column) is None
        or pd.DataFrame({"day": days, "part": column}).duplicated().any()
    ):
        return False
    # The count must begin anew with each day.
    return abs(int((column == column.min()).sum()) - days.nunique()) <= 1 + days.nunique() // 20


def names_things(name: str) -> bool:
    """Tell whether a column is by its name a key or a place."""
    return bool(_ID_WORDS.search(name) or _ID_ENDS.search(name))
