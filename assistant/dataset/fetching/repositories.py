"""What lies in a GitHub repository, gist or release, a Hugging Face dataset or a Zenodo record."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote

from assistant.dataset.fetching.download import check_status
from assistant.dataset.fetching.links import Link
from assistant.dataset.fetching.network import Network, open_url, read_all
from assistant.dataset.fetching.remote_files import RemoteFacts, RemoteFile
from assistant.errors import DatasetError

_SECONDS = 30.0
_ANSWER = 20_000_000
_GITHUB = "https://api.github.com"


def list_repository(link: Link, network: Network) -> tuple[RemoteFile, ...]:
    """Return the files that a link to a list stands for; raise DatasetError when it cannot be read."""
    match link.form:
        case "github tree":
            return _github_tree(link, network)
        case "github gist":
            return _github_gist(link, network)
        case "github release":
            return _github_release(link, network)
        case "hugging face tree":
            return _hugging_face_tree(link, network)
        case "zenodo":
            return _zenodo(link, network)
        case _:
            raise AssertionError(link.form)


def repository_facts(link: Link, network: Network) -> RemoteFacts:
    """Return what GitHub or Hugging Face says of the whole; nothing when that cannot be had."""
    try:
        if link.kind == "github" and link.owner and link.name and link.form != "github gist":
            found = _json(f"{_GITHUB}/repos/{quote(link.owner)}/{quote(link.name)}", network, seconds=10)
            licence = (found.get("license") or {}).get("spdx_id")
            return RemoteFacts(
                title=found.get("full_name"),
                licence=None if licence == "NOASSERTION" else licence,
                author=(found.get("owner") or {}).get("login"),
            )
        if "huggingface.co" in link.page:
            found = _json(
                f"https://huggingface.co/api/datasets/{quote(link.owner)}/{quote(link.name)}", network, seconds=10
            )
            licence = (found.get("cardData") or {}).get("license")
            return RemoteFacts(
                title=found.get("id"),
                licence=", ".join(licence) if isinstance(licence, list) else licence,
                author=found.get("author"),
            )
        if link.form == "zenodo":
            found = _json(f"https://zenodo.org/api/records/{link.name}", network, seconds=10).get("metadata", {})
            authors = ", ".join(str(person.get("name")) for person in found.get("creators", [])[:3])
            return RemoteFacts(
                title=found.get("title"),
                licence=(found.get("license") or {}).get("id"),
                author=authors or None,
                year=_year(found.get("publication_date")),
            )
    except (DatasetError, AttributeError, TypeError):
        return RemoteFacts()
    return RemoteFacts()


def _year(date: Any) -> int | None:
    text = str(date or "")[:4]
    return int(text) if text.isdecimal() else None


def _json(url: str, network: Network, seconds: float = _SECONDS) -> Any:
    with open_url(network, url, deadline=time.monotonic() + seconds, headers={"Accept": "application/json"}) as answer:
        check_status(answer)
        data = read_all(answer, _ANSWER)
    try:
        return json.loads(data)
    except ValueError as error:
        raise DatasetError(
            "The server's answer could not be understood.", f"{url} sent no JSON.", "Try again later."
        ) from error


def _github_tree(link: Link, network: Network) -> tuple[RemoteFile, ...]:
    base = f"{_GITHUB}/repos/{quote(link.owner)}/{quote(link.name)}"
    where = link.ref.split("/") if link.ref else []
    ref = where[0] if where else _json(base, network).get("default_branch") or "main"
    path = "/".join(where[1:])
    try:
        tree = _json(f"{base}/git/trees/{quote(ref, safe='')}?recursive=1", network)
    except DatasetError:
        if len(where) < 2:
            raise
        # A branch may have slashes in its name.
        ref, path = "/".join(where[:2]), "/".join(where[2:])
        tree = _json(f"{base}/git/trees/{quote(ref, safe='')}?recursive=1", network)
    raw = f"https://github.com/{quote(link.owner)}/{quote(link.name)}/raw/{quote(ref)}"
    prefix = f"{path}/" if path else ""
    return tuple(
        RemoteFile(name=str(entry["path"]), size=entry.get("size"), url=f"{raw}/{quote(str(entry['path']))}")
        for entry in tree.get("tree", [])
        if entry.get("type") == "blob" and (str(entry["path"]).startswith(prefix) or entry["path"] == path)
    )


def _github_gist(link: Link, network: Network) -> tuple[RemoteFile, ...]:
    found = _json(f"{_GITHUB}/gists/{quote(link.name)}", network)
    return tuple(
        RemoteFile(name=str(file["filename"]), size=file.get("size"), url=str(file["raw_url"]))
        for file in found.get("files", {}).values()
    )


def _github_release(link: Link, network: Network) -> tuple[RemoteFile, ...]:
    which = f"tags/{quote(link.ref)}" if link.ref else "latest"
    found = _json(f"{_GITHUB}/repos/{quote(link.owner)}/{quote(link.name)}/releases/{which}", network)
    return tuple(
        RemoteFile(name=str(asset["name"]), size=asset.get("size"), url=str(asset["browser_download_url"]))
        for asset in found.get("assets", [])
    )


def _hugging_face_tree(link: Link, network: Network) -> tuple[RemoteFile, ...]:
    base = f"{quote(link.owner)}/{quote(link.name)}"
    found = _json(
        f"https://huggingface.co/api/datasets/{base}/tree/{quote(link.ref)}/{quote(link.path)}?recursive=true", network
    )
    return tuple(
        RemoteFile(
            name=str(entry["path"]),
            size=entry.get("size"),
            url=f"https://huggingface.co/datasets/{base}/resolve/{quote(link.ref)}/{quote(str(entry['path']))}",
        )
        for entry in found
        if entry.get("type") == "file"
    )


def _zenodo(link: Link, network: Network) -> tuple[RemoteFile, ...]:
    found = _json(f"https://zenodo.org/api/records/{link.name}", network)
    return tuple(
        RemoteFile(
            name=str(file["key"]),
            size=file.get("size"),
            url=f"https://zenodo.org/records/{link.name}/files/{quote(str(file['key']))}?download=1",
        )
        for file in found.get("files", [])
    )
