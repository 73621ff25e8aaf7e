"""The Dataset page: choose a table, see what was understood, and correct it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import gradio as gr

from assistant import wording
from assistant.dataset.ready_projects import ReadyProject
from assistant.dataset.series import Series
from assistant.errors import AssistantError
from assistant.submission import dataset_choice as steps
from assistant.submission.dataset_commands import DescribeProject, DescribeSource, ShareDataset
from assistant.submission.dataset_overview import Overview
from assistant.submission.draft import DatasetChoice, ProjectDraft
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot, Snapshot
from assistant.web.events import Events
from assistant.web.gradio_internals import Component, Updates
from assistant.web.html import error_note, heading, note, table
from assistant.web.pages import dataset_cards as cards
from assistant.web.pages.dataset_finder import Finder, build_finder, wire_finder
from assistant.web.pages.dataset_readings import ReadingParts, build_readings, wire_readings


@dataclass
class DatasetPage:
    """The page's components."""

    number: int
    message: gr.HTML
    finder: Finder
    understood: gr.Column
    verdict: gr.HTML
    result: gr.HTML
    findings: gr.HTML
    readings: ReadingParts
    repairs: gr.CheckboxGroup
    read: gr.HTML
    title: gr.Textbox
    question: gr.Textbox
    time: gr.Dropdown
    target: gr.Dropdown
    features: gr.Dropdown
    horizon: gr.Number
    unit: gr.Textbox
    apply: gr.Button
    preview: gr.HTML
    source: gr.HTML
    licence: gr.Textbox
    url: gr.Textbox
    share_why: gr.HTML
    share: gr.Radio

    @property
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""
        return [
            *self.finder.outputs, *self.readings.outputs, self.understood, self.verdict, self.result, self.findings, self.repairs,
            self.read, self.title, self.question, self.time, self.target, self.features, self.horizon, self.unit,
            self.preview, self.source, self.licence, self.url, self.share_why, self.share,
        ]  # fmt: skip

    @property
    def typed(self) -> Sequence[Component]:
        """Return those of the outputs that the student types in."""
        return [
            *self.finder.typed, self.title, self.question, self.time, self.target, self.features, self.horizon, self.unit,
            self.licence, self.url,
        ]  # fmt: skip

    def render(self, snapshot: Snapshot) -> Updates:
        """Return what each component shows for this student now."""
        project = snapshot.project(self.number)
        choice = project.draft.dataset
        updates = self.finder.render(project)
        updates[self.understood] = gr.update(visible=choice is not None)
        if choice is None:
            return updates
        overview = project.overview
        if overview is None:
            again = "Choose the dataset again: what was understood of it is not there any more."
            return {**updates, self.verdict: note(again, "warn")}
        series: Series | None = None
        if overview.problem is None:
            try:
                series = project.series
            except AssistantError as error:
                updates[self.verdict] = error_note(error)
        inspection, profile = overview.inspection, overview.profile
        repairs, kept = cards.repair_choices(overview.repairs)
        return {
            self.verdict: cards.verdict_card(overview),
            **updates,
            self.result: cards.glance(
                series, overview, steps.series_chart(snapshot, series) if series is not None else ""
            ),
            self.findings: cards.findings_card(inspection.findings, overview.problem),
            **self.readings.render(overview, choice),
            self.repairs: gr.update(choices=repairs, value=kept, visible=bool(repairs)),
            self.read: cards.fixed_repairs(overview.repairs),
            **self._render_roles(project.draft, overview, choice),
            self.preview: table(
                profile.columns, profile.preview, f"The first of {wording.counted('row', inspection.rows)}"
            ),
            **self._render_source(project, choice),
        }

    def _render_roles(self, project: ProjectDraft, overview: Overview, choice: DatasetChoice) -> Updates:
        columns, roles = list(overview.columns), choice.roles
        reasons = overview.inspection.reasons
        return {
            self.title: gr.update(value=project.title),
            self.question: gr.update(value=project.question),
            self.time: gr.update(
                choices=columns, value=list(roles.time) if roles else [],
                info=reasons.get("time", "") or "Several columns when year, month … stand apart; none to count rows.",
            ),
            self.target: gr.update(
                choices=columns, value=roles.target if roles else None,
                info=reasons.get("target", "") or "The column to forecast.",
            ),
            self.features: gr.update(
                choices=columns, value=list(roles.features) if roles else [],
                info=reasons.get("features", "") or "Columns that may help; none is fine.",
            ),
            self.horizon: gr.update(value=choice.horizon),
            self.unit: gr.update(value=choice.unit),
        }  # fmt: skip

    def _render_source(self, project: ProjectSnapshot, choice: DatasetChoice) -> Updates:
        source = choice.source
        question = project.sharing_question
        own = choice.ready is None
        return {
            self.source: cards.source_card(source),
            self.licence: gr.update(value=source.licence or "", visible=own),
            self.url: gr.update(value=source.url or "", visible=own),
            self.share_why: cards.share_card(question, choice.share is not None),
            self.share: gr.update(value=choice.share or (None if question else "file")),
        }


