"""What a student says of themselves, and the deadline and recipients that hold for their own hand-in in a local run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.brief import checked_address, parse_deadline
from assistant.errors import BriefError
from assistant.submission.command import Change, Command

if TYPE_CHECKING:
    from assistant.submission.snapshot import Snapshot


class IntroduceStudent(Command):
    """Keep who hands in; what is None stays as it is."""

    name: str | None = None
    email: str | None = None
    registration: str | None = None

    def apply(self, snapshot: Snapshot) -> Change:
        """Return the draft with the student's details."""
        told = self.model_dump(exclude_none=True)
        student = snapshot.draft.student.model_copy(update=told)
        return Change(snapshot.draft.model_copy(update={"student": student}))


class ConfirmAddress(Command):
    """Keep that the address is right as it stands, although it looks mistyped."""

    def apply(self, snapshot: Snapshot) -> Change:
        """Return the draft with it."""
        return Change(snapshot.draft.model_copy(update={"sure_address": snapshot.draft.student.email.strip()}))


class SetOwnRules(Command):
    """Keep a deadline and recipients of the student's own; empty means as in the brief."""

    deadline: str
    recipients: str

    def apply(self, snapshot: Snapshot) -> Change:
        """Return the draft with them; raise BriefError when they are wrong or not allowed here."""
        if not snapshot.own_rules_allowed:
            raise BriefError(
                "Deadline and recipients cannot be changed here.",
                "This server is hosted for a course.",
                "Ask the course.",
            )
        recipients = [part.strip() for part in self.recipients.split(",") if part.strip()]
        try:
            if self.deadline.strip():
                parse_deadline(self.deadline)
        except ValueError as error:
            raise BriefError(
                "The deadline was not understood.", f"{error}.", "Correct it; the old one still holds."
            ) from error
        try:
            for part in recipients:
                checked_address(part)
        except ValueError as error:
            raise BriefError("A recipient is wrong.", f"{error}.", "Correct it; the old ones still hold.") from error
        own = {"own_deadline": self.deadline.strip(), "own_recipients": ", ".join(recipients)}
        return Change(snapshot.draft.model_copy(update=own))
