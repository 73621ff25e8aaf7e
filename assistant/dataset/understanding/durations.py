"""Lengths of time in a column of their own, such as 06:52, 1:02:33 or 7h 23m."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from assistant.dataset.understanding.number_texts import is_missing
from assistant.dataset.vocabulary import CLOCK_NAMES, PART_NAMES, TIME_NAMES, plain_name

_NAMED = re.compile(
    r"(?i)duration|elapsed|pace|length|lap|split|runtime|uptime|downtime|travel|moving|asleep|sleep|awake|worked"
    r"|working|overtime|delay|waiting|wait|response|dauer|fahrzeit|arbeitszeit|laufzeit|durée|duree|duración|duracion"
    r"|temps|tiempo|screen"
)
_MINUTES_FIRST = re.compile(r"(?i)pace|lap|split|mm:ss|min/")
_COLONS = re.compile(r"^(?:(?P<days>\d+) days?,? )?(?P<first>\d{1,3}):(?P<second>[0-5]\d)(?::(?P<third>[0-5]\d))?"
                     r"(?:[.,](?P<fraction>\d{1,9}))?$")  # fmt: skip
_UNITS = re.compile(
    r"^(?:P(?=[T\d]))?(?:(?P<days>\d{1,9})\s{0,3}d(?:ays?)?)?\s{0,3}T?(?:(?P<hours>\d{1,9})\s{0,3}h(?:(?:ou)?rs?)?)?\s{0,3}"
    r"(?:(?P<minutes>\d{1,9})\s{0,3}m(?:in(?:ute)?s?)?)?\s{0,3}(?:(?P<seconds>\d{1,9}(?:\.\d{1,9})?)\s{0,3}(?:s(?:ec(?:ond)?s?)?))?$",
    re.IGNORECASE,
)
_ENOUGH = 0.9
_SAMPLE = 200


def read_durations(column: pd.Series, name: str, *, alone: bool = False) -> np.ndarray | None:
    """Return lengths of time in minutes (NaN where there is none), or None when a column holds none.

    Texts with colons may be times of day: they are lengths when the name says so, when they count more hours than a day
    has, or when `alone` says that the table has no other numbers.
    """
    first = next((str(text).strip() for text in column.array[:_SAMPLE] if not is_missing(str(text))), "")
    if not (_COLONS.match(first) or _with_units(first)):
        return None  # told quickly, for a table may have thousands of columns
    known = [text for text in column.dropna().astype("str").str.strip() if not is_missing(text)]
    sample = known[:_SAMPLE]
    if not sample:
        return None
    if sum(map(_with_units, sample)) >= _ENOUGH * len(sample):
        pattern, minutes_first = _UNITS, False
    elif sum(bool(_COLONS.match(text)) for text in sample) >= _ENOUGH * len(sample):
        matches = [match for text in known if (match := _COLONS.match(text))]
        two = all(match["third"] is None for match in matches)
        longest = max(int(match["first"]) for match in matches)
        days = any(match["days"] for match in matches)
        if not (_NAMED.search(name) or longest > 24 or days or (alone and not _names_a_time(name))):
            return None
        pattern = _COLONS
        minutes_first = two and (
            bool(_MINUTES_FIRST.search(name)) or longest > 24 or any(match["fraction"] for match in matches)
        )
    else:
        return None
    codes, uniques = pd.factorize(column.astype("str").str.strip())
    minutes = np.array([*(_minutes(pattern.match(str(text)), minutes_first) for text in uniques), np.nan])
    spread = minutes[codes]
    return spread if np.isfinite(spread).sum() >= _ENOUGH * len(known) else None


def _with_units(text: str) -> bool:
    match = _UNITS.match(text)
    return bool(match and any(match.groups()) and any(sign.isdecimal() for sign in text))


def _names_a_time(name: str) -> bool:
    plain = plain_name(name)
    return plain in TIME_NAMES or plain in CLOCK_NAMES or any(plain in names for names in PART_NAMES.values())


def _minutes(match: re.Match[str] | None, minutes_first: bool) -> float:
    if match is None or not any(match.groups()):
        return float("nan")
    found = match.groupdict()
    days = int(found["days"] or 0) * 1440.0
    if "first" not in found:
        return days + int(found["hours"] or 0) * 60 + int(found["minutes"] or 0) + float(found["seconds"] or 0) / 60
    first, second, third = int(found["first"]), int(found["second"]), int(found["third"] or 0)
    fraction = float(f"0.{found['fraction']}") if found["fraction"] else 0.0
    if minutes_first:
        return days + first + (second + fraction) / 60
    return days + first * 60 + second + (third + fraction) / 60
