"""The whole training on plain arrays: choose, fit, forecast, score. The notebook runs this very code."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

import numpy as np

from assistant.training.baselines import drift_at, loss_by_step, naive, ridge, seasonal_naive, seasonal_naive_drift
from assistant.training.cycles import around
from assistant.training.forecast_comparison import Judgement, judge
from assistant.training.intervals import LEVELS, half_widths
from assistant.training.machine import free_cores, keep_memory, one_thread
from assistant.training.network_fitting import (
    EpochLoss,
    Fitted,
    Task,
    fit,
    forecast_at,
    missed_by,
    shared_steps,
)
from assistant.training.scores import Errors, errors, seasonal_error
from assistant.training.settings import TrainingSettings
from assistant.training.starting_forecast import Choice, choose, profile_after, trust_in
from assistant.training.transform import Standard, standard
from assistant.training.windows import Windows, input_scale, origins_of, values_after


@dataclass(frozen=True, eq=False)
class Band:
    """A prediction interval in the data's units: on the test part (windows, horizon) and beyond the end (horizon,)."""

    lower: np.ndarray
    upper: np.ndarray
    future_lower: np.ndarray
    future_upper: np.ndarray


@dataclass(frozen=True, eq=False)
class Result:
    """What a training gives. Forecasts are in the data's units; the first method is the network's, named by its cell.

    `origins` (windows,) is the last row known to each forecast of the test part; `trust`, from 0 to 1, says how much of
    the networks' correction counts, and is already in their `size`; `started` (windows, horizon) is the forecast of the test
    part without that correction.
    """

    settings: TrainingSettings
    choice: Choice
    columns: list[Standard]
    windows: Windows
    members: list[Fitted]
    trust: float
    origins: np.ndarray
    actual: np.ndarray
    methods: dict[str, np.ndarray]
    started: np.ndarray
    future: np.ndarray
    bands: dict[int, Band]
    scores: dict[str, Errors]
    judgement: Judgement
    cpu_seconds: float


@dataclass(frozen=True)
class Hooks:
    """What a training tells and asks while it goes on, some of it from several threads.

    `on_epoch` gets a network's number and what happened, `should_stop` is asked at every step. `on_fitted` is
    called when the networks are trained.
    """

    on_epoch: Callable[[int, EpochLoss], None] = lambda *_: None
    should_stop: Callable[[], bool] = lambda: False
    on_fitted: Callable[[], None] = lambda: None


NO_HOOKS = Hooks()


