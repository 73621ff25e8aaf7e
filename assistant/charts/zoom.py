"""Looking closer: the same chart over a stretch of its horizontal axis."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assistant.charts.chart import Chart, Mark, Panel

_LONG = 60  # points of a line from which a closer look shows more


def can_zoom(chart: Chart) -> bool:
    """Tell whether a closer look at a chart shows more: one panel with a long line."""
    lines = [mark for panel in chart.panels for mark in panel.marks if mark.kind == "line"]
    return len(chart.panels) == 1 and not chart.panels[0].same_scale and any(len(mark.x) >= _LONG for mark in lines)


def extent(chart: Chart) -> tuple[float, float]:
    """Return the ends of the first panel's horizontal axis."""
    ends = [mark.x for mark in chart.panels[0].marks if len(mark.x) and mark.kind not in ("rule",)]
    return min(float(x.min()) for x in ends), max(float(x.max()) for x in ends)


def zoomed(chart: Chart, start: float, end: float) -> Chart:
    """Return the chart between two shares (0 … 1) of its width; the upright axis follows the values that are left."""
    low, high = extent(chart)
    first, last = sorted((min(max(start, 0.0), 1.0), min(max(end, 0.0), 1.0)))
    left, right = low + first * (high - low), low + last * (high - low)
    panel = chart.panels[0]
    marks = tuple(cut for mark in panel.marks if (cut := _cut(mark, left, right)) is not None)
    if not any(mark.kind == "line" and len(mark.x) > 1 for mark in marks):
        return chart
    return replace(chart, panels=(_kept_levels(panel, marks), *chart.panels[1:]))


def _cut(mark: Mark, left: float, right: float) -> Mark | None:
    if mark.kind == "level":
        return mark
    if mark.kind == "span":
        ends = np.clip(mark.x, left, right)
        return replace(mark, x=ends) if ends[1] > ends[0] else None
    inside = (mark.x >= left) & (mark.x <= right)
    if not inside.any():
        return None
    if mark.kind == "rule":
        return replace(mark, x=mark.x[inside])
    upper = None if mark.upper is None else mark.upper[inside]
    return replace(mark, x=mark.x[inside], y=mark.y[inside], upper=upper)


def _kept_levels(panel: Panel, marks: tuple[Mark, ...]) -> Panel:
    """Drop horizontal lines far from the values that are left: they would press these flat."""
    values = np.concatenate([mark.y[np.isfinite(mark.y)] for mark in marks if mark.kind == "line"])
    low, high = float(values.min()), float(values.max())
    air = 0.25 * (high - low)

    def near(mark: Mark) -> Mark:
        return replace(mark, y=mark.y[(mark.y >= low - air) & (mark.y <= high + air)]) if mark.kind == "level" else mark

    return replace(panel, marks=tuple(near(mark) for mark in marks))
