"""What a package would hold, packing it, and whether the one that was packed last still holds exactly that."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr

from assistant.bundle.hand_in import FinishedProject, Submission
from assistant.bundle.manifest import FileEntry, Manifest
from assistant.bundle.pack import BUNDLE, Bundle, pack
from assistant.delivery.deliver import preview
from assistant.delivery.message import ComposedMail, recipients_of
from assistant.delivery.transports import Transport, transport_for
from assistant.delivery.web_mail import ComposeLink, compose_links
from assistant.errors import AssistantError, BundleError, DeliveryError
from assistant.files import sha256_of_unchanged, write_atomically
from assistant.frozen import Frozen
from assistant.notebook.link_answer import LinkState
from assistant.settings import MailAccount
from assistant.submission.colab_link import link_note
from assistant.submission.command import Change, Command
from assistant.submission.draft import PackageSummary
from assistant.submission.memory_cache import MemoryCache
from assistant.submission.scratch import new_scratch, unmark
from assistant.submission.workspace import PACKAGES

if TYPE_CHECKING:
    from assistant.submission.session import Session
    from assistant.submission.snapshot import ProjectSnapshot, Snapshot

_MANIFEST = "manifest.json"
_KEPT = 3  # packages beside the one that is current


@dataclass(frozen=True)
class ShownMail:
    """A mail as the page shows it, and the ways to a new one like it; sizes in bytes."""

    headers: tuple[tuple[str, str], ...]
    body: str
    html: str
    attached: tuple[str, ...]
    compose: tuple[ComposeLink, ...]
    size: int
    limit: int


@dataclass(frozen=True)
class Package:
    """A packed bundle that holds what the student would hand in now, and its mail; `problem` says why there is none."""

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


class RecordPackage(Command):
    """Keep which package was made last, and from exactly what."""

    package: PackageSummary

    def apply(self, snapshot: Snapshot) -> Change:
        """Return the draft with it."""
        return Change(snapshot.draft.model_copy(update={"package": self.package}))


_mails: MemoryCache[tuple[ShownMail, tuple[str, ...]]] = MemoryCache(32)


def submission(snapshot: Snapshot) -> Submission:
    """Return what the student would hand in now; parts that are not there, or no longer belong together, are left out."""
    projects = tuple(_finished(project) for project in snapshot.projects)
    return Submission(snapshot.brief, snapshot.draft.student, projects, tuple(snapshot.statuses.values()))


def _finished(project: ProjectSnapshot) -> FinishedProject:
    draft, choice, run = project.draft, project.draft.dataset, project.current_run
    has_notebook = run is not None and project.notebook_is_current and project.notebook_file is not None
    report = project.report() if run is not None else None
    link = project.current_link
    made = (
        ("training", draft.run, run),
        ("report", draft.run, report),
        ("notebook", draft.notebook, has_notebook or None),
        ("Colab link", draft.colab_link.strip() or None, link),
    )
    return FinishedProject(
        number=project.number,
        title=project.title,
        source=choice.source if choice else None,
        # The student may not pass the file on, or has not decided whether they may: its link and SHA-256 go out instead.
        dataset=project.table if project.sharing is not None else None,
        by_link=project.sharing != "file",
        undecided=choice is not None and project.sharing is None,
        unit=choice.unit if choice else "",
        run=run,
        report=project.report_pdf if report is not None else None,
        pages=report.pages if report is not None else None,
        notebook=project.notebook_file if has_notebook else None,
        colab_url=link,
        link=link_note(project) if link is not None else None,
        outdated=frozenset(part for part, was_made, kept in made if was_made is not None and kept is None),
    )


def inputs(snapshot: Snapshot) -> str:
    """Return a digest of exactly what a package of a snapshot would be made from, without setting a report."""
    state = [
        snapshot.brief.digest,
        snapshot.draft.student.model_dump(mode="json"),
        [_project_inputs(project) for project in snapshot.projects],
    ]
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


def _project_inputs(project: ProjectSnapshot) -> list[object]:
    draft, choice, run = project.draft, project.draft.dataset, project.current_run
    notebook = project.draft.notebook
    return [
        project.title,
        choice.source.model_dump(mode="json") if choice else None,
        project.sharing,
        choice.unit if choice else "",
        run.id if run is not None else None,
        project.manuscript.digest if run is not None else None,
        notebook.sha256 if notebook is not None and project.notebook_is_current else None,
        project.current_link,
        draft.run.id if draft.run is not None else None,
        draft.colab_link.strip(),
        # When it was asked is no part, nor that there was no answer: neither changes anything of what is handed in.
        note.state if (note := link_note(project)) is not None and note.state is not LinkState.UNCHECKED else None,
    ]


def _folder(snapshot: Snapshot, inputs_sha256: str) -> Path:
    return snapshot.folder / PACKAGES / inputs_sha256


def make_package(session: Session) -> Package:
    """Pack what the student has; raise BundleError when there is nothing at all.

    The package is of the snapshot that it was packed from: what is changed meanwhile makes it one of an earlier revision.
    """
    snapshot = session.snapshot
    inputs_sha256 = inputs(snapshot)
    folder = _folder(snapshot, inputs_sha256)
    # Packed apart and moved in whole: another press may be at the same.
    try:
        scratch = new_scratch(folder.parent)
    except OSError as error:
        raise _not_packed(error) from error
    try:
        packed = pack(snapshot.submission, scratch)
        write_atomically(scratch / _MANIFEST, packed.manifest.model_dump_json())
        unmark(scratch)
        shutil.rmtree(folder, ignore_errors=True)
        scratch.rename(folder)
    except OSError as error:
        raise _not_packed(error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    _forget_old(folder)
    summary = PackageSummary(
        revision=snapshot.revision, inputs_sha256=inputs_sha256, sha256=packed.sha256, size=packed.size
    )
    bundle = Bundle(path=folder / BUNDLE, sha256=packed.sha256, size=packed.size, manifest=packed.manifest)
    return _with_mail(session.apply(RecordPackage(package=summary)), bundle)


def _not_packed(error: OSError) -> BundleError:
    return BundleError(
        "The package could not be written.",
        f"The answer was: {error.strerror or error}.",
        "Make room on the disk, and package again.",
    )


def _forget_old(current: Path) -> None:
    others = [folder for folder in current.parent.iterdir() if folder != current and not folder.name.startswith(".")]
    for folder in sorted(others, key=lambda folder: folder.stat().st_mtime_ns)[:-_KEPT]:
        shutil.rmtree(folder, ignore_errors=True)


def current(snapshot: Snapshot) -> Package | None:
    """Return the package made last while it still holds what the student would hand in now, else None."""
    made = snapshot.draft.package
    if made is None or not snapshot.package_is_current:
        return None
    folder = _folder(snapshot, made.inputs_sha256)
    path = folder / BUNDLE
    try:
        if sha256_of_unchanged(path) != made.sha256:
            return None
        manifest = _manifest(folder / _MANIFEST, made.sha256)
    except (OSError, ValueError):
        return None
    return _with_mail(snapshot, Bundle(path=path, sha256=made.sha256, size=made.size, manifest=manifest))


@lru_cache(maxsize=32)
def _manifest(path: Path, _sha256: str) -> Manifest:
    return Manifest.model_validate_json(path.read_bytes())


def _with_mail(snapshot: Snapshot, bundle: Bundle) -> Package:
    brief = snapshot.brief
    minute = int(snapshot.moment.timestamp() // 60)  # the mail says to the minute when it was confirmed

    def show() -> tuple[ShownMail, tuple[str, ...]]:
        mail = composed(snapshot, bundle)
        return _shown(mail, brief.submission.mail_limit), mail.addresses

    try:
        addresses = [one.address for one in recipients_of(brief, bundle.manifest.student.email)]
        plan = snapshot.services.ledger.plan(snapshot.owner, bundle.sha256, addresses)
        key = f"{bundle.sha256} {brief.digest} {plan.submission} {plan.message_id} {minute} {snapshot.owner}"
        shown, recipients = _mails.get(key, show)
    except AssistantError as error:
        return Package(bundle, None, (), error)
    return Package(bundle, shown, recipients)


def composed(snapshot: Snapshot, bundle: Bundle) -> ComposedMail:
    """Return the mail as it would go if it were confirmed at the snapshot's moment; raise DeliveryError if none can."""
    services = snapshot.services
    return preview(
        bundle, snapshot.brief, owner=snapshot.owner, transport=transport_of(snapshot, None), ledger=services.ledger,
        clock=lambda: snapshot.moment,
    )  # fmt: skip


