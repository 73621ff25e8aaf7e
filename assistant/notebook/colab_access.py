"""Whether a Colab link opens for somebody who is not signed in.

Colab itself is never asked: it answers every link with the same page. What is asked is where the notebook lies, and
only hosts that are named here, so that no link can send the server elsewhere.
"""

from __future__ import annotations

import json
import time
from urllib.parse import quote, urlsplit

import httpx

from assistant import wording
from assistant.errors import NotebookError
from assistant.findings import Finding, Level
from assistant.notebook.colab_links import ColabLink

_LARGEST = 20_000_000  # Colab opens no larger notebook
_SECONDS = 15.0
_SHARE = "In Colab press Share, choose “Anyone with the link”, and copy the link again."
_TRY_YOURSELF = "Open the link in a private window of your browser: it must show the notebook without signing in."
_SCHOOL_TRAP = "Sharing with everybody at your school is not enough: the course reads it from outside."


class _UnclearAnswerError(NotebookError):
    """The host gave no answer from which one can tell; the argument says what it gave."""


def check_open(link: ColabLink, client: httpx.Client, *, project: int | None = None) -> Finding:
    """Say whether a notebook is open to everybody with the link: fine, block (private or missing), or could not check.

    `client` must not follow redirects by itself. A host that does not answer, answers oddly or takes longer than
    fifteen seconds gives "could not check", which never blocks.
    """

    def finding(level: Level, what: str, evidence: str = "", fix: str = "") -> Finding:
        return Finding(level=level, what=what, evidence=evidence, fix=fix, step="colab", project=project)

    try:
        match link.kind:
            case "drive":
                state, content = _ask_drive(link.id, client)
            case "github":
                state, content = _ask(f"https://raw.githubusercontent.com/{quote(link.id)}", client)
            case "gist":
                user, gist_id, *name = link.id.split("/")
                tail = "".join(f"/{quote(part)}" for part in name)
                address = f"https://gist.githubusercontent.com/{quote(user)}/{quote(gist_id)}/raw{tail}"
                state, content = _ask(address, client)
            case _:
                raise _UnclearAnswerError("The notebook lies on a site that is not asked automatically.")
    except _UnclearAnswerError as answer:
        return finding(
            Level.UNCHECKED, "Whether the Colab link is open could not be checked.", str(answer), _TRY_YOURSELF
        )
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        reason = f"No answer came ({type(error).__name__})."
        return finding(Level.UNCHECKED, "Whether the Colab link is open could not be checked.", reason, _TRY_YOURSELF)
    if state == "private":
        return finding(Level.BLOCK, "The Colab link is private.", f"Drive asks to sign in. {_SCHOOL_TRAP}", _SHARE)
    if state == "missing":
        return finding(
            Level.BLOCK,
            "The Colab link leads nowhere.",
            "There is no such file, or it is not shared with everybody.",
            _SHARE,
        )
    if content is not None and not _is_notebook(content):
        return finding(
            Level.BLOCK,
            "The Colab link is open, but the file behind it is no notebook.",
            "What came is not the JSON of a Jupyter notebook.",
            "Copy the link of the notebook itself, not of its report or its dataset.",
        )
    return finding(Level.FINE, "The Colab link is open to everybody who has it.")


def _ask_drive(file_id: str, client: httpx.Client) -> tuple[str, bytes | None]:
    status, location, _ = _get(f"https://drive.google.com/uc?export=download&id={quote(file_id)}", client)
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
