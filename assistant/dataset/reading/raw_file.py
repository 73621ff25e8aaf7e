"""A file before it is known to be a table: its first bytes, its size and its encoding, each looked for once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant.dataset.reading.encoding import find_encoding

_HEAD = 4096
_LARGE = 20_000_000  # bytes from which on the encoding is told from the start, until a text proves it wrong
_MARKS_AND_BLANKS = b"\xef\xbb\xbf \t\r\n"


@dataclass(frozen=True)
class RawFile:
    """A file that is to be read; whoever looks at it finds what others saw before."""

    path: Path

    @property
    def name(self) -> str:
        """Return the file's name, for errors."""
        return self.path.name

    @cached_property
    def head(self) -> bytes:
        """Return the first 4,096 bytes."""
        with self.path.open("rb") as stream:
            return stream.read(_HEAD)

    @cached_property
    def start(self) -> bytes:
        """Return the head without the mark of an encoding and blanks before the first sign."""
        return self.head.lstrip(_MARKS_AND_BLANKS)

    @cached_property
    def size(self) -> int:
        """Return the number of bytes."""
        return self.path.stat().st_size

    @cached_property
    def encoding(self) -> str:
        """Return the encoding, told from the whole file."""
        return find_encoding(self.path)

    @cached_property
    def likely_encoding(self) -> str:
        """Return the encoding, of a large file told from its start alone."""
        return self.encoding if self.size < _LARGE else find_encoding(self.path, whole=False)

    def text(self) -> str:
        """Return all of the file as text; bytes that its encoding does not have are replaced."""
        return self.path.read_text(self.encoding, errors="replace")
