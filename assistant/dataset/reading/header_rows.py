"""Where a text table begins, and the names and units in its first rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from assistant.dataset.reading.separators import FIXED_WIDTH, WHITESPACE, split_cells
from assistant.dataset.understanding.number_texts import is_missing, looks_typed
from assistant.dataset.vocabulary import PART_NAMES, TIME_NAMES, month_number, plain_name

_UNIT = re.compile(
    r"^[\[(]?\s*(?:[°º]?\s?[CFK]|deg\.?\s?[CF]?|degrees?|%|‰|ppmv?|ppb|[kMGm]?Wh?(?:/m[²2])?|[kMG]?VAr?|[km]?A|[kMmc]?m[²³23]?(?:/(?:s|h|d|day))?|m\s?s-?1|km/?h|"
    r"mph|mi|ft|in(?:ch(?:es)?)?|[hkM]?Pa|mbar|mb|bar|[kmµμ]?g(?:/m[³3])?|[lL](?:/[sh])?|s|sec|min|h|hours?|days?|"
    r"units?|USD|EUR|GBP|INR|\$|€|£|J|[kM]J|Hz|[kM]Hz|lux|lx|W/m[²2]|µg/m³|ug/m3|µg/m3|mg/l|cd|dB|pH|count|"
    r"number|index|UTC|GMT|local|[-–]|yyyy\S*|dd\S*|mm\S*|hh\S*|date|time|text|string|float|int(?:eger)?|1)\s*[\])]?$",
    re.IGNORECASE,
)
_DATE_NAME = re.compile(
    r"\d[-/.]\d+[-/.]\d|\d{4}[-/]\d|\d{4}\s?[QMWqmw]\d|[QMWqmw]\d\s?\d{4}|\d[-\s]?[A-Za-z]{3}|[A-Za-z]{3}[-\s]?\d"
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
_CLOCK_NAME = re.compile(r"^\d{1,2}:\d\d(?::\d\d)?(?:\s*[-–]\s*\d{1,2}:\d\d)?$")
_NEXT = 6  # rows below a first one, with which it may go on
_FACTS = 4  # lines of facts above the values, at least
_SURE = 0.95
_BRACKETED = re.compile(r"^\s*[\[(].*[\])]\s*$")


def first_of_table(rows: Sequence[tuple[int, list[str]]], width: int) -> int:
    """The table starts at the first row from which on the rows are about as wide and as full as the body."""
    body = [row for _, row in rows[len(rows) // 4 :] if len(row) == width]
    fullness = sorted(sum(not is_missing(cell) for cell in row) for row in body)
    usual = fullness[len(fullness) // 2] if fullness else width
    for index, (_, row) in enumerate(rows):
        near = width - 1 <= len(row) <= width or not any(row[width:]) if width > 2 else len(row) == width
        filled = sum(bool(cell.strip()) for cell in row)
        blank = next((place for place, cell in enumerate(row) if cell), width)
        # Names behind an index without one, or behind a year and a month without theirs.
        unnamed = len(row) == width > 1 and 0 < blank <= max(width // 2, 1) and all(row[blank:])
        enough = filled >= max(1, 0.6 * usual if width > 2 else usual) and (width == 1 or filled > 1 or usual <= 1)
        if near and (enough or unnamed):
            if width == 1 and not looks_typed(row[0]) and _body_typed(body) and _next_is_text(rows, index):
                continue
            return index
    return 0


def later_header(rows: Sequence[tuple[int, list[str]]], start: int, width: int) -> int:
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
        if names and len(after) == width and not any(looks_typed(after[column]) for column in typed):
            after = rows[index + 2][1]  # units stand between the names and the values
        if names and len(after) == width and any(looks_typed(after[column]) for column in typed):
            return index
    return start


def behind_blanks(rows: Sequence[tuple[int, list[str]]], start: int, width: int) -> int:
    """Facts stand above the names, and a row of blanks between: the row behind the blanks counts.

    A line of nothing at all is no row: behind it, names count below facts that are narrower than the table.
    """
    for index in range(min(start + 4, len(rows) - 2), start - 1, -1):
        (number, row), (below, names) = rows[index], rows[index + 1]
        full = len(names) == width > 1 and all(names) and not any(map(looks_typed, names))
        if full and ((index > start and not any(row)) or (below > number + 1 and 0 < len(row) < width)):
            return index + 1
    return start


def without_facts(rows: list[tuple[int, list[str]]], width: int) -> list[tuple[int, list[str]]]:
    """Leave out lines of facts that stand between the title of the values and the values, such as when they came out.

    Where the last of them is full, it may hold the names instead, and all rows are returned.
    """
    body = [row for _, row in rows[len(rows) // 3 :] if len(row) == width]
    if width < 2 or len(body) < 2 * _FACTS or _typed_share(body, 0) < _SURE:
        return rows
    begin = next((index for index, (_, row) in enumerate(rows) if len(row) == width and looks_typed(row[0])), 0)
    first = next((index for index, (_, row) in enumerate(rows) if len(row) == width and all(row[1:])), begin)
    facts = [row for _, row in rows[first:begin]]
    if len(facts) < _FACTS or begin > len(rows) // 3 or any(len(row) != width for row in facts) or all(facts[-1]):
        return rows
    return [*rows[: first + 1], *rows[begin:]]


def is_unit(text: str) -> bool:
    """Tell whether a text is a unit that tables usually have."""
    return bool(_UNIT.match(text))


def _body_typed(body: Sequence[Sequence[str]]) -> bool:
    return sum(looks_typed(cell) for row in body for cell in row) > 0.5 * max(sum(map(len, body)), 1)


def _next_is_text(rows: Sequence[tuple[int, list[str]]], index: int) -> bool:
    return index + 1 < len(rows) and not looks_typed(rows[index + 1][1][0]) and not is_missing(rows[index + 1][1][0])


def count_header_rows(rows: Sequence[tuple[int, list[str]]], width: int) -> int:
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
        counts = block == 0 and shift == 0 and _counts_columns(row, [*cells[1:_NEXT], *body])
        if counts or _speaks_for_names(row, typed, shift, body, first=block == 0):
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
        # A wide table: years, dates or hours as the names of columns, behind a word such as "Country" or behind nothing.
        return (shift == 0 and not row[0]) or any(not looks_typed(cell) and not is_missing(cell) for cell in row)
    if not words and not against:
        # Only blanks where the body has values: a row that names the index, or one with nothing to say; a year alone
        # belongs to the rows below it.
        return first or not looks_typed(row[0])
    return len(words) > len(against)


def _counts_columns(row: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Tell whether a row only counts the columns from 0 or 1, where the values below it are others."""
    start = 0 if row[0] else 1
    numbers = [int(cell) if cell.isascii() and cell.isdecimal() else -1 for cell in row[start:]]
    body = [line for line in body if len(line) == len(row)]
    if len(numbers) < 2 or numbers not in (list(range(len(numbers))), list(range(1, len(numbers) + 1))):
        return False
    apart = sum(_stands_apart(cell, [line[place] for line in body]) for place, cell in enumerate(row) if place >= start)
    return apart >= max(0.5 * len(numbers), 2)


