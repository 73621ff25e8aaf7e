"""Formulas: laid out by matplotlib's mathtext in the STIX letters of the text, drawn as text by reportlab."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assistant.charts.font_choice import SCRIPT_SHARE, enlarge_scripts
from assistant.charts.font_files import characters_of, matplotlib_fonts
from assistant.report.fonts import font_of_file
from assistant.report.style import INK, SMALLEST

_LOCK = threading.Lock()
_SIZE, _FINER = 10.0, 100


@dataclass(frozen=True)
class Formula:
    """A formula ready to be drawn; sizes in points, `depth` is how far it reaches below the line of the text."""

    width: float
    height: float
    depth: float
    glyphs: tuple[tuple[str, float, str, float, float], ...]  # font, size, character, x, y above the base line
    rules: tuple[tuple[float, float, float, float], ...]  # x, y, width, height

    def scaled(self, factor: float) -> Formula:
        """Return the formula at another size."""

        def times(value: float) -> float:
            return round(value * factor, 4)

        return Formula(
            times(self.width),
            times(self.height),
            times(self.depth),
            glyphs=tuple((font, times(size), sign, times(x), times(y)) for font, size, sign, x, y in self.glyphs),
            rules=tuple((times(x), times(y), times(width), times(height)) for x, y, width, height in self.rules),
        )

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


def lay_out(source: str, size: float, *, room: float = math.inf) -> Formula | None:
    """Return the formula for a text of a size in points, or None when it cannot be read or is wider than `room`.

    It is somewhat larger than a small text, so that its indices are not too small; only where it has no room for that
    it is as small as the smallest text.
    """
    whole = _lay_out(source)
    if whole is None:
        return None
    least = SMALLEST / SCRIPT_SHARE
    sizes = (max(size, least), least, SMALLEST)
    return next((formula for points in sizes if (formula := whole.scaled(points / _SIZE)).width <= room), None)


@lru_cache(maxsize=512)
def _lay_out(source: str) -> Formula | None:
    import matplotlib as mpl
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    # For a letter that its fonts lack mathtext draws another sign without a word.
    if any(ord(sign) not in characters_of(matplotlib_fonts() / "STIXGeneral.ttf") for sign in source if sign.strip()):
        return None
    enlarge_scripts()
    with _LOCK, mpl.rc_context({"mathtext.fontset": "stix"}):
        try:
            # Laid out much larger than it is drawn, because mathtext rounds to whole units.
            parsed = MathTextParser("path").parse(f"${source}$", 72 * _FINER, FontProperties(size=_SIZE))
        except (ValueError, RuntimeError):
            return None
    return Formula(
        width=float(parsed.width) / _FINER,
        height=float(parsed.height) / _FINER,
        depth=float(parsed.depth) / _FINER,
        glyphs=tuple(
            (font_of_file(font.fname), float(points), chr(code), float(left) / _FINER, float(up) / _FINER)
            for font, points, code, _, left, up in parsed.glyphs
        ),
        rules=tuple(tuple(float(value) / _FINER for value in rule) for rule in parsed.rects),  # type: ignore[misc]
    )
