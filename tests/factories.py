"""A small made series, forecasts of it that were really computed, and the run that belongs to them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from assistant.dataset.series import Frequency, Repair, Roles, Scaler, Series, Source, Split
from assistant.training.run import Epoch, Forecasts, Interval, Run, ScaledScore, Score, Verdict
from assistant.training.settings import TrainingSettings


def made_series(
    rows: int = 360, *, horizon: int = 12, dated: bool = True, repairs: bool = True, seed: int = 3, unit: str = "ppm"
) -> Series:
    """Return a monthly series with a trend, a season and noise; without dates its index is the row number."""
    generator = np.random.default_rng(seed)
    steps = np.arange(rows)
    noise = np.convolve(generator.normal(0, 0.35, rows + 4), np.ones(5) / 2.2, "valid")
    values = 315 + 0.11 * steps + 0.00012 * steps**2 + 3.1 * np.sin(2 * np.pi * steps / 12) + noise
    index = pd.date_range("1985-01-01", periods=rows, freq="MS") if dated else pd.RangeIndex(rows)
    split = Split(train=int(rows * 0.7), validation=int(rows * 0.15), test=rows - int(rows * 0.7) - int(rows * 0.15))
    train = values[: split.train]
    return Series(
        title="Carbon dioxide over a made island",
        frame=pd.DataFrame({"co2": values}, index=index),
        roles=Roles(target="co2", time=("date",) if dated else ()),
        frequency=Frequency(alias="MS", step="month", season=12)
        if dated
        else Frequency(alias=None, step="row", season=1),
        horizon=horizon,
        split=split,
        scaler=Scaler(mean=(float(train.mean()),), deviation=(float(train.std()),)),
        source=Source(
            kind="ready",
            reference="made-island",
            title="Carbon dioxide over a made island",
            file_name="co2.csv",
            sha256="0" * 64,
            size=rows * 18,
            url="https://example.org/made-island",
            licence="Public domain",
            citation="Example Observatory (2015). Carbon dioxide over a made island. https://example.org/made-island",
            retrieved=datetime(2024, 1, 2, tzinfo=UTC),
        ),
        repairs=(
            Repair(
                what="Gaps were filled with the last value before them.",
                count=5,
                why="A value is needed.",
                places=((40, 44), (200, 201)),
            ),
        )
        if repairs
        else (),
        units={"co2": unit},
        question="How well can the concentration of the next twelve months be foretold?",
    )


def made_forecasts(series: Series, *, skill: float = 1.0) -> Forecasts:
    """Return forecasts of every window of the test part; `skill` below 0 makes the network worse than the baselines.

    The network's place is taken by a least-squares fit of the next values to the last ones, which is a real forecast.
    """
    values, horizon, season = series.values, series.horizon, max(1, series.frequency.season)
    first = series.split.train + series.split.validation
    context = max(2, min(24, first - horizon - 10, first // 3))
    origins = np.arange(first - 1, series.split.end - horizon)
    ahead = np.arange(1, horizon + 1)
    actual = values[origins[:, None] + ahead]
    last = values[origins][:, None]
    seasonal = values[origins[:, None] - season + 1 + (ahead - 1) % season]
    slope = (values[origins] - values[0]) / np.maximum(origins, 1)

    known = np.arange(context - 1, first - horizon)

    def inputs(rows: np.ndarray) -> np.ndarray:
        windows = values[rows[:, None] - np.arange(context)[None, :]]
        return np.hstack([windows - windows[:, :1], np.ones((len(rows), 1))])

    targets = values[known[:, None] + ahead] - values[known][:, None]
    design = inputs(known)
    weights = np.linalg.solve(design.T @ design + 0.5 * np.eye(design.shape[1]), design.T @ targets)
    network = last + inputs(origins) @ weights
    if skill < 0:
        network = network + abs(skill) * 4 * np.sin(ahead / 2)
    end = np.array([len(values) - 1])
    future = (values[end][:, None] + inputs(end) @ weights)[0]
    # Half widths by step from the errors on the training and validation part.
    errors = np.abs(inputs(known) @ weights - targets)
    widths = {level: np.quantile(errors, level / 100, axis=0) for level in (80, 95)}
    return Forecasts(
        origins=origins,
        actual=actual,
        methods={
            "lstm": network,
            "naive": np.repeat(last, horizon, axis=1),
            "seasonal_naive": seasonal,
            "drift": last + slope[:, None] * ahead,
        },
        future=future,
        bands={level: (network - width, network + width) for level, width in widths.items()},
        future_bands={level: (future - width, future + width) for level, width in widths.items()},
    )


def made_run(
    series: Series | None = None, forecasts: Forecasts | None = None, *, epochs: int = 24, overfits: bool = False
) -> Run:
    """Return a run whose scores and verdict are computed from the forecasts."""
    series = made_series() if series is None else series
    forecasts = made_forecasts(series) if forecasts is None else forecasts
    season = max(1, series.frequency.season)
    train = series.values[: series.split.train]
    scale = float(np.abs(train[season:] - train[:-season]).mean())
    deviation = series.scaler.deviation[0]

    scores = {}
    for name, array in forecasts.methods.items():
        errors = array - forecasts.actual
        mae, mse = float(np.abs(errors).mean()), float((errors**2).mean())
        scores[name] = Score(
            mae=mae,
            rmse=mse**0.5,
            mase=mae / scale if scale else None,
            scaled=ScaledScore(mse=mse / deviation**2, mae=mae / deviation),
        )
    against = min((name for name in scores if name != "lstm"), key=lambda name: scores[name].mae)
    ratio = scores["lstm"].mae / scores[against].mae if scores[against].mae else 1.0
    outcome = "beats" if ratio < 0.98 else "ties" if ratio <= 1.02 else "loses"
    rounds = np.arange(1, epochs + 1)
    train_loss = 0.03 + 0.6 * np.exp(-rounds / 3.5)
    validation = 0.05 + 0.5 * np.exp(-rounds / 3.0) + (0.004 * np.maximum(rounds - 8, 0) if overfits else 0.0)
    return Run(
        id=f"run-{series.split.end}-{outcome}",
        settings=TrainingSettings(horizon=series.horizon, season=season, context=36, units=32, epochs=epochs),
        history=tuple(
            Epoch(number=int(n), train_loss=float(a), validation_loss=float(b), seconds=0.21)
            for n, a, b in zip(rounds, train_loss, validation, strict=True)
        ),
        best_epoch=int(rounds[np.argmin(validation)]),
        scores=scores,
        verdict=Verdict(
            outcome=outcome,
            against=against,
            sentence=f"The LSTM {outcome} against the {against.replace('_', ' ')} forecast.",
            ratio=ratio,
        ),
        seconds=5.4,
        parameters=4_812,
        series_sha256="1" * 64,
        versions={"torch": "2.13.0", "numpy": "2.4.6"},
        intervals={
            str(level): Interval(
                coverage=float(np.mean((lower <= forecasts.actual) & (forecasts.actual <= upper))),
                width=float(np.mean(upper - lower)),
            )
            for level, (lower, upper) in forecasts.bands.items()
        },
        windows=len(forecasts.origins),
    )
