"""One training: from a prepared series and settings to a run in its folder."""

from __future__ import annotations

import json
import platform
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from assistant import wording
from assistant.dataset.series import Series, series_sha256
from assistant.errors import TrainingError
from assistant.files import write_atomically
from assistant.training.backtest import backtest
from assistant.training.computer_speed import Speed, keep_speed, read_speed
from assistant.training.cycles import phases
from assistant.training.forecasting import Hooks, Result, fit_and_forecast
from assistant.training.intervals import coverage
from assistant.training.model_file import save_model
from assistant.training.plan import fit_to_budget
from assistant.training.progress_reporter import ProgressReporter, epoch_of
from assistant.training.run import (
    Backtest,
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
from assistant.training.run_in_words import method_of, verdict_of
from assistant.training.scores import movement_share
from assistant.training.settings import TrainingSettings
from assistant.training.speed_measurement import measure
from assistant.training.training_time import Phases, phases_of

LARGEST = 1e150  # errors are squared and added up, which no larger number allows
SHIFTED = 0.1  # forecasts that move less than this share of the series' own movement are the last value, shifted


class TrainingCancelledError(TrainingError):
    """The training was asked to stop before there was anything to keep."""


def train(
    series: Series,
    settings: TrainingSettings,
    folder: Path,
    progress: Callable[[Progress], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
    speed_file: Path | None = None,
    spent: float = 0.0,
) -> Run:
    """Train, forecast and score; write `run.json`, `forecasts.npz` and `weights.pt` to the folder.

    A training of the same series with the same settings that was stopped in this folder goes on where it was, and ends
    as if nothing had happened. `progress` is called from several threads, though never from two at once; `should_stop`
    may be. Settings with `seconds` are first fitted to that time; those that were trained stand in the run. `speed_file`
    keeps the measured speed, from which is told how long the next one takes; `spent` are the seconds it took to get here.
    Raises TrainingError, TrainingCancelledError when it was stopped before its first epoch ended.
    """
    check(series, settings)
    reporter = ProgressReporter(progress, spent)
    checkpoints = folder / "checkpoints"
    before = fitted_before(series, settings, checkpoints)
    fitted, phases, speed = fit_here(series, settings, before, speed_file, spent, reporter)
    remember(series, settings, fitted, checkpoints)
    values = series.frame.to_numpy(dtype=np.float64)
    split = (series.split.train, series.split.validation, series.split.test)
    calendar = calendar_of(series, settings)

    try:
        result = fit_and_forecast(
            values,
            calendar,
            split,
            fitted,
            Hooks(reporter.epoch_done, should_stop, reporter.forecasting),
            checkpoints,
        )
    except FloatingPointError as error:
        raise TrainingError(
            "The loss became infinite or not a number, so the training was stopped.",
            f"It happened in {error} at the learning rate {settings.learning_rate:g}.",
            "Lower the learning rate, or look for extreme values in the data.",
        ) from error
    except InterruptedError:
        raise TrainingCancelledError(
            "The training was stopped before its first epoch ended.", "", "Train again when you want it."
        ) from None
    cancelled = any(member.stopped for member in result.members)
    tested = None
    if not cancelled:
        tested = backtest(values, calendar, split, result, should_stop, reporter.testing, reporter.tested)
    run = run_of(series, result.settings, result, tested, folder.name, reporter.seconds, phases.total)
    (folder / "run.json").unlink(missing_ok=True)  # what stopped here before: a run is there only when it is whole
    save_model(result, folder / "weights.pt")
    save_forecasts(forecasts_of(result), folder)
    write_atomically(folder / "run.json", run.model_dump_json(indent=2))
    if settings.seconds > 0:  # settings of one's own may be of sizes that say little about the presets'
        keep_speed(speed, speed_file)
    if not run.cancelled:
        shutil.rmtree(checkpoints)
    return run


def fit_here(
    series: Series,
    settings: TrainingSettings,
    before: TrainingSettings | None,
    speed_file: Path | None,
    spent: float,
    reporter: ProgressReporter,
) -> tuple[TrainingSettings, Phases, Speed]:
    """Return the settings as plain numbers, how long they take here, and the speed that was measured.

    What an earlier part of this training decided is kept; so are settings without `seconds`.
    """
    fitted, known = before or replace(fit_to_budget(series, settings), seconds=0.0), read_speed(speed_file)
    reporter.measuring(fitted, phases_of(series, fitted, known))
    factor, load = measure(settings, series.frame.shape[1])
    speed = known.learnt(settings.preset, factor, spent if spent > 0 else None, load)
    phases = phases_of(series, fitted, speed if spent > 0 else replace(speed, start=0.0))
    reporter.planned(fitted, phases)
    return fitted, phases, speed


def fitted_before(series: Series, settings: TrainingSettings, checkpoints: Path) -> TrainingSettings | None:
    """Return what was decided when this training of this series was begun; None, and no checkpoints, without one."""
    try:
        stored = json.loads((checkpoints / "of.json").read_text("utf-8"))
        if stored["begun"] == begun(series, settings):
            return TrainingSettings(**{**stored["fitted"], "calendar": tuple(stored["fitted"]["calendar"])})
    except (OSError, ValueError, TypeError, KeyError):
        pass
    shutil.rmtree(checkpoints, ignore_errors=True)
    return None


def remember(series: Series, settings: TrainingSettings, fitted: TrainingSettings, checkpoints: Path) -> None:
    """Write down beside the checkpoints what they belong to."""
    label = json.dumps({"begun": begun(series, settings), "fitted": asdict(fitted)})
    write_atomically(checkpoints / "of.json", label)


def begun(series: Series, settings: TrainingSettings) -> list[str]:
    """Return what has to be the same for a training to go on."""
    return [series_sha256(series), json.dumps(asdict(settings)), torch.__version__]


def check(series: Series, settings: TrainingSettings) -> None:
    """Raise TrainingError when the series cannot be trained on with these settings."""
    split, horizon, context = series.split, settings.horizon, settings.context
    needed = context + 1
    if split.train < needed or context <= settings.warm_up:
        raise TrainingError(
            "The training part is shorter than one window.",
            f"It has {wording.counted('row', split.train)}; a window takes {context:,} and the step after it.",
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
    if (largest := float(np.abs(values).max())) > LARGEST:
        raise TrainingError(
            "The values are too large to calculate with.",
            f"The largest is {largest:.3g}; its square is no number that a computer holds.",
            "Write the values in a larger unit, or correct them where they are wrong.",
        )
    if np.ptp(values[: split.train, 0]) == 0:
        raise TrainingError(
            "The target never changes in the training part.",
            f"{series.target} is always {values[0, 0]:g} there.",
            "Choose another target, or a split whose training part shows it changing.",
        )


def calendar_of(series: Series, settings: TrainingSettings) -> np.ndarray:
    """Return the phases of the settings' cycles at each row and at those of the forecast (rows + horizon, cycles)."""
    rows = len(series.frame) + settings.horizon
    moments = np.arange(rows)
    if series.dated:
        ahead = moments_ahead(series, settings.horizon)
        moments = np.concatenate((series.frame.index.to_numpy(), ahead.to_numpy()))
    return phases(moments, settings.calendar, settings.season)


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
    series: Series, settings: TrainingSettings, result: Result, tested: Backtest | None, name: str, seconds: float,
    expected: float | None = None,
) -> Run:  # fmt: skip
    """Return what is worth keeping of a result and its backtest; `seconds` is the wall time it took, `expected` what was told."""
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
        verdict=verdict_of(result.judgement, settings.cell, tuple(series.future)),
        seconds=seconds,
        parameters=sum(weights.numel() for weights in first.network.parameters()),
        series_sha256=series_sha256(series),
        versions={"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
        cancelled=any(fitted.stopped for fitted in result.members),
        cpu_seconds=result.cpu_seconds,
        members=len(result.members),
        start=(start := start_of(result)),
        start_mae=(start_mae := float(np.abs(result.started - result.actual).mean())),
        method=method_of(
            series,
            settings,
            start,
            [fitted.best_epoch for fitted in result.members],
            result.scores[settings.cell].mae / start_mae if start_mae > 0 else None,
        ),
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
        expected_seconds=expected,
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
        calendar=result.choice.cycles,
    )


def moments_ahead(series: Series, count: int) -> pd.DatetimeIndex:
    """Return the moments of the steps beyond the last row of a dated series."""
    index = series.frame.index
    step = series.frequency.alias or index[-1] - index[-2]
    return pd.date_range(index[-1], periods=count + 1, freq=step)[1:]


def future_times(series: Series, count: int) -> list[str]:
    """Return the times of the steps beyond the last row, as ISO dates or row numbers."""
    index = series.frame.index
    if isinstance(index, pd.DatetimeIndex):
        moments = moments_ahead(series, count)
        whole_days = bool((moments == moments.normalize()).all() and (index == index.normalize()).all())
        return [moment.strftime("%Y-%m-%d" if whole_days else "%Y-%m-%dT%H:%M:%S") for moment in moments]
    return [str(int(index[-1]) + step) for step in range(1, count + 1)]
