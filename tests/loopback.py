"""A real HTTPS server on loopback that stands in for any host, for tests of downloads."""

from __future__ import annotations

import json
import ssl
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

from assistant.dataset.fetching.network import Network


@dataclass
class Request:
    method: str
    host: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None  # what Content-Length claims; -1 leaves it out
    pieces: Callable[[Any], None] | None = None  # writes the body by hand


Answer = Callable[[Request], Reply]


def json_reply(data: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(status=status, body=json.dumps(data).encode(), headers={"Content-Type": "application/json", **headers})


class Loopback:
    """The server: `pages` maps host and path (without the query) to what answers; `seen` lists what was asked for."""

    def __init__(self) -> None:
        self.pages: dict[tuple[str, str], Answer] = {}
        self.seen: list[Request] = []
        self._authority = trustme.CA()
        self._folder = tempfile.TemporaryDirectory(prefix="authority-")
        self._ca_file = Path(self._folder.name) / "ca.pem"
        self._authority.cert_pem.write_to_path(self._ca_file)
        self._certificates: dict[str, ssl.SSLContext] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer._answer(self)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                pass  # clients that hang up are part of the tests

        self._server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert("localhost").configure_cert(context)

        def pick(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            if name:
                if name not in self._certificates:
                    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    self._authority.issue_cert(name).configure_cert(own)
                    self._certificates[name] = own
                connection.context = self._certificates[name]

        context.sni_callback = pick  # type: ignore[assignment]
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def add(self, host: str, path: str, answer: Answer | bytes | Reply) -> None:
        reply = answer
        if isinstance(reply, bytes):
            self.pages[host, path] = lambda _: Reply(body=reply)
        elif isinstance(reply, Reply):
            self.pages[host, path] = lambda _: reply
        else:
            self.pages[host, path] = reply

    def network(self, *hosts: str, trusted: bool = True, **more: Any) -> Network:
        known = {host for host, _ in self.pages} | set(hosts)
        return Network(
            ca_file=self._ca_file if trusted else None,
            routes={(host, 443): ("127.0.0.1", self.port) for host in known},
            **more,
        )

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        host = (handler.headers.get("Host") or "").split(":")[0]
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length) if length else b""
        path = handler.path.split("?")[0]
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.seen.append(Request(handler.command, host, handler.path, headers, body))
        page = self.pages.get((host, path))
        reply = page(self.seen[-1]) if page else Reply(status=404, body=b"not here")
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if reply.length != -1:
            handler.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
        handler.send_header("Connection", "close")
        handler.end_headers()
        if reply.pieces:
            reply.pieces(handler.wfile)
        else:
            handler.wfile.write(reply.body)
        handler.close_connection = True
