"""What a mail server said of single recipients, in sentences for the student."""

from __future__ import annotations

from collections.abc import Mapping

from assistant import wording
from assistant.delivery.delivery_record import Delivery, Problem, RecipientStatus
from assistant.delivery.refusals import NotSentError, mailbox_full, reply_text


def recipients_refusal(refused: Mapping[str, tuple[int, bytes]]) -> NotSentError:
    """Say that the server takes the mail for none of the recipients, and why."""
    replies = {address: reply_text(code, reply) for address, (code, reply) in refused.items()}
    names = wording.listed(list(replies))
    return NotSentError(
        f"The server does not take mail for {names}, so the mail was sent to nobody.",
        "It answered: " + "; ".join(replies.values()) + ".",
        recipient_fix(replies),
        temporary=all(code < 500 for code, _ in refused.values()),
        replies=replies,
    )


def some_refused(delivery: Delivery) -> Problem | None:
    """Say which of the course's recipients the server did not take, while others have the mail; None when it took all."""
    refused = {
        recipient.address: recipient.reply
        for recipient in delivery.recipients
        if recipient.role == "to" and recipient.status is RecipientStatus.REFUSED
    }
    if not refused:
        return None
    have = wording.listed(delivery.addresses(RecipientStatus.ACCEPTED))
    return Problem(
        what=f"The server took the mail for {have}, and not for {wording.listed(list(refused))}.",
        evidence="It answered: " + "; ".join(refused.values()) + ".",
        fix=f"{recipient_fix(refused)} Sending again goes only to those who have not got it.",
        temporary=all(reply.startswith("4") for reply in refused.values()),
    )


def recipient_fix(replies: Mapping[str, str]) -> str:
    """Return what helps when a server does not take mail for these addresses, by what it answered to each."""
    full = [address for address, reply in replies.items() if mailbox_full(reply)]
    if full:
        others = {address: reply for address, reply in replies.items() if address not in full}
        said = f"The mailbox of {wording.listed(full)} is full: the address is right, and its owner has to make room. "
        return f"{said}{recipient_fix(others) if others else 'Tell them, and try again later.'}"
    if all(reply.startswith("4") for reply in replies.values()):
        return "Try again in some minutes."
    return f"Check the address {wording.listed(list(replies))} letter by letter."
