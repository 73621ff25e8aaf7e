"""The Train page: the result first, what was trained already, and trainings of an earlier dataset."""

from __future__ import annotations

import re
from pathlib import Path

import gradio as gr
import pytest

from assistant.errors import TrainingError
from assistant.findings import State
from assistant.submission import dataset_choice as dataset
from assistant.submission.draft import TrainingChoice
from assistant.submission.session import Session
from assistant.submission.training_runs import ChooseRun, SetTraining, start_again, start_training
from assistant.training.run import Progress
from tests.sessions import alter, draft_of, new_session
from tests.web_pages import OpenPages

SHORT = TrainingChoice(epochs=2, members=1, units=6)
TYPED = ("quick", "lstm", 0, 6, None, 2, 1)  # preset, cell, seed, units, context, epochs, members


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session with a training of sunspots and one of CO₂, the dataset as it is now."""
    made = new_session(tmp_path_factory.mktemp("training-page") / "workspace")
    for name in ("sunspots", "co2"):
        dataset.choose_ready(made, 1, name)
        made.apply(SetTraining(project=1, choice=SHORT))
        start_training(made, 1)
    return made


@pytest.fixture(scope="module")
def pages(session: Session) -> OpenPages:
    return OpenPages(session)


def shown(pages: OpenPages, element: str, answer: dict) -> object:
    return answer[pages.component(element)]


def timer_of(pages: OpenPages) -> gr.blocks.Block:
    """Return the timer that shows the page anew."""
    result = pages.component("p1-train-result")
    [timer] = [
        block
        for block in pages.blocks.blocks.values()
        if isinstance(block, gr.Timer)
        and any((block._id, "tick") in one.targets and result in one.outputs for one in pages.blocks.fns.values())
    ]
    return timer


def test_the_result_is_a_picture_and_a_sentence_and_stands_before_the_settings(
    pages: OpenPages, session: Session
) -> None:
    order = [getattr(block, "elem_id", None) for block in pages.blocks.blocks.values()]
    assert order.index("p1-train-live") < order.index("p1-train-result") < order.index("p1-train-preset")
    answer = pages.open(1, "train")
    timer = timer_of(pages)
    if answer[timer]["active"]:  # nothing was drawn yet
        assert "Drawing" in str(shown(pages, "p1-train-result", answer))
        [answer] = pages.fire(timer, "tick")
        assert not answer[timer]["active"]
    html = str(shown(pages, "p1-train-result", answer))
    run = session.snapshot.project(1).run
    assert run is not None
    before, _, folded = html.partition("<details")
    assert before.index("<svg") < before.index("verdict") < before.index(run.verdict.sentence[:20])
    assert "<table" not in before
    assert run.series_sha256 not in before
    for detail in ("Scores on the test part", run.series_sha256, "Loss by epoch", "Networks averaged"):
        assert detail in folded


def test_pressing_train_again_says_that_it_is_trained_and_leads_on(pages: OpenPages, session: Session) -> None:
    before = session.refresh().project(1).draft
    [answer] = pages.fire(pages.component("p1-train-start"), "click", *TYPED)
    said = str(shown(pages, "p1-train-message", answer))
    assert "Already trained" in said
    assert "p1-charts" in said
    assert "another seed" in said
    assert session.refresh().project(1).draft == before
    assert session.snapshot.statuses[1, "train"].state is State.DONE


def test_a_failure_is_over_once_what_is_trained_already_is_chosen(session: Session) -> None:
    alter(session, 1, failed=Progress(state="failed", message="No memory."))
    assert session.snapshot.statuses[1, "train"].state is State.WRONG
    assert not start_training(session, 1)
    assert session.snapshot.statuses[1, "train"].state is State.DONE


def test_trainings_of_an_earlier_dataset_are_marked_and_not_offered(pages: OpenPages, session: Session) -> None:
    fresh = OpenPages(session)
    answer = fresh.open(1, "train")
    runs = draft_of(session, 1).runs
    assert len(runs) == 2
    choice = shown(fresh, "p1-train-runs", answer)
    assert isinstance(choice, dict)
    assert [value for _, value in choice["choices"]] == [runs[1].id]
    html = str(shown(fresh, "p1-train-result", answer))
    rows = re.findall(r"<th scope=\"row\">(LSTM, [^<]+)</th>", html)
    assert [row.endswith("(earlier dataset)") for row in rows] == [True, False]
    with pytest.raises(TrainingError, match="earlier dataset"):
        session.apply(ChooseRun(project=1, run_id=runs[0].id))


def test_after_the_dataset_was_changed_back_its_trainings_are_offered_again(tmp_path: Path) -> None:
    session = new_session(tmp_path / "workspace")
    for name in ("sunspots", "co2"):
        dataset.choose_ready(session, 1, name)
        session.apply(SetTraining(project=1, choice=SHORT))
        start_training(session, 1)
    dataset.choose_ready(session, 1, "sunspots")
    first, second = draft_of(session, 1).runs
    assert draft_of(session, 1).run == second
    pages = OpenPages(session)
    choice = shown(pages, "p1-train-runs", pages.open(1, "train"))
    assert isinstance(choice, dict)
    assert (choice["visible"], choice["value"]) == (True, None)
    session.apply(ChooseRun(project=1, run_id=first.id))
    assert session.snapshot.statuses[1, "train"].state is State.DONE
    start_again(session, 1)
    seeds = [run.label.split("seed ")[1][0] for run in draft_of(session, 1).runs]
    assert seeds == ["0", "0", "1"]
    session.apply(SetTraining(project=1, choice=SHORT))
    start_again(session, 1)  # with seed 1 it is trained already
    assert draft_of(session, 1).training.seed == 2
