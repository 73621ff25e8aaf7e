"""The presets' time: planned from the measured speed, kept, told, and written down as plain numbers."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.dataset.series import Series
from assistant.training.computer_speed import Speed, keep_speed, read_speed
from assistant.training.network_fitting import EpochLoss
from assistant.training.plan import PRESETS, STRETCH, expected_text, fit_to_budget, plan_settings
from assistant.training.progress_reporter import ProgressReporter
from assistant.training.run import Progress, load_forecasts
from assistant.training.settings import TrainingSettings
from assistant.training.train import train
from assistant.training.training_time import Phases, expected_seconds, phases_of
from tests.test_training import make_series, waves

USUAL = Speed(cores=2)


def series_with(rows: int, horizon: int = 24, season: int = 24) -> Series:
    return make_series(np.arange(float(rows)) % 97, horizon=horizon, season=season)


@pytest.fixture(scope="module")
def long() -> Series:
    return series_with(14_400)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("rows", [144, 2_000, 14_400, 30_000])
def test_a_plan_fits_into_the_presets_time_on_a_usual_computer(rows: int, preset: str) -> None:
    series = series_with(rows)
    assert expected_seconds(series, plan_settings(series, preset), USUAL) <= STRETCH * PRESETS[preset].seconds


@pytest.mark.parametrize("preset", PRESETS)
def test_a_long_series_uses_most_of_the_time(long: Series, preset: str) -> None:
    assert expected_seconds(long, plan_settings(long, preset), USUAL) >= 0.7 * PRESETS[preset].seconds


def test_a_slower_or_busier_computer_is_told_a_longer_time_for_the_same_plan(long: Series) -> None:
    planned = plan_settings(long, "balanced")
    seconds = [
        expected_seconds(long, planned, speed)
        for speed in (
            replace(USUAL, cores=8),
            replace(USUAL, factors={"balanced": 0.5}),
            USUAL,
            replace(USUAL, load=2.0),
            replace(USUAL, factors={"balanced": 40.0}),
        )
    ]
    assert max(seconds[:2]) < seconds[2] < seconds[3] < seconds[4]


def test_the_plan_does_not_depend_on_what_was_planned_before(long: Series) -> None:
    planned = plan_settings(long, "balanced")
    other = replace(planned, members=1, epochs=8, stride=4 * planned.stride, refit=True)
    assert fit_to_budget(long, other) == planned


@pytest.mark.parametrize("own", [{"epochs": 3}, {"members": 5}, {"stride": 9}, {"refit": False}])
def test_numbers_of_ones_own_are_never_changed(long: Series, own: dict[str, int]) -> None:
    chosen = plan_settings(long, "thorough", **own)
    assert fit_to_budget(long, chosen) == chosen


def test_more_work_is_expected_to_take_longer(long: Series) -> None:
    settings = plan_settings(long, "balanced", members=4)
    for more in (
        replace(settings, epochs=2 * settings.epochs),
        replace(settings, members=8),
        replace(settings, units=128),
        replace(settings, refit=True),
        replace(settings, precision="float32"),
    ):
        assert expected_seconds(long, more, USUAL) > expected_seconds(long, settings, USUAL)
    assert phases_of(long, replace(settings, refit=True), USUAL).backtest > phases_of(long, settings, USUAL).backtest


def test_a_measurement_close_to_the_last_tells_the_same_time_again(tmp_path: Path) -> None:
    first = Speed().learnt("quick", 1.30, 3.0, 1.0)
    keep_speed(first, tmp_path / "speed.json")
    again = read_speed(tmp_path / "speed.json").learnt("quick", 1.45, 3.2, 1.2)
    assert (again.factors, again.start, again.load) == (first.factors, first.start, first.load)
    assert again.learnt("quick", 2.0, None, 1.0).factors["quick"] == 2.0
    assert read_speed(tmp_path / "speed.json").factor("balanced") == 1.30


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"factors": 1, "start": 2}', '{"factors": {"quick": "x"}}'])
def test_a_broken_speed_file_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "speed.json").write_text(content, "utf-8")
    assert read_speed(tmp_path / "speed.json") == Speed()


def test_the_time_is_told_in_words_before_the_training(long: Series) -> None:
    planned = plan_settings(long, "balanced")
    assert "first guess" in expected_text(long, planned, USUAL)
    measured = expected_text(long, planned, replace(USUAL, factors={"balanced": 1.0}))
    assert "first guess" not in measured
    assert "seconds on this computer" in measured
    short = series_with(144, horizon=12, season=12)
    assert "144 rows needs no longer" in expected_text(short, plan_settings(short, "balanced"), USUAL)


def test_the_time_can_be_told_without_torch() -> None:
    script = "import sys, assistant.training.plan, assistant.training.computer_speed; print('torch' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"


def test_what_was_fitted_to_the_time_stands_in_the_run_and_repeats_it(tmp_path: Path) -> None:
    series = make_series(waves(120), split=(90, 15, 15))
    settings = replace(plan_settings(series, anchor="naive", backtest=1), context=24, most_windows=50, seconds=0.5)
    told: list[Progress] = []
    run = train(series, settings, tmp_path / "first", told.append, speed_file=tmp_path / "speed.json", spent=1.0)
    assert settings.seconds > 0
    assert run.settings.seconds == 0
    assert run.settings.members == run.members
    assert run.expected_seconds is not None
    assert run.seconds > 1.0
    assert set(json.loads((tmp_path / "speed.json").read_text("utf-8"))["factors"]) == {"quick"}
    again = train(series, run.settings, tmp_path / "second")
    assert again.settings == run.settings
    assert again.scores == run.scores
    assert np.array_equal(load_forecasts(tmp_path / "second").future, load_forecasts(tmp_path / "first").future)


def test_what_was_decided_before_a_stop_is_kept_when_the_training_goes_on(tmp_path: Path) -> None:
    series = make_series(waves(120), split=(90, 15, 15))
    settings = replace(plan_settings(series, anchor="naive"), context=24, seconds=0.5)
    told: list[Progress] = []
    stopped = train(series, settings, tmp_path, told.append, lambda: len(told) > 8)
    assert stopped.cancelled
    label = json.loads((tmp_path / "checkpoints" / "of.json").read_text("utf-8"))
    # As if an earlier version of the program had decided otherwise.
    label["fitted"] |= {"members": 3, "epochs": 13}
    (tmp_path / "checkpoints" / "of.json").write_text(json.dumps(label), "utf-8")
    resumed = train(series, settings, tmp_path)
    assert (resumed.settings.members, resumed.settings.epochs) == (3, 13)


def test_a_stopped_ensemble_within_a_budget_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    series = make_series(waves(120), split=(90, 15, 15))
    settings = replace(plan_settings(series, anchor="naive", backtest=1), context=24, seconds=0.5)
    told: list[Progress] = []
    stopped = train(series, settings, tmp_path / "halves", told.append, lambda: len(told) > 12)
    assert stopped.cancelled
    resumed = train(series, settings, tmp_path / "halves")
    assert not resumed.cancelled
    undisturbed = train(series, resumed.settings, tmp_path / "whole")
    assert resumed.scores == undisturbed.scores
    assert resumed.members == undisturbed.members
    assert np.array_equal(load_forecasts(tmp_path / "halves").future, load_forecasts(tmp_path / "whole").future)


def test_every_phase_is_told_with_the_time_left(tmp_path: Path) -> None:
    series = make_series(waves(150), horizon=6, split=(108, 18, 24))
    told: list[Progress] = []
    train(series, plan_settings(series, epochs=3, members=2, units=8), tmp_path, told.append)
    messages = list(dict.fromkeys(progress.message for progress in told))
    assert [message.split()[0] for message in messages] == [
        "Measuring",
        "Comparing",
        "Training",
        "Forecasting",
        "Testing",
    ]
    assert "four earlier moments" in messages[-1]
    testing = [progress for progress in told if progress.message == messages[-1]]
    assert len(testing) > 6  # the backtest's own epochs are told, too
    for progress in told[-len(testing) - 1 :]:
        assert progress.seconds_left is not None
        assert progress.epoch == 3
    assert told[-1].seconds_left == 0
    assert [progress.seconds for progress in told] == sorted(progress.seconds for progress in told)


def test_what_an_earlier_process_trained_does_not_shorten_the_time_told() -> None:
    told: list[Progress] = []
    reporter = ProgressReporter(told.append, 0.0)
    settings = TrainingSettings(epochs=30, members=2)
    reporter.planned(settings, Phases(start=0, choose=1, member=60, train=60, forecast=4, backtest=6))
    # Networks that an earlier process trained are told of within a moment; an epoch should take a second.
    for number in range(1, 31):
        reporter.epoch_done(0, EpochLoss(number, 1.0, 1.0, 1.0, 1.0, last=number == 30, kept=True))
    for number in range(1, 11):
        reporter.epoch_done(1, EpochLoss(number, 1.0, 1.0, 1.0, 1.0, kept=True))
    assert told[-1].seconds_left == pytest.approx(20 + 4 + 6)


def test_a_training_that_finds_everything_loaded_leaves_the_time_of_loading_as_it_was_measured(tmp_path: Path) -> None:
    keep_speed(Speed(start=7.0), tmp_path / "speed.json")
    series = make_series(waves(120), split=(90, 15, 15))
    settings = replace(plan_settings(series, anchor="naive", backtest=1), context=24, seconds=0.5)
    run = train(series, settings, tmp_path / "run", should_stop=lambda: False, speed_file=tmp_path / "speed.json")
    assert read_speed(tmp_path / "speed.json").start == 7.0
    assert run.expected_seconds is not None
    assert run.expected_seconds < 7.0


def test_a_stop_in_the_test_ends_it_without_a_further_forecast_and_the_run_stays_whole(tmp_path: Path) -> None:
    series = make_series(waves(150), horizon=6, split=(108, 18, 24))
    told: list[Progress] = []
    settings = plan_settings(series, epochs=3, members=1, units=8)
    run = train(series, settings, tmp_path, told.append, lambda: bool(told) and told[-1].message.startswith("Testing"))
    assert (run.cancelled, run.backtest, len(run.history)) == (False, None, 3)
    assert told[-1].message.startswith("Testing")
    assert load_forecasts(tmp_path).actual.size
