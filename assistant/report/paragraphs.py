"""From simple Markdown to reportlab's paragraphs: escaped, in fonts that have every character, facts filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from unicodedata import bidirectional
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from assistant.facts import Facts
from assistant.report import line_breaking as breaking
from assistant.report import shaping
from assistant.report.bidirectional import arrange
from assistant.report.fonts import FAMILY, needs_shaping, runs, use_bold
from assistant.report.formula import Formula, lay_out
from assistant.report.markdown import Piece, read_pieces

_LINK_COLOUR = "#1f3a5f"
shaping.install()
breaking.install()


class ReportCanvas(Canvas):  # type: ignore[misc]
    """A canvas that draws a formula where a paragraph has made room for one, and shaped words of any kind."""

    def beginText(self, x: float = 0, y: float = 0, direction: str | None = None) -> shaping.ShapedText:  # noqa: N802
        """Return an empty text that begins at a place."""
        return shaping.ShapedText(self, x, y, direction=direction)

    def drawImage(self, image: Any, x: float, y: float, *arguments: Any, **options: Any) -> Any:  # noqa: N802
        """Draw a formula or, for anything else, what reportlab draws."""
        if isinstance(image, Formula):
            image.draw(self, x, y + image.depth)
            return image.width, image.height
        return super().drawImage(image, x, y, *arguments, **options)


class TextParagraph(Paragraph):  # type: ignore[misc]
    """A paragraph whose justified lines end at the margin when formulas stand in them."""

    def __init__(self, text: str | None, style: ParagraphStyle, **options: Any) -> None:
        super().__init__(text, style, **options)
        # Reportlab forgets the letters once it has shaped them.
        self.said = "".join(str(getattr(frag, "text", "")) for frag in self.frags)
        self.leftwards = False
        if len(self.frags) == 1 and breaking.east_asian(self.said):
            # Reportlab takes a simpler way with a single font, on which lines break at blanks alone.
            self.frags[0].backColor = None

    def breakLines(self, width: Any) -> Any:  # noqa: N802
        """Break lines as reportlab does, count the spaces beside formulas and letters, which it forgets, and put words
        that are read from right to left into order."""
        broken = super().breakLines(width)
        for line in broken.lines:
            words = getattr(line, "words", ())
            formulas = any(hasattr(word, "cbDefn") for word in words)
            letters = "" if formulas else "".join(str(getattr(word, "text", "")) for word in words)
            if formulas or breaking.east_asian(letters):
                line.wordCount = sum(word.text.count(" ") for word in words) + 1
                line.letters = len(letters)
            if words:
                line.words = arrange(words, "R" if self.leftwards else "L")
        return broken

    def split(self, width: float, height: float) -> list[TextParagraph]:
        """Part it as reportlab does, and the words it stands for likewise."""
        if not hasattr(self, "blPara"):
            self.wrap(width, 100_000)
        counts = [line.wordCount if hasattr(line, "wordCount") else len(line[1]) for line in self.blPara.lines]
        parts: list[TextParagraph] = super().split(width, height)
        if self.style.shaping and len(parts) == 2:
            lines = round(parts[0].wrap(width, 100_000)[1] / self.style.leading)
            words = self.said.split(" ")
            cut = sum(counts[:lines])
            parts[0].leftwards = parts[1].leftwards = self.leftwards
            parts[0].said, parts[1].said = " ".join(words[:cut]), " ".join(words[cut:])
        return parts

    def draw(self) -> None:
        """Draw it; where letters are shaped, say beside the shapes which text they stand for, for search and copying.

        What runs from right to left is left as it is, because readers put it into order themselves.
        """
        if not self.style.shaping or not self.said or any(bidirectional(sign) in ("R", "AL") for sign in self.said):
            super().draw()
            return
        letters = self.said.encode("utf-16-be").hex().upper()
        self.canv._code.append(f"/Span <</ActualText <FEFF{letters}>>> BDC")
        super().draw()
        self.canv._code.append("EMC")


@dataclass
class Words:
    """What the texts of one report may name: facts, the numbers of references, figures and tables.

    It gathers on the way what could not be said: unknown names and keys, formulas that cannot be read.
    """

    facts: Facts
    references: Mapping[str, int] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)  # "fig_loss" → "Fig. 2"
    unknown: dict[str, None] = field(default_factory=dict)
    uncited: dict[str, None] = field(default_factory=dict)
    broken: dict[str, None] = field(default_factory=dict)

    def paragraph(self, text: str, style: ParagraphStyle, *, lead: str = "", bullet: str | None = None) -> Paragraph:
        """Return the paragraph of a block's text; `lead` is markup of our own in front of it."""
        formulas: list[Formula] = []
        markup = lead + self._markup(read_pieces(text), style.fontSize, formulas)
        if needs_shaping(markup):
            style = style.clone(style.name, shaping=1)
            if runs_leftwards(text):
                # The last line of a justified paragraph would end at the wrong margin.
                style = style.clone(style.name, alignment=TA_RIGHT, firstLineIndent=0)
        paragraph = TextParagraph(markup or " ", style, bulletText=bullet)
        paragraph.leftwards = runs_leftwards(text)
        # Reportlab makes room in a line only for pictures, and reads those from files; the marks that the markup left
        # are therefore turned into pictures here, which the canvas above draws as formulas.
        marks = [
            frag.cbDefn for frag in paragraph.frags if getattr(getattr(frag, "cbDefn", None), "kind", "") == "onDraw"
        ]
        for mark, formula in zip(marks, formulas, strict=True):
            mark.kind, mark.image = "img", formula
            mark.width, mark.height, mark.valign = formula.width, formula.height, -formula.depth
        return paragraph

    def _markup(self, pieces: list[Piece], size: float, formulas: list[Formula]) -> str:
        return "".join(self._piece(piece, size, formulas) for piece in pieces)

    def _piece(self, piece: Piece, size: float, formulas: list[Formula]) -> str:
        match piece.kind:
            case "formula":
                formula = lay_out(piece.text, size)
                if formula is None:
                    self.broken[piece.text] = None
                    return styled(f"${piece.text}$", piece)
                formulas.append(formula)
                return '<onDraw name="formula" label=""/>'
            case "cite":
                keys = piece.text.split()
                self.uncited.update(dict.fromkeys(key for key in keys if key not in self.references))
                numbers = sorted(self.references[key] for key in keys if key in self.references)
                links = ", ".join(_inner_link(f"ref-{number}", str(number)) for number in numbers)
                return f"[{links}]" if links else ""
            case "name":
                if piece.text in self.numbers:
                    return _inner_link(piece.text, self.numbers[piece.text].replace(" ", "\u00a0"))
                if piece.text not in self.facts.texts:
                    self.unknown[piece.text] = None
                    return styled(f"{{{piece.text}}}", piece)
                return styled(unbroken(self.facts.texts[piece.text]), piece)
            case _:
                return styled(piece.text, piece)


