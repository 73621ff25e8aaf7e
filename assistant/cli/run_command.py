"""`run`: the whole way, from tables to a finished mail."""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant import wording
from assistant.brief import checked_address
from assistant.bundle.verify import verify
from assistant.cli.output import Json, PresetName, command, progress, result
from assistant.cli.project_options import (
    DateOrders,
    Decimals,
    FeatureLists,
    Files,
    Horizons,
    Members,
    SeriesNames,
    Shares,
    Sheets,
    Splits,
    Steps,
    TableRequest,
    Targets,
    Times,
    Undone,
    check_features,
    per_project,
)
from assistant.cli.table_arguments import open_table, ready_folder
from assistant.dataset.ready_projects import load_ready
from assistant.delivery.outbox import mail_bytes
from assistant.errors import AssistantError, DatasetError, DeliveryError, NotebookError, TrainingError
from assistant.findings import Level
from assistant.notebook.colab_links import check_colab_link, twin_links
from assistant.settings import load_settings
from assistant.submission import dataset_choice
from assistant.submission.colab_link import PasteColabLink
from assistant.submission.draft import DatasetChoice, TrainingChoice
from assistant.submission.notebook_making import notebook_job, start_notebook
from assistant.submission.packaging import Package, composed, make_package
from assistant.submission.services import open_services
from assistant.submission.session import Session
from assistant.submission.snapshot import Snapshot
from assistant.submission.student_commands import IntroduceStudent
from assistant.submission.training_runs import SetTraining, start_training
from assistant.submission.workspace import new_owner

_POLL_SECONDS = 0.2
_WRITTEN = re.compile(r"report-\d+\.pdf|notebook-\d+\.ipynb")


@command
def run(
    name: Annotated[str, typer.Option(help="Who hands in.")],
    email: Annotated[str, typer.Option(help="Where answers and the copy of the mail go.")],
    out: Annotated[Path, typer.Option(help="Folder for the bundle, the reports, the notebooks and the mail.")],
    registration: Annotated[str, typer.Option(help="The registration id, if there is one.")] = "",
    project: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIR_OR_TABLE",
            help="A ready project, a table, a link or a Kaggle owner/dataset, once for each project; else the defaults.",
        ),
    ] = None,
    colab: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="The Colab link, once for each project.")
    ] = None,
    target: Targets = None,
    time_column: Times = None,
    features: FeatureLists = None,
    horizon: Horizons = None,
    split: Splits = None,
    file: Files = None,
    member: Members = None,
    sheet: Sheets = None,
    dates: DateOrders = None,
    decimal: Decimals = None,
    one_series: SeriesNames = None,
    step: Steps = None,
    undo: Undone = None,
    share: Shares = None,
    preset: Annotated[PresetName, typer.Option(help="quick, balanced or thorough.")] = "quick",
    seed: Annotated[int, typer.Option(min=0, help="The seed of every training.")] = 0,
    as_json: Json = False,
) -> None:
    """Go the whole way: datasets, trainings, charts, reports, notebooks, the bundle and the mail.

    What is said of the tables, from --target to --share, holds for all projects when given once; given once for each, it
    holds for the projects in their order, and '' leaves it to that project's table.
    """
    began = time.monotonic()
    settings, account = load_settings()
    try:
        address = checked_address(email)
    except ValueError as error:
        raise DeliveryError("The e-mail address is not right.", f"{error}.", "Correct --email.") from error
    links = [check_colab_link(link) for link in colab or []]
    for _, second in twin_links([link.url for link in links]):
        raise NotebookError(
            "Two projects have the same Colab link.",
            f"{links[second].url}.",
            "Each project needs a notebook of its own.",
        )
    for what, text in (("name", name), ("registration id", registration)):
        if any(ord(sign) < 32 for sign in text):
            raise DeliveryError(
                f"The {what} is not right.", "It holds a line break or another control sign.", "Type it anew."
            )
    if not name.strip():
        raise DeliveryError("The name is missing.", "--name is empty.", "Give the name of who hands in.")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="assistant-") as scratch:
        # A workspace of its own: what the wizard keeps on this machine is neither read nor changed.
        services = open_services(
            settings.model_copy(update={"workspace": Path(scratch), "database": "", "jobs": max(2, settings.jobs)}),
            account,
        )
        session = Session(services, new_owner())
        session.apply(IntroduceStudent(name=name.strip(), email=address, registration=registration.strip()))
        tables = _tables(session.snapshot, project)
        asked = per_project(
            len(tables), undo, target=target, time=time_column, features=features, horizon=horizon, split=split,
            file=file, member=member, sheet=sheet, dates=dates, decimal=decimal, series=one_series, step=step, share=share,
        )  # fmt: skip
        numbers = _take_datasets(session, tables, asked)
        for number, link in zip(numbers, links, strict=False):
            session.apply(PasteColabLink(project=number, text=link.url))
        _train(session, numbers, preset, seed)
        _make_notebooks(session, numbers)
        for number in numbers:
            built = session.snapshot.project(number).report()
            progress(
                f"Project {number}: report of {wording.counted('page', built.pages)}."
                + (f" {built.over}" if built.over else "")
            )
        package = make_package(session)
        written = _copy(session.snapshot, package, numbers, out)
        verification = verify(out / "bundle.zip", session.snapshot.brief)
        data = _as_data(session.snapshot, package, verification.ok, written, time.monotonic() - began)
        result(data, _as_text(data), as_json=as_json)
        if not verification.ok:
            raise typer.Exit(1)


