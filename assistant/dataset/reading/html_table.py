"""Tables in HTML, which many portals hand out under a name that ends in .xls."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from assistant.dataset.choices import ReadingRequest
from assistant.dataset.reading.raw_file import RawFile
from assistant.dataset.reading.table import Reader, Table
from assistant.dataset.reading.text_table import read_rows

_LEAST_ROWS = 5
_MOSTLY = 0.7  # share of a page's text that lies in the table, from which on the page is that table
_MOST_BYTES = 40_000_000
_MOST_SPAN = 100  # columns over which one cell may reach
_STARTS = (
    b"<!doctype html", b"<html", b"<head", b"<?xml", b"<svg", b"<body", b"<table", b"<div", b"<meta", b"<style",
)  # fmt: skip


_ASIDE = re.compile(r"<!--|<(script|style)\b")
_PIECE = re.compile(r"<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9]*)(?P<rest>[^<>]*)>|[^<]+|<")
_COLSPAN = re.compile(r"""\bcolspan\s*=\s*["']?(\d{1,3})\b""", re.IGNORECASE)


class _Tables:
    """Collects the rows of each table, and counts the signs of text in all and in each.

    Read piece by piece and never back, for a file that a student brings may hold anything.
    """

    def __init__(self, text: str) -> None:
        self.tables: list[list[list[str]]] = []
        self.lengths: list[int] = []
        self.length = 0
        self._open: list[int] = []  # the tables around the place that is read, the innermost last
        self._cell: list[str] | None = None
        self._span = 1
        for match in _PIECE.finditer(_without_asides(text)):
            if match["tag"]:
                self._tag(match["tag"].lower(), bool(match["end"]), match["rest"])
            else:
                self._text(match[0])
        self._end_cell()

    def _tag(self, tag: str, end: bool, rest: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()
        if tag == "br" and self._cell is not None:
            self._cell.append(" ")
        elif tag == "table" and end and self._open:
            self._open.pop()
        elif tag == "table" and not end:
            self._open.append(len(self.tables))
            self.tables.append([])
            self.lengths.append(0)
        elif tag == "tr" and not end and self._open:
            self.tables[self._open[-1]].append([])
        elif tag in ("td", "th") and not end and self._open:
            span = _COLSPAN.search(rest)
            self._span = max(1, min(int(span[1]), _MOST_SPAN)) if span else 1
            self._cell = []

    def _text(self, text: str) -> None:
        size = len(text.strip())
        self.length += size
        if self._open:
            self.lengths[self._open[-1]] += size
        if self._cell is not None:
            self._cell.append(text)

    def _end_cell(self) -> None:
        cell, self._cell = self._cell, None
        if cell is None or not self._open:
            return
        rows = self.tables[self._open[-1]]
        if not rows:
            rows.append([])
        rows[-1] += [" ".join(html.unescape("".join(cell)).split()), *[""] * (self._span - 1)]


def _without_asides(text: str) -> str:
    """Leave out comments, scripts and styles; what has no end reaches to the end of the text."""
    kept, place = [], 0
    for begin in _ASIDE.finditer(text):
        if begin.start() < place:
            continue
        kept.append(text[place : begin.start()])
        closing = "-->" if begin[0] == "<!--" else f"</{begin[1]}"
        end = text.find(closing, begin.end())
        if end < 0:
            return "".join(kept)
        place = end + len(closing)
    return "".join([*kept, text[place:]])


def is_page(file: RawFile) -> bool:
    """Tell whether a file starts as a web page or a picture in XML does."""
    return file.start[:512].lower().startswith(_STARTS)


def read_html(file: RawFile, request: ReadingRequest) -> Table | None:
    """Read a page that is little else than one table; None for other pages."""
    if file.size > _MOST_BYTES:
        return None
    found = _Tables(file.text())
    best = max(range(len(found.tables)), key=lambda index: found.lengths[index], default=None)
    if best is None or len(found.tables[best]) < _LEAST_ROWS or max(map(len, found.tables[best])) < 2:
        return None
    if found.lengths[best] < _MOSTLY * max(found.length, 1):
        return None
    table = read_rows(found.tables[best], file.name, request)
    reader = Reader(
        kind="html", encoding=file.encoding, header=table.reader.header, first_row=table.reader.first_row,
        decimal_comma=table.reader.decimal_comma, above=table.reader.above,
    )  # fmt: skip
    return replace(table, reader=reader)
