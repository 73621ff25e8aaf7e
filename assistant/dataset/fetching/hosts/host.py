"""What a host is: how its links are known, what lies behind them, and how that is fetched."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, NamedTuple

from assistant.dataset.fetching.download import Downloaded, Transfer, check_status, download
from assistant.dataset.fetching.large_file_pointer import follow_pointer, is_pointer
from assistant.dataset.fetching.network import Network, open_url, read_all
from assistant.dataset.fetching.remote_files import RemoteFacts, RemoteFile, choose_file
from assistant.dataset.fetching.shared_address import public_address
from assistant.dataset.series import SourceKind
from assistant.errors import DatasetError

FILE = "file"  # the form of a link that leads to a file, not to a list of them
_SECONDS = 30.0
_ANSWER = 20_000_000


@dataclass(frozen=True)
class Address:
    """A web address in its parts: the domain without `www.`, the path's segments, and the address as a whole."""

    domain: str
    segments: list[str]
    query: str
    fragment: str
    text: str


@dataclass(frozen=True)
class Link:
    """What a reference stands for.

    `form` "file" is fetched from `url` as it is; the other forms are lists that a file has to be chosen from, told by
    `owner`, `name`, `ref` and `path`, which mean what `host` says. `page` is the address that a reader can open, `title`
    a name for the source.
    """

    host: Host
    form: str
    kind: SourceKind
    reference: str
    page: str
    title: str
    url: str = ""
    owner: str = ""
    name: str = ""
    ref: str = ""
    path: str = ""
    file_name: str = ""
    note: str = ""
    keyed: bool = False  # it opens by a key or a signature, which is told to nobody


class FromHost(NamedTuple):
    """A file that a host gave, and what it says of the dataset."""

    file: Downloaded
    facts: RemoteFacts


class Host:  # some methods leave their arguments to hosts of their own
    """A place where datasets lie; as it is, any place that hands out a file under its address.

    A host of its own gives its `domains` (without `www.`) and what of the rest differs. `title` is its name in a citation,
    when that is another than its domain.
    """

    domains: ClassVar[tuple[str, ...]] = ()
    title: ClassVar[str] = ""

    def link(self, address: Address) -> Link | None:  # noqa: ARG002
        """Return what an address at one of the domains stands for; None when it is a link like any other.

        Raises DatasetError for what is known to hold no table.
        """
        return None

    def link_in_words(self, text: str) -> Link | None:  # noqa: ARG002
        """Return what a text that is no address stands for, such as a command to type; None when it is nothing known."""
        return None

    def files(self, link: Link, transfer: Transfer) -> tuple[RemoteFile, ...]:  # noqa: ARG002
        """Return the files of a link that stands for a list; raise DatasetError when they cannot be listed."""
        raise AssertionError(link.form)

    def choose(self, link: Link, files: tuple[RemoteFile, ...], wanted: str | None) -> RemoteFile:
        """Return the file to fetch; raise SeveralFiles when one has to be picked, DatasetError when there is none."""
        return choose_file(files, wanted, link.title)

    def facts(self, link: Link, network: Network) -> RemoteFacts:  # noqa: ARG002
        """Return what the host says of the dataset as a whole; raise DatasetError when it cannot be asked."""
        return RemoteFacts()

    def fetch(self, link: Link, folder: Path, transfer: Transfer, wanted: str | None) -> FromHost:
        """Fetch a link's file (the one that is wanted, of several) into `folder`, with what is said of the dataset."""
        url, name = link.url, link.file_name or None
        if link.form != FILE:
            chosen = self.choose(link, self.files(link, transfer), wanted)
            url, name = chosen.url, PurePosixPath(chosen.name).name
        got = download(url, folder, transfer, name=name)
        if is_pointer(got.path):
            got = follow_pointer(got, url, folder, transfer)
        try:
            return FromHost(got, self.facts(link, transfer.network))
        except (DatasetError, AttributeError, TypeError):
            return FromHost(got, RemoteFacts())

    def file_link(
        self, url: str, kind: SourceKind, title: str, page: str = "", file_name: str = "", **more: Any
    ) -> Link:
        """Return a link to one file; `page` is what a reader opens where that is not the file's own address."""
        return Link(
            host=self,
            form=FILE,
            kind=kind,
            reference=page or url,
            page=page or url,
            title=title,
            url=url,
            file_name=file_name,
            **more,
        )


def ask_json(url: str, network: Network, seconds: float = _SECONDS) -> Any:
    """Return the JSON that an address answers with; raise DatasetError when it answers with something else."""
    with open_url(network, url, deadline=time.monotonic() + seconds, headers={"Accept": "application/json"}) as answer:
        check_status(answer)
        data = read_all(answer, _ANSWER)
    try:
        return json.loads(data)
    except ValueError as error:
        raise DatasetError(
            "The server's answer could not be understood.", f"{public_address(url)} sent no JSON.", "Try again later."
        ) from error
