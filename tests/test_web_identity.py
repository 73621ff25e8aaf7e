"""The cookie that tells students apart."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from assistant.submission.workspace import is_owner
from assistant.web.identity import COOKIE, Identity, IdentityMiddleware, UnknownStudentError


def client(identity: Identity) -> TestClient:
    app = Starlette(
        routes=[Route("/", lambda _: PlainTextResponse("page")), Route("/x", lambda _: PlainTextResponse("x"))]
    )
    app.add_middleware(IdentityMiddleware, identity=identity)
    return TestClient(app)


def test_a_browser_is_given_an_identity_once_and_keeps_it() -> None:
    identity = Identity("secret", embedded=False)
    browser = client(identity)
    first = browser.get("/")
    owner = identity.read({COOKIE: browser.cookies[COOKIE]})
    assert owner is not None
    assert is_owner(owner)
    assert "httponly" in first.headers["set-cookie"].lower()
    assert "set-cookie" not in browser.get("/").headers


def test_two_browsers_are_given_different_identities() -> None:
    identity = Identity("secret", embedded=False)
    assert client(identity).get("/").cookies[COOKIE] != client(identity).get("/").cookies[COOKIE]


@pytest.mark.parametrize("value", ["", "nonsense", "a" * 32, "../../x.sig", "0" * 32 + ".AAAA", "\x00"])
def test_a_cookie_that_was_not_signed_here_is_nobody(value: str) -> None:
    with pytest.raises(UnknownStudentError, match="not known"):
        Identity("secret", embedded=False).require({COOKIE: value})


def test_a_cookie_signed_with_another_secret_is_nobody() -> None:
    header = Identity("other", embedded=False).header("0" * 32)
    value = header.split(";")[0].partition("=")[2]
    assert Identity("other", embedded=False).read({COOKIE: value}) == "0" * 32
    assert Identity("secret", embedded=False).read({COOKIE: value}) is None


def test_inside_another_sites_frame_the_cookie_is_allowed_to_be_sent() -> None:
    header = Identity("secret", embedded=True).header("0" * 32)
    assert "SameSite=None; Secure; Partitioned" in header
