"""What came of each step, in one line: what the wizard's rail says below a step's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.findings import State, StepStatus
from assistant.submission.colab_link import current_check
from assistant.submission.status import unchecked_charts
from assistant.wording import counted, method_name, one_line, percent, quantity

if TYPE_CHECKING:
    from assistant.submission.snapshot import ProjectSnapshot, Snapshot

_LONGEST = 44


def step_result(snapshot: Snapshot, status: StepStatus) -> str:
    """Return in a few words what came of a step; without a result the state's own words, for an open one nothing."""
    if status.state is State.WORKING:
        return "under way"
    if status.project is None:
        return _WHOLE[status.step](snapshot, status) if status.step in _WHOLE else ""
    try:
        found = _OF[status.step](snapshot.project(status.project))
    except (AssistantError, OSError):
        found = ""  # its files are gone, which the step's own status says
    if status.state is State.DONE or (found and status.state is State.UNCHECKED):
        return found
    said = "" if status.state is State.OPEN else str(status.state)
    return ", ".join(part for part in (said, found) if part)


def _start(_snapshot: Snapshot, status: StepStatus) -> str:
    return "" if status.state in (State.DONE, State.OPEN) else str(status.state)


def _submit(snapshot: Snapshot, status: StepStatus) -> str:
    if status.state is State.DONE:
        return "handed in"
    if status.state is not State.OPEN:
        return str(status.state)
    return "packaged, not sent" if snapshot.package is not None else ""


_WHOLE = {"start": _start, "submit": _submit}


def _dataset(project: ProjectSnapshot) -> str:
    overview = project.overview
    if overview is None:
        return ""
    inspection = overview.inspection
    step = inspection.time.step if inspection.time is not None else "row"
    what = project.draft.dataset.roles.target if project.draft.dataset and project.draft.dataset.roles else ""
    return " · ".join(part for part in (one_line(what, _LONGEST // 2), counted(step, inspection.rows)) if part)


def _train(project: ProjectSnapshot) -> str:
    run = project.run
    if run is None or project.draft.dataset is None:
        return ""
    score = run.scores.get(run.settings.cell)
    error = f", {quantity(score.mae, project.draft.dataset.unit)}" if score is not None else ""
    link = " with" if run.verdict.outcome == "ties" else " against" if run.verdict.outcome == "loses" else ""
    return f"{run.verdict.outcome}{link} {method_name(run.verdict.against).lower()}{error}"


def _charts(project: ProjectSnapshot) -> str:
    wanted = [item for item in project.charts if item.in_report]
    if not wanted:
        return ""
    return f"{len(wanted) - len(unchecked_charts(wanted))} of {len(wanted)} checked"


def _report(project: ProjectSnapshot) -> str:
    words = [text.words for text in project.sections.values() if text.words is not None] if project.run else []
    every = sum(one.words for one in words)
    if not every:
        return ""
    return f"{percent(sum(one.own for one in words) / every)} own words"


def _colab(project: ProjectSnapshot) -> str:
    draft = project.draft
    if not draft.colab_link.strip():
        return "notebook made, no link yet" if draft.notebook is not None else ""
    if (check := current_check(project)) is None:
        return "link not checked yet"
    return "link checked" if check.state is None else f"link: {check.state}"


_OF = {"dataset": _dataset, "train": _train, "charts": _charts, "report": _report, "colab": _colab}


def finished_steps(snapshot: Snapshot, project: int) -> tuple[int, int]:
    """Return how many steps of a project are done, and of how many."""
    own = [status for status in snapshot.statuses.values() if status.project == project]
    return sum(status.state.is_done for status in own), len(own)
