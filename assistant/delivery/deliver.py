"""One attempt to hand a bundle over, from the student's confirmation to what the server said."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from assistant import wording
from assistant.brief import Brief, Timing
from assistant.bundle.pack import Bundle
from assistant.clock import Clock
from assistant.delivery.delivery_record import (
    DeliveredFile,
    Delivery,
    DeliveryStatus,
    Problem,
    Recipient,
    RecipientStatus,
    outcome_of,
)
from assistant.delivery.ledger_protocol import Bookkeeping
from assistant.delivery.message import ComposedMail, compose, recipients_of
from assistant.delivery.recipient_refusals import some_refused
from assistant.delivery.refusals import NotSentError, UncertainError
from assistant.delivery.transports import Acceptance, Transport
from assistant.errors import DeliveryError

# Letters and digits that nobody mixes up when reading an id aloud.
ID_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

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
    that is already there. Only when that one was refused, in part too, or is uncertain, and `again` names its id, a
    further attempt is made, with the same Message-ID, and only for those for whom the mail was not taken yet. How an attempt ended stands in the delivery's `status` and `problem`.

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
    mail = replace(mail, recipients=_with_what_is_known(mail.recipients, plan.latest))
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
        return ledger.finish(_uncertain(claimed, error, clock()))
    except BaseException:
        ledger.finish(_uncertain(claimed, UncertainError(_BROKE_OFF.what, "", _BROKE_OFF.fix), clock()))
        raise


def _with_what_is_known(recipients: tuple[Recipient, ...], latest: Delivery | None) -> tuple[Recipient, ...]:
    """Return the recipients; those for whom an earlier attempt was taken keep that, and are not sent to again."""
    earlier = latest.recipients if latest is not None else ()
    known = {one.address: one for one in earlier if one.status is RecipientStatus.ACCEPTED}
    return tuple(known.get(recipient.address, recipient) for recipient in recipients)


def _ended(
    claimed: Delivery,
    moment: datetime,
    recipients: tuple[Recipient, ...],
    *,
    reply: str = "",
    problem: Problem | None = None,
) -> Delivery:
    status = outcome_of(recipients)
    known = {"status": status, "recipients": recipients, "finished": moment, "reply": reply, "problem": problem}
    return claimed.model_copy(update=known)


def _accepted(claimed: Delivery, acceptance: Acceptance, moment: datetime) -> Delivery:
    """Return what is known when the mail was taken for those of the recipients whom the server took."""
    recipients = []
    for recipient in claimed.recipients:
        address, status = recipient.address, RecipientStatus.ACCEPTED
        if recipient.status is RecipientStatus.ACCEPTED:
            recipients.append(recipient)
            continue
        if address in acceptance.refused:
            status = RecipientStatus.REFUSED
        reply = acceptance.refused.get(address) or acceptance.replies.get(address, "")
        recipients.append(recipient.model_copy(update={"status": status, "reply": reply}))
    ended = _ended(claimed, moment, tuple(recipients), reply=acceptance.reply)
    return ended.model_copy(update={"problem": some_refused(ended)})


def _refused(claimed: Delivery, error: NotSentError, moment: datetime) -> Delivery:
    """Return what is known when nobody got the mail now; whoever got it before still has it."""
    recipients = tuple(
        recipient
        if recipient.status is RecipientStatus.ACCEPTED
        else recipient.model_copy(
            update={"status": RecipientStatus.REFUSED, "reply": error.replies[recipient.address]}
            if recipient.address in error.replies
            else {"status": RecipientStatus.WITHHELD}
        )
        for recipient in claimed.recipients
    )
    problem = Problem(what=error.what, evidence=error.evidence, fix=error.fix, temporary=error.temporary)
    return _ended(claimed, moment, recipients, problem=problem, reply=error.reply)


def _uncertain(claimed: Delivery, error: UncertainError, moment: datetime) -> Delivery:
    """Return what is known when the line died after the mail; whom the server did not take has certainly not got it."""
    recipients = tuple(
        recipient.model_copy(update={"status": RecipientStatus.REFUSED, "reply": error.refused[recipient.address]})
        if recipient.address in error.refused
        else recipient
        for recipient in claimed.with_recipients(RecipientStatus.UNCERTAIN)
    )
    problem = Problem(what=error.what, evidence=error.evidence, fix=error.fix)
    return _ended(claimed, moment, recipients, problem=problem)


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
        id="".join(secrets.choice(ID_LETTERS) for _ in range(10)),
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
