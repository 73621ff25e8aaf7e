"""The Charts page: look at each chart, confirm it, and choose which go in the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from assistant.desk import charts as steps
from assistant.desk.desk import Desk
from assistant.ui.html import findings_list, heading, needs
from assistant.ui.wizard import Updates, Wizard

SLOTS = 14  # more than there are charts; the rest stays hidden


def figure(picture: str, caption: str = "") -> str:
    """Return a chart's picture with its caption."""
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure class="chart">{picture}{below}</figure>' if picture else ""


@dataclass
class Slot:
    """The components of one chart."""

    box: gr.Column
    picture: gr.HTML
    checked: gr.Checkbox
    in_report: gr.Checkbox
    caption: gr.Textbox


@dataclass
class ChartsPage:
    """The page's components."""

    number: int
    message: gr.HTML
    missing: gr.HTML
    slots: list[Slot]

    @property
    def outputs(self) -> Sequence[Any]:
        """Return every component that `render` may change."""
        parts = [[slot.box, slot.picture, slot.checked, slot.in_report, slot.caption] for slot in self.slots]
        return [self.missing, *(component for part in parts for component in part)]

    @property
    def typed(self) -> Sequence[Any]:
        """Return those of the outputs that the student types in."""
        return [component for slot in self.slots for component in (slot.checked, slot.in_report, slot.caption)]

    def render(self, desk: Desk) -> Updates:
        """Return what each component shows for this student now."""
        shown = steps.charts(desk, self.number)
        reason = "" if shown else needs("train", self.number, "The charts show a training; there is none yet.")
        updates: Updates = {self.missing: reason}
        for index, slot in enumerate(self.slots):
            if index >= len(shown):
                updates[slot.box] = gr.Column(visible=False)
                continue
            item = shown[index]
            updates |= {
                slot.box: gr.Column(visible=True),
                slot.picture: chart_card(item),
                slot.checked: gr.Checkbox(value=item.checked),
                slot.in_report: gr.Checkbox(value=item.in_report),
                slot.caption: gr.Textbox(value=item.caption),
            }
        return updates


def chart_card(item: steps.ShownChart) -> str:
    """Return a chart's title, picture, explanation and what its own checks found."""
    chart = item.chart
    return (
        f"<h3>{escape(chart.title)}</h3>{figure(item.picture)}"
        f'<p class="explanation">{escape(chart.explanation)}</p>{findings_list(item.findings)}'
    )


def build(number: int) -> ChartsPage:
    """Lay the page out."""
    prefix = f"p{number}-charts"
    gr.HTML(heading("Charts", "Look at each chart. Read what it should show, and confirm it when it is so."))
    message = gr.HTML(elem_id=f"{prefix}-message")
    missing = gr.HTML(elem_id=f"{prefix}-missing")
    slots = []
    for index in range(SLOTS):
        with gr.Column(visible=False, elem_classes="chart-card") as box:
            picture = gr.HTML(elem_id=f"{prefix}-{index}-picture", padding=True)
            with gr.Row():
                checked = gr.Checkbox(label="I have checked this chart", elem_id=f"{prefix}-{index}-checked")
                in_report = gr.Checkbox(label="Put it in the report", elem_id=f"{prefix}-{index}-in-report")
            caption = gr.Textbox(
                label="Caption in the report", lines=2, elem_id=f"{prefix}-{index}-caption", max_length=400,
            )  # fmt: skip
        slots.append(Slot(box, picture, checked, in_report, caption))
    return ChartsPage(number, message, missing, slots)


def wire(page: ChartsPage, wizard: Wizard) -> None:
    """Connect the page's events."""
    number = page.number
    for index, slot in enumerate(page.slots):

        def check(desk: Desk, value: bool, index: int = index) -> None:
            steps.set_checked(desk, number, index, value)

        def choose(desk: Desk, value: bool, index: int = index) -> None:
            steps.set_in_report(desk, number, index, value)

        def describe(desk: Desk, text: str, index: int = index) -> None:
            steps.set_caption(desk, number, index, text)

        wizard.save(slot.checked.input, page, check, [slot.checked])
        wizard.save(slot.in_report.input, page, choose, [slot.in_report])
        wizard.save(slot.caption.change, page, describe, [slot.caption])
