"""Single cells: which texts mean that a value is missing, and numbers as people write them."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from assistant.dataset.vocabulary import MISSING_MARKS

Decimal = Literal[".", ","]


_CURRENCY = "$€£¥₹₽₩₺₫₴฿¢"
_CURRENCY_CODES = r"(?:USD|EUR|GBP|INR|JPY|CNY|CHF|AUD|CAD|NZD|SEK|NOK|DKK|PLN|BRL|ZAR|RUB|Rs\.?|US\$|R\$|kr|zł|Kč|Ft|руб\.?|р\.|грн\.?|лв\.?)"
_LONGEST = 60  # characters of a number or a date
_GROUP_SPACE = re.compile(r"(?<=\d)[\s\u00a0\u202f\u2009\u2007'’`_](?=\d{3}(?!\d))")
_SURE = 10  # numbers with a sign before three digits, beside others without, from which on it parts thousands
_MULTIPLES = {"k": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "b": 1e9, "bn": 1e9, "t": 1e12}
_NUMBER = r"[-+−–]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][-+]?\d+)?"
_FOOTNOTE = re.compile(r"(?<=\d)\s*[*†‡#]{1,3}$")  # a mark behind a number that points to a note
_SHAPE = re.compile(
    rf"^(?P<open>\()?\s{{0,3}}(?P<sign>[-+−–])?\s{{0,3}}(?P<currency>[{re.escape(_CURRENCY)}]|{_CURRENCY_CODES}\s{{0,3}})?\s{{0,3}}"
    rf"(?P<number>{_NUMBER})\s{{0,3}}(?P<minus>-)?"
    rf"(?P<tail>%|[{re.escape(_CURRENCY)}]|{_CURRENCY_CODES}|[kKmMbBtT]|[mM]n|[mM]io|[bB]n"
    rf"|°\s?[CFK]?|[A-Za-zµμΩ³²/°]{{1,8}}(?:/[A-Za-z³²]{{1,4}})?)?\s{{0,3}}(?P<close>\))?$"
)
_WORDS_OF_DATES = re.compile(
    r"(?i)\b(?:jan|feb|mar|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez|mon|tue|wed|thu|fri|sat|sun|tues|wednes|thurs|satur)"
    r"(?:uary|ruary|ch|il|e|y|ust|tember|ober|ember|day|s)?\.?(?![a-z])|(?<=\d)\s*(?:am|pm|z|utc|gmt|ces?t|[ecmp][sd]t|bst|ist|st|nd|rd|th|h)\b|(?<=\d)t(?=\d)"
    r"|(?<=\d)\s*-?[qwm]\s*(?=\d)|\b[qw](?=\d)"
)
_CURRENCY_SIGNS = re.compile(rf"[{re.escape(_CURRENCY)}%°]|\b{_CURRENCY_CODES}(?![a-zA-Z])")


def is_missing(text: str) -> bool:
    """Tell whether a cell's text stands for no value."""
    return text.strip().lower() in MISSING_MARKS


def looks_typed(text: str) -> bool:
    """Tell whether a cell looks like a number or a date rather than like words."""
    return len(text) <= _LONGEST and _looks_typed(text)


@functools.lru_cache(maxsize=20_000)  # a layout is found by looking at the same cells several times
def _looks_typed(text: str) -> bool:
    if not any(character.isdecimal() for character in text):
        return False
    bare = _CURRENCY_SIGNS.sub("", _WORDS_OF_DATES.sub("", text)).strip()
    if re.fullmatch(r"[-+−–]?[\d.,]+[eE][-+]?\d+", bare):
        return True
    return not any(character.isalpha() for character in bare) and not set("_=") & set(bare)


@dataclass(frozen=True, eq=False)
class NumberReading:
    """A column of texts read as numbers.

    `values` is float64 with NaN for missing; `marks` counts the texts taken as missing, `strange` the texts that are
    neither; `signs` names what was stripped (percent, currency, thousands …); `unit` is the sign all values carried.
    """

    values: np.ndarray = field(repr=False)
    marks: dict[str, int]
    strange: dict[str, int]
    signs: tuple[str, ...] = ()
    unit: str = ""
    decimal: Decimal = "."
    unsure: bool = False  # the decimal sign could be read both ways


