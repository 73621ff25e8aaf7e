"""The types of files that lie elsewhere, and the choice among several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from assistant.dataset.reading.archive import SUFFIXES
from assistant.dataset.reading.formats import may_hold_table
from assistant.errors import DatasetError


@dataclass(frozen=True)
class RemoteFile:
    """One file of a repository or dataset: its path there, its size in bytes where it is told, and its address."""

    name: str
    size: int | None = None
    url: str = ""


@dataclass(frozen=True)
class RemoteFacts:
    """What the place says of a dataset as a whole; None where it says nothing."""

    title: str | None = None
    licence: str | None = None
    author: str | None = None
    year: int | None = None


class SeveralFiles(DatasetError):  # noqa: N818 - named for what happened
    """The link stands for several files, one of which has to be chosen: `files`, the likeliest tables first."""

    def __init__(self, files: Sequence[RemoteFile], title: str) -> None:
        shown = ", ".join(file.name for file in files[:6])
        super().__init__(
            "The link stands for several files.",
            f"{title} holds {len(files):,} that may be tables: {shown}{' …' if len(files) > 6 else ''}.",
            "Choose one of them.",
        )
        self.files = tuple(files)


def is_table_name(name: str) -> bool:
    """Tell whether a file may hold a table, by the end of its name."""
    return may_hold_table(name) or PurePosixPath(name).suffix.lower() in SUFFIXES


def choose_file(files: Sequence[RemoteFile], wanted: str | None, title: str) -> RemoteFile:
    """Return the wanted file, or the only one that may be a table; raise SeveralFiles or DatasetError otherwise."""
    if wanted is not None:
        exact = [file for file in files if file.name == wanted]
        close = exact or [file for file in files if PurePosixPath(file.name).name == PurePosixPath(wanted).name]
        if close:
            return close[0]
        raise DatasetError(
            f"There is no file {wanted!r}.",
            f"{title} holds {', '.join(file.name for file in files[:8]) or 'no files'}.",
            "Choose one of them.",
        )
    tables = sorted((file for file in files if is_table_name(file.name)), key=_rank)
    if not tables:
        raise DatasetError(
            "No table was found under this link.",
            f"{title} holds {', '.join(file.name for file in files[:8]) or 'no files'}.",
            "Choose another dataset, or paste the link of the file itself.",
        )
    if len(tables) > 1:
        raise SeveralFiles(tables, title)
    return tables[0]


def _rank(file: RemoteFile) -> tuple[int, int, str]:
    lower = file.name.lower()
    aside = any(
        word in lower
        for word in (
            "readme",
            "license",
            "requirements",
            "package.json",
            "tsconfig",
            "robots",
            "sample_submission",
            "metadata",
        )
    )
    plain = lower.endswith((".csv", ".tsv", ".xlsx", ".parquet", ".xls"))
    return (2 if aside else 0 if plain else 1, file.name.count("/"), lower)
