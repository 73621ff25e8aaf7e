"""One training: from a prepared series and settings to a run in its folder."""

from __future__ import annotations

import platform
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from assistant.dataset.series import Series
from assistant.errors import TrainingError
from assistant.files import write_atomically
from assistant.training.cycles import calendar_inputs
from assistant.training.fit import EpochLoss, LossNotFiniteError
from assistant.training.forecasting import Result, fit_and_forecast
from assistant.training.identity import series_sha256
from assistant.training.intervals import coverage
from assistant.training.run import (
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

    `progress` and `should_stop` may be called from several threads, though never two at once. Raises TrainingError.
    """
    check(series, settings)
    began = time.perf_counter()
    teller = _Teller(settings, progress, began)
    values = series.frame.to_numpy(dtype=np.float64)
    split = (series.split.train, series.split.validation, series.split.test)
    try:
        result = fit_and_forecast(
            values, calendar_of(series, settings), split, settings, teller.epoch_done, should_stop
        )
    except LossNotFiniteError as error:
        raise TrainingError(
            "The loss became infinite or not a number, so the training was stopped.",
            f"It happened in {error} at the learning rate {settings.learning_rate:g}.",
            "Lower the learning rate, or look for extreme values in the data.",
        ) from error
    run = run_of(series, settings, result, folder.name, time.perf_counter() - began)
    folder.mkdir(parents=True, exist_ok=True)
    save_model(result, folder / "weights.pt")
    save_forecasts(forecasts_of(result), folder)
    write_atomically(folder / "run.json", run.model_dump_json(indent=2))
    return run


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


def run_of(series: Series, settings: TrainingSettings, result: Result, name: str, seconds: float) -> Run:
    """Return what is worth keeping of a result; `seconds` is the wall time it took."""
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
        start=Start(transform="log" if result.choice.scale.log else "identity", anchor=result.choice.name),
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
        progress(Progress(state="running", epochs=settings.epochs))

    def epoch_done(self, member: int, done: EpochLoss) -> None:
        with self._lock:
            self._done += 1
            if member == 0:
                self._history.append(epoch_of(done))
            everything = self._settings.epochs * self._settings.members
            seconds = time.perf_counter() - self._began
            self._progress(
                Progress(
                    state="running",
                    epoch=self._done // self._settings.members,
                    epochs=self._settings.epochs,
                    history=tuple(self._history),
                    seconds=seconds,
                    seconds_left=seconds / self._done * (everything - self._done),
                )
            )
