"""Choosing a dataset and how it is read: a table is taken, prepared in a process of its own, and then kept."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

from assistant import wording
from assistant.charts.describe import describe_dataset
from assistant.dataset.choices import Choices
from assistant.dataset.ready_projects import ReadyProject, list_ready, load_ready
from assistant.dataset.repairs import WIDE, can_undo
from assistant.dataset.series import Roles, Series, Source
from assistant.errors import DatasetError
from assistant.files import sha256_of
from assistant.submission.chart_pictures import picture
from assistant.submission.dataset_commands import ChooseDataset, ReadDatasetAnew, with_dataset
from assistant.submission.dataset_preparation import PreparationRequest, prepare_table
from assistant.submission.draft import DatasetChoice, ProjectDraft
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot, Snapshot
from assistant.submission.workspace import ProjectFolder

_MOST_STEPS = 1_000_000  # more than any table that is taken has rows to test
_NOTHING_ASKED = Choices()


def ready_choices(snapshot: Snapshot, number: int) -> tuple[ReadyProject, ...]:
    """Return the ready projects that the brief allows in a slot."""
    allowed = snapshot.brief.projects[number - 1].choices
    return tuple(project for project in list_ready() if not allowed or project.name in allowed)


def default_ready(snapshot: Snapshot, number: int) -> str | None:
    """Return the name of the ready project that is offered first."""
    names = [project.name for project in ready_choices(snapshot, number)]
    default = snapshot.brief.projects[number - 1].default
    return default if default in names else next(iter(names), None)


def ready_project(name: str) -> ReadyProject | None:
    """Return a ready project by its name, or None."""
    return next((project for project in list_ready() if project.name == name), None)


def choose_ready(session: Session, number: int, name_or_folder: str | Path, asked: DatasetChoice | None = None) -> None:
    """Take a ready project's table with the roles it names; what `asked` says is had otherwise."""
    project = load_ready(name_or_folder)
    allowed = session.snapshot.brief.projects[number - 1].choices
    if allowed and project.name not in allowed:
        raise DatasetError("This project is not offered here.", project.title, f"Choose one of {', '.join(allowed)}.")
    choice = ready_choice(project)
    if asked is None:
        take(session, number, project.path, choice, title=project.title, question=project.question)
        return
    if asked.roles is not None and asked.roles.target != project.target:
        # What is asked about another column is another question.
        take(session, number, project.path, asked)
        return
    take(session, number, project.path, asked, title=project.title, question=project.question)


def ready_choice(project: ReadyProject) -> DatasetChoice:
    """Return what choosing a ready project means: its source, its roles, its horizon, its units."""
    return DatasetChoice(
        source=project.source(), ready=project.name, roles=project.roles, horizon=project.horizon, season=project.season,
        units=project.units, unit=project.units.get(project.target, ""),
    )  # fmt: skip


def take_upload(session: Session, number: int, path: str | None) -> None:
    """Take a file that was uploaded; it is moved into the student's folder."""
    if not path:
        return
    from assistant.dataset.fetching.fetch import take_upload as keep_upload

    project, services = session.snapshot.project(number), session.services
    stored, source = keep_upload(Path(path), Path(path).name, arrivals(project), services.limits, clock=services.clock)
    take(session, number, stored, DatasetChoice(source=source))


def file_source(path: Path) -> Source:
    """Return the source of a file of this machine."""
    return Source(
        kind="upload", reference=path.name, title=path.stem, file_name=path.name, sha256=sha256_of(path),
        size=path.stat().st_size,
    )  # fmt: skip


def arrivals(project: ProjectSnapshot) -> Path:
    """Return the folder where new tables arrive, made when it is not there."""
    folder = project.folder.root / "arrivals"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def take(
    session: Session, number: int, path: Path, choice: DatasetChoice, *, title: str = "", question: str = ""
) -> None:
    """Take a table as the project's dataset; raise DatasetError, and change nothing, when there is none in the file."""
    project = session.snapshot.project(number)
    stored = store_table(path, project.folder, choice)
    prepared = _prepare(session, project, stored, with_dataset(project.draft, stored, title, question))
    session.apply(ChooseDataset(project=number, choice=prepared, title=title, question=question))


def store_table(path: Path, folder: ProjectFolder, choice: DatasetChoice) -> DatasetChoice:
    """Copy a table to a folder of its own, so that none is ever replaced, and return the choice that names it."""
    stored = choice.model_copy(update={"table": secrets.token_hex(8)})
    target = folder.table(stored)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    return stored


