"""Several series stacked in one table: finding the column that tells them apart, and taking one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assistant.dataset.choices import SeriesChoice
from assistant.dataset.repairs import ONE_SERIES
from assistant.dataset.series import Repair
from assistant.dataset.times.time_reading import TimeReading
from assistant.dataset.understanding.columns import Column
from assistant.dataset.vocabulary import find_parts

_MOST = 50_000
_AND = " + "
_PAIRED = 6  # columns of which pairs are tried
_SINGLE = 0.97  # share of rows whose moment stands once in their series
_FILLED = 0.2  # share of moments that a series has, on average
_FULL = 0.6  # the same where small numbers, such as quantities, would tell the series apart
_NAMED = re.compile(
    r"(?i)(?:^|[_\W])(?:id|no|nr|code|key|store|shop|item|product|sku|dept|department|station|site|sensor|unit|meter"
    r"|region|zone|area|city|state|country|county|branch|family|group|type|class|cluster|household|building|room|user"
    r"|customer|patient|machine|device|node|line|series|location|wban|usaf|fips|ticker)(?:$|[_\W\d])|(?:Id|ID|Nr)$"
)
_UNITS = re.compile(r"(?i)(?:units?|uom|einheit|measure|unit of measure\w*|(?:.{0,80}[_\W])?code)$")
_INSTRUMENTS = re.compile(
    r"(?i)(?:^|[_\W])(?:device|sensor|station|node|meter|machine|logger|probe|mac|site|tag|ticker|symbol)"
    r"(?:$|[_\W\d]|id$|name$)"
)
_MOST_INSTRUMENTS = 100
_LEAST_TURNS = 20  # rows of each instrument
_TURNS = 0.2  # share of rows that another instrument wrote than the row before


@dataclass(frozen=True)
class Stack:
    """Several series in one table: the column that tells them apart, and the rows of each (the longest first)."""

    column: str
    rows: Mapping[str, int]


def find_stack(
    frame: pd.DataFrame, columns: Mapping[str, Column], time: TimeReading | None, target: str = ""
) -> Stack | None:
    """Find a column (or several together) within whose values each moment stands once, while it stands often in the table.

    Several columns are named with " + " between them, and so are their values. Series without a value of the target are
    left out, and those with most of them come first.
    """
    if time is None or time.values is None or len(frame) < 4:
        return None
    if time.values.is_unique:
        return _taking_turns(frame, columns, time, target)
    moments, _ = pd.factorize(time.values)
    number = int(moments.max()) + 1
    if number < 2 or number > 0.7 * len(frame):
        return None
    parts = {name for name in find_parts(list(frame.columns)).values() if columns[name].kind != "text"}
    names = [
        name
        for name, column in columns.items()
        if name not in time.columns and name != target and name not in parts and _tells_apart(column, len(frame))
    ]
    codes = {name: pd.factorize(frame[name])[0] for name in names}
    least = {name: _FILLED if columns[name].kind != "number" or _NAMED.search(name) else _FULL for name in names}
    found = [(_quality(code, moments, number, least[name]), name) for name, code in codes.items()]
    # Of columns that tell the series apart equally well, one that only holds their units or codes says least.
    best = max(found, key=lambda item: (item[0], not _UNITS.match(item[1]), item[1]), default=(0.0, ""))
    if best[0] == 0.0:
        wide = set(sorted(names, key=lambda name: -columns[name].distinct)[:_PAIRED])
        few = [name for name in names if name in wide]
        pairs = [
            (
                _quality(
                    codes[one] * (codes[two].max() + 2) + codes[two], moments, number, max(least[one], least[two])
                ),
                f"{one}{_AND}{two}",
            )
            for place, one in enumerate(few)
            for two in few[place + 1 :]
        ]
        best = max(pairs, key=lambda pair: pair[0], default=(0.0, ""))
    found_in = best[1] if best[0] > 0.0 else _all_together(codes, moments, number, least, columns)
    return make_stack(frame, found_in, columns.get(target)) if found_in else None


def _all_together(
    codes: Mapping[str, np.ndarray],
    moments: np.ndarray,
    number: int,
    least: Mapping[str, float],
    columns: Mapping[str, Column],
) -> str:
    """Return the fewest columns that tell the series apart together, by leaving out one after the other; "" for none."""
    names = sorted(codes, key=lambda name: (columns[name].kind == "number", columns[name].distinct))[:_PAIRED]

    def quality(chosen: Sequence[str]) -> float:
        together = np.zeros(len(moments), dtype="int64")
        for name in chosen:
            together = pd.factorize(together * (int(codes[name].max()) + 2) + codes[name])[0].astype("int64")
        return _quality(together, moments, number, max((least[name] for name in chosen), default=1.0))

    if quality(names) == 0.0:
        return ""
    for name in reversed(names):
        fewer = [other for other in names if other != name]
        names = fewer if quality(fewer) > 0.0 else names
    return _AND.join(name for name in codes if name in names)


def _taking_turns(frame: pd.DataFrame, columns: Mapping[str, Column], time: TimeReading, target: str) -> Stack | None:
    """Find the instruments that write into one table in turns, so that no two rows have the same moment."""
    assert time.values is not None
    order = np.argsort(time.values.to_numpy(), kind="stable")
    for name, column in columns.items():
        if (
            name in time.columns
            or name == target
            or not _INSTRUMENTS.search(name)
            or column.kind not in ("text", "number")
        ):
            continue
        if not 2 <= column.distinct <= min(_MOST_INSTRUMENTS, len(frame) // _LEAST_TURNS) or column.missing:
            continue
        if column.kind == "number" and not _is_code(column):
            continue
        codes = pd.factorize(frame[name])[0][order]
        turns = float((np.diff(codes) != 0).mean())
        if turns > _TURNS and np.bincount(codes).min() >= _LEAST_TURNS:
            return make_stack(frame, name, columns.get(target))
    return None


def make_stack(frame: pd.DataFrame, column: str, target: Column | None = None) -> Stack | None:
    """Return the series that a column (or several, with " + " between their names) tells apart; None when there is none.

    Rows count that hold a value of `target`, where it is given.
    """
    labels = labels_of(frame, column)
    if labels is None:
        return None
    if target is not None and target.values is not None and target.missing < len(labels):
        labels = labels[~np.isnan(target.values)]
    counts = labels.value_counts(sort=False).sort_values(ascending=False, kind="stable")
    return Stack(column=column, rows={str(name): int(count) for name, count in counts.items()})


def labels_of(frame: pd.DataFrame, column: str) -> pd.Series | None:
    """Return for each row the name of its series; None when the frame has no such column."""
    if column in frame:
        return frame[column].astype("str")
    parts = column.split(_AND)
    if not all(part in frame for part in parts):
        return None
    labels = frame[parts[0]].astype("str").fillna("")
    for part in parts[1:]:
        labels = labels + _AND + frame[part].astype("str").fillna("")
    return labels


def _tells_apart(column: Column, rows: int) -> bool:
    if column.kind not in ("text", "flag") and not _is_code(column):
        return False
    return 2 <= column.distinct <= min(_MOST, rows // 2)


def _quality(codes: np.ndarray, moments: np.ndarray, number: int, least: float) -> float:
    """How well codes tell series apart: each moment once in each, and many moments in most; 0 when they do not."""
    pairs = codes.astype("int64") * number + moments
    distinct = len(np.unique(pairs))
    single = distinct / len(pairs)
    groups = len(np.unique(codes))
    filled = distinct / (groups * number)
    if single < _SINGLE or filled < least:
        return 0.0
    return single + 0.1 * filled - 1e-6 * groups


def _is_code(column: Column) -> bool:
    """Numbers that name things: whole, few, and each often."""
    if column.kind != "number" or column.values is None:
        return False
    known = column.values[~np.isnan(column.values)]
    return bool(len(known) and (known == np.floor(known)).all() and column.distinct <= max(len(known) / 10, 2))


def rows_of_choice(frame: pd.DataFrame, stack: Stack, choice: SeriesChoice | None) -> tuple[np.ndarray, Repair]:
    """Return the mask of the rows of the chosen series (the longest by default), and the repair that says so."""
    value = choice.value if choice and choice.value is not None else next(iter(stack.rows))
    labels = labels_of(frame, stack.column)
    assert labels is not None
    mask = (labels == value).fillna(False).to_numpy(dtype=bool)
    count = int((~mask).sum())
    return mask, ONE_SERIES.made(count, series=f"{len(stack.rows):,}", apart=stack.column, value=str(value))
