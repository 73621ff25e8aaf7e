"""What the tests of delivery and ledger share: a packed bundle, a ledger, a clock that is set by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from assistant.brief import Brief, load_brief
from assistant.bundle.hand_in import Student
from assistant.bundle.pack import Bundle, pack
from assistant.clock import Clock
from assistant.delivery.deliver import deliver
from assistant.delivery.delivery_record import Delivery
from assistant.delivery.transports import transport_for
from assistant.settings import MailAccount
from assistant.submission.database import Database, open_database
from assistant.submission.delivery_journal import DeliveryJournal
from assistant.submission.ledger import Ledger
from tests.bundle_material import submission

BEFORE = datetime(2023, 1, 15, 15, 0, tzinfo=UTC)
DEADLINE = datetime(2023, 1, 15, 18, 29, 59, tzinfo=UTC)
RECIPIENTS = ("support@internselite.com", "akghsh.ece@gmail.com")


@dataclass
class SetClock:
    """A clock that shows what it was set to."""

    now: datetime = BEFORE

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


def packed(folder: Path, brief: Brief | None = None, **student: str) -> Bundle:
    """Return a whole bundle; the student's name, e-mail and registration can be given."""
    whole = submission(folder / "in", brief)
    changed = Student(**(whole.student.model_dump() | student))
    return pack(replace(whole, student=changed), folder / "out")


@dataclass
class Desk:
    """One student's place: a bundle, the rules, a ledger and an outbox."""

    folder: Path
    brief: Brief = field(default_factory=load_brief)
    clock: SetClock = field(default_factory=SetClock)
    owner: str = "asha"

    def __post_init__(self) -> None:
        self.bundle = packed(self.folder)
        self.database: Database = open_database(database_url(self.folder))
        self.ledger = ledger_of(self.database, self.clock, self.folder)
        self.outbox = self.folder / "outbox"

    def send(self, account: MailAccount | None = None, **changes: Any) -> Delivery:
        values: dict[str, Any] = {
            "owner": self.owner,
            "transport": transport_for(account, self.outbox),
            "ledger": self.ledger,
            "clock": self.clock,
        }
        values |= changes
        return deliver(values.pop("bundle", self.bundle), values.pop("brief", self.brief), **values)

    def close(self) -> None:
        self.database.close()


def ledger_of(database: Database, clock: Clock, folder: Path, process: str | None = None) -> Ledger:
    """Return a ledger whose journal lies in a folder."""
    return Ledger(database, clock, DeliveryJournal(folder / "unsettled"), process)


def database_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'state' / 'assistant.sqlite3'}"


def with_rules(brief: Brief, **rules: Any) -> Brief:
    """Return a brief with some rules of handing in changed."""
    return brief.model_copy(update={"submission": brief.submission.model_copy(update=rules)})
