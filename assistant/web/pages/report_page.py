"""The Report page: the sections, written in the student's own words, and the pages as they will be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from assistant import wording
from assistant.brief import Brief
from assistant.report.section_drafts import REFERENCES_DRAFT
from assistant.submission import report_building, report_references
from assistant.submission.report_commands import ConfirmSection, RestoreDraft, StepThroughVersions, WriteSection
from assistant.submission.report_texts import SectionText, questions
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot, Snapshot
from assistant.web.events import Events, Timing
from assistant.web.gradio_internals import Component, Updates
from assistant.web.html import heading, needs, note, out_of_date
from assistant.web.pages import reference_form, report_versions
from assistant.web.pages.report_cards import hints_card, names_card, pages_card, section_state, status_card

MOST_ADVICE = 5
PAUSE = 0.4  # seconds without a key after which the pages are built anew


@dataclass
class SectionBox:
    """The components of one section; `edition` is that of the text which the server put into the box."""

    title: str
    text: gr.Textbox
    edition: gr.Textbox
    state: gr.HTML
    undo: gr.Button
    redo: gr.Button
    restore: gr.Button
    confirm: gr.Button

    def render(self, text: SectionText) -> Updates:
        """Return what follows from the section's text."""
        return {
            self.state: section_state(text),
            self.undo: gr.update(visible=text.can_undo or text.can_redo, interactive=text.can_undo),
            self.redo: gr.update(visible=text.can_undo or text.can_redo, interactive=text.can_redo),
            self.restore: gr.update(visible=text.changed),
            self.confirm: gr.update(visible=text.is_stale),
        }

    @property
    def around(self) -> list[Component]:
        """Return what stands around the text box."""
        return [self.state, self.undo, self.redo, self.restore, self.confirm]


@dataclass
class AdvicePart:
    """The part of the page that says what would help."""

    number: int
    message: gr.HTML
    hints: gr.HTML
    buttons: list[gr.Button]

    @property
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""
        return [self.hints, *self.buttons]

    @property
    def typed(self) -> Sequence[Component]:
        """Return nothing: nobody types here."""
        return []

    def render(self, snapshot: Snapshot) -> Updates:
        """Return what would help the report as it is now."""
        project = snapshot.project(self.number)
        advice = report_building.advice(project) if project.current_run is not None else ()
        clicks = [change for change in advice if change.kind != "extend"]
        updates: Updates = {self.hints: hints_card(advice)}
        for index, button in enumerate(self.buttons):
            shown = clicks[index].sentence if index < len(clicks) else None
            updates[button] = gr.update(value=shown or "", visible=shown is not None)
        return updates


@dataclass
class ReportPage:
    """The page's components."""

    number: int
    message: gr.HTML
    missing: gr.HTML
    panel: gr.Column
    names: gr.HTML
    sections: list[SectionBox]
    refresh: gr.Button
    status: gr.HTML
    pages: gr.HTML
    advice: AdvicePart
    adding: reference_form.ReferenceParts | None
    versions: report_versions.VersionParts

    @property
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""
        boxes = [component for box in self.sections for component in (box.text, box.edition, *box.around)]
        parts = [self.missing, self.panel, self.names, self.status, self.pages]
        return [*parts, *self.advice.outputs, *self.versions.outputs, *boxes]

    @property
    def typed(self) -> Sequence[Component]:
        """Return those of the outputs that the student types in."""
        return [component for box in self.sections for component in (box.text, box.edition)]

    def render(self, snapshot: Snapshot) -> Updates:
        """Return what each component shows for this student now."""
        project = snapshot.project(self.number)
        if project.run is None:
            return {
                self.missing: needs(
                    "train", self.number, "The report cites the scores of a training; there is none yet."
                ),
                self.panel: gr.update(visible=False),
            }
        missing = out_of_date(project.draft, self.number, "report")
        updates: Updates = {self.missing: missing, self.panel: gr.update(visible=True)}
        for box in self.sections:
            text = project.sections[box.title]
            updates |= {
                box.text: gr.update(value=text.shown),
                box.edition: gr.update(value=str(text.edition)),
                **box.render(text),
            }
        return {
            **updates,
            self.names: names_card(report_references.citable_facts(project), report_references.citable_keys(project)),
            **self.render_pages(project),
            **self.advice.render(snapshot),
            **self.versions.render(snapshot),
        }

    def render_pages(self, project: ProjectSnapshot) -> Updates:
        """Return the pages as pictures and what the checks say of them."""
        if project.current_run is None:
            # Pages of the training before would carry the name of the dataset of now.
            return {self.status: "", self.pages: ""}
        built = project.report()
        return {self.status: status_card(built, self.number), self.pages: pages_card(built, self.number)}

    def render_typed(self, snapshot: Snapshot, box: SectionBox, typed: str, *shown: str) -> Updates:
        """Return what follows from a text just typed; nothing when the stored text is another one by now.

        `shown` are the status and the pages on the screen: what would stay as it is is not sent again.
        """
        project = snapshot.project(self.number)
        text = project.sections[box.title]
        if typed != text.shown:
            return {}
        new = self.render_pages(project)
        kept = dict(zip((self.status, self.pages), shown, strict=True))
        return {**box.render(text), **{part: value for part, value in new.items() if kept[part] != value}}


