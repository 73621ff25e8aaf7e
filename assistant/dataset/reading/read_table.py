"""Reading a file of any kind as a table."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet

from assistant.dataset.reading.archive import DEFAULT_UNPACKED, is_archive, is_workbook, list_members, unpack_member
from assistant.dataset.reading.arff import is_arff, read_arff
from assistant.dataset.reading.encoding import find_encoding
from assistant.dataset.reading.html_table import read_html
from assistant.dataset.reading.table import Reader, Table
from assistant.dataset.reading.text_at_once import to_frame
from assistant.dataset.reading.text_table import read_text
from assistant.dataset.reading.workbook import read_excel
from assistant.dataset.tidying.end_of_table import leave_out_end
from assistant.dataset.tidying.merged import fill_merged
from assistant.dataset.tidying.mixed_periods import keep_finest
from assistant.dataset.tidying.wide_tables import lengthen
from assistant.dataset.tidying.year_rows import place_years
from assistant.errors import DatasetError

# What files of other kinds start with, and what they are.
_OTHER_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a text document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x89HDF", "an HDF5 file"),
    (b"CDF\x01", "a NetCDF file"),
    (b"CDF\x02", "a NetCDF file"),
    (b"SQLite format 3", "a database"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x02", "a Python pickle"),
    (b"RIFF", "sound or film"),
    (b"ID3", "sound"),
    (b"OggS", "sound"),
    (b"fLaC", "sound"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"GRIB", "a GRIB file"),
)
_PICTURES_AND_SOUND = ("a picture", "sound", "sound or film")
_NESTED = 2
_DEEP = 3  # levels of JSON above its table
_FEW = 3  # records below which lists lying elsewhere are looked for
_FEW_LINES = 5  # of which a table in text has more
_MOST_LISTS = 500
_CONTROL = bytes(code for code in (*range(1, 9), *range(14, 26), *range(28, 32)))
_FEW_CONTROLS = 0.005


def read_table(
    path: Path,
    *,
    columns: Sequence[str] | None = None,
    member: str | None = None,
    sheet: str | None = None,
    header: bool | None = None,
    unpacked_limit: int = DEFAULT_UNPACKED,
    undo: frozenset[str] = frozenset(),
) -> Table:
    """Read a table from a file of any usual kind; the kind is told by the content, not by the name.

    `columns` limits what is loaded, `member` picks a file of an archive, `sheet` one of a workbook, `header` says
    whether the columns' names stand in the file. Blocks of merged cells are filled, sums over longer periods are left out, and a wide table with a column for
    each moment is turned into one row for each, unless their keys are in `undo`. Raises DatasetError when there is no
    table in it.
    """
    try:
        table = _read(path, columns, member, sheet, header, undo, unpacked_limit, 0)
        table = leave_out_end(table, undo)
        table = keep_finest(place_years(fill_merged(table, undo), undo), undo)
        return table if "wide" in undo else lengthen(table)
    except (OSError, MemoryError) as error:
        raise DatasetError("The file cannot be read.", f"{path.name}: {error}.", "Choose it again.") from error


def _read(
    path: Path,
    columns: Sequence[str] | None,
    member: str | None,
    sheet: str | None,
    header: bool | None,
    undo: frozenset[str],
    limit: int,
    depth: int,
) -> Table:
    with path.open("rb") as stream:
        head = stream.read(4096)
    if not head:
        raise DatasetError("The file is empty.", f"{path.name} has no bytes.", "Choose another file.")
    if head.startswith(b"PAR1"):
        return _read_parquet(path, columns)
    if head.startswith(b"\xd0\xcf\x11\xe0") or (head.startswith(b"PK") and is_workbook(path)):
        return read_excel(path, columns, sheet, header, undo, limit)
    if is_archive(path):
        return _read_member(path, columns, member, sheet, header, undo, limit, depth)
    if is_arff(head) and (found := read_arff(path, columns, undo)) is not None:
        return found
    if _is_page(head) and (found := read_html(path, columns, header, undo)) is not None:
        return found
    _refuse_other_kinds(path, head)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in (b"{", b"[") and (found := _read_json(path, columns)) is not None:
        return found
    return read_text(path, columns, header, undo=undo)


def _read_member(
    path: Path,
    columns: Sequence[str] | None,
    member: str | None,
    sheet: str | None,
    header: bool | None,
    undo: frozenset[str],
    limit: int,
    depth: int,
) -> Table:
    if depth >= _NESTED:
        raise DatasetError("Archives lie too deep inside each other.", path.name, "Upload the table itself.")
    members = tuple(name for name, _ in list_members(path))
    with tempfile.TemporaryDirectory() as folder:
        unpacked = unpack_member(path, member, Path(folder), limit)
        table = _read(unpacked, columns, None, sheet, header, undo, limit, depth + 1)
    name = member or (members[0] if members else unpacked.name)
    reader = table.reader.model_copy(update={"member": name, "members": members})
    return Table(frame=table.frame, reader=reader, units=table.units, repairs=table.repairs)


def _lower_start(head: bytes) -> bytes:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()


def _is_page(head: bytes) -> bool:
    return _lower_start(head).startswith(
        (b"<!doctype html", b"<html", b"<head", b"<?xml", b"<svg", b"<body", b"<table", b"<div", b"<meta", b"<style")
    )


def _refuse_other_kinds(path: Path, head: bytes) -> None:
    for mark, kind in _OTHER_KINDS:
        if head.startswith(mark) and (len(mark) > 2 or b"\0" in head):
            fix = (
                "A forecast needs a table with one row for each moment; choose such a file."
                if kind in _PICTURES_AND_SOUND
                else "Save it as a CSV file and choose that."
            )
            raise DatasetError(f"This is {kind}, not a table.", f"{path.name} starts like one.", fix)
    start = _lower_start(head)
    if _is_page(head):
        raise DatasetError(
            "This is a web page, not a table.",
            f"{path.name} starts with {start[:20].decode('ascii', 'replace')!r}.",
            "Use the address behind the page's download button, or download the file and upload it.",
        )
    if start.startswith(b"version https://git-lfs.github.com/spec/"):
        raise DatasetError(
            "This is only a pointer to a file that lies elsewhere.",
            f"{path.name} is a Git LFS pointer.",
            "Paste the GitHub link to the file, which is then followed.",
        )
    controls = len(head) - len(head.translate(None, _CONTROL))
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) or find_encoding(path).startswith(("utf-16", "utf-32"))
    if (head.count(0) > 0.01 * len(head) or controls > 2 + _FEW_CONTROLS * len(head)) and not wide:
        raise DatasetError(
            "This is not a table in text.",
            f"{path.name} holds bytes of some other kind.",
            "Save it as a CSV file and choose that.",
        )


def _read_parquet(path: Path, columns: Sequence[str] | None) -> Table:
    try:
        table = parquet.read_table(path, columns=list(columns) if columns is not None else None)
        # pandas keeps an index as a column of its own name; one that holds nothing but the row number says nothing.
        keep = [
            name
            for name in table.column_names
            if not name.startswith("__index_level_") or not pa.types.is_integer(table.schema.field(name).type)
        ]
        frame = to_frame({name: table.column(name) for name in keep})
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise DatasetError(
            "The Parquet file cannot be read.", f"{path.name}: {_first_line(error)}", "Save it again, or as CSV."
        ) from error
    return Table(frame=_checked(frame, path), reader=Reader(kind="parquet"))


def _read_json(path: Path, columns: Sequence[str] | None) -> Table | None:
    """Read JSON or JSON lines; None when it is neither."""
    encoding = find_encoding(path)
    text = path.read_text(encoding, errors="replace").lstrip("\ufeff")
    try:
        data: Any = json.loads(text)
        kind = "json"
    except (ValueError, RecursionError) as error:
        if re.match(r"\s*(?:\[\s*[\[{]|\{\s*\")", text) and text.count("\n") < _FEW_LINES:
            raise DatasetError(
                "The JSON file is broken.",
                f"{path.name}: {_first_line(error)}.",
                "Download it again, or save it as CSV.",
            ) from error
        try:
            data = [json.loads(line) for line in text.splitlines() if line.strip()]
            kind = "json lines"
        except (ValueError, RecursionError):
            return None
    if isinstance(data, dict) and "cells" in data and "nbformat" in data:
        raise DatasetError("This is a notebook, not a table.", path.name, "Choose the data file that it reads.")
    records = _records(data)
    if records is None:
        raise DatasetError(
            "No table was found in the JSON file.",
            f"{path.name} holds neither a list of records nor columns of equal length.",
            "Save the records as CSV, one row for each moment.",
        )
    frame = _checked(_tidy(pd.json_normalize(records) if isinstance(records, list) else pd.DataFrame(records)), path)
    if columns is not None:
        frame = frame[[name for name in frame.columns if name in columns]]
    return Table(frame=frame, reader=Reader(kind=kind, encoding=encoding))


def _records(data: Any, depth: int = 0) -> list[dict[str, Any]] | dict[str, list[Any]] | None:
    """Find the table in parsed JSON: records, rows below a header, columns, or any of these one level down."""
    if isinstance(data, list) and data:
        if all(isinstance(item, dict) for item in data):
            return data
        if all(isinstance(item, list) for item in data) and len({len(item) for item in data}) == 1 and data[0]:
            if (
                all(isinstance(cell, str) for cell in data[0])
                and len(data) > 1
                and not all(isinstance(cell, str) for cell in data[1])
            ):
                return [dict(zip(data[0], row, strict=True)) for row in data[1:]]
            return [{f"column {index + 1}": cell for index, cell in enumerate(row)} for row in data]
        if all(isinstance(item, int | float) or item is None for item in data):
            return [{"value": item} for item in data]
        tables = [found for item in data if isinstance(item, list | dict) and (found := _records(item, depth + 1))]
        return max(tables, key=_length, default=None) if depth <= _DEEP else None
    if not isinstance(data, dict) or not data or depth > _DEEP:
        return None
    if isinstance(data.get("columns"), list) and isinstance(data.get("data"), list):
        rows = [
            dict(zip(map(str, data["columns"]), row, strict=False)) for row in data["data"] if isinstance(row, list)
        ]
        index = data.get("index")
        if isinstance(index, list) and len(index) == len(rows) and index != list(range(len(rows))):
            return [{"index": label, **row} for label, row in zip(index, rows, strict=True)]
        return rows
    lists = {
        str(name): value
        for name, value in data.items()
        if isinstance(value, list) and not any(isinstance(x, list | dict) for x in value)
    }
    if len(lists) > 1 and len({len(value) for value in lists.values()}) == 1 and next(iter(lists.values())):
        return lists
    if (joined := _pairs_beside(data)) is not None:
        return joined
    inner = [value for value in data.values() if isinstance(value, dict)]
    if inner and len(inner) == len(data):
        keys = [tuple(value) for value in inner]
        if len(set(keys)) == 1 and all(not isinstance(x, list | dict) for value in inner for x in value.values()):
            return _from_columns_or_index(data, keys[0])
    candidates = [found for value in data.values() if (found := _records(value, depth + 1))]
    found = max(candidates, key=_length, default=None)
    if (found is None or _length(found) < _FEW) and (beside := _lists_beside(data)):
        return beside
    return found or _single_values(data)


def _pairs_beside(data: dict[str, Any]) -> dict[str, list[Any]] | None:
    """Lists of moments with a value each, which stand beside each other under the names of the values."""
    pairs = {
        str(name): value
        for name, value in data.items()
        if isinstance(value, list) and value and all(isinstance(item, list) and len(item) == 2 for item in value)
    }
    moments = [[moment for moment, _ in value] for value in pairs.values()]
    if not moments or any(other != moments[0] for other in moments) or "time" in pairs:
        return None
    return {"time": moments[0], **{name: [number for _, number in value] for name, value in pairs.items()}}


def _lists_beside(data: Any) -> dict[str, list[Any]] | None:
    """Lists of equal length that lie at different depths of one record, such as the times here and the values there."""
    found: dict[str, list[Any]] = {}
    waiting = [("", data, 0)]
    while waiting and len(found) < _MOST_LISTS:
        name, value, depth = waiting.pop(0)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
            value = value[0]
        if isinstance(value, dict) and depth < 2 * _DEEP:
            waiting += [(str(key), inner, depth + 1) for key, inner in value.items()]
        elif isinstance(value, list) and len(value) >= _FEW and not any(isinstance(x, list | dict) for x in value):
            found.setdefault(name, value)
    lengths = Counter(map(len, found.values()))
    length, number = max(lengths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return {name: value for name, value in found.items() if len(value) == length} if number > 1 else None


def _length(records: list[dict[str, Any]] | dict[str, list[Any]]) -> int:
    return len(records) if isinstance(records, list) else len(next(iter(records.values())))


def _from_columns_or_index(data: dict[str, dict[str, Any]], keys: tuple[str, ...]) -> list[dict[str, Any]]:
    """pandas writes {column: {row: value}} or {row: {column: value}}; row names are numbers or dates."""
    if all(any(sign.isdecimal() for sign in str(key)) for key in keys) and not all(
        str(name)[:1].isdecimal() for name in data
    ):
        index_is_count = [str(key) for key in keys] == [str(number) for number in range(len(keys))]
        return [
            {**({} if index_is_count else {"index": key}), **{name: column[key] for name, column in data.items()}}
            for key in keys
        ]
    return [{"index": name, **row} for name, row in data.items()]


def _single_values(data: dict[str, Any]) -> list[dict[str, Any]] | None:
    """A mapping from moments to numbers, such as {"2020-01-01": 3}."""
    if (
        len(data) > 2
        and all(isinstance(value, int | float) or value is None for value in data.values())
        and all(str(key)[:1].isdecimal() for key in data)
    ):
        return [{"time": key, "value": value} for key, value in data.items()]
    return None


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Give columns of mixed things the texts of them."""
    columns = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype == object:
            column = pd.Series(
                [None if value is None or value != value else str(value) for value in column], dtype="str"
            )
            numbers = pd.to_numeric(column, errors="coerce")
            if numbers.notna().sum() == column.notna().sum() and len(column) and column.notna().any():
                column = numbers
        columns[str(name)] = column.reset_index(drop=True)
    return pd.DataFrame(columns)


def _checked(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    if not len(frame) or not len(frame.columns):
        raise DatasetError("The table has no rows.", f"{path.name} is empty.", "Choose another file.")
    frame.columns = [str(name) for name in frame.columns]
    return frame


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
