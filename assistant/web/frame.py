"""What stands around every page: the rail, the stage with the pages, and the footer with the next step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import gradio as gr

from assistant.findings import StepName
from assistant.submission.snapshot import Snapshot
from assistant.web.footer import SAVED, next_buttons
from assistant.web.gradio_internals import Component, Updates
from assistant.web.html import place
from assistant.web.rail import rail

Place = tuple[int | None, StepName]


@dataclass
class Frame:
    """Rail and footer, which every answer shows anew, and the pages' tabs, whose own bar is hidden: the rail leads there."""

    tabs: dict[Place, gr.Tab] = field(default_factory=dict)
    stage: gr.Tabs | None = None
    rail: gr.HTML | None = None
    next: gr.HTML | None = None
    kept: gr.Button | None = None

    @property
    def outputs(self) -> list[Component]:
        """Return what `render` changes."""
        return [part for part in (self.rail, self.next) if part is not None]

    def render(self, snapshot: Snapshot) -> Updates:
        """Return rail and footer of a student's work."""
        return dict(zip(self.outputs, (rail(snapshot), next_buttons(snapshot)), strict=True))

    @contextmanager
    def lay_out(self, course: str) -> Iterator[None]:
        """Lay out what stands around the pages; those that are laid out inside become the stage."""
        with gr.Row(elem_id="frame"):
            with gr.Column(elem_id="rail-column", min_width=0, scale=0):
                gr.HTML(f'<p class="product"><b>Submission assistant</b> <span>{course}</span></p>', elem_id="product")
                self.rail = gr.HTML(elem_id="rail")
            with gr.Column(elem_id="stage-column", min_width=0), gr.Tabs(elem_id="stage") as self.stage:
                yield
        with gr.Row(elem_id="footer"):
            gr.HTML(SAVED, elem_id="footer-saved")
            self.next = gr.HTML(elem_id="footer-next")
            # Pressed by the page's script when words were stored past the page's own events.
            self.kept = gr.Button("Stored", elem_id="words-kept")

    @contextmanager
    def page(self, step: StepName, project: int | None = None) -> Iterator[None]:
        """Lay out one page of the stage."""
        name = place(step, project)
        with gr.Tab(name, id=name, elem_id=f"tab-{name}") as self.tabs[project, step]:
            yield
