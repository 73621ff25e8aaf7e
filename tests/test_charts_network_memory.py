"""What the charts say of a network's memory."""

from __future__ import annotations

import math

from assistant.charts.chart import Chart
from assistant.charts.describe import describe_charts
from assistant.charts.network_memory import count_keeping, longest, memory_span, steps_in_words
from assistant.charts.project_facts import collect_facts
from assistant.dataset.series import Frequency
from assistant.training.memory import LookBack, NetworkMemory
from tests.factories import made_forecasts, made_run, made_series

STILL = LookBack(effect=(1.0, 0.5), correction=(0.0, 0.0), half=1, steps=2, correction_steps=0, peak=None)


def charts_with(memory: NetworkMemory | None) -> tuple[Chart, ...]:
    series = made_series()
    forecasts = made_forecasts(series)
    return describe_charts(series, made_run(series, forecasts), forecasts, memory=memory)


def test_the_networks_chart_comes_last_once_its_memory_was_measured() -> None:
    before = [chart.name for chart in charts_with(None)]
    memory = NetworkMemory(cell="lstm", units=2, windows=3, half_lives=(4.0, None), look_back=STILL)
    assert [chart.name for chart in charts_with(memory)] == [*before, "memory"]


def test_what_is_known_of_the_memory_joins_the_facts_and_takes_none_away() -> None:
    series = made_series()
    forecasts = made_forecasts(series)
    run = made_run(series, forecasts)
    memory = NetworkMemory(cell="lstm", units=32, windows=3, half_lives=(4.0, None), look_back=STILL)
    before = collect_facts(series, run, forecasts).texts
    after = collect_facts(series, run, forecasts, memory=memory).texts
    assert after["look_back"] == "2 months"
    assert {name: after[name] for name in before.keys() - {"situation"}} == {
        name: text for name, text in before.items() if name != "situation"
    }
    assert after["situation"] == f"{before['situation']}, gated"


def test_a_network_that_adds_nothing_is_said_to_add_nothing() -> None:
    memory = NetworkMemory(cell="lstm", units=2, windows=3, half_lives=(4.0, None), look_back=STILL)
    chart = {chart.name: chart for chart in charts_with(memory)}["memory"]
    assert "adds nothing" in chart.explanation
    assert "without end" in chart.explanation


def test_a_memory_counts_when_it_lasts_a_season_or_else_the_horizon() -> None:
    assert memory_span(Frequency(alias="h", step="hour", season=24), 6) == 24
    assert memory_span(Frequency(alias="YS", step="year"), 6) == 6
    assert count_keeping((3.0, 24.0, None), 24) == 2
    assert longest((3.0, None)) == math.inf
    assert longest(()) is None


def test_steps_are_told_in_the_datas_time() -> None:
    hours = Frequency(alias="h", step="hour", season=24)
    assert steps_in_words(23.8, hours) == "24 hours"
    assert steps_in_words(2.54, hours) == "2.5 hours"
    assert steps_in_words(math.inf, hours) == "without end"
