"""Fetching a dataset: from a link, from Kaggle, or from a file that the student uploads."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from assistant.clock import Clock, utc_now
from assistant.dataset.fetching.download import Downloaded, FetchLimits, Report, Stop, download, safe_name, too_large
from assistant.dataset.fetching.kaggle_credentials import KaggleCredentials
from assistant.dataset.fetching.links import Link, parse_reference
from assistant.dataset.fetching.network import Network
from assistant.dataset.fetching.remote_files import RemoteFacts, RemoteFile, SeveralFiles, choose_file
from assistant.dataset.fetching.repositories import list_repository, repository_facts
from assistant.dataset.series import Source
from assistant.errors import DatasetError
from assistant.files import sha256_of

ALL_FILES = "*"
_LFS = b"version https://git-lfs.github.com/spec/"


class Fetched(NamedTuple):
    """A dataset on this computer: the file, and where it came from."""

    path: Path
    source: Source


def fetch(
    reference: str,
    folder: Path,
    *,
    limits: FetchLimits,
    network: Network,
    kaggle: KaggleCredentials | None = None,
    file: str | None = None,
    progress: Report | None = None,
    should_stop: Stop | None = None,
    clock: Clock = utc_now,
) -> Fetched:
    """Fetch what a link or a Kaggle reference stands for into `folder`, under the SHA-256 of its content.

    `file` picks one where the link stands for several ("*" takes all of a Kaggle dataset as a zip). Raises SeveralFiles
    with the list when one has to be picked, FetchCancelled when `should_stop` says so, DatasetError for all else.
    """
    link = parse_reference(reference)
    if link.form in ("kaggle", "kaggle competition"):
        return _fetch_kaggle(link, folder, limits, network, kaggle, file, progress, should_stop, clock)
    url, name = link.url, link.file_name or None
    if link.form != "file":
        chosen = _choose(link, list_repository(link, network), file)
        url, name = chosen.url, PurePosixPath(chosen.name).name
    got = download(url, folder, network=network, limits=limits, name=name, progress=progress, should_stop=should_stop)
    if _is_pointer(got.path):
        got = _follow_pointer(got, url, folder, limits, network, progress, should_stop)
    return Fetched(got.path, _source(link, got, repository_facts(link, network), clock()))


def list_files(reference: str, *, network: Network, kaggle: KaggleCredentials | None = None) -> tuple[RemoteFile, ...]:
    """Return the files that a link or a Kaggle reference stands for; raise DatasetError when they cannot be listed."""
    link = parse_reference(reference)
    if link.form == "file":
        return (
            RemoteFile(name=link.file_name or PurePosixPath(urlsplit(link.url).path).name or link.title, url=link.url),
        )
    if link.form in ("kaggle", "kaggle competition"):
        from assistant.dataset.fetching.kaggle_source import KaggleSource

        source = KaggleSource(network, kaggle)
        return (
            source.competition_files(link.name)
            if link.form == "kaggle competition"
            else source.files(link.owner, link.name, link.ref)
        )
    return list_repository(link, network)


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


def _choose(link: Link, files: tuple[RemoteFile, ...], wanted: str | None) -> RemoteFile:
    wanted = wanted or (link.path if link.form == "github gist" and link.path else None)
    if link.form == "github gist" and wanted:
        # A gist's address writes names with hyphens for other signs.
        match = [file for file in files if _hyphens(file.name) == _hyphens(wanted)]
        if match:
            return match[0]
    return choose_file(files, wanted, link.title)


def _hyphens(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _fetch_kaggle(
    link: Link, folder: Path, limits: FetchLimits, network: Network, credentials: KaggleCredentials | None,
    file: str | None, progress: Report | None, should_stop: Stop | None, clock: Clock,
) -> Fetched:  # fmt: skip
    from assistant.dataset.fetching.kaggle_source import KaggleSource

    source = KaggleSource(network, credentials)
    wanted = file or link.path or None
    if link.form == "kaggle competition":
        if wanted != ALL_FILES:
            wanted = choose_file(source.competition_files(link.name), wanted, link.title).name
        got = source.download_competition(
            link.name,
            None if wanted == ALL_FILES else wanted,
            folder,
            limits,
            progress=progress,
            should_stop=should_stop,
        )
        return Fetched(got.path, _source(link, got, RemoteFacts(), clock()))
    if wanted != ALL_FILES:
        chosen = _kaggle_file(source, link, wanted)
        if chosen is not None and chosen.size and chosen.size > limits.download:
            raise too_large(limits, chosen.size)
        wanted = chosen.name if chosen is not None else ALL_FILES
    got = source.download(
        link.owner, link.name, None if wanted == ALL_FILES else wanted, folder, limits,
        version=link.ref, progress=progress, should_stop=should_stop,
    )  # fmt: skip
    try:
        facts = source.facts(link.owner, link.name)
    except DatasetError:
        facts = RemoteFacts(author=link.owner)
    return Fetched(got.path, _source(link, got, facts, clock()))


def _kaggle_file(source: object, link: Link, wanted: str | None) -> RemoteFile | None:
    """The file to fetch; None (all of them) when Kaggle lists files only for those who are signed in."""
    from assistant.dataset.fetching.kaggle_source import KaggleSource

    assert isinstance(source, KaggleSource)
    try:
        files = source.files(link.owner, link.name, link.ref)
    except SeveralFiles:
        raise
    except DatasetError as error:
        if wanted is None and "wants an account" in error.what:
            return None
        raise
    return choose_file(files, wanted, f"{link.owner}/{link.name}")


def _is_pointer(path: Path) -> bool:
    if path.stat().st_size > 1024:
        return False
    return path.read_bytes().startswith(_LFS)


def _follow_pointer(
    got: Downloaded, url: str, folder: Path, limits: FetchLimits, network: Network,
    progress: Report | None, should_stop: Stop | None,
) -> Downloaded:  # fmt: skip
    """Fetch the file that a Git LFS pointer stands for, and check it against the pointer's own digest."""
    text = got.path.read_text("utf-8", errors="replace")
    oid = re.search(r"oid sha256:([0-9a-f]{64})", text)
    size = re.search(r"size (\d+)", text)
    where = re.search(
        r"github(?:usercontent)?\.com/([^/]+)/([^/]+)/(?:raw/|blob/)?(?:refs/(?:heads|tags)/)?(.+)$",
        urlsplit(url)._replace(query="", fragment="").geturl(),
    )
    if not oid or not where:
        raise DatasetError(
            "This is only a pointer to a file that lies elsewhere.",
            f"{got.name} is a Git LFS pointer.",
            "Download the file from its page and upload it.",
        )
    if size and int(size[1]) > limits.download:
        raise too_large(limits, int(size[1]))
    media = f"https://media.githubusercontent.com/media/{where[1]}/{where[2]}/{where[3]}"
    followed = download(
        media, folder, network=network, limits=limits, name=got.name, progress=progress, should_stop=should_stop
    )
    if followed.sha256 != oid[1]:
        raise DatasetError(
            "The file is not the one that the pointer names.",
            f"Its SHA-256 is {followed.sha256[:12]}… instead of {oid[1][:12]}….",
            "Try again, or download it in your browser and upload it.",
        )
    return followed


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
    )


def _citation(link: Link, title: str, facts: RemoteFacts, moment: datetime) -> str:
    place = {"kaggle": "Kaggle", "github": "GitHub"}.get(link.kind) or urlsplit(link.page).hostname or ""
    author = facts.author or link.owner
    work = f'{author}, "{title},"' if author else f'"{title},"'
    year = f", {facts.year}" if facts.year else ""
    accessed = f"{moment:%B} {moment.day}, {moment.year}"
    return f"{work} {place}{year}. [Online]. Available: {link.page}. [Accessed: {accessed}]."
