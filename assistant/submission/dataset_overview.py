"""What the Dataset page shows of a table without reading it again."""

from __future__ import annotations

from pydantic import ConfigDict

from assistant.dataset.choices import Choices, DateOrder
from assistant.dataset.inspection import Examination, Inspection
from assistant.dataset.profile import Profile, make_profile
from assistant.dataset.series import Repair
from assistant.frozen import Frozen
from assistant.submission.draft import DatasetChoice

_PREVIEW_WIDTH = 60
_PREVIEW_ROWS = 8


class DateReading(Frozen):
    """One way to read dates that can be read in several: the order it stands for, its form, first and last moment."""

    model_config = ConfigDict(extra="ignore")

    order: DateOrder
    form: str
    first: str
    last: str


class Overview(Frozen):
    """What the page shows of a table without reading it again."""

    model_config = ConfigDict(extra="ignore")

    inspection: Inspection
    profile: Profile
    readings: tuple[DateReading, ...] = ()
    unsure_decimals: tuple[str, ...] = ()
    undone: tuple[Repair, ...] = ()
    problem: dict[str, str] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the table's columns."""
        return tuple(column.name for column in self.inspection.columns)

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """Return every repair, those that were switched off too."""
        return (*self.inspection.repairs, *self.undone)


def make_overview(examination: Examination, choice: DatasetChoice, before: Overview | None) -> Overview:
    """Return what is shown of an examined table; `before` knows the repairs and readings that a choice hides."""
    inspection, profile = examination.inspection, make_profile(examination)
    shown = {repair.key for repair in inspection.repairs}
    undone = [
        repair.model_copy(update={"applied": False})
        for repair in (before.repairs if before else ())
        if repair.key in choice.choices.undo and repair.key not in shown
    ]
    preview = tuple(tuple(_cell(text) for text in row) for row in profile.preview[:_PREVIEW_ROWS])
    unsure = tuple(name for name, column in examination.columns.items() if column.unsure)
    if not unsure and choice.choices.decimal and before is not None:
        unsure = before.unsure_decimals
    return Overview(
        inspection=inspection,
        profile=profile.model_copy(update={"preview": preview}),
        readings=_readings(inspection, choice.choices, before),
        unsure_decimals=unsure,
        undone=tuple({repair.key: repair for repair in undone}.values()),
    )


def _readings(inspection: Inspection, choices: Choices, before: Overview | None) -> tuple[DateReading, ...]:
    """Return both readings of dates that leave the order open; after one was picked, those that were found before."""
    time = inspection.time
    if time is None:
        return ()
    if choices.date_order is not None:
        same = (
            before is not None and before.inspection.time is not None and before.inspection.time.columns == time.columns
        )
        return before.readings if before is not None and same else ()
    if time.order is None or time.other_format is None or time.first is None or time.other_first is None:
        return ()
    other: DateOrder = "month first" if time.order == "day first" else "day first"
    if time.other_format.startswith("year"):
        other = "year first"
    return (
        DateReading(order=time.order, form=time.format, first=time.first, last=time.last or time.first),
        DateReading(
            order=other, form=time.other_format, first=time.other_first, last=time.other_last or time.other_first
        ),
    )


def _cell(text: str) -> str:
    text = text.removesuffix(" 00:00:00")
    return text if len(text) <= _PREVIEW_WIDTH else f"{text[: _PREVIEW_WIDTH - 1]}…"
