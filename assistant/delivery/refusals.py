"""What a mail server or the network said, in sentences for the student."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Mapping

from assistant import wording
from assistant.delivery.delivery_record import Delivery, Problem, RecipientStatus
from assistant.errors import DeliveryError
from assistant.settings import MailAccount

_OUTBOX_HINT = "Nothing was sent; the finished mail can be downloaded and sent with your own mail program."
_HOW_TO_LOG_IN = (
    "Turn on 2-step verification in your Google account, make an app password (16 letters) under Security, "
    "and give that instead of the usual password."
)


class NotSentError(DeliveryError):
    """Nobody got the mail.

    `temporary` says that the same later may help, `reply` holds the server's word, `replies` that on single recipients.
    """

    def __init__(
        self,
        what: str,
        evidence: str = "",
        fix: str = "",
        *,
        temporary: bool = False,
        reply: str = "",
        replies: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(what, evidence, fix)
        self.temporary = temporary
        self.reply = reply
        self.replies = dict(replies or {})


class UncertainError(DeliveryError):
    """The link died after the mail was handed over and before the server answered: it may have arrived or not.

    `refused` holds the server's word on the recipients whom it did not take before.
    """

    def __init__(
        self, what: str, evidence: str = "", fix: str = "", *, refused: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(what, evidence, fix)
        self.refused = dict(refused or {})


def reply_text(code: int, reply: bytes | str) -> str:
    """Return a server's reply as one line such as "250 2.0.0 Ok: queued as 4F2A"."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", f"{code} {text}").strip()[:500]


def server_name(account: MailAccount) -> str:
    """Return host and port of the account's server."""
    return f"{account.host}:{account.port_number}"


def connection_refusal(error: Exception, account: MailAccount) -> NotSentError:
    """Say why no encrypted line with a logged-in account came about."""
    server = server_name(account)
    match error:
        case smtplib.SMTPAuthenticationError():
            return _login_refusal(error.smtp_code, reply_text(error.smtp_code, error.smtp_error), account)
        case ssl.SSLCertVerificationError():
            return NotSentError(
                f"The certificate of {server} is not trusted, so nothing was sent.",
                f"The check says: {error.verify_message}.",
                "Check the server's name. If it is your institute's own server, give its certificate with "
                "ASSISTANT_SMTP_CA_FILE.",
            )
        case ssl.SSLError():
            other = "starttls (port 587)" if account.security == "ssl" else "ssl (port 465)"
            return NotSentError(
                f"No encrypted line to {server} came about.",
                f"The answer was: {error.reason or error}.",
                f"The server may want the other kind of encryption: try {other}.",
            )
        case UnicodeError() if "idna" in str(error):
            return NotSentError(
                f"{account.host!r} cannot be the name of a mail server.",
                "A part of it is empty or too long.",
                "Write it like smtp.example.org.",
            )
        case socket.gaierror():
            return NotSentError(
                f"There is no mail server with the name {account.host!r}.",
                f"{_bare(error)}.",
                "Check the server's name and your network. " + _OUTBOX_HINT,
                temporary=True,
            )
        case smtplib.SMTPNotSupportedError() if "STARTTLS" in str(error):
            return NotSentError(
                f"The server {server} offers no encryption here, so no password was given to it.",
                "It does not know STARTTLS.",
                "Try ssl with port 465, or another server.",
            )
        case smtplib.SMTPResponseException():
            reply = reply_text(error.smtp_code, error.smtp_error)
            return NotSentError(
                f"The server {server} does not talk to this machine.",
                f"It answered: {reply}.",
                "Try again later. " + _OUTBOX_HINT,
                temporary=error.smtp_code < 500,
                reply=reply,
            )
        case smtplib.SMTPServerDisconnected():
            return NotSentError(
                f"The server {server} closed the line before it took anything.",
                f"{_bare(error)}.",
                f"Check that port {account.port_number} goes with {account.security} (587: starttls, 465: ssl), "
                "and try again. " + _OUTBOX_HINT,
                temporary=True,
            )
        case smtplib.SMTPException():
            return NotSentError(
                f"The server {server} offers no way to log in with a password.",
                f"{_bare(error)}.",
                "Check server and port with your mail provider. " + _OUTBOX_HINT,
            )
        case UnicodeError():
            return NotSentError(
                "The user or the password holds a character that cannot be sent to a mail server.",
                "Only plain letters, digits and signs can.",
                "Type them again, or choose another password.",
            )
    return NotSentError(
        f"The mail server {server} cannot be reached.",
        f"{_bare(error)}.",
        "Check the server's name, the port and your network; many hosts block outgoing mail. " + _OUTBOX_HINT,
        temporary=True,
    )


