"""How a finished message is handed to a server: the interface, so that deliveries do not depend on one library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

from assistant.settings import MailAccount


@dataclass(frozen=True)
class Acceptance:
    """The server's answer to the whole mail, and its answer to each recipient."""

    reply: str
    replies: dict[str, str]


class Transport(Protocol):
    """Hands a message to an account's server for all recipients or none, in exactly one attempt."""

    def __call__(self, message: EmailMessage, recipients: Sequence[str], account: MailAccount, /) -> Acceptance:
        """Return the server's answer; raise NotSentError when nobody got it, UncertainError when that is not known."""
        ...


def send_by_smtp(message: EmailMessage, recipients: Sequence[str], account: MailAccount, /) -> Acceptance:
    """Hand the message to the account's mail server; the mail library is loaded only now."""
    from assistant.delivery.smtp import send_once

    return send_once(message, recipients, account)
