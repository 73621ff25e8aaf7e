"""The tasks of the steps, run as jobs: trainings and notebooks in processes of their own."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from assistant.dataset.series import Series
from assistant.submission.database import open_database
from assistant.submission.jobs.inline_runner import InlineJobRunner
from assistant.submission.jobs.job import JobRecord, JobRequest, JobState, Lane, Limits
from assistant.submission.jobs.local_runner import LocalJobRunner
from assistant.training.inputs import read_inputs, write_inputs
from assistant.training.memory import read_memory
from assistant.training.plan import plan_settings
from assistant.training.run import load_run
from tests.job_watching import ended, until
from tests.test_training import make_series, waves

LONG = {"epochs": 100_000, "patience": 100_000, "members": 1, "units": 8}
SHORT = {"epochs": 2, "members": 1, "units": 8}


@pytest.fixture(scope="module")
def series() -> Series:
    return make_series(waves())


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[LocalJobRunner]:
    database = open_database(f"sqlite:///{tmp_path / 'assistant.sqlite3'}")
    made = LocalJobRunner(database, tmp_path / "jobs", {})
    yield made
    made.close()
    database.close()


@pytest.fixture
def training(series: Series, tmp_path: Path) -> Callable[..., JobRequest]:
    def make(name: str, **settings: Any) -> JobRequest:
        write_inputs(tmp_path / name, series, plan_settings(series, **settings))
        return JobRequest(
            key=name, owner="asha", lane=Lane.TRAINING, task="assistant.submission.jobs.tasks:train",
            arguments={"speed": str(tmp_path / "speed.json")}, folder=str(tmp_path / name),
            limits=Limits(grace_seconds=60.0),
        )  # fmt: skip

    return make


def under_way(runner: LocalJobRunner, key: str) -> JobRecord:
    """Return the record of a training that has an epoch behind it."""
    found: JobRecord = until(lambda: job if (job := runner.look(key)) and job.progress.get("history") else None)
    return found


def worker() -> psutil.Process:
    (found,) = [one for one in psutil.Process().children() if "assistant.submission.jobs.worker" in one.cmdline()]
    return found


def test_a_training_leaves_its_run_and_what_the_network_remembers(
    runner: LocalJobRunner, training: Callable[..., JobRequest], tmp_path: Path
) -> None:
    runner.submit(training("run", **SHORT))
    record = ended(runner, "run")
    assert record.state is JobState.DONE, record.problem
    run = load_run(tmp_path / "run")
    assert record.result == {"run": run.id}
    assert record.progress["state"] == "done"
    assert len(record.progress["history"]) == len(run.history)  # type: ignore[arg-type]
    memory = read_memory(tmp_path / "run")
    assert memory is not None
    assert memory.units == 8


def test_a_memory_that_cannot_be_measured_does_not_fail_the_training(
    training: Callable[..., JobRequest], tmp_path: Path
) -> None:
    request = training("run", **SHORT)
    (tmp_path / "run" / "memory.json").mkdir()  # nothing can be written there
    assert InlineJobRunner().submit(request).state is JobState.DONE


def test_a_training_that_is_stopped_keeps_what_was_learnt(
    runner: LocalJobRunner, training: Callable[..., JobRequest], tmp_path: Path
) -> None:
    runner.submit(training("run", **LONG))
    under_way(runner, "run")
    runner.cancel("run")
    record = ended(runner, "run")
    run = load_run(tmp_path / "run")
    assert (record.state, record.result) == (JobState.CANCELLED, {"run": run.id})
    assert run.cancelled
    assert run.history


def test_a_training_that_the_system_ends_keeps_what_was_learnt(
    runner: LocalJobRunner, training: Callable[..., JobRequest], tmp_path: Path
) -> None:
    runner.submit(training("run", **LONG))
    under_way(runner, "run")
    os.kill(worker().pid, signal.SIGTERM)
    assert ended(runner, "run").state is JobState.CANCELLED
    assert load_run(tmp_path / "run").cancelled


def test_a_killed_training_goes_on_from_its_last_epoch(
    runner: LocalJobRunner, training: Callable[..., JobRequest]
) -> None:
    request = training("run", **{**LONG, "epochs": 400})
    runner.submit(request)
    before = under_way(runner, "run")
    os.kill(worker().pid, signal.SIGKILL)
    failed = ended(runner, "run")
    assert failed.state is JobState.FAILED
    assert failed.problem is not None
    assert failed.problem.fix
    runner.submit(request)
    after = under_way(runner, "run")
    # What was learnt before is still there, to the second it took; nothing is told twice.
    kept, told = before.progress["history"], after.progress["history"]
    assert isinstance(kept, list)
    assert isinstance(told, list)
    shorter = min(len(kept), len(told))
    assert told[:shorter] == kept[:shorter]
    assert [epoch["number"] for epoch in told] == list(range(1, len(told) + 1))  # type: ignore[index,call-overload]
    runner.cancel("run")
    assert ended(runner, "run").state in (JobState.CANCELLED, JobState.DONE)


def test_a_training_that_cannot_be_done_says_why(training: Callable[..., JobRequest]) -> None:
    record = InlineJobRunner().submit(training("run", horizon=200))
    assert record.state is JobState.FAILED
    assert record.problem is not None
    assert "horizon" in record.problem.what
    assert record.problem.fix


def test_settings_that_are_damaged_are_said_to_be(training: Callable[..., JobRequest], tmp_path: Path) -> None:
    request = training("run", **SHORT)
    (tmp_path / "run" / "settings.json").write_text("{}")
    record = InlineJobRunner().submit(request)
    assert record.problem is not None
    assert "settings" in record.problem.what


def test_what_a_training_is_given_comes_back_as_it_was(series: Series, tmp_path: Path) -> None:
    settings = plan_settings(series, **SHORT)
    write_inputs(tmp_path, series, settings)
    assert read_inputs(tmp_path)[1] == settings


def notebook(folder: Path, *cells: str) -> JobRequest:
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    folder.mkdir()
    (folder / "written.ipynb").write_text(nbformat.writes(document))
    return JobRequest(
        key="notebook", owner="asha", lane=Lane.NOTEBOOK, task="assistant.submission.jobs.tasks:run_notebook",
        arguments={"timeout": 300.0, "files": {}}, folder=str(folder), limits=Limits(grace_seconds=20.0),
    )  # fmt: skip


def test_a_notebook_is_run_and_its_progress_is_told(runner: LocalJobRunner, tmp_path: Path) -> None:
    runner.submit(notebook(tmp_path / "made", "a = 1", "print(a + 1)"))
    record = ended(runner, "notebook")
    assert record.state is JobState.DONE, record.problem
    assert record.progress == {"done": 2, "cells": 2}
    assert '"2\\n"' in (tmp_path / "made" / "executed.ipynb").read_text()


def test_cancelling_a_notebook_ends_its_kernel(runner: LocalJobRunner, tmp_path: Path) -> None:
    mark = tmp_path / "kernel"
    cell = f"import os, threading; open({str(mark)!r}, 'w').write(str(os.getpid())); threading.Event().wait()"
    runner.submit(notebook(tmp_path / "made", cell))
    kernel = int(until(lambda: mark.exists() and mark.read_text()))
    runner.cancel("notebook")
    assert ended(runner, "notebook").state is JobState.CANCELLED
    until(lambda: not psutil.pid_exists(kernel))
