"""A worker that has loaded what its lane's next job needs, and waits for it: to load PyTorch takes seconds.

It is a worker like any other (see `worker.py`), with the same environment, that learns its attempt's folder a little later,
through its standard input. It does one job and ends; it ends as well when nobody needs it for a while, and with the
process that started it.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from assistant.submission.jobs.process_tree import begin_ready_worker, end_ready_worker, start_ready_worker

IDLE_SECONDS = 300.0  # it holds about as much memory as a small training


class ReadyWorker:
    """At most one process that waits for a job; `load` names the function, "package.module:function", that it calls first."""

    def __init__(self, load: str, idle_seconds: float = IDLE_SECONDS) -> None:
        self._load, self._idle_seconds = load, idle_seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._idle: threading.Timer | None = None

    def prepare(self) -> None:
        """Start the process unless it is there; it is given back when nobody asks for it for a while."""
        with self._lock:
            if self._child is not None and self._child.poll() is not None:
                end_ready_worker(self._child)
                self._child = None
            if self._child is None:
                with contextlib.suppress(OSError):  # the job then begins as any other
                    self._child = start_ready_worker(self._load)
            self._rest(self._idle_seconds)

    def begin(
        self, folder: Path, log: Path, ended: Callable[[], None], secrets: Mapping[str, str]
    ) -> subprocess.Popen[bytes] | None:
        """Have the process work on an attempt and return it; None when there is none that can.

        The arguments are those of `start_worker`.
        """
        with self._lock:
            child, self._child = self._child, None
            self._rest(None)
        if child is None:
            return None
        if child.poll() is None and begin_ready_worker(child, folder, log, ended, secrets):
            return child
        end_ready_worker(child)
        return None

    def close(self) -> None:
        """Give the process back."""
        with self._lock:
            child, self._child = self._child, None
            self._rest(None)
        if child is not None:
            end_ready_worker(child)

    def _rest(self, seconds: float | None) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if seconds is not None and self._child is not None:
            self._idle = threading.Timer(seconds, self.close)
            self._idle.daemon = True
            self._idle.start()
