"""Adding a reference on the Report page: pasted as BibTeX or with its DOI, or by a form."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from assistant.report.added_references import ReferenceForm
from assistant.submission import report_references as steps
from assistant.submission.session import Session
from assistant.web.events import Events, Page
from assistant.web.html import note

_FIELDS = {
    "authors": "Authors (Family, Given; Family, Given)",
    "year": "Year",
    "title": "Title",
    "container": "Journal, book or site",
    "volume": "Volume",
    "number": "Number",
    "pages": "Pages",
    "publisher": "Publisher",
    "doi": "DOI",
    "url": "Address (URL)",
}


@dataclass
class ReferenceParts:
    """The components."""

    pasted: gr.Textbox
    add_pasted: gr.Button
    fields: dict[str, gr.Textbox]
    add_form: gr.Button


def build(prefix: str) -> ReferenceParts:
    """Lay the part out."""
    with gr.Accordion("Add a reference", open=False, elem_id=f"{prefix}-add-reference"):
        pasted = gr.Textbox(
            label="Paste BibTeX, or a text with a DOI", lines=3, max_lines=10, elem_id=f"{prefix}-pasted",
            info="Such as @article{key, title = {…}, …} or “Smith (2020). Title. doi:10.1000/xyz”. Nothing is looked up.",
        )  # fmt: skip
        add_pasted = gr.Button("Add what was pasted", size="sm", elem_id=f"{prefix}-add-pasted")
        fields = {}
        with gr.Accordion("Or fill in a form", open=False, elem_id=f"{prefix}-reference-form"):
            for names in (
                ("authors", "year"),
                ("title",),
                ("container", "publisher"),
                ("volume", "number", "pages"),
                ("doi", "url"),
            ):
                with gr.Row():
                    for name in names:
                        fields[name] = gr.Textbox(
                            label=_FIELDS[name], elem_id=f"{prefix}-reference-{name}", max_length=400, min_width=140,
                            scale=1 if name == "year" else 3,
                        )  # fmt: skip
            add_form = gr.Button("Add this reference", size="sm", elem_id=f"{prefix}-add-form")
    return ReferenceParts(pasted, add_pasted, fields, add_form)


def wire(parts: ReferenceParts, page: Page, events: Events) -> None:
    """Connect the events; what was typed stays until it was added."""
    number = page.number  # type: ignore[attr-defined]
    names = list(parts.fields)

    def add_pasted(session: Session, text: str) -> str:
        return note(steps.add_pasted(session, number, text or ""), "fine")

    def add_form(session: Session, *values: str) -> str:
        form = ReferenceForm(**{name: value or "" for name, value in zip(names, values, strict=True)})
        return note(steps.add_form(session, number, form), "fine")

    events.act(parts.add_pasted.click, page, add_pasted, [parts.pasted], retype=True)
    events.act(parts.add_form.click, page, add_form, parts.fields.values(), retype=True)
