"""The scale that the network works on: standardised with the training part, and its logarithm where that is better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Standard:
    """The target's way to the network's scale and back: z = (x − mean) / deviation, with log x in place of x or not.

    Values below `floor` count as `floor` before the logarithm is taken, so that later values cannot break it.
    """

    log: bool
    mean: float
    deviation: float
    floor: float = 0.0

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Return the standardised values."""
        plain = np.log(np.maximum(values, self.floor)) if self.log else values
        return (plain - self.mean) / self.deviation

    def undo(self, z: np.ndarray) -> np.ndarray:
        """Return standardised values in the data's units."""
        plain = z * self.deviation + self.mean
        return np.exp(plain) if self.log else plain


def standard(train: np.ndarray, log: bool = False) -> Standard:
    """Return the scale of the training part, whose values have to be positive for the logarithm."""
    plain = np.log(train) if log else train
    deviation = float(plain.std())
    return Standard(
        log, float(plain.mean()), deviation if deviation > 0 else 1.0, float(train.min()) / 100 if log else 0.0
    )
