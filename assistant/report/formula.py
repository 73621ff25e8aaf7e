"""Formulas: laid out by matplotlib's mathtext in the STIX letters of the text, drawn as text by reportlab."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assistant.report.fonts import font_of_file
from assistant.report.style import INK

_LOCK = threading.Lock()


@dataclass(frozen=True)
class Formula:
    """A formula ready to be drawn; sizes in points, `depth` is how far it reaches below the line of the text."""

    width: float
    height: float
    depth: float
    glyphs: tuple[tuple[str, float, str, float, float], ...]  # font, size, character, x, y above the base line
    rules: tuple[tuple[float, float, float, float], ...]  # x, y, width, height

    def draw(self, canvas: Any, x: float, y: float) -> None:
        """Draw it with its base line starting at (x, y)."""
        canvas.setFillColor(INK)
        text = canvas.beginText()
        for font, size, character, left, up in self.glyphs:
            text.setFont(font, size)
            text.setTextOrigin(x + left, y + up)
            text.textOut(character)
        canvas.drawText(text)
        for left, up, width, height in self.rules:
            canvas.rect(x + left, y + up, width, height, stroke=0, fill=1)


@lru_cache(maxsize=512)
def lay_out(source: str, size: float) -> Formula | None:
    """Return the formula, or None when it cannot be read."""
    import matplotlib as mpl
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    with _LOCK, mpl.rc_context({"mathtext.fontset": "stix"}):
        try:
            parsed = MathTextParser("path").parse(f"${source}$", 72, FontProperties(size=size))
        except (ValueError, RuntimeError):
            return None
    return Formula(
        width=float(parsed.width),
        height=float(parsed.height),
        depth=float(parsed.depth),
        glyphs=tuple(
            (font_of_file(font.fname), float(points), chr(code), round(float(left), 3), round(float(up), 3))
            for font, points, code, _, left, up in parsed.glyphs
        ),
        rules=tuple(tuple(round(float(value), 3) for value in rule) for rule in parsed.rects),  # type: ignore[misc]
    )
