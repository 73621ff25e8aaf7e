"""The options that settle how a table is read where it can be read in several ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import typer

from assistant.dataset.choices import Aggregate, Choices, DateOrder, SeriesChoice
from assistant.errors import DatasetError

# What is typed, and what it stands for.
DATES: dict[str, DateOrder] = {"day-first": "day first", "month-first": "month first", "year-first": "year first"}
DECIMALS: dict[str, Literal[".", ","]] = {"point": ".", "comma": ","}
Member = Annotated[str | None, typer.Option(help="The file inside an archive, where there are several.")]
Sheet = Annotated[str | None, typer.Option(help="The sheet of a workbook, where there are several.")]
Dates = Annotated[
    Literal["day-first", "month-first", "year-first"] | None,
    typer.Option(help="Which comes first in dates that can be read in two ways: day-first, month-first, year-first."),
]
Decimal = Annotated[
    Literal["point", "comma"] | None, typer.Option(help="The sign before decimals, where both fit: point or comma.")
]
OneSeries = Annotated[
    str | None,
    typer.Option(
        "--series",
        metavar="NAME",
        help="Which of several series in one table, as NAME or COLUMN=NAME; or mean or sum of them all.",
    ),
]
Step = Annotated[
    str | None, typer.Option(metavar="ALIAS", help="The step to bring the rows to, such as h, D, W, MS, QS, 15min.")
]
Undo = Annotated[
    list[str] | None, typer.Option(metavar="KEY", help="A repair to switch off, by its key in the JSON; once for each.")
]


@dataclass(frozen=True)
class Ways:
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
