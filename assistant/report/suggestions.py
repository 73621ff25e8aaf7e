"""What to do about a report that is too long, or that leaves room: each a change that one click makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from assistant import wording
from assistant.charts.chart import Chart
from assistant.report.build import BUILDING
from assistant.report.fonts import register_fonts
from assistant.report.manuscript import Manuscript
from assistant.report.result import Suggestion
from assistant.report.section_drafts import REFERENCES_DRAFT, load_draft, without_chart
from assistant.report.typeset import Typeset, typeset

ROOM = 0.85  # of the last page; below this something may be added
FEW_WORDS = 60  # a section with fewer words could say more


def suggest_changes(manuscript: Manuscript, available: Sequence[Chart] = ()) -> tuple[Suggestion, ...]:
    """Return changes that help, the best first: for a report that is too long, or whose last page has room.

    Each is tried by setting the report with it. `available` are all charts of the project.
    """
    with BUILDING:
        register_fonts(manuscript.all_text)
        now = typeset(manuscript, tidy=False)
        if now.over:
            return tuple(_shorter(manuscript, now))
        limit = manuscript.brief.report.page_limit
        if now.filled.pages < limit or now.filled.last_page_share(now.paper) < ROOM:
            return tuple(_longer(manuscript, available))
        return ()


def _shorter(manuscript: Manuscript, now: Typeset) -> list[Suggestion]:
    found = []
    for section, text in manuscript.sections:
        if (tightened := tighten(manuscript, section.title)) == text:
            continue
        change = Suggestion("tighten", section.title, "", 0, enough=False, text=tightened)
        sentence = f"Tighten “{section.title}”: leave out what it can do without"
        found.append(_tried(manuscript, now, change, sentence))
    for chart, _ in manuscript.charts:
        change = Suggestion("drop", chart.name, "", 0, enough=False)
        found.append(_tried(manuscript, now, change, f"Leave out the figure “{chart.title}”"))
    # The smallest change that is enough comes first; then those that help most.
    found.sort(key=lambda change: (not change.enough, change.lines if change.enough else -change.lines))
    if found and not found[0].enough and (several := _several(manuscript, now, found)) is not None:
        found.insert(0, several)
    return found


def _tried(manuscript: Manuscript, now: Typeset, change: Suggestion, sentence: str) -> Suggestion:
    """Return a change with what it would do: the report is set with it."""
    changed = typeset(_with(manuscript, change), tidy=False)
    lines = max(1, now.lines_over - changed.lines_over)
    return replace(change, sentence=f"{sentence}: about {lines} lines.", lines=lines, enough=not changed.over)


def _with(manuscript: Manuscript, change: Suggestion) -> Manuscript:
    """Return the manuscript after a change that makes it shorter."""
    if change.kind == "several":
        return reduce(_with, change.parts, manuscript)
    if change.kind == "tighten":
        return replace(manuscript, texts={**manuscript.texts, change.name: tighten(manuscript, change.name)})
    chart = next(chart for chart, _ in manuscript.charts if chart.name == change.name)
    # The sentences that the chart brought go with it.
    return replace(
        manuscript,
        charts=tuple((other, caption) for other, caption in manuscript.charts if other.name != chart.name),
        texts={title: without_chart(text, chart) for title, text in manuscript.texts.items()},
    )


def _several(manuscript: Manuscript, now: Typeset, changes: Sequence[Suggestion]) -> Suggestion | None:
    """Return the fewest of the changes, those that help most first, that are enough together; None if all are not."""

    def together(parts: Sequence[Suggestion]) -> Suggestion:
        sections = [f"“{part.name}”" for part in parts if part.kind == "tighten"]
        titles = {chart.name: chart.title for chart, _ in manuscript.charts}
        figures = [f"“{titles[part.name]}”" for part in parts if part.kind == "drop"]
        said = [f"tighten {wording.listed(sections)}"] if sections else []
        said += [f"leave out the {wording.plural('figure', len(figures))} {wording.listed(figures)}"] if figures else []
        sentence = " and ".join(said)
        change = Suggestion("several", "", "", 0, enough=False, parts=tuple(parts))
        return _tried(manuscript, now, change, wording.sentence_case(sentence))

    taken: list[Suggestion] = []
    for change in changes:
        taken.append(change)
        if len(taken) > 1 and together(taken).enough:
            break
    else:
        return None
    for change in list(taken[:-1]):
        fewer = [other for other in taken if other is not change]
        if len(fewer) > 1 and together(fewer).enough:
            taken = fewer
    return together(taken)


def tighten(manuscript: Manuscript, title: str) -> str:
    """Return a section's text without the optional paragraphs of its draft that the student left unchanged."""
    section = next(section for section, _ in manuscript.sections if section.title == title)
    optional = {p.text.strip() for p in load_draft(section.draft).paragraph if p.optional}
    paragraphs = manuscript.texts[title].split("\n\n")
    kept = [paragraph for paragraph in paragraphs if paragraph.strip() not in optional]
    return "\n\n".join(kept) if len(kept) < len(paragraphs) else manuscript.texts[title]


def _longer(manuscript: Manuscript, available: Sequence[Chart]) -> list[Suggestion]:
    found = []
    present = {chart.name for chart, _ in manuscript.charts}
    for chart in available:
        if chart.name in present:
            continue
        changed = typeset(replace(manuscript, charts=(*manuscript.charts, (chart, chart.caption))), tidy=False)
        lines = round(changed.paper.column_width * chart.height * (2 if chart.wide else 1) / changed.styles.leading)
        sentence = f"Add the figure “{chart.title}”: about {lines} lines."
        found.append(Suggestion("add", chart.name, sentence, lines, not changed.over))
    for section, text in manuscript.sections:
        if section.draft == REFERENCES_DRAFT or len(text.split()) >= FEW_WORDS:
            continue
        question = next(iter(load_draft(section.draft).questions), "")
        sentence = f"“{section.title}” is short. {question}".strip()
        found.append(Suggestion("extend", section.title, sentence, 0, True))
    return sorted(found, key=lambda change: (not change.enough, change.kind != "extend", -change.lines))
