"""Sentences that were written under an older run and may no longer be true."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.facts import Facts
from assistant.report.markdown import read_pieces
from assistant.report.sentences import sentences


@dataclass(frozen=True)
class Change:
    """One fact that a sentence cites: its name, what it said then, and what it says now."""

    name: str
    then: str
    now: str


@dataclass(frozen=True)
class StaleSentence:
    """A sentence at [start, end) of a text that cites an older run, and what changed.

    A fact in braces has been replaced by its present value, so that the words around it are what has to be read again;
    a `typed` number still says what was true then.
    """

    start: int
    end: int
    text: str
    changes: tuple[Change, ...]
    typed: bool


def stale_sentences(text: str, written_under: Facts, now: Facts) -> tuple[StaleSentence, ...]:
    """Return the sentences that cite a fact which has changed since the text was last written or confirmed.

    `written_under` are the facts of that moment. A typed number counts when it is a number of the older facts with at
    least two digits and no longer one of the present facts.
    """
    if written_under.texts == now.texts:
        return ()
    changed = {
        name: Change(name, then, now.texts.get(name, ""))
        for name, then in written_under.texts.items()
        if now.texts.get(name, "") != then and name != "situation"
    }
    numbers: dict[str, Change] = {}
    present = {number for value in now.texts.values() for number in _numbers(value)}
    for change in changed.values():
        for number in _numbers(change.then):
            if number not in present:
                numbers.setdefault(number, change)
    found = []
    for start, end in sentences(text):
        sentence = text[start:end]
        named = {piece.text for piece in read_pieces(sentence) if piece.kind == "name"} & changed.keys()
        plain = " ".join(piece.text for piece in read_pieces(sentence) if piece.kind == "text")
        typed = {numbers[number].name for number in _numbers(plain) if number in numbers}
        if named or typed:
            changes = tuple(changed[name] for name in sorted(named | typed))
            found.append(StaleSentence(start, end, sentence, changes, bool(typed)))
    return tuple(found)


def _numbers(text: str) -> list[str]:
    """Return the numbers of a text that say something: with a decimal point, or of at least two digits."""
    found = re.findall(r"(?<![\w.,])[−-]?\d[\d,]*(?:\.\d+)?(?![\w])", text)
    return [number.replace("-", "−") for number in found if len(re.sub(r"\D", "", number)) >= 2]
