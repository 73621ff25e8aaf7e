"""Files that are whole or not there."""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path


def write_atomically(path: Path, content: bytes | str) -> Path:
    """Write `content` to `path` so that a reader or a crash sees the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits, reading it in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of_unchanged(path: Path) -> str:
    """Return the SHA-256 of a file, read again only when its size or its time of change is another; raise OSError."""
    about = path.stat()
    return _known_sha256(path, about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=512)
def _known_sha256(path: Path, _size: int, _changed: int) -> str:
    return sha256_of(path)
