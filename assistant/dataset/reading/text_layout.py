"""How a text table is laid out: its separator, where its header is, what stands above and below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.dataset.reading.header_rows import (
    above_repeated_names,
    behind_blanks,
    behind_sentence,
    count_header_rows,
    first_of_table,
    later_header,
    make_distinct,
    name_columns,
    name_parts,
    names_from_comments,
    place_of_names,
    without_facts,
)
from assistant.dataset.reading.separators import FIXED_WIDTH, cuts_words, find_separator, join_lines, split_cells

_LINES = 400
_RULE = re.compile(r"^[\s|+:=-]+$")  # a line drawn between the names and the values
_COMMA = re.compile(r"\s{0,9}[-+]?\d[\d.\s]*,(?:\d{1,2}|\d{4,}|\d+[eE][-+]?\d+)\s{0,9}")
_CURRENCY = re.compile(r"\s{0,9}[€$£₽₺₹¥%]\s{0,9}|\s{0,9}\b(?:EUR|USD|CHF|PLN|TL|zł|Kč|kr)\b\.?\s{0,9}")
_COMMENT = ("#", "%", "//", "!", "@", "'", "*")


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
    zoned: tuple[str, ...] = ()  # columns of days that carry a time zone
    blank_quotes: bool = False  # blanks stand between a separator and the quote behind it
    dotted_dates: bool = False  # dates are written as in 31.12.2020, where points also part thousands
    iso_dates: bool = False
    wrapped: bool = False  # every line stands in quotes as a whole
    renamed: tuple[str, ...] = ()
    ruled: bool = False  # lines are drawn between the names and the values, or around them
    unnamed: str = ""  # "first" or "last": the column that has no name where the names are one fewer


def find_layout(text: str, whole: bool = True, header: bool | None = None, other_names: bool = False) -> Layout:
    """Find the layout from the first part of a table's text; `whole` tells whether that is all of it.

    `header` says whether the columns' names stand in the file, for when it is known; with `other_names`, names that are
    one fewer than the columns are put the other way.
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
    body = [
        (number, line)
        for number, line in kept
        if not (comment and line.lstrip().startswith(comment)) and not is_rule(line)
    ]
    separator, quote, widths = find_separator([line for _, line in body], declared[1] if declared else None)
    rows = [
        (number, split_cells(line, separator, quote, widths)) for number, line in join_lines(body, separator, quote)
    ]
    if separator == FIXED_WIDTH:
        bare = dict(body)
        rows = [(number, [bare[number].strip()] if cuts_words(bare[number], widths) else row) for number, row in rows]
    comments = [line for _, line in kept if comment and line.lstrip().startswith(comment)]
    cells = _Cells(separator, quote, widths, comment, wrapped)
    return _arrange(rows, lines, comments, cells, header, other_names)


def is_rule(line: str) -> bool:
    """Tell whether a line is drawn between names and values, or around them."""
    return "---" in line and bool(_RULE.match(line))


def split_line(line: str, layout: Layout) -> list[str]:
    """Split one line of a table by its layout."""
    return split_cells(line, layout.separator, layout.quote, layout.widths)


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


@dataclass(frozen=True)
class _Cells:
    """How cells are told apart, and which lines are none."""

    separator: str
    quote: str
    widths: tuple[tuple[int, int], ...]
    comment: str
    wrapped: bool


