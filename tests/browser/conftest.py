"""A real server in a process of its own, and a real Chromium."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from tests.browser.install import find_chromium

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Two cores share the server, the trainings and the browser.
expect.set_options(timeout=30_000)
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass
class Server:
    """A wizard in a process of its own; it keeps its port and its workspace over a restart."""

    workspace: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[str] | None = None
    said: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        if not self.port:
            self.port = free_port()
        own = {"ASSISTANT_WORKSPACE": str(self.workspace), "PORT": str(self.port), **self.environment}
        self.process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env={**os.environ, **own}, stderr=subprocess.PIPE, text=True
        )
        stderr = self.process.stderr
        assert stderr is not None
        for line in stderr:
            self.said.append(line)
            if "The wizard is on" in line:
                # A pipe that nobody reads would stop the server once it is full.
                threading.Thread(target=_listen, args=(stderr, self.said), daemon=True).start()
                return
        raise AssertionError("".join(self.said))

    def stop(self) -> None:
        """End the server; raise AssertionError when it had met an error that nobody expected."""
        assert self.process is not None
        # Before the end, which cuts off what is under way and says so.
        said = "".join(self.said)
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the server did not end within 20 seconds") from None
        assert "Traceback" not in said, said

    def kill(self) -> None:
        """End the server as a power cut does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """End the server and the jobs that would outlive it, since nobody is going to start it again."""
        try:
            self.stop()
        finally:
            for process in psutil.process_iter(["cmdline"]):
                if any(part.startswith(f"{self.workspace}{os.sep}") for part in process.info["cmdline"] or ()):
                    with contextlib.suppress(psutil.Error):
                        process.kill()


def _listen(stream: IO[str], said: list[str]) -> None:
    with stream:
        said.extend(stream)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for the tests of one file: its event loop runs until it is closed, and no other can beside it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    started: list[Server] = []

    def start(**environment: str) -> Server:
        server = Server(tmp_path / f"workspace-{len(started)}", environment)
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.end()


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for tests that each bring a browser, and so a student, of their own."""
    server = Server(tmp_path_factory.mktemp("shared"))
    server.start()
    yield server
    server.end()


@dataclass
class Student:
    """A browser of its own, with what it complained about and whom it asked."""

    context: BrowserContext
    page: Page
    complaints: list[str]
    asked: set[str]

    def open(self, url: str, at: str = "") -> Page:
        self.page.goto(f"{url}?at={at}" if at else url, wait_until="domcontentloaded")
        # The first answer of the server makes the fields editable.
        self.page.wait_for_function("document.querySelector('[role=tab][aria-selected=true]')")
        return self.page

    def new_tab(self) -> Student:
        return watch(self.context, self.context.new_page())


def watch(context: BrowserContext, page: Page) -> Student:
    student = Student(context, page, [], set())
    page.set_default_timeout(30_000)

    def note_request(request: Request) -> None:
        if request.url.startswith("http"):
            student.asked.add(urlsplit(request.url).hostname or "")

    page.on("request", note_request)
    page.on("pageerror", lambda error: student.complaints.append(str(error)))
    return student


@pytest.fixture
def new_student(chromium: Browser) -> Iterator[Callable[..., Student]]:
    contexts: list[BrowserContext] = []
    students: list[Student] = []

    def make(viewport: dict[str, int] | None = None, **options: object) -> Student:
        context = chromium.new_context(viewport=viewport or WIDE, accept_downloads=True, **options)  # type: ignore[arg-type]
        contexts.append(context)
        student = watch(context, context.new_page())
        students.append(student)
        return student

    yield make
    for student in students:
        assert student.complaints == []
        assert student.asked <= {"127.0.0.1"}, "the page asked an outside host"
    for context in contexts:
        context.close()


@pytest.fixture
def student(new_student: Callable[..., Student]) -> Student:
    return new_student()
