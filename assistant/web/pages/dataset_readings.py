"""The part of the Dataset page where the student settles what a table leaves open, and switches repairs off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from assistant.submission import dataset_choice as steps
from assistant.submission.dataset_overview import Overview
from assistant.submission.draft import DatasetChoice
from assistant.submission.session import Session
from assistant.web.events import Action, Events, Page
from assistant.web.gradio_internals import Component, Updates
from assistant.web.pages import dataset_cards as cards

DECIMALS = [("A comma: 1,5 is one and a half", ","), ("A point: 1.5 is one and a half", ".")]


@dataclass
class ReadingParts:
    """The ways in which a table can be read, where there are several."""

    number: int
    box: gr.Group
    member: gr.Dropdown
    sheet: gr.Dropdown
    order: gr.Radio
    decimal: gr.Radio
    series: gr.Dropdown
    same_time: gr.Radio
    frequency: gr.Dropdown

    @property
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""
        return [
            self.box, self.member, self.sheet, self.order, self.decimal, self.series, self.same_time, self.frequency,
        ]  # fmt: skip

    def render(self, overview: Overview, choice: DatasetChoice) -> Updates:
        """Return the choices that this table leaves open; those that it does not are hidden."""
        inspection, choices = overview.inspection, choice.choices
        reader, orders = inspection.reader, cards.reading_choices(overview)
        first = overview.readings[0].order if overview.readings else None
        several = any(
            repair.key == "same moment" or (repair.key == "grid" and "irregular" in repair.what)
            for repair in overview.repairs
        )
        dated = inspection.time is not None and inspection.time.first is not None
        shown = {
            self.member: len(reader.members) > 1,
            self.sheet: len(reader.sheets) > 1,
            self.order: len(orders) > 1,
            self.decimal: bool(overview.unsure_decimals),
            self.series: inspection.series is not None,
            self.same_time: several or choices.same_time is not None,
            self.frequency: dated and (several or choices.frequency is not None),
        }
        return {
            self.box: gr.update(visible=any(shown.values())),
            self.member: gr.update(choices=list(reader.members), value=reader.member, visible=shown[self.member]),
            self.sheet: gr.update(choices=list(reader.sheets), value=reader.sheet, visible=shown[self.sheet]),
            self.order: gr.update(choices=orders, value=choices.date_order or first, visible=shown[self.order]),
            self.decimal: gr.update(
                value=choices.decimal, label=f"Which sign parts whole and decimals in {', '.join(overview.unsure_decimals[:5])}?",
                visible=shown[self.decimal],
            ),
            self.series: gr.update(
                choices=cards.series_choices(inspection), value=cards.chosen_series(inspection, choices),
                label=f"Several series in one table, one for each {inspection.series.column}: which one?" if inspection.series else "",
                visible=shown[self.series],
            ),
            self.same_time: gr.update(value=choices.same_time or "", visible=shown[self.same_time]),
            self.frequency: gr.update(value=choices.frequency or "", visible=shown[self.frequency]),
        }  # fmt: skip


def build_readings(number: int) -> ReadingParts:
    """Lay the choices out."""
    prefix = f"p{number}-dataset"
    with gr.Group(visible=False) as box:
        member = gr.Dropdown([], label="The file in the archive", visible=False, elem_id=f"{prefix}-member")
        sheet = gr.Dropdown([], label="The sheet", visible=False, elem_id=f"{prefix}-sheet")
        order = gr.Radio(
            [], label="The dates can be read in two ways: which is right?", visible=False, elem_id=f"{prefix}-order",
            elem_classes="one-a-line",
        )  # fmt: skip
        decimal = gr.Radio(DECIMALS, label="Which sign parts whole and decimals?", visible=False, elem_id=f"{prefix}-decimal",
            elem_classes="one-a-line")  # fmt: skip
        series = gr.Dropdown([], label="Which series", visible=False, elem_id=f"{prefix}-series")
        with gr.Row():
            same_time = gr.Radio(
                [("as suggested", ""), ("their mean", "mean"), ("their sum", "sum"), ("the last", "last")],
                label="Several rows of one moment become", visible=False, elem_id=f"{prefix}-same-time",
            )  # fmt: skip
            frequency = gr.Dropdown(cards.STEPS, label="One row for each", visible=False, elem_id=f"{prefix}-frequency",
                filterable=False)  # fmt: skip
    return ReadingParts(number, box, member, sheet, order, decimal, series, same_time, frequency)


def wire_readings(parts: ReadingParts, page: Page, events: Events) -> None:
    """Connect the choices' events."""
    number = parts.number

    def take_member(session: Session, value: str) -> None:
        steps.set_part(session, number, member=value)

    def take_sheet(session: Session, value: str) -> None:
        steps.set_part(session, number, sheet=value)

    def choose(session: Session, name: str, value: object) -> None:
        before = session.snapshot.project(number).chosen_dataset.choices
        steps.set_choices(session, number, before.model_copy(update={name: value}))

    def choice(name: str) -> Action:
        return lambda session, value: choose(session, name, value or None)

    def series(session: Session, picked: str | None) -> None:
        inspection = session.snapshot.project(number).required_overview.inspection
        choose(session, "series", cards.picked_series(inspection, picked))

    for component, do in (
        (parts.member, take_member),
        (parts.sheet, take_sheet),
        (parts.order, choice("date_order")),
        (parts.decimal, choice("decimal")),
        (parts.series, series),
        (parts.same_time, choice("same_time")),
        (parts.frequency, choice("frequency")),
    ):
        events.act(component.input, page, do, [component], retype=True)
