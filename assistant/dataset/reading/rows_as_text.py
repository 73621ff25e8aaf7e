"""Rows of cells that did not come from a text file, read with all that is known about tables in text."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path

from assistant.dataset.reading.table import Table
from assistant.dataset.reading.text_table import read_text


def read_rows(
    rows: Sequence[Sequence[str]],
    name: str,
    columns: Sequence[str] | None = None,
    header: bool | None = None,
    undo: frozenset[str] = frozenset(),
) -> Table:
    """Read rows of cells as a text table is read: titles, units and a second header line are understood alike.

    `name` is the file's, for errors. Raises DatasetError as `read_text` does.
    """
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / (Path(name).name or "table")
        with text.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(_trimmed(rows))
        return read_text(text, columns, header, undo=undo)


def filled(row: Sequence[str]) -> int:
    """Return how many cells of a row hold something."""
    return sum(map(bool, row))


def _trimmed(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Cut away the empty rows and columns around the table."""
    full = [row for row in rows if filled(row)]
    used = [index for index in range(max(map(len, full))) if any(index < len(row) and row[index] for row in full)]
    return [[row[index] if index < len(row) else "" for index in range(used[0], used[-1] + 1)] for row in full]
