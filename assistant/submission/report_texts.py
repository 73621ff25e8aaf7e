"""The report's sections: their texts, what of them is the student's own, older versions, and what has to be read again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.brief import Section
from assistant.charts.chart import Chart
from assistant.errors import AssistantError, ReportError
from assistant.facts import Facts
from assistant.report.own_words import OwnWords, own_words, template_text
from assistant.report.section_drafts import REFERENCES_DRAFT, draft_sections, guiding_questions
from assistant.report.sentences import sentences as find_sentences
from assistant.report.stale_sentences import StaleSentence, stale_sentences
from assistant.submission.chart_choices import Material, material, material_of, report_charts
from assistant.submission.draft import Draft, with_entry
from assistant.submission.section_history import History, keep_history, read_history
from assistant.submission.session import Desk


@dataclass(frozen=True)
class SectionText:
    """One section as its box shows it; `words` is None for the list of references, which nobody words himself."""

    shown: str
    own: bool
    stale: tuple[StaleSentence, ...] = ()
    words: OwnWords | None = None
    can_undo: bool = False
    can_redo: bool = False
    edition: int = 0


def questions(section: Section) -> tuple[str, ...]:
    """Return the questions that stand beside a section."""
    return guiding_questions(section)


def sections(desk: Desk, number: int) -> Mapping[str, SectionText]:
    """Return every section's text by its title: the student's own, or the draft from the facts."""
    found = required(desk, number)
    project = desk.project(number)
    drafts = _drafts(desk, number, found)
    history = _history(desk, number)
    texts = {}
    for section in desk.brief.report.sections:
        own = project.sections.get(section.title)
        text = drafts[section.title] if own is None else own
        versions = history.of(section.title)
        texts[section.title] = SectionText(
            text,
            own=own is not None,
            stale=() if own is None else _stale(desk, number, section.title, own, found),
            words=own_words(text, template_text(section)) if section.draft != REFERENCES_DRAFT else None,
            can_undo=versions.earlier is not None,
            can_redo=versions.later is not None,
            edition=versions.edition,
        )
    return texts


def _drafts(desk: Desk, number: int, found: Material) -> Mapping[str, str]:
    chosen: list[Chart] = [chart for chart, _ in report_charts(desk, number)]
    return draft_sections(desk.brief, found.facts, chosen)


def _stale(desk: Desk, number: int, title: str, text: str, found: Material) -> tuple[StaleSentence, ...]:
    """Return the sentences of a student's text that cite what another training has changed."""
    project = desk.project(number)
    marked = _marked(desk, number, text, project.cited_runs.get(title, found.run.id), found)
    before = project.cited_texts.get(title)
    # What was written since the other training has seen its numbers.
    return tuple(sentence for sentence in marked if before is None or sentence.text in before)


def _marked(desk: Desk, number: int, text: str, run_id: str, found: Material) -> tuple[StaleSentence, ...]:
    if run_id == found.run.id:
        return ()
    then = _facts_of(desk, number, run_id)
    return _with_numbers(text) if then is None else stale_sentences(text, then, found.facts)


def _facts_of(desk: Desk, number: int, run_id: str) -> Facts | None:
    try:
        return material_of(desk, number, run_id).facts
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


def set_section(desk: Desk, number: int, title: str, text: str, *, typed: bool = True, cited: str = "") -> None:
    """Keep a section's text and the version before it; one that is the draft again counts as the draft.

    `cited` is the run that the text was written under, when it is not the chosen one.
    """
    before = _shown(desk, number, title)
    if text == before:
        return  # a box that was filled is no edit
    older = _cited(desk, number, title)
    _store(desk, number, title, text, cited)
    history, now = _history(desk, number), desk.services.clock()
    runs = older, _cited(desk, number, title)
    changed = history.of(title).with_text(before, text, now, typed=typed, runs=runs)
    keep_history(_history_file(desk, number), history.with_section(title, changed))


def type_section(desk: Desk, number: int, title: str, text: str, edition: int | None = None) -> None:
    """Keep what is being typed in a section's box, which held the text of an `edition` when typing began.

    What was still on its way when a button put another text there does not undo that: it becomes a version before it.
    """
    history, now = _history(desk, number), desk.services.clock()
    versions = history.of(title)
    if edition is None or not versions.is_late(edition, now):
        set_section(desk, number, title, text)
        return
    late = versions.with_late(text, now, _cited(desk, number, title))
    if late != versions:
        keep_history(_history_file(desk, number), history.with_section(title, late))


def _shown(desk: Desk, number: int, title: str) -> str:
    own = desk.project(number).sections.get(title)
    return _drafts(desk, number, required(desk, number))[title] if own is None else own


