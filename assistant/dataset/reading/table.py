"""A table as it stands in a file: its raw columns, how it was read, and whether it has the columns asked for."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from assistant.dataset.series import Repair, Roles
from assistant.errors import DatasetError
from assistant.frozen import Frozen


class Reader(Frozen):
    """How a table was read; what a kind of file does not have is None.

    `header` tells whether the names stood in the file, `first_row` is the line (from 0) where the data start, `member`
    the file inside an archive, `members` all that could have been read instead, and likewise `sheet` and `sheets`.
    """

    kind: str  # "csv", "fixed width", "excel", "parquet", "json", "json lines", "html", "arff"
    separator: str | None = None
    encoding: str | None = None
    header: bool | None = None
    first_row: int | None = None
    decimal_comma: bool = False
    member: str | None = None
    members: tuple[str, ...] = ()
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    above: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """A table as it stands in a file.

    `frame` holds the raw columns (numbers and times where the file is plain about them, texts elsewhere) in the file's
    order; `units` are those that the header names; `repairs` is what reading itself had to change.
    """

    frame: pd.DataFrame = field(repr=False)
    reader: Reader
    units: Mapping[str, str] = field(default_factory=dict)
    repairs: tuple[Repair, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns' names."""
        return tuple(self.frame.columns)

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(self.frame)


def check_columns(table: Table, roles: Roles) -> None:
    """Raise DatasetError when a table lacks a column that the roles name, or when the target is the time."""
    for name in (roles.target, *roles.time, *roles.features):
        if name not in table.columns:
            close = difflib.get_close_matches(name, table.columns, n=3, cutoff=0.5)
            lower = [known for known in table.columns if known.lower() == name.lower()]
            near = list(dict.fromkeys([*lower, *close]))
            shown = near or list(table.columns)[:10]
            raise DatasetError(
                f"The table has no column {name!r}.",
                f"{'Close to it are' if near else 'Its columns are'} {', '.join(shown)}.",
                "Choose one of the table's columns.",
            )
    if roles.target in roles.time:
        raise DatasetError(
            f"{roles.target} is both the time and the target.", "", "Choose another column as the target."
        )


def require_rows(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a frame with texts as names of its columns; raise DatasetError when the file `name` gave no rows."""
    if not len(frame) or not len(frame.columns):
        raise DatasetError("The table has no rows.", f"{name} is empty.", "Choose another file.")
    frame.columns = [str(column) for column in frame.columns]
    return frame
