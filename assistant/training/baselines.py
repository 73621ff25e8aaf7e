"""The forecasts that need no network, and that a network has to beat.

Most of them are linear in the past values, so they are written as a kernel: the weights (horizon, lags) of the last
`lags` values, oldest first, and a bias (horizon,). Source: Hyndman & Athanasopoulos, Forecasting: Principles and
Practice, 3rd edition, section 5.2; the ridge regression is Hoerl & Kennard 1970.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.training.windows import origins_of, values_after

PENALTIES = tuple(10.0**power for power in range(-6, 3))  # as shares of the mean square of the inputs


@dataclass(frozen=True, eq=False)
class Linear:
    """A forecast that is linear in the past: weights (horizon, lags), oldest value first, and what is added."""

    kernel: np.ndarray
    bias: np.ndarray

    @property
    def lags(self) -> int:
        """Return how many past values it needs."""
        return int(self.kernel.shape[1])

    def at(self, values: np.ndarray, origins: np.ndarray) -> np.ndarray:
        """Return the forecasts (origins, horizon); rows before the first repeat it."""
        forecasts = np.empty((len(origins), len(self.kernel)))
        for block in range(0, len(origins), 4096):
            rows = origins[block : block + 4096, None] + np.arange(1 - self.lags, 1)
            forecasts[block : block + 4096] = values[np.maximum(rows, 0)] @ self.kernel.T + self.bias
        return forecasts


def naive(horizon: int) -> Linear:
    """Return the forecast that repeats the last value."""
    return Linear(np.ones((horizon, 1)), np.zeros(horizon))


def seasonal_naive(horizon: int, season: int) -> Linear:
    """Return the forecast that repeats the last season."""
    kernel = np.zeros((horizon, season))
    kernel[np.arange(horizon), np.arange(horizon) % season] = 1.0
    return Linear(kernel, np.zeros(horizon))


def seasonal_naive_drift(horizon: int, season: int) -> Linear:
    """Return the last season plus, for each season ahead, the mean change over the last season."""
    kernel = np.zeros((horizon, 2 * season))
    kernel[:, season:] = seasonal_naive(horizon, season).kernel
    ahead = np.arange(horizon)[:, None] // season + 1
    kernel[:, season:] += ahead / season
    kernel[:, :season] -= ahead / season
    return Linear(kernel, np.zeros(horizon))


def drift_at(values: np.ndarray, origins: np.ndarray, horizon: int) -> np.ndarray:
    """Return the last value plus the mean change per step from the first row to the origin (origins, horizon)."""
    slope = (values[origins] - values[0]) / np.maximum(origins, 1)
    forecasts: np.ndarray = values[origins, None] + slope[:, None] * np.arange(1, horizon + 1)
    return forecasts


def ridge(
    values: np.ndarray, train: int, validation: int, lags: int, horizon: int, most: int = 20_000
) -> Linear | None:
    """Return a ridge regression on the window of `lags` values with the last value subtracted.

    It is fitted on the windows of the training part, at most `most` evenly spaced ones; the penalty is the best on
    the validation part. None when the training part holds too few windows.
    """
    count = train - lags - horizon + 1
    if lags < 2 or count < 4:
        return None
    origins = lags - 1 + np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))
    gram, cross = np.zeros((lags, lags)), np.zeros((lags, horizon))  # the last column is the constant
    for block in range(0, len(origins), 4096):
        some = origins[block : block + 4096, None]
        last = values[some]
        window = np.concatenate((values[some + np.arange(1 - lags, 0)] - last, np.ones_like(last)), axis=1)
        gram += window.T @ window
        cross += window.T @ (values[some + np.arange(1, horizon + 1)] - last)
    judged = origins_of((train, train + validation), horizon, whole=False, most=4096)
    actual = values_after(values, judged, horizon, train + validation)
    size, basis = np.linalg.eigh(gram)
    rotated = basis.T @ cross
    scale = np.trace(gram) / lags
    best, least = None, np.inf
    for penalty in PENALTIES:
        weights = basis @ (rotated / (np.maximum(size, 0.0) + penalty * scale)[:, None])
        kernel = np.concatenate((weights[:-1].T, 1.0 - weights[:-1].sum(axis=0)[:, None]), axis=1)
        candidate = Linear(kernel, weights[-1])
        error = loss_by_step(candidate.at(values, judged), actual)
        if error < least:
            best, least = candidate, error
    return best


def loss_by_step(forecast: np.ndarray, actual: np.ndarray) -> float:
    """Return the mean squared error (origins, horizon), each step ahead counting the same; NaN is not judged."""
    squares = np.square(forecast - actual)
    known = ~np.isnan(squares)
    counts = known.sum(axis=0)
    sums = np.where(known, squares, 0.0).sum(axis=0)
    return float((sums[counts > 0] / counts[counts > 0]).mean())
