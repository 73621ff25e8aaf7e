"""What a mail server or the network said, in sentences for the student."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Mapping
from datetime import datetime

from assistant import wording
from assistant.errors import DeliveryError
from assistant.settings import MailAccount

_OUTBOX_HINT = "Nothing was sent; the finished mail can be downloaded and sent with your own mail program."
# OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
_OUT_OF_DATE = {9: "is not valid yet", 10: "has expired"}
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
    said = f"{code} {text}" if is_reply(code) else text  # the mail library has -1 for what begins with no code
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", said).strip()[:500]


def is_reply(code: int) -> bool:
    """Tell whether a code is one that a mail server answers with (RFC 5321, 4.2.1)."""
    return 200 <= code < 600


def server_name(account: MailAccount) -> str:
    """Return host and port of the account's server."""
    return f"{account.host}:{account.port_number}"


def connection_refusal(error: Exception, account: MailAccount) -> NotSentError:
    """Say why no encrypted line with a logged-in account came about."""
    server = server_name(account)
    match error:
        case smtplib.SMTPResponseException() if not is_reply(error.smtp_code):
            said = wording.one_line(reply_text(error.smtp_code, error.smtp_error), 120)
            return NotSentError(
                f"What answers at {server} is no mail server, so nothing was sent.",
                f"It said: {said or 'nothing that can be read'}.",
                "Check the server's name and the port with your mail provider (587: starttls, 465: ssl).",
            )
        case smtplib.SMTPAuthenticationError():
            return _login_refusal(error.smtp_code, reply_text(error.smtp_code, error.smtp_error), account)
        case ssl.SSLCertVerificationError() if error.verify_code in _OUT_OF_DATE:
            return NotSentError(
                f"The certificate of {server} {_OUT_OF_DATE[error.verify_code]} by this computer's clock, so nothing was sent.",
                f"The check says: {error.verify_message}. The clock shows {_clock()}.",
                "Check date and time of this computer first: a clock that is wrong is the usual reason. If they are right, "
                "the server's certificate is not, and whoever runs it has to renew it. " + _OUTBOX_HINT,
                temporary=True,
            )
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
    if closed := password_closed(reply):
        return closed
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


def password_closed(reply: str) -> NotSentError | None:
    """Say that Microsoft's servers take no passwords from programs any more; None for another answer."""
    if not any(code in reply for code in ("5.7.139", "5.7.30", "5.7.57")):
        return None
    return NotSentError(
        "Microsoft's mail server takes no passwords from programs any more, so this account cannot send from here.",
        f"The server answered: {reply}. It means that basic authentication is switched off (5.7.139 and 5.7.30).",
        "Typing the password again does not help. Open the mail in Outlook on the web and send it from there, or give an "
        "account of another provider. " + _OUTBOX_HINT,
        reply=reply,
    )


def mailbox_full(reply: str) -> bool:
    """Tell whether a server says of a recipient that the mailbox is full (RFC 3463, x.2.2; RFC 5321, 452 and 552)."""
    return bool(re.match(r"[45]\d\d[ -][45]\.2\.2\b", reply)) or bool(
        re.match(r"(452|552)\b", reply) and re.search(r"(?i)mailbox|quota|inbox|storage", reply)
    )


def sender_refusal(code: int, reply: bytes, sender: str, size: int) -> NotSentError:
    """Say why the server did not want a mail from this sender, or of this size in bytes."""
    text = reply_text(code, reply)
    if closed := password_closed(text):
        return closed
    if mailbox_full(text):
        return NotSentError(
            "Your own mailbox is full, so your mail server takes no mail from you.",
            f"It answered: {text}.",
            "Remove something large from it, and send again.",
            reply=text,
        )
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
    if closed := password_closed(text):
        return closed
    if mailbox_full(text):
        return NotSentError(
            "A mailbox is full, so the server did not take the mail.",
            f"It answered: {text}.",
            "Read in its words whose. The address is right, and its owner has to make room; try again later.",
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


def broken_off(error: Exception, account: MailAccount) -> NotSentError:
    """Say that the line ended before the server had the whole mail, so that it has none."""
    return NotSentError(
        "The line ended in the middle of the mail, so it was not sent.",
        f"{server_name(account)} had not got its end, and drops half a mail. {_bare(error)}.",
        "Try again. " + _OUTBOX_HINT,
        temporary=True,
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


def _clock() -> str:
    return f"{datetime.now().astimezone():%d %B %Y, %H:%M}"


def _bare(error: Exception) -> str:
    text = (error.strerror if isinstance(error, OSError) and error.strerror else str(error)) or type(error).__name__
    return wording.sentence_case(text.rstrip("."))
