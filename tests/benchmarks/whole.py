"""How long the whole way takes, how soon the page is usable, how large the server is."""

from __future__ import annotations

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3


def demo_seconds() -> float:
    """Return the wall seconds of `make demo` from an installed environment."""
    with tempfile.TemporaryDirectory() as out:
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "assistant", "run", "--name", "Asha Rao", "--email", "asha@example.org", "--out", out],
            cwd=ROOT, check=True, capture_output=True,
        )  # fmt: skip
        return time.perf_counter() - began


@contextlib.contextmanager
def wizard(workspace: str) -> Iterator[tuple[str, float, psutil.Process]]:
    """Start the wizard; give its address, the wall seconds until it answered, and its process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, text=True, stderr=subprocess.PIPE,
        env={**os.environ, "PORT": str(port), "ASSISTANT_WORKSPACE": workspace},
    )  # fmt: skip
    assert server.stderr is not None
    for line in server.stderr:
        if "The wizard is on" in line:
            break
    try:
        yield f"http://127.0.0.1:{port}/", time.perf_counter() - began, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait()


def usable_seconds() -> tuple[float, float]:
    """Return the wall seconds from `python app.py` until the first field can be typed in, and the server's megabytes."""
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import ARGUMENTS
    from tests.browser.install import find_chromium

    with (
        tempfile.TemporaryDirectory() as workspace,
        sync_playwright() as playwright,
        contextlib.closing(playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)) as browser,
    ):
        page = browser.new_page()
        began = time.perf_counter()
        with wizard(workspace) as (url, _, process):
            urllib.request.urlopen(f"{url}health").close()
            page.goto(url, wait_until="domcontentloaded")
            page.locator("#student-name textarea:not([disabled])").wait_for()
            return time.perf_counter() - began, process.memory_info().rss / 1e6


def report_seconds() -> tuple[float, float]:
    """Return the wall seconds of a report's first build and of one after an edit of its text."""
    from assistant.brief import load_brief
    from assistant.charts.describe import describe_charts
    from assistant.charts.project_facts import collect_facts
    from assistant.report.build import build_report
    from assistant.report.manuscript import Author, Manuscript
    from assistant.report.section_drafts import draft_sections
    from tests.factories import made_forecasts, made_run, made_series

    series = made_series()
    forecasts = made_forecasts(series)
    run, brief = made_run(series, forecasts), load_brief()
    facts = collect_facts(series, run, forecasts)
    charts = [chart for chart in describe_charts(series, run, forecasts) if chart.suggested]
    sections = dict(draft_sections(brief, facts, charts))
    drawn: dict[tuple[str, float, float], bytes] = {}
    seconds = []
    for text in ("", "One more sentence. "):
        first = brief.report.sections[0].title
        edited = {**sections, first: text + sections[first]}
        began = time.perf_counter()
        captioned = tuple((chart, chart.caption) for chart in charts)
        author = Author(name="Asha Rao")
        build_report(Manuscript(brief, author, "A title", facts, edited, captioned, None, series.source), drawn=drawn)
        seconds.append(time.perf_counter() - began)
    return seconds[0], seconds[1]


def main() -> None:
    """Print the medians of a few rounds."""
    demos = [demo_seconds() for _ in range(ROUNDS)]
    starts = [usable_seconds() for _ in range(ROUNDS)]
    reports = [report_seconds() for _ in range(ROUNDS)]
    print(f"{'what':<44}{'median':>9}{'worst':>9}")
    for name, values, unit in (
        ("the whole way on two ready projects", demos, "s"),
        ("page usable after `python app.py`", [start[0] for start in starts], "s"),
        ("server's memory with one page open", [start[1] for start in starts], "MB"),
        ("report, first build", [report[0] for report in reports], "s"),
        ("report, after an edit", [report[1] for report in reports], "s"),
    ):
        print(f"{name:<44}{statistics.median(values):>7.1f} {unit:<2}{max(values):>6.1f} {unit}")


if __name__ == "__main__":
    main()
