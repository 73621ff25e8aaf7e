"""GitHub: files, repositories, folders, gists and releases."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote

from assistant.dataset.fetching.download import Transfer
from assistant.dataset.fetching.hosts.host import Address, Host, Link, ask_json
from assistant.dataset.fetching.network import Network
from assistant.dataset.fetching.remote_files import RemoteFacts, RemoteFile
from assistant.errors import DatasetError

_API = "https://api.github.com"


class GitHub(Host):
    """GitHub with the domains that it hands files out from."""

    domains = (
        "github.com", "raw.githubusercontent.com", "raw.github.com", "media.githubusercontent.com", "gist.github.com",
        "gist.githubusercontent.com", "codeload.github.com",
    )  # fmt: skip
    title = "GitHub"

    def link(self, address: Address) -> Link | None:
        """Return the file, repository, folder, gist or release that an address stands for."""
        segments, reference = address.segments, address.text
        match address.domain:
            case "github.com":
                return self._repository(segments, reference)
            case "raw.githubusercontent.com" | "raw.github.com" if len(segments) >= 4:
                owner, name, ref, path = _raw_parts(segments)
                return self.file_link(
                    reference, "github", f"{owner}/{name}", owner=owner, name=name, ref=ref, path=path
                )
            case "media.githubusercontent.com" if len(segments) >= 5:
                owner, name, ref = segments[1:4]
                path = "/".join(segments[4:])
                return self.file_link(
                    reference, "github", f"{owner}/{name}", owner=owner, name=name, ref=ref, path=path
                )
            case "gist.github.com" if segments:
                return self._gist(segments, address.fragment, reference)
            case "gist.githubusercontent.com" | "codeload.github.com":
                return self.file_link(reference, "github", "/".join(segments[:2]))
        return None

    def files(self, link: Link, transfer: Transfer) -> tuple[RemoteFile, ...]:
        """Return the files of a repository or folder, a gist, or a release."""
        match link.form:
            case "github gist":
                return _gist_files(link, transfer.network)
            case "github release":
                return _release_files(link, transfer.network)
            case _:
                return _tree_files(link, transfer.network)

    def choose(self, link: Link, files: tuple[RemoteFile, ...], wanted: str | None) -> RemoteFile:
        """Return the file to fetch; a gist's address writes names with hyphens for other signs."""
        if link.form == "github gist":
            wanted = wanted or link.path or None
            for file in files if wanted else ():
                if _hyphens(file.name) == _hyphens(str(wanted)):
                    return file
        return super().choose(link, files, wanted)

    def facts(self, link: Link, network: Network) -> RemoteFacts:
        """Return the name, the licence and the owner of the repository; nothing of a gist."""
        if not link.owner or not link.name or link.form == "github gist":
            return RemoteFacts()
        found = ask_json(f"{_API}/repos/{quote(link.owner)}/{quote(link.name)}", network, seconds=10)
        licence = (found.get("license") or {}).get("spdx_id")
        return RemoteFacts(
            title=found.get("full_name"),
            licence=None if licence == "NOASSERTION" else licence,
            author=(found.get("owner") or {}).get("login"),
        )

    def _repository(self, segments: list[str], reference: str) -> Link | None:
        if len(segments) < 2:
            raise DatasetError(
                "This GitHub link names no repository.", reference, "Open the file on GitHub and copy its link."
            )
        owner, name = segments[0], segments[1].removesuffix(".git")
        title, rest = f"{owner}/{name}", segments[2:]
        base = f"https://github.com/{quote(owner)}/{quote(name)}"
        listing = Link(
            host=self,
            form="github tree",
            kind="github",
            reference=reference,
            page=reference,
            title=title,
            owner=owner,
            name=name,
        )
        match rest:
            case []:
                return listing
            case ["tree", *where]:
                return replace(listing, ref="/".join(where))
            case ["blob" | "raw" | "edit" | "blame" | "raw-file", *where] if len(where) >= 2:
                if where[:2] in (["refs", "heads"], ["refs", "tags"]):
                    where = where[2:]
                return self.file_link(
                    f"{base}/raw/{quote('/'.join(where))}",
                    "github",
                    title,
                    page=reference,
                    file_name=where[-1],
                    owner=owner,
                    name=name,
                    ref=where[0],
                    path="/".join(where[1:]),
                )
            case ["releases", "download", _, *_] | ["archive", *_] | ["zipball", *_] | ["tarball", *_] | ["files", *_]:
                return self.file_link(reference, "github", title, owner=owner, name=name)
            case ["releases", *where]:
                tag = where[1] if len(where) > 1 and where[0] == "tag" else ""
                return replace(listing, form="github release", ref=tag)
            case ["suites", *_] | ["assets", *_]:
                return self.file_link(reference, "github", title, owner=owner, name=name)
            case _:
                return listing

    def _gist(self, segments: list[str], fragment: str, reference: str) -> Link:
        identity = segments[1] if len(segments) > 1 else segments[0]
        return Link(
            host=self,
            form="github gist",
            kind="github",
            reference=reference,
            page=reference,
            title=f"gist {identity[:8]}",
            owner=segments[0] if len(segments) > 1 else "",
            name=identity,
            path=_gist_file(fragment),
        )


def _raw_parts(segments: list[str]) -> tuple[str, str, str, str]:
    owner, name, *rest = segments
    if rest[:2] in (["refs", "heads"], ["refs", "tags"]) and len(rest) > 3:
        rest = rest[2:]
    return owner, name, rest[0], "/".join(rest[1:])


def _gist_file(fragment: str) -> str:
    return fragment.removeprefix("file-") if fragment.startswith("file-") else ""


def _hyphens(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _tree_files(link: Link, network: Network) -> tuple[RemoteFile, ...]:
    base = f"{_API}/repos/{quote(link.owner)}/{quote(link.name)}"
    where = link.ref.split("/") if link.ref else []
    ref = where[0] if where else ask_json(base, network).get("default_branch") or "main"
    path = "/".join(where[1:])
    try:
        tree = ask_json(f"{base}/git/trees/{quote(ref, safe='')}?recursive=1", network)
    except DatasetError:
        if len(where) < 2:
            raise
        # A branch may have slashes in its name.
        ref, path = "/".join(where[:2]), "/".join(where[2:])
        tree = ask_json(f"{base}/git/trees/{quote(ref, safe='')}?recursive=1", network)
    raw = f"https://github.com/{quote(link.owner)}/{quote(link.name)}/raw/{quote(ref)}"
    prefix = f"{path}/" if path else ""
    return tuple(
        RemoteFile(name=str(entry["path"]), size=entry.get("size"), url=f"{raw}/{quote(str(entry['path']))}")
        for entry in tree.get("tree", [])
        if entry.get("type") == "blob" and (str(entry["path"]).startswith(prefix) or entry["path"] == path)
    )


def _gist_files(link: Link, network: Network) -> tuple[RemoteFile, ...]:
    found = ask_json(f"{_API}/gists/{quote(link.name)}", network)
    return tuple(
        RemoteFile(name=str(file["filename"]), size=file.get("size"), url=str(file["raw_url"]))
        for file in found.get("files", {}).values()
    )


def _release_files(link: Link, network: Network) -> tuple[RemoteFile, ...]:
    which = f"tags/{quote(link.ref)}" if link.ref else "latest"
    found = ask_json(f"{_API}/repos/{quote(link.owner)}/{quote(link.name)}/releases/{which}", network)
    return tuple(
        RemoteFile(name=str(asset["name"]), size=asset.get("size"), url=str(asset["browser_download_url"]))
        for asset in found.get("assets", [])
    )
