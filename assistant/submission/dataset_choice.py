"""What the Dataset page does: take a table, show what was understood, let the student correct it, make it ready."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from assistant.charts.describe import describe_dataset
from assistant.dataset.choices import Choices, ReadingRequest
from assistant.dataset.inspection import Examination, examine
from assistant.dataset.preparing.prepare import SeriesRequest, prepare
from assistant.dataset.ready_projects import ReadyProject, list_ready, load_ready
from assistant.dataset.repairs import can_undo
from assistant.dataset.series import Roles, Series, Source, load_series, save_series, series_sha256
from assistant.errors import DatasetError
from assistant.files import sha256_of, write_atomically
from assistant.findings import Level
from assistant.submission.chart_pictures import picture
from assistant.submission.dataset_overview import Overview, make_overview
from assistant.submission.draft import DatasetChoice, Draft
from assistant.submission.session import Desk

_MOST_STEPS = 1_000_000  # more than any table that is taken has rows to test


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


def choose_ready(desk: Desk, number: int, name_or_folder: str | Path, **asked: Any) -> None:
    """Take a ready project's table with the roles it names; `asked` are fields of the choice to have otherwise."""
    project = load_ready(name_or_folder)
    allowed = desk.brief.projects[number - 1].choices
    if allowed and project.name not in allowed:
        raise DatasetError("This project is not offered here.", project.title, f"Choose one of {', '.join(allowed)}.")
    choice = DatasetChoice(
        source=project.source(), ready=project.name, roles=project.roles, horizon=project.horizon, season=project.season,
        units=project.units, unit=project.units.get(project.target, ""),
    )  # fmt: skip
    roles = asked.get("roles")
    if roles is not None and roles.target != project.target:
        # What is asked about another column is another question.
        take(desk, number, project.path, _having(choice, unit=project.units.get(roles.target, ""), **asked))
        return
    take(desk, number, project.path, _having(choice, **asked), title=project.title, question=project.question)


def _having(choice: DatasetChoice, **fields: Any) -> DatasetChoice:
    return DatasetChoice.model_validate({**dict(choice), **fields})


def take_upload(desk: Desk, number: int, path: str | None) -> None:
    """Take a file that was uploaded; it is moved into the student's folder."""
    if not path:
        return
    from assistant.dataset.fetching.fetch import take_upload as keep_upload

    stored, source = keep_upload(
        Path(path), Path(path).name, arrivals(desk, number), desk.services.limits, clock=desk.services.clock
    )
    take(desk, number, stored, DatasetChoice(source=source))


def take_file(desk: Desk, number: int, path: Path, source: Source | None = None, **asked: Any) -> None:
    """Take a table that lies on this machine, as the command line does; `source` tells where it came from.

    `asked` are further fields of the choice.
    """
    source = source or Source(
        kind="upload", reference=path.name, title=path.stem, file_name=path.name, sha256=sha256_of(path),
        size=path.stat().st_size,
    )  # fmt: skip
    take(desk, number, path, _having(DatasetChoice(source=source), **asked))


