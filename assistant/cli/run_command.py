"""`run`: the whole way, from tables to a finished mail."""

from __future__ import annotations

import re
import shutil
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
    Asked,
    DateOrders,
    Decimals,
    FeatureLists,
    Files,
    Horizons,
    Members,
    SeriesNames,
    Sheets,
    Splits,
    Steps,
    Targets,
    Times,
    Undone,
    check_features,
    per_project,
)
from assistant.cli.table_arguments import open_table, ready_folder
from assistant.errors import AssistantError, DatasetError, DeliveryError, NotebookError, TrainingError
from assistant.findings import Level
from assistant.notebook.colab_links import check_colab_link, same_notebook
from assistant.settings import load_settings
from assistant.submission import completeness as submission
from assistant.submission import dataset_choice as dataset
from assistant.submission import notebook_making as notebook
from assistant.submission import packaging
from assistant.submission import report_building as report
from assistant.submission import training_runs as training
from assistant.submission.services import open_services
from assistant.submission.session import Desk
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
    preset: Annotated[PresetName, typer.Option(help="quick, balanced or thorough.")] = "quick",
    seed: Annotated[int, typer.Option(min=0, help="The seed of every training.")] = 0,
    as_json: Json = False,
) -> None:
    """Go the whole way: datasets, trainings, charts, reports, notebooks, the bundle and the mail.

    What is said of the tables, from --target to --step, holds for all projects when given once; given once for each, it
    holds for the projects in their order, and '' leaves it to that project's table.
    """
    began = time.monotonic()
    settings, account = load_settings()
    try:
        address = checked_address(email)
    except ValueError as error:
        raise DeliveryError("The e-mail address is not right.", f"{error}.", "Correct --email.") from error
    links = [check_colab_link(link) for link in colab or []]
    for place, link in enumerate(links):
        if any(same_notebook(link, other) for other in links[:place]):
            raise NotebookError(
                "Two projects have the same Colab link.", f"{link.url}.", "Each project needs a notebook of its own."
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
        desk = Desk(services, new_owner())
        desk.change(
            lambda draft: draft.with_student(name=name.strip(), email=address, registration=registration.strip())
        )
        tables = _tables(desk, project)
        asked = per_project(
            len(tables), undo, target=target, time=time_column, features=features, horizon=horizon, split=split,
            file=file, member=member, sheet=sheet, dates=dates, decimal=decimal, series=one_series, step=step,
        )  # fmt: skip
        numbers = _take_datasets(desk, tables, asked)
        for number, link in zip(numbers, links, strict=False):
            notebook.set_link(desk, number, link.url)
        _train(desk, numbers, preset, seed)
        _make_notebooks(desk, numbers)
        for number in numbers:
            built = report.build(desk, number)
            progress(
                f"Project {number}: report of {wording.counted('page', built.pages)}."
                + (f" {built.over}" if built.over else "")
            )
        package = packaging.make(desk)
        written = _copy(desk, numbers, out)
        verification = verify(out / "bundle.zip", desk.brief)
        data = _as_data(desk, package, verification.ok, written, time.monotonic() - began)
        result(data, _as_text(data), as_json=as_json)
        if not verification.ok:
            raise typer.Exit(1)


def _tables(desk: Desk, projects: list[str] | None) -> list[str | None]:
    """Return what each project's table was given as; None where the brief offers no default."""
    slots = len(desk.brief.projects)
    if projects and len(projects) > slots:
        raise DatasetError(
            f"There are {len(projects)} projects.",
            f"The brief asks for {slots}.",
            "Leave out --project some times.",
        )
    return [*projects] if projects else [dataset.default_ready(desk, number) for number in range(1, slots + 1)]


def _take_datasets(desk: Desk, tables: list[str | None], asked: list[Asked]) -> list[int]:
    for number, (text, wishes) in enumerate(zip(tables, asked, strict=True), 1):
        if text is None:
            continue
        opened = open_table(text, dataset.arrivals(desk, number), file=wishes.file)
        fields = wishes.choice(opened)
        folder = ready_folder(text)
        if folder is not None:
            dataset.choose_ready(desk, number, folder, **fields)
        else:
            dataset.take_file(desk, number, opened.path, opened.source, **fields)
        made = dataset.series(desk, number)
        check_features(made, wishes.roles)
        progress(f"Project {number}: {made.title}, {wording.counted('row', len(made.frame))} of {made.target}.")
    return [number for number, text in enumerate(tables, 1) if text is not None]


def _train(desk: Desk, numbers: list[int], preset: str, seed: int) -> None:
    for number in numbers:
        training.set_training(desk, number, preset=preset, seed=seed)
        training.start(desk, number)
    waiting = list(numbers)
    while waiting:
        for number in list(waiting):
            state = training.poll(desk, number)
            if state is None or state.state in ("waiting", "running"):
                continue
            waiting.remove(number)
            run = training.chosen_run(desk, number)
            if run is None:
                raise TrainingError(f"The training of project {number} did not end well.", state.message, state.fix)
            progress(f"Project {number}: {run.verdict.sentence} ({wording.short_span(run.seconds)})")
        if waiting:
            time.sleep(_POLL_SECONDS)


def _make_notebooks(desk: Desk, numbers: list[int]) -> None:
    progress("Making the notebooks and running each from top to bottom …")
    for number in numbers:
        notebook.start(desk, number)
    for number in numbers:
        while (work := notebook.poll(desk, number)) is not None and work.state == "running":
            time.sleep(_POLL_SECONDS)
        if work is not None and work.state == "failed":
            raise AssistantError(f"The notebook of project {number} could not be made.", work.message, work.fix)
        made = desk.project(number).notebook
        progress(
            f"Project {number}: notebook {'gave' if made and made.reproduced else 'did NOT give'} the report's scores."
        )


def _copy(desk: Desk, numbers: list[int], out: Path) -> list[str]:
    files = {"bundle.zip": desk.folder / "bundle" / "bundle.zip", "message.eml": desk.folder / "bundle" / "message.eml"}
    for number in numbers:
        files[f"report-{number}.pdf"] = desk.project_folder(number).report
        files[f"notebook-{number}.ipynb"] = desk.project_folder(number).notebook
    # What an earlier run left there must not pass for this one's.
    for left in [*files, *(path.name for path in out.iterdir() if _WRITTEN.fullmatch(path.name))]:
        (out / left).unlink(missing_ok=True)
    for name, source in files.items():
        if source.is_file():
            shutil.copyfile(source, out / name)
    return sorted(name for name, source in files.items() if source.is_file())


def _as_data(desk: Desk, package: packaging.Package, holds: bool, written: list[str], seconds: float) -> dict[str, Any]:
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
            finding.model_dump(mode="json") for finding in submission.findings(desk) if finding.level is not Level.FINE
        ],
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
