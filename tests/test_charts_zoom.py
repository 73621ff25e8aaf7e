"""A closer look at a chart shows the same values over a shorter stretch."""

from __future__ import annotations

import numpy as np

from assistant.charts.describe import describe_charts
from assistant.charts.draw import draw_svg
from assistant.charts.zoom import can_zoom, extent, zoomed
from tests.factories import made_forecasts, made_run, made_series


def charts():
    series = made_series()
    forecasts = made_forecasts(series)
    return {chart.name: chart for chart in describe_charts(series, made_run(series, forecasts), forecasts)}


def test_long_series_can_be_zoomed_and_bars_cannot():
    made = charts()
    assert can_zoom(made["series"])
    assert not can_zoom(made["scores"])
    assert not can_zoom(made["scatter"])


def test_a_zoomed_chart_keeps_the_values_within_the_stretch():
    chart = charts()["series"]
    low, high = extent(chart)
    closer = zoomed(chart, 0.5, 0.75)
    whole = next(layer for layer in chart.panels[0].layers if layer.kind == "line")
    part = next(layer for layer in closer.panels[0].layers if layer.kind == "line")
    inside = (whole.x >= low + 0.5 * (high - low)) & (whole.x <= low + 0.75 * (high - low))
    assert np.array_equal(part.x, whole.x[inside])
    assert np.array_equal(part.y, whole.y[inside])
    assert closer.digest != chart.digest
    assert 'role="img"' in draw_svg(closer)


def test_an_empty_stretch_shows_the_whole_chart():
    chart = charts()["series"]
    assert zoomed(chart, 0.5, 0.5) is chart
    assert zoomed(chart, 0, 1).digest == zoomed(chart, -3, 7).digest
