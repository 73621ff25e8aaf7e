"""Waiting for what a job comes to."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import psutil

from assistant.submission.jobs.job import JobRecord, JobRunner
from assistant.submission.jobs.process_tree import READY

LONGEST = 120.0  # seconds until a test gives up


def until(holds: Callable[[], Any]) -> Any:
    """Return what `holds` returns once it is true; the waiting is on an event that nobody sets."""
    end = time.monotonic() + LONGEST
    while not (found := holds()):
        assert time.monotonic() < end, "it did not come to that"
        threading.Event().wait(0.02)
    return found


def ready() -> psutil.Process | None:
    """Return the child process that waits for a job, or that waited and works now."""
    for one in psutil.Process().children():
        with contextlib.suppress(psutil.Error):  # one that is ending
            if READY in one.cmdline():
                return one
    return None


def ended(runner: JobRunner, key: str) -> JobRecord:
    """Return the record of a job once it has ended."""

    def look() -> JobRecord | None:
        record = runner.look(key)
        return record if record is not None and record.state.ended else None

    found: JobRecord = until(look)
    return found