def _cited(desk: Desk, number: int, title: str) -> str:
    return desk.project(number).cited_runs.get(title, required(desk, number).run.id)


def _store(desk: Desk, number: int, title: str, text: str, cited: str = "") -> None:
    found = required(desk, number)
    is_draft = text.strip() == _drafts(desk, number, found)[title].strip()
    project = desk.project(number)
    run_id, before = cited or found.run.id, None
    if not cited and not is_draft and title in project.sections:
        # An edit is no second reading of the sentences that it leaves as they were.
        older = project.cited_runs.get(title, found.run.id)
        text_then = project.cited_texts.get(title, project.sections[title])
        if any(sentence.text in text_then for sentence in _marked(desk, number, text, older, found)):
            run_id, before = older, text_then

    def apply(draft: Draft) -> Draft:
        now = draft.project(number)
        texts = _without(now.cited_texts, title)
        return draft.with_project(
            number,
            sections=_without(now.sections, title) if is_draft else with_entry(now.sections, title, text),
            cited_runs=with_entry(now.cited_runs, title, found.run.id if is_draft else run_id),
            cited_texts=texts if before is None else with_entry(texts, title, before),
        )

    desk.change(apply)


def _without(mapping: Mapping[str, str], key: str) -> dict[str, str]:
    return {name: value for name, value in mapping.items() if name != key}


def confirm_section(desk: Desk, number: int, title: str) -> None:
    """Keep that the student read a section again after another training, and that it is still right."""
    run_id = required(desk, number).run.id

    def apply(draft: Draft) -> Draft:
        now = draft.project(number)
        return draft.with_project(
            number,
            cited_runs=with_entry(now.cited_runs, title, run_id),
            cited_texts=_without(now.cited_texts, title),
        )

    desk.change(apply)


def restore_section(desk: Desk, number: int, title: str) -> None:
    """Give up a section's own text for the draft; it stays among the versions."""
    set_section(desk, number, title, _drafts(desk, number, required(desk, number))[title], typed=False)


def step_section(desk: Desk, number: int, title: str, by: int) -> None:
    """Show the version of a section before the present one (by −1), or the one after it (by 1)."""
    history = _history(desk, number)
    versions = history.of(title)
    version = versions.earlier if by < 0 else versions.later
    if version is None:
        return
    keep_history(_history_file(desk, number), history.with_section(title, versions.moved(by, desk.services.clock())))
    _store(desk, number, title, version.text, version.run_id)


@dataclass(frozen=True)
class ShownVersion:
    """One earlier version of a section, by the key it is asked for."""

    key: str
    title: str
    when: str
    text: str
    run_id: str


def versions(desk: Desk, number: int) -> tuple[ShownVersion, ...]:
    """Return every kept version of every section, in the brief's order, the newest first."""
    zone = desk.brief.submission.deadline.local.tzinfo
    history = _history(desk, number)
    return tuple(
        ShownVersion(
            f"{place}:{hashlib.sha256(version.text.encode()).hexdigest()[:10]}:{version.began.timestamp():.0f}",
            section.title,
            f"{version.ended.astimezone(zone):%d %b %H:%M}",
            version.text,
            version.run_id,
        )
        for place, section in enumerate(desk.brief.report.sections)
        for version in reversed(history.of(section.title).versions)
    )


def bring_back(desk: Desk, number: int, key: str) -> str:
    """Make a kept version the present text of its section and return the section's title; raise ReportError if it is gone."""
    for version in versions(desk, number):
        if version.key == key:
            set_section(desk, number, version.title, version.text, typed=False, cited=version.run_id)
            return version.title
    raise ReportError(
        "This version is not there any more.", "Only the newest versions are kept.", "Choose another one."
    )


def _history_file(desk: Desk, number: int) -> Path:
    return desk.project_folder(number).root / "sections.json"


def _history(desk: Desk, number: int) -> History:
    return read_history(_history_file(desk, number))


def section_texts(desk: Desk, number: int) -> dict[str, str]:
    """Return the text of every section by its title, and nothing else about it."""
    found = required(desk, number)
    own, drafts = desk.project(number).sections, _drafts(desk, number, found)
    return {section.title: own.get(section.title, drafts[section.title]) for section in desk.brief.report.sections}


def required(desk: Desk, number: int) -> Material:
    """Return what a report is made from; raise ReportError when there is no training yet."""
    found = material(desk, number)
    if found is None:
        raise ReportError("The report cites the scores of a training.", "There is none yet.", "Train the LSTM first.")
    return found
