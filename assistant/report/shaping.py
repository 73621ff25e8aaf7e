"""Shaping of words that are set in several fonts.

Reportlab 5.1 shapes a whole word with the font of its first letters, and fails or draws boxes when a comma or a bracket
in another font touches an Indic word. Here each stretch of one font is shaped on its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from reportlab.lib.rl_accel import fp_str
from reportlab.pdfbase import ttfonts
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import ShapedFragWord, makeShapedFragWord, shapeFragWord
from reportlab.pdfgen.textobject import PDFTextObject
from reportlab.platypus import paragraph

# Not the ligatures of choice, such as the one of the Hebrew letters alef and lamed.
_FEATURES = {"kern": True, "liga": True}
_to_unicode = ttfonts.makeToUnicodeCMap


class ShapedText(PDFTextObject):  # type: ignore[misc]
    """Text in which a word may begin with a letter or mark that stands higher than the line.

    Reportlab 5.1 fails there, and forgets a height when it is followed by another at once.
    """

    _rise: float
    _y: float

    def setRise(self, rise: float) -> None:  # noqa: N802
        """Let what follows stand higher than the line by so many points."""
        if self._code and not self._code[-1].endswith(" Ts"):
            super().setRise(rise)
            return
        self._y += self._rise - rise
        self._rise = rise
        self._code[-1:] = [f"{fp_str(rise)} Ts"]


def shape_word(word: Any) -> Any:
    """Return a word of a paragraph, [width, (style, text), …], shaped font by font."""
    if isinstance(word, ShapedFragWord):
        return word
    stretches = [list(group) for _, group in groupby(word[1:], key=_font)]
    if len(stretches) < 2:
        return shapeFragWord(word, _FEATURES)
    width, parts = word[0], []
    for stretch in stretches:
        if _font(stretch[0]) is None:
            parts += stretch
            continue
        before = sum(stringWidth(text, style.fontName, style.fontSize) for style, text in stretch)
        shaped = shapeFragWord([before, *stretch], _FEATURES)
        width += shaped[0] - before
        parts += shaped[1:]
    return makeShapedFragWord(word)([width, *parts])


def _font(part: Any) -> str | None:
    """Return the font of a part of a word, or None for a formula."""
    style = part[0]
    return None if hasattr(style, "cbDefn") else str(style.fontName)


def to_unicode(name: str, characters: Sequence[int]) -> str:
    """Return reportlab's table of what each letter of an embedded font stands for, in UTF-16 as PDF asks.

    A ligature stands for its letters, and a form that a letter takes beside others for the letter.
    """
    return re.sub(r"(?<= <)[0-9A-F]{4,6}(?=>)", lambda code: _meant(int(code[0], 16)), _to_unicode(name, characters))


def _meant(code: int) -> str:
    character = chr(code)
    if "\ufb00" <= character <= "\ufdff" or "\ufe70" <= character <= "\ufefc":
        letters = unicodedata.normalize("NFKC", character)
        character = character if " " in letters else letters
    return character.encode("utf-16-be", "surrogatepass").hex().upper()


def install() -> None:
    """Let reportlab's paragraphs shape words in this way."""
    paragraph.shapeFragWord = shape_word
    ttfonts.makeToUnicodeCMap = to_unicode
