"""Texts that vary with what happened: pieces with a condition, of which those that hold are said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assistant.facts import Facts


def holds(condition: str, facts: Facts) -> bool:
    """Tell whether a condition such as "seasonal, not short" holds: every word of it is in the fact `situation`."""
    situation = {word.strip() for word in facts.texts.get("situation", "").split(",")}
    words = [word.strip() for word in condition.split(",") if word.strip()]
    return all((word[4:] not in situation) if word.startswith("not ") else (word in situation) for word in words)


def chosen(pieces: str | Iterable[str | Mapping[str, str]], facts: Facts) -> list[str]:
    """Return the texts of the pieces whose `when` holds, in order, with their placeholders still in them.

    A piece is a text, or a table with `text` and `when`.
    """
    if isinstance(pieces, str):
        return [pieces]
    texts = []
    for piece in pieces:
        if isinstance(piece, str):
            texts.append(piece)
        elif holds(piece.get("when", ""), facts):
            texts.append(piece["text"])
    return texts