def _stands_apart(cell: str, below: Sequence[str]) -> bool:
    """Tell whether a whole number is unlike the cells below it: they are none, have decimals, or lie elsewhere."""
    plain = [float(other) for other in below if other and re.fullmatch(r"[-+]?\d{1,15}", other)]
    if len(plain) < 0.5 * len(below):
        return True
    low, high = min(plain), max(plain)
    return not low - 0.1 * (high - low) <= float(cell) <= high + 0.1 * (high - low)


def above_repeated_names(rows: Sequence[tuple[int, list[str]]], start: int, width: int) -> int:
    """Names that stand several times belong to groups: a row of words right above them that names the groups counts."""
    names = [name for name in rows[start][1] if name]
    above = [cell for cell in rows[start - 1][1] if cell] if start and len(rows[start - 1][1]) == width else []
    if len(set(names)) == len(names) or len(set(above)) < 2 or any(map(looks_typed, (*above, *names))):
        return start
    return start - 1


def place_of_names(names: Sequence[str], data: Sequence[Sequence[str]], width: int) -> str:
    """Tell which column has no name where the names are one fewer than the columns: "first" or "last".

    Names of moments belong above moments; where that says nothing, the first column is an index without a name.
    """
    body = [row for row in data if len(row) == width]
    moments = [_share_of_moments([row[place] for row in body]) > 0.5 for place in range(width)]
    timely = [bool(_time_words([name])) for name in names]
    fits = {
        place: sum(one == other for one, other in zip(timely, moments[shift:], strict=False))
        for place, shift in (("first", 1), ("last", 0))
    }
    return "last" if fits["last"] > fits["first"] else "first"


