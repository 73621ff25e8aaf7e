"""The step from one moment to the next: found from the gaps, with its season and a sensible horizon."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from assistant.dataset.series import Frequency
from assistant.errors import DatasetError

_DAY = 86400
# Steps in seconds that sensors and people use; an irregular table is brought to one of them.
_NICE = (
    1,
    2,
    5,
    10,
    15,
    20,
    30,
    60,
    120,
    300,
    600,
    900,
    1200,
    1800,
    3600,
    7200,
    10800,
    14400,
    21600,
    28800,
    43200,
    _DAY,
    2 * _DAY,
    7 * _DAY,
)
_NOUNS = {1: "second", 60: "minute", 3600: "hour", _DAY: "day", 7 * _DAY: "week"}
_MONTHS = {1: ("MS", "month", 12), 3: ("QS", "quarter", 4), 12: ("YS", "year", 1)}
_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_ALIGNED = 0.9
_TWICE, _OFTEN = (
    0.05,
    0.2,
)  # share of months with two moments, where the gap is the same throughout and where it differs
_EXTRA = 0.2  # share of the days at weekends that may have rows of their own
_HELD = 0.6  # share of the working days that have rows
_HORIZONS = {
    "hour": 24,
    "day": 7,
    "working day": 5,
    "week": 8,
    "month": 12,
    "quarter": 4,
    "year": 5,
    "row": 10,
    "minute": 60,
    "second": 60,
}


@dataclass(frozen=True, eq=False)
class Grid:
    """The regular moments that a table's moments stand for.

    `frequency` is the step; `moments` are the table's sorted distinct moments moved onto the grid (two may fall on the
    same point when `irregular`), without those that are `extra`; `moved` counts those that changed.
    """

    frequency: Frequency
    moments: pd.DatetimeIndex = field(repr=False)
    irregular: bool = False
    moved: int = 0
    extra: np.ndarray | None = field(repr=False, default=None)  # which of the table's moments are on days without rows

    def full(self) -> pd.DatetimeIndex:
        """Return every moment from the first to the last."""
        return pd.date_range(self.moments.min(), self.moments.max(), freq=self.frequency.alias)

    @property
    def length(self) -> float:
        """Return how many moments lie from the first to the last, about."""
        return _length(self.moments, self.frequency.alias)


def find_grid(moments: pd.DatetimeIndex, wanted: str | None = None) -> Grid:
    """Find the regular grid of sorted distinct moments; `wanted` is a pandas offset alias that fixes the step.

    Raises DatasetError when there are fewer than three moments or `wanted` is no alias.
    """
    if len(moments) < 3:
        raise DatasetError(
            "The table has too few moments to forecast from.", f"There are {len(moments)}.", "Choose a longer table."
        )
    moments = moments.as_unit("us") if moments.unit not in ("us", "ns") else moments
    if wanted:
        return _fixed(moments, wanted)
    seconds = moments.to_numpy().astype("datetime64[us]").astype("int64") / 1e6
    gaps = np.diff(seconds)
    middle = float(np.median(gaps))
    if middle >= 27 * _DAY and (found := _monthly(moments)) is not None:
        return found
    if (found := _working_days(moments, gaps)) is not None:
        return found
    return _even(seconds, gaps)


def _months(moments: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray(moments.year * 12 + moments.month - 1, dtype="int64")


def _monthly(moments: pd.DatetimeIndex) -> Grid | None:
    """Months, quarters and years: each moment stands for its calendar month, whatever day it is noted on."""
    months = _months(moments)
    steps = np.diff(months)
    if (steps == 0).mean() > (_TWICE if _counts_days(moments) else _OFTEN):
        return None
    positive = steps[steps > 0]
    values, counts = np.unique(positive, return_counts=True)
    step = int(values[counts.argmax()])
    if (positive % step == 0).mean() < _ALIGNED:
        step = math.gcd(*map(int, values))
    if step not in _MONTHS and 12 % step and step % 12:
        step = 1
    return _on_months(moments, step)


def _counts_days(moments: pd.DatetimeIndex) -> bool:
    """Tell whether all moments lie whole numbers of one gap apart, as every 28 days do and months do not."""
    days = moments.to_numpy().astype("datetime64[D]").astype("int64")
    gap = int(np.median(np.diff(days)))
    return bool(((days - days[0]) % max(gap, 1) == 0).mean() >= _ALIGNED)


def _on_months(moments: pd.DatetimeIndex, step: int) -> Grid:
    months = _months(moments)
    ends = bool((moments.day == moments.days_in_month).mean() > 0.8 and step == 1 and (moments.day >= 28).all())
    if ends:
        alias, noun, season = "ME", "month", 12
        placed = pd.DatetimeIndex(moments.to_period("M").to_timestamp(how="end").normalize())
    else:
        phase = int(pd.Series(months % step).mode()[0])
        first = (months - phase) // step * step + phase
        placed = pd.DatetimeIndex(
            pd.to_datetime(
                pd.DataFrame({"year": first // 12, "month": first % 12 + 1, "day": np.ones(len(first), "int64")})
            )
        )
        alias, noun, season = _month_alias(step, phase)
    placed = placed.as_unit("us")
    moved = int((placed != moments).sum())
    return Grid(
        Frequency(alias=alias, step=noun, season=season), placed, irregular=bool(placed.has_duplicates), moved=moved
    )


_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def _month_alias(step: int, phase: int) -> tuple[str, str, int]:
    if step == 3:
        return f"QS-{_MONTH_NAMES[phase]}", "quarter", 4
    if step % 12 == 0:
        years = step // 12
        suffix = f"YS-{_MONTH_NAMES[phase % 12]}"
        return (suffix, "year", 1) if years == 1 else (f"{years}{suffix}", f"{years}-year step", 1)
    if step == 1:
        return "MS", "month", 12
    return f"{step}MS", f"{step}-month step", 12 // step if 12 % step == 0 else 1


def _working_days(moments: pd.DatetimeIndex, gaps: np.ndarray) -> Grid | None:
    """Daily tables without weekends, such as those of stock exchanges."""
    if len(moments) < 8 or not (moments == moments.normalize()).all() or np.median(gaps) != _DAY:
        if len(moments) < 8 or np.median(gaps) != _DAY or len({(m.hour, m.minute) for m in moments[:50]}) != 1:
            return None
        moments = moments.normalize()
    weekend = np.asarray(moments.day_of_week >= 5)
    usual = moments[~weekend]
    if len(usual) < 8 or not (gaps == 3 * _DAY).any() or (gaps == _DAY).mean() < 0.6:
        return None
    # Sessions are counted, not exceptions: a few at weekends do not make a week of seven days.
    weeks = (moments[-1] - moments[0]).days / 7
    if weekend.sum() > _EXTRA * 2 * weeks or len(usual) < _HELD * 5 * weeks:
        return None
    extra = weekend if weekend.any() else None
    return Grid(Frequency(alias="B", step="working day", season=5), usual, extra=extra)


def _even(seconds: np.ndarray, gaps: np.ndarray) -> Grid:
    if gaps.min() == gaps.max():
        step = float(gaps[0])
        placed = pd.DatetimeIndex((seconds * 1e6).round().astype("int64").astype("datetime64[us]"))
        alias, noun, season = _alias(step, placed)
        return Grid(Frequency(alias=alias, step=noun, season=season), placed)
    counts = pd.Series(np.round(gaps * 1000).astype("int64")).value_counts()
    exact = bool(counts.iloc[0] >= 0.3 * len(gaps))
    step = float(counts.index[0]) / 1000 if exact else _nice(float(np.median(gaps)))
    return _on_step(seconds, step, exact=exact)


def _on_step(seconds: np.ndarray, step: float, exact: bool) -> Grid:
    origin = seconds[0]
    nice = min(_NICE, key=lambda size: abs(size - step))
    if abs(nice - step) < 0.05 * step:
        step = float(nice)
    if step >= 1:
        step = float(round(step))
    offsets = (seconds - origin) / step
    aligned = float((np.abs(offsets - np.round(offsets)) < 0.02).mean())
    if aligned < _ALIGNED:
        phases = np.round(seconds % step, 3)
        kinds, numbers = np.unique(phases, return_counts=True)
        phase = float(kinds[numbers.argmax()]) if numbers.max() > 0.5 * len(phases) else 0.0
        if step % _DAY == 0 and step > _DAY:
            phase = origin % step - origin % _DAY
        offsets = (seconds - phase) / step
        origin = phase
    places = np.floor(offsets + (0.5 if exact or aligned >= _ALIGNED else 1e-6)).astype("int64")
    on_grid = origin + places * step
    placed = pd.DatetimeIndex((on_grid * 1e6).round().astype("int64").astype("datetime64[us]"))
    irregular = bool((np.diff(places) == 0).any()) or aligned < _ALIGNED
    moved = int((np.abs(on_grid - seconds) > 0.02 * min(step, 50)).sum())
    alias, noun, season = _alias(step, placed)
    return Grid(Frequency(alias=alias, step=noun, season=season), placed, irregular=irregular, moved=moved)


def _alias(step: float, placed: pd.DatetimeIndex) -> tuple[str, str, int]:
    if step < 1:
        return f"{round(step * 1e6)}us", f"{step:g}-second step", 1
    whole = round(step)
    if whole == 7 * _DAY:
        weekday = _WEEKDAYS[placed[0].weekday()]
        return (f"W-{weekday}" if (placed == placed.normalize()).all() else "7D"), "week", 52
    season = (
        _DAY // whole if whole < _DAY and _DAY % whole == 0 else 7 if whole == _DAY else 26 if whole == 14 * _DAY else 1
    )
    if whole <= 10:
        season = 60 // whole if 60 % whole == 0 else 1
    if whole in _NOUNS:
        return {1: "s", 60: "min", 3600: "h", _DAY: "D"}[whole], _NOUNS[whole], season
    for size, alias, noun in ((_DAY, "D", "day"), (3600, "h", "hour"), (60, "min", "minute"), (1, "s", "second")):
        if whole % size == 0:
            return f"{whole // size}{alias}", f"{whole // size}-{noun} step", season
    raise AssertionError(whole)


def _nice(seconds: float) -> float:
    """The next usual step at or above a gap."""
    return float(next((size for size in _NICE if size >= 0.9 * seconds), round(seconds / _DAY) * _DAY))


def _fixed(moments: pd.DatetimeIndex, wanted: str) -> Grid:
    try:
        offset = pd.tseries.frequencies.to_offset(wanted)
    except ValueError as error:
        raise DatasetError(
            f"There is no step {wanted!r}.", str(error), "Write it like h, D, W, MS, QS, YS or 15min."
        ) from error
    found = {"MS": 1, "ME": 1, "QS": 3, "QE": 3, "YS": 12, "YE": 12}.get(wanted.split("-")[0])
    if found:
        return _on_months(moments, found)
    if isinstance(offset, pd.offsets.BusinessDay):
        return Grid(Frequency(alias="B", step="working day", season=5), moments.normalize(), irregular=True)
    seconds = moments.to_numpy().astype("datetime64[us]").astype("int64") / 1e6
    if isinstance(offset, pd.offsets.Week):
        period = offset.freqstr if "-" in offset.freqstr else "W-SUN"
        placed = pd.DatetimeIndex(moments.to_period(period).end_time.normalize()).as_unit("us")
        return Grid(
            Frequency(alias=f"W-{_WEEKDAYS[placed[0].weekday()]}", step="week", season=52),
            placed,
            irregular=bool(placed.has_duplicates),
        )
    first = moments[0]
    step = (first + offset - first).total_seconds()
    start = np.floor(seconds / step) * step
    placed = pd.DatetimeIndex((start * 1e6).astype("int64").astype("datetime64[us]"))
    alias, noun, season = _alias(step, placed)
    return Grid(
        Frequency(alias=alias, step=noun, season=season),
        placed,
        irregular=bool(placed.has_duplicates),
        moved=int((start != seconds).sum()),
    )


def _length(moments: pd.DatetimeIndex, alias: str | None) -> float:
    if not len(moments) or alias is None:
        return float(len(moments))
    span = (moments.max() - moments.min()).total_seconds()
    if alias == "B":
        return span / _DAY * 5 / 7 + 1
    offset = pd.tseries.frequencies.to_offset(alias)
    first = moments.min()
    return span / max((first + offset - first).total_seconds(), 1e-6) + 1


def suggest_horizon(frequency: Frequency, rows: int) -> int:
    """Return how many steps it makes sense to forecast at once: a natural span, but at most a tenth of the rows."""
    horizon = _HORIZONS.get(frequency.step)
    if horizon is None:
        horizon = frequency.season if 2 <= frequency.season <= 96 else 12
    return max(1, min(horizon, rows // 10))
