"""What the Dataset page does: take a table, show what was understood, and make it ready."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from assistant.charts.dataset import describe_dataset
from assistant.dataset.credentials import parse_credentials
from assistant.dataset.prepare import prepare_file
from assistant.dataset.read import read_table
from assistant.dataset.ready import ReadyProject, list_ready, load_ready
from assistant.dataset.roles import suggest_roles
from assistant.dataset.series import Roles, Series, Source, load_series, save_series
from assistant.dataset.table import Table
from assistant.desk.charts import PAGE_CHART_MM
from assistant.desk.desk import Desk
from assistant.errors import AssistantError, DatasetError
from assistant.files import sha256_of, write_atomically
from assistant.findings import Finding
from assistant.state.draft import DatasetChoice, Draft, OfferedFiles
from assistant.training.identity import series_sha256

_PREVIEW_ROWS = 6
_PREVIEW_WIDTH = 60


class Overview(BaseModel):
    """What the page shows of a table without reading it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: tuple[str, ...]
    rows: int
    preview: tuple[tuple[str, ...], ...]
    reasons: dict[str, str] = {}
    findings: tuple[Finding, ...] = ()
    problem: dict[str, str] | None = None


def ready_choices(desk: Desk, number: int) -> tuple[ReadyProject, ...]:
    """Return the ready projects that the brief allows in a slot."""
    allowed = desk.brief.projects[number - 1].choices
    return tuple(project for project in list_ready() if not allowed or project.name in allowed)


def default_ready(desk: Desk, number: int) -> str | None:
    """Return the name of the ready project that is offered first."""
    names = [project.name for project in ready_choices(desk, number)]
    default = desk.brief.projects[number - 1].default
    return default if default in names else next(iter(names), None)


def ready_project(name: str) -> ReadyProject | None:
    """Return a ready project by its name, or None."""
    return next((project for project in list_ready() if project.name == name), None)


def choose_ready(desk: Desk, number: int, name_or_folder: str | Path) -> None:
    """Take a ready project's table with the roles it names."""
    project = load_ready(name_or_folder)
    allowed = desk.brief.projects[number - 1].choices
    if allowed and project.name not in allowed:
        raise DatasetError("This project is not offered here.", project.title, f"Choose one of {', '.join(allowed)}.")
    choice = DatasetChoice(
        source=project.source(), ready=project.name, roles=project.roles, horizon=project.horizon, season=project.season,
        units=project.units, unit=project.units.get(project.target, ""),
    )  # fmt: skip
    _take(desk, number, project.path, choice, title=project.title, question=project.question)


def take_upload(desk: Desk, number: int, path: str | None) -> None:
    """Take a file that was uploaded; it is moved into the student's folder."""
    if not path:
        return
    from assistant.dataset.fetch import take_upload as take

    stored, source = take(
        Path(path), Path(path).name, _arrivals(desk, number), desk.services.limits, clock=desk.services.clock
    )
    _take(desk, number, stored, DatasetChoice(source=source))


def take_file(desk: Desk, number: int, path: Path) -> None:
    """Take a table that lies on this machine, as the command line does."""
    source = Source(
        kind="upload", reference=path.name, title=path.stem, file_name=path.name, sha256=sha256_of(path),
        size=path.stat().st_size,
    )  # fmt: skip
    _take(desk, number, path, DatasetChoice(source=source))


def fetch_link(desk: Desk, number: int, reference: str, token: str = "", file: str | None = None) -> str:
    """Fetch a table by its link or its Kaggle reference and return what is still to choose, or nothing.

    `token` is the student's own Kaggle credential, used in a local run and not kept. `file` is the one that was picked
    where a link leads to several. Raises DatasetError.
    """
    from assistant.dataset.fetch import fetch
    from assistant.dataset.remote import SeveralFiles

    services = desk.services
    if not reference.strip():
        raise DatasetError(
            "There is no link yet.", "", "Paste the address of the file, or a Kaggle dataset as owner/name."
        )
    own = desk.own_rules_allowed and token.strip()
    kaggle = parse_credentials(token) if own else services.kaggle
    try:
        stored, source = fetch(
            reference.strip(), _arrivals(desk, number), limits=services.limits, network=services.network, kaggle=kaggle,
            file=file, clock=services.clock,
        )  # fmt: skip
    except SeveralFiles as several:
        names = tuple(offered.name for offered in several.files)
        desk.change_project(number, offered=OfferedFiles(reference=reference.strip(), names=names))
        return f"{several.what} Pick the one with your data."
    desk.change_project(number, offered=None)
    _take(desk, number, stored, DatasetChoice(source=source))
    return ""


def fetch_offered(desk: Desk, number: int, name: str | None, token: str = "") -> str:
    """Fetch the file that was picked among those a link leads to; raise DatasetError when none was."""
    offered = desk.project(number).offered
    if offered is None or name not in offered.names:
        raise DatasetError("No file is picked yet.", "", "Choose one of the files in the list.")
    return fetch_link(desk, number, offered.reference, token, file=name)