def _prepare(session: Session, project: ProjectSnapshot, choice: DatasetChoice, draft: ProjectDraft) -> DatasetChoice:
    """Prepare a table anew, in a process of its own; what was switched off before can be switched on again."""
    present = project.draft.dataset
    same = present is not None and present.table == choice.table
    request = PreparationRequest(
        path=project.folder.table(choice), choice=choice, folder=project.folder.prepared,
        unpacked_limit=session.services.limits.unpacked, before=project.overview if same else None,
        title=draft.title, question=draft.question,
    )  # fmt: skip
    return session.services.reading(prepare_table, request)


def _read_anew(session: Session, number: int, choice: DatasetChoice) -> None:
    project = session.snapshot.project(number)
    prepared = _prepare(session, project, choice, project.draft)
    session.apply(ReadDatasetAnew(project=number, choice=prepared))


def set_roles(
    session: Session, number: int, roles: Roles | None, horizon: float | None, unit: str = "", *, anew: bool = True
) -> None:
    """Keep what the columns are for and prepare the series again, without `anew` only when something of it is another.

    Raises DatasetError when that cannot be.
    """
    choice = session.snapshot.project(number).chosen_dataset
    if horizon is not None and not 1 <= horizon <= _MOST_STEPS:
        raise DatasetError(
            "So many steps cannot be forecast.", f"{wording.counted('step', horizon)} were given.",
            "Give a whole number from 1 up, or leave the field empty: it then follows from the data.",
        )  # fmt: skip
    if roles is None or not roles.target:
        raise DatasetError("There is no target.", "", "Choose the column that should be forecast.")
    typed = unit.strip()
    others = {name: known for name, known in choice.units.items() if name != roles.target}
    changed = choice.model_copy(
        update={
            "roles": roles,
            "horizon": int(horizon) if horizon is not None else None,
            "unit": typed,
            "units": {**choice.units, roles.target: typed} if typed else others,
        }
    )
    kept = (choice.roles, choice.horizon, choice.unit)
    if anew or kept != (changed.roles, changed.horizon, changed.unit):
        _read_anew(session, number, changed)


def roles_of(time: Sequence[str] | None, target: str | None, features: Sequence[str] | None) -> Roles | None:
    """Return the roles that a page's lists name, None without a target; the target is no feature of itself."""
    if not target:
        return None
    return Roles(
        target=target, time=tuple(time or ()), features=tuple(name for name in features or () if name != target)
    )


def set_part(session: Session, number: int, *, member: str | None = None, sheet: str | None = None) -> None:
    """Take another file of an archive, or another sheet of a workbook: another table, so all else is found anew."""
    choice = session.snapshot.project(number).chosen_dataset
    part = {"member": member, "sheet": None} if member is not None else {"sheet": sheet}
    anew: dict[str, object] = {
        "roles": None,
        "horizon": None,
        "season": None,
        "choices": _NOTHING_ASKED,
        "units": {},
        "unit": "",
    }
    _read_anew(session, number, choice.model_copy(update={**anew, **part}))


def set_choices(session: Session, number: int, choices: Choices) -> None:
    """Keep what the student chose where a table can be read in several ways, and prepare again."""
    choice = session.snapshot.project(number).chosen_dataset
    before = choice.choices
    update: dict[str, object] = {"choices": choices}
    if WIDE.is_off(choices.undo) != WIDE.is_off(before.undo):
        # Another form of table has other columns.
        update |= {"roles": None, "horizon": None}
    elif (choices.date_order, choices.frequency) != (before.date_order, before.frequency):
        # Other steps of time want another horizon.
        update["horizon"] = None
    _read_anew(session, number, choice.model_copy(update=update))


def set_repairs(session: Session, number: int, kept: Sequence[str]) -> None:
    """Switch off each repair that can be switched off and whose key is not among the kept ones."""
    project = session.snapshot.project(number)
    known = {repair.key for repair in project.required_overview.repairs if can_undo(repair)}
    undo = frozenset(known - set(kept))
    set_choices(session, number, project.chosen_dataset.choices.model_copy(update={"undo": undo}))


def series_chart(snapshot: Snapshot, series: Series) -> str:
    """Return the picture of a series with its parts."""
    return picture(snapshot.services.drawing, describe_dataset(series))
