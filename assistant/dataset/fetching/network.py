"""The network as downloads use it: https to public addresses only, whichever name or redirect leads there."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpcore
import httpx

from assistant import wording
from assistant.dataset.fetching.shared_address import public_address
from assistant.errors import DatasetError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Iterable[str]]

_AGENT = "submission-assistant"
_REDIRECTS = 8
_PATIENCE = 20.0  # seconds without a byte
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of a host by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(text: str) -> bool:
    """Tell whether an IP address is one of the open internet, also where it wraps another address."""
    try:
        address: Address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True)
class Network:
    """How names are resolved, which certificates are trusted, and what beside public addresses may be reached.

    `routes` sends a host and port to another address that is then not checked; a host uses it for a mirror of its own.
    """

    resolver: Resolver = resolve
    ca_file: Path | None = None  # certificates to trust beside the system's
    routes: Mapping[tuple[str, int], tuple[str, int]] = field(default_factory=dict)

    def addresses(self, host: str, port: int) -> tuple[tuple[str, int], ...]:
        """Return where to connect to for a host; raise DatasetError when it is unknown or any address is not public."""
        if (host.lower(), port) in self.routes:
            return (self.routes[host.lower(), port],)
        try:
            found = tuple(self.resolver(host, port))
        except (OSError, UnicodeError) as error:
            raise DatasetError(
                f"The server {host} was not found.", f"{error}.", "Check the link, and whether this computer is online."
            ) from error
        if not found or not all(map(is_public, found)):
            raise DatasetError(
                "This link does not lead to the open internet.",
                f"{host} stands for {', '.join(found) or 'no address'}.",
                "Use a public https link, or download the file and upload it.",
            )
        return tuple((address, port) for address in found)


@dataclass(frozen=True)
class Answer:
    """A server's answer: where it came from after redirects, its status and headers, and its bytes as they arrive."""

    url: str
    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes] = field(repr=False)


def check_address(url: str) -> httpx.URL:
    """Return a checked https address; raise DatasetError when it is something else."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise DatasetError(
            "This is not a web address.", f"{public_address(url)[:200]}: {error}.", "Copy the link from the browser."
        ) from error
    if parsed.scheme != "https" or not parsed.host:
        raise DatasetError(
            "Only https links are fetched.",
            f"The link starts with {parsed.scheme or 'nothing'}://.",
            "Use the https address.",
        )
    if parsed.userinfo:
        raise DatasetError("A link must not hold a user name or password.", parsed.host, "Use the plain https address.")
    return parsed


@contextmanager
def open_url(
    network: Network,
    url: str,
    *,
    deadline: float,
    headers: Mapping[str, str] | None = None,
    secret_headers: Mapping[str, str] | None = None,
    method: str = "GET",
    content: bytes | None = None,
    follow: bool = True,
) -> Iterator[Answer]:
    """Ask for an address and follow its redirects, each checked like the first.

    `deadline` is in `time.monotonic()` seconds and holds for everything. `secret_headers` are sent to the first host
    only; without `follow` a redirect is an answer like any other. Raises DatasetError when the server cannot be
    reached, in time and safely.
    """
    context = ssl.create_default_context()
    if network.ca_file is not None:
        context.load_verify_locations(network.ca_file)
    with httpcore.ConnectionPool(ssl_context=context, network_backend=_Backend(network, deadline), http2=False) as pool:
        first = check_address(url)
        current = first
        for _ in range(_REDIRECTS + 1):
            own = {"User-Agent": _AGENT, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
            same_host = (current.host, current.port) == (first.host, first.port)
            sent = {**own, **(headers or {}), **((secret_headers or {}) if same_host else {})}
            host = current.netloc.decode("ascii")
            try:
                with pool.stream(
                    method,
                    httpcore.URL(scheme=b"https", host=current.raw_host, port=current.port, target=current.raw_path),
                    headers=[("Host", host), *sent.items()],
                    content=content,
                    extensions={
                        "timeout": {"connect": _PATIENCE, "read": _PATIENCE, "write": _PATIENCE, "pool": _PATIENCE}
                    },
                ) as response:
                    fields = _fields(response.headers)
                    if follow and response.status in (301, 302, 303, 307, 308) and "location" in fields:
                        current = check_address(_joined(str(current), fields["location"]))
                        if response.status == 303 or method != "GET":
                            method, content = "GET", None
                        continue
                    yield Answer(str(current), response.status, fields, _chunks(response, current.host))
                    return
            except (
                httpcore.NetworkError,
                httpcore.TimeoutException,
                httpcore.ProtocolError,
                httpcore.ProxyError,
                OSError,
            ) as error:
                raise _unreachable(current.host, error) from error
        raise DatasetError(
            "The link leads from one address to the next without end.",
            public_address(str(first)),
            "Use the final address.",
        )


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return location  # which the check then refuses with its reason


def read_all(answer: Answer, most: int) -> bytes:
    """Return an answer's whole body; raise DatasetError when it is longer than `most` bytes."""
    data = bytearray()
    for chunk in answer.chunks:
        data += chunk
        if len(data) > most:
            raise DatasetError(
                "The server's answer is too long.",
                f"{public_address(answer.url)} sent more than {wording.size(most)}.",
                "Try again later.",
            )
    return bytes(data)


