"""How the report looks: paper, margins, sizes, colours, and the styles that follow from the size of the text."""

from __future__ import annotations

from dataclasses import dataclass

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4, letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm

from assistant.brief import ReportRules
from assistant.report.fonts import FAMILY

INK = HexColor("#1d1f22")
GREY = HexColor("#5b6068")
ACCENT = HexColor("#1f3a5f")
TINT = HexColor("#eef2f7")
RULE = HexColor("#9aa3af")

SMALLEST = 9.0  # points; nothing is set smaller
LARGEST = 10.2  # unless the last page would stay half empty
USUAL_SPACING = 1.18
SMALL = 9.0  # captions, tables, references, the foot


@dataclass(frozen=True)
class Paper:
    """The page in points: its size, margins, columns and the gutter between them."""

    width: float
    height: float
    columns: int
    left: float = 16 * mm
    right: float = 16 * mm
    top: float = 15 * mm
    bottom: float = 17 * mm
    gutter: float = 6 * mm

    @classmethod
    def of(cls, rules: ReportRules) -> Paper:
        """Return the page that a brief asks for."""
        width, height = A4 if rules.paper == "A4" else letter
        if rules.columns == 1:
            return cls(width, height, 1, left=26 * mm, right=26 * mm)
        return cls(width, height, rules.columns)

    @property
    def text_width(self) -> float:
        """Return the width between the margins."""
        return self.width - self.left - self.right

    @property
    def text_height(self) -> float:
        """Return the height between the margins."""
        return self.height - self.top - self.bottom

    @property
    def column_width(self) -> float:
        """Return the width of one column."""
        return (self.text_width - (self.columns - 1) * self.gutter) / self.columns

    def column_left(self, column: int) -> float:
        """Return where a column begins."""
        return self.left + column * (self.column_width + self.gutter)


@dataclass(frozen=True)
class Styles:
    """The styles of one report at one size of text; `spacing` is the distance of two lines as a share of it."""

    size: float
    spacing: float = USUAL_SPACING

    @property
    def leading(self) -> float:
        """Return the distance of two lines of the text."""
        return round(self.size * self.spacing, 2)

    def body(self, *, first: bool, shaping: bool = False) -> ParagraphStyle:
        """Return a paragraph's style; all but the first of a section begin indented."""
        return self._style(
            "body", self.size, self.leading, TA_JUSTIFY, shaping, firstLineIndent=0 if first else self.size * 1.1
        )

    def item(self, *, shaping: bool = False) -> ParagraphStyle:
        """Return the style of a list's item."""
        indent = self.size * 1.3
        return self._style(
            "item",
            self.size,
            self.leading,
            TA_JUSTIFY,
            shaping,
            leftIndent=indent,
            bulletIndent=0,
            bulletFontSize=self.size,
        )

    def heading(self, *, shaping: bool = False) -> ParagraphStyle:
        """Return the style of a section's heading."""
        return self._style("heading", self.size + 1.6, (self.size + 1.6) * 1.15, TA_LEFT, shaping, colour=ACCENT)

    def small(self, *, shaping: bool = False, hanging: float = 0.0, centred: bool = False) -> ParagraphStyle:
        """Return the style of captions, tables and references."""
        return self._style(
            "small",
            SMALL,
            SMALL * 1.16,
            TA_CENTER if centred else TA_LEFT,
            shaping,
            leftIndent=hanging,
            bulletIndent=0,
            bulletFontSize=SMALL,
        )

    def caption(self, *, shaping: bool = False) -> ParagraphStyle:
        """Return the style of the words below a figure or above a table."""
        return self._style("caption", SMALL, SMALL * 1.16, TA_LEFT, shaping, colour=GREY)

    @staticmethod
    def title(size: float, *, shaping: bool = False) -> ParagraphStyle:
        """Return the style of the report's title."""
        return Styles._style("title", size, size * 1.15, TA_LEFT, shaping, colour=ACCENT)

    @staticmethod
    def _style(
        name: str, size: float, leading: float, alignment: int, shaping: bool, colour: Color = INK, **more: object
    ) -> ParagraphStyle:
        return ParagraphStyle(
            name,
            fontName=FAMILY,
            bulletFontName=FAMILY,
            fontSize=size,
            leading=leading,
            alignment=alignment,
            textColor=colour,
            shaping=1 if shaping else 0,
            allowWidows=0,
            allowOrphans=0,
            splitLongWords=1,
            uriWasteReduce=0.3,
            linkUnderline=0,
            **more,
        )
