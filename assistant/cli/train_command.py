"""`train`: one training on one table."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from assistant import wording
from assistant.cli.output import Json, PresetName, command, progress, result
from assistant.cli.project_options import TableRequest, check_apart, check_features, names_of
from assistant.cli.reading_options import Dates, Decimal, Member, OneSeries, ReadingOptions, Sheet, Step, Undo
from assistant.cli.table_arguments import (
    File,
    file_source,
    open_table,
    parse_split,
    ready_folder,
    request_of,
)
from assistant.cli.table_options import table_option
from assistant.dataset.preparing.prepare import SeriesRequest, prepare_file, prepare_ready
from assistant.dataset.ready_projects import load_ready
from assistant.dataset.series import Roles, Series, save_series
from assistant.dataset.understanding.requested_roles import RequestedRoles
from assistant.settings import load_settings
from assistant.training.computer_speed import SPEED, read_speed
from assistant.training.plan import expected_text, plan_settings
from assistant.training.run import Progress, Run


@command
def train(
    table: Annotated[
        str, typer.Argument(metavar="TABLE_OR_LINK", help="A file, a ready project, a link, or a Kaggle owner/dataset.")
    ],
    target: Annotated[str | None, table_option("target")] = None,
    time: Annotated[str | None, table_option("time")] = None,
    features: Annotated[str | None, table_option("features")] = None,
    horizon: Annotated[int | None, table_option("horizon", min=1)] = None,
    split: Annotated[str | None, table_option("split")] = None,
    preset: Annotated[PresetName, typer.Option(help="quick, balanced or thorough.")] = "quick",
    seed: Annotated[int, typer.Option(min=0, help="The seed; the same seed gives the same run.")] = 0,
    file: File = None,
    member: Member = None,
    sheet: Sheet = None,
    dates: Dates = None,
    decimal: Decimal = None,
    one_series: OneSeries = None,
    step: Step = None,
    undo: Undo = None,
    cell: Annotated[Literal["lstm", "gru", "rnn"], typer.Option(help="lstm, gru or rnn.")] = "lstm",
    out: Annotated[Path | None, typer.Option(help="Folder for the run, its forecasts and its weights.")] = None,
    as_json: Json = False,
) -> None:
    """Train on a table and score the network beside the simple forecasts."""
    with tempfile.TemporaryDirectory(prefix="assistant-") as fetched:
        asked = TableRequest(
            RequestedRoles(target, names_of(time), names_of(features)), horizon, parse_split(split) if split else None,
            file, member, sheet, ReadingOptions(dates, decimal, one_series, step, undo or ()),
        )  # fmt: skip
        series = series_of(table, asked, Path(fetched))
    for repair in series.repairs:
        if repair.applied and repair.key == "constant":
            progress(f"{repair.what} {repair.why}")
    settings = plan_settings(series, preset, seed, cell=cell)
    # How fast this computer trains is kept where the wizard keeps it.
    speed_file = load_settings()[0].workspace / SPEED
    ahead = series.frequency.count(series.horizon)
    progress(f"Training on {wording.counted('row', len(series.frame))} of {series.target}, {ahead} ahead …")
    progress(expected_text(series, settings, read_speed(speed_file)))
    # Imported here: it brings torch, which takes seconds that a wrong call should not have to wait for.
    from assistant.training.train import train as train_series

    with tempfile.TemporaryDirectory() as scratch:
        folder = out or Path(scratch) / "run"
        save_series(series, folder / "series")
        run = train_series(series, settings, folder, _teller(), speed_file=speed_file)
    result(as_data(run), as_text(run, series), as_json=as_json)


def series_of(table: str, asked: TableRequest, fetched: Path) -> Series:
    """Return the series of a table as it was asked for; a link is fetched to a folder. Raises DatasetError."""
    check_apart(asked.roles)
    folder = ready_folder(table)
    if folder is not None and asked.reading == ReadingOptions():
        project = load_ready(folder)
        # What is asked for and what the project says itself anyway are the same question.
        if _agrees(asked.roles, project.roles):
            return prepare_ready(project, horizon=asked.horizon, split=asked.split)
    opened = open_table(table, fetched, file=asked.file)
    # A ready project's own source stands for its table with its own roles only.
    source = file_source(opened.path) if folder is not None else opened.source
    series = prepare_file(
        opened.path, source, asked.roles, SeriesRequest(horizon=asked.horizon, split=asked.split),
        request_of(opened.path, asked.reading, asked.member, asked.sheet),
    )  # fmt: skip
    check_features(series, asked.roles)
    return series


def _agrees(asked: RequestedRoles, own: Roles) -> bool:
    """Tell whether nothing is asked for that differs from a ready project's own roles."""
    return (
        asked.target in (None, own.target)
        and (asked.time is None or tuple(asked.time) == own.time)
        and (asked.features is None or set(asked.features) == set(own.features))
    )


def _teller() -> Any:
    seen = -1

    def tell(state: Progress) -> None:
        nonlocal seen
        if state.state == "running" and state.epoch > seen and state.history:
            seen = state.epoch
            left = "" if state.seconds_left is None else f", about {wording.short_span(state.seconds_left)} left"
            progress(f"epoch {state.epoch}/{state.epochs}  validation {state.history[-1].validation_loss:.5f}{left}")

    return tell


def as_data(run: Run) -> dict[str, Any]:
    """Return a run as the JSON output shows it."""
    data = run.model_dump(mode="json")
    return {**data, "verdict": run.verdict.outcome, "against": run.verdict.against, "sentence": run.verdict.sentence,
            "epochs": len(run.history)}  # fmt: skip


def as_text(run: Run, series: Series) -> str:
    """Return a run as a short text: the verdict and the scores, best first."""
    unit = f" {series.unit}" if series.unit else ""
    lines = [run.verdict.sentence, "", f"{'method':<22}{'MAE':>12}{'RMSE':>12}{'MASE':>9}"]
    for name, score in sorted(run.scores.items(), key=lambda item: item[1].mae):
        mase = "–" if score.mase is None else f"{score.mase:.3f}"
        lines.append(f"{name:<22}{score.mae:>12.5g}{score.rmse:>12.5g}{mase:>9}")
    ended = f"Test part, in the data's units{unit}; {wording.counted('epoch', len(run.history))} in {wording.short_span(run.seconds)}."
    lines += ["", ended, "", run.method]
    return "\n".join(lines)
