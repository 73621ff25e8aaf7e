"""How long a training takes, from its settings and the series' size alone.

The constants are processor seconds measured on a two-core x86-64 machine with AVX-512 and bfloat16, PyTorch 2.13; a
`Speed` says how this computer compares. A step of the optimiser costs what its products of matrices take, something for
each step of the chunk that the recurrent layer goes through, something for each value that is compared, and a fixed
amount for calling PyTorch some hundred times. This module never imports torch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from assistant.dataset.series import Series
from assistant.training.computer_speed import Speed
from assistant.training.settings import TrainingSettings

CALLS = 0.9e-3  # seconds that a step takes however small it is
ONE_AFTER_THE_OTHER = 10e-6  # seconds for each step of the chunk
COMPARED = 15e-9  # seconds for each value forecast
PRODUCTS = 90e9  # operations a second in float32
GAIN_OF_BFLOAT16 = 1.6
REGRESSION = 25e9  # operations a second of the ridge regressions
PROFILE = 30e9  # and of the calendar's profile
SIDE_BY_SIDE = 1.15  # how much longer a network takes while others train on the other cores
EARLIER_CUTS = 2  # cuts besides the last before which the simple forecasts are fitted when there is little to judge
MANY = 30  # independent forecasts in the validation part from which there is enough
GATES = {"lstm": 4, "gru": 3, "rnn": 1}
REFIT_MEMBERS = 2  # networks trained for each origin of the backtest; an ensemble beyond that changes little


@dataclass(frozen=True)
class Phases:
    """The wall seconds of a training's phases; `member` are those of one network with all of its epochs."""

    start: float
    choose: float
    member: float
    train: float
    forecast: float
    backtest: float

    @property
    def total(self) -> float:
        """Return the seconds from the start to the end."""
        return self.start + self.choose + self.train + self.forecast + self.backtest


def expected_seconds(series: Series, settings: TrainingSettings, speed: Speed) -> float:
    """Return the wall seconds that a training takes at most; one that stops improving ends sooner."""
    return phases_of(series, settings, speed).total


def phases_of(series: Series, settings: TrainingSettings, speed: Speed) -> Phases:
    """Return the wall seconds of each phase."""
    split, columns = (series.split.train, series.split.validation, series.split.test), series.frame.shape[1]
    pace = speed.factor(settings.preset) * speed.load
    choose, member, train, forecast = (pace * part for part in training(split, columns, settings, speed.cores))
    origins = min(settings.backtest, split[2] // settings.horizon)
    backtest = 0.05 * pace
    if settings.refit and origins > 1:
        smaller = (split[0] + split[2] // 2, split[1], settings.horizon)
        # The first origin is the one that the training itself has.
        backtest += (origins - 1) * pace * sum(refit_parts(smaller, columns, settings, speed.cores))
    return Phases(speed.start, choose, member, train, forecast, backtest)


def refit_parts(
    split: tuple[int, int, int], columns: int, settings: TrainingSettings, cores: int
) -> tuple[float, float, float]:
    """Return the seconds of one origin's own training: to choose, to train, and to forecast."""
    members = min(settings.members, REFIT_MEMBERS)
    choose, member, _, forecast = training(split, columns, settings, cores)
    return choose, in_waves(member, members, cores), forecast * members / settings.members


def training(
    split: tuple[int, int, int], columns: int, settings: TrainingSettings, cores: int
) -> tuple[float, float, float, float]:
    """Return the seconds, on the machine of the constants, to choose, for one network, for all, and to forecast."""
    rows_train, validation, test = split
    shared = max(1, settings.context // 7)
    judged = min(validation, settings.most_windows // 5)
    member = settings.epochs * (
        steps_of(rows_train, settings) * step(settings, columns) + judged / shared * chunk(settings, columns)
    )
    windows = min(max(test - settings.horizon + 1, 1), settings.most_windows)
    forecast = settings.members * (judged + windows) / shared * chunk(settings, columns)
    forecast += 0.1 + regressions(rows_train, settings) + windows * settings.context * 50e-9 + sum(split) * 0.4e-6
    cuts = 1 + (EARLIER_CUTS if validation < MANY * settings.horizon else 0)
    cycles = len(settings.calendar)
    variants = (2 if settings.transform == "auto" else 1) * (1 + cycles)
    profile = min(rows_train, 50_000) * (100 * cycles) ** 2 / PROFILE + sum(split) * cycles * 50e-9
    choose = 0.02 + variants * cuts * (regressions(rows_train, settings) + profile) + sum(split) * columns * 0.2e-6
    return choose, member, in_waves(member, settings.members, cores), forecast


def in_waves(member: float, members: int, cores: int) -> float:
    """Return the seconds of several networks of which as many train at once as there are cores."""
    together = min(members, cores)
    return math.ceil(members / together) * member * (SIDE_BY_SIDE if together > 1 else 1.0)


def steps_of(train: int, settings: TrainingSettings) -> int:
    """Return the optimiser steps of one epoch."""
    chunks = max((train - settings.context) // settings.stride + 1, settings.steps * settings.batch, 1)
    return -(-chunks // settings.batch)


def step(settings: TrainingSettings, columns: int) -> float:
    """Return the seconds of one step of the optimiser."""
    batch, context, units, horizon = settings.batch, settings.context, settings.units, settings.horizon
    judged = context - settings.warm_up
    inputs = 2 * columns + 1 + 2 * len(settings.calendar)
    layer = context * (inputs + units) * GATES.get(settings.cell, 4) * units
    products = 6 * batch * (layer + judged * units * horizon)
    rate = PRODUCTS * (1.0 if settings.precision == "float32" else GAIN_OF_BFLOAT16)
    return CALLS + ONE_AFTER_THE_OTHER * context + COMPARED * batch * judged * horizon + products / rate


def chunk(settings: TrainingSettings, columns: int) -> float:
    """Return the seconds in which a trained network reads one chunk and forecasts at its last steps."""
    return 0.23 * step(settings, columns) / settings.batch


def regressions(train: int, settings: TrainingSettings) -> float:
    """Return the seconds in which the simple forecasts are fitted before one cut, and judged."""
    lags, horizon = settings.context, settings.horizon
    sums = (lags + horizon) * (15e-6 + min(train, 100_000) * 0.3e-9)
    return 0.01 + sums + 0.25e-9 * lags**3 + (36 * lags**2 + 56_000 * lags) * horizon / REGRESSION
