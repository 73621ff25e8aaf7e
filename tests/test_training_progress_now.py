"""How far a training is between two things that it tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.training.progress_now import before_loading, later
from assistant.training.progress_reporter import ProgressReporter
from assistant.training.run import Progress
from assistant.training.settings import TrainingSettings
from assistant.training.training_time import Phases

PHASES = Phases(start=4, choose=1, member=6, train=10, forecast=2, backtest=3)


def test_the_bar_moves_while_nothing_is_told_and_the_time_left_covers_what_follows() -> None:
    begins = before_loading(TrainingSettings(), PHASES)
    assert (begins.phase, begins.seconds_left, begins.seconds_after, begins.share) == ("loading", 20, 16, 0)
    now = later(begins, 2.0)
    assert (now.seconds, now.seconds_left, now.share) == (2.0, 18.0, pytest.approx(0.1))


def test_a_phase_that_takes_longer_than_expected_leaves_the_rest_to_come() -> None:
    now = later(before_loading(TrainingSettings(), PHASES), 40.0)
    assert now.seconds_left == pytest.approx(16 + 2)
    assert now.share < 0.75


@given(st.lists(st.floats(0, 100), min_size=2, max_size=6), st.floats(0.1, 300))
def test_the_bar_never_goes_back_and_never_ends_before_the_training(ages: list[float], left: float) -> None:
    told = Progress(state="running", seconds=3.0, seconds_left=left, seconds_after=left / 2, share=0.2)
    shares = [later(told, age).share for age in sorted(ages)]
    assert shares == sorted(shares)
    assert all(0.2 <= share < 1 for share in shares)


def test_a_bar_that_was_seen_does_not_go_back_when_the_computer_turns_out_to_be_slower() -> None:
    told: list[Progress] = []
    reporter = ProgressReporter(told.append, 5.0)
    reporter.measuring(TrainingSettings(), PHASES)
    seen = later(told[-1], 0.0)
    slower = Phases(start=4, choose=10, member=60, train=100, forecast=20, backtest=30)
    reporter.planned(TrainingSettings(), slower)
    assert told[-1].seconds_left == 160
    assert told[-1].share >= seen.share > 5 / 165


def test_what_has_ended_and_what_has_no_time_stay_as_they_are() -> None:
    done = Progress(state="done", seconds=3.0, seconds_left=0.0)
    assert later(done, 9.0) == done
    assert later(Progress(state="running", seconds=1.0), 2.0) == Progress(state="running", seconds=3.0)
