"""How far forecasts are from what came.

MASE is Hyndman & Koehler 2006; sMAPE is Makridakis 1993 in the form of the M4 competition, between 0 and 200 %.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Errors:
    """Errors in the data's units, without a unit, and on the scale standardised with the training part."""

    mae: float
    rmse: float
    mase: float | None  # None when the training part repeats itself exactly
    smape: float | None  # percent; None where forecast and value are both zero somewhere
    scaled_mse: float
    scaled_mae: float


def seasonal_error(train: np.ndarray, season: int) -> float:
    """Return the training part's mean |x(t) − x(t − season)|, by which MASE divides."""
    lag = season if len(train) > season else 1
    return float(np.abs(train[lag:] - train[:-lag]).mean())


def errors(forecast: np.ndarray, actual: np.ndarray, naive_error: float, deviation: float) -> Errors:
    """Return the errors of forecasts (windows, horizon); `deviation` is the training part's standard deviation."""
    distance = np.abs(forecast - actual)
    size = np.abs(forecast) + np.abs(actual)
    mae, mse = float(distance.mean()), float(np.square(distance).mean())
    return Errors(
        mae=mae,
        rmse=mse**0.5,
        mase=mae / naive_error if naive_error > 0 else None,
        smape=float((200 * distance / size).mean()) if (size > 0).all() else None,
        scaled_mse=mse / deviation**2,
        scaled_mae=mae / deviation,
    )


def error_by_step(forecast: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Return the mean absolute error of each step ahead (horizon,)."""
    by_step: np.ndarray = np.abs(forecast - actual).mean(axis=0)
    return by_step


def movement_share(forecast: np.ndarray, actual: np.ndarray, last: np.ndarray) -> float:
    """Return how far the forecasts (windows, horizon) move from the last known values (windows,), as a share of how
    far the series moves.

    Near 0 the forecast is the last value, shifted: it looks right in a chart and says nothing.
    """
    moved = np.abs(actual - last[:, None]).mean()
    return float(np.abs(forecast - last[:, None]).mean() / moved) if moved > 0 else 0.0
