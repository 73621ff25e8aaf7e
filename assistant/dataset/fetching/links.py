"""The links that students paste, each turned into what has to be fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, quote, unquote, urlsplit

from assistant.dataset.series import SourceKind
from assistant.errors import DatasetError

Form = Literal[
    "file",
    "github tree",
    "github gist",
    "github release",
    "kaggle",
    "kaggle competition",
    "hugging face tree",
    "zenodo",
]

_KAGGLE = re.compile(r"^[A-Za-z0-9][\w-]{1,100}/[A-Za-z0-9][\w.-]{1,100}$")
_KAGGLE_COMMAND = re.compile(
    r"kaggle\s+(?P<what>datasets|competitions|d|c)\s+(?:download|files)\s+(?:-[dc]\s+|--\w+\s+)?(?P<name>[\w./-]+)"
)
_KAGGLE_CALL = re.compile(r"kagglehub\.(?P<what>dataset|competition)_download\(\s*[\"'](?P<name>[\w./-]+)[\"']")


@dataclass(frozen=True)
class Link:
    """What a reference stands for.

    `form` "file" is fetched from `url` as it is; the other forms are lists that a file has to be chosen from, told by
    `owner`, `name`, `ref` and `path`. `page` is the address that a reader can open, `title` a name for the source.
    """

    form: Form
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


def parse_reference(text: str) -> Link:
    """Return what a link, a Kaggle reference or a download command stands for; raise DatasetError when it is none."""
    reference = text.strip().strip("<>\"'`").strip()
    if not reference:
        raise DatasetError("No link was given.", "", "Paste a link, or a Kaggle reference such as owner/dataset.")
    if any(ord(sign) < 32 for sign in reference):
        raise DatasetError("A link is one line.", f"{reference[:80]!r}", "Paste the link alone.")
    if command := _KAGGLE_COMMAND.search(reference) or _KAGGLE_CALL.search(reference):
        competition = command["what"].startswith("c")
        return (
            _competition(command["name"], reference)
            if competition
            else _kaggle(*_owner_and_name(command["name"]), reference)
        )
    if not re.match(r"^[a-z][a-z0-9+.-]*://", reference, re.IGNORECASE):
        if _KAGGLE.match(reference) and "." not in reference.split("/")[0]:
            return _kaggle(*_owner_and_name(reference), reference)
        if re.match(r"^(?:www\.)?[\w-]+(?:\.[\w-]+)+(?:/|$)", reference):
            reference = f"https://{reference}"
        else:
            raise DatasetError(
                "This is neither a link nor a Kaggle reference.",
                f"{reference[:120]!r}",
                "Paste a link that starts with https://, or owner/dataset.",
            )
    try:
        parts = urlsplit(reference)
        host = (parts.hostname or "").lower()
    except ValueError as error:
        raise DatasetError(
            "This is not a web address.", f"{reference[:120]!r}: {error}.", "Copy the link from the browser."
        ) from error
    if parts.scheme.lower() == "http":
        reference = "https" + reference[4:]
        parts = urlsplit(reference)
    if parts.scheme.lower() != "https" or not host:
        raise DatasetError(
            "Only https links are fetched.",
            f"{reference[:120]!r}",
            "Use the https address, or download the file and upload it.",
        )
    segments = [unquote(part) for part in parts.path.split("/") if part]
    found = _known_host(host.removeprefix("www."), segments, parts.query, parts.fragment, reference)
    return found or _file(reference, "link", segments[-1] if segments else host)


def _owner_and_name(text: str) -> tuple[str, str]:
    parts = text.strip("/").split("/")
    if len(parts) < 2:
        raise DatasetError(
            "A Kaggle dataset is named by its owner and its name.",
            f"{text!r} has only one part.",
            "Write it like owner/dataset.",
        )
    return parts[0], parts[1]


def _file(url: str, kind: SourceKind, title: str, page: str = "", file_name: str = "", **more: str) -> Link:
    return Link(
        form="file",
        kind=kind,
        reference=page or url,
        page=page or url,
        title=title,
        url=url,
        file_name=file_name,
        **more,
    )


def _known_host(host: str, segments: list[str], query: str, fragment: str, reference: str) -> Link | None:
    match host:
        case "github.com":
            return _github(segments, reference)
        case "raw.githubusercontent.com" | "raw.github.com" if len(segments) >= 4:
            owner, name, ref, path = _raw_parts(segments)
            return _file(reference, "github", f"{owner}/{name}", owner=owner, name=name, ref=ref, path=path)
        case "media.githubusercontent.com" if len(segments) >= 5:
            owner, name, ref = segments[1:4]
            return _file(
                reference, "github", f"{owner}/{name}", owner=owner, name=name, ref=ref, path="/".join(segments[4:])
            )
        case "gist.github.com" if segments:
            identity = segments[1] if len(segments) > 1 else segments[0]
            return Link(
                form="github gist",
                kind="github",
                reference=reference,
                page=reference,
                title=f"gist {identity[:8]}",
                owner=segments[0] if len(segments) > 1 else "",
                name=identity,
                path=_gist_file(fragment),
            )
        case "gist.githubusercontent.com" | "codeload.github.com":
            return _file(reference, "github", "/".join(segments[:2]))
        case "kaggle.com":
            return _kaggle_page(segments, query, reference)
        case "docs.google.com" if len(segments) >= 3 and segments[0] == "spreadsheets":
            return _google_sheet(segments, query, fragment, reference)
        case "drive.google.com":
            return _google_drive(segments, query, reference)
        case "huggingface.co" | "hf.co":
            return _hugging_face(segments, reference)
        case "archive.ics.uci.edu" if len(segments) >= 3 and segments[0] == "dataset" and segments[1].isdecimal():
            name = segments[2].replace(" ", "+")
            return _file(
                f"https://archive.ics.uci.edu/static/public/{segments[1]}/{quote(name, safe='+')}.zip",
                "link",
                name.replace("+", " "),
                page=reference,
            )
        case "dropbox.com":
            return _file(
                re.sub(r"([?&])dl=0", r"\1dl=1", reference)
                if "dl=" in query
                else f"{reference}{'&' if query else '?'}dl=1",
                "link",
                segments[-1] if segments else "Dropbox",
                page=reference,
            )
        case "gitlab.com" if "blob" in segments:
            return _file(reference.replace("/blob/", "/raw/"), "link", segments[-1], page=reference)
        case "bitbucket.org" if len(segments) > 4 and segments[2] == "src":
            return _file(reference.replace("/src/", "/raw/", 1), "link", segments[-1], page=reference)
        case "zenodo.org" if len(segments) == 2 and segments[0] in ("record", "records") and segments[1].isdecimal():
            return Link(
                form="zenodo",
                kind="link",
                reference=reference,
                page=reference,
                title=f"Zenodo record {segments[1]}",
                name=segments[1],
            )
        case "colab.research.google.com":
            raise DatasetError(
                "This is a Colab notebook, not a table.", host, "Paste the link of the data that it reads."
            )
    return None


def _github(segments: list[str], reference: str) -> Link | None:
    if len(segments) < 2:
        raise DatasetError(
            "This GitHub link names no repository.", reference, "Open the file on GitHub and copy its link."
        )
    owner, name = segments[0], segments[1].removesuffix(".git")
    title, rest = f"{owner}/{name}", segments[2:]
    base = f"https://github.com/{quote(owner)}/{quote(name)}"
    listing = Link(
        form="github tree", kind="github", reference=reference, page=reference, title=title, owner=owner, name=name
    )
    match rest:
        case []:
            return listing
        case ["tree", *where]:
            return Link(**{**listing.__dict__, "ref": "/".join(where)})
        case ["blob" | "raw" | "edit" | "blame" | "raw-file", *where] if len(where) >= 2:
            if where[:2] in (["refs", "heads"], ["refs", "tags"]):
                where = where[2:]
            return _file(
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
            return _file(reference, "github", title, owner=owner, name=name)
        case ["releases", *where]:
            tag = where[1] if len(where) > 1 and where[0] == "tag" else ""
            return Link(**{**listing.__dict__, "form": "github release", "ref": tag})
        case ["suites", *_] | ["assets", *_]:
            return _file(reference, "github", title, owner=owner, name=name)
        case _:
            return listing


def _raw_parts(segments: list[str]) -> tuple[str, str, str, str]:
    owner, name, *rest = segments
    if rest[:2] in (["refs", "heads"], ["refs", "tags"]) and len(rest) > 3:
        rest = rest[2:]
    return owner, name, rest[0], "/".join(rest[1:])


def _gist_file(fragment: str) -> str:
    return fragment.removeprefix("file-") if fragment.startswith("file-") else ""


def _kaggle(owner: str, name: str, reference: str, file: str = "", version: str = "") -> Link:
    page = f"https://www.kaggle.com/datasets/{owner}/{name}"
    return Link(
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


def _competition(name: str, reference: str) -> Link:
    return Link(
        form="kaggle competition",
        kind="kaggle",
        reference=f"competitions/{name}",
        page=f"https://www.kaggle.com/competitions/{name}",
        title=name.replace("-", " "),
        name=name,
        note=reference,
    )


def _kaggle_page(segments: list[str], query: str, reference: str) -> Link:
    select = (parse_qs(query).get("select") or [""])[0]
    match segments:
        case ["datasets", owner, name, *rest]:
            version = rest[1] if len(rest) > 1 and rest[0] == "versions" else ""
            return _kaggle(owner, name, reference, select, version)
        case ["competitions" | "c", name, *_]:
            return _competition(name, reference)
        case ["code" | "kernels" | "models" | "learn" | "discussions" | "docs" | "datasets" | "search", *_]:
            raise DatasetError(
                "This Kaggle page is not that of a dataset.",
                reference,
                "Open the dataset's own page and copy its link, such as https://www.kaggle.com/datasets/owner/dataset.",
            )
        case [owner, name, *_]:
            return _kaggle(owner, name, reference, select)
        case _:
            raise DatasetError(
                "This Kaggle link names no dataset.", reference, "Open the dataset's page and copy its link."
            )


def _google_sheet(segments: list[str], query: str, fragment: str, reference: str) -> Link:
    if segments[1:3] == ["d", "e"]:
        return _file(re.sub(r"/pubhtml.*$", "/pub?output=csv", reference), "link", "Google Sheet", page=reference)
    values = {**parse_qs(query), **parse_qs(fragment)}
    sheet = (values.get("gid") or ["0"])[0]
    number = sheet if sheet.isdecimal() else "0"
    return _file(
        f"https://docs.google.com/spreadsheets/d/{quote(segments[2])}/export?format=csv&gid={number}",
        "link",
        "Google Sheet",
        page=reference,
        file_name="sheet.csv",
    )


def _google_drive(segments: list[str], query: str, reference: str) -> Link:
    if "folders" in segments:
        raise DatasetError(
            "This is a folder on Google Drive.",
            reference,
            "Open the file in it, share it with everyone who has the link, and copy its link.",
        )
    identity = segments[segments.index("d") + 1] if "d" in segments[:-1] else (parse_qs(query).get("id") or [""])[0]
    if not re.fullmatch(r"[\w-]{10,}", identity):
        raise DatasetError(
            "This Google Drive link names no file.", reference, "Open the file, press Share and copy the link."
        )
    return _file(
        f"https://drive.usercontent.google.com/download?id={identity}&export=download&confirm=t",
        "link",
        "Google Drive file",
        page=reference,
    )


def _hugging_face(segments: list[str], reference: str) -> Link | None:
    if not segments or segments[0] != "datasets" or len(segments) < 3:
        return None
    owner, name, *rest = segments[1:]
    title = f"{owner}/{name}"
    if rest and rest[0] in ("blob", "resolve", "raw") and len(rest) > 2:
        path = "/".join(quote(part) for part in rest[1:])
        return _file(
            f"https://huggingface.co/datasets/{owner}/{name}/resolve/{path}",
            "link",
            title,
            page=reference,
            file_name=rest[-1],
            owner=owner,
            name=name,
        )
    ref, path = (rest[1], "/".join(rest[2:])) if len(rest) > 1 and rest[0] == "tree" else ("main", "")
    return Link(
        form="hugging face tree",
        kind="link",
        reference=reference,
        page=reference,
        title=title,
        owner=owner,
        name=name,
        ref=ref,
        path=path,
    )
