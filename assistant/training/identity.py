"""The fingerprint of a prepared series."""

from __future__ import annotations

import hashlib

import numpy as np

from assistant.dataset.series import Series


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
