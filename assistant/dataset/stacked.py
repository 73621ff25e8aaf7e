"""Several series stacked in one table: finding the column that tells them apart, and taking one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assistant.dataset.choices import SeriesChoice
from assistant.dataset.columns import Column
from assistant.dataset.series import Repair
from assistant.dataset.times import TimeReading, find_parts

_MOST = 50_000


@dataclass(frozen=True)
class Stack:
    """Several series in one table: the column that tells them apart, and the rows of each (the longest first)."""

    column: str
    rows: Mapping[str, int]


def find_stack(
    frame: pd.DataFrame, columns: Mapping[str, Column], time: TimeReading | None, target: str = ""
) -> Stack | None:
    """Find a column within whose values each moment stands once while it stands often in the whole table."""
    if time is None or time.values is None or len(frame) < 4:
        return None
    moments = time.values
    if moments.nunique() > 0.7 * len(frame):
        return None
    parts = set(find_parts(list(frame.columns)).values())
    best: tuple[float, str] | None = None
    for name, column in columns.items():
        if name in time.columns or name == target or name in parts:
            continue
        if column.kind not in ("text", "flag") and not _is_code(column):
            continue
        if not 2 <= column.distinct <= min(_MOST, len(frame) // 2) and not (
            column.kind == "flag" and column.distinct == 2
        ):
            continue
        codes, _ = pd.factorize(frame[name])
        pairs = pd.DataFrame({"code": codes, "moment": moments})
        single = 1 - pairs.duplicated().mean()
        if single > 0.97:
            weight = single + (0.02 if column.kind == "text" else 0.0) - 1e-6 * column.distinct
            if best is None or weight > best[0]:
                best = (weight, name)
    if best is None:
        return None
    counts = frame[best[1]].astype("str").value_counts()
    return Stack(column=best[1], rows={str(name): int(count) for name, count in counts.items()})


def _is_code(column: Column) -> bool:
    """Numbers that name things: whole, few, and each often."""
    if column.kind != "number" or column.values is None:
        return False
    known = column.values[~np.isnan(column.values)]
    return bool(len(known) and (known == np.floor(known)).all() and column.distinct <= max(len(known) / 10, 2))


def rows_of_choice(frame: pd.DataFrame, stack: Stack, choice: SeriesChoice | None) -> tuple[np.ndarray, Repair]:
    """Return the mask of the rows of the chosen series (the longest by default), and the repair that says so."""
    value = choice.value if choice and choice.value is not None else next(iter(stack.rows))
    mask = (frame[stack.column].astype("str") == value).to_numpy()
    others = len(stack.rows) - 1
    return mask, Repair(
        what=f"Of the {len(stack.rows):,} series in the table, the one where {stack.column} is {value} was taken.",
        count=int((~mask).sum()),
        why=f"The table holds one series for each {stack.column}, and {'the others have' if others > 1 else 'the other has'} the same moments.",
        key="series",
    )
