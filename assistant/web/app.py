"""The web application: the wizard's pages, the identity of who opens them, and the files that are theirs."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from datetime import datetime
from functools import partial
from html import escape
from typing import Any

# Before gradio is imported: it then looks up no outside host at all.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# Before pyarrow is imported: its own pool would keep what a table once needed.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

import gradio as gr
import uvicorn
from fastapi import FastAPI

from assistant.dataset.ready_projects import list_ready
from assistant.errors import BriefError
from assistant.settings import load_settings
from assistant.submission.adding_runs import AddingRuns
from assistant.submission.services import Services, open_pool, open_services
from assistant.submission.status import PROJECT_STEPS, STEP_TITLES, Mark, place
from assistant.web.events import Page, Updates, Wizard
from assistant.web.gradio_internals import forget_closed_pages, take_what_was_offered
from assistant.web.html import mark_label
from assistant.web.identity import Identity, IdentityMiddleware
from assistant.web.lecture import lecture_page as lecture
from assistant.web.pages import charts_page as charts
from assistant.web.pages import dataset_page as dataset
from assistant.web.pages import notebook_page as notebook
from assistant.web.pages import report_page as report
from assistant.web.pages import start_page as start
from assistant.web.pages import submit_page as submit
from assistant.web.pages import training_page as training
from assistant.web.process_memory import stay_small
from assistant.web.routes import add_routes
from assistant.web.theme import HEAD, STYLE, theme

_Key = tuple[int | None, str]


def build_blocks(wizard: Wizard) -> gr.Blocks:
    """Lay out all pages, then connect them: an event can only change what has been laid out before."""
    brief = wizard.services.brief
    blocks: gr.Blocks
    with gr.Blocks(
        title=f"Submission assistant – {brief.title}", analytics_enabled=False, delete_cache=(3600, 86_400)
    ) as blocks:
        gr.HTML(f'<div class="masthead"><h1>Submission assistant</h1><p>{escape(brief.title)}</p></div>')
        wizard.lay_out()
        inner: dict[int, gr.Tabs] = {}
        pages: dict[_Key, Page] = {}
        with gr.Tabs(elem_id="steps", overflow_behavior="wrap") as outer:
            view, understand = _lay_out(wizard, pages, inner)
        for (number, step), page in pages.items():
            _MODULES[step].wire(page, wizard)
            wizard.show(wizard.tabs.steps[number, step].select, page)
        lecture.wire(
            view,
            understand,
            wizard.services.lecture,
            AddingRuns(wizard.services.jobs, lambda owner: wizard.services.workspace.of(owner) / "lecture"),
            lambda request: wizard.desk(request).owner,
            blocks,
        )
        # A browser does not always tell that its first tab was selected.
        wizard.show(blocks.load, pages[None, "start"])
        _load(blocks, outer, inner)
    take_what_was_offered(blocks)
    return blocks


_MODULES: dict[str, Any] = {
    "start": start,
    "dataset": dataset,
    "train": training,
    "charts": charts,
    "report": report,
    "colab": notebook,
    "submit": submit,
}


def _lay_out(wizard: Wizard, pages: dict[_Key, Page], inner: dict[int, gr.Tabs]) -> tuple[lecture.LectureView, gr.Tab]:
    brief, tabs = wizard.services.brief, wizard.tabs
    local = not wizard.services.settings.hosted
    with gr.Tab(mark_label("Start", Mark.OPEN), id="start", elem_id="tab-start") as tabs.steps[None, "start"]:
        pages[None, "start"] = start.build(local, brief.title)
    for number, slot in enumerate(brief.projects, 1):
        ready = [project for project in list_ready() if not slot.choices or project.name in slot.choices]
        builders: dict[str, Callable[[], Page]] = {
            "dataset": partial(dataset.build, number, ready, local=local),
            "train": partial(training.build, number),
            "charts": partial(charts.build, number),
            "report": partial(report.build, number, brief),
            "colab": partial(notebook.build, number),
        }
        label = mark_label(f"Project {number}", Mark.OPEN)
        with (
            gr.Tab(label, id=f"project-{number}", elem_id=f"tab-project-{number}") as tabs.projects[number],
            gr.Tabs(elem_id=f"steps-{number}", overflow_behavior="wrap") as inner[number],
        ):
            for step in PROJECT_STEPS:
                name = place(step, number)
                title = mark_label(STEP_TITLES[step], Mark.OPEN)
                with gr.Tab(title, id=name, elem_id=f"tab-{name}") as tabs.steps[number, step]:
                    pages[number, step] = builders[step]()
    with gr.Tab(mark_label("Submit", Mark.OPEN), id="submit", elem_id="tab-submit") as tabs.steps[None, "submit"]:
        pages[None, "submit"] = submit.build(local=local)
    with gr.Tab("Understand", id="understand", elem_id="tab-understand") as tab:
        view = lecture.build()
    return view, tab


def _load(blocks: gr.Blocks, outer: gr.Tabs, inner: dict[int, gr.Tabs]) -> None:
    """Open the place that the page's address names; each page is rendered when its tab is selected, the first too."""

    def load(request: gr.Request) -> Updates:
        forget_closed_pages(blocks.state_holder, datetime.now())
        at = str(request.query_params.get("at", ""))
        project, step = _parse_place(at, len(inner))
        chosen = "understand" if at.startswith("understand") else step if project is None else f"project-{project}"
        if not at:
            # Nobody who clicked a tab before this answer came is taken back to Start.
            return {outer: gr.skip()}
        updates: Updates = {outer: gr.Tabs(selected=chosen)}
        if project is not None:
            updates[inner[project]] = gr.Tabs(selected=place(step, project))
        return updates

    blocks.load(
        load, None, [outer, *inner.values()],
        show_progress="hidden", show_progress_on=[], concurrency_limit=None, api_visibility="private",
    )  # fmt: skip


