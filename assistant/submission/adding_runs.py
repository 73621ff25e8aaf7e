"""The adding problem's runs of all students: one each, a few at once, watched, and cancelled when asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from assistant.errors import LectureError
from assistant.lecture.results import AddingProgress, CellName
from assistant.submission.jobs.job import JobRecord, JobRequest, JobRunner, JobState, Lane, Limits

LENGTHS = (20, 100, 400)
CPU_LIMITS = {20: 10.0, 100: 20.0, 400: 60.0}  # seconds for each cell

_PROGRESS = TypeAdapter(tuple[AddingProgress, ...])


@dataclass(frozen=True)
class AddingRun:
    """One student's run: what was asked for, its state, how far each cell is, and what went wrong."""

    length: int
    cells: tuple[CellName, ...]
    seed: int
    state: JobState = JobState.WAITING
    progress: tuple[AddingProgress, ...] = ()
    message: str = ""

    @property
    def active(self) -> bool:
        """Tell whether it waits or runs."""
        return not self.state.ended


class AddingRuns:
    """The runs as jobs; `folder_of` tells where a student's files lie."""

    def __init__(
        self, jobs: JobRunner, folder_of: Callable[[str], Path], cpu_limits: Mapping[int, float] = CPU_LIMITS
    ) -> None:
        self._jobs, self._folder_of, self._limits = jobs, folder_of, cpu_limits

    def start(self, student: str, length: int, cells: Sequence[CellName], seed: int) -> AddingRun:
        """Start a run for a student; raise LectureError when theirs is still going on or the choice is not offered."""
        if length not in self._limits or not cells or not set(cells) <= {"lstm", "rnn", "gru"} or not 0 <= seed < 2**31:
            raise LectureError(
                "The adding problem was not started.",
                f"Asked for were the length {length}, the cells {', '.join(cells) or 'none'} and the seed {seed}.",
                f"Choose a length of {', '.join(map(str, self._limits))}, at least one cell, and a seed from 0.",
            )
        before = self._jobs.look(_key(student))
        if before is not None and not before.state.ended:
            evidence, fix = "Each student has one at a time.", "Wait for it or press Cancel."
            if before.stopping:
                evidence, fix = "It was cancelled and is ending.", "Try again in a moment."
            raise LectureError("Your run is still going on.", evidence, fix)
        limit = self._limits[length]
        record = self._jobs.submit(
            JobRequest(
                key=_key(student),
                owner=student,
                lane=Lane.LECTURE,
                task="assistant.submission.jobs.tasks:add",
                arguments={"length": length, "cells": list(dict.fromkeys(cells)), "seed": seed, "cpu_limit": limit},
                folder=str(self._folder_of(student)),
                # The limit of computing is the run's own; this one is for a run that hangs.
                limits=Limits(seconds=600 + 20 * limit * len(cells), grace_seconds=5.0),
            )
        )
        return _run(record)

    def cancel(self, student: str) -> None:
        """Stop a student's run; what it had reached stays to be seen."""
        self._jobs.cancel(_key(student))

    def run_of(self, student: str) -> AddingRun | None:
        """Return how a student's latest run stands, or None when there is none."""
        record = self._jobs.look(_key(student))
        return None if record is None else _run(record)


def _key(student: str) -> str:
    return f"adding {student}"


def _run(record: JobRecord) -> AddingRun:
    asked, problem = record.arguments, record.problem
    return AddingRun(
        length=asked["length"],  # type: ignore[arg-type]
        cells=tuple(asked["cells"]),  # type: ignore[arg-type]
        seed=asked["seed"],  # type: ignore[arg-type]
        # Who has cancelled need not wait until it has ended.
        state=JobState.CANCELLED if record.stopping else record.state,
        progress=_PROGRESS.validate_python(record.progress.get("cells", [])),
        message="" if problem is None else str(problem.as_error()),
    )
