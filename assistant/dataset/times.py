"""Times as tables write them: in one column of any usual form, or in parts over several columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from assistant.dataset.cells import MISSING_MARKS
from assistant.dataset.choices import DateOrder
from assistant.dataset.date_texts import IN_UTC, read_date_texts
from assistant.dataset.months import month_number
from assistant.dataset.words import words

# Names of columns, in lower case without signs, for each part of a time.
PART_NAMES: dict[str, frozenset[str]] = {
    part: frozenset(words(names))
    for part, names in {
        "year": "year yr yyyy jahr ano año annee année anno calendaryear yearid",
        "quarter": "quarter qtr quartal trimestre",
        "month": "month mon mnth mo mm monat mes mois mese monthnumber monthid period",
        "week": "week weekofyear weeknumber woche kw semana semaine isoweek",
        "day": "day dd dom tag dia día jour giorno dayofmonth mday date dy",
        "day of year": "dayofyear doy yday julianday jday",
        "hour": "hour hr hrs hh stunde hora heure ora hourofday time hourending",
        "minute": "minute min mins minutes mi",
        "second": "second sec secs seconds ss",
    }.items()
}
DATE_NAMES = frozenset(
    words(
        "date datum fecha data dt day dteday datestr tradedate reportdate orderdate dates tarih дата 日期 tag dia jour",
    )
)
CLOCK_NAMES = frozenset(
    words("time zeit uhrzeit hora heure ora clock timeofday hour hr localtime utctime timeutc saat")
)
TIME_NAMES = DATE_NAMES | frozenset(
    words(
        "time timestamp datetime datetimeutc utc ts period month year timestep ds zeit zeitstempel moment quarter week",
        "unixtime epoch unix yearmonth timeperiod observationdate created createdat localtime yyyymm decimaldate",
        "decimalyear",
    )
)
_EPOCHS = (
    (1e8, 6e9, "s", "epoch seconds"),
    (1e11, 6e12, "ms", "epoch milliseconds"),
    (1e14, 6e15, "us", "epoch microseconds"),
    (1e17, 9.2e18, "ns", "epoch nanoseconds"),
)
_YEARS = (1500, 2200)
_LONGEST = 60  # characters; longer texts are no dates


@dataclass(frozen=True, eq=False)
class TimeReading:
    """The times of a table's rows.

    `values` are datetime64 without a zone (NaT where a row has none); `form` names the form; `other` is a second
    reading that fits as well, with `other_form`; `season` is the number of rows after which an undated cycle repeats
    (forms such as `1-01`), where `values` is None; `notes` say what was done to reach the values.
    """

    columns: tuple[str, ...]
    form: str
    values: pd.DatetimeIndex | None = field(repr=False, default=None)
    other: pd.DatetimeIndex | None = field(repr=False, default=None)
    other_form: str = ""
    season: int = 1
    step: str = ""
    unread: int = 0
    examples: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    order: DateOrder | None = None

    @property
    def read(self) -> float:
        """Return the share of rows that have a time."""
        if self.values is None:
            return 1.0
        return float(np.mean(self.values.notna())) if len(self.values) else 0.0


def count_missing(moments: pd.DatetimeIndex) -> int:
    """Return how many of the moments are missing."""
    return int(np.isnat(moments.to_numpy()).sum())


def plain_name(name: str) -> str:
    """Return a column's name in lower case without signs and units, for comparing."""
    bare = re.sub(r"[\[(].*?[\])]", "", name).strip() or name
    return re.sub(r"[^\w]|_", "", bare.lower())


def read_times(frame: pd.DataFrame, columns: Sequence[str], order: DateOrder | None = None) -> TimeReading | None:
    """Read the times of a table's rows from one column or from parts; None when these columns hold none.

    `order` settles whether days or months come first where the texts leave it open.
    """
    if not columns or any(name not in frame.columns for name in columns):
        return None
    if len(columns) == 1:
        return read_single(frame[columns[0]], columns[0], order)
    return _read_parts(frame, columns, order)


