"""Every stage of a conversation with a mail server, and every way in which it can fail there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from assistant.delivery.delivery_record import DeliveryStatus, RecipientStatus
from assistant.delivery.message import ComposedMail
from assistant.delivery.smtp import TimeOuts, sent_once
from assistant.delivery.transports import Acceptance, SmtpTransport
from tests.delivery_material import Desk
from tests.faulty_mail_server import GARBAGE, HANGS_UP, SILENT, STAGES, FaultyServer, faulty_server
from tests.mail_server import mail_server

ALWAYS = (HANGS_UP, SILENT, GARBAGE, "421 4.3.2 Shutting down", "451 4.3.0 Try again later", "554 5.0.0 No")
KINDS = [(stage, fault) for stage in STAGES for fault in ALWAYS]
# Answers of servers that exist, with the words that say the cause.
REAL = [
    ("rcpt", "550 5.1.1 The email account that you tried to reach does not exist", "letter by letter"),
    ("rcpt", "552 5.2.2 The email account that you tried to reach is over quota", "is full"),
    ("rcpt", "452 4.2.2 The email account that you tried to reach is over quota", "is full"),
    ("rcpt", "552 Requested mail action aborted: mailbox full", "is full"),
    ("rcpt", "450 4.2.0 Greylisted, come back in 300 seconds", "some minutes"),
    ("rcpt", "550 5.7.1 Unable to relay", "letter by letter"),
    ("dot", "552 5.2.2 Mailbox full", "mailbox is full"),
    ("dot", "552-5.7.0 This message was blocked because its content presents a\r\n552 5.7.0 potential security issue", "an attachment"),
    ("dot", "552 5.3.4 Message size exceeds fixed limit", "too large"),
    ("dot", "550 5.7.30 Basic authentication is not supported for Client Submission", "no passwords"),
    ("dot", "421 4.7.0 Temporary System Problem", "try again later"),
    ("mail", "550 5.7.30 Basic authentication is not supported for Client Submission", "no passwords"),
    ("mail", "530 5.7.57 Client not authenticated to send mail", "no passwords"),
    ("mail", "552 5.2.2 Your mailbox is full", "Your own mailbox is full"),
    ("mail", "553 5.7.1 Sender address rejected", "does not let this account send as"),
    ("auth", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled", "no passwords"),
    ("auth", "535 5.7.3 Authentication unsuccessful", "user or the password"),
    ("auth", "534-5.7.9 Application-specific password required\r\n534 5.7.9 See support", "app password"),
    ("greeting", "554 5.7.1 Service unavailable; client host blocked", "does not talk to this machine"),
    ("greeting", "SSH-2.0-OpenSSH_9.2p1 Debian-2", "is no mail server"),
    ("greeting", "HTTP/1.1 400 Bad Request", "is no mail server"),
]  # fmt: skip


@dataclass(frozen=True)
class Quick(SmtpTransport):
    """The same way with little patience."""

    @contextmanager
    def hand_over(self, mail: ComposedMail, name: str) -> Iterator[Acceptance]:
        waits = TimeOuts(connect=0.5, command=0.3, data=0.3, farewell=0.2)
        with sent_once(mail.message, mail.waiting, self.account, copies=mail.copies, timeouts=waits) as answers:
            yield Acceptance(*answers)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyServer]:
    with faulty_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    place = Desk(tmp_path)
    yield place
    place.close()


def expected(stage: str, fault: str) -> DeliveryStatus:
    """Return what can be known when a server fails at a stage."""
    if stage == "quit":
        return DeliveryStatus.ACCEPTED
    if (stage == "dot" and not fault[0].isdigit()) or (stage, fault) == ("middle", SILENT):
        return DeliveryStatus.UNCERTAIN
    return DeliveryStatus.REFUSED


@pytest.mark.parametrize(("stage", "fault"), KINDS, ids=[f"{stage}: {fault}" for stage, fault in KINDS])
def test_nothing_is_sent_twice_and_nothing_said_that_is_not_known(
    desk: Desk, server: FaultyServer, stage: str, fault: str
) -> None:
    server.stage, server.fault, server.copies = stage, fault, 0
    transport = Quick(server.account())
    delivery = desk.send(transport=transport)
    assert delivery.status is expected(stage, fault)
    assert desk.send(transport=transport) == delivery, "a second press sends nothing"
    assert server.copies == (1 if stage in ("dot", "quit") else 0)
    if delivery.status is DeliveryStatus.ACCEPTED:
        assert delivery.problem is None
        return
    problem = delivery.problem
    assert problem is not None
    assert ("the whole mail" in problem.evidence) == (delivery.status is DeliveryStatus.UNCERTAIN)
    assert "-1" not in str(problem)
    for recipient in delivery.recipients:
        assert recipient.status is not RecipientStatus.ACCEPTED
    assert problem.fix

    server.stage = ""
    again = desk.send(transport=transport, again=delivery.id)
    assert again.status is DeliveryStatus.ACCEPTED
    assert again.message_id == delivery.message_id


@pytest.mark.parametrize(("stage", "reply", "words"), REAL, ids=[reply[:40] for _, reply, _ in REAL])
def test_the_cause_is_said(desk: Desk, server: FaultyServer, stage: str, reply: str, words: str) -> None:
    server.stage, server.fault = stage, reply
    delivery = desk.send(transport=Quick(server.account()))
    assert delivery.status is DeliveryStatus.REFUSED
    assert words in str(delivery.problem)


def test_a_certificate_that_expired_points_to_the_computer_s_clock(desk: Desk, tmp_path: Path) -> None:
    with faulty_server(tmp_path, expired=True) as server:
        problem = desk.send(transport=Quick(server.account())).problem
        assert server.copies == 0
    assert problem is not None
    assert "has expired by this computer's clock" in problem.what
    assert "date and time of this computer" in problem.fix


def test_a_mail_with_dots_at_the_beginning_of_lines_arrives_as_it_is(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"] = message["To"] = "asha@example.org"
    message.set_content(".\n..\n.a\nend\n.")
    with mail_server(tmp_path) as server:
        with sent_once(message, ["asha@example.org"], server.account()):
            pass
        assert server.mailbox.messages[0].get_content().replace("\r\n", "\n") == ".\n..\n.a\nend\n.\n"