def _fields(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1").strip() for name, value in headers}


def _chunks(response: httpcore.Response, host: str) -> Iterator[bytes]:
    try:
        yield from response.iter_stream()
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
        raise _unreachable(host, error) from error


class Interrupted(DatasetError):  # noqa: N818 - named for what happened
    """The connection ended before everything had arrived; another try may go on from there."""


def _unreachable(host: str, error: Exception) -> DatasetError:
    if isinstance(error, _Late):
        return DatasetError(
            "The download took too long.",
            f"{host} did not send everything in time.",
            "Try again, or download the file and upload it.",
        )
    reason = str(error) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in reason or isinstance(error, ssl.SSLError):
        return DatasetError(
            "The server's certificate is not valid.",
            f"{host}: {reason}.",
            "Use another link, or download the file and upload it.",
        )
    if isinstance(error, httpcore.TimeoutException):
        return Interrupted(
            "The server does not answer.", f"{host} was silent for {wording.span(_PATIENCE)}.", "Try again later."
        )
    return Interrupted(
        "The connection failed.", f"{host}: {reason}.", "Check whether this computer is online and try again."
    )


class _Late(httpcore.TimeoutException):
    """The deadline has passed."""


class _Backend(httpcore.SyncBackend):
    """Connects to checked addresses only: what was checked is what is connected to, so no second look-up can differ."""

    def __init__(self, network: Network, deadline: float) -> None:
        self._network = network
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first checked address of a host that answers."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address, number in self._network.addresses(host, port):
            try:
                left = _left(self._deadline, timeout)
                return _Stream(
                    super().connect_tcp(address, number, left, local_address, socket_options), self._deadline
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as error:
                failure = error
        raise failure

    def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """Refuse: files on the host are not the internet."""
        raise httpcore.ConnectError(f"{path} is not on the internet")


class _Stream(httpcore.NetworkStream):
    """A connection that never waits past the deadline, not even for one byte at a time."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has arrived."""
        data: bytes = self._in_time(lambda left: self._inner.read(max_bytes, left), timeout)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        self._in_time(lambda left: self._inner.write(buffer, left), timeout)

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Encrypt the connection, for the name that was asked for."""
        return _Stream(
            self._in_time(lambda left: self._inner.start_tls(ssl_context, server_hostname, left), timeout),
            self._deadline,
        )

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection tells of itself."""
        return self._inner.get_extra_info(info)

    def _in_time(self, act: Callable[[float], Any], timeout: float | None) -> Any:
        left = _left(self._deadline, timeout)
        try:
            return act(left)
        except httpcore.TimeoutException as error:
            if time.monotonic() >= self._deadline - 0.01:
                raise _Late("deadline") from error
            raise


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise _Late("deadline")
    return left if timeout is None else min(left, timeout)
