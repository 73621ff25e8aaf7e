"""What a student would hand in now, and what is complete of it."""

from __future__ import annotations

from assistant.brief import Timing
from assistant.bundle.completeness import check_submission
from assistant.bundle.hand_in import FinishedProject, Submission
from assistant.findings import Finding, Level
from assistant.submission import dataset_choice as dataset
from assistant.submission import notebook_making as notebook
from assistant.submission import report_building as report
from assistant.submission.chart_choices import title_of
from assistant.submission.session import Desk
from assistant.training.run import load_run


def submission(desk: Desk) -> Submission:
    """Return what the student would hand in now; parts that are not there, or no longer belong together, are left out."""
    draft = desk.draft
    projects = []
    for number, project in enumerate(draft.projects, 1):
        folder = desk.project_folder(number)
        choice, run_summary = project.dataset, project.run
        run = load_run(folder.run(run_summary.id)) if run_summary is not None and project.run_is_current else None
        built = report.build(desk, number) if run is not None else None
        has_notebook = run is not None and notebook.is_current(desk, number) and folder.notebook.is_file()
        link = notebook.current_link(project)
        projects.append(
            FinishedProject(
                number=number,
                title=title_of(project),
                source=choice.source if choice else None,
                # The student may not pass the file on: its link and SHA-256 go out with the source instead.
                dataset=folder.dataset / choice.source.file_name if choice else None,
                by_link=choice is not None and choice.share == "link",
                unit=choice.unit if choice else "",
                run=run,
                report=folder.report if built else None,
                pages=built.pages if built else None,
                notebook=folder.notebook if has_notebook else None,
                colab_url=link,
                outdated=frozenset(
                    part
                    for part, made, kept in (
                        ("training", run_summary, run),
                        ("report", project.report, built),
                        ("notebook", project.notebook, has_notebook or None),
                        ("Colab link", project.colab_link.strip() or None, link),
                    )
                    if made is not None and kept is None
                ),
            )
        )
    return Submission(desk.brief, draft.student, tuple(projects))


def findings(desk: Desk) -> tuple[Finding, ...]:
    """Return what is complete and what is not, each with the step that mends it."""
    return (
        *check_submission(submission(desk)),
        *filter(
            None, (notebook.earlier_link_finding(desk, number) for number in range(1, len(desk.draft.projects) + 1))
        ),
        *_sharing_findings(desk),
        *_chart_findings(desk),
        *report.findings(desk),
        *_deadline_findings(desk),
    )


def _sharing_findings(desk: Desk) -> list[Finding]:
    """Ask before a dataset is mailed that may not be passed on, and want an address where only the link goes out."""
    found = []
    for number, project in enumerate(desk.draft.projects, 1):
        choice = project.dataset
        if choice is None:
            continue
        if (held := notebook.values_finding(desk, number)) is not None:
            found.append(held)
        if choice.share == "link" and not choice.source.url:
            what = "The dataset's link is to go out instead of the file, but there is none."
            evidence, fix = choice.source.file_name, "Type the address where it can be found, or hand in the file."
        elif choice.share is None and (why := dataset.sharing_question(desk, number)):
            what, evidence = "You have not decided yet whether the dataset may go out.", f"{why[0].upper()}{why[1:]}."
            fix = "Hand in the file, or its link and SHA-256 instead."
        else:
            continue
        found.append(Finding(level=Level.WARN, what=what, evidence=evidence, fix=fix, step="dataset", project=number))
    return found


def _chart_findings(desk: Desk) -> list[Finding]:
    found = []
    for number, project in enumerate(desk.draft.projects, 1):
        if project.run is None:
            continue
        unchecked = [
            name for name, choice in project.charts.items() if choice.in_report and choice.checked_run != project.run.id
        ]
        if unchecked or not project.charts:
            found.append(
                Finding(
                    level=Level.WARN,
                    what="Not every chart of the report was checked.",
                    evidence=f"Still to look at: {', '.join(unchecked)}." if unchecked else "None was confirmed yet.",
                    fix="Look at each and confirm it.",
                    step="charts",
                    project=number,
                )
            )
    return found


def _deadline_findings(desk: Desk) -> list[Finding]:
    timing, deadline = desk.brief.timing(desk.services.clock()), desk.brief.submission.deadline
    if timing is Timing.ON_TIME:
        return [Finding(level=Level.FINE, what="You are on time.", evidence=f"The deadline is {deadline}.")]
    what = "The deadline has passed."
    evidence = f"It was {deadline}{desk.lateness_text()}."
    if timing is Timing.LATE:
        return [
            Finding(
                level=Level.WARN, what=what, evidence=evidence, fix="The hand-in will be marked as late.", step="start"
            )
        ]
    return [
        Finding(level=Level.BLOCK, what=what, evidence=evidence, fix="The course takes no late hand-ins.", step="start")
    ]
