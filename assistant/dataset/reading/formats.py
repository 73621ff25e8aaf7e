"""The formats of files that a table may come in: how each is recognised, and who reads it.

To add one, write its reader in a file of its own in this folder and put a line into FORMATS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from assistant.dataset.choices import ReadingRequest
from assistant.dataset.reading.arff import is_arff, read_arff
from assistant.dataset.reading.html_table import is_page, read_html
from assistant.dataset.reading.json_table import is_json, read_json
from assistant.dataset.reading.other_kinds import refuse_other_kinds
from assistant.dataset.reading.parquet_table import is_parquet, read_parquet
from assistant.dataset.reading.raw_file import RawFile
from assistant.dataset.reading.table import Table
from assistant.dataset.reading.text_table import read_text
from assistant.dataset.reading.workbook import is_workbook, read_workbook


@dataclass(frozen=True)
class Format:
    """One format: its name, how it is recognised by its content, its reader, and the ends of its files' names.

    The reader returns None for what is not of this format after all, and the next is tried; it raises DatasetError for
    what is, but cannot be read. The ends (in lower case, with the point) pick tables among other files in an archive or a
    repository; what a file is read as is told by its content alone.
    """

    name: str
    recognises: Callable[[RawFile], bool]
    read: Callable[[RawFile, ReadingRequest], Table | None]
    suffixes: tuple[str, ...] = ()


def _always(_: RawFile) -> bool:
    return True


# In the order in which they are tried: those that show by a mark first, and text, which anything may be, last.
FORMATS: tuple[Format, ...] = (
    Format("Parquet", is_parquet, read_parquet, (".parquet", ".pq")),
    Format("workbook", is_workbook, read_workbook, (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")),
    Format("ARFF", is_arff, read_arff, (".arff",)),
    Format("HTML", is_page, read_html),
    Format("no table", _always, refuse_other_kinds),
    Format("JSON", is_json, read_json, (".json", ".jsonl", ".ndjson")),
    Format("text", _always, read_text, (".csv", ".tsv", ".txt", ".dat", ".data", ".tab", ".psv", ".asc", ".prn")),
)


def may_hold_table(name: str) -> bool:
    """Tell whether a file may hold a table, by the end of its name."""
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    return any(suffix in known.suffixes for known in FORMATS)
