"""The Report page: the sections, written in the student's own words, and the pages as they will be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from assistant.brief import Brief
from assistant.desk import report as steps
from assistant.desk.desk import Desk
from assistant.ui.html import download, findings_list, heading, needs, note
from assistant.ui.wizard import Updates, Wizard


@dataclass
class SectionBox:
    """The components of one section."""

    title: str
    text: gr.Textbox
    state: gr.HTML
    restore: gr.Button


@dataclass
class ReportPage:
    """The page's components."""

    number: int
    message: gr.HTML
    missing: gr.HTML
    panel: gr.Column
    sections: list[SectionBox]
    refresh: gr.Button
    status: gr.HTML
    pages: gr.HTML

    @property
    def outputs(self) -> Sequence[Any]:
        """Return every component that `render` may change."""
        boxes = [component for box in self.sections for component in (box.text, box.state, box.restore)]
        return [self.missing, self.panel, self.status, self.pages, *boxes]

    @property
    def typed(self) -> Sequence[Any]:
        """Return those of the outputs that the student types in."""
        return [box.text for box in self.sections]

    def render(self, desk: Desk) -> Updates:
        """Return what each component shows for this student now."""
        if desk.project(self.number).run is None:
            return {
                self.missing: needs(
                    "train", self.number, "The report cites the scores of a training; there is none yet."
                ),
                self.panel: gr.Column(visible=False),
            }
        updates: Updates = {self.missing: "", self.panel: gr.Column(visible=True)}
        texts = steps.sections(desk, self.number)
        for box in self.sections:
            text = texts[box.title]
            updates |= {
                box.text: gr.Textbox(value=text.shown),
                box.state: section_state(text),
                box.restore: gr.Button(visible=text.own),
            }
        return {**updates, **self.render_pages(desk)}

    def render_pages(self, desk: Desk) -> Updates:
        """Return the pages as pictures and what the checks say of them, built anew when something changed."""
        built = steps.build(desk, self.number)
        return {self.status: status_card(built, self.number), self.pages: pages_card(built, self.number)}


def section_state(text: steps.SectionText) -> str:
    """Return whether a section is still the draft, and what of it cites an older training."""
    if not text.own:
        return '<span class="draft-tag">Still the draft from your numbers: say it in your own words.</span>'
    stale = "".join(f"<li>{escape(sentence)}</li>" for sentence in text.stale)
    older = f"<p>Written under an older training; read again:</p><ul>{stale}</ul>" if stale else ""
    unknown = f"<p>Not a fact: {escape(', '.join(text.unknown))}</p>" if text.unknown else ""
    return f'<span class="own-tag">Your own words.</span>{older}{unknown}'


def status_card(built: steps.BuiltReport, number: int) -> str:
    """Return the page count, what to cut when it is over, the findings, and the download."""
    kind = "warn" if built.over else "fine"
    sentence = (
        built.over or f"The report has {built.pages} page{'' if built.pages == 1 else 's'}; {built.limit} are allowed."
    )
    link = download(f"files/project-{number}/report.pdf", "Download the report (PDF)")
    return note(sentence, kind) + findings_list(built.findings) + link


def pages_card(built: steps.BuiltReport, number: int) -> str:
    """Return the pages as pictures."""
    figures = "".join(
        f'<figure><img src="files/project-{number}/page-{page}.png?v={built.digest[:12]}" alt="Page {page} of the report" '
        f'width="910" height="1287"><figcaption>Page {page} of {built.pages}</figcaption></figure>'
        for page in range(1, built.pages + 1)
    )
    return f'<div class="pages">{figures}</div>'


def build(number: int, brief: Brief) -> ReportPage:
    """Lay the page out."""
    prefix = f"p{number}-report"
    limit = brief.report.page_limit
    gr.HTML(
        heading(
            "Report",
            f"Each section starts with a draft from your numbers. Answer the questions in your own words; {limit} "
            f"page{'' if limit == 1 else 's'} at most.",
        )
    )
    message = gr.HTML(elem_id=f"{prefix}-message")
    missing = gr.HTML(elem_id=f"{prefix}-missing")
    sections = []
    with gr.Column(visible=False) as panel, gr.Row():
        with gr.Column(scale=6, min_width=320):
            gr.Markdown(
                "Names in braces such as `{mae}` are replaced by your numbers and stay right after another training. "
                "`*emphasis*`, lists, `$x^2$` and links work."
            )
            for index, section in enumerate(brief.report.sections):
                text = gr.Textbox(
                    label=section.title, info=" ".join(steps.questions(section)), lines=5, max_lines=20,
                    elem_id=f"{prefix}-section-{index}",
                )  # fmt: skip
                state = gr.HTML(elem_id=f"{prefix}-state-{index}")
                restore = gr.Button("Back to the draft", size="sm", visible=False, elem_id=f"{prefix}-restore-{index}")
                sections.append(SectionBox(section.title, text, state, restore))
        with gr.Column(scale=5, min_width=320, elem_classes="beside"):
            status = gr.HTML(elem_id=f"{prefix}-status")
            refresh = gr.Button("Show the pages again", size="sm", elem_id=f"{prefix}-refresh")
            pages = gr.HTML(elem_id=f"{prefix}-pages")
    return ReportPage(number, message, missing, panel, sections, refresh, status, pages)


def wire(page: ReportPage, wizard: Wizard) -> None:
    """Connect the page's events."""
    number = page.number
    for box in page.sections:

        def keep(desk: Desk, text: str, title: str = box.title) -> None:
            steps.set_section(desk, number, title, text)

        def restore(desk: Desk, title: str = box.title) -> None:
            steps.restore_section(desk, number, title)

        wizard.save(box.text.change, page, keep, [box.text])
        wizard.refresh(box.text.blur, page)
        wizard.act(box.restore.click, page, restore, retype=True)
    wizard.refresh(page.refresh.click, page)
