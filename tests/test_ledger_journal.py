"""What the ledger knows when the database or the disk takes nothing at the moment that counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.delivery.delivery_record import DeliveryStatus
from assistant.delivery.message import ComposedMail
from assistant.delivery.transports import Acceptance
from assistant.errors import DeliveryError
from assistant.submission import database as database_module
from assistant.submission.database import open_database
from assistant.submission.delivery_journal import DeliveryJournal
from tests.delivery_material import Desk, database_url, ledger_of

REPLY = "250 2.0.0 Ok: queued as 4F2A91"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(database_module, "_BUSY_MILLISECONDS", 50)
    place = Desk(tmp_path)
    yield place
    place.close()


@contextmanager
def locked(desk: Desk) -> Iterator[None]:
    """Hold the database as another program does that writes for long."""
    other = sqlite3.connect(desk.folder / "state" / "assistant.sqlite3", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


@dataclass
class Server:
    """A way on which the mail is taken, and the database or the disk fails at that moment."""

    desk: Desk
    fails: str
    taken: int = 0
    leaves: bool = True
    server: str = "mail.example.org:587"
    sender: str = ""

    @contextmanager
    def hand_over(self, mail: ComposedMail, name: str) -> Iterator[Acceptance]:
        self.taken += 1
        unsettled = self.desk.folder / "unsettled"
        if self.fails == "database and journal":
            for file in unsettled.iterdir():
                file.unlink()
            unsettled.rmdir()
            unsettled.write_text("no folder")
        with locked(self.desk):
            yield Acceptance(REPLY, dict.fromkeys(mail.addresses, "250 ok"))


def restarted(desk: Desk) -> DeliveryStatus:
    """Return what a program that is started anew says of the one delivery."""
    database = open_database(database_url(desk.folder))
    (delivery,) = ledger_of(database, desk.clock, desk.folder).deliveries()
    database.close()
    return delivery.status


def test_a_reply_that_the_database_cannot_take_is_kept_beside_it_and_settled_later(desk: Desk) -> None:
    server = Server(desk, "database")
    delivery = desk.send(transport=server)
    assert (delivery.status, delivery.reply) == (DeliveryStatus.ACCEPTED, REPLY)
    assert desk.ledger.deliveries() == (delivery,), "seen at the next look"
    assert desk.send(transport=server) == delivery
    assert server.taken == 1
    assert restarted(desk) is DeliveryStatus.ACCEPTED
    assert list((desk.folder / "unsettled").iterdir()) == [], "settled at the next look"


def test_the_next_start_settles_it_too(desk: Desk) -> None:
    desk.send(transport=Server(desk, "database"))
    assert list((desk.folder / "unsettled").iterdir())
    assert restarted(desk) is DeliveryStatus.ACCEPTED
    assert list((desk.folder / "unsettled").iterdir()) == []
    with sqlite3.connect(desk.folder / "state" / "assistant.sqlite3") as raw:
        assert raw.execute("SELECT status FROM deliveries").fetchall() == [("accepted",)]
    raw.close()


def test_a_reply_that_neither_can_take_is_known_as_long_as_the_program_runs(desk: Desk) -> None:
    server = Server(desk, "database and journal")
    delivery = desk.send(transport=server)
    assert delivery.status is DeliveryStatus.ACCEPTED
    assert desk.ledger.deliveries() == (delivery,)
    desk.ledger.settle()
    assert restarted(desk) is DeliveryStatus.ACCEPTED


def test_nothing_is_sent_that_cannot_be_written_down_before(desk: Desk) -> None:
    server = Server(desk, "nothing")
    with locked(desk), pytest.raises(DeliveryError) as caught:
        desk.send(transport=server)
    assert "could not be written down" in caught.value.what
    assert "locked" in caught.value.evidence
    (desk.folder / "unsettled").write_text("a file where the folder should be")
    with pytest.raises(DeliveryError, match="could not be written down"):
        desk.send(transport=server)
    assert server.taken == 0
    (desk.folder / "unsettled").unlink()
    assert desk.send(transport=server).status is DeliveryStatus.ACCEPTED


def test_a_database_that_lost_its_tables_is_said_and_nothing_is_sent(desk: Desk) -> None:
    with sqlite3.connect(desk.folder / "state" / "assistant.sqlite3") as raw:
        raw.execute("DROP TABLE deliveries")
    raw.close()
    server = Server(desk, "nothing")
    with pytest.raises(DeliveryError, match="cannot be looked up"):
        desk.send(transport=server)
    assert server.taken == 0


def test_an_end_is_written_into_room_that_was_there_before_the_disk_was_full(desk: Desk) -> None:
    delivery = desk.ledger.prepare(desk.send(transport=Server(desk, "nothing")))
    journal = DeliveryJournal(desk.folder / "other")
    journal.reserve(delivery)
    (file,) = (desk.folder / "other").iterdir()
    before = (file.stat().st_size, file.stat().st_blocks, file.stat().st_ino)
    ended = delivery.model_copy(update={"reply": "250 " + "x" * 5000})
    journal.write(ended)
    assert (file.stat().st_size, file.stat().st_blocks, file.stat().st_ino) == before
    assert journal.ended() == (ended,)
    journal.reserve(delivery)
    assert journal.read(ended.id) == ended, "another press of the same moment takes nothing away"
    file.write_bytes(file.read_bytes()[:100])
    assert journal.read(ended.id) is None
