"""Texts that vary with what happened: pieces with a condition, of which those that hold are said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from assistant.facts import Facts

# One text, or several of which each may be a table with `text` and the condition `when` it is said.
Pieces: TypeAlias = str | Iterable[str | Mapping[str, str]]


def holds(condition: str, facts: Facts) -> bool:
    """Tell whether a condition such as "seasonal, not short" holds: every word of it is in the fact `situation`."""
    situation = {word.strip() for word in facts.texts.get("situation", "").split(",")}
    words = [word.strip() for word in condition.split(",") if word.strip()]
    return all((word[4:] not in situation) if word.startswith("not ") else (word in situation) for word in words)


def chosen(pieces: Pieces, facts: Facts) -> list[str]:
    """Return the texts of the pieces whose condition holds, in order, with their placeholders still in them."""
    return [text for text, when in _parts(pieces) if holds(when, facts)]


def every_text(pieces: Pieces) -> list[str]:
    """Return the texts of all pieces, whatever their condition."""
    return [text for text, _ in _parts(pieces)]


def _parts(pieces: Pieces) -> list[tuple[str, str]]:
    """Return each piece's text and its condition, which is empty where there is none."""
    every = [pieces] if isinstance(pieces, str) else pieces
    return [(piece, "") if isinstance(piece, str) else (piece["text"], piece.get("when", "")) for piece in every]
