"""The verdict: does the network beat, tie with, or lose to the best of the simple forecasts on the test part?

The test is Diebold & Mariano 1995 on absolute errors, with the small-sample correction of Harvey, Leybourne & Newbold
1997: neighbouring errors are alike, so the noise of their mean is estimated with their covariances. To beat takes a
difference beyond that noise; to lose takes one beyond it, or one that is large whatever the noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from assistant.training.intervals import NORMAL, student_t

FEWEST = 8  # rows of the test part from which noise can be estimated
NEGLIGIBLE = 1e-4  # errors below this share of the test part's mean deviation count as none: both methods are exact
MARGIN = 0.10  # an error that is larger by so much is a loss, however noisy the test part


@dataclass(frozen=True)
class Judgement:
    """How the network stands to the best simple forecast: `ratio` divides its MAE by the other's; `t` is the test's."""

    outcome: Literal["beats", "ties", "loses"]
    against: str
    ratio: float
    t: float | None


def judge(forecast: np.ndarray, others: dict[str, np.ndarray], actual: np.ndarray, origins: np.ndarray) -> Judgement:
    """Compare forecasts (windows, horizon) made at the rows `origins` with the best of the others."""
    against = min(others, key=lambda name: float(np.abs(others[name] - actual).mean()))
    mine, theirs = np.abs(forecast - actual), np.abs(others[against] - actual)
    floor = NEGLIGIBLE * (float(np.abs(actual - actual.mean()).mean()) or 1.0)
    ratio = max(float(mine.mean()), floor) / max(float(theirs.mean()), floor)
    gain = by_row(theirs - mine, origins)
    t = paired_t(gain, forecast.shape[1]) if len(gain) >= FEWEST else None
    sure = t is not None and ratio != 1 and abs(t) > student_t(NORMAL[95], len(gain) - 1)
    if ratio > 1 + MARGIN or (sure and ratio > 1):
        return Judgement("loses", against, ratio, t)
    return Judgement("beats" if sure and ratio < 1 else "ties", against, ratio, t)


def by_row(differences: np.ndarray, origins: np.ndarray) -> np.ndarray:
    """Return the mean difference at each row that was forecast, over all forecasts (windows, horizon) of that row."""
    rows = origins[:, None] + np.arange(1, differences.shape[1] + 1)
    found, place = np.unique(rows, return_inverse=True)
    counts = np.bincount(place.ravel(), minlength=len(found))
    mean: np.ndarray = np.bincount(place.ravel(), differences.ravel(), minlength=len(found)) / counts
    return mean


def paired_t(gain: np.ndarray, horizon: int) -> float:
    """Return the mean of a series of differences divided by its standard error, which allows for correlation."""
    n = len(gain)
    lags = min(horizon, n // 3)
    centred = gain - gain.mean()
    covariance = [float(centred[lag:] @ centred[: n - lag]) / n for lag in range(lags + 1)]
    variance = covariance[0] + 2 * sum((1 - lag / (lags + 1)) * covariance[lag] for lag in range(1, lags + 1))
    if variance <= 0:
        return 0.0
    correction = max(n + 1 - 2 * lags + lags * (lags - 1) / n, 1.0) / n
    return float(gain.mean() / (variance / n) ** 0.5 * correction**0.5)
