"""What has to be mended in a text before it is read as a table: signs, marks of a merge, quotes that are never closed."""

from __future__ import annotations

import re

from assistant import wording
from assistant.dataset.reading.raw_file import RawFile
from assistant.dataset.reading.separators import FIXED_WIDTH, WHITESPACE, split_cells
from assistant.dataset.reading.text_layout import Layout
from assistant.dataset.repairs import MERGE_MARKS
from assistant.dataset.series import Repair

_HEAD = 1 << 18
# Digits of other scripts, and signs without width that say in which direction a text runs.
_DIGITS = {ord(zero) + value: str(value) for zero in "०٠۰০௦౦" for value in range(10)}
_SIGNS = str.maketrans(
    {**_DIGITS, **dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2069"), None)}
)
_STRANGE = re.compile(f"[{''.join(map(chr, _SIGNS))}]")


def mend_text(file: RawFile, undo: frozenset[str]) -> tuple[str, tuple[Repair, ...]] | None:
    """Return a text with Western digits, without signs that nobody sees, and with one of two merged versions.

    None when nothing of that is in it.
    """
    data = file.path.read_bytes()
    start = data[:_HEAD]
    strange = not start.isascii() and bool(_STRANGE.search(start.decode(file.likely_encoding, errors="ignore")))
    merged = b"<<<<<<< " in data and b"\n=======" in data and b"\n>>>>>>> " in data
    if not strange and not merged:
        return None
    text = data.decode(file.likely_encoding, errors="replace").lstrip("\ufeff")
    if strange:
        text = text.translate(_SIGNS)
    kept, places = _one_version(text.splitlines(), second=MERGE_MARKS.is_off(undo)) if merged else ([], 0)
    if places:
        counted = wording.counted("place", places)
        return "\n".join(kept) + "\n", (MERGE_MARKS.made(places, undo, spots=counted),)
    return (text, ()) if strange else None


def _one_version(lines: list[str], *, second: bool) -> tuple[list[str], int]:
    """Return the lines with one version of each that a merge left twice, and how many places there are."""
    kept, places, side = [], 0, ""
    for line in lines:
        if line.startswith("<<<<<<< "):
            side, places = "first", places + 1
        elif side and line.startswith("|||||||"):
            side = "before"
        elif side and line.rstrip() == "=======":
            side = "second"
        elif side and line.startswith(">>>>>>> "):
            side = ""
        elif not side or side == ("second" if second else "first"):
            kept.append(line)
    return kept, places if not side else 0


def close_quotes(file: RawFile, layout: Layout, rows: int) -> tuple[str, int] | None:
    """Return a text without quotation marks that swallow whole rows, and their number; None when there are none.

    `rows` were read with them. A mark that opens a cell is closed in the same line, or in a later one where the lines
    between are no rows by themselves.
    """
    data = file.path.read_bytes()
    if layout.separator in (WHITESPACE, FIXED_WIDTH) or data.count(b"\n") <= rows + layout.first_row + 1:
        return None
    lines = data.decode(file.likely_encoding, errors="replace").lstrip("\ufeff").splitlines()
    quote, width = layout.quote, len(layout.names)
    odd = [number for number in range(layout.first_row, len(lines)) if lines[number].count(quote) % 2]
    mended = place = 0

    def is_row(number: int) -> bool:
        line = lines[number].replace(quote, "") if number in (odd[place], last) else lines[number]
        return len(split_cells(line, layout.separator, quote)) == width

    while place < len(odd):
        last = odd[place + 1] if place + 1 < len(odd) else len(lines)
        between = range(odd[place], min(last + 1, len(lines)))
        if all(is_row(number) for number in between if lines[number].strip()):
            lines[odd[place]] = lines[odd[place]].replace(quote, "")
            mended, place = mended + 1, place + 1
        else:
            place += 2
    return ("\n".join(lines) + "\n", mended) if mended else None
