"""Work that goes on while a page is closed: one thread a piece, found again by its name."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from assistant.errors import AssistantError

_MOST_KEPT = 500


@dataclass(frozen=True)
class Work:
    """How far a piece of work is; seconds are wall time so far."""

    state: Literal["running", "done", "failed"]
    message: str
    seconds: float = 0.0
    fix: str = ""


class Background:
    """Runs pieces of work in threads, `at_once` at a time; a piece that runs already is not started again."""

    def __init__(self, at_once: int) -> None:
        self._turn = threading.Semaphore(at_once)
        self._lock = threading.Lock()
        self._work: dict[str, tuple[Work, float]] = {}

    def start(self, name: str, do: Callable[[Callable[[str], None]], None]) -> bool:
        """Start `do(tell)` under a name; return False when that piece is running already."""
        with self._lock:
            known = self._work.get(name)
            if known is not None and known[0].state == "running":
                return False
            while len(self._work) >= _MOST_KEPT and (ended := self._oldest_ended()) is not None:
                del self._work[ended]
            self._work[name] = (Work("running", "Waiting for its turn."), time.monotonic())
        threading.Thread(target=self._run, args=(name, do), name=name, daemon=True).start()
        return True

    def look(self, name: str) -> Work | None:
        """Return how far a piece of work is, or None when none was started under this name."""
        with self._lock:
            known = self._work.get(name)
        if known is None:
            return None
        work, began = known
        return Work(work.state, work.message, time.monotonic() - began, work.fix) if work.state == "running" else work

    def _oldest_ended(self) -> str | None:
        return next((name for name, (work, _) in self._work.items() if work.state != "running"), None)

    def _run(self, name: str, do: Callable[[Callable[[str], None]], None]) -> None:
        with self._turn:
            try:
                do(lambda message: self._tell(name, Work("running", message)))
                self._tell(name, Work("done", ""))
            except AssistantError as error:
                self._tell(name, Work("failed", " ".join(p for p in (error.what, error.evidence) if p), fix=error.fix))
            except Exception as error:
                self._tell(name, Work("failed", f"Something unexpected went wrong ({type(error).__name__}: {error})."))

    def _tell(self, name: str, work: Work) -> None:
        with self._lock:
            self._work[name] = (work, self._work[name][1])
