"""Times as tables write them: in one column of any usual form, or in parts over several columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from assistant.dataset.choices import DateOrder
from assistant.dataset.times.date_texts import IN_UTC, WHOLE_DAYS, are_days, read_date_texts
from assistant.dataset.times.number_moments import dates_run_together, read_number_moments
from assistant.dataset.times.time_of_day import read_clock, read_periods
from assistant.dataset.times.time_reading import TimeReading, count_missing
from assistant.dataset.vocabulary import (
    CLOCK_NAMES,
    MISSING_MARKS,
    PART_NAMES,
    PART_RANGES,
    TIME_NAMES,
    month_number,
    plain_name,
)

_YEARS = (1500, 2200)
_LONGEST = 60  # characters; longer texts are no dates


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
        return _read_numbers(column.astype("float64"), name, order)
    return _read_texts(column, name, order)


def _read_numbers(column: pd.Series, name: str, order: DateOrder | None) -> TimeReading | None:
    reading = read_number_moments(column, name)
    if reading is not None or plain_name(name) not in TIME_NAMES:
        return reading
    dates = dates_run_together(column)
    return None if dates is None else _read_texts(dates, name, order)


def _zoned(column: pd.Series, name: str) -> TimeReading:
    zoned = pd.DatetimeIndex(column)
    local = zoned.tz_localize(None)
    days = are_days(local)
    values = local if days else zoned.tz_convert("UTC").tz_localize(None)
    return TimeReading(
        columns=(name,),
        form="ISO 8601 with a time zone",
        values=values,
        unread=count_missing(values),
        order="year first",
        notes=(WHOLE_DAYS,) if days and str(zoned.tz) != "UTC" else (IN_UTC,),
    )


def _read_texts(column: pd.Series, name: str, order: DateOrder | None) -> TimeReading | None:
    texts = column.astype("str").str.strip()
    codes, uniques = pd.factorize(texts)
    names = [str(text) for text in uniques]
    wanted = [index for index, text in enumerate(names) if text.lower() not in MISSING_MARKS]
    if not wanted or np.median([len(names[index]) for index in wanted[:1000]]) > _LONGEST:
        return None
    digits = [index for index in wanted if re.fullmatch(r"\d+(?:[.,]\d+)?", names[index])]
    if len(digits) >= 0.9 * len(wanted):
        plain = texts.where(texts.str.fullmatch(r"\d+(?:[.,]\d+)?"), None).str.replace(",", ".", regex=False)
        numbers = pd.to_numeric(plain, errors="coerce")
        reading = _read_numbers(numbers.astype("float64"), name, order)
        if reading is not None:
            return reading
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


def _read_parts(frame: pd.DataFrame, columns: Sequence[str], order: DateOrder | None) -> TimeReading | None:
    """Put a time together: a date and a clock time, or year, month, day, hour, minute and second."""
    parts = _parts_of(frame, columns)
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
    form, other_form, kind = day.form, day.other_form, day.order
    if other is not None and kind in ("day first", "month first") and _only_firsts(values) and not _only_firsts(other):
        # A clock beside the date runs through days that follow each other, not through the first days of months.
        values, other, form, other_form = other, None, other_form, ""
        kind = "day first" if kind == "month first" else "month first"
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
        columns=tuple(columns), form=f"{form} + time of day", values=values, other=other, other_form=other_form,
        unread=count_missing(values), notes=day.notes, order=kind,
    )  # fmt: skip


_FINER = ("year", "quarter", "month", "week", "day of year", "day", "hour", "minute", "second")


def _parts_of(frame: pd.DataFrame, columns: Sequence[str]) -> dict[str, str]:
    """Return which part of a time each column holds: by its name, or else by its numbers, as finer than the one before."""
    parts: dict[str, str] = {}
    for name in columns:
        plain = plain_name(name)
        part = next((part for part, known in PART_NAMES.items() if plain in known and part not in parts), None)
        if part is None and parts:
            part = part_by_numbers(frame[name], list(parts))
        if part is not None:
            parts[part] = name
    return parts


def part_by_numbers(column: pd.Series, before: Sequence[str]) -> str | None:
    """Return the part of a time that whole numbers may be, next finer than those before; None when they may be none."""
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return None
    numbers = column.to_numpy(dtype="float64", na_value=np.nan)
    if not len(numbers) or not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any():
        return None
    low, high, last = numbers.min(), numbers.max(), before[-1]
    match last:
        case "year":
            part = (
                "month" if high <= 12 else "week" if 52 <= high <= 54 else "day of year" if 100 < high <= 366 else None
            )
        case "month":
            part = "day" if 28 <= high <= 31 else None
        case "day" | "day of year":
            return "hour" if low >= 0 and 23 <= high <= 24 else None
        case "hour" | "minute":
            return _FINER[_FINER.index(last) + 1] if low >= 0 and 30 <= high <= 59 else None
        case _:
            part = None
    return part if low >= 1 else None


def _only_firsts(moments: pd.DatetimeIndex) -> bool:
    return bool((moments[moments.notna()].day == 1).all())


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
        numbers = pd.to_numeric(
            texts.str.replace(r"^[A-Za-z]+\s*|\s*[年月日时時点號号년월일시]$", "", regex=True), errors="coerce"
        )
    known = numbers.dropna()
    low, high = PART_RANGES[part]
    if (
        known.empty
        or len(known) < 0.9 * len(numbers)
        or (known != np.floor(known)).any()
        or not known.between(low, high).all()
    ):
        return None
    return numbers
