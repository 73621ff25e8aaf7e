"""What the columns of a table are for, suggested with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from assistant.dataset.choices import Choices
from assistant.dataset.reading.table import Table
from assistant.dataset.series import Roles
from assistant.dataset.times.read_times import read_single, read_times
from assistant.dataset.times.reading import TimeReading
from assistant.dataset.times.time_of_day import read_clock, read_periods
from assistant.dataset.understanding.columns import Column, understand_columns
from assistant.dataset.vocabulary import (
    CLOCK_NAMES,
    DATE_NAMES,
    PART_NAMES,
    PART_RANGES,
    TARGET_WORDS,
    TIME_NAMES,
    find_parts,
    plain_name,
)
from assistant.errors import DatasetError

# Names that tables give to what is worth forecasting, the likeliest first.
_LESS = 0.02  # by which each word weighs less than the one before it
_KNOWN = 0.3  # what the last of them weigh still
_ID_WORDS = re.compile(
    r"^(?:.*[_ ](?:lat|lon|lng|latitude|longitude)|id|no|nr|num|index|idx|row|rownumber|rowid|rownames|sno|serialno"
    r"|slno|s\.?\s?no\.?|unnamed.*|obs|observation|record|#|instant|key|recordid|store|item|customerid|orderid|zip|zipcode|postcode|postalcode|lat|latitude|lon|lng|long"
    r"|longitude|objectid|fid|code|countrycode|dept|sku|barcode|phone|phonenumber|ip|mac|serial)$|(?:^|[_\s])id$",
    re.IGNORECASE,
)
_ID_ENDS = re.compile(r"[a-z](?:Code|No|ID|Id|Nr|Key|Number)$")
_CODE_WORDS = re.compile(
    r"^(?:season|holiday|workingday|weekday|dayofweek|dow|isholiday|weather(?:sit)?|month|mnth|hour|hr|year|yr|day|week"
    r"|quarter|minute|second|wd|weekend|flag|quality|qc|status|label|class|type|category|direction|winddir(?:ection)?|wdir|mwd"
    r"|std(?:dev)?|error|stderr|uncertainty|interpolated|days|ndays)$",
    re.IGNORECASE,
)
_ABOUT_A_GOAL = ("of", "to", "vs", "versus", "from", "below", "above", "on", "over", "under")
# What changed since the row before says less than what is.
_CHANGES = re.compile(
    r"(?i)chan?ge?\b|\bchg\b|\bdiff|änderung|variation|variaci|изменени|涨跌|growth|\b(?:share|percent(?:age)?|pct) of\b|% of\b"
)
MOST_FEATURES = 8
_SAME_TIME = 40  # days by which the same moments may differ where they are written with decimals
_FEW_MISSING = 0.1  # share of missing values that says nothing against a target
_YEARS = 50  # cells of a column of texts that tell whether it may hold years
_TRIED = 60  # columns from the left that are tried as the time; beyond, only those with such a name
_COMPARED = 20_000


@dataclass(frozen=True, eq=False)
class Suggestion:
    """Roles with the reasons for them, and what they were found from.

    `targets` are all columns that could be forecast, the likeliest first; `time` is the reading of the suggested time
    columns (None when the rows are counted); `reasons` has a sentence each for time, target and features.
    """

    roles: Roles
    reasons: Mapping[str, str]
    targets: tuple[str, ...]
    columns: Mapping[str, Column] = field(repr=False)
    time: TimeReading | None = None


def suggest_roles(
    table: Table,
    choices: Choices | None = None,
    columns: Mapping[str, Column] | None = None,
    *,
    most_features: int = MOST_FEATURES,
) -> Suggestion:
    """Suggest what the columns are for; raise DatasetError when no column holds numbers that vary."""
    columns = columns if columns is not None else understand_columns(table, choices)
    time, why_time = find_time(table.frame, columns, choices)
    taken = set(time.columns) if time else set()
    taken |= _echoes(table.frame, columns, time)
    candidates = [column for name, column in columns.items() if name not in taken and _forecastable(column)]
    # What rises by the same step from row to row only counts the rows, unless it is all that the table holds.
    candidates = candidates or [
        column
        for name, column in columns.items()
        if not (time and name in time.columns)
        and column.values is not None
        and _counts_rows(column.values)
        and _forecastable(column)
    ]
    ranked = sorted(candidates, key=lambda column: -_weight(column, columns))
    if not ranked:
        raise DatasetError(
            "The table has no column that could be forecast.",
            _what_columns_hold(columns),
            "A forecast needs a column of numbers that change from row to row; choose another table.",
        )
    target = ranked[0]
    features = _choose_features(
        target, [column for column in ranked[1:] if _useful_feature(column)], table.columns, most_features
    )
    roles = Roles(target=target.name, time=time.columns if time else (), features=features)
    reasons = {
        "time": why_time,
        "target": _why_target(target, ranked, columns),
        "features": (
            f"Numbers known at the same moments: {', '.join(features)}."
            if features
            else "No other column holds numbers that vary."
        ),
    }
    return Suggestion(
        roles=roles, reasons=reasons, targets=tuple(column.name for column in ranked), columns=columns, time=time
    )


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
    parts = _find_part_columns(frame)
    best = singles[0] if singles else None
    if parts is not None and (
        best is None or best[1].form == "year" or best[1].columns[0] in parts.columns or best[0] < 1.0
    ):
        return parts, f"{' and '.join(parts.columns)} together say when each row was."
    if best is None:
        return None, "No column says when a row was; the rows are taken in their order."
    reading = best[1]
    with_clock = _add_clock(frame, reading)
    if with_clock is not None:
        return with_clock, f"{' and '.join(with_clock.columns)} together say when each row was."
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
        column.kind == "number" and _names_things(name) and reading.values is not None and not reading.values.is_unique
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
        _names_things(name)
        or read_periods(column) is None
        or pd.DataFrame({"day": days, "part": column}).duplicated().any()
    ):
        return False
    # The count must begin anew with each day.
    return abs(int((column == column.min()).sum()) - days.nunique()) <= 1 + days.nunique() // 20


def _echoes(frame: pd.DataFrame, columns: Mapping[str, Column], time: TimeReading | None) -> set[str]:
    """Columns that only say the time again: parts of it, or the row number."""
    found = set()
    parts = (
        {name for part, name in find_parts(list(frame.columns)).items() if _holds(columns[name], part)}
        if time
        else set()
    )
    for name, column in columns.items():
        if column.values is None:
            continue
        if (
            (name in parts and (plain_name(name) not in {"period", "time", "date", "min"} or column.distinct <= 1))
            or _counts_rows(column.values)
            or (time is not None and name not in time.columns and _is_time_again(frame[name], name, time))
        ):
            found.add(name)
    return found


def _holds(column: Column, part: str) -> bool:
    """Tell whether a column by its numbers may be a part of a time: kW is a power, and KW a week in German."""
    if column.values is None:
        return True
    known = column.values[~np.isnan(column.values)]
    low, high = PART_RANGES[part]
    return bool((known == np.floor(known)).all()) and (not len(known) or (known.min() >= low and known.max() <= high))


def _counts_rows(values: np.ndarray) -> bool:
    """Numbers that rise by the same step from row to row only count the rows."""
    if len(values) < 3 or np.isnan(values[:3]).any() or values[1] <= values[0]:
        return False
    step = values[1] - values[0]
    return bool((np.abs(np.diff(values) - step) <= 1e-6 * max(abs(step), abs(float(values[-1])) * 1e-3)).all())


def _is_time_again(column: pd.Series, name: str, time: TimeReading) -> bool:
    if pd.api.types.is_float_dtype(column) and time.values is not None and len(column):
        again = read_single(column, name)
        if again is not None and again.values is not None:
            apart = np.abs((again.values - time.values).to_numpy()).astype("timedelta64[D]").astype("float64")
            if np.nanmedian(apart) < _SAME_TIME:
                return True
    named = plain_name(name) in (TIME_NAMES | DATE_NAMES) - {"period", "day", "time"} or bool(
        re.search(r"(?i)timestamp|unix|epoch|date", name)
    )
    return named and read_single(column, name) is not None


def _names_things(name: str) -> bool:
    return bool(_ID_WORDS.search(name) or _ID_ENDS.search(name))


def _forecastable(column: Column) -> bool:
    if column.kind != "number" or column.values is None:
        return False
    return column.distinct > 2 and column.missing < 0.7 * len(column.values) and not _names_things(column.name)


def _useful_feature(column: Column) -> bool:
    assert column.values is not None
    return column.missing <= 0.3 * len(column.values) and not _names_things(column.name)


def _target_words(name: str) -> list[str]:
    """The words of a name that stand for what is worth forecasting; "% of target" is about a goal."""
    parts = [plain_name(word) for word in re.split(r"[\s_.\-/]+", name)]
    return [
        word
        for place, word in enumerate(parts)
        if word in TARGET_WORDS and not (word == "target" and place and parts[place - 1] in _ABOUT_A_GOAL)
    ]


def _weight(column: Column, columns: Mapping[str, Column]) -> float:
    plain = plain_name(column.name)
    weight = 0.0
    if plain in TARGET_WORDS:
        weight = max(2.2 - _LESS * TARGET_WORDS.index(plain), _KNOWN)
    elif named := _target_words(column.name):
        weight = max(2.0 - _LESS * min(map(TARGET_WORDS.index, named)), _KNOWN)
    if _CODE_WORDS.search(column.name):
        weight -= 4.0
    if _CHANGES.search(column.name):
        weight -= 0.5
    assert column.values is not None
    names = list(columns)
    place = names.index(column.name)
    last = place == len(names) - 1 and weight <= 0 and not _repeats_another(column, columns)
    weight += 0.25 * last + 0.1 * (place == 1)
    weight -= 1.5 * max(column.missing / max(len(column.values), 1) - _FEW_MISSING, 0.0)
    if column.distinct < 10 and len(column.values) > 50:
        weight -= 1.5
    start = column.values[:1000]
    if column.distinct < 25 and bool((np.floor(start) == start)[~np.isnan(start)].all()):
        weight -= 0.4
    return weight - 0.001 * place


def _repeats_another(column: Column, columns: Mapping[str, Column]) -> bool:
    """Tell whether another column holds the same values row by row: what is worth forecasting stands there once."""
    assert column.values is not None
    return any(
        other.values is not None and np.array_equal(column.values, other.values, equal_nan=True)
        for other in columns.values()
        if other.name != column.name
    )


def _choose_features(target: Column, others: Sequence[Column], order: Sequence[str], most: int) -> tuple[str, ...]:
    """Keep those that go with the target, leaving out copies of it and of each other; at most `most`."""
    assert target.values is not None
    # Only rows that will surely be for training decide, and of very many an even sample.
    limit = max(int(len(target.values) * 0.7), 3)
    step = limit // _COMPARED + 1
    goal = target.values[:limit:step]
    scored = []
    for column in others:
        assert column.values is not None
        strength = _correlation(goal, column.values[:limit:step])
        if strength < 0.99999:
            scored.append((strength, column.name))
    chosen = {name for _, name in sorted(scored, key=lambda item: -item[0])[:most]}
    return tuple(name for name in order if name in chosen)


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    both = ~(np.isnan(one) | np.isnan(other))
    if both.sum() < 3:
        return 0.0
    first, second = one[both] - one[both].mean(), other[both] - other[both].mean()
    scale = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return abs(float((first * second).sum())) / scale if scale > 0 and np.isfinite(scale) else 0.0


def _why_target(target: Column, ranked: Sequence[Column], columns: Mapping[str, Column]) -> str:
    if len(ranked) == 1:
        return f"{target.name} is the only column of numbers that vary."
    plain = plain_name(target.name)
    if plain in TARGET_WORDS or _target_words(target.name):
        return f"{target.name} is by its name what such tables are kept for."
    if list(columns)[-1] == target.name:
        return f"{target.name} stands last, where tables often keep what is to be forecast."
    return f"{target.name} is the first column of numbers with few gaps."


def _what_columns_hold(columns: Mapping[str, Column]) -> str:
    kinds = ", ".join(f"{name} ({column.kind})" for name, column in list(columns.items())[:8])
    return f"It has {len(columns)} columns: {kinds}{' …' if len(columns) > 8 else ''}."
