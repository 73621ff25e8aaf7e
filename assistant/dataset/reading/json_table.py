"""Tables in JSON: a list of records, columns of equal length, or either somewhere inside; and JSON lines."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pandas as pd

from assistant.dataset.choices import ReadingRequest
from assistant.dataset.reading.raw_file import RawFile
from assistant.dataset.reading.table import Reader, Table, require_rows
from assistant.errors import DatasetError

_DEEP = 3  # levels of JSON above its table
_FEW = 3  # records below which lists lying elsewhere are looked for
_FEW_LINES = 5  # of which a table in text has more
_MOST_LISTS = 500


def is_json(file: RawFile) -> bool:
    """Tell whether a file may be JSON, by its first sign."""
    return file.start[:1] in (b"{", b"[")


def read_json(file: RawFile, request: ReadingRequest) -> Table | None:
    """Read JSON or JSON lines; None when it is neither, DatasetError when it is broken or holds no table."""
    text = file.text().lstrip("\ufeff")
    try:
        data: Any = json.loads(text)
        kind = "json"
    except (ValueError, RecursionError) as error:
        if re.match(r"\s*(?:\[\s*[\[{]|\{\s*\")", text) and text.count("\n") < _FEW_LINES:
            raise DatasetError(
                "The JSON file is broken.",
                f"{file.name}: {error}.",
                "Download it again, or save it as CSV.",
            ) from error
        try:
            data = [json.loads(line) for line in text.splitlines() if line.strip()]
            kind = "json lines"
        except (ValueError, RecursionError):
            return None
    if isinstance(data, dict) and "cells" in data and "nbformat" in data:
        raise DatasetError("This is a notebook, not a table.", file.name, "Choose the data file that it reads.")
    records = _records(data)
    if records is None:
        raise DatasetError(
            "No table was found in the JSON file.",
            f"{file.name} holds neither a list of records nor columns of equal length.",
            "Save the records as CSV, one row for each moment.",
        )
    raw = pd.json_normalize(records) if isinstance(records, list) else pd.DataFrame(records)
    frame = require_rows(_tidy(raw), file.name)
    if request.columns is not None:
        frame = frame[[name for name in frame.columns if request.wants(name)]]
    return Table(frame=frame, reader=Reader(kind=kind, encoding=file.encoding))


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
