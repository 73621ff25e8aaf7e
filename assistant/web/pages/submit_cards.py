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
        groups.append(f'<div class="finding-group"><h2>{escape(name)}</h2>{wanting}{folded}</div>')
    return "".join(groups)


def bundle_card(package: Package | None, *, packaged_before: bool) -> str:
    """Return what the bundle holds; sizes and digests are folded away."""
    if package is None:
        if packaged_before:
            return note("Something changed since you packaged: package again, so that what goes out is what you see.")
        return note("Nothing is packaged yet. Packaging sends nothing: it shows you the mail first.")
    rows = [[entry.name, wording.size(entry.size), entry.sha256[:12]] for entry in package.files]
    honest = f"<p>Not in it: {escape('; '.join(package.missing))}.</p>" if package.missing else ""
    head = f"✓ Packaged: {wording.counted('file', len(package.files))}, {wording.size(package.size)}"
    listed = table(["File", "Size", "SHA-256 begins"], rows, f"bundle.zip, SHA-256 {package.sha256[:12]}…")
    return (
        f'<p class="packaged"><strong>{escape(head)}</strong></p>{honest}'
        f"<details><summary>Its files and digests</summary>{listed}"
        f"{download('files/bundle.zip', 'Download the bundle')}</details>"
    )


def mail_card(package: Package | None) -> str:
    """Return the mail exactly as it will go: its own HTML, in a frame of its own, and its plain text folded below."""
    if package is None:
        return ""
    if package.mail is None:
        return error_note(package.problem) if package.problem is not None else ""
    mail = package.mail
    pairs = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in mail.headers)
    # Nothing in the frame runs; it takes the height that the mail needs, also when the window gets another width.
    fit = (
        "const f=this,h=()=>{f.style.height=f.contentDocument.documentElement.offsetHeight+24+'px'};"
        "h();new ResizeObserver(h).observe(f)"
    )
    frame = (
        f'<iframe class="mail-body" title="The mail" sandbox="allow-same-origin" onload="{fit}" '
        f'srcdoc="{escape(mail.html)}"></iframe>'
    )
    return (
        f'<h2>The mail</h2><div class="mail"><dl>{pairs}</dl>{frame}</div>'
        f"<details><summary>As plain text</summary><pre class='mail-plain' tabindex='0'>{escape(mail.body)}</pre></details>"
        f'<p class="quiet">{wording.size(mail.size)} as it goes over the line; {wording.size(mail.limit)} are allowed.</p>'
    )


def web_mail_card(package: Package | None) -> str:
    """Return the ways to a new mail in a web mail, and the files to attach there."""
    if package is None or package.mail is None:
        return ""
    services = "".join(
        f'<li><a href="{escape(link.url)}" target="_blank" rel="noopener noreferrer">{escape(link.name)}</a></li>'
        for link in package.mail.compose
    )
    files = "".join(f"<li>{download(_address_of(name), name)}</li>" for name in package.mail.attached)
    return (
        "<p><strong>1.</strong> Download the files:</p>"
        f"<ul class='to-attach'>{files}</ul><p><strong>2.</strong> Open a new mail, filled in:</p><ul>{services}</ul>"
        "<p><strong>3.</strong> Drag the files into it, and press Send there.</p>"
    )


def _address_of(name: str) -> str:
    """Return where a file that the mail attaches can be downloaded."""
    stem, _, ending = name.rpartition(".")
    return f"files/project-{stem.removeprefix('report-')}/report.pdf" if ending == "pdf" else "files/bundle.zip"


def draft_card(package: Package | None) -> str:
    """Return the finished mail as a file."""
    if package is None or package.mail is None:
        return ""
    return (
        download("files/message.eml", "Download the finished mail (.eml)")
        + "<p>It has everything in it, the files too. Outlook, Apple Mail and Thunderbird open it as a draft: look at it and "
        "press Send there.</p>"
    )


def sent_note(handed: HandedOver) -> str:
    """Return how handing over ended."""
    if handed.waits:
        return note(handed.sentence, "warn")
    if not handed.by_hand:
        return note(handed.sentence, "fine")
    how = "Send it in one of the ways below, and say then that you have sent it."
    return note(f"{handed.sentence} {how}", "warn")


def deliveries_card(rows: Sequence[ShownDelivery]) -> str:
    """Return every attempt to hand in, newest first, each with its receipt."""
    cards = []
    for row in rows:
        recipients = "".join(f"<li>{escape(line)}</li>" for line in row.recipients)
        answer = f"<p>The server’s answer: {escape(row.reply)}</p>" if row.reply else ""
        cards.append(
            f'<div class="hand-in"><p><strong>{escape(row.when)} – {escape(row.status)}</strong></p>'
            f"<ul>{recipients}</ul>{answer}"
            + download(f"files/receipt-{row.id}.txt", f"Receipt of {row.when}")
            + "</div>"
        )
    return f"<h2>Deliveries, newest first</h2>{''.join(cards)}" if cards else ""
