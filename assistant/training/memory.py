"""What a trained network remembers: measured some time after the training, and kept in the run's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from assistant.frozen import Frozen

FILE = "memory.json"
LOOK_BACK_SHARE = 0.9  # of what the forecast owes to the past, within the steps that it is said to look back


class LookBack(Frozen):
    """How far back a forecast looks.

    `effect[s]` is how many of the data's units the forecast moves, on average over the horizon and in size, when the
    value s steps before the last known one moves by one unit; `correction` the same for the network's part alone.
    `half` and `steps` are how many of the last values hold 50 % and 90 % of the effect's sum, `correction_steps` 90 %
    of the correction's. `peak` is which value counts most apart from the latest ones, after the effect first rises
    again: 1 is the last known value, None when nothing later than the rise reaches a fifth of the largest effect.
    """

    effect: tuple[float, ...]
    correction: tuple[float, ...]
    half: int
    steps: int
    correction_steps: int
    peak: int | None


class NetworkMemory(Frozen):
    """A trained network's memory over `windows` windows spread over the test part.

    `half_lives` (units,) are in steps, None where a unit never loses half, and empty for an RNN, which has no gate.
    """

    cell: Literal["lstm", "gru", "rnn"]
    units: int
    windows: int
    half_lives: tuple[float | None, ...]
    look_back: LookBack


def read_memory(folder: Path) -> NetworkMemory | None:
    """Return what was measured for the run in `folder`, or None when that was not done yet."""
    try:
        return NetworkMemory.model_validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError):
        return None
