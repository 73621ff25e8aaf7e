"""The receipt of a delivery: what can be shown later to prove what was handed over, when, and what the server said."""

from __future__ import annotations

from assistant import wording
from assistant.delivery.delivery_record import Delivery, DeliveryStatus, RecipientStatus
from assistant.delivery.mail_text import status_word

_HEADLINES = {
    DeliveryStatus.PREPARED: "NOT SENT YET. The mail was prepared, and nothing has left this machine.",
    DeliveryStatus.SENDING: "BEING SENT. The mail server has not answered yet; do not send the mail another way meanwhile.",
    DeliveryStatus.ACCEPTED: "ON ITS WAY. Your mail server took the mail over for {have}.",
    DeliveryStatus.PARTLY: "ON ITS WAY TO SOME. Your mail server took the mail over for {have}, and not for {have_not}.",
    DeliveryStatus.REFUSED: "NOT SENT. Nobody got the mail.",
    DeliveryStatus.UNCERTAIN: "NOT KNOWN. The mail may have arrived or not.{although}",
    DeliveryStatus.OUTBOX: "IN THE OUTBOX, NOT SENT. The finished mail lies in a file; it has to be sent by hand.",
    DeliveryStatus.BY_HAND: "SENT BY YOU, AS YOU SAY. Nobody here has seen whether it left or arrived.",
}


def headline(delivery: Delivery) -> str:
    """Return in one line how the delivery stands, and who has the mail."""
    have = delivery.addresses(RecipientStatus.ACCEPTED)
    have_not = [one.address for one in delivery.recipients if one.role == "to" and one.address not in have]
    line = _HEADLINES[delivery.status].format(
        have=wording.listed(have),
        have_not=wording.listed(have_not),
        although=f" It was taken for {wording.listed(have)} before." if have else "",
    )
    copies = [one for one in delivery.recipients if one.role == "cc" and one.status is RecipientStatus.REFUSED]
    if have and copies:
        line += f" Your own copy for {copies[0].address} was not taken: {copies[0].reply.rstrip('.')}."
    return line


def receipt_text(delivery: Delivery) -> str:
    """Return the receipt as plain text, with moments in the course's zone."""
    zone = delivery.deadline.zone
    student = delivery.student
    finished = "Accepted" if delivery.status is DeliveryStatus.ACCEPTED else "Ended"
    rows = [
        ("Receipt", delivery.id),
        ("Course", delivery.course),
        ("Student", ", ".join(part for part in (student.name, student.email, student.registration) if part)),
        ("Status", f"{status_word(delivery.timing, delivery.submission)}, attempt {delivery.attempt}"),
        ("Deadline", str(delivery.deadline)),
        ("Confirmed", wording.moment(delivery.confirmed, zone)),
        (finished, wording.moment(delivery.finished, zone) if delivery.finished else "not yet"),
        ("Server", f"{delivery.server or 'none'}{f' said: {delivery.reply}' if delivery.reply else ''}"),
        ("Subject", delivery.subject),
        ("Message-ID", delivery.message_id),
        ("Outbox file", delivery.outbox_file or ""),
        ("Bundle", f"{delivery.bundle}, {wording.size(delivery.size)}"),
        ("SHA-256", delivery.sha256),
    ]
    lines = [headline(delivery), ""]
    lines += [f"{name + ':':<13}{value}" for name, value in rows if value]
    if delivery.problem:
        lines += ["", f"What happened: {delivery.problem}"]
    lines += ["", "Recipients:"]
    for recipient in delivery.recipients:
        copy = " (copy)" if recipient.role == "cc" else ""
        reply = f": {recipient.reply}" if recipient.reply else ""
        lines.append(f"  {recipient.address}{copy} – {recipient.status}{reply}")
    lines += ["", f"Attached: {', '.join(delivery.attached)}", f"Files in {delivery.bundle}:"]
    lines += [f"  {file.sha256}  {file.name} ({wording.size(file.size)})" for file in delivery.files]
    return "\n".join(lines) + "\n"


def receipt_json(delivery: Delivery) -> str:
    """Return the receipt as JSON; the student's key in the database is left out."""
    return delivery.model_dump_json(indent=2, exclude={"owner"}) + "\n"
