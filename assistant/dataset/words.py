"""Lists of words, written one after the other."""

from __future__ import annotations


def words(*texts: str) -> tuple[str, ...]:
    """Return the words of the texts, in their order."""
    return tuple(word for text in texts for word in text.split())
