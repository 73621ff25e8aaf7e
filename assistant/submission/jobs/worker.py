"""The process that works on one job: `python -m assistant.submission.jobs.worker FOLDER`; see `attempt_folder.py`.

It knows the attempt's folder and nothing else: no database, no settings, and of secrets only those of its own request,
which come through its standard input. With `--ready package.module:function` it calls that function first and learns the
folder through its standard input too; see `ready_worker.py`.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from filelock import Timeout

from assistant.submission.jobs.attempt_folder import Attempt
from assistant.submission.jobs.job import JobState, Outcome
from assistant.submission.jobs.process_tree import READY
from assistant.submission.jobs.run_task import TaskContext, discard, named, perform
from assistant.submission.process_identity import process_name

PAUSE = 0.1  # seconds between two looks at the mark that asks to stop
LOCK_SECONDS = 30.0  # others hold the lock for an instant, to see whether it is held


def main(arguments: list[str]) -> int:
    """Work on the attempt that is named, or on the one that is told later; return the process's exit status."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    if arguments[0] != READY:
        return work(Path(arguments[0]), json.loads(sys.stdin.read() or "{}"))
    named(arguments[1])()
    told = sys.stdin.read()
    if not told:
        return 0  # nobody needed it
    asked = json.loads(told)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.close(log)
    return work(Path(asked["folder"]), asked["secrets"])


def work(folder: Path, secrets: dict[str, str]) -> int:
    """Do what the attempt's folder asks for; return the process's exit status."""
    attempt = Attempt(folder)
    lock = attempt.lock()
    try:
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout:
        return 1
    request = attempt.request()
    if request is None:
        return 0  # it was given to another worker before this one had begun
    attempt.introduce(process_name())
    if request.limits.memory_bytes is not None:
        limit_memory(request.limits.memory_bytes)
    stop = Stop(attempt)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    context = TaskContext(Path(request.folder), attempt.report, stop, secrets, attempt.keep)
    if stop():
        discard(request)
        outcome = Outcome(state=JobState.CANCELLED)
    else:
        outcome = perform(request, context)
    attempt.end(outcome)
    return 0


class Stop:
    """Whether to stop: asked at every step, it looks for the mark on disk now and then."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self._event = threading.Event()
        self._looked = -PAUSE

    def set(self) -> None:
        """Ask to stop."""
        self._event.set()

    def __call__(self) -> bool:
        """Tell whether somebody asked to stop."""
        now = time.monotonic()
        if not self._event.is_set() and now - self._looked >= PAUSE:
            self._looked = now
            if self._attempt.asked_to_stop():
                self._event.set()
        return self._event.is_set()


def limit_memory(limit: int) -> None:
    """Let this process and those it starts have so many bytes each, where the system can hold them to it.

    Counted is what a process can write to, not the libraries it maps: PyTorch's alone are as large as a small limit.
    """
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
