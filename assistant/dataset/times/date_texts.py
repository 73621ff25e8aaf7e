"""Dates written as texts: which form they have, and whether days or months come first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from assistant.dataset.choices import DateOrder
from assistant.dataset.times.date_order import (
    Reading,
    Tokens,
    full_year,
    in_one_century,
    rank_mixed,
    rank_readings,
    with_clock,
)
from assistant.dataset.times.period_texts import read_period_texts
from assistant.dataset.vocabulary import month_number

_WEEKDAY = re.compile(
    r"(?i)\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?\s*|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b,?\s*"
    r"|^(?:mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo)\b\.?,?\s+(?=\d{1,2}[./]\d)"
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_ZONE_NAME = re.compile(r"\s*\(?\b(?:UTC|GMT|[ECMP][SD]T|CES?T|BST|IST|Z)\b\)?\s*$", re.IGNORECASE)
_ZONE_PLACE = re.compile(
    r"\s+\[?(?:Europe|America|Asia|Africa|Australia|Pacific|Atlantic|Indian|Etc|US)/[\w/+-]+\]?\s*$"
)
_OFFSET = re.compile(r"\s{0,9}(Z|[+-]\d{2}:?\d{2}|(?<=\d)[+-]\d{2})$")
_TIME = (
    r"(?P<hour>\d{1,2})(?:[:h.](?P<minute>\d{2})(?:[:m.](?P<second>\d{2})(?:[.,:](?P<fraction>\d{1,9}))?)?|h)?\s{0,9}(?:s)?"
    r"(?:\s{0,9}(?P<half>[AaPp]\.?\s?[Mm]\.?))?"
)
_CLOCK_END = re.compile(
    rf"^(?P<date>.*?\S)(?:\s{{0,9}}[T_]\s{{0,9}}|\s{{1,9}}-\s{{1,9}}|\s{{0,9}},\s{{0,9}}|\s{{1,9}}|(?<=\d{{4}}):|(?<=\d{{2}}-\d{{2}})-){_TIME}$"
)
# Words between the parts of a date or around its time that say nothing.
_FILLER = re.compile(
    r"(?i)\s{1,9}(?:de|del|of|à|um|at|a\s{1,9}las|kl\.?|den)\s{1,9}|\s{0,9}\b(?:Uhr|hrs|o'clock)\s{0,9}$"
)
# A part of a date is a number or a word; parts are told apart by signs, or by where digits and letters meet.
_PART = r"(\d{1,4}|[^\W\d_]+\.?)"
_BETWEEN = r"[-/. ,_']+|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)"
_THREE = re.compile(rf"^{_PART}({_BETWEEN}){_PART}(?:{_BETWEEN}){_PART}$")
_TWO = re.compile(rf"^{_PART}(?:{_BETWEEN}){_PART}$")
# Words before a date that say which day of a week or a month it is.
_BEFORE = re.compile(
    r"(?i)^(?:week\s+(?:of|ending|ended|beginning|commencing|starting)|w[/.]?[ecb]\.?|month\s+(?:of|ending|ended)|as\s+(?:of|at)"
    r"|woche\s+(?:vom|ab|bis)|stand|am|semaine\s+du|au|le|semana\s+(?:del|de)|al)[:\s]+(?=\S*\d)"
)
IN_UTC = "The times carry a time zone and are kept in UTC, where no hour is skipped or doubled."
WHOLE_DAYS = "The time zone behind each day was left out: every time is midnight, where it was written."
_ENOUGH = 0.9
_NEAR = 6  # months
_FEW_STEPS = 12
_MANY = 200  # texts from which on the common forms are read all at once
_PLAIN = (
    r"^\s*(?P<a>\d{1,4}|[A-Za-z]{3,9})(?P<sign>[-/. ])(?P<b>\d{1,2}|[A-Za-z]{3,9})[-/. ](?P<c>\d{1,4})"
    r"(?:[T ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp][Mm]))?)?\s*$"
)


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


def read_date_texts(texts: Sequence[str], order: DateOrder | None, rows: np.ndarray) -> DateTexts | None:
    """Read distinct texts as dates, or return None when they are none.

    `rows` gives for each row of the table the position of its text (or -1); it tells which reading makes the rows run
    evenly. `order` settles what the texts leave open.
    """
    notes: list[str] = []
    texts = _latin(texts)
    if len(texts) > _MANY and (plain := _plain_forms(texts, order, rows)) is not None:
        return plain
    if (periods := read_period_texts(texts)) is not None:
        return DateTexts(*periods)
    bare, offsets, clocks = _take_apart(texts, notes)
    if bare is None:
        return None
    if (special := _special_forms(bare, clocks)) is not None:
        return special
    three = [_THREE.match(text) for text in bare]
    if sum(match is not None for match in three) >= _ENOUGH * len(bare):
        shapes = [f"{match[2].strip()[:1]}{len(match[1]) == 4}" if match else "" for match in three]
        tokens = Tokens.of([match and (match[1], match[3], match[4]) for match in three])
        found = _best_order(tokens, shapes, clocks, order, rows)
    else:
        two = [_TWO.match(text) for text in bare]
        if sum(match is not None for match in two) < _ENOUGH * len(bare):
            return None
        found = _read_two([match and (match[1], match[2]) for match in two], clocks, rows)
    if found is None:
        return None
    if offsets is not None and found.cycle == 0 and are_days(found.values):
        notes.append(WHOLE_DAYS)
    elif offsets is not None and found.cycle == 0:
        shift = pd.TimedeltaIndex(offsets)
        found = replace(
            found,
            form=f"{found.form} with a time zone",
            values=found.values - shift,
            other=found.other - shift if found.other is not None else None,
        )
        notes.append(IN_UTC)
    return replace(found, notes=(*found.notes, *notes))


def are_days(moments: pd.DatetimeIndex) -> bool:
    """Tell whether every moment is a midnight; a day with its zone must not become the evening before it."""
    known = moments[moments.notna()]
    return bool(len(known)) and bool((known == known.normalize()).all())


def _latin(texts: Sequence[str]) -> Sequence[str]:
    """Write dates with East Asian signs, dates run together with their time, and the year behind the time, like others."""
    first = texts[0]
    if re.search(r"\d{4}\s*年?\s*第?\s*[一二三四1-4]\s*季", first):
        return [
            re.sub(r"^(\d{4})\s*年?\s*第?\s*([一二三四1-4])\s*季度?$", _chinese_quarter, text.strip()) for text in texts
        ]
    if _BEFORE.match(first):
        texts = [_BEFORE.sub("", text.strip()) for text in texts]
        first = texts[0]
    if _FILLER.search(first):
        texts = [_FILLER.sub(" ", text).strip() for text in texts]
        first = texts[0]
    if "GMT" in first:
        texts = [re.sub(r"\s*GMT\s*([+-]\d{4})(?:\s*\(.*\))?$", r"\1", text) for text in texts]
    if re.search(r"\d\s*[年년]", first):
        signs = str.maketrans({"年": "-", "년": "-", "月": "-", "월": "-", "日": " ", "일": " ", "時": ":", "시": ":"})
        return [re.sub(r"-\s+", "-", text.translate(signs)).strip(" -:") for text in texts]
    if re.fullmatch(r"\d{8}[T_: -]?\d{4}(?:\d{2})?Z?", first) and not first.isdecimal():
        return [re.sub(r"^(\d{8})[T_: -]?(\d{2})(\d{2})(\d{2})?Z?$", _with_colons, text) for text in texts]
    if re.search(r"\d:\d\d(?::\d\d)?(?: [A-Z]{2,5})? \d{4}$", first):
        return [
            re.sub(r"^(.*?) (\d{1,2}:\d\d(?::\d\d)?)(?: [A-Z]{2,5})? (\d{4})$", r"\1 \3 \2", text) for text in texts
        ]
    return texts


def _chinese_quarter(match: re.Match[str]) -> str:
    return f"{match[1]}Q{'一二三四'.find(match[2]) + 1 or match[2]}"


def _with_colons(match: re.Match[str]) -> str:
    return f"{match[1]} {match[2]}:{match[3]}:{match[4] or '00'}"


def _plain_forms(texts: Sequence[str], order: DateOrder | None, rows: np.ndarray) -> DateTexts | None:
    """Read the commonest forms (three parts and perhaps a time of day) all at once; None when any text is another."""
    parts = pc.extract_regex(pa.array(texts, pa.string()), _PLAIN)
    if parts.null_count:
        return None
    columns = {field.name: parts.field(index).to_pandas() for index, field in enumerate(parts.type)}
    tokens = Tokens.of_columns([columns[name] for name in "abc"])
    seconds = np.zeros(len(texts))
    timed = columns["hour"] != ""
    for name, size in (("hour", 3600), ("minute", 60), ("second", 1)):
        seconds += pd.to_numeric(columns[name], errors="coerce").fillna(0).to_numpy() * size
    if (columns["half"] != "").any():
        after = columns["half"].str.lower().to_numpy() == "pm"
        noon = seconds >= 12 * 3600
        seconds = seconds - np.where(noon, 12 * 3600, 0) + np.where(after, 12 * 3600, 0)
    if (columns["fraction"] != "").any():
        seconds += pd.to_numeric("0." + columns["fraction"], errors="coerce").fillna(0).to_numpy()
    if (seconds > 86_400).any():
        return None
    clocks = pd.to_timedelta(np.round(seconds * 1e6), unit="us").to_numpy() if timed.any() else None
    shapes = (columns["sign"] + (columns["a"].str.len() == 4).astype("str")).tolist()
    return _best_order(tokens, shapes, clocks, order, rows)


def _best_order(
    tokens: Tokens, shapes: Sequence[str], clocks: np.ndarray | None, order: DateOrder | None, rows: np.ndarray
) -> DateTexts | None:
    """Return the likeliest order of the parts; `shapes` are the sign and the length of the first part of each text."""
    kinds = [kind for kind in dict.fromkeys(shapes) if kind]
    ranked = rank_readings(tokens, kinds[0][:1] if kinds else "", clocks, order, rows)
    if len(kinds) == 2 and order is None:
        second = np.array([shape == kinds[1] for shape in shapes], dtype="int64")
        ranked = rank_mixed(tokens, second, clocks, rows, ranked[0] if ranked else None) or ranked
    if not ranked:
        return None
    chosen, rival = ranked[0], ranked[1] if len(ranked) > 1 else None
    return DateTexts(
        form=_form(chosen, clocks),
        values=chosen.values,
        order=chosen.order,
        other=rival.values if rival else None,
        other_form=_form(rival, clocks) if rival else "",
    )


def _form(reading: Reading, clocks: np.ndarray | None) -> str:
    return reading.form if clocks is None else f"{reading.form}, time"


def _take_apart(
    texts: Sequence[str], notes: list[str]
) -> tuple[list[str] | None, np.ndarray | None, np.ndarray | None]:
    """Split texts into the date, the offset from UTC and the time of day (as timedelta64)."""
    bare, offsets, seconds = [], np.zeros(len(texts), "int64"), np.full(len(texts), np.nan)
    zoned = named = 0
    for index, text in enumerate(texts):
        rest = _ORDINAL.sub("", _WEEKDAY.sub("", text, count=1)).strip().strip("'\"")
        has_clock = ":" in rest or bool(re.search(r"\d[Tt]\d|\d\s*[AaPp]\.?[Mm]|\d\s?h(?:\d\d)?$", rest))
        if has_clock:
            stripped = _ZONE_NAME.sub("", _ZONE_PLACE.sub("", rest))
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
    timed = not np.isnan(seconds).all()
    clocks = pd.to_timedelta(np.nan_to_num(seconds), unit="s").to_numpy() if timed else None
    return bare, (offsets * np.timedelta64(1, "s") if zoned else None), clocks


def _is_clock(match: re.Match[str], has_clock: bool) -> bool:
    if not (
        match["minute"]
        or match["half"]
        or re.search(r"[T_]\d{1,2}$|\d\sh?\d{1,2}h$|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[- ]\d{1,2}$", match[0])
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
    """Dates as a run of digits before a time of day, such as 20140101 00:30, and days of a year, such as 2014-001."""
    if _share(r"\d{4}-\d{3}", bare) >= _ENOUGH:
        days = pd.DatetimeIndex(pd.to_datetime(pd.Series(bare), format="%Y-%j", errors="coerce"))
        if np.mean(days.notna()) >= _ENOUGH:
            return DateTexts(form="YYYY-day of the year", values=with_clock(days, clocks), order="year first")
    if _share(r"\d{8}", bare) >= _ENOUGH:
        days = pd.DatetimeIndex(pd.to_datetime(pd.Series(bare), format="%Y%m%d", errors="coerce"))
        if np.mean(days.notna()) >= _ENOUGH:
            return DateTexts(
                form="YYYYMMDD" + (" HH:MM" if clocks is not None else ""),
                values=with_clock(days, clocks),
                order="year first",
            )
    return None


def _share(pattern: str, texts: Sequence[str]) -> float:
    return sum(re.fullmatch(pattern, text) is not None for text in texts) / max(len(texts), 1)


def _read_two(tokens: Sequence[Any], clocks: np.ndarray | None, rows: np.ndarray) -> DateTexts | None:
    """Read year and month in either order, or a year of a study with its month."""
    for year_place, form in ((0, "YYYY-MM"), (1, "MM-YYYY")):
        numbers = [_year_month(token, year_place) for token in tokens]
        known = [number for number in numbers if number]
        if len(known) < _ENOUGH * len(tokens):
            continue
        texts = pd.Series([f"{number[0]:04d}-{number[1]:02d}" if number else "" for number in numbers], dtype="str")
        named = any(token and not token[1 - year_place].isdecimal() for token in tokens)
        values = pd.DatetimeIndex(pd.to_datetime(texts, format="%Y-%m", errors="coerce"))
        if named:
            form = "YYYY month" if year_place == 0 else "month YYYY"
        if any(token and len(token[year_place]) == 2 for token in tokens):
            values = in_one_century(values, rows)
            if not _months_follow(values, rows):
                continue  # 15-Jan, 16-Jan …: days without a year
        return DateTexts(form=form, values=with_clock(values, clocks))
    return _year_of_study(tokens, rows) or _short_years(tokens, rows)


def _months_follow(values: pd.DatetimeIndex, rows: np.ndarray) -> bool:
    """Tell whether most rows are a few months from the row before, or in the same one."""
    months = np.asarray(values.year * 12 + values.month, dtype="float64")[rows[rows >= 0]]
    steps = np.abs(np.diff(months[~np.isnan(months)]))
    return not len(steps) or float((steps <= _NEAR).mean()) > 0.5


def _short_years(tokens: Sequence[Any], rows: np.ndarray) -> DateTexts | None:
    """Months with two digits of the year, such as 01/10, when each row is of the month after the row before."""
    if not all(token and token[0].isdecimal() and token[1].isdecimal() and len(token[1]) == 2 for token in tokens):
        return None
    months = [int(token[0]) for token in tokens]
    if min(months) < 1 or max(months) > 12:
        return None
    texts = [f"{full_year(int(token[1]), 2):04d}-{month:02d}" for token, month in zip(tokens, months, strict=True)]
    values = in_one_century(pd.DatetimeIndex(pd.to_datetime(pd.Series(texts), format="%Y-%m")), rows)
    counted = np.asarray(values.year * 12 + values.month)[rows[rows >= 0]]
    steps = np.diff(counted)
    if len(steps) < _FEW_STEPS or max((steps == 1).mean(), (steps == -1).mean()) < _ENOUGH:
        return None
    return DateTexts(form="MM-YY", values=values)


def _year_month(token: Any, year_place: int) -> tuple[int, int] | None:
    if not token:
        return None
    year, month = token[year_place], token[1 - year_place]
    if not year.isdecimal():
        return None
    number = month_number(month) if not month.isdecimal() else int(month) if len(month) <= 2 else None
    if number is None or not 1 <= number <= 12:
        return None
    if len(year) == 4:
        return (int(year), number) if 1000 <= int(year) <= 2500 else None
    # Two digits are a year only beside a month's name: Jan-49.
    return (full_year(int(year), 2), number) if len(year) == 2 and not month.isdecimal() else None


def _year_of_study(tokens: Sequence[Any], rows: np.ndarray) -> DateTexts | None:
    """Forms such as 1-01 or 1-Jan: the first number is the year of a study, the second part cycles."""
    if not all(token and token[0].isdecimal() and len(token[0]) <= 2 for token in tokens):
        return None
    outer = np.array([int(token[0]) for token in tokens])
    inner = [month_number(token[1]) if not token[1].isdecimal() else int(token[1]) for token in tokens]
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
