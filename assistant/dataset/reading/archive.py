"""Archives: the one member that is wanted, unpacked without trusting the archive."""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from assistant import wording
from assistant.dataset.choices import DEFAULT_UNPACKED
from assistant.dataset.reading.formats import may_hold_table
from assistant.dataset.reading.workbook import is_packed_workbook
from assistant.errors import DatasetError

_RATIO = 1000  # beyond this a member is built to fill the disk
_RATIO_FREE = 10_000_000  # bytes up to which a ratio says nothing
_BLOCK = 1 << 20
_MEMBERS = 10_000
SUFFIXES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz")
_OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}


def is_archive(path: Path) -> bool:
    """Tell whether a file is a zip or tar archive or a single packed file (and no Excel workbook)."""
    head = _head(path)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return not is_packed_workbook(path)
    return _opener(head) is not None or head[257:262] == b"ustar"


def list_members(path: Path) -> tuple[tuple[str, int], ...]:
    """Return the names and unpacked sizes of the members of an archive that may hold a table, the likeliest first."""
    head = _head(path)
    if head.startswith(b"PK"):
        with _zip(path) as archive:
            members = [
                (info.filename, info.file_size) for info in archive.infolist() if info.filename and not info.is_dir()
            ]
    else:
        packed = _tar_members(path)
        if packed is None:
            return ((_bare_name(path), 0),)
        members = packed
    if len(members) > _MEMBERS:
        raise DatasetError(
            "The archive holds too many files.", f"{wording.counted('file', len(members))}.", "Upload the table itself."
        )
    wanted = [(name, size) for name, size in members if _is_wanted(name)]
    return tuple(sorted(wanted, key=lambda item: (_rank(item[0]), -item[1], item[0])))


