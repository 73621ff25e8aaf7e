"""The wizard's pages without a browser: their events are called as gradio calls them."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
from fastapi import Request
from sqlalchemy import event

from assistant.submission.session import Session
from assistant.web.app import build_blocks
from assistant.web.events import Events
from assistant.web.identity import Identity
from assistant.web.page_state import PageState

Made = TypeVar("Made")


def laid_out(build: Callable[[], Made]) -> Made:
    """Return what lays pages out: gradio asks for the loop that runs, and would open one and leave it open."""

    async def lay_out() -> Made:
        return build()

    return _result(lay_out())


def _result(answering: Coroutine[Any, Any, Made]) -> Made:
    """Return what a coroutine gives, on a loop of its own: `asyncio.run` would take away the one that is there."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(answering)
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


class OpenPages:
    """The pages of one student's browser."""

    def __init__(self, session: Session) -> None:
        self.session = session
        identity = Identity("secret", embedded=False)
        self.events = Events(session.services, identity)
        self.blocks = laid_out(lambda: build_blocks(self.events))
        self.state = PageState()
        cookie = identity.header(session.owner).split(";")[0]
        scope = {
            "type": "http", "method": "POST", "path": "/", "query_string": b"",
            "headers": [(b"cookie", cookie.encode())],
        }  # fmt: skip
        self.request = gr.Request(Request(scope))

    def fire(self, component: gr.blocks.Block, name: str, *values: object) -> list[dict[Any, Any]]:
        """Call what is connected to an event of a component and return the answers."""
        answers = []
        for function in self.blocks.fns.values():
            if (component._id, name) in function.targets and function.inputs[:1] == [self.events.page_state]:
                with warnings.catch_warnings():
                    # Gradio itself is quiet while it answers an event: choices are sent along with a value.
                    warnings.filterwarnings("ignore", message="The value passed into gr.Dropdown", category=UserWarning)
                    answers.append(_result(function.fn(self.request, self.state, *values)))
        assert answers, f"nothing is connected to {name}"
        return answers

    def open(self, project: int | None, step: str) -> dict[Any, Any]:
        """Open a step's page and return what it shows."""
        [answer] = self.fire(self.events.frame.tabs[project, step], "select")  # type: ignore[index]
        return answer

    def component(self, element: str) -> gr.blocks.Block:
        """Return a component by its element's id."""
        [found] = [block for block in self.blocks.blocks.values() if getattr(block, "elem_id", None) == element]
        return found


@contextmanager
def watched(session: Session) -> Iterator[list[str]]:
    """Give the list of all that is written meanwhile: statements that change the database, and files."""
    written: list[str] = []
    engine = session.services.drafts._database.engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().split(None, 1)[0].upper() not in ("SELECT", "PRAGMA"):
            written.append(statement)

    before = files_of(session.services.workspace.root)
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield written
    finally:
        event.remove(engine, "before_cursor_execute", note)
        after = files_of(session.services.workspace.root)
        written += [str(path) for path in after.keys() | before.keys() if after.get(path) != before.get(path)]


def files_of(folder: Path) -> dict[Path, tuple[int, int]]:
    """Return the files of a folder with their size and time of change; those of the database left out."""
    return {
        path: (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and ".sqlite3" not in path.name
    }
