"""Tables in Parquet files."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as parquet

from assistant.dataset.choices import ReadingRequest
from assistant.dataset.reading.raw_file import RawFile
from assistant.dataset.reading.table import Reader, Table, require_rows
from assistant.dataset.reading.text_at_once import to_frame
from assistant.errors import DatasetError


def is_parquet(file: RawFile) -> bool:
    """Tell whether a file is Parquet."""
    return file.head.startswith(b"PAR1")


def read_parquet(file: RawFile, request: ReadingRequest) -> Table:
    """Read a Parquet file; raise DatasetError when it is damaged or empty."""
    try:
        wanted = list(request.columns) if request.columns is not None else None
        table = parquet.read_table(file.path, columns=wanted)
        # pandas keeps an index as a column of its own name; one that holds nothing but the row number says nothing.
        keep = [
            name
            for name in table.column_names
            if not name.startswith("__index_level_") or not pa.types.is_integer(table.schema.field(name).type)
        ]
        frame = to_frame({name: table.column(name) for name in keep})
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise DatasetError(
            "The Parquet file cannot be read.", f"{file.name}: {first_line}", "Save it again, or as CSV."
        ) from error
    return Table(frame=require_rows(frame, file.name), reader=Reader(kind="parquet"))
