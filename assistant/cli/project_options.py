"""What was asked for of the table of each project, where a command takes several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from assistant.cli.reading_options import DATES, DECIMALS, Ways
from assistant.cli.table_arguments import OpenedTable, choices_of, parse_split, unpacked_limit
from assistant.dataset.choices import ReadingRequest
from assistant.dataset.preparing.prepare import Parts
from assistant.dataset.series import Series
from assistant.dataset.understanding.requested_roles import AskedRoles
from assistant.errors import DatasetError


def _option(help: str, *names: str, metavar: str) -> Any:
    return typer.Option(*names, help=help, metavar=metavar)


Texts = list[str] | None
Targets = Annotated[Texts, _option("The column to forecast, once for all or once for each project.", metavar="COLUMN")]
Times = Annotated[Texts, _option("The column of the time, or several with commas.", "--time", metavar="COLUMN")]
FeatureLists = Annotated[Texts, _option("Columns that may help, with commas.", metavar="A,B")]
Horizons = Annotated[Texts, _option("Steps to forecast at once.", metavar="STEPS")]
Splits = Annotated[Texts, _option("8640,2880,2880 (rows) or 0.7,0.15,0.15 (shares).", metavar="TRAIN,VALIDATION,TEST")]
Files = Annotated[Texts, _option("Which file, where a link leads to several.", "--file", metavar="NAME")]
Members = Annotated[Texts, _option("The file inside an archive, where there are several.", metavar="NAME")]
Sheets = Annotated[Texts, _option("The sheet of a workbook, where there are several.", metavar="NAME")]
DateOrders = Annotated[
    Texts, _option(f"Which comes first in dates that can be read in two ways: {', '.join(DATES)}.", metavar="ORDER")
]
Decimals = Annotated[
    Texts, _option("The sign before decimals, where both fit: point or comma.", "--decimal", metavar="SIGN")
]
SeriesNames = Annotated[
    Texts,
    _option(
        "Which of several series in one table, as NAME or COLUMN=NAME; or mean or sum of them all.",
        "--series",
        metavar="NAME",
    ),
]
Steps = Annotated[
    Texts, _option("The step to bring the rows to, such as h, D, W, MS, QS, 15min.", "--step", metavar="ALIAS")
]
Undone = Annotated[
    Texts, _option("A repair to switch off in every project, by its key in the JSON.", "--undo", metavar="KEY")
]


@dataclass(frozen=True)
class Asked:
    """What was asked for of one table; None leaves it to the table."""

    roles: AskedRoles
    horizon: int | None
    split: Parts | None
    file: str | None
    member: str | None
    sheet: str | None
    ways: Ways

    def choice(self, opened: OpenedTable) -> dict[str, Any]:
        """Return the fields of the student's choice that were asked for, with the roles completed from the table.

        Raises DatasetError where a column or a series that was asked for is not there.
        """
        choices = choices_of(opened.path, self.ways, self.member, self.sheet)
        found: dict[str, Any] = {"choices": choices, "split": self.split, "member": self.member, "sheet": self.sheet}
        if self.roles != AskedRoles() or self.ways.step is not None:
            # Another column or other steps of time have a season and a horizon of their own.
            found |= {"season": None, "horizon": None}
        if self.roles != AskedRoles():
            check_apart(self.roles)
            request = ReadingRequest(choices, self.member, self.sheet, unpacked_limit=unpacked_limit())
            found["roles"] = self.roles.of_file(opened.path, request)
        return found if self.horizon is None else {**found, "horizon": self.horizon}


def per_project(projects: int, undo: Texts, **given: Texts) -> list[Asked]:
    """Return what was asked for of each project; an option that was given once holds for all of them.

    `given` maps an option's name without dashes to its values. Raises DatasetError when there are neither one nor as
    many as there are projects, or when a value cannot be right.
    """
    values = {name: _spread(name, texts or [], projects) for name, texts in given.items()}
    return [_asked({name: texts[place] for name, texts in values.items()}, undo or []) for place in range(projects)]


def _spread(name: str, texts: Sequence[str], projects: int) -> list[str | None]:
    if len(texts) not in (0, 1, projects):
        raise DatasetError(
            f"--{name} was given {len(texts)} times.",
            f"There {'is 1 project' if projects == 1 else f'are {projects} projects'}.",
            "Give it once for all of them, or once for each in their order, with '' where the table should decide.",
        )
    spread = list(texts) * projects if len(texts) == 1 else list(texts) or [""] * projects
    return [text.strip() or None for text in spread]


def _asked(given: Mapping[str, str | None], undo: Sequence[str]) -> Asked:
    def get(name: str) -> str | None:
        return given.get(name)

    for name, known in (("dates", DATES), ("decimal", DECIMALS)):
        if (text := get(name)) is not None and text not in known:
            raise DatasetError(f"--{name} was not understood.", repr(text), f"Give one of {', '.join(known)}.")
    split = get("split")
    return Asked(
        AskedRoles(get("target"), names_of(get("time")), names_of(get("features"))),
        _whole("horizon", get("horizon")),
        parse_split(split) if split else None,
        get("file"),
        get("member"),
        get("sheet"),
        Ways(get("dates"), get("decimal"), get("series"), get("step"), tuple(undo)),
    )


def _whole(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise DatasetError(f"--{name} was not understood.", repr(text), "Give a whole number from 1 up.")
    return int(text)


def names_of(text: str | None) -> tuple[str, ...] | None:
    """Return the names in a text with commas between; None for None."""
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


def check_apart(asked: AskedRoles) -> None:
    """Raise DatasetError when a column is asked for as a feature and for something else too."""
    for name in asked.features or ():
        if name == asked.target or name in (asked.time or ()):
            raise DatasetError(
                f"{name} cannot be a feature.",
                f"It is given as the {'target' if name == asked.target else 'time'} too.",
                "Leave it out of the features; the target's own past is always read.",
            )


def check_features(series: Series, asked: AskedRoles) -> None:
    """Raise DatasetError when a feature that was asked for was left out, or turned out to be the target."""
    features = asked.features or ()
    for repair in series.repairs:
        # What was suggested may be left out with a word; what was asked for may not.
        if (name := repair.key.removeprefix("feature:")) in features and name != repair.key:
            raise DatasetError(
                f"The feature {name} cannot be used.", repair.why, "Give columns of numbers as features."
            )
    if series.target in features:
        raise DatasetError(
            f"{series.target} cannot be a feature.", "It is the target.", "Leave it out; its own past is always read."
        )
