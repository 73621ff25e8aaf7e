"""The page's side of the child process that computes: starts it when first needed, asks, and limits each answer."""

from __future__ import annotations

import atexit
import itertools
import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, TypeVar

from assistant import wording
from assistant.errors import LectureError
from assistant.frozen import Frozen

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 60.0  # importing torch, on a slow and busy machine
ANSWER_SECONDS = 20.0
IDLE_SECONDS = 900.0  # an unused child holds about 200 MB

_Answer = TypeVar("_Answer", bound=Frozen)


class _Child:
    """One running child: its process, and a thread that puts its answers in a queue."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT
        )
        self._answers: queue.Queue[str | None] = queue.Queue()
        self._numbers = itertools.count(1)
        self.answered = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._answers.put(line)
        self._answers.put(None)

    def ask(self, operation: str, arguments: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the answer; raise BrokenPipeError when the child is gone and TimeoutError when it takes too long."""
        number = next(self._numbers)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"id": number, "operation": operation, "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        try:
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError from None
        if line is None:
            raise BrokenPipeError
        self.answered = True
        reply: dict[str, Any] = json.loads(line)
        return reply

    def stop(self) -> None:
        """End it and wait until it has ended."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            try:
                self._process.stdin.close()
            except OSError:
                return  # what was not yet written has no reader any more


class LectureProcess:
    """Asks one persistent child process; many students share it, one short question at a time."""

    def __init__(
        self,
        *,
        answer_seconds: float = ANSWER_SECONDS,
        start_seconds: float = START_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._answer_seconds, self._start_seconds, self._idle_seconds = answer_seconds, start_seconds, idle_seconds
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._idle: threading.Timer | None = None
        atexit.register(self.close)

    def ask(self, kind: type[_Answer], operation: str, **arguments: Any) -> _Answer:
        """Return the answer of `operation`, read as `kind`.

        A child that died is started again once. Raises LectureError when the child says so, takes too long or cannot be
        started.
        """
        with self._lock:
            reply = self._reply(operation, arguments)
            self._watch()
        if "error" in reply:
            raise LectureError(**reply["error"])
        return kind.model_validate(reply["result"])

    def close(self) -> None:
        """End the child, if there is one; the next question starts another."""
        with self._lock:
            self._stop()

    def _reply(self, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        for _ in range(2):
            if self._child is None:
                self._child = _Child([sys.executable, "-m", "assistant.lecture.child"])
            # A child that was just started still has to import torch.
            seconds = self._answer_seconds if self._child.answered else self._start_seconds
            try:
                return self._child.ask(operation, arguments, seconds)
            except TimeoutError:
                self._stop()
                raise LectureError(
                    "The picture took too long.",
                    f"There was no answer within {wording.span(seconds)}.",
                    "Move the slider again; a smaller length is faster.",
                ) from None
            except OSError:
                self._stop()
        raise LectureError(
            "The part that computes the pictures stopped.",
            "It was started again and stopped at once.",
            "See the server's log, or start the wizard again.",
        )

    def _stop(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if self._child is not None:
            self._child.stop()
            self._child = None

    def _watch(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = threading.Timer(self._idle_seconds, self.close)
        self._idle.daemon = True
        self._idle.start()
