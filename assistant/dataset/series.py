"""The types of the dataset step: where a table came from, what its columns are for, and the series made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from assistant import wording
from assistant.errors import DatasetError
from assistant.files import write_atomically
from assistant.frozen import Frozen

SourceKind = Literal["ready", "upload", "github", "kaggle", "link"]


class Source(Frozen):
    """Where a dataset came from; `retrieved` is in UTC, `sha256` and `size` (bytes) are of the stored file.

    `keyed` says that it was fetched with a key or a signature in its address: `url` has none, and opens it for nobody else.
    """

    kind: SourceKind
    reference: str
    title: str
    file_name: str
    sha256: str
    size: int
    url: str | None = None
    licence: str | None = None
    citation: str | None = None
    retrieved: datetime | None = None
    keyed: bool = False


class Roles(Frozen):
    """What the columns are for: the time (no column means the row number), the target, the features beside it."""

    target: str
    time: tuple[str, ...] = ()
    features: tuple[str, ...] = ()


class Repair(Frozen):
    """One change that was made to the table: what was done, to how many values or rows, and why.

    `key` names the repair so that it can be switched off; `applied` is False when it was. `places` are the stretches of
    the series whose target it changed, where that is known: each its first row and the row after its last.
    """

    what: str
    count: int
    why: str
    key: str = ""
    applied: bool = True
    places: tuple[tuple[int, int], ...] = ()


class Frequency(Frozen):
    """The step from one row to the next: pandas' offset alias (None for row numbers), its noun, and the season.

    `season` is the number of steps after which the pattern repeats; 1 means that none is assumed.
    """

    alias: str | None
    step: str  # "hour", "day", "week", "month", "quarter", "year", "row"
    season: int = 1

    def count(self, number: int) -> str:
        """Return a number of steps in words, such as "12 months"."""
        return wording.counted(self.step, number)


class Split(Frozen):
    """The chronological parts in rows from the first; rows beyond their sum belong to no part."""

    train: int
    validation: int
    test: int

    @property
    def end(self) -> int:
        """Return the row after the test part."""
        return self.train + self.validation + self.test


class Scaler(Frozen):
    """Mean and standard deviation of each column, fitted on the training part alone; the target comes first."""

    mean: tuple[float, ...]
    deviation: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Series:
    """The dataset made ready.

    `frame` holds float64 columns without gaps, the target first and then the features; its index is a regular
    DatetimeIndex without a zone, or a RangeIndex when the table has no time. `units` maps a column to its unit, `future`
    a feature that holds the target's future to how it does.
    """

    title: str
    frame: pd.DataFrame = field(repr=False)
    roles: Roles
    frequency: Frequency
    horizon: int
    split: Split
    scaler: Scaler
    source: Source
    repairs: tuple[Repair, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    question: str = ""
    future: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Return the name of the target column."""
        return self.roles.target

    @property
    def unit(self) -> str:
        """Return the target's unit, or an empty string when none is known."""
        return self.units.get(self.roles.target, "")

    @property
    def values(self) -> np.ndarray:
        """Return the target as float64 of shape (rows,)."""
        return self.frame.iloc[:, 0].to_numpy(dtype=np.float64)

    @property
    def dated(self) -> bool:
        """Tell whether the rows carry dates."""
        return isinstance(self.frame.index, pd.DatetimeIndex)


class _Description(Frozen):
    """Everything of a series but its rows, as it lies beside them on disk."""

    title: str
    question: str
    roles: Roles
    frequency: Frequency
    horizon: int
    split: Split
    scaler: Scaler
    source: Source
    repairs: tuple[Repair, ...]
    units: dict[str, str]
    future: dict[str, str] = {}


def save_series(series: Series, folder: Path) -> Path:
    """Write `series.parquet` and `series.json` to `folder` and return it."""
    description = _Description(
        **{name: getattr(series, name) for name in _Description.model_fields if name not in ("units", "future")},
        units=dict(series.units),
        future=dict(series.future),
    )
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / "series.parquet", series.frame.to_parquet())
    write_atomically(folder / "series.json", description.model_dump_json(indent=2))
    return folder


def load_series(folder: Path) -> Series:
    """Read what `save_series` wrote; raise DatasetError when it is not there or not whole."""
    try:
        description = _Description.model_validate_json((folder / "series.json").read_bytes())
        frame = pd.read_parquet(folder / "series.parquet")
    except (OSError, ValueError) as error:
        raise DatasetError(
            "The prepared series could not be read.",
            f"{folder.name}: {error}",
            "Open the Dataset step and prepare it again.",
        ) from error
    return Series(frame=frame, **{name: getattr(description, name) for name in _Description.model_fields})


def series_sha256(series: Series) -> str:
    """Return the SHA-256 of what a training depends on: column names, times, values, split and horizon."""
    digest = hashlib.sha256()
    digest.update("\x1f".join(series.frame.columns).encode())
    index = series.frame.index.to_numpy()
    moments = index.astype("datetime64[ns]").astype("<i8") if series.dated else index.astype("<i8")
    digest.update(moments.tobytes())
    digest.update(np.ascontiguousarray(series.frame.to_numpy(dtype="<f8")).tobytes())
    split = series.split
    digest.update(f"{split.train},{split.validation},{split.test},{series.horizon},{series.frequency.season}".encode())
    return digest.hexdigest()