def _shown(mail: ComposedMail, limit: int) -> ShownMail:
    shown = {"From": "From", "To": "To", "Cc": "Copy", "Reply-To": "Reply to", "Subject": "Subject"}
    headers = (
        *((label, str(mail.message.get(name, ""))) for name, label in shown.items()),
        ("Attached", ", ".join(mail.attached)),
    )
    shown_headers = tuple(pair for pair in headers if pair[1])
    return ShownMail(shown_headers, mail.body, mail.html, mail.attached, compose_links(mail), mail.size, limit)


class TypedAccount(Frozen):
    """The mail account as the page's fields hold it, in a local run."""

    host: str = ""
    port: str = ""
    security: Literal["starttls", "ssl"] = "starttls"
    user: str = ""
    password: SecretStr = SecretStr("")

    @classmethod
    def of_fields(cls, fields: Mapping[str, object]) -> TypedAccount:
        """Return the account that a page's fields hold; what was left empty is empty."""
        # A page's number may come as 587.0.
        port = fields.get("port")
        whole = int(port) if isinstance(port, float) and port.is_integer() else port
        return cls(
            host=str(fields.get("host") or "").strip(),
            port="" if whole is None else str(whole).strip(),
            security="ssl" if fields.get("security") == "ssl" else "starttls",
            user=str(fields.get("user") or "").strip(),
            password=SecretStr(str(fields.get("password") or "")),
        )


def account_for(snapshot: Snapshot, typed: TypedAccount | None) -> MailAccount | None:
    """Return the account to send through: the page's in a local run, else the host's; None means the outbox.

    Raises DeliveryError when the page's port is none.
    """
    host = snapshot.services.account
    if typed is None or not snapshot.own_rules_allowed or not typed.host:
        return host if host.configured else None
    sender = typed.user if "@" in typed.user else snapshot.draft.student.email
    own = {"host": typed.host, "port": _port(typed.port), "security": typed.security, "user": typed.user}
    return host.model_copy(update={**own, "password": typed.password, "sender": sender})


def transport_of(snapshot: Snapshot, typed: TypedAccount | None) -> Transport:
    """Return the way that the mail takes: through an account, or into the student's outbox."""
    return transport_for(account_for(snapshot, typed), snapshot.folder / "outbox")


def outbox_of(snapshot: Snapshot) -> Transport:
    """Return the way into the student's outbox, whatever account there is."""
    return transport_for(None, snapshot.folder / "outbox")


def _port(text: str) -> int | None:
    """Return the port that was typed, None when none was: then the usual one is taken."""
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:20]) <= 65535:
        raise DeliveryError(
            f"There is no port {text[:20]}, so nothing was sent.",
            "A port is a number from 1 to 65535.",
            "Mail servers take mail at 587 (STARTTLS) or 465 (SSL): type that, or leave the field empty.",
        )
    return int(text)
