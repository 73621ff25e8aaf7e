"""Looking closer: the same chart over a stretch of its horizontal axis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assistant.charts.chart import Chart, Layer, Panel

_LONG = 60  # points of a line from which a closer look shows more


def can_zoom(chart: Chart) -> bool:
    """Tell whether a closer look at a chart shows more: one panel with a long line."""
    lines = [layer for panel in chart.panels for layer in panel.layers if layer.kind == "line"]
    return len(chart.panels) == 1 and not chart.panels[0].same_scale and any(len(layer.x) >= _LONG for layer in lines)


def extent(chart: Chart) -> tuple[float, float]:
    """Return the ends of the first panel's horizontal axis."""
    ends = [layer.x for layer in chart.panels[0].layers if len(layer.x) and layer.kind not in ("rule",)]
    return min(float(x.min()) for x in ends), max(float(x.max()) for x in ends)


def zoomed(chart: Chart, start: float, end: float) -> Chart:
    """Return the chart between two shares (0 … 1) of its width; the upright axis follows the values that are left."""
    low, high = extent(chart)
    first, last = sorted((min(max(start, 0.0), 1.0), min(max(end, 0.0), 1.0)))
    left, right = low + first * (high - low), low + last * (high - low)
    panel = chart.panels[0]
    layers = tuple(cut for layer in panel.layers if (cut := _cut(layer, left, right)) is not None)
    if not any(layer.kind == "line" and len(layer.x) > 1 for layer in layers):
        return chart
    return replace(chart, panels=(_kept_levels(panel, layers), *chart.panels[1:]))


def _cut(layer: Layer, left: float, right: float) -> Layer | None:
    if layer.kind == "level":
        return layer
    if layer.kind == "span":
        ends = np.clip(layer.x, left, right)
        return replace(layer, x=ends) if ends[1] > ends[0] else None
    inside = (layer.x >= left) & (layer.x <= right)
    if not inside.any():
        return None
    if layer.kind == "rule":
        return replace(layer, x=layer.x[inside])
    upper = None if layer.upper is None else layer.upper[inside]
    return replace(layer, x=layer.x[inside], y=layer.y[inside], upper=upper)


def _kept_levels(panel: Panel, layers: tuple[Layer, ...]) -> Panel:
    """Drop horizontal lines far from the values that are left: they would press these flat."""
    values = np.concatenate([layer.y[np.isfinite(layer.y)] for layer in layers if layer.kind == "line"])
    low, high = float(values.min()), float(values.max())
    air = 0.25 * (high - low)

    def near(layer: Layer) -> Layer:
        return (
            replace(layer, y=layer.y[(layer.y >= low - air) & (layer.y <= high + air)])
            if layer.kind == "level"
            else layer
        )

    return replace(panel, layers=tuple(near(layer) for layer in layers))
