"""From a bundle to the finished mail: subject, body, attachments, and whether it is small enough."""

from __future__ import annotations

import hashlib
import mimetypes
import secrets
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY

from assistant import wording
from assistant.brief import Brief, Timing
from assistant.bundle.pack import Bundle
from assistant.delivery.delivery_record import Recipient, RecipientStatus
from assistant.delivery.headers import header_text, mailbox, named
from assistant.delivery.mail_text import MailText, mail_text, status_word
from assistant.errors import DeliveryError
from assistant.findings import Finding, Level

# The headers of one attachment: boundary, type, encoding, disposition with a long name.
_PART_HEADERS = 600
# What a body with its headers takes at most, for judging a size before the mail is written.
_TEXT_ROOM = 40_000


@dataclass(frozen=True)
class ComposedMail:
    """A finished mail: the message, its size in bytes as it goes over the line, and what a page shows of it."""

    message: EmailMessage = field(repr=False)
    size: int
    subject: str
    sender: str
    recipients: tuple[Recipient, ...]
    body: str = field(repr=False)
    html: str = field(repr=False)
    attached: tuple[str, ...]
    message_id: str
    timing: Timing

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return everybody the mail goes to, the copy's address too."""
        return tuple(recipient.address for recipient in self.recipients)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Return those for whom no server has taken it yet."""
        return tuple(one.address for one in self.recipients if one.status is not RecipientStatus.ACCEPTED)

    @property
    def copies(self) -> frozenset[str]:
        """Return the addresses that only get a copy."""
        return frozenset(one.address for one in self.recipients if one.role == "cc")


def compose(
    bundle: Bundle,
    brief: Brief,
    *,
    sender: str,
    moment: datetime,
    message_id: str | None = None,
    submission: int = 1,
) -> ComposedMail:
    """Write the mail that hands a bundle over, dated `moment` (UTC), which also decides on time or late.

    `sender` is the address in From; without one it is the student's. Raises DeliveryError when the student's name or an
    address is missing or wrong, the bundle is not as it was packed, or the mail would be larger than the brief allows.
    """
    student = bundle.manifest.student
    if not wording.one_line(student.name):
        raise DeliveryError(
            "The mail would not say whose it is.", "The student's name is empty.", "Give your name on the Start page."
        )
    own = mailbox(student.email, "Your e-mail address")
    origin = mailbox(sender, "The address that the mail comes from (ASSISTANT_SMTP_FROM)") if sender else own
    recipients = recipients_of(brief, student.email)
    content = _content(bundle)
    reports = {
        entry.name: _member(bundle, entry.name, entry.sha256)
        for entry in bundle.manifest.files
        if entry.role == "report"
    }
    timing = brief.timing(moment)
    subject = subject_of(bundle, brief, timing, submission)
    identity = message_id or f"<{secrets.token_hex(10)}@{origin.rpartition('@')[2]}>"
    head = _Headers(subject, student.name, origin, own, recipients, moment, identity)

    attached = {bundle.path.name: content, **reports}
    texts = mail_text(bundle, brief, moment, submission, {name: len(data) for name, data in attached.items()})
    shell = _shell(texts, head)
    limit = brief.submission.mail_limit
    if _size_with(shell, attached) > limit and reports:
        attached = {bundle.path.name: content}  # the reports are inside it
        texts = mail_text(bundle, brief, moment, submission, {bundle.path.name: len(content)})
        shell = _shell(texts, head)
    needed = _size_with(shell, attached)
    if needed > limit:
        raise _too_large(needed, limit)
    for name, data in attached.items():
        main, _, sub = (mimetypes.guess_type(name)[0] or "application/octet-stream").partition("/")
        shell.add_attachment(data, maintype=main, subtype=sub, filename=header_text(name))
    return ComposedMail(
        message=shell,
        size=len(shell.as_bytes(policy=SMTP_POLICY)),
        subject=subject,
        sender=origin,
        recipients=recipients,
        body=texts.plain,
        html=texts.html,
        attached=tuple(attached),
        message_id=identity,
        timing=timing,
    )


def recipients_of(brief: Brief, student_email: str) -> tuple[Recipient, ...]:
    """Return the brief's recipients and the student, who gets a copy; nobody twice."""
    found: dict[str, Recipient] = {}
    for address in brief.submission.recipients:
        plain = mailbox(address, "A recipient's address")
        found.setdefault(plain.lower(), Recipient(address=plain))
    own = mailbox(student_email, "Your e-mail address")
    found.setdefault(own.lower(), Recipient(address=own, role="cc"))
    return tuple(found.values())


