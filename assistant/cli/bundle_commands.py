"""`send`, `deliveries` and `verify`: what is done with a finished bundle."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant import wording
from assistant.brief import Brief, checked_address, load_brief
from assistant.bundle.manifest import Rules
from assistant.bundle.pack import Bundle
from assistant.bundle.saved_mail import Mail, verify_received
from assistant.bundle.verify import Verification
from assistant.bundle.verify import verify as verify_bundle
from assistant.cli.output import Json, command, progress, result
from assistant.errors import AssistantError, BundleError, DeliveryError
from assistant.findings import Finding, Level
from assistant.settings import load_settings
from assistant.submission.services import open_services

# Deliveries from the command line stand in the ledger under the address of the student in the bundle.
_OWNER = "command-line"

_Path = Annotated[Path, typer.Argument(metavar="BUNDLE", help="A bundle.zip.")]
_Received = Annotated[
    Path, typer.Argument(metavar="BUNDLE_OR_MAIL", help="A bundle.zip, or the saved mail (.eml) that carries it.")
]


@command
def verify(bundle: _Received, as_json: Json = False) -> None:
    """Recompute every hash and page count from the file alone, and hold it against the course's rules.

    In a saved mail, the reports attached beside the bundle are held against those inside it too.
    """
    brief, unknown = _course_rules()
    received = verify_received(bundle, brief)
    found = replace(received.found, findings=(*received.found.findings, *unknown))
    result(
        {**_as_data(found, brief), "mail": asdict(received.mail) if received.mail else None},
        _as_text(bundle.name, received.mail, found, brief),
        as_json=as_json,
    )
    if not found.ok:
        progress(f"{bundle.name} does not pass the check.")
        raise typer.Exit(1)


def _course_rules() -> tuple[Brief | None, tuple[Finding, ...]]:
    """Return the rules of this installation; where they cannot be read, what the file says of itself is checked still."""
    try:
        settings, _ = load_settings()
        return load_brief(settings.brief), ()
    except AssistantError as error:
        what = "Whether it follows the course's rules could not be checked."
        return None, (
            Finding(level=Level.UNCHECKED, what=what, evidence=f"{error.what} {error.evidence}", fix=error.fix),
        )


def _as_data(found: Verification, brief: Brief | None) -> dict[str, Any]:
    return {
        "ok": found.ok,
        "sha256": found.sha256,
        "size": found.size,
        "rules": Rules.of(brief).model_dump(mode="json") if brief else None,
        "findings": [finding.model_dump(mode="json") for finding in found.findings],
        "manifest": found.manifest.model_dump(mode="json") if found.manifest else None,
    }


def _as_text(name: str, mail: Mail | None, found: Verification, brief: Brief | None) -> str:
    lines = []
    if mail is not None:
        lines.append(f"{name}  mail “{mail.subject}” from {mail.sender or 'nobody'}")
        lines.append(f"Attached: {', '.join(mail.attached) or 'nothing'}")
        name = "Its bundle"
    if found.sha256:
        lines.append(f"{name}  {wording.counted('byte', found.size)}  SHA-256 {found.sha256}")
    if found.manifest is not None:
        student = found.manifest.student
        lines.append(" · ".join(part for part in (student.name, student.email, student.registration) if part))
        for project in found.manifest.projects:
            report = found.manifest.file("report", project.number)
            pages = f", {wording.counted('page', report.pages)}" if report and report.pages else ""
            verdict = f"\n  {project.run.verdict.sentence}" if project.run else ""
            lines.append(
                f"Project {project.number}: {project.title}{pages}\n  {project.colab_url or 'no Colab link'}{verdict}"
            )
    lines += [f"{finding.level.value.upper()}: {finding}" for finding in found.findings]
    if found.ok and brief is None:
        lines.append("Everything holds that the file says about itself.")
    else:
        lines.append("Everything holds." if found.ok else "Not everything holds.")
    return "\n".join(lines)


@command
def send(
    bundle: _Path,
    again: Annotated[
        str, typer.Option(metavar="DELIVERY", help="Send once more after this refused or uncertain delivery.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Deliver a bundle through the configured account, or put the finished mail in the outbox."""
    from assistant.delivery.deliver import deliver
    from assistant.delivery.receipt import receipt_text
    from assistant.delivery.transports import transport_for

    settings, account = load_settings()
    services = open_services(settings, account)
    found = verify_bundle(bundle)
    if not found.ok or found.manifest is None:
        broken = next(finding for finding in found.findings if finding.level is Level.BLOCK)
        raise BundleError("The bundle was not sent.", f"It does not hold: {broken}", "")
    packed = Bundle(path=bundle, sha256=found.sha256, size=found.size, manifest=found.manifest)
    owner = _owner(found.manifest.student.email)
    known = services.ledger.latest(owner)
    progress(
        f"Sending {bundle.name} …" if account.configured else "No mail account is configured: writing to the outbox …"
    )
    delivery = deliver(
        packed, services.brief, owner=owner, transport=transport_for(account, settings.workspace / "outbox"), ledger=services.ledger,
        clock=services.clock, again=again or None,
    )  # fmt: skip
    data = delivery.model_dump(mode="json", exclude={"owner"})
    if known is not None and delivery.id == known.id:
        progress(
            f"Nothing was sent now: this is delivery {delivery.id} of the same bundle, {delivery.status.value} before."
        )
        if delivery.may_send_again:
            progress(f"To send it once more: python -m assistant send {bundle} --again {delivery.id}")
    if delivery.error is None:
        result(data, receipt_text(delivery), as_json=as_json)
        return
    if as_json:
        result(data, "", as_json=True)
    progress(f"{delivery.error} (delivery {delivery.id}, {delivery.status.value})")
    raise typer.Exit(1)


def _owner(address: str) -> str:
    try:
        return f"{_OWNER}:{checked_address(address).lower()}"[:64]
    except ValueError as error:
        raise DeliveryError(
            "The bundle was not sent.", f"The student's address in it is wrong: {error}.", ""
        ) from error


@command
def deliveries(as_json: Json = False) -> None:
    """List every delivery in the ledger, newest first."""
    settings, account = load_settings()
    rows = open_services(settings, account).ledger.deliveries()
    data = {"deliveries": [row.model_dump(mode="json", exclude={"owner"}) for row in rows]}
    lines = [
        f"{row.id}  {wording.moment(row.finished or row.confirmed, 'UTC')}  {row.status.value:<9}  {row.student.name}  "
        f"{row.sha256[:12]}  {row.reply}"
        for row in rows
    ]
    result(data, "\n".join(lines) or "The ledger is empty.", as_json=as_json)
