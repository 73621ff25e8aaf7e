"""Windows and chunks: the pieces of the series that the network reads, and the values that it is asked for.

A chunk is `context` steps in a row. The network reads it once and forecasts at every step after the warm-up; since
each input at t is made of values up to t alone, judging every one of these forecasts leaks nothing. The inputs do
not depend on the series' level: a network that has to know the level forgets how to forecast when it moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from assistant.training.machine import device
from assistant.training.settings import TrainingSettings


@dataclass(frozen=True, eq=False)
class InputScale:
    """What the inputs are divided by, from the training part: steps, changes over a season, heights above the level."""

    moves: np.ndarray  # (columns,)
    over_season: float
    heights: np.ndarray  # (columns,)


@dataclass(frozen=True, eq=False)
class Chunk:
    """A batch of chunks, ready for the network: see `Forecaster.forward`; `wanted` is NaN where nothing is known."""

    inputs: Tensor  # (batch, context, inputs)
    past: Tensor  # (batch, lags − 1 + steps)
    wanted: Tensor  # (batch, steps, horizon)


class Windows:
    """The standardised series (rows, columns), target first, cut into chunks; `calendar` is (rows, features).

    The inputs at each step are, for each column, the step from the value before and the height above the level, which
    is the mean of the chunk's first steps; for the target the change over a season; and the calendar.
    """

    def __init__(self, z: np.ndarray, calendar: np.ndarray, settings: TrainingSettings, scale: InputScale) -> None:
        self.settings = settings
        self.rows, self.columns = z.shape
        self.scale = scale
        self.device = device()
        self.heights = torch.from_numpy(scale.heights.astype(np.float32)).to(self.device)
        self.level = torch.from_numpy(np.ascontiguousarray(z, dtype=np.float32)).to(self.device)
        parts = [np.diff(z, axis=0, prepend=z[:1]) / scale.moves]
        if 1 < settings.season < settings.context:
            parts.append(over_season(z[:, 0], settings.season)[:, None] / scale.over_season)
        self.steady = torch.from_numpy(np.concatenate([*parts, calendar], axis=1, dtype=np.float32)).to(self.device)

    @property
    def inputs(self) -> int:
        """Return the number of inputs at each step."""
        return int(self.columns + self.steady.shape[1])

    def chunk(self, starts: np.ndarray, steps: int, lags: int, end: int) -> Chunk:
        """Return the chunks that begin at the rows `starts`, forecast at their last `steps` steps.

        Values at and beyond the row `end` are not asked for. Rows before the first repeat it; forecasts that would
        rest on them are not judged.
        """
        context, horizon = self.settings.context, self.settings.horizon
        origins = self.row_numbers(starts, context - steps, context)
        reach = self.row_numbers(starts, context - steps - lags + 1, context)
        past = self.level[reach.clamp(0, self.rows - 1), 0]
        unknown = (origins < lags - 1)[:, :, None]
        if int(starts.max()) + context + horizon <= end:
            # All is known: rows of a view are copied, which takes a quarter of the time of picking value by value.
            wanted = self.level[:, 0].unfold(0, horizon, 1)[origins + 1]
        else:
            asked = origins[:, :, None] + torch.arange(1, horizon + 1, device=self.device)
            wanted = self.level[asked.clamp(max=self.rows - 1), 0]
            unknown = unknown | (asked >= end)
        return Chunk(self.read(starts), past, wanted.masked_fill(unknown, torch.nan))

    def read(self, starts: np.ndarray) -> Tensor:
        """Return what the network reads of the chunks that begin at the rows `starts` (starts, context, inputs)."""
        rows = self.row_numbers(starts, 0, self.settings.context).clamp(0, self.rows - 1)
        values = self.level[rows]
        heights = values - values[:, : self.settings.warm_up].mean(dim=1, keepdim=True)
        return torch.cat((heights / self.heights, self.steady[rows]), dim=2)

    def row_numbers(self, starts: np.ndarray, first: int, last: int) -> Tensor:
        """Return the rows [start + first, start + last) of each start (starts, last − first)."""
        return torch.from_numpy(starts[:, None] + np.arange(first, last)).to(self.device)

    def draw(self, train: int, generator: np.random.Generator) -> np.ndarray:
        """Return the starts of one epoch's chunks in random order: a grid over the training part, shifted at random."""
        settings = self.settings
        last = max(train - settings.context, 0)
        shift = generator.integers(min(settings.stride, last + 1))
        starts = np.arange(shift, last + 1, settings.stride)
        missing = settings.steps * settings.batch - len(starts)
        if missing > 0:
            starts = np.concatenate((starts, generator.integers(0, last + 1, size=missing)))
        return generator.permutation(starts)


def over_season(values: np.ndarray, season: int) -> np.ndarray:
    """Return each value minus the one a season before, 0 where there is none."""
    change = np.zeros_like(values)
    change[season:] = values[season:] - values[:-season]
    return change


def input_scale(z: np.ndarray, train: int, settings: TrainingSettings) -> InputScale:
    """Return the root mean squares of the inputs in the training part of a standardised series (rows, columns)."""
    part = z[:train]
    seasonal = over_season(part[:, 0], settings.season)[settings.season :]
    starts = np.linspace(0, max(train - settings.context, 0), 64).astype(np.int64)
    chunks = part[np.minimum(starts[:, None] + np.arange(settings.context), train - 1)]
    heights = chunks - chunks[:, : settings.warm_up].mean(axis=1, keepdims=True)
    return InputScale(spread(np.diff(part, axis=0)), float(spread(seasonal[:, None])[0]), spread(heights))


def spread(values: np.ndarray) -> np.ndarray:
    """Return the root mean square of each column, the last axis; 1 for a column of zeros or without rows."""
    flat = values.reshape(-1, values.shape[-1])
    size = np.sqrt(np.square(flat).sum(axis=0) / max(len(flat), 1))
    return np.where(size > 1e-12, size, 1.0)


def origins_of(part: tuple[int, int], horizon: int, whole: bool, most: int, block: int = 1) -> np.ndarray:
    """Return the last known row of each forecast whose values lie in the part of rows [first, last).

    With `whole` the entire horizon lies within it, otherwise at least its first step. More than `most` are thinned out
    to blocks of neighbours, evenly spaced.
    """
    first, last = part
    count = last - first - horizon + 1 if whole else last - first
    if count <= most:
        return np.arange(first - 1, first - 1 + count)
    blocks = np.linspace(0, count - block, max(most // block, 1)).astype(np.int64)
    return first - 1 + np.unique(blocks[:, None] + np.arange(block))


def values_after(values: np.ndarray, origins: np.ndarray, horizon: int, end: int) -> np.ndarray:
    """Return the values (origins, horizon) that follow each origin, NaN at and beyond the row `end`."""
    rows = origins[:, None] + np.arange(1, horizon + 1)
    return np.where(rows < end, values[np.minimum(rows, len(values) - 1)], np.nan)
