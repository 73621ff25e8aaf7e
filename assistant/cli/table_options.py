"""The options about a table, declared once: for commands of one table, and for those that take several.

A command of one table takes each option once; `run` takes it once for all projects or once for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import typer

from assistant.dataset.choices import DateOrder

# What is typed, and what it stands for.
DATES: dict[str, DateOrder] = {"day-first": "day first", "month-first": "month first", "year-first": "year first"}
DECIMALS: dict[str, Literal[".", ","]] = {"point": ".", "comma": ","}


@dataclass(frozen=True)
class TableOption:
    """One option: its name with dashes, the sign for its value, and what it says of itself."""

    flag: str
    metavar: str
    help: str


_OPTIONS = {
    "target": TableOption("--target", "COLUMN", "The column to forecast."),
    "time": TableOption("--time", "COLUMN", "The column of the time, or several with commas."),
    "features": TableOption("--features", "A,B", "Columns that may help, with commas."),
    "horizon": TableOption("--horizon", "STEPS", "Steps to forecast at once."),
    "split": TableOption("--split", "TRAIN,VALIDATION,TEST", "8640,2880,2880 (rows) or 0.7,0.15,0.15 (shares)."),
    "file": TableOption(
        "--file", "NAME", "Which file, where a link leads to several; '*' takes a whole Kaggle dataset."
    ),
    "member": TableOption("--member", "NAME", "The file inside an archive, where there are several."),
    "sheet": TableOption("--sheet", "NAME", "The sheet of a workbook, where there are several."),
    "dates": TableOption(
        "--dates", "ORDER", f"Which comes first in dates that can be read in two ways: {', '.join(DATES)}."
    ),
    "decimal": TableOption("--decimal", "SIGN", "The sign before decimals, where both fit: point or comma."),
    "series": TableOption(
        "--series", "NAME", "Which of several series in one table, as NAME or COLUMN=NAME; or mean or sum of them all."
    ),
    "step": TableOption("--step", "ALIAS", "The step to bring the rows to, such as h, D, W, MS, QS, 15min."),
    "undo": TableOption("--undo", "KEY", "A repair to switch off, by its key in the JSON; once for each."),
    "share": TableOption(
        "--share",
        "FILE_OR_LINK",
        "What the mail carries of a dataset: its file, or its link and SHA-256. Without a known licence it has to be said.",
    ),
}


def table_option(name: str, **limits: Any) -> Any:
    """Return an option about a table by its name, for a parameter of a command; `limits` are typer's, such as min."""
    option = _OPTIONS[name]
    return typer.Option(option.flag, metavar=option.metavar, help=option.help, **limits)
