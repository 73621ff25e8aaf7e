"""A session: one student at work on this server, for the length of one event or one command."""

from __future__ import annotations

from assistant.submission.command import Command
from assistant.submission.services import Services
from assistant.submission.snapshot import Snapshot


class Session:
    """Gives the newest snapshot it knows of, and applies commands to it.

    The draft is loaded once, when it is first asked for. A command is applied to what was loaded; only when somebody
    else was faster is it loaded again, and the command applied to that.
    """

    def __init__(self, services: Services, owner: str) -> None:
        self.services = services
        self.owner = owner
        self._snapshot: Snapshot | None = None

    @property
    def snapshot(self) -> Snapshot:
        """Return the submission as this session knows it."""
        if self._snapshot is None:
            self._snapshot = Snapshot.of(self.services, self.owner, self.services.drafts.load(self.owner))
        return self._snapshot

    def refresh(self) -> Snapshot:
        """Load what is stored now, as somebody who waits for a job does, and return it."""
        self._snapshot = None
        return self.snapshot

    def apply(self, command: Command) -> Snapshot:
        """Apply a command and return the submission as it is then; raise AssistantError when it cannot be granted."""
        stored = self.services.drafts.apply(
            self.snapshot.stored, lambda known: command.apply(Snapshot.of(self.services, self.owner, known))
        )
        self._snapshot = Snapshot.of(self.services, self.owner, stored)
        return self._snapshot
