"""The pieces of the Submit page: what is complete, the bundle, the mail, and every attempt to hand it in."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant import wording
from assistant.findings import Finding, Level
from assistant.submission.packaging import Package
from assistant.submission.sending import HandedOver, ShownDelivery
from assistant.web.html import download, error_note, findings_list, note, table


def grouped_findings(findings: Sequence[Finding], titles: Sequence[str]) -> str:
    """Return what is complete and what is not, by project, which `titles` name; what is fine is folded away under its number."""
    groups = []
    for number in (None, *range(1, len(titles) + 1)):
        own = [finding for finding in findings if finding.project == number]
        if not own:
            continue
        title = titles[number - 1] if number else ""
        name = "You and the deadline" if number is None else f"Project {number}" + (f" – {title}" if title else "")
        fine = [finding for finding in own if finding.level is Level.FINE]
        folded = (
            f"<details><summary>✓ {len(fine)} of {len(own)} complete</summary>{findings_list(fine)}</details>"
            if fine
            else ""
        )
        wanting = findings_list(finding for finding in own if finding.level is not Level.FINE)
        groups.append(f'<div class="finding-group"><h4>{escape(name)}</h4>{wanting}{folded}</div>')
    return "".join(groups)


def bundle_card(package: Package | None, *, packaged_before: bool) -> str:
    """Return the bundle's files and size."""
    if package is None:
        if packaged_before:
            return note("Something changed since you packaged: package again, so that what goes out is what you see.")
        return note("Nothing is packaged yet: press the button when you want to see the bundle and the mail.")
    rows = [[entry.name, wording.size(entry.size), entry.sha256[:12]] for entry in package.files]
    missing = "".join(f"<li>{escape(text)}</li>" for text in package.missing)
    honest = f"<p>Not in it:</p><ul>{missing}</ul>" if missing else ""
    return (
        table(
            ["File", "Size", "SHA-256 begins"],
            rows,
            f"bundle.zip, {wording.size(package.size)}, {package.sha256[:12]}…",
        )
        + honest
        + download("files/bundle.zip", "Download the bundle")
    )


def mail_card(package: Package | None) -> str:
    """Return the mail exactly as it will go."""
    if package is None:
        return ""
    if package.mail is None:
        return error_note(package.problem) if package.problem is not None else ""
    mail = package.mail
    pairs = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in mail.headers)
    return (
        f'<h3>The mail</h3><div class="mail"><dl>{pairs}</dl><pre>{escape(mail.body)}</pre></div>'
        f"<p>{wording.size(mail.size)} as it goes over the line; {wording.size(mail.limit)} are allowed.</p>"
        + download("files/message.eml", "Download the finished mail (.eml)")
    )


def sent_note(handed: HandedOver) -> str:
    """Return how handing over ended; a mail that only lies in the outbox can be taken from here."""
    if handed.waits:
        return note(handed.sentence, "warn")
    if not handed.by_hand:
        return note(handed.sentence, "fine")
    how = "Download it, open it in your own mail program and send it from there."
    return note(f"{handed.sentence} {how}", "warn") + download("files/message.eml", "Download the finished mail (.eml)")


def deliveries_card(rows: Sequence[ShownDelivery]) -> str:
    """Return every attempt to hand in, newest first, each with its receipt."""
    cards = []
    for row in rows:
        recipients = "".join(f"<li>{escape(line)}</li>" for line in row.recipients)
        answer = f"<p>The server’s answer: {escape(row.reply)}</p>" if row.reply else ""
        cards.append(
            f'<div class="hand-in"><p><strong>{escape(row.when)} – {escape(row.status)}</strong></p>'
            f"<ul>{recipients}</ul>{answer}<p>Bundle {escape(row.sha256[:12])}…</p>"
            + download(f"files/receipt-{row.id}.txt", f"Receipt of {row.when}")
            + "</div>"
        )
    return f"<h4>Deliveries, newest first</h4>{''.join(cards)}" if cards else ""
