"""The Colab link of a project: keeping it, and what is known of it without and with asking where it leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.errors import NotebookError
from assistant.notebook.colab_access import check_open
from assistant.notebook.colab_links import check_colab_link
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
    """Keep what came out when somebody asked whether a link opens."""

    check: LinkCheck

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with it."""
        return project.draft.model_copy(update={"link_check": self.check})


def check_link(session: Session, number: int) -> None:
    """Ask where the notebook lies whether everybody with the link can open it, and keep the answer with the link.

    Raises NotebookError when there is no link, or it is none.
    """
    import httpx

    typed = session.snapshot.project(number).draft.colab_link.strip()
    if not typed:
        raise NotebookError("There is no link yet.", "", "Paste the notebook’s Colab link first.")
    link = check_colab_link(typed)
    with httpx.Client(timeout=10, follow_redirects=False, trust_env=False) as client:
        found = check_open(link, client, project=number)
    session.apply(RecordLinkCheck(project=number, check=LinkCheck(link=link.url, finding=found)))
