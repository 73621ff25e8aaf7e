"""The Colab page: the notebook that reproduces the report, and the link that everybody can open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import gradio as gr

from assistant.submission.colab_link import PasteColabLink, check_link
from assistant.submission.jobs.job import JobRecord, JobState
from assistant.submission.notebook_making import cancel_notebook, notebook_job, start_notebook
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot, Snapshot
from assistant.submission.submit_findings import link_finding, value_findings
from assistant.web.events import Events, Timing, without
from assistant.web.gradio_internals import Component, Updates
from assistant.web.html import bar, download, error_note, findings_list, heading, needs, note, out_of_date
from assistant.wording import short_span

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
    cancel: gr.Button
    status: gr.HTML
    link: gr.Textbox
    checked: gr.HTML
    check: gr.Button
    timer: gr.Timer

    @property
    def outputs(self) -> Sequence[Component]:
        """Return every component that `render` may change."""
        return [self.missing, self.panel, self.make, self.cancel, self.status, self.link, self.checked, self.timer]

    @property
    def typed(self) -> Sequence[Component]:
        """Return those of the outputs that the student types in."""
        return [self.link]

    def render(self, snapshot: Snapshot) -> Updates:
        """Return what each component shows for this student now."""
        project = snapshot.project(self.number)
        if project.run is None:
            return {
                self.missing: needs("train", self.number, "The notebook repeats a training; there is none yet."),
                self.panel: gr.update(visible=False),
            }
        draft = project.draft
        return {
            self.missing: out_of_date(draft, self.number, "colab"),
            self.panel: gr.update(visible=True),
            self.link: gr.update(value=draft.colab_link, interactive=True),
            self.checked: findings_list([link_finding(project)]) if draft.colab_link else "",
            **self.render_making(project),
        }

    def render_making(self, project: ProjectSnapshot) -> Updates:
        """Return what the upper half shows while the notebook is made and afterwards."""
        making = notebook_job(project)
        busy = making is not None and not making.state.ended
        return {
            self.make: gr.update(interactive=not busy),
            self.cancel: gr.update(visible=busy),
            self.status: status_card(project, making),
            self.timer: gr.update(active=busy),
        }


def status_card(project: ProjectSnapshot, making: JobRecord | None) -> str:
    """Return how far the notebook is, and its download when it is there."""
    if making is not None and not making.state.ended:
        return making_card(making)
    failed = ""
    if making is not None and making.problem is not None:
        failed = error_note(making.problem.as_error())
    number, notebook = project.number, project.draft.notebook
    if notebook is None:
        return failed
    if not project.notebook_is_current or project.current_run is None:
        return failed + note("Something changed since this notebook was made: make it again.", "warn")
    said = (
        note("The notebook was run from top to bottom and gave the report’s scores.", "fine")
        if notebook.reproduced
        else note("The notebook ran, but its scores differ from the report’s. Train again on this machine.", "warn")
    )
    said += findings_list(value_findings(project))
    return failed + said + download(f"files/project-{number}/notebook.ipynb", "Download the notebook")


def making_card(making: JobRecord) -> str:
    """Return how far a notebook is that is being made: the cell that runs, and how long it takes so far."""
    if making.state is JobState.WAITING:
        return note("Another notebook is being made; this one begins by itself." if making.running else "Starting.")
    said = "Stopping." if making.stopping else str(making.progress.get("message", "Starting."))
    done, cells = making.progress.get("done"), making.progress.get("cells")
    known = isinstance(done, int) and isinstance(cells, int) and cells > 0
    share = int(str(done)) / int(str(cells)) if known else 0.0
    cell = f"<span>cell <b>{done}</b> of {cells}</span>" if known else ""
    since = f"<span>since <b>{short_span(making.seconds)}</b></span>"
    return (
        f'<div class="live">{bar(share, "Running the notebook")}<div class="live-line">{cell}{since}</div>'
        f"<p>{escape(said)}</p></div>"
    )


def build(number: int) -> NotebookPage:
    """Lay the page out."""
    prefix = f"p{number}-colab"
    gr.HTML(
        heading(
            "Can the course run it?",
            "A notebook that repeats your training on its own, and the link under which the course opens it.",
            "colab",
            number,
        )
    )
    message = gr.HTML(elem_id=f"{prefix}-message")
    missing = gr.HTML(elem_id=f"{prefix}-missing")
    with gr.Column(visible=False) as panel:
        make = gr.Button("Make the notebook and run it once", elem_id=f"{prefix}-make")
        cancel = gr.Button("Stop making it", visible=False, size="sm", elem_id=f"{prefix}-cancel")
        status = gr.HTML(elem_id=f"{prefix}-status")
        gr.Markdown(HOW)
        link = gr.Textbox(
            label="Colab link", placeholder="https://colab.research.google.com/drive/…", elem_id=f"{prefix}-link",
            interactive=False, max_length=5000,
        )  # fmt: skip
        check = gr.Button("Can everybody open it?", elem_id=f"{prefix}-check")
        checked = gr.HTML(elem_id=f"{prefix}-checked")
    timer = gr.Timer(1, active=False)
    return NotebookPage(number, message, missing, panel, make, cancel, status, link, checked, check, timer)


def wire(page: NotebookPage, events: Events) -> None:
    """Connect the page's events."""
    number = page.number
    events.act(page.make.click, page, lambda session: start_notebook(session, number))
    events.act(page.cancel.click, page, lambda session: cancel_notebook(session, number))

    def paste(session: Session, text: str | None) -> None:
        session.apply(PasteColabLink(project=number, text=text or ""))

    events.save(page.link.change, page, paste, [page.link])
    events.refresh(page.link.blur, page, paste, [page.link])

    events.act(page.check.click, page, lambda session: check_link(session, number))

    def tick(snapshot: Snapshot) -> Updates:
        project = snapshot.project(number)
        making = notebook_job(project)
        if making is not None and not making.state.ended:
            return page.render_making(project)
        return without(page.render(snapshot), page.typed)

    events.follow(page.timer.tick, page, tick, (), page.outputs, timing=Timing(trigger="once"))
