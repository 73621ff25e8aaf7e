"""How a text table is laid out: its separator, where its header is, what stands above and below it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.dataset.cells import is_missing, looks_typed

SEPARATORS = (",", ";", "\t", "|")
RARE_SEPARATORS = ("^", "~", ":", "#")
WHITESPACE = "whitespace"
FIXED_WIDTH = "fixed width"
_LINES = 400
_COMMENT = ("#", "%", "//", "!", "@", "'", "*")
_UNIT = re.compile(
    r"^[\[(]?\s*(?:[°º]?\s?[CFK]|deg\.?\s?[CF]?|degrees?|%|‰|ppmv?|ppb|[kMGm]?Wh?(?:/m[²2])?|[kMG]?VAr?|[km]?A|[kMmc]?m[²³23]?(?:/(?:s|h|d|day))?|m\s?s-?1|km/?h|"
    r"mph|mi|ft|in(?:ch(?:es)?)?|[hkM]?Pa|mbar|mb|bar|[kmµμ]?g(?:/m[³3])?|[lL](?:/[sh])?|s|sec|min|h|hours?|days?|"
    r"units?|USD|EUR|GBP|INR|\$|€|£|J|[kM]J|Hz|[kM]Hz|lux|lx|W/m[²2]|µg/m³|ug/m3|µg/m3|mg/l|cd|dB|pH|count|"
    r"number|index|UTC|GMT|local|[-–]|yyyy\S*|dd\S*|mm\S*|hh\S*|date|time|text|string|float|int(?:eger)?|1)\s*[\])]?$",
    re.IGNORECASE,
)
_DATE_NAME = re.compile(r"\d[-/.]\d+[-/.]\d|\d{4}[-/]\d|\d{4}[QMWqmw]\d|\d[-\s]?[A-Za-z]{3}|[A-Za-z]{3}[-\s]?\d")
_BRACKETED = re.compile(r"^\s*[\[(].*[\])]\s*$")


@dataclass(frozen=True)
class Layout:
    """How a text table is laid out.

    `first_row` is the line (from 0) where the data start; `names` are the columns' names; `header` tells whether they
    stood in the file; `units` maps names to a unit row's texts; `above` are the lines over the header.
    """

    separator: str
    quote: str
    names: tuple[str, ...]
    header: bool
    first_row: int
    above: tuple[str, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    widths: tuple[tuple[int, int], ...] = ()
    comment: str = ""
    decimal_comma: bool = False
    grouped: tuple[str, ...] = ()  # columns whose points may stand between thousands
    wrapped: bool = False  # every line stands in quotes as a whole
    renamed: tuple[str, ...] = ()


def find_layout(text: str, whole: bool = True, header: bool | None = None) -> Layout:
    """Find the layout from the first part of a table's text; `whole` tells whether that is all of it.

    `header` says whether the columns' names stand in the file, for when it is known.
    """
    lines = text.splitlines()
    if not whole and len(lines) > 1:
        lines = lines[:-1]
    lines = lines[:_LINES]
    declared = re.fullmatch(r"\s*\"?sep=(.)\"?\s*", lines[0]) if lines else None
    skipped = 1 if declared else 0
    wrapped = _is_wrapped(lines[skipped:])
    if wrapped:
        lines = [line.strip()[1:-1].replace('""', '"') if line.strip() else line for line in lines]
    kept = [(number, line) for number, line in enumerate(lines) if number >= skipped and line.strip()]
    comment = _comment_sign([line for _, line in kept])
    body = [(number, line) for number, line in kept if not (comment and line.lstrip().startswith(comment))]
    separator, quote, widths = _find_separator([line for _, line in body], declared[1] if declared else None)
    rows = [(number, _cells(line, separator, quote, widths)) for number, line in _joined(body, separator, quote)]
    comments = [line for _, line in kept if comment and line.lstrip().startswith(comment)]
    return _arrange(rows, lines, comments, separator, quote, widths, comment, wrapped, header)


def split_line(line: str, layout: Layout) -> list[str]:
    """Split one line of a table by its layout."""
    return _cells(line, layout.separator, layout.quote, layout.widths)


def _is_wrapped(lines: Sequence[str]) -> bool:
    full = [line.strip() for line in lines if line.strip()]
    return len(full) > 2 and all(
        len(line) > 2 and line[0] == line[-1] == '"' and line.count('"') == 2 and any(sign in line for sign in ",;\t")
        for line in full
    )


def _comment_sign(lines: Sequence[str]) -> str:
    """A sign counts as starting comments when the lines at the top, or only some, start with it and most do not."""
    for sign in _COMMENT[:4]:
        marked = [line.lstrip().startswith(sign) for line in lines]
        if marked and any(marked[:3]) and sum(marked) < 0.9 * len(marked):
            return sign
    return ""


def _joined(body: Sequence[tuple[int, str]], separator: str, quote: str) -> list[tuple[int, str]]:
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


def _cells(line: str, separator: str, quote: str, widths: Sequence[tuple[int, int]] = ()) -> list[str]:
    if separator == FIXED_WIDTH:
        bare = line.expandtabs()
        bounds = [end for _, end in widths[:-1]]
        cut = any(bare[end - 1 : end].strip() and bare[end : end + 1].strip() for end in bounds)
        apart = bare.split()
        if (cut or bare[widths[-1][1] :].strip()) and len(apart) == len(widths):
            return apart  # names that do not stand right above their columns
        return [bare[start:end].strip() for start, end in widths]
    if separator == WHITESPACE:
        return next(csv.reader([re.sub(r"\s+", " ", line.strip())], delimiter=" ", quotechar=quote), [])
    try:
        row = next(
            csv.reader(io.StringIO(line, newline=""), delimiter=separator, quotechar=quote, skipinitialspace=True), []
        )
    except csv.Error:
        row = line.split(separator)
    return [cell.strip() for cell in row]


def _find_separator(lines: Sequence[str], declared: str | None) -> tuple[str, str, tuple[tuple[int, int], ...]]:
    quote = _find_quote(lines)
    if declared:
        return declared, quote, ()
    best, best_score = "", 0.0
    for separator in (*SEPARATORS, *RARE_SEPARATORS):
        score = _score([_cells(line, separator, quote) for line in lines]) * (1.0 if separator in SEPARATORS else 0.8)
        if separator in RARE_SEPARATORS and not all(separator in line for line in lines[-20:]):
            score = 0.0
        if score > best_score + 1e-9:
            best, best_score = separator, score
    spaces = [_cells(line, WHITESPACE, quote) for line in lines]
    spaced = _score(spaces)
    widths = _find_widths(lines)
    usual = Counter(map(len, spaces)).most_common(1)
    if spaced > 0.6 and usual and usual[0][0] != len(widths):
        widths = ()  # what stands below or above the table hides its columns
    if widths and (not best or best_score < 0.75):
        fixed = _score([_cells(line, FIXED_WIDTH, quote, widths) for line in lines])
        ragged = len({len(row) for row in spaces}) > 1
        if fixed >= spaced - 0.02 and fixed > best_score and ragged:
            return FIXED_WIDTH, quote, widths
    if spaced > max(best_score + 0.1, 0.55) and not _words_only(spaces):
        return WHITESPACE, quote, ()
    return best or ",", quote, ()


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


def _arrange(
    rows: list[tuple[int, list[str]]],
    lines: Sequence[str],
    comments: Sequence[str],
    separator: str,
    quote: str,
    widths: tuple[tuple[int, int], ...],
    comment: str,
    wrapped: bool,
    header: bool | None,
) -> Layout:
    counts = Counter(len(row) for _, row in rows[len(rows) // 4 :])
    width = max(counts.items(), key=lambda item: (item[1], item[0]))[0] if counts else 1
    start = _first_of_table(rows, width)
    start = _later_header(rows, start, width)
    block = _header_rows(rows[start:], width) if header is None else int(header)
    header_rows = [row for _, row in rows[start : start + block]]
    data = rows[start + block :]
    first = data[0][0] if data else (rows[-1][0] + 1 if rows else 0)
    names, units, found = _names(header_rows, width)
    if not found and header is not False and comments:
        names, found = _names_from_comment(comments[-1], comment, separator, quote, width, names)
    if data and len(names) == width and found:
        names = _trim_last(names, [row for _, row in data], header_rows)
    unique, renamed = _distinct(names)
    return Layout(
        separator=separator,
        quote=quote,
        names=unique,
        header=found,
        first_row=first,
        above=tuple(line.strip() for line in lines[: rows[start][0]] if line.strip()) if rows else (),
        units={unique[index]: unit for index, unit in units.items() if index < len(unique)},
        widths=widths,
        comment=comment,
        grouped=_grouped(unique, [row for _, row in data]) if separator == ";" else (),
        decimal_comma=separator != "," and _has_decimal_comma([row for _, row in data]),
        wrapped=wrapped,
        renamed=renamed,
    )


def _has_decimal_comma(rows: Sequence[Sequence[str]]) -> bool:
    return any(re.fullmatch(r"\s*[-+]?\d[\d.\s]*,\d+(?:[eE][-+]?\d+)?\s*", cell) for row in rows for cell in row)


def _grouped(names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Columns in which every point has three digits behind it and no zero before it."""
    found = []
    for index, name in enumerate(names):
        cells = [row[index] for row in rows if index < len(row) and "." in row[index]]
        if len(cells) >= 3 and all(re.fullmatch(r"-?[1-9]\d{0,2}(?:\.\d{3})+", cell) for cell in cells):
            found.append(name)
    return tuple(found)


