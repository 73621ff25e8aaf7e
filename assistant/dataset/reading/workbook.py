"""Tables in workbooks: Excel of every age and OpenDocument."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant import wording
from assistant.dataset.choices import ReadingRequest
from assistant.dataset.reading.raw_file import RawFile
from assistant.dataset.reading.table import Reader, Table
from assistant.dataset.reading.text_table import filled, read_rows
from assistant.dataset.repairs import MERGED_CELLS
from assistant.dataset.series import Repair
from assistant.errors import DatasetError

_XML = 400_000_000  # bytes to which a workbook of a usual size unpacks, for its parts are wordy
_CHOOSE = "Choose another file."


def is_workbook(file: RawFile) -> bool:
    """Tell whether a file is a workbook: an old one of Excel, or a zip archive with the parts of one."""
    return file.head.startswith(b"\xd0\xcf\x11\xe0") or (file.head.startswith(b"PK") and is_packed_workbook(file.path))


def is_packed_workbook(path: Path) -> bool:
    """Tell whether a zip archive is an Excel or OpenDocument workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return "xl/workbook.xml" in names or "xl/workbook.bin" in names or ("content.xml" in names and "mimetype" in names)


def read_workbook(file: RawFile, request: ReadingRequest) -> Table:
    """Read one sheet of a workbook (the fullest when none is asked for); raise DatasetError when it holds no table.

    The sheet is written out as text and read like any text table, so that titles above the header, units and a second
    header line are understood alike.
    """
    path, sheet, undo = file.path, request.sheet, request.undo
    _check_size(path, request.unpacked_limit)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes())) as book:
            names = tuple(book.sheet_names)
            if sheet is not None and sheet not in names:
                raise DatasetError(
                    f"The workbook has no sheet {sheet!r}.", f"It has {', '.join(names)}.", "Choose one of them."
                )
            sheets = {name: _rows(book, name, undo) for name in ((sheet,) if sheet is not None else names)}
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise DatasetError(
            "The workbook cannot be read.", f"{path.name}: {error}.", "Save it as CSV and choose that."
        ) from error
    chosen = max(sheets, key=lambda name: sum(map(filled, sheets[name])), default=None)
    if chosen is None or not any(map(filled, sheets[chosen])):
        raise DatasetError("The workbook is empty.", f"{path.name} has no filled cells.", _CHOOSE)
    table = read_rows(sheets[chosen], path.name, request)
    reader = Reader(
        kind="excel",
        header=table.reader.header,
        first_row=table.reader.first_row,
        above=table.reader.above,
        sheet=chosen,
        sheets=names,
    )
    return replace(table, reader=reader, repairs=(*_merged(path, chosen, undo), *table.repairs))


def _merged(path: Path, sheet: str, undo: frozenset[str]) -> tuple[Repair, ...]:
    """Return the repair that says how many cells belong to blocks that were merged over several rows."""
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes())) as book:
        blocks = _blocks(book.get_sheet_by_name(sheet))
    count = sum(end[0] - start[0] for start, end in blocks)
    return (MERGED_CELLS.made(count, undo),) if count else ()


def _blocks(sheet: Any) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return the first and the last cell of each block that was merged over several rows."""
    return [(start, end) for start, end in sheet.merged_cell_ranges or () if end[0] > start[0]]


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
            f"{path.name} unpacks to {wording.size(size)}.",
            "Save the one sheet you need as CSV and choose that.",
        )


def _rows(book: Any, name: str, undo: frozenset[str]) -> list[list[str]]:
    try:
        sheet = book.get_sheet_by_name(name)
        cells = sheet.to_python(skip_empty_area=False)
        blocks = _blocks(sheet) if not MERGED_CELLS.is_off(undo) else []
    except Exception:
        return []
    rows = [[_text(cell) for cell in row] for row in cells]
    for (first, column), (last, _) in blocks:
        for row in rows[first + 1 : last + 1]:
            if column < len(row) and column < len(rows[first]):
                row[column] = rows[first][column]
    return rows


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