def _share_of_moments(cells: Sequence[str]) -> float:
    moments = sum(bool(_DATE_NAME.search(cell) or _CLOCK_NAME.match(cell) or _YEAR.match(cell)) for cell in cells)
    return moments / max(len(cells), 1)


def _counts_up(cells: Sequence[str]) -> bool:
    if all(re.fullmatch(r"(?:1[5-9]|20|21)\d\d", cell) for cell in cells):
        return len({int(after) - int(before) for before, after in pairwise(cells)} - {0}) == 1
    if len(cells) >= 12 and all(cell.isdecimal() for cell in cells):
        return int(cells[0]) in (0, 1) and all(int(after) - int(before) == 1 for before, after in pairwise(cells))
    if len(set(cells)) != len(cells):
        return False
    return all(_DATE_NAME.search(cell) for cell in cells) or all(_CLOCK_NAME.match(cell) for cell in cells)


def name_columns(header_rows: Sequence[Sequence[str]], width: int) -> tuple[list[str], dict[int, str], bool]:
    """Return the columns' names and units from the header's rows; names are made up when there is none."""
    if not header_rows:
        return [f"column {index + 1}" for index in range(width)], {}, False
    rows = [list(row) for row in header_rows]
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
            if not names[0] and filled[0] == 0:
                names[0], filled = row[0], filled[1:]  # the index is named beside the units of the others
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


def names_from_comments(
    comments: Sequence[str], comment: str, separator: str, quote: str, width: int
) -> tuple[list[str], dict[int, str]] | None:
    """Return the names, and the units, that the last comments above a table without names hold; None for none.

    The last comment holds the names, unless it holds units and parts of a time are named in the one before.
    """
    rows = [
        split_cells(line.lstrip().lstrip(comment).strip(), WHITESPACE if separator == FIXED_WIDTH else separator, quote)
        for line in comments[-2:]
    ]
    if rows and len(rows[-1]) != width and separator != WHITESPACE:
        rows = [line.lstrip().lstrip(comment).split() for line in comments[-2:]]
    *above, last = rows
    if len(last) != width or width < 2 or any(map(looks_typed, last)):
        return None
    if above and len(above[0]) == width and _time_words(above[0]) > 1:
        units = {index: cell for index, cell in enumerate(last) if not _time_words([above[0][index]])}
        if 1 < sum(map(is_unit, units.values())) >= 0.6 * len(units) and not any(
            is_unit(above[0][index]) for index in units
        ):
            return above[0], units
    return last, {}


def _time_words(names: Sequence[str]) -> int:
    known = TIME_NAMES.union(*PART_NAMES.values())
    return sum(plain_name(name) in known for name in names)


def behind_sentence(rows: Sequence[tuple[int, list[str]]], start: int, separator: str) -> int:
    """A sentence above a table of blanks may have as many words as the table has columns: the names stand below it."""
    if separator not in (WHITESPACE, FIXED_WIDTH) or start + 2 >= len(rows):
        return start
    (_, sentence), (_, names) = rows[start], rows[start + 1]
    if _time_words(names) and not _time_words(sentence) and all(names) and not any(map(looks_typed, names)):
        return start + 1
    return start


# The parts of a date in the order in which columns hold them, with their least, and most, and a number that must be passed.
_PARTS = (("year", 1500, 2200, 0), ("month", 1, 12, 0), ("day", 1, 31, 12), ("hour", 0, 24, 12), ("minute", 0, 59, 24))


def name_parts(names: list[str], data: Sequence[Sequence[str]]) -> list[str]:
    """Name the columns of a table without names that hold year, month, day and so on side by side."""
    rows = [row for row in data if len(row) == len(names)]
    columns = [[_part(row[index]) for row in rows] for index in range(min(len(names), 4 + len(_PARTS)))]
    for start in range(min(len(names) - 2, 4)):
        named = []
        for column, (part, least, most, past) in zip(columns[start:], _PARTS, strict=False):
            if not column or min(column) < least or max(column) > most or max(column) <= past:
                break
            named.append(part)
        if len(named) >= 3 or (len(named) == 2 and _months_follow(columns[start], columns[start + 1])):
            return [*names[:start], *named, *names[start + len(named) :]]
    return names


def _part(cell: str) -> int:
    return int(cell) if cell.isdecimal() else month_number(cell) or -1


def _months_follow(years: Sequence[int], months: Sequence[int]) -> bool:
    counted = [year * 12 + month for year, month in zip(years, months, strict=True)]
    return len(counted) > 12 and all(after - before == 1 for before, after in pairwise(counted))


def make_distinct(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
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
