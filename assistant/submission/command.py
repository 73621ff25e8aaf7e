"""Commands: the only thing that changes a submission.

A command is a wish in the student's terms, checked when it is made. Applied to a snapshot it returns what the draft is to
be; it reads nothing else and does nothing else, so that the store can apply it again when somebody else was faster.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.frozen import Frozen
from assistant.submission.draft import Draft, ProjectDraft
from assistant.submission.section_history import Histories

if TYPE_CHECKING:
    from assistant.submission.snapshot import ProjectSnapshot, Snapshot


@dataclass(frozen=True)
class Change:
    """What a command makes of a submission; `histories` is None when the versions of the texts stay as they are."""

    draft: Draft
    histories: Histories | None = None


class Command(Frozen, ABC):
    """A wish to change a submission."""

    @abstractmethod
    def apply(self, snapshot: Snapshot) -> Change:
        """Return what the submission is to be; raise AssistantError when the wish cannot be granted."""


class ProjectCommand(Command):
    """A wish about one project, named by its number from 1."""

    project: int

    def project_of(self, snapshot: Snapshot) -> ProjectSnapshot:
        """Return the project that is meant; raise AssistantError when there is none of that number."""
        if not 1 <= self.project <= len(snapshot.projects):
            raise AssistantError(
                "There is no such project.",
                f"Project {self.project} was named; there are {len(snapshot.projects)}.",
                "Reload the page.",
            )
        return snapshot.project(self.project)


class ProjectChange(ProjectCommand):
    """A wish that changes the draft of one project and nothing else."""

    def apply(self, snapshot: Snapshot) -> Change:
        """Return the draft with the project changed."""
        return Change(snapshot.draft.with_project(self.project, self.change(self.project_of(snapshot))))

    @abstractmethod
    def change(self, project: ProjectSnapshot) -> ProjectDraft:
        """Return what the project is to be; raise AssistantError when the wish cannot be granted."""
