"""How fast this computer trains: measured at the start of each training, and kept to tell how long the next one takes.

This module never imports torch, so that a page can tell how long a training will take before there is one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.files import write_atomically
from assistant.training.machine import free_cores

SPEED = "speed.json"  # in the workspace
STEADY = 0.2  # a new measurement that differs by less is noise: the same computer tells the same time again
BUSY = 1.6  # wall seconds for a processor second from which other work is counted; below it may be chance


@dataclass(frozen=True)
class Speed:
    """What the time of a training depends on beside the work itself.

    `factors` says for each preset how many processor seconds were needed for what `training_time.py` calls one; for a preset
    without one another's is taken, and without any, 1. `start` are the seconds until PyTorch is loaded, `load` the wall
    seconds that pass in one processor second because other programs run.
    """

    factors: Mapping[str, float] = field(default_factory=dict)
    start: float = 4.0
    load: float = 1.0
    cores: int = field(default_factory=free_cores)

    def factor(self, preset: str) -> float:
        """Return the preset's factor, or the best guess at it."""
        return self.factors.get(preset) or next(iter(self.factors.values()), 1.0)

    def learnt(self, preset: str, factor: float, start: float | None, load: float) -> Speed:
        """Return the speed after a measurement; one that is close to the last changes nothing but the load."""
        before = self.factors.get(preset)
        if before is not None and abs(factor / before - 1) < STEADY:
            factor = before
        if start is None or abs(start / self.start - 1) < STEADY:
            start = self.start
        # In halves, so that the same crowd gives the same time.
        busy = round(load * 2) / 2 if load > BUSY else 1.0
        return Speed({**self.factors, preset: factor}, start, max(busy, 1.0), self.cores)


def read_speed(path: Path | None) -> Speed:
    """Return what was measured on this computer; the assumptions when there is no file or it cannot be read."""
    if path is None:
        return Speed()
    try:
        stored = json.loads(path.read_text("utf-8"))
        factors = {str(preset): float(factor) for preset, factor in stored["factors"].items() if 1e-3 < factor < 1e3}
        return Speed(factors, min(max(float(stored["start"]), 0.1), 120.0))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Speed()


def keep_speed(speed: Speed, path: Path | None) -> None:
    """Write what was measured to the file, whole or not at all; the load is of the moment and is not kept."""
    if path is not None:
        write_atomically(path, json.dumps({"factors": dict(speed.factors), "start": speed.start}))
