"""What the Colab page does: make the notebook, run it once, and keep the link."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import assistant
from assistant.brief import Brief
from assistant.errors import NotebookError
from assistant.files import write_atomically
from assistant.findings import Finding, Level
from assistant.notebook.colab_access import check_open as ask_whether_open
from assistant.notebook.colab_links import check_colab_link, same_notebook
from assistant.submission.background import Work
from assistant.submission.chart_choices import material, title_of
from assistant.submission.draft import Draft, NotebookSummary, ProjectDraft
from assistant.submission.session import Desk

_TIMEOUT = 1800.0  # seconds; a thorough training is repeated in the notebook


def make(desk: Desk, number: int, tell: Callable[[str], None] = lambda _: None) -> None:
    """Make the notebook, run it from top to bottom, and keep it with its outputs.

    Raises NotebookError when there is no run yet or a cell fails.
    """
    from assistant.notebook.build import build_notebook, reads_from_address
    from assistant.notebook.embedded_data import COMFORTABLE
    from assistant.notebook.execute import execute_notebook

    found = material(desk, number)
    if found is None:
        raise NotebookError("The notebook repeats a training.", "There is none yet.", "Train the LSTM first.")
    inputs = notebook_inputs(desk.draft, desk.brief, number)
    project = desk.project(number)
    by_link = project.dataset is not None and project.dataset.share == "link"
    original = desk.project_folder(number).dataset / found.series.source.file_name
    tell("Writing the notebook.")
    content = build_notebook(
        found.series,
        found.run,
        title=title_of(desk.project(number)),
        student_name=desk.draft.student.name,
        course=desk.brief.title,
        dataset=original if original.is_file() else None,
        # Data that is not to be handed on is loaded from where it was published, wherever it can be read as it is.
        data_limit=0 if by_link else COMFORTABLE,
    )
    tell("Running it from top to bottom, as the course would.")
    executed = execute_notebook(
        content,
        timeout=_TIMEOUT,
        files={original.name: original} if original.is_file() else {},
        progress=lambda done, cells: tell(f"Running it from top to bottom: cell {done} of {cells}."),
    )
    write_atomically(desk.project_folder(number).notebook, executed.content)
    summary = NotebookSummary(
        run_id=found.run.id, inputs_sha256=inputs, reproduced=executed.reproduced,
        holds_values=by_link and not reads_from_address(found.series, original if original.is_file() else None),
    )  # fmt: skip
    desk.change_project(number, notebook=summary)


def start(desk: Desk, number: int) -> None:
    """Make the notebook while the page may be closed; one that is being made is not started again."""
    if desk.project(number).run is None:
        raise NotebookError("The notebook repeats a training.", "There is none yet.", "Train the LSTM first.")
    desk.services.background.start(_name(desk, number), lambda tell: make(desk, number, tell))


def poll(desk: Desk, number: int) -> Work | None:
    """Return how far the notebook is that is being made, or None."""
    return desk.services.background.look(_name(desk, number))


def _name(desk: Desk, number: int) -> str:
    return f"notebook {desk.owner} {number}"


def notebook_inputs(draft: Draft, brief: Brief, number: int) -> str:
    """Return a digest of all that a project's notebook is made from."""
    project = draft.project(number)
    run = project.run.id if project.run else ""
    inputs = [assistant.__version__, run, title_of(project), draft.student.name, brief.title]
    if project.dataset is not None and project.dataset.share == "link":
        # A notebook with the data inside must not pass for one without, nor one that reads from another address.
        inputs += ["link", project.dataset.source.url or ""]
    content = json.dumps(inputs)
    return hashlib.sha256(content.encode()).hexdigest()


def is_current(desk: Desk, number: int) -> bool:
    """Tell whether the notebook that lies there is of the chosen run and carries the title and name as they are now."""
    notebook = desk.project(number).notebook
    return notebook is not None and notebook.inputs_sha256 == notebook_inputs(desk.draft, desk.brief, number)