def build(number: int, ready: Sequence[ReadyProject], *, local: bool) -> DatasetPage:
    """Lay the page out."""
    prefix = f"p{number}-dataset"
    gr.HTML(
        heading(
            "What do you want to forecast?",
            "Any table with one row per moment and a column of numbers will do.",
            "dataset",
            number,
        )
    )
    message = gr.HTML(elem_id=f"{prefix}-message")
    finder = build_finder(number, ready, local=local)
    with gr.Column(visible=False) as understood:
        gr.Markdown("## What was understood")
        verdict = gr.HTML(elem_id=f"{prefix}-verdict")
        result = gr.HTML(elem_id=f"{prefix}-result")
        findings = gr.HTML(elem_id=f"{prefix}-findings")
        readings = build_readings(number)
        repairs = gr.CheckboxGroup(
            [], label="What was repaired – take a tick away to undo it", elem_id=f"{prefix}-repairs",
            elem_classes="one-a-line",
        )  # fmt: skip
        read = gr.HTML(elem_id=f"{prefix}-read")
        gr.Markdown("## What the columns are for")
        with gr.Row():
            time = gr.Dropdown([], label="Time", multiselect=True, elem_id=f"{prefix}-time")
            target = gr.Dropdown([], label="Target: the column to forecast", elem_id=f"{prefix}-target")
            features = gr.Dropdown([], label="Features", multiselect=True, elem_id=f"{prefix}-features")
        with gr.Row():
            horizon = gr.Number(label="Steps to forecast", precision=0, elem_id=f"{prefix}-horizon")
            unit = gr.Textbox(
                label="Unit of the target", placeholder="°C, ppm, …", elem_id=f"{prefix}-unit", max_length=40
            )
        apply = gr.Button("Prepare again with these", elem_id=f"{prefix}-apply")
        preview = gr.HTML(elem_id=f"{prefix}-preview")
        gr.Markdown("## The project")
        with gr.Row():
            title = gr.Textbox(label="Title of the project", elem_id=f"{prefix}-title", max_length=120)
            question = gr.Textbox(label="The question it answers", elem_id=f"{prefix}-question", max_length=300)
        gr.Markdown("## Where it came from, and what goes out")
        source = gr.HTML(elem_id=f"{prefix}-source")
        with gr.Row():
            licence = gr.Textbox(label="Licence", placeholder="CC BY 4.0, public domain, …", max_length=200,
                elem_id=f"{prefix}-licence")  # fmt: skip
            url = gr.Textbox(label="Address where it can be found", placeholder="https://…", max_length=500,
                elem_id=f"{prefix}-url")  # fmt: skip
        share_why = gr.HTML(elem_id=f"{prefix}-share-why")
        share = gr.Radio(cards.SHARES, label="What the mail carries of this dataset", elem_id=f"{prefix}-share")
    return DatasetPage(
        number, message, finder, understood, verdict, result, findings, readings, repairs, read, title, question, time, target,
        features, horizon, unit, apply, preview, source, licence, url, share_why, share,
    )  # fmt: skip


def wire(page: DatasetPage, events: Events) -> None:
    """Connect the page's events."""
    wire_finder(page.finder, page, events)
    wire_readings(page.readings, page, events)
    number = page.number

    def keep_title(session: Session, text: str) -> None:
        session.apply(DescribeProject(project=number, title=text))

    def keep_question(session: Session, text: str) -> None:
        session.apply(DescribeProject(project=number, question=text))

    events.save(page.title.change, page, keep_title, [page.title])
    events.save(page.question.change, page, keep_question, [page.question])

    def set_roles(
        session: Session, time: list[str] | None, target: str | None, features: list[str] | None,
        horizon: float | None, unit: str,
    ) -> None:  # fmt: skip
        steps.set_roles(session, number, steps.roles_of(time, target, features), horizon, unit)

    def set_roles_if_changed(
        session: Session, time: list[str] | None, target: str | None, features: list[str] | None,
        horizon: float | None, unit: str,
    ) -> None:  # fmt: skip
        steps.set_roles(session, number, steps.roles_of(time, target, features), horizon, unit, anew=False)

    roles = [page.time, page.target, page.features, page.horizon, page.unit]
    events.act(page.apply.click, page, set_roles, roles, retype=True)
    for left in (page.horizon.blur, page.unit.blur):
        events.refresh(left, page, set_roles_if_changed, roles)

    def keep_licence(session: Session, text: str | None) -> None:
        session.apply(DescribeSource(project=number, licence=text))

    def keep_url(session: Session, text: str | None) -> None:
        session.apply(DescribeSource(project=number, url=text))

    # Each alone: what a field sent before the other one was typed in must not empty that other one.
    for box, keep in ((page.licence, keep_licence), (page.url, keep_url)):
        events.save(box.change, page, keep, [box])
        events.refresh(box.blur, page, keep, [box])

    def set_repairs(session: Session, kept: list[str] | None) -> None:
        steps.set_repairs(session, number, kept or [])

    def share(session: Session, value: Literal["file", "link"] | None) -> None:
        session.apply(ShareDataset(project=number, share=value))

    events.act(page.repairs.input, page, set_repairs, [page.repairs], retype=True)
    events.act(page.share.input, page, share, [page.share])
