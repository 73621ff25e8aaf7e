"""What a set report's checks say."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import accumulate

from assistant import wording
from assistant.findings import Finding, Level
from assistant.report.fonts import missing_characters
from assistant.report.result import Overflow, allowed
from assistant.report.section_drafts import REFERENCES_DRAFT
from assistant.report.typeset import LEAST_SHARE, Typeset

LEAST_WORDS = 60  # of a section; where more would have to be cut, it is the figures that are too many


def overflow(report: Typeset) -> Overflow | None:
    """Return by how much a report is too long, or None when it keeps within the limit."""
    if not report.over:
        return None
    counts = {
        section.title: len(text.split())
        for section, text in report.manuscript.sections
        if section.draft != REFERENCES_DRAFT or len(report.manuscript.sections) == 1
    }
    lines = max(1, report.lines_over)
    # A word with its space is about 2.35 times as wide as the text is high, measured on English prose in these letters.
    words_per_line = report.paper.column_width / (report.styles.size * 2.35)
    words = round(lines * words_per_line)
    figures = 0
    if words > sum(max(count - LEAST_WORDS, 0) for count in counts.values()):
        figures = _figures_in(report, lines)
    return Overflow(lines, words, max(counts, key=lambda name: counts[name]), figures, len(report.figures))


def _figures_in(report: Typeset, lines: int) -> int:
    """Return how many figures, the largest first, are as high as so many lines; a wide one stands in all columns."""
    heights = [
        block.lines * (report.paper.columns if block.wide else 1) for block in report.blocks if block.kind == "figure"
    ]
    gone = list(accumulate(sorted(heights, reverse=True)))
    return min(sum(height < lines for height in gone) + 1, len(gone))


def check_report(report: Typeset, project: int | None) -> list[Finding]:
    """Return what is wrong or doubtful about a report; only a report that cannot be handed in blocks."""
    manuscript, words = report.manuscript, report.words
    findings: list[Finding] = []

    def say(level: Level, what: str, evidence: str, fix: str) -> None:
        findings.append(Finding(level=level, what=what, evidence=evidence, fix=fix, step="report", project=project))

    if over := overflow(report):
        say(
            Level.BLOCK,
            f"The report has {wording.counted('page', report.filled.pages)}; {allowed(manuscript.brief.report.page_limit)}.",
            over.sentence,
            "The Report step names what to leave out, and does it by one click.",
        )
    share = report.filled.last_page_share(report.paper)
    if not report.over and report.filled.pages > 1 and share < LEAST_SHARE:
        say(
            Level.WARN,
            "The last page looks unfinished.",
            f"It is filled to {wording.percent(share)}.",
            "Add a figure or some sentences, or cut what stands on it.",
        )
    for where, text, fix in _shown(report):
        if lost := missing_characters(manuscript.facts.fill(text)):
            named = ", ".join(f"{character} ({_spoken(character)})" for character in lost[:8])
            more = f" and {len(lost) - 8} more" if len(lost) > 8 else ""
            say(
                Level.WARN,
                f"No font of the report has some characters of {where}.",
                f"Each would be shown as a box: {named}{more}.",
                fix,
            )
    if words.unknown:
        say(
            Level.WARN,
            "The text names facts that do not exist.",
            f"They are shown as typed: {', '.join(f'{{{name}}}' for name in words.unknown)}.",
            "Check how they are spelt; a figure has to be in the report before the text can name it.",
        )
    if words.uncited:
        say(
            Level.WARN,
            "The text cites references that do not exist.",
            f"{', '.join(f'[@{key}]' for key in words.uncited)}.",
            "Add them to the references, or check the key.",
        )
    if words.broken:
        say(
            Level.WARN,
            "A formula cannot be read.",
            f"It is shown as typed: {next(iter(words.broken))}",
            "Check its braces and commands; its letters can be Latin and Greek ones.",
        )
    for section, text in manuscript.sections:
        if section.draft != REFERENCES_DRAFT and not text.strip():
            say(Level.BLOCK, f"The section “{section.title}” is empty.", "", "Write at least a few sentences.")
    return findings


def _shown(report: Typeset) -> Iterator[tuple[str, str, str]]:
    """Give every text with the words that say where it stands, and what to do about a character that no font has."""
    manuscript = report.manuscript
    yield (
        "your name", manuscript.author.name,
        "Write it in other letters as well, for example Latin ones. The report can be handed in all the same.",
    )  # fmt: skip
    yield "your registration", manuscript.author.registration, "Check how it is written."
    yield "the title", manuscript.title, "Write it in another way."
    for section, text in manuscript.sections:
        yield f"“{section.title}”", text, "Write them in another way."
    yield "the captions", " ".join(caption for _, caption in manuscript.charts), "Write them in another way."


def _spoken(character: str) -> str:
    """Return the name and number of a character."""
    code = f"U+{ord(character):04X}"
    return f"{unicodedata.name(character).lower()}, {code}" if unicodedata.name(character, "") else code
