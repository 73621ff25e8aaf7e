from __future__ import annotations

import json

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.errors import NotebookError
from assistant.findings import Level
from assistant.notebook.colab_access import check_open
from assistant.notebook.colab_links import check_colab_link, twin_links

ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz012345"
OTHER_ID = "1ZZZdEfGhIjKlMnOpQrStUvWxYz012345"
GIST = "0123456789abcdef0123456789abcdef"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HOST = "https://colab.research.google.com"
DRIVE = f"{HOST}/drive/{ID}"
GITHUB = f"{HOST}/github/asha/work/blob/main/a/b.ipynb"


@pytest.mark.parametrize(
    ("text", "kind", "url"),
    [
        (DRIVE, "drive", DRIVE),
        (f"  <{DRIVE}?usp=sharing>\n", "drive", DRIVE),
        (f"{DRIVE}?authuser=1#scrollTo=abc", "drive", DRIVE),
        (f"{DRIVE}/", "drive", DRIVE),
        (f"HTTPS://Colab.Research.Google.com/drive/{ID}", "drive", DRIVE),
        (f"colab.research.google.com/drive/{ID}", "drive", DRIVE),
        (f"{HOST}:443/drive/{ID}", "drive", DRIVE),
        (f"{HOST}/#fileId={ID}", "drive", DRIVE),
        (f"{HOST}/notebook#fileId={ID}&offline=true", "drive", DRIVE),
        (f"https://drive.google.com/file/d/{ID}/view?usp=sharing", "drive", DRIVE),
        (f"https://drive.google.com/file/u/1/d/{ID}/view", "drive", DRIVE),
        (f"https://drive.google.com/open?id={ID}", "drive", DRIVE),
        (GITHUB, "github", GITHUB),
        ("https://github.com/asha/work/blob/main/a/b.ipynb", "github", GITHUB),
        ("https://github.com/asha/work/blob/main/a/b.ipynb?raw=true#L3", "github", GITHUB),
        ("https://raw.githubusercontent.com/asha/work/main/a/b.ipynb", "github", GITHUB),
        ("https://raw.githubusercontent.com/asha/work/refs/heads/main/a/b.ipynb", "github", GITHUB),
        (f"{HOST}/#fileId=https%3A//github.com/asha/work/blob/main/a/b.ipynb", "github", GITHUB),
        (
            "https://github.com/asha/work/blob/main/my%20work/b.ipynb",
            "github",
            f"{HOST}/github/asha/work/blob/main/my%20work/b.ipynb",
        ),
        (f"{HOST}/gist/asha/{GIST}", "gist", f"{HOST}/gist/asha/{GIST}"),
        (f"{HOST}/gist/asha/{GIST}/b.ipynb#scrollTo=x", "gist", f"{HOST}/gist/asha/{GIST}/b.ipynb"),
        (f"https://gist.github.com/asha/{GIST}", "gist", f"{HOST}/gist/asha/{GIST}"),
        (
            f"{HOST}/#fileId=https%3A//huggingface.co/asha/work/resolve/main/b.ipynb",
            "web",
            f"{HOST}/#fileId=https%3A%2F%2Fhuggingface.co%2Fasha%2Fwork%2Fresolve%2Fmain%2Fb.ipynb",
        ),
    ],
)
def test_a_link_to_a_notebook_becomes_canonical(text: str, kind: str, url: str) -> None:
    link = check_colab_link(text)
    assert (link.kind, link.url) == (kind, url)
    assert check_colab_link(link.url) == link


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no Colab link yet"),
        ("   ", "no Colab link yet"),
        ("hello", "not a link"),
        ("my notebook", "not a single link"),
        (f"{DRIVE} and {HOST}/drive/{OTHER_ID}", "several notebooks"),
        ("https://[", "not a link"),
        ("https://colab.research.google.com:99999/", "not a link"),
        ("http://example.org/b.ipynb", "not encrypted"),
        ("javascript:alert(1)//colab.research.google.com", "not a link"),
        ("ftp://colab.research.google.com/drive/x", "not a link to a page"),
        (f"{HOST}", "home page"),
        (f"{HOST}/", "home page"),
        (f"{HOST}/?authuser=0#", "home page"),
        (f"{HOST}/#create=true", "new, empty notebook"),
        (f"{HOST}/notebook#create=true&language=python3", "new, empty notebook"),
        (f"{HOST}/notebooks/intro.ipynb", "Colab's own notebooks"),
        (f"{HOST}/notebooks/welcome.ipynb#recent=true", "Colab's own notebooks"),
        (f"{HOST}/signup", "page about Colab"),
        (f"{HOST}/drive/", "names no notebook"),
        (f"{HOST}/drive/1AbC…345", "cut off or mistyped"),
        (f"{HOST}/drive/1AbC", "cut off or mistyped"),
        (f"{HOST}/nonsense/x", "names no notebook"),
        (f"{HOST}/github/asha/work", "repository and no notebook"),
        (f"{HOST}/github/asha/work/", "repository and no notebook"),
        (f"{HOST}/github/asha/work/blob/main/readme.md", "no notebook"),
        (f"{HOST}/github/asha/work/blob/main/../../x.ipynb", "path cannot be read"),
        (f"{HOST}/github/asha/work/blob/main/a%2Fb.ipynb", "path cannot be read"),
        (f"{HOST}/github/asha/work/blob/main/a%0ab.ipynb", "path cannot be read"),
        (f"{HOST}/github/as%20ha/work/blob/main/b.ipynb", "no such repository"),
        (f"{HOST}/gist/asha/nothex", "names no gist"),
        ("https://github.com/asha/work", "repository and no notebook"),
        ("https://github.com/asha", "names no notebook on GitHub"),
        ("https://github.com/asha/work/tree/main/a", "folder on GitHub"),
        ("https://gist.github.com/asha", "names no gist"),
        ("https://drive.google.com/drive/folders/1AbCdEfGhIjKlMnOpQrStUvWxYz012345", "folder on Drive"),
        ("https://drive.google.com/drive/my-drive", "folder on Drive"),
        ("https://drive.google.com/", "page of Google Drive"),
        ("https://docs.google.com/document/d/abc/edit", "document and no notebook"),
        ("https://colab.google/", "page about Colab"),
        (f"https://colab.research.google.com.evil.example/drive/{ID}", "only looks like"),
        (f"https://colab-research.google.com/drive/{ID}", "only looks like"),
        (f"https://colab.research.goog1e.com/drive/{ID}", "only looks like"),
        (f"https://cоlab.research.google.com/drive/{ID}", "only looks like"),  # the first o is Cyrillic
        (f"https://colab.research.google.com@evil.example/drive/{ID}", "hides where it leads"),
        (f"https://colab.research.google.com:8443/drive/{ID}", "names port 8443"),
        ("https://www.kaggle.com/code/asha/work", "Kaggle"),
        ("https://localhost:8888/notebooks/b.ipynb", "port 8888"),
        ("https://localhost/notebooks/b.ipynb", "own computer only"),
        ("https://example.org/b.ipynb", "does not lead to Colab"),
        (f"{HOST}/#fileId=https%3A//example.org/page.html", "does not end in .ipynb"),
        (f"{HOST}/#fileId={HOST}/%23fileId%3D{HOST}", "from Colab to Colab"),
        (f"{HOST}/#fileId=http%3A//example.org/b.ipynb", "not encrypted"),
        (f"https://example.org/{'a' * 3000}", "too long"),
    ],
)
def test_what_is_no_link_to_a_notebook_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(NotebookError) as caught:
        check_colab_link(text)
    assert reason in str(caught.value)
    assert caught.value.fix


