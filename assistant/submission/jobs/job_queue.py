"""The line of jobs in the database: every server that shares it shares the line, and a restart loses nobody's place.

Each change is one statement that names the state it expects, so that of two servers only one succeeds on any engine.
"""

from __future__ import annotations

import heapq
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assistant.clock import Clock
from assistant.submission.database import Database, JobRow
from assistant.submission.jobs.job import JobRequest, JobState, Lane, Outcome

_ACTIVE = (JobState.WAITING, JobState.RUNNING)
_TRIES = 20  # others may take the same number at the same moment


@dataclass(frozen=True)
class Waiting:
    """One that waits: its number in line and whose it is."""

    number: int
    owner: str


def in_fair_order(waiting: Iterable[Waiting], running: Mapping[str, int], served: Mapping[str, int]) -> list[int]:
    """Return the numbers in the order in which they will be begun if none ends meanwhile.

    `running` is how many an owner has running, `served` the counter at which one of theirs was begun last. First comes
    the owner with the fewest running, of those the one served longest ago, of theirs the lowest number.
    """
    by_owner: dict[str, list[int]] = {}
    for one in sorted(waiting, key=lambda one: one.number, reverse=True):
        by_owner.setdefault(one.owner, []).append(one.number)
    last = max(served.values(), default=0)
    heap = [(running.get(owner, 0), served.get(owner, 0), numbers[-1], owner) for owner, numbers in by_owner.items()]
    heapq.heapify(heap)
    ordered: list[int] = []
    while heap:
        busy, _, number, owner = heapq.heappop(heap)
        ordered.append(number)
        last += 1
        by_owner[owner].pop()
        if by_owner[owner]:
            heapq.heappush(heap, (busy + 1, last, by_owner[owner][-1], owner))
    return ordered


def seconds_until_turn(running: Sequence[float | None], ahead: Sequence[float | None], capacity: int) -> float | None:
    """Return the seconds until the turn of one that waits; None where they cannot be known.

    `running` are those that each running job still takes, `ahead` those that each job takes that is begun before, in
    their order; `capacity` jobs run at once.
    """
    known = [one for one in (*running, *ahead) if one is not None]
    if len(known) < len(running) + len(ahead):
        return None
    ends = [0.0] * max(capacity - len(running), 0) + known[: len(running)]
    heapq.heapify(ends)
    for seconds in known[len(running) :]:
        heapq.heappush(ends, heapq.heappop(ends) + seconds)
    return min(ends)


class JobLine:
    """The `jobs` table."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def put(self, request: JobRequest) -> bool:
        """Put a job at the end of the line; False when it is waiting or running already."""
        for _ in range(_TRIES):
            try:
                with self._database.writing() as session:
                    return self._put(session, request)
            except IntegrityError:
                continue
        raise RuntimeError("no place in the line of jobs was free")

    def _put(self, session: Session, request: JobRequest) -> bool:
        row = session.get(JobRow, request.key)
        number = (session.scalar(select(func.max(JobRow.number))) or 0) + 1
        values = {
            "owner": request.owner, "lane": request.lane, "state": JobState.WAITING, "number": number, "stopping": False,
            "begun": None, "request": request.model_dump_json(), "outcome": None,
        }  # fmt: skip
        if row is None:
            session.add(JobRow(key=request.key, **values))
            session.flush()
            return True
        return _changed(
            session, update(JobRow).where(JobRow.key == request.key, JobRow.number == row.number, JobRow.state.not_in(_ACTIVE)).values(values)
        )  # fmt: skip

    def find(self, key: str) -> JobRow | None:
        """Return the row of a job."""
        with self._database.reading() as session:
            return session.get(JobRow, key)

    def active(self) -> Sequence[JobRow]:
        """Return the rows of those that wait or run."""
        with self._database.reading() as session:
            return session.scalars(select(JobRow).where(JobRow.state.in_(_ACTIVE))).all()

    def order(self, lane: Lane) -> list[int]:
        """Return the numbers of those that wait in a lane, in the order in which they will be begun."""
        with self._database.reading() as session:
            return self._order(session, lane)

    def begin_next(self, lane: Lane, capacity: int, launcher: str) -> JobRow | None:
        """Take the next of a lane out of the line and return its row, with a new attempt; None when none may begin."""
        try:
            with self._database.writing() as session:
                taken = set(session.scalars(select(JobRow.slot).where(JobRow.lane == lane, JobRow.slot.is_not(None))))
                free = [slot for slot in range(capacity) if slot not in taken]
                order = self._order(session, lane)
                if not free or not order:
                    return None
                started = (session.scalar(select(func.max(JobRow.started))) or 0) + 1
                begun = _changed(
                    session,
                    update(JobRow)
                    .where(JobRow.number == order[0], JobRow.state == JobState.WAITING)
                    .values(
                        state=JobState.RUNNING, slot=free[0], started=started, attempt=secrets.token_hex(8),
                        launcher=launcher, begun=self._clock(),
                    ),
                )  # fmt: skip
                return session.scalars(select(JobRow).where(JobRow.number == order[0])).one() if begun else None
        except IntegrityError:
            return None  # another server was faster

    def give_back(self, row: JobRow) -> None:
        """Put one whose worker never began back to its place in the line."""
        self._change(row, JobState.RUNNING, state=JobState.WAITING, slot=None, begun=None)

    def settle(self, row: JobRow, outcome: Outcome) -> bool:
        """Keep how a running job ended; False when that was done already."""
        return self._change(row, JobState.RUNNING, state=outcome.state, slot=None, outcome=outcome.model_dump_json())

    def cancel(self, key: str) -> JobRow | None:
        """Cancel one that waits, ask one that runs to stop; return its row as it is then, None when it had ended."""
        row = self.find(key)
        if row is None or JobState(row.state).ended:
            return None
        nothing = Outcome(state=JobState.CANCELLED).model_dump_json()
        if self._change(row, JobState.WAITING, state=JobState.CANCELLED, stopping=True, outcome=nothing):
            return self.find(key)
        self._change(row, JobState.RUNNING, stopping=True)
        row = self.find(key)
        return row if row is not None and row.state == JobState.RUNNING else None

    def _change(self, row: JobRow, expected: JobState, **values: object) -> bool:
        same = (JobRow.key == row.key, JobRow.number == row.number, JobRow.state == expected)
        if expected is JobState.RUNNING and row.state == JobState.RUNNING:
            same = (*same, JobRow.attempt == row.attempt)  # type: ignore[assignment]
        with self._database.writing() as session:
            return _changed(session, update(JobRow).where(*same).values(values))

    @staticmethod
    def _order(session: Session, lane: Lane) -> list[int]:
        active = session.execute(
            select(JobRow.number, JobRow.owner, JobRow.state).where(JobRow.lane == lane, JobRow.state.in_(_ACTIVE))
        ).all()
        served = session.execute(
            select(JobRow.owner, func.max(JobRow.started))
            .where(JobRow.lane == lane, JobRow.started.is_not(None))
            .group_by(JobRow.owner)
        ).all()
        return in_fair_order(
            [Waiting(number, owner) for number, owner, state in active if state == JobState.WAITING],
            Counter(owner for _, owner, state in active if state == JobState.RUNNING),
            {owner: int(started) for owner, started in served if started is not None},
        )


def _changed(session: Session, statement: object) -> bool:
    result = session.execute(statement)  # type: ignore[call-overload]
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
