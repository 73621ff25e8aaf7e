"""Addresses that open a new mail in a web mail or a mail program, with addresses, subject and text filled in.

Files cannot be given this way: they are attached by hand, and the text says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from assistant.delivery.message import ComposedMail

# Longer addresses are cut off by some browsers, and refused by some of the services.
LONGEST = 7_000


@dataclass(frozen=True)
class ComposeLink:
    """A way to a new mail: the name of the service, and its address."""

    name: str
    url: str


# Name, address, and how the service calls subject and text; all of them take `to` and `cc`.
_SERVICES = (
    ("Gmail", "https://mail.google.com/mail/?view=cm&fs=1&", "su", "body"),
    ("Outlook (school or work)", "https://outlook.office.com/mail/deeplink/compose?", "subject", "body"),
    ("Outlook.com", "https://outlook.live.com/mail/0/deeplink/compose?", "subject", "body"),
    ("Yahoo Mail", "https://compose.mail.yahoo.com/?", "subject", "body"),
)


def compose_links(mail: ComposedMail) -> tuple[ComposeLink, ...]:
    """Return the addresses that open this mail in the services, in the order in which they are offered."""
    return tuple(ComposeLink(name, _filled(base, subject, text, mail)) for name, base, subject, text in _SERVICES)


def _filled(base: str, subject: str, text: str, mail: ComposedMail) -> str:
    to = ",".join(one.address for one in mail.recipients if one.role == "to")
    cc = ",".join(one.address for one in mail.recipients if one.role == "cc")
    fields = [("to", to), *([("cc", cc)] if cc else []), (subject, mail.subject)]
    start = base + "&".join(f"{name}={quote(value, safe='@,')}" for name, value in fields)
    room = LONGEST - len(start) - len(text) - 2
    return f"{start}&{text}={_shortened(by_hand_text(mail.body, mail.attached), room)}"


def by_hand_text(body: str, attached: Sequence[str]) -> str:
    """Return the text of the mail for somebody who still has to attach its files."""
    return f"[Attach before sending: {', '.join(attached)}. Then remove this line.]\n\n{body}"


def _shortened(text: str, room: int) -> str:
    """Return a text as it stands in an address, cut after a line where it would be too long."""
    end = quote("…\nThe rest stands in the attached bundle.\n", safe="")
    whole = quote(text, safe="")
    if len(whole) <= room:
        return whole
    kept = ""
    for line in text.splitlines(keepends=True):
        longer = kept + quote(line, safe="")
        if len(longer) + len(end) > room:
            break
        kept = longer
    return kept + end
