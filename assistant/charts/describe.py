"""The charts of one project: which there are, and what is said about each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache

from assistant.charts.chart import Chart, Panel
from assistant.charts.conditional_text import chosen
from assistant.charts.facts import collect_facts
from assistant.charts.run_charts import (
    forecast_chart,
    future_chart,
    horizon_chart,
    loss_chart,
    residuals_chart,
    scatter_chart,
    scores_chart,
)
from assistant.charts.series_charts import repairs_charts, season_chart, series_chart
from assistant.dataset.series import Series
from assistant.errors import ReportError
from assistant.facts import Facts
from assistant.resources import TEMPLATES
from assistant.training.run import Forecasts, Run

TEXTS = TEMPLATES / "charts.toml"


def describe_charts(series: Series, run: Run, forecasts: Forecasts, title: str = "") -> tuple[Chart, ...]:
    """Return every chart that this project can have, in the order in which they are read.

    Raises ReportError when the forecasts do not belong to the series.
    """
    if len(forecasts.origins) == 0 or int(forecasts.origins[-1]) + forecasts.actual.shape[1] >= len(series.frame):
        raise ReportError(
            "The charts cannot be drawn.",
            "The forecasts do not belong to this dataset: they end beyond its last row.",
            "Train again on the present dataset.",
        )
    facts = collect_facts(series, run, forecasts, title)
    drawn = (
        series_chart(series),
        *repairs_charts(series),
        season_chart(series),
        forecast_chart(series, run, forecasts),
        loss_chart(run),
        horizon_chart(series, run, forecasts),
        residuals_chart(series, run, forecasts),
        scatter_chart(series, run, forecasts),
        scores_chart(series, run),
        future_chart(series, run, forecasts),
    )
    return tuple(worded(name, panels, layout, facts) for name, panels, layout in drawn)


@cache
def _texts() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads(TEXTS.read_text("utf-8"))


def worded(name: str, panels: tuple[Panel, ...], layout: dict[str, bool | float], facts: Facts) -> Chart:
    """Return a drawn chart with its texts, filled with the facts."""
    texts = _texts()[name]

    def say(key: str, between: str = " ") -> str:
        return facts.fill(between.join(chosen(texts.get(key, ""), facts)))  # type: ignore[arg-type]

    return Chart(
        name=name,
        title=say("title"),
        panels=panels,
        caption=_as_typed(facts).fill(" ".join(chosen(texts.get("caption", ""), facts))),  # type: ignore[arg-type]
        explanation="\n\n".join(say(key) for key in ("look", "shows", "wrong")),
        summary=" ".join(chosen(texts.get("summary", ""), facts)),  # type: ignore[arg-type]
        alternative=say("alternative"),
        **layout,  # type: ignore[arg-type]
    )


def _as_typed(facts: Facts) -> Facts:
    """Return the facts with the signs of simple Markdown made plain, for captions, in which these have a meaning."""
    texts = {name: re.sub(r"([\\*$\[\]{}])", r"\\\1", text) for name, text in facts.texts.items()}
    return Facts(run_id=facts.run_id, texts=texts)
