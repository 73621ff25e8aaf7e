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
_KAGGLE = re.compile(r"^[A-Za-z0-9][\w-]{1,100}/[A-Za-z0-9][\w.-]{1,100}(?:/versions/\d{1,6})?$")
_KAGGLE_COMMAND = re.compile(
    r"kaggle\s{1,9}(?P<what>datasets|competitions|d|c)\s{1,9}(?:download|files)\s{1,9}(?P<rest>[^\n;&|]{1,400})"
)
_NAME_IN_COMMAND = re.compile(r"(?:^|\s)(?P<name>[\w.-]{1,100}(?:/[\w.-]{1,100}){0,3})(?=\s|$)")
_FILE_IN_COMMAND = re.compile(r"(?:^|\s)(?:-f|--file)[\s=]{1,3}(?:\"(?P<quoted>[^\"]{1,200})\"|(?P<plain>\S{1,200}))")
_OTHER_OPTIONS = re.compile(
    r"(?:^|\s)(?:-[pwfo]|--(?:path|file))[\s=]{1,3}(?:\"[^\"]{0,200}\"|\S{1,200})|(?:^|\s)-{1,2}[\w-]{1,30}"
)
_KAGGLE_CALL = re.compile(
    r"kagglehub\.(?P<what>dataset_download|competition_download|load_dataset|dataset_load)\(\s{0,9}"
    r"(?:(?:kagglehub\.)?KaggleDatasetAdapter\.\w{1,30}\s{0,9},\s{0,9})?(?:handle\s{0,3}=\s{0,3})?"
    r"[\"'](?P<name>[\w./-]{1,300})[\"']\s{0,9}(?:,\s{0,9}(?:path\s{0,3}=\s{0,3})?(?:[\"'](?P<file>[^\"'\n]{0,200})[\"']|(?P<variable>file_path)))?"
)
_FILE_PATH = re.compile(r"^file_path\s{0,3}=\s{0,3}[\"']([^\"'\n]{0,200})[\"']", re.MULTILINE)


class Kaggle(Host):
    """Kaggle, which is asked through its own client, with the student's credentials where there are any."""

    domains = ("kaggle.com",)
    title = "Kaggle"

    def link(self, address: Address) -> Link | None:
        """Return the dataset or competition whose page it is."""
        return self._page(address.segments, address.query, address.text)

    def link_in_words(self, text: str) -> Link | None:
        """Return the dataset or competition of owner/dataset, or of a command that downloads it."""
        if command := _KAGGLE_COMMAND.search(text):
            file = _FILE_IN_COMMAND.search(command["rest"])
            named = _NAME_IN_COMMAND.search(_OTHER_OPTIONS.sub(" ", command["rest"]))
            member = (file["quoted"] or file["plain"]) if file else ""
            return self._named(command["what"], named["name"] if named else "", text, member)
        if call := _KAGGLE_CALL.search(text):
            path = _FILE_PATH.search(text) if call["variable"] else None
            return self._named(call["what"], call["name"], text, path[1] if path else call["file"] or "")
        if _KAGGLE.match(text) and "." not in text.split("/")[0]:
            return self._named("dataset", text, text)
        return None

    def _named(self, what: str, handle: str, text: str, file: str = "") -> Link:
        """Return the competition or the dataset of a handle: owner/name, or owner/name/versions/2."""
        if what.startswith("c"):
            return self._competition(handle, text)
        owner, name = _owner_and_name(handle)
        version = re.search(r"/versions/(\d{1,6})", handle)
        return self._dataset(owner, name, text, file, version[1] if version else "")

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
        page = f"https://www.kaggle.com/datasets/{owner}/{name}{f'/versions/{version}' if version else ''}"
        return Link(
            host=self,
            form="kaggle",
            kind="kaggle",
            reference=f"{owner}/{name}{f'/versions/{version}' if version else ''}",
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
        asked = parse_qs(query)
        select = (asked.get("select") or asked.get("fileName") or asked.get("file_name") or [""])[0]
        wanted = (asked.get("datasetVersionNumber") or asked.get("dataset_version_number") or [""])[0]
        match segments:
            case ["api", "v1", "datasets", "download" | "view" | "list" | "metadata", owner, name, *rest]:
                file = "/".join(rest) if rest and rest[0] != "versions" else select
                return self._dataset(owner, name, reference, file, wanted)
            case ["api", "v1", "competitions", "data", "download" | "download-all" | "list", name, *_]:
                return self._competition(name, reference)
            case ["datasets", owner, name, *rest]:
                version = rest[1] if len(rest) > 1 and rest[0] == "versions" else wanted
                return self._dataset(owner, name, reference, select, version)
            case ["competitions" | "c", name, *_]:
                return self._competition(name, reference)
            case ["code" | "kernels" | "models" | "learn" | "discussions" | "docs" | "datasets" | "search", *_]:
                raise DatasetError(
                    "This Kaggle page is not that of a dataset.",
                    reference,
                    "Open the dataset's own page and copy its link, such as https://www.kaggle.com/datasets/owner/dataset.",
                )
            case [owner, name, *rest]:
                version = rest[1] if len(rest) > 1 and rest[0] in ("versions", "version") else wanted
                return self._dataset(owner, name, reference, select, version)
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
