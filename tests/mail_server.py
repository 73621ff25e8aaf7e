"""A real mail server on loopback, with TLS by a certificate authority of its own, a login, and moods for the tests."""

from __future__ import annotations

import asyncio
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from pydantic import SecretStr

from assistant.settings import MailAccount

with warnings.catch_warnings():
    # The library still uses what newer Pythons call deprecated; that is its own affair, not this project's.
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="aiosmtpd")
    from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "asha@example.org", "correct horse battery staple"
ACCEPTED = "250 2.0.0 Ok: queued as 4F2A91"


@dataclass
class Mailbox:
    """What the server took, and how it behaves; `drops` cuts the line in place of the answer to the mail."""

    mails: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    sender_reply: str | None = None
    data_reply: str = ACCEPTED
    login_reply: str | None = None
    drops: bool = False
    took_one: threading.Event = field(default_factory=threading.Event)
    stays_silent: bool = False
    waits: threading.Event | None = None  # for this, before it answers
    said_farewell: threading.Event = field(default_factory=threading.Event)
    hangs_at_quit: bool = False

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=default) for _, content in self.mails]  # type: ignore[misc]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands.append(f"MAIL {address} {' '.join(options)}".strip())
        if self.sender_reply:
            return self.sender_reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.commands.append(f"RCPT {address}")
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return self.answers.get(address, "250 2.1.5 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data_reply.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.mails.append((tuple(envelope.rcpt_tos), envelope.content))
        self.took_one.set()
        if self.drops:
            server.transport.abort()
        if self.waits is not None:
            await asyncio.to_thread(self.waits.wait, 30)
        if self.stays_silent:
            await server.loop.create_future()
        return self.data_reply

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.said_farewell.set()
        if self.hangs_at_quit:
            await server.loop.create_future()
        return "221 Bye"

    def login(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        if self.login_reply:
            return AuthResult(success=False, handled=False, message=self.login_reply)
        return AuthResult(success=data.login.decode() == USER and data.password.decode() == PASSWORD, handled=False)


@dataclass(frozen=True)
class Running:
    """A running server: its mailbox and how to reach it."""

    mailbox: Mailbox
    port: int
    security: str
    ca_file: Path

    def account(self, **changes: Any) -> MailAccount:
        values: dict[str, Any] = {
            "host": "localhost",
            "port": self.port,
            "security": self.security,
            "user": USER,
            "password": SecretStr(PASSWORD),
            "ca_file": self.ca_file,
        }
        return MailAccount(**(values | changes))


@contextmanager
def mail_server(folder: Path, security: str = "starttls", **options: Any) -> Iterator[Running]:
    """Run a server on a free port until the block ends."""
    authority = trustme.CA()
    ca_file = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    mailbox = Mailbox()
    if security == "none":
        protocol: dict[str, Any] = {"auth_require_tls": False}
    elif security == "ssl":
        # The whole line is encrypted, which the server's own check for STARTTLS would not see.
        protocol = {"auth_require_tls": False}
    else:
        protocol = {"tls_context": context, "require_starttls": True, "auth_required": True}

    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(
            lambda: SMTP(mailbox, hostname="localhost", authenticator=mailbox.login, loop=loop, **protocol, **options),
            "127.0.0.1",
            0,
            ssl=context if security == "ssl" else None,
        )
    )
    thread = threading.Thread(target=loop.run_forever, name="mail server")
    thread.start()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=DeprecationWarning, module="aiosmtpd")
            yield Running(mailbox, server.sockets[0].getsockname()[1], security, ca_file)
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    conversations = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in conversations:
        task.cancel()
    await asyncio.gather(*conversations, return_exceptions=True)
