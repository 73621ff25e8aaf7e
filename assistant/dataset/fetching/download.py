"""Downloading one file: capped, watched, resumed where the server allows it, and kept by its content."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from assistant import wording
from assistant.dataset.fetching.kaggle_credentials import KaggleCredentials
from assistant.dataset.fetching.network import Answer, Interrupted, Network, open_url
from assistant.dataset.fetching.shared_address import public_address
from assistant.errors import DatasetError
from assistant.files import sha256_of, write_atomically

_MEGABYTE = 1_000_000
_TRIES = 3
_NAME = 120


@dataclass(frozen=True)
class FetchLimits:
    """How much a download may take: bytes over the line, bytes an archive may unpack to, seconds in all."""

    download: int = 50 * _MEGABYTE
    unpacked: int = 200 * _MEGABYTE
    seconds: float = 300.0


@dataclass(frozen=True)
class FetchProgress:
    """How far a download is: bytes, all bytes (None when the server does not say), seconds that are probably left."""

    received: int
    total: int | None
    seconds_left: float | None


Report = Callable[[FetchProgress], None]
Stop = Callable[[], bool]


class FetchCancelled(DatasetError):  # noqa: N818 - named for what happened
    """The download was cancelled by the one who started it."""


@dataclass(frozen=True)
class Transfer:
    """How files are brought over: the network, what it may take, who is told, what stops it, and Kaggle's credentials."""

    network: Network
    limits: FetchLimits = field(default_factory=FetchLimits)
    progress: Report | None = None
    should_stop: Stop | None = None
    kaggle: KaggleCredentials | None = None


@dataclass(frozen=True)
class Downloaded:
    """A file that was downloaded (or was there already): its path, its name at the source, SHA-256 and size."""

    path: Path
    name: str
    sha256: str
    size: int


def download(
    url: str, folder: Path, transfer: Transfer, *, name: str | None = None, key: str | None = None
) -> Downloaded:
    """Download an address into `folder`, under the SHA-256 of its content.

    A file that is already there is not fetched again when the server says that it has not changed; a download that was
    cut off goes on from where it stopped when the server allows it. Raises DatasetError when the server refuses, when
    there is more than the limits allow, or when what comes is a web page; FetchCancelled when it is stopped. `name` is
    the file's, where it is known; `key` names the download where its address is another each time.
    """
    deadline = time.monotonic() + transfer.limits.seconds
    store = _Store(folder, key or url)
    for attempt in range(_TRIES):
        try:
            return _try_once(url, store, transfer, name, deadline)
        except Interrupted:
            if attempt == _TRIES - 1 or not store.can_resume():
                raise
    raise AssertionError


def keep_answer(answer: Answer, folder: Path, key: str, name: str, transfer: Transfer) -> Downloaded:
    """Keep the body of an answer that was asked for elsewhere, under the same rules as a download."""
    store = _Store(folder, key)
    total = check_body(answer, transfer.limits, 0)
    receive(answer, store.partial, transfer, 0, total)
    return store.keep(name, None)


