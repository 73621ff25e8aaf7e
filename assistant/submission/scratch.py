"""Folders in which something is made before it is moved to its place, and what killed programs left of them."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from assistant.submission.process_identity import process_lives, process_name

_MAKER = "maker"


def new_scratch(parent: Path) -> Path:
    """Return a new folder below `parent` that no other process uses, marked as this one's; raise OSError."""
    folder = parent / f".making-{secrets.token_hex(8)}"
    folder.mkdir(parents=True)
    (folder / _MAKER).write_text(process_name(), "utf-8")
    return folder


def unmark(scratch: Path) -> None:
    """Take the mark away, before what was made is moved to its place."""
    (scratch / _MAKER).unlink()


def remove_left_behind(parent: Path) -> None:
    """Remove below `parent` what processes made that are gone; what a living one is at, here or elsewhere, stays."""
    for folder in (*parent.glob(".making-*"), *parent.glob(".pack-*")):
        try:
            gone = process_lives((folder / _MAKER).read_text("utf-8")) is False
        except (OSError, ValueError):
            gone = True  # killed before it was marked, or made by an earlier version
        if gone:
            shutil.rmtree(folder, ignore_errors=True)