def runs_leftwards(text: str) -> bool:
    """Tell whether most letters of a text are of a script that is read from right to left."""
    directions = [bidirectional(sign) for sign in text]
    return sum(direction in ("R", "AL") for direction in directions) > directions.count("L")


def unbroken(text: str) -> str:
    """Return a fact's text whose number stays on one line with its unit, as every number does with its per cent sign."""
    text = re.sub(r"^([−\d][\d.,]*) (\S{1,8})$", "\\1\u00a0\\2", text)
    return re.sub(r"(?<=\d) (?=%)", "\u00a0", text)


def styled(text: str, piece: Piece | None = None) -> str:
    """Return escaped markup for text, in fonts that have its characters, with the emphasis and link of its piece."""
    bold, italic = (piece.bold, piece.italic) if piece is not None else (False, False)
    markup = ""
    for family, part in runs(text):
        words = escape(part)
        # Within the font's tag, which else takes the emphasis away again.
        if italic:
            words = f"<i>{words}</i>"
        if bold:
            use_bold(family)
            words = f"<b>{words}</b>"
        markup += words if family == FAMILY else f'<font name="{family}">{words}</font>'
    if piece is None:
        return markup
    if piece.link:
        markup = link(piece.link, markup)
    return markup


def link(target: str, markup: str) -> str:
    """Return markup that leads to a web address when clicked."""
    return f'<a href={quoteattr(target)} color="{_LINK_COLOUR}">{markup}</a>'


def _inner_link(name: str, words: str) -> str:
    return f'<a href={quoteattr("#" + name)} color="{_LINK_COLOUR}">{escape(words)}</a>'
