"""Findings on a table: what a student should know or decide before training on it and before sending it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from assistant import wording
from assistant.dataset.choices import Choices
from assistant.dataset.reading.table import Table
from assistant.dataset.repairs import GAPS, SAME_MOMENT, SHORT_HEADER
from assistant.dataset.series import Roles, Series, Source
from assistant.dataset.times.time_reading import TimeReading
from assistant.dataset.understanding.columns import Column
from assistant.dataset.understanding.stacked_series import Stack
from assistant.dataset.vocabulary import PERSON_NAMES, plain_name
from assistant.errors import DatasetError
from assistant.findings import Finding, Level

_EMAIL = re.compile(r"^[^@\s,;]+@[^@\s,;]+\.[A-Za-z]{2,}$")
_PHONE = re.compile(r"^\+?\(?\d[\d\s().-]{7,16}\d$")
_OF_PEOPLE = (("mail", "e-mail addresses"), ("phone", "phone numbers"), ("mobile", "phone numbers"), ("name", "names"))
_OUTLIER = 8.0  # times the spread of the middle half, from the median
_NEARLY_EMPTY = 0.7
_SHARED = 0.3  # share of the rows that share their moment with another one, from which on it is said
_FEWEST_SCALED = 30
_SAMPLE = 2000


@dataclass(frozen=True, eq=False)
class Understood:
    """What was understood of a table: its columns, times, several series in it, the roles, and the series or why none."""

    table: Table = field(repr=False)
    columns: Mapping[str, Column] = field(repr=False)
    time: TimeReading | None
    stack: Stack | None
    roles: Roles | None
    series: Series | None
    problem: DatasetError | None
    future: Mapping[str, str] = field(default_factory=dict)  # columns that hold the target's future, and how


def find_findings(known: Understood, source: Source | None, choices: Choices) -> tuple[Finding, ...]:
    """Return what a student should know of a table, the heaviest first."""
    found = [
        *_blocking(known.problem, known.series),
        *_times(known.time, choices),
        *_short_header(known.table),
        *_decimals(known.table, known.columns, choices),
        *_stacked(known.stack, choices),
        *_merged(known),
        *_filled(known.series),
        *_future(known),
        *_columns(known.columns, known.roles),
        *_outliers(known.series),
        *_scaled(known),
        *personal_columns(known.table, known.columns),
        *licence_findings(source),
        *address_findings(source),
    ]
    order = list(Level)
    return tuple(sorted(found, key=lambda finding: order.index(finding.level)))


def _warn(what: str, evidence: str = "", fix: str = "", level: Level = Level.WARN) -> Finding:
    return Finding(level=level, what=what, evidence=evidence, fix=fix, step="dataset")


def _blocking(problem: DatasetError | None, series: Series | None) -> list[Finding]:
    if problem is None or series is not None:
        return []
    return [_warn(problem.what, problem.evidence, problem.fix, Level.BLOCK)]


def _times(time: TimeReading | None, choices: Choices) -> list[Finding]:
    if time is None:
        return [
            _warn(
                "No column says when a row was.",
                "The rows are taken in their order, one step each.",
                "If a column holds dates, choose it as the time.",
            )
        ]
    found = []
    if time.other is not None and time.values is not None and choices.date_order is None:
        one, two = _span(time.values), _span(time.other)
        found.append(
            _warn(
                f"The dates in {time.columns[0]} can be read in two ways.",
                f"As {time.form}: {one}. As {time.other_form}: {two}. The first was taken.",
                "Pick the one that is right.",
            )
        )
    if time.unread:
        shown = f", such as {', '.join(map(repr, time.examples))}" if time.examples else ""
        found.append(
            _warn(
                f"{wording.counted('row', time.unread)} {wording.agree(time.unread, 'has', 'have')} no moment that can be read.",
                f"In {' and '.join(time.columns)}{shown}.",
                "They are left out; mend them in the file if they matter.",
            )
        )
    return found


def _short_header(table: Table) -> list[Finding]:
    """Say it when the rows have one value more than there are names."""
    return [
        _warn(
            "Each row has one value more than there are names of columns.",
            f"{repair.what.partition(': ')[2].capitalize()[:1]}{repair.what.partition(': ')[2][1:]} Perhaps a comma inside a "
            "number, as in 9,983.45 without quotation marks, was taken for the next column.",
            "Look at the first rows; switch the repair off to put the names the other way, or mend the file.",
        )
        for repair in table.repairs
        if SHORT_HEADER.is_kind_of(repair)
    ]


def _span(moments: pd.DatetimeIndex) -> str:
    known = moments[moments.notna()]
    if not len(known):
        return "no moments"
    # The day is put in by hand: Windows has no format for one without a leading zero.
    first, last = (f"{moment.day} {moment:%B %Y}" for moment in (known.min(), known.max()))
    return f"from {first} to {last}"


def _decimals(table: Table, columns: Mapping[str, Column], choices: Choices) -> list[Finding]:
    unsure = [name for name, column in columns.items() if column.unsure]
    if not unsure or choices.decimal:
        return []
    text, value = _unsure_example(table, columns[unsure[0]])
    sign = "comma" if "," in text else "point"
    other = value * 1000 if value == float(text.replace(",", ".")) else value / 1000
    return [
        _warn(
            f"The {sign} in the numbers of {', '.join(unsure)} may part the decimals or the thousands.",
            f"{text!r} can be {value:,.6g} or {other:,.6g}; it was read as {value:,.6g}, and the others likewise.",
            "Pick the one that is right.",
        )
    ]


def _unsure_example(table: Table, column: Column) -> tuple[str, float]:
    """Return a number as it is written, without what stands around it, and as it was read."""
    assert column.values is not None
    for text, value in zip(table.frame[column.name], column.values, strict=False):
        if value == value and (match := re.search(r"\d{1,3}[.,]\d{3}(?!\d)", str(text))):
            return match[0], abs(float(value))
    return "1.234", 1.234


def _stacked(stack: Stack | None, choices: Choices) -> list[Finding]:
    if stack is None or choices.series is not None:
        return []
    names = ", ".join(list(stack.rows)[:5])
    return [
        _warn(
            f"The table holds {wording.counted('series', len(stack.rows))}, one for each {stack.column}.",
            f"Among them {names}. The first was taken.",
            "Pick another, or put them together.",
        )
    ]


def _filled(series: Series | None) -> list[Finding]:
    if series is None:
        return []
    gaps = next((repair for repair in series.repairs if GAPS.is_kind_of(repair) and repair.applied), None)
    share = gaps.count / max(series.frame.size, 1) if gaps else 0.0
    if gaps is None or share < 0.05:
        return []
    return [
        _warn(
            f"{wording.percent(share)} of the values were missing and had to be filled.",
            gaps.what,
            "Scores on filled values say little; choose a table or a stretch with fewer gaps.",
        )
    ]


def _merged(known: Understood) -> list[Finding]:
    """Say it when most moments have several rows that no column tells apart."""
    merged = [
        repair
        for repair in (known.series.repairs if known.series else ())
        if SAME_MOMENT.is_kind_of(repair) and repair.applied
    ]
    if not merged or known.stack is not None or merged[0].count < _SHARED * known.table.rows:
        return []
    return [
        _warn(
            "Most moments have several rows, which no column tells apart.",
            merged[0].what,
            "Pick another way if that is not what is meant: their mean, their sum or the last.",
        )
    ]


def _future(known: Understood) -> list[Finding]:
    used = known.series.roles.features if known.series else ()
    return [
        _warn(
            f"{name} holds the future: it {how}.",
            "A forecast made with it could not be made when it is needed.",
            "Take it out of the features; with it, the verdict cannot say that the network is better."
            if name in used
            else "It was left out of the features.",
        )
        for name, how in known.future.items()
    ]


def _columns(columns: Mapping[str, Column], roles: Roles | None) -> list[Finding]:
    found = []
    empty = [name for name, column in columns.items() if column.kind == "empty"]
    nearly = [
        name
        for name, column in columns.items()
        if column.values is not None and len(column.values) and _NEARLY_EMPTY <= column.missing / len(column.values) < 1
    ]
    constant = [
        name for name, column in columns.items() if column.distinct == 1 and column.kind in ("number", "text", "flag")
    ]
    for names, what in ((empty, "empty"), (nearly, "nearly empty"), (constant, "the same in every row")):
        if names:
            shown = f"{', '.join(names[:8])}{' …' if len(names) > 8 else ''}"
            found.append(
                _warn(
                    f"The {wording.plural('column', len(names))} {shown} {wording.agree(len(names), 'is', 'are')} {what}.",
                    "",
                    f"Nothing can be learned from {wording.agree(len(names), 'it', 'them')}.",
                    Level.FINE,
                )
            )
    if roles and roles.target in columns:
        target = columns[roles.target]
        if target.values is not None and len(target.values) and target.missing > 0.2 * len(target.values):
            found.append(
                _warn(
                    f"{wording.percent(target.missing / len(target.values))} of the target {target.name} is missing.",
                    "",
                    "Choose a target with fewer gaps, if there is one.",
                )
            )
    return found


def _outliers(series: Series | None) -> list[Finding]:
    if series is None:
        return []
    values = series.values
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    spread = high - low
    if spread <= 0:
        return []
    far = np.flatnonzero(np.abs(values - middle) > _OUTLIER * spread)
    if not len(far) or len(far) > 0.01 * len(values) + 1:
        return []
    worst = far[np.abs(values[far] - middle).argmax()]
    where = f"{series.frame.index[worst]:%Y-%m-%d}" if series.dated else f"row {worst + 1:,}"
    return [
        _warn(
            f"{wording.counted('value', len(far))} of {series.target} far from all others.",
            f"The farthest is {values[worst]:g} at {where}; the middle half lies between {low:g} and {high:g}.",
            "Look whether they are mistakes; nothing was changed.",
        )
    ]


def _scaled(known: Understood) -> list[Finding]:
    """Say it when the target was scaled with all of its values, those of the test part among them."""
    target = known.columns.get(known.roles.target) if known.roles else None
    if target is None or target.values is None:
        return []
    values = target.values[~np.isnan(target.values)]
    fine = np.abs(values * 1000 - np.round(values * 1000)) > 1e-6
    if len(values) < _FEWEST_SCALED or fine.mean() < 0.5:
        return []
    low, high, mean, deviation = float(values.min()), float(values.max()), float(values.mean()), float(values.std())
    ends = (round(low, 9), round(high, 9)) in ((0.0, 1.0), (-1.0, 1.0)) and (values == low).sum() + (
        values == high
    ).sum() < 5
    standard = abs(mean) < 1e-3 and abs(deviation - 1) < max(1e-3, 1 / len(values))
    if not ends and not standard:
        return []
    told = (
        f"They run from exactly {low:g} to exactly {high:g}"
        if ends
        else "Their mean is 0 and their standard deviation 1"
    )
    return [
        _warn(
            f"The values of {target.name} look as if they were scaled with the whole series.",
            f"{told}: such a scale has seen the test part, which makes every score better than it is.",
            "Use the values as they were before they were scaled; they are scaled here by the training part alone.",
        )
    ]


def personal_columns(table: Table, columns: Mapping[str, Column]) -> list[Finding]:
    """Return a finding for each column that looks like personal data."""
    kinds: dict[str, str | None] = {}
    for name, column in columns.items():
        if column.kind in ("text", "number", "time"):
            sample = [str(value).strip() for value in table.frame[name].dropna().head(_SAMPLE)]
            kinds[name] = _personal_kind(name, column, sample)
    if any(kinds.values()):  # beside what is known of people, a name such as Name or Phone means theirs
        named = {name: next((kind for word, kind in _OF_PEOPLE if word in plain_name(name)), name) for name in kinds}
        kinds |= {name: kinds[name] or named[name] for name in kinds if plain_name(name) in PERSON_NAMES}
    return [
        _warn(
            f"The column {name} looks like personal data ({kind}).",
            "It would go out with the dataset.",
            "Take it out of the file, or hand in a link and the digest instead of the file.",
        )
        for name, kind in kinds.items()
        if kind
    ]


def _personal_kind(name: str, column: Column, sample: list[str]) -> str | None:
    if not sample:
        return None
    if column.kind == "text":
        if sum(bool(_EMAIL.match(text)) for text in sample) > 0.5 * len(sample):
            return "e-mail addresses"
        if sum(bool(_PHONE.match(text)) and sum(map(str.isdigit, text)) >= 8 for text in sample) > 0.8 * len(
            sample
        ) and re.search(r"(?i)phone|tel|mobile|contact|cell|fax", name):
            return "phone numbers"
    plain = plain_name(name)
    if plain not in PERSON_NAMES:
        return None
    if column.kind == "number":
        return (
            "phone numbers"
            if plain in ("phone", "phonenumber", "mobile", "telephone", "tel", "contact") and column.distinct > 5
            else None
        )
    if plain in ("name", "user", "contact", "address", "pan") and not _like_people(sample):
        return None
    return "names" if "name" in plain or plain in ("surname", "user") else name


def _like_people(sample: list[str]) -> bool:
    """Names of people are mostly two or three capitalised words, and mostly different."""
    full = sum(
        bool(
            re.fullmatch(
                r"[^\W\d_a-zà-ÿ][^\W\d]{0,40}[.,]?(?:\s{1,9}(?:[^\W\d_a-zà-ÿ][^\d\s]{0,40}|de|van|von|der|bin|al|da|di)){1,6}",
                text,
            )
        )
        for text in sample
    )
    return full > 0.6 * len(sample) and len(set(sample)) > 0.5 * len(sample)


def address_findings(source: Source | None) -> list[Finding]:
    """Return a finding when the dataset was fetched by an address that opens it for one person alone."""
    if source is None or not source.keyed:
        return []
    return [
        _warn(
            "The link of this dataset will not work for others.",
            f"Its address held a key or a signature, which is kept nowhere and told to nobody; what is left is {source.url}.",
            "Hand in the file itself, or share it under a link that is open to everyone.",
        )
    ]


def licence_findings(source: Source | None) -> list[Finding]:
    """Return a finding when it is not known under which terms the data may be passed on."""
    if source is None or source.licence:
        return []
    return [
        _warn(
            "No licence was found for this dataset.",
            f"{source.title or source.file_name} says nothing about passing it on.",
            "Ask before you mail it, or hand in its link and SHA-256 instead of the file.",
        )
    ]
