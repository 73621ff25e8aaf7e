"""Prediction intervals from the errors made before the test part.

Split conformal prediction (Vovk et al. 2005; Lei et al. 2018): the ⌈(n + 1)·level⌉-th smallest of n absolute errors.
If the errors to come are like those before, the interval holds the value with that probability. Errors of forecasts that
overlap are alike, though: a year of monthly forecasts of a year is one trial, not twelve. So the intervals are widened as
Student's t is beside the normal distribution, for as many degrees of freedom as there were forecasts side by side.
"""

from __future__ import annotations

import math

import numpy as np

NORMAL = {80: 1.281552, 95: 1.959964}  # points of the normal distribution, by level in percent
LEVELS = tuple(NORMAL)
ENOUGH = 200  # errors at one step ahead from which that step is judged by itself


def half_widths(distance: np.ndarray, level: int, trials: float) -> np.ndarray:
    """Return how far the interval reaches to either side at each step ahead (horizon,).

    `distance` holds the absolute errors (origins, horizon), NaN where unknown, `trials` says how many forecasts they would
    be side by side. With few errors all steps ahead are taken together, each divided by its usual error.
    """
    wider = student_t(NORMAL[level], max(trials, 1.0)) / NORMAL[level]
    counts = (~np.isnan(distance)).sum(axis=0)
    if counts.min() >= ENOUGH:
        return np.array([conformal_quantile(column[~np.isnan(column)], level) for column in distance.T]) * wider
    sums = np.where(np.isnan(distance), 0.0, distance).sum(axis=0)
    usual = np.maximum.accumulate(np.where(counts > 0, sums / np.maximum(counts, 1), 0.0))
    usual = np.where(usual > 0, usual, 1.0)
    relative = (distance / usual)[~np.isnan(distance)]
    return usual * conformal_quantile(relative, level) * wider


def student_t(z: float, freedom: float) -> float:
    """Return the point of Student's t that has the same probability as `z` of the normal distribution.

    Source: Abramowitz & Stegun 1964, 26.7.5.
    """
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + sum(term / freedom ** (power + 1) for power, term in enumerate(terms))


def conformal_quantile(distances: np.ndarray, level: int) -> float:
    """Return the ⌈(n + 1)·level⌉-th smallest of n distances; where there are too few, what normal errors would have."""
    ordered = np.sort(distances)
    rank = math.ceil((len(ordered) + 1) * level / 100)
    if rank <= len(ordered):
        return float(ordered[rank - 1])
    return max(float(ordered[-1]), NORMAL[level] * float(np.sqrt(np.square(ordered).mean())))


def coverage(lower: np.ndarray, upper: np.ndarray, actual: np.ndarray) -> float:
    """Return the share of values that lie within their interval."""
    return float(((lower <= actual) & (actual <= upper)).mean())
