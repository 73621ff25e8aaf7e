"""What the student chose where a table can be read in more than one way, and how a file is to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from assistant.frozen import Frozen

DateOrder = Literal["day first", "month first", "year first"]
Aggregate = Literal["mean", "sum", "last"]
DEFAULT_UNPACKED = 200_000_000


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


@dataclass(frozen=True)
class ReadingRequest:
    """How a file is to be read as a table; None leaves it to the content.

    `member` picks a file of an archive, `sheet` one of a workbook, `header` says whether the columns' names stand in the
    file, `columns` limits what is loaded; `unpacked_limit` is in bytes, of what an archive or a workbook may unpack to.
    """

    choices: Choices = field(default_factory=Choices)
    member: str | None = None
    sheet: str | None = None
    header: bool | None = None
    columns: Sequence[str] | None = None
    unpacked_limit: int = DEFAULT_UNPACKED

    @property
    def undo(self) -> frozenset[str]:
        """Return the keys of repairs that are switched off."""
        return self.choices.undo

    def wants(self, column: str) -> bool:
        """Tell whether a column is to be loaded."""
        return self.columns is None or column in self.columns
