"""What columns of times are called."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.dataset.words import words

# Names of columns, in lower case without signs, for each part of a time.
PART_NAMES: dict[str, frozenset[str]] = {
    part: frozenset(words(names))
    for part, names in {
        "year": "year yr yy yyyy jahr ano año annee année anno calendaryear yearid 年 年份 年度 год rok jaar år vuosi वर्ष साल",
        "quarter": "quarter qtr quartal trimestre",
        "month": "month mon mnth mo mm monat mes mois mese monthnumber monthid monthname period 月 月份 месяц maand mês महीना",
        "week": "week weekofyear weeknumber woche kw semana semaine isoweek",
        "day": "day dd dom tag dia día jour giorno dayofmonth mday date dy 日 день dag दिन",
        "day of year": "dayofyear doy yday julianday jday",
        "hour": "hour hr hrs hh stunde hora heure ora hourofday time hourending he 时 時 小时 час uur",
        "minute": "minute min mins minutes mi mn mm",
        "second": "second sec secs seconds ss",
    }.items()
}
# The least and the largest number of each part.
PART_RANGES = {
    "year": (0, 2200),
    "quarter": (1, 4),
    "month": (1, 12),
    "week": (1, 54),
    "day": (1, 31),
    "day of year": (1, 366),
    "hour": (0, 2400),
    "minute": (0, 59),
    "second": (0, 60),
}
DATE_NAMES = frozenset(
    words(
        "date datum fecha data dt day dteday datestr tradedate reportdate orderdate dates tarih дата 日期 tag dia jour",
    )
)
CLOCK_NAMES = frozenset(
    words("time zeit uhrzeit hora heure ora clock timeofday hour hr localtime utctime timeutc saat stunde std")
)
TIME_NAMES = DATE_NAMES | frozenset(
    words(
        "time timestamp datetime datetimeutc utc ts period month year timestep ds zeit zeitstempel moment quarter week",
        "unixtime epoch unix yearmonth timeperiod observationdate created createdat localtime yyyymm decimaldate",
        "decimalyear",
    )
)


def plain_name(name: str) -> str:
    """Return a column's name in lower case without signs and units, for comparing."""
    bare = re.sub(r"[\[(].*?[\])]", "", name).strip() or name
    return re.sub(r"[^\w]|_", "", bare.lower())


def find_parts(names: Sequence[str]) -> dict[str, str]:
    """Return the columns that by their names are the parts of a time, as part → column."""
    found: dict[str, str] = {}
    for name in names:
        plain = plain_name(name)
        for part, known in PART_NAMES.items():
            if plain in known and part not in found:
                found[part] = name
                break  # a second mm is the minute
    return found
