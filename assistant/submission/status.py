"""How far every step is: the one place that says it, for tabs, Start, Submit, the command line, the manifest and `verify`.

Each function looks at one step of a snapshot and returns the first thing that is true of it, what weighs most first.
Only what was really done, decided and checked, and is about what stands there now, is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import wording
from assistant.address_typos import probably_meant
from assistant.brief import checked_address
from assistant.bundle.member_names import refused_member
from assistant.delivery.delivery_record import DeliveryStatus
from assistant.errors import NotebookError
from assistant.files import sha256_of_unchanged
from assistant.findings import Level, State, StepName, StepStatus
from assistant.notebook.colab_links import check_colab_link, twin_links
from assistant.notebook.link_answer import LinkState
from assistant.submission.chart_choices import ShownChart
from assistant.submission.colab_link import current_check
from assistant.submission.jobs.job import JobState
from assistant.wording import agree, counted, listed

if TYPE_CHECKING:
    from assistant.submission.snapshot import ProjectSnapshot, Snapshot

PROJECT_STEPS: tuple[StepName, ...] = ("dataset", "train", "charts", "report", "colab")


def statuses(snapshot: Snapshot) -> dict[tuple[int | None, str], StepStatus]:
    """Say how far every step is, keyed by project number (None for Start and Submit) and step, in the student's order."""
    found = [start_status(snapshot)]
    for project in snapshot.projects:
        found += [
            dataset_status(project), train_status(project), charts_status(project), report_status(project),
            colab_status(project),
        ]  # fmt: skip
    found.append(submit_status(snapshot, found))
    return {(status.project, status.step): status for status in found}


def start_status(snapshot: Snapshot) -> StepStatus:
    """Say how far the student's details are."""
    student = snapshot.draft.student
    if not student.name.strip() and not student.email.strip():
        return StepStatus(step="start", state=State.OPEN, fix="Enter your name and e-mail address.")
    for what, text in (("name", student.name), ("e-mail address", student.email)):
        if not text.strip():
            return StepStatus(step="start", state=State.WRONG, evidence=f"Your {what} is missing.", fix="Enter it.")
    try:
        checked_address(student.email)
    except ValueError as error:
        return StepStatus(
            step="start", state=State.WRONG, evidence=f"The e-mail address is not right: {error}.", fix="Correct it."
        )
    if (meant := doubtful_address(snapshot)) is not None:
        evidence = f"Did you mean {meant}? You typed {student.email.strip()}."
        return StepStatus(
            step="start", state=State.UNDECIDED, evidence=evidence, fix="Correct it, or say that it is right."
        )
    return StepStatus(step="start", state=State.DONE)


def doubtful_address(snapshot: Snapshot) -> str | None:
    """Return what the student probably meant by an address that looks mistyped; None once they said that it is right."""
    draft = snapshot.draft
    email = draft.student.email.strip()
    return None if email == draft.sure_address else probably_meant(email)


def _of(project: ProjectSnapshot, step: StepName, state: State, evidence: str = "", fix: str = "") -> StepStatus:
    return StepStatus(step=step, project=project.number, state=state, evidence=evidence, fix=fix)


def dataset_status(project: ProjectSnapshot) -> StepStatus:
    """Say how far the dataset is: chosen, ready, whole, and decided whether it may go out."""
    choice = project.draft.dataset
    if choice is None:
        record = project.job(project.draft.downloading.job) if project.draft.downloading is not None else None
        if record is not None and not record.state.ended:
            return _of(project, "dataset", State.WORKING, "A table is being fetched.")
        return _of(project, "dataset", State.OPEN, fix="Choose a dataset.")
    if not choice.is_ready:
        evidence = "The table is here, but it is not ready for training yet."
        return _of(project, "dataset", State.WRONG, evidence, "See in the Dataset step what it lacks.")
    if wrong := file_problem(project.table, choice.source.sha256):
        return _of(project, "dataset", State.WRONG, wrong, "Choose it again.")
    if project.sharing is None:
        why = project.sharing_question
        evidence = f"You have not decided yet whether the dataset may go out: {why}."
        if choice.source.url:
            evidence += " Until then its link and SHA-256 go out instead."
        return _of(project, "dataset", State.UNDECIDED, evidence, "Hand in the file, or its link and SHA-256 instead.")
    if project.sharing == "link" and not choice.source.url:
        evidence = "The dataset's link is to go out instead of the file, but there is none."
        return _of(project, "dataset", State.WRONG, evidence, "Type its address, or hand in the file.")
    return _of(project, "dataset", State.DONE)


