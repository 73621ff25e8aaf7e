"""The order of words in a line where some are read from right to left.

Each word is shaped on its own, in the order in which its letters are seen. What is left is the order of the words: runs
of words that are read leftwards are turned round, after the Unicode bidirectional algorithm as far as words go
(https://www.unicode.org/reports/tr9/).
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import Any, Literal
from unicodedata import bidirectional

Direction = Literal["L", "R"]
_LEFTWARDS = ("R", "AL")


def is_leftwards(text: str) -> bool:
    """Tell whether a text has letters that are read from right to left."""
    return any(bidirectional(character) in _LEFTWARDS for character in text)


def mark_words(words: list[Any]) -> list[Any]:
    """Mark the parts of words that are read leftwards, because their letters are not known once they are shaped."""
    count = 0
    for word in words:
        for place, (style, text) in enumerate(word[1:], 1):
            if is_leftwards(text) and not hasattr(style, "leftwards"):
                # Reportlab joins neighbours that look alike into one; two colours of nothing keep them apart.
                word[place] = (style.clone(leftwards=True, backColor=("", 0)[count % 2]), text)
                count += 1
    return words


def arrange(words: list[Any], base: Direction) -> list[Any]:
    """Return the parts of a line in the order in which they are drawn from the left; blanks stay between words."""
    if not any(hasattr(word, "leftwards") for word in words):
        return words
    units = []
    for word in words:
        text = getattr(word, "text", "")
        blank = text.endswith(" ")
        units.append((word, text[:-1] if blank else text, blank))
    directions = _resolved([_direction(word, text) for word, text, _ in units], base)
    order: list[int] = []
    runs = [[place for place, _ in run] for _, run in groupby(enumerate(directions), key=lambda item: item[1])]
    for run in runs if base == "L" else runs[::-1]:
        order += run if directions[run[0]] == "L" else run[::-1]
    # A blank belongs to two neighbours; of two runs it is the one between them wherever their ends have gone.
    run_of = {place: number for number, run in enumerate(runs) for place in run}
    blanks = []
    for left, right in pairwise(order):
        one, other = sorted((run_of[left], run_of[right]))
        blanks.append(units[min(left, right) if one == other else runs[one][-1]][2])
    for place, blank in zip(order, [*blanks, False], strict=True):
        word, text, _ = units[place]
        if hasattr(word, "text"):
            word.text = text + " " if blank else text
    return [words[place] for place in order]


def _direction(word: Any, text: str) -> Direction | None:
    if hasattr(word, "leftwards"):
        return "R"
    if hasattr(word, "cbDefn") or any(bidirectional(character) == "L" for character in text):
        return "L"
    return None


def _resolved(directions: list[Direction | None], base: Direction) -> list[Direction]:
    """Let numbers and signs go with their neighbours where those agree, and else with the paragraph."""
    resolved: list[Direction] = []
    for place, direction in enumerate(directions):
        before = resolved[-1] if resolved else base
        after = next((later for later in directions[place:] if later is not None), base)
        resolved.append(direction or (before if before == after else base))
    return resolved
