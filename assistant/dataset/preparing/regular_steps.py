"""Rows brought to regular moments: sorted, one for each moment, gaps filled from the past alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from assistant import wording
from assistant.dataset.choices import Aggregate, Choices
from assistant.dataset.preparing.frequency import Grid, find_grid
from assistant.dataset.repairs import (
    AFTER_THE_TARGET,
    BEFORE_THE_TARGET,
    COPIES,
    EVENTS,
    EXTRA_SESSIONS,
    GAPS,
    IRREGULAR_MOMENTS,
    LATE_FEATURES,
    LATE_START,
    LONGEST_STRETCH,
    MISSING_MOMENTS,
    MOVED_MOMENTS,
    NEWEST_FIRST,
    NO_MOMENT,
    NOT_YET_OUT,
    NOTHING_HAPPENED,
    ORDER,
    SAME_MOMENT,
)
from assistant.dataset.series import Frequency, Repair
from assistant.dataset.times.time_reading import count_missing
from assistant.errors import DatasetError

_SUMMED = re.compile(
    r"(?i)sales|revenue|amount|quantity|qty|count|cnt|orders|units|rides|trips|visits|rain|precip|passengers|births|deaths|cases|total|kwh|energy"
)
_FEWEST_ZEROS, _FEWEST_BEFORE = 2, 12
_FALL = 1.5  # times the largest step before it, that the fall to what is not out yet is at least
_FEWEST_DAYS = 20
_MOST_POINTS = 5_000_000
_MOST_EMPTY = 0.9


@dataclass(frozen=True, eq=False)
class Rows:
    """The used columns of the rows in the table's order (the target first) with the moment of each, or None.

    `copies` marks the rows that stand in the table before, the same in every column. `same_time` says how several rows of one moment become one (None: decided by the target's name); `step` and `season`
    are for undated rows.
    """

    frame: pd.DataFrame = field(repr=False)
    moments: pd.DatetimeIndex | None = field(repr=False)
    target: str
    same_time: Aggregate | None = None
    step: str = ""
    season: int = 1
    copies: np.ndarray | None = field(repr=False, default=None)


def bring_to_grid(rows: Rows, choices: Choices, repairs: list[Repair]) -> tuple[pd.DataFrame, Frequency]:
    """Return the columns over regular moments, NaN where there is no value, and the frequency.

    Switching off the merging, the grid or the moments put in leaves the rows in the order of time, counted instead of
    dated; switching off the sorting leaves them in the table's order.
    """
    assert rows.moments is not None
    frame, moments = rows.frame, rows.moments
    copies = rows.copies if rows.copies is not None else np.zeros(len(frame), bool)
    if (without := count_missing(moments)) > 0:
        known = moments.notna()
        frame, moments, copies = frame[known], moments[known], copies[known]
        repairs.append(NO_MOMENT.made(without))
    if not len(moments):
        raise DatasetError("No row has a moment that can be read.", "", "Choose another time column, or none.")
    counted = Frequency(alias=None, step="row", season=1)
    if not moments.is_monotonic_increasing:
        count = int((np.diff(moments.to_numpy()).astype("timedelta64[us]").astype("int64") < 0).sum())
        backwards = moments.is_monotonic_decreasing
        kind, count = (NEWEST_FIRST, len(moments)) if backwards else (ORDER, count)
        if not _note(repairs, kind.made(count, choices.undo)):
            return frame, counted
        order = np.argsort(moments.to_numpy(), kind="stable")
        frame, moments, copies = frame.iloc[order], moments[order], copies[order]
    frame = frame.set_axis(moments)
    if (summed := _sum_events(frame, rows, choices, repairs)) is not None:
        return summed
    frame, single = _merge_same(frame, rows, choices, repairs, copies)
    if not single:
        return frame, counted
    grid = find_grid(pd.DatetimeIndex(frame.index), choices.frequency)
    if grid.extra is not None:
        first = f"{frame.index[grid.extra][0]:%Y-%m-%d}"
        if not _note(repairs, EXTRA_SESSIONS.made(int(grid.extra.sum()), choices.undo, first=first)):
            return frame, counted
        frame = frame[~grid.extra]
    if grid.length > _MOST_POINTS or len(frame) / grid.length < 1 - _MOST_EMPTY:
        grid = _coarser(frame, grid)
    return _onto_grid(frame, grid, rows, choices, repairs, counted)


def _note(repairs: list[Repair], repair: Repair) -> bool:
    """Add a repair, and tell whether it applies."""
    repairs.append(repair)
    return repair.applied


def _sum_events(
    frame: pd.DataFrame, rows: Rows, choices: Choices, repairs: list[Repair]
) -> tuple[pd.DataFrame, Frequency] | None:
    """Sum amounts at irregular times of the day for each day, zero where nothing happened; None for other rows."""
    moments = pd.DatetimeIndex(frame.index)
    how = rows.same_time or usual_aggregate(rows.target)
    if how != "sum" or choices.frequency or not happen_at_any_time(moments):
        return None
    grid = find_grid(moments.unique(), "D")
    repair = EVENTS.made(len(frame), choices.undo, step="day", other="step")
    if grid.length < _FEWEST_DAYS or not _note(repairs, repair):
        return None
    full = grid.full()
    summed = aggregate(frame, moments.normalize(), "sum", rows.target).reindex(full)
    summed[rows.target] = summed[rows.target].fillna(0.0)
    return summed.set_axis(full), grid.frequency


def happen_at_any_time(moments: pd.DatetimeIndex) -> bool:
    """Tell whether sorted moments are those of events: with times of the day, and no step that most of them keep."""
    seconds = moments.to_numpy().astype("datetime64[s]").astype("int64")
    gaps = np.diff(np.unique(seconds))
    if len(gaps) < _FEWEST_DAYS or len(np.unique(seconds % 86400)) < _FEWEST_DAYS:
        return False
    _, counts = np.unique(gaps, return_counts=True)
    minutes = np.unique(seconds % 3600 // 60)
    return bool(counts.max() < 0.2 * len(gaps) and len(minutes) > 12)


def _merge_same(
    frame: pd.DataFrame, rows: Rows, choices: Choices, repairs: list[Repair], copies: np.ndarray
) -> tuple[pd.DataFrame, bool]:
    """Make several rows of one moment one; tell whether each moment stands once then, as it does not when undone.

    Rows that are the same in every column stand twice where each moment has one row otherwise; where several events
    share a moment, two of them may be alike.
    """
    moments = pd.DatetimeIndex(frame.index)
    if moments.is_unique:
        return frame, True
    if copies.any() and int(moments[~copies].duplicated().sum()) <= max(0.5 * copies.sum(), 0.05 * len(copies)):
        if _note(repairs, COPIES.made(int(copies.sum()), choices.undo)):
            frame, moments = frame[~copies], moments[~copies]
        if not moments.duplicated().any():
            return frame, True
    how = rows.same_time or usual_aggregate(rows.target)
    several = int(moments.duplicated().sum())
    if not _note(repairs, SAME_MOMENT.made(several, choices.undo, how=same_time_words(how))):
        return frame, False
    return aggregate(frame, pd.DatetimeIndex(moments), how, rows.target), True


def usual_aggregate(target: str) -> Aggregate:
    """Return how several values of one moment usually become one: amounts add up, everything else is averaged."""
    return "sum" if _SUMMED.search(target) else "mean"


def same_time_words(how: Aggregate) -> str:
    """Return the words for a way of making one value of several."""
    return {"mean": "their mean", "sum": "their sum", "last": "the last of them"}[how]


def aggregate(frame: pd.DataFrame, moments: pd.DatetimeIndex, how: Aggregate, target: str) -> pd.DataFrame:
    """Make one row of all rows of a moment; only the target is summed, features are averaged."""
    grouped = frame.groupby(moments, sort=True)
    if how == "last":
        return grouped.last()
    result = grouped.mean()
    if how == "sum":
        result[target] = grouped[target].sum(min_count=1)
    return result


def _coarser(frame: pd.DataFrame, grid: Grid) -> Grid:
    """Moments that lie too far apart for their smallest step are brought to a step at which most are filled."""
    moments = pd.DatetimeIndex(frame.index)
    for alias in ("min", "10min", "h", "D", "W", "MS", "QS", "YS"):
        coarse = find_grid(moments, alias)
        if coarse.length <= _MOST_POINTS and coarse.moments.nunique() >= 0.5 * coarse.length:
            return Grid(coarse.frequency, coarse.moments, irregular=True, moved=coarse.moved)
    raise DatasetError(
        "The moments lie too far apart for a regular series.",
        f"{wording.counted('moment', len(frame))} would have to fill {wording.counted('step', round(grid.length))}.",
        "Choose another time column, or none to take the rows in their order.",
    )


def _onto_grid(
    frame: pd.DataFrame, grid: Grid, rows: Rows, choices: Choices, repairs: list[Repair], counted: Frequency
) -> tuple[pd.DataFrame, Frequency]:
    step = grid.frequency.step
    if grid.irregular or not grid.moments.is_unique:  # two rows may stand for one step
        how = rows.same_time or usual_aggregate(rows.target)
        repair = IRREGULAR_MOMENTS.made(len(frame), choices.undo, step=step, how=same_time_words(how))
        if not _note(repairs, repair):
            return frame, counted
        frame = aggregate(frame, grid.moments, how, rows.target)
    else:
        if grid.moved and not _note(repairs, MOVED_MOMENTS.made(grid.moved, choices.undo, step=step)):
            return frame, counted
        frame = frame.set_axis(grid.moments)
    full = grid.full()
    if len(full) > len(frame):
        missing = full.difference(pd.DatetimeIndex(frame.index))
        if any(SAME_MOMENT.is_kind_of(repair) and "sum" in repair.what for repair in repairs):
            told = wording.counted(step, len(missing))
            if _note(repairs, NOTHING_HAPPENED.made(len(missing), choices.undo, missing=told)):
                frame = frame.reindex(full)
                return frame.assign(**{rows.target: frame[rows.target].where(~full.isin(missing), 0.0)}), grid.frequency
        first = f"{missing[0]:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
        if not _note(
            repairs, MISSING_MOMENTS.made(len(missing), choices.undo, steps=wording.plural(step, 2), first=first)
        ):
            return frame, counted
        frame = frame.reindex(full)
    return frame.set_axis(full), grid.frequency


def fill_gaps(frame: pd.DataFrame, target: str, undo: frozenset[str], repairs: list[Repair]) -> pd.DataFrame:
    """Fill gaps with the last value known before them;

    Rows before the first and after the last value of the target are left out, and likewise features that start late.
    Where that is switched off, the longest stretch without a gap is taken instead.
    """
    frame = _without_zeros_to_come(frame, undo, repairs)
    known = np.flatnonzero(frame[target].notna().to_numpy())
    if not len(known):
        raise DatasetError(f"The target {target} has no values.", "Every row is empty.", "Choose another target.")
    frame = _cut_ends(frame, int(known[0]), int(known[-1]), undo, repairs)
    frame = _late_features(frame, target, undo, repairs)
    empty = int(frame.isna().sum().sum())
    if not empty:
        return frame.astype("float64")
    shares = ", ".join(f"{name} {count:,}" for name, count in frame.isna().sum().items() if count)
    if GAPS.is_off(undo):
        repairs.append(GAPS.made(empty, undo, shares=shares))
        return _longest_whole(frame, repairs)
    places = _stretches(frame[target].isna().to_numpy())
    repairs.append(GAPS.made(empty, undo, shares=shares, places=places))
    return frame.ffill().astype("float64")


def _without_zeros_to_come(frame: pd.DataFrame, undo: frozenset[str], repairs: list[Repair]) -> pd.DataFrame:
    """Take zeros at the end of a column as missing that it had nowhere before, and to which no other step of it leads."""
    columns = {}
    for name in frame.columns:
        values = frame[name].to_numpy(dtype="float64")
        known = np.flatnonzero(~np.isnan(values))
        some = np.flatnonzero(values[known])
        end = int(some[-1]) + 1 if len(some) else 0
        before = values[known[:end]]
        zeros = known[end:]
        if len(zeros) < _FEWEST_ZEROS or len(before) < _FEWEST_BEFORE or not before.all():
            continue
        steps = np.abs(np.diff(before))
        if abs(before[-1]) > _FALL * steps.max() and np.abs(before).min() > 0.25 * np.ptp(before):
            repairs.append(NOT_YET_OUT.made(len(zeros), undo, column=str(name)))
            if repairs[-1].applied:
                columns[name] = frame[name].mask(np.isin(np.arange(len(frame)), zeros))
    return frame.assign(**columns) if columns else frame


def _stretches(holds: np.ndarray) -> tuple[tuple[int, int], ...]:
    """Return where something holds: each stretch by its first row and the row after its last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], holds.astype("int8"), [0])))).tolist()
    return tuple(zip(edges[::2], edges[1::2], strict=True))


