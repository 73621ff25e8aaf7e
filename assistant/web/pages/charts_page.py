"""The Charts page: look at each chart, confirm it, and choose which go in the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

import gradio as gr

from assistant import wording
from assistant.charts.chart import Chart
from assistant.charts.registry import most_charts
from assistant.charts.zoom import can_zoom
from assistant.errors import TrainingError
from assistant.findings import Finding, Level
from assistant.submission import chart_pictures as pictures
from assistant.submission.chart_choices import CaptionChart, ConfirmChart, MoveChart, PlaceChart, ShownChart
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot, Snapshot
from assistant.web.events import Action, Events, Timing
from assistant.web.gradio_internals import Component, Updates
from assistant.web.html import findings_list, heading, needs, note, out_of_date

DRAW_SECONDS = 0.4  # of drawing at a time; the page shows between what is there
_PARTS = ("What to look at", "What it shows here", "What would look wrong")


def figure(picture: str, caption: str = "") -> str:
    """Return a chart's picture with its caption."""
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure class="chart">{picture}{below}</figure>' if picture else ""


@dataclass
class Slot:
    """The components of one chart."""

    box: gr.Column
    picture: gr.HTML
    closer: gr.Accordion
    start: gr.Slider
    end: gr.Slider
    text: gr.HTML
    checked: gr.Checkbox
    in_report: gr.Checkbox
    place: gr.HTML
    order: gr.Row
    earlier: gr.Button
    later: gr.Button
    caption: gr.Textbox

    @property
    def places(self) -> list[Component]:
        """Return what tells and changes the chart's place in the report."""
        return [self.place, self.order, self.earlier, self.later]


@dataclass
class Places:
    """That part of the page that follows from which charts are in the report."""

    page: ChartsPage
    message: gr.HTML

    @property
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""
        return [component for slot in self.page.slots for component in slot.places]

    @property
    def typed(self) -> Sequence[Component]:
        """Return nothing: nobody types here."""
        return []

    def render(self, snapshot: Snapshot) -> Updates:
        """Return each chart's place in the report."""
        project = snapshot.project(self.page.number)
        shown, numbers = project.charts, project.figure_numbers
        last = sum(item.in_report for item in shown)
        updates: Updates = {}
        for slot, item in zip(self.page.slots, shown, strict=False):
            figure = numbers.get(item.chart.name)
            updates |= {
                slot.place: place_text(figure),
                slot.order: gr.update(visible=figure is not None),
                slot.earlier: gr.update(interactive=item.place is not None and item.place > 1),
                slot.later: gr.update(interactive=item.place is not None and item.place < last),
            }
        return updates


@dataclass
class ChartsPage:
    """The page's components."""

    number: int
    message: gr.HTML
    missing: gr.HTML
    slots: list[Slot]
    timer: gr.Timer
    drawn: gr.State

    @property
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""
        parts = [
            [slot.box, slot.picture, slot.closer, slot.text, *slot.places, *_typed(slot)] for slot in self.slots
        ]  # fmt: skip
        return [self.missing, self.timer, self.drawn, *(component for part in parts for component in part)]

    @property
    def typed(self) -> Sequence[Component]:
        """Return those of the outputs that the student types in."""
        return [component for slot in self.slots for component in _typed(slot)]

    def render(self, snapshot: Snapshot) -> Updates:
        """Return what each component shows for this student now; what is not drawn yet follows with the timer."""
        project = snapshot.project(self.number)
        shown = project.charts
        reason = needs("train", self.number, "The charts show a training; there is none yet.")
        if shown:
            reason = out_of_date(project.draft, self.number, "charts")
        complete = pictures.draw_some(project.services.drawing, [item.chart for item in shown], 0)
        updates: Updates = {
            self.missing: reason,
            self.timer: gr.update(active=not complete),
            self.drawn: _stages(shown, self.number),
        }
        for index, slot in enumerate(self.slots):
            if index >= len(shown):
                updates[slot.box] = gr.update(visible=False)
                continue
            item = shown[index]
            updates |= {
                slot.box: gr.update(visible=True),
                slot.picture: chart_picture(item.chart),
                slot.closer: gr.update(visible=can_zoom(item.chart), open=False),
                slot.start: gr.update(value=0),
                slot.end: gr.update(value=100),
                slot.text: chart_text(item.chart, self.number),
                slot.checked: gr.update(value=item.checked),
                slot.in_report: gr.update(value=item.in_report),
                slot.caption: gr.update(value=item.caption),
            }
        return {**updates, **Places(self, self.message).render(snapshot)}

    def render_drawn(self, project: ProjectSnapshot, before: Sequence[int]) -> Updates:
        """Draw for a moment and return what is new since the stages `before`."""
        shown = project.charts
        complete = pictures.draw_some(project.services.drawing, [item.chart for item in shown], DRAW_SECONDS)
        now = _stages(shown, self.number)
        updates: Updates = {self.drawn: now}
        if complete:
            updates[self.timer] = gr.update(active=False)
        for index, (slot, item) in enumerate(zip(self.slots, shown, strict=False)):
            old = before[index] if index < len(before) else 0
            if now[index] > old == 0:
                updates[slot.picture] = chart_picture(item.chart)
            if now[index] > 1 >= old:
                updates[slot.text] = chart_text(item.chart, self.number)
        return updates


