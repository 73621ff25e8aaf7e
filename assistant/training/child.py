"""The child process that trains: `python -m assistant.training.child FOLDER`; see `job.py` for the folder's files."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

from assistant.errors import AssistantError
from assistant.files import write_atomically
from assistant.training.job import Job
from assistant.training.locks import FileLock
from assistant.training.run import Progress

PAUSE = 0.2  # seconds between two looks at the line, or at the mark that asks to stop


def main(folder: Path) -> int:
    """Train what lies in the folder; return the process's exit status."""
    job = Job(folder)
    alive = FileLock(job.alive)
    while not alive.acquire():  # somebody is looking whether it is held, for an instant
        time.sleep(0.01)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)
    write_atomically(job.begun, json.dumps({"pid": os.getpid()}))
    stop = Stop(job)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        slot = wait_for_slot(job, stop)
        if slot is None:
            job.tell(Progress(state="cancelled", message="It was cancelled before it began."))
            return 0
        began = time.perf_counter()
        job.tell(Progress(state="running", message="Loading PyTorch."))
        series, settings = job.read()
        from assistant.training.train import train  # imports torch, which a waiting child has no use for

        latest = Progress(state="running")

        def record(progress: Progress) -> None:
            nonlocal latest
            latest = progress
            job.tell(progress)

        run = train(series, settings, folder, record, stop, job.speed(), time.perf_counter() - began)
        state = "cancelled" if run.cancelled else "done"
        job.tell(latest.model_copy(update={"state": state, "seconds": run.seconds, "seconds_left": 0.0}))
        slot.release()
        return 0
    except AssistantError as error:
        message = f"{error.what} {error.evidence}".strip()
        job.tell(Progress(state="failed", message=message, fix=error.fix))
    except MemoryError:
        job.tell(Progress(state="failed", message="The memory is full.", fix="Choose the preset Quick, or fewer rows."))
    except Exception as error:
        traceback.print_exc()
        job.tell(
            Progress(
                state="failed",
                message=f"The training stopped on an error that was not foreseen: {type(error).__name__}: {error}",
                fix="Train again; if it happens again, try another preset.",
            )
        )
    return 1


class Stop:
    """Whether to stop: asked at every step, it looks for the mark on disk now and then."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._event = threading.Event()
        self._looked = 0.0

    def set(self) -> None:
        """Ask to stop."""
        self._event.set()

    def __call__(self) -> bool:
        """Tell whether somebody asked to stop."""
        now = time.monotonic()
        if not self._event.is_set() and now - self._looked > PAUSE:
            self._looked = now
            if self._job.cancelled.exists():
                self._event.set()
        return self._event.is_set()


def wait_for_slot(job: Job, stop: Stop) -> FileLock | None:
    """Return a lock that lets this training run, or None when it was cancelled while it waited."""
    slots = job.slots()
    while not stop():
        for path in slots:
            path.parent.mkdir(parents=True, exist_ok=True)
            slot = FileLock(path)
            if slot.acquire():
                return slot
        time.sleep(PAUSE)
    return None


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
