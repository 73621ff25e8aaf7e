"""Sending from the Submit page, through a real mail server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.delivery.delivery_record import DeliveryStatus
from assistant.errors import DeliveryError
from assistant.findings import State
from assistant.settings import MailAccount, Settings
from assistant.submission.colab_link import PasteColabLink
from assistant.submission.packaging import TypedAccount, account_for, make_package
from assistant.submission.sending import say_sent, send, send_state, shown_deliveries, take_back, way_ahead
from assistant.submission.session import Session
from assistant.submission.student_commands import IntroduceStudent
from assistant.submission.workspace import new_owner
from tests.mail_server import PASSWORD, USER, Running, mail_server
from tests.sessions import services_in

NOW = datetime(2023, 1, 10, 12, 0, tzinfo=UTC)
LINK = "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with mail_server(tmp_path) as running:
        yield running


def session_with(folder: Path, account: MailAccount, **settings: object) -> Session:
    """A session with little in it: a name, an address and one Colab link."""
    services = replace(services_in(folder / "workspace", account, **settings), clock=lambda: NOW)
    session = Session(services, new_owner())
    session.apply(IntroduceStudent(name="Asha Rao", email="asha@example.org"))
    session.apply(PasteColabLink(project=1, text=LINK))
    return session


def typed_account(server: Running, **changes: object) -> TypedAccount:
    """What a student types in the fields of the page."""
    fields = {"host": "localhost", "port": server.port, "security": "starttls", "user": USER, "password": PASSWORD}
    return TypedAccount.of_fields({**fields, **changes})


def test_the_account_typed_on_the_page_sends_once_and_its_password_is_kept_nowhere(
    server: Running, tmp_path: Path
) -> None:
    session = session_with(tmp_path, MailAccount(ca_file=server.ca_file))
    make_package(session)
    assert send(session, True, typed_account(server)).sentence.startswith("ON ITS WAY")
    assert [one.status for one in session.snapshot.deliveries] == [DeliveryStatus.ACCEPTED]
    [message] = server.mailbox.messages
    assert message["To"].addresses[0].addr_spec == "support@internselite.com"
    assert message["Reply-To"].addresses[0].addr_spec == "asha@example.org"
    for path in session.services.settings.workspace.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes()


def test_pressing_send_again_sends_nothing_more(server: Running, tmp_path: Path) -> None:
    session = session_with(tmp_path, MailAccount(ca_file=server.ca_file))
    make_package(session)
    presses = [
        threading.Thread(target=send, args=(Session(session.services, session.owner), True, typed_account(server)))
        for _ in range(4)
    ]
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    send(session, True, typed_account(server))
    assert len(server.mailbox.messages) == 1
    assert not send_state(session.refresh()).may_send


def test_a_silent_server_is_said_early_and_its_answer_is_shown_when_it_comes(server: Running, tmp_path: Path) -> None:
    session = session_with(tmp_path, MailAccount(ca_file=server.ca_file))
    make_package(session)
    server.mailbox.waits = threading.Event()
    handed = send(session, True, typed_account(server), patience=1.0)
    assert handed.sentence.startswith("BEING SENT. The mail server has said nothing for 1 second.")
    state = send_state(session.refresh())
    assert (state.may_send, state.waits) == (False, True)
    assert send(session, True, typed_account(server), patience=0.2).sentence.startswith("BEING SENT")
    server.mailbox.waits.set()
    for thread in threading.enumerate():
        if thread.name == "sending":
            thread.join()
    assert send_state(session.refresh()).sentence.startswith("ON ITS WAY")
    assert len(server.mailbox.messages) == 1


def test_a_wrong_password_is_explained_and_may_be_corrected(server: Running, tmp_path: Path) -> None:
    session = session_with(tmp_path, MailAccount(ca_file=server.ca_file))
    make_package(session)
    with pytest.raises(DeliveryError, match="password"):
        send(session, True, typed_account(server, password="wrong-password"))
    state = send_state(session.refresh())
    assert (state.may_send, state.button) == (True, "Try again")
    assert send(session, True, typed_account(server)).sentence.startswith("ON ITS WAY")
    assert len(server.mailbox.messages) == 1


@pytest.mark.parametrize("port", [99999999, 65536, 0, -25])
def test_a_port_that_there_is_not_is_never_tried(tmp_path: Path, port: int) -> None:
    session = session_with(tmp_path, MailAccount())
    make_package(session)
    with pytest.raises(
        DeliveryError, match=rf"There is no port {port}, so nothing was sent. A port is a number from 1"
    ):
        send(session, True, TypedAccount(host="127.0.0.1", port=str(port), user=USER, password=PASSWORD))
    assert shown_deliveries(session.snapshot) == ()
    assert send_state(session.refresh()).button == "Send"
    assert account_for(session.snapshot, TypedAccount(host="x")).port_number == 587  # type: ignore[union-attr]


def test_on_a_hosted_server_the_hosts_account_is_used_whatever_is_typed(server: Running, tmp_path: Path) -> None:
    session = session_with(tmp_path, server.account(), hosted=True)
    make_package(session)
    send(session, True, TypedAccount(host="mail.example.org", password="x"))
    assert len(server.mailbox.messages) == 1


def test_past_the_deadline_the_late_policy_decides_on_the_server(server: Running, tmp_path: Path) -> None:
    brief = tmp_path / "brief.toml"
    shipped = Path(Settings().brief).read_text("utf-8")
    brief.write_text(shipped.replace('late_policy = "accept"', 'late_policy = "refuse"'), "utf-8")
    late = datetime(2023, 1, 15, 18, 30, tzinfo=UTC)
    session = session_with(tmp_path, server.account(), brief=brief, hosted=True)
    make_package(session)
    too_late = Session(replace(session.services, clock=lambda: late), session.owner)
    make_package(too_late)
    with pytest.raises(DeliveryError, match=r"(?i)deadline"):
        send(too_late, True)
    assert server.mailbox.messages == []


def test_a_late_mail_says_so_in_its_subject(server: Running, tmp_path: Path) -> None:
    session = session_with(tmp_path, server.account(), hosted=True)
    late = Session(replace(session.services, clock=lambda: datetime(2023, 1, 15, 18, 30, tzinfo=UTC)), session.owner)
    make_package(late)
    send(late, True)
    assert "late" in server.mailbox.messages[0]["Subject"]


def test_without_a_name_nothing_is_sent(server: Running, tmp_path: Path) -> None:
    session = session_with(tmp_path, server.account())
    session.apply(IntroduceStudent(name=""))
    make_package(session)
    with pytest.raises(DeliveryError, match="name"):
        send(session, True)
    assert server.mailbox.messages == []


def test_a_student_says_that_they_sent_it_themselves_and_may_take_that_back(tmp_path: Path) -> None:
    session = session_with(tmp_path, MailAccount())
    assert "this page makes the finished mail, and you send it" in way_ahead(session.snapshot)
    make_package(session)
    assert send_state(session.snapshot).may_say_sent
    assert say_sent(session).startswith("SENT BY YOU, AS YOU SAY")
    [delivery] = session.snapshot.deliveries
    assert delivery.status is DeliveryStatus.BY_HAND
    assert delivery.outbox_file is not None
    assert Path(delivery.outbox_file).is_file(), "what was sent is known later"
    status = session.snapshot.statuses[None, "submit"]
    assert (status.state, status.state.sign) == (State.UNCHECKED, "?")
    assert "You said that you sent it yourself" in status.evidence
    state = send_state(session.snapshot)
    assert (state.may_send, state.may_repeat, state.may_take_back) == (False, True, True)
    assert "NOT SENT" in take_back(session)
    assert send_state(session.snapshot).may_say_sent
    assert session.snapshot.statuses[None, "submit"].state is State.OPEN
    with pytest.raises(DeliveryError, match="nothing to take back"):
        take_back(session)


def test_what_was_sent_by_hand_is_not_sent_again_without_the_student_s_word(server: Running, tmp_path: Path) -> None:
    session = session_with(tmp_path, MailAccount(ca_file=server.ca_file))
    make_package(session)
    say_sent(session)
    send(session, True, typed_account(server))
    assert server.mailbox.messages == []
    send(session, True, typed_account(server), again=True)
    assert len(server.mailbox.messages) == 1


def test_after_a_refusal_it_can_be_sent_by_hand(server: Running, tmp_path: Path) -> None:
    session = session_with(tmp_path, MailAccount(ca_file=server.ca_file))
    make_package(session)
    with pytest.raises(DeliveryError):
        send(session, True, typed_account(server, password="wrong"))
    assert say_sent(session).startswith("SENT BY YOU")
    assert [one.status for one in session.refresh().deliveries] == [DeliveryStatus.BY_HAND, DeliveryStatus.REFUSED]


def test_what_changed_after_it_was_packaged_cannot_be_said_to_be_sent(tmp_path: Path) -> None:
    session = session_with(tmp_path, MailAccount())
    make_package(session)
    session.apply(IntroduceStudent(name="Asha Rao-Sen"))
    with pytest.raises(DeliveryError, match="Something changed"):
        say_sent(session)