def _typed(slot: Slot) -> list[Component]:
    return [slot.start, slot.end, slot.checked, slot.in_report, slot.caption]


def _stages(shown: Sequence[ShownChart], number: int) -> tuple[int, ...]:
    """Return how far each chart is: 0 nothing, 1 drawn, 2 checked too."""
    return tuple(
        0
        if pictures.known_picture(item.chart) is None
        else 1 + (pictures.known_findings(item.chart, number) is not None)
        for item in shown
    )


def chart_picture(chart: Chart, picture: str | None = None) -> str:
    """Return a chart's title and its picture, or a space as large as it while it is being drawn."""
    drawn = pictures.known_picture(chart) if picture is None else picture
    if drawn is None:
        drawn = f'<div class="chart-waits" style="aspect-ratio: 1 / {min(chart.height, 0.5):.2f}">Drawing …</div>'
    return f"<h2>{escape(chart.title)}</h2>{figure(drawn)}"


def chart_text(chart: Chart, number: int) -> str:
    """Return a chart's explanation in its three parts, and what its own checks found."""
    parts = chart.explanation.split("\n\n")
    if len(parts) == len(_PARTS):
        items = "".join(
            f"<div><dt>{label}</dt><dd>{escape(part)}</dd></div>" for label, part in zip(_PARTS, parts, strict=True)
        )
        explanation = f'<dl class="explanation-parts">{items}</dl>'
    else:
        explanation = f'<p class="explanation">{escape(chart.explanation)}</p>'
    return explanation + checks_card(pictures.known_findings(chart, number))


def checks_card(findings: Sequence[Finding] | None) -> str:
    """Return the checks that did not pass as a list, or one line when all of them passed."""
    if findings is None:
        return '<p class="checks">Its checks are being made …</p>'
    wanting = [finding for finding in findings if finding.level is not Level.FINE]
    passed = len(findings) - len(wanting)
    line = f'<p class="checks">{wording.counted("check", passed)} passed.</p>' if passed else ""
    return findings_list(wanting) + line


def place_text(figure: int | None) -> str:
    """Return which figure of the report a chart is."""
    return f'<p class="place"><strong>Fig. {figure}</strong> in the report</p>' if figure is not None else ""


def build(number: int) -> ChartsPage:
    """Lay the page out."""
    prefix = f"p{number}-charts"
    gr.HTML(
        heading(
            "Do the charts show what they should?",
            "Look at each chart. Read what it should show, and confirm it when it is so. Point at a chart, or "
            "walk through it with the arrow keys, to read its values.",
            "charts",
            number,
        )
    )
    message = gr.HTML(elem_id=f"{prefix}-message")
    missing = gr.HTML(elem_id=f"{prefix}-missing")
    slots = [_build_slot(f"{prefix}-{index}") for index in range(most_charts())]
    return ChartsPage(number, message, missing, slots, gr.Timer(0.2, active=False), gr.State(()))


