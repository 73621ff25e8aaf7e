"""What the columns of a table hold: numbers, times, flags or words, and what had to be taken as missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from assistant.dataset.choices import Choices
from assistant.dataset.reading.table import Table
from assistant.dataset.reading.text_layout import has_decimal_comma
from assistant.dataset.repairs import DURATIONS, MARKS, SENTINEL, SIGNS, STRANGE_TEXTS
from assistant.dataset.series import Repair
from assistant.dataset.understanding.durations import read_durations
from assistant.dataset.understanding.number_texts import read_numbers

Kind = Literal["number", "time", "flag", "text", "empty"]
# The same, of which some tables are full: only far beyond all other numbers do they mean that there is none.
_BEYOND = frozenset({99.0, 99.9, 32767.0, -32768.0, -32767.0, 65535.0})
# Numbers that instruments write when there is no value.
_SENTINELS = frozenset(
    {-99.0, -99.9, -99.99, -200.0, -999.0, -999.9, -999.99, -7999.0, -8888.0, -9999.0, -9999.9, -99999.0}
    | {99.99, 999.0, 999.9, 999.99, 9999.0, 9999.9, 9999.99, -9999.99, 99999.0, 999999.0, 9.96921e36, 1e20, -1e20}
)
_SAME_ROWS = 0.5  # share of the rows with a code of one column in which it stands in another too
_FAR_BEYOND = 3.0  # times the span of all other numbers
_TRIED = 60  # columns that are tried as lengths of time where the table has no numbers
_SAMPLE = 2000
_COUNTED = 100_000
_YES = frozenset({"true", "yes", "y", "on", "t"})
_FLAGS = ({"true", "false"}, {"yes", "no"}, {"y", "n"}, {"on", "off"}, {"t", "f"})


@dataclass(frozen=True, eq=False)
class Column:
    """One column understood.

    `values` is float64 (NaN where missing) for numbers and flags, else None; `missing` counts the rows without a value,
    `repairs` says what was done to read it, `unit` is the sign that its values or its name carried. `distinct` is counted
    in an even sample of columns with more than 100,000 values.
    """

    name: str
    kind: Kind
    missing: int
    values: np.ndarray | None = field(repr=False, default=None)
    distinct: int = 0
    repairs: tuple[Repair, ...] = ()
    unit: str = ""
    unsure: bool = False  # its decimal sign could be read both ways
    code: float | None = None  # the number that stands for a missing value in it


def understand_columns(table: Table, choices: Choices | None = None) -> Mapping[str, Column]:
    """Return each column of a table understood, by its name."""
    choices = choices or Choices()
    hint: Literal[".", ","] = "," if table.reader.decimal_comma else "."
    columns = {
        name: _understand(name, table.frame[name], hint, choices, table.units.get(name, "")) for name in table.columns
    }
    if not any(column.kind == "number" and column.distinct > 2 for column in columns.values()):
        columns |= {
            name: found
            for name, column in list(columns.items())[:_TRIED]
            if column.kind == "text" and (found := _durations(name, table.frame[name], choices, alone=True)) is not None
        }
    if hint == "," and choices.decimal is None and not _has_decimal_commas(table):
        # Every comma stands before three digits: each may as well part thousands.
        columns |= {
            name: replace(column, unsure=True)
            for name, column in columns.items()
            if any(SIGNS.is_kind_of(repair, name) and "decimal commas" in repair.what for repair in column.repairs)
        }
    if hint == "." and any(_has_fractions(column) for _, column in table.frame.items()):
        # Points part the decimals elsewhere in the table.
        columns = {
            name: replace(column, unsure=False)
            if column.unsure and not _has_grouping_points(column, table.frame[name])
            else column
            for name, column in columns.items()
        }
    return _with_shared_codes(columns, choices)


def _with_shared_codes(columns: dict[str, Column], choices: Choices) -> dict[str, Column]:
    """Take a code for missing values of one column as such in others, where it stands in the same rows or beyond all else."""
    codes: dict[float, np.ndarray] = {}
    for column in columns.values():
        if column.code is not None and column.values is not None:
            here = np.isnan(column.values)
            codes[column.code] = codes[column.code] | here if column.code in codes else here
    found = dict(columns)
    for code, where in codes.items():
        for name, column in columns.items():
            if column.kind != "number" or column.code is not None or column.values is None:
                continue
            at = column.values == code
            rest = column.values[~at & ~np.isnan(column.values)]
            if not at.any() or (len(rest) and rest.min() <= code <= rest.max()):
                continue
            if max(where[at].mean(), at[where].mean()) >= _SAME_ROWS or (code < 0 and len(rest) and rest.min() >= 0):
                found[name] = _number(name, column.values, column.repairs, choices, column.unit, column.unsure, code)
    return found


def _has_grouping_points(column: Column, texts: pd.Series) -> bool:
    grouped = any("thousands separators" in repair.what for repair in column.repairs)
    return grouped and not texts.dropna().head(_SAMPLE).astype("str").str.contains(",").any()


def _has_fractions(column: pd.Series) -> bool:
    """Tell whether a column of numbers, sampled, has fractions of another length than thousandths, which could be groups."""
    if not pd.api.types.is_float_dtype(column):
        return False
    sample = column.dropna().head(_SAMPLE).to_numpy()
    finite = sample[np.isfinite(sample)]
    return bool((np.abs(finite * 100 - np.round(finite * 100)) < 1e-6).all() and (finite != np.floor(finite)).any())


def _has_decimal_commas(table: Table) -> bool:
    texts = (column for _, column in table.frame.items() if isinstance(column.dtype, pd.StringDtype))
    return any(column.dropna().head(_SAMPLE).map(has_decimal_comma).any() for column in texts)


def _durations(name: str, column: pd.Series, choices: Choices, *, alone: bool = False) -> Column | None:
    """Return a column of lengths of time, in minutes (of words, where that is switched off); None when it holds none."""
    minutes = read_durations(column, name, alone=alone)
    if minutes is None:
        return None
    repair = DURATIONS.made(int(np.isfinite(minutes).sum()), choices.undo, column=name)
    if not repair.applied:
        return Column(name, "text", int(column.isna().sum()), distinct=int(column.nunique()), repairs=(repair,))
    return _number(name, minutes, (repair,), choices, "min", False)


def _understand(name: str, column: pd.Series, hint: Literal[".", ","], choices: Choices, unit: str) -> Column:
    if pd.api.types.is_datetime64_any_dtype(column):
        return Column(name, "time", int(column.isna().sum()), distinct=_distinct_moments(column))
    if pd.api.types.is_bool_dtype(column):
        return _flag(name, column, column.astype("float64"), unit)
    if pd.api.types.is_numeric_dtype(column):
        return _number(name, column.to_numpy(dtype="float64", na_value=np.nan), (), choices, unit, False)
    missing = int(column.isna().sum())
    if missing == len(column):
        return Column(name, "empty", missing)
    if (flags := _read_flags(column)) is not None:
        return _flag(name, column, flags, unit)
    reading = read_numbers(column, choices.decimal, hint)
    if reading is None:
        return _durations(name, column, choices) or Column(name, "text", missing, distinct=int(column.nunique()))
    repairs = _reading_repairs(name, reading.marks, reading.strange, reading.signs, choices.undo)
    if any(not repair.applied for repair in repairs if not MARKS.is_kind_of(repair)):
        return Column(name, "text", missing, distinct=int(column.nunique()), repairs=repairs)
    values = reading.values
    if reading.marks and MARKS.is_off(choices.undo, name):
        marked = column.astype("str").str.strip().isin(list(reading.marks)).to_numpy(dtype=bool, na_value=False)
        values = np.where(marked, 0.0, values)
    return _number(name, values, repairs, choices, unit or reading.unit, reading.unsure)


def _distinct_moments(column: pd.Series) -> int:
    sample = column if len(column) <= _COUNTED else column.iloc[:: len(column) // _COUNTED + 1]
    return int(sample.nunique())


def _read_flags(column: pd.Series) -> pd.Series | None:
    uniques = column.dropna().unique()
    if len(uniques) > 2:
        return None
    words = {str(text).strip().lower() for text in uniques}
    for pair in _FLAGS:
        if words == pair:
            return column.map(lambda text: float(str(text).strip().lower() in _YES), na_action="ignore").astype(
                "float64"
            )
    return None


def _flag(name: str, column: pd.Series, values: pd.Series, unit: str) -> Column:
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    return Column(name, "flag", int(np.isnan(numbers).sum()), values=numbers, distinct=int(column.nunique()), unit=unit)


def _reading_repairs(
    name: str, marks: Mapping[str, int], strange: Mapping[str, int], signs: tuple[str, ...], undo: frozenset[str]
) -> tuple[Repair, ...]:
    """Say what was done to read a column; switched off, marks count as zero, and other texts make it one of words."""
    repairs = []
    if marks:
        shown = ", ".join(repr(mark) for mark in marks)
        repairs.append(MARKS.made(sum(marks.values()), undo, column=name, shown=shown))
    if strange:
        shown = ", ".join(repr(text[:40]) for text in list(strange)[:3])
        repairs.append(STRANGE_TEXTS.made(sum(strange.values()), undo, column=name, shown=shown))
    if signs:
        repairs.append(SIGNS.made(1, undo, column=name, signs=" and ".join(signs)))
    return tuple(repairs)


def _number(
    name: str,
    values: np.ndarray,
    repairs: tuple[Repair, ...],
    choices: Choices,
    unit: str,
    unsure: bool,
    code: float | None = None,
) -> Column:
    finite = np.isfinite(values)
    if not finite.all():
        values = np.where(finite, values, np.nan)
    known = values if finite.all() else values[finite]
    if not len(known):
        return Column(name, "empty", len(values), repairs=repairs)
    sentinel = code if code is not None else _find_sentinel(known)
    if sentinel is not None:
        count = int((values == sentinel).sum())
        repair = SENTINEL.made(count, choices.undo, column=name, number=f"{sentinel:g}")
        if repair.applied:
            values = np.where(values == sentinel, np.nan, values)
            known = known[known != sentinel]
        repairs = (*repairs, repair)
    if not len(known):
        return Column(name, "empty", len(values), repairs=repairs)
    return Column(
        name,
        "number",
        len(values) - len(known),
        values=values,
        distinct=_count_distinct(known),
        repairs=repairs,
        unit=unit,
        unsure=unsure,
        code=sentinel,
    )


def _count_distinct(known: np.ndarray) -> int:
    """Count distinct values, in an even sample of very long columns."""
    sample = known if len(known) <= _COUNTED else known[:: len(known) // _COUNTED + 1]
    distinct = len(pd.unique(sample))
    return 2 if distinct == 1 and len(known) > len(sample) and known.min() != known.max() else distinct


def _find_sentinel(known: np.ndarray) -> float | None:
    """A sentinel is one of the usual numbers, lies at the edge and far from all the rest."""
    low, high = float(known.min()), float(known.max())
    for edge in (low, high):
        if edge not in _SENTINELS and edge not in _BEYOND:
            continue
        rest = known[known != edge]
        if len(rest) < 3 or len(rest) < 0.2 * len(known):
            continue
        span = max(float(rest.max() - rest.min()), 1e-9)
        distance = float(rest.min() - edge) if edge == low else float(edge - rest.max())
        repeated = int((known == edge).sum())
        if edge in _BEYOND:
            if repeated > 1 and distance > _FAR_BEYOND * span:
                return edge
            continue
        if edge < 0 and rest.min() >= 0 and edge <= -99 and distance > 0.3 * span:
            return edge
        if distance > (0.5 if repeated > 1 else 2.0) * span:
            return edge
    return None
