"""What the columns of a table are for, suggested with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from assistant import wording
from assistant.dataset.choices import Choices
from assistant.dataset.preparing.regular_steps import happen_at_any_time, usual_aggregate
from assistant.dataset.reading.table import Table
from assistant.dataset.series import Roles
from assistant.dataset.times.read_times import read_single
from assistant.dataset.times.time_reading import TimeReading
from assistant.dataset.understanding.columns import Column, understand_columns
from assistant.dataset.understanding.future_features import find_future
from assistant.dataset.understanding.stacked_series import find_stack, rows_of_choice
from assistant.dataset.understanding.time_columns import find_time, names_things
from assistant.dataset.vocabulary import (
    DATE_NAMES,
    PART_RANGES,
    TARGET_WORDS,
    TIME_NAMES,
    find_parts,
    plain_name,
)
from assistant.errors import DatasetError

_LESS = 0.02  # by which each word for what is worth forecasting weighs less than the one before it
_KNOWN = 0.3  # what the last of them weigh still
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
_COMPARED = 20_000
_ADDS_UP = 2.0
_UNNAMED = re.compile(r"^column \d+$|^row$")


@dataclass(frozen=True, eq=False)
class Suggestion:
    """Roles with the reasons for them, and what they were found from.

    `targets` are all columns that could be forecast, the likeliest first; `time` is the reading of the suggested time
    columns (None when the rows are counted); `reasons` has a sentence each for time, target and features; `future` says of each column that was left out of the features for it how it holds the target's future.
    """

    roles: Roles
    reasons: Mapping[str, str]
    targets: tuple[str, ...]
    columns: Mapping[str, Column] = field(repr=False)
    time: TimeReading | None = None
    future: Mapping[str, str] = field(default_factory=dict)


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
    weights = _weigh(candidates, columns, time)
    ranked = sorted(candidates, key=lambda column: -weights[column.name])
    if not ranked:
        raise DatasetError(
            "The table has no column that could be forecast.",
            _what_columns_hold(columns),
            "A forecast needs a column of numbers that change from row to row; choose another table.",
        )
    target = ranked[0]
    rows, moments = _rows_in_time(table, columns, time, target.name)
    others = [column for column in columns.values() if column in ranked[1:] and _useful_feature(column)]
    features, future = _choose_features(target, others, (rows, moments), most_features)
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
        roles=roles, reasons=reasons, targets=tuple(column.name for column in ranked), columns=columns, time=time,
        future=future,
    )  # fmt: skip


def _weigh(candidates: Sequence[Column], columns: Mapping[str, Column], time: TimeReading | None) -> dict[str, float]:
    """Return how likely each column is what is to be forecast."""
    weights = {column.name: _weight(column, columns) for column in candidates}
    order = np.arange(len(candidates[0].values)) if candidates and candidates[0].values is not None else np.arange(0)
    if time is not None and time.values is not None and len(time.values) == len(order):
        order = np.argsort(time.values.to_numpy(), kind="stable")
        if happen_at_any_time(time.values[order][time.values[order].notna()]):
            for name in weights:  # of events, what adds up is worth forecasting: an amount rather than a price
                weights[name] += _ADDS_UP * (usual_aggregate(name) == "sum")
    return weights


def _rows_in_time(
    table: Table, columns: Mapping[str, Column], time: TimeReading | None, target: str
) -> tuple[np.ndarray, pd.DatetimeIndex | None]:
    """Return the rows of one series in the order of time, and their moments."""
    rows = np.arange(table.rows)
    if time is None or time.values is None:
        return rows, None
    stack = find_stack(table.frame, columns, time, target)
    mask = np.asarray(time.values.notna())
    if stack is not None:
        mask &= rows_of_choice(table.frame, stack, None)[0]
    rows = rows[mask]
    moments = time.values[mask]
    order = np.argsort(moments.to_numpy(), kind="stable")
    return rows[order], moments[order]


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


def _forecastable(column: Column) -> bool:
    if column.kind != "number" or column.values is None:
        return False
    return column.distinct > 2 and column.missing < 0.7 * len(column.values) and not names_things(column.name)


def _useful_feature(column: Column) -> bool:
    assert column.values is not None
    return column.missing <= 0.3 * len(column.values) and not names_things(column.name)


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
    weight += 0.25 * last + 0.1 * (place == 1) - 0.5 * bool(_UNNAMED.match(column.name) and len(columns) > 2)
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


def _choose_features(
    target: Column, others: Sequence[Column], in_time: tuple[np.ndarray, pd.DatetimeIndex | None], most: int
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Keep those that go with the target, at most `most`, in the table's order; and say which of them hold the future.

    Copies of the target are left out. `in_time` are the rows in the order of time, with their moments.
    """
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
            scored.append((strength, column))
    rows, moments = in_time
    best = [column for _, column in sorted(scored, key=lambda item: -item[0])[: 2 * most]]
    values = {column.name: column.values[rows] for column in best if column.values is not None}
    future = find_future(target.values[rows], values, moments)
    chosen = [column.name for column in best if column.name not in future][:most]
    return tuple(column.name for column in others if column.name in chosen), future


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
    return f"It has {wording.counted('column', len(columns))}: {kinds}{' …' if len(columns) > 8 else ''}."
