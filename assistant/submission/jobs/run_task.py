"""Runs a task in this process and turns whatever happens into an outcome."""

from __future__ import annotations

import importlib
import shutil
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import JsonValue

from assistant import wording
from assistant.errors import AssistantError
from assistant.submission.jobs.job import JobCancelledError, JobRequest, JobState, Outcome, Problem, Task


class TaskContext:
    """A JobContext that hands progress to `record`, asks `asked` whether to stop, and calls `kept` the first time it is
    told that there is something to keep.
    """

    def __init__(
        self,
        folder: Path,
        record: Callable[[dict[str, JsonValue]], object],
        asked: Callable[[], bool],
        secrets: Mapping[str, str],
        kept: Callable[[], object] = lambda: None,
    ) -> None:
        self._folder, self._record, self._asked, self._secrets, self._kept = folder, record, asked, secrets, kept
        self.keeps = False
        self.progress: dict[str, JsonValue] = {}

    @property
    def folder(self) -> Path:
        """Return the folder of the job's artefacts."""
        return self._folder

    def report(self, progress: Mapping[str, JsonValue]) -> None:
        """Record how far the job is."""
        self.progress = dict(progress)
        self._record(self.progress)

    def secret(self, name: str) -> str:
        """Return one of the request's secrets, or nothing."""
        return self._secrets.get(name, "")

    def keep(self) -> None:
        """Say that from now on there is something to keep."""
        if not self.keeps:
            self.keeps = True
            self._kept()

    def should_stop(self) -> bool:
        """Tell whether the job was asked to stop."""
        return self._asked()


def perform(request: JobRequest, context: TaskContext) -> Outcome:
    """Run the request's task and return how it ended; what was not foreseen goes to standard error as well."""
    began = time.monotonic()
    result, problem = None, None
    try:
        context.folder.mkdir(parents=True, exist_ok=True)
        result = dict(cast(Task, named(request.task))(request.arguments, context))
        state = JobState.DONE
    except JobCancelledError as cancelled:
        state, result = JobState.CANCELLED, cancelled.result
        if not context.keeps:
            discard(request)
    except AssistantError as error:
        state, problem = JobState.FAILED, Problem(**error.as_dict())
    except Exception as error:
        state, problem = JobState.FAILED, _unforeseen(error, request.limits.memory_bytes)
    seconds = time.monotonic() - began
    return Outcome(state=state, result=result, problem=problem, progress=context.progress, seconds=seconds)


def discard(request: JobRequest) -> None:
    """Take away what a job has left that was cancelled before there was anything to keep."""
    if request.discard:
        shutil.rmtree(request.folder, ignore_errors=True)


def memory_problem(limit: int | None) -> Problem:
    """Return what is said of a job that needed more memory than it may have, or than there is."""
    evidence = f"It may use {wording.size(limit)}." if limit else "The computer has no more."
    return Problem(
        what="The memory did not suffice.",
        evidence=evidence,
        fix="Try again with less: fewer rows, or a smaller choice.",
    )


def named(name: str) -> Any:
    """Return the function of a name such as "package.module:function"."""
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def _unforeseen(error: Exception, memory_bytes: int | None) -> Problem:
    # What is written in C++ says it in its own words.
    if isinstance(error, MemoryError) or "allocate memory" in str(error):
        return memory_problem(memory_bytes)
    traceback.print_exception(error)
    return Problem(
        what="The work stopped on an error that was not foreseen.",
        evidence=f"{type(error).__name__}: {error}",
        fix="Try again; if it happens again, choose otherwise or tell the course.",
    )
