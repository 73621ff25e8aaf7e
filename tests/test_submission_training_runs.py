"""Trainings of a session in real processes: what is told of one that waits, and what a stop leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.submission import dataset_choice as dataset
from assistant.submission.database import open_database
from assistant.submission.draft import TrainingChoice
from assistant.submission.jobs.job import Lane
from assistant.submission.jobs.local_runner import LocalJobRunner
from assistant.submission.session import Session
from assistant.submission.training_runs import (
    NOTHING_KEPT,
    SetTraining,
    SetTrainingNumber,
    start_training,
    stop_training,
    training_progress,
)
from assistant.submission.workspace import new_owner
from assistant.training.run import Progress
from tests.job_watching import ready, until
from tests.sessions import services_in

LONG = TrainingChoice(epochs=1000, members=1, units=8)


@pytest.fixture
def open_session(tmp_path: Path) -> Iterator[Callable[..., Session]]:
    """Make a session whose trainings are processes; those of `loads` never get beyond loading."""
    opened: list[Session] = []
    database = open_database(f"sqlite:///{tmp_path / 'jobs.sqlite3'}")

    def make(*, loads: bool = False) -> Session:
        ready = {Lane.TRAINING: "tests.job_tasks:load_for_ever"} if loads else None
        runner = LocalJobRunner(database, tmp_path / "jobs", {}, ready=ready)
        session = Session(replace(services_in(tmp_path / "workspace"), jobs=runner), new_owner())
        for number in (1, 2):
            dataset.choose_ready(session, number, "sunspots")
            session.apply(SetTraining(project=number, choice=LONG))
        opened.append(session)
        return session

    yield make
    for session in opened:
        for number in (1, 2):
            stop_training(session, number)
            until(lambda session=session, number=number: not running(session, number))
        session.services.jobs.close()
    database.close()


def progress(session: Session, number: int = 1) -> Progress:
    found = training_progress(session.refresh().project(number))
    assert found is not None
    return found


def make_ready(session: Session) -> None:
    session.services.jobs.prepare(Lane.TRAINING)
    until(ready)


def running(session: Session, number: int = 1) -> str | None:
    return session.refresh().project(number).draft.running


def test_the_first_look_says_what_happens_and_how_long_it_takes(open_session: Callable[..., Session]) -> None:
    session = open_session(loads=True)
    make_ready(session)
    start_training(session, 1)
    found = until(lambda: found if (found := progress(session)).state == "running" else None)
    assert (found.phase, found.message) == ("loading", "Loading PyTorch.")
    assert found.seconds_left is not None
    assert until(lambda: 0 < progress(session).share < 1)


def test_one_that_waits_says_its_place_and_the_time_and_none_says_that_another_runs_when_none_does(
    open_session: Callable[..., Session],
) -> None:
    session = open_session()
    start_training(session, 1)
    assert "Another" not in progress(session).message
    until(lambda: progress(session).history)
    start_training(session, 2)
    said = progress(session, 2)
    assert said.state == "waiting"
    assert said.message.startswith("Another training is running; yours is next and begins by itself, in about ")


def test_a_stop_in_line_leaves_nothing_behind(open_session: Callable[..., Session]) -> None:
    session = open_session()
    start_training(session, 1)
    until(lambda: progress(session).history)
    before = session.refresh().project(2).draft
    start_training(session, 2)
    folder = session.snapshot.project(2).folder.root / "runs"
    assert list(folder.iterdir())
    stop_training(session, 2)
    assert session.snapshot.project(2).draft == before
    assert training_progress(session.snapshot.project(2)) == Progress(state="cancelled", message=NOTHING_KEPT)
    assert list(folder.iterdir()) == []


def test_a_stop_while_it_loads_shows_at_once_and_leaves_nothing_behind(open_session: Callable[..., Session]) -> None:
    session = open_session(loads=True)
    make_ready(session)
    before = session.refresh().project(1).draft
    start_training(session, 1)
    until(lambda: progress(session).state == "running")
    stop_training(session, 1)
    said = training_progress(session.snapshot.project(1))
    assert said is not None
    assert said.stopping or said.message == NOTHING_KEPT
    until(lambda: not running(session))
    assert session.snapshot.project(1).draft == before
    assert list((session.snapshot.project(1).folder.root / "runs").iterdir()) == []
    session.apply(SetTrainingNumber(project=1, setting="seed", value=1))
    assert training_progress(session.snapshot.project(1)) is None  # it is said once


def test_a_stop_after_the_first_epoch_keeps_the_best_so_far(open_session: Callable[..., Session]) -> None:
    session = open_session()
    start_training(session, 1)
    until(lambda: progress(session).history)
    stop_training(session, 1)
    said = training_progress(session.snapshot.project(1))
    assert said is not None
    assert said.stopping
    until(lambda: not running(session))
    run = session.snapshot.project(1).draft.run
    assert run is not None
    assert run.stopped


def test_a_stop_before_it_has_gone_on_keeps_what_was_there_before(open_session: Callable[..., Session]) -> None:
    session = open_session(loads=True)
    start_training(session, 1)
    until(lambda: progress(session).history)
    stop_training(session, 1)
    until(lambda: not running(session))
    before = session.refresh().project(1).draft
    make_ready(session)
    start_training(session, 1)
    until(lambda: progress(session).state == "running")
    stop_training(session, 1)
    until(lambda: not running(session))
    assert session.snapshot.project(1).draft == before
    assert session.snapshot.project(1).run is not None
