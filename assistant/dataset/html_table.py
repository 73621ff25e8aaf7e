"""Tables in HTML, which many portals hand out under a name that ends in .xls."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

from assistant.dataset.encoding import find_encoding
from assistant.dataset.rows_as_text import read_rows
from assistant.dataset.table import Reader, Table

_LEAST_ROWS = 5
_MOSTLY = 0.7  # share of a page's text that lies in the table, from which on the page is that table
_MOST_BYTES = 40_000_000
_MOST_SPAN = 100  # columns over which one cell may reach


class _Tables(HTMLParser):
    """Collects the rows of each table, and counts the signs of text in all and in each."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.lengths: list[int] = []
        self.length = 0
        self._open: list[int] = []  # the tables around the place that is read, the innermost last
        self._cell: list[str] | None = None
        self._span = 1
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._silent += 1
        elif tag == "table":
            self._end_cell()
            self._open.append(len(self.tables))
            self.tables.append([])
            self.lengths.append(0)
        elif tag == "tr" and self._open:
            self._end_cell()
            self.tables[self._open[-1]].append([])
        elif tag in ("td", "th") and self._open:
            self._end_cell()
            span = dict(attrs).get("colspan") or "1"
            self._span = min(int(span), _MOST_SPAN) if span.isdecimal() and len(span) < 4 else 1
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent = max(self._silent - 1, 0)
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        size = len(data.strip())
        self.length += size
        if self._open:
            self.lengths[self._open[-1]] += size
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is None or not self._open:
            self._cell = None
            return
        rows = self.tables[self._open[-1]]
        if not rows:
            rows.append([])
        rows[-1] += [" ".join("".join(self._cell).split()), *[""] * (self._span - 1)]
        self._cell = None


def read_html(path: Path, columns: Sequence[str] | None, header: bool | None, undo: frozenset[str]) -> Table | None:
    """Read a page that is little else than one table; None for other pages."""
    if path.stat().st_size > _MOST_BYTES:
        return None
    encoding = find_encoding(path)
    found = _Tables()
    found.feed(path.read_text(encoding, errors="replace"))
    found.close()
    best = max(range(len(found.tables)), key=lambda index: found.lengths[index], default=None)
    if best is None or len(found.tables[best]) < _LEAST_ROWS or max(map(len, found.tables[best])) < 2:
        return None
    if found.lengths[best] < _MOSTLY * max(found.length, 1):
        return None
    table = read_rows(found.tables[best], path.name, columns, header, undo)
    reader = Reader(
        kind="html", encoding=encoding, header=table.reader.header, first_row=table.reader.first_row,
        decimal_comma=table.reader.decimal_comma, above=table.reader.above,
    )  # fmt: skip
    return Table(frame=table.frame, reader=reader, units=table.units, repairs=table.repairs)