def _parse_place(text: str, projects: int) -> tuple[int | None, str]:
    """Return project and step of a place such as `p1-train`; what is not known leads to Start."""
    head, _, step = text.partition("-")
    if head[:1] == "p" and head[1:].isdigit() and 1 <= int(head[1:]) <= projects and step in PROJECT_STEPS:
        return int(head[1:]), step
    return (None, "submit") if text == "submit" else (None, "start")


def build_app(services: Services) -> FastAPI:
    """Return the whole application."""
    settings = services.settings
    secret = settings.secret.get_secret_value() or services.workspace.secret()
    identity = Identity(secret, embedded=bool(os.environ.get("SPACE_ID")))
    os.environ.setdefault("GRADIO_TEMP_DIR", str(services.workspace.root / "uploads"))
    wizard = Wizard(services, identity)
    blocks = build_blocks(wizard)
    blocks.queue(default_concurrency_limit=None)
    app = FastAPI(title="Submission assistant", docs_url=None, redoc_url=None, openapi_url=None)
    add_routes(app, services, identity, wizard.last_words)
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


class _ServerEnds(logging.Filter):
    """Leaves out that a page was open when the server ended: whoever ended it knows, and it is no error."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is to be written."""
        cut_off = record.exc_info is not None and isinstance(record.exc_info[1], asyncio.CancelledError)
        return not cut_off and "graceful shutdown exceeded" not in str(record.msg)


class _Server(uvicorn.Server):
    """Tells where it is once it answers."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer, then tell."""
        await super().startup(sockets)
        if self.started:
            self._announce()


def serve(announce: Callable[[str], None]) -> None:
    """Start the wizard with the settings of the environment; `announce` is told its address once it answers.

    Raises BriefError when a setting is wrong or the port is taken.
    """
    stay_small()
    settings, account = load_settings()
    listening = _listen(settings.address, settings.port)
    app = build_app(open_services(settings, account, pool=open_pool()))
    shown = "127.0.0.1" if settings.address in ("0.0.0.0", "::") else settings.address  # noqa: S104 - shown, not bound
    # Open pages hold a stream that never ends by itself.
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2)
    logging.getLogger("uvicorn.error").addFilter(_ServerEnds())
    _Server(config, lambda: announce(f"http://{shown}:{settings.port}")).run(sockets=[listening])


def _listen(address: str, port: int) -> socket.socket:
    try:
        return socket.create_server((address, port))
    except OSError as error:
        raise BriefError(
            f"The wizard cannot listen on {address}:{port}.", f"{error.strerror or error}.",
            "Another program, perhaps another wizard, has this port: set PORT to another number.",
        ) from error  # fmt: skip