def subject_of(bundle: Bundle, brief: Brief, timing: Timing, submission: int) -> str:
    """Return the subject from the brief's pattern; `{digest}` is the start of the bundle's SHA-256."""
    manifest = bundle.manifest
    titles = "; ".join(
        wording.one_line(project.title, 60) or f"Project {project.number}" for project in manifest.projects
    )
    values = {
        "course": wording.one_line(brief.title, 80),
        "name": wording.one_line(manifest.student.name, 80),
        "registration": wording.one_line(manifest.student.registration, 40) or "no registration id",
        "projects": wording.one_line(titles, 120),
        "status": status_word(timing, submission),
        "digest": bundle.sha256[:12],
    }
    return header_text(brief.submission.subject.format(**values), 400)


def mail_size_finding(bundle: Bundle, brief: Brief) -> Finding:
    """Say whether a mail with this bundle would be small enough, and whether the reports fit in besides it."""
    limit = brief.submission.mail_limit
    reports = [entry.size for entry in bundle.manifest.files if entry.role == "report"]
    alone = _TEXT_ROOM + encoded_size(bundle.size)
    if alone > limit:
        error = _too_large(alone, limit)
        return Finding(level=Level.BLOCK, what=error.what, evidence=error.evidence, fix=error.fix)
    together = alone + sum(encoded_size(size) for size in reports)
    if together > limit:
        return Finding(
            level=Level.FINE,
            what="The mail is small enough; the reports go inside the bundle only.",
            evidence=f"{wording.size(alone)} of {wording.size(limit)}, and {wording.size(together)} with the reports besides.",
        )
    return Finding(
        level=Level.FINE,
        what="The mail is small enough.",
        evidence=f"{wording.size(together)} of {wording.size(limit)}.",
    )


def encoded_size(size: int) -> int:
    """Return the bytes that an attachment of `size` bytes takes in a mail: base64 in lines of 76 (RFC 2045, 6.8)."""
    letters = 4 * -(-size // 3)
    return letters + 2 * -(-letters // 76) + _PART_HEADERS


def _size_with(shell: EmailMessage, attached: dict[str, bytes]) -> int:
    return len(shell.as_bytes(policy=SMTP_POLICY)) + sum(encoded_size(len(content)) for content in attached.values())


def _too_large(size: int, limit: int) -> DeliveryError:
    return DeliveryError(
        "The mail would be too large.",
        f"It would have {wording.counted('byte', size)}, and the course takes {wording.grouped(limit)}: {wording.counted('byte', size - limit)} too many.",
        "Choose a smaller dataset, or fewer rows or columns of it, and package it again.",
    )


@dataclass(frozen=True)
class _Headers:
    """What stands above a mail: `origin` is the address in From, `own` the student's."""

    subject: str
    name: str
    origin: str
    own: str
    recipients: tuple[Recipient, ...]
    moment: datetime
    identity: str


def _shell(texts: MailText, head: _Headers) -> EmailMessage:
    """Return the message with all its headers and texts, and nothing attached yet."""
    message = EmailMessage(policy=SMTP_POLICY)
    via = head.name if head.origin == head.own else f"{wording.one_line(head.name, 40)} via Submission Assistant"
    message["From"] = named(via, head.origin)
    message["To"] = [_bare(recipient) for recipient in head.recipients if recipient.role == "to"]
    if copies := [named(head.name, recipient.address) for recipient in head.recipients if recipient.role == "cc"]:
        message["Cc"] = copies
    message["Reply-To"] = named(head.name, head.own)
    message["Subject"] = head.subject
    message["Date"] = head.moment.replace(microsecond=0)
    message["Message-ID"] = head.identity
    message.set_content(texts.plain, charset="utf-8", cte="quoted-printable")
    message.add_alternative(texts.html, subtype="html", charset="utf-8", cte="quoted-printable")
    return message


def _bare(recipient: Recipient) -> Address:
    return named("", recipient.address)


def _content(bundle: Bundle) -> bytes:
    try:
        content = bundle.path.read_bytes()
    except OSError as error:
        raise DeliveryError(
            "The bundle cannot be read.", f"{bundle.path.name}: {error.strerror}.", "Package it again."
        ) from error
    if hashlib.sha256(content).hexdigest() != bundle.sha256:
        raise _changed(bundle.path.name)
    return content


def _member(bundle: Bundle, name: str, sha256: str) -> bytes:
    try:
        with zipfile.ZipFile(bundle.path) as archive:
            content = archive.read(name)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise _changed(name) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _changed(name)
    return content


def _changed(name: str) -> DeliveryError:
    return DeliveryError(
        "The bundle is not as it was packed.",
        f"{name} does not have the SHA-256 that was written down for it.",
        "Package it again.",
    )