def safe_name(name: str, fallback: str = "dataset") -> str:
    """Return a file name that is safe on every system: no folders, no control signs, not hidden, not too long."""
    last = PurePosixPath(unquote(name).replace("\\", "/")).name
    clean = re.sub(r"[\x00-\x1f\x7f<>:\"|?*/\\]+", "_", last).strip(" .")
    if not clean or re.fullmatch(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", clean):
        clean = f"{fallback}{Path(clean).suffix}"
    stem, suffix = Path(clean).stem, Path(clean).suffix[:20]
    return f"{stem[: _NAME - len(suffix)]}{suffix}"


class _Store:
    """Where downloads lie: each under its SHA-256, unfinished ones apart, and a note for each address."""

    def __init__(self, folder: Path, url: str) -> None:
        key = hashlib.sha256(url.encode()).hexdigest()[:32]
        self.folder = folder
        self.partial = folder / ".partial" / key
        self._note = folder / ".partial" / f"{key}.json"

    def note(self) -> dict[str, Any]:
        try:
            found = json.loads(self._note.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write_note(self, **values: Any) -> None:
        write_atomically(self._note, json.dumps(values))

    def can_resume(self) -> bool:
        return bool(self.note().get("resumable")) and self.partial.exists() and self.partial.stat().st_size > 0

    def kept(self) -> Downloaded | None:
        note = self.note()
        if not note.get("sha256"):
            return None
        path = self.folder / str(note["sha256"]) / str(note["name"])
        if not path.is_file() or path.stat().st_size != note.get("size"):
            return None
        return Downloaded(path, str(note["name"]), str(note["sha256"]), int(note["size"]))

    def keep(self, name: str, tag: str | None) -> Downloaded:
        digest, size = sha256_of(self.partial), self.partial.stat().st_size
        path = self.folder / digest / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.partial.replace(path)
        self.write_note(sha256=digest, size=size, name=name, tag=tag)
        return Downloaded(path, name, digest, size)


def _try_once(url: str, store: _Store, transfer: Transfer, name: str | None, deadline: float) -> Downloaded:
    headers: dict[str, str] = {}
    note, kept = store.note(), store.kept()
    start = store.partial.stat().st_size if store.can_resume() else 0
    if start and note.get("tag"):
        headers |= {"Range": f"bytes={start}-", "If-Range": str(note["tag"])}
    elif kept and note.get("tag"):
        headers |= {"If-None-Match": str(note["tag"])}
        start = 0
    else:
        start = 0
    with open_url(transfer.network, url, deadline=deadline, headers=headers) as answer:
        if answer.status == 304 and kept:
            return kept
        check_status(answer)
        resumed = answer.status == 206 and _starts_at(answer, start)
        if answer.status == 206 and not resumed:
            store.partial.unlink(missing_ok=True)
            raise Interrupted(
                "The server sent another part than was asked for.", public_address(answer.url), "Try again."
            )
        total = check_body(answer, transfer.limits, start if resumed else 0)
        tag = answer.headers.get("etag")
        chosen = safe_name(name or file_name(answer))
        strong = tag is not None and not tag.startswith("W/")
        store.write_note(tag=tag, resumable=strong, name=chosen)
        receive(answer, store.partial, transfer, start if resumed else 0, total, keep_partial=strong)
    return store.keep(chosen, tag)


def receive(
    answer: Answer, path: Path, transfer: Transfer, start: int, total: int | None, keep_partial: bool = False
) -> None:
    """Write an answer's bytes to `path` as they arrive; raise DatasetError past the limit, FetchCancelled on demand."""
    path.parent.mkdir(parents=True, exist_ok=True)
    received, began = start, time.monotonic()
    try:
        with path.open("ab" if start else "wb") as out:
            for chunk in answer.chunks:
                if transfer.should_stop and transfer.should_stop():
                    raise FetchCancelled(
                        "The download was cancelled.",
                        f"{wording.size(received)} had arrived.",
                        "Start it again to go on.",
                    )
                received += len(chunk)
                if received > transfer.limits.download:
                    raise too_large(transfer.limits)
                out.write(chunk)
                if transfer.progress:
                    transfer.progress(_progress(received, start, total, time.monotonic() - began))
    except FetchCancelled:
        if not keep_partial:
            path.unlink(missing_ok=True)
        raise
    except Interrupted:
        raise
    except DatasetError:
        path.unlink(missing_ok=True)
        raise
    if total is not None and received != total:
        raise Interrupted(
            "The download ended early.", f"{wording.size(received)} of {wording.size(total)} arrived.", "Try again."
        )


def _progress(received: int, start: int, total: int | None, seconds: float) -> FetchProgress:
    left = None
    if total is not None and received > start and seconds > 0:
        left = max(total - received, 0) * seconds / (received - start)
    return FetchProgress(received, total, left)


def check_status(answer: Answer) -> None:
    """Raise DatasetError with a sentence of its own for each way in which a server refuses."""
    host = urlsplit(answer.url).hostname or ""
    match answer.status:
        case 200 | 206:
            return
        case 401 | 403 if answer.headers.get("x-ratelimit-remaining") == "0":
            raise _limited(host, answer)
        case 401:
            raise DatasetError(
                "The server asks for a login.",
                f"{host} answered 401.",
                "Download the file in your browser and upload it.",
            )
        case 403:
            raise DatasetError(
                "The server refuses access.",
                f"{host} answered 403.",
                "Share the file with everyone who has the link, or download it and upload it.",
            )
        case 404 | 410:
            raise DatasetError(
                "There is nothing under this link.",
                f"{host} answered {answer.status}.",
                "Check the link; the file may have been moved, or be private.",
            )
        case 416:
            raise Interrupted("The server cannot go on with the download.", f"{host} answered 416.", "Try again.")
        case 429:
            raise _limited(host, answer)
        case status if status >= 500:
            raise DatasetError("The server has trouble of its own.", f"{host} answered {status}.", "Try again later.")
        case status:
            raise DatasetError(
                "The server did not send the file.", f"{host} answered {status}.", "Check the link in your browser."
            )


def _limited(host: str, answer: Answer) -> DatasetError:
    wait = answer.headers.get("retry-after", "")
    when = f"in {wording.span(int(wait))}" if wait.isdecimal() else "in an hour"
    return DatasetError(
        "The server wants a pause: too many requests came from here.",
        f"{host} answered {answer.status}.",
        f"Try again {when}, or download the file and upload it.",
    )


def check_body(answer: Answer, limits: FetchLimits, start: int) -> int | None:
    """Check what the headers say of the body; return the size of the whole file when they tell it."""
    if answer.headers.get("content-encoding", "identity").lower() not in ("identity", ""):
        raise DatasetError(
            "The server sends the file in a packed form that was not asked for.",
            f"Content-Encoding: {answer.headers['content-encoding']}.",
            "Download the file in your browser and upload it.",
        )
    kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        raise DatasetError(
            "The link leads to a web page, not to a file.",
            f"{urlsplit(answer.url).hostname} sent {kind}.",
            "Use the address behind the page's download button, or download the file and upload it.",
        )
    length = answer.headers.get("content-length", "")
    total = start + int(length) if length.isdecimal() else None
    if total is not None and total > limits.download:
        raise too_large(limits, total)
    return total


def too_large(limits: FetchLimits, size: int | None = None) -> DatasetError:
    """Return the error for a file that is larger than allowed."""
    known = f"It has {wording.size(size)}; " if size else ""
    return DatasetError(
        "The file is too large.",
        f"{known}{wording.size(limits.download)} are allowed.",
        "Cut the table to the rows and columns you need, or choose a smaller one.",
    )


def file_name(answer: Answer) -> str:
    """Return the name of the file that an answer holds: as the server calls it, or the end of its address."""
    disposition = answer.headers.get("content-disposition", "")
    if disposition:
        message = Message()
        message["Content-Disposition"] = disposition
        try:
            name = message.get_filename()
        except (LookupError, ValueError):
            name = None
        if name:
            return name
    last = PurePosixPath(urlsplit(answer.url).path).name
    return last or "dataset"


def _starts_at(answer: Answer, start: int) -> bool:
    match = re.match(r"bytes (\d+)-", answer.headers.get("content-range", ""))
    return bool(match and int(match[1]) == start)
