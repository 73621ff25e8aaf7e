"""Whether a Colab link opens for somebody who is not signed in.

Colab itself is never asked: it answers every link with the same page. What is asked is where the notebook lies, and
only hosts that are named here, so that no link can send the server elsewhere.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import httpx

from assistant import wording
from assistant.errors import NotebookError
from assistant.findings import Finding, Level
from assistant.notebook.colab_links import ColabLink
from assistant.notebook.link_answer import (
    ExpectedNotebook,
    LinkAnswer,
    LinkState,
    gives_other_scores,
    is_empty,
    is_this_one,
)
from assistant.notebook.provenance import NotebookFile, read_notebook

_LARGEST = 20_000_000  # Colab opens no larger notebook
_SECONDS = 15.0
_SHARE = "In Colab press Share, choose “Anyone with the link”, and copy the link again."
_UPLOAD = "Download the notebook in the Colab step, upload it to Colab, and paste the link of that."
_TRY_YOURSELF = "Open the link in a private window of your browser: it must show the notebook without signing in."
_SCHOOL_TRAP = "Sharing with everybody at your school is not enough: the course reads it from outside."


class _UnclearAnswerError(NotebookError):
    """The host gave no answer from which one can tell; the argument says what it gave."""


def check_open(
    link: ColabLink, client: httpx.Client, *, project: int | None = None, expected: ExpectedNotebook | None = None
) -> LinkAnswer:
    """Say whether a notebook is open to everybody with the link, and whether it is the `expected` one.

    `client` must not follow redirects by itself. A host that does not answer, answers oddly or takes longer than
    fifteen seconds gives "could not check", which never blocks.
    """
    told = _Told(project)
    try:
        state, content = _look(link, client)
    except _UnclearAnswerError as answer:
        return told.unchecked(str(answer))
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        return told.unchecked(f"No answer came ({type(error).__name__}).")
    if state == "private":
        return told(LinkState.PRIVATE, "The Colab link is private.", f"Drive asks to sign in. {_SCHOOL_TRAP}", _SHARE)
    if state == "missing":
        why = "There is no such file, or it is not shared with everybody."
        return told(LinkState.MISSING, "The Colab link leads nowhere.", why, _SHARE)
    if content is None:
        if expected is None:
            return told(LinkState.OPEN, "The Colab link is open to everybody who has it.")
        what = "The Colab link is open; whether it is the notebook of this training could not be checked."
        return told(LinkState.UNCHECKED, what, "What is behind it did not come.", _TRY_YOURSELF)
    return _compared(content, expected, told)


def _look(link: ColabLink, client: httpx.Client) -> tuple[str, bytes | None]:
    """Return whether what is behind a link is open, private or missing, and its content where that came."""
    match link.kind:
        case "drive":
            return _ask_drive(link, client)
        case "github":
            return _ask(f"https://raw.githubusercontent.com/{quote(link.id)}", client)
        case "gist":
            user, gist_id, *name = link.id.split("/")
            tail = "".join(f"/{quote(part)}" for part in name)
            return _ask(f"https://gist.githubusercontent.com/{quote(user)}/{quote(gist_id)}/raw{tail}", client)
    raise _UnclearAnswerError("The notebook lies on a site that is not asked automatically.")


@dataclass(frozen=True)
class _Told:
    """Puts an answer about a project's link in words."""

    project: int | None

    def __call__(
        self, state: LinkState, what: str, evidence: str = "", fix: str = "", level: Level | None = None
    ) -> LinkAnswer:
        level = level or {LinkState.OPEN: Level.FINE, LinkState.UNCHECKED: Level.UNCHECKED}.get(state, Level.BLOCK)
        found = Finding(level=level, what=what, evidence=evidence, fix=fix, step="colab", project=self.project)
        return LinkAnswer(state=state, finding=found)

    def unchecked(self, why: str) -> LinkAnswer:
        return self(LinkState.UNCHECKED, "Whether the Colab link is open could not be checked.", why, _TRY_YOURSELF)


