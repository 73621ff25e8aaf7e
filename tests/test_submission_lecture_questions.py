"""The questions of the lecture's pages: answered where torch is loaded, each in its time."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import LectureError
from assistant.lecture.results import Gate, GradientCurves
from assistant.submission.jobs.job import Lane
from assistant.submission.jobs.worker_pool import WorkerPool
from assistant.submission.lecture_questions import LectureQuestions
from assistant.submission.services import open_pool
from tests.job_watching import until
from tests.test_jobs_worker_pool import hold

GATE = {"x": 1.0, "h_previous": 0.0, "w_x": 1.0, "w_h": 1.0, "b": 2.0}


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    made = open_pool()
    yield made
    made.close()


@pytest.fixture(scope="module")
def questions(pool: WorkerPool) -> LectureQuestions:
    return LectureQuestions(pool)


def test_the_answer_is_what_the_computation_gives(questions: LectureQuestions) -> None:
    assert questions.ask(Gate, "gate", **GATE).a == 3.0


def test_what_is_refused_arrives_as_an_error_with_its_three_parts(questions: LectureQuestions) -> None:
    with pytest.raises(LectureError, match="length from 1 to 1000") as caught:
        questions.ask(GradientCurves, "gradient", w=1.0, length=5000)
    assert caught.value.fix


def test_a_question_that_makes_no_sense_takes_nothing_down(questions: LectureQuestions) -> None:
    with pytest.raises(LectureError, match="could not be computed"):
        questions.ask(Gate, "nonsense")
    assert questions.ask(Gate, "gate", **GATE).a == 3.0


def test_many_students_may_ask_at_once(questions: LectureQuestions) -> None:
    answers: dict[int, float] = {}

    def ask(bias: int) -> None:
        answers[bias] = questions.ask(Gate, "gate", **{**GATE, "b": float(bias)}).a

    threads = [threading.Thread(target=ask, args=(bias,)) for bias in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {bias: bias + 1.0 for bias in range(12)}


def test_an_answer_that_takes_too_long_is_given_up_in_the_pages_words(pool: WorkerPool, tmp_path: Path) -> None:
    begun, go = tmp_path / "begun", tmp_path / "go"
    thread = threading.Thread(target=pool.call, args=(Lane.LECTURE, hold, str(begun), str(go)))
    thread.start()
    until(begun.exists)
    with pytest.raises(LectureError, match="took too long"):
        LectureQuestions(pool, answer_seconds=0.05).ask(Gate, "gate", **GATE)
    go.touch()
    thread.join()


def test_the_pages_side_never_imports_torch() -> None:
    code = (
        "import sys, assistant.submission.lecture_questions, assistant.submission.adding_runs, assistant.lecture.page_texts, "
        "assistant.submission.jobs.tasks, assistant.lecture.memory, assistant.cli.lecture_commands, "
        "assistant.training.inputs, assistant.training.plan; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
