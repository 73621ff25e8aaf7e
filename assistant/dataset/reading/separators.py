"""What tells the cells of a text table apart: a sign, blanks, or their places in the line."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from assistant.dataset.understanding.number_texts import is_missing, looks_typed

SEPARATORS = (",", ";", "\t", "|")
RARE_SEPARATORS = ("^", "~", ":", "#")
WHITESPACE = "whitespace"
FIXED_WIDTH = "fixed width"
_MANY_CELLS = 8
_LONGEST_CELL = 1 << 24  # signs; Python's own limit of 131,072 is less than a cell of a stranger may hold
csv.field_size_limit(_LONGEST_CELL)


def join_lines(body: Sequence[tuple[int, str]], separator: str, quote: str) -> list[tuple[int, str]]:
    """Join lines that a quoted line break split."""
    if separator in (WHITESPACE, FIXED_WIDTH):
        return list(body)
    joined: list[tuple[int, str]] = []
    pending = ""
    start = 0
    for number, line in body:
        if not pending:
            start = number
        pending = f"{pending}\n{line}" if pending else line
        if pending.count(quote) % 2 == 0 or pending.count("\n") > 20:
            joined.append((start, pending))
            pending = ""
    if pending:
        joined.extend((start + offset, line) for offset, line in enumerate(pending.split("\n")))
    return joined


def split_cells(line: str, separator: str, quote: str, widths: Sequence[tuple[int, int]] = ()) -> list[str]:
    """Split one line into its cells, stripped."""
    if separator == FIXED_WIDTH:
        bare = line.expandtabs()
        between = [bare[end:start] for (_, end), (start, _) in pairwise([(0, 0), *widths, (len(bare), 0)])]
        apart = bare.split()
        if any(map(str.strip, between)):  # names that do not stand right above their columns
            return apart if len(apart) == len(widths) else _nearest(bare, widths)
        return [bare[start:end].strip() for start, end in widths]
    if separator == WHITESPACE:
        line, separator = re.sub(r"\s+", " ", line.strip()), " "
    try:
        row = next(
            csv.reader(io.StringIO(line, newline=""), delimiter=separator, quotechar=quote, skipinitialspace=True), []
        )
    except csv.Error:
        row = line.split(separator)
    return [cell.strip() for cell in row]


def _nearest(line: str, widths: Sequence[tuple[int, int]]) -> list[str]:
    """Put each word of a line into the column that it shares most places with, or else lies nearest to."""
    cells: list[list[str]] = [[] for _ in widths]
    for word in re.finditer(r"\S+", line):
        shared = [min(word.end(), end) - max(word.start(), start) for start, end in widths]
        cells[shared.index(max(shared))].append(word[0])
    return [" ".join(words) for words in cells]


def cuts_words(line: str, widths: Sequence[tuple[int, int]]) -> bool:
    """Tell whether fixed places cut several words of a line: it is a sentence above the table."""
    bare = line.expandtabs()
    return sum(bool(bare[end - 1 : end].strip() and bare[end : end + 1].strip()) for _, end in widths[:-1]) > 1


def find_separator(lines: Sequence[str], declared: str | None) -> tuple[str, str, tuple[tuple[int, int], ...]]:
    """Return the separator of a table (or how else its cells are told apart), its quote sign, and fixed places."""
    quote = _find_quote(lines)
    if declared:
        return declared, quote, ()
    best, best_score = "", 0.0
    for separator in (*SEPARATORS, *RARE_SEPARATORS):
        score = _score([split_cells(line, separator, quote) for line in lines]) * (
            1.0 if separator in SEPARATORS else 0.8
        )
        if separator in RARE_SEPARATORS and not all(separator in line for line in lines[-20:]):
            score = 0.0
        if score > best_score + 1e-9:
            best, best_score = separator, score
    spaces = [split_cells(line, WHITESPACE, quote) for line in lines]
    spaced = _score(spaces)
    widths = _find_widths(lines)
    usual = Counter(map(len, spaces)).most_common(1)
    if spaced > 0.6 and usual and usual[0][0] != len(widths):
        widths = ()  # what stands below or above the table hides its columns
    if widths and (not best or best_score < 0.75) and not _agrees(lines, best, quote):
        fixed = _score([split_cells(line, FIXED_WIDTH, quote, widths) for line in lines])
        ragged = len({len(row) for row in spaces}) > 1
        if fixed >= spaced - 0.02 and fixed > best_score and ragged:
            return FIXED_WIDTH, quote, widths
    if spaced > max(best_score + 0.1, 0.55) and not _words_only(spaces):
        return WHITESPACE, quote, ()
    return best or ",", quote, ()


def _agrees(lines: Sequence[str], separator: str, quote: str) -> bool:
    """Many cells in each of half the lines are no accident, whatever stands above them; nor are quotes around cells."""
    counts = Counter(len(split_cells(line, separator, quote)) for line in lines) if separator else Counter()
    width, number = max(counts.items(), key=lambda item: item[1], default=(0, 0))
    quoted = sum(f"{quote}{separator}" in line or f"{separator}{quote}" in line for line in lines)
    if width > 1 and min(number, quoted) >= 0.9 * len(lines):
        return True
    return width >= _MANY_CELLS and number >= 0.5 * len(lines)


def _words_only(rows: Sequence[Sequence[str]]) -> bool:
    """Sentences and dates with a time are no tables in columns of one blank each."""
    body = rows[1:] or rows
    typed = [sum(map(looks_typed, row)) for row in body]
    return sum(typed) < len(body)


def _find_quote(lines: Sequence[str]) -> str:
    double = sum(line.count('"') for line in lines)
    single = sum(1 for line in lines if re.search(r"(?:^|[,;\t|])\s*'[^']*'\s*(?:[,;\t|]|$)", line))
    return "'" if not double and single > 0.5 * len(lines) and lines else '"'


def _score(rows: Sequence[Sequence[str]]) -> float:
    """How much rows look like a table: the share with the commonest width, times the share of clean cells."""
    counts = Counter(len(row) for row in rows if row)
    if not counts:
        return 0.0
    width, number = max(
        ((width, number) for width, number in counts.items() if width > 1),
        key=lambda item: (item[1], item[0]),
        default=(1, 0),
    )
    if width < 2:
        return 0.0
    share = number / sum(counts.values())
    body = [row for row in rows if len(row) == width]
    clean = sum(_clean(cell) for row in body for cell in row) / (width * len(body))
    return share * clean + 0.001 * min(width, 50)


def _clean(cell: str) -> float:
    if '"' in cell.strip('"'):
        return 0.2  # a quote inside a cell: it was cut in the middle of a quoted text
    if is_missing(cell) or looks_typed(cell):
        return 0.4 if any(sign in cell for sign in ";\t|") else 1.0
    return 0.2 if any(sign in cell for sign in ";\t|") else 0.8


def _find_widths(lines: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Columns of a fixed-width table are the stretches between positions that are blank in every line."""
    body = [line.expandtabs() for line in lines[len(lines) // 4 :] if not set(line.strip()) <= set("-=+| ")]
    if len(body) < 3:
        return ()
    length = max(map(len, body))
    used = [0] * (length + 1)
    for line in body:
        for position, character in enumerate(line):
            used[position] += character != " "
    widths: list[tuple[int, int]] = []
    start = None
    for position, number in enumerate(used):
        if number and start is None:
            start = position
        elif not number and start is not None:
            widths.append((start, position))
            start = None
    return tuple(widths) if len(widths) > 1 else ()
