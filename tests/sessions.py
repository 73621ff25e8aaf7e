"""Sessions for tests: the real services on a folder of the test, with jobs that run where they are submitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from assistant.settings import MailAccount, Settings
from assistant.submission.command import Change, Command, ProjectChange
from assistant.submission.draft import Draft, ProjectDraft
from assistant.submission.jobs.inline_runner import InlineJobRunner
from assistant.submission.services import Services, open_services
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot, Snapshot
from assistant.submission.workspace import new_owner

NOW = datetime(2022, 12, 24, 18, 0, tzinfo=UTC)


def services_in(folder: Path, account: MailAccount | None = None, **settings: object) -> Services:
    """Return services whose jobs run at once, where the caller waits for them."""
    services = open_services(Settings(workspace=folder, **settings), account or MailAccount(), lambda: NOW)
    services.jobs.close()
    return replace(services, jobs=InlineJobRunner(), link_client=offline)


def offline() -> httpx.Client:
    """Return a client that reaches nobody."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("offline", request=request)

    return httpx.Client(transport=httpx.MockTransport(refuse))


def new_session(folder: Path, **settings: object) -> Session:
    """Return the session of a student whom nobody has seen before."""
    return Session(services_in(folder, **settings), new_owner())


class AlterDraft(Command):
    """Put anything in the place of the draft, as no command of a student does."""

    to: Callable[[Draft], Draft]

    def apply(self, snapshot: Snapshot) -> Change:
        """Return what the function returns."""
        return Change(self.to(snapshot.draft))


class AlterProject(ProjectChange):
    """Put any values in fields of a project, as no command of a student does."""

    values: dict[str, object]

    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return the project with them."""
        return project.draft.model_copy(update=self.values)


def alter(session: Session, number: int, **values: object) -> None:
    """Put any values in fields of a project."""
    session.apply(AlterProject(project=number, values=values))


def draft_of(session: Session, number: int) -> ProjectDraft:
    """Return what is stored of a project, as the session knows it."""
    return session.snapshot.project(number).draft
