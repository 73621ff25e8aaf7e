"""The ledger: every attempt to hand a bundle over, and the rule that none is made twice by accident."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from assistant.clock import Clock
from assistant.delivery.delivery_record import Delivery, DeliveryStatus, Problem, RecipientStatus
from assistant.delivery.ledger_protocol import Plan
from assistant.errors import DeliveryError
from assistant.submission.database import Database, DeliveryRow
from assistant.submission.delivery_journal import DeliveryJournal
from assistant.submission.process_identity import process_lives, process_name

# A sending process on another machine cannot be asked whether it lives; no transaction with a mail server lasts longer.
_LEASE = timedelta(hours=1)

_TRIES = 20  # others may take the same number at the same moment

_UNDER_WAY = (DeliveryStatus.SENDING, DeliveryStatus.UNCERTAIN)
_REACHED = (*_UNDER_WAY, DeliveryStatus.ACCEPTED, DeliveryStatus.PARTLY, DeliveryStatus.BY_HAND)

_LEFT_BEHIND = Problem(
    what="The program ended while this mail was being sent, so nobody here can tell whether it arrived.",
    fix="Ask a recipient, or look for the copy in your own mailbox, before you decide to send it again.",
)


class Ledger:
    """Every delivery, kept in the database; safe across threads, processes and crashes.

    How an attempt ended is written to the journal first, and to the database then: what one of them cannot take, the
    other has. Each method raises DeliveryError in a sentence when the database cannot be read or written to.
    """

    def __init__(self, database: Database, clock: Clock, journal: DeliveryJournal, process: str | None = None) -> None:
        self._database = database
        self._clock = clock
        self._journal = journal
        self._process = process or process_name()
        self._unwritten: dict[str, Delivery] = {}  # what neither journal nor database could take
        self.settle()

    def deliveries(self, owner: str | None = None) -> tuple[Delivery, ...]:
        """Return all deliveries, or those of one owner, the newest first."""
        query = select(DeliveryRow).order_by(DeliveryRow.number.desc())
        if owner is not None:
            query = query.where(DeliveryRow.owner == owner)
        with self._reading() as session:
            return tuple(self._seen(row) for row in session.scalars(query))

    def latest(self, owner: str) -> Delivery | None:
        """Return the owner's newest delivery, or None."""
        found = self.deliveries(owner)
        return found[0] if found else None

    def get(self, delivery_id: str) -> Delivery | None:
        """Return one delivery by its id, or None."""
        with self._reading() as session:
            row = session.get(DeliveryRow, delivery_id)
            return self._seen(row) if row else None

    def plan(self, owner: str, sha256: str, recipients: Iterable[str]) -> Plan:
        """Say what the next attempt with this bundle to these recipients would be; changes nothing."""
        with self._reading() as session:
            return self._plan(session, owner, sha256, recipients_key(recipients))

    def prepare(self, delivery: Delivery, again: str | None = None) -> Delivery:
        """Write an attempt down and return it, or the one that stands in its way.

        The answer is to be sent when its status is "prepared"; any other status says what became of the same bundle
        before. `again` is the id of the refused or uncertain attempt that the student decided to repeat.
        """
        key = recipients_key(recipient.address for recipient in delivery.recipients)
        self.settle()
        for _ in range(_TRIES):
            try:
                with self._writing() as session:
                    return self._prepare(session, delivery, key, again)
            except IntegrityError:
                # Engines that let two writers in at once: another was faster, with this bundle or with another one.
                continue
        raise RuntimeError("no number for a delivery was free")

    def _prepare(self, session: Session, delivery: Delivery, key: str, again: str | None) -> Delivery:
        plan = self._plan(session, delivery.owner, delivery.sha256, key)
        if not plan.allows(again):
            assert plan.latest is not None
            return plan.latest
        if plan.latest and plan.latest.status is DeliveryStatus.PREPARED:
            # Nothing has left yet; whoever claims that row first sends what they composed.
            return delivery.model_copy(
                update={name: getattr(plan.latest, name) for name in ("id", "status", "submission", "attempt")}
            )
        prepared = delivery.model_copy(
            update={"status": DeliveryStatus.PREPARED, "submission": plan.submission, "attempt": plan.attempt}
        )
        session.add(
            DeliveryRow(
                id=prepared.id,
                number=(session.scalar(select(func.max(DeliveryRow.number))) or 0) + 1,
                owner=prepared.owner,
                sha256=prepared.sha256,
                recipients_key=key,
                submission=prepared.submission,
                attempt=prepared.attempt,
                message_id=prepared.message_id,
                status=prepared.status.value,
                prepared=self._clock(),
                document=prepared.model_dump_json(),
            )
        )
        return prepared

    def claim(self, delivery: Delivery) -> Delivery | None:
        """Move a prepared attempt to "sending" and commit that; None when another tab or process was faster.

        Only the one who got it back may talk to the mail server.
        """
        claimed = delivery.model_copy(update={"status": DeliveryStatus.SENDING})
        try:
            self._journal.reserve(claimed)
        except OSError as error:
            raise _unwritable(error.strerror or str(error)) from error
        won = self._move(
            claimed, DeliveryRow.status == DeliveryStatus.PREPARED, process=self._process, lease=self._clock() + _LEASE
        )
        return claimed if won else None

    def finish(self, delivery: Delivery) -> Delivery:
        """Keep how a claimed attempt ended, and return what the ledger now says.

        An attempt that was meanwhile taken for left behind ("uncertain") is corrected by the process that made it.
        What the database cannot take now it takes at the next start or the next attempt; it is known until then.
        """
        if delivery.status is DeliveryStatus.UNCERTAIN and (known := self._known(delivery.id)) is not None:
            return known  # its end was written down before whatever happened since
        try:
            self._journal.write(delivery)
        except OSError:
            self._unwritten[delivery.id] = delivery
        try:
            self._move(delivery, DeliveryRow.status.in_(_UNDER_WAY), DeliveryRow.process == self._process, lease=None)
            stored = self._stored(delivery)
        except DeliveryError:
            return delivery
        self._forget(delivery.id)
        return stored

    def put_in_outbox(self, delivery: Delivery) -> Delivery:
        """Keep that a prepared attempt was written to the outbox, and return what the ledger now says."""
        self._move(delivery, DeliveryRow.status == DeliveryStatus.PREPARED)
        return self._stored(delivery)

    def say_sent(self, delivery: Delivery) -> Delivery:
        """Keep that the student says they sent the mail from the outbox themselves; return what the ledger now says."""
        said = delivery.model_copy(
            update={
                "status": DeliveryStatus.BY_HAND,
                "recipients": delivery.with_recipients(RecipientStatus.BY_HAND),
                "finished": self._clock(),
            }
        )
        self._move(said, DeliveryRow.status == DeliveryStatus.OUTBOX)
        return self._stored(delivery)

    def take_back(self, delivery: Delivery) -> Delivery:
        """Keep that the student did not send it after all; return what the ledger now says."""
        back = delivery.model_copy(
            update={"status": DeliveryStatus.OUTBOX, "recipients": delivery.with_recipients(RecipientStatus.OUTBOX)}
        )
        self._move(back, DeliveryRow.status == DeliveryStatus.BY_HAND)
        return self._stored(delivery)

    def settle(self) -> tuple[Delivery, ...]:
        """Write down what only the journal knows, and turn every other "sending" whose process is gone into "uncertain".

        Returns the latter; never sends anything. What cannot be written now is seen all the same, and settled later.
        """
        settled = []
        with contextlib.suppress(DeliveryError):
            for ended in (*self._journal.ended(), *self._unwritten.values()):
                self._take_up(ended)
            with self._reading() as session:
                sending = session.scalars(
                    select(DeliveryRow).where(
                        DeliveryRow.status == DeliveryStatus.SENDING, DeliveryRow.process != self._process
                    )
                ).all()
            for row in sending:
                seen = self._seen(row)
                if seen.status is DeliveryStatus.UNCERTAIN and self._move(
                    seen, DeliveryRow.status == DeliveryStatus.SENDING, DeliveryRow.process == row.process, lease=None
                ):
                    settled.append(seen)
        return tuple(settled)

    def _take_up(self, ended: Delivery) -> None:
        """Write the end of an attempt that the database does not know over its row."""
        with self._reading() as session:
            row = session.get(DeliveryRow, ended.id)
        if row is None:  # of another database; its file stays
            return
        if row.status in _UNDER_WAY:
            self._move(ended, DeliveryRow.status.in_(_UNDER_WAY), lease=None)
        self._forget(ended.id)

    def _known(self, delivery_id: str) -> Delivery | None:
        """Return how an attempt ended that the database has not been told of yet."""
        return self._unwritten.get(delivery_id) or self._journal.read(delivery_id)

    def _forget(self, delivery_id: str) -> None:
        self._unwritten.pop(delivery_id, None)
        self._journal.forget(delivery_id)

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        try:
            with self._database.reading() as session:
                yield session
        except SQLAlchemyError as error:
            raise DeliveryError(
                "What was sent before cannot be looked up.",
                f"The database says: {_reason(error)}.",
                "Send nothing a second time before this is mended. Whoever runs the program finds the database's place "
                "under ASSISTANT_DATABASE, or in the workspace.",
            ) from error

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        try:
            with self._database.writing() as session:
                yield session
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise _unwritable(_reason(error)) from error

    def _seen(self, row: DeliveryRow) -> Delivery:
        """Return what is known of an attempt: one whose process is gone while it was sending is uncertain."""
        stored = _delivery(row)
        if stored.status in _UNDER_WAY and (known := self._known(row.id)) is not None:
            return known
        if stored.status is not DeliveryStatus.SENDING or row.process == self._process:
            return stored
        lives = process_lives(row.process or "")
        if lives or (lives is None and row.lease is not None and row.lease > self._clock()):
            return stored
        return stored.model_copy(
            update={
                "status": DeliveryStatus.UNCERTAIN,
                "problem": _LEFT_BEHIND,
                "recipients": stored.with_recipients(RecipientStatus.UNCERTAIN),
                "finished": self._clock(),
            }
        )

    def _move(self, delivery: Delivery, *conditions: object, **columns: object) -> bool:
        """Write a delivery over its row in one statement, if the row still meets the conditions."""
        statement = (
            update(DeliveryRow)
            .where(DeliveryRow.id == delivery.id, *conditions)  # type: ignore[arg-type]
            .values(
                status=delivery.status.value,
                message_id=delivery.message_id,
                document=delivery.model_dump_json(),
                **columns,
            )
        )
        with self._writing() as session:
            return session.execute(statement).rowcount == 1  # type: ignore[attr-defined,no-any-return]

    def _plan(self, session: Session, owner: str, sha256: str, key: str) -> Plan:
        # A bundle is one hand-in whoever presses: its student on the page, or somebody on the command line.
        rows = session.scalars(
            select(DeliveryRow)
            .where(or_(DeliveryRow.owner == owner, DeliveryRow.sha256 == sha256), DeliveryRow.recipients_key == key)
            .order_by(DeliveryRow.number)
        ).all()
        reached = [row for row in rows if row.status in _REACHED]
        same = [row for row in rows if row.sha256 == sha256]
        if reached and reached[-1].sha256 == sha256:
            submission = reached[-1].submission
        else:
            # Other content than what they got last is a new submission, also when it is an older one that comes back.
            submission = 1 + max((row.submission for row in reached), default=0)
        of_submission = [row for row in same if row.submission == submission]
        latest = self._seen(of_submission[-1]) if of_submission else None
        return Plan(submission=submission, attempt=len(same) + 1, latest=latest)

    def _stored(self, delivery: Delivery) -> Delivery:
        with self._reading() as session:
            return _delivery(session.get_one(DeliveryRow, delivery.id))


def recipients_key(addresses: Iterable[str]) -> str:
    """Return the SHA-256 of a set of addresses; order, case and repetition do not matter."""
    return hashlib.sha256("\n".join(sorted({address.strip().lower() for address in addresses})).encode()).hexdigest()


def _unwritable(reason: str) -> DeliveryError:
    return DeliveryError(
        "Nothing was sent, because it could not be written down beforehand that it would be.",
        f"The answer was: {reason}.",
        "Make room on the disk, or wait a moment if another program uses the database, and press again.",
    )


def _reason(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).strip().rstrip(".")


def _delivery(row: DeliveryRow) -> Delivery:
    stored = Delivery.model_validate_json(row.document)
    return stored.model_copy(update={"status": DeliveryStatus(row.status)})