def _cut_ends(frame: pd.DataFrame, first: int, last: int, undo: frozenset[str], repairs: list[Repair]) -> pd.DataFrame:
    """Leave out the rows before the target's first value, and those after its last unless that was switched off."""
    if first:
        repairs.append(BEFORE_THE_TARGET.made(first))
        frame, last = frame.iloc[first:], last - first
    if (behind := len(frame) - 1 - last) > 0:
        repairs.append(AFTER_THE_TARGET.made(behind, undo))
        frame = frame if AFTER_THE_TARGET.is_off(undo) else frame.iloc[: last + 1]
    return frame


def _late_features(frame: pd.DataFrame, target: str, undo: frozenset[str], repairs: list[Repair]) -> pd.DataFrame:
    """A feature that starts a little late costs those rows; one that starts late or is nearly empty is left out.

    Undone, late features stay and cost the rows before them; and those that start a little late are left out.
    """
    begins = {str(name): _first_known(frame[name]) for name in frame.columns[1:]}
    late = [
        name
        for name, first in begins.items()
        if first is None or first > 0.1 * len(frame) or frame[name].notna().sum() < 0.5 * len(frame)
    ]
    slow = {name: first for name, first in begins.items() if first and name not in late}
    drop = [name for name in late if not LATE_FEATURES.is_off(undo) or begins[name] is None]
    if LATE_START.is_off(undo):
        drop += slow
    start = max((first for name, first in begins.items() if first and name not in drop), default=0)
    if late:
        noun, were = wording.plural("feature", len(late)), wording.agree(len(late), "was", "were")
        features = f"{noun} {', '.join(late)} {were}"
        repairs.append(LATE_FEATURES.made(len(late), undo, features=features))
    if slow:
        repairs.append(LATE_START.made(max(slow.values()), undo))
    frame = frame.drop(columns=drop).iloc[start:]
    if start and frame[target].isna().iloc[0]:
        frame = frame.iloc[int(np.flatnonzero(frame[target].notna().to_numpy())[0]) :]
    return frame


def _first_known(column: pd.Series) -> int | None:
    known = np.flatnonzero(column.notna().to_numpy())
    return int(known[0]) if len(known) else None


def _longest_whole(frame: pd.DataFrame, repairs: list[Repair]) -> pd.DataFrame:
    whole = frame.notna().all(axis=1).to_numpy()
    first, end = max(_stretches(whole), key=lambda stretch: stretch[1] - stretch[0])
    kept = frame.iloc[first:end]
    repairs.append(LONGEST_STRETCH.made(len(frame) - len(kept)))
    return kept.astype("float64")
