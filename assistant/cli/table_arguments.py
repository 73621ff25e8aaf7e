"""From what was typed as a project, a table, a link or a Kaggle reference to a table on this machine."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from assistant import wording
from assistant.cli.output import progress
from assistant.cli.reading_options import ReadingOptions
from assistant.cli.table_options import table_option
from assistant.dataset.choices import Choices, ReadingRequest
from assistant.dataset.fetching.download import FetchLimits, FetchProgress, Transfer
from assistant.dataset.fetching.fetch import Fetched, fetch
from assistant.dataset.fetching.kaggle_credentials import KaggleCredentials, parse_credentials
from assistant.dataset.fetching.links import parse_reference
from assistant.dataset.fetching.network import Network
from assistant.dataset.fetching.remote_files import SeveralFiles, is_table_name
from assistant.dataset.inspection import examine
from assistant.dataset.ready_projects import DESCRIPTION, load_ready
from assistant.dataset.series import Roles, Source
from assistant.errors import DatasetError
from assistant.files import sha256_of
from assistant.resources import PROJECTS
from assistant.settings import load_settings

_TELL_SECONDS = 1.0
File = Annotated[str | None, table_option("file")]


@dataclass(frozen=True)
class OpenedTable:
    """A table on this machine and where it came from; a ready project brings its roles, horizon and season."""

    path: Path
    source: Source
    roles: Roles | None = None
    horizon: int | None = None
    season: int | None = None


def ready_folder(text: str) -> Path | None:
    """Return the folder of a ready project that was named or pointed at, or None when it is none."""
    for folder in (Path(text), PROJECTS / text):
        if (folder / DESCRIPTION).is_file():
            return folder
    return None


def table_file(text: str) -> Path:
    """Return the path of a table; raise DatasetError when there is none."""
    path = Path(text).expanduser()
    if not path.is_file():
        ready = ", ".join(sorted(folder.parent.name for folder in PROJECTS.glob(f"*/{DESCRIPTION}")))
        raise DatasetError(
            "There is no such table.",
            f"{text!r} is neither a file nor a ready project, and no link.",
            f"Ready projects are {ready}.",
        )
    return path


def is_reference(text: str) -> bool:
    """Tell whether a text is a link or a Kaggle reference, and no file or ready project of this machine."""
    if ready_folder(text) is not None or Path(text).expanduser().exists():
        return False
    if re.match(r"(?i)^(?:[a-z][a-z0-9+.-]*://|www\.)", text.strip()):
        return True
    # `folder/table.csv` is a file that is not there rather than a dataset on Kaggle.
    if is_table_name(text) or "\\" in text or text.startswith((".", "/", "~")):
        return False
    try:
        parse_reference(text)
    except DatasetError:
        return False
    return True


def open_table(text: str, folder: Path, *, file: str | None = None, network: Network | None = None) -> OpenedTable:
    """Return a table by its file, its ready project, its link or its Kaggle reference, which is fetched to `folder`.

    Raises DatasetError.
    """
    if is_reference(text):
        path, source = fetch_table(text, folder, file=file, network=network)
        return OpenedTable(path, source)
    ready = ready_folder(text)
    if ready is not None:
        project = load_ready(ready)
        return OpenedTable(project.path, project.source(), project.roles, project.horizon, project.season)
    path = table_file(text)
    return OpenedTable(path, file_source(path))


def file_source(path: Path) -> Source:
    """Return the source of a file of this machine."""
    return Source(
        kind="upload", reference=path.name, title=path.stem, file_name=path.name, sha256=sha256_of(path),
        size=path.stat().st_size,
    )  # fmt: skip


def fetch_table(text: str, folder: Path, *, file: str | None = None, network: Network | None = None) -> Fetched:
    """Fetch a table with the host's limits and Kaggle credential, telling the progress; raise DatasetError."""
    settings, _ = load_settings()
    limits = FetchLimits(download=settings.upload_mb * 1_000_000, unpacked=settings.unpacked_mb * 1_000_000)
    given = settings.kaggle.get_secret_value()
    kaggle: KaggleCredentials | None = parse_credentials(given) if given else None
    try:
        return fetch(text, folder, Transfer(network or Network(), limits, teller(), kaggle=kaggle), file=file)
    except SeveralFiles as several:
        raise DatasetError(
            several.what,
            several.evidence,
            "Name one of them with --file, or get it with fetch --file and give its path.",
        ) from several


def unpacked_limit() -> int:
    """Return how many bytes an archive may unpack to on this host."""
    return load_settings()[0].unpacked_mb * 1_000_000


def choices_of(path: Path, reading: ReadingOptions, member: str | None = None, sheet: str | None = None) -> Choices:
    """Return the choices of the command line for a table, which is looked at when a series of it was asked for."""

    def columns(choices: Choices) -> tuple[str | None, tuple[str, ...]]:
        asked = ReadingRequest(choices, member, sheet, unpacked_limit=unpacked_limit())
        found = examine(path, asked).inspection
        return found.series.column if found.series else None, tuple(column.name for column in found.columns)

    return reading.choices(columns)


def request_of(
    path: Path, reading: ReadingOptions, member: str | None = None, sheet: str | None = None
) -> ReadingRequest:
    """Return how a table is to be read: the choices of the command line, and how much it may unpack to on this host."""
    return ReadingRequest(choices_of(path, reading, member, sheet), member, sheet, unpacked_limit=unpacked_limit())


def teller() -> Callable[[FetchProgress], None]:
    """Return what tells a download's progress on stderr, about once a second."""
    said = time.monotonic()

    def tell(state: FetchProgress) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said < _TELL_SECONDS:
            return
        said = now
        total = f" of {wording.size(state.total)}" if state.total else ""
        left = f", about {wording.short_span(state.seconds_left)} left" if state.seconds_left is not None else ""
        progress(f"{wording.size(state.received)}{total}{left}")

    return tell


def put_beside(path: Path, folder: Path) -> Path:
    """Copy a fetched file to a folder; a file of the same name with other content is kept, and the new one numbered."""
    folder.mkdir(parents=True, exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists() and sha256_of(target) != sha256_of(path):
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    if not target.exists():
        shutil.copyfile(path, target)
    return target


def parse_split(text: str) -> tuple[int, int, int] | tuple[float, float, float]:
    """Read `8640,2880,2880` (rows) or `0.7,0.15,0.15` (shares); raise DatasetError when it is neither."""
    parts = [part.strip() for part in text.split(",")]
    try:
        if len(parts) == 3 and all(part.isdigit() and int(part) > 0 for part in parts):
            return (int(parts[0]), int(parts[1]), int(parts[2]))
        shares = [float(part) for part in parts]
        if len(shares) == 3 and all(share > 0 for share in shares) and abs(sum(shares) - 1) < 1e-6:
            return (shares[0], shares[1], shares[2])
    except ValueError:
        pass
    raise DatasetError(
        "The split was not understood.",
        repr(text),
        "Give three numbers of rows (8640,2880,2880) or three shares that add up to 1.",
    )
