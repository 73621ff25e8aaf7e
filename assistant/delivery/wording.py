"""Numbers, sizes, times and names as they stand in a mail or a receipt."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.brief import Brief, Deadline, Timing

# They join letters in Indic scripts and in emoji; every other invisible character is dropped from a line.
_JOINERS = "\u200c\u200d"


def one_line(text: str, longest: int = 200) -> str:
    """Return a text as one line without control or direction signs, shortened to `longest` characters."""
    spaced = " ".join(text.split())
    visible = "".join(x for x in spaced if x in _JOINERS or unicodedata.category(x)[0] != "C")
    line = " ".join(visible.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def header_text(text: str, longest: int = 200) -> str:
    """Return a text as one line that can stand in a header.

    Python's mail library reads what looks like an encoded word (RFC 2047) in a value that is set, line breaks in it
    too, and writes those out: so nothing may look like one.
    """
    return one_line(text, longest).replace("=?", "= ?")


def size_text(size: int) -> str:
    """Return a size in bytes in the unit a person would choose, such as "214 kB"."""
    if size < 1_000:
        return f"{size} B"
    if size < 999_500:
        return f"{size / 1e3:.0f} kB"
    return f"{size / 1e6:.1f} MB"


def number_text(number: float) -> str:
    """Return a number with three significant digits, and without an exponent where a person would write none."""
    if abs(number) >= 999.5:
        return f"{number:,.0f}"
    if number and abs(number) < 1e-4:
        return f"{number:.2e}"
    return f"{number:#.3g}".rstrip(".")


def span_text(seconds: float) -> str:
    """Return a span of time in its largest unit that fits, such as "3 days"."""
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count:,} {name}{'' if count == 1 else 's'}"
    return "less than a minute"


def moment_text(moment: datetime, zone: str) -> str:
    """Return a moment in a zone, such as "2023-01-15 21:04:10 Asia/Kolkata"."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S} {zone}"


def status_word(timing: Timing, submission: int) -> str:
    """Return how a hand-in stands, such as "on time" or "late, resubmission 2"."""
    word = "on time" if timing is Timing.ON_TIME else "late"
    return word if submission == 1 else f"{word}, resubmission {submission}"


def status_line(brief: Brief, confirmed: datetime, submission: int) -> str:
    """Return in words when it was confirmed, how that stands to the deadline, and which submission it is."""
    deadline: Deadline = brief.submission.deadline
    when = moment_text(confirmed, deadline.zone)
    if brief.timing(confirmed) is Timing.ON_TIME:
        grace = f" and {brief.submission.grace_minutes} minutes' grace" if confirmed > deadline.moment else ""
        line = f"On time: confirmed {when}; the deadline is {deadline}{grace}."
    else:
        late = span_text((confirmed - deadline.moment).total_seconds())
        line = f"Late by {late}: confirmed {when}; the deadline was {deadline}."
    return line if submission == 1 else f"{line} This is resubmission {submission}; it replaces the one before."
