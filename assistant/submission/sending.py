"""Hands a package over, once: how its delivery stands, sending it, and the receipts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.delivery.deliver import deliver
from assistant.delivery.delivery_record import Delivery, DeliveryStatus
from assistant.delivery.receipt import headline, receipt_text
from assistant.delivery.transports import transport_for
from assistant.errors import DeliveryError
from assistant.findings import Level
from assistant.submission.completeness import findings
from assistant.submission.packaging import Package, account_for, current
from assistant.submission.session import Desk


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


def send_state(desk: Desk, package: Package | None) -> SendState:
    """Say whether the package may be sent now, and how a delivery of it stands."""
    if package is None:
        return SendState(False, False, "Send", "", "info")
    account = account_for(desk, {})
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
    package = current(desk)
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
        package.bundle, desk.brief, owner=desk.owner, transport=transport_for(account_for(desk, given), desk.folder / "outbox"),
        ledger=desk.services.ledger, clock=desk.services.clock, again=repeat,
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
