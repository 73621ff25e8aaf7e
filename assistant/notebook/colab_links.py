"""Colab links: whether a text holds a link to one notebook in Google Colab, and its one canonical form.

Forms that are read, besides Colab's own: Drive's `/file/d/<id>` and `open?id=<id>`, GitHub's `blob` and raw addresses,
gists with their raw addresses, and sites that show a notebook from there. Every canonical link is put together anew from checked parts, so that it can stand in a mail.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from typing import Literal
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from assistant import wording
from assistant.errors import NotebookError
from assistant.frozen import Frozen
from assistant.notebook.pasted_links import addresses_in

COLAB_HOST = "colab.research.google.com"
LinkKind = Literal["drive", "github", "gist", "web"]

_DRIVE_ID = re.compile(r"[A-Za-z0-9_-]{20,120}")
_OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}")
_GIST_ID = re.compile(r"[0-9a-f]{20,40}|[0-9]{1,12}")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_RESOURCE_KEY = re.compile(r"[A-Za-z0-9_-]{1,80}")
_COLAB_HOSTS = {COLAB_HOST, "colab.sandbox.google.com"}
_DRIVE_HOSTS = {"drive.google.com", "drive.usercontent.google.com"}
# Sites whose addresses are GitHub's with another host.
_GITHUB_HOSTS = {"github.com", "www.github.com", "m.github.com", "githubtocolab.com", "github.dev"}
_SHOW_GITHUB = {"nbviewer.org", "www.nbviewer.org", "nbviewer.jupyter.org", "vscode.dev"}
_GIST_HOSTS = {"gist.github.com", "gist.githubusercontent.com"}
_LONGEST = 2000
_HOW_TO_COPY = (
    "Open your notebook in Colab, press Share, choose “Anyone with the link”, and paste what “Copy link” gives."
)


class ColabLink(Frozen):
    """A link to one notebook: its canonical `url`, its `kind`, and the `id` that tells it from every other.

    The id is the file's id on Drive, `owner/repository/ref/path` on GitHub, `user/id[/file]` for a gist, and the whole
    address for a notebook elsewhere on the web. Some older files on Drive open only with their `resource_key`.
    """

    url: str
    kind: LinkKind
    id: str
    resource_key: str = ""

    def __str__(self) -> str:
        """Return the canonical link."""
        return self.url


def check_colab_link(text: str) -> ColabLink:
    """Return the one link that `text` is or holds; raise NotebookError saying why there is none and what to paste instead."""
    found: list[ColabLink] = []
    refusals: list[NotebookError] = []
    addresses = addresses_in(text)
    for address in addresses:
        try:
            link = _read_address(address)
        except NotebookError as error:
            refusals.append(error)
            continue
        if not any(same_notebook(link, known) for known in found):
            found.append(link)
    if len(found) == 1:
        return found[0]
    if found:
        raise _refused(
            "The text holds links to several notebooks.",
            f"They are {wording.listed([link.url for link in found[:3]])}.",
            "Paste the link of this project's notebook alone.",
        )
    if refusals:
        raise refusals[0]
    return _read_address(text.strip().removeprefix("<").removesuffix(">").strip())


def _read_address(address: str) -> ColabLink:
    """Return the link that an address is; raise NotebookError."""
    parts = _split(re.sub(r"(?i)^http:", "https:", address) if _is_known(address) else address)
    host = (parts.hostname or "").lower()
    if host in _COLAB_HOSTS:
        return _from_colab(parts)
    if host in _DRIVE_HOSTS or (host == "docs.google.com" and parts.path.startswith("/file/")):
        return _from_drive(parts)
    if host in _GITHUB_HOSTS:
        return _from_github(_segments(parts.path))
    if host in _SHOW_GITHUB:
        return _from_showing(_segments(parts.path))
    if host == "raw.githubusercontent.com":
        return _from_raw(_segments(parts.path))
    if host in _GIST_HOSTS:
        return _from_gist(_segments(parts.path), parts.fragment)
    raise _wrong_host(host)


def _is_known(address: str) -> bool:
    """Tell whether an address is at a host whose notebooks are read: there an unencrypted one is the encrypted one."""
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        return False
    return host in {*_COLAB_HOSTS, *_DRIVE_HOSTS, *_GITHUB_HOSTS, *_GIST_HOSTS, "raw.githubusercontent.com"}


def twin_links(links: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Return the pairs of places (from 0, the earlier one first) whose links lead to the same notebook.

    Links may have any form that `check_colab_link` reads, and http:// in front. One that is empty or leads to no notebook
    has no twin.
    """
    read = [(place, link) for place, text in enumerate(links) if (link := _read(text)) is not None]
    return tuple(
        (earlier, later) for (earlier, one), (later, other) in combinations(read, 2) if same_notebook(one, other)
    )


