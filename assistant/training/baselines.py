"""The forecasts that need no network, and that a network has to beat.

Most of them are linear in the past values, so they are written as a kernel: the weights (horizon, lags) of the last
`lags` values, oldest first, and a bias (horizon,). Source: Hyndman & Athanasopoulos, Forecasting: Principles and
Practice, 3rd edition, section 5.2; the ridge regression is Hoerl & Kennard 1970.

The sums are torch's, on its one thread: numpy's depend in their last digit on how many threads it was given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

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

    def __add__(self, other: Linear) -> Linear:
        """Return the sum of two forecasts."""
        reach = max(self.lags, other.lags)
        return Linear(self.reaching(reach).kernel + other.reaching(reach).kernel, self.bias + other.bias)

    def __mul__(self, weight: float) -> Linear:
        """Return the forecast multiplied by a weight."""
        return Linear(self.kernel * weight, self.bias * weight)

    def reaching(self, lags: int) -> Linear:
        """Return the same forecast with weights for `lags` values, which may be more than it needs."""
        return Linear(np.pad(self.kernel, ((0, 0), (lags - self.lags, 0))), self.bias)

    def at(self, values: np.ndarray, origins: np.ndarray) -> np.ndarray:
        """Return the forecasts (origins, horizon); rows before the first repeat it."""
        forecasts = np.empty((len(origins), len(self.kernel)))
        series, kernel, bias = torch.tensor(values), torch.tensor(self.kernel), torch.tensor(self.bias)
        reach = torch.arange(1 - self.lags, 1)
        for block in range(0, len(origins), 4096):
            rows = (torch.tensor(origins[block : block + 4096])[:, None] + reach).clamp(min=0)
            forecasts[block : block + 4096] = (series[rows] @ kernel.T + bias).numpy()
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


def steady_drift(values: np.ndarray, train: int, horizon: int, season: int) -> Linear:
    """Return the last season (with season 1 the last value) plus the mean change per season of the rows [0, train)."""
    change = (values[train - 1] - values[0]) / (train - 1) * season
    ahead = np.arange(horizon) // season + 1
    return Linear(seasonal_naive(horizon, season).kernel, change * ahead)


def drift_at(values: np.ndarray, origins: np.ndarray, horizon: int) -> np.ndarray:
    """Return the last value plus the mean change per step from the first row to the origin (origins, horizon)."""
    slope = (values[origins] - values[0]) / np.maximum(origins, 1)
    forecasts: np.ndarray = values[origins, None] + slope[:, None] * np.arange(1, horizon + 1)
    return forecasts


def ridge_path(
    values: np.ndarray, train: int, lags: int, bases: list[Linear], most: int = 20_000
) -> list[list[Linear]]:
    """Return, for each base forecast, ridge regressions of its errors on the window with the last value subtracted.

    There is one for each of PENALTIES, each a whole forecast: the base plus the correction. They are fitted on the
    windows of `lags` values in the rows [0, train), on at most `most` evenly spaced ones; none when there are too few.
    """
    horizon = len(bases[0].kernel)
    reach = max(lags, *(base.lags for base in bases))
    count = train - reach - horizon + 1
    if lags < 2 or count < 4:
        return [[] for _ in bases]
    origins = reach - 1 + np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))
    series = torch.tensor(values)
    gram = torch.zeros(lags, lags, dtype=torch.float64)
    cross = [torch.zeros(lags, horizon, dtype=torch.float64) for _ in bases]
    for block in range(0, len(origins), 4096):
        some = torch.tensor(origins[block : block + 4096])
        last = series[some][:, None]
        # The last value minus itself would be a column of zeros; the constant takes its place.
        past = series[some[:, None] + torch.arange(1 - lags, 0)] - last
        window = torch.cat((past, torch.ones_like(last)), dim=1)
        gram += window.T @ window
        following = series[some[:, None] + torch.arange(1, horizon + 1)]
        for sums, base in zip(cross, bases, strict=True):
            sums += window.T @ (following - torch.tensor(base.at(values, some.numpy())))
    size, basis = torch.linalg.eigh(gram)
    size = size.clamp(min=0.0)[:, None]
    paths: list[list[Linear]] = []
    for sums, base in zip(cross, bases, strict=True):
        path = []
        for penalty in PENALTIES:
            weights = (basis @ ((basis.T @ sums) / (size + penalty * gram.trace() / lags))).numpy()
            of_last = -weights[:-1].sum(axis=0, keepdims=True)
            path.append(base + Linear(np.concatenate((weights[:-1], of_last)).T, weights[-1]))
        paths.append(path)
    return paths


def ridge(values: np.ndarray, train: int, validation: int, lags: int, horizon: int) -> Linear | None:
    """Return the ridge regression of what the last value misses whose penalty is the best on the validation part.

    It is fitted on the training part; None when that holds too few windows.
    """
    judged = origins_of((train, train + validation), horizon, whole=False, most=4096)
    actual = values_after(values, judged, horizon, train + validation)
    path = ridge_path(values, train, lags, [naive(horizon)])[0]
    return min(path, key=lambda fitted: loss_by_step(fitted.at(values, judged), actual), default=None)


def loss_by_step(forecast: np.ndarray, actual: np.ndarray) -> float:
    """Return the mean squared error (origins, horizon), each step ahead counting the same; NaN is not judged."""
    squares = np.square(forecast - actual)
    known = ~np.isnan(squares)
    counts = known.sum(axis=0)
    sums = np.where(known, squares, 0.0).sum(axis=0)
    return float((sums[counts > 0] / counts[counts > 0]).mean())
