"""What the calendar alone says about a value: one profile over the day, the week and the year.

The profile is a regression on the phases of the cycles, fitted on the training part after its slow changes, a moving
mean over the longest cycle, were taken away (the classical decomposition: Hyndman & Athanasopoulos, Forecasting:
Principles and Practice, 3rd edition, section 3.4). It is known in advance for any moment, so it is taken off the series
before anything else and put back on every forecast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from assistant.training.cycles import FEWEST_CYCLES

MOST_KNOTS = {"day": 96, "week": 168, "year": 12, "season": 168}
MOST_FITTED = 50_000  # rows; of longer training parts so many are drawn


@dataclass(frozen=True, eq=False)
class Profile:
    """Heights at evenly spaced knots of each cycle, with straight lines between them; without cycles it is zero."""

    knots: tuple[int, ...]  # of each cycle, the first columns of the phases
    heights: np.ndarray  # (sum of knots,)

    def at(self, phase: np.ndarray) -> np.ndarray:
        """Return the profile (rows,) at phases (rows, cycles)."""
        total, first = np.zeros(len(phase)), 0
        for knots, column in zip(self.knots, phase.T[: len(self.knots)], strict=True):
            below, above, share = between(column, knots)
            heights = self.heights[first : first + knots]
            total += (1 - share) * heights[below] + share * heights[above]
            first += knots
        return total


NO_PROFILE = Profile((), np.zeros(0))


def between(phase: np.ndarray, knots: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the knots below and above each phase, and how far it lies between them."""
    place = phase * knots
    below = np.floor(place + 1e-9).astype(np.int64)
    share = np.clip(place - below, 0.0, 1.0)
    return below % knots, (below + 1) % knots, share


def fit_profile(z: np.ndarray, phase: np.ndarray, cycles: tuple[str, ...]) -> Profile:
    """Return the profile of the values (rows,) over the cycles, whose phases (rows, cycles) are given.

    Each height is drawn towards zero as if one more cycle had shown nothing. Without three whole cycles of each there
    is no profile.
    """
    if not cycles:
        return NO_PROFILE
    phase = phase[: len(z), : len(cycles)]
    lengths = [steps_in(column) for column in phase.T]
    longest = round(max(lengths))
    if len(z) < FEWEST_CYCLES * longest:
        return NO_PROFILE
    half = longest // 2
    sums = np.concatenate(([0.0], np.cumsum(z)))
    slow = (sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1)
    if longest % 2 == 0:  # the two ends are the same place in the cycle and count half each
        ends = (z[2 * half :] + z[: len(z) - 2 * half]) / 2
        slow = slow + (slow - ends) / (2 * half)
    rest, kept = z[half : len(z) - half] - slow, phase[half : len(z) - half]
    if len(rest) > MOST_FITTED:
        drawn = np.sort(np.random.default_rng(0).choice(len(rest), MOST_FITTED, replace=False))
        rest, kept = rest[drawn], kept[drawn]
    knots = tuple(max(2, min(round(steps), MOST_KNOTS[cycle])) for steps, cycle in zip(lengths, cycles, strict=True))
    features = torch.zeros(len(rest), sum(knots), dtype=torch.float64)
    rows, first = torch.arange(len(rest)), 0
    seen = []
    for count, column, steps in zip(knots, kept.T, lengths, strict=True):
        below, above, share = between(column, count)
        features[rows, first + torch.from_numpy(below)] += torch.from_numpy(1 - share)
        features[rows, first + torch.from_numpy(above)] += torch.from_numpy(share)
        seen += [max((len(z) - longest) / steps, 1.0)] * count
        first += count
    gram = features.T @ features
    gram += torch.diag(gram.diagonal() / torch.tensor(seen, dtype=torch.float64) + 1e-9)
    return Profile(knots, torch.linalg.solve(gram, features.T @ torch.from_numpy(rest)).numpy())


def steps_in(phase: np.ndarray) -> float:
    """Return how many steps a cycle has, from the phases (rows,)."""
    moved = np.diff(phase) % 1.0
    return 1 / max(float(np.median(moved[moved > 1e-9])), 1e-9) if (moved > 1e-9).any() else float(len(phase))
