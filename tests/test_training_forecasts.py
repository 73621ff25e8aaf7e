"""The simple forecasts, their intervals, and the sentences that say how a forecast is made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.training.baselines import (
    Linear,
    forecasts_by,
    naive,
    ridge_path,
    seasonal_naive,
    smoothing,
    sums_of_products,
    theta,
)
from assistant.training.intervals import half_widths, student_t
from assistant.training.plan import plan_settings
from assistant.training.run import Start
from assistant.training.run_in_words import method_of, season_of
from assistant.training.train import train
from tests.test_training import make_series, waves

VALUES = np.random.default_rng(4).normal(size=90).cumsum()


def test_smoothing_gives_what_its_recursion_gives() -> None:
    level = VALUES[0]
    for value in VALUES:
        level = 0.3 * value + 0.7 * level
    made = smoothing(3, 0.3, len(VALUES)).at(VALUES, np.array([len(VALUES) - 1]))
    assert made[0] == pytest.approx([level, level, level])


def test_theta_continues_a_straight_line_with_half_of_its_slope() -> None:
    line = 2.0 * np.arange(200.0)
    made = theta(line, 200, 4, 0.5, 200).at(line, np.array([199]))
    # Smoothing lags one step behind a line of this slope; the drift, begun at 1/share, makes up for half of two steps.
    assert made[0] == pytest.approx(398 - 2 + 2 + np.arange(4.0))


def test_smoothing_over_few_values_is_a_weighted_mean_of_them() -> None:
    kernel = smoothing(2, 0.05, 10).kernel
    assert kernel.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert kernel[0, -1] / kernel[0, -2] == pytest.approx(1 / 0.95)


def test_several_forecasts_at_once_are_those_of_each_alone() -> None:
    fitted = {"naive": naive(5), "season": seasonal_naive(5, 7), "smooth": smoothing(5, 0.2, 30)}
    origins = np.array([2, 10, 60, 89])  # the first reach back beyond the first row
    together = forecasts_by(fitted, VALUES, origins)
    for name, one in fitted.items():
        assert together[name] == pytest.approx(one.at(VALUES, origins))


def test_the_sums_of_products_are_those_of_the_windows_themselves() -> None:
    values = torch.from_numpy(VALUES)
    spans = values.unfold(0, 12, 1)
    whole = torch.cat((spans, torch.ones(len(spans), 1, dtype=torch.float64)), dim=1)
    assert torch.allclose(sums_of_products(values, 12), whole.T @ whole)


def test_a_ridge_regression_without_a_penalty_is_the_least_squares_one() -> None:
    base = seasonal_naive(2, 4)
    fitted = ridge_path(VALUES, 80, 6, [naive(2), base])[1][0]  # a penalty of a millionth
    origins = np.arange(5, 78)
    inputs = VALUES[origins[:, None] + np.arange(-5, 0)] - VALUES[origins, None]
    inputs = np.concatenate((inputs, np.ones((len(origins), 1))), axis=1)
    wanted = VALUES[origins[:, None] + np.arange(1, 3)] - base.at(VALUES, origins)
    weights = np.linalg.lstsq(inputs, wanted)[0]
    assert fitted.at(VALUES, origins) == pytest.approx(base.at(VALUES, origins) + inputs @ weights, abs=1e-3)


def test_students_t_is_wide_for_few_and_normal_for_many() -> None:
    assert student_t(1.959964, 3) == pytest.approx(3.182, abs=0.03)
    assert student_t(1.281552, 3) == pytest.approx(1.638, abs=0.005)
    assert student_t(1.959964, 1e9) == pytest.approx(1.959964)


def test_intervals_from_few_forecasts_hold_as_often_as_they_say() -> None:
    draws = np.random.default_rng(0)
    held = {80: 0, 95: 0}
    for _ in range(400):
        before, after = np.abs(draws.normal(size=(4, 1))), np.abs(draws.normal())
        for level in held:
            held[level] += bool(after <= half_widths(before, level, 4.0)[0])
    assert held[80] / 400 >= 0.78
    assert held[95] / 400 >= 0.93


def test_intervals_from_many_forecasts_are_their_quantiles() -> None:
    distance = np.tile(np.arange(1.0, 1001.0)[:, None], (1, 2)) * [1.0, 3.0]
    assert half_widths(distance, 95, 1e9) == pytest.approx([951, 2853])


def test_a_short_validation_part_gets_the_errors_of_earlier_cuts_beside_its_own(tmp_path: Path) -> None:
    """A validation part that happened to be easy must not make the intervals narrow."""
    values = waves(144)
    easy = values.copy()
    easy[108:120] = 50 + 0.05 * np.arange(108, 120) + 10 * np.sin(2 * np.pi * np.arange(108, 120) / 12)
    series = make_series(easy, horizon=12, split=(108, 12, 24))
    run = train(series, plan_settings(series, epochs=2, members=1, units=8, refit=False), tmp_path)
    assert run.intervals["80"].coverage >= 0.7
    assert run.intervals["95"].coverage >= 0.9


SERIES = make_series(waves())
SETTINGS = replace(plan_settings(SERIES), season=12)
MIXED = Start(
    transform="log", anchor="combination", weights={"ridge": 0.6, "seasonal_drift": 0.38, "naive": 0.02}, trust=0.31,
    calendar=("year",),
)  # fmt: skip


def test_how_the_forecast_is_made_is_said_plainly() -> None:
    said = method_of(SERIES, SETTINGS, MIXED, [3, 0], 0.95)
    assert said.startswith("The mean of 2 networks (LSTM) corrects a weighted mean of simple forecasts: ")
    assert "the ridge regression (60 %) and repeating the last season with the mean change (38 %)" in said
    assert "correction counts 31 %" in said
    assert "makes the mean absolute error 5 % smaller" in said
    assert "the time of the year" in said
    assert "logarithm" in said
    assert "12 months, as the training part shows" in said


def test_a_network_that_learnt_nothing_is_said_to_add_nothing() -> None:
    alone = Start(transform="identity", anchor="naive", weights={"naive": 1.0})
    said = method_of(SERIES, replace(SETTINGS, season=1), alone, [0], None)
    assert said.startswith("The LSTM corrects a simple forecast, repeating the last value. ")
    assert "adds nothing" in said
    assert "No season is assumed." in said


def test_a_season_that_the_data_do_not_show_is_called_a_guess() -> None:
    noise = make_series(np.random.default_rng(1).normal(size=240))
    assert "a guess from the frequency" in season_of(noise, 12)


def test_every_candidate_has_a_name_for_readers() -> None:
    from assistant.training.starting_forecast import candidates
    from assistant.wording import method_name

    kinds = {name.split()[0] for name in candidates(waves(), 200, SETTINGS)}
    unnamed = {kind for kind in kinds if method_name(kind, "head") == kind.replace("_", " ").capitalize()}
    assert not unnamed - {"drift"}


def test_a_linear_forecast_needs_no_more_than_it_says() -> None:
    assert Linear(np.ones((2, 3)), np.zeros(2)).reaching(5).lags == 5
