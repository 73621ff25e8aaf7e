"""Kaggle's own client with a session that knows only the credentials it is given.

The client is used at its lower layer (`kagglesdk`, which the `kaggle` package is built on): importing `kaggle` itself
prints, makes folders and looks for credentials of whoever runs the server. Here nothing is read from the environment
or the home folder, and every request goes over the same checked network as all other downloads.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import requests
from kagglesdk.kaggle_client import KaggleClient
from kagglesdk.kaggle_env import KaggleEnv
from kagglesdk.kaggle_http_client import KaggleHttpClient
from requests.adapters import BaseAdapter

from assistant.dataset.fetching.kaggle_credentials import KaggleCredentials
from assistant.dataset.fetching.network import Network, open_url
from assistant.errors import DatasetError


def make_client(network: Network, credentials: KaggleCredentials | None, deadline: float) -> KaggleClient:
    """Return Kaggle's client with the credentials given and nothing else; `deadline` is of the monotonic clock."""
    client = KaggleClient(env=KaggleEnv.PROD)
    http = _HttpClient(network, credentials, deadline)
    client.datasets = KaggleClient.Datasets(http)
    client.competitions = KaggleClient.Competitions(http)
    return client


class _HttpClient(KaggleHttpClient):  # type: ignore[misc]
    """Kaggle's client with a session of its own: given credentials alone, no proxies, no files of the host."""

    def __init__(self, network: Network, credentials: KaggleCredentials | None, deadline: float) -> None:
        super().__init__(env=KaggleEnv.PROD, user_agent="submission-assistant")
        self._session: requests.Session | None = None
        self._own_credentials = credentials
        self._adapter = _NetworkAdapter(network, deadline)

    def _init_session(self) -> requests.Session:
        kept: requests.Session | None = self._session
        if kept is None:
            session = _Session()
            session.trust_env = False
            session.mount("https://", self._adapter)
            session.mount("http://", self._adapter)
            session.headers.update({"User-Agent": self._user_agent, "Content-Type": "application/json"})
            if self._own_credentials is not None:
                session.auth = self._auth(self._own_credentials)
            self._session = kept = session
        return kept

    def _auth(self, credentials: KaggleCredentials) -> Any:
        if credentials.token is not None:
            return KaggleHttpClient.BearerAuth(credentials.token.get_secret_value())
        key = credentials.key.get_secret_value() if credentials.key else ""
        return credentials.username, key


class _Session(requests.Session):
    """A session that follows no redirect by itself."""

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[requests.Response]:
        """Follow none: where the files lie is asked for without the credentials."""
        return iter(())


class _NetworkAdapter(BaseAdapter):
    """Sends requests over the checked network."""

    def __init__(self, network: Network, deadline: float) -> None:
        super().__init__()
        self._network = network
        self._deadline = deadline

    def send(self, request: requests.PreparedRequest, stream: bool = False, *_: Any, **__: Any) -> requests.Response:
        """Send one request and return its response, the body still to be read."""
        stack = ExitStack()
        content = request.body.encode() if isinstance(request.body, str) else request.body
        headers = {
            str(name): str(value)
            for name, value in request.headers.items()
            if str(name).lower() not in ("connection", "accept-encoding", "content-length", "host")
        }
        answer = stack.enter_context(
            open_url(
                self._network,
                request.url or "",
                deadline=self._deadline,
                secret_headers=headers,
                method=request.method or "POST",
                content=content if isinstance(content, bytes) else None,
                follow=False,
            )
        )
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        if "location" in answer.headers:
            # Kaggle marks redirects as JSON and sends nothing, which its client would take for a broken answer.
            response.headers.pop("content-type", None)
        response.url = answer.url
        response.request = request
        response.encoding = requests.utils.get_encoding_from_headers(response.headers)
        response.raw = _Body(answer.chunks, stack)
        if not stream:
            response.raw.limit(20_000_000)
        return response

    def close(self) -> None:
        """Close nothing: each request closes its own connection."""


class _Body(io.RawIOBase):
    """A response's body as a file to read from; closing it closes the connection."""

    def __init__(self, chunks: Iterator[bytes], stack: ExitStack) -> None:
        self._chunks = chunks
        self._stack = stack
        self._rest = b""
        self._left: int | None = None

    def limit(self, most: int) -> None:
        """Refuse a body longer than `most` bytes."""
        self._left = most

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1, **_: Any) -> bytes:
        """Return what has arrived, at most `size` bytes."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(1 << 16), b""))
        if not self._rest:
            self._rest = next(self._chunks, b"")
            if self._left is not None:
                self._left -= len(self._rest)
                if self._left < 0:
                    raise DatasetError(
                        "Kaggle's answer is too long.", "More than 20 MB of text came.", "Try again later."
                    )
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def close(self) -> None:
        """Close the connection."""
        if not self.closed:
            self._stack.close()
        super().close()