def read_single(column: pd.Series, name: str, order: DateOrder | None = None) -> TimeReading | None:
    """Read the times of one column, or return None when it holds none."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return _zoned(column, name)
    if pd.api.types.is_datetime64_any_dtype(column):
        values = pd.DatetimeIndex(column)
        return TimeReading(
            columns=(name,), form="ISO 8601", values=values, unread=count_missing(values), order="year first"
        )
    if pd.api.types.is_bool_dtype(column):
        return None
    if pd.api.types.is_numeric_dtype(column):
        return _read_numeric(column.astype("float64"), name, order)
    return _read_texts(column, name, order)


def _zoned(column: pd.Series, name: str) -> TimeReading:
    values = pd.DatetimeIndex(column).tz_convert("UTC").tz_localize(None)
    return TimeReading(
        columns=(name,),
        form="ISO 8601 with a time zone",
        values=values,
        unread=count_missing(values),
        order="year first",
        notes=(IN_UTC,),
    )


def _read_texts(column: pd.Series, name: str, order: DateOrder | None) -> TimeReading | None:
    texts = column.astype("str").str.strip()
    codes, uniques = pd.factorize(texts)
    names = [str(text) for text in uniques]
    wanted = [index for index, text in enumerate(names) if text.lower() not in MISSING_MARKS]
    if not wanted or np.median([len(names[index]) for index in wanted[:1000]]) > _LONGEST:
        return None
    digits = [index for index in wanted if re.fullmatch(r"\d+(?:\.\d+)?", names[index])]
    if len(digits) >= 0.9 * len(wanted):
        numbers = pd.to_numeric(texts.where(texts.str.fullmatch(r"\d+(?:\.\d+)?"), None), errors="coerce")
        return _read_numeric(numbers.astype("float64"), name, order)
    rows = _positions(codes, wanted)
    found = read_date_texts([names[index] for index in wanted], order, rows)
    if found is None:
        starts = _starts_of_spans([names[index] for index in wanted])
        found = read_date_texts(starts, order, rows) if starts else None
    if found is None:
        return None
    if found.cycle:
        return TimeReading(columns=(name,), form=found.form, season=found.cycle, step=found.step)
    values = _spread(found.values, codes, wanted, len(names))
    unread = count_missing(values)
    if unread > 0.1 * len(values) + 2:
        return None
    bad = [names[index] for index, value in zip(wanted, found.values, strict=True) if pd.isna(value)]
    return TimeReading(
        columns=(name,),
        form=found.form,
        values=values,
        other=_spread(found.other, codes, wanted, len(names)) if found.other is not None else None,
        other_form=found.other_form,
        unread=unread,
        examples=tuple(bad[:3]),
        notes=found.notes,
        order=found.order,
    )


_SPAN = re.compile(r"^(\S.{6,}?\S)\s*(?:\s[-–—]\s|\s(?:to|bis|until)\s|/)\s*(\S.{3,}\S)$")


def _starts_of_spans(texts: Sequence[str]) -> list[str] | None:
    """Return the first moment of each span such as `01.01.2020 00:00 - 01.01.2020 01:00`; None when they are none."""
    matches = [_SPAN.match(text) for text in texts]
    if sum(match is not None for match in matches) < 0.9 * len(texts):
        return None
    return [match[1] if match else text for match, text in zip(matches, texts, strict=True)]


def _positions(codes: np.ndarray, wanted: Sequence[int]) -> np.ndarray:
    """The rows' order in terms of the wanted uniques; -1 where a row has none."""
    place = np.full(max(codes.max(initial=0), max(wanted)) + 2, -1)
    place[np.asarray(wanted)] = np.arange(len(wanted))
    spread: np.ndarray = place[codes]
    return spread


def _spread(found: pd.DatetimeIndex, codes: np.ndarray, wanted: Sequence[int], number: int) -> pd.DatetimeIndex:
    moments = found.to_numpy()
    full = np.full(number + 1, np.datetime64("NaT"), dtype=moments.dtype)
    full[np.asarray(wanted)] = moments
    return pd.DatetimeIndex(full[codes])


def _read_numeric(column: pd.Series, name: str, order: DateOrder | None) -> TimeReading | None:
    start = column.iloc[:1000].to_numpy()
    if (start < 0).any():
        return None
    known = column.dropna()
    if len(known) < 2 or len(known) < 0.9 * len(column):
        return None
    numbers = known.to_numpy()
    if not np.isfinite(numbers).all() or (numbers < 0).any():
        return None
    named = plain_name(name) in TIME_NAMES or bool(
        re.search(r"(?i)date|time|year|month|jahr|epoch|unix|period|stamp", name)
    )
    if (numbers == np.floor(numbers)).all():
        return _read_whole_numbers(column, numbers, name, named, order)
    return _read_fractions(column, numbers, name, named)


