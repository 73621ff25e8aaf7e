"""The registry of charts: what stands in it is described, worded, and has its place on the page."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from assistant.charts import describe, registry
from assistant.charts.chart import Axis, Chart, Drawing, Layer, Panel
from assistant.charts.describe import describe_charts, describe_dataset
from assistant.charts.registry import RunChart, most_charts, registered_charts
from assistant.dataset.series import Series
from assistant.errors import ReportError
from assistant.training.memory import LookBack, NetworkMemory
from assistant.training.run import Forecasts, Run
from assistant.web.pages import charts_page
from tests.factories import made_forecasts, made_run, made_series

TEXTS = ("title", "caption", "look", "shows", "wrong", "summary", "alternative")
MEMORY = NetworkMemory(
    cell="lstm",
    units=2,
    windows=3,
    half_lives=(4.0, None),
    look_back=LookBack(effect=(1.0, 0.5), correction=(0.2, 0.1), half=1, steps=2, correction_steps=2, peak=None),
)
BIAS = """
[bias]
title = "Bias by step"
caption = "Mean error of the {network} by the number of {steps} ahead."
look = "Look at whether the bars lie around zero."
shows = "On average the forecasts are {bias} {bias_direction}."
wrong = "Bars that grow all in one direction would mean a trend that was missed."
summary = "{fig_bias} shows the mean error by step."
alternative = "Bar chart of the mean error by the number of {steps} ahead."
"""


def bias_chart(series: Series, _run: Run, forecasts: Forecasts) -> Drawing:
    errors = (forecasts.methods["lstm"] - forecasts.actual).mean(axis=0)
    steps = np.arange(1.0, series.horizon + 1)
    layer = Layer("bars", "data", "Mean error", x=steps, y=errors)
    return Drawing((Panel(Axis("Steps ahead", whole=True), Axis("Mean error (ppm)", unit="ppm"), (layer,)),))


def every_chart() -> dict[str, Chart]:
    series = made_series()
    forecasts = made_forecasts(series)
    charts = describe_charts(series, made_run(series, forecasts), forecasts, memory=MEMORY)
    return {chart.name: chart for chart in charts}


def places_on_the_page() -> int:
    async def lay_out() -> int:
        with gr.Blocks():
            return len(charts_page.build(1).slots)

    # Gradio asks for the loop that runs; where there is none it would open one and leave it open.
    return asyncio.run(lay_out())


def test_a_series_with_everything_shows_every_registered_chart_in_order() -> None:
    assert list(every_chart()) == [chart.name for chart in registered_charts()]


def test_the_page_has_a_place_for_every_chart() -> None:
    assert places_on_the_page() == most_charts() == len(every_chart())


def test_each_chart_has_all_its_texts_and_no_texts_lack_their_chart() -> None:
    tables = tomllib.loads(describe.TEXTS.read_text("utf-8"))
    assert set(tables) == {chart.name for chart in registered_charts()}
    for name, texts in tables.items():
        assert set(texts) == set(TEXTS), name


def test_no_two_charts_share_a_name() -> None:
    names = [chart.name for chart in registered_charts()]
    assert len(set(names)) == len(names)


def test_a_chart_that_is_registered_drawn_and_worded_is_everywhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    texts = tmp_path / "charts.toml"
    texts.write_text(describe.TEXTS.read_text("utf-8") + BIAS, "utf-8")
    monkeypatch.setattr(describe, "TEXTS", texts)
    before = places_on_the_page()
    monkeypatch.setattr(registry, "CHARTS", (*registry.CHARTS, RunChart("bias", bias_chart, suggested=True)))
    chart = every_chart()["bias"]
    assert chart.suggested
    assert chart.caption == "Mean error of the LSTM by the number of months ahead."
    assert chart.summary == "{fig_bias} shows the mean error by step."
    assert places_on_the_page() == before + 1
    assert "{fig_bias} shows the mean error by step." in describe.chart_summaries()


def test_a_chart_without_texts_is_refused_with_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "CHARTS", (*registry.CHARTS, RunChart("bias", bias_chart)))
    with pytest.raises(ReportError, match=r"no table \[bias\] in charts.toml"):
        every_chart()


def test_a_series_can_be_shown_before_any_training() -> None:
    chart = describe_dataset(made_series())
    assert chart.name == "series"
    assert "{" not in chart.caption + chart.explanation + chart.alternative
