"""The axes and shades that charts of one series share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assistant.charts.chart import Axis, Colour, Layer
from assistant.dataset.series import Series


def positions(series: Series) -> np.ndarray:
    """Return where each row lies on the time axis: days since 1970-01-01, or the number of the row from 1."""
    if isinstance(series.frame.index, pd.DatetimeIndex):
        return (series.frame.index - pd.Timestamp(0)).total_seconds().to_numpy() / 86_400
    return np.arange(1, len(series.frame) + 1, dtype=np.float64)


def time_axis(series: Series) -> Axis:
    """Return the axis of dates, or of row numbers for a table without a time."""
    if series.dated:
        return Axis("Time", scale="time", step=series.frequency.step)
    return Axis("Row of the table", step="row", whole=True)


def value_axis(series: Series, name: str = "") -> Axis:
    """Return the axis of the target's values, or of others in the same unit."""
    name = name or series.target
    return Axis(f"{name} ({series.unit})" if series.unit else name, unit=series.unit, measured=True)


def parts_of(series: Series) -> dict[str, tuple[int, int]]:
    """Return the first row of each part and the row after its last."""
    split = series.split
    first = split.train + split.validation
    return {"train": (0, split.train), "validation": (split.train, first), "test": (first, split.end)}


def spans_of(series: Series, x: np.ndarray) -> tuple[Layer, ...]:
    """Return the shades that show the parts."""
    names = {"train": "Training", "validation": "Validation", "test": "Test"}
    colours: dict[str, Colour] = {"train": "train", "validation": "validation", "test": "test"}
    step = (x[-1] - x[0]) / max(1, len(x) - 1)
    return tuple(
        Layer("span", colours[part], names[part], x=np.array([x[first] - step / 2, x[last - 1] + step / 2]))
        for part, (first, last) in parts_of(series).items()
    )