def _login_refusal(code: int, reply: str, account: MailAccount) -> NotSentError:
    evidence = f"The server answered: {reply}."
    google = account.host.endswith(("gmail.com", "googlemail.com"))
    if "5.7.9" in reply or (google and ("5.7.8" in reply or code in (534, 535))):
        return NotSentError(
            "The mail server did not accept the password: it wants an app password.",
            evidence,
            _HOW_TO_LOG_IN,
            reply=reply,
        )
    if "5.7.139" in reply:
        return NotSentError(
            "The mail server does not let programs log in with a password.",
            evidence,
            "Use an account of another provider. " + _OUTBOX_HINT,
            reply=reply,
        )
    if 400 <= code < 500:
        return NotSentError(
            "The mail server could not check the password just now.",
            evidence,
            "Try again later.",
            temporary=True,
            reply=reply,
        )
    return NotSentError(
        "The mail server did not accept the user or the password.",
        evidence,
        f"Check the user {account.user!r} and type the password again.",
        reply=reply,
    )


def sender_refusal(code: int, reply: bytes, sender: str, size: int) -> NotSentError:
    """Say why the server did not want a mail from this sender, or of this size in bytes."""
    text = reply_text(code, reply)
    if code == 552 or "5.3.4" in text:
        return size_refusal(size, None, text)
    evidence = f"It answered: {text}."
    if code == 530:
        return NotSentError(
            "The server takes mail only after a login.", evidence, "Give the account's user and password.", reply=text
        )
    if code < 500:
        return NotSentError(
            f"The server does not take a mail from {sender} now.",
            evidence,
            "Try again later. " + _OUTBOX_HINT,
            temporary=True,
            reply=text,
        )
    return NotSentError(
        f"The server does not let this account send as {sender}.",
        evidence,
        "Give the account's own address as the sender (ASSISTANT_SMTP_FROM).",
        reply=text,
    )


def size_refusal(size: int, limit: int | None, reply: str = "") -> NotSentError:
    """Say that the server does not take a mail of `size` bytes."""
    evidence = f"The mail has {wording.counted('byte', size)}"
    evidence += (
        f", and the server takes {wording.grouped(limit)}: {wording.counted('byte', size - limit)} too many."
        if limit is not None
        else "."
    )
    if reply:
        evidence += f" It answered: {reply}."
    return NotSentError(
        "The mail is too large for the server, so nothing was sent.",
        evidence,
        "Choose a smaller dataset and package it again, or use an account that takes larger mails.",
        reply=reply,
    )


def recipients_refusal(refused: Mapping[str, tuple[int, bytes]]) -> NotSentError:
    """Say that the server takes the mail for none of the recipients, and why."""
    replies = {address: reply_text(code, reply) for address, (code, reply) in refused.items()}
    names = wording.listed(list(replies))
    return NotSentError(
        f"The server does not take mail for {names}, so the mail was sent to nobody.",
        "It answered: " + "; ".join(replies.values()) + ".",
        recipient_fix(replies),
        temporary=all(code < 500 for code, _ in refused.values()),
        replies=replies,
    )


def some_refused(delivery: Delivery) -> Problem | None:
    """Say which of the course's recipients the server did not take, while others have the mail; None when it took all."""
    refused = {
        recipient.address: recipient.reply
        for recipient in delivery.recipients
        if recipient.role == "to" and recipient.status is RecipientStatus.REFUSED
    }
    if not refused:
        return None
    have = wording.listed(delivery.addresses(RecipientStatus.ACCEPTED))
    return Problem(
        what=f"The server took the mail for {have}, and not for {wording.listed(list(refused))}.",
        evidence="It answered: " + "; ".join(refused.values()) + ".",
        fix=f"{recipient_fix(refused)} Sending again goes only to those who have not got it.",
        temporary=all(reply.startswith("4") for reply in refused.values()),
    )


def recipient_fix(replies: Mapping[str, str]) -> str:
    """Return what helps when a server does not take mail for these addresses, by what it answered to each."""
    if all(reply.startswith("4") for reply in replies.values()):
        return "Try again in some minutes."
    return f"Check the address {wording.listed(list(replies))} letter by letter."


def content_refusal(code: int, reply: bytes, size: int) -> NotSentError:
    """Say why the server did not take the mail itself."""
    text = reply_text(code, reply)
    if code < 500:
        return NotSentError(
            "The server did not take the mail now, and asks to try again later.",
            f"It answered: {text}.",
            "Wait some minutes and send it again; the same mail is not delivered twice by that.",
            temporary=True,
            reply=text,
        )
    if "5.3.4" in text or "5.2.3" in text:
        return size_refusal(size, None, text)
    return NotSentError(
        "The server refused the mail.",
        f"It answered: {text}.",
        "Read the server's words; they say whether an attachment or the account is the reason. " + _OUTBOX_HINT,
        reply=text,
    )


def lost_line(
    error: Exception | None, account: MailAccount, reply: str = "", refused: Mapping[str, str] | None = None
) -> UncertainError:
    """Say that nobody here can tell whether the server took the mail."""
    reason = f" It answered: {reply}." if reply else f" {_bare(error)}." if error else ""
    return UncertainError(
        "It is not known whether the mail arrived.",
        f"{server_name(account)} was given the whole mail, and the line ended before it said yes or no.{reason}",
        "Ask a recipient, or look for the copy in your own mailbox, before you decide to send it again.",
        refused=refused,
    )


def _bare(error: Exception) -> str:
    text = (error.strerror if isinstance(error, OSError) and error.strerror else str(error)) or type(error).__name__
    return wording.sentence_case(text.rstrip("."))
