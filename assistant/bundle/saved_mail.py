"""Takes the bundle out of a saved mail, and holds what is attached beside it against what is inside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from io import BytesIO
from pathlib import Path
from typing import Any

from assistant import wording
from assistant.brief import Brief
from assistant.bundle.archive_reader import ASK_AGAIN
from assistant.bundle.manifest import MANIFEST
from assistant.bundle.verify import Verification, verify, verify_stream
from assistant.errors import BundleError
from assistant.findings import Finding, Level

_LARGEST_MAIL = 200_000_000  # bytes; no mail server takes as much
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:")
_USUAL = (
    *("from:", "to:", "subject:", "date:", "message-id:", "mime-version:"),
    *("received:", "return-path:", "delivered-to:", "dkim-signature:"),
)
_FIRST = MANIFEST.encode()  # its name stands behind the 30 bytes that begin an archive
_OUTLOOK = b"\xd0\xcf\x11\xe0"
_UNREADABLE = (LookupError, ValueError, TypeError, AttributeError, MessageError)
_TOLD = re.compile(r"SHA-256 of \S+[\s>|]+([0-9a-f]{64})\b")
_SAVE = "Save the whole mail as .eml, or save its bundle.zip, and verify that."


@dataclass(frozen=True)
class Mail:
    """The mail that carried a bundle: its sender and subject as it gives them, and the names of what is attached."""

    sender: str
    subject: str
    attached: tuple[str, ...]


@dataclass(frozen=True)
class Received:
    """What was found in a bundle, and the mail that it was taken from, if there was one."""

    found: Verification
    mail: Mail | None = None


@dataclass(frozen=True)
class _Attachment:
    """One attached file, and the message that holds it: in a forwarded mail an inner one."""

    name: str
    content: bytes
    message: Message[Any, Any]


def verify_received(path: Path, brief: Brief | None = None) -> Received:
    """Verify a bundle, or the one in a saved mail with the reports attached beside it, as `verify` does.

    Raises BundleError only when the file cannot be opened at all.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(4096)
            if head[:4] == _OUTLOOK:
                finding = _block("This is a mail in Outlook's own form.", "Only Outlook reads it surely.", _SAVE)
                return Received(Verification((finding,), None, "", size))
            if not _begins_like_mail(head):
                return Received(verify(path, brief))
            if size > _LARGEST_MAIL:
                finding = _block("The file is too large to be a mail.", f"It has {wording.size(size)}.", _SAVE)
                return Received(Verification((finding,), None, "", size))
            content = head + stream.read()
    except OSError as error:
        fix = "Give the path of a bundle.zip, or of the mail that carries it."
        raise BundleError("The bundle cannot be opened.", f"{path.name}: {error.strerror}.", fix) from error
    try:
        return _verify_mail(content, brief)
    except RecursionError:
        finding = _block("The mail cannot be read.", "Its parts lie in one another without end.", _SAVE)
        return Received(Verification((finding,), None, "", 0))


