"""The types of a job: what is asked for, what is known of it, and who runs it. No processes here.

A request is plain JSON and names its files by folder, so that an engine on many machines can carry it as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pydantic import Field, JsonValue, SecretStr

from assistant.errors import AssistantError
from assistant.frozen import Frozen


class Lane(StrEnum):
    """A bulkhead: what fills one lane holds up no other."""

    TRAINING = "training"
    NOTEBOOK = "notebook"
    DOWNLOAD = "download"
    READING = "reading"
    LECTURE = "lecture"
    REPORT = "report"


class JobState(StrEnum):
    """Where a job stands; the last three are ends."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Tell whether nothing more will happen."""
        return self not in (JobState.WAITING, JobState.RUNNING)


class Limits(Frozen):
    """What a job may use: wall seconds, bytes of memory with its child processes, seconds to stop when asked to.

    `early_grace_seconds` are those to stop while the task has not said `keep` yet, where they are fewer.
    """

    seconds: float | None = None
    memory_bytes: int | None = None
    grace_seconds: float = 10.0
    early_grace_seconds: float | None = None

    def grace(self, kept: bool) -> float:
        """Return the seconds to stop; `kept` when the task has said that there is something to keep."""
        early = self.early_grace_seconds
        return self.grace_seconds if kept or early is None else min(early, self.grace_seconds)


class JobRequest(Frozen):
    """A piece of work to be done.

    `key` names it: while it waits or runs it is not begun a second time. `owner` is whose it is, for fairness. `task`
    is an importable function, "package.module:function", called with `arguments` and a JobContext. `folder` is the
    absolute path of the folder where its artefacts lie. `secrets` are handed to the worker through its standard input and
    written down nowhere: a job that waited while its server was started again has none. With `discard` the folder goes
    when the job is cancelled before its task has said `keep`. `expected_seconds` is how long it should take, for those
    who wait behind it; a task whose progress has `seconds_left` knows better.
    """

    key: str = Field(min_length=1, max_length=255)
    owner: str = Field(max_length=64)
    lane: Lane
    task: str = Field(pattern=r"^[\w.]+:\w+$")
    arguments: dict[str, JsonValue] = {}
    folder: str
    limits: Limits = Limits()
    discard: bool = False
    expected_seconds: float | None = None
    secrets: dict[str, SecretStr] = Field(default={}, exclude=True)


class Problem(Frozen):
    """What went wrong, in the three parts of an AssistantError."""

    what: str
    evidence: str = ""
    fix: str = ""

    def as_error(self) -> AssistantError:
        """Return the problem as an error that can be raised."""
        return AssistantError(self.what, self.evidence, self.fix)


class JobRecord(Frozen):
    """What is known of a job.

    `arguments` are those of the request. While it waits, `place` is its place in line, counted from 1, `running` how many
    of its lane run, and `starts_in` the seconds until its turn, None where nobody can tell. `stopping` says that a cancel
    was asked for. `told_ago` are the seconds since `progress` was told. `result` is what the task returned; a cancelled one
    has it when something was kept. `seconds` is the wall time it has run.
    """

    key: str
    owner: str
    lane: Lane
    state: JobState
    arguments: dict[str, JsonValue] = {}
    place: int | None = None
    running: int = 0
    starts_in: float | None = None
    stopping: bool = False
    progress: dict[str, JsonValue] = {}
    told_ago: float = 0.0
    result: dict[str, JsonValue] | None = None
    problem: Problem | None = None
    seconds: float = 0.0


class Outcome(Frozen):
    """How a job ended, as its worker or its runner writes it down."""

    state: JobState
    result: dict[str, JsonValue] | None = None
    problem: Problem | None = None
    progress: dict[str, JsonValue] = {}
    seconds: float = 0.0


class JobCancelledError(AssistantError):
    """Raised by a task that stopped because it was asked to; `result` is what it kept, if anything."""

    def __init__(self, result: Mapping[str, JsonValue] | None = None) -> None:
        super().__init__("The job was cancelled.")
        self.result = None if result is None else dict(result)


class JobContext(Protocol):
    """What a task is given."""

    @property
    def folder(self) -> Path:
        """Return the folder of the job's artefacts; it is there."""

    def report(self, progress: Mapping[str, JsonValue]) -> None:
        """Record how far the job is, in place of what was recorded before; a few times a second at most."""

    def secret(self, name: str) -> str:
        """Return one of the request's secrets, or nothing when it was given none or lost it with a restart."""

    def keep(self) -> None:
        """Say that from now on there is something to keep when the job is asked to stop."""

    def should_stop(self) -> bool:
        """Tell whether the job was asked to stop; a task that sees it raises JobCancelledError soon."""


Task = Callable[[Mapping[str, JsonValue], JobContext], Mapping[str, JsonValue]]


class JobRunner(Protocol):
    """Whoever runs the jobs: processes on this computer, this very process, or something larger."""

    def submit(self, request: JobRequest) -> JobRecord:
        """Put a job in line and return what is known of it; one that waits or runs is left as it is."""

    def look(self, key: str) -> JobRecord | None:
        """Return what is known of a job, or None when there never was one; writes nothing."""

    def cancel(self, key: str) -> None:
        """Ask a job to stop and return at once; nothing happens when it has ended."""

    def prepare(self, lane: Lane) -> None:
        """Make ready for a lane's next job, so that it begins sooner, and return at once; nobody relies on it."""

    def close(self) -> None:
        """Stop looking after jobs; those that run go on."""
