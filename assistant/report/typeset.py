"""Setting a report: the largest text that keeps within the limit, with figures as high as the pages have room for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from assistant.charts.chart import Chart
from assistant.report.layout import Block, Filled, balanced, other_spots
from assistant.report.manuscript import Manuscript
from assistant.report.page_blocks import Composer, Figure, numbers_of, order_figures, size_figures
from assistant.report.paragraphs import Words
from assistant.report.references import Reference, number_references
from assistant.report.section_drafts import REFERENCES_DRAFT
from assistant.report.style import LARGEST, SMALLEST, USUAL_SPACING, Paper, Styles
from assistant.report.title_block import TitleBlock


class Setting(NamedTuple):
    """How large everything is: the text in points, the figures beside their usual height, the distance of lines."""

    size: float
    stretch: float
    spacing: float = USUAL_SPACING


# From the roomiest to the tightest.
_SETTINGS = (
    *(Setting(LARGEST, stretch) for stretch in (1.0, 0.92, 0.85)),
    *(Setting(size, 0.85) for size in (10.0, 9.8, 9.6, 9.4, 9.2, SMALLEST)),
)
# Where the text is at its largest, figures may grow into what is left of the last page.
_GROWN = tuple(Setting(LARGEST, stretch) for stretch in (1.1, 1.2, 1.3, 1.4))
# What else fills a last page that would stay half empty: much higher figures, then larger letters with more air.
_TALL = tuple(Setting(LARGEST, stretch) for stretch in (1.55, 1.7, 1.85, 2.0))
_AIRY = (Setting(10.6, 1.4, 1.22), Setting(11.0, 1.4, 1.24), Setting(11.0, 1.55, 1.28), Setting(11.5, 1.7, 1.4))
LEAST_SHARE = 0.6  # of the last page's height
_MOST_VOID = 0.15  # of a column, empty at its foot on a page before the last one
_MOST_AIR = 5  # lines, more than usual in front of a heading


@dataclass(frozen=True, eq=False)
class Typeset:
    """A report whose every block has its place."""

    manuscript: Manuscript
    paper: Paper
    styles: Styles
    words: Words
    figures: Sequence[Figure]
    head: TitleBlock
    blocks: Sequence[Block]
    filled: Filled
    setting: Setting

    @property
    def stretch(self) -> float:
        """Return how much higher the figures are than usual."""
        return self.setting.stretch

    @property
    def over(self) -> bool:
        """Tell whether it has more pages than the brief allows."""
        return self.filled.pages > self.manuscript.brief.report.page_limit

    @property
    def section_lines(self) -> Mapping[str, int]:
        """Return the number of lines of text in each section."""
        names = [section.title for section, _ in self.manuscript.sections]
        lines = dict.fromkeys(names, 0.0)
        for column in self.filled.columns:
            for _, block in column.placed:
                if block.kind == "text":
                    lines[names[block.section]] += block.lines
        return {name: round(count) for name, count in lines.items()}

    @property
    def lines_over(self) -> int:
        """Return how many lines of text stand beyond the page limit, figures counted by their height."""
        limit = self.manuscript.brief.report.page_limit
        height = sum(column.used for column in self.filled.columns if column.page >= limit)
        height += sum(wide.block.height * self.paper.columns for wide in self.filled.wide if wide.page >= limit)
        return round(height / self.styles.leading)


def typeset(manuscript: Manuscript, *, tidy: bool = True) -> Typeset:
    """Set a report as large as its page limit allows; at the smallest setting it may have more pages.

    Unless it is only to be measured, it is made `tidy`: wide figures move to where all figures are met in order.
    """
    paper = Paper.of(manuscript.brief.report)
    ordered = order_figures(manuscript.charts, manuscript.sections)
    captions = [caption for _, caption in ordered]
    keys, references = number_references([*manuscript.written, *captions], manuscript.known_references)
    listed = any(section.draft == REFERENCES_DRAFT for section, _ in manuscript.sections)
    words = Words(manuscript.facts, keys if listed else {}, numbers_of(ordered, manuscript.sections))

    def at(setting: Setting) -> Typeset:
        return _set(manuscript, paper, words, ordered, references, setting)

    best = _sized(at, manuscript.brief.report.page_limit, paper)
    if not tidy or best.over:
        return best
    if best.filled.void > _MOST_VOID:
        best = _without_void(best, at)
    if best.filled.disorder:
        best = _in_order(best)
    if best.filled.last_page_share(paper) < LEAST_SHARE:
        _spread(best)
    return best


def _without_void(report: Typeset, at: Callable[[Setting], Typeset]) -> Typeset:
    """Return the report with its figures as high and its wide ones where the columns of full pages reach their feet best.

    Much is left empty where the text is very short, because figures cannot be parted.
    """
    paper, best = report.paper, report
    bigger = [setting for setting in (*_GROWN, *_TALL) if setting.stretch > report.stretch]
    for setting in (report.setting, *bigger):
        attempt = report if setting == report.setting else at(setting)
        for spots in other_spots(len(report.filled.wide), report.filled.pages):
            filled = balanced(attempt.blocks, paper, report.head.height, attempt.styles.leading, spots)
            full = filled.pages == report.filled.pages and filled.last_page_share(paper) >= LEAST_SHARE
            if full and _fault(filled) < _fault(best.filled) - 0.05:
                best = replace(attempt, filled=filled)
        if _fault(best.filled) == 0:
            break
    return best


def _fault(filled: Filled) -> float:
    """Return how bad it is what stands where: a pair of figures in the wrong order counts as a tenth of a column."""
    return max(0.0, filled.void - _MOST_VOID) + filled.disorder / 10


def _spread(report: Typeset) -> None:
    """Put air between the sections of a last page that stays half empty whatever the size of its letters."""
    paper = report.paper
    last = [column for column in report.filled.columns if column.page == report.filled.pages - 1]
    longest = min(last, key=lambda column: column.top - column.used, default=None)
    gaps = sum(block.kind == "heading" for _, block in longest.placed[1:]) if longest else 0
    if longest and gaps and not any(wide.page == longest.page for wide in report.filled.wide):
        lacking = LEAST_SHARE * paper.text_height + 1 - (paper.text_height - (longest.top - longest.used))
        air = min(lacking / gaps, _MOST_AIR * report.styles.leading)
        for column in last:
            column.spread(air)


def _in_order(report: Typeset) -> Typeset:
    """Return the report with its wide figures where a reader meets all figures in their order, as far as that can be."""
    best, paper = report, report.paper
    share = min(LEAST_SHARE, report.filled.last_page_share(paper))
    for spots in other_spots(len(report.filled.wide), report.filled.pages):
        filled = balanced(report.blocks, paper, report.head.height, report.styles.leading, spots)
        fits = filled.pages <= report.filled.pages and filled.last_page_share(paper) >= share
        # Of those that are as good the first one is kept: what is spoken of first stands near the front.
        if fits and filled.disorder < best.filled.disorder:
            best = replace(report, filled=filled)
        if not best.filled.disorder:
            break
    return best


def _sized(at: Callable[[Setting], Typeset], limit: int, paper: Paper) -> Typeset:
    """Return the report as large as its page limit allows, with a last page that is well filled where that can be."""
    best = _last([at(_SETTINGS[-1])], _SETTINGS[-2::-1], at, limit)
    if best.setting != _SETTINGS[0]:
        return best
    pages = best.filled.pages
    best = _last([best], _GROWN, at, pages)
    if best.filled.last_page_share(paper) >= LEAST_SHARE:
        return best
    if pages > 1:
        # A last page that stays half empty is worse than somewhat smaller letters, or much higher figures.
        tight = _last([at(_SETTINGS[-1])], _SETTINGS[-2::-1], at, pages - 1)
        if tight.filled.pages < pages:
            return tight
    for setting in (*_TALL, *_AIRY):
        attempt = at(setting)
        if attempt.filled.pages > pages:
            continue
        best = attempt
        if best.filled.last_page_share(paper) >= LEAST_SHARE:
            break
    return best


def _last(
    fitting: list[Typeset],
    settings: Sequence[Setting],
    at: Callable[[Setting], Typeset],
    pages: int,
) -> Typeset:
    """Return the report at the last setting that keeps within the pages, or the first of `fitting`.

    What keeps within them at one setting does so at every tighter one, so that halving the list finds it.
    """
    if fitting[0].filled.pages > pages:
        return fitting[0]
    low, high = 0, len(settings)
    while low < high:
        middle = (low + high) // 2
        attempt = at(settings[middle])
        if attempt.filled.pages <= pages:
            fitting.append(attempt)
            low = middle + 1
        else:
            high = middle
    return fitting[-1]


def _set(
    manuscript: Manuscript,
    paper: Paper,
    words: Words,
    ordered: Sequence[tuple[Chart, str]],
    references: Sequence[Reference],
    setting: Setting,
) -> Typeset:
    styles = Styles(setting.size, setting.spacing)
    figures = size_figures(ordered, paper, setting.stretch)
    head = TitleBlock(manuscript, words, paper, styles)
    blocks = Composer(paper, styles, words, figures, references).blocks(manuscript.sections)
    filled = balanced(blocks, paper, head.height, styles.leading)
    return Typeset(manuscript, paper, styles, words, figures, head, blocks, filled, setting)
