"""The tasks that jobs run: each a plain function of its arguments and its folder, importing what is heavy only then."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from assistant.submission.jobs.job import JobCancelledError, JobContext

Arguments = Mapping[str, Any]


def add(arguments: Arguments, context: JobContext) -> dict[str, JsonValue]:
    """Run the adding problem; `length`, `cells`, `seed` and `cpu_limit` (seconds a cell) are the arguments."""
    from assistant.lecture.adding import run_trials
    from assistant.lecture.results import AddingProgress

    def tell(progress: Sequence[AddingProgress]) -> None:
        context.report({"cells": [one.model_dump(mode="json") for one in progress]})

    run_trials(**arguments, tell=tell, should_stop=context.should_stop)
    if context.should_stop():
        raise JobCancelledError
    return {}


def load_training() -> None:
    """Load what a training needs, and go through a few steps of one: PyTorch loads some of its parts only then."""
    from assistant.lecture import memory  # noqa: F401 - what follows a training
    from assistant.training.settings import TrainingSettings
    from assistant.training.speed_measurement import measure
    from assistant.training.train import train  # noqa: F401

    measure(TrainingSettings(units=8, context=32, warm_up=8, horizon=4), 1)


def train(arguments: Arguments, context: JobContext) -> dict[str, JsonValue]:
    """Train what lies in the folder, then measure what the network remembers.

    `speed` is the file that keeps how fast this computer trains, `begins` the progress to tell at first. What is kept of a training that was stopped after its
    first epoch is the result of the cancelled job.
    """
    from assistant.training.inputs import read_inputs
    from assistant.training.run import Progress

    began, loaded = time.perf_counter(), "torch" in sys.modules
    context.report(arguments.get("begins") or {"state": "running", "phase": "loading"})
    series, settings = read_inputs(context.folder)
    from assistant.training.train import TrainingCancelledError
    from assistant.training.train import train as train_series

    latest = Progress(state="running")

    def record(progress: Progress) -> None:
        nonlocal latest
        latest = progress
        if progress.history:
            context.keep()
        context.report(progress.model_dump(mode="json"))

    try:
        run = train_series(
            series, settings, context.folder, record, context.should_stop, Path(arguments["speed"]),
            0.0 if loaded else time.perf_counter() - began,
        )  # fmt: skip
    except TrainingCancelledError:
        raise JobCancelledError from None
    if not run.cancelled and not context.should_stop():  # it is measured when it is asked for, too
        record(latest.model_copy(update={"message": "Measuring what the network remembers."}))
        with contextlib.suppress(Exception):  # the training is good without it, and it can be measured again
            from assistant.lecture.memory import measure_memory

            measure_memory(context.folder)
    state = "cancelled" if run.cancelled else "done"
    ended = latest.model_copy(update={"state": state, "seconds": run.seconds, "seconds_left": 0.0})
    context.report(ended.model_dump(mode="json"))
    if run.cancelled:
        raise JobCancelledError({"run": run.id})
    return {"run": run.id}


def run_notebook(arguments: Arguments, context: JobContext) -> dict[str, JsonValue]:
    """Run `written.ipynb` of the folder from top to bottom and write `executed.ipynb` beside it.

    `timeout` are the seconds it may take; `files` maps a name to the path of a file that lies beside the notebook.
    """
    from assistant.errors import NotebookError
    from assistant.files import write_atomically
    from assistant.notebook.execute import execute_notebook

    try:
        executed = execute_notebook(
            (context.folder / "written.ipynb").read_bytes(),
            timeout=arguments["timeout"],
            progress=lambda done, cells: context.report({"done": done, "cells": cells}),
            should_stop=context.should_stop,
            files={name: Path(path) for name, path in arguments.get("files", {}).items()},
        )
    except NotebookError:
        if context.should_stop():
            raise JobCancelledError from None
        raise
    write_atomically(context.folder / "executed.ipynb", executed.content)
    return {"reproduced": executed.reproduced, "seconds": executed.seconds}
