"""What is complete of a submission and what is not, as findings: each step's status, and what else is worth knowing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.address_typos import probably_meant
from assistant.brief import Timing
from assistant.bundle.completeness import check_submission
from assistant.findings import Finding, Level, State, StepStatus
from assistant.report.own_words import check_own_words
from assistant.submission.colab_link import current_check
from assistant.submission.status import doubtful_address, link_status, start_status
from assistant.wording import counted, span

if TYPE_CHECKING:
    from assistant.submission.snapshot import ProjectSnapshot, Snapshot

_LEVELS = {State.DONE: Level.FINE, State.UNCHECKED: Level.UNCHECKED}


def findings(snapshot: Snapshot) -> tuple[Finding, ...]:
    """Return what is complete and what is not, each with the step that mends it.

    For each step that is not done there is at least one finding that says so.
    """
    details = [
        *check_submission(snapshot.submission),
        *_address_findings(snapshot),
        *(finding for project in snapshot.projects for finding in _project_findings(project)),
        *deadline_findings(snapshot),
    ]
    said = {(finding.project, finding.step) for finding in details if finding.level is not Level.FINE}
    untold = [
        finding_of(status)
        for key, status in snapshot.statuses.items()
        if not status.state.is_done and status.step != "submit" and key not in said
    ]
    return (*details, *untold)


def _address_findings(snapshot: Snapshot) -> Iterator[Finding]:
    """Ask about addresses that look mistyped: the student's own, until they say that it is right, and the recipients'."""
    if doubtful_address(snapshot) is not None:
        yield finding_of(start_status(snapshot))
    for address in snapshot.brief.submission.recipients:
        if (meant := probably_meant(address)) is not None:
            yield Finding(
                level=Level.WARN, what=f"Is {address} right? {meant} would be usual.", step="start",
                fix="Compare it letter by letter with what the course wrote.",
            )  # fmt: skip


def finding_of(status: StepStatus) -> Finding:
    """Return what a step's status says, as a finding."""
    what = status.evidence or status.fix
    fix = status.fix if status.evidence else ""
    level = _LEVELS.get(status.state, Level.WARN)
    return Finding(level=level, what=what, fix=fix, step=status.step, project=status.project)


def link_finding(project: ProjectSnapshot) -> Finding:
    """Return what the status of the Colab link says, as heavy as it weighs when the submission goes out."""
    status, check = link_status(project), current_check(project)
    said = finding_of(status)
    if status.state is State.DONE:
        what = check.finding.what if check is not None else "The Colab link is open to everybody who has it."
        return said.model_copy(update={"what": what, "evidence": status.evidence})
    if check is not None and check.finding.what in status.evidence:
        return said.model_copy(update={"level": check.finding.level})
    return said.model_copy(update={"level": Level.BLOCK}) if status.state is State.WRONG else said


def _link_findings(project: ProjectSnapshot) -> Iterator[Finding]:
    """Say of a link that goes out what came out when it was asked for; that it is missing or wrong is said elsewhere."""
    check = current_check(project) if project.current_link is not None else None
    if check is not None and (check.finding.level is not Level.FINE or link_status(project).state is State.DONE):
        yield link_finding(project)


def _project_findings(project: ProjectSnapshot) -> Iterator[Finding]:
    yield from value_findings(project)
    yield from _link_findings(project)
    if project.run is None:
        return
    report = project.report()
    # That there are too many pages is said of the finished file.
    yield from (finding for finding in report.findings if finding.level is Level.WARN or not report.over)
    yield from check_own_words(project.whole.brief, project.section_texts, project.number)
    for title, text in project.sections.items():
        if text.other_dataset:
            yield _report_finding(
                project, f"“{title}” was written about another dataset.", "The dataset was changed since.",
                "Read it again: change it, or confirm that it is still right.",
            )  # fmt: skip
        elif text.stale:
            yield _report_finding(
                project, f"“{title}” speaks of an older training.",
                f"{counted('sentence', len(text.stale))} cite what has changed since.",
                "Read it again: change it, or confirm that it is still right.",
            )  # fmt: skip


def _report_finding(project: ProjectSnapshot, what: str, evidence: str, fix: str) -> Finding:
    return Finding(level=Level.WARN, what=what, evidence=evidence, fix=fix, step="report", project=project.number)


def value_findings(project: ProjectSnapshot) -> Iterator[Finding]:
    """Warn when the notebook holds values of a dataset that the student does not pass on."""
    made, choice = project.draft.notebook, project.draft.dataset
    if made is None or not made.holds_values or choice is None or not project.notebook_is_current:
        return
    columns = ", ".join((choice.roles.target, *choice.roles.features)) if choice.roles else "the columns used"
    yield Finding(
        level=Level.WARN,
        what="The notebook holds values of a dataset that you do not pass on.",
        evidence="Its file cannot simply be read from its address, so the prepared values of "
        f"{columns} lie inside, and no other column does.",
        fix="If even these may not be shown, choose another dataset, or ask whether you may pass it on.",
        step="dataset",
        project=project.number,
    )


def deadline_findings(snapshot: Snapshot) -> tuple[Finding, ...]:
    """Return whether a hand-in at the snapshot's moment is in time, and what being late means."""
    timing, deadline = snapshot.timing, snapshot.brief.submission.deadline
    if timing is Timing.ON_TIME:
        return (Finding(level=Level.FINE, what="You are on time.", evidence=f"The deadline is {deadline}."),)
    level, fix = Level.BLOCK, "The course takes no late hand-ins."
    if timing is Timing.LATE:
        level, fix = Level.WARN, "The hand-in will be marked as late."
    evidence = f"It was {deadline}{lateness(snapshot)}."
    return (Finding(level=level, what="The deadline has passed.", evidence=evidence, fix=fix, step="start"),)


def lateness(snapshot: Snapshot) -> str:
    """Return how late a submission would be now, such as " (3 days late)", or nothing."""
    seconds = (snapshot.moment - snapshot.brief.submission.deadline.moment).total_seconds()
    return f" ({span(seconds)} late)" if seconds > 0 else ""


def time_left(snapshot: Snapshot) -> str:
    """Return how far the deadline is away, in words."""
    seconds = (snapshot.brief.submission.deadline.moment - snapshot.moment).total_seconds()
    return f"{span(seconds)} left" if seconds >= 0 else f"passed {span(-seconds)} ago"