def fit_and_forecast(
    values: np.ndarray,
    calendar: np.ndarray,
    split: tuple[int, int, int],
    settings: TrainingSettings,
    hooks: Hooks = NO_HOOKS,
    checkpoints: Path | None = None,
) -> Result:
    """Train on `values` (rows, columns), target first, and forecast the test part and what comes after the last row.

    `calendar` (rows + horizon, cycles) are the phases of the settings' cycles, known in advance; `split` are the rows of
    training, validation and test part. `checkpoints` is a folder in which an interrupted training finds how far it had
    come. Raises FloatingPointError when the loss becomes NaN
    or infinite, InterruptedError when it was stopped before its first epoch.
    """
    began = time.process_time()
    keep_memory()
    one_thread()
    train, validation, test = split
    known = train + validation
    horizon, target = settings.horizon, values[:, 0]
    choice = choose(target, calendar, (train, validation), settings, hooks.should_stop)
    columns = [choice.scale, *(standard(column[:train]) for column in values[:, 1:].T)]
    z = np.stack([column.apply(part) for column, part in zip(columns, values.T, strict=True)], axis=1)
    z[:, 0] -= choice.profile.at(calendar[: len(z)])
    told = around(calendar[: len(z), : len(choice.cycles)])
    windows = Windows(z, told, settings, input_scale(z, train, settings))
    block = shared_steps(settings)
    judged = origins_of((train, known), horizon, whole=False, most=settings.most_windows // 5, block=block)
    wanted = values_after(z[:, 0], judged, horizon, known)

    missed = missed_by(choice.anchor, z[:, 0], train, (judged, wanted))
    if missed.training is not None:
        missed = replace(missed, training=missed.training.to(windows.device))
    task = Task(choice.anchor, choice.size, train, missed)
    broken, spent = Event(), time.process_time() - began

    def train_member(member: int) -> Fitted:
        try:
            return fit(
                windows, task, member,
                lambda epoch: hooks.on_epoch(member, epoch), lambda: broken.is_set() or hooks.should_stop(), spent,
                checkpoints / f"member-{member}.pt" if checkpoints else None,
            )  # fmt: skip
        except BaseException:
            broken.set()
            raise

    with ThreadPoolExecutor(max(1, min(settings.members, free_cores()))) as pool:
        made = list(pool.map(train_member, range(settings.members)))
    hooks.on_fitted()
    # A network that was stopped before its first epoch ended has nothing to say.
    members = [fitted for fitted in made if fitted.history]
    if not members:
        raise InterruptedError("before the first epoch")

    def ensemble(origins: np.ndarray) -> np.ndarray:
        mean: np.ndarray = np.mean([forecast_at(fitted.network, windows, origins) for fitted in members], axis=0)
        return mean

    # The network is one more candidate beside the forecast that it corrects, and is trusted as far as it has shown.
    plain, corrected = choice.anchor.at(z[:, 0], judged), ensemble(judged)
    trust = trust_in(loss_by_step(plain, wanted), loss_by_step(corrected, wanted), validation / horizon)
    for fitted in members:
        fitted.network.size *= trust
    validated = plain + trust * (corrected - plain)

    origins = origins_of((known, known + test), horizon, whole=True, most=settings.most_windows, block=block)
    actual = values_after(target, origins, horizon, known + test)
    end = np.array([len(target) - 1])
    ahead = profile_after(choice.profile, calendar, origins, horizon)
    started, forecast = choice.anchor.at(z[:, 0], origins) + ahead, ensemble(origins) + ahead
    future = (ensemble(end) + profile_after(choice.profile, calendar, end, horizon))[0]
    undo = choice.scale.undo
    methods = {settings.cell: undo(forecast), **simple_forecasts(target, split, settings, origins)}
    bands = {}
    distance = np.abs(np.concatenate((choice.before, validated - wanted)))
    for level in LEVELS:
        reach = half_widths(distance, level, choice.trials)
        bands[level] = Band(undo(forecast - reach), undo(forecast + reach), undo(future - reach), undo(future + reach))
    naive_error, deviation = seasonal_error(target[:train], settings.season), standard(target[:train]).deviation
    others = {name: made for name, made in methods.items() if name != settings.cell}
    return Result(
        settings, choice, columns, windows, members, trust, origins, actual, methods, undo(started), undo(future), bands,
        {name: errors(made, actual, naive_error, deviation) for name, made in methods.items()},
        judge(methods[settings.cell], others, actual, origins),
        time.process_time() - began,
    )  # fmt: skip


def simple_forecasts(
    target: np.ndarray, split: tuple[int, int, int], settings: TrainingSettings, origins: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the forecasts of the simple methods at the same origins (windows, horizon), by name."""
    train, validation, _ = split
    horizon, season = settings.horizon, settings.season
    made = {
        "naive": naive(horizon).at(target, origins),
        "seasonal_naive": seasonal_naive(horizon, season).at(target, origins),
        "drift": drift_at(target, origins, horizon),
        "seasonal_naive_drift": seasonal_naive_drift(horizon, season).at(target, origins),
    }
    scale = standard(target[:train])
    z = scale.apply(target)
    fitted = ridge(z, train, validation, settings.context, horizon)
    if fitted is not None:
        made["ridge"] = scale.undo(fitted.at(z, origins))
    return made