def file_problem(path: Path | None, sha256: str) -> str:
    """Return in a sentence why a dataset's file cannot be handed in as it lies there, or nothing."""
    try:
        if path is None or sha256_of_unchanged(path) != sha256:
            return "The dataset's file is not the one that was chosen."
    except OSError as error:
        return f"The dataset's file cannot be read: {error.strerror}."
    refused = refused_member(path)
    return f"It holds {refused}, which mail servers take not even inside a zip." if refused else ""


def train_status(project: ProjectSnapshot) -> StepStatus:
    """Say how far the training is: one that was stopped, that failed or that knew another dataset is not done."""
    draft = project.draft
    if draft.running is not None:
        return _of(project, "train", State.WORKING, "The training is running.")
    if draft.dataset is None or not draft.dataset.is_ready:
        return _of(project, "train", State.OPEN, fix="The training needs a dataset that is ready.")
    if draft.failed is not None:
        stopped = draft.failed.state == "cancelled"
        return _of(project, "train", State.STOPPED if stopped else State.WRONG, draft.failed.message, draft.failed.fix)
    if draft.run is None:
        return _of(project, "train", State.OPEN, fix="Train the LSTM.")
    if project.run is None:
        return _of(project, "train", State.WRONG, "The files of the training are not there any more.", "Train again.")
    if not draft.run_is_current:
        return _outdated(project, "train")
    if draft.run.stopped:
        evidence = f"The training was stopped after {draft.run.epochs} of {counted('epoch', draft.run.planned_epochs)}."
        return _of(project, "train", State.STOPPED, evidence, "Train again if you want the whole of it.")
    return _of(project, "train", State.DONE)


def _outdated(project: ProjectSnapshot, step: StepName) -> StepStatus:
    return _of(project, step, State.OUTDATED, "The dataset was changed after the training.", "Train again.")


def _without_run(project: ProjectSnapshot, step: StepName, needs: str) -> StepStatus | None:
    """Return the status of a step that needs a run of the dataset as it is now and has none."""
    if project.run is None:
        return _of(project, step, State.OPEN, fix=needs)
    return None if project.draft.run_is_current else _outdated(project, step)


def charts_status(project: ProjectSnapshot) -> StepStatus:
    """Say which charts of the report the student still has to look at."""
    if (waits := _without_run(project, "charts", "The charts need a training first.")) is not None:
        return waits
    if not project.draft.charts:
        return _of(project, "charts", State.OPEN, fix="Look at the charts and confirm each of them.")
    if missing := unchecked_charts(project.charts):
        names = ", ".join(sorted(item.chart.name for item in missing))
        evidence = f"{counted('chart', len(missing))} of the report not checked yet: {names}."
        return _of(project, "charts", State.UNCHECKED, evidence, "Look at each and confirm it.")
    return _of(project, "charts", State.DONE)


def unchecked_charts(charts: Iterable[ShownChart]) -> tuple[ShownChart, ...]:
    """Return the charts that go in the report and were not confirmed for the chosen run."""
    return tuple(item for item in charts if item.in_report and not item.checked)


def report_status(project: ProjectSnapshot) -> StepStatus:
    """Say how far the report is: within its pages, about this training, and in the student's own words."""
    if (waits := _without_run(project, "report", "The report needs a training first.")) is not None:
        return waits
    report = project.known_report()
    if report is not None and report.too_long:
        return _of(project, "report", State.WRONG, report.over, "Shorten it.")
    if stale := [title for title, text in project.sections.items() if text.is_stale]:
        evidence = f"{listed(stale)} {agree(len(stale), 'speaks', 'speak')} of an older training or another dataset."
        return _of(
            project, "report", State.OUTDATED, evidence, "Read it again: change it, or confirm that it is right."
        )
    if drafts := [title for title, text in project.sections.items() if not text.is_own]:
        return _of(project, "report", State.OPEN, f"Still the draft, and not your own words: {', '.join(drafts)}.")
    if report is None:
        evidence = "The pages were not looked at since something in them changed."
        return _of(project, "report", State.UNCHECKED, evidence, "Open the report.")
    return _of(project, "report", State.DONE)


def colab_status(project: ProjectSnapshot) -> StepStatus:
    """Say how far notebook and link are; a link is done only once somebody asked and it opened."""
    if (waits := _without_run(project, "colab", "The notebook needs a training first.")) is not None:
        return waits
    return _notebook_status(project) or link_status(project)


