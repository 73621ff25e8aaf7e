"""Texts that name periods longer than a day: quarters, half-years, weeks, month codes and spans of years."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from assistant.dataset.times.date_order import full_year

_QUARTER = re.compile(
    r"^(?:(?:FY\s*'?)?(?P<y1>\d{4}|(?<=\D)\d{2}|\d{2}(?=\s*Q))(?:[-/]\d{2})?[-/_. :]*(?:Q|K|T|Quarter\s*|qtr\s*)"
    r"(?P<q1>[1-4])|(?:Q|T|Quarter\s*|qtr\s*|Quartal\s*|trim\.?\s*)\s*(?P<q2>[1-4])[-/_. ,':]*(?:FY\s*'?)?(?P<y2>\d{4}|\d{2})(?:[-/]\d{2})?"
    r"|(?P<q3>[1-4])\.?\s*(?:[QT]|Quartal|er trimestre|[eè]me trimestre|st quarter|nd quarter|rd quarter|th quarter)[-/_. ,']*(?P<y3>\d{4}|\d{2}))$",
    re.IGNORECASE,
)
_HALF_YEAR = re.compile(
    r"^(?:(?P<y1>\d{4})[-/_. ]*(?:H|HY|S|Sem(?:ester)?\s*)(?P<h1>[12])|(?:H|HY|S|Sem(?:ester)?\s*)(?P<h2>[12])[-/_. ,']*(?P<y2>\d{4}|\d{2}))$",
    re.IGNORECASE,
)
_WEEK = re.compile(
    r"^(?P<year>\d{4})\s*[-/_ ]?\s*(?:W|KW\s?|Week\s*|Wk\s*)(?P<week>\d{1,2})(?:-?(?P<day>[1-7]))?$"
    r"|^(?:W|KW|Week|Wk|Woche|Semaine|Semana)\s*(?P<week2>\d{1,2})\s*[-/., ]\s*(?P<year2>\d{4})$",
    re.IGNORECASE,
)
_MONTH_CODE = re.compile(r"^(?P<year>\d{4})\s*[-/ ]?[Mm](?P<month>\d{1,2})$")
_YEARS_SPAN = re.compile(r"^(?P<year>\d{4})\s*[-/–]\s*(?:\d{2}|\d{4})$")
_ENOUGH = 0.9  # share of the texts that have to be of one form


def read_period_texts(texts: Sequence[str]) -> tuple[str, pd.DatetimeIndex] | None:
    """Return the form of texts that name periods and the first moment of each (NaT for others); None when most do not."""
    for pattern, reader, form in (
        (_QUARTER, _quarter, "quarter"),
        (_HALF_YEAR, _half_year, "half-year"),
        (_WEEK, _week, "ISO week"),
        (_MONTH_CODE, _month_code, "YYYYMmm"),
        (_YEARS_SPAN, _span, "years"),
    ):
        matches = [pattern.match(text) for text in texts]
        if sum(match is not None for match in matches) < _ENOUGH * len(texts):
            continue
        if form == "years" and not _are_spans([text for text, match in zip(texts, matches, strict=True) if match]):
            continue
        values = pd.DatetimeIndex(
            pd.to_datetime(
                pd.Series([match and reader(match) for match in matches], dtype="str"),
                format="%Y-%m-%d",
                errors="coerce",
            )
        )
        return form, values
    return None


def _are_spans(texts: Sequence[str]) -> bool:
    """Spans of years such as 2019/20: the second always follows the first, and once it cannot be a month."""
    ends = [tuple(part.strip() for part in re.split(r"[-/–]", text, maxsplit=1)) for text in texts]
    if all(len(last) == 4 for _, last in ends):
        return all(0 < int(last) - int(first) <= 10 for first, last in ends)
    follows = all(len(last) == 2 and (int(first) + 1) % 100 == int(last) for first, last in ends)
    return follows and any(int(last) > 12 or int(last) == 0 for _, last in ends)


def _quarter(match: re.Match[str]) -> str:
    year = match["y1"] or match["y2"] or match["y3"]
    quarter = match["q1"] or match["q2"] or match["q3"]
    return f"{full_year(int(year), len(year)):04d}-{int(quarter) * 3 - 2:02d}-01"


def _half_year(match: re.Match[str]) -> str:
    year, half = match["y1"] or match["y2"], match["h1"] or match["h2"]
    return f"{full_year(int(year), len(year)):04d}-{int(half) * 6 - 5:02d}-01"


def _week(match: re.Match[str]) -> str:
    try:
        return str(
            pd.Timestamp.fromisocalendar(
                int(match["year"] or match["year2"]),
                max(int(match["week"] or match["week2"]), 1),
                int(match["day"] or 1),
            ).date()
        )
    except ValueError:
        return ""


def _month_code(match: re.Match[str]) -> str:
    return f"{match['year']}-{int(match['month']):02d}-01"


def _span(match: re.Match[str]) -> str:
    return f"{match['year']}-01-01"
