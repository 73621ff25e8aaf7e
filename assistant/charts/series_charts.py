"""The charts that need no training: the series, its repairs, its season."""

from __future__ import annotations

import textwrap
from dataclasses import replace

import numpy as np
import pandas as pd

from assistant import wording
from assistant.charts.axes import positions, spans_of, time_axis, value_axis
from assistant.charts.chart import Axis, Drawing, Layer, Panel
from assistant.charts.run_analysis import autocorrelation
from assistant.dataset.series import Series

MOST_LAGS = 192


def series_chart(series: Series) -> Drawing:
    """Draw the series with its parts and the range that the scaler saw."""
    x, train = positions(series), series.values[: series.split.train]
    layers = (
        *spans_of(series, x),
        Layer("line", "data", series.target, x=x, y=series.values),
        Layer("level", "muted", "Range of the training part", y=np.array([train.min(), train.max()]), dashed=True),
    )
    return Drawing((Panel(time_axis(series), value_axis(series), layers),), height=0.5)


def repairs_chart(series: Series) -> Drawing | None:
    """Draw the repairs, with where values were filled; None when there were none."""
    applied = sorted((repair for repair in series.repairs if repair.applied), key=lambda repair: -repair.count)[:6]
    if not applied:
        return None
    names = tuple(
        "\n".join(textwrap.wrap(repair.what.rstrip("."), 34, max_lines=3, placeholder=" …")) for repair in applied
    )
    places = np.arange(len(applied), dtype=np.float64)
    panel = Panel(
        Axis("Number of values or rows", whole=True),
        Axis("", scale="names", names=names),
        (Layer("bars", "data", x=np.array([float(repair.count) for repair in applied]), y=places),),
    )
    height = 0.17 + 0.11 * len(applied)
    filled = filled_rows(series)
    if not len(filled):
        return Drawing((panel,), height=height)
    shown = np.full(len(series.values), np.nan)
    shown[filled] = series.values[filled]
    x = positions(series)
    where = Panel(
        time_axis(series),
        value_axis(series),
        (
            Layer("line", "muted", "Measured", x=x, y=series.values),
            Layer("line", "forecast", "Filled", x=x, y=shown, marker="o", width=1.6),
        ),
        room=0.42,
    )
    counts = replace(panel, room=height)
    return Drawing((where, counts), stacked=True, height=0.5 + height)


def filled_rows(series: Series) -> np.ndarray:
    """Return the rows, from 0, at which the target had no value and was given one, as far as that is known."""
    places = [place for repair in series.repairs if repair.applied for place in repair.places]
    rows = {row for first, end in places for row in range(first, min(end, len(series.frame)))}
    return np.array(sorted(rows), dtype=np.int64)


def season_chart(series: Series) -> Drawing:
    """Draw the mean season, where one is assumed, and the autocorrelation of the changes."""
    season = max(1, series.frequency.season)
    lags = min(max(2 * season, 12), MOST_LAGS, len(series.values) // 2)
    # The level of most series hides everything else, so that the changes from row to row are looked at.
    changes = np.diff(series.values)
    coefficients = autocorrelation(changes, lags)
    numbers = np.arange(1, len(coefficients), dtype=np.float64)
    bound = 1.96 / np.sqrt(len(changes))
    step = series.frequency.step
    steps = wording.plural(step, 2)
    correlation = Panel(
        Axis(f"Lag ({steps})", whole=True, unit=steps),
        Axis("Autocorrelation of the changes"),
        (
            Layer("level", "muted", "95 % bound of noise", y=np.array([-bound, bound]), dashed=True),
            Layer("stems", "data", "Autocorrelation", x=numbers, y=coefficients[1:]),
        ),
    )
    if season <= 1:
        return Drawing((correlation,), height=0.52)
    values = series.values
    trend = pd.Series(values).rolling(season, center=True, min_periods=season // 2).mean().to_numpy()
    phase = np.arange(len(values)) % season
    mean = np.array([np.nanmean((values - trend)[phase == p]) for p in range(season)])
    spread = np.array([np.nanstd((values - trend)[phase == p]) for p in range(season)])
    places = np.arange(1, season + 1, dtype=np.float64)
    start = ""
    if isinstance(series.frame.index, pd.DatetimeIndex):
        start = {"month": f" from {series.frame.index[0]:%B}", "hour": f" from {series.frame.index[0]:%H:%M}"}.get(
            step, ""
        )
    profile = Panel(
        Axis(f"{step.capitalize()} of the season{start}", whole=True),
        value_axis(series, "difference from the running mean"),
        (
            Layer("band", "band95", "± 1 deviation", x=places, y=mean - spread, upper=mean + spread),
            Layer("line", "data", "Mean", x=places, y=mean, marker="o" if season <= 24 else ""),
        ),
    )
    return Drawing((profile, correlation), height=0.36, wide=True)
