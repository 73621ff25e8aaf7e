"""The ways that a finished mail can take: to a mail account's server, or into the outbox.

A new way is a class with what `Transport` asks for, and one line in `TRANSPORTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from assistant.delivery.message import ComposedMail
from assistant.delivery.outbox import write_to_outbox
from assistant.delivery.refusals import server_name
from assistant.settings import MailAccount


@dataclass(frozen=True)
class Acceptance:
    """How a mail was taken: a server's answer to all of it and to each recipient, or the file that it was written to.

    `refused` are the recipients for whom the server did not take it, with its answer.
    """

    reply: str = ""
    replies: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None


class Transport(Protocol):
    """Hands a mail over for those of its recipients who have not got it yet, in exactly one attempt."""

    @property
    def leaves(self) -> bool:
        """Tell whether a mail leaves this machine this way, so that it must never go twice by accident."""
        ...

    @property
    def server(self) -> str:
        """Return host and port of the server that is asked, or nothing."""
        ...

    @property
    def sender(self) -> str:
        """Return the address that mails come from this way, or nothing for the student's own."""
        ...

    def hand_over(self, mail: ComposedMail, name: str) -> AbstractContextManager[Acceptance]:
        """Hand the mail over, and give the answer at once; where a file is written, it is called `name`.

        What is left to do then, such as a farewell, is done when the block ends, and changes nothing. Raises NotSentError when nobody got it, UncertainError when that is not known, and DeliveryError for a file that
        cannot be written.
        """
        ...


@dataclass(frozen=True)
class SmtpTransport:
    """To the server of a mail account."""

    account: MailAccount
    leaves: bool = True

    @property
    def server(self) -> str:
        """Return the server's host and port."""
        return server_name(self.account)

    @property
    def sender(self) -> str:
        """Return the account's address."""
        return self.account.address

    @contextmanager
    def hand_over(self, mail: ComposedMail, name: str) -> Iterator[Acceptance]:  # noqa: ARG002 - no file is written
        """Send the mail; the mail library is loaded only now."""
        from assistant.delivery.smtp import sent_once

        with sent_once(mail.message, mail.waiting, self.account, copies=mail.copies) as answers:
            yield Acceptance(answers.reply, answers.replies, answers.refused)


@dataclass(frozen=True)
class OutboxTransport:
    """Into a folder, from where the student sends the mail with a mail program of their own."""

    folder: Path
    leaves: bool = False
    server: str = ""
    sender: str = ""

    @contextmanager
    def hand_over(self, mail: ComposedMail, name: str) -> Iterator[Acceptance]:
        """Write the mail to a file."""
        yield Acceptance(file=write_to_outbox(mail, self.folder, name))


def _smtp(account: MailAccount | None, _: Path) -> Transport | None:
    return SmtpTransport(account) if account is not None and account.configured else None


def _outbox(_: MailAccount | None, folder: Path) -> Transport | None:
    return OutboxTransport(folder)


# The first that can be used with what is there is taken.
TRANSPORTS: tuple[Callable[[MailAccount | None, Path], Transport | None], ...] = (_smtp, _outbox)


def transport_for(account: MailAccount | None, outbox: Path) -> Transport:
    """Return the way that a mail takes with this account, if there is one, and this folder for the outbox."""
    return next(found for ready in TRANSPORTS if (found := ready(account, outbox)) is not None)
