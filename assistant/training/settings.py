"""The settings of one training, and how they follow from the data.

This module also travels inside the generated notebook, so it imports nothing but the standard library.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingSettings:
    """Every choice that a training depends on; the same settings on the same data give the same run."""

    preset: str = "quick"
    seed: int = 0
    cell: str = "lstm"  # "lstm", "gru" or "rnn"
    units: int = 64
    context: int = 336  # steps the network sees in one chunk
    horizon: int = 24  # steps forecast at once
    season: int = 1  # steps until the pattern repeats
    epochs: int = 24
    batch: int = 16
    learning_rate: float = 0.01
    members: int = 1  # networks whose forecasts are averaged
