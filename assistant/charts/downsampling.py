"""Fewer points for the same picture."""

from __future__ import annotations

import numpy as np


def thin(x: np.ndarray, y: np.ndarray, most: int = 1600) -> tuple[np.ndarray, np.ndarray]:
    """Return at most about `most` points of a line such that every peak and trough is still there.

    The rows are cut into stretches of equal length, of which the lowest, the highest and the outer points are kept.
    Gaps (not-a-number) stay gaps.
    """
    count = len(x)
    if count <= most:
        return x, y
    stretches = np.array_split(np.arange(count), max(1, most // 4))
    kept: list[int] = []
    for rows in stretches:
        part = y[rows]
        inner = {int(rows[0]), int(rows[-1])}
        gaps = np.flatnonzero(np.isnan(part))
        inner.update(int(rows[gap]) for gap in gaps[:1])
        if len(gaps) < len(part):
            inner.update((int(rows[np.nanargmin(part)]), int(rows[np.nanargmax(part)])))
        kept.extend(sorted(inner))
    return x[kept], y[kept]