def _compared(content: bytes, expected: ExpectedNotebook | None, told: _Told) -> LinkAnswer:
    """Say whether what is behind an open link is a notebook, and the expected one."""
    if not _is_notebook(content):
        return told(
            LinkState.OTHER,
            "The Colab link is open, but the file behind it is no notebook.",
            "What came is not the JSON of a Jupyter notebook.",
            "Copy the link of the notebook itself, not of its report or its dataset.",
        )
    if expected is None:
        return told(LinkState.OPEN, "The Colab link is open to everybody who has it.")
    try:
        notebook = read_notebook(content)
    except NotebookError as error:
        what = "The Colab link is open; whether it is the notebook of this training could not be checked."
        return told(LinkState.UNCHECKED, what, error.evidence, _TRY_YOURSELF)
    if is_empty(notebook):
        what = "The Colab link leads to an empty notebook."
        return told(LinkState.OTHER, what, "There is no code in it.", _UPLOAD)
    match is_this_one(notebook, expected):
        case True:
            return _of_this_training(notebook, expected, told)
        case None:
            what = "The Colab link leads to a notebook that was not made here."
            why = "It names no training, and the report's scores are not in its code."
            return told(LinkState.OTHER, what, why, f"If it is not meant: {_UPLOAD}", Level.WARN)
    whose = expected.others.get(notebook.run_id or "")
    if whose is not None and whose.startswith("project"):
        what = f"The Colab link leads to the notebook of {whose}."
        return told(LinkState.OTHER, what, "The training that it names is that project's.", _UPLOAD)
    what = "The Colab link leads to a notebook of another training."
    why = "The training that it names is an earlier one of this project." if whose else "It names another training."
    return told(LinkState.OTHER_TRAINING, what, f"{why} Its scores are not the report's.", _UPLOAD)


def _of_this_training(notebook: NotebookFile, expected: ExpectedNotebook, told: _Told) -> LinkAnswer:
    if gives_other_scores(notebook, expected):
        return told(
            LinkState.OTHER_TRAINING,
            "The notebook behind the Colab link gives other scores than the report.",
            "They stand in its outputs, and are more than five per cent apart.",
            "Was something in it changed? Upload the notebook as it was made, run it, and share that.",
        )
    what = "The Colab link is open to everybody who has it, and leads to the notebook of this training."
    return told(LinkState.OPEN, what)


def _ask_drive(link: ColabLink, client: httpx.Client) -> tuple[str, bytes | None]:
    key = f"&resourcekey={quote(link.resource_key)}" if link.resource_key else ""
    status, location, _ = _get(f"https://drive.google.com/uc?export=download&id={quote(link.id)}{key}", client)
    if status == 404:
        return "missing", None
    host = _host_of(location)
    if status in (301, 302, 303, 307) and host == "accounts.google.com":
        return "private", None
    if status in (301, 302, 303, 307) and host == "drive.usercontent.google.com" and location.startswith("https://"):
        # Drive has said that the file is public; a look inside is a courtesy and may fail.
        try:
            status, _, content = _get(location, client)
        except (_UnclearAnswerError, httpx.HTTPError):
            return "open", None
        looks_like_page = content.lstrip()[:1] == b"<"  # Drive's own page of warning before a large file
        return "open", content if status == 200 and content and not looks_like_page else None
    raise _UnclearAnswerError(f"Drive answered with status {status}.")


def _host_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _ask(address: str, client: httpx.Client) -> tuple[str, bytes | None]:
    status, _, content = _get(address, client)
    if status == 404:
        return "missing", None
    if status != 200:
        raise _UnclearAnswerError(f"GitHub answered with status {status}.")
    return "open", content


def _get(address: str, client: httpx.Client) -> tuple[int, str, bytes]:
    """Return status, Location and body of one request, without following a redirect."""
    end = time.monotonic() + _SECONDS
    body = bytearray()
    headers = {"Accept-Encoding": "identity"}
    with client.stream("GET", address, headers=headers, follow_redirects=False, timeout=_SECONDS / 3) as response:
        if response.status_code == 200:
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise _UnclearAnswerError("The answer came packed, which was not asked for.")
            for block in response.iter_raw():
                body += block
                if len(body) > _LARGEST:
                    raise _UnclearAnswerError(f"The file is larger than {wording.size(_LARGEST)}.")
                if time.monotonic() > end:
                    raise _UnclearAnswerError(f"The answer took longer than {wording.span(_SECONDS)}.")
        return response.status_code, response.headers.get("Location", ""), bytes(body)


def _is_notebook(content: bytes) -> bool:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and "nbformat" in document and ("cells" in document or "worksheets" in document)
