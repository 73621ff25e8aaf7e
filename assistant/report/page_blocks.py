"""From texts, charts and facts to the blocks of the page, numbered and in order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.platypus import Flowable

from assistant.brief import Section
from assistant.charts.chart import Chart
from assistant.charts.draw import draw_pdf
from assistant.report.formula import Formula, lay_out
from assistant.report.layout import Block
from assistant.report.markdown import Block as TextBlock
from assistant.report.markdown import Piece, read_blocks, walk
from assistant.report.paragraphs import Words, styled
from assistant.report.references import Reference
from assistant.report.section_drafts import CHARTS_DRAFT, REFERENCES_DRAFT
from assistant.report.style import Paper, Styles
from assistant.report.tables import TABLES, build_table, table_caption, table_numbers

_POINTS_PER_MM = 72 / 25.4


class Picture(Flowable):  # type: ignore[misc]
    """A chart's place: it writes the call of a form that is put into the finished file under `name`."""

    def __init__(self, name: str, width: float, height: float) -> None:
        super().__init__()
        self.name, self.width, self.height = name, width, height

    def draw(self) -> None:
        """Call the form at its own size."""
        self.canv._code.append(f"/{self.name} Do")


class Stack(Flowable):  # type: ignore[misc]
    """Flowables that stay together, one below the other."""

    def __init__(self, parts: Sequence[Any], gap: float) -> None:
        super().__init__()
        self.parts, self.gap = list(parts), gap

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Return the width and the sum of the heights."""
        self.sizes = [part.wrap(width, height) for part in self.parts]
        self.width = width
        self.height = sum(size[1] for size in self.sizes) + self.gap * (len(self.parts) - 1)
        return width, self.height

    def draw(self) -> None:
        """Draw each part below the last, narrower ones in the middle."""
        top = self.height
        for part, (width, height) in zip(self.parts, self.sizes, strict=True):
            left = (self.width - width) / 2 if isinstance(part, (Picture, FormulaLine)) else 0.0
            part.drawOn(self.canv, left, top - height)
            top -= height + self.gap


class FormulaLine(Flowable):  # type: ignore[misc]
    """A formula in the middle of its own line."""

    def __init__(self, formula: Formula) -> None:
        super().__init__()
        self.formula = formula

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Return the column's width and the formula's height."""
        self.room = width
        return width, self.formula.height

    def draw(self) -> None:
        """Draw it in the middle."""
        self.formula.draw(self.canv, max(0.0, (self.room - self.formula.width) / 2), self.formula.depth)


@dataclass(frozen=True, eq=False)
class Figure:
    """One chart of the report with the student's caption, its number, and the size in points that it gets."""

    chart: Chart
    caption: str
    number: int
    width: float
    height: float
    stretch: float

    @property
    def form(self) -> str:
        """Return the name of the form that is called where the figure stands."""
        return f"Figure{self.number}"

    def draw(self) -> bytes:
        """Return the chart as a PDF of this size."""
        return draw_pdf(self.chart, self.width / _POINTS_PER_MM, self.stretch)


def order_figures(
    charts: Sequence[tuple[Chart, str]], sections: Sequence[tuple[Section, str]]
) -> list[tuple[Chart, str]]:
    """Return the charts in the order in which the text speaks of them; the others follow."""
    by_name = {f"fig_{chart.name}": (chart, caption) for chart, caption in charts}
    cited: dict[str, None] = {}

    def visit(piece: Piece) -> None:
        if piece.kind == "name" and piece.text in by_name:
            cited[piece.text] = None

    for _, text in sections:
        walk(text, visit)
    return [by_name[name] for name in dict.fromkeys([*cited, *by_name])]


def size_figures(ordered: Sequence[tuple[Chart, str]], paper: Paper, stretch: float) -> list[Figure]:
    """Give each chart its number and the size it has on this paper; `stretch` makes all of them higher."""
    figures = []
    for number, (chart, caption) in enumerate(ordered, 1):
        column = paper.column_width if paper.columns > 1 else min(paper.text_width, 340.0)
        width = paper.text_width if chart.wide else column
        figures.append(Figure(chart, caption, number, width, width * chart.height * stretch, stretch))
    return figures


def numbers_of(figures: Sequence[tuple[Chart, str]], sections: Sequence[tuple[Section, str]]) -> dict[str, str]:
    """Return what `{fig_…}` and `{tab_…}` stand for in this report."""
    placeholders = [block.text for _, text in sections for block in read_blocks(text) if block.kind == "placeholder"]
    return {
        **{f"fig_{chart.name}": f"Fig. {number}" for number, (chart, _) in enumerate(figures, 1)},
        **table_numbers(placeholders),
    }


