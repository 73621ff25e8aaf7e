"""A mail server on loopback that fails in a given way at a given stage of one conversation after the other."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import trustme
from pydantic import SecretStr

from assistant.settings import MailAccount

# What a client says, in its order; "middle" is within the mail, before its end, and "dot" is its end.
STAGES = ("greeting", "ehlo", "auth", "mail", "rcpt", "data", "middle", "dot", "quit")
HANGS_UP, SILENT, GARBAGE = "hangs up", "is silent", "speaks another protocol"
_USUAL = {
    "greeting": "220 localhost ESMTP", "ehlo": "250-localhost\r\n250 AUTH PLAIN LOGIN", "auth": "235 2.7.0 Ok",
    "mail": "250 2.1.0 Ok", "rcpt": "250 2.1.5 Ok", "data": "354 End with a dot", "dot": "250 2.0.0 Ok: queued",
    "quit": "221 2.0.0 Bye",
}  # fmt: skip
_STAGE_OF = {b"EHLO": "ehlo", b"HELO": "ehlo", b"AUTH": "auth", b"MAIL": "mail", b"RCPT": "rcpt", b"DATA": "data"}


@dataclass
class FaultyServer:
    """One server: at `stage` it does what `fault` says, which is one of the three above or a reply."""

    stage: str = ""
    fault: str = ""
    port: int = 0
    ca_file: Path = Path()
    copies: int = 0  # mails whose end came
    _open: list[socket.socket] = field(default_factory=list)

    def account(self, **changes: object) -> MailAccount:
        """Return an account there."""
        values = {
            "host": "localhost", "port": self.port, "security": "ssl", "user": "asha@example.org",
            "password": SecretStr("secret"), "ca_file": self.ca_file,
        }  # fmt: skip
        return MailAccount(**(values | changes))

    def converse(self, line: socket.socket) -> None:
        """Hold one conversation."""
        stream = line.makefile("rb")
        if not self._answer(line, "greeting"):
            return
        while command := stream.readline():
            stage = _STAGE_OF.get(command[:4].upper(), "quit")
            if not self._answer(line, stage) or stage == "quit":
                return
            if stage == "data" and not self._take(line, stream):
                return

    def _take(self, line: socket.socket, stream: BinaryIO) -> bool:
        if self.stage == "data":  # it said something else than 354, and the client goes on with that
            return True
        if self.stage == "middle":
            return self._answer(line, "middle")
        while stream.readline() != b".\r\n":
            pass
        self.copies += 1
        return self._answer(line, "dot")

    def _answer(self, line: socket.socket, stage: str) -> bool:
        """Say what belongs to a stage; False when the conversation is over."""
        if stage != self.stage:
            line.sendall(f"{_USUAL[stage]}\r\n".encode())
            return True
        if self.fault == SILENT:
            self._open.append(line)
            while line.recv(65536):
                pass
            return False
        if self.fault != HANGS_UP:
            line.sendall((b"SSH-2.0-OpenSSH_9.2" if self.fault == GARBAGE else self.fault.encode()) + b"\r\n")
        # A server that speaks in the middle of a mail then closes the line.
        return self.fault != HANGS_UP and stage != "middle"


@contextmanager
def faulty_server(folder: Path, *, expired: bool = False) -> Iterator[FaultyServer]:
    """Run a server with TLS from the start until the block ends; its faults can be set anew for each conversation."""
    authority = trustme.CA()
    server = FaultyServer(ca_file=folder / "faulty-authority.pem")
    authority.cert_pem.write_to_path(str(server.ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    until = (
        {"not_after": datetime(2020, 1, 1, tzinfo=UTC), "not_before": datetime(2019, 1, 1, tzinfo=UTC)}
        if expired
        else {}
    )
    authority.issue_cert("localhost", **until).configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            plain.settimeout(20)
            with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as line:
                server.converse(line)

    thread = threading.Thread(target=serve, name="faulty mail server")
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
