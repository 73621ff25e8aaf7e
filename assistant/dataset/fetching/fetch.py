"""Fetching a dataset: from a link, from Kaggle, or from a file that the student uploads."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from assistant.clock import Clock, utc_now
from assistant.dataset.fetching.download import Downloaded, FetchLimits, Transfer, safe_name, too_large
from assistant.dataset.fetching.hosts.host import FILE, Link
from assistant.dataset.fetching.links import parse_reference
from assistant.dataset.fetching.remote_files import RemoteFacts, RemoteFile
from assistant.dataset.series import Source
from assistant.errors import DatasetError
from assistant.files import sha256_of


class Fetched(NamedTuple):
    """A dataset on this computer: the file, and where it came from."""

    path: Path
    source: Source


def fetch(
    reference: str, folder: Path, transfer: Transfer, *, file: str | None = None, clock: Clock = utc_now
) -> Fetched:
    """Fetch what a link or a Kaggle reference stands for into `folder`, under the SHA-256 of its content.

    `file` picks one where the link stands for several ("*" takes all of a Kaggle dataset as a zip). Raises SeveralFiles
    with the list when one has to be picked, FetchCancelled when the transfer is stopped, DatasetError for all else.
    """
    link = parse_reference(reference)
    got, facts = link.host.fetch(link, folder, transfer, file)
    return Fetched(got.path, _source(link, got, facts, clock()))


def list_files(reference: str, transfer: Transfer) -> tuple[RemoteFile, ...]:
    """Return the files that a link or a Kaggle reference stands for; raise DatasetError when they cannot be listed."""
    link = parse_reference(reference)
    if link.form == FILE:
        name = link.file_name or PurePosixPath(urlsplit(link.url).path).name or link.title
        return (RemoteFile(name=name, url=link.url),)
    return link.host.files(link, transfer)


def take_upload(
    path: Path, original_name: str, folder: Path, limits: FetchLimits, *, clock: Clock = utc_now
) -> Fetched:
    """Keep an uploaded file in `folder` under the SHA-256 of its content.

    Raises DatasetError when it is empty, too large or gone.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise DatasetError(
            "The uploaded file is gone.", f"{original_name}: {error.strerror}.", "Choose it again."
        ) from error
    if size == 0:
        raise DatasetError("The file is empty.", f"{original_name} has no bytes.", "Choose another file.")
    if size > limits.download:
        raise too_large(limits, size)
    name = safe_name(original_name)
    digest = sha256_of(path)
    target = folder / digest / name
    if not target.is_file() or target.stat().st_size != size:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{name}.partial")
        shutil.copyfile(path, partial)
        partial.replace(target)
    title = re.sub(r"[_\s-]+", " ", Path(name).stem).strip() or name
    source = Source(
        kind="upload", reference=original_name, title=title, file_name=name, sha256=digest, size=size, retrieved=clock()
    )
    return Fetched(target, source)


def dataset_searches(topic: str) -> tuple[tuple[str, str], ...]:
    """Return names and addresses of pages that search for datasets on a topic."""
    words = quote(topic.strip() or "time series")
    return (
        ("Kaggle", f"https://www.kaggle.com/datasets?search={words}"),
        ("Google Dataset Search", f"https://datasetsearch.research.google.com/search?query={words}"),
        ("GitHub", f"https://github.com/search?type=repositories&q={words}+dataset"),
    )


def _source(link: Link, got: Downloaded, facts: RemoteFacts, moment: datetime) -> Source:
    title = facts.title or (link.title if link.kind != "link" else PurePosixPath(got.name).stem or link.title)
    return Source(
        kind=link.kind,
        reference=link.reference,
        title=title,
        file_name=got.name,
        sha256=got.sha256,
        size=got.size,
        url=link.page,
        licence=facts.licence,
        citation=_citation(link, title, facts, moment),
        retrieved=moment,
        keyed=link.keyed,
    )


def _citation(link: Link, title: str, facts: RemoteFacts, moment: datetime) -> str:
    place = link.host.title or urlsplit(link.page).hostname or ""
    author = facts.author or link.owner
    work = f'{author}, "{title},"' if author else f'"{title},"'
    year = f", {facts.year}" if facts.year else ""
    accessed = f"{moment:%B} {moment.day}, {moment.year}"
    return f"{work} {place}{year}. [Online]. Available: {link.page}. [Accessed: {accessed}]."
