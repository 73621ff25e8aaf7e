"""Who is asking: a signed cookie, set by middleware and read again by every handler."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import SimpleCookie

from itsdangerous import BadSignature, Signer
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import AssistantError
from assistant.submission.workspace import is_owner, new_owner

COOKIE = "assistant_student"
_YEAR = 365 * 24 * 3600


class UnknownStudentError(AssistantError):
    """A request came without a valid cookie."""

    def __init__(self) -> None:
        super().__init__(
            "This browser is not known here.",
            "Its cookie is missing or was changed.",
            "Reload the page; if it stays empty, allow cookies for this address.",
        )


class Identity:
    """Signs and reads the cookie that tells students apart."""

    def __init__(self, secret: str, *, embedded: bool) -> None:
        self._signer = Signer(secret, salt="assistant.student")
        self._embedded = embedded

    def read(self, cookies: Mapping[str, str]) -> str | None:
        """Return the identity in a request's cookies, or None when there is no valid one."""
        signed = cookies.get(COOKIE, "")
        try:
            owner = self._signer.unsign(signed).decode()
        except (BadSignature, UnicodeDecodeError):
            return None
        return owner if is_owner(owner) else None

    def require(self, cookies: Mapping[str, str]) -> str:
        """Return the identity in a request's cookies; raise UnknownStudentError when there is no valid one."""
        owner = self.read(cookies)
        if owner is None:
            raise UnknownStudentError
        return owner

    def header(self, owner: str) -> str:
        """Return the Set-Cookie header for an identity."""
        # Inside another site's frame (as on Hugging Face Spaces) a Lax cookie would never be sent.
        scope = "SameSite=None; Secure; Partitioned" if self._embedded else "SameSite=Lax"
        signed = self._signer.sign(owner.encode()).decode()
        return f"{COOKIE}={signed}; Path=/; Max-Age={_YEAR}; HttpOnly; {scope}"


class IdentityMiddleware:
    """Gives a browser that opens the page without a valid cookie a new identity."""

    def __init__(self, app: ASGIApp, identity: Identity) -> None:
        self._app = app
        self._identity = identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; on the page itself, see to the cookie."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in ("/", ""):
            await self._app(scope, receive, send)
            return
        cookies = cookies_of(scope)
        if self._identity.read(cookies) is not None:
            await self._app(scope, receive, send)
            return
        # The page is rendered for the new identity already, so its first events carry it.
        header = self._identity.header(new_owner())

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", header)
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def cookies_of(scope: Scope) -> dict[str, str]:
    """Return the cookies of an ASGI request."""
    cookie: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            cookie.load(value.decode("latin-1"))
    return {name: morsel.value for name, morsel in cookie.items()}
