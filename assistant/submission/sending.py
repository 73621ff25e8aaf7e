"""Hands a package over, once: how its delivery stands, sending it, and the receipts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from assistant.delivery.deliver import deliver
from assistant.delivery.delivery_record import Delivery, DeliveryStatus
from assistant.delivery.receipt import headline, receipt_text
from assistant.errors import DeliveryError
from assistant.findings import Level
from assistant.submission.colab_link import ask_links, current_check
from assistant.submission.packaging import Package, TypedAccount, account_for, outbox_of, transport_of
from assistant.submission.submit_findings import deadline_findings
from assistant.wording import span

if TYPE_CHECKING:
    from assistant.submission.session import Session
    from assistant.submission.snapshot import Snapshot


@dataclass(frozen=True)
class SendState:
    """Whether the mail may go now, and how its delivery stands; `waits` while a mail server has not answered yet."""

    may_send: bool
    may_repeat: bool
    button: str
    sentence: str
    kind: str
    waits: bool = False
    may_say_sent: bool = False  # the student may say that they sent it themselves
    may_take_back: bool = False  # they said so


@dataclass(frozen=True)
class ShownDelivery:
    """One line of the list of deliveries."""

    id: str
    when: str
    status: str
    recipients: tuple[str, ...]
    reply: str
    sha256: str


@dataclass(frozen=True)
class HandedOver:
    """How handing over ended, in a sentence; `by_hand` when the mail lies in the outbox and the student has to send it.

    `waits` when a mail server has not answered yet.
    """

    sentence: str
    by_hand: bool
    waits: bool = False


PATIENCE = 15.0  # seconds

_KINDS = {
    DeliveryStatus.ACCEPTED: "fine",
    DeliveryStatus.PARTLY: "warn",
    DeliveryStatus.OUTBOX: "info",
    DeliveryStatus.BY_HAND: "info",
    DeliveryStatus.UNCERTAIN: "warn",
    DeliveryStatus.REFUSED: "block",
}


# Of these it is known who has not got the mail: sending to them again doubles nothing.
_CERTAIN = (DeliveryStatus.REFUSED, DeliveryStatus.PARTLY)


def send_state(snapshot: Snapshot) -> SendState:
    """Say whether the package may be sent now, and how a delivery of it stands."""
    package = snapshot.package
    if package is None:
        return SendState(False, False, "Send", "", "info")
    button = "Send" if account_for(snapshot, None) or snapshot.own_rules_allowed else "Make the mail for me"
    latest = _latest(snapshot, package)
    if latest is None:
        if not package.recipients:
            return SendState(False, False, button, "The mail cannot go yet: see above.", "warn")
        return SendState(True, False, button, "", "info", may_say_sent=True)
    sentence = headline(latest) + (f" {latest.problem}" if latest.problem else "")
    kind = _KINDS.get(latest.status, "info")
    match latest.status:
        case DeliveryStatus.REFUSED:
            return SendState(True, False, "Try again", sentence, kind, may_say_sent=True)
        case DeliveryStatus.PARTLY:
            return SendState(True, False, "Send to those who have not got it", sentence, kind)
        case DeliveryStatus.UNCERTAIN:
            return SendState(False, True, button, sentence, kind)
        case DeliveryStatus.BY_HAND:
            return SendState(False, True, button, sentence, kind, may_take_back=True)
        case DeliveryStatus.SENDING:
            return SendState(False, False, button, sentence, kind, waits=True)
    nothing_left = latest.status in (DeliveryStatus.OUTBOX, DeliveryStatus.PREPARED)
    return SendState(nothing_left, False, button, sentence, kind, may_say_sent=nothing_left)


def sends_itself(snapshot: Snapshot) -> bool:
    """Tell whether the host set up an account through which the page sends."""
    return account_for(snapshot, None) is not None


def way_ahead(snapshot: Snapshot) -> str:
    """Return in words, before anything is pressed, what this page will do with the mail."""
    account = account_for(snapshot, None)
    if account is not None:
        return f"This page sends the mail for you, through {account.host}, or you send it yourself: as you like."
    rest = (
        " If you have a mail account whose password programs may use, you can give it below."
        if (snapshot.own_rules_allowed)
        else ""
    )
    return (
        "No mail account is set up here, so this page makes the finished mail, and you send it: in your web mail, or with "
        f"your mail program.{rest}"
    )


def say_sent(session: Session) -> str:
    """Keep that the student sent the mail themselves, and return in words how that stands; raise DeliveryError.

    What they sent is kept in the outbox, so that it is known later what that was.
    """
    snapshot = session.snapshot
    package = snapshot.package
    if package is None:
        raise DeliveryError(
            "It was not noted that you sent it.", "Something changed after it was packaged.",
            "What you sent is not what stands here now: package again, and send that.",
        )  # fmt: skip
    services, latest = session.services, _latest(snapshot, package)
    if latest is None or latest.status is not DeliveryStatus.OUTBOX:
        repeat = latest.id if latest is not None and latest.status is DeliveryStatus.REFUSED else None
        latest = deliver(
            package.bundle, snapshot.brief, owner=session.owner, transport=outbox_of(snapshot),
            ledger=services.ledger, clock=services.clock, again=repeat,
        )  # fmt: skip
    said = services.ledger.say_sent(latest)
    session.refresh()
    return headline(said)


def take_back(session: Session) -> str:
    """Keep that the student has not sent the mail after all, and return in words how it stands; raise DeliveryError."""
    snapshot = session.snapshot
    latest = _latest(snapshot, snapshot.package) if snapshot.package is not None else None
    if latest is None or latest.status is not DeliveryStatus.BY_HAND:
        raise DeliveryError("There is nothing to take back.", "", "Look at the list of deliveries.")
    back = session.services.ledger.take_back(latest)
    session.refresh()
    return headline(back)


def _latest(snapshot: Snapshot, package: Package) -> Delivery | None:
    return snapshot.services.ledger.plan(snapshot.owner, package.sha256, package.recipients).latest


def send(
    session: Session,
    confirmed: bool,
    account: TypedAccount | None = None,
    *,
    again: bool = False,
    although: bool = False,
    patience: float = PATIENCE,
) -> HandedOver:
    """Hand the package over once and return how that ended; pressing again never sends an accepted mail twice.

    `account` is the page's mail account. `again` is the student's decision to repeat an uncertain one, `although` to send in
    spite of a link that the course cannot open. Where the links lead is asked once more before. A server that
    is silent for longer than `patience` (seconds) is waited for further, apart from the press, which says so. Raises
    DeliveryError when nothing could be sent or it is not known whether it was.
    """
    if not confirmed:
        raise DeliveryError(
            "The mail was not sent.", "You have not confirmed it yet.", "Look at the mail and tick the box."
        )
    snapshot = session.snapshot
    package = snapshot.package
    if package is None:
        raise DeliveryError(
            "The mail was not sent.", "Something changed after it was packaged.", "Package again and look at the mail."
        )
    blocking = [finding for finding in deadline_findings(snapshot) if finding.level is Level.BLOCK]
    if blocking:
        raise DeliveryError("The mail was not sent.", str(blocking[0]), "")
    latest = _latest(snapshot, package)
    repeat = None
    if latest is not None and (latest.status in _CERTAIN or (again and latest.may_send_again)):
        repeat = latest.id
    if latest is None or repeat is not None or latest.status in (DeliveryStatus.PREPARED, DeliveryStatus.OUTBOX):
        _ask_links_again(session, although)
    services = session.services
    transport = transport_of(snapshot, account)
    delivery = _within(
        patience,
        lambda: deliver(
            package.bundle, snapshot.brief, owner=session.owner, transport=transport, ledger=services.ledger,
            clock=services.clock, again=repeat,
        ),
    )  # fmt: skip
    session.refresh()
    if delivery is None or delivery.status is DeliveryStatus.SENDING:
        return HandedOver(_silent(patience), by_hand=False, waits=True)
    if delivery.error is not None:
        raise delivery.error
    by_hand = delivery.status is DeliveryStatus.OUTBOX
    file = f" The file is {delivery.outbox_file}." if delivery.outbox_file and snapshot.own_rules_allowed else ""
    return HandedOver(headline(delivery) + file, by_hand)


def _ask_links_again(session: Session, although: bool) -> None:
    """Ask where the links lead, right before the mail goes; raise DeliveryError when that changed, or one does not open."""
    ask_links(session)
    snapshot = session.snapshot
    if (blocked := blocking_links(snapshot)) and not although:
        raise DeliveryError(
            "The mail was not sent.", blocked[0], "Mend the link, or say that you send it all the same."
        )
    if snapshot.package is None:
        said = [
            str(check.finding.what) for project in snapshot.projects if (check := current_check(project)) is not None
        ]
        raise DeliveryError(
            "The mail was not sent: what is known of a Colab link has changed.", " ".join(said),
            "Package again, so that the mail says what is true now.",
        )  # fmt: skip


def blocking_links(snapshot: Snapshot) -> tuple[str, ...]:
    """Return in words what is wrong with the Colab links that would go out, by what came out when they were asked for."""
    return tuple(
        f"Project {project.number}: {check.finding}"
        for project in snapshot.projects
        if project.current_link is not None
        and (check := current_check(project)) is not None
        and check.finding.level is Level.BLOCK
    )


def _within(patience: float, work: Callable[[], Delivery]) -> Delivery | None:
    """Return what some work gives, or raise what it raises; None when it takes longer and goes on without this press."""
    ended: list[Delivery | BaseException] = []

    def run() -> None:
        try:
            ended.append(work())
        except BaseException as error:
            ended.append(error)

    # It holds nobody up who ends the program: what is being sent then is written down as that.
    thread = threading.Thread(target=run, name="sending", daemon=True)
    thread.start()
    thread.join(patience)
    if not ended:
        return None
    if isinstance(ended[0], BaseException):
        raise ended[0]
    return ended[0]


def _silent(patience: float) -> str:
    return (
        f"BEING SENT. The mail server has said nothing for {span(patience)}. It may take up to ten minutes to answer; "
        "this page shows the answer when it comes, also when you close it and come back. Do not send the mail another "
        "way meanwhile, or it may arrive twice."
    )


def shown_deliveries(snapshot: Snapshot) -> tuple[ShownDelivery, ...]:
    """Return every attempt of this student, newest first."""
    zone = snapshot.brief.submission.deadline.local.tzinfo
    return tuple(
        ShownDelivery(
            id=delivery.id,
            when=_when(delivery.finished or delivery.confirmed, zone),
            status=delivery.status.value,
            recipients=tuple(f"{recipient.address}: {recipient.status}" for recipient in delivery.recipients),
            reply=delivery.reply,
            sha256=delivery.sha256,
        )
        for delivery in snapshot.deliveries
    )


def _when(moment: datetime, zone: tzinfo | None) -> str:
    return f"{moment.astimezone(zone):%d %b %Y %H:%M:%S %Z}"


def receipt(snapshot: Snapshot, delivery_id: str) -> str:
    """Return a delivery's receipt as text; raise DeliveryError when this student has no such delivery."""
    for delivery in snapshot.deliveries:
        if delivery.id == delivery_id:
            return receipt_text(delivery)
    raise DeliveryError("There is no such receipt.", "", "Open the list of deliveries on the Submit page.")