def _read_whole_numbers(
    column: pd.Series, numbers: np.ndarray, name: str, named: bool, order: DateOrder | None
) -> TimeReading | None:
    low, high = numbers.min(), numbers.max()
    rising = _mostly_one_way(numbers)
    if low >= _YEARS[0] and high <= _YEARS[1]:
        if named or (rising and np.median(np.abs(np.diff(np.unique(numbers)))) == 1 and len(np.unique(numbers)) > 5):
            return _made(
                name, "year", pd.to_datetime(column.astype("Int64").astype("str"), format="%Y", errors="coerce")
            )
        return None
    for digits, form, pattern in (
        (6, "YYYYMM", "%Y%m"),
        (8, "YYYYMMDD", "%Y%m%d"),
        (10, "YYYYMMDDHH", "%Y%m%d%H"),
        (12, "YYYYMMDDHHMM", "%Y%m%d%H%M"),
        (14, "YYYYMMDDHHMMSS", "%Y%m%d%H%M%S"),
    ):
        if not 10 ** (digits - 1) <= low <= high < 10**digits:
            continue
        texts = column.astype("Int64").astype("str")
        first = texts.str.slice(0, 4)
        if not pd.to_numeric(first, errors="coerce").dropna().between(*_YEARS).all():
            continue
        if digits == 10 and (hours := texts.str.slice(8, 10)).eq("24").any():
            values = pd.to_datetime(texts.str.slice(0, 8), format="%Y%m%d", errors="coerce") + pd.to_timedelta(
                pd.to_numeric(hours, errors="coerce"), unit="h"
            )
        else:
            values = pd.to_datetime(texts, format=pattern, errors="coerce")
        if values.notna().sum() >= 0.98 * len(numbers) and (named or rising or digits >= 8):
            return _made(name, form, values)
    if named and low >= 10**6 and high < 10**8 and _YEARS[0] <= numbers[0] % 10_000 <= _YEARS[1]:
        dates = column.astype("Int64").astype("str").str.zfill(8)
        dates = dates.str.slice(0, 2) + "/" + dates.str.slice(2, 4) + "/" + dates.str.slice(4)
        return _read_texts(dates, name, order)
    if len(np.unique(numbers)) > 2 and (named or rising):
        for least, most, unit, form in _EPOCHS:
            if least <= low and high <= most:
                return _made(name, form, _from_epoch(column, unit))
        if named and low >= 20_000 and high <= 80_000 and rising:
            return _made(name, "spreadsheet day number", _from_days(column))
        if named and low >= 10**5 and high < 10**6:
            values = pd.to_datetime(column.astype("Int64").astype("str"), format="%y%m%d", errors="coerce")
            if values.notna().all():
                return _made(name, "YYMMDD", values)
    return None


def _from_epoch(column: pd.Series, unit: str) -> pd.Series:
    micros = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}[unit]
    known = column.notna().to_numpy()
    moments = np.full(len(column), np.datetime64("NaT", "us"))
    moments[known] = np.round(column.to_numpy()[known] * micros).astype("int64").astype("datetime64[us]")
    return pd.Series(moments)


def _from_days(column: pd.Series) -> pd.Series:
    seconds = (column * 86400).round()
    return pd.Timestamp("1899-12-30") + pd.to_timedelta(seconds, unit="s")


def _read_fractions(column: pd.Series, numbers: np.ndarray, name: str, named: bool) -> TimeReading | None:
    low, high = numbers.min(), numbers.max()
    if _YEARS[0] <= low and high <= _YEARS[1] and _mostly_one_way(numbers) and (named or _steady(numbers)):
        hundredths = np.round((numbers % 1) * 100)
        if (np.abs((numbers % 1) * 100 - hundredths) < 1e-6).all() and set(hundredths.astype(int)) == set(range(1, 13)):
            texts = column.map(lambda value: None if pd.isna(value) else f"{value:.2f}")
            return _made(name, "YYYY.MM", pd.to_datetime(texts, format="%Y.%m", errors="coerce"))
        whole = np.floor(column)
        start = pd.to_datetime(whole.astype("Int64").astype("str"), format="%Y", errors="coerce")
        days = np.where((whole % 4 == 0) & ((whole % 100 != 0) | (whole % 400 == 0)), 366, 365)
        seconds = ((column - whole) * days * 86400).round()
        values = pd.Series(pd.DatetimeIndex(start)) + pd.to_timedelta(seconds.to_numpy(), unit="s")
        step = float(np.median(np.diff(np.unique(numbers))))
        if abs(step - 1 / 12) < 0.004:
            months = np.floor((column - whole) * 12 + 0.05).clip(0, 11)
            values = pd.Series(pd.DatetimeIndex(start)).dt.to_period("M") + months.fillna(0).astype(int)
            values = values.dt.to_timestamp().where(column.notna().to_numpy())
        elif abs(step - 0.25) < 0.004:
            quarters = np.floor((column - whole) * 4 + 0.05).clip(0, 3)
            values = (
                pd.Series(pd.DatetimeIndex(start)).dt.to_period("Q") + quarters.fillna(0).astype(int)
            ).dt.to_timestamp()
        elif step < 0.5:
            values = values.dt.round("h") if step < 0.002 else values.dt.round("D")
        return _made(name, "year with decimals", values)
    if _mostly_one_way(numbers) and named:
        for least, most, unit, form in _EPOCHS[:2]:
            if least <= low and high <= most:
                return _made(name, form, _from_epoch(column, unit))
        if low >= 20_000 and high <= 80_000:
            return _made(name, "spreadsheet day number", _from_days(column))
    return None


