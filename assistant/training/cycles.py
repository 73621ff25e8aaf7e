"""The calendar: where in the day, the week and the year a moment lies, known in advance for the future too."""

from __future__ import annotations

import numpy as np

FEWEST_CYCLES = 3  # that the training part must hold before a cycle says anything
CYCLES = ("day", "week", "year", "season")  # from the shortest; "season" is any other pattern, counted in rows


def phases(moments: np.ndarray, cycles: tuple[str, ...], season: int) -> np.ndarray:
    """Return the phase from 0 to 1 in each cycle (rows, cycles) of moments (rows,) of numpy's datetime64.

    Rows without dates, whose numbers are given in place of moments, have the cycle "season" alone.
    """
    found = []
    for cycle in cycles:
        if cycle == "season":
            found.append(np.arange(len(moments)) % season / season)
            continue
        seconds = moments.astype("datetime64[s]").astype(np.int64)
        if cycle == "year":
            years = moments.astype("datetime64[Y]")
            began = years.astype("datetime64[s]").astype(np.int64)
            found.append((seconds - began) / ((years + 1).astype("datetime64[s]").astype(np.int64) - began))
        else:
            length = {"day": 86_400, "week": 604_800}[cycle]
            found.append(seconds % length / length)
    return np.stack(found, axis=1) if found else np.zeros((len(moments), 0))


def around(phase: np.ndarray) -> np.ndarray:
    """Return sine and cosine of each phase (rows, 2·cycles), so that the end of a cycle lies beside its beginning."""
    angle = 2 * np.pi * phase
    return np.concatenate((np.sin(angle), np.cos(angle)), axis=1)
