"""The report's sections: their texts, what of them is the student's own, older versions, and what has to be read again."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.brief import Section
from assistant.errors import AssistantError
from assistant.facts import Facts
from assistant.report.own_words import OwnWords, is_own, own_words, template_text
from assistant.report.section_drafts import REFERENCES_DRAFT, draft_sections, guiding_questions
from assistant.report.sentences import sentences as find_sentences
from assistant.report.stale_sentences import StaleSentence, stale_sentences
from assistant.submission.chart_choices import material_of, report_charts

if TYPE_CHECKING:
    from assistant.submission.snapshot import ProjectSnapshot


@dataclass(frozen=True)
class SectionText:
    """One section as its box shows it; `words` is None for the list of references, which nobody words himself."""

    shown: str
    changed: bool
    stale: tuple[StaleSentence, ...] = ()
    words: OwnWords | None = None
    can_undo: bool = False
    can_redo: bool = False
    edition: int = 0
    other_dataset: bool = False
    is_own: bool = True

    @property
    def is_stale(self) -> bool:
        """Tell whether the section speaks of another training or of another dataset, as far as anybody can tell."""
        return bool(self.stale) or self.other_dataset


def questions(section: Section) -> tuple[str, ...]:
    """Return the questions that stand beside a section."""
    return guiding_questions(section)


def section_drafts(project: ProjectSnapshot) -> dict[str, str]:
    """Return the draft of every section by its title, as the facts of the chosen run give it."""
    charts = [chart for chart, _ in report_charts(project)]
    return draft_sections(project.whole.brief, project.required_material.facts, charts)


def sections(project: ProjectSnapshot) -> dict[str, SectionText]:
    """Return every section by its title: the student's own text, or the draft from the facts."""
    texts = {}
    for section in project.whole.brief.report.sections:
        title = section.title
        text = project.section_texts[title]
        versions = project.whole.histories.of(project.number, title)
        texts[title] = SectionText(
            text,
            changed=title in project.draft.sections,
            stale=_stale(project, title, text) if title in project.draft.sections else (),
            words=_words(text, section) if section.draft != REFERENCES_DRAFT else None,
            can_undo=versions.earlier is not None,
            can_redo=versions.later is not None,
            edition=versions.edition,
            is_own=is_own(text, section),
            other_dataset=title in project.draft.sections and _is_of_other_dataset(project, cited_run(project, title)),
        )
    return texts


def _is_of_other_dataset(project: ProjectSnapshot, run_id: str) -> bool:
    """Tell whether a run was trained on another table than the chosen run; of one that is gone nothing is known."""
    found = project.required_material
    if run_id == found.run.id:
        return False
    try:
        then = material_of(project, run_id).series.source
    except (AssistantError, OSError):
        return False
    return then.sha256 != found.series.source.sha256


@lru_cache(maxsize=512)
def _words(text: str, section: Section) -> OwnWords:
    return own_words(text, template_text(section))


def _stale(project: ProjectSnapshot, title: str, text: str) -> tuple[StaleSentence, ...]:
    """Return the sentences of a student's text that cite what another training has changed."""
    before = project.draft.cited_texts.get(title)
    marked = marked_sentences(project, text, cited_run(project, title))
    # What was written since the other training has seen its numbers.
    return tuple(sentence for sentence in marked if before is None or sentence.text in before)


def cited_run(project: ProjectSnapshot, title: str) -> str:
    """Return the run whose facts a section cites: the chosen one unless it was written under another."""
    return project.draft.cited_runs.get(title, project.required_material.run.id)


def marked_sentences(project: ProjectSnapshot, text: str, run_id: str) -> tuple[StaleSentence, ...]:
    """Return the sentences of a text, written under a run, whose facts are others in the chosen run."""
    found = project.required_material
    if run_id == found.run.id:
        return ()
    then = _facts_of(project, run_id)
    return _with_numbers(text) if then is None else stale_sentences(text, then, found.facts)


def _facts_of(project: ProjectSnapshot, run_id: str) -> Facts | None:
    try:
        return material_of(project, run_id).facts
    except (AssistantError, OSError):
        return None


def _with_numbers(text: str) -> tuple[StaleSentence, ...]:
    """Return every sentence that may cite a number: all that can be said when the older training is gone."""
    found = ((start, end, text[start:end]) for start, end in find_sentences(text))
    return tuple(
        StaleSentence(start, end, sentence, (), typed=True)
        for start, end, sentence in found
        if re.search(r"\d|\{", sentence)
    )


@dataclass(frozen=True)
class ShownVersion:
    """One earlier version of a section, by the key it is asked for."""

    key: str
    title: str
    when: str
    text: str
    run_id: str


def versions(project: ProjectSnapshot) -> tuple[ShownVersion, ...]:
    """Return every kept version of every section, in the brief's order, the newest first."""
    brief = project.whole.brief
    zone = brief.submission.deadline.local.tzinfo
    return tuple(
        ShownVersion(
            f"{place}:{hashlib.sha256(version.text.encode()).hexdigest()[:10]}:{version.began.timestamp():.0f}",
            section.title,
            f"{version.ended.astimezone(zone):%d %b %H:%M}",
            version.text,
            version.run_id,
        )
        for place, section in enumerate(brief.report.sections)
        for version in reversed(project.whole.histories.of(project.number, section.title).versions)
    )
