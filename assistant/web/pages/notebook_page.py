"""The Colab page: the notebook that reproduces the report, and the link that everybody can open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.submission import notebook_making as steps
from assistant.submission.background import Work
from assistant.submission.session import Desk
from assistant.web.events import Updates, Wizard, without
from assistant.web.html import download, findings_list, heading, needs, note, out_of_date, seconds_text

HOW = """
1. **Download** the notebook, then open [Google Colab](https://colab.research.google.com/) and choose *File → Upload notebook*.
2. *Runtime → Run all*. The last cell says whether it gave the report’s scores.
3. *Share* (top right) → *General access* → **Anyone with the link** → *Viewer*. “Anyone in your school” is not enough: the course could not open it.
4. *Copy link*, and paste it here.
"""


@dataclass
class NotebookPage:
    """The page's components."""

    number: int
    message: gr.HTML
    missing: gr.HTML
    panel: gr.Column
    make: gr.Button
    status: gr.HTML
    link: gr.Textbox
    checked: gr.HTML
    check: gr.Button
    timer: gr.Timer

    @property
    def outputs(self) -> Sequence[Any]:
        """Return every component that `render` may change."""
        return [self.missing, self.panel, self.make, self.status, self.link, self.checked, self.timer]

    @property
    def typed(self) -> Sequence[Any]:
        """Return those of the outputs that the student types in."""
        return [self.link]

    def render(self, desk: Desk) -> Updates:
        """Return what each component shows for this student now."""
        making = steps.poll(desk, self.number)
        project = desk.project(self.number)
        if project.run is None:
            return {
                self.missing: needs("train", self.number, "The notebook repeats a training; there is none yet."),
                self.panel: gr.Column(visible=False),
            }
        return {
            self.missing: out_of_date(project, self.number, "colab"),
            self.panel: gr.Column(visible=True),
            self.link: gr.Textbox(value=project.colab_link, interactive=True),
            self.checked: findings_list(steps.link_findings(desk, self.number)),
            **self.render_making(desk, making),
        }

    def render_making(self, desk: Desk, making: Work | None) -> Updates:
        """Return what the upper half shows while the notebook is made and afterwards."""
        busy = making is not None and making.state == "running"
        return {
            self.make: gr.Button(interactive=not busy),
            self.status: status_card(desk, self.number, making),
            self.timer: gr.Timer(active=busy),
        }


def status_card(desk: Desk, number: int, making: Work | None) -> str:
    """Return how far the notebook is, and its download when it is there."""
    if making is not None and making.state == "running":
        return note(f"{making.message} ({seconds_text(making.seconds)})")
    failed = note(making.message, "block", alert=True) if making is not None and making.state == "failed" else ""
    project = desk.project(number)
    notebook = project.notebook
    if notebook is None:
        return failed
    if not steps.is_current(desk, number) or not project.run_is_current:
        return failed + note("Something changed since this notebook was made: make it again.", "warn")
    said = (
        note("The notebook was run from top to bottom and gave the report’s scores.", "fine")
        if notebook.reproduced
        else note("The notebook ran, but its scores differ from the report’s. Train again on this machine.", "warn")
    )
    held = steps.values_finding(desk, number)
    said += findings_list([held]) if held is not None else ""
    return failed + said + download(f"files/project-{number}/notebook.ipynb", "Download the notebook", primary=True)


def build(number: int) -> NotebookPage:
    """Lay the page out."""
    prefix = f"p{number}-colab"
    gr.HTML(
        heading(
            "Colab", "A notebook that repeats your training on its own, and the link under which the course opens it."
        )
    )
    message = gr.HTML(elem_id=f"{prefix}-message")
    missing = gr.HTML(elem_id=f"{prefix}-missing")
    with gr.Column(visible=False) as panel:
        make = gr.Button("Make the notebook and run it once", variant="primary", elem_id=f"{prefix}-make")
        status = gr.HTML(elem_id=f"{prefix}-status")
        gr.Markdown(HOW)
        link = gr.Textbox(
            label="Colab link", placeholder="https://colab.research.google.com/drive/…", elem_id=f"{prefix}-link",
            interactive=False, max_length=500,
        )  # fmt: skip
        check = gr.Button("Can everybody open it?", elem_id=f"{prefix}-check")
        checked = gr.HTML(elem_id=f"{prefix}-checked")
    timer = gr.Timer(1, active=False)
    return NotebookPage(number, message, missing, panel, make, status, link, checked, check, timer)


def wire(page: NotebookPage, wizard: Wizard) -> None:
    """Connect the page's events."""
    number = page.number
    wizard.act(page.make.click, page, lambda desk: steps.start(desk, number))

    def set_link(desk: Desk, text: str | None) -> None:
        steps.set_link(desk, number, text or "")

    wizard.save(page.link.change, page, set_link, [page.link])
    wizard.refresh(page.link.blur, page, set_link, [page.link])
    wizard.act(page.check.click, page, lambda desk: findings_list(steps.check_open(desk, number)))

    def tick(desk: Desk) -> Updates:
        making = steps.poll(desk, number)
        if making is not None and making.state == "running":
            return page.render_making(desk, making)
        return without(page.render(desk), page.typed)

    wizard.follow(page.timer.tick, page, tick, (), page.outputs, trigger_mode="once")