def _notebook_status(project: ProjectSnapshot) -> StepStatus | None:
    draft, made = project.draft, project.draft.notebook
    record = project.job(draft.making_notebook)
    if record is not None and not record.state.ended:
        return _of(project, "colab", State.WORKING, "The notebook is being made.")
    if record is not None and record.state is JobState.FAILED and record.problem is not None:
        problem = record.problem
        return _of(project, "colab", State.WRONG, f"{problem.what} {problem.evidence}".strip(), problem.fix)
    if made is None:
        told = "" if not draft.colab_link else "There is a link, but no notebook was made here."
        return _of(project, "colab", State.OPEN, told, "Make the notebook, open it in Colab and paste its link.")
    if draft.run is not None and made.run_id != draft.run.id:
        return _of(project, "colab", State.OUTDATED, "The notebook shows an older training.", "Make it again.")
    if not project.notebook_is_current:
        return _of(project, "colab", State.OUTDATED, "Something changed since the notebook was made.", "Make it again.")
    if project.notebook_file is None:
        return _of(project, "colab", State.WRONG, "The notebook's file is not there any more.", "Make it again.")
    if not made.reproduced:
        return _of(project, "colab", State.WRONG, "The notebook did not give the report's scores.", "Make it again.")
    return None


def link_status(project: ProjectSnapshot) -> StepStatus:
    """Say how far the Colab link is: of a form that can be right, of this notebook alone, and checked."""
    draft = project.draft
    if not draft.colab_link:
        return _of(project, "colab", State.OPEN, fix="Paste the notebook's Colab link.")
    try:
        check_colab_link(draft.colab_link)
    except NotebookError as error:
        return _of(project, "colab", State.WRONG, f"The Colab link is not right: {error.what}", error.fix)
    if (other := twin_of(project)) is not None:
        evidence = f"Project {other} has the same Colab link."
        return _of(project, "colab", State.WRONG, evidence, "Each project needs a notebook of its own.")
    check = current_check(project)
    if link_is_of_earlier_training(project) and (check is None or check.run_id is None):
        evidence = "The link was given for an earlier training; the notebook was made anew since."
        return _of(project, "colab", State.OUTDATED, evidence, "Upload the new notebook and paste its link.")
    if check is None:
        evidence = "Nobody has checked yet whether the link opens."
        return _of(project, "colab", State.UNCHECKED, evidence, "Press “Can everybody open it?”.")
    state = {Level.BLOCK: State.WRONG, Level.WARN: State.WRONG, Level.UNCHECKED: State.UNCHECKED}.get(
        check.finding.level, State.DONE
    )
    if check.state is LinkState.OTHER_TRAINING:
        state = State.OUTDATED
    when = f"Asked {wording.moment(check.asked, project.whole.brief.submission.deadline.zone)}." if check.asked else ""
    said = (check.finding.evidence, when) if state is State.DONE else (check.finding.what, check.finding.evidence, when)
    return _of(project, "colab", state, " ".join(part for part in said if part), check.finding.fix)


def twin_of(project: ProjectSnapshot) -> int | None:
    """Return the number of another project whose link leads to the same notebook, or None."""
    here = project.number - 1
    for first, second in twin_links([other.draft.colab_link for other in project.whole.projects]):
        if here in (first, second):
            return (second if first == here else first) + 1
    return None


def link_is_of_earlier_training(project: ProjectSnapshot) -> bool:
    """Tell whether the notebook was made anew and the link is still the one given for an earlier training."""
    draft = project.draft
    return (
        draft.run is not None
        and draft.linked_run not in (None, draft.run.id)
        and draft.notebook is not None
        and project.current_link is not None
    )


def submit_status(snapshot: Snapshot, others: Iterable[StepStatus]) -> StepStatus:
    """Say whether what stands here was sent."""
    accepted = {one.sha256 for one in snapshot.deliveries if one.status is DeliveryStatus.ACCEPTED}
    package = snapshot.draft.package
    if accepted:
        if package is not None and package.sha256 in accepted and snapshot.package_is_current:
            return StepStatus(step="submit", state=State.DONE)
        evidence = "What was sent is not what stands here now."
        return StepStatus(
            step="submit", state=State.OUTDATED, evidence=evidence, fix="Package and send again if it should count."
        )
    latest = next((one for one in snapshot.deliveries if package is not None and one.sha256 == package.sha256), None)
    if latest is not None and latest.status is DeliveryStatus.PARTLY and latest.problem is not None:
        said = latest.problem
        return StepStatus(step="submit", state=State.WRONG, evidence=said.what, fix=said.fix)
    if latest is not None and latest.status is DeliveryStatus.BY_HAND and snapshot.package_is_current:
        when = wording.moment(latest.finished or latest.confirmed, snapshot.brief.submission.deadline.zone)
        evidence = f"You said that you sent it yourself, {when}. Whether it arrived is not known here."
        fix = "Look for the copy in your own mailbox."
        return StepStatus(step="submit", state=State.UNCHECKED, evidence=evidence, fix=fix)
    if any(not status.state.is_done for status in others):
        fix = "Finish the steps before, or package what you have."
    else:
        fix = "Everything is ready: look at the mail and send it."
    return StepStatus(step="submit", state=State.OPEN, fix=fix)