@given(st.text() | st.from_regex(r"https://colab\.research\.google\.com/[\x00-\uffff]{0,60}", fullmatch=True))
@example("https://colab.research.google.com/#fileId=https://colab.research.google.com.evil.example/a.ipynb")
@example("https://colab.research.google.com/drive//%00")
def test_any_text_is_a_link_or_refused_in_words(text: str) -> None:
    link = None
    try:
        link = check_colab_link(text)
    except NotebookError as error:
        refusal = error
    if link is None:
        assert refusal.what
        assert refusal.fix
    else:
        assert link.url.startswith(f"{HOST}/")
        assert link.url.isascii()
        assert not set(link.url) & set(" \t\r\n<>\"'\\")
        assert check_colab_link(link.url) == link


ON_GITHUB = "https://github.com/asha/work"
A_GIST = f"{HOST}/gist/asha/{GIST}"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (DRIVE, DRIVE),
        (DRIVE, f"  <{DRIVE}?usp=sharing>\n"),
        (DRIVE, f"{DRIVE}#scrollTo=3Q1x&uniqifier=1"),
        (DRIVE, f"{DRIVE}?authuser=1&resourcekey=0-abc"),
        (DRIVE, f"{HOST}/u/0/drive/{ID}"),
        (DRIVE, f"http://colab.research.google.com/drive/{ID}"),
        (DRIVE, f"colab.research.google.com/drive/{ID}/"),
        (DRIVE, f"HTTPS://COLAB.research.google.com:443/drive/{ID}"),
        (DRIVE, f"{HOST}/#fileId={ID}"),
        (DRIVE, f"{HOST}/#fileId=https%3A//drive.google.com/open%3Fid%3D{ID}"),
        (DRIVE, f"{HOST}/#fileId=http%3A//drive.google.com/open%3Fid%3D{ID}"),
        (DRIVE, f"https://drive.google.com/file/d/{ID}/view?usp=drive_link"),
        (DRIVE, f"https://drive.google.com/file/u/2/d/{ID}/edit"),
        (DRIVE, f"https://drive.google.com/u/0/open?id={ID}"),
        (DRIVE, f"https://drive.google.com/a/college.example/file/d/{ID}/view"),
        (DRIVE, f"http://drive.google.com/open?usp=sharing&id={ID}"),
        (DRIVE, f"https://drive.google.com/uc?export=download&id={ID}"),
        (GITHUB, f"{ON_GITHUB}/blob/main/a/b.ipynb"),
        (GITHUB, f"{ON_GITHUB}/raw/main/a/b.ipynb"),
        (GITHUB, f"{ON_GITHUB}/raw/refs/heads/main/a/b.ipynb"),
        (GITHUB, f"{ON_GITHUB}/blob/HEAD/a/b.ipynb"),
        (GITHUB, f"{ON_GITHUB}/blob/{COMMIT}/a/b.ipynb"),
        (GITHUB, "https://GitHub.com/Asha/Work/blob/main/a/b.ipynb?plain=1#L3"),
        (GITHUB, "https://raw.githubusercontent.com/asha/work/refs/heads/main/a/b.ipynb"),
        (GITHUB, f"{HOST}/#fileId=https%3A//raw.githubusercontent.com/asha/work/main/a/b.ipynb"),
        (f"{HOST}/github/asha/work/blob/main/my%20work.ipynb", f"{ON_GITHUB}/blob/main/%6Dy%20work.ipynb"),
        (A_GIST, f"{A_GIST}/a.ipynb"),
        (A_GIST, f"https://gist.github.com/Asha/{GIST}"),
        (f"{A_GIST}/a.ipynb", f"https://gist.githubusercontent.com/asha/{GIST}/raw/{COMMIT}/a.ipynb"),
        (
            f"{HOST}/#fileId=https%3A//huggingface.co/asha/work/resolve/main/b.ipynb",
            f"{HOST}/#fileId=https://HuggingFace.co/asha/work/resolve/main/b.ipynb",
        ),
    ],
)
def test_two_links_to_the_same_notebook_are_recognised_in_whatever_form(first: str, second: str) -> None:
    assert twin_links([first, second]) == twin_links([second, first]) == ((0, 1),)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", ""),
        ("not a link", "not a link"),
        (f"{HOST}/", f"{HOST}/"),
        (DRIVE, ""),
        (DRIVE, f"{HOST}/drive/{OTHER_ID}"),
        (DRIVE, DRIVE.lower()),  # the ids of Drive tell capital from small letters
        (DRIVE, f"{HOST}/#fileId={OTHER_ID}"),
        (DRIVE, GITHUB),
        (GITHUB, f"{ON_GITHUB}/blob/main/a/c.ipynb"),
        (GITHUB, f"{ON_GITHUB}/blob/main/a/B.ipynb"),
        (GITHUB, f"{ON_GITHUB}/blob/other/a/b.ipynb"),
        (GITHUB, f"{ON_GITHUB}-2/blob/main/a/b.ipynb"),
        (f"{A_GIST}/b.ipynb", f"{A_GIST}/a.ipynb"),
    ],
)
def test_links_to_two_notebooks_or_to_none_are_no_twins(first: str, second: str) -> None:
    assert twin_links([first, second]) == ()


