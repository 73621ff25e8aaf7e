"""The settings of one training.

This module also travels inside the generated notebook, so it imports nothing but the standard library.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingSettings:
    """Every choice that a training depends on; the same settings on the same data give the same run.

    How they follow from a series is written down in `plan.py`. Counts are in steps of the series.
    """

    preset: str = "quick"  # "quick", "balanced" or "thorough": how much time the training may take
    seed: int = 0
    cell: str = "lstm"  # "lstm", "gru" or "rnn"
    units: int = 64  # size of the hidden state h(t)
    context: int = 336  # steps the network sees in one chunk
    horizon: int = 24  # steps forecast at once
    season: int = 1  # steps until the pattern repeats; 1 means that none is assumed
    epochs: int = 24
    batch: int = 16  # chunks in one step of the optimiser
    learning_rate: float = 0.01  # the peak of the OneCycle schedule
    members: int = 1  # networks whose forecasts are averaged
    stride: int = 48  # steps between the chunks of an epoch
    warm_up: int = 24  # first steps of a chunk, which set its level and are not judged
    dropout: float = 0.0  # share of h(t) that is switched off in training
    weight_decay: float = 0.01
    clip: float = 1.0  # largest gradient norm
    patience: int = 12  # epochs without a better validation loss before the training stops
    steps: int = 0  # smallest number of optimiser steps in an epoch; more chunks are drawn when there are too few
    transform: str = "auto"  # "identity", "log", or "auto": what the validation part prefers
    anchor: str = "auto"  # the forecast that the network corrects, or "auto": the best on the validation part
    calendar: tuple[str, ...] = ()  # "day", "week", "year", "season": cycles that may be used where they help
    precision: str = "float32"  # "float32" or "bfloat16"
    backtest: int = 4  # origins of the rolling backtest, at most
    refit: bool = False  # whether the network is trained anew for each of them
    seconds: float = (
        0.0  # time to fit epochs, members and refit to on the computer that trains; 0: they stand as they are
    )
    most_windows: int = 20_000  # forecasts that are judged in one part; more are thinned out evenly
