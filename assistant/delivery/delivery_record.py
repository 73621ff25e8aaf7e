"""The record of one delivery: what was handed over, to whom, what the server said, and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Literal

from assistant.brief import Deadline, Timing
from assistant.bundle.hand_in import Student
from assistant.errors import DeliveryError
from assistant.frozen import Frozen


class DeliveryStatus(StrEnum):
    """How far one attempt came."""

    PREPARED = "prepared"  # written down; nothing has left this machine
    SENDING = "sending"  # one process has it and talks to the server
    ACCEPTED = "accepted"  # the server took it over for every recipient of the course
    PARTLY = "partly accepted"  # for some of them; the others can be tried again
    REFUSED = "refused"  # nobody got it, and the reason is known
    UNCERTAIN = "uncertain"  # it was under way when the link or the program died: nobody here can tell
    OUTBOX = "outbox"  # the finished mail lies in a folder; nothing was sent
    BY_HAND = "sent by hand"  # the student says that they sent it themselves; nobody here has seen that


class RecipientStatus(StrEnum):
    """What is known about one recipient."""

    WAITING = "waiting"  # the server was not asked yet
    ACCEPTED = "accepted"  # the server took the mail over for this address
    REFUSED = "refused"  # the server does not take mail for this address
    WITHHELD = "withheld"  # not sent to this address, because the attempt failed elsewhere
    UNCERTAIN = "uncertain"  # may have got it or not
    OUTBOX = "outbox"  # addressed in the finished mail; nothing was sent
    BY_HAND = "sent by hand"  # the student says so


class Recipient(Frozen):
    """One address of a delivery, what is known about it, and the server's word on it."""

    address: str
    role: Literal["to", "cc"] = "to"
    status: RecipientStatus = RecipientStatus.WAITING
    reply: str = ""


class DeliveredFile(Frozen):
    """One file of the bundle: its name, its size in bytes, its SHA-256."""

    name: str
    size: int
    sha256: str


class Problem(Frozen):
    """Why an attempt did not end well; `temporary` says that the same again later may help."""

    what: str
    evidence: str = ""
    fix: str = ""
    temporary: bool = False

    def __str__(self) -> str:
        """Return the three parts as one text."""
        return " ".join(part for part in (self.what, self.evidence, self.fix) if part)


class Delivery(Frozen):
    """One attempt to hand a bundle over; all moments are in UTC, sizes in bytes.

    `confirmed` is when the student pressed Send and decides on time or late; `finished` is when the server answered
    (for an accepted one: took it over) or the file was written. `submission` is 1 for the first hand-in to these
    recipients, 2 for the next one with other content. `sha256` and `size` are of the bundle.
    """

    id: str
    owner: str
    status: DeliveryStatus = DeliveryStatus.PREPARED
    submission: int = 1
    attempt: int = 1
    course: str
    student: Student
    timing: Timing
    deadline: Deadline
    subject: str
    sender: str
    server: str = ""  # host and port; empty for the outbox
    message_id: str
    mail_size: int
    bundle: str  # the file's name
    sha256: str
    size: int
    files: tuple[DeliveredFile, ...]
    attached: tuple[str, ...]
    recipients: tuple[Recipient, ...]
    reply: str = ""
    problem: Problem | None = None
    outbox_file: str | None = None
    confirmed: datetime
    finished: datetime | None = None

    @property
    def on_time(self) -> bool:
        """Tell whether it was confirmed within the deadline."""
        return self.timing is Timing.ON_TIME

    @property
    def done(self) -> bool:
        """Tell whether the server accepted it or, without an account, the finished mail was written."""
        return self.status in (DeliveryStatus.ACCEPTED, DeliveryStatus.OUTBOX)

    @property
    def may_send_again(self) -> bool:
        """Tell whether the student may decide to send the same bundle once more."""
        return self.status in (
            DeliveryStatus.REFUSED, DeliveryStatus.UNCERTAIN, DeliveryStatus.PARTLY, DeliveryStatus.BY_HAND,
        )  # fmt: skip

    @property
    def error(self) -> DeliveryError | None:
        """Return what went wrong as the error that the command line shows, or None."""
        return DeliveryError(self.problem.what, self.problem.evidence, self.problem.fix) if self.problem else None

    def with_recipients(self, status: RecipientStatus) -> tuple[Recipient, ...]:
        """Return the recipients with a status; those for whom the mail was taken before keep theirs."""
        return tuple(
            recipient
            if recipient.status is RecipientStatus.ACCEPTED
            else recipient.model_copy(update={"status": status})
            for recipient in self.recipients
        )

    def addresses(self, *statuses: RecipientStatus) -> list[str]:
        """Return the course's recipients with one of these statuses."""
        return [one.address for one in self.recipients if one.role == "to" and one.status in statuses]


def outcome_of(recipients: Iterable[Recipient]) -> DeliveryStatus:
    """Return how an attempt stands by what is known of each of the course's recipients; the student's copy does not count."""
    known = [recipient.status for recipient in recipients if recipient.role == "to"]
    if RecipientStatus.UNCERTAIN in known:
        return DeliveryStatus.UNCERTAIN
    if all(status is RecipientStatus.ACCEPTED for status in known):
        return DeliveryStatus.ACCEPTED
    return DeliveryStatus.PARTLY if RecipientStatus.ACCEPTED in known else DeliveryStatus.REFUSED
