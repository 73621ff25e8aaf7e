"""CPU seconds, bytes and requests until a page of the wizard is there, beside a bare Gradio app with as many tabs.

Each round opens both in a browser of its own, cold and then once more in another tab (warm); the browser's seconds are
those of all its processes. Medians of the rounds are printed.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import textwrap
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, Server, free_port
from tests.browser.install import find_chromium

TABS = 14
BARE = textwrap.dedent("""
    import os, sys
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr
    with gr.Blocks() as blocks:
        with gr.Tabs():
            for number in range(int(sys.argv[2])):
                with gr.Tab(f"Step {number}"):
                    gr.Textbox(label=f"Field {number}")
    blocks.launch(server_port=int(sys.argv[1]), quiet=True, ssr_mode=False)
""")


@dataclass(frozen=True)
class Opened:
    """What one opening took."""

    browser_seconds: float
    server_seconds: float
    requests: float
    kilobytes: float


def seconds_of(process: psutil.Process) -> float:
    """Return the processor seconds of a process and all that it started."""
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


@contextmanager
def bare_app() -> Iterator[tuple[str, int]]:
    """Run a Gradio app that has nothing but tabs with one field each; give its address and process id."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", BARE, str(port), str(TABS)])
    url = f"http://127.0.0.1:{port}/"
    try:
        while not _answers(port):
            process.poll()
            if process.returncode is not None:
                raise RuntimeError("The bare app ended.")
        yield url, process.pid
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def open_once(page: Page, url: str, ready: str, browser: psutil.Process, server: psutil.Process) -> Opened:
    """Open an address and wait until an element is there and the page has been quiet for half a second."""
    loads: list[float] = []

    def note(answer: object) -> None:
        sizes = answer.request.sizes()  # type: ignore[attr-defined]
        loads.append(sizes["responseBodySize"] + sizes["responseHeadersSize"])

    page.on("requestfinished", lambda request: note(request.response()) if request.response() else None)
    before = seconds_of(browser), seconds_of(server)
    page.goto(url, wait_until="domcontentloaded")
    page.locator(ready).first.wait_for(state="visible", timeout=120_000)
    quiet, last = 0, (seconds_of(browser), seconds_of(server))
    while quiet < 3:
        page.wait_for_timeout(400)
        now = (seconds_of(browser), seconds_of(server))
        quiet = quiet + 1 if sum(now) - sum(last) < 0.08 else 0
        last = now
    return Opened(last[0] - before[0], last[1] - before[1], len(loads), sum(loads) / 1000)


def measure(targets: dict[str, tuple[str, str, int]], rounds: int) -> dict[str, list[Opened]]:
    """Open each target some times in turn, each in a new browser, cold and warm."""
    found: dict[str, list[Opened]] = {}
    with sync_playwright() as playwright:
        for _ in range(rounds):
            for name, (url, ready, pid) in targets.items():
                browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
                context = browser.new_context(viewport={"width": 1280, "height": 900})
                process = _chromium_of()
                for temperature in ("cold", "warm"):
                    page = context.new_page()
                    opened = open_once(page, url, ready, process, psutil.Process(pid))
                    found.setdefault(f"{name}, {temperature}", []).append(opened)
                    page.close()
                browser.close()
    return found


def _chromium_of() -> psutil.Process:
    own = [
        one for one in psutil.Process().children(recursive=True) if "chrom" in one.name() or "headless" in one.name()
    ]
    return min(own, key=lambda one: (one.create_time(), one.pid))


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder, bare_app() as (bare, bare_pid):
        server = Server(Path(folder) / "workspace")
        server.start()
        assert server.process is not None
        try:
            found = measure(
                {
                    "bare": (bare, "textarea, input", bare_pid),
                    "wizard": (server.url, "#student-name :is(textarea, input):not([disabled])", server.process.pid),
                },
                rounds,
            )
        finally:
            server.stop()
    names = [field.name for field in fields(Opened)]
    print(f"{'':<14}" + "".join(f"{name:>18}" for name in names))
    for name, rows in found.items():
        print(f"{name:<14}" + "".join(f"{statistics.median(getattr(row, n) for row in rows):>18.2f}" for n in names))


if __name__ == "__main__":
    main()