def values_finding(desk: Desk, number: int) -> Finding | None:
    """Return a warning when the notebook holds values of a dataset that the student does not pass on."""
    project = desk.project(number)
    if project.notebook is None or not project.notebook.holds_values or project.dataset is None:
        return None
    roles = project.dataset.roles
    columns = ", ".join((roles.target, *roles.features)) if roles else "the columns used"
    found = _finding(
        Level.WARN,
        number,
        "The notebook holds values of a dataset that you do not pass on.",
        f"Its file cannot simply be read from its address, so the prepared values of {columns} lie inside, and no "
        "other column does.",
        "If even these may not be shown, choose another dataset, or ask whether you may pass it on.",
    )
    return found.model_copy(update={"step": "dataset"})


def set_link(desk: Desk, number: int, text: str) -> None:
    """Keep the Colab link: in its canonical form when it is one, else as typed; `link_findings` then says what is wrong."""
    typed = text.strip()
    try:
        kept = check_colab_link(typed).url if typed else ""
    except NotebookError:
        kept = typed
    project = desk.project(number)
    if kept != project.colab_link:
        desk.change_project(number, colab_link=kept, linked_run=project.run.id if project.run and kept else None)


def current_link(project: ProjectDraft) -> str | None:
    """Return the Colab link, unless it leads to the notebook of an earlier training; None without one.

    Of a notebook that was never made here nothing is known: its link is taken as it is.
    """
    made, run = project.notebook, project.run
    if made is not None and (run is None or not project.run_is_current or made.run_id != run.id):
        return None
    return project.colab_link.strip() or None


def earlier_link_finding(desk: Desk, number: int) -> Finding | None:
    """Return a warning when the notebook was made anew and the link is still the one typed for an earlier training."""
    project = desk.project(number)
    if project.run is None or project.linked_run in (None, project.run.id):
        return None
    if project.notebook is None or current_link(project) is None:
        return None
    return _finding(
        Level.WARN,
        number,
        f"The Colab link of project {number} was given for an earlier training.",
        "The notebook was made anew since.",
        "Upload the new notebook to Colab and paste its link; where you put it in the old one's place, the link is right.",
    )


def link_findings(desk: Desk, number: int) -> tuple[Finding, ...]:
    """Return what can be said of the link without asking anybody: its form, and whether it is another project's."""
    projects = desk.draft.projects
    typed = projects[number - 1].colab_link.strip()
    if not typed:
        return ()
    try:
        link = check_colab_link(typed)
    except NotebookError as error:
        return (_finding(Level.BLOCK, number, error.what, error.evidence, error.fix),)
    for other, project in enumerate(projects, 1):
        if other == number or not project.colab_link:
            continue
        try:
            twin = same_notebook(link, check_colab_link(project.colab_link))
        except NotebookError:
            continue
        if twin:
            return (
                _finding(
                    Level.BLOCK,
                    number,
                    f"Project {other} has the same link.",
                    link.url,
                    "Each project needs a notebook of its own.",
                ),
            )
    right = _finding(Level.FINE, number, "The link has the right form.", link.url, "")
    earlier = earlier_link_finding(desk, number)
    return (right, earlier) if earlier is not None else (right,)


def _finding(level: Level, number: int, what: str, evidence: str, fix: str) -> Finding:
    return Finding(level=level, what=what, evidence=evidence, fix=fix, step="colab", project=number)


def check_open(desk: Desk, number: int) -> tuple[Finding, ...]:
    """Ask where the notebook lies whether everybody with the link can open it."""
    import httpx

    typed = desk.project(number).colab_link.strip()
    if not typed:
        raise NotebookError("There is no link yet.", "", "Paste the notebook’s Colab link first.")
    link = check_colab_link(typed)
    with httpx.Client(timeout=10, follow_redirects=False, trust_env=False) as client:
        return (ask_whether_open(link, client, project=number),)
