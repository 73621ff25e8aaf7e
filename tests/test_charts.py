"""Charts: what each shows, what is said about it, and that it is drawn the same each time."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from assistant.charts.chart import Chart
from assistant.charts.dates import DateLabels
from assistant.charts.describe import describe_charts
from assistant.charts.downsampling import thin
from assistant.charts.draw import draw_pdf, draw_png, draw_svg, drawn_figure
from assistant.charts.project_facts import collect_facts
from assistant.charts.run_analysis import autocorrelation
from assistant.errors import ReportError
from assistant.report.pages import count_pages
from tests.factories import made_forecasts, made_run, made_series

EXPECTED = {"series", "loss", "forecast", "horizon", "residuals"}


@pytest.fixture(scope="module")
def charts() -> dict[str, Chart]:
    series = made_series()
    forecasts = made_forecasts(series)
    return {chart.name: chart for chart in describe_charts(series, made_run(series, forecasts), forecasts)}


def test_every_chart_says_what_it_shows(charts):
    assert set(charts) >= EXPECTED
    for chart in charts.values():
        assert chart.title
        assert chart.caption.endswith(".")
        assert len(chart.explanation.split("\n\n")) == 3
        assert f"{{fig_{chart.name}}}" in chart.summary
        assert len(chart.alternative) > 40
        assert "{" not in chart.caption + chart.explanation + chart.alternative + chart.title


def test_value_axes_name_their_unit(charts):
    for name in ("series", "forecast", "horizon", "residuals"):
        assert "(ppm)" in charts[name].panels[0].y.title


@pytest.mark.parametrize(
    ("dated", "horizon", "rows"), [(True, 12, 360), (False, 1, 60), (False, 3, 400), (True, 1, 90)]
)
def test_any_series_has_all_its_charts(dated, horizon, rows):
    series = made_series(rows, horizon=horizon, dated=dated)
    forecasts = made_forecasts(series)
    for chart in describe_charts(series, made_run(series, forecasts), forecasts):
        assert "nan" not in chart.explanation
        for panel in chart.panels:
            for layer in panel.layers:
                if layer.kind in ("line", "points", "bars", "stems"):
                    assert len(layer.x) == len(layer.y) > 0


def test_the_forecast_chart_shows_actual_values_and_forecasts_of_the_same_times(charts):
    series = made_series()
    forecasts = made_forecasts(series)
    layers = {layer.label: layer for layer in charts["forecast"].panels[0].layers}
    assert np.array_equal(layers["Actual"].x, layers["LSTM"].x)
    assert np.allclose(layers["LSTM"].y[-12:], forecasts.methods["lstm"][-1])
    assert np.allclose(layers["Actual"].y[-12:], forecasts.actual[-1])


def test_forecasts_of_another_dataset_are_refused():
    series = made_series()
    with pytest.raises(ReportError, match="do not belong"):
        describe_charts(made_series(120), made_run(series), made_forecasts(series))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_drawings_are_the_same_each_time_and_of_one_page(charts, name):
    pdf = draw_pdf(charts[name])
    assert pdf == draw_pdf(charts[name])
    assert count_pages(pdf) == 1
    assert draw_png(charts[name])[:4] == b"\x89PNG"


@pytest.fixture(scope="module")
def drawings(charts) -> dict[str, str]:
    return {name: draw_svg(chart) for name, chart in charts.items()}


def test_the_page_gets_one_svg_with_a_name_a_description_and_values_to_point_at(charts, drawings):
    for text in drawings.values():
        root = ElementTree.fromstring(text)
        assert root.get("role") == "img"
        identifiers = {element.get("id") for element in root.iter()} - {None}
        assert set(root.get("aria-labelledby", "").split()) <= identifiers
        assert "<script" not in text
        assert set(re.findall(r"https?://[^\s\"']+", text)) <= {"http://www.w3.org/2000/svg"}
        # A page of charts stays quick to show and to walk through.
        assert len(list(root.iter())) < 110
        for panel in json.loads(root.get("data-readings", "")):
            left, top, width, height = panel["box"]
            for x in panel.get("x", []):
                assert left - 0.2 <= x <= left + width + 0.2
            for y in panel.get("y", []):
                assert top - 0.2 <= y <= top + height + 0.2
            assert len(panel["words"]) == len(panel.get("x", panel.get("y")))
    [forecast] = json.loads(ElementTree.fromstring(drawings["forecast"]).get("data-readings", ""))
    assert forecast["words"][-1][0] == "December 2014"
    assert any(line.startswith("Actual: ") for line in forecast["words"][-1])
    assert draw_svg(charts["loss"]) == drawings["loss"]


def test_names_of_two_svgs_on_one_page_do_not_clash(drawings):
    seen: set[str] = set()
    for text in drawings.values():
        names = set(re.findall(r'\bid="([^"]+)"', text))
        assert not names & seen
        seen |= names


def test_a_thinned_series_keeps_every_peak():
    generator = np.random.default_rng(0)
    y = generator.normal(size=50_000)
    y[[123, 40_001]] = 99, -99
    x = np.arange(50_000.0)
    thin_x, thin_y = thin(x, y)
    assert len(thin_x) < 2_000
    assert thin_y.max() == 99
    assert thin_y.min() == -99
    assert thin_x[0] == 0
    assert thin_x[-1] == 49_999
    assert np.all(np.diff(thin_x) > 0)


def test_autocorrelation_agrees_with_its_definition():
    values = np.random.default_rng(1).normal(size=200)
    centred = values - values.mean()
    expected = [float((centred[: 200 - lag] * centred[lag:]).sum() / (centred**2).sum()) for lag in range(6)]
    assert np.allclose(autocorrelation(values, 5), expected)
    assert np.array_equal(autocorrelation(np.ones(20), 3), np.zeros(4))


def test_facts_hold_the_scores_of_all_methods_and_what_happened():
    series = made_series()
    forecasts = made_forecasts(series, skill=-1)
    run = made_run(series, forecasts, overfits=True)
    facts = collect_facts(series, run, forecasts, "My title").texts
    assert facts["title"] == "My title"
    assert facts["seasonal_naive_mae"] == f"{run.scores['seasonal_naive'].mae:.2f}"
    assert {"loses", "overfits", "repaired", "seasonal"} <= set(facts["situation"].split(", "))
    assert facts["improvement_words"].endswith("higher")


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([14944, 14975, 15006], ["Dec\n2010", "Jan\n2011", "Feb\n"]),
        ([14968, 14970, 14972, 14976], ["25\nDec 2010", "27\n", "29\n", "2\nJan 2011"]),
        ([14610, 14975], ["2010", "2011"]),
        ([14975.0, 14975.5], ["00:00\n1 Jan 2011", "12:00\n"]),
    ],
)
def test_dates_below_an_axis_say_the_year_where_it_begins(days, expected):
    ax = Figure().subplots()
    ax.set_xlim(days[0], days[-1])
    ax.xaxis.set_major_formatter(DateLabels())
    assert ax.xaxis.get_major_formatter().format_ticks(days) == expected


def test_the_chart_of_repairs_shows_where_values_were_filled():
    series = made_series()
    forecasts = made_forecasts(series)
    charts = {chart.name: chart for chart in describe_charts(series, made_run(series, forecasts), forecasts)}
    where = next(panel for panel in charts["repairs"].panels if panel.x.scale == "time")
    filled = next(layer for layer in where.layers if layer.label == "Filled")
    assert np.flatnonzero(~np.isnan(filled.y)).tolist() == [40, 41, 42, 43, 200]
    assert "5 were filled; the longest stretch is 4 months from May 1988 on" in charts["repairs"].explanation
    unplaced = replace(series, repairs=tuple(repair.model_copy(update={"places": ()}) for repair in series.repairs))
    charts = {chart.name: chart for chart in describe_charts(unplaced, made_run(series, forecasts), forecasts)}
    assert len(charts["repairs"].panels) == 1


@pytest.mark.parametrize("name", ["a_very_long_column_name_" * 15, "the level of the river at the bridge " * 10])
def test_the_title_of_an_axis_is_shortened_to_the_picture_and_keeps_its_unit(name):
    made = made_series()
    series = replace(
        made,
        frame=made.frame.rename(columns={"co2": name}),
        roles=made.roles.model_copy(update={"target": name}),
        units={name: "ppm"},
    )
    forecasts = made_forecasts(series)
    for chart in describe_charts(series, made_run(series, forecasts), forecasts):
        with drawn_figure(chart) as figure:
            for ax in figure.axes:
                for label in (ax.xaxis.label, ax.yaxis.label):
                    box = label.get_window_extent()
                    assert not label.get_text() or min(box.min) >= 0
                    assert (box.max <= figure.bbox.size).all()
                    assert "…" not in label.get_text() or label.get_text().endswith("(ppm)")


def test_letters_keep_to_nine_pixels_on_a_phone(drawings):
    wide = 360  # what a chart has of 390 pixels
    for drawing in drawings.values():
        sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', drawing)]
        whole = float(re.findall(r'viewBox="0 0 ([\d.]+)', drawing)[0])
        assert min(sizes) * wide / whole >= 9