def _begins_like_mail(head: bytes) -> bool:
    """Tell whether a file begins with a mail's headers, perhaps below the line that a mailbox puts above them."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    first, _, rest = text.partition(b"\n")
    lines = (rest if first.startswith((b"From ", b">From ")) else text).splitlines()
    if not lines or not _HEADER.match(lines[0]):
        return False
    return any(line.lower().startswith(tuple(name.encode() for name in _USUAL)) for line in lines)


def _verify_mail(content: bytes, brief: Brief | None) -> Received:
    message = message_from_bytes(content.removeprefix(b"\xef\xbb\xbf").lstrip())
    attached = list(_attachments(message))
    mail = Mail(_header(message, "From"), _header(message, "Subject"), tuple(each.name for each in attached))
    bundles = _bundles(attached)
    if not bundles:
        names = ", ".join(wording.quoted(name) for name in mail.attached)
        evidence = f"Attached to it: {names}." if names else "Nothing is attached to it."
        fix = (
            "Ask the sender for the mail that carries bundle.zip. Where your mail program saves a mail without its "
            "attachments, save bundle.zip itself and verify that."
        )
        return Received(Verification((_block("This mail carries no bundle.", evidence, fix),), None, "", 0), mail)
    chosen = next((each for each in bundles if each.name.lower() == "bundle.zip"), bundles[0])
    found = verify_stream(BytesIO(chosen.content), len(chosen.content), brief)
    beside = []
    if len({each.content for each in bundles}) > 1:
        names = wording.listed([wording.quoted(each.name) for each in bundles])
        fix = f"Only “{chosen.name}” was checked. Save each and verify it, or ask the sender which one counts."
        beside.append(_block("The mail carries more than one bundle.", f"They are {names}.", fix))
    beside += _check_reports(found, attached)
    beside += _check_digest(found, chosen.message)
    if brief is not None:
        beside += _check_recipients(chosen.message, brief)
    return Received(replace(found, findings=(*found.findings, *beside)), mail)


def _bundles(attached: list[_Attachment]) -> list[_Attachment]:
    """Return what is a bundle by its first member, else what is called like one: it may be damaged at its beginning."""
    by_content = [each for each in attached if each.content[:2] == b"PK" and each.content[30:].startswith(_FIRST)]
    called = [each for each in attached if each.name.lower() == "bundle.zip" and each not in by_content]
    archives = [each for each in attached if each.name.lower().endswith(".zip")]
    return [*by_content, *called] or archives


def _attachments(message: Message[Any, Any]) -> Iterator[_Attachment]:
    """Yield every attached file of a message and of those forwarded in it; a text of the mail itself is none."""
    holders = [message]
    while holders:
        holder = holders.pop(0)
        parts = [holder]
        while parts:
            part = parts.pop(0)
            inner = part.get_payload()
            if isinstance(inner, list):
                messages = [each for each in inner if isinstance(each, Message)]
                (holders if part.get_content_maintype() == "message" else parts).extend(messages)
                continue
            name = _file_name(part)
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and (name or content[:2] == b"PK"):
                yield _Attachment(name or "an unnamed file", content, holder)


def _file_name(part: Message[Any, Any]) -> str:
    try:
        return _decoded(part.get_filename() or "")
    except _UNREADABLE:
        return ""


def _header(message: Message[Any, Any], name: str) -> str:
    try:
        return _decoded(str(message.get(name, "")))
    except _UNREADABLE:
        return ""


def _decoded(text: str) -> str:
    """Return a header's text with its encoded words (RFC 2047) as letters, on one line."""
    with suppress(*_UNREADABLE):
        text = str(make_header(decode_header(text)))
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _check_reports(found: Verification, attached: list[_Attachment]) -> Iterator[Finding]:
    """Hold the PDFs beside a bundle, byte for byte, against its reports."""
    if found.manifest is None:
        return
    reports = {entry.name: entry for entry in found.manifest.files if entry.role == "report"}
    digests = {entry.sha256 for entry in reports.values()}
    same = 0
    for each in attached:
        if not each.name.lower().endswith(".pdf") and each.content[:5] != b"%PDF-":
            continue
        digest = hashlib.sha256(each.content).hexdigest()
        entry = reports.get(each.name)
        if digest == entry.sha256 if entry else digest in digests:
            same += 1
        elif entry is not None:
            evidence = f"Its SHA-256 is {digest}; the one inside has {entry.sha256}."
            fix = "Read the one inside the bundle, and ask the sender why they differ."
            yield _block(
                f"The {each.name} attached to the mail is not the one in the bundle.", evidence, fix, entry.project
            )
        else:
            what = f"The mail carries “{each.name}”, which is in the bundle under no name."
            fix = "What counts is in the bundle; ask the sender what this is."
            yield Finding(level=Level.WARN, what=what, evidence=f"Its SHA-256 is {digest}.", fix=fix)
    if same:
        what = f"{wording.counted('attached report', same)} {wording.agree(same, 'is', 'are')}, byte for byte, in the bundle."
        yield Finding(level=Level.FINE, what=what)


def _check_digest(found: Verification, message: Message[Any, Any]) -> Iterator[Finding]:
    """Hold the bundle against the SHA-256 that the mail's own text tells."""
    told = {digest for text in _texts(message) for digest in _TOLD.findall(text)}
    if told == {found.sha256}:
        yield Finding(level=Level.FINE, what="The bundle has the SHA-256 that the mail tells.", evidence=found.sha256)
    elif told:
        evidence = f"It has {found.sha256}; the mail tells {', '.join(sorted(told - {found.sha256}))}."
        yield _block("The bundle is not the one that the mail's text tells of.", evidence, ASK_AGAIN)


def _texts(message: Message[Any, Any]) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_type() == "text/plain" and isinstance(content := part.get_payload(decode=True), bytes):
            yield content.decode("utf-8", "replace")


def _check_recipients(message: Message[Any, Any], brief: Brief) -> Iterator[Finding]:
    """Say whom the course wants to get the mail and who is not named in it."""
    named = {
        _plain(address)
        for header in ("To", "Cc")
        for _, address in getaddresses([str(value) for value in message.get_all(header, [])])
    }
    absent = [address for address in brief.submission.recipients if _plain(address) not in named]
    if absent:
        yield Finding(
            level=Level.WARN,
            what="The mail is not addressed to everybody who is to get it.",
            evidence=f"Not named in it: {', '.join(absent)}.",
            fix="It was sent under other rules, or by hand: pass it on to them.",
        )


def _plain(address: str) -> str:
    local, _, domain = address.strip().lower().rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except ValueError:
        return f"{local}@{domain}"


def _block(what: str, evidence: str, fix: str, project: int | None = None) -> Finding:
    return Finding(level=Level.BLOCK, what=what, evidence=evidence, fix=fix, project=project)
