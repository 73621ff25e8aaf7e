"""One mail over one verified line in exactly one attempt; the only module that knows yagmail."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from typing import NamedTuple

import yagmail

from assistant.delivery.recipient_refusals import recipients_refusal
from assistant.delivery.refusals import (
    NotSentError,
    broken_off,
    connection_refusal,
    content_refusal,
    is_reply,
    lost_line,
    reply_text,
    sender_refusal,
    size_refusal,
)
from assistant.settings import MailAccount

# The name given to the server; the machine's own name may be one that no server accepts, or that says too much.
_OWN_NAME = "[127.0.0.1]"


@dataclass(frozen=True)
class TimeOuts:
    """Seconds to wait: for the line and the login, each command, the mail and the answer to it, and the farewell."""

    connect: float = 20.0
    command: float = 60.0
    data: float = 600.0  # RFC 5321, 4.5.3.2.6
    farewell: float = 5.0
    moment: float = 0.25  # before the mail's end, to see whether the server is still there


class Answers(NamedTuple):
    """The server's answer to the whole mail, to each recipient it took, and to each that it did not."""

    reply: str
    replies: dict[str, str]
    refused: dict[str, str]


@contextmanager
def sent_once(
    message: EmailMessage,
    recipients: Sequence[str],
    account: MailAccount,
    *,
    copies: Collection[str] = (),
    timeouts: TimeOuts | None = None,
) -> Iterator[Answers]:
    """Hand a message to the account's server for all recipients whom it takes, and give what it answered at once.

    Those of the recipients who are `copies` do not count: for them alone nothing is sent.

    The farewell comes when the block ends, and whatever is said to that changes nothing. Raises NotSentError when
    nobody got it, and UncertainError when the line died between the mail and the answer.
    """
    waits = timeouts or TimeOuts()
    client = _Client(account, _trusting(account), waits)
    try:
        client.login()
        yield client.send(to=list(recipients), contents=message, copies=frozenset(copies))
    finally:
        client.close()


def _trusting(account: MailAccount) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(account.ca_file) if account.ca_file else None)
    except (OSError, ssl.SSLError) as error:
        raise NotSentError(
            "The file with the mail server's certificates cannot be read.",
            f"{account.ca_file}: {error}.",
            "Give a PEM file with ASSISTANT_SMTP_CA_FILE, or leave it empty to trust what the system trusts.",
        ) from error


def _password(account: MailAccount) -> str:
    """Return the password; Google shows its app passwords in four groups, and the spaces are not part of them."""
    password = account.password.get_secret_value()
    bare = "".join(password.split())
    return bare if len(bare) == 16 and bare.isalpha() and account.host.endswith("gmail.com") else password


