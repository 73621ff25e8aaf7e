"""The one form of zip that a bundle has.

A zip leaves much open: times, permissions, extra fields, gaps, comments. Here all of it is fixed, so that the same
content gives the same bytes and a check can say of every byte of an archive what it has to be (APPNOTE.TXT 6.3.10,
PKWARE, sections 4.3.7, 4.3.12 and 4.3.16).

Members are stored as they are: packed streams differ between builds of zlib, stored ones do not.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

STORED, DEFLATED = 0, 8
_BLOCK = 1 << 20
_VERSION = 20
_MADE_ON = 3 << 8  # Unix, so that the permissions below are understood
_UTF8_NAMES = 0x800
_TIME, _DATE = 0, (1 << 5) | 1  # midnight of 1 January 1980, the earliest that a zip can say
_PERMISSIONS = 0o100644 << 16


@dataclass(frozen=True)
class Member:
    """A member's header: the sizes in bytes, `packed` as it lies in the archive and `size` when unpacked."""

    name: str
    crc: int
    size: int
    packed: int
    method: int = STORED


def local_header(member: Member) -> bytes:
    """Return the header that stands before a member's content."""
    name = member.name.encode()
    fields = (_VERSION, _UTF8_NAMES, member.method, _TIME, _DATE, member.crc, member.packed, member.size, len(name), 0)
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", *fields) + name


def directory(members: Sequence[Member]) -> bytes:
    """Return what stands behind the last member: the central directory and the end record."""
    entries, offset = bytearray(), 0
    for member in members:
        name = member.name.encode()
        entries += struct.pack(
            "<4s6H3L5H2L",
            *(b"PK\x01\x02", _MADE_ON | _VERSION, _VERSION, _UTF8_NAMES, member.method, _TIME, _DATE),
            *(member.crc, member.packed, member.size, len(name), 0, 0, 0, 0, _PERMISSIONS, offset),
        )
        entries += name
        offset += len(local_header(member)) + member.packed
    count = len(members)
    return bytes(entries) + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entries), offset, 0)


def write_archive(stream: BinaryIO, members: Sequence[tuple[Member, bytes | Path]]) -> None:
    """Write the archive; each member's content is given as it has to lie in the archive, in memory or in a file."""
    for member, content in members:
        stream.write(local_header(member))
        for block in [content] if isinstance(content, bytes) else blocks_of(content):
            stream.write(block)
    stream.write(directory([member for member, _ in members]))


def first_difference(stream: BinaryIO, size: int, members: Sequence[Member]) -> int | None:
    """Return the position of the first byte outside the members' contents that is not as it must be, or None."""
    position = 0
    for member in members:
        expected = local_header(member)
        stream.seek(position)
        if (place := _differs(stream.read(len(expected)), expected)) is not None:
            return position + place
        position += len(expected) + member.packed
    expected = directory(members)
    stream.seek(position)
    if (place := _differs(stream.read(len(expected)), expected)) is not None:
        return position + place
    position += len(expected)
    return None if position == size else min(position, size)


def contents_at(members: Sequence[Member]) -> dict[str, int]:
    """Return where each member's content starts in the archive."""
    places, position = {}, 0
    for member in members:
        position += len(local_header(member))
        places[member.name] = position
        position += member.packed
    return places


def measure(content: bytes | Path) -> tuple[int, int, str]:
    """Return a content's CRC-32, size in bytes and SHA-256, reading a file in blocks."""
    crc, size, digest = 0, 0, hashlib.sha256()
    for block in [content] if isinstance(content, bytes) else blocks_of(content):
        crc, size = zlib.crc32(block, crc), size + len(block)
        digest.update(block)
    return crc, size, digest.hexdigest()


def deflate(source: Path, target: Path) -> None:
    """Write the packed form of a file, without a header, as a zip holds it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    with target.open("wb") as stream:
        for block in blocks_of(source):
            stream.write(packer.compress(block))
        stream.write(packer.flush())


def blocks_of(path: Path) -> Iterator[bytes]:
    """Yield a file's content in blocks of a megabyte."""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def _differs(found: bytes, expected: bytes) -> int | None:
    if found == expected:
        return None
    return next(
        (place for place, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]), len(found)
    )
