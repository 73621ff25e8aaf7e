"""Which charts there are, in the order in which they are read.

A new chart is a row here, the function that draws it, and its texts in `templates/charts.toml`; the pages, the report and
the notebook take it from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from assistant.charts.chart import Drawing
from assistant.charts.network_memory import memory_chart
from assistant.charts.run_charts import (
    forecast_chart,
    future_chart,
    horizon_chart,
    loss_chart,
    residuals_chart,
    scatter_chart,
    scores_chart,
)
from assistant.charts.series_charts import repairs_chart, season_chart, series_chart
from assistant.dataset.series import Series
from assistant.training.memory import NetworkMemory
from assistant.training.run import Forecasts, Run


@dataclass(frozen=True)
class SeriesChart:
    """A chart that needs the series alone.

    `draw` returns None when there is nothing to show, here and below. `name` is its table in `templates/charts.toml`
    and what texts cite it by, as {fig_name}; a `suggested` chart is in the report until the student decides otherwise.
    """

    name: str
    draw: Callable[[Series], Drawing | None]
    suggested: bool = False


@dataclass(frozen=True)
class RunChart:
    """A chart that needs a training and its forecasts of the test part."""

    name: str
    draw: Callable[[Series, Run, Forecasts], Drawing | None]
    suggested: bool = False


@dataclass(frozen=True)
class MemoryChart:
    """A chart that needs what the network remembers, which is measured some time after the training."""

    name: str
    draw: Callable[[Series, NetworkMemory], Drawing | None]
    suggested: bool = False


RegisteredChart: TypeAlias = SeriesChart | RunChart | MemoryChart

SERIES = SeriesChart("series", series_chart, suggested=True)  # the one that is shown before any training, too

CHARTS: tuple[RegisteredChart, ...] = (
    SERIES,
    SeriesChart("repairs", repairs_chart),
    SeriesChart("season", season_chart),
    RunChart("forecast", forecast_chart, suggested=True),
    RunChart("loss", loss_chart, suggested=True),
    RunChart("horizon", horizon_chart, suggested=True),
    RunChart("residuals", residuals_chart, suggested=True),
    RunChart("scatter", scatter_chart),
    RunChart("scores", scores_chart),
    RunChart("future", future_chart),
    MemoryChart("memory", memory_chart),
)


def registered_charts() -> tuple[RegisteredChart, ...]:
    """Return every chart that a project can have, in the order in which they are read."""
    return CHARTS


def most_charts() -> int:
    """Return how many charts a project can have at most: as many places a page has to lay out."""
    return len(registered_charts())