def test_every_pair_of_twins_is_told_by_its_places() -> None:
    links = [DRIVE, "", GITHUB, f"{DRIVE}?usp=sharing", f"{ON_GITHUB}/blob/main/a/b.ipynb", f"{HOST}/#fileId={ID}"]
    assert twin_links(links) == ((0, 3), (0, 5), (2, 4), (3, 5))


# Whether it is open

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def answering(*answers: httpx.Response | Exception) -> tuple[httpx.Client, list[httpx.Request]]:
    """Return a client whose network gives these answers in turn, and the list of what it was asked."""
    asked: list[httpx.Request] = []
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    return httpx.Client(transport=httpx.MockTransport(answer)), asked


def body(content: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    """Return an answer whose content still has to come over the line."""
    return httpx.Response(200, content=iter([content]), headers=headers)


def redirect(to: str, status: int = 303) -> httpx.Response:
    return httpx.Response(status, headers={"Location": to})


PUBLIC = redirect(f"https://drive.usercontent.google.com/download?id={ID}")


@pytest.mark.parametrize(
    ("link", "answers", "level", "sentence"),
    [
        (DRIVE, [PUBLIC, body(NOTEBOOK)], Level.FINE, "open to everybody"),
        (DRIVE, [PUBLIC, body(b"%PDF-1.4")], Level.BLOCK, "no notebook"),
        (DRIVE, [PUBLIC, body(b"<html>large</html>")], Level.FINE, "open to everybody"),
        (DRIVE, [PUBLIC, httpx.ConnectError("no")], Level.FINE, "open to everybody"),
        (DRIVE, [PUBLIC, httpx.Response(500)], Level.FINE, "open to everybody"),
        (DRIVE, [redirect("https://accounts.google.com/ServiceLogin", 302)], Level.BLOCK, "is private"),
        (DRIVE, [httpx.Response(404)], Level.BLOCK, "leads nowhere"),
        (DRIVE, [httpx.Response(429)], Level.UNCHECKED, "could not be checked"),
        (DRIVE, [redirect("https://www.google.com/sorry/index")], Level.UNCHECKED, "could not be checked"),
        (DRIVE, [redirect("http://[")], Level.UNCHECKED, "could not be checked"),
        (DRIVE, [httpx.ConnectTimeout("slow")], Level.UNCHECKED, "could not be checked"),
        (GITHUB, [body(NOTEBOOK)], Level.FINE, "open to everybody"),
        (GITHUB, [httpx.Response(404)], Level.BLOCK, "leads nowhere"),
        (GITHUB, [body(b"[1, 2")], Level.BLOCK, "no notebook"),
        (GITHUB, [httpx.Response(503)], Level.UNCHECKED, "could not be checked"),
        (GITHUB, [redirect("https://evil.example/")], Level.UNCHECKED, "could not be checked"),
        (f"{HOST}/gist/asha/{GIST}", [body(NOTEBOOK)], Level.FINE, "open to everybody"),
        (f"{HOST}/#fileId=https%3A//example.org/b.ipynb", [], Level.UNCHECKED, "could not be checked"),
    ],
)
def test_a_link_is_open_private_or_unknown(link: str, answers: list, level: Level, sentence: str) -> None:
    client, asked = answering(*answers)
    finding = check_open(check_colab_link(link), client, project=2).finding
    assert finding.level is level
    assert sentence in finding.what
    assert (finding.step, finding.project) == ("colab", 2)
    assert len(asked) == len(answers)
    hosts = {
        "drive.google.com",
        "drive.usercontent.google.com",
        "raw.githubusercontent.com",
        "gist.githubusercontent.com",
    }
    assert {request.url.host for request in asked} <= hosts


def test_a_file_that_never_ends_is_given_up() -> None:
    def endless():
        while True:
            yield b"x" * 1_000_000

    client, _ = answering(httpx.Response(200, content=endless()))
    finding = check_open(check_colab_link(GITHUB), client).finding
    assert finding.level is Level.UNCHECKED
    assert "larger than 20 MB" in finding.evidence


def test_a_packed_answer_is_not_unpacked() -> None:
    import gzip

    packed = body(gzip.compress(b"0" * 100_000), {"Content-Encoding": "gzip"})
    client, _ = answering(packed)
    assert check_open(check_colab_link(GITHUB), client).finding.level is Level.UNCHECKED
