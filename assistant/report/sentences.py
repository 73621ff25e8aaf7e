"""Sentences of a text, where they begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A full stop after these is no end of a sentence.
_SHORT = re.compile(r"(?:\b(?:e\.g|i\.e|cf|vs|etc|approx|Fig|Figs|Eq|Tab|No|Dr|Prof|St|al|resp)|\b[A-Z])\.$")
_END = re.compile(r"[.!?…।]+[\"'”’)\]]*(?=\s|$)|\n\s*\n|$")


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Return the start and the end of each sentence in a text, without the space around it."""
    start = 0
    for match in _END.finditer(text):
        end = match.end() if match.group().strip() else match.start()
        if match.group().strip() and _SHORT.search(text[start : match.start() + 1]):
            continue
        stripped = text[start:end].strip()
        if stripped:
            first = start + text[start:end].index(stripped)
            yield first, first + len(stripped)
        start = match.end()