def read_numbers(texts: pd.Series, decimal: Decimal | None = None, hint: Decimal = ".") -> NumberReading | None:
    """Read a column of texts as numbers, or return None when too few of them are numbers.

    `decimal` fixes the decimal sign; `hint` is taken when the column itself does not tell.
    """
    codes, uniques = pd.factorize(texts)
    counts = np.bincount(codes[codes >= 0], minlength=len(uniques))
    names = [_FOOTNOTE.sub("", _GROUP_SPACE.sub("", str(text).strip())) for text in uniques]
    marks = {
        name: int(count) for name, count in zip(names, counts, strict=True) if name.lower() in MISSING_MARKS and name
    }
    candidates = [(index, name) for index, name in enumerate(names) if name.lower() not in MISSING_MARKS]
    if not candidates:
        return None
    shapes = {index: _SHAPE.match(name) for index, name in candidates}
    fitting = {index: match for index, match in shapes.items() if match and bool(match["open"]) == bool(match["close"])}
    total = sum(int(counts[index]) for index, _ in candidates)
    read = sum(int(counts[index]) for index in fitting)
    odd = [index for index, _ in candidates if index not in fitting]
    if read < 0.5 * total or (read < 0.9 * total and len(odd) > 3):
        return None
    tail, keep = _common_tail(fitting, counts)
    if keep is None:
        return None
    bodies = {index: _plain_minus(match["number"]) for index, match in keep.items()}
    sign, unsure = (decimal, False) if decimal else find_decimal(bodies.values(), hint)
    numbers = np.full(len(uniques), np.nan)
    for index, match in keep.items():
        numbers[index] = _value(match, bodies[index], sign)
    bad = [index for index, _ in candidates if np.isnan(numbers[index])]
    if sum(int(counts[index]) for index in bad) > 0.5 * total:
        return None
    values = np.full(len(codes), np.nan)
    known = codes >= 0
    values[known] = numbers[codes[known]]
    return NumberReading(
        values=values,
        marks=marks,
        strange={names[index]: int(counts[index]) for index in bad},
        signs=_signs(keep.values(), bodies.values(), sign),
        unit=tail,
        decimal=sign,
        unsure=unsure,
    )


@dataclass
class _Signs:
    """What the commas and points in numbers say: each number that tells which of them parts the decimals, or may not."""

    decimals: Counter[str] = field(default_factory=Counter)  # numbers in which a sign parts the decimals
    groups: Counter[str] = field(default_factory=Counter)  # numbers in which it may as well part thousands
    repeated: set[str] = field(default_factory=set)  # signs that stand several times in one number
    plain_small: bool = False  # numbers without either, below a thousand and above
    plain_large: bool = False

    def look_at(self, body: str) -> None:
        """Take one number into account."""
        text = body.lstrip("+-−–").split("e")[0].split("E")[0]
        comma, dot = text.rfind(","), text.rfind(".")
        if comma >= 0 and dot >= 0:
            self.decimals["," if comma > dot else "."] += 2
        elif comma >= 0 or dot >= 0:
            sign = "," if comma >= 0 else "."
            if text.count(sign) > 1:
                self.repeated.add(sign)
            (self.groups if _is_grouped(text, sign) else self.decimals)[sign] += 1
        else:
            self.plain_large |= len(text) > 3
            self.plain_small |= len(text) <= 3

    @property
    def small_alone(self) -> bool:
        """Tell whether the numbers without a comma or a point are all below a thousand."""
        return self.plain_small and not self.plain_large


def find_decimal(bodies: Iterable[str], hint: Decimal) -> tuple[Decimal, bool]:
    """Return the decimal sign of number texts, and whether the other one would fit as well."""
    signs = _Signs()
    for body in bodies:
        signs.look_at(body)
    commas, points = signs.decimals[","], signs.decimals["."]
    if "," in signs.repeated and commas <= points:
        return ".", False
    if "." in signs.repeated and points <= commas:
        return ",", False
    if commas != points:
        return (",", False) if commas > points else (".", False)
    if signs.groups[","] and not signs.groups["."]:
        return _of_grouped_commas(signs, hint)
    if signs.groups["."] and not signs.groups[","]:
        return _of_grouped_points(signs, hint)
    return hint, False


