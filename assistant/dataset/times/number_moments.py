"""Moments that tables write as numbers."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from assistant.dataset.times.time_reading import TimeReading, count_missing
from assistant.dataset.vocabulary import TIME_NAMES, plain_name

_EPOCHS = (
    (1e8, 6e9, "s", "epoch seconds"),
    (1e11, 6e12, "ms", "epoch milliseconds"),
    (1e14, 6e15, "us", "epoch microseconds"),
    (1e17, 9.2e18, "ns", "epoch nanoseconds"),
)
_NOW = (8e8, 2.2e9)  # seconds since 1970 in which data that name no time were recorded: 1995 to 2039
_YEARS = (1500, 2200)


def read_number_moments(column: pd.Series, name: str) -> TimeReading | None:
    """Read numbers (float64) as moments: years, dates run together, seconds since 1970 …; None when they are none."""
    start = column.iloc[:1000].to_numpy()
    if (start < 0).any():
        return None
    known = column.dropna()
    if len(known) < 2 or len(known) < 0.9 * len(column):
        return None
    numbers = known.to_numpy()
    if not np.isfinite(numbers).all() or (numbers < 0).any():
        return None
    named = plain_name(name) in TIME_NAMES or bool(
        re.search(r"(?i)date|time|year|month|jahr|epoch|unix|period|stamp|datum|zeit|fecha|monat", name)
    )
    if (numbers == np.floor(numbers)).all():
        return _read_whole_numbers(column, numbers, name, named)
    return _read_fractions(column, numbers, name, named)


def _read_whole_numbers(column: pd.Series, numbers: np.ndarray, name: str, named: bool) -> TimeReading | None:
    low, high = numbers.min(), numbers.max()
    rising = _mostly_one_way(numbers)
    if low >= _YEARS[0] and high <= _YEARS[1]:
        if named or (rising and np.median(np.abs(np.diff(np.unique(numbers)))) == 1 and len(np.unique(numbers)) > 5):
            return _made(
                name, "year", pd.to_datetime(column.astype("Int64").astype("str"), format="%Y", errors="coerce")
            )
        return None
    for digits, form, pattern in (
        (6, "YYYYMM", "%Y%m"),
        (8, "YYYYMMDD", "%Y%m%d"),
        (10, "YYYYMMDDHH", "%Y%m%d%H"),
        (12, "YYYYMMDDHHMM", "%Y%m%d%H%M"),
        (14, "YYYYMMDDHHMMSS", "%Y%m%d%H%M%S"),
    ):
        if not 10 ** (digits - 1) <= low <= high < 10**digits:
            continue
        texts = column.astype("Int64").astype("str")
        first = texts.str.slice(0, 4)
        if not pd.to_numeric(first, errors="coerce").dropna().between(*_YEARS).all():
            continue
        if digits == 10 and (hours := texts.str.slice(8, 10)).eq("24").any():
            values = pd.to_datetime(texts.str.slice(0, 8), format="%Y%m%d", errors="coerce") + pd.to_timedelta(
                pd.to_numeric(hours, errors="coerce"), unit="h"
            )
        else:
            values = pd.to_datetime(texts, format=pattern, errors="coerce")
        if values.notna().sum() >= 0.98 * len(numbers) and (named or rising or digits >= 8):
            return _made(name, form, values)
    if len(np.unique(numbers)) > 2 and (named or rising):
        for least, most, unit, form in _EPOCHS:
            if least <= low and high <= most:
                return _made(name, form, _from_epoch(column, unit))
        if named and low >= 20_000 and high <= 80_000 and rising:
            return _made(name, "spreadsheet day number", _from_days(column))
        if named and low >= 10**5 and high < 10**6:
            values = pd.to_datetime(column.astype("Int64").astype("str"), format="%y%m%d", errors="coerce")
            if values.notna().all():
                return _made(name, "YYMMDD", values)
    return None


def _from_epoch(column: pd.Series, unit: str) -> pd.Series:
    micros = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}[unit]
    known = column.notna().to_numpy()
    moments = np.full(len(column), np.datetime64("NaT", "us"))
    moments[known] = np.round(column.to_numpy()[known] * micros).astype("int64").astype("datetime64[us]")
    return pd.Series(moments)


def _from_days(column: pd.Series) -> pd.Series:
    seconds = (column * 86400).round()
    return pd.Timestamp("1899-12-30") + pd.to_timedelta(seconds, unit="s")


def _months_with_years(column: pd.Series) -> pd.Series | None:
    """Read 1.2012 or 10.201 as the months that were written as 01.2012 and 10.2010; None when they are none."""
    months = np.floor(column)
    years = np.round((column - months) * 10_000)
    known = column.notna()
    if not (months[known].between(1, 12).all() and years[known].between(*_YEARS).all()):
        return None
    if ((column - months) * 10_000 - years).abs().max() > 1e-6 * 10_000:
        return None
    steps = np.diff((years * 12 + months)[known].to_numpy())
    if not len(steps) or max((steps == 1).mean(), (steps == -1).mean(), (steps == 0).mean()) < 0.7:
        return None
    parts = pd.DataFrame({"year": years, "month": months, "day": 1})
    return pd.to_datetime(parts, errors="coerce")


def _read_fractions(column: pd.Series, numbers: np.ndarray, name: str, named: bool) -> TimeReading | None:
    low, high = numbers.min(), numbers.max()
    if high < 13 and (months := _months_with_years(column)) is not None:
        return _made(name, "MM.YYYY", months)
    if _YEARS[0] <= low and high <= _YEARS[1] and _mostly_one_way(numbers) and (named or _steady(numbers)):
        hundredths = np.round((numbers % 1) * 100)
        if (np.abs((numbers % 1) * 100 - hundredths) < 1e-6).all() and set(hundredths.astype(int)) == set(range(1, 13)):
            texts = column.map(lambda value: None if pd.isna(value) else f"{value:.2f}")
            return _made(name, "YYYY.MM", pd.to_datetime(texts, format="%Y.%m", errors="coerce"))
        whole = np.floor(column)
        start = pd.to_datetime(whole.astype("Int64").astype("str"), format="%Y", errors="coerce")
        days = np.where((whole % 4 == 0) & ((whole % 100 != 0) | (whole % 400 == 0)), 366, 365)
        seconds = ((column - whole) * days * 86400).round()
        values = pd.Series(pd.DatetimeIndex(start)) + pd.to_timedelta(seconds.to_numpy(), unit="s")
        step = float(np.median(np.diff(np.unique(numbers))))
        if abs(step - 1 / 12) < 0.004:
            months = np.floor((column - whole) * 12 + 0.05).clip(0, 11)
            values = pd.Series(pd.DatetimeIndex(start)).dt.to_period("M") + months.fillna(0).astype(int)
            values = values.dt.to_timestamp().where(column.notna().to_numpy())
        elif abs(step - 0.25) < 0.004:
            quarters = np.floor((column - whole) * 4 + 0.05).clip(0, 3)
            values = (
                pd.Series(pd.DatetimeIndex(start)).dt.to_period("Q") + quarters.fillna(0).astype(int)
            ).dt.to_timestamp()
        elif step < 0.5:
            values = values.dt.round("h") if step < 0.002 else values.dt.round("D")
        return _made(name, "year with decimals", values)
    if _mostly_one_way(numbers) and not named and _NOW[0] <= low and high <= _NOW[1] and _rises(numbers):
        return _made(name, "epoch seconds", _from_epoch(column, "s"))
    if _mostly_one_way(numbers) and named:
        for least, most, unit, form in _EPOCHS[:2]:
            if least <= low and high <= most:
                return _made(name, form, _from_epoch(column, unit))
        if low >= 20_000 and high <= 80_000:
            return _made(name, "spreadsheet day number", _from_days(column))
    return None


def _made(name: str, form: str, values: pd.Series) -> TimeReading:
    index = pd.DatetimeIndex(values)
    return TimeReading(columns=(name,), form=form, values=index, unread=count_missing(index))


def _mostly_one_way(numbers: np.ndarray) -> bool:
    steps = np.diff(numbers)
    steps = steps[steps != 0]
    return len(steps) > 0 and max((steps > 0).mean(), (steps < 0).mean()) > 0.9


def _rises(numbers: np.ndarray) -> bool:
    return bool((np.diff(numbers) > 0).all()) and numbers[-1] - numbers[0] < 1e-2 * numbers[0]


def _steady(numbers: np.ndarray) -> bool:
    steps = np.diff(numbers)
    middle = np.median(steps)
    return bool(middle > 0 and (np.abs(steps - middle) < 0.2 * middle).mean() > 0.8)


def dates_run_together(column: pd.Series) -> pd.Series | None:
    """Write numbers such as 31012019 as texts with signs between day, month and year; None when they are none."""
    known = column.dropna()
    if not len(known) or (known != np.floor(known)).any() or known.min() < 10**6 or known.max() >= 10**8:
        return None
    if not (known % 10_000).between(*_YEARS).all():
        return None
    digits = column.astype("Int64").astype("str").str.zfill(8)
    return digits.str.slice(0, 2) + "/" + digits.str.slice(2, 4) + "/" + digits.str.slice(4)
