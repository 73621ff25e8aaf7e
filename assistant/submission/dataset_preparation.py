"""From a table and what was chosen of it to a prepared series: done in a process of its own, for it opens strange files."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.dataset.choices import ReadingRequest
from assistant.dataset.inspection import Examination, examine
from assistant.dataset.preparing.prepare import SeriesRequest, prepare
from assistant.dataset.series import save_series, series_sha256
from assistant.errors import DatasetError
from assistant.files import write_atomically
from assistant.findings import Level
from assistant.submission.dataset_overview import Overview, make_overview
from assistant.submission.draft import DatasetChoice

OVERVIEW, SERIES = "overview.json", "series"


@dataclass(frozen=True)
class PreparationRequest:
    """What is to be prepared: the table's file, what was chosen of it, and the folder below which the result goes.

    `before` is the overview of the preparation before, which knows the repairs that were switched off; `title` and
    `question` are the project's; an archive may unpack to `unpacked_limit` bytes.
    """

    path: Path
    choice: DatasetChoice
    folder: Path
    unpacked_limit: int
    before: Overview | None = None
    title: str = ""
    question: str = ""


def prepare_table(request: PreparationRequest) -> DatasetChoice:
    """Prepare a table in a new folder and return the choice that names it; `series_sha256` is None when it is not ready.

    Raises DatasetError when there is no table in the file, unless one was prepared before: then the overview says so.
    """
    choice = request.choice
    folder = request.folder / secrets.token_hex(8)
    try:
        wanted = ReadingRequest(choice.choices, choice.member, choice.sheet, unpacked_limit=request.unpacked_limit)
        examination = examine(
            request.path, wanted, roles=choice.roles, source=choice.source, horizon=choice.horizon, season=choice.season,
        )  # fmt: skip
    except DatasetError as error:
        if request.before is None:
            raise
        shown = request.before.model_copy(update={"problem": error.as_dict()})
        write_atomically(folder / OVERVIEW, shown.model_dump_json())
        return choice.model_copy(update={"prepared": folder.name, "series_sha256": None})
    return _keep(request, examination, folder)


def _keep(request: PreparationRequest, examination: Examination, folder: Path) -> DatasetChoice:
    choice = _with_roles(request, examination)
    inspection, made, problem = examination.inspection, examination.series, None
    try:
        if made is not None and choice.split is not None and choice.roles is not None:
            wanted = SeriesRequest(horizon=choice.horizon, season=choice.season, split=choice.split)
            made = prepare(
                examination.table, choice.roles, choice.source, wanted, choices=choice.choices,
                columns=examination.columns,
            )  # fmt: skip
    except DatasetError as error:
        made, problem = None, error.as_dict()
    update: dict[str, object] = {"prepared": folder.name, "series_sha256": None}
    if made is not None:
        made = replace(
            made, title=request.title or made.title, question=request.question, units={**made.units, **choice.units}
        )
        save_series(made, folder / SERIES)
        # The roles stay as they were asked for: a feature that a repair left out comes back when that is undone.
        update |= {"series_sha256": series_sha256(made), "horizon": made.horizon}
    elif problem is None:
        worst = next((finding for finding in inspection.findings if finding.level is Level.BLOCK), None)
        problem = (
            {"what": worst.what, "evidence": worst.evidence, "fix": worst.fix}
            if worst
            else {"what": inspection.verdict, "evidence": "", "fix": ""}
        )
    overview = make_overview(examination, choice, request.before).model_copy(update={"problem": problem})
    write_atomically(folder / OVERVIEW, overview.model_dump_json())
    return choice.model_copy(update=update)


def _with_roles(request: PreparationRequest, examination: Examination) -> DatasetChoice:
    """Return the choice with the roles that were found, where the student has not said which."""
    choice = request.choice
    # Roles come before their units only where both were asked for by typing a command.
    wanted = choice.roles is None or (request.before is None and not choice.units)
    if examination.roles is None or not wanted:
        return choice
    units = {**{column.name: column.unit for column in examination.inspection.columns if column.unit}, **choice.units}
    return choice.model_copy(
        update={"roles": examination.roles, "units": units, "unit": units.get(examination.roles.target, "")}
    )
