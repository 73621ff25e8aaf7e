"""The options that settle how a table is read where it can be read in several ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from assistant.cli.table_options import DATES, DECIMALS, table_option
from assistant.dataset.choices import Aggregate, Choices, DateOrder, SeriesChoice
from assistant.errors import DatasetError

Member = Annotated[str | None, table_option("member")]
Sheet = Annotated[str | None, table_option("sheet")]
Dates = Annotated[Literal["day-first", "month-first", "year-first"] | None, table_option("dates")]
Decimal = Annotated[Literal["point", "comma"] | None, table_option("decimal")]
OneSeries = Annotated[str | None, table_option("series")]
Step = Annotated[str | None, table_option("step")]
Undo = Annotated[list[str] | None, table_option("undo")]


@dataclass(frozen=True)
class ReadingOptions:
    """What was asked for on the command line; None leaves it to the data."""

    dates: str | None = None
    decimal: str | None = None
    series: str | None = None
    step: str | None = None
    undo: Sequence[str] = ()

    def choices(self, columns: Callable[[Choices], tuple[str | None, Sequence[str]]]) -> Choices:
        """Return the choices; `columns` tells the column that tells the series apart, and all columns, when needed."""
        order: DateOrder | None = None
        if self.dates is not None:
            order = DATES[self.dates]
        choices = Choices(
            date_order=order,
            decimal=DECIMALS[self.decimal] if self.decimal is not None else None,
            frequency=self.step,
            undo=frozenset(self.undo),
        )
        if self.series is None:
            return choices
        return choices.model_copy(update={"series": self._series(*columns(choices))})

    def _series(self, column: str | None, names: Sequence[str]) -> SeriesChoice:
        asked = self.series or ""
        named, sign, value = asked.partition("=")
        if sign and (named in names or named == column):
            return SeriesChoice(column=named, value=value)
        if column is None:
            raise DatasetError(
                "No column was found that tells several series apart.",
                f"Asked for {asked!r}.",
                f"Name it too: --series COLUMN=NAME, with one of {', '.join(names[:8])}.",
            )
        together: dict[str, Aggregate] = {"mean": "mean", "sum": "sum"}
        if asked in together:
            return SeriesChoice(column=column, together=together[asked])
        return SeriesChoice(column=column, value=asked)