def _made(name: str, form: str, values: pd.Series) -> TimeReading:
    index = pd.DatetimeIndex(values)
    return TimeReading(columns=(name,), form=form, values=index, unread=count_missing(index))


def _mostly_one_way(numbers: np.ndarray) -> bool:
    steps = np.diff(numbers)
    steps = steps[steps != 0]
    return len(steps) > 0 and max((steps > 0).mean(), (steps < 0).mean()) > 0.9


def _steady(numbers: np.ndarray) -> bool:
    steps = np.diff(numbers)
    middle = np.median(steps)
    return bool(middle > 0 and (np.abs(steps - middle) < 0.2 * middle).mean() > 0.8)


def find_parts(names: Sequence[str]) -> dict[str, str]:
    """Return the columns that by their names are the parts of a time, as part → column."""
    found: dict[str, str] = {}
    for name in names:
        plain = plain_name(name)
        for part, known in PART_NAMES.items():
            if plain in known and part not in found:
                found[part] = name
    return found


def _read_parts(frame: pd.DataFrame, columns: Sequence[str], order: DateOrder | None) -> TimeReading | None:
    """Put a time together: a date and a clock time, or year, month, day, hour, minute and second."""
    parts = {}
    for name in columns:
        plain = plain_name(name)
        part = next((part for part, known in PART_NAMES.items() if plain in known and part not in parts), None)
        if part:
            parts[part] = name
    if "year" in parts and len(parts) == len(columns):
        built = _from_numbers(frame, parts)
        if built is not None:
            return TimeReading(
                columns=tuple(columns), form=" + ".join(parts), values=built, unread=count_missing(built)
            )
    first, *rest = columns
    day = read_single(frame[first], first, order)
    if day is None or day.values is None:
        return None
    values, other = day.values, day.other
    for name in rest:
        clock = read_clock(frame[name])
        if clock is None or plain_name(name) not in CLOCK_NAMES:
            parts_of_day = read_periods(frame[name])
            clock = clock if parts_of_day is None else parts_of_day
        if clock is None:
            return None
        values = values + pd.TimedeltaIndex(clock)
        other = other + pd.TimedeltaIndex(clock) if other is not None else None
    return TimeReading(
        columns=tuple(columns), form=f"{day.form} + time of day", values=values, other=other, other_form=day.other_form,
        unread=count_missing(values), notes=day.notes, order=day.order,
    )  # fmt: skip


