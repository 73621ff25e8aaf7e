"""Times of day in a column of their own."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

_PARTS_OF_A_DAY = (24, 48, 96, 144, 288)


def read_periods(column: pd.Series) -> np.ndarray | None:
    """Read numbers that count the parts of a day (24 hours, 48 half hours …) as timedelta64; None when they do not.

    A day on which the clocks go back may have the parts of one hour more.
    """
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return None
    numbers = column.astype("float64")
    if numbers.empty or not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any():
        return None
    low, high = int(numbers.min()), int(numbers.max())
    number = next((parts for parts in _PARTS_OF_A_DAY if parts <= high - low + 1 <= parts + parts // 24), None)
    if low not in (0, 1) or number is None or numbers.nunique() != high - low + 1:
        return None
    seconds: np.ndarray = pd.to_timedelta((numbers - low) * (86400 / number), unit="s").to_numpy()
    return seconds


_UNTIL = re.compile(r"(?<=\d)\s{0,9}(?:[-–—]|to|bis)\s{0,9}\d{1,2}(?:[:.h]\d{2})?\s{0,9}h?$")
_CLOCK = re.compile(
    r"^(\d{1,2})(?:[:.h](\d{1,2}))?(?:[:.m](\d{1,2})(?:[.,]\d+)?)?\s{0,9}(?:s)?\s{0,9}([AaPp]\.?[Mm]\.?)?$"
)


def read_clock(column: pd.Series) -> np.ndarray | None:
    """Read times of day as timedelta64, or return None when a column holds none."""
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return None
    if pd.api.types.is_numeric_dtype(column):
        numbers = column.astype("float64")
        known = numbers.dropna()
        if known.empty or (known < 0).any():
            return None
        if (known == np.floor(known)).all() and known.max() <= 24:
            return pd.to_timedelta(numbers, unit="h").to_numpy()
        if (known == np.floor(known)).all() and known.max() <= 2400 and (known % 100 < 60).all():
            return (pd.to_timedelta(numbers // 100, unit="h") + pd.to_timedelta(numbers % 100, unit="min")).to_numpy()
        if (
            (known == np.floor(known)).all()
            and known.max() <= 240_000
            and (known % 100 < 60).all()
            and (known // 100 % 100 < 60).all()
        ):
            return pd.to_timedelta(
                numbers // 10000 * 3600 + numbers // 100 % 100 * 60 + numbers % 100, unit="s"
            ).to_numpy()
        if known.max() < 1:
            return pd.to_timedelta((numbers * 86400).round(), unit="s").to_numpy()
        return None
    codes, uniques = pd.factorize(column.astype("str").str.strip())
    seconds = np.full(len(uniques) + 1, np.nan)
    for index, text in enumerate(uniques):
        match = _CLOCK.match(_UNTIL.sub("", str(text)))
        if match and int(match[1]) <= 24 and int(match[2] or 0) < 60 and int(match[3] or 0) <= 60:
            hour = int(match[1])
            if match[4]:
                hour = hour % 12 + (12 if match[4][0] in "pP" else 0)
            seconds[index] = hour * 3600 + int(match[2] or 0) * 60 + int(match[3] or 0)
    spread = seconds[codes]
    if np.isnan(spread).mean() > 0.1:
        return None
    return pd.to_timedelta(spread, unit="s").to_numpy()
