"""How numbers, sizes, spans of time, moments, lists and names are worded, the same wherever a person reads them.

Nothing outside this module forms a plural, a size, a span of time, a percentage or a date by hand. The rules of the
language are those of the Unicode CLDR, by Babel: `LOCALE` says which.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from babel.lists import format_list
from babel.numbers import NumberPattern, format_percent, parse_pattern
from babel.units import format_unit

LOCALE = Locale("en", "GB")

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_SPANS = ((_DAY, "duration-day"), (_HOUR, "duration-hour"), (_MINUTE, "duration-minute"), (1, "duration-second"))
_ROUNDING = ((10, 1), (60, 5), (600, 30), (3 * _HOUR, _MINUTE), (math.inf, _HOUR))  # seconds below which, to which
_SIZES = ("kilobyte", "megabyte", "gigabyte")
_IRREGULAR = {"series": "series", "epoch": "epochs", "half-life": "half-lives"}
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# A date as fine as the step of a series.
_DATES = {
    "second": "d MMMM y, HH:mm:ss",
    "minute": "d MMMM y, HH:mm",
    "hour": "d MMMM y, HH:mm",
    "month": "MMMM y",
    "quarter": "MMMM y",
    "year": "y",
}
# They join letters in Indic scripts and in emoji; every other invisible character is dropped from a line.
_JOINERS = "\u200c\u200d"

Place = Literal["table", "sentence", "head"]
# Each method as a table or a chart names it, and as it stands inside a sentence.
_METHODS = {
    "lstm": ("LSTM", "the LSTM"),
    "gru": ("GRU", "the GRU"),
    "rnn": ("Simple RNN", "the simple recurrent network"),
    "naive": ("Last value", "repeating the last value"),
    "seasonal_naive": ("Seasonal naive", "repeating the last season"),
    "drift": ("Drift", "the last value with drift"),
    "seasonal_naive_drift": ("Seasonal naive with drift", "repeating the last season with drift"),
    "ridge": ("Ridge regression", "the ridge regression"),
    "mean": ("Training mean", "the mean of the training part"),
    "smoothing": ("Exponential smoothing", "exponential smoothing"),
    "theta": ("Theta method", "the theta method"),
    "seasonal_drift": ("Last season with the mean change", "repeating the last season with the mean change"),
    "seasonal_ridge": ("Ridge regression of seasonal changes", "the ridge regression of changes over a season"),
    "combination": ("Weighted mean of simple methods", "the weighted mean of simple methods"),
}
_METHOD_MEANINGS = {
    "naive": "repeats the last known value",
    "seasonal_naive": "repeats the values of one season ago",
    "drift": "continues the straight line from the first to the last known value",
    "seasonal_naive_drift": "repeats the values of one season ago and adds the change since then",
    "ridge": "is a linear regression on the last values",
    "mean": "always says the mean of the training part",
}


def agree(count: float, one: str, many: str) -> str:
    """Return the form of a word that agrees with a count: agree(2, "was", "were") is "were"."""
    return one if math.isfinite(count) and LOCALE.plural_form(abs(count)) == "one" else many


def plural(noun: str, count: float) -> str:
    """Return a noun as it stands after a count: plural("page", 3) is "pages"."""
    if noun in _IRREGULAR:
        several = _IRREGULAR[noun]
    elif noun.endswith("y") and noun[-2:-1] not in "aeiou":
        several = f"{noun[:-1]}ies"
    elif noun.endswith(("s", "x", "z", "ch", "sh")):
        several = f"{noun}es"
    else:
        several = f"{noun}s"
    return agree(count, noun, several)


def counted(noun: str, count: float) -> str:
    """Return a count with its noun: counted("page", 3) is "3 pages"."""
    whole = abs(count) < 1e15 and count == int(count)
    shown = grouped(count) if whole else number(count, 2)
    return f"{shown} {plural(noun, count)}"


def grouped(count: float) -> str:
    """Return a count as a whole number, thousands separated: "12,345"."""
    return _decimal(count, 0)


def number(value: float, digits: int = 3) -> str:
    """Return a number with `digits` significant digits, all those before the point, and a true minus sign.

    Beyond a thousand millions and below a hundred thousandth it becomes "1.23 × 10¹²"; what is not finite is "unknown".
    """
    if not math.isfinite(value):
        return "unknown"
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    magnitude = int(exponent)
    if magnitude >= 9 or magnitude < -5:
        return f"{_decimal(float(mantissa), digits - 1)} × 10{str(magnitude).translate(_RAISED)}"
    return _decimal(value, max(0, digits - 1 - magnitude))


def percent(share: float) -> str:
    """Return a share such as 0.234 as "23 %", with one decimal below ten per cent where it is not zero: "2.3 %"."""
    pattern = "#,##0.# %" if abs(share) * 100 < 9.95 else "#,##0 %"
    return _minus(format_percent(share, format=pattern, locale=LOCALE))


def quantity(value: float, unit: str, digits: int = 3) -> str:
    """Return a number with its unit: "21.5 °C"; signs such as °C and % keep a space, as SI writes them."""
    return with_unit(number(value, digits), unit)


def with_unit(text: str, unit: str) -> str:
    """Return a number's text with its unit after it; without a unit it stands alone."""
    return f"{text} {unit}" if unit else text