def _read(text: str) -> ColabLink | None:
    """Return the link that a text is, an unencrypted one too; None when it is none."""
    try:
        return check_colab_link(re.sub(r"(?i)(#fileId=)http(:|%3A)", r"\1https\2", text))
    except NotebookError:
        return None


def same_notebook(first: ColabLink, second: ColabLink) -> bool:
    """Tell whether two links lead to the same notebook, as far as the links alone can say.

    A gist without a file name opens the gist's first notebook, so it counts as any file of that gist; a commit of a
    file on GitHub, or its HEAD, counts as the file.
    """
    if first.kind != second.kind:
        return False
    if first.kind == "gist":
        ours, theirs = first.id.split("/", 2), second.id.split("/", 2)
        return ours[1] == theirs[1] and (len(ours) < 3 or len(theirs) < 3 or ours[2] == theirs[2])
    if first.kind == "github":
        ours, theirs = first.id.split("/", 3), second.id.split("/", 3)
        same_repository = [part.lower() for part in ours[:2]] == [part.lower() for part in theirs[:2]]
        either_version = any(_COMMIT.fullmatch(link[2]) or link[2] == "HEAD" for link in (ours, theirs))
        return same_repository and ours[3] == theirs[3] and (ours[2] == theirs[2] or either_version)
    return first.id == second.id


def _refused(what: str, evidence: str = "", fix: str = _HOW_TO_COPY) -> NotebookError:
    return NotebookError(what, evidence, fix)


def _split(text: str) -> SplitResult:
    if not text:
        raise _refused("There is no Colab link yet.")
    if len(text) > _LONGEST:
        raise _refused(
            "The Colab link is too long.",
            f"It has {wording.counted('character', len(text))}; a link has less than {_LONGEST:,}.",
        )
    if re.search(r"[\s\\<>\"'`|^{}\x00-\x1f\x7f]", text):
        raise _refused(
            "This is not a single link.",
            "It holds a space, a line break or a character that no link has.",
            "Paste the link alone, without a text before or after it.",
        )
    # The address bar of some browsers leaves the scheme out when a link is copied by hand.
    if re.match(r"[\w-]+(?:\.[\w-]+)+/", text) and _is_known(f"https://{text}"):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise _refused("This is not a link.", f"“{_shown(text)}” cannot be read as an address.") from error
    if not parts.scheme or not parts.netloc:
        raise _refused("This is not a link.", f"“{_shown(text)}” does not start with https://.")
    if parts.scheme.lower() == "http":
        raise _refused("The link is not encrypted.", "It starts with http:// and not with https://.")
    if parts.scheme.lower() != "https":
        raise _refused("This is not a link to a page.", f"It starts with {parts.scheme}: and not with https://.")
    if parts.username is not None or parts.password is not None:
        raise _refused(
            "The link hides where it leads.", f"What stands before the @ is not the host; the host is {parts.hostname}."
        )
    if port not in (None, 443):
        raise _refused("The link does not lead to Colab.", f"It names port {port}; Colab's links name none.")
    return parts


def _wrong_host(host: str) -> NotebookError:
    if host in {"colab.google", "www.colab.google", "colab.google.com", "research.google.com"}:
        return _refused("This is a page about Colab and no notebook.", f"The link leads to {host}.")
    if host in {"docs.google.com", "sheets.google.com"}:
        return _refused("This is a document and no notebook.", f"The link leads to {host}.")
    if host == "www.kaggle.com" or host == "kaggle.com":
        return _refused(
            "This is a page on Kaggle and no Colab notebook.",
            "The course asks for a Colab link.",
            "Download the notebook here, open it in Colab with File → Upload notebook, and share it from there.",
        )
    if host in {"localhost", "127.0.0.1"} or host.endswith(".local"):
        return _refused("This link works on your own computer only.", f"Nobody else can open {host}.")
    if "colab" in host or "google" in host or not host.isascii() or "xn--" in host:
        return _refused(
            "The link only looks like one to Colab.",
            f"It leads to {host or 'no host'}; Colab's notebooks are on {COLAB_HOST}.",
        )
    return _refused("The link does not lead to Colab.", f"It leads to {host or 'no host'}; Colab is on {COLAB_HOST}.")


