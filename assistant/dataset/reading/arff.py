"""ARFF, the format of Weka: the columns' names stand in lines of their own above rows with commas."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from assistant.dataset.reading.encoding import find_encoding
from assistant.dataset.reading.rows_as_text import read_rows
from assistant.dataset.reading.table import Reader, Table

_START = re.compile(rb"^(?:\s*%[^\n]*\n|\s*\n)*\s*@relation\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""^\s*@attribute\s+(?:'([^']+)'|"([^"]+)"|(\S+))\s+\S""", re.IGNORECASE)


def is_arff(head: bytes) -> bool:
    """Tell whether a file that starts so is ARFF with rows of values."""
    return bool(_START.match(head))


def read_arff(path: Path, columns: Sequence[str] | None, undo: frozenset[str]) -> Table | None:
    """Read an ARFF file; None when it has no names or no rows."""
    encoding = find_encoding(path)
    lines = path.read_text(encoding, errors="replace").splitlines()
    begin = next((number for number, line in enumerate(lines) if line.strip().lower() == "@data"), None)
    names = [match for line in lines[:begin] if (match := _ATTRIBUTE.match(line))]
    data = [line for line in lines[begin + 1 :] if line.strip() and not line.lstrip().startswith("%")] if begin else []
    if not names or not data or data[0].lstrip().startswith("{"):
        return None
    quote = "'" if "'" in data[0] else '"'
    try:
        rows = list(csv.reader(data, quotechar=quote, skipinitialspace=True))
    except csv.Error:
        return None
    header = [match[1] or match[2] or match[3] for match in names]
    table = read_rows([header, *rows], path.name, columns, header=True, undo=undo)
    reader = Reader(kind="arff", separator=",", encoding=encoding, header=True, first_row=(begin or 0) + 1)
    return Table(frame=table.frame, reader=reader, units=table.units, repairs=table.repairs)
