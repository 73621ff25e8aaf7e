"""The chart of a series before anything was trained on it."""

from __future__ import annotations

from assistant.charts.chart import Chart
from assistant.charts.describe import _series, _worded
from assistant.charts.facts import _data_facts, _split_facts
from assistant.dataset.series import Series
from assistant.facts import merge


def describe_dataset(series: Series) -> Chart:
    """Return the chart of a series with its parts and the range the scaler saw."""
    facts = merge("", _data_facts(series, series.title), _split_facts(series), {"situation": ""})
    return _worded(*_series(series), facts)