def size(count: int) -> str:
    """Return a number of bytes in decimal units and up to three significant digits: "345 bytes", "12.3 kB", "4.5 MB"."""
    if count < 1_000:
        return format_unit(count, "byte", length="long", locale=LOCALE)
    rounded = float(f"{count:.3g}")
    power = min(int(math.log10(rounded)) // 3, len(_SIZES))
    return format_unit(rounded / 1_000**power, _SIZES[power - 1], length="short", locale=LOCALE)


def span(seconds: float) -> str:
    """Return how long something takes or took: its largest unit, and the next one below where it is under ten.

    "4.2 seconds", "47 seconds", "3 minutes 20 seconds", "12 minutes", "1 day 1 hour", "12 days"; what is not full is
    not counted.
    """
    if seconds < 1:
        return "less than a second"
    if seconds < 10:
        return _unit(round(seconds, 1), "duration-second")
    whole = int(seconds)
    place = next(place for place, (length, _) in enumerate(_SPANS) if whole >= length)
    length, unit = _SPANS[place]
    parts = [_unit(whole // length, unit)]
    if whole < 10 * length and place + 1 < len(_SPANS):
        smaller, unit = _SPANS[place + 1]
        parts += [_unit(whole % length // smaller, unit)] if whole % length >= smaller else []
    return " ".join(parts)


def short_span(seconds: float) -> str:
    """Return a span of time as `span` says it where space is short: "45 s", "3 min 20 s", "12 min", "1 h 30 min"."""
    if seconds >= _DAY:
        return span(seconds)
    # The signs are those of the SI, the same in every language.
    whole = max(round(seconds) if seconds < 10 else int(seconds), 0)
    if whole < _MINUTE:
        return f"{whole} s"
    length, sign, below, smaller = (_MINUTE, "min", 1, "s") if whole < _HOUR else (_HOUR, "h", _MINUTE, "min")
    rest = whole % length // below
    more = f" {rest} {smaller}" if rest and whole < 10 * length else ""
    return f"{whole // length} {sign}{more}"


def estimate(seconds: float) -> str:
    """Return how long something will take, as exactly as that can be known: "4 s", "25 s", "1 min 30 s", "12 min"."""
    return short_span(rounded_span(seconds))


def rounded_span(seconds: float) -> int:
    """Return seconds rounded as an estimate deserves: to 1 second, 5 seconds, half a minute, a minute, an hour."""
    step = next(step for below, step in _ROUNDING if seconds < below)
    return max(1, round(seconds / step) * step)


def moment(when: datetime, zone: str) -> str:
    """Return a moment in a zone, to the second, as evidence needs it: "2023-01-15 21:04:10 Asia/Kolkata"."""
    return f"{when.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S} {zone}"


def short_moment(when: datetime, zone: str | tzinfo) -> str:
    """Return a moment in a zone as a list shows it, where the zone stands elsewhere: "15 Jan 2023, 21:04"."""
    place = ZoneInfo(zone) if isinstance(zone, str) else zone
    return format_datetime(when.astimezone(place), "d MMM y, HH:mm", tzinfo=place, locale=LOCALE)


def row_name(label: object, step: str = "day") -> str:
    """Return how a row of a series is named by its label in the index: by its date, as fine as the step, or "row 12".

    "15 January 2023, 21:00" for the step "hour", "January 2023" for "month", "2023" for "year".
    """
    if isinstance(label, datetime):
        return format_datetime(label, _DATES.get(step, "d MMMM y"), locale=LOCALE)
    return f"row {grouped(int(str(label)) + 1)}"


def listed(words: Sequence[str], last: Literal["and", "or"] = "and") -> str:
    """Return words as a sentence lists them: "a, b and c"."""
    return format_list(words, style="or" if last == "or" else "standard", locale=LOCALE)


def quoted(text: str) -> str:
    """Return a text in quotation marks."""
    return f"“{text}”"


def sentence_case(text: str) -> str:
    """Return a text with a capital first letter; the rest stays, so that LSTM is not Lstm."""
    return text[:1].upper() + text[1:]


def one_line(text: str, longest: int = 200) -> str:
    """Return a text as one line without control or direction signs, shortened to `longest` characters."""
    spaced = " ".join(text.split())
    visible = "".join(x for x in spaced if x in _JOINERS or unicodedata.category(x)[0] != "C")
    line = " ".join(visible.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def method_name(key: str, place: Place = "table") -> str:
    """Return a forecasting method's name as it stands in a table, inside a sentence, or at the head of a sentence.

    "Last value", "repeating the last value", "Repeating the last value". An unknown key is shown as words.
    """
    words = key.replace("_", " ")
    table, sentence = _METHODS.get(key, (sentence_case(words), words))
    if place == "table":
        return table
    return sentence if place == "sentence" else sentence_case(sentence)


def method_meaning(key: str) -> str:
    """Return what a simple method does, for readers who do not know its name: "repeats the last known value", or ""."""
    return _METHOD_MEANINGS.get(key, "")


def _decimal(value: float, decimals: int) -> str:
    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    return _minus(_pattern(pattern).apply(value, LOCALE))


@lru_cache
def _pattern(pattern: str) -> NumberPattern:
    return parse_pattern(pattern)


def _unit(count: float, unit: str) -> str:
    return format_unit(count, unit, length="long", locale=LOCALE)


def _minus(text: str) -> str:
    return text.replace("-", "−")
