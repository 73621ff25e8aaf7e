"""Inspecting a table: what was understood, what would be repaired, what the student should know, and a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from assistant import wording
from assistant.dataset.checks import Understood, find_findings
from assistant.dataset.choices import Choices, DateOrder, ReadingRequest
from assistant.dataset.preparing.prepare import SeriesRequest, prepare
from assistant.dataset.preparing.season import autocorrelation, season_shows
from assistant.dataset.reading.read_table import read_table
from assistant.dataset.reading.table import Reader, Table
from assistant.dataset.repairs import GAPS, WIDE
from assistant.dataset.series import Repair, Roles, Series, Source
from assistant.dataset.times.read_times import read_times
from assistant.dataset.times.time_reading import TimeReading
from assistant.dataset.understanding.columns import Column, Kind, understand_columns
from assistant.dataset.understanding.roles import Suggestion, suggest_roles
from assistant.dataset.understanding.stacked_series import find_stack
from assistant.dataset.understanding.time_columns import find_time
from assistant.dataset.understanding.very_large_tables import Start, read_start
from assistant.errors import DatasetError
from assistant.findings import Finding
from assistant.frozen import Frozen

Outcome = Literal["good", "usable", "too short", "no time order", "wrong kind", "not usable"]
_RELATED = 0.2  # autocorrelation from one row to the next, below which undated rows have no order
_SHORT = 60


class ColumnFacts(Frozen):
    """One column: its kind, how many rows have no value, how many distinct values, its unit and range."""

    name: str
    kind: Kind
    missing: int
    distinct: int
    unit: str = ""
    low: float | None = None
    high: float | None = None


class TimeFacts(Frozen):
    """When the rows were: columns, form, first and last moment, frequency (pandas' alias) and its noun.

    `other_format` and `other_first` are a second reading that fits as well.
    """

    columns: tuple[str, ...]
    format: str
    first: str | None = None
    last: str | None = None
    frequency: str | None = None
    step: str = "row"
    order: DateOrder | None = None
    other_format: str | None = None
    other_first: str | None = None
    other_last: str | None = None


class SeriesFacts(Frozen):
    """Several series in one table: the column that tells them apart, and their names with their rows."""

    column: str
    names: dict[str, int]


class Inspection(Frozen):
    """What was understood of a table; `verdict` is one sentence, `outcome` its kind.

    `season_shows` tells whether the data show the season, or whether it is only usual for such data.
    """

    reader: Reader
    rows: int
    columns: tuple[ColumnFacts, ...]
    time: TimeFacts | None
    target: str | None
    targets: tuple[str, ...]
    features: tuple[str, ...]
    reasons: dict[str, str]
    series: SeriesFacts | None
    season: int | None
    season_shows: bool | None = None
    horizon: int | None
    repairs: tuple[Repair, ...]
    findings: tuple[Finding, ...]
    outcome: Outcome
    verdict: str


@dataclass(frozen=True, eq=False)
class Examination:
    """A table examined: the inspection, the table, its columns, and the series it makes (None when it makes none).

    `roles` are those that were given or suggested; the series may do without some of their features. Of a very large
    table only the columns of interest are loaded: what is known of the others is of its `start`, and so are they.
    """

    inspection: Inspection
    table: Table = field(repr=False)
    columns: Mapping[str, Column] = field(repr=False)
    time: TimeReading | None = field(repr=False)
    series: Series | None = field(repr=False)
    roles: Roles | None = None
    start: Table | None = field(repr=False, default=None)


def inspect(
    path_or_table: Path | Table,
    request: ReadingRequest | None = None,
    *,
    roles: Roles | None = None,
    source: Source | None = None,
) -> Inspection:
    """Inspect a table; raise DatasetError only when there is none in the file."""
    return examine(path_or_table, request, roles=roles, source=source).inspection


def examine(
    path_or_table: Path | Table,
    request: ReadingRequest | None = None,
    *,
    roles: Roles | None = None,
    source: Source | None = None,
    horizon: int | None = None,
    season: int | None = None,
) -> Examination:
    """Examine a table with the roles given (or suggested); raise DatasetError only when there is none in the file.

    `request` says how a file is to be read, and holds the choices for one that was read before.
    """
    request = request or ReadingRequest()
    choices = request.choices
    start: Start | None = None
    if isinstance(path_or_table, Table):
        table = path_or_table
    else:
        start = read_start(path_or_table, choices)
        if start is not None:
            request = replace(request, columns=start.of_interest(roles, choices))
        table = read_table(path_or_table, request)
    columns = understand_columns(table, choices)
    suggestion, problem = (start.suggestion, None) if start and start.suggestion else _suggest(table, choices, columns)
    time = _time(table, columns, choices, roles, suggestion)
    chosen = roles or (suggestion.roles if suggestion else None)
    stack = find_stack(table.frame, columns, time, chosen.target if chosen else "")
    series: Series | None = None
    if chosen is not None:
        try:
            wanted = SeriesRequest(horizon=horizon, season=season)
            series = prepare(table, chosen, source or _UNKNOWN, wanted, choices=choices, columns=columns)
        except DatasetError as error:
            problem = error
    outcome, verdict = _judge(chosen, series, problem, time, columns)
    seen = {**start.columns_of(table.rows), **columns} if start else columns
    future = {**(suggestion.future if suggestion and chosen and suggestion.roles.target == chosen.target else {})}
    future |= series.future if series else {}
    understood = Understood(start.table if start else table, seen, time, stack, chosen, series, problem, future
    )  # fmt: skip
    findings = (
        *find_findings(understood, source, choices),
        *(start.findings(table.columns) if start else ()),
    )
    inspection = Inspection(
        reader=table.reader,
        rows=table.rows,
        columns=tuple(map(_column_facts, seen.values())),
        time=_time_facts(time, series, choices),
        target=chosen.target if chosen else None,
        targets=suggestion.targets if suggestion else (),
        features=series.roles.features if series else (chosen.features if chosen else ()),
        reasons=dict(suggestion.reasons) if suggestion else {},
        series=SeriesFacts(column=stack.column, names=dict(list(stack.rows.items())[:500])) if stack else None,
        season=series.frequency.season if series else None,
        season_shows=season_shows(series.values[: series.split.train], series.frequency.season) if series else None,
        horizon=series.horizon if series else None,
        repairs=series.repairs if series else _reading_repairs(table, columns),
        findings=findings,
        outcome=outcome,
        verdict=verdict,
    )
    return Examination(inspection, table, seen, time, series, chosen, start.table if start else table)


_UNKNOWN = Source(kind="upload", reference="", title="", file_name="", sha256="", size=0)


def _suggest(
    table: Table, choices: Choices, columns: Mapping[str, Column]
) -> tuple[Suggestion | None, DatasetError | None]:
    try:
        return suggest_roles(table, choices, columns), None
    except DatasetError as error:
        return None, error


def _time(
    table: Table, columns: Mapping[str, Column], choices: Choices, roles: Roles | None, suggestion: Suggestion | None
) -> TimeReading | None:
    if roles is not None:
        return read_times(table.frame, roles.time, choices.date_order) if roles.time else None
    if suggestion is None:
        return find_time(table.frame, columns, choices)[0]
    time = suggestion.time
    if time is None or time.values is None or len(time.values) == table.rows:
        return time
    return read_times(table.frame, time.columns, choices.date_order)  # the suggestion knows the start alone


def _reading_repairs(table: Table, columns: Mapping[str, Column]) -> tuple[Repair, ...]:
    return (*table.repairs, *(repair for column in columns.values() for repair in column.repairs))


def _column_facts(column: Column) -> ColumnFacts:
    known = column.values[~np.isnan(column.values)] if column.values is not None else np.array([])
    return ColumnFacts(
        name=column.name,
        kind=column.kind,
        missing=column.missing,
        distinct=column.distinct,
        unit=column.unit,
        low=float(known.min()) if len(known) else None,
        high=float(known.max()) if len(known) else None,
    )


def _time_facts(time: TimeReading | None, series: Series | None, choices: Choices) -> TimeFacts | None:
    if time is None:
        return None
    if time.values is None:
        return TimeFacts(columns=time.columns, format=time.form, step=time.step or "row")
    known = time.values[time.values.notna()]
    other = time.other[time.other.notna()] if time.other is not None and choices.date_order is None else None
    return TimeFacts(
        columns=time.columns,
        format=time.form,
        first=_text(known.min()) if len(known) else None,
        last=_text(known.max()) if len(known) else None,
        frequency=series.frequency.alias if series else None,
        step=series.frequency.step if series else "row",
        order=time.order,
        other_format=time.other_form or None if other is not None else None,
        other_first=_text(other.min()) if other is not None and len(other) else None,
        other_last=_text(other.max()) if other is not None and len(other) else None,
    )


def _text(moment: object) -> str:
    return str(moment).removesuffix(" 00:00:00").replace(" ", "T")


def _judge(
    roles: Roles | None,
    series: Series | None,
    problem: DatasetError | None,
    time: TimeReading | None,
    columns: Mapping[str, Column],
) -> tuple[Outcome, str]:
    if roles is None:
        kinds = {column.kind for column in columns.values()}
        if time is not None and time.values is not None:
            return (
                "wrong kind",
                "This table says when things happened, but holds no numbers that vary: count its rows for each day or "
                "hour (a pivot table does it) and bring the counts, or choose a table with measurements.",
            )
        held = "words" if "text" in kinds else "no numbers that vary"
        return "wrong kind", f"This table holds {held}; a forecast needs a column of numbers, one for each moment."
    if series is None:
        assert problem is not None
        short = "too few" in problem.what or "too short" in problem.what or "longer than" in problem.what
        ask = "Choose a longer table." if short else problem.fix
        return ("too short" if short else "not usable"), f"{problem.what.rstrip('.')}: {problem.evidence} {ask}".strip()
    rows, target = len(series.frame), series.target
    if not series.dated:
        training = series.values[: series.split.train]
        related = float(autocorrelation(training, 1)[1])
        in_order = time is not None or any(WIDE.is_kind_of(repair) for repair in series.repairs)
        if not in_order and related < _RELATED and not season_shows(training, series.frequency.season):
            return (
                "no time order",
                f"The rows of this table seem to follow no order in time: neither neighbouring values of {target} are alike, "
                "nor those a season apart. Choose a table with one row for each moment.",
            )
        return "usable", f"Usable: {wording.counted('value', rows)} of {target} in their order, without dates."
    first, last = series.frame.index[0], series.frame.index[-1]
    span = f"{wording.counted('value', rows)} of {target}, one for each {series.frequency.step}, from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    if rows < _SHORT:
        return (
            "too short",
            f"Short: only {span}. A network learns little from so few; choose a longer table.",
        )
    gaps = next((repair.count for repair in series.repairs if GAPS.is_kind_of(repair) and repair.applied), 0)
    if gaps > 0.3 * series.frame.size:
        return "usable", f"Usable with care: {span}, but many had to be filled."
    return "good", f"Good for forecasting: {span}."