def _segments(path: str) -> list[str]:
    """Return the parts of a path, decoded; raise NotebookError when one could be read in two ways."""
    segments = [unquote(part) for part in path.split("/") if part]
    for part in segments:
        if part in {".", ".."} or re.search(r"[/\\\x00-\x1f\x7f\ufffd]", part):
            raise _refused("The link's path cannot be read.", f"It holds “{_shown(part)}”.")
    return segments


def _from_colab(parts: SplitResult) -> ColabLink:
    fragment = parse_qs(parts.fragment)
    if "true" in fragment.get("create", []):
        raise _refused(
            "This link makes a new, empty notebook.",
            "It ends in #create=true, so that everybody who opens it gets an empty one.",
            "Upload your notebook first (File → Upload notebook), then copy the link of that notebook.",
        )
    segments = _without_account(_segments(parts.path))
    if (not segments or segments in (["notebook"], ["drive"])) and "fileId" in fragment:
        return _from_file_id(fragment["fileId"][0], parts.query)
    match segments:
        case []:
            raise _refused("This is Colab's home page and no notebook.", "The link names no notebook.")
        case ["drive", file_id] | ["drive", file_id, "edit" | "view" | "preview" | "copy"]:
            return _drive(file_id, parts.query)
        case ["github", *rest]:
            return _from_github(rest)
        case ["gist", *rest]:
            return _from_gist(rest)
        case ["github.com", *rest]:
            return _from_github(rest)
        case ["notebooks", *rest]:
            name = rest[-1] if rest else "notebooks"
            raise _refused("This is one of Colab's own notebooks and not yours.", f"The link leads to {_shown(name)}.")
        case ["signup" | "pro" | "faq.html", *_]:
            raise _refused("This is a page about Colab and no notebook.", f"The link leads to /{segments[0]}.")
    raise _refused(
        "The link names no notebook.",
        f"After {COLAB_HOST} comes /{_shown('/'.join(segments))}; a notebook's link goes on with /drive/, /github/ or "
        "/gist/.",
    )


def _without_account(segments: list[str]) -> list[str]:
    """Return a path without the account in it: u/<number> where several are signed in, a/<domain> for an organisation's."""
    for place in (0, 1):
        match segments[place:]:
            case ["u", number, *rest] if number.isdecimal():
                return [*segments[:place], *rest]
            case ["a", domain, *rest] if "." in domain:
                return [*segments[:place], *rest]
    return segments


def _from_file_id(value: str, query: str) -> ColabLink:
    if not re.match(r"https?://", value, re.IGNORECASE):
        return _drive(value, query)
    if value.lower().startswith(f"https://{COLAB_HOST}"):
        raise _refused("The link leads from Colab to Colab.", "Its #fileId is another link to Colab.")
    inner = _split(value)
    host = (inner.hostname or "").lower()
    if host in {"drive.google.com", "raw.githubusercontent.com", *_GITHUB_HOSTS, *_GIST_HOSTS}:
        return check_colab_link(value)
    segments = _segments(inner.path)
    if not re.fullmatch(r"(?!-)[a-z0-9.-]+\.[a-z]{2,}", host) or not segments or not segments[-1].endswith(".ipynb"):
        raise _refused(
            "The link names no notebook.", f"Its #fileId leads to {_shown(value)}, which does not end in .ipynb."
        )
    address = f"https://{host}/{'/'.join(quote(part) for part in segments)}"
    return ColabLink(url=f"https://{COLAB_HOST}/#fileId={quote(address, safe='')}", kind="web", id=address)


def _from_drive(parts: SplitResult) -> ColabLink:
    segments = _without_account(_segments(parts.path))
    query = parse_qs(parts.query)
    match segments:
        case ["file", "d", file_id, *_]:
            return _drive(file_id, parts.query)
        case ["open" | "uc" | "download", *_] if "id" in query:
            return _drive(query["id"][0], parts.query)
        case ["drive", *_]:
            raise _refused(
                "This is a folder on Drive and no notebook.",
                "A folder has no single notebook to open.",
                "Open the notebook inside it, and copy the link of the notebook.",
            )
    raise _refused("This is a page of Google Drive and no notebook.", f"The link leads to {_shown(parts.path) or '/'}.")


