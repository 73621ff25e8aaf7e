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

MOST = 100_000  # windows, the latest, that a ridge regression is fitted on
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
        missing = max(self.lags - 1 - int(origins.min(initial=0)), 0)
        # Rows of a view are copied in one piece each, much faster than picking value by value.
        spans = torch.cat((series[:1].expand(missing), series)).unfold(0, self.lags, 1)
        for block in range(0, len(origins), 4096):
            first = torch.tensor(origins[block : block + 4096]) + (missing + 1 - self.lags)
            forecasts[block : block + 4096] = (spans[first] @ kernel.T + bias).numpy()
        return forecasts


def forecasts_by(fitted: dict[str, Linear], values: np.ndarray, origins: np.ndarray) -> dict[str, np.ndarray]:
    """Return what each of several forecasts says (origins, horizon), by name, as `Linear.at` does but all in one go."""
    reach = max(forecast.lags for forecast in fitted.values())
    kernel = np.concatenate([forecast.reaching(reach).kernel for forecast in fitted.values()])
    bias = np.concatenate([forecast.bias for forecast in fitted.values()])
    made = Linear(kernel, bias).at(values, origins).reshape(len(origins), len(fitted), -1)
    return {name: made[:, place] for place, name in enumerate(fitted)}


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


def smoothing(horizon: int, share: float, lags: int) -> Linear:
    """Return simple exponential smoothing, which gives each earlier value (1 − share) of the weight of the next."""
    weights = (1 - share) ** np.arange(lags - 1.0, -1.0, -1.0)
    return Linear(np.tile(weights / weights.sum(), (horizon, 1)), np.zeros(horizon))


def theta(values: np.ndarray, train: int, horizon: int, share: float, lags: int) -> Linear:
    """Return the theta method: smoothing with half the slope of the straight line through the rows [0, train).

    Source: Assimakopoulos & Nikolopoulos 2000, in the form of Hyndman & Billah 2003.
    """
    at = np.arange(train) - (train - 1) / 2
    slope = float(at @ values[:train] / (at @ at))
    ahead = np.arange(horizon) + 1 / share
    return Linear(smoothing(horizon, share, lags).kernel, slope / 2 * ahead)


def drift_at(values: np.ndarray, origins: np.ndarray, horizon: int) -> np.ndarray:
    """Return the last value plus the mean change per step from the first row to the origin (origins, horizon)."""
    slope = (values[origins] - values[0]) / np.maximum(origins, 1)
    forecasts: np.ndarray = values[origins, None] + slope[:, None] * np.arange(1, horizon + 1)
    return forecasts


def ridge_path(values: np.ndarray, train: int, lags: int, bases: list[Linear]) -> list[list[Linear]]:
    """Return, for each base forecast, ridge regressions of its errors on the window with the last value subtracted.

    There is one for each of PENALTIES, each a whole forecast: the base plus the correction. They are fitted on the
    windows of `lags` values in the rows [0, train), the last MOST of them; none when there are too few.
    """
    horizon = len(bases[0].kernel)
    reach = max(lags, *(base.lags for base in bases))
    span = reach + horizon
    if lags < 2 or train - span + 1 < 4:
        return [[] for _ in bases]
    products = sums_of_products(torch.tensor(values[max(0, train - span + 1 - MOST) : train]), span)
    # Each input is a row of weights on the values of a span and on the constant 1, and so is what is asked for.
    inputs = torch.zeros(lags, span + 1, dtype=torch.float64)
    at = torch.arange(lags - 1)
    inputs[at, reach - lags + at], inputs[:-1, reach - 1], inputs[-1, -1] = 1.0, -1.0, 1.0
    gram = inputs @ products @ inputs.T
    size, basis = torch.linalg.eigh(gram)
    size = size.clamp(min=0.0)[:, None]
    paths: list[list[Linear]] = []
    for base in bases:
        asked = torch.zeros(horizon, span + 1, dtype=torch.float64)
        asked[:, reach - base.lags : reach], asked[:, -1] = -torch.tensor(base.kernel), -torch.tensor(base.bias)
        asked[:, reach:-1] += torch.eye(horizon, dtype=torch.float64)
        sums = basis.T @ (inputs @ (products @ asked.T))
        path = []
        for penalty in PENALTIES:
            weights = (basis @ (sums / (size + penalty * gram.trace() / lags))).numpy()
            of_last = -weights[:-1].sum(axis=0, keepdims=True)
            path.append(base + Linear(np.concatenate((weights[:-1], of_last)).T, weights[-1]))
        paths.append(path)
    return paths


def sums_of_products(values: torch.Tensor, span: int) -> torch.Tensor:
    """Return the sum of s·sᵀ (span + 1, span + 1) over all spans of neighbouring values, each with a 1 after it.

    Along a diagonal a sum differs from the next in its first and last product alone, so all of them take about as long
    as the first row, and no window is ever copied.
    """
    count = len(values) - span + 1
    sums = torch.zeros(span + 1, span + 1, dtype=torch.float64)
    first, last = values[: span - 1], values[count:]
    for ahead in range(span):
        sums[0, ahead] = values[:count] @ values[ahead : ahead + count]
    sums[1:span, 0] = sums[0, 1:span]
    for row in range(span - 1):
        sums[row + 1, 1:span] = sums[row, : span - 1] - values[row] * first + values[count + row] * last
    total = torch.cat((torch.zeros(1, dtype=torch.float64), values.cumsum(0)))
    sums[-1, :-1] = sums[:-1, -1] = total[count:] - total[:span]
    sums[-1, -1] = count
    return sums


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
