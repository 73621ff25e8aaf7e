"""The runs on disk: a finished run's files never change, so each is read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from assistant.training.run import Run, load_run

RUN_FILE = "run.json"


def read_run(folder: Path) -> Run | None:
    """Return the finished run of a folder, or None when there is none."""
    try:
        changed = (folder / RUN_FILE).stat().st_mtime_ns
    except OSError:
        return None
    return _read(folder, changed)


@lru_cache(maxsize=256)
def _read(folder: Path, _changed: int) -> Run:
    return load_run(folder)