def unpack_member(path: Path, member: str | None, folder: Path, limit: int = DEFAULT_UNPACKED) -> Path:
    """Unpack one member (the likeliest when None) into `folder` under its bare name and return its path.

    Raises DatasetError when there is no such member, when it would leave the folder, is encrypted or a link, or when it
    unpacks to more than `limit` bytes; what was written is counted, not what the archive claims.
    """
    members = list_members(path)
    if not members:
        raise DatasetError("The archive holds no table.", _contents(path), "Upload the table itself.")
    name = member if member is not None else members[0][0]
    if name not in {known for known, _ in members}:
        raise DatasetError(
            f"The archive has no member {name!r}.",
            f"It holds {', '.join(known for known, _ in members[:8])}.",
            "Choose one of them.",
        )
    _check_name(name)
    target = folder / PurePosixPath(name.replace("\\", "/")).name
    folder.mkdir(parents=True, exist_ok=True)
    try:
        head = _head(path)
        if head.startswith(b"PK"):
            _unpack_zip(path, name, target, limit)
        elif _tar_members(path) is not None:
            _unpack_tar(path, name, target, limit)
        else:
            _unpack_single(path, target, limit)
    except DatasetError:
        target.unlink(missing_ok=True)
        raise
    except (
        OSError,
        EOFError,
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        lzma.LZMAError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        target.unlink(missing_ok=True)
        raise _damaged(path, error) from error
    return target


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(512)


def _opener(head: bytes) -> object:
    return next((opener for mark, opener in _OPENERS.items() if head.startswith(mark)), None)


def _zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _damaged(path, error) from error


def _tar_members(path: Path) -> list[tuple[str, int]] | None:
    """Members of a tar archive, packed or not; None when it is none."""
    try:
        with tarfile.open(path) as archive:
            members = []
            for info in archive:
                if info.isfile():
                    members.append((info.name, info.size))
                if len(members) > _MEMBERS:
                    break
            return members
    except (tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError, ValueError):
        return None


def _bare_name(path: Path) -> str:
    return path.stem if path.suffix.lower() in (".gz", ".bz2", ".xz") else f"{path.name}.unpacked"


def _is_wanted(name: str) -> bool:
    pure = PurePosixPath(name.replace("\\", "/"))
    hidden = any(part.startswith((".", "__MACOSX")) for part in pure.parts if part not in (".", ".."))
    return not hidden and (may_hold_table(name) or pure.suffix.lower() in SUFFIXES)


def _rank(name: str) -> int:
    """Tables first; what describes them (read-me files, name lists) after all others."""
    lower = PurePosixPath(name.lower()).name
    if any(
        word in lower
        for word in ("readme", "license", "licence", "description", "sample_submission", "metadata", "info.")
    ):
        return 2
    return 0 if not lower.endswith((".txt", ".json", *SUFFIXES)) else 1


def _check_name(name: str) -> None:
    pure = PurePosixPath(name.replace("\\", "/"))
    if pure.is_absolute() or ".." in pure.parts or (len(name) > 1 and name[1] == ":") or "\0" in name:
        raise DatasetError(
            "The archive is not safe to unpack.", f"A member is named {name!r}.", "Upload the table itself."
        )


def _unpack_zip(path: Path, name: str, target: Path, limit: int) -> None:
    with _zip(path) as archive:
        info = archive.getinfo(name)
        if info.flag_bits & 1:
            raise DatasetError(
                "The archive is encrypted.", f"{name} needs a password.", "Unpack it and upload the table itself."
            )
        if stat.S_ISLNK(info.external_attr >> 16):
            raise DatasetError("The archive is not safe to unpack.", f"{name} is a link.", "Upload the table itself.")
        if info.file_size > limit:
            raise _too_large(name, limit)
        if info.file_size > _RATIO_FREE and info.file_size > _RATIO * max(info.compress_size, 1):
            raise _too_large(name, limit)
        with archive.open(info) as stream:
            _copy(stream, target, name, limit, packed=info.compress_size)


def _unpack_tar(path: Path, name: str, target: Path, limit: int) -> None:
    with tarfile.open(path) as archive:
        stream = archive.extractfile(archive.getmember(name))
        if stream is None:
            raise DatasetError(
                "The archive is not safe to unpack.", f"{name} is no plain file.", "Upload the table itself."
            )
        with stream:
            _copy(stream, target, name, limit, packed=path.stat().st_size)


def _unpack_single(path: Path, target: Path, limit: int) -> None:
    opener = _opener(_head(path))
    if opener is None:
        raise DatasetError(
            "The archive cannot be read.", f"{path.name} is of an unknown kind.", "Upload the table itself."
        )
    with opener(path, "rb") as stream:  # type: ignore[operator]
        _copy(stream, target, path.name, limit, packed=path.stat().st_size)


def _copy(stream: IO[bytes], target: Path, name: str, limit: int, packed: int) -> None:
    written = 0
    with target.open("wb") as out:
        for block in _blocks(stream):
            written += len(block)
            if written > limit or (written > _RATIO_FREE and written > _RATIO * max(packed, 1)):
                raise _too_large(name, limit)
            out.write(block)


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(_BLOCK):
        yield block


def _too_large(name: str, limit: int) -> DatasetError:
    return DatasetError(
        "The archive unpacks to more than is allowed.",
        f"{name} is larger than {wording.size(limit)}, or packed absurdly tight.",
        "Cut the table to the rows and columns you need and try again.",
    )


def _damaged(path: Path, error: Exception) -> DatasetError:
    return DatasetError(
        "The archive cannot be read.",
        f"{path.name}: {error or type(error).__name__}.",
        "Download it again, or upload the table itself.",
    )


def _contents(path: Path) -> str:
    head = _head(path)
    if head.startswith(b"PK"):
        with _zip(path) as archive:
            names = [info.filename for info in archive.infolist() if info.filename and not info.is_dir()]
    else:
        names = [name for name, _ in _tar_members(path) or []]
    return f"It holds {', '.join(names[:5])}{' …' if len(names) > 5 else ''}." if names else "It is empty."