def _build_slot(prefix: str) -> Slot:
    with gr.Column(visible=False, elem_classes="chart-card") as box:
        picture = gr.HTML(elem_id=f"{prefix}-picture", padding=True)
        with (
            gr.Accordion("Look closer at a stretch", open=False, visible=False, elem_id=f"{prefix}-closer") as closer,
            gr.Row(),
        ):
            start = gr.Slider(
                0, 100, value=0, step=1, label="From (% of the width)", elem_id=f"{prefix}-from", min_width=200
            )
            end = gr.Slider(
                0, 100, value=100, step=1, label="To (% of the width)", elem_id=f"{prefix}-to", min_width=200
            )
        text = gr.HTML(elem_id=f"{prefix}-text", padding=True)
        with gr.Row():
            checked = gr.Checkbox(label="I have checked this chart", elem_id=f"{prefix}-checked", min_width=200)
            in_report = gr.Checkbox(label="Put it in the report", elem_id=f"{prefix}-in-report", min_width=200)
        with gr.Row(visible=False, elem_classes="chart-order") as order:
            place = gr.HTML(elem_id=f"{prefix}-place")
            earlier = gr.Button("Earlier in the report", size="sm", elem_id=f"{prefix}-earlier", min_width=120)
            later = gr.Button("Later in the report", size="sm", elem_id=f"{prefix}-later", min_width=120)
        caption = gr.Textbox(
            label="Caption in the report", lines=2, max_lines=4, elem_id=f"{prefix}-caption", max_length=400,
        )  # fmt: skip
    return Slot(
        box, picture, closer, start, end, text, checked, in_report, place, order, earlier, later, caption
    )  # fmt: skip


def wire(page: ChartsPage, events: Events) -> None:
    """Connect the page's events."""
    number, places = page.number, Places(page, page.message)
    for index, slot in enumerate(page.slots):
        _wire_slot(page, places, events, index)
        _wire_closer(page, events, index, slot)

    def tick(snapshot: Snapshot, before: Sequence[int]) -> Updates:
        return page.render_drawn(snapshot.project(number), before or ())

    drawings = [component for slot in page.slots for component in (slot.picture, slot.text)]
    outputs = [page.timer, page.drawn, *drawings]
    events.follow(page.timer.tick, page, tick, [page.drawn], outputs, timing=Timing(trigger="once"))


def _wire_slot(page: ChartsPage, places: Places, events: Events, index: int) -> None:
    number, slot = page.number, page.slots[index]

    def name_of(session: Session) -> str:
        shown = session.snapshot.project(number).charts
        if index >= len(shown):
            raise TrainingError("This chart is not there any more.", "", "Look at the charts that are there now.")
        return shown[index].chart.name

    def check(session: Session, value: bool) -> None:
        session.apply(ConfirmChart(project=number, chart=name_of(session), checked=value))

    def choose(session: Session, value: bool) -> None:
        session.apply(PlaceChart(project=number, chart=name_of(session), in_report=value))

    def describe(session: Session, text: str) -> None:
        session.apply(CaptionChart(project=number, chart=name_of(session), caption=text))

    def step(by: int) -> Action:
        def move(session: Session) -> str:
            before = session.snapshot.project(number).figure_numbers
            session.apply(MoveChart(project=number, chart=name_of(session), by=by))
            if session.snapshot.project(number).figure_numbers != before:
                return ""
            return note(
                "Figures are numbered as your text speaks of them: to change their order, move those sentences in the Report."
            )

        return move

    events.save(slot.checked.input, page, check, [slot.checked])
    events.act(slot.in_report.input, places, choose, [slot.in_report], timing=Timing(trigger="always_last"))
    events.save(slot.caption.change, page, describe, [slot.caption])
    events.act(slot.earlier.click, places, step(-1), timing=Timing())
    events.act(slot.later.click, places, step(1), timing=Timing())


def _wire_closer(page: ChartsPage, events: Events, index: int, slot: Slot) -> None:
    def look(snapshot: Snapshot, start: float | None, end: float | None) -> Updates:
        project = snapshot.project(page.number)
        if index >= len(project.charts):
            return {}
        chart = project.charts[index].chart
        ends = (start or 0) / 100, (100 if end is None else end) / 100
        return {slot.picture: chart_picture(chart, pictures.closer_picture(project.services.drawing, chart, *ends))}

    moves = [slot.start.input, slot.end.input, slot.start.release, slot.end.release]
    events.follow(partial(gr.on, moves), page, look, [slot.start, slot.end], [slot.picture])
