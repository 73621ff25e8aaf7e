"""The checks that each chart carries find what they are for, and the project's own charts pass them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.charts.chart import Axis, Chart, Layer, Panel
from assistant.charts.checks import check_chart
from assistant.charts.colour_vision import contrast, difference, lightness
from assistant.charts.describe import describe_charts
from assistant.charts.palette import DARK, LIGHT
from assistant.findings import Level
from tests.factories import made_forecasts, made_run, made_series


def charts_of(**options) -> tuple[Chart, ...]:
    series = made_series(**options)
    forecasts = made_forecasts(series)
    return describe_charts(series, made_run(series, forecasts), forecasts)


def plain_chart(**changes) -> Chart:
    x = np.arange(20.0)
    panel = Panel(
        Axis("Row", whole=True),
        Axis("height (m)", unit="m", measured=True),
        (
            Layer("line", "data", "one", x=x, y=np.sin(x)),
            Layer("line", "forecast", "two", x=x, y=np.cos(x), dashed=True),
        ),
    )
    chart = Chart("plain", "Plain", (panel,), "A chart.", "a\n\nb\n\nc", "", "Two lines that go up and down.")
    return replace(chart, **changes)


def with_panel(chart: Chart, **changes) -> Chart:
    return replace(chart, panels=(replace(chart.panels[0], **changes),))


def complaints(chart: Chart) -> str:
    return " ".join(finding.evidence for finding in check_chart(chart) if finding.level == Level.WARN)


@pytest.mark.parametrize("options", [{}, {"rows": 60, "horizon": 1, "dated": False}])
def test_the_projects_own_charts_pass(options):
    for chart in charts_of(**options):
        assert complaints(chart) == "", chart.name


def test_every_check_answers_even_when_all_is_well():
    findings = check_chart(plain_chart(), project=2)
    assert len(findings) == 7
    assert {finding.level for finding in findings} == {Level.FINE}
    assert {(finding.step, finding.project) for finding in findings} == {("charts", 2)}


def test_a_missing_title_and_a_missing_unit_are_found():
    chart = plain_chart()
    assert "has no title" in complaints(with_panel(chart, x=Axis("")))
    assert "lacks the unit m" in complaints(with_panel(chart, y=Axis("height", unit="m")))
    assert "No unit is known" in complaints(with_panel(chart, y=Axis("height", measured=True)))


def test_lines_that_only_colour_tells_apart_are_found():
    first, second = plain_chart().panels[0].layers
    alike = with_panel(plain_chart(), layers=(replace(first, colour="baseline"), replace(second, dashed=False)))
    assert "look alike" in complaints(alike)


@pytest.mark.filterwarnings("ignore:constrained_layout not applied")
def test_a_label_that_is_cut_off_is_found():
    long = "a title that is far too long for a chart of this height " * 3
    panel = replace(plain_chart().panels[0], title=long)
    assert "reaches over the edge" in complaints(plain_chart(panels=(panel, panel)))
    # The title of an axis is shortened instead.
    assert complaints(with_panel(plain_chart(height=0.4), y=Axis(long.replace(" ", "_")))) == ""


def test_labels_that_run_into_each_other_are_found():
    names = tuple(f"a long name, number {number}" for number in range(12))
    layers = (Layer("bars", "data", "n", x=np.arange(12.0), y=np.arange(12.0)),)
    assert "overlap" in complaints(with_panel(plain_chart(), x=Axis("Name", scale="names", names=names), layers=layers))


def test_a_missing_description_is_found():
    assert "alternative text is missing" in complaints(plain_chart(alternative=""))


def test_contrast_and_lightness_agree_with_their_definitions():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert lightness("#ffffff") == pytest.approx(100, abs=0.01)
    assert lightness("#777777") == pytest.approx(50, abs=0.2)
    # Red and green of equal lightness differ for usual eyes and hardly for green-blind ones.
    assert difference("#c04040", "#5f7d1f") > 1.5 * difference("#c04040", "#5f7d1f", "green-blind")


def test_every_colour_is_unlike_every_other_in_both_palettes():
    for palette in (LIGHT, DARK):
        assert len(set(palette.values())) == len(palette)
    assert LIGHT.keys() == DARK.keys()
