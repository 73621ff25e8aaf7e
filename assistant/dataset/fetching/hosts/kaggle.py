"""Kaggle: datasets and competitions, by their pages, by owner/dataset, or by the commands that Kaggle shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from assistant.dataset.fetching.download import Transfer, too_large
from assistant.dataset.fetching.hosts.host import Address, FromHost, Host, Link
from assistant.dataset.fetching.remote_files import RemoteFacts, RemoteFile, SeveralFiles, choose_file
from assistant.errors import DatasetError

if TYPE_CHECKING:
    from assistant.dataset.fetching.kaggle_source import KaggleSource

ALL_FILES = "*"
_KAGGLE = re.compile(r"^[A-Za-z0-9][\w-]{1,100}/[A-Za-z0-9][\w.-]{1,100}$")
_KAGGLE_COMMAND = re.compile(
    r"kaggle\s+(?P<what>datasets|competitions|d|c)\s+(?:download|files)\s+(?:-[dc]\s+|--\w+\s+)?(?P<name>[\w./-]+)"
)
_KAGGLE_CALL = re.compile(r"kagglehub\.(?P<what>dataset|competition)_download\(\s*[\"'](?P<name>[\w./-]+)[\"']")


class Kaggle(Host):
    """Kaggle, which is asked through its own client, with the student's credentials where there are any."""

    domains = ("kaggle.com",)
    title = "Kaggle"

    def link(self, address: Address) -> Link | None:
        """Return the dataset or competition whose page it is."""
        return self._page(address.segments, address.query, address.text)

    def link_in_words(self, text: str) -> Link | None:
        """Return the dataset or competition of owner/dataset, or of a command that downloads it."""
        if command := _KAGGLE_COMMAND.search(text) or _KAGGLE_CALL.search(text):
            if command["what"].startswith("c"):
                return self._competition(command["name"], text)
            return self._dataset(*_owner_and_name(command["name"]), text)
        if _KAGGLE.match(text) and "." not in text.split("/")[0]:
            return self._dataset(*_owner_and_name(text), text)
        return None

    def files(self, link: Link, transfer: Transfer) -> tuple[RemoteFile, ...]:
        """Return the files of a dataset or a competition."""
        source = _source(transfer)
        if link.form == "kaggle competition":
            return source.competition_files(link.name)
        return source.files(link.owner, link.name, link.ref)

    def fetch(self, link: Link, folder: Path, transfer: Transfer, wanted: str | None) -> FromHost:
        """Fetch one file, or all of them as a zip where "*" is wanted."""
        source, wanted = _source(transfer), wanted or link.path or None
        if link.form == "kaggle competition":
            if wanted != ALL_FILES:
                wanted = choose_file(source.competition_files(link.name), wanted, link.title).name
            return FromHost(
                source.download_competition(link.name, None if wanted == ALL_FILES else wanted, folder, transfer),
                RemoteFacts(),
            )
        if wanted != ALL_FILES:
            chosen = _choose(source, link, wanted)
            if chosen is not None and chosen.size and chosen.size > transfer.limits.download:
                raise too_large(transfer.limits, chosen.size)
            wanted = chosen.name if chosen is not None else ALL_FILES
        file = None if wanted == ALL_FILES else wanted
        got = source.download(link.owner, link.name, file, folder, transfer, version=link.ref)
        try:
            facts = source.facts(link.owner, link.name)
        except DatasetError:
            facts = RemoteFacts(author=link.owner)
        return FromHost(got, facts)

    def _dataset(self, owner: str, name: str, reference: str, file: str = "", version: str = "") -> Link:
        page = f"https://www.kaggle.com/datasets/{owner}/{name}"
        return Link(
            host=self,
            form="kaggle",
            kind="kaggle",
            reference=f"{owner}/{name}",
            page=page,
            title=name.replace("-", " "),
            owner=owner,
            name=name,
            path=file,
            ref=version,
            note=reference,
        )

    def _competition(self, name: str, reference: str) -> Link:
        return Link(
            host=self,
            form="kaggle competition",
            kind="kaggle",
            reference=f"competitions/{name}",
            page=f"https://www.kaggle.com/competitions/{name}",
            title=name.replace("-", " "),
            name=name,
            note=reference,
        )

    def _page(self, segments: list[str], query: str, reference: str) -> Link:
        select = (parse_qs(query).get("select") or [""])[0]
        match segments:
            case ["datasets", owner, name, *rest]:
                version = rest[1] if len(rest) > 1 and rest[0] == "versions" else ""
                return self._dataset(owner, name, reference, select, version)
            case ["competitions" | "c", name, *_]:
                return self._competition(name, reference)
            case ["code" | "kernels" | "models" | "learn" | "discussions" | "docs" | "datasets" | "search", *_]:
                raise DatasetError(
                    "This Kaggle page is not that of a dataset.",
                    reference,
                    "Open the dataset's own page and copy its link, such as https://www.kaggle.com/datasets/owner/dataset.",
                )
            case [owner, name, *_]:
                return self._dataset(owner, name, reference, select)
            case _:
                raise DatasetError(
                    "This Kaggle link names no dataset.", reference, "Open the dataset's page and copy its link."
                )


def _source(transfer: Transfer) -> KaggleSource:
    from assistant.dataset.fetching.kaggle_source import KaggleSource  # brings Kaggle's client, which takes a while

    return KaggleSource(transfer.network, transfer.kaggle)


def _choose(source: KaggleSource, link: Link, wanted: str | None) -> RemoteFile | None:
    """Return the file to fetch; None (all of them) when Kaggle lists files only for those who are signed in."""
    try:
        files = source.files(link.owner, link.name, link.ref)
    except SeveralFiles:
        raise
    except DatasetError as error:
        if wanted is None and "wants an account" in error.what:
            return None
        raise
    return choose_file(files, wanted, f"{link.owner}/{link.name}")


def _owner_and_name(text: str) -> tuple[str, str]:
    parts = text.strip("/").split("/")
    if len(parts) < 2:
        raise DatasetError(
            "A Kaggle dataset is named by its owner and its name.",
            f"{text!r} has only one part.",
            "Write it like owner/dataset.",
        )
    return parts[0], parts[1]
