"""What the Submit page does: judge what is there, package it, show the mail, send it once, keep the receipts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from assistant.brief import Timing
from assistant.bundle.check import check_submission
from assistant.bundle.manifest import FileEntry, Manifest
from assistant.bundle.pack import Bundle, pack
from assistant.bundle.submission import FinishedProject, Submission
from assistant.delivery.deliver import deliver, preview
from assistant.delivery.message import ComposedMail
from assistant.delivery.outbox import write_to_outbox
from assistant.delivery.receipt import headline, receipt_text
from assistant.delivery.record import Delivery, DeliveryStatus
from assistant.desk import dataset, notebook, report
from assistant.desk.charts import title_of
from assistant.desk.desk import Desk
from assistant.errors import AssistantError, DeliveryError
from assistant.files import sha256_of, write_atomically
from assistant.findings import Finding, Level
from assistant.settings import MailAccount
from assistant.training.run import load_run


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


@dataclass(frozen=True)
class SendState:
    """Whether the mail may go now, and how its delivery stands."""

    may_send: bool
    may_repeat: bool
    button: str
    sentence: str
    kind: str


@dataclass(frozen=True)
class DeliveryRow:
    """One line of the list of deliveries."""

    id: str
    when: str
    status: str
    recipients: tuple[str, ...]
    reply: str
    sha256: str


@dataclass(frozen=True)
class HandedOver:
    """How handing over ended, in a sentence; `by_hand` when the mail lies in the outbox and the student has to send it."""

    sentence: str
    by_hand: bool


class _Packed(BaseModel):
    """What lies beside the bundle: what it was made from, so that a change is noticed."""

    inputs: str
    sha256: str
    size: int
    manifest: Manifest


def submission(desk: Desk) -> Submission:
    """Return what the student would hand in now; parts that are not there, or no longer belong together, are left out."""
    draft = desk.draft
    projects = []
    for number, project in enumerate(draft.projects, 1):
        folder = desk.project_folder(number)
        choice, run_summary = project.dataset, project.run
        run = load_run(folder.run(run_summary.id)) if run_summary is not None and project.run_is_current else None
        built = report.build(desk, number) if run is not None else None
        has_notebook = run is not None and notebook.is_current(desk, number) and folder.notebook.is_file()
        projects.append(
            FinishedProject(
                number=number,
                title=title_of(project),
                source=choice.source if choice else None,
                # The student may not pass the file on: its link and SHA-256 go out with the source instead.
                dataset=folder.dataset / choice.source.file_name if choice else None,
                by_link=choice is not None and choice.share == "link",
                unit=choice.unit if choice else "",
                run=run,
                report=folder.report if built else None,
                pages=built.pages if built else None,
                notebook=folder.notebook if has_notebook else None,
                colab_url=project.colab_link.strip() or None,
                outdated=frozenset(
                    part
                    for part, made, kept in (
                        ("training", run_summary, run),
                        ("report", project.report, built),
                        ("notebook", project.notebook, has_notebook or None),
                    )
                    if made is not None and kept is None
                ),
            )
        )
    return Submission(desk.brief, draft.student, tuple(projects))


def findings(desk: Desk) -> tuple[Finding, ...]:
    """Return what is complete and what is not, each with the step that mends it."""
    return (
        *check_submission(submission(desk)),
        *_sharing_findings(desk),
        *_chart_findings(desk),
        *report.findings(desk),
        *_deadline_findings(desk),
    )


def _sharing_findings(desk: Desk) -> list[Finding]:
    """Ask before a dataset is mailed that may not be passed on, and want an address where only the link goes out."""
    found = []
    for number, project in enumerate(desk.draft.projects, 1):
        choice = project.dataset
        if choice is None:
            continue
        if (held := notebook.values_finding(desk, number)) is not None:
            found.append(held)
        if choice.share == "link" and not choice.source.url:
            what = "The dataset's link is to go out instead of the file, but there is none."
            evidence, fix = choice.source.file_name, "Type the address where it can be found, or hand in the file."
        elif choice.share is None and (why := dataset.sharing_question(desk, number)):
            what, evidence = "You have not decided yet whether the dataset may go out.", f"{why[0].upper()}{why[1:]}."
            fix = "Hand in the file, or its link and SHA-256 instead."
        else:
            continue
        found.append(Finding(level=Level.WARN, what=what, evidence=evidence, fix=fix, step="dataset", project=number))
    return found


def _chart_findings(desk: Desk) -> list[Finding]:
    found = []
    for number, project in enumerate(desk.draft.projects, 1):
        if project.run is None:
            continue
        unchecked = [
            name for name, choice in project.charts.items() if choice.in_report and choice.checked_run != project.run.id
        ]
        if unchecked or not project.charts:
            found.append(
                Finding(
                    level=Level.WARN,
                    what="Not every chart of the report was checked.",
                    evidence=f"Still to look at: {', '.join(unchecked)}." if unchecked else "None was confirmed yet.",
                    fix="Look at each and confirm it.",
                    step="charts",
                    project=number,
                )
            )
    return found


def _deadline_findings(desk: Desk) -> list[Finding]:
    timing, deadline = desk.brief.timing(desk.services.clock()), desk.brief.submission.deadline
    if timing is Timing.ON_TIME:
        return [Finding(level=Level.FINE, what="You are on time.", evidence=f"The deadline is {deadline}.")]
    what = "The deadline has passed."
    evidence = f"It was {deadline}{desk.lateness_text()}."
    if timing is Timing.LATE:
        return [
            Finding(
                level=Level.WARN, what=what, evidence=evidence, fix="The hand-in will be marked as late.", step="start"
            )
        ]
    return [
        Finding(level=Level.BLOCK, what=what, evidence=evidence, fix="The course takes no late hand-ins.", step="start")
    ]


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


def package(desk: Desk) -> Package:
    """Pack what the student has; raise BundleError when there is nothing at all."""
    packed = pack(submission(desk), _folder(desk))
    description = _Packed(inputs=_inputs(desk), sha256=packed.sha256, size=packed.size, manifest=packed.manifest)
    write_atomically(_folder(desk) / "package.json", description.model_dump_json())
    return _with_mail(desk, packed)


def was_packaged(desk: Desk) -> bool:
    """Tell whether this student packaged before, be it what the draft says now or not."""
    return (_folder(desk) / "package.json").is_file()


def current_package(desk: Desk) -> Package | None:
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
            bundle, brief, owner=desk.owner, account=_account(desk, {}), ledger=services.ledger, clock=services.clock
        )
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


def _account(desk: Desk, given: Mapping[str, Any]) -> MailAccount | None:
    """Return the account to send through: the page's in a local run, else the host's; None means the outbox."""
    if desk.own_rules_allowed and str(given.get("host") or "").strip():
        user = str(given.get("user") or "").strip()
        return MailAccount.model_construct(
            host=str(given["host"]).strip(),
            port=int(given["port"]) if given.get("port") else None,
            security=given.get("security") or "starttls",
            user=user,
            password=SecretStr(str(given.get("password") or "")),
            sender=user if "@" in user else desk.draft.student.email,
            ca_file=desk.services.account.ca_file,
        )
    return desk.services.account if desk.services.account.configured else None


def send_state(desk: Desk, package: Package | None) -> SendState:
    """Say whether the package may be sent now, and how a delivery of it stands."""
    if package is None:
        return SendState(False, False, "Send", "", "info")
    account = _account(desk, {})
    button = "Send" if account or desk.own_rules_allowed else "Put the finished mail in the outbox"
    latest = _latest(desk, package)
    if latest is None:
        if not package.recipients:
            return SendState(False, False, button, "The mail cannot go yet: see above.", "warn")
        return SendState(True, False, button, "", "info")
    sentence = headline(latest) + (f" {latest.problem}" if latest.problem else "")
    kind = {
        DeliveryStatus.ACCEPTED: "fine",
        DeliveryStatus.OUTBOX: "info",
        DeliveryStatus.UNCERTAIN: "warn",
        DeliveryStatus.REFUSED: "block",
    }.get(latest.status, "info")
    if latest.status is DeliveryStatus.REFUSED:
        return SendState(True, False, "Try again", sentence, kind)
    if latest.status is DeliveryStatus.UNCERTAIN:
        return SendState(False, True, "Send", sentence, kind)
    return SendState(latest.status in (DeliveryStatus.OUTBOX, DeliveryStatus.PREPARED), False, button, sentence, kind)


def _latest(desk: Desk, package: Package) -> Delivery | None:
    return desk.services.ledger.plan(desk.owner, package.sha256, package.recipients).latest


def send(desk: Desk, confirmed: bool, given: Mapping[str, Any], *, again: bool = False) -> HandedOver:
    """Hand the package over once and return how that ended; pressing again never sends an accepted mail twice.

    `given` are the fields of the page's mail account. `again` is the student's decision to repeat an uncertain one.
    Raises DeliveryError when nothing could be sent or it is not known whether it was.
    """
    if not confirmed:
        raise DeliveryError(
            "The mail was not sent.", "You have not confirmed it yet.", "Look at the mail and tick the box."
        )
    package = current_package(desk)
    if package is None:
        raise DeliveryError(
            "The mail was not sent.", "Something changed after it was packaged.", "Package again and look at the mail."
        )
    blocking = [finding for finding in findings(desk) if finding.level is Level.BLOCK and finding.step == "start"]
    if blocking:
        raise DeliveryError("The mail was not sent.", str(blocking[0]), "")
    latest = _latest(desk, package)
    repeat = None
    if latest is not None and (latest.status is DeliveryStatus.REFUSED or (again and latest.may_send_again)):
        repeat = latest.id
    delivery = deliver(
        package.bundle, desk.brief, owner=desk.owner, account=_account(desk, given), ledger=desk.services.ledger,
        clock=desk.services.clock, outbox=desk.folder / "outbox", again=repeat,
    )  # fmt: skip
    if delivery.error is not None:
        raise delivery.error
    by_hand = delivery.status is DeliveryStatus.OUTBOX
    file = f" The file is {delivery.outbox_file}." if delivery.outbox_file and desk.own_rules_allowed else ""
    return HandedOver(headline(delivery) + file, by_hand)


def deliveries(desk: Desk) -> tuple[DeliveryRow, ...]:
    """Return every attempt of this student, newest first."""
    zone = desk.brief.submission.deadline.local.tzinfo
    return tuple(
        DeliveryRow(
            id=delivery.id,
            when=_when(delivery.finished or delivery.confirmed, zone),
            status=delivery.status.value,
            recipients=tuple(f"{recipient.address}: {recipient.status}" for recipient in delivery.recipients),
            reply=delivery.reply,
            sha256=delivery.sha256,
        )
        for delivery in desk.services.ledger.deliveries(desk.owner)
    )


def _when(moment: datetime, zone: Any) -> str:
    return f"{moment.astimezone(zone):%d %b %Y %H:%M:%S %Z}"


def receipt(desk: Desk, delivery_id: str) -> str:
    """Return a delivery's receipt as text; raise DeliveryError when this student has no such delivery."""
    delivery = desk.services.ledger.get(delivery_id)
    if delivery is None or delivery.owner != desk.owner:
        raise DeliveryError("There is no such receipt.", "", "Open the list of deliveries on the Submit page.")
    return receipt_text(delivery)
