"""The deadline and the recipients that a student sets for their own hand-in, in a local run."""

from __future__ import annotations

from assistant.brief import checked_address, parse_deadline
from assistant.errors import BriefError
from assistant.submission.session import Desk


def apply(desk: Desk, deadline: str, recipients: str) -> str:
    """Keep a deadline and recipients (empty: as in the brief); raise BriefError when they are wrong or not allowed."""
    if not desk.own_rules_allowed:
        raise BriefError(
            "Deadline and recipients cannot be changed here.", "This server is hosted for a course.", "Ask the course."
        )
    try:
        if deadline.strip():
            parse_deadline(deadline)
    except ValueError as error:
        raise BriefError(
            "The deadline was not understood.", f"{error}.", "Correct it; the old one still holds."
        ) from error
    try:
        for part in recipients.split(","):
            if part.strip():
                checked_address(part)
    except ValueError as error:
        raise BriefError("A recipient is wrong.", f"{error}.", "Correct it; the old ones still hold.") from error
    desk.change(
        lambda draft: draft.model_copy(
            update={
                "own_deadline": deadline.strip(),
                "own_recipients": ", ".join(p.strip() for p in recipients.split(",") if p.strip()),
            }
        )
    )
    return ""
