"""The Colab link of a project: keeping it, asking where it leads, and the one dated answer that all pages and the mail give."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from assistant.errors import NotebookError
from assistant.findings import Level
from assistant.notebook.colab_access import check_open
from assistant.notebook.colab_links import ColabLink, check_colab_link
from assistant.notebook.link_answer import ExpectedNotebook, LinkNote, LinkState
from assistant.submission import report_building
from assistant.submission.command import ProjectChange
from assistant.submission.draft import LinkCheck, ProjectDraft

if TYPE_CHECKING:
    from assistant.submission.session import Session
    from assistant.submission.snapshot import ProjectSnapshot


class PasteColabLink(ProjectChange):
    """Keep the Colab link: in its canonical form when it is one, else as typed, for its status to say what is wrong."""

    text: str

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with the link, and with the run that was chosen when it was given."""
        typed = self.text.strip()
        try:
            kept = check_colab_link(typed).url if typed else ""
        except NotebookError:
            kept = typed
        draft = project.draft
        if kept == draft.colab_link:
            return draft
        run = draft.run.id if draft.run and kept else None
        return draft.model_copy(update={"colab_link": kept, "linked_run": run})


class RecordLinkCheck(ProjectChange):
    """Keep what came out when somebody asked where a link leads.

    That it could not be checked now takes nothing away from what was known before of the same link.
    """

    check: LinkCheck

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with it."""
        known, new = project.draft.link_check, self.check
        same = known is not None and (known.link, known.run_id) == (new.link, new.run_id)
        if known is not None and same and new.state is LinkState.UNCHECKED and known.state is not None:
            return project.draft
        return project.draft.model_copy(update={"link_check": new})


def current_check(project: ProjectSnapshot) -> LinkCheck | None:
    """Return what is known of the link as it stands now and the training that is chosen; None when nobody asked."""
    check, draft = project.draft.link_check, project.draft
    if check is None or not draft.colab_link:
        return None
    try:
        link = check_colab_link(draft.colab_link)
    except NotebookError:
        return None
    expected = expected_notebook(project)
    fits = check.run_id is None or (expected is not None and check.run_id == expected.run_id)
    return check if check.link == link.url and fits else None


def link_note(project: ProjectSnapshot) -> LinkNote | None:
    """Return what a bundle says of the link."""
    check = current_check(project)
    if check is None:
        return None
    levels = {Level.FINE: LinkState.OPEN, Level.UNCHECKED: LinkState.UNCHECKED}
    return LinkNote(state=check.state or levels.get(check.finding.level, LinkState.OTHER), asked=check.asked)


def expected_notebook(project: ProjectSnapshot) -> ExpectedNotebook | None:
    """Return the notebook that should be behind the link; None when none of the chosen training was made here."""
    run, made = project.current_run, project.draft.notebook
    if run is None or made is None or made.run_id != run.id:
        return None
    others = {one.id: "this project" for one in project.draft.runs}
    for other in project.whole.projects:
        if other.number != project.number:
            others |= {one.id: f"project {other.number}" for one in other.draft.runs}
            if other.draft.run is not None:
                others[other.draft.run.id] = f"project {other.number}"
    scores = {name: score.model_dump(mode="json") for name, score in run.scores.items()}
    return ExpectedNotebook(run_id=run.id, scores=scores, others=others)


def check_link(session: Session, number: int) -> None:
    """Ask where the notebook lies whether everybody can open it and whether it is this one; keep the dated answer.

    The link stands in the report, whose pages are made with it. Raises NotebookError when there is no link, or it is none.
    """
    typed = session.snapshot.project(number).draft.colab_link.strip()
    if not typed:
        raise NotebookError("There is no link yet.", "", "Paste the notebook’s Colab link first.")
    check_colab_link(typed)
    ask_links(session, (number,))
    if session.snapshot.project(number).current_run is not None:
        report_building.keep(session.snapshot.project(number))


def ask_links(session: Session, numbers: Iterable[int] | None = None) -> None:
    """Ask where the links of these projects, or of all, lead, at the same time, and keep the dated answers."""
    snapshot, services = session.snapshot, session.services
    asked: list[tuple[ProjectSnapshot, ColabLink]] = []
    for project in snapshot.projects:
        if numbers is None or project.number in numbers:
            with suppress(NotebookError):
                asked.append((project, check_colab_link(project.draft.colab_link)))
    if not asked:
        return

    def ask(project: ProjectSnapshot, link: ColabLink) -> LinkCheck:
        expected = expected_notebook(project)
        with services.link_client() as client:
            answer = check_open(link, client, project=project.number, expected=expected)
        return LinkCheck(
            link=link.url, finding=answer.finding, state=answer.state, asked=services.clock(),
            run_id=expected.run_id if expected is not None else None,
        )  # fmt: skip

    with ThreadPoolExecutor(len(asked)) as pool:
        checks = list(pool.map(lambda pair: ask(*pair), asked))
    for (project, _), check in zip(asked, checks, strict=True):
        session.apply(RecordLinkCheck(project=project.number, check=check))
