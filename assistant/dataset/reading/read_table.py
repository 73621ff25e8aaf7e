"""Reading a file of any kind as a table."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from assistant.dataset.choices import ReadingRequest
from assistant.dataset.reading import formats
from assistant.dataset.reading.archive import is_archive, list_members, unpack_member
from assistant.dataset.reading.raw_file import RawFile
from assistant.dataset.reading.table import Table
from assistant.dataset.repairs import WIDE
from assistant.dataset.tidying.filled_down import fill_merged, place_years
from assistant.dataset.tidying.left_out_rows import keep_finest, leave_out_end
from assistant.dataset.tidying.wide_tables import lengthen
from assistant.errors import DatasetError

_NESTED = 2
_MEMBERS_TRIED = 5


def read_table(path: Path, request: ReadingRequest | None = None) -> Table:
    """Read a table from a file of any usual kind; the kind is told by the content, not by the name.

    Blocks of merged cells are filled, sums over longer periods are left out, and a wide table with a column for each
    moment is turned into one row for each, unless that is switched off. Raises DatasetError when there is no table in it.
    """
    request = request or ReadingRequest()
    try:
        table = _read(RawFile(path), request, 0)
        table = leave_out_end(table, request.undo)
        table = keep_finest(place_years(fill_merged(table, request.undo), request.undo), request.undo)
        return table if WIDE.is_off(request.undo) else lengthen(table)
    except (OSError, MemoryError) as error:
        raise DatasetError("The file cannot be read.", f"{path.name}: {error}.", "Choose it again.") from error


def _read(file: RawFile, request: ReadingRequest, depth: int) -> Table:
    if not file.head:
        raise DatasetError("The file is empty.", f"{file.name} has no bytes.", "Choose another file.")
    if is_archive(file.path):
        return _read_member(file.path, request, depth)
    for known in formats.FORMATS:
        if known.recognises(file) and (table := known.read(file, request)) is not None:
            return table
    raise DatasetError(
        "This is no table in a format that is known.", file.name, "Save it as a CSV file and choose that."
    )


def _read_member(path: Path, request: ReadingRequest, depth: int) -> Table:
    if depth >= _NESTED:
        raise DatasetError("Archives lie too deep inside each other.", path.name, "Upload the table itself.")
    members = tuple(name for name, _ in list_members(path))
    problem: DatasetError | None = None
    for name in (request.member,) if request.member is not None else members[:_MEMBERS_TRIED] or (None,):
        with tempfile.TemporaryDirectory() as folder:
            try:
                unpacked = unpack_member(path, name, Path(folder), request.unpacked_limit)
                table = _read(RawFile(unpacked), replace(request, member=None), depth + 1)
            except DatasetError as error:
                problem = problem or error  # the likeliest of them tells what is wrong
                continue
        reader = table.reader.model_copy(update={"member": name or unpacked.name, "members": members})
        return replace(table, reader=reader)
    assert problem is not None
    raise problem
