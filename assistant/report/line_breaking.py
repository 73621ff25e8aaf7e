"""Breaking lines of scripts that are written without blanks: Chinese, Japanese, Korean, Thai, Lao.

Reportlab breaks a paragraph only at blanks, and a word that is longer than a line anywhere, also between a letter and
its mark. Here such a word is handed to it as many words without blanks between them, cut wherever a line may end.
"""

from __future__ import annotations

from functools import wraps
from typing import Any
from unicodedata import category

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import paragraph

from assistant.charts.cjk_fonts import is_east_asian
from assistant.report.bidirectional import mark_words

# No line begins with these: closing signs, small kana, marks of length and repetition; none ends with the others.
_NEVER_FIRST = frozenset(
    "、。，．：；！？）］｝〕〉》」』】〗〙〟’”…‥・ーゝゞ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.;:!?)]}%°〜～"
)
_NEVER_LAST = frozenset("（［｛〔〈《「『【〖〘〝‘“([{$€£¥＄￥")

# Vowels of Thai and Lao that stand in front of their consonant. Where words begin only a dictionary knows, but each of
# these begins a syllable. Where none comes for long, a line may end after any whole letter with its marks.
_FIRST_OF_SYLLABLE = frozenset("เแโใไເແໂໃໄ")
_AFTER_CONSONANT = frozenset("ะาำๅๆฯະາຳຽ")
_JOINS_NEXT = frozenset("\u17d2\u1039")  # of Khmer and Burmese: the next consonant is written below
_ENDS_SYLLABLE = "\u103a"  # of Burmese, above a consonant that belongs to the one before
_FIRST_SPECIAL = "\u0590"  # before it are Latin, Greek, Cyrillic and Armenian letters
_LONG = 8  # letters with their marks


def may_part(before: str, after: str) -> bool:
    """Tell whether a line may end between two characters that no blank parts."""
    if after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    return is_east_asian(before) or is_east_asian(after) or after in _FIRST_OF_SYLLABLE


def _without_blanks(text: str) -> bool:
    return any(is_east_asian(character) or _is_south_east_asian(character) for character in text)


def _is_south_east_asian(character: str) -> bool:
    """Tell whether a character is of Thai, Lao, Burmese or Khmer."""
    return "\u0e01" <= character <= "\u0eff" or "\u1000" <= character <= "\u109f" or "\u1780" <= character <= "\u17ff"


def _places(text: str) -> list[int]:
    """Return where a word may be parted: the number of each character in front of which a line may end."""
    places, letters = [], 0
    for place in range(1, len(text)):
        before, after, next_one = text[place - 1], text[place], text[place + 1 : place + 2]
        if may_part(before, after):
            places.append(place)
            letters = 0
        elif _is_south_east_asian(before) and _is_south_east_asian(after):
            joined = category(after).startswith("M") or after in _AFTER_CONSONANT
            if joined or before in _JOINS_NEXT | _FIRST_OF_SYLLABLE or next_one == _ENDS_SYLLABLE:
                continue
            letters += 1
            if letters >= _LONG:
                places.append(place)
                letters = 0
    return places


def east_asian(text: str) -> bool:
    """Tell whether a text has letters of Chinese, Japanese or Korean."""
    return any(is_east_asian(character) for character in text)


def part_word(word: Any) -> list[Any]:
    """Return a word of a paragraph, [width, (style, text), …], as the words between which a line may be broken."""
    # What reportlab has cut itself, formulas and words of other scripts stay as they are.
    if isinstance(word, paragraph._SplitFrag) or not any(_without_blanks(text) for _, text in word[1:]):
        return [word]
    pieces: list[list[tuple[Any, str]]] = [[]]
    places, count = set(_places("".join(text for _, text in word[1:]))), 0
    for style, text in word[1:]:
        if not text:
            pieces[-1].append((style, text))
        for character in text:
            if count in places:
                pieces.append([])
            if pieces[-1] and pieces[-1][-1][0] is style:
                pieces[-1][-1] = (style, pieces[-1][-1][1] + character)
            else:
                pieces[-1].append((style, character))
            count += 1
    words: list[Any] = [[_width(piece), *piece] for piece in pieces]
    words[-1] = type(word)(words[-1])
    return words


def _width(piece: list[tuple[Any, str]]) -> float:
    return float(sum(stringWidth(text, style.fontName, style.fontSize) for style, text in piece))


def stretched(draw: Any) -> Any:
    """Return a function that draws a justified line, and East Asian letters a little apart where blanks are too few."""

    @wraps(draw)
    def draw_line(text: Any, offset: float, line: Any, last: int = 0) -> None:
        count = getattr(line, "letters", 0)
        if last or line.lineBreak or count < 2 or not 0 < line.extraSpace <= line.fontSize * 2:
            draw(text, offset, line, last)
            return
        text.setCharSpace(line.extraSpace / (count - 1))
        draw(text, offset, line, 1)
        text.setCharSpace(0)

    return draw_line


def install() -> None:
    """Let reportlab's paragraphs break and fill lines in this way."""
    words_of = paragraph._getFragWords
    if hasattr(words_of, "__wrapped__"):
        return

    @wraps(words_of)
    def parted(*arguments: Any, **options: Any) -> list[Any]:
        words = words_of(*arguments, **options)
        # Most words are of scripts that need none of this, which is told fastest by their last letter in Unicode.
        if all(not text or max(text) < _FIRST_SPECIAL for word in words for _, text in word[1:]):
            return list(words)
        return mark_words([piece for word in words for piece in part_word(word)])

    paragraph._getFragWords = parted
    paragraph._justifyDrawParaLineX = stretched(paragraph._justifyDrawParaLineX)