def arrivals(desk: Desk, number: int) -> Path:
    """Return the folder where new tables arrive; the one in use stays until a new one could be read."""
    folder = desk.project_folder(number).root / "arrivals"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _put(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as stream, path.open("rb") as source:
        shutil.copyfileobj(source, stream)
    Path(stream.name).replace(target)


def take(desk: Desk, number: int, path: Path, choice: DatasetChoice, title: str = "", question: str = "") -> None:
    """Take a table as the project's dataset; raise DatasetError, and change nothing, when there is none in the file."""
    examination = examine(
        path, _request(desk, choice), roles=choice.roles, source=choice.source, horizon=choice.horizon,
        season=choice.season,
    )  # fmt: skip
    folder = desk.project_folder(number).dataset
    _put(path, folder / choice.source.file_name)
    for other in folder.iterdir():
        if other.name != choice.source.file_name:
            other.unlink()

    def apply(draft: Draft) -> Draft:
        old = draft.project(number)
        # A title that the student typed stays; one that came with the dataset before goes with it.
        came_along = not old.title or (old.dataset is not None and old.title == old.dataset.source.title)
        changes: dict[str, Any] = {"dataset": choice, "offered": None}
        if came_along:
            changes |= {"title": title or choice.source.title, "question": question}
        return draft.with_project(number, **changes)

    desk.change(apply)
    _keep(desk, number, examination, None)


def _request(desk: Desk, choice: DatasetChoice) -> ReadingRequest:
    limit = desk.services.limits.unpacked
    return ReadingRequest(choice.choices, choice.member, choice.sheet, unpacked_limit=limit)


def _overview_path(desk: Desk, number: int) -> Path:
    return desk.project_folder(number).root / "overview.json"


def overview(desk: Desk, number: int) -> Overview:
    """Return what the page shows of the table; raise DatasetError when there is none."""
    path = _overview_path(desk, number)
    if not path.is_file():
        raise DatasetError("There is no table yet.", "", "Choose a dataset.")
    try:
        return Overview.model_validate_json(path.read_bytes())
    except ValueError:
        # An older version wrote it in another form.
        path.unlink(missing_ok=True)
        prepare_again(desk, number)
        return Overview.model_validate_json(path.read_bytes())


def _chosen(desk: Desk, number: int) -> DatasetChoice:
    choice = desk.project(number).dataset
    if choice is None:
        raise DatasetError("There is no table yet.", "", "Choose a dataset.")
    return choice


def set_roles(
    desk: Desk, number: int, time: Sequence[str] | None, target: str | None, features: Sequence[str] | None,
    horizon: float | None, unit: str = "", *, anew: bool = True,
) -> None:  # fmt: skip
    """Keep what the columns are for and prepare the series again, without `anew` only when something of it is another.

    Raises DatasetError when that cannot be.
    """
    choice = _chosen(desk, number)
    if horizon is not None and not 1 <= horizon <= _MOST_STEPS:
        raise DatasetError(
            "So many steps cannot be forecast.", f"{horizon:.15g} steps were given.",
            "Give a whole number from 1 up, or leave the field empty: it then follows from the data.",
        )  # fmt: skip
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
            "horizon": int(horizon) if horizon is not None else None,
            "unit": unit.strip(),
            "units": units,
        }
    )
    kept = (choice.roles, choice.horizon, choice.unit)
    if not anew and kept == (changed.roles, changed.horizon, changed.unit):
        return
    desk.change_project(number, dataset=changed)
    prepare_again(desk, number)


def set_part(desk: Desk, number: int, *, member: str | None = None, sheet: str | None = None) -> None:
    """Take another file of an archive, or another sheet of a workbook: another table, so all else is found anew."""
    choice = _chosen(desk, number)
    update: dict[str, Any] = {
        "roles": None,
        "horizon": None,
        "season": None,
        "choices": Choices(),
        "units": {},
        "unit": "",
    }
    if member is not None:
        update |= {"member": member, "sheet": None}
    if sheet is not None:
        update["sheet"] = sheet
    desk.change_project(number, dataset=choice.model_copy(update=update))
    prepare_again(desk, number)


def set_choices(desk: Desk, number: int, **changes: Any) -> None:
    """Keep what the student chose where a table can be read in several ways (fields of Choices), and prepare again."""
    choice = _chosen(desk, number)
    choices = Choices.model_validate({**choice.choices.model_dump(), **changes})
    update: dict[str, Any] = {"choices": choices}
    if ("wide" in choices.undo) != ("wide" in choice.choices.undo):
        # Another form of table has other columns.
        update |= {"roles": None, "horizon": None}
    elif changes.keys() & {"date_order", "frequency"}:
        # Other steps of time want another horizon.
        update["horizon"] = None
    desk.change_project(number, dataset=choice.model_copy(update=update))
    prepare_again(desk, number)


def set_repairs(desk: Desk, number: int, kept: Sequence[str]) -> None:
    """Switch off each repair that can be switched off and whose key is not among the kept ones."""
    known = {repair.key for repair in overview(desk, number).repairs if can_undo(repair)}
    set_choices(desk, number, undo=frozenset(known - set(kept)))


def set_source(desk: Desk, number: int, licence: str | None = None, url: str | None = None) -> None:
    """Keep the licence or the address that the student found for the dataset; what is None stays as it was.

    Each alone: what a field sent before the other one was typed in must not empty that other one.
    """
    _chosen(desk, number)
    found: dict[str, str | None] = {}
    if licence is not None:
        found["licence"] = licence.strip() or None
    if url is not None:
        found["url"] = _address(url)

    def change(draft: Draft) -> Draft:
        choice = draft.project(number).dataset
        return draft if choice is None else _with_dataset(draft, number, source=choice.source.model_copy(update=found))

    desk.change(change)


def _address(text: str) -> str | None:
    """Return a typed web address as it can be opened; what is no address is kept as typed, so that nothing is lost."""
    typed = text.strip()
    bare = typed and " " not in typed and "." in typed and "://" not in typed
    return (f"https://{typed}" if bare else typed) or None


