"""The web application: the wizard's pages, the identity of who opens them, and the files that are theirs."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from html import escape

# Before gradio is imported: it then looks up no outside host at all.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# Before pyarrow is imported: its own pool would keep what a table once needed.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

import gradio as gr
from fastapi import FastAPI

from assistant.dataset.ready_projects import list_ready
from assistant.findings import StepName
from assistant.submission.adding_runs import AddingRuns
from assistant.submission.services import Services
from assistant.submission.status import PROJECT_STEPS
from assistant.web.events import Events, Page
from assistant.web.frame import Frame, Place
from assistant.web.gradio_internals import Updates, forget_closed_pages, take_what_was_offered
from assistant.web.html import place
from assistant.web.identity import Identity, IdentityMiddleware
from assistant.web.lecture import lecture_page as lecture
from assistant.web.pages import charts_page as charts
from assistant.web.pages import dataset_page as dataset
from assistant.web.pages import notebook_page as notebook
from assistant.web.pages import report_page as report
from assistant.web.pages import start_page as start
from assistant.web.pages import submit_page as submit
from assistant.web.pages import training_page as training
from assistant.web.routes import add_routes
from assistant.web.theme import HEAD, STYLE, theme


def build_blocks(events: Events) -> gr.Blocks:
    """Lay out all pages, then connect them: an event can only change what has been laid out before."""
    brief, frame = events.services.brief, events.frame
    blocks: gr.Blocks
    with gr.Blocks(
        title=f"Submission assistant – {brief.title}", analytics_enabled=False, delete_cache=(3600, 86_400)
    ) as blocks:
        events.lay_out()
        pages: dict[Place, Page] = {}
        with frame.lay_out(escape(brief.title)):
            view, understand = _lay_out(events, pages)
        for (number, step), page in pages.items():
            _WIRES[step](page, events)
            if step == "train" and number is not None:
                events.show(frame.tabs[number, step].select, page, training.opened(number))
            else:
                events.show(frame.tabs[number, step].select, page)
        lecture.wire(
            view,
            understand,
            events.services.lecture,
            AddingRuns(events.services.jobs, lambda owner: events.services.workspace.of(owner) / "lecture"),
            lambda request: events.session(request).owner,
            blocks,
        )
        # A browser does not always tell that its first tab was selected.
        events.show(blocks.load, pages[None, "start"])
        assert frame.kept is not None
        events.keep_up(frame.kept.click, pages[None, "start"])
        _load(blocks, frame)
    take_what_was_offered(blocks)
    return blocks


_WIRES: dict[StepName, Callable[..., None]] = {
    "start": start.wire,
    "dataset": dataset.wire,
    "train": training.wire,
    "charts": charts.wire,
    "report": report.wire,
    "colab": notebook.wire,
    "submit": submit.wire,
}


def _lay_out(events: Events, pages: dict[Place, Page]) -> tuple[lecture.LectureView, gr.Tab]:
    brief, frame = events.services.brief, events.frame
    local = not events.services.settings.hosted
    with frame.page("start"):
        pages[None, "start"] = start.build(local, brief.title)
    for number, slot in enumerate(brief.projects, 1):
        ready = [project for project in list_ready() if not slot.choices or project.name in slot.choices]
        builders: dict[StepName, Callable[[], Page]] = {
            "dataset": partial(dataset.build, number, ready, local=local),
            "train": partial(training.build, number),
            "charts": partial(charts.build, number),
            "report": partial(report.build, number, brief),
            "colab": partial(notebook.build, number),
        }
        for step in PROJECT_STEPS:
            with frame.page(step, number):
                pages[number, step] = builders[step]()
    with frame.page("submit"):
        pages[None, "submit"] = submit.build(local=local)
    with gr.Tab("understand", id="understand", elem_id="tab-understand") as tab:
        view = lecture.build()
    return view, tab


def _load(blocks: gr.Blocks, frame: Frame) -> None:
    """Open the place that the page's address names; each page is rendered when its tab is selected, the first too."""
    stage = frame.stage
    assert stage is not None

    def load(request: gr.Request) -> Updates:
        forget_closed_pages(blocks.state_holder, datetime.now())
        at = str(request.query_params.get("at", ""))
        if not at:
            # Nobody who went to another place before this answer came is taken back to Start.
            return {stage: gr.skip()}
        project, step = _parse_place(at, len({number for number, _ in frame.tabs} - {None}))
        chosen = "understand" if at.startswith("understand") else place(step, project)
        return {stage: gr.update(selected=chosen)}

    blocks.load(
        load, None, [stage],
        show_progress="hidden", show_progress_on=[], concurrency_limit=None, api_visibility="private",
    )  # fmt: skip


def _parse_place(text: str, projects: int) -> Place:
    """Return project and step of a place such as `p1-train`; what is not known leads to Start."""
    head, _, step = text.partition("-")
    if head[:1] == "p" and head[1:].isdigit() and 1 <= int(head[1:]) <= projects:
        for known in PROJECT_STEPS:
            if known == step:
                return int(head[1:]), known
    return (None, "submit") if text == "submit" else (None, "start")


def build_app(services: Services) -> FastAPI:
    """Return the whole application."""
    settings = services.settings
    secret = settings.secret.get_secret_value() or services.workspace.secret()
    identity = Identity(secret, embedded=bool(os.environ.get("SPACE_ID")))
    os.environ.setdefault("GRADIO_TEMP_DIR", str(services.workspace.root / "uploads"))
    events = Events(services, identity)
    blocks = build_blocks(events)
    blocks.queue(default_concurrency_limit=None)
    app = FastAPI(title="Submission assistant", docs_url=None, redoc_url=None, openapi_url=None)
    add_routes(app, services, identity)
    gr.mount_gradio_app(
        app,
        blocks,
        path="",
        server_name=settings.address,
        server_port=settings.port,
        root_path=settings.root_path or None,
        footer_links=[],
        run_history=False,
        show_error=False,
        # Somewhat more than is allowed, so that it is the Dataset step that says what is too large.
        max_file_size=f"{2 * settings.upload_mb + 50}mb",
        ssr_mode=False,
        enable_monitoring=False,
        theme=theme(),
        css=STYLE + lecture.STYLE,
        head=HEAD,
    )
    app.add_middleware(IdentityMiddleware, identity=identity)
    return app
