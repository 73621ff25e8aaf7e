"""A profile that helps to choose a dataset: preview, missing map, course, distribution, season, range."""

from __future__ import annotations

import numpy as np

from assistant.dataset.inspection import Examination
from assistant.dataset.preparing.season import autocorrelation
from assistant.frozen import Frozen

_PREVIEW = 20
_BINS = 40
_POINTS = 1000
_LAGS = 400
_LAST = 50_000


class Profile(Frozen):
    """What a student sees of a dataset in ten seconds.

    `preview` are the first rows as texts; `missing` gives for each column the share of rows without a value in 40
    stretches of the table; `course` are at most 1,000 stretches of the target as (label, low, high), `histogram` its
    counts between `edges`; `autocorrelation` has one value for each lag from 0, over at most the last 50,000 rows. Numbers are in the data's units.
    """

    columns: tuple[str, ...]
    preview: tuple[tuple[str, ...], ...]
    missing: dict[str, tuple[float, ...]]
    course: tuple[tuple[str, float, float], ...] = ()
    edges: tuple[float, ...] = ()
    histogram: tuple[int, ...] = ()
    autocorrelation: tuple[float, ...] = ()
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    unit: str = ""


def make_profile(examination: Examination) -> Profile:
    """Return the profile of an examined table."""
    table, series = examination.start or examination.table, examination.series
    head = table.frame.head(_PREVIEW)
    preview = tuple(
        tuple("" if value != value or value is None else str(value) for value in row)
        for row in head.itertuples(index=False)
    )
    missing = {
        name: _shares(table.frame[name].isna().to_numpy() if column.values is None else np.isnan(column.values))
        for name, column in examination.columns.items()
    }
    if series is None:
        return Profile(columns=table.columns, preview=preview, missing=missing)
    values = series.values
    counts, edges = np.histogram(values, bins=min(_BINS, max(len(np.unique(values[:_POINTS])), 1)))
    return Profile(
        columns=table.columns,
        preview=preview,
        missing=missing,
        course=_course(values, [str(label) for label in series.frame.index[:: max(len(values) // _POINTS, 1)]]),
        edges=tuple(map(float, edges)),
        histogram=tuple(map(int, counts)),
        autocorrelation=tuple(map(float, autocorrelation(values[-_LAST:], min(_LAGS, len(values) // 2)))),
        low=float(values.min()),
        high=float(values.max()),
        mean=float(values.mean()),
        unit=series.unit,
    )


def _shares(missing: np.ndarray) -> tuple[float, ...]:
    parts = np.array_split(missing, min(_BINS, max(len(missing), 1)))
    return tuple(float(part.mean()) if len(part) else 0.0 for part in parts)


def _course(values: np.ndarray, labels: list[str]) -> tuple[tuple[str, float, float], ...]:
    """Cut the target into stretches, so that its highs and lows survive the thinning."""
    size = max(len(values) // _POINTS, 1)
    starts = np.arange(0, len(values), size)
    lows, highs = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    return tuple(
        (label.removesuffix(" 00:00:00"), float(low), float(high))
        for label, low, high in zip(labels, lows, highs, strict=True)
    )