def set_share(desk: Desk, number: int, share: Literal["file", "link"] | None) -> None:
    """Keep whether the file itself goes out in the mail, or its link and SHA-256 instead."""
    _chosen(desk, number)
    desk.change(lambda draft: _with_dataset(draft, number, share=share))


def _with_dataset(draft: Draft, number: int, **changes: Any) -> Draft:
    choice = draft.project(number).dataset
    return draft if choice is None else draft.with_project(number, dataset=choice.model_copy(update=changes))


def sharing_question(desk: Desk, number: int) -> str:
    """Return why the student has to decide whether the file may be mailed, or nothing when there is no reason."""
    choice = desk.project(number).dataset
    if choice is None:
        return ""
    reasons = [] if choice.source.licence else ["no licence was found that allows to pass the data on"]
    personal = [finding for finding in overview(desk, number).inspection.findings if "personal data" in finding.what]
    if personal:
        reasons.append(f"{len(personal)} column{' looks' if len(personal) == 1 else 's look'} like personal data")
    return " and ".join(reasons)


def prepare_again(desk: Desk, number: int) -> None:
    """Make the series from the table and the roles as they stand in the draft; what went wrong is kept for the page."""
    choice = _chosen(desk, number)
    path = _overview_path(desk, number)
    before: Overview | None = None
    if path.is_file():
        before = overview(desk, number)
    try:
        examination = examine(
            desk.project_folder(number).dataset / choice.source.file_name, _request(desk, choice), roles=choice.roles,
            source=choice.source, horizon=choice.horizon, season=choice.season,
        )  # fmt: skip
    except DatasetError as error:
        if before is None:
            raise
        write_atomically(path, before.model_copy(update={"problem": error.as_dict()}).model_dump_json())
        desk.change(lambda draft: _with_dataset(draft, number, series_sha256=None))
        return
    _keep(desk, number, examination, before)


def _keep(desk: Desk, number: int, examination: Examination, before: Overview | None) -> None:
    """Keep an examined table: the overview for the page, the series for the training, the roles in the draft."""
    project, folder = desk.project(number), desk.project_folder(number)
    choice = _chosen(desk, number)
    inspection, made, problem = examination.inspection, examination.series, None
    update: dict[str, Any] = {"series_sha256": None}
    # Roles come before their units only where both were asked for by typing a command.
    if examination.roles is not None and (choice.roles is None or (before is None and not choice.units)):
        update["roles"] = examination.roles
        units = {**{column.name: column.unit for column in inspection.columns if column.unit}, **choice.units}
        update |= {"units": units, "unit": units.get(examination.roles.target, "")}
        choice = choice.model_copy(update=update)
    try:
        if made is not None and choice.split is not None and choice.roles is not None:
            wanted = SeriesRequest(horizon=choice.horizon, season=choice.season, split=choice.split)
            made = prepare(
                examination.table,
                choice.roles,
                choice.source,
                wanted,
                choices=choice.choices,
                columns=examination.columns,
            )
    except DatasetError as error:
        made, problem = None, error.as_dict()
    if made is not None:
        units = {**made.units, **choice.units}
        made = replace(made, title=project.title or made.title, question=project.question, units=units)
        save_series(made, folder.series)
        # The roles stay as they were asked for: a feature that a repair left out comes back when that is undone.
        update |= {"series_sha256": series_sha256(made), "horizon": made.horizon}
    elif problem is None:
        worst = next((finding for finding in inspection.findings if finding.level is Level.BLOCK), None)
        problem = (
            {"what": worst.what, "evidence": worst.evidence, "fix": worst.fix}
            if worst
            else {"what": inspection.verdict, "evidence": "", "fix": ""}
        )
    shown = make_overview(examination, choice, before).model_copy(update={"problem": problem})
    write_atomically(_overview_path(desk, number), shown.model_dump_json())
    desk.change(lambda draft: _with_dataset(draft, number, **update))


def series(desk: Desk, number: int) -> Series:
    """Return the prepared series; raise DatasetError saying why there is none."""
    problem = overview(desk, number).problem
    if problem is not None:
        raise DatasetError(**problem)
    made = load_series(desk.project_folder(number).series)
    choice = desk.project(number).dataset
    # Licence and address may have been typed after it was prepared.
    return replace(made, source=choice.source) if choice is not None else made


def series_chart(desk: Desk, series: Series) -> str:
    """Return the picture of a series with its parts."""
    return picture(desk.services.press, describe_dataset(series))
