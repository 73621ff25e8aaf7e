"""What the student chose where a table can be read in more than one way."""

from __future__ import annotations

from typing import Literal

from assistant.frozen import Frozen

DateOrder = Literal["day first", "month first", "year first"]
Aggregate = Literal["mean", "sum", "last"]


class SeriesChoice(Frozen):
    """Which of several series stacked in one table is meant: `value` of `column`, or all of them put together."""

    column: str
    value: str | None = None
    together: Aggregate | None = None


class Choices(Frozen):
    """What the student chose; None and empty mean that the data decide.

    `undo` holds the keys of repairs that are switched off; `frequency` is a pandas offset alias to bring the rows to;
    `same_time` says how several rows of one moment become one.
    """

    date_order: DateOrder | None = None
    decimal: Literal[".", ","] | None = None
    series: SeriesChoice | None = None
    frequency: str | None = None
    same_time: Aggregate | None = None
    undo: frozenset[str] = frozenset()