def _tables(snapshot: Snapshot, projects: list[str] | None) -> list[str | None]:
    """Return what each project's table was given as; None where the brief offers no default."""
    slots = len(snapshot.projects)
    if projects and len(projects) > slots:
        raise DatasetError(
            f"There are {len(projects)} projects.",
            f"The brief asks for {slots}.",
            "Leave out --project some times.",
        )
    return [*projects] if projects else [dataset_choice.default_ready(snapshot, number + 1) for number in range(slots)]


def _take_datasets(session: Session, tables: list[str | None], asked: list[TableRequest]) -> list[int]:
    for number, (text, wishes) in enumerate(zip(tables, asked, strict=True), 1):
        if text is None:
            continue
        opened = open_table(text, dataset_choice.arrivals(session.snapshot.project(number)), file=wishes.file)
        folder = ready_folder(text)
        if folder is not None:
            choice = wishes.choice(opened, dataset_choice.ready_choice(load_ready(folder)))
            dataset_choice.choose_ready(session, number, folder, choice)
        else:
            choice = wishes.choice(opened, DatasetChoice(source=opened.source))
            dataset_choice.take(session, number, opened.path, choice)
        made = session.snapshot.project(number).series
        check_features(made, wishes.roles)
        progress(f"Project {number}: {made.title}, {wording.counted('row', len(made.frame))} of {made.target}.")
    return [number for number, text in enumerate(tables, 1) if text is not None]


def _train(session: Session, numbers: list[int], preset: str, seed: int) -> None:
    for number in numbers:
        session.apply(SetTraining(project=number, choice=TrainingChoice(preset=preset, seed=seed)))
        start_training(session, number)
    waiting = list(numbers)
    while waiting:
        snapshot = session.refresh()
        for number in list(waiting):
            project = snapshot.project(number)
            if project.draft.running is not None:
                continue
            waiting.remove(number)
            if project.run is None:
                failed = project.draft.failed
                raise TrainingError(
                    f"The training of project {number} did not end well.",
                    failed.message if failed else "", failed.fix if failed else "",
                )  # fmt: skip
            seconds = wording.short_span(project.run.seconds)
            progress(f"Project {number}: {project.run.verdict.sentence} ({seconds})")
        if waiting:
            time.sleep(_POLL_SECONDS)


def _make_notebooks(session: Session, numbers: list[int]) -> None:
    progress("Making the notebooks and running each from top to bottom …")
    for number in numbers:
        start_notebook(session, number)
    for number in numbers:
        while (job := notebook_job(session.refresh().project(number))) is not None and not job.state.ended:
            time.sleep(_POLL_SECONDS)
        if job is not None and job.problem is not None:
            said = f"{job.problem.what} {job.problem.evidence}".strip()
            raise AssistantError(f"The notebook of project {number} could not be made.", said, job.problem.fix)
        made = session.snapshot.project(number).draft.notebook
        progress(
            f"Project {number}: notebook {'gave' if made and made.reproduced else 'did NOT give'} the report's scores."
        )


def _copy(snapshot: Snapshot, package: Package, numbers: list[int], out: Path) -> list[str]:
    files: dict[str, bytes] = {"bundle.zip": package.bundle.path.read_bytes()}
    if package.mail is not None:
        files["message.eml"] = mail_bytes(composed(snapshot, package.bundle))
    for number in numbers:
        project = snapshot.project(number)
        files[f"report-{number}.pdf"] = project.report_pdf
        if project.notebook_file is not None:
            files[f"notebook-{number}.ipynb"] = project.notebook_file.read_bytes()
    # What an earlier run left there must not pass for this one's.
    for left in ["bundle.zip", "message.eml", *(path.name for path in out.iterdir() if _WRITTEN.fullmatch(path.name))]:
        (out / left).unlink(missing_ok=True)
    for name, content in files.items():
        (out / name).write_bytes(content)
    return sorted(files)


def _as_data(snapshot: Snapshot, package: Package, holds: bool, written: list[str], seconds: float) -> dict[str, Any]:
    manifest = package.bundle.manifest
    return {
        "bundle": {"sha256": package.sha256, "size": package.size, "holds": holds},
        "files": written,
        "recipients": list(package.recipients),
        "subject": dict(package.mail.headers).get("Subject", "") if package.mail else "",
        "projects": [entry.model_dump(mode="json") for entry in manifest.projects],
        "pages": {entry.name: entry.pages for entry in manifest.files if entry.pages is not None},
        "problem": package.problem.as_dict() if package.problem else None,
        "missing": list(manifest.missing),
        "findings": [
            finding.model_dump(mode="json") for finding in snapshot.findings if finding.level is not Level.FINE
        ],
        "steps": [status.model_dump(mode="json") for status in snapshot.statuses.values()],
        "seconds": round(seconds, 1),
    }


def _as_text(data: dict[str, Any]) -> str:
    lines = [f"Written: {', '.join(data['files'])}"]
    lines += [f"  {name}: {wording.counted('page', pages)}" for name, pages in data["pages"].items()]
    if data["problem"]:
        lines.append(f"There is no mail. {' '.join(part for part in data['problem'].values() if part)}")
    else:
        lines.append(f"The finished mail (message.eml) goes to {', '.join(data['recipients'])}; nothing was sent.")
    lines += [f"Missing: {part}" for part in data["missing"]]
    lines += [
        f"{item['level']}: {_of_project(item)}{item['what']} {item['evidence']}".rstrip() for item in data["findings"]
    ]
    lines.append(
        f"The bundle {'holds' if data['bundle']['holds'] else 'DOES NOT hold'}; {wording.short_span(data['seconds'])} in all."
    )
    return "\n".join(lines)


def _of_project(finding: dict[str, Any]) -> str:
    number = finding["project"]
    return f"Project {number}: " if number is not None and f"roject {number}" not in finding["what"] else ""
