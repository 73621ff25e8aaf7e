"""The charts of one project: what the registry draws, with what is said about each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from assistant.charts.chart import Chart, Drawing
from assistant.charts.conditional_text import Pieces, chosen, every_text
from assistant.charts.project_facts import collect_facts, data_facts, split_facts
from assistant.charts.registry import (
    SERIES,
    MemoryChart,
    RegisteredChart,
    RunChart,
    SeriesChart,
    registered_charts,
)
from assistant.dataset.series import Series
from assistant.errors import ReportError
from assistant.facts import Facts, merge
from assistant.resources import TEMPLATES
from assistant.training.memory import NetworkMemory
from assistant.training.run import Forecasts, Run

TEXTS = TEMPLATES / "charts.toml"


def describe_charts(
    series: Series, run: Run, forecasts: Forecasts, title: str = "", memory: NetworkMemory | None = None
) -> tuple[Chart, ...]:
    """Return every chart that this project has, in the order in which they are read.

    Raises ReportError when the forecasts do not belong to the series, or a chart has no texts.
    """
    if len(forecasts.origins) == 0 or int(forecasts.origins[-1]) + forecasts.actual.shape[1] >= len(series.frame):
        raise ReportError(
            "The charts cannot be drawn.",
            "The forecasts do not belong to this dataset: they end beyond its last row.",
            "Train again on the present dataset.",
        )
    facts = collect_facts(series, run, forecasts, title, memory)
    drawn = ((chart, _drawn(chart, series, run, forecasts, memory)) for chart in registered_charts())
    return tuple(_worded(chart, drawing, facts) for chart, drawing in drawn if drawing is not None)


def describe_dataset(series: Series) -> Chart:
    """Return the chart of a series with its parts and the range the scaler saw, before anything was trained on it."""
    facts = merge("", data_facts(series, series.title), split_facts(series), {"situation": ""})
    drawing = SERIES.draw(series)
    assert drawing is not None, "every series has values to draw"
    return _worded(SERIES, drawing, facts)


def chart_summaries() -> tuple[str, ...]:
    """Return every sentence that a chart can bring to the report, whatever happened, facts in braces."""
    summaries = (_texts(TEXTS)[chart.name].get("summary", "") for chart in registered_charts())
    return tuple(text for pieces in summaries for text in every_text(pieces))


def _drawn(
    chart: RegisteredChart, series: Series, run: Run, forecasts: Forecasts, memory: NetworkMemory | None
) -> Drawing | None:
    match chart:
        case SeriesChart():
            return chart.draw(series)
        case RunChart():
            return chart.draw(series, run, forecasts)
        case MemoryChart():
            return None if memory is None else chart.draw(series, memory)


@cache
def _texts(path: Path) -> Mapping[str, Mapping[str, Pieces]]:
    return tomllib.loads(path.read_text("utf-8"))


def _worded(chart: RegisteredChart, drawing: Drawing, facts: Facts) -> Chart:
    """Return a drawn chart with its texts, filled with the facts."""
    texts = _texts(TEXTS).get(chart.name)
    if texts is None:
        raise ReportError(
            f"Nothing is said about the chart “{chart.name}”.",
            f"There is no table [{chart.name}] in {TEXTS.name}.",
            "Write its texts there, as those of the other charts are.",
        )

    def say(key: str) -> str:
        return " ".join(chosen(texts.get(key, ""), facts))

    return Chart(
        name=chart.name,
        title=facts.fill(say("title")),
        panels=drawing.panels,
        caption=_as_typed(facts).fill(say("caption")),
        explanation="\n\n".join(facts.fill(say(key)) for key in ("look", "shows", "wrong")),
        summary=say("summary"),
        alternative=facts.fill(say("alternative")),
        wide=drawing.wide,
        stacked=drawing.stacked,
        height=drawing.height,
        suggested=chart.suggested,
    )


def _as_typed(facts: Facts) -> Facts:
    """Return the facts with the signs of simple Markdown made plain, for captions, in which these have a meaning."""
    texts = {name: re.sub(r"([\\*$\[\]{}])", r"\\\1", text) for name, text in facts.texts.items()}
    return Facts(run_id=facts.run_id, texts=texts)
