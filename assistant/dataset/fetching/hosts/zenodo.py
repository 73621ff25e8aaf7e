"""Zenodo: the files of a record."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from assistant.dataset.fetching.download import Transfer
from assistant.dataset.fetching.hosts.host import Address, Host, Link, ask_json
from assistant.dataset.fetching.network import Network
from assistant.dataset.fetching.remote_files import RemoteFacts, RemoteFile


class Zenodo(Host):
    """Zenodo's records; a link to a file in one is a link like any other."""

    domains = ("zenodo.org",)

    def link(self, address: Address) -> Link | None:
        """Return the record of a page."""
        match address.segments:
            case ["record" | "records", number] if number.isdecimal():
                page = address.text
                return Link(
                    host=self, form="zenodo", kind="link", reference=page, page=page,
                    title=f"Zenodo record {number}", name=number,
                )  # fmt: skip
        return None

    def files(self, link: Link, transfer: Transfer) -> tuple[RemoteFile, ...]:
        """Return the files of a record."""
        found = ask_json(f"https://zenodo.org/api/records/{link.name}", transfer.network)
        return tuple(
            RemoteFile(
                name=str(file["key"]),
                size=file.get("size"),
                url=f"https://zenodo.org/records/{link.name}/files/{quote(str(file['key']))}?download=1",
            )
            for file in found.get("files", [])
        )

    def facts(self, link: Link, network: Network) -> RemoteFacts:
        """Return the title, the licence, the first authors and the year of a record."""
        found = ask_json(f"https://zenodo.org/api/records/{link.name}", network, seconds=10).get("metadata", {})
        authors = ", ".join(str(person.get("name")) for person in found.get("creators", [])[:3])
        return RemoteFacts(
            title=found.get("title"),
            licence=(found.get("license") or {}).get("id"),
            author=authors or None,
            year=_year(found.get("publication_date")),
        )


def _year(date: Any) -> int | None:
    text = str(date or "")[:4]
    return int(text) if text.isdecimal() else None
