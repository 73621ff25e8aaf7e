"""Tables in workbooks: Excel of every age and OpenDocument."""

from __future__ import annotations

import csv
import datetime as dt
import re
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.dataset.archive import DEFAULT_UNPACKED
from assistant.dataset.table import Reader, Table
from assistant.dataset.text_table import read_text
from assistant.errors import DatasetError

_XML = 400_000_000  # bytes to which a workbook of a usual size unpacks, for its parts are wordy
_CHOOSE = "Choose another file."


def read_excel(
    path: Path,
    columns: Sequence[str] | None = None,
    sheet: str | None = None,
    header: bool | None = None,
    undo: frozenset[str] = frozenset(),
    unpacked_limit: int = DEFAULT_UNPACKED,
) -> Table:
    """Read one sheet of a workbook (the fullest when None); raise DatasetError when there is no table in it.

    `unpacked_limit` is in bytes, of the workbook's own parts.

    The sheet is written out as text and read like any text table, so that titles above the header, units and a second
    header line are understood alike.
    """
    _check_size(path, unpacked_limit)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            names = tuple(book.sheet_names)
            if sheet is not None and sheet not in names:
                raise DatasetError(
                    f"The workbook has no sheet {sheet!r}.", f"It has {', '.join(names)}.", "Choose one of them."
                )
            sheets = {name: _rows(book, name) for name in ((sheet,) if sheet is not None else names)}
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise DatasetError(
            "The workbook cannot be read.", f"{path.name}: {error}.", "Save it as CSV and choose that."
        ) from error
    chosen = max(sheets, key=lambda name: sum(map(_filled, sheets[name])), default=None)
    if chosen is None or not any(map(_filled, sheets[chosen])):
        raise DatasetError("The workbook is empty.", f"{path.name} has no filled cells.", _CHOOSE)
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / path.name
        with text.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(_trimmed(sheets[chosen]))
        table = read_text(text, columns, header, undo=undo)
    reader = Reader(
        kind="excel",
        header=table.reader.header,
        first_row=table.reader.first_row,
        above=table.reader.above,
        sheet=chosen,
        sheets=names,
    )
    return Table(frame=table.frame, reader=reader, units=table.units, repairs=table.repairs)


def _check_size(path: Path, limit: int) -> None:
    """Refuse a workbook built to fill the memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return  # an old workbook is no archive
    if size > max(limit, _XML) or size > 400 * path.stat().st_size + 10_000_000:
        raise DatasetError(
            "The workbook unpacks to more than is allowed.",
            f"{path.name} unpacks to {size / 1e6:,.0f} MB.",
            "Save the one sheet you need as CSV and choose that.",
        )


def _rows(book: Any, name: str) -> list[list[str]]:
    try:
        cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except Exception:
        return []
    return [[_text(cell) for cell in row] for row in cells]


def _text(cell: Any) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float():
            # A point before three digits could part thousands in a text; here it is known to part the decimals.
            text = str(cell)
            return f"{text}0" if re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", text) else text
        case dt.datetime():
            moment = (cell + dt.timedelta(microseconds=500_000)).replace(microsecond=0) if cell.microsecond else cell
            return moment.strftime("%Y-%m-%d") if moment.time() == dt.time() else moment.isoformat(" ")
        case dt.timedelta():
            seconds = round(cell.total_seconds())
            return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        case _:
            return str(cell).strip()


def _filled(row: Sequence[str]) -> int:
    return sum(map(bool, row))


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    """Cut away the empty rows and columns around the table."""
    full = [row for row in rows if _filled(row)]
    used = [index for index in range(max(map(len, full))) if any(index < len(row) and row[index] for row in full)]
    return [[row[index] if index < len(row) else "" for index in range(used[0], used[-1] + 1)] for row in full]