def _first_of_table(rows: Sequence[tuple[int, list[str]]], width: int) -> int:
    """The table starts at the first row from which on the rows are about as wide and as full as the body."""
    body = [row for _, row in rows[len(rows) // 4 :] if len(row) == width]
    fullness = sorted(sum(not is_missing(cell) for cell in row) for row in body)
    usual = fullness[len(fullness) // 2] if fullness else width
    for index, (_, row) in enumerate(rows):
        near = width - 1 <= len(row) <= width or not any(row[width:]) if width > 2 else len(row) == width
        filled = sum(bool(cell.strip()) for cell in row)
        unnamed = len(row) == width > 1 and not row[0] and all(row[1:])  # names behind an index without one
        enough = filled >= max(1, 0.6 * usual if width > 2 else usual) and (width == 1 or filled > 1 or usual <= 1)
        if near and (enough or unnamed):
            if width == 1 and not looks_typed(row[0]) and _body_typed(body) and _next_is_text(rows, index):
                continue
            return index
    return 0


def _later_header(rows: Sequence[tuple[int, list[str]]], start: int, width: int) -> int:
    """A table of facts about the data may stand above it, with names of its own: the last row of names counts."""
    body = [row for _, row in rows[len(rows) // 3 :] if len(row) == width]
    if len(body) < 5 or width < 2:
        return start
    typed = [column for column in range(width) if _typed_share(body, column) > 0.5]
    for index in range(min(len(rows) // 3, start + 40) - 1, start + 3, -1):
        row, after = rows[index][1], rows[index + 1][1]
        names = (
            len(row) == width
            and typed
            and all(row[c] and not is_missing(row[c]) and not looks_typed(row[c]) for c in typed)
        )
        if names and len(after) == width and any(looks_typed(after[column]) for column in typed):
            return index
    return start


def _body_typed(body: Sequence[Sequence[str]]) -> bool:
    return sum(looks_typed(cell) for row in body for cell in row) > 0.5 * max(sum(map(len, body)), 1)


def _next_is_text(rows: Sequence[tuple[int, list[str]]], index: int) -> bool:
    return index + 1 < len(rows) and not looks_typed(rows[index + 1][1][0]) and not is_missing(rows[index + 1][1][0])


def _header_rows(rows: Sequence[tuple[int, list[str]]], width: int) -> int:
    """Count the rows at the top that are names or units: no value stands where the body has values."""
    cells = [row for _, row in rows]
    body = [row for row in cells[max(1, len(cells) // 3) :] if len(row) == width] or [
        row for row in cells[1:] if len(row) == width
    ]
    if not body:
        return int(bool(cells) and not any(map(looks_typed, cells[0])))
    typed = [_typed_share(body, column) > 0.5 for column in range(width)]
    block = 0
    for row in cells[:4]:
        shift = width - len(row) if len(row) == width - 1 and block == 0 else 0
        if _speaks_for_names(row, typed, shift, body, first=block == 0):
            block += 1
        else:
            break
    if block == len(cells):
        return 1
    return block


def _typed_share(body: Sequence[Sequence[str]], column: int) -> float:
    cells = [row[column] for row in body if not is_missing(row[column])]
    return sum(map(looks_typed, cells)) / len(cells) if cells else 0.0


def _speaks_for_names(
    row: Sequence[str], typed: Sequence[bool], shift: int, body: Sequence[Sequence[str]], first: bool
) -> bool:
    against = [cell for cell, is_typed in zip(row, typed[shift:], strict=False) if is_typed and looks_typed(cell)]
    words = [
        cell
        for cell, is_typed in zip(row, typed[shift:], strict=False)
        if is_typed and not looks_typed(cell) and not is_missing(cell)
    ]
    if not any(typed):
        if not first:
            return False
        seen = Counter(cell for other in body for cell in other)
        return (
            len(set(row)) == len(row)
            and all(cell and not seen[cell] for cell in row)
            and not any(map(looks_typed, row))
        )
    if words and not against:
        return True
    if first and len(against) >= 3 and _counts_up(against):
        # A wide table: years or dates as the names of columns, below words such as "Country".
        return any(not looks_typed(cell) and not is_missing(cell) for cell in row)
    if not words and not against:
        # Only blanks where the body has values: a row that names the index, or one with nothing to say.
        return True
    return len(words) > len(against)


def _counts_up(cells: Sequence[str]) -> bool:
    if all(re.fullmatch(r"(?:1[5-9]|20|21)\d\d", cell) for cell in cells):
        return len({int(after) - int(before) for before, after in pairwise(cells)} - {0}) == 1
    return len(set(cells)) == len(cells) and all(_DATE_NAME.search(cell) for cell in cells)


def _names(header_rows: Sequence[Sequence[str]], width: int) -> tuple[list[str], dict[int, str], bool]:
    """Return the columns' names and units from the header's rows; names are made up when there is none."""
    if not header_rows:
        return [f"column {index + 1}" for index in range(width)], {}, False
    rows = [list(row) for row in header_rows]
    if len(rows[0]) == width - 1:
        rows[0] = ["row", *rows[0]]
    rows = [[*row, *[""] * (width - len(row))][:width] if len(row) <= width else row[:width] for row in rows]
    names, units = rows[0], {}
    for row in rows[1:]:
        filled = [index for index, cell in enumerate(row) if cell]
        if len(filled) == 1 and filled[0] == 0:
            names[0] = row[0]
        elif (
            filled
            and len({row[index] for index in filled[1:]}) == 1
            and len(filled) > 2
            and not _UNIT.match(row[filled[-1]])
        ):
            continue  # the same word over every column, such as a share's name, tells no column from another
        elif sum(bool(_UNIT.match(row[index]) or _BRACKETED.match(row[index])) for index in filled) >= 0.5 * len(
            filled
        ):
            units = {
                index: row[index].strip("[]() ")
                for index in filled
                if not re.match(r"(?i)yyyy|dd|mm/|hh|[-–]$|text|string|float|int|date|time", row[index])
            }
        elif len(set(filter(None, names))) < sum(map(bool, names)) or not all(names):
            names = _merged(names, row)
        else:
            continue
    return names, units, True


def _merged(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Join a header of two rows: a name above stands for the blanks to its right."""
    merged, last = [], ""
    for above, below in zip(upper, lower, strict=True):
        last = above or last
        merged.append(f"{last} {below}".strip() if below and below != last else last if above or not below else below)
    return merged


def _names_from_comment(
    line: str, comment: str, separator: str, quote: str, width: int, names: list[str]
) -> tuple[list[str], bool]:
    bare = line.lstrip().lstrip(comment).strip()
    cells = _cells(bare, WHITESPACE if separator == FIXED_WIDTH else separator, quote)
    if len(cells) == width and width > 1 and not any(map(looks_typed, cells)):
        return cells, True
    return names, False


def _trim_last(names: list[str], data: Sequence[Sequence[str]], header_rows: Sequence[Sequence[str]]) -> list[str]:
    """A separator at the end of every row makes an empty last column, not a first one without a name."""
    if (
        header_rows
        and len(header_rows[0]) == len(names) - 1
        and all(not row[-1] for row in data if len(row) == len(names))
    ):
        return [*header_rows[0], ""]
    return names


def _distinct(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give columns without a name one, and number names that stand twice."""
    result: list[str] = []
    renamed: list[str] = []
    for index, name in enumerate(names):
        clean = re.sub(r"\s+", " ", name).strip().strip("\ufeff") or f"column {index + 1}"
        unique, number = clean, 1
        while unique in result:
            unique = f"{clean}.{number}"
            number += 1
        if unique != clean:
            renamed.append(unique)
        result.append(unique)
    return tuple(result), tuple(renamed)
