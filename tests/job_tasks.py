"""Tasks that jobs of the tests run: each says by files what it does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.errors import DatasetError
from assistant.submission.jobs.job import JobCancelledError, JobContext

Arguments = Mapping[str, Any]


def note(arguments: Arguments, context: JobContext) -> dict[str, Any]:
    """Append the argument `word` to the file `order` of the folder."""
    with (context.folder / "order").open("a") as lines:
        lines.write(f"{arguments['word']}\n")
    context.report({"step": 1})
    return {"word": arguments["word"]}


def until_allowed(arguments: Arguments, context: JobContext) -> dict[str, Any]:
    """Say `begun-WORD` and go on until the file `go` is there; stop when asked to."""
    word = arguments["word"]
    with (context.folder / "order").open("a") as lines:
        lines.write(f"{word}\n")
    context.report({"begun": word})
    while not (context.folder / "go").exists():
        if context.should_stop():
            raise JobCancelledError({"kept": word})
        threading.Event().wait(0.02)
    return {"word": word}


def stubborn(arguments: Arguments, context: JobContext) -> dict[str, Any]:
    """Start a child and a grandchild in sessions of their own and wait for ever, whatever is asked for."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sleeper = "import time; time.sleep(600)"
    parent = (
        "import subprocess, sys, time; "
        f"p = subprocess.Popen([sys.executable, '-c', {sleeper!r}]); print(p.pid, flush=True); time.sleep(600)"
    )
    child = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert child.stdout is not None
    context.report({"pids": [os.getpid(), child.pid, int(child.stdout.readline())]})
    while True:
        threading.Event().wait(60)


def deaf(arguments: Arguments, context: JobContext) -> dict[str, Any]:
    """Never look whether to stop; say that there is something to keep where the argument `keeps` is true."""
    if arguments["keeps"]:
        context.keep()
    (context.folder / "left").touch()
    context.report({"pid": os.getpid()})
    while True:
        threading.Event().wait(60)


def hungry(arguments: Arguments, context: JobContext) -> dict[str, Any]:
    """Take more memory at once than there may be."""
    return {"size": len(bytearray(int(arguments["bytes"])))}


def hungry_together(arguments: Arguments, context: JobContext) -> dict[str, Any]:
    """Have two children take memory, each less than the limit."""
    size = int(arguments["bytes"])
    code = f"data = bytearray(b'x') * {size}; import time; time.sleep(600)"
    children = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    return {"codes": [child.wait() for child in children]}


def refused(arguments: Arguments, context: JobContext) -> dict[str, Any]:
    raise DatasetError("The table is empty.", "It has 0 rows.", "Take another one.")


def broken(arguments: Arguments, context: JobContext) -> dict[str, Any]:
    raise KeyError("nobody thought of this")


def environment(arguments: Arguments, context: JobContext) -> dict[str, Any]:
    return {"names": sorted(os.environ), "secret": context.secret("word")}


def begun(folder: Path) -> list[str]:
    """Return the words of the tasks that have begun, in order."""
    order = folder / "order"
    return order.read_text().split() if order.exists() else []


def process(arguments: Arguments, context: JobContext) -> dict[str, Any]:
    return {"pid": os.getpid()}


def load() -> None:
    """Stand for what a process loads that is made ready."""


def load_for_ever() -> None:
    """Never be done with loading."""
    threading.Event().wait()
