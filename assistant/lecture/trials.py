"""The adding problem's runs of all students: one each, a few at once, watched, and cancelled when asked."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pydantic import TypeAdapter

from assistant.errors import LectureError
from assistant.lecture.process import ROOT
from assistant.lecture.results import AddingProgress, CellName

LENGTHS = (20, 100, 400)
CPU_LIMITS = {20: 10.0, 100: 20.0, 400: 60.0}  # seconds for each cell
KEPT_STUDENTS = 200

State = Literal["waiting", "running", "done", "cancelled", "failed"]
_PROGRESS = TypeAdapter(tuple[AddingProgress, ...])


@dataclass(frozen=True)
class AddingRun:
    """One student's run: what was asked for, its state, how far each cell is, and what went wrong."""

    length: int
    cells: tuple[CellName, ...]
    seed: int
    state: State = "waiting"
    progress: tuple[AddingProgress, ...] = ()
    message: str = ""

    @property
    def active(self) -> bool:
        """Tell whether it waits or runs."""
        return self.state in ("waiting", "running")


@dataclass(eq=False)
class _Job:
    run: AddingRun
    process: subprocess.Popen[str] | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)


class AddingTrials:
    """Runs the adding problem for students in child processes; `at_once` of them, the others wait in line."""

    def __init__(self, *, at_once: int = 2, cpu_limits: dict[int, float] | None = None) -> None:
        self._places = threading.Semaphore(at_once)
        self._limits = cpu_limits or CPU_LIMITS
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, _Job] = OrderedDict()

    def start(self, student: str, length: int, cells: Sequence[CellName], seed: int) -> AddingRun:
        """Start a run for a student; raise LectureError when theirs is still going on or the choice is not offered."""
        if length not in self._limits or not cells or not set(cells) <= {"lstm", "rnn", "gru"} or not 0 <= seed < 2**31:
            raise LectureError(
                "The adding problem was not started.",
                f"Asked for were the length {length}, the cells {', '.join(cells) or 'none'} and the seed {seed}.",
                f"Choose a length of {', '.join(map(str, self._limits))}, at least one cell, and a seed from 0.",
            )
        with self._lock:
            before = self._jobs.get(student)
            if before is not None and before.run.active:
                raise LectureError(
                    "Your run is still going on.", "Each student has one at a time.", "Wait for it or press Cancel."
                )
            if before is None and len(self._jobs) >= KEPT_STUDENTS:
                self._forget_one()
            job = _Job(AddingRun(length=length, cells=tuple(dict.fromkeys(cells)), seed=seed))
            self._jobs[student] = job
            self._jobs.move_to_end(student)
        threading.Thread(target=self._work, args=(job,), daemon=True).start()
        return job.run

    def cancel(self, student: str) -> None:
        """Stop a student's run; what it had reached stays to be seen."""
        with self._lock:
            job = self._jobs.get(student)
            if job is None or not job.run.active:
                return
            job.cancelled.set()
            job.run = replace(job.run, state="cancelled")
            if job.process is not None:
                job.process.kill()

    def run_of(self, student: str) -> AddingRun | None:
        """Return how a student's latest run stands, or None when there is none."""
        job = self._jobs.get(student)
        return job.run if job else None

    def close(self) -> None:
        """Stop every run."""
        for student in list(self._jobs):
            self.cancel(student)

    def _forget_one(self) -> None:
        for student, job in self._jobs.items():
            if not job.run.active:
                del self._jobs[student]
                return
        raise LectureError("Too many runs are going on.", f"{len(self._jobs)} students wait.", "Try again in a minute.")

    def _work(self, job: _Job) -> None:
        with self._places:
            with self._lock:
                if job.cancelled.is_set():
                    return
                run = job.run
                asked = {
                    "length": run.length,
                    "cells": run.cells,
                    "seed": run.seed,
                    "cpu_limit": self._limits[run.length],
                }
                job.process = subprocess.Popen(  # noqa: S603 - our own module, no shell
                    [sys.executable, "-m", "assistant.lecture.trial", json.dumps(asked)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    cwd=ROOT,
                )
                job.run = replace(run, state="running")
            assert job.process.stdout is not None
            with job.process.stdout as lines:
                for line in lines:
                    if not job.cancelled.is_set():
                        job.run = replace(job.run, progress=_PROGRESS.validate_json(line))
            code = job.process.wait()
            with self._lock:
                if job.cancelled.is_set():
                    return
                if code == 0:
                    job.run = replace(job.run, state="done")
                else:
                    job.run = replace(
                        job.run, state="failed", message=f"The run stopped with code {code}; start it again."
                    )
