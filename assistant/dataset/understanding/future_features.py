"""Features that hold the future: what a column says of the target's next values beyond what was known by then."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from assistant import wording

_FEWEST = 40  # rows from which on a relation is no chance
_MOST = 3000
_LEADS = 16  # rows that a feature may look ahead
_OWN = 3  # earlier values of the feature itself
_LEFT = 0.25  # share of what is new in a feature that its target's next values leave unexplained, at most
_EXACT = 1e-7  # share of a feature's variance below which nothing is new in it
_SIGNS = 0.97
_SAME = 0.98  # share of longer periods within which a feature does not change
_PERIODS = (("Y", "year"), ("Q", "quarter"), ("M", "month"), ("W", "week"), ("D", "day"))
_DIFFERENT = 0.3  # share of the periods with a value of their own; plans and calendars have fewer


def find_future(
    target: np.ndarray, features: Mapping[str, np.ndarray], moments: pd.DatetimeIndex | None
) -> dict[str, str]:
    """Return for each feature that holds the future how it does, as the end of a sentence that starts with its name.

    `target` and the features are float64 of shape (rows,), NaN where missing, in the order of time; `moments` are those
    of the rows, or None. A feature holds the future when the target's next values explain what is new in it, beyond
    the values of both until then; or when it is the same within each of longer periods, and so known at their end alone.
    """
    found = {}
    for name, values in features.items():
        if (rows := _looks_ahead(target[-_MOST:], values[-_MOST:])) is not None:
            found[name] = (
                f"tells the target's values of the next {wording.counted('row', rows) if rows > 1 else '1 row'}"
            )
        elif moments is not None and (period := _same_within(values, moments)) is not None:
            found[name] = f"is the same within each {period}, and is known only when the {period} is over"
    return found


def _looks_ahead(target: np.ndarray, feature: np.ndarray) -> int | None:
    """Return how many rows a feature looks ahead; None when it does not."""
    known = np.isfinite(target) & np.isfinite(feature)
    if known.sum() < _FEWEST:
        return None
    y, f = target[known], feature[known]
    if y.std() == 0 or f.std() == 0:
        return None
    y, f = (y - y.mean()) / y.std(), (f - f.mean()) / f.std()
    leads = max(min(_LEADS, (len(y) // 4 - _OWN - 2) // 2), 1)
    if len(np.unique(f)) == 2:
        return _tells_direction(y, f, leads)
    rows = np.arange(max(leads, _OWN), len(y) - leads)
    past = [np.ones(len(rows))]
    past += [y[rows - lag] for lag in range(leads + 1)] + [f[rows - lag] for lag in range(1, _OWN + 1)]
    # Of an orthogonal basis, the first part spans what was known by then, each further vector one value more.
    basis = np.linalg.qr(np.column_stack([*past, *(y[rows + lead] for lead in range(1, leads + 1))]))[0]
    known_by_then, after = basis[:, : len(past)], basis[:, len(past) :]
    new = f[rows] - known_by_then @ (known_by_then.T @ f[rows])
    before = float(new @ new)
    if before <= _EXACT * len(rows):
        return None
    explained = np.cumsum((after.T @ new) ** 2) / before
    freedom = len(rows) - len(past)
    left = np.maximum(1 - explained, 0.0) * freedom / np.maximum(freedom - np.arange(1, leads + 1), 1)
    least = float(left.min())
    return int(np.argmax(left <= max(1.2 * least, least + 0.02))) + 1 if least <= _LEFT else None


def _tells_direction(y: np.ndarray, flag: np.ndarray, leads: int) -> int | None:
    """Return the rows after which the target has risen where a flag says so; None when no number of rows fits."""
    said = flag > flag.mean()
    for lead in range(1, leads + 1):
        step = y[lead:] - y[:-lead]
        moved = step != 0
        alike = float((said[:-lead][moved] == (step[moved] > 0)).mean()) if moved.sum() >= _FEWEST else 0.5
        if max(alike, 1 - alike) >= _SIGNS:
            return lead
    return None


def _same_within(values: np.ndarray, moments: pd.DatetimeIndex) -> str | None:
    """Return the longest period within which values stay the same, while they differ from one to the next."""
    known = np.isfinite(values) & np.asarray(moments.notna())
    frame = pd.DataFrame({"value": values[known]})
    when = moments[known]
    for alias, noun in _PERIODS:
        if len(frame) < _FEWEST:
            return None
        period = when.to_period(alias)
        grouped = frame.groupby(np.asarray(period.asi8))["value"]
        sizes, low, high = grouped.size(), grouped.min(), grouped.max()
        several = sizes > 1
        if several.sum() < 4 or sizes[several].mean() < 2.5 or float((low == high)[several].mean()) < _SAME:
            continue
        steps = np.diff(low.to_numpy())
        if low.nunique() < max(_DIFFERENT * len(low), 4) or np.ptp(steps) <= 1e-9 * max(
            float(np.abs(steps).max()), 1.0
        ):
            continue
        place = {"Q": when.quarter, "M": when.month, "W": when.isocalendar().week.to_numpy(), "D": when.day_of_year}
        by_place = frame.groupby(np.asarray(place[alias]))["value"].nunique() if alias in place else low
        if alias in place and len(by_place) < len(low) and (by_place <= 1).all():
            continue  # the calendar, which is known ahead
        return noun
    return None
