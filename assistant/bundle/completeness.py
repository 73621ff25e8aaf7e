"""What is complete in a submission and what is not, before it is packed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assistant import wording
from assistant.brief import checked_address
from assistant.bundle.hand_in import FinishedProject, Student, Submission
from assistant.bundle.member_names import refused_member
from assistant.bundle.pack import MAIL_FACTOR
from assistant.bundle.pdf_pages import page_count
from assistant.errors import BundleError, NotebookError
from assistant.files import sha256_of
from assistant.findings import Finding, Level, StepName
from assistant.notebook.colab_links import check_colab_link, twin_links
from assistant.notebook.provenance import read_notebook


def check_submission(submission: Submission) -> tuple[Finding, ...]:
    """Return what is fine, what the student should know and what blocks, in the order of the wizard's steps.

    A submission with blocking findings can still be packed: the bundle then says what it lacks.
    """
    findings = [*_check_student(submission.student)]
    by_number = {project.number: project for project in submission.projects}
    for number in range(1, len(submission.brief.projects) + 1):
        project = by_number.get(number) or FinishedProject(number=number, title="")
        findings += _check_project(project, submission.brief.report.page_limit)
    findings += _check_together(submission)
    return tuple(findings)


def _check_student(student: Student) -> Iterator[Finding]:
    if not student.name.strip():
        yield _finding(Level.BLOCK, "start", None, "Your name is missing.", fix="Type it on the Start page.")
    else:
        yield _finding(Level.FINE, "start", None, "Your name is given.", student.name.strip())
    if not student.email.strip():
        yield _finding(Level.BLOCK, "start", None, "Your e-mail address is missing.", fix="Type it on the Start page.")
    else:
        try:
            yield _finding(Level.FINE, "start", None, "Your e-mail address is given.", checked_address(student.email))
        except ValueError as error:
            evidence = f"{wording.sentence_case(str(error))}."
            yield _finding(
                Level.BLOCK, "start", None, "Your e-mail address is wrong.", evidence, "Mend it on the Start page."
            )
    if not student.registration.strip():
        yield _finding(
            Level.WARN,
            "start",
            None,
            "Your registration id is not given.",
            "The course may need it to find you.",
            "Type it on the Start page if you have one.",
        )


def _check_project(project: FinishedProject, page_limit: int) -> Iterator[Finding]:
    yield from _check_dataset(project)
    yield from _check_run(project)
    yield from _check_report(project, page_limit)
    yield from _check_notebook(project)
    yield from _check_link(project)


def _check_dataset(project: FinishedProject) -> Iterator[Finding]:
    number, source = project.number, project.source
    if source is not None and project.by_link and source.url and project.undecided:
        what = f"Whether the dataset of project {number} may go out is not decided: its link and SHA-256 go instead."
        fix = "The mail says so. To hand in the file, or to settle that the link goes, say which in the Dataset step."
        yield _finding(Level.WARN, "dataset", number, what, f"{source.url}, {source.sha256[:12]}…", fix)
        return
    if source is not None and project.by_link and source.url:
        what = f"Project {number} gives its dataset by link and SHA-256."
        yield _finding(Level.FINE, "dataset", number, what, f"{source.url}, {source.sha256[:12]}…")
        return
    if source is not None and project.undecided:
        what = f"The dataset of project {number} stays out until you have decided whether it may go out."
        fix = "Hand in the file, or type the address where it can be found: in the Dataset step."
        yield _finding(
            Level.BLOCK, "dataset", number, what, f"{source.file_name} has no link that could go instead.", fix
        )
        return
    if source is not None and project.by_link:
        what = f"The dataset of project {number} is to go out by its link, but there is none."
        fix = "Type the address where it can be found, or hand in the file."
        yield _finding(Level.BLOCK, "dataset", number, what, source.file_name, fix)
        return
    if source is None or project.dataset is None:
        yield _missing(project, "dataset", "dataset", "Choose one in the Dataset step.")
        return
    name = source.file_name
    try:
        digest, size = sha256_of(project.dataset), project.dataset.stat().st_size
    except OSError as error:
        yield _finding(
            Level.BLOCK,
            "dataset",
            number,
            f"The dataset of project {number} cannot be read.",
            f"{error.strerror}.",
            "Choose it again in the Dataset step.",
        )
        return
    if digest != source.sha256:
        yield _finding(
            Level.BLOCK,
            "dataset",
            number,
            f"The dataset of project {number} is not the one it was trained on.",
            f"{name} has changed since it was chosen.",
            "Choose it again in the Dataset step, and train again.",
        )
    elif refused := refused_member(project.dataset):
        yield _finding(
            Level.BLOCK,
            "dataset",
            number,
            f"Gmail would refuse the dataset of project {number}.",
            f"It holds {refused}; Gmail takes no such file, not even inside a zip.",
            "Choose the table itself, as a CSV file.",
        )
    else:
        yield _finding(
            Level.FINE, "dataset", number, f"Project {number} has its dataset.", f"{name}, {wording.size(size)}."
        )
    if not (source.licence or "").strip():
        yield _finding(
            Level.WARN,
            "dataset",
            number,
            f"The licence of the dataset of project {number} is not known.",
            f"{name} would be passed on without one.",
            "Look it up where you found the data, and type it in the Dataset step.",
        )


def _check_run(project: FinishedProject) -> Iterator[Finding]:
    number, run = project.number, project.run
    if run is None:
        yield _missing(project, "training", "train", "Start one in the Train step.")
        return
    if run.verdict.outcome == "loses":
        yield _finding(
            Level.WARN,
            "train",
            number,
            f"The network of project {number} loses against a forecast that needs none.",
            run.verdict.sentence,
            "You may hand it in and say so in the report, or try a longer preset in the Train step.",
        )
    else:
        yield _finding(Level.FINE, "train", number, f"Project {number} has its training.", run.verdict.sentence)
    if run.cancelled:
        yield _finding(
            Level.WARN,
            "train",
            number,
            f"The training of project {number} was stopped before its end.",
            f"It ended after {len(run.history)} of {wording.counted('epoch', run.settings.epochs)}.",
            "Train again if you want the whole of it.",
        )


def _check_report(project: FinishedProject, page_limit: int) -> Iterator[Finding]:
    number = project.number
    if project.report is None:
        yield _missing(project, "report", "report", "Make it in the Report step.")
        return
    try:
        pages = page_count(_content(project.report), f"The report of project {number}")
    except BundleError as error:
        yield _finding(Level.BLOCK, "report", number, error.what, error.evidence, error.fix)
        return
    except OSError as error:
        what, fix = f"The report of project {number} cannot be read.", "Make it again in the Report step."
        yield _finding(Level.BLOCK, "report", number, what, f"{error.strerror}.", fix)
        return
    counted = wording.counted("page", pages)
    if pages > page_limit:
        yield _finding(
            Level.BLOCK,
            "report",
            number,
            f"The report of project {number} is too long.",
            f"It has {counted}; the course allows {page_limit}.",
            "Shorten a section or take out a chart in the Report step.",
        )
    else:
        yield _finding(
            Level.FINE, "report", number, f"Project {number} has its report.", f"{counted}, {page_limit} allowed."
        )


def _check_notebook(project: FinishedProject) -> Iterator[Finding]:
    number = project.number
    if project.notebook is None:
        yield _missing(project, "notebook", "colab", "Make it in the Colab step.")
        return
    try:
        notebook = read_notebook(project.notebook.read_bytes())
    except NotebookError as error:
        yield _finding(
            Level.BLOCK, "colab", number, f"The notebook of project {number} is not valid.", error.evidence, error.fix
        )
        return
    except OSError as error:
        what, fix = f"The notebook of project {number} cannot be read.", "Make it again in the Colab step."
        yield _finding(Level.BLOCK, "colab", number, what, f"{error.strerror}.", fix)
        return
    if project.run and notebook.run_id is not None and notebook.run_id != project.run.id:
        yield _finding(
            Level.BLOCK,
            "colab",
            number,
            f"The notebook of project {number} belongs to an older training.",
            "The network was trained again after the notebook was made, so their scores differ.",
            "Make the notebook again in the Colab step, and upload it to Colab again.",
        )
    elif notebook.run_id is not None and notebook.scores is None:
        yield _finding(
            Level.WARN,
            "colab",
            number,
            f"The notebook of project {number} was not run.",
            "Whether it gives the report's scores is not known.",
            "Make the notebook again in the Colab step.",
        )
    else:
        yield _finding(Level.FINE, "colab", number, f"Project {number} has its notebook.")


def _check_link(project: FinishedProject) -> Iterator[Finding]:
    number = project.number
    if not (project.colab_url or "").strip():
        yield _missing(
            project,
            "Colab link",
            "colab",
            "Open the notebook in Colab, share it, and paste its link in the Colab step.",
        )
        return
    try:
        link = check_colab_link(project.colab_url or "")
    except NotebookError as error:
        what = f"The Colab link of project {number} is not one. {error.what}"
        yield _finding(Level.BLOCK, "colab", number, what, error.evidence, error.fix)
        return
    yield _finding(Level.FINE, "colab", number, f"Project {number} has its Colab link.", link.url)


def _check_together(submission: Submission) -> Iterator[Finding]:
    """Say what is wrong between the projects, and whether all of it fits into a mail."""
    projects = submission.projects
    twins = twin_links([project.colab_url or "" for project in projects])
    for index, later in enumerate(projects):
        for place, earlier in enumerate(projects[:index]):
            numbers = f"Projects {earlier.number} and {later.number}"
            if (place, index) in twins:
                yield _finding(
                    Level.BLOCK,
                    "colab",
                    later.number,
                    f"{numbers} have the same Colab link.",
                    f"Both lead to the notebook at {later.colab_url}.",
                    f"Paste the link of project {later.number}'s own notebook.",
                )
            if earlier.source and later.source and earlier.source.sha256 == later.source.sha256:
                yield _finding(
                    Level.WARN,
                    "dataset",
                    later.number,
                    f"{numbers} use the same dataset.",
                    f"Both use {later.source.file_name}.",
                    "Choose another dataset for one of them, unless the course allows it.",
                )
    files = [file for x in projects for file in (x.report, x.notebook, x.dataset) if file is not None]
    total, limit = sum(map(_size, files)), submission.brief.submission.mail_limit
    if total * MAIL_FACTOR > limit:
        yield _finding(
            Level.WARN,
            "submit",
            None,
            "The files may be too large for one mail.",
            f"Together they have {wording.size(total)}, in a mail {wording.size(round(total * MAIL_FACTOR))}; the course takes "
            f"{wording.size(limit)}.",
            "The datasets will be packed tightly; if that is not enough, choose a smaller one.",
        )


def _content(file: Path | bytes) -> bytes:
    return file if isinstance(file, bytes) else file.read_bytes()


def _size(file: Path | bytes) -> int:
    """Return a file's size in bytes, 0 for one that is not there."""
    if isinstance(file, bytes):
        return len(file)
    return file.stat().st_size if file.is_file() else 0


def _missing(project: FinishedProject, part: str, step: StepName, fix: str) -> Finding:
    number = project.number
    if part == "Colab link" and part in project.outdated:
        what = f"The Colab link of project {number} leads to the notebook of an earlier training."
        why = "It is kept in the Colab step, but neither the bundle nor the report gives it."
        return _finding(Level.BLOCK, step, number, what, why, _AGAIN[part])
    if part in project.outdated:
        why = "Something that it was made from was changed after it."
        return _finding(Level.BLOCK, step, number, f"The {part} of project {number} is out of date.", why, _AGAIN[part])
    return _finding(Level.BLOCK, step, number, f"Project {number} has no {part} yet.", "", fix)


_AGAIN = {
    "training": "Train again in the Train step.",
    "report": "Train again; the report follows.",
    "notebook": "Make it again in the Colab step.",
    "Colab link": "Make the notebook again in the Colab step, upload it to Colab, and paste its link.",
}


def _finding(
    level: Level, step: StepName, project: int | None, what: str, evidence: str = "", fix: str = ""
) -> Finding:
    return Finding(level=level, what=what, evidence=evidence, fix=fix, step=step, project=project)
