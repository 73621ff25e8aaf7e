"""Prediction intervals from the errors on the validation part.

Split conformal prediction (Vovk et al. 2005; Lei et al. 2018): the ⌈(n + 1)·level⌉-th smallest of n absolute errors.
If the errors to come are like those on the validation part, the interval holds the value with that probability.
"""

from __future__ import annotations

import math

import numpy as np

LEVELS = (80, 95)  # percent
ENOUGH = 200  # errors at one step ahead from which that step is judged by itself


def half_widths(forecast: np.ndarray, actual: np.ndarray, level: int) -> np.ndarray:
    """Return how far the interval reaches to either side at each step ahead (horizon,).

    `forecast` and `actual` are (origins, horizon), NaN where unknown. With few errors all steps ahead are taken
    together, each divided by its usual error.
    """
    distance = np.abs(forecast - actual)
    counts = (~np.isnan(distance)).sum(axis=0)
    if counts.min() >= ENOUGH:
        return np.array([conformal_quantile(column[~np.isnan(column)], level) for column in distance.T])
    sums = np.where(np.isnan(distance), 0.0, distance).sum(axis=0)
    usual = np.maximum.accumulate(np.where(counts > 0, sums / np.maximum(counts, 1), 0.0))
    usual = np.where(usual > 0, usual, 1.0)
    relative = (distance / usual)[~np.isnan(distance)]
    return usual * conformal_quantile(relative, level)


def conformal_quantile(distances: np.ndarray, level: int) -> float:
    """Return the ⌈(n + 1)·level⌉-th smallest of n distances, the largest where there are too few."""
    ordered = np.sort(distances)
    rank = math.ceil((len(ordered) + 1) * level / 100)
    return float(ordered[min(rank, len(ordered)) - 1])


def coverage(lower: np.ndarray, upper: np.ndarray, actual: np.ndarray) -> float:
    """Return the share of values that lie within their interval."""
    return float(((lower <= actual) & (actual <= upper)).mean())
