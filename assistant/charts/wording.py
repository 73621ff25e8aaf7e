"""How numbers, dates and methods are written, the same in charts, facts and the report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd

METHOD_NAMES = {
    "lstm": "LSTM",
    "gru": "GRU",
    "rnn": "Simple RNN",
    "naive": "Last value",
    "seasonal_naive": "Seasonal naive",
    "drift": "Drift",
    "seasonal_naive_drift": "Seasonal naive with drift",
    "ridge": "Ridge regression",
    "mean": "Training mean",
    "smoothing": "Exponential smoothing",
    "theta": "Theta method",
    "seasonal_drift": "Last season with the mean change",
    "seasonal_ridge": "Ridge regression of seasonal changes",
    "combination": "Weighted mean of simple methods",
}

# What each naive method does, for readers who do not know its name.
METHOD_MEANINGS = {
    "naive": "repeats the last known value",
    "seasonal_naive": "repeats the values of one season ago",
    "drift": "continues the straight line from the first to the last known value",
    "seasonal_naive_drift": "repeats the values of one season ago and adds the change since then",
    "ridge": "is a linear regression on the last values",
    "mean": "always says the mean of the training part",
}

_DATE_FORMATS = {
    "hour": "%-d %B %Y, %H:%M",
    "minute": "%-d %B %Y, %H:%M",
    "second": "%-d %B %Y, %H:%M:%S",
    "month": "%B %Y",
    "quarter": "%B %Y",
    "year": "%Y",
}


def method_name(name: str) -> str:
    """Return a method's name as readers see it."""
    return METHOD_NAMES.get(name) or name.replace("_", " ").capitalize()


def within_sentence(name: str) -> str:
    """Return a method's name as it stands inside a sentence: abbreviations stay, other words begin small."""
    shown = method_name(name)
    return shown if shown[:2].isupper() else shown[:1].lower() + shown[1:]


def show_number(value: float, digits: int = 3) -> str:
    """Return a number with about `digits` significant digits, thousands separated, a true minus sign."""
    if not math.isfinite(value):
        return "unknown"
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude >= 9 or magnitude < -5:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{mantissa} × 10{raised}".replace("-", "−")
    decimals = max(0, digits - 1 - magnitude)
    return f"{value:,.{decimals}f}".replace("-", "−")


def show_percent(share: float) -> str:
    """Return a share such as 0.234 as "23 %", with one decimal below ten per cent."""
    percent = abs(share) * 100
    return f"{percent:.1f} %" if percent < 9.95 else f"{percent:.0f} %"


def with_unit(text: str, unit: str) -> str:
    """Return a number's text with its unit after it; signs such as °C and % keep a space, as SI writes them."""
    return f"{text} {unit}" if unit else text


def show_time(label: object, step: str) -> str:
    """Return the index label of a row in words: a date as fine as the step needs, or "row 12"."""
    if not isinstance(label, (pd.Timestamp, datetime, np.datetime64)):
        return f"row {int(str(label)) + 1:,}"
    moment = pd.Timestamp(label)
    pattern = _DATE_FORMATS.get(step, "%-d %B %Y")
    # "%-d" is not known on every system, so that the day is put in by hand.
    return moment.strftime(pattern.replace("%-d", "@")).replace("@", str(moment.day))


def show_duration(seconds: float) -> str:
    """Return a duration in words a reader can picture."""
    if seconds < 100:
        return f"{seconds:.1f} seconds" if seconds < 10 else f"{seconds:.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return words as a sentence lists them: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def counted(number: int, noun: str) -> str:
    """Return a count with its noun, "1 value" or "3 values"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
