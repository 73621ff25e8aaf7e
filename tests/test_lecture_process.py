"""The child processes of the lecture: one that answers, and those that run the adding problem."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from assistant.errors import LectureError
from assistant.lecture.process import ROOT, LectureProcess
from assistant.lecture.results import Gate, GradientCurves
from assistant.lecture.trials import AddingRun, AddingTrials

GATE = {"x": 1.0, "h_previous": 0.0, "w_x": 1.0, "w_h": 1.0, "b": 2.0}


@pytest.fixture(scope="module")
def process() -> Iterator[LectureProcess]:
    made = LectureProcess()
    yield made
    made.close()


@pytest.fixture
def trials() -> Iterator[AddingTrials]:
    made = AddingTrials(at_once=1, cpu_limits={20: 0.3, 100: 600.0})
    yield made
    made.close()


def until(trials: AddingTrials, student: str, holds: Callable[[AddingRun], bool]) -> AddingRun:
    """Wait until something holds for a student's run; the waiting is on an event that nobody sets."""
    tick = threading.Event()
    for _ in range(600):
        run = trials.run_of(student)
        assert run is not None
        if holds(run):
            return run
        tick.wait(0.1)
    raise AssertionError(f"still {run.state}")


def test_the_child_answers_what_the_computation_gives(process: LectureProcess) -> None:
    assert process.ask(Gate, "gate", **GATE).a == 3.0


def test_what_the_child_refuses_arrives_as_an_error_with_its_three_parts(process: LectureProcess) -> None:
    with pytest.raises(LectureError, match="length from 1 to 1000") as caught:
        process.ask(GradientCurves, "gradient", w=1.0, length=5000)
    assert caught.value.fix


def test_a_request_that_makes_no_sense_takes_nothing_down(process: LectureProcess) -> None:
    with pytest.raises(LectureError, match="could not be computed"):
        process.ask(Gate, "nonsense")
    assert process.ask(Gate, "gate", **GATE).a == 3.0


def test_many_students_may_ask_at_once(process: LectureProcess) -> None:
    answers: dict[int, float] = {}

    def ask(bias: int) -> None:
        answers[bias] = process.ask(Gate, "gate", **{**GATE, "b": float(bias)}).a

    threads = [threading.Thread(target=ask, args=(bias,)) for bias in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {bias: bias + 1.0 for bias in range(12)}


def test_a_child_that_died_is_started_again(process: LectureProcess) -> None:
    process.ask(Gate, "gate", **GATE)
    assert process._child is not None
    process._child._process.kill()
    process._child._process.wait()
    assert process.ask(Gate, "gate", **GATE).a == 3.0


def test_an_answer_that_takes_too_long_is_given_up_and_the_next_one_works() -> None:
    process = LectureProcess(start_seconds=0.01)
    with pytest.raises(LectureError, match="took too long"):
        process.ask(Gate, "gate", **GATE)
    process._start_seconds = 120.0
    try:
        assert process.ask(Gate, "gate", **GATE).a == 3.0
    finally:
        process.close()


def test_a_child_that_nobody_asks_ends_by_itself() -> None:
    process = LectureProcess(idle_seconds=0.05)
    process.ask(Gate, "gate", **GATE)
    assert process._idle is not None
    process._idle.join()
    assert process._child is None


def test_the_child_ends_when_its_input_ends() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "assistant.lecture.child"],
        input="",
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""


def test_the_pages_side_never_imports_torch() -> None:
    code = (
        "import sys, assistant.lecture.process, assistant.lecture.trials, assistant.lecture.texts, "
        "assistant.lecture.memory, assistant.cli.lecture_commands; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_run_reports_every_cell_until_it_is_done(trials: AddingTrials) -> None:
    trials.start("ann", 20, ["lstm", "rnn"], 0)
    done = until(trials, "ann", lambda run: not run.active)
    assert done.state == "done"
    assert [one.cell for one in done.progress] == ["lstm", "rnn"]
    assert all(one.finished and one.curve and not one.solved for one in done.progress)


def test_each_student_has_one_run_and_the_others_wait_in_line(trials: AddingTrials) -> None:
    trials.start("ann", 100, ["rnn"], 0)
    until(trials, "ann", lambda run: bool(run.progress))
    with pytest.raises(LectureError, match="still going on"):
        trials.start("ann", 20, ["rnn"], 0)
    trials.start("bob", 20, ["lstm"], 1)
    assert until(trials, "bob", lambda run: True).state == "waiting"
    trials.cancel("ann")
    assert until(trials, "ann", lambda run: True).state == "cancelled"
    assert until(trials, "bob", lambda run: not run.active).state == "done"


def test_what_was_reached_before_a_cancel_stays_to_be_seen(trials: AddingTrials) -> None:
    trials.start("ann", 100, ["rnn"], 0)
    reached = until(trials, "ann", lambda run: bool(run.progress))
    trials.cancel("ann")
    run = trials.run_of("ann")
    assert run is not None
    assert run.state == "cancelled"
    assert run.progress[0].sequences >= reached.progress[0].sequences


def test_a_run_that_waits_can_be_cancelled(trials: AddingTrials) -> None:
    trials.start("ann", 100, ["rnn"], 0)
    trials.start("bob", 100, ["rnn"], 0)
    trials.cancel("bob")
    assert until(trials, "bob", lambda run: True).state == "cancelled"


def test_two_students_do_not_see_each_other(trials: AddingTrials) -> None:
    trials.start("ann", 20, ["rnn"], 0)
    assert trials.run_of("bob") is None


@pytest.mark.parametrize(
    ("length", "cells", "seed"), [(7, ["lstm"], 0), (20, [], 0), (20, ["lstm", "transformer"], 0), (20, ["lstm"], -1)]
)
def test_runs_that_are_not_offered_are_refused(trials: AddingTrials, length: int, cells: list[str], seed: int) -> None:
    with pytest.raises(LectureError, match="not started"):
        trials.start("ann", length, cells, seed)  # type: ignore[arg-type]
