"""The adding problem's runs: one for each student, watched and cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.errors import LectureError
from assistant.submission.adding_runs import AddingRun, AddingRuns
from assistant.submission.database import open_database
from assistant.submission.jobs.job import JobState
from assistant.submission.jobs.local_runner import LocalJobRunner
from tests.job_watching import until


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[AddingRuns]:
    database = open_database(f"sqlite:///{tmp_path / 'assistant.sqlite3'}")
    jobs = LocalJobRunner(database, tmp_path / "jobs", {})
    made = AddingRuns(jobs, lambda student: tmp_path / student, {20: 0.3, 100: 600.0})
    yield made
    for student in ("ann", "bob"):
        made.cancel(student)
        until(lambda student=student: (job := jobs.look(f"adding {student}")) is None or job.state.ended)  # type: ignore[misc]
    jobs.close()
    database.close()


def reached(runs: AddingRuns, student: str, holds: Callable[[AddingRun], bool]) -> AddingRun:
    found: AddingRun = until(lambda: run if (run := runs.run_of(student)) is not None and holds(run) else None)
    return found


def test_a_run_reports_every_cell_until_it_is_done(runs: AddingRuns) -> None:
    runs.start("ann", 20, ["lstm", "rnn"], 0)
    done = reached(runs, "ann", lambda run: not run.active)
    assert done.state is JobState.DONE, done.message
    assert (done.length, done.cells, done.seed) == (20, ("lstm", "rnn"), 0)
    assert [one.cell for one in done.progress] == ["lstm", "rnn"]
    assert all(one.finished and one.curve and not one.solved for one in done.progress)


def test_each_student_has_one_run_and_the_others_wait_in_line(runs: AddingRuns) -> None:
    runs.start("ann", 100, ["rnn"], 0)
    before = reached(runs, "ann", lambda run: bool(run.progress))
    with pytest.raises(LectureError, match="still going on"):
        runs.start("ann", 20, ["rnn"], 0)
    runs.start("bob", 20, ["lstm"], 1)
    assert reached(runs, "bob", lambda run: True).state is JobState.WAITING
    runs.cancel("ann")
    cancelled = runs.run_of("ann")
    assert cancelled is not None
    assert cancelled.state is JobState.CANCELLED
    assert reached(runs, "bob", lambda run: not run.active).state is JobState.DONE
    # What was reached before the cancel stays to be seen.
    kept = runs.run_of("ann")
    assert kept is not None
    assert kept.state is JobState.CANCELLED
    assert kept.progress[0].sequences >= before.progress[0].sequences


def test_a_run_that_waits_can_be_cancelled(runs: AddingRuns) -> None:
    runs.start("ann", 100, ["rnn"], 0)
    runs.start("bob", 100, ["rnn"], 0)
    runs.cancel("bob")
    assert reached(runs, "bob", lambda run: True).state is JobState.CANCELLED


def test_two_students_do_not_see_each_other(runs: AddingRuns) -> None:
    runs.start("ann", 20, ["rnn"], 0)
    assert runs.run_of("bob") is None


@pytest.mark.parametrize(
    ("length", "cells", "seed"), [(7, ["lstm"], 0), (20, [], 0), (20, ["lstm", "transformer"], 0), (20, ["lstm"], -1)]
)
def test_runs_that_are_not_offered_are_refused(runs: AddingRuns, length: int, cells: list[str], seed: int) -> None:
    with pytest.raises(LectureError, match="not started"):
        runs.start("ann", length, cells, seed)  # type: ignore[arg-type]
