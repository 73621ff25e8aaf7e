"""One attempt to hand a bundle over, from the student's confirmation to what the server said."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path

from assistant import wording
from assistant.brief import Brief, Timing
from assistant.bundle.pack import Bundle
from assistant.clock import Clock
from assistant.delivery.delivery_record import DeliveredFile, Delivery, DeliveryStatus, Problem, RecipientStatus
from assistant.delivery.ledger_protocol import Bookkeeping
from assistant.delivery.message import ComposedMail, compose, recipients_of
from assistant.delivery.refusals import NotSentError, UncertainError
from assistant.delivery.transports import Acceptance, Transport
from assistant.errors import DeliveryError

# Letters and digits that nobody mixes up when reading an id aloud.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

_BROKE_OFF = Problem(
    what="Sending broke off, so nobody here can tell whether the mail arrived.",
    fix="Ask a recipient, or look for the copy in your own mailbox, before you decide to send it again.",
)


def preview(
    bundle: Bundle, brief: Brief, *, owner: str, transport: Transport, ledger: Bookkeeping, clock: Clock
) -> ComposedMail:
    """Return the mail exactly as it would go this way if it were confirmed now; sends and writes nothing.

    Raises DeliveryError like `deliver`, except that a deadline that refuses is not one here.
    """
    addresses = [recipient.address for recipient in recipients_of(brief, bundle.manifest.student.email)]
    plan = ledger.plan(owner, bundle.sha256, addresses)
    return compose(
        bundle,
        brief,
        sender=transport.sender,
        moment=clock(),
        message_id=plan.message_id,
        submission=plan.submission,
    )


def deliver(
    bundle: Bundle,
    brief: Brief,
    *,
    owner: str,
    transport: Transport,
    ledger: Bookkeeping,
    clock: Clock,
    again: str | None = None,
) -> Delivery:
    """Hand a bundle over once, the way that `transport` goes, and return what the ledger says afterwards.

    The same bundle to the same recipients goes out once: a second press, another tab or a restart gets the delivery
    that is already there. Only when that one was refused or is uncertain, and `again` names its id, a further attempt
    is made, with the same Message-ID. How an attempt ended stands in the delivery's `status` and `problem`.

    Raises DeliveryError, before anything is written down, when the deadline has passed and the course refuses late
    hand-ins, or the mail cannot be composed.
    """
    confirmed = clock()
    addresses = [recipient.address for recipient in recipients_of(brief, bundle.manifest.student.email)]
    plan = ledger.plan(owner, bundle.sha256, addresses)
    if plan.latest and not plan.allows(again):
        return plan.latest
    if brief.timing(confirmed) is Timing.REFUSED:
        raise _too_late(brief, confirmed)
    mail = compose(
        bundle,
        brief,
        sender=transport.sender,
        moment=confirmed,
        message_id=plan.message_id,
        submission=plan.submission,
    )
    if not transport.leaves and (written := _already_written(plan.latest, mail)):
        return written
    delivery = ledger.prepare(_record(bundle, brief, owner, mail, confirmed, plan.submission, transport.server), again)
    if delivery.status is not DeliveryStatus.PREPARED:
        return delivery
    if not transport.leaves:
        with transport.hand_over(mail, _file_name(delivery)) as acceptance:
            return ledger.put_in_outbox(_written(delivery, acceptance, clock()))
    claimed = ledger.claim(delivery)
    if claimed is None:  # another tab or process was faster, and its attempt is this one
        return ledger.get(delivery.id) or delivery
    return _send(claimed, mail, transport, ledger, clock)


def _send(claimed: Delivery, mail: ComposedMail, transport: Transport, ledger: Bookkeeping, clock: Clock) -> Delivery:
    try:
        with transport.hand_over(mail, _file_name(claimed)) as acceptance:
            # At once: the server's farewell may take long or never come, and a lid may be closed meanwhile.
            return ledger.finish(_accepted(claimed, acceptance, clock()))
    except NotSentError as error:
        return ledger.finish(_refused(claimed, error, clock()))
    except UncertainError as error:
        problem = Problem(what=error.what, evidence=error.evidence, fix=error.fix)
        return ledger.finish(_uncertain(claimed, problem, clock()))
    except BaseException:
        ledger.finish(_uncertain(claimed, _BROKE_OFF, clock()))
        raise


def _accepted(claimed: Delivery, acceptance: Acceptance, moment: datetime) -> Delivery:
    recipients = tuple(
        recipient.model_copy(
            update={"status": RecipientStatus.ACCEPTED, "reply": acceptance.replies.get(recipient.address, "")}
        )
        for recipient in claimed.recipients
    )
    changes = {"status": DeliveryStatus.ACCEPTED, "reply": acceptance.reply, "recipients": recipients}
    return claimed.model_copy(update={**changes, "finished": moment})


def _refused(claimed: Delivery, error: NotSentError, moment: datetime) -> Delivery:
    recipients = tuple(
        recipient.model_copy(
            update={"status": RecipientStatus.REFUSED, "reply": error.replies[recipient.address]}
            if recipient.address in error.replies
            else {"status": RecipientStatus.WITHHELD}
        )
        for recipient in claimed.recipients
    )
    problem = Problem(what=error.what, evidence=error.evidence, fix=error.fix, temporary=error.temporary)
    changes = {"status": DeliveryStatus.REFUSED, "problem": problem, "reply": error.reply, "recipients": recipients}
    return claimed.model_copy(update={**changes, "finished": moment})


def _uncertain(claimed: Delivery, problem: Problem, moment: datetime) -> Delivery:
    recipients = claimed.with_recipients(RecipientStatus.UNCERTAIN)
    changes = {"status": DeliveryStatus.UNCERTAIN, "problem": problem, "recipients": recipients}
    return claimed.model_copy(update={**changes, "finished": moment})


def _file_name(delivery: Delivery) -> str:
    return f"{delivery.confirmed:%Y%m%d-%H%M%S}-{delivery.id}"


def _written(delivery: Delivery, acceptance: Acceptance, moment: datetime) -> Delivery:
    return delivery.model_copy(
        update={
            "status": DeliveryStatus.OUTBOX,
            "recipients": delivery.with_recipients(RecipientStatus.OUTBOX),
            "outbox_file": str(acceptance.file),
            "finished": moment,
        }
    )


def _already_written(latest: Delivery | None, mail: ComposedMail) -> Delivery | None:
    """Return the delivery whose file in the outbox still says the same, so that a second press writes no second one."""
    if latest is None or latest.status is not DeliveryStatus.OUTBOX or latest.timing is not mail.timing:
        return None
    return latest if latest.outbox_file and Path(latest.outbox_file).is_file() else None


def _record(
    bundle: Bundle,
    brief: Brief,
    owner: str,
    mail: ComposedMail,
    confirmed: datetime,
    submission: int,
    server: str,
) -> Delivery:
    return Delivery(
        id="".join(secrets.choice(_ALPHABET) for _ in range(10)),
        owner=owner,
        submission=submission,
        course=brief.title,
        student=bundle.manifest.student,
        timing=mail.timing,
        deadline=brief.submission.deadline,
        subject=mail.subject,
        sender=mail.sender,
        server=server,
        message_id=mail.message_id,
        mail_size=mail.size,
        bundle=bundle.path.name,
        sha256=bundle.sha256,
        size=bundle.size,
        files=tuple(
            DeliveredFile(name=entry.name, size=entry.size, sha256=entry.sha256) for entry in bundle.manifest.files
        ),
        attached=mail.attached,
        recipients=mail.recipients,
        confirmed=confirmed,
    )


def _too_late(brief: Brief, confirmed: datetime) -> DeliveryError:
    deadline = brief.submission.deadline
    late = wording.span((confirmed - deadline.moment).total_seconds())
    return DeliveryError(
        "The deadline has passed, and the course does not take late hand-ins, so nothing was sent.",
        f"It was {deadline}; it is now {wording.moment(confirmed, deadline.zone)}, {late} later.",
        "Ask the course whether it makes an exception; the bundle can be downloaded and kept.",
    )