def _arrange(
    rows: list[tuple[int, list[str]]], lines: Sequence[str], comments: Sequence[str], cells: _Cells, header: bool | None,
    other_names: bool,
) -> Layout:  # fmt: skip
    separator, quote = cells.separator, cells.quote
    counts = Counter(len(row) for _, row in rows[len(rows) // 4 :])
    width = max(counts.items(), key=lambda item: (item[1], item[0]))[0] if counts else 1
    rows = without_facts(rows, width)
    start = first_of_table(rows, width)
    start = behind_blanks(rows, later_header(rows, start, width), width)
    start = above_repeated_names(rows, behind_sentence(rows, start, separator), width) if rows else 0
    block = count_header_rows(rows[start:], width) if header is None else int(header)
    header_rows = [row for _, row in rows[start : start + block]]
    data = rows[start + block :]
    first = data[0][0] if data else (rows[-1][0] + 1 if rows else 0)
    unnamed = ""
    if header_rows and len(header_rows[0]) == width - 1:
        body = [row for _, row in data]
        ends = all(not row[-1] for row in body if len(row) == width)  # a separator at the end of every row
        unnamed = "" if ends else place_of_names(header_rows[0], body, width)
        if unnamed and other_names:
            unnamed = "last" if unnamed == "first" else "first"
        header_rows[0] = ["row", *header_rows[0]] if unnamed == "first" else [*header_rows[0], ""]
    names, units, found = name_columns(header_rows, width)
    if not found and header is not False and comments:
        named = names_from_comments(comments, cells.comment, separator, quote, width)
        names, units, found = (*named, True) if named is not None else (names, units, False)
    if not found or not any(names[:2]):
        parts = name_parts(names, [row for _, row in data])
        names = [name or part for name, part in zip(names, parts, strict=True)] if found else parts
    unique, renamed = make_distinct(names)
    return Layout(
        separator=separator,
        quote=quote,
        names=unique,
        header=found,
        first_row=first,
        above=tuple(line.strip() for line in lines[: rows[start][0]] if line.strip()) if rows else (),
        units={unique[index]: unit for index, unit in units.items() if index < len(unique)},
        widths=cells.widths,
        comment=cells.comment,
        grouped=_grouped(unique, [row for _, row in data], separator),
        zoned=_zoned_days(unique, [row for _, row in data]),
        blank_quotes=any(re.search(rf"{re.escape(separator)} +{quote}", line) for line in lines),
        dotted_dates=_has_dotted_dates([row for _, row in data]),
        iso_dates=_has_iso_dates([row for _, row in data]),
        decimal_comma=separator != "," and _has_decimal_comma([row for _, row in data]),
        wrapped=cells.wrapped,
        renamed=renamed,
        ruled=any(map(is_rule, lines)),
        unnamed=unnamed,
    )


def _has_decimal_comma(rows: Sequence[Sequence[str]]) -> bool:
    """A comma before three digits may part thousands, as it does where other numbers have points before decimals."""
    cells = {cell for row in rows for cell in row}
    if any(map(has_decimal_comma, cells)):
        return True
    pointed = any(re.fullmatch(r"\s*[-+]?\d+\.(?:\d{1,2}|\d{4,})\s*", cell) for cell in cells)
    return not pointed and any(re.fullmatch(r"\s*[-+]?\d[\d.\s]*,\d+(?:[eE][-+]?\d+)?\s*", cell) for cell in cells)


def has_decimal_comma(cell: str) -> bool:
    """Tell whether a cell is a number with a comma that cannot part thousands."""
    return "," in cell and bool(_COMMA.fullmatch(_CURRENCY.sub("", cell)))


# A number whose point parts its decimals; neither thousands look so, nor a clock, a month or a day.
_POINTED = re.compile(
    r"\s{0,9}[-+]?(?!(?:19|20)\d\d\.\d\d\s{0,9}$|[01]?\d\.(?:19|20)\d\d\s{0,9}$)"
    r"(?:0\.\d{3,}|\d+\.\d{4,}|\d+\.\d|(?:3[2-9]|[4-9]\d|\d{3,})\.\d\d|\d+\.[6-9]\d)\s{0,9}"
)
_ZONED_DAY = re.compile(r"^\d{4}-\d\d-\d\d[T ]00:00(?::00(?:\.0+)?)?[+-](?!00:?00$)\d\d:?\d\d$")


def _zoned_days(names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Columns of midnights with an offset from UTC, which would lie on other days once turned into UTC."""
    found = []
    for index, name in enumerate(names):
        cells = [row[index] for row in rows if index < len(row) and row[index]]
        if cells and all(map(_ZONED_DAY.match, cells)):
            found.append(name)
    return tuple(found)


def _has_dotted_dates(rows: Sequence[Sequence[str]]) -> bool:
    dated = sum(any(re.match(r"(?:[0-3]\d\.)?[01]\d\.(?:19|20)\d\d(?!\d)", cell) for cell in row) for row in rows)
    return dated > 0.9 * len(rows)


def _has_iso_dates(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether rows are dated as programs do it, which write points before decimals too."""
    dated = sum(any(re.match(r"\d{4}-[01]\d-[0-3]\d(?!\d)", cell) for cell in row) for row in rows)
    return dated > 0.9 * len(rows)


def _grouped(names: Sequence[str], rows: Sequence[Sequence[str]], separator: str) -> tuple[str, ...]:
    """Columns in which every point has three digits behind it and no zero before it.

    There are none where points part the decimals of other numbers: a file has one decimal sign.
    """
    found = []
    pointed = False
    for index, name in enumerate(names):
        cells = [row[index] for row in rows if index < len(row) and "." in row[index]]
        if len(cells) >= 3 and all(re.fullmatch(r"-?[1-9]\d{0,2}(?:\.\d{3})+", cell) for cell in cells):
            found.append(name)
        pointed = pointed or any(_POINTED.fullmatch(cell) for cell in cells)
    return () if pointed and separator != "," else tuple(found)
