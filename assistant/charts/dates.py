"""Tick labels of a time axis: each as short as can be, with the year or the day below the first it holds for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from matplotlib import dates, ticker

_YEAR, _MONTH, _DAY = 360.0, 27.0, 0.99  # days between ticks from which these are what a tick names


class DateLabels(ticker.Formatter):
    """Labels such as "Nov / Dec / Jan", with "2010" below Nov and "2011" below Jan."""

    def __call__(self, value: float, _position: int | None = None) -> str:
        """Return the date of one place."""
        return f"{_moment(value):%Y-%m-%d %H:%M}"

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Return the labels of all ticks."""
        if len(values) == 0:
            return []
        moments = [_moment(value) for value in values]
        step = min((later - earlier for earlier, later in pairwise(values)), default=_YEAR)
        if step >= _YEAR:
            return [f"{moment:%Y}" for moment in moments]
        if step >= _MONTH:
            lines = [(f"{moment:%b}", f"{moment:%Y}") for moment in moments]
        elif step >= _DAY:
            lines = [(str(moment.day), f"{moment:%b %Y}") for moment in moments]
        else:
            lines = [(f"{moment:%H:%M}", f"{moment.day} {moment:%b %Y}") for moment in moments]
        low, high = sorted(self.axis.get_view_interval()) if self.axis is not None else (values[0], values[-1])
        labels, said = [], ""
        for value, (short, context) in zip(values, lines, strict=True):
            seen = low <= value <= high
            # All have two lines, so that they stand on the same height.
            labels.append(f"{short}\n{context if seen and context != said else ''}")
            said = context if seen else said
        return labels


def _moment(value: float) -> datetime:
    moment: datetime = dates.num2date(value)  # type: ignore[no-untyped-call]
    return moment
