"""Whether year, month or day comes first: decided by what makes the rows of a table run evenly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from assistant.dataset.choices import DateOrder
from assistant.dataset.vocabulary import month_number

_ENOUGH = 0.9
_PIVOT = 36  # two-digit years from here on are of the last century: tables tell of the past
_DAYS = 20  # different days of the month, from which on two digits that run up to 31 are no years
_FEW_TURNS = 3
_FEW_OF_SHAPE = 0.05  # share of the texts that are of the rarer of two shapes
_MOST_UNEVEN = 0.2
_WRAP = 90  # years that no table skips from one row to the next
_ORDERS: tuple[tuple[str, DateOrder, str], ...] = (
    ("ymd", "year first", "year, month, day"),
    ("dmy", "day first", "day, month, year"),
    ("mdy", "month first", "month, day, year"),
    ("ydm", "year first", "year, day, month"),
)
# Which order is usual for a separator, for when the rows do not tell.
_USUAL = {"/": ("mdy", "dmy", "ymd", "ydm"), ".": ("dmy", "ymd", "mdy", "ydm")}
_DEFAULT = ("ymd", "dmy", "mdy", "ydm")


def full_year(year: int, digits: int) -> int:
    """Return a year with its century; two digits are taken as of the past hundred years, about."""
    if digits > 2:
        return year
    return year + (2000 if year < _PIVOT else 1900)


def in_one_century(days: pd.DatetimeIndex, rows: np.ndarray) -> pd.DatetimeIndex:
    """Move days of two-digit years to the last century when the rows pass from 35 to 36 and would fall back by 99 years.

    `rows` gives for each row of the table the position of its day (or -1).
    """
    years = np.asarray(days.year, dtype="float64")[rows[rows >= 0]]
    steps = np.diff(years[~np.isnan(years)])
    back, forth = bool((steps < -_WRAP).any()), bool((steps > _WRAP).any())
    if back == forth:
        return days
    late = np.asarray(days.year >= 2000)
    return days.where(~late, days - pd.DateOffset(years=100))


@dataclass(frozen=True, eq=False)
class Tokens:
    """Dates split into three parts each: `numbers` (texts, 3), -1 where there is none, and how many digits each had.

    A month's name counts as its number with no digits.
    """

    numbers: np.ndarray = field(repr=False)
    digits: np.ndarray = field(repr=False)

    @classmethod
    def of(cls, parts: Sequence[Any]) -> Tokens:
        """Make tokens of triples of texts (None where a text is no date)."""
        columns = [pd.Series([part[place] if part else "" for part in parts], dtype="str") for place in range(3)]
        return cls.of_columns(columns)

    @classmethod
    def of_columns(cls, columns: Sequence[pd.Series]) -> Tokens:
        """Make tokens of three columns of texts."""
        numbers = np.full((len(columns[0]), 3), -1, dtype="int64")
        digits = np.full((len(columns[0]), 3), -1, dtype="int64")
        for place, column in enumerate(columns):
            codes, uniques = pd.factorize(column)
            read = [_number(str(text)) for text in uniques]
            numbers[:, place] = np.array([number for number, _ in read], dtype="int64")[codes]
            digits[:, place] = np.array([size for _, size in read], dtype="int64")[codes]
        return cls(numbers, digits)


def _number(text: str) -> tuple[int, int]:
    if text.isascii() and text.isdecimal():
        return int(text), len(text)
    month = month_number(text)
    return (month, 0) if month else (-1, -1)


@dataclass(frozen=True, eq=False)
class Reading:
    """One way to read dates: the order of its parts, its name, the values."""

    letters: str
    order: DateOrder
    form: str
    values: pd.DatetimeIndex = field(repr=False)


def rank_readings(
    tokens: Tokens, sign: str, clocks: np.ndarray | None, order: DateOrder | None, rows: np.ndarray
) -> list[Reading]:
    """Return the likeliest reading of dates, and behind it another one if that fits about as well.

    `rows` gives for each row of the table the position of its text (or -1); `order` settles what the texts leave open.
    """
    readings: list[Reading] = []
    shares: list[float] = []
    for letters, kind, form in _ORDERS:
        days = _assemble(tokens, letters)
        share = float((~np.isnat(days)).mean())
        if share >= _ENOUGH and not (letters == "ydm" and readings and readings[0].letters == "ymd"):
            values = pd.DatetimeIndex(days)
            if (tokens.digits[:, letters.index("y")] == 2).any():
                values = in_one_century(values, rows)
            readings.append(Reading(letters, kind, form, with_clock(values, clocks)))
            shares.append(share)
    if not readings:
        return []
    readings = [reading for reading, share in zip(readings, shares, strict=True) if share >= max(shares) - 1e-9]
    wanted = [reading for reading in readings if reading.order == order]
    if wanted:
        return wanted[:1]
    readings = _in_order(_without_days_as_years(readings, tokens), rows)
    usual = _USUAL.get(sign.strip()[:1], _DEFAULT)
    rhythm = {reading.letters: _rhythm(reading.values, rows) for reading in readings}
    readings.sort(key=lambda reading: (*rhythm[reading.letters], usual.index(reading.letters)))
    chosen = readings[0]
    most = 1.5 * rhythm[chosen.letters][0]
    rivals = [
        reading
        for reading in readings[1:]
        if rhythm[reading.letters][0] <= most and not (reading.values == chosen.values).all()
    ]
    if sign.strip()[:1] == "." and chosen.letters == "dmy":
        return [chosen]  # nobody writes the month first with points
    return [chosen, *rivals[:1]]


def rank_mixed(
    tokens: Tokens, shapes: np.ndarray, clocks: np.ndarray | None, rows: np.ndarray, single: Reading | None
) -> list[Reading]:
    """Return the likeliest readings of dates of two shapes in one column, each of which has an order of its own.

    A program that took the days up to 12 for months leaves such columns. They count only where they make the rows run
    far more evenly than the one order `single` for both does (None where none fits); `shapes` tells for each text which
    of the two shapes it has.
    """
    found = []
    groups = [shapes == kind for kind in (0, 1)]
    if min(group.mean() for group in groups) < _FEW_OF_SHAPE:
        return []
    days = {letters: _assemble(tokens, letters) for letters, *_ in _ORDERS}
    fitting = [[order for order in _ORDERS if (~np.isnat(days[order[0]][group])).mean() >= _ENOUGH] for group in groups]
    most = 0.5 * _rhythm(single.values, rows)[0] if single is not None else _MOST_UNEVEN
    for one in fitting[0]:
        for two in fitting[1]:
            values = with_clock(pd.DatetimeIndex(np.where(groups[0], days[one[0]], days[two[0]])), clocks)
            if one[0] != two[0] and (uneven := _rhythm(values, rows)[0]) < most:
                order = (one if groups[0].sum() >= groups[1].sum() else two)[1]
                found.append((uneven, Reading(f"{one[0]} {two[0]}", order, f"{one[2]}; elsewhere {two[2]}", values)))
    found.sort(key=lambda item: item[0])
    return [reading for uneven, reading in found[:2] if uneven <= 1.5 * found[0][0]]


def _without_days_as_years(readings: list[Reading], tokens: Tokens) -> list[Reading]:
    """Leave out readings whose first part, of two digits, would be a year while it runs up to 31 as days do."""
    first = tokens.numbers[:, 0][tokens.numbers[:, 0] > 0]
    two = bool((tokens.digits[:, 0] <= 2).all())
    days = two and len(first) and first.max() in (29, 30, 31) and len(np.unique(first)) >= _DAYS
    kept = [reading for reading in readings if not (days and reading.letters[0] == "y")]
    return kept or readings


def _in_order(readings: list[Reading], rows: np.ndarray) -> list[Reading]:
    """Leave out readings under which the rows turn back far more often than under another one."""
    turns = []
    for reading in readings:
        moments = reading.values.to_numpy()[rows[rows >= 0]]
        steps = np.diff(moments[~np.isnat(moments)]).astype("timedelta64[s]").astype("int64")
        turns.append(int(min((steps > 0).sum(), (steps < 0).sum())))
    return [
        reading
        for reading, number in zip(readings, turns, strict=True)
        if number <= 2 * min(turns, default=0) + _FEW_TURNS
    ]


def with_clock(days: pd.DatetimeIndex, clocks: np.ndarray | None) -> pd.DatetimeIndex:
    """Return days with the times of day added."""
    return days if clocks is None else days + pd.TimedeltaIndex(clocks)


def _assemble(tokens: Tokens, letters: str) -> np.ndarray:
    """Make datetime64[s] of tokens in the order that `letters` gives; NaT where they are no date."""
    place = {letter: index for index, letter in enumerate(letters)}
    year, month, day = (tokens.numbers[:, place[letter]] for letter in "ymd")
    year_digits, month_digits, day_digits = (tokens.digits[:, place[letter]] for letter in "ymd")
    year = np.where(year_digits == 2, year + np.where(year < _PIVOT, 2000, 1900), year)
    good = (
        np.isin(year_digits, (2, 4))
        & np.isin(month_digits, (0, 1, 2))
        & np.isin(day_digits, (1, 2))
        & (year >= 1000) & (year <= 2500) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    )  # fmt: skip
    months = (np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1
    starts = months.astype("datetime64[M]")
    days = starts.astype("datetime64[D]") + np.where(good, day, 1) - 1
    good &= days.astype("datetime64[M]") == starts
    days[~good] = np.datetime64("NaT")
    moments: np.ndarray = days.astype("datetime64[s]")
    return moments


def _rhythm(values: pd.DatetimeIndex, rows: np.ndarray) -> tuple[float, bool]:
    """Return the share of steps that break the rhythm (back, or of an unusual length), and whether its kind is unusual.

    Rows on one day of the month are measured in months, so that months of different lengths are steps alike; the day is
    usually the first or one of the last.
    """
    moments = values.to_numpy()[rows[rows >= 0]]
    moments = moments[~np.isnat(moments)]
    seconds = moments.astype("datetime64[s]").astype("int64")
    steps = np.diff(seconds)
    steps = steps[steps != 0]
    if not len(steps):
        return 0.0, False
    back = float(min((steps > 0).mean(), (steps < 0).mean()))
    distinct = np.unique(seconds)
    gaps = np.diff(distinct)
    months = distinct.astype("datetime64[s]").astype("datetime64[M]")
    in_month = distinct // 86400 - months.astype("datetime64[D]").astype("int64")
    # Hours of a few days are no months: then several moments share a month.
    monthly = len(np.unique(in_month)) == 1 and 2 < len(distinct) == len(np.unique(months))
    if monthly:
        gaps = np.diff(months.astype("int64"))
    _, counts = np.unique(gaps, return_counts=True)
    return back + 1.0 - float(counts.max()) / len(gaps), bool(monthly and 0 < in_month[0] < 27)
