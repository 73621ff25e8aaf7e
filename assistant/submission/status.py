"""The marks on the tabs: one pure function of the draft."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.brief import Brief, checked_address
from assistant.errors import NotebookError
from assistant.notebook.colab_links import check_colab_link
from assistant.report.section_drafts import REFERENCES_DRAFT
from assistant.submission.draft import Draft, ProjectDraft
from assistant.submission.notebook_making import notebook_inputs


class Mark(StrEnum):
    """How far a step is."""

    DONE = "✓"
    LOOK = "!"
    OPEN = "○"


@dataclass(frozen=True)
class StepState:
    """A step's mark and, unless it is done, what is still to do in one sentence."""

    mark: Mark
    todo: str = ""


PROJECT_STEPS = ("dataset", "train", "charts", "report", "colab")
STEP_TITLES = {
    "start": "Start",
    "dataset": "Dataset",
    "train": "Train",
    "charts": "Charts",
    "report": "Report",
    "colab": "Colab",
    "submit": "Submit",
}

_DONE = StepState(Mark.DONE)


def place(step: str, project: int | None) -> str:
    """Return the name of a step's place in the page's address, such as `p1-train`."""
    return step if project is None else f"p{project}-{step}"


def start_state(draft: Draft) -> StepState:
    """Say how far the student's details are."""
    student = draft.student
    if not student.name.strip() and not student.email.strip():
        return StepState(Mark.OPEN, "Enter your name and e-mail address.")
    if not student.name.strip():
        return StepState(Mark.LOOK, "Your name is missing.")
    if not student.email.strip():
        return StepState(Mark.LOOK, "Your e-mail address is missing.")
    try:
        checked_address(student.email)
    except ValueError as error:
        return StepState(Mark.LOOK, f"The e-mail address is not right: {error}.")
    return _DONE


def project_states(
    project: ProjectDraft, brief: Brief, twin_link: bool = False, changed: bool = False
) -> dict[str, StepState]:
    """Say how far each step of one project is.

    `twin_link` tells that another project has the same Colab link, `changed` that something the notebook was made from
    is another now.
    """
    return {
        "dataset": _dataset(project),
        "train": _train(project),
        "charts": _charts(project),
        "report": _report(project, brief),
        "colab": _colab(project, twin_link, changed),
    }


def all_states(draft: Draft, brief: Brief, sent: bool = False) -> dict[tuple[int | None, str], StepState]:
    """Say how far every step is, keyed by project number (None for Start and Submit) and step."""
    links = [project.colab_link.strip() for project in draft.projects]
    states: dict[tuple[int | None, str], StepState] = {(None, "start"): start_state(draft)}
    for number, project in enumerate(draft.projects, 1):
        twin = bool(links[number - 1]) and links.count(links[number - 1]) > 1
        notebook = project.notebook
        changed = notebook is not None and notebook.inputs_sha256 != notebook_inputs(draft, brief, number)
        for step, state in project_states(project, brief, twin, changed).items():
            states[number, step] = state
    waiting = any(state.mark is not Mark.DONE for state in states.values())
    if sent:
        states[None, "submit"] = _DONE
    elif waiting:
        states[None, "submit"] = StepState(Mark.OPEN, "Finish the steps before, or package what you have.")
    else:
        states[None, "submit"] = StepState(Mark.OPEN, "Everything is ready: look at the mail and send it.")
    return states


def _dataset(project: ProjectDraft) -> StepState:
    if project.dataset is None:
        return StepState(Mark.OPEN, "Choose a dataset.")
    if project.dataset.series_sha256 is None:
        return StepState(Mark.LOOK, "The table is here, but it is not ready for training yet.")
    return _DONE


def _train(project: ProjectDraft) -> StepState:
    if project.running is not None:
        return StepState(Mark.OPEN, "The training is running.")
    if project.dataset is None or project.dataset.series_sha256 is None:
        return StepState(Mark.OPEN, "The training needs a dataset that is ready.")
    if project.run is None:
        return StepState(Mark.OPEN, "Train the LSTM.")
    if not project.run_is_current:
        return StepState(Mark.LOOK, "The dataset was changed after this training: train again.")
    return _DONE


_STALE = StepState(Mark.LOOK, "The dataset was changed after the training: train again.")


def _charts(project: ProjectDraft) -> StepState:
    if project.run is None:
        return StepState(Mark.OPEN, "The charts appear after the training.")
    if not project.run_is_current:
        return _STALE
    checked = {name for name, choice in project.charts.items() if choice.checked_run == project.run.id}
    wanted = {name for name, choice in project.charts.items() if choice.in_report}
    if not project.charts or not checked:
        return StepState(Mark.OPEN, "Look at each chart of the report and confirm it.")
    if missing := wanted - checked:
        number = len(missing)
        return StepState(
            Mark.LOOK,
            f"{number} chart{'' if number == 1 else 's'} of the report not checked yet: {', '.join(sorted(missing))}.",
        )
    return _DONE


def _report(project: ProjectDraft, brief: Brief) -> StepState:
    if project.run is None:
        return StepState(Mark.OPEN, "The report needs a training first.")
    if not project.run_is_current:
        return _STALE
    if project.report is None:
        return StepState(Mark.OPEN, "Read the drafts, write your own words, and look at the pages.")
    if project.report.run_id != project.run.id:
        return StepState(Mark.LOOK, "The report shows an older training: open it again.")
    if project.report.pages > brief.report.page_limit:
        return StepState(Mark.LOOK, project.report.over or f"The report has {project.report.pages} pages.")
    sections = [section.title for section in brief.report.sections if section.draft != REFERENCES_DRAFT]
    if drafts := [title for title in sections if title not in project.sections]:
        return StepState(Mark.OPEN, f"Still the draft, and not your own words: {', '.join(drafts)}.")
    return _DONE


def _colab(project: ProjectDraft, twin_link: bool, changed: bool) -> StepState:
    if project.run is None:
        return StepState(Mark.OPEN, "The notebook needs a training first.")
    if not project.run_is_current:
        return _STALE
    if project.notebook is None and not project.colab_link:
        return StepState(Mark.OPEN, "Make the notebook, open it in Colab and paste its link.")
    if project.notebook is None:
        return StepState(Mark.LOOK, "The notebook was not made yet.")
    if project.notebook.run_id != project.run.id:
        return StepState(Mark.LOOK, "The notebook shows an older training: make it again.")
    if changed:
        return StepState(Mark.LOOK, "Something changed since the notebook was made: make it again.")
    if not project.notebook.reproduced:
        return StepState(Mark.LOOK, "The notebook did not give the report's scores.")
    if not project.colab_link:
        return StepState(Mark.OPEN, "Paste the notebook's Colab link.")
    try:
        check_colab_link(project.colab_link)
    except NotebookError as error:
        return StepState(Mark.LOOK, f"The Colab link is not right: {error.what}")
    if twin_link:
        return StepState(Mark.LOOK, "Two projects have the same Colab link.")
    return _DONE