@dataclass
class Composer:
    """Makes the blocks of one report at one size of text."""

    paper: Paper
    styles: Styles
    words: Words
    figures: Sequence[Figure]
    references: Sequence[Reference]

    def blocks(self, sections: Sequence[tuple[Section, str]]) -> list[Block]:
        """Return the blocks of all sections; a figure follows the paragraph that first speaks of it."""
        waiting = {f"fig_{figure.chart.name}": figure for figure in self.figures}
        cited = {piece for _, text in sections for piece in _figure_names(text, waiting)}
        home = _home_of_figures([section for section, _ in sections])
        blocks: list[Block] = []
        for number, (section, text) in enumerate(sections):
            blocks.append(self._heading(number, section))
            first = True
            if section.draft == REFERENCES_DRAFT:
                blocks.extend(self._references(number))
                continue
            for text_block in read_blocks(text):
                blocks.append(self._text(number, text_block, first))
                first = text_block.kind != "paragraph"
                for name in _figure_names(text_block.text, waiting):
                    if name in waiting:
                        blocks.append(self._figure(number, waiting.pop(name)))
            if number == home:
                for name in [name for name in waiting if name not in cited]:
                    blocks.append(self._figure(number, waiting.pop(name)))
        return blocks

    def _block(self, kind: Any, flow: Any, section: int, before: float, after: float, **more: Any) -> Block:
        leading = getattr(getattr(flow, "style", None), "leading", self.styles.leading)
        return Block(
            kind, flow, more.pop("width", self.paper.column_width), section, before, after, leading=leading, **more
        )

    def _heading(self, number: int, section: Section) -> Block:
        title = styled(f"{number + 1}\u00a0\u00a0{section.title}", Piece("text", "", bold=True))
        flow = self.words.paragraph("", self.styles.heading(), lead=title)
        barrier = section.draft == REFERENCES_DRAFT
        anchor = f"section-{number + 1}"
        return self._block("heading", flow, number, self.styles.leading * 0.75, 2.0, anchor=anchor, barrier=barrier)

    def _text(self, number: int, block: TextBlock, first: bool) -> Block:
        styles = self.styles
        match block.kind:
            case "formula":
                # On a line of its own a fraction is as high as its letters are elsewhere.
                source = re.sub(r"\\frac\b", r"\\dfrac", block.text)
                formula = lay_out(source, styles.size, room=self.paper.column_width)
                if formula is None:
                    self.words.broken[block.text] = None
                    flow = self.words.paragraph("", styles.body(first=True), lead=styled(f"$${block.text}$$"))
                    return self._block("text", flow, number, 2.0, 2.0)
                return self._block("formula", FormulaLine(formula), number, 4.0, 4.0)
            case "placeholder":
                return self._table(number, block.text.removeprefix("table_"), block)
            case "bullet" | "number":
                bullet = "•" if block.kind == "bullet" else f"{block.number}."
                flow = self.words.paragraph(block.text, styles.item(), bullet=bullet)
                return self._block("text", flow, number, 1.0, 1.0)
            case _:
                return self._block("text", self.words.paragraph(block.text, styles.body(first=first)), number, 0.0, 0.0)

    def _table(self, number: int, name: str, block: TextBlock) -> Block:
        if name not in TABLES:
            self.words.unknown[block.text] = None
            flow = self.words.paragraph("", self.styles.body(first=True), lead=styled(f"{{{block.text}}}"))
            return self._block("text", flow, number, 0.0, 0.0)
        label = self.words.numbers[f"tab_{name}"]
        lead = f"{_label(label)} {styled(table_caption(name, self.words.facts))}"
        caption = self.words.paragraph("", self.styles.caption(), lead=lead)
        stack = Stack([caption, build_table(name, self.words, self.styles, self.paper.column_width)], 2.0)
        gap = self.styles.leading * 0.55
        return self._block("table", stack, number, gap, gap, anchor=f"tab_{name}")

    def _figure(self, number: int, figure: Figure) -> Block:
        wide = figure.chart.wide and self.paper.columns > 1
        lead = f"{_label(f'Fig. {figure.number}')} "
        caption = self.words.paragraph(figure.caption, self.styles.caption(), lead=lead)
        stack = Stack([Picture(figure.form, figure.width, figure.height), caption], 2.0)
        # What stands across the columns is parted from them more clearly.
        gap = self.styles.leading * (0.95 if wide else 0.6)
        return self._block(
            "figure",
            stack,
            number,
            gap,
            gap,
            wide=wide,
            anchor=f"fig_{figure.chart.name}",
            order=figure.number,
            width=self.paper.text_width if wide else self.paper.column_width,
        )

    def _references(self, number: int) -> list[Block]:
        blocks = []
        for position, reference in enumerate(self.references, 1):
            style = self.styles.small(hanging=16.0)
            flow = self.words.paragraph(reference.text, style, bullet=f"[{position}]")
            blocks.append(self._block("text", flow, number, 0.0, 1.2, anchor=f"ref-{position}"))
        return blocks


def _label(text: str) -> str:
    return f'<font color="#1d1f22"><b>{styled(text)}.</b></font>'


def _figure_names(text: str, known: Mapping[str, Figure]) -> list[str]:
    names: list[str] = []

    def visit(piece: Piece) -> None:
        if piece.kind == "name" and piece.text in known:
            names.append(piece.text)

    walk(text, visit)
    return names


def _home_of_figures(sections: Sequence[Section]) -> int:
    """Return the section in which figures stand that no text speaks of."""
    for number, section in enumerate(sections):
        if section.draft == CHARTS_DRAFT:
            return number
    return max((number for number, section in enumerate(sections) if section.draft != REFERENCES_DRAFT), default=0)