def _of_grouped_commas(signs: _Signs, hint: Decimal) -> tuple[Decimal, bool]:
    """1,234 may be one thousand or one and a bit: numbers below a thousand without a comma speak for the first."""
    if signs.small_alone:
        return ".", False
    return (",", False) if signs.plain_large or hint == "," else (".", not signs.plain_small)


def _of_grouped_points(signs: _Signs, hint: Decimal) -> tuple[Decimal, bool]:
    """1.234 may be one thousand or one and a bit: whole numbers below a thousand speak for the first."""
    if hint == "," and not signs.plain_large:
        return ",", not signs.plain_small
    # With whole numbers below a thousand among them, points stand between thousands; else both readings fit.
    return (",", signs.groups["."] < _SURE) if signs.small_alone else (".", not signs.plain_large)


def _is_grouped(text: str, sign: str) -> bool:
    return bool(re.fullmatch(rf"[1-9]\d{{0,2}}(?:\{sign}\d{{2,3}})*\{sign}\d{{3}}", text))


def _plain_minus(number: str) -> str:
    return number.replace("−", "-").replace("–", "-")


def _common_tail(fitting: dict[int, re.Match[str]], counts: np.ndarray) -> tuple[str, dict[int, re.Match[str]] | None]:
    """Letters behind numbers count as a unit only when nearly all values carry the same."""
    weights: dict[str, int] = {}
    for index, match in fitting.items():
        tail = (match["tail"] or "").strip()
        weights[tail] = weights.get(tail, 0) + int(counts[index])
    free = {"", *(tail for tail in weights if tail.lower() in _MULTIPLES)}
    named = {tail: weight for tail, weight in weights.items() if tail not in free}
    if not named:
        return "", fitting
    total = sum(weights.values())
    tail = max(named, key=lambda name: named[name])
    if named[tail] + sum(weights[name] for name in free if name in weights) < 0.9 * total:
        return "", None
    if tail in weights and tail.isalpha() and named[tail] < 0.5 * total:
        # A few letters behind numbers are flags such as "12.3 e"; the number still holds.
        return "", fitting
    kept = {index: match for index, match in fitting.items() if (match["tail"] or "").strip() in {tail, *free}}
    return tail, kept


def _value(match: re.Match[str], body: str, decimal: Decimal) -> float:
    other = "," if decimal == "." else "."
    text = body.replace(other, "").replace(decimal, ".")
    if body.count(decimal) > 1 or (other in body and not _groups_hold(body, decimal, other)):
        return float("nan")
    try:
        value = float(text)
    except ValueError:
        return float("nan")
    if match["sign"] in ("-", "−", "–") or match["open"] or match["minus"]:
        value = -abs(value)
    tail = (match["tail"] or "").strip().lower()
    return value * _MULTIPLES.get(tail, 1.0)


def _groups_hold(body: str, decimal: str, other: str) -> bool:
    """Groups are of three digits (or of two and a last three, as in India), and none stands behind the decimal sign."""
    whole, _, fraction = body.lstrip("+-").partition(decimal)
    groups = whole.split(other)
    return (
        other not in fraction
        and len(groups[-1]) == 3
        and all(len(group) in (2, 3) for group in groups[1:-1])
        and 1 <= len(groups[0]) <= 3
    )


def _signs(matches: Iterable[re.Match[str]], bodies: Iterable[str], decimal: Decimal) -> tuple[str, ...]:
    found: list[str] = []
    tests: dict[str, Callable[[re.Match[str]], object]] = {
        "currency signs": lambda m: m["currency"] or (m["tail"] or " ").strip() in tuple(_CURRENCY),
        "percent signs": lambda m: m["tail"] == "%",
        "letters for thousands or millions": lambda m: (m["tail"] or "").strip().lower() in _MULTIPLES,
        "brackets or trailing minus signs for negative numbers": lambda m: m["open"] or m["minus"],
    }
    other = "," if decimal == "." else "."
    bodies = list(bodies)
    if any(other in body for body in bodies):
        found.append("thousands separators")
    if decimal == "," and any("," in body for body in bodies):
        found.append("decimal commas")
    matches = list(matches)
    for name, test in tests.items():
        if any(test(match) for match in matches):
            found.append(name)
    return tuple(found)