class _Client(yagmail.SMTP):  # type: ignore[misc]
    """yagmail's client with a verified line, one attempt, and the server's replies kept."""

    def __init__(self, account: MailAccount, context: ssl.SSLContext, timeouts: TimeOuts) -> None:
        implicit = account.security == "ssl"
        super().__init__(
            user=account.user,
            password=_password(account),
            host=account.host,
            port=account.port_number,
            smtp_ssl=implicit,
            smtp_starttls=False if implicit else {"context": context},
            smtp_skip_login=not account.user,
            soft_email_validation=False,
            timeout=timeouts.connect,
            local_hostname=_OWN_NAME,
            **({"context": context} if implicit else {}),
        )
        self.user = account.user  # as it was given: yagmail adds @gmail.com to a name without @
        self._account = account
        self._timeouts = timeouts

    def set_logging(self, log_level: int | None = None, file_path_name: str | None = None) -> None:  # noqa: ARG002
        """Log nothing: what happened is told by return values and errors."""
        super().set_logging(None)

    def login(self) -> None:
        """Open the encrypted line and log in; raises NotSentError."""
        if self.user and not self.credentials:
            raise NotSentError(
                "No password was given for the mail account, so nothing was sent.",
                f"The user is {self.user!r}.",
                "Type the password (ASSISTANT_SMTP_PASSWORD on a server), or leave the user empty.",
            )
        try:
            super().login()
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise connection_refusal(error, self._account) from error

    def send(self, *, to: list[str], contents: EmailMessage, copies: frozenset[str] = frozenset()) -> Answers:
        """Send a finished message over the open line; raises NotSentError and UncertainError."""
        recipients, content = self.prepare_send(to=to, contents=contents)
        return self._attempt_send(contents["From"].addresses[0].addr_spec, recipients, content, copies)

    def prepare_send(self, *, to: list[str], contents: EmailMessage) -> tuple[list[str], bytes]:
        """Return the addresses and the message's bytes as they go over the line."""
        return to, contents.as_bytes(policy=SMTP_POLICY)

    def _attempt_send(self, sender: str, recipients: list[str], content: bytes, copies: frozenset[str]) -> Answers:
        smtp: smtplib.SMTP = self.smtp
        try:
            smtp.sock.settimeout(self._timeouts.command)  # type: ignore[union-attr]
            replies, refused = self._envelope(smtp, sender, recipients, len(content), copies)
            smtp.sock.settimeout(self._timeouts.data)  # type: ignore[union-attr]
        except (OSError, smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException) as error:
            raise connection_refusal(error, self._account) from error
        code, reply = self._data(smtp, content, refused)
        if 200 <= code < 300:
            return Answers(reply_text(code, reply), replies, refused)
        if 400 <= code < 600:
            raise content_refusal(code, reply, len(content))
        raise lost_line(None, self._account, reply_text(code, reply), refused)

    def _data(self, smtp: smtplib.SMTP, content: bytes, refused: dict[str, str]) -> tuple[int, bytes]:
        """Hand the content over and return the server's answer.

        Only with the lone dot behind it a mail is one (RFC 5321, 4.1.1.4): what ends before that is certainly not sent.
        """
        try:
            code, reply = _reply(smtp.docmd("DATA"))
            if code != 354:  # the server did not want to see the mail at all
                raise content_refusal(code, reply, len(content))
            smtp.send(_with_doubled_dots(content))
            if (early := _said_early(smtp, self._timeouts.moment)) is not None:  # before its turn: it gives up
                raise content_refusal(*_reply(early), len(content))
        except smtplib.SMTPResponseException as error:
            raise connection_refusal(error, self._account) from error
        except (OSError, smtplib.SMTPException) as error:
            raise broken_off(error, self._account) from error
        try:
            smtp.send(b".\r\n")
            return smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise lost_line(error, self._account, refused=refused) from error

    def _envelope(
        self, smtp: smtplib.SMTP, sender: str, recipients: list[str], size: int, copies: frozenset[str]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Name the sender and every recipient; return the answers to those whom the server takes, and to the others."""
        smtp.ehlo_or_helo_if_needed()
        options = []
        if smtp.has_extn("size"):
            limit = smtp.esmtp_features["size"]
            if limit.isdecimal() and 0 < int(limit) < size:
                raise size_refusal(size, int(limit))
            options.append(f"SIZE={size}")
        code, reply = _reply(smtp.mail(sender, options))
        if code != 250:
            raise sender_refusal(code, reply, sender, size)
        answers = {address: _reply(smtp.rcpt(address)) for address in recipients}
        refused = {address: answer for address, answer in answers.items() if not 200 <= answer[0] < 300}
        if not any(address not in refused and address not in copies for address in recipients):
            raise recipients_refusal({address: refused[address] for address in recipients if address not in copies})
        said = {address: reply_text(*answer) for address, answer in answers.items()}
        return (
            {address: reply for address, reply in said.items() if address not in refused},
            {address: reply for address, reply in said.items() if address in refused},
        )

    def close(self) -> None:
        """Close the line; whatever the server says to that changes nothing any more."""
        self.is_closed = True
        smtp: smtplib.SMTP | None = self.smtp
        if smtp is None:
            return
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self._timeouts.farewell)
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            smtp.close()


def _with_doubled_dots(content: bytes) -> bytes:
    """Return a mail as it goes over the line before the lone dot that ends it (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"(?m)^\.", b"..", content)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _reply(answer: tuple[int, bytes]) -> tuple[int, bytes]:
    """Return an answer; raise SMTPResponseException for one that no mail server gives."""
    if not is_reply(answer[0]):
        raise smtplib.SMTPResponseException(*answer)
    return answer


def _said_early(smtp: smtplib.SMTP, moment: float) -> tuple[int, bytes] | None:
    """Return what the server says before its turn, None when nothing within a moment; raise OSError when it has gone."""
    line, answers = smtp.sock, smtp.file
    if line is None or answers is None:
        raise smtplib.SMTPServerDisconnected("The line is closed")
    wait = line.gettimeout()
    line.settimeout(moment)
    try:
        if not answers.peek(1):
            raise smtplib.SMTPServerDisconnected("The server hung up")
        said = answers.readline()
    except TimeoutError:
        smtp.file = line.makefile("rb")  # one whose wait has ended reads nothing any more
        return None
    finally:
        line.settimeout(wait)
    return (int(said[:3]), said[4:]) if said[:3].isdigit() else (-1, said)
