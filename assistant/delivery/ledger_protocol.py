"""What a delivery needs of the ledger, so that the step does not depend on the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from assistant.delivery.delivery_record import Delivery, DeliveryStatus


@dataclass(frozen=True)
class Plan:
    """What the next attempt with a bundle to its recipients would be.

    `submission` and `attempt` count from 1; `latest` is the last attempt of the same submission, or None.
    """

    submission: int
    attempt: int
    latest: Delivery | None

    @property
    def message_id(self) -> str | None:
        """Return the Message-ID that a further attempt keeps, so that a mail that came twice shows once."""
        return self.latest.message_id if self.latest else None

    def allows(self, again: str | None) -> bool:
        """Tell whether an attempt may begin.

        It may when there was none, when nothing has left yet (prepared, outbox), or when the last one was refused, in
        part too, or is uncertain and `again`, the student's decision, names exactly that one.
        """
        latest = self.latest
        if latest is None or latest.status in (DeliveryStatus.PREPARED, DeliveryStatus.OUTBOX):
            return True
        return latest.may_send_again and latest.id == again


class Bookkeeping(Protocol):
    """Keeps every attempt and lets none be made twice by accident."""

    def plan(self, owner: str, sha256: str, recipients: Iterable[str]) -> Plan:
        """Say what the next attempt would be; changes nothing."""
        ...

    def prepare(self, delivery: Delivery, again: str | None = None) -> Delivery:
        """Write an attempt down and return it, or the one that stands in its way."""
        ...

    def claim(self, delivery: Delivery) -> Delivery | None:
        """Move a prepared attempt to "sending" and commit that; None when somebody was faster."""
        ...

    def finish(self, delivery: Delivery) -> Delivery:
        """Keep how a claimed attempt ended, and return what is kept."""
        ...

    def put_in_outbox(self, delivery: Delivery) -> Delivery:
        """Keep that a prepared attempt was written to the outbox, and return what is kept."""
        ...

    def get(self, delivery_id: str) -> Delivery | None:
        """Return one delivery by its id, or None."""
        ...
