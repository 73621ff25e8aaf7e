"""The calendar as inputs: the phase of the day, the week and the year, known in advance for any moment."""

from __future__ import annotations

import numpy as np

CYCLES = ("day", "week", "year")


def calendar_inputs(moments: np.ndarray, cycles: tuple[str, ...]) -> np.ndarray:
    """Return sine and cosine of each cycle's phase (rows, 2·cycles) for moments (rows,) of numpy's datetime64."""
    seconds = moments.astype("datetime64[s]").astype(np.int64)
    years = moments.astype("datetime64[Y]")
    began = years.astype("datetime64[s]").astype(np.int64)
    length = (years + 1).astype("datetime64[s]").astype(np.int64) - began
    phases = {"day": seconds / 86_400, "week": seconds / 604_800, "year": (seconds - began) / length}
    angles = [2 * np.pi * phases[cycle] for cycle in cycles]
    columns = [wave(angle) for angle in angles for wave in (np.sin, np.cos)]
    return np.stack(columns, axis=1) if columns else np.zeros((len(moments), 0))
