"""The chronological split of a series, and the scaler fitted on its training part."""

from __future__ import annotations

import numpy as np
import pandas as pd

from assistant import wording
from assistant.dataset.series import Scaler, Split
from assistant.errors import DatasetError

DEFAULT_SHARES = (0.7, 0.15, 0.15)
_LEAST_TRAIN = 8


def make_split(
    rows: int, horizon: int, wanted: tuple[int, int, int] | tuple[float, float, float] | None = None
) -> Split:
    """Split `rows` rows into training, validation and test part in the order of time.

    `wanted` are numbers of rows (which may cover less than the table) or shares of it. By default 70, 15 and 15 %, with
    a test part of at least two horizons where the table is long enough. Raises DatasetError when the parts do not fit,
    or when the validation or test part is shorter than the horizon.
    """
    if wanted is None:
        split = _usual(rows, horizon)
    elif all(isinstance(part, int) for part in wanted):
        split = _counted(rows, wanted)
    else:
        split = _shared(rows, wanted)
    for name, part in (("test", split.test), ("validation", split.validation)):
        if part < horizon:
            raise DatasetError(
                f"The horizon is longer than the {name} part.",
                f"{wording.counted('step', horizon)} {wording.agree(horizon, 'is', 'are')} to be forecast, "
                f"and the {name} part has {part:,} of {wording.counted('row', rows)}.",
                f"Choose a horizon of at most {max(min(split.test, split.validation), 1):,}, or a longer table.",
            )
    if split.train < max(_LEAST_TRAIN, horizon):
        raise DatasetError(
            "The training part is too short.",
            f"It has {split.train:,} of {wording.counted('row', rows)} for a horizon of {horizon:,}.",
            "Choose a shorter horizon, a larger training part or a longer table.",
        )
    return split


def _usual(rows: int, horizon: int) -> Split:
    test = max(round(rows * DEFAULT_SHARES[2]), min(2 * horizon, rows // 4))
    validation = max(round(rows * DEFAULT_SHARES[1]), min(2 * horizon, rows // 5))
    return Split(train=rows - validation - test, validation=validation, test=test)


def _counted(rows: int, wanted: tuple[float, ...]) -> Split:
    train, validation, test = (int(part) for part in wanted)
    if min(train, validation, test) < 1 or train + validation + test > rows:
        raise DatasetError(
            "The parts do not fit the table.",
            f"{train:,} + {validation:,} + {wording.counted('row', test)} are asked for, and there are {rows:,}.",
            "Give three numbers of rows that together are at most the table's.",
        )
    return Split(train=train, validation=validation, test=test)


def _shared(rows: int, wanted: tuple[float, ...]) -> Split:
    if not all(0 < part < 1 for part in wanted) or sum(wanted) > 1 + 1e-9:
        raise DatasetError(
            "The parts do not fit the table.",
            f"The shares are {', '.join(f'{part:g}' for part in wanted)}.",
            "Give three shares between 0 and 1 that together are at most 1, such as 0.7, 0.15, 0.15.",
        )
    first, second, third = (int(rows * part + 1e-6) for part in np.cumsum(wanted))
    return Split(train=first, validation=second - first, test=third - second)


def fit_scaler(frame: pd.DataFrame, split: Split) -> Scaler:
    """Fit mean and standard deviation of each column on the training rows alone (a deviation of zero counts as one)."""
    rows = [frame.iloc[: split.train, place].to_numpy(dtype="float64") for place in range(frame.shape[1])]
    mean = np.array([column.mean() for column in rows])
    deviation = np.array([column.std() for column in rows])
    deviation = np.where(deviation > 1e-12 * np.maximum(np.abs(mean), 1e-300), deviation, 1.0)
    return Scaler(mean=tuple(map(float, mean)), deviation=tuple(map(float, deviation)))
