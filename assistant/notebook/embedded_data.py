"""The data inside a notebook: packed into text, or read from the file it came from, each with its SHA-256."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from assistant import wording
from assistant.dataset.series import Series
from assistant.errors import NotebookError

COMFORTABLE = 1_000_000  # characters of data in one cell that Colab opens without a pause
LARGEST = 12_000_000  # Colab saves no notebook above 20 MB


@dataclass(frozen=True)
class PackedTable:
    """The prepared table as gzip in base 85: the text, and the SHA-256 of the CSV inside."""

    text: str
    sha256: str

    def lines(self) -> str:
        """Return the text as lines of Python that stand in a bracket, each a string of its own."""
        # Not one string of many lines: notebooks read a line that begins with % or ! as a command.
        width = 110
        return "\n".join(f'    "{self.text[at : at + width]}"' for at in range(0, len(self.text), width))


def pack_table(series: Series) -> PackedTable:
    """Return the prepared table with every digit, so that reading it gives the very same numbers."""
    usual = "time" if series.dated else "row"
    label = next(name for name in (usual, "moment", "number", "index of the row") if name not in series.frame.columns)
    frame = series.frame.rename_axis(label)
    csv = frame.to_csv(lineterminator="\n").encode()
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=9, mtime=0) as stream:
        stream.write(csv)
    return PackedTable(base64.b85encode(packed.getvalue()).decode(), hashlib.sha256(csv).hexdigest())


def reads_plainly(series: Series, dataset: Path) -> bool:
    """Tell whether the original file gives the prepared table when it is simply read: no repair, no rearranging.

    This is what the notebook does when the table is too large to lie inside it.
    """
    time = series.roles.time
    if series.dated and len(time) != 1:
        return False
    try:
        frame = read_plainly(dataset.read_bytes(), time[0] if series.dated else None, list(series.frame.columns))
    except (OSError, ValueError, KeyError, TypeError, pd.errors.ParserError):
        return False
    if len(frame) != len(series.frame) or not np.array_equal(frame.to_numpy(), series.frame.to_numpy()):
        return False
    if not series.dated:
        return True
    ours, theirs = frame.index.to_numpy(), series.frame.index.to_numpy()
    return bool(np.array_equal(ours.astype("datetime64[ns]"), theirs.astype("datetime64[ns]")))


def read_plainly(content: bytes, time: str | None, columns: list[str]) -> pd.DataFrame:
    """Return the columns of a CSV file, by time or by row number; the notebook holds the same lines."""
    table = pd.read_csv(io.BytesIO(content), dtype=str)
    if time is not None:
        table = table.set_index(pd.to_datetime(table[time])).sort_index()
    return table[columns].astype("float64")


def too_large(series: Series, characters: int) -> NotebookError:
    """Return the error for a table that no notebook can hold."""
    return NotebookError(
        "The prepared table is too large to lie inside a notebook.",
        f"It has {wording.counted('row', len(series.frame))}, {wording.size(characters)} when packed; "
        f"a notebook takes {wording.size(LARGEST)}.",
        "Use fewer features, a shorter period or a coarser frequency in the Dataset step, and train again.",
    )
