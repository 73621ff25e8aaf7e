"""The times of a table's rows, as they were read."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from assistant.dataset.choices import DateOrder


@dataclass(frozen=True, eq=False)
class TimeReading:
    """The times of a table's rows.

    `values` are datetime64 without a zone (NaT where a row has none); `form` names the form; `other` is a second
    reading that fits as well, with `other_form`; `season` is the number of rows after which an undated cycle repeats
    (forms such as `1-01`), where `values` is None; `notes` say what was done to reach the values.
    """

    columns: tuple[str, ...]
    form: str
    values: pd.DatetimeIndex | None = field(repr=False, default=None)
    other: pd.DatetimeIndex | None = field(repr=False, default=None)
    other_form: str = ""
    season: int = 1
    step: str = ""
    unread: int = 0
    examples: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    order: DateOrder | None = None

    @property
    def read(self) -> float:
        """Return the share of rows that have a time."""
        if self.values is None:
            return 1.0
        return float(np.mean(self.values.notna())) if len(self.values) else 0.0


def count_missing(moments: pd.DatetimeIndex) -> int:
    """Return how many of the moments are missing."""
    return int(np.isnat(moments.to_numpy()).sum())
