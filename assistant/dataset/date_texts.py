"""Dates written as texts: which form they have, and whether days or months come first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from assistant.dataset.choices import DateOrder

_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "jan january januar janvier janv enero ene gennaio gen janeiro januari jän jänner styczeń",
        "feb february februar février fevrier févr fevr fév febrero febbraio fevereiro fev februari",
        "mar march märz maerz mrz mär mars marzo março marco maart mrt",
        "apr april avril avr abril abr aprile",
        "may mai mayo maggio mag maio mei maj",
        "jun june juni juin junio giugno giu junho",
        "jul july juli juillet juil julio luglio lug julho",
        "aug august août aout agosto ago augustus",
        "sep sept september septembre septiembre settembre set setembro",
        "oct october oktober okt octobre octubre ottobre ott outubro out",
        "nov november novembre noviembre novembro",
        "dec december dezember dez décembre decembre déc diciembre dic dicembre dezembro",
    ),
    start=1,
):
    _MONTHS.update(dict.fromkeys(_names.split(), _number))

_WEEKDAY = re.compile(
    r"(?i)\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?\s*|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b,?\s*"
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_ZONE_NAME = re.compile(r"\s*\(?\b(?:UTC|GMT|[ECMP][SD]T|CES?T|BST|IST|Z)\b\)?\s*$", re.IGNORECASE)
_OFFSET = re.compile(r"\s*(Z|[+-]\d{2}:?\d{2}|(?<=\d)[+-]\d{2})$")
_TIME = (
    r"(?P<hour>\d{1,2})(?:[:h.](?P<minute>\d{2})(?:[:m.](?P<second>\d{2})(?:[.,:](?P<fraction>\d{1,9}))?)?)?\s*s?"
    r"(?:\s*(?P<half>[AaPp]\.?\s?[Mm]\.?))?"
)
_CLOCK_END = re.compile(
    rf"^(?P<date>.*?\S)(?:\s*[T_]\s*|\s+-\s+|\s*,\s*|\s+|(?<=\d{{4}}):|(?<=\d{{2}}-\d{{2}})-){_TIME}$"
)
_THREE = re.compile(
    r"^(\d{1,4}|[^\W\d_]+\.?)\s*([-/. ,_]+|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d))\s*(\d{1,4}|[^\W\d_]+\.?)\s*(?:[-/. ,_']+|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d))\s*(\d{1,4}|[^\W\d_]+\.?)$"
)
_TWO = re.compile(
    r"^(\d{1,4}|[^\W\d_]+\.?)\s*(?:[-/. ,_']+|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d))\s*(\d{1,4}|[^\W\d_]+\.?)$"
)
_QUARTER = re.compile(
    r"^(?:(?P<y1>\d{4})\s*[-/_. :]*\s*(?:Q|q|K|T|Quarter\s*|qtr\s*)(?P<q1>[1-4])|(?:Q|q|Quarter\s*|qtr\s*)\s*(?P<q2>[1-4])[-/_. ,']*(?P<y2>\d{4}|\d{2})|(?P<q3>[1-4])\.?\s*(?:Q|q|st quarter|nd quarter|rd quarter|th quarter)[-/_. ,']*(?P<y3>\d{4}|\d{2}))$"
)
_WEEK = re.compile(
    r"^(?P<year>\d{4})\s*[-/_ ]?\s*(?:W|w|KW\s?|kw\s?|Week\s*|week\s*)(?P<week>\d{1,2})(?:-?(?P<day>[1-7]))?$"
)
_MONTH_CODE = re.compile(r"^(?P<year>\d{4})\s*[-/ ]?[Mm](?P<month>\d{1,2})$")
_YEARS_SPAN = re.compile(r"^(?P<year>\d{4})\s*[-/–]\s*(?:\d{2}|\d{4})$")
_ENOUGH = 0.9
_PIVOT = 36  # two-digit years from here on are of the last century: tables tell of the past


@dataclass(frozen=True, eq=False)
class DateTexts:
    """Texts read as dates: `values` one for each text, `other` a second reading that fits as well.

    `cycle` is set instead of `values` for forms that count years of a study (`1-01`): its length in rows.
    """

    form: str
    values: pd.DatetimeIndex = field(repr=False)
    other: pd.DatetimeIndex | None = field(repr=False, default=None)
    other_form: str = ""
    order: DateOrder | None = None
    cycle: int = 0
    step: str = ""
    notes: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def month_number(text: str) -> int | None:
    """Return the number of a month by its name or short name in several languages, or None."""
    return _MONTHS.get(str(text).strip().strip(".").lower())


def read_date_texts(texts: Sequence[str], order: DateOrder | None, rows: np.ndarray) -> DateTexts | None:
    """Read distinct texts as dates, or return None when they are none.

    `rows` gives for each row of the table the position of its text (or -1); it tells which reading makes the rows run
    evenly. `order` settles what the texts leave open.
    """
    notes: list[str] = []
    quick = _whole_forms(texts)
    if quick is not None:
        return quick
    bare, offsets, clocks = _take_apart(texts, notes)
    if bare is None:
        return None
    if (special := _special_forms(bare, clocks)) is not None:
        return special
    three = [_THREE.match(text) for text in bare]
    if sum(match is not None for match in three) >= _ENOUGH * len(bare):
        found = _read_three(
            [match and (match[1], match[3], match[4]) for match in three], _sign(three), clocks, order, rows
        )
    else:
        two = [_TWO.match(text) for text in bare]
        if sum(match is not None for match in two) < _ENOUGH * len(bare):
            return None
        found = _read_two([match and (match[1], match[2]) for match in two], clocks, rows)
    if found is None:
        return None
    if offsets is not None and found.cycle == 0:
        shift = pd.TimedeltaIndex(offsets)
        found = DateTexts(form=f"{found.form} with a time zone", values=found.values - shift, order=found.order,
                          other=found.other - shift if found.other is not None else None, other_form=found.other_form, notes=found.notes)  # fmt: skip
        notes.append("The times carry a time zone and are kept in UTC, where no hour is skipped or doubled.")
    return DateTexts(**{**found.__dict__, "notes": (*found.notes, *notes)})


def _whole_forms(texts: Sequence[str]) -> DateTexts | None:
    """Quarters, weeks, month codes and spans of years, which hold no clock time."""
    for pattern, reader, form in (
        (_QUARTER, _quarter, "quarter"),
        (_WEEK, _week, "ISO week"),
        (_MONTH_CODE, _month_code, "YYYYMmm"),
        (_YEARS_SPAN, _span, "years"),
    ):
        matches = [pattern.match(text) for text in texts]
        if sum(match is not None for match in matches) < _ENOUGH * len(texts):
            continue
        if form == "years" and not all(_is_span(text) for text, match in zip(texts, matches, strict=True) if match):
            continue
        values = pd.DatetimeIndex(
            pd.to_datetime(
                pd.Series([match and reader(match) for match in matches], dtype="str"),
                format="%Y-%m-%d",
                errors="coerce",
            )
        )
        return DateTexts(form=form, values=values)
    return None


def _is_span(text: str) -> bool:
    first, last = (part.strip() for part in re.split(r"[-/–]", text, maxsplit=1))
    if len(last) == 4:
        return 0 < int(last) - int(first) <= 10
    return (int(first) + 1) % 100 == int(last) and int(last) > 12


def _quarter(match: re.Match[str]) -> str:
    year = match["y1"] or match["y2"] or match["y3"]
    quarter = match["q1"] or match["q2"] or match["q3"]
    return f"{_full_year(int(year), len(year)):04d}-{int(quarter) * 3 - 2:02d}-01"


def _week(match: re.Match[str]) -> str:
    try:
        return str(
            pd.Timestamp.fromisocalendar(int(match["year"]), max(int(match["week"]), 1), int(match["day"] or 1)).date()
        )
    except ValueError:
        return ""


def _month_code(match: re.Match[str]) -> str:
    return f"{match['year']}-{int(match['month']):02d}-01"


def _span(match: re.Match[str]) -> str:
    return f"{match['year']}-01-01"


def _take_apart(
    texts: Sequence[str], notes: list[str]
) -> tuple[list[str] | None, np.ndarray | None, np.ndarray | None]:
    """Split texts into the date, the offset from UTC and the time of day (as timedelta64)."""
    bare, offsets, seconds = [], np.zeros(len(texts), "int64"), np.full(len(texts), np.nan)
    zoned = named = 0
    for index, text in enumerate(texts):
        rest = _ORDINAL.sub("", _WEEKDAY.sub("", text, count=1)).strip().strip("'\"")
        has_clock = ":" in rest or bool(re.search(r"\d[Tt]\d|\d\s*[AaPp]\.?[Mm]", rest))
        if has_clock:
            stripped = _ZONE_NAME.sub("", rest)
            named += stripped != rest and not rest.rstrip().endswith(("Z", "z"))
            zoned_match = _OFFSET.search(stripped if stripped != rest else rest)
            rest = stripped
            if zoned_match and ":" in rest[: zoned_match.start()]:
                zoned += zoned_match[1] != "Z"
                offsets[index] = _offset_seconds(zoned_match[1])
                rest = rest[: zoned_match.start()].rstrip()
        clock = _CLOCK_END.match(rest)
        if clock and _is_clock(clock, has_clock):
            seconds[index] = _clock_seconds(clock)
            rest = clock["date"].strip().rstrip(",")
        bare.append(rest)
    if named and not zoned:
        notes.append("The name of the time zone behind each time was left out.")
    if np.isnan(seconds).all():
        clocks = None
    else:
        clocks = pd.to_timedelta(np.nan_to_num(seconds), unit="s").to_numpy()
    return bare, (offsets * np.timedelta64(1, "s") if zoned else None), clocks


def _is_clock(match: re.Match[str], has_clock: bool) -> bool:
    if not (
        match["minute"]
        or match["half"]
        or re.search(r"[T_]\d{1,2}$|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[- ]\d{1,2}$", match[0])
    ):
        return False
    if match["minute"] and not has_clock and not re.search(r"\s\d{1,2}[.h]\d{2}", match[0]):
        return False
    # "12.05.2014" must not lose its year to a time written with dots.
    date = match["date"].strip()
    return (
        bool(re.search(r"\d.*\d", date))
        and int(match["hour"]) <= 24
        and int(match["minute"] or 0) < 60
        and int(match["second"] or 0) <= 60
    )


def _clock_seconds(match: re.Match[str]) -> float:
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    fraction = float(f"0.{match['fraction']}") if match["fraction"] else 0.0
    return hour * 3600 + int(match["minute"] or 0) * 60 + int(match["second"] or 0) + fraction


def _offset_seconds(text: str) -> int:
    if text in ("Z", "z"):
        return 0
    digits = text[1:].replace(":", "").ljust(4, "0")
    size = int(digits[:2]) * 3600 + int(digits[2:4]) * 60
    return -size if text[0] == "-" else size


def _special_forms(bare: Sequence[str], clocks: np.ndarray | None) -> DateTexts | None:
    """Dates as a run of digits before a time of day, such as 20140101 00:30."""
    if all(re.fullmatch(r"\d{8}", text) for text in bare):
        days = pd.DatetimeIndex(pd.to_datetime(pd.Series(bare), format="%Y%m%d", errors="coerce"))
        if days.notna().mean() >= _ENOUGH:
            return DateTexts(
                form="YYYYMMDD" + (" HH:MM" if clocks is not None else ""),
                values=_with_clock(days, clocks),
                order="year first",
            )
    return None


def _with_clock(days: pd.DatetimeIndex, clocks: np.ndarray | None) -> pd.DatetimeIndex:
    return days if clocks is None else days + pd.TimedeltaIndex(clocks)


def _sign(matches: Sequence[re.Match[str] | None]) -> str:
    return next((match[2].strip() for match in matches if match), "")


def _full_year(year: int, digits: int) -> int:
    if digits > 2:
        return year
    return year + (2000 if year < _PIVOT else 1900)


_ORDERS: tuple[tuple[str, DateOrder, str], ...] = (
    ("ymd", "year first", "year, month, day"),
    ("dmy", "day first", "day, month, year"),
    ("mdy", "month first", "month, day, year"),
    ("ydm", "year first", "year, day, month"),
)


def _read_three(
    tokens: Sequence[Any], sign: str, clocks: np.ndarray | None, order: DateOrder | None, rows: np.ndarray
) -> DateTexts | None:
    readings = []
    for letters, kind, form in _ORDERS:
        values = _assemble(tokens, letters)
        valid = float(values.notna().mean())
        if valid >= _ENOUGH:
            readings.append((valid, letters, kind, form, _with_clock(values, clocks)))
    if not readings:
        return None
    best = max(valid for valid, *_ in readings)
    readings = [reading for reading in readings if reading[0] >= best - 1e-9]
    if any(letters == "ymd" for _, letters, *_ in readings) and _has_long_year(tokens, 0):
        readings = [reading for reading in readings if reading[1] != "ydm"]
    if order and any(kind == order for _, _, kind, *_ in readings):
        chosen = next(reading for reading in readings if reading[2] == order)
        return DateTexts(form=_form(chosen[3], clocks), values=chosen[4], order=chosen[2])
    ranked = sorted(readings, key=lambda reading: (-_evenness(reading[4], rows), _custom(reading[1], sign)))
    chosen = ranked[0]
    rival = next((reading for reading in ranked[1:] if _rivals(chosen, reading, rows)), None)
    return DateTexts(
        form=_form(chosen[3], clocks),
        values=chosen[4],
        order=chosen[2],
        other=rival[4] if rival else None,
        other_form=_form(rival[3], clocks) if rival else "",
    )


def _rivals(chosen: Any, other: Any, rows: np.ndarray) -> bool:
    """Another reading rivals the chosen one when it differs and makes the rows run nearly as evenly."""
    if (chosen[4] == other[4]).all():
        return False
    return _evenness(other[4], rows) >= _evenness(chosen[4], rows) - 0.15


def _custom(letters: str, sign: str) -> int:
    """Which order is usual for a separator, for when the data do not tell."""
    usual = {"/": ("mdy", "dmy", "ymd", "ydm"), ".": ("dmy", "ymd", "mdy", "ydm")}.get(
        sign[:1], ("ymd", "dmy", "mdy", "ydm")
    )
    return usual.index(letters)


def _form(form: str, clocks: np.ndarray | None) -> str:
    return form if clocks is None else f"{form}, time"


def _has_long_year(tokens: Sequence[Any], place: int) -> bool:
    return any(token and len(token[place]) == 4 and token[place].isdigit() for token in tokens)


def _assemble(tokens: Sequence[Any], letters: str) -> pd.DatetimeIndex:
    """Make dates of three tokens in the order that `letters` gives; NaT where they are none."""
    place = {letter: index for index, letter in enumerate(letters)}
    numbers = np.full((len(tokens), 3), -1)
    for row, token in enumerate(tokens):
        if not token:
            continue
        year, month, day = token[place["y"]], token[place["m"]], token[place["d"]]
        if not year.isdigit() or not day.isdigit() or len(day) > 2 or len(year) == 3 or len(year) == 1:
            continue
        month_value = int(month) if month.isdigit() and len(month) <= 2 else month_number(month)
        if month_value is None:
            continue
        numbers[row] = _full_year(int(year), len(year)), month_value, int(day)
    frame = pd.DataFrame(numbers, columns=["year", "month", "day"])
    bad = ~(frame["month"].between(1, 12) & frame["day"].between(1, 31) & frame["year"].between(1000, 2500))
    frame[bad] = [1, 1, 1]
    values = pd.DatetimeIndex(
        pd.to_datetime(frame["year"] * 10000 + frame["month"] * 100 + frame["day"], format="%Y%m%d", errors="coerce")
        if not len(frame)
        else pd.to_datetime(
            frame["year"].astype("str").str.zfill(4)
            + frame["month"].astype("str").str.zfill(2)
            + frame["day"].astype("str").str.zfill(2),
            format="%Y%m%d",
            errors="coerce",
        )
    )
    return values.where(~bad.to_numpy())


def _evenness(values: pd.DatetimeIndex, rows: np.ndarray) -> float:
    """How evenly the rows run in time: the share of steps that go the usual way, and of those of the commonest length."""
    moments = values.to_numpy()[rows[rows >= 0]]
    moments = moments[~np.isnat(moments)].astype("datetime64[s]").astype("int64")
    steps = np.diff(moments)
    steps = steps[steps != 0]
    if not len(steps):
        return 0.0
    one_way = max((steps > 0).mean(), (steps < 0).mean())
    gaps = np.diff(np.unique(moments))
    _, counts = np.unique(gaps // 3600, return_counts=True)
    return float(one_way + counts.max() / max(len(gaps), 1))


def _read_two(tokens: Sequence[Any], clocks: np.ndarray | None, rows: np.ndarray) -> DateTexts | None:
    """Read year and month in either order, or a year of a study with its month."""
    for year_place, form in ((0, "YYYY-MM"), (1, "MM-YYYY")):
        numbers = [_year_month(token, year_place) for token in tokens]
        known = [number for number in numbers if number]
        if len(known) < _ENOUGH * len(tokens):
            continue
        texts = pd.Series([f"{number[0]:04d}-{number[1]:02d}" if number else "" for number in numbers], dtype="str")
        named = any(token and not token[1 - year_place].isdigit() for token in tokens)
        values = pd.DatetimeIndex(pd.to_datetime(texts, format="%Y-%m", errors="coerce"))
        if named:
            form = "YYYY month" if year_place == 0 else "month YYYY"
        return DateTexts(form=form, values=_with_clock(values, clocks))
    return _year_of_study(tokens, rows)


def _year_month(token: Any, year_place: int) -> tuple[int, int] | None:
    if not token:
        return None
    year, month = token[year_place], token[1 - year_place]
    if not year.isdigit():
        return None
    number = month_number(month) if not month.isdigit() else int(month) if len(month) <= 2 else None
    if number is None or not 1 <= number <= 12:
        return None
    if len(year) == 4:
        return (int(year), number) if 1000 <= int(year) <= 2500 else None
    # Two digits are a year only beside a month's name: Jan-49.
    return (_full_year(int(year), 2), number) if len(year) == 2 and not month.isdigit() else None


def _year_of_study(tokens: Sequence[Any], rows: np.ndarray) -> DateTexts | None:
    """Forms such as 1-01 or 1-Jan: the first number is the year of a study, the second part cycles."""
    if not all(token and token[0].isdigit() and len(token[0]) <= 2 for token in tokens):
        return None
    outer = np.array([int(token[0]) for token in tokens])
    inner = [month_number(token[1]) if not token[1].isdigit() else int(token[1]) for token in tokens]
    if any(value is None for value in inner):
        return None
    places = rows[rows >= 0]
    years, months = outer[places], np.array(inner)[places]
    cycle = int(months.max())
    if cycle not in (4, 12, 7, 24, 52, 53) or not (months >= 0).all():
        return None
    steps = np.diff(years * cycle + months)
    if len(steps) and (steps == 1).mean() > 0.9:
        step = {12: "month", 4: "quarter", 7: "day", 24: "hour"}.get(cycle, "week")
        return DateTexts(form=f"year of study and {step}", values=pd.DatetimeIndex([]), cycle=cycle, step=step)
    return None
