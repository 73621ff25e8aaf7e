"""Reads a bundle's archive, trusting nothing that it says about itself."""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from typing import BinaryIO

from assistant import wording
from assistant.bundle.archive import DEFLATED, STORED, Member, contents_at
from assistant.bundle.member_names import is_safe_member
from assistant.bundle.pack import LARGEST_BUNDLE
from assistant.errors import BundleError

ASK_AGAIN = "Ask the sender for the bundle again, and compare its SHA-256 with the one in the mail."
_MOST_MEMBERS = 100
_LARGEST_DIRECTORY = 100_000
_BLOCK = 1 << 20
_UNREADABLE = (
    zipfile.BadZipFile,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # NotImplementedError too
    ValueError,  # a name that is not UTF-8 too
    OverflowError,
    IndexError,
)


class BrokenBundleError(BundleError):
    """A part of the archive is unreadable or dangerous to read; the check turns it into a finding."""

    def __init__(self, what: str, evidence: str = "", fix: str = ASK_AGAIN) -> None:
        super().__init__(what, evidence, fix)


def list_members(stream: BinaryIO, size: int) -> list[Member]:
    """Return the members as the archive's directory lists them, refusing what would be dangerous to read."""
    stream.seek(0)
    if stream.read(2) != b"PK":
        raise BrokenBundleError("This is not a bundle.", "The file is no zip archive, or its first bytes were changed.")
    stream.seek(max(0, size - 22))
    end = stream.read(22)
    if len(end) < 22 or end[:4] != b"PK\x05\x06":
        raise BrokenBundleError(
            "The archive does not end as a bundle ends.", "It was cut off, added to or changed at its end."
        )
    count, length = struct.unpack("<HL", end[10:16])
    if count > _MOST_MEMBERS or length > _LARGEST_DIRECTORY:
        raise BrokenBundleError(
            "The archive has too many members to be a bundle.",
            f"It says that it has {wording.grouped(count)}.",
            "Do not unpack it.",
        )
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
    except _UNREADABLE as error:
        raise BrokenBundleError("The archive cannot be read.", f"{error}.") from error
    members = []
    for info in infos:
        # The name as it stands in the archive: the other one was already made harmless for this system.
        if not is_safe_member(info.orig_filename):
            shown = info.orig_filename.encode("unicode_escape").decode()[:80]
            raise BrokenBundleError(
                "A member has a dangerous name.", f"It is called “{shown}”.", "Do not unpack the archive."
            )
        if info.compress_type not in (STORED, DEFLATED) or info.flag_bits & 1:
            raise BrokenBundleError(
                f"{info.filename} is encrypted or packed in an unknown way.", "A bundle has no such members."
            )
        if info.compress_type == STORED and info.file_size != info.compress_size:
            raise BrokenBundleError(
                f"{info.filename} has two sizes.",
                f"{wording.grouped(info.file_size)} and {wording.counted('byte', info.compress_size)}.",
            )
        members.append(Member(info.filename, info.CRC, info.file_size, info.compress_size, info.compress_type))
    names = [member.name.casefold() for member in members]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise BrokenBundleError("A member is there twice.", f"Two members are called {twice}.")
    if sum(member.packed for member in members) > size:
        raise BrokenBundleError(
            "The archive's members overlap.", "Together they are larger than the archive.", "Do not unpack it."
        )
    if sum(member.size for member in members) > LARGEST_BUNDLE:
        raise BrokenBundleError(
            "The archive would unpack to more than a bundle holds.",
            "It may be made to fill a disk.",
            "Do not unpack it.",
        )
    return members


class Reader:
    """Reads the members' contents at the places where the canonical form has them."""

    def __init__(self, stream: BinaryIO, members: list[Member]) -> None:
        self._stream = stream
        self._places = contents_at(members)
        self.members = {member.name: member for member in members}

    def read(self, name: str, limit: int) -> bytes:
        """Return a member's content; raise BrokenBundleError when it is larger than `limit` bytes or its CRC-32 is wrong."""
        member = self.members[name]
        if member.size > limit:
            raise BrokenBundleError(
                f"{name} is too large.", f"It has {wording.size(member.size)}.", "Do not unpack the archive."
            )
        blocks: list[bytes] = []
        self._walk(member, blocks)
        return b"".join(blocks)

    def digest(self, name: str) -> tuple[str, str]:
        """Return the SHA-256 of a member's content, and of its packed form."""
        return self._walk(self.members[name], None)

    def _walk(self, member: Member, blocks: list[bytes] | None) -> tuple[str, str]:
        self._stream.seek(self._places[member.name])
        left, crc, size = member.packed, 0, 0
        content, packed = hashlib.sha256(), hashlib.sha256()
        unpacker = zlib.decompressobj(-15) if member.method == DEFLATED else None
        while left > 0 and not (unpacker and unpacker.eof) and (raw := self._stream.read(min(_BLOCK, left))):
            left -= len(raw)
            packed.update(raw)
            while raw:
                block = _unpacked(unpacker, raw, member) if unpacker else raw
                crc, size = zlib.crc32(block, crc), size + len(block)
                content.update(block)
                if blocks is not None:
                    blocks.append(block)
                if size > member.size:
                    raise _changed(member.name)
                # Behind the end of a packed stream there is nothing more to come; what is left over is found below.
                raw = unpacker.unconsumed_tail if unpacker and not unpacker.eof else b""
        if unpacker and not unpacker.eof:
            # The last bytes read may still have something to give: at most a few kilobytes.
            block = unpacker.flush()
            crc, size = zlib.crc32(block, crc), size + len(block)
            content.update(block)
            if blocks is not None:
                blocks.append(block)
        whole = left == 0 and size == member.size and crc == member.crc
        if not whole or (unpacker and (not unpacker.eof or unpacker.unused_data)):
            raise _changed(member.name)
        return content.hexdigest(), packed.hexdigest()


def _unpacked(unpacker: zlib._Decompress, raw: bytes, member: Member) -> bytes:
    try:
        return unpacker.decompress(raw, _BLOCK)
    except zlib.error as error:
        raise _changed(member.name) from error


def _changed(name: str) -> BrokenBundleError:
    return BrokenBundleError(
        f"{name} was changed after packing.", "Its checksum in the archive does not fit its content."
    )
