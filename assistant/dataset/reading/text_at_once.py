"""Reading a plain text table all at once, with Arrow."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from assistant.dataset.reading.raw_file import RawFile
from assistant.dataset.reading.text_layout import Layout

_LARGE = 20_000_000  # bytes from which on the columns' types are told from samples
_SAMPLES, _SAMPLE = 8, 1 << 17  # parts of a large file that tell its columns' types, and their bytes
_LONG = 100_000  # rows from which on memory is given back at once
TURNED = 40_000_000  # bytes up to which a file of another encoding is turned into UTF-8 at once


def read_at_once(
    file: RawFile, layout: Layout, columns: Sequence[str] | None, crooked: list[str]
) -> pd.DataFrame | None:
    """Read with Arrow; None when it cannot, and the crooked rows it left out in `crooked`."""
    path, encoding = file.path, file.likely_encoding

    def leave_out(row: arrow_csv.InvalidRow) -> str:
        if len(crooked) < 10_000_000:
            crooked.append(row.text if len(crooked) < 20 else "")
        return "skip"

    breaking = False
    types = _sampled_types(path, layout, encoding) if file.size >= _LARGE else {}
    for _ in range(4):
        crooked.clear()
        try:
            with _open(path, encoding) as stream:
                arrays = _parse(stream, layout, encoding, columns, breaking, types, leave_out)
        except (pa.ArrowInvalid, pa.ArrowKeyError, LookupError, UnicodeError):
            if types:
                types = {}
            elif breaking:
                return None
            else:
                breaking = True
            continue
        if crooked and not breaking and any('"' in text for text in crooked):
            breaking = True
            continue
        if encoding == "utf-8" and any(pa.types.is_binary(array.type) for array in arrays.values()):
            encoding = file.encoding
            if encoding != "utf-8":
                continue
        return to_frame(arrays)
    return None


def _open(path: Path, encoding: str) -> Any:
    """Open a text table for Arrow, as UTF-8 where it is not too large to be turned into it at once."""
    if encoding == "utf-8" or path.stat().st_size > TURNED:
        return pa.OSFile(str(path))  # a path alone would be unpacked by its ending
    return io.BytesIO(path.read_bytes().decode(encoding, errors="replace").encode())


def _sampled_types(path: Path, layout: Layout, encoding: str) -> dict[str, pa.DataType]:
    """Tell the columns' types from parts of a large file, so that Arrow need not keep all of it to find them itself."""
    size = path.stat().st_size
    parts = []
    with path.open("rb") as stream:
        for place in range(_SAMPLES):
            stream.seek(place * size // _SAMPLES)
            part = stream.read(_SAMPLE)
            if place:
                part = part[part.find(b"\n") + 1 :]
            parts.append(part[: part.rfind(b"\n") + 1])
    try:
        text = b"".join(parts).decode(encoding, errors="replace")
        arrays = _parse(io.BytesIO(text.encode()), layout, encoding, None, True, {}, lambda _: "skip")
    except (pa.ArrowInvalid, pa.ArrowKeyError, LookupError, UnicodeError):
        return {}
    types = {}
    for name, array in arrays.items():
        if pa.types.is_integer(array.type) or pa.types.is_floating(array.type):
            types[name] = pa.float64()
        elif pa.types.is_string(array.type) or pa.types.is_timestamp(array.type):
            types[name] = array.type
    return types


def _parse(
    stream: Any,
    layout: Layout,
    encoding: str,
    columns: Sequence[str] | None,
    breaking: bool,
    types: dict[str, pa.DataType],
    leave_out: Callable[[arrow_csv.InvalidRow], str],
) -> dict[str, pa.ChunkedArray]:
    """Parse a text table with Arrow; `breaking` allows line breaks inside quotes, `types` are those that are known."""
    names = list(layout.names)
    # A large file is not read as texts for the sake of points that may stand between thousands.
    as_texts = (*layout.zoned, *(() if types and layout.separator != ";" else layout.grouped))
    table = arrow_csv.read_csv(
        stream,
        read_options=arrow_csv.ReadOptions(
            column_names=names,
            skip_rows=layout.first_row,
            encoding=encoding if isinstance(stream, pa.NativeFile) and encoding != "utf-8-sig" else "utf-8",
            block_size=1 << 20,
            use_threads=not types,  # where the types are known, threads cost more memory than they save time
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.separator,
            quote_char=layout.quote,
            newlines_in_values=breaking,
            ignore_empty_lines=len(names) > 1,
            invalid_row_handler=leave_out,
        ),
        convert_options=arrow_csv.ConvertOptions(
            include_columns=[name for name in names if columns is None or name in columns],
            column_types={
                **types,
                **{name: pa.string() for name in (names if layout.decimal_comma else as_texts)},
            },
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    return dict(zip(table.column_names, table.columns, strict=True))


def to_frame(arrays: dict[str, pa.ChunkedArray]) -> pd.DataFrame:
    """Return Arrow columns as a frame of numbers, times, flags and texts.

    `arrays` is emptied on the way, so that a large table is not held twice.
    """
    columns = {}
    for name in list(arrays):
        column = arrays.pop(name)
        kind = column.type
        if pa.types.is_date(kind):
            column = column.cast(pa.timestamp("s"))
        elif pa.types.is_time(kind) or pa.types.is_duration(kind):
            columns[name] = pd.Series(pd.array(_text_of_time(column).combine_chunks(), dtype="str"))
            continue
        elif pa.types.is_null(kind):
            columns[name] = pd.Series(np.full(len(column), np.nan))
            continue
        elif pa.types.is_decimal(kind):
            column = column.cast(pa.float64())
        elif pa.types.is_large_string(kind) or pa.types.is_string(kind):
            columns[name] = pd.Series(pd.array(column.combine_chunks(), dtype="str"))
            continue
        elif pa.types.is_dictionary(kind):
            column = column.cast(kind.value_type)
            if pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type):
                columns[name] = pd.Series(pd.array(column.combine_chunks(), dtype="str"))
                continue
        elif pa.types.is_nested(kind) or pa.types.is_binary(kind):
            columns[name] = pd.Series(
                [None if value is None else str(value) for value in column.to_pylist()], dtype="str"
            )
            continue
        columns[name] = column.to_pandas()
        if len(column) > _LONG:
            del column
            pa.default_memory_pool().release_unused()
    return pd.DataFrame(columns, copy=False)


def _text_of_time(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return (
        pc.cast(column, pa.string())
        if not pa.types.is_duration(column.type)
        else column.cast(pa.int64()).cast(pa.string())
    )
