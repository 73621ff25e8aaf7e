"""Packs what a student has into the bundle, shows the mail that carries it, and tells when something changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from assistant.bundle.manifest import FileEntry, Manifest
from assistant.bundle.pack import Bundle, pack
from assistant.delivery.deliver import preview
from assistant.delivery.message import ComposedMail
from assistant.delivery.outbox import write_to_outbox
from assistant.delivery.transports import transport_for
from assistant.errors import AssistantError, DeliveryError
from assistant.files import sha256_of, write_atomically
from assistant.frozen import Frozen
from assistant.settings import MailAccount
from assistant.submission.completeness import submission
from assistant.submission.session import Desk


@dataclass(frozen=True)
class ShownMail:
    """A mail as the page shows it; sizes in bytes."""

    headers: tuple[tuple[str, str], ...]
    body: str
    size: int
    limit: int


@dataclass(frozen=True)
class Package:
    """A packed bundle that still holds what the draft says, and its mail; `problem` says why there is none."""

    bundle: Bundle
    mail: ShownMail | None
    recipients: tuple[str, ...]
    problem: AssistantError | None = None

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """Return the bundle's members beside the manifest."""
        return self.bundle.manifest.files

    @property
    def missing(self) -> tuple[str, ...]:
        """Return in words what is not in it."""
        return self.bundle.manifest.missing

    @property
    def size(self) -> int:
        """Return the bundle's size in bytes."""
        return self.bundle.size

    @property
    def sha256(self) -> str:
        """Return the bundle's SHA-256."""
        return self.bundle.sha256


class _Packed(Frozen):
    """What lies beside the bundle: what it was made from, so that a change is noticed."""

    inputs: str
    sha256: str
    size: int
    manifest: Manifest


def _inputs(desk: Desk) -> str:
    brief, draft = desk.brief, desk.draft.model_dump(mode="json")
    for number, project in enumerate(draft["projects"], 1):
        folder = desk.project_folder(number)
        for part, file in (("report", folder.report), ("notebook", folder.notebook)):
            if project[part]:
                # What a file was made from may change while the file stays the same, byte for byte.
                project[part]["inputs_sha256"] = sha256_of(file) if file.is_file() else ""
    state = json.dumps(draft, sort_keys=True) + brief.model_dump_json() + str(brief.timing(desk.services.clock()))
    return hashlib.sha256(state.encode()).hexdigest()


def _folder(desk: Desk) -> Path:
    return desk.folder / "bundle"


def make(desk: Desk) -> Package:
    """Pack what the student has; raise BundleError when there is nothing at all."""
    packed = pack(submission(desk), _folder(desk))
    description = _Packed(inputs=_inputs(desk), sha256=packed.sha256, size=packed.size, manifest=packed.manifest)
    write_atomically(_folder(desk) / "package.json", description.model_dump_json())
    return _with_mail(desk, packed)


def was_made(desk: Desk) -> bool:
    """Tell whether this student packaged before, be it what the draft says now or not."""
    return (_folder(desk) / "package.json").is_file()


def current(desk: Desk) -> Package | None:
    """Return the package made last while it still holds what the draft says, else None."""
    description, path = _folder(desk) / "package.json", _folder(desk) / "bundle.zip"
    if not description.is_file() or not path.is_file():
        return None
    stored = _Packed.model_validate_json(description.read_bytes())
    if stored.inputs != _inputs(desk) or stored.sha256 != sha256_of(path):
        return None
    return _with_mail(desk, Bundle(path=path, sha256=stored.sha256, size=stored.size, manifest=stored.manifest))


def _with_mail(desk: Desk, bundle: Bundle) -> Package:
    services, brief = desk.services, desk.brief
    try:
        mail = preview(
            bundle, brief, owner=desk.owner, transport=transport_for(account_for(desk, {}), desk.folder / "outbox"),
            ledger=services.ledger, clock=services.clock,
        )  # fmt: skip
    except AssistantError as error:
        (_folder(desk) / "message.eml").unlink(missing_ok=True)
        return Package(bundle, None, (), error)
    write_to_outbox(mail, _folder(desk), "message")
    return Package(bundle, _shown(mail, brief.submission.mail_limit), mail.addresses)


def _shown(mail: ComposedMail, limit: int) -> ShownMail:
    shown = {"From": "From", "To": "To", "Cc": "Copy", "Reply-To": "Reply to", "Subject": "Subject"}
    headers = (
        *((label, str(mail.message.get(name, ""))) for name, label in shown.items()),
        ("Attached", ", ".join(mail.attached)),
    )
    return ShownMail(tuple(pair for pair in headers if pair[1]), mail.body, mail.size, limit)


def account_for(desk: Desk, given: Mapping[str, Any]) -> MailAccount | None:
    """Return the account to send through: the page's in a local run, else the host's; None means the outbox.

    Raises DeliveryError when the page's port is none.
    """
    if desk.own_rules_allowed and str(given.get("host") or "").strip():
        user = str(given.get("user") or "").strip()
        return MailAccount.model_construct(
            host=str(given["host"]).strip(),
            port=_port(given.get("port")),
            security=given.get("security") or "starttls",
            user=user,
            password=SecretStr(str(given.get("password") or "")),
            sender=user if "@" in user else desk.draft.student.email,
            ca_file=desk.services.account.ca_file,
        )
    return desk.services.account if desk.services.account.configured else None


def _port(given: object) -> int | None:
    """Return the port that was typed, None when none was: then the usual one is taken."""
    # A page's number may come as 587.0.
    number = int(given) if isinstance(given, float) and given.is_integer() else given
    text = str(number).strip() if number is not None else ""
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:20]) <= 65535:
        raise DeliveryError(
            f"There is no port {text[:20]}, so nothing was sent.",
            "A port is a number from 1 to 65535.",
            "Mail servers take mail at 587 (STARTTLS) or 465 (SSL): type that, or leave the field empty.",
        )
    return int(text)
