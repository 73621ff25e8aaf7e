"""One attempt at a job: the folder through which its worker and whoever looks after it speak.

| name | what | who writes it |
|---|---|---|
| `request.json` | what is to be done | the runner, before the worker starts |
| `lock` | held by the worker as long as it lives | the system lets it go |
| `worker.json` | which process the worker is, and when it began | the worker, once it holds the lock |
| `progress.json` | the latest progress, written whole | the worker |
| `stop` | a mark: stop soon | the runner |
| `keep` | a mark: there is something to keep | the worker |
| `outcome.json` | how it ended, written whole before anything else is told | the worker |
| `log.txt` | what was printed, and what was not foreseen | the worker |
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import JsonValue, ValidationError

from assistant.files import write_atomically
from assistant.submission.jobs.job import JobRequest, Outcome


@dataclass(frozen=True)
class Worker:
    """The process that works on an attempt (see `process_identity`), and when it began, in seconds since 1970."""

    process: str
    began: float


@dataclass(frozen=True)
class Attempt:
    """The files of one attempt."""

    folder: Path

    @property
    def log(self) -> Path:
        """Return the file that the worker's output goes to."""
        return self.folder / "log.txt"

    def prepare(self, request: JobRequest) -> None:
        """Write down what is to be done."""
        write_atomically(self.folder / "request.json", request.model_dump_json())

    def request(self) -> JobRequest | None:
        """Return what is to be done, or None when the attempt was taken back."""
        try:
            return JobRequest.model_validate_json((self.folder / "request.json").read_bytes())
        except FileNotFoundError:
            return None

    def lock(self) -> FileLock:
        """Return the lock that the worker holds as long as it lives."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self.folder / "lock", thread_local=False)

    def is_held(self) -> bool:
        """Tell whether a living process holds the lock."""
        lock = self.lock()
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return True
        lock.release()
        return False

    def introduce(self, process: str) -> None:
        """Write down which process works on it; called by the worker that holds the lock."""
        write_atomically(self.folder / "worker.json", json.dumps({"process": process, "began": time.time()}))

    def worker(self) -> Worker | None:
        """Return the process that works, or worked, on it; None when none has begun."""
        try:
            return Worker(**json.loads((self.folder / "worker.json").read_bytes()))
        except FileNotFoundError:
            return None

    def take_back(self) -> bool:
        """Make sure that no worker begins any more, and tell whether none had begun."""
        lock = self.lock()
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return False
        try:
            if self.worker() is not None:
                return False
            (self.folder / "request.json").unlink(missing_ok=True)
            return True
        finally:
            lock.release()

    def ask_to_stop(self) -> None:
        """Leave the mark that asks the worker to stop."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "stop").touch()

    def asked_to_stop(self) -> bool:
        """Tell whether the mark is there."""
        return (self.folder / "stop").exists()

    def keep(self) -> None:
        """Leave the mark that there is something to keep."""
        (self.folder / "keep").touch()

    def keeps(self) -> bool:
        """Tell whether that mark is there."""
        return (self.folder / "keep").exists()

    def report(self, progress: dict[str, JsonValue]) -> None:
        """Record how far it is."""
        write_atomically(self.folder / "progress.json", json.dumps(progress))

    def progress(self) -> dict[str, JsonValue]:
        """Return how far it is."""
        try:
            progress: dict[str, JsonValue] = json.loads((self.folder / "progress.json").read_bytes())
            return progress
        except (OSError, ValueError):
            return {}

    def told_ago(self) -> float:
        """Return how many seconds ago that was recorded."""
        try:
            return max(0.0, time.time() - (self.folder / "progress.json").stat().st_mtime)
        except OSError:
            return 0.0

    def end(self, outcome: Outcome) -> None:
        """Write down how it ended."""
        write_atomically(self.folder / "outcome.json", outcome.model_dump_json())

    def outcome(self) -> Outcome | None:
        """Return how it ended, or None while it has not."""
        try:
            return Outcome.model_validate_json((self.folder / "outcome.json").read_bytes())
        except (OSError, ValidationError):
            return None
