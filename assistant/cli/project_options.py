"""What was asked for of the table of each project, where a command takes several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from assistant.cli.reading_options import ReadingOptions
from assistant.cli.table_arguments import OpenedTable, choices_of, parse_split, unpacked_limit
from assistant.cli.table_options import DATES, DECIMALS, table_option
from assistant.dataset.choices import ReadingRequest
from assistant.dataset.preparing.prepare import Parts
from assistant.dataset.series import Series
from assistant.dataset.understanding.requested_roles import RequestedRoles
from assistant.errors import DatasetError
from assistant.submission.draft import DatasetChoice

Texts = list[str] | None
Targets = Annotated[Texts, table_option("target")]
Times = Annotated[Texts, table_option("time")]
FeatureLists = Annotated[Texts, table_option("features")]
Horizons = Annotated[Texts, table_option("horizon")]
Splits = Annotated[Texts, table_option("split")]
Files = Annotated[Texts, table_option("file")]
Members = Annotated[Texts, table_option("member")]
Sheets = Annotated[Texts, table_option("sheet")]
DateOrders = Annotated[Texts, table_option("dates")]
Decimals = Annotated[Texts, table_option("decimal")]
SeriesNames = Annotated[Texts, table_option("series")]
Steps = Annotated[Texts, table_option("step")]
Shares = Annotated[Texts, table_option("share")]
Undone = Annotated[Texts, table_option("undo")]


@dataclass(frozen=True)
class TableRequest:
    """What was asked for of one table; None leaves it to the table."""

    roles: RequestedRoles
    horizon: int | None
    split: Parts | None
    file: str | None
    member: str | None
    sheet: str | None
    reading: ReadingOptions
    share: Literal["file", "link"] | None = None

    def choice(self, opened: OpenedTable, known: DatasetChoice) -> DatasetChoice:
        """Return what is `known` of a dataset's choice with what was asked for, the roles completed from the table.

        Raises DatasetError where a column or a series that was asked for is not there.
        """
        choices = choices_of(opened.path, self.reading, self.member, self.sheet)
        found: dict[str, object] = {"choices": choices, "split": self.split, "member": self.member, "sheet": self.sheet}
        if self.roles != RequestedRoles() or self.reading.step is not None:
            # Another column or other steps of time have a season and a horizon of their own.
            found |= {"season": None, "horizon": None}
        if self.roles != RequestedRoles():
            check_apart(self.roles)
            request = ReadingRequest(choices, self.member, self.sheet, unpacked_limit=unpacked_limit())
            found["roles"] = self.roles.of_file(opened.path, request)
        if self.horizon is not None:
            found["horizon"] = self.horizon
        if self.share is not None:
            found["share"] = self.share
        return known.model_copy(update=found)


def per_project(projects: int, undo: Texts, **given: Texts) -> list[TableRequest]:
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


def _asked(given: Mapping[str, str | None], undo: Sequence[str]) -> TableRequest:
    def get(name: str) -> str | None:
        return given.get(name)

    for name, known in (("dates", DATES), ("decimal", DECIMALS)):
        if (text := get(name)) is not None and text not in known:
            raise DatasetError(f"--{name} was not understood.", repr(text), f"Give one of {', '.join(known)}.")
    split = get("split")
    return TableRequest(
        RequestedRoles(get("target"), names_of(get("time")), names_of(get("features"))),
        _whole("horizon", get("horizon")),
        parse_split(split) if split else None,
        get("file"),
        get("member"),
        get("sheet"),
        ReadingOptions(get("dates"), get("decimal"), get("series"), get("step"), tuple(undo)),
        _share(get("share")),
    )


def _share(text: str | None) -> Literal["file", "link"] | None:
    match text:
        case "file" | "link" | None:
            return text
    raise DatasetError("--share was not understood.", repr(text), "Give file or link.")


def _whole(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise DatasetError(f"--{name} was not understood.", repr(text), "Give a whole number from 1 up.")
    return int(text)


def names_of(text: str | None) -> tuple[str, ...] | None:
    """Return the names in a text with commas between; None for None."""
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


def check_apart(asked: RequestedRoles) -> None:
    """Raise DatasetError when a column is asked for as a feature and for something else too."""
    for name in asked.features or ():
        if name == asked.target or name in (asked.time or ()):
            raise DatasetError(
                f"{name} cannot be a feature.",
                f"It is given as the {'target' if name == asked.target else 'time'} too.",
                "Leave it out of the features; the target's own past is always read.",
            )


def check_features(series: Series, asked: RequestedRoles) -> None:
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