def _from_numbers(frame: pd.DataFrame, parts: dict[str, str]) -> pd.DatetimeIndex | None:
    numbers = {part: _part_numbers(frame[name], part) for part, name in parts.items()}
    if any(values is None for values in numbers.values()):
        return None
    years = numbers["year"]
    assert years is not None
    if years.dropna().between(0, 99).all():
        years = years + np.where(years < 36, 2000, 1900)
    if not years.dropna().between(*_YEARS).all() or not years.notna().any():
        return None
    base = pd.DataFrame({"year": years, "month": 1, "day": 1})
    for part in ("month", "day"):
        if (values := numbers.get(part)) is not None:
            base[part] = values
    if (quarter := numbers.get("quarter")) is not None and "month" not in parts:
        base["month"] = quarter * 3 - 2
    moments = pd.to_datetime(base, errors="coerce")
    if (week := numbers.get("week")) is not None and not {"month", "day", "day of year"} & set(parts):
        # The week that holds 4 January is the first (ISO 8601).
        fourth = pd.to_datetime(pd.DataFrame({"year": years, "month": 1, "day": 4}), errors="coerce")
        moments = fourth - pd.to_timedelta(fourth.dt.day_of_week, unit="D") + pd.to_timedelta((week - 1) * 7, unit="D")
    if (day := numbers.get("day of year")) is not None and "month" not in parts:
        moments = moments + pd.to_timedelta(day - 1, unit="D")
    for part, unit in _CLOCK_PARTS:
        if part not in parts:
            continue
        values = numbers[part]
        assert values is not None
        if part == "hour" and values.max() > 24:
            moments = moments + pd.to_timedelta(values // 100, unit="h") + pd.to_timedelta(values % 100, unit="min")
        else:
            shift = 1 if part == "hour" and values.min() >= 1 and values.max() == 24 else 0
            moments = moments + pd.to_timedelta(values - shift, unit=unit)
    return pd.DatetimeIndex(moments) if moments.notna().mean() > 0.9 else None


_CLOCK_PARTS: tuple[tuple[str, Literal["h", "min", "s"]], ...] = (("hour", "h"), ("minute", "min"), ("second", "s"))
_RANGES = {
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


def _part_numbers(column: pd.Series, part: str) -> pd.Series | None:
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.year.astype("float64") if part == "year" else None
    if pd.api.types.is_numeric_dtype(column):
        numbers = column.astype("float64")
    else:
        texts = column.astype("str").str.strip()
        if part == "month":
            months = texts.map(month_number)
            if months.notna().mean() > 0.9:
                return months.astype("float64")
            if texts.str.fullmatch(r"Q0?[1-4]").mean() > 0.9:
                return pd.to_numeric(texts.str[-1], errors="coerce") * 3 - 2
        if part == "hour":
            clock = read_clock(column)
            return None if clock is None else pd.Series(clock / np.timedelta64(1, "h"), index=column.index)
        numbers = pd.to_numeric(texts.str.replace(r"^[A-Za-z]+\s*", "", regex=True), errors="coerce")
    known = numbers.dropna()
    low, high = _RANGES[part]
    if (
        known.empty
        or len(known) < 0.9 * len(numbers)
        or (known != np.floor(known)).any()
        or not known.between(low, high).all()
    ):
        return None
    return numbers


_PARTS_OF_A_DAY = (24, 48, 96, 144, 288)


def read_periods(column: pd.Series) -> np.ndarray | None:
    """Read numbers that count the parts of a day (24 hours, 48 half hours …) as timedelta64; None when they do not.

    A day on which the clocks go back may have the parts of one hour more.
    """
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return None
    numbers = column.astype("float64")
    if numbers.isna().any() or numbers.empty or (numbers != np.floor(numbers)).any():
        return None
    low, high = int(numbers.min()), int(numbers.max())
    number = next((parts for parts in _PARTS_OF_A_DAY if parts <= high - low + 1 <= parts + parts // 24), None)
    if low not in (0, 1) or number is None or numbers.nunique() != high - low + 1:
        return None
    seconds: np.ndarray = pd.to_timedelta((numbers - low) * (86400 / number), unit="s").to_numpy()
    return seconds


_CLOCK = re.compile(r"^(\d{1,2})(?:[:.h](\d{1,2}))?(?:[:.m](\d{1,2})(?:[.,]\d+)?)?\s*s?\s*([AaPp]\.?[Mm]\.?)?$")


def read_clock(column: pd.Series) -> np.ndarray | None:
    """Read times of day as timedelta64, or return None when a column holds none."""
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return None
    if pd.api.types.is_numeric_dtype(column):
        numbers = column.astype("float64")
        known = numbers.dropna()
        if known.empty or (known < 0).any():
            return None
        if (known == np.floor(known)).all() and known.max() <= 24:
            return pd.to_timedelta(numbers, unit="h").to_numpy()
        if (known == np.floor(known)).all() and known.max() <= 2400 and (known % 100 < 60).all():
            return (pd.to_timedelta(numbers // 100, unit="h") + pd.to_timedelta(numbers % 100, unit="min")).to_numpy()
        if (
            (known == np.floor(known)).all()
            and known.max() <= 240_000
            and (known % 100 < 60).all()
            and (known // 100 % 100 < 60).all()
        ):
            return pd.to_timedelta(
                numbers // 10000 * 3600 + numbers // 100 % 100 * 60 + numbers % 100, unit="s"
            ).to_numpy()
        if known.max() < 1:
            return pd.to_timedelta((numbers * 86400).round(), unit="s").to_numpy()
        return None
    codes, uniques = pd.factorize(column.astype("str").str.strip())
    seconds = np.full(len(uniques) + 1, np.nan)
    for index, text in enumerate(uniques):
        match = _CLOCK.match(str(text))
        if match and int(match[1]) <= 24 and int(match[2] or 0) < 60 and int(match[3] or 0) <= 60:
            hour = int(match[1])
            if match[4]:
                hour = hour % 12 + (12 if match[4][0] in "pP" else 0)
            seconds[index] = hour * 3600 + int(match[2] or 0) * 60 + int(match[3] or 0)
    spread = seconds[codes]
    if np.isnan(spread).mean() > 0.1:
        return None
    return pd.to_timedelta(spread, unit="s").to_numpy()
