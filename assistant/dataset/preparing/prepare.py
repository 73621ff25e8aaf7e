"""From a table and the roles of its columns to a series that can be trained on, with every repair in a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from assistant import wording
from assistant.dataset.choices import Choices, ReadingRequest
from assistant.dataset.preparing.frequency import suggest_horizon
from assistant.dataset.preparing.regular_steps import Rows, bring_to_grid, fill_gaps
from assistant.dataset.preparing.season import find_season
from assistant.dataset.preparing.split import fit_scaler, make_split
from assistant.dataset.reading.read_table import read_table
from assistant.dataset.reading.table import Table, check_columns
from assistant.dataset.ready_projects import ReadyProject
from assistant.dataset.repairs import CONSTANT, NOT_A_NUMBER, ZONE
from assistant.dataset.series import Frequency, Repair, Roles, Series, Source
from assistant.dataset.times.read_times import read_times
from assistant.dataset.understanding.columns import Column, understand_columns
from assistant.dataset.understanding.future_features import find_future
from assistant.dataset.understanding.requested_roles import RequestedRoles
from assistant.dataset.understanding.stacked_series import find_stack, make_stack, rows_of_choice
from assistant.errors import DatasetError

LEAST_ROWS = 20
Parts = tuple[int, int, int] | tuple[float, float, float]


@dataclass(frozen=True)
class SeriesRequest:
    """What is asked of a series beside its roles; what is None follows from the data.

    `horizon` and `season` are in steps; `split` gives the parts in rows or as shares.
    """

    title: str = ""
    question: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    horizon: int | None = None
    season: int | None = None
    split: Parts | None = None


def prepare(
    table: Table,
    roles: Roles,
    source: Source,
    wanted: SeriesRequest | None = None,
    *,
    choices: Choices | None = None,
    columns: Mapping[str, Column] | None = None,
) -> Series:
    """Make a series of a table: regular moments, no gaps, a chronological split, a scaler fitted on the training part.

    Gaps are filled with the last value known at the time, never from the future. `columns` are the table's columns where
    they were understood before. Raises DatasetError when a column is missing or holds no numbers, when there are too few
    rows, or when the parts or the horizon do not fit them.
    """
    wanted = wanted or SeriesRequest()
    choices = choices or Choices()
    columns = columns if columns is not None else understand_columns(table, choices)
    check_columns(table, roles)
    repairs = list(table.repairs)
    used, left_out = _numeric(columns, roles)
    repairs += left_out
    for name in used:
        repairs += columns[name].repairs
    rows = _timed_rows(table, roles, columns, used, choices, repairs)
    if len(rows.frame) < LEAST_ROWS // 2:
        raise _too_few(len(rows.frame))
    future = _future(rows)
    frame, frequency = _regular(rows, choices, repairs)
    frame = _without_constants(frame, choices, repairs)
    if len(frame) < LEAST_ROWS:
        raise _too_few(len(frame))
    horizon = wanted.horizon if wanted.horizon is not None else suggest_horizon(frequency, len(frame))
    if horizon < 1:
        raise DatasetError(
            "The horizon is not a number of steps.", f"It is {horizon}.", "Give a whole number from 1 up."
        )
    parts = make_split(len(frame), horizon, wanted.split)
    training = frame.iloc[: parts.train, 0].to_numpy(dtype="float64")
    frequency = frequency.model_copy(update={"season": wanted.season or find_season(training, frequency)})
    _check_target(training, roles.target)
    return Series(
        title=wanted.title or source.title,
        question=wanted.question,
        frame=frame,
        roles=roles.model_copy(update={"features": tuple(frame.columns[1:])}),
        frequency=frequency,
        horizon=horizon,
        split=parts,
        scaler=fit_scaler(frame, parts),
        source=source,
        repairs=tuple(repairs),
        units={**{name: columns[name].unit for name in frame.columns if columns[name].unit}, **wanted.units},
        future={name: how for name, how in future.items() if name in frame.columns},
    )


def prepare_ready(
    project: ReadyProject, *, horizon: int | None = None, split: Parts | None = None, choices: Choices | None = None
) -> Series:
    """Make a series of a ready project, with the roles, horizon, season and units that it names."""
    wanted = SeriesRequest(
        title=project.title,
        question=project.question,
        units=project.units,
        horizon=horizon if horizon is not None else project.horizon,
        season=project.season,
        split=split,
    )
    return prepare(read_table(project.path), project.roles, project.source(), wanted, choices=choices)


def prepare_file(
    path: Path,
    source: Source,
    asked: RequestedRoles | None = None,
    wanted: SeriesRequest | None = None,
    request: ReadingRequest | None = None,
) -> Series:
    """Make a series of a file; what is not asked for of the roles is suggested from the table.

    With a target asked for and no features, none are used. Of a very large text table only the columns that are used are
    loaded. Raises DatasetError as `read_table` and `prepare` do.
    """
    asked, request = asked or RequestedRoles(), request or ReadingRequest()
    choices = request.choices
    table = read_table(path, replace(request, columns=asked.of_interest(path, choices)))
    columns = understand_columns(table, choices)
    roles = asked.complete(table, columns, choices)
    return prepare(table, roles, source, wanted, choices=choices, columns=columns)


def _numeric(columns: Mapping[str, Column], roles: Roles) -> tuple[list[str], list[Repair]]:
    """Return the target and the features that hold numbers, and a repair for each feature that does not."""
    target = columns[roles.target]
    if target.values is None or target.kind == "flag":
        raise DatasetError(
            f"The target {target.name} does not hold numbers.",
            {
                "text": "It holds words.",
                "time": "It holds moments.",
                "empty": "It is empty.",
                "flag": "It only says yes or no.",
            }[target.kind],
            "Choose a column of numbers as the target.",
        )
    used, repairs = [roles.target], []
    for name in dict.fromkeys(roles.features):
        if name == roles.target or name in roles.time:
            continue
        column = columns[name]
        if column.values is None:
            held = "words" if column.kind == "text" else "no numbers"
            repairs.append(NOT_A_NUMBER.made(1, column=name, held=held))
        else:
            used.append(name)
    return used, repairs


def _timed_rows(
    table: Table,
    roles: Roles,
    columns: Mapping[str, Column],
    used: Sequence[str],
    choices: Choices,
    repairs: list[Repair],
) -> Rows:
    """Take the columns that are used, the moments of the rows, and one series of several."""
    frame = pd.DataFrame({name: columns[name].values for name in used}, copy=False)
    time = read_times(table.frame, roles.time, choices.date_order) if roles.time else None
    if roles.time and time is None:
        examples = ", ".join(repr(str(value)) for value in table.frame[roles.time[0]].dropna().head(3))
        raise DatasetError(
            f"The moments in {' and '.join(roles.time)} could not be read.",
            f"They look like {examples}." if examples else "There are none.",
            "Choose the column that holds dates or times, or none to take the rows in their order.",
        )
    mask = np.ones(len(frame), bool)
    stack = find_stack(table.frame, columns, time, roles.target)
    if choices.series and choices.series.value is not None:
        stack = make_stack(table.frame, choices.series.column, columns[roles.target])
        if stack is None:
            raise DatasetError(
                f"The table has no column {choices.series.column!r}.",
                "",
                "Choose the column that tells the series apart.",
            )
        if choices.series.value not in stack.rows:
            raise DatasetError(
                f"No row has {choices.series.value!r} in {stack.column}.",
                f"There are {', '.join(list(stack.rows)[:8])}.",
                "Choose one of them.",
            )
    together = choices.series.together if choices.series and choices.series.value is None else None
    if stack is not None and together is None:
        mask, repair = rows_of_choice(table.frame, stack, choices.series)
        repairs.append(repair)
    moments = time.values if time is not None else None
    if time is not None:
        repairs += [ZONE.made(len(frame), note=note) for note in time.notes]
    copies = None
    if moments is not None and not moments.is_unique:
        copies = table.frame.duplicated().to_numpy()[mask]
    return Rows(
        copies=copies,
        frame=frame if mask.all() else frame[mask].reset_index(drop=True),
        moments=moments if moments is None or mask.all() else moments[mask],
        target=roles.target,
        same_time=together or choices.same_time,
        step=time.step if time is not None else "",
        season=time.season if time is not None else 1,
    )


def _future(rows: Rows) -> dict[str, str]:
    """Return the features that hold the future of the target, with how they do."""
    frame, moments = rows.frame, rows.moments
    if moments is not None:
        order = np.argsort(moments.to_numpy(), kind="stable")
        order = order[~np.isnat(moments.to_numpy()[order])]
        frame, moments = frame.iloc[order], moments[order]
    values = {str(name): frame[name].to_numpy(dtype="float64") for name in frame.columns[1:]}
    return find_future(frame[rows.target].to_numpy(dtype="float64"), values, moments)


def _regular(rows: Rows, choices: Choices, repairs: list[Repair]) -> tuple[pd.DataFrame, Frequency]:
    frequency = Frequency(alias=None, step=rows.step or "row", season=rows.season)
    frame = rows.frame
    if rows.moments is not None:
        frame, frequency = bring_to_grid(rows, choices, repairs)
    frame = fill_gaps(frame, rows.target, choices.undo, repairs)
    return (frame if frequency.alias else frame.reset_index(drop=True)), frequency


def _without_constants(frame: pd.DataFrame, choices: Choices, repairs: list[Repair]) -> pd.DataFrame:
    constant = [name for name in frame.columns[1:] if _constant(frame[name].iloc[: max(len(frame) // 2, 1)])]
    if constant:
        repairs.append(CONSTANT.made(len(constant), choices.undo, features=", ".join(constant)))
    return frame if CONSTANT.is_off(choices.undo) else frame.drop(columns=constant)


def _constant(column: pd.Series) -> bool:
    return bool(column.min() == column.max())


def _check_target(training: np.ndarray, target: str) -> None:
    if training.max() == training.min():
        raise DatasetError(
            f"The target {target} never changes in the training part.",
            f"It is {training[0]:g} in all of its {wording.counted('row', len(training))}.",
            "Choose a column that varies as the target.",
        )


def _too_few(rows: int) -> DatasetError:
    return DatasetError(
        "The table has too few rows to forecast from.",
        f"{rows:,} usable {wording.plural('row', rows)} {wording.agree(rows, 'is', 'are')} there, and at least {LEAST_ROWS} are needed.",
        "Choose a longer table.",
    )
