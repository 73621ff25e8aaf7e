"""The chart of a series before anything was trained on it."""

from __future__ import annotations

from assistant.charts.chart import Chart
from assistant.charts.describe import worded
from assistant.charts.facts import data_facts, split_facts
from assistant.charts.series_charts import series_chart
from assistant.dataset.series import Series
from assistant.facts import merge


def describe_dataset(series: Series) -> Chart:
    """Return the chart of a series with its parts and the range the scaler saw."""
    facts = merge("", data_facts(series, series.title), split_facts(series), {"situation": ""})
    return worded(*series_chart(series), facts)
