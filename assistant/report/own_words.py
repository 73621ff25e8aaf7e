"""How much of a section is the student's own, against the template that it started from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from pathlib import Path

from assistant import wording
from assistant.brief import Brief, Section
from assistant.charts.describe import chart_summaries
from assistant.findings import Finding, Level
from assistant.report.section_drafts import DRAFTS, REFERENCES_DRAFT, load_draft

# Fewer words in a row than this are everybody's: "of the series" is no quotation.
_LEAST_RUN = 3


@dataclass(frozen=True)
class OwnWords:
    """How many words a section has, and how many of them are not the template's."""

    words: int
    own: int

    @property
    def share(self) -> float:
        """Return the student's share, 0 … 1."""
        return self.own / self.words if self.words else 0.0


@lru_cache(maxsize=256)
def own_words(text: str, template: str) -> OwnWords:
    """Count the words of a text that do not stand in the template in the same order, three or more in a row.

    Facts in braces, formulas, citations and addresses count as nobody's words.
    """
    written, given = _words(text), _words(template)
    matcher = SequenceMatcher(None, written, given, autojunk=False)
    taken = [False] * len(written)
    # Sentences may have been moved about, so that each stretch is looked for in the whole template.
    place = 0
    while place < len(written):
        match = matcher.find_longest_match(place, len(written), 0, len(given))
        if match.size < _LEAST_RUN:
            break
        _mark(taken, match.a, match.size)
        _mark_before(matcher, taken, place, match.a, len(given))
        place = match.a + match.size
    return OwnWords(len(written), taken.count(False))


def _mark(taken: list[bool], start: int, size: int) -> None:
    taken[start : start + size] = [True] * size


def _mark_before(matcher: SequenceMatcher[str], taken: list[bool], start: int, end: int, length: int) -> None:
    """Mark what stands in front of a longer match."""
    pending = [(start, end)]
    while pending:
        low, high = pending.pop()
        if high - low < _LEAST_RUN:
            continue
        match = matcher.find_longest_match(low, high, 0, length)
        if match.size >= _LEAST_RUN:
            _mark(taken, match.a, match.size)
            pending += [(low, match.a), (match.a + match.size, high)]


def _words(text: str) -> list[str]:
    plain = re.sub(r"\$[^$]*\$|\{[a-z0-9_]+\}|\[@[^\]]*\]|https?://\S+", " ", text)
    return re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", plain.lower())


@cache
def template_text(section: Section, folder: Path = DRAFTS) -> str:
    """Return all that a section's draft and the charts could say, whatever the run, so that older drafts are known."""
    paragraphs = [paragraph.text for paragraph in load_draft(section.draft, folder).paragraph]
    return "\n\n".join([*paragraphs, *chart_summaries()])


def is_own(text: str, section: Section) -> bool:
    """Tell whether a section's text is in the student's own words: at least one of them is not the draft's.

    A sign or a number typed after the draft is no word. The list of references, which nobody words himself, is always
    own.
    """
    return section.draft == REFERENCES_DRAFT or own_words(text, template_text(section)).own > 0


def check_own_words(brief: Brief, sections: Mapping[str, str], project: int | None = None) -> tuple[Finding, ...]:
    """Return a warning for each section that is not in the student's own words; it never blocks."""
    findings = []
    for section in brief.report.sections:
        text = sections.get(section.title, "")
        if not text.strip() or is_own(text, section):
            continue  # that a section is empty is told by the report's own checks
        count = own_words(text, template_text(section)).words
        findings.append(
            Finding(
                level=Level.WARN,
                what=f"“{section.title}” is still all draft." if count else f"“{section.title}” has no words yet.",
                evidence=f"None of its {wording.counted('word', count)} {wording.agree(count, 'is', 'are')} your own."
                if count
                else "",
                fix="Answer one of the questions beside it in your own words.",
                step="report",
                project=project,
            )
        )
    return tuple(findings)