def build(number: int, brief: Brief) -> ReportPage:
    """Lay the page out."""
    prefix = f"p{number}-report"
    limit = brief.report.page_limit
    gr.HTML(
        heading(
            "What did you find out?",
            f"Each section starts with a draft from your numbers. Answer the questions in your own words; "
            f"{wording.counted('page', limit)} at most.",
            "report",
            number,
        )
    )
    message = gr.HTML(elem_id=f"{prefix}-message")
    # The first pages of a training take some seconds: until then the page says so.
    missing = gr.HTML('<p class="quiet">The pages are being set …</p>', elem_id=f"{prefix}-missing")
    adding = None
    with gr.Column(visible=False) as panel, gr.Row():
        with gr.Column(scale=6, min_width=320):
            gr.Markdown(
                "Names in braces such as `{mae}` are replaced by your numbers and stay right after another training. "
                "`*emphasis*`, lists, `$x^2$` and links work."
            )
            names = gr.HTML(elem_id=f"{prefix}-names")
            sections = []
            for index, section in enumerate(brief.report.sections):
                sections.append(_build_section(prefix, index, section.title, " ".join(questions(section))))
                if section.draft == REFERENCES_DRAFT:
                    adding = reference_form.build(prefix)
            versions = report_versions.build(number, message, prefix)
        with gr.Column(scale=5, min_width=320, elem_classes="beside"):
            status = gr.HTML(elem_id=f"{prefix}-status")
            buttons = [
                gr.Button(size="sm", visible=False, elem_id=f"{prefix}-advice-{index}") for index in range(MOST_ADVICE)
            ]
            hints = gr.HTML(elem_id=f"{prefix}-hints")
            refresh = gr.Button("Show the pages again", size="sm", elem_id=f"{prefix}-refresh")
            pages = gr.HTML(elem_id=f"{prefix}-pages")
    advice = AdvicePart(number, message, hints, buttons)
    return ReportPage(
        number, message, missing, panel, names, sections, refresh, status, pages, advice, adding, versions
    )  # fmt: skip


def _build_section(prefix: str, index: int, title: str, questions: str) -> SectionBox:
    text = gr.Textbox(
        label=title, info=questions, lines=5, max_lines=20, elem_id=f"{prefix}-section-{index}",
        html_attributes=gr.InputHTMLAttributes(spellcheck=True),
    )  # fmt: skip
    # Sent along with every key: an event's other values are those of the moment when it is dealt with.
    edition = gr.Textbox("", visible="hidden", elem_id=f"{prefix}-edition-{index}")
    state = gr.HTML(elem_id=f"{prefix}-state-{index}")
    with gr.Row(elem_classes="section-buttons"):
        undo = gr.Button("Undo", size="sm", visible=False, elem_id=f"{prefix}-undo-{index}", min_width=70)
        redo = gr.Button("Redo", size="sm", visible=False, elem_id=f"{prefix}-redo-{index}", min_width=70)
        restore = gr.Button(
            "Back to the draft", size="sm", visible=False, elem_id=f"{prefix}-restore-{index}", min_width=120
        )
        confirm = gr.Button(
            "It is still right", size="sm", visible=False, elem_id=f"{prefix}-confirm-{index}", min_width=120
        )
    return SectionBox(title, text, edition, state, undo, redo, restore, confirm)


def wire(page: ReportPage, events: Events) -> None:
    """Connect the page's events."""
    number = page.number
    for box in page.sections:
        _wire_section(page, box, events)
    events.refresh(page.refresh.click, page)
    for button in page.advice.buttons:

        def follow(session: Session, sentence: str) -> str:
            return note(report_building.follow(session, number, sentence), "fine")

        events.act(button.click, page, follow, [button], retype=True)
    if page.adding is not None:
        reference_form.wire(page.adding, page, events)
    report_versions.wire(page.versions, page, events)


def _wire_section(page: ReportPage, box: SectionBox, events: Events) -> None:
    number, title = page.number, box.title

    def keep(session: Session, text: str, edition: str | None, *_shown: str) -> None:
        typed_on = int(edition) if edition else None
        session.apply(WriteSection(project=number, title=title, text=text, edition=typed_on))

    def keep_and_set(session: Session, text: str, edition: str | None, *_shown: str) -> None:
        keep(session, text, edition)
        project = session.snapshot.project(number)
        if project.current_run is not None:
            report_building.keep(project)

    def show(snapshot: Snapshot, text: str, _edition: str | None, status: str, pages: str) -> Updates:
        return page.render_typed(snapshot, box, text, status, pages)

    # What a button filled in is a change too, and the button's message is to be read: it stays.
    events.follow(box.text.change, page, lambda _snapshot, *_values: {}, [box.text, box.edition], [], keep=keep)
    # The key that came last may be kept a moment later than it is shown: what is shown is kept first.
    built = events.follow(
        box.text.change,
        page,
        show,
        [box.text, box.edition, page.status, page.pages],
        [*box.around, page.status, page.pages],
        keep=keep_and_set,
        timing=Timing(seconds=PAUSE, trigger="always_last", only_news=True),
    )
    events.refresh(built.then, page.advice)
    events.refresh(box.text.blur, page)

    def undo(session: Session) -> None:
        session.apply(StepThroughVersions(project=number, title=title, by=-1))

    def redo(session: Session) -> None:
        session.apply(StepThroughVersions(project=number, title=title, by=1))

    def restore(session: Session) -> None:
        session.apply(RestoreDraft(project=number, title=title))

    def confirm(session: Session) -> None:
        session.apply(ConfirmSection(project=number, title=title))

    events.act(box.undo.click, page, undo, retype=True)
    events.act(box.redo.click, page, redo, retype=True)
    events.act(box.restore.click, page, restore, retype=True)
    events.act(box.confirm.click, page, confirm)
