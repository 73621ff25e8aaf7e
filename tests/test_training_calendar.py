"""What is known in advance: the calendar's profile, found before the test part and put back on every forecast."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from assistant.dataset.series import Frequency, Roles, Scaler, Series, Source, Split
from assistant.training.calendar_profile import fit_profile
from assistant.training.cycles import around, phases
from assistant.training.model_file import load_model
from assistant.training.plan import plan_settings
from assistant.training.run import load_forecasts
from assistant.training.train import calendar_of, train

SMALL = {"epochs": 2, "members": 1, "units": 8, "refit": False}


def dated(values: np.ndarray, alias: str, step: str, season: int, horizon: int, start: str = "2020-01-06") -> Series:
    rows, part = len(values), len(values) * 15 // 100
    frame = pd.DataFrame({"visits": values}, index=pd.date_range(start, periods=rows, freq=alias), dtype="float64")
    fitted = frame.iloc[: rows - 2 * part]
    return Series(
        title="Made up",
        frame=frame,
        roles=Roles(target="visits"),
        frequency=Frequency(alias=alias, step=step, season=season),
        horizon=horizon,
        split=Split(train=rows - 2 * part, validation=part, test=part),
        scaler=Scaler(mean=tuple(fitted.mean()), deviation=tuple(fitted.std(ddof=0))),
        source=Source(kind="upload", reference="", title="", file_name="", sha256="", size=0),
    )


def lasting(rows: int, seed: int = 0, share: float = 0.9) -> np.ndarray:
    shocks = np.random.default_rng(seed).normal(size=rows)
    values = np.zeros(rows)
    for row in range(1, rows):
        values[row] = share * values[row - 1] + shocks[row]
    return values


def an_office(weeks: int = 5) -> Series:
    """Every quarter of an hour: busy from eight to six on five days a week, a pattern longer than what the network reads."""
    rows = weeks * 7 * 96
    moments = pd.date_range("2020-01-06", periods=rows, freq="15min")
    busy = (moments.day_of_week < 5) & (moments.hour >= 8) & (moments.hour < 18)
    return dated(20 + 15 * busy + lasting(rows), "15min", "15-minute step", 96, 96)


@pytest.fixture(scope="module")
def office() -> Series:
    return an_office()


def test_a_phase_says_where_in_the_cycle_a_moment_lies() -> None:
    moments = np.array(["2024-01-01T00:00", "2024-01-01T18:00", "2024-07-02T00:00"], dtype="datetime64[s]")
    found = phases(moments, ("day", "year"), 1)
    assert found[:, 0].tolist() == [0.0, 0.75, 0.0]
    assert found[2, 1] == pytest.approx(183 / 366)  # a leap year
    week = phases(pd.date_range("2024-01-01", periods=14).to_numpy(), ("week",), 1)[:, 0]
    assert week[:7].tolist() == week[7:].tolist()
    assert len(set(week.tolist())) == 7
    assert phases(np.arange(5), ("season",), 4)[:, 0].tolist() == [0.0, 0.25, 0.5, 0.75, 0.0]
    assert around(found).shape == (3, 4)


def test_the_rules_name_the_cycles_that_the_training_part_holds_three_times(office: Series) -> None:
    assert plan_settings(office).calendar == ("day", "week")
    assert plan_settings(dated(lasting(150), "MS", "month", 12, 12)).calendar == ("year",)
    assert plan_settings(dated(lasting(600), "D", "day", 7, 7)).calendar == ("week",)
    assert plan_settings(dated(lasting(2_000), "D", "day", 7, 7)).calendar == ("week", "year")
    assert plan_settings(dated(lasting(60), "YS", "year", 11, 2)).calendar == ("season",)
    assert plan_settings(dated(lasting(60), "YS", "year", 1, 2)).calendar == ()


def test_a_profile_is_found_in_spite_of_a_trend_and_drawn_towards_nothing_where_little_was_seen() -> None:
    at = np.arange(120)
    pattern = np.array([3.0, -1, 0, 2, -4, 0])
    values = 0.3 * at + pattern[at % 6]
    phase = phases(at, ("season",), 6)
    heights = fit_profile(values, phase, ("season",)).at(phase[:6])
    assert heights == pytest.approx(pattern * 19 / 20, abs=1e-6)
    few = fit_profile(values[:24], phase, ("season",)).at(phase[:6])
    assert np.abs(few).max() < np.abs(heights).max()
    assert fit_profile(values[:17], phase, ("season",)).knots == ()


def test_an_office_is_forecast_far_better_with_the_calendar_than_without(office: Series, tmp_path: Path) -> None:
    known = train(office, plan_settings(office, **SMALL), tmp_path / "known")
    settings = plan_settings(office, **SMALL, calendar=())
    unknown = train(office, settings, tmp_path / "unknown")
    assert known.start is not None
    assert known.start.calendar == ("day", "week")
    assert known.scores["lstm"].mae < 0.8 * unknown.scores["lstm"].mae
    assert "the day of the week" in known.method
    # The network is told the phases, too: sine and cosine of each.
    assert known.parameters - unknown.parameters == 4 * SMALL["units"] * 4


def test_a_calendar_that_says_nothing_is_not_used(tmp_path: Path) -> None:
    walk = dated(np.cumsum(np.random.default_rng(3).normal(size=400)), "D", "day", 7, 7)
    run = train(walk, plan_settings(walk, **SMALL), tmp_path)
    assert run.start is not None
    assert run.start.calendar == ()


def test_the_calendar_is_put_back_on_what_comes_after_the_data_and_by_the_saved_model(
    office: Series, tmp_path: Path
) -> None:
    settings = plan_settings(office, **SMALL)
    train(office, settings, tmp_path)
    future = load_forecasts(tmp_path).future
    made = load_model(tmp_path / "weights.pt").forecast(office.frame.to_numpy(), calendar_of(office, settings))
    assert np.array_equal(made, future)
    # The data end on a Sunday at midnight: a quiet night and then a busy Monday.
    assert future[33:71].mean() > future[:31].mean() + 10


def test_the_profile_and_its_choice_depend_on_nothing_in_the_test_part(office: Series, tmp_path: Path) -> None:
    values = office.values.copy()
    first = office.split.train + office.split.validation
    values[first:] = 100 * np.random.default_rng(1).normal(size=len(values) - first)
    other = replace(office, frame=office.frame.assign(visits=values))
    settings = plan_settings(office, **SMALL)
    runs = [train(one, settings, tmp_path / name) for name, one in (("a", office), ("b", other))]
    assert runs[0].start == runs[1].start
    assert [epoch.validation_loss for epoch in runs[0].history] == [epoch.validation_loss for epoch in runs[1].history]
    assert [e.train_loss for e in runs[0].history] == [e.train_loss for e in runs[1].history]
