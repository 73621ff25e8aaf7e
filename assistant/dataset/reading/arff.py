"""ARFF, the format of Weka: the columns' names stand in lines of their own above rows with commas."""

from __future__ import annotations

import csv
import re
from dataclasses import replace

from assistant.dataset.choices import ReadingRequest
from assistant.dataset.reading.raw_file import RawFile
from assistant.dataset.reading.table import Reader, Table
from assistant.dataset.reading.text_table import read_rows

_START = re.compile(rb"^(?:[ \t\r]*(?:%[^\n]*)?\n)*[ \t]*@relation\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""^\s*@attribute\s+(?:'([^']+)'|"([^"]+)"|(\S+))\s+\S""", re.IGNORECASE)


def is_arff(file: RawFile) -> bool:
    """Tell whether a file starts as ARFF does."""
    return bool(_START.match(file.head))


def read_arff(file: RawFile, request: ReadingRequest) -> Table | None:
    """Read an ARFF file; None when it has no names or no rows of values."""
    lines = file.text().splitlines()
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
    table = read_rows([header, *rows], file.name, replace(request, header=True))
    reader = Reader(kind="arff", separator=",", encoding=file.encoding, header=True, first_row=(begin or 0) + 1)
    return replace(table, reader=reader)