def _drive(file_id: str, query: str) -> ColabLink:
    if not _DRIVE_ID.fullmatch(file_id):
        raise _refused(
            "The link is cut off or mistyped.",
            f"“{_shown(file_id)}” is not the id of a file on Drive, which has some thirty letters and digits.",
        )
    key = parse_qs(query).get("resourcekey", [""])[0]
    key = key if _RESOURCE_KEY.fullmatch(key) else ""
    end = f"?resourcekey={key}" if key else ""
    return ColabLink(url=f"https://{COLAB_HOST}/drive/{file_id}{end}", kind="drive", id=file_id, resource_key=key)


def _from_github(segments: list[str]) -> ColabLink:
    fix = "Open the notebook on GitHub and copy its address, which holds /blob/ and ends in .ipynb."
    match segments:
        case [owner, repository, "blob" | "raw", "refs", "heads" | "tags", ref, *path] if path:
            return _github(owner, repository, ref, path)
        case [owner, repository, "blob" | "raw", ref, *path] if path:
            return _github(owner, repository, ref, path)
        case [_, _, "tree", *_]:
            raise _refused("This is a folder on GitHub and no notebook.", "The link names a tree and no file.", fix)
        case [owner, repository, *_]:
            raise _refused(
                "The link names a repository and no notebook.", f"It ends at {_shown(f'{owner}/{repository}')}.", fix
            )
    raise _refused("The link names no notebook on GitHub.", "It has no owner, repository and path.", fix)


def _from_raw(segments: list[str]) -> ColabLink:
    match segments:
        case [owner, repository, "refs", "heads" | "tags", ref, *path] if path:
            return _github(owner, repository, ref, path)
        case [owner, repository, ref, *path] if path:
            return _github(owner, repository, ref, path)
    return _from_github(segments)


def _github(owner: str, repository: str, ref: str, path: list[str]) -> ColabLink:
    if not _OWNER.fullmatch(owner) or not _REPOSITORY.fullmatch(repository):
        raise _refused(
            "There can be no such repository on GitHub.", f"“{_shown(f'{owner}/{repository}')}” is not a name there."
        )
    if not path[-1].lower().endswith(".ipynb"):
        raise _refused("The link leads to a file that is no notebook.", f"{_shown(path[-1])} does not end in .ipynb.")
    inside = "/".join(quote(part) for part in (owner, repository, "blob", ref, *path))
    return ColabLink(
        url=f"https://{COLAB_HOST}/github/{inside}", kind="github", id="/".join((owner, repository, ref, *path))
    )


def _from_showing(segments: list[str]) -> ColabLink:
    """Return the link to what a site shows that was given a notebook of GitHub."""
    match segments:
        case ["github", *rest]:
            return _from_github(rest)
        case ["gist", *rest]:
            return _from_gist(rest)
    raise _refused("The link names no notebook.", "It shows no notebook of GitHub.")


def _from_gist(segments: list[str], fragment: str = "") -> ColabLink:
    fix = "Open the gist on GitHub and copy its address, which holds your name and a long id."
    match segments:
        case [user, gist_id, *rest] if _OWNER.fullmatch(user) and _GIST_ID.fullmatch(gist_id):
            name = [part for part in rest if part.lower().endswith(".ipynb")][-1:]
            # A gist's page marks a file as #file-b-ipynb, from which only a plain name can be told again.
            if not name and (marked := re.fullmatch(r"file-([a-z0-9]+)-ipynb", fragment)):
                name = [f"{marked.group(1)}.ipynb"]
            inside = "/".join(quote(part) for part in (user, gist_id, *name))
            return ColabLink(
                url=f"https://{COLAB_HOST}/gist/{inside}", kind="gist", id="/".join((user, gist_id, *name))
            )
    raise _refused("The link names no gist.", f"“{_shown('/'.join(segments))}” is not a user and a gist's id.", fix)


def _shown(text: str) -> str:
    """Return a text short enough to stand in a sentence, without characters that do not show."""
    visible = "".join(character if character.isprintable() else "?" for character in text)
    return visible if len(visible) <= 60 else f"{visible[:59]}…"
