"""A table as it stands in a file: its raw columns and how it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from assistant.dataset.series import Repair
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
