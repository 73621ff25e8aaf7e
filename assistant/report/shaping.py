"""Shaping of words that are set in several fonts.

Reportlab 5.1 shapes a whole word with the font of its first letters, and fails or draws boxes when a comma or a bracket
in another font touches an Indic word. Here each stretch of one font is shaped on its own.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import ShapedFragWord, makeShapedFragWord, shapeFragWord
from reportlab.platypus import paragraph


def shape_word(word: Any) -> Any:
    """Return a word of a paragraph, [width, (style, text), …], shaped font by font."""
    if isinstance(word, ShapedFragWord):
        return word
    stretches = [list(group) for _, group in groupby(word[1:], key=_font)]
    if len(stretches) < 2:
        return shapeFragWord(word)
    width, parts = word[0], []
    for stretch in stretches:
        if _font(stretch[0]) is None:
            parts += stretch
            continue
        before = sum(stringWidth(text, style.fontName, style.fontSize) for style, text in stretch)
        shaped = shapeFragWord([before, *stretch])
        width += shaped[0] - before
        parts += shaped[1:]
    return makeShapedFragWord(word)([width, *parts])


def _font(part: Any) -> str | None:
    """Return the font of a part of a word, or None for a formula."""
    style = part[0]
    return None if hasattr(style, "cbDefn") else str(style.fontName)


def install() -> None:
    """Let reportlab's paragraphs shape words in this way."""
    paragraph.shapeFragWord = shape_word