def _arrivals(desk: Desk, number: int) -> Path:
    """Return the folder where new tables arrive; the one in use stays until a new one could be read."""
    folder = desk.project_folder(number).root / "arrivals"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _put(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as stream, path.open("rb") as source:
        shutil.copyfileobj(source, stream)
    Path(stream.name).replace(target)


def _take(desk: Desk, number: int, path: Path, choice: DatasetChoice, title: str = "", question: str = "") -> None:
    table = read_table(path)
    reasons: dict[str, str] = {}
    if choice.roles is None:
        suggestion = suggest_roles(table)
        reasons = dict(suggestion.reasons)
        choice = choice.model_copy(
            update={
                "roles": suggestion.roles,
                "units": dict(table.units),
                "unit": table.units.get(suggestion.roles.target, ""),
            }
        )
    folder = desk.project_folder(number).dataset
    _put(path, folder / choice.source.file_name)
    for other in folder.iterdir():
        if other.name != choice.source.file_name:
            other.unlink()
    write_atomically(_overview_path(desk, number), _overview(table, reasons).model_dump_json())

    def apply(draft: Draft) -> Draft:
        old = draft.project(number)
        # A title that the student typed stays; one that came with the dataset before goes with it.
        came_along = not old.title or (old.dataset is not None and old.title == old.dataset.source.title)
        changes: dict[str, Any] = {"dataset": choice}
        if came_along:
            changes |= {"title": title or choice.source.title, "question": question}
        return draft.with_project(number, **changes)

    desk.change(apply)
    prepare_again(desk, number)


def _overview(table: Table, reasons: dict[str, str]) -> Overview:
    head = table.frame.head(_PREVIEW_ROWS)
    preview = tuple(tuple(_cell(value) for value in row) for row in head.itertuples(index=False))
    return Overview(columns=table.columns, rows=table.rows, preview=preview, reasons=reasons)


def _cell(value: object) -> str:
    text = "" if value is None or value != value else f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _PREVIEW_WIDTH else f"{text[: _PREVIEW_WIDTH - 1]}…"


def _overview_path(desk: Desk, number: int) -> Path:
    return desk.project_folder(number).root / "overview.json"


def overview(desk: Desk, number: int) -> Overview:
    """Return what the page shows of the table; raise DatasetError when there is none."""
    path = _overview_path(desk, number)
    if not path.is_file():
        raise DatasetError("There is no table yet.", "", "Choose a dataset.")
    return Overview.model_validate_json(path.read_bytes())


def set_roles(
    desk: Desk, number: int, time: Sequence[str] | None, target: str | None, features: Sequence[str] | None,
    horizon: float | None, unit: str = "",
) -> None:  # fmt: skip
    """Keep what the columns are for and prepare the series again; raise DatasetError when that cannot be."""
    choice = desk.project(number).dataset
    if choice is None:
        raise DatasetError("There is no table yet.", "", "Choose a dataset.")
    if not target:
        raise DatasetError("There is no target.", "", "Choose the column that should be forecast.")
    roles = Roles(
        target=target, time=tuple(time or ()), features=tuple(name for name in features or () if name != target)
    )
    units = (
        {**choice.units, target: unit.strip()}
        if unit.strip()
        else {k: v for k, v in choice.units.items() if k != target}
    )
    changed = choice.model_copy(
        update={
            "roles": roles,
            "horizon": int(horizon) if horizon and horizon >= 1 else None,
            "unit": unit.strip(),
            "units": units,
        }
    )
    desk.change_project(number, dataset=changed)
    prepare_again(desk, number)


def prepare_again(desk: Desk, number: int) -> None:
    """Make the series from the table and the roles as they stand in the draft; what went wrong is kept for the page."""
    project, folder = desk.project(number), desk.project_folder(number)
    choice = project.dataset
    assert choice is not None
    assert choice.roles is not None
    problem: dict[str, str] | None = None
    digest: str | None = None
    try:
        made = prepare_file(
            folder.dataset / choice.source.file_name, choice.source, target=choice.roles.target, time=choice.roles.time,
            features=choice.roles.features, title=project.title, question=project.question, units=choice.units,
            horizon=choice.horizon, season=choice.season, split=choice.split, choices=choice.choices,
        )  # fmt: skip
        save_series(made, folder.series)
        digest = series_sha256(made)
    except AssistantError as error:
        problem = error.as_dict()
    shown = overview(desk, number).model_copy(update={"problem": problem})
    write_atomically(_overview_path(desk, number), shown.model_dump_json())
    update: dict[str, Any] = {"series_sha256": digest}
    if digest is not None:
        update["horizon"] = made.horizon
        # Columns that could not be used (constant ones) are no features any more.
        update["roles"] = made.roles
    desk.change_project(number, dataset=choice.model_copy(update=update))


def series(desk: Desk, number: int) -> Series:
    """Return the prepared series; raise DatasetError saying why there is none."""
    problem = overview(desk, number).problem
    if problem is not None:
        raise DatasetError(**problem)
    return load_series(desk.project_folder(number).series)


def series_chart(series: Series) -> str:
    """Return the picture of a series with its parts."""
    from assistant.charts.draw import draw_svg  # brings matplotlib, which the server loads with the first picture

    return draw_svg(describe_dataset(series), width_mm=PAGE_CHART_MM)
