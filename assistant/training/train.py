"""One training: from a prepared series and settings to a run in its folder."""

from __future__ import annotations

import json
import platform
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from assistant.dataset.series import Series
from assistant.errors import TrainingError
from assistant.files import write_atomically
from assistant.training.backtest import backtest
from assistant.training.cycles import calendar_inputs
from assistant.training.fit import EpochLoss, LossNotFiniteError
from assistant.training.forecasting import Result, fit_and_forecast
from assistant.training.identity import series_sha256
from assistant.training.intervals import coverage
from assistant.training.run import (
    Backtest,
    Epoch,
    Forecasts,
    FuturePoint,
    Interval,
    Progress,
    Run,
    ScaledScore,
    Score,
    Start,
    save_forecasts,
)
from assistant.training.saved import save_model
from assistant.training.scores import movement_share
from assistant.training.settings import TrainingSettings
from assistant.training.verdict import verdict_of

SHIFTED = 0.1  # forecasts that move less than this share of the series' own movement are the last value, shifted


def train(
    series: Series,
    settings: TrainingSettings,
    folder: Path,
    progress: Callable[[Progress], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Run:
    """Train, forecast and score; write `run.json`, `forecasts.npz` and `weights.pt` to the folder.

    A training of the same series with the same settings that was stopped in this folder goes on where it was, and ends
    as if nothing had happened. `progress` is called from several threads, though never from two at once; `should_stop`
    may be. Raises TrainingError.
    """
    check(series, settings)
    began = time.perf_counter()
    teller = _Teller(settings, progress, began)
    checkpoints = checkpoints_for(series, settings, folder)
    values = series.frame.to_numpy(dtype=np.float64)
    split = (series.split.train, series.split.validation, series.split.test)
    calendar = calendar_of(series, settings)
    try:
        result = fit_and_forecast(values, calendar, split, settings, teller.epoch_done, should_stop, checkpoints)
    except LossNotFiniteError as error:
        raise TrainingError(
            "The loss became infinite or not a number, so the training was stopped.",
            f"It happened in {error} at the learning rate {settings.learning_rate:g}.",
            "Lower the learning rate, or look for extreme values in the data.",
        ) from error
    cancelled = any(fitted.stopped for fitted in result.members)
    tested = None if cancelled else backtest(values, calendar, split, result, should_stop)
    run = run_of(series, settings, result, tested, folder.name, time.perf_counter() - began)
    save_model(result, folder / "weights.pt")
    save_forecasts(forecasts_of(result), folder)
    write_atomically(folder / "run.json", run.model_dump_json(indent=2))
    if not run.cancelled:
        shutil.rmtree(checkpoints)
    return run


def checkpoints_for(series: Series, settings: TrainingSettings, folder: Path) -> Path:
    """Return the folder of the checkpoints, emptied when they belong to another series or to other settings."""
    checkpoints = folder / "checkpoints"
    mine = json.dumps({"series": series_sha256(series), "settings": asdict(settings), "torch": torch.__version__})
    label = checkpoints / "of.json"
    if not label.exists() or label.read_text("utf-8") != mine:
        shutil.rmtree(checkpoints, ignore_errors=True)
        write_atomically(label, mine)
    return checkpoints


def check(series: Series, settings: TrainingSettings) -> None:
    """Raise TrainingError when the series cannot be trained on with these settings."""
    split, horizon, context = series.split, settings.horizon, settings.context
    needed = context + 1
    if split.train < needed or context <= settings.warm_up:
        raise TrainingError(
            "The training part is shorter than one window.",
            f"It has {split.train:,} rows; a window takes {context:,} and the step after it.",
            "Use a longer table, a larger training part, or a shorter context.",
        )
    if split.test < horizon:
        raise TrainingError(
            "The horizon is longer than the test part.",
            f"The horizon is {series.frequency.count(horizon)}, the test part {series.frequency.count(split.test)}.",
            "Choose a shorter horizon or a larger test part.",
        )
    if split.validation < 1:
        raise TrainingError(
            "There is no validation part.", "It has no rows.", "Choose a split whose three parts all have rows."
        )
    values = series.frame.to_numpy(dtype=np.float64)
    if not np.isfinite(values).all():
        raise TrainingError(
            "The prepared table has gaps.",
            f"{int((~np.isfinite(values)).sum()):,} values are missing or infinite.",
            "Open the Dataset step and prepare it again.",
        )
    if np.ptp(values[: split.train, 0]) == 0:
        raise TrainingError(
            "The target never changes in the training part.",
            f"{series.target} is always {values[0, 0]:g} there.",
            "Choose another target, or a split whose training part shows it changing.",
        )


def calendar_of(series: Series, settings: TrainingSettings) -> np.ndarray:
    """Return what the calendar tells at each row (rows, features); nothing for rows without dates."""
    if not series.dated:
        return np.zeros((len(series.frame), 0))
    return calendar_inputs(series.frame.index.to_numpy(), settings.calendar)


def forecasts_of(result: Result) -> Forecasts:
    """Return a result's forecasts."""
    return Forecasts(
        origins=result.origins,
        actual=result.actual,
        methods=result.methods,
        future=result.future,
        bands={level: (band.lower, band.upper) for level, band in result.bands.items()},
        future_bands={level: (band.future_lower, band.future_upper) for level, band in result.bands.items()},
    )


def run_of(
    series: Series, settings: TrainingSettings, result: Result, tested: Backtest | None, name: str, seconds: float
) -> Run:
    """Return what is worth keeping of a result and its backtest; `seconds` is the wall time it took."""
    first = result.members[0]
    forecast = result.methods[settings.cell]
    movement = movement_share(forecast, result.actual, series.values[result.origins])
    return Run(
        id=name,
        settings=settings,
        history=tuple(epoch_of(done) for done in first.history),
        best_epoch=first.best_epoch,
        scores={
            method: Score(
                mae=found.mae,
                rmse=found.rmse,
                mase=found.mase,
                smape=found.smape,
                scaled=ScaledScore(mse=found.scaled_mse, mae=found.scaled_mae),
            )
            for method, found in result.scores.items()
        },
        verdict=verdict_of(result.judgement, settings.cell),
        seconds=seconds,
        parameters=sum(weights.numel() for weights in first.network.parameters()),
        series_sha256=series_sha256(series),
        versions={"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
        cancelled=any(fitted.stopped for fitted in result.members),
        cpu_seconds=result.cpu_seconds,
        members=len(result.members),
        start=start_of(result),
        intervals={
            str(level): Interval(
                coverage=coverage(band.lower, band.upper, result.actual),
                width=float((band.upper - band.lower).mean()),
            )
            for level, band in result.bands.items()
        },
        movement=movement,
        shifted=movement < SHIFTED,
        windows=len(result.origins),
        backtest=tested,
        future=tuple(
            FuturePoint(
                time=moment,
                value=float(result.future[step]),
                intervals={
                    str(level): (float(band.future_lower[step]), float(band.future_upper[step]))
                    for level, band in result.bands.items()
                },
            )
            for step, moment in enumerate(future_times(series, settings.horizon))
        ),
    )


def start_of(result: Result) -> Start:
    """Return what the network started from."""
    weights = {name: round(weight, 4) for name, weight in result.choice.weights.items()}
    first = max(weights, key=lambda name: weights[name])
    return Start(
        transform="log" if result.choice.scale.log else "identity",
        anchor=first if weights[first] >= 0.9 else "combination",
        weights=weights,
        trust=result.trust,
    )


def future_times(series: Series, count: int) -> list[str]:
    """Return the times of the steps beyond the last row, as ISO dates or row numbers."""
    index = series.frame.index
    if isinstance(index, pd.DatetimeIndex):
        step = series.frequency.alias or index[-1] - index[-2]
        moments = pd.date_range(index[-1], periods=count + 1, freq=step)[1:]
        whole_days = bool((moments == moments.normalize()).all() and (index == index.normalize()).all())
        return [moment.strftime("%Y-%m-%d" if whole_days else "%Y-%m-%dT%H:%M:%S") for moment in moments]
    return [str(int(index[-1]) + step) for step in range(1, count + 1)]


def epoch_of(done: EpochLoss) -> Epoch:
    """Return what the loop told about an epoch as a type that travels."""
    return Epoch(
        number=done.number,
        train_loss=done.train_loss,
        validation_loss=done.validation_loss,
        seconds=done.seconds,
        cpu_seconds=done.cpu_seconds,
    )


class _Teller:
    """Turns the epochs of several networks into one progress: the first one's losses, and how far all of them are."""

    def __init__(self, settings: TrainingSettings, progress: Callable[[Progress], None], began: float) -> None:
        self._settings, self._progress, self._began = settings, progress, began
        self._lock = threading.Lock()
        self._history: list[Epoch] = []
        self._done = 0
        self._first = began
        progress(Progress(state="running", epochs=settings.epochs))

    def epoch_done(self, member: int, done: EpochLoss) -> None:
        with self._lock:
            self._done += 1
            if self._done == 1:
                self._first = time.perf_counter()
            if member == 0:
                self._history.append(epoch_of(done))
            everything = self._settings.epochs * self._settings.members
            now = time.perf_counter()
            # The first epoch pays for getting ready, so the pace is measured from its end.
            pace = (now - self._first) / (self._done - 1) if self._done > 1 else None
            self._progress(
                Progress(
                    state="running",
                    epoch=self._done // self._settings.members,
                    epochs=self._settings.epochs,
                    history=tuple(self._history),
                    seconds=now - self._began,
                    seconds_left=None if pace is None else pace * (everything - self._done),
                )
            )
