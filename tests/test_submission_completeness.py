"""Sending from the Submit page, through a real mail server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.errors import DeliveryError
from assistant.settings import MailAccount, Settings
from assistant.submission import notebook_making as notebook
from assistant.submission import packaging
from assistant.submission import sending as hand_over
from assistant.submission.services import open_services
from assistant.submission.session import Desk
from assistant.submission.workspace import new_owner
from tests.mail_server import PASSWORD, USER, Running, mail_server

NOW = datetime(2023, 1, 10, 12, 0, tzinfo=UTC)
LINK = "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with mail_server(tmp_path) as running:
        yield running


def desk_with(folder: Path, account: MailAccount, **settings: object) -> Desk:
    """A desk with little on it: a name, an address and one Colab link."""
    services = open_services(Settings(workspace=folder / "workspace", **settings), account, lambda: NOW)
    desk = Desk(services, new_owner())
    desk.change(lambda draft: draft.with_student(name="Asha Rao", email="asha@example.org"))
    notebook.set_link(desk, 1, LINK)
    return desk


def typed_account(server: Running, **changes: object) -> dict[str, object]:
    """What a student types in the fields of the page."""
    fields = {"host": "localhost", "port": server.port, "security": "starttls", "user": USER, "password": PASSWORD}
    return {**fields, **changes}


def test_the_account_typed_on_the_page_sends_once_and_its_password_is_kept_nowhere(
    server: Running, tmp_path: Path
) -> None:
    desk = desk_with(tmp_path, MailAccount(ca_file=server.ca_file))
    packaging.make(desk)
    assert hand_over.send(desk, True, typed_account(server)).sentence.startswith("SENT")
    assert desk.is_sent()
    [message] = server.mailbox.messages
    assert message["To"].addresses[0].addr_spec == "support@internselite.com"
    assert message["Reply-To"].addresses[0].addr_spec == "asha@example.org"
    for path in desk.services.settings.workspace.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes()


def test_pressing_send_again_sends_nothing_more(server: Running, tmp_path: Path) -> None:
    desk = desk_with(tmp_path, MailAccount(ca_file=server.ca_file))
    package = packaging.make(desk)
    presses = [threading.Thread(target=hand_over.send, args=(desk, True, typed_account(server))) for _ in range(4)]
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    hand_over.send(desk, True, typed_account(server))
    assert len(server.mailbox.messages) == 1
    assert not hand_over.send_state(desk, package).may_send


def test_a_wrong_password_is_explained_and_may_be_corrected(server: Running, tmp_path: Path) -> None:
    desk = desk_with(tmp_path, MailAccount(ca_file=server.ca_file))
    package = packaging.make(desk)
    with pytest.raises(DeliveryError, match="password"):
        hand_over.send(desk, True, typed_account(server, password="wrong-password"))
    state = hand_over.send_state(desk, package)
    assert (state.may_send, state.button) == (True, "Try again")
    assert hand_over.send(desk, True, typed_account(server)).sentence.startswith("SENT")
    assert len(server.mailbox.messages) == 1


@pytest.mark.parametrize("port", [99999999, 65536, 0, -25])
def test_a_port_that_there_is_not_is_never_tried(tmp_path: Path, port: int) -> None:
    desk = desk_with(tmp_path, MailAccount())
    package = packaging.make(desk)
    with pytest.raises(
        DeliveryError, match=rf"There is no port {port}, so nothing was sent. A port is a number from 1"
    ):
        hand_over.send(desk, True, {"host": "127.0.0.1", "port": port, "user": USER, "password": PASSWORD})
    assert hand_over.deliveries(desk) == ()
    assert hand_over.send_state(desk, package).button == "Send"
    assert packaging.account_for(desk, {"host": "x", "port": None}).port_number == 587  # type: ignore[union-attr]


def test_on_a_hosted_server_the_hosts_account_is_used_whatever_is_typed(server: Running, tmp_path: Path) -> None:
    desk = desk_with(tmp_path, server.account(), hosted=True)
    packaging.make(desk)
    hand_over.send(desk, True, {"host": "mail.example.org", "password": "x"})
    assert len(server.mailbox.messages) == 1


def test_past_the_deadline_the_late_policy_decides_on_the_server(server: Running, tmp_path: Path) -> None:
    brief = tmp_path / "brief.toml"
    shipped = Path(Settings().brief).read_text("utf-8")
    brief.write_text(shipped.replace('late_policy = "accept"', 'late_policy = "refuse"'), "utf-8")
    late = datetime(2023, 1, 15, 18, 30, tzinfo=UTC)
    desk = desk_with(tmp_path, server.account(), brief=brief, hosted=True)
    packaging.make(desk)
    too_late = Desk(replace(desk.services, clock=lambda: late), desk.owner)
    packaging.make(too_late)
    with pytest.raises(DeliveryError, match=r"(?i)deadline"):
        hand_over.send(too_late, True, {})
    assert server.mailbox.messages == []


def test_a_late_mail_says_so_in_its_subject(server: Running, tmp_path: Path) -> None:
    desk = desk_with(tmp_path, server.account(), hosted=True)
    late = Desk(replace(desk.services, clock=lambda: datetime(2023, 1, 15, 18, 30, tzinfo=UTC)), desk.owner)
    packaging.make(late)
    hand_over.send(late, True, {})
    assert "late" in server.mailbox.messages[0]["Subject"]


def test_without_a_name_nothing_is_sent(server: Running, tmp_path: Path) -> None:
    desk = desk_with(tmp_path, server.account())
    desk.change(lambda draft: draft.with_student(name=""))
    packaging.make(desk)
    with pytest.raises(DeliveryError, match="name"):
        hand_over.send(desk, True, {})
    assert server.mailbox.messages == []
