"""What the pages show of a training and of a notebook that are under way."""

from __future__ import annotations

import re

import pytest

from assistant.submission.jobs.job import JobRecord, JobState, Lane
from assistant.training.progress_now import before_loading, later
from assistant.training.run import Epoch, Progress
from assistant.training.settings import TrainingSettings
from assistant.training.training_time import Phases
from assistant.web.pages.notebook_page import making_card
from assistant.web.pages.training_progress import PHASES, live_card

EPOCH = Epoch(number=1, train_loss=0.5, validation_loss=0.4, seconds=1.0)
BEGINS = before_loading(
    TrainingSettings(epochs=24), Phases(start=4, choose=1, member=3, train=3, forecast=1, backtest=1)
)


def width(html: str) -> float:
    found = re.search(r"width:([\d.]+)%", html)
    assert found is not None
    return float(found[1])


def test_the_first_second_says_what_happens_and_the_time_and_the_bar_moves_before_anything_more_is_told() -> None:
    first, second = (live_card(later(BEGINS, age)) for age in (0.5, 1.5))
    assert '<li aria-current="step">Loading</li>' in first
    assert "Loading PyTorch." in first
    assert "time left <b>about 10 s</b>" in first
    assert "epoch" not in first
    assert 0 < width(first) < width(second)


@pytest.mark.parametrize(("phase", "title"), PHASES)
def test_each_phase_is_marked_and_those_before_it_are_done(phase, title: str) -> None:
    shown = live_card(BEGINS.model_copy(update={"phase": phase}))
    assert f'<li aria-current="step">{title}</li>' in shown
    assert shown.count('class="done"') == [name for name, _ in PHASES].index(phase)


def test_one_that_was_asked_to_stop_promises_no_time() -> None:
    shown = live_card(BEGINS.model_copy(update={"stopping": True, "message": "Stopping.", "history": (EPOCH,)}))
    assert "Stopping." in shown
    assert "time left" not in shown


def test_what_took_a_minute_and_a_half_is_said_in_one_way() -> None:
    told = Progress(state="running", phase="training", seconds=89.4, seconds_left=91.0, epoch=3, epochs=24)
    shown = live_card(told)
    assert "since <b>1 min 29 s</b>" in shown
    assert "about 1 min 30 s" in shown
    assert "1 min 29 s" in making_card(_notebook(seconds=89.4))


def test_one_that_waits_was_stopped_or_has_failed_says_so() -> None:
    assert live_card(None) == ""
    assert "number 2 in line" in live_card(Progress(state="waiting", message="yours is number 2 in line"))
    assert "all is as it was" in live_card(Progress(state="cancelled", message="all is as it was before."))
    assert "No memory." in live_card(Progress(state="failed", message="No memory.", fix="Again."))
    assert "Stopped; the best" in live_card(Progress(state="cancelled", history=(EPOCH,), seconds=2.0))
    assert "Trained. 1 epoch in 2 s." in live_card(Progress(state="done", history=(EPOCH,), seconds=2.0))


def _notebook(**known: object) -> JobRecord:
    values = {"key": "n", "owner": "asha", "lane": Lane.NOTEBOOK, "state": JobState.RUNNING, **known}
    return JobRecord.model_validate(values)


def test_a_notebook_that_runs_shows_which_cell_of_how_many() -> None:
    shown = making_card(_notebook(progress={"message": "Running it.", "done": 22, "cells": 31}, seconds=7.0))
    assert "cell <b>22</b> of 31" in shown
    assert width(shown) == pytest.approx(100 * 22 / 31, abs=0.1)
    assert width(making_card(_notebook(progress={"message": "Writing the notebook."}))) == 0


def test_a_notebook_says_that_another_is_made_only_when_one_is() -> None:
    waits = _notebook(state=JobState.WAITING, place=1)
    assert "Another" not in making_card(waits)
    assert "Another" in making_card(waits.model_copy(update={"running": 1}))
