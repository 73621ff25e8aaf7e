"""Runs jobs in processes of this computer, in the order of the line that the database keeps.

One that waits costs a row and no more. A worker outlives the server that started it; whoever looks at its job next, this
server or another that shares the workspace, looks after it.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from assistant import wording
from assistant.clock import Clock, utc_now
from assistant.submission.database import Database, JobRow
from assistant.submission.jobs.attempt_folder import Attempt
from assistant.submission.jobs.job import JobRecord, JobRequest, JobState, Lane, Limits, Outcome, Problem
from assistant.submission.jobs.job_queue import JobLine, seconds_until_turn
from assistant.submission.jobs.process_tree import end_tree, memory_of, start_worker
from assistant.submission.jobs.ready_worker import ReadyWorker
from assistant.submission.jobs.run_task import discard, memory_problem
from assistant.submission.process_identity import process_lives, process_name

PAUSE = 0.25  # seconds between two looks at what runs
MEASURE_SECONDS = 1.0  # seconds between two measurements of a job's memory

_log = logging.getLogger(__name__)
# The workers that this very process started, by attempt.
_started: dict[str, subprocess.Popen[bytes]] = {}


@dataclass
class _Watch:
    """What is remembered of a running attempt, on this process's own clock."""

    since: float = field(default_factory=time.monotonic)
    asked: float | None = None
    measured: float = 0.0


class LocalJobRunner:
    """A JobRunner with `capacities` processes at once in each lane; a lane without one has a single process.

    `folder` is where the attempts' files lie; servers that share the database share it too. `ready` names for a lane what
    a process loads that `prepare` has started, see `ready_worker.py`.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        capacities: Mapping[Lane, int],
        clock: Clock = utc_now,
        ready: Mapping[Lane, str] | None = None,
    ) -> None:
        self._line, self._folder, self._clock = JobLine(database, clock), folder.resolve(), clock
        self._capacities = {lane: capacities.get(lane, 1) for lane in Lane}
        self._ready = {lane: ReadyWorker(load) for lane, load in (ready or {}).items()}
        self._wished: set[Lane] = set()
        self._handed: dict[
            str, dict[str, str]
        ] = {}  # by attempt, the secrets of those given to a process that was ready
        self._watched: dict[str, _Watch] = {}
        self._secrets: dict[str, dict[str, str]] = {}  # by key, of jobs that this process was given and has not begun
        self._wake, self._closed = threading.Event(), False
        self._lock = threading.Lock()
        self._dispatcher: threading.Thread | None = None
        if self._line.active():
            self._dispatch()

    def submit(self, request: JobRequest) -> JobRecord:
        """Put a job in line and return what is known of it; one that waits or runs is left as it is."""
        if request.secrets:
            self._secrets[request.key] = {name: one.get_secret_value() for name, one in request.secrets.items()}
        before = self._line.find(request.key)
        put = self._line.put(request)
        if not put:
            self._settle_if_ended(request.key)  # its worker may have been faster than the dispatcher
            put = self._line.put(request)
        if put and before is not None and before.attempt is not None:
            shutil.rmtree(self._folder / before.attempt, ignore_errors=True)  # a failed one's log
        self._dispatch()
        record = self.look(request.key)
        assert record is not None
        return record

    def look(self, key: str) -> JobRecord | None:
        """Return what is known of a job, or None when there never was one; writes nothing."""
        row = self._line.find(key)
        if row is None:
            return None
        if not JobState(row.state).ended:
            self._dispatch()  # its server may be gone
        if row.state == JobState.WAITING:
            waiting = self._waits(row)
            return self.look(key) if waiting is None else waiting  # None: it began meanwhile
        if row.outcome is not None:
            return _ended(row, Outcome.model_validate_json(row.outcome))
        attempt = self._attempt(row)
        outcome = attempt.outcome()
        if outcome is not None:
            return _ended(row, outcome)
        progress, told_ago = attempt.progress(), attempt.told_ago()
        now = self._line.find(key)
        if now is None or now.outcome is not None:
            return self.look(key)
        return _record(row, progress=progress, told_ago=told_ago, seconds=self._ran(row))

    def _ran(self, row: JobRow) -> float:
        return max(0.0, (self._clock() - row.begun).total_seconds()) if row.begun else 0.0

    def _waits(self, row: JobRow) -> JobRecord | None:
        """Return what is known of one that waits: its place, how many run before it, and how long that takes."""
        rows = [other for other in self._line.active() if other.lane == row.lane]
        running = [other for other in rows if other.state == JobState.RUNNING]
        order = self._line.order(Lane(row.lane))
        if row.number not in order:
            return None
        place = order.index(row.number)
        requests = {other.number: _request(other) for other in rows}
        ahead = [requests[number].expected_seconds if number in requests else None for number in order[:place]]
        starts_in = seconds_until_turn(
            [self._left(other) for other in running], ahead, self._capacities[Lane(row.lane)]
        )
        return _record(row, place=place + 1, running=len(running), starts_in=starts_in)

    def _left(self, row: JobRow) -> float | None:
        """Return how many seconds a running job still takes, None where nobody can tell."""
        attempt = self._attempt(row)
        told = attempt.progress().get("seconds_left")
        if isinstance(told, (int, float)):
            return max(0.0, told - attempt.told_ago())
        expected = _request(row).expected_seconds
        return None if expected is None else max(0.0, expected - self._ran(row))

    def cancel(self, key: str) -> None:
        """Ask a job to stop and return at once; one that only waits is cancelled now."""
        row = self._line.cancel(key)
        if row is None:
            return
        if row.state == JobState.CANCELLED:  # it had only waited
            discard(_request(row))
            return
        self._attempt(row).ask_to_stop()
        self._dispatch()

    def prepare(self, lane: Lane) -> None:
        """Have a process ready for the next job of a lane, as soon as none of it runs; it goes when nobody needs it."""
        if lane in self._ready:
            self._wished.add(lane)
            self._dispatch()

    def close(self) -> None:
        """Stop looking after jobs; those that run go on, and those that wait keep their places."""
        with self._lock:
            self._closed, dispatcher = True, self._dispatcher
        self._wake.set()
        if dispatcher is not None:
            dispatcher.join()
        for worker in self._ready.values():
            worker.close()

    def _attempt(self, row: JobRow) -> Attempt:
        assert row.attempt is not None
        return Attempt(self._folder / row.attempt)

    def _dispatch(self) -> None:
        """Have the dispatcher look now; it is started when it is not there."""
        self._wake.set()
        with self._lock:
            if self._dispatcher is None and not self._closed:
                self._dispatcher = threading.Thread(target=self._run, name="job-dispatcher", daemon=True)
                self._dispatcher.start()

    def _run(self) -> None:
        """Look after all jobs until none waits or runs any more."""
        while not self._closed:
            self._wake.clear()
            try:
                busy = self._turn()
            except (SQLAlchemyError, OSError):
                _log.exception("The jobs could not be looked after; this is tried again.")
                busy = True
            if not busy:
                with self._lock:
                    if not self._wake.is_set():
                        self._dispatcher = None
                        return
            self._wake.wait(PAUSE)

    def _turn(self) -> bool:
        """Look at every job once; tell whether any is left."""
        for row in self._line.active():
            if row.state == JobState.RUNNING:
                self._look_after(row)
        rows = self._line.active()
        for lane in Lane:
            mine = [row for row in rows if row.lane == lane]
            running = sum(row.state == JobState.RUNNING for row in mine)
            for _ in range(min(len(mine) - running, self._capacities[lane] - running)):
                begun = self._line.begin_next(lane, self._capacities[lane], process_name())
                if begun is not None:
                    self._begin(begun)
            if not mine and lane in self._wished:
                self._wished.discard(lane)
                self._ready[lane].prepare()
        return bool(rows)

    def _begin(self, row: JobRow) -> None:
        attempt, secrets = self._attempt(row), self._secrets.pop(row.key, {})
        ready = self._ready.get(Lane(row.lane))
        try:
            attempt.prepare(_request(row))
            child = ready.begin(attempt.folder, attempt.log, self._wake.set, secrets) if ready is not None else None
            if child is None:
                child = start_worker(attempt.folder, attempt.log, self._wake.set, secrets)
            else:
                self._handed[attempt.folder.name] = secrets
            _started[attempt.folder.name] = child
        except OSError as error:
            problem = Problem(what="The work could not be begun.", evidence=f"{error}.", fix="Try again in a moment.")
            self._settle(row, attempt, Outcome(state=JobState.FAILED, problem=problem))

    def _look_after(self, row: JobRow) -> None:
        """Settle a running job that has ended, and end one that has to."""
        attempt = self._attempt(row)
        if row.stopping and not attempt.asked_to_stop():
            attempt.ask_to_stop()
        outcome = attempt.outcome()
        if outcome is None and not self._lives(row, attempt):
            if attempt.worker() is None and attempt.folder.name not in _started and attempt.take_back():
                self._line.give_back(row)
                return
            if attempt.worker() is None and (secrets := self._handed.pop(attempt.folder.name, None)) is not None:
                # The process that was ready died before it began: the job runs as one for which none was.
                _started[attempt.folder.name] = start_worker(attempt.folder, attempt.log, self._wake.set, secrets)
                return
            # It may have been told to stop since the row was read: then it did not fail.
            outcome = attempt.outcome() or self._died(self._line.find(row.key) or row, attempt)
            self._end(attempt)  # what it had started may still run
        if outcome is None:
            overrun = self._overrun(row, attempt)
            if overrun is None:
                return
            self._end(attempt)
            outcome = attempt.outcome() or overrun  # it may have ended by itself meanwhile
        if outcome.state is JobState.CANCELLED and attempt.outcome() is None and not attempt.keeps():
            discard(_request(row))  # its worker would have, and nobody has been told of its end yet
        self._settle(row, attempt, outcome)

    def _settle_if_ended(self, key: str) -> None:
        row = self._line.find(key)
        if row is not None and row.state == JobState.RUNNING:
            attempt = self._attempt(row)
            outcome = attempt.outcome()
            if outcome is not None:
                self._settle(row, attempt, outcome)

    def _settle(self, row: JobRow, attempt: Attempt, outcome: Outcome) -> None:
        settled = self._line.settle(row, outcome)
        self._watched.pop(attempt.folder.name, None)
        _started.pop(attempt.folder.name, None)
        self._handed.pop(attempt.folder.name, None)
        if settled and outcome.state is not JobState.FAILED:  # a failed one's log is worth keeping
            shutil.rmtree(attempt.folder, ignore_errors=True)

    @staticmethod
    def _lives(row: JobRow, attempt: Attempt) -> bool:
        worker = attempt.worker()
        if worker is not None:
            return process_lives(worker.process) is not False and attempt.is_held()
        child = _started.get(attempt.folder.name)
        if child is not None:
            return child.poll() is None
        return row.launcher is not None and process_lives(row.launcher) is not False

    def _overrun(self, row: JobRow, attempt: Attempt) -> Outcome | None:
        """Return how a living attempt ends if it has outstayed a limit, or None."""
        watch = self._watched.setdefault(attempt.folder.name, _Watch())
        now, worker = time.monotonic(), attempt.worker()
        limits = _request(row).limits
        ran = now - watch.since
        if worker is not None:
            # What it ran before this process first saw it is known by the clock alone.
            ran = max(ran, time.time() - worker.began)
        if row.stopping:
            watch.asked = now if watch.asked is None else watch.asked
            if now - watch.asked >= limits.grace(attempt.keeps()):
                return Outcome(state=JobState.CANCELLED, progress=attempt.progress(), seconds=ran)
        problem = _time_problem(limits, ran)
        if problem is None and limits.memory_bytes and worker and now - watch.measured >= MEASURE_SECONDS:
            watch.measured = now
            if memory_of(worker.process) > limits.memory_bytes:
                problem = memory_problem(limits.memory_bytes)
        if problem is None:
            return None
        return Outcome(state=JobState.FAILED, problem=problem, progress=attempt.progress(), seconds=ran)

    @staticmethod
    def _end(attempt: Attempt) -> None:
        worker, child = attempt.worker(), _started.get(attempt.folder.name)
        if worker is not None:
            end_tree(worker.process)
        elif child is not None and child.poll() is None:
            child.kill()

    @staticmethod
    def _died(row: JobRow, attempt: Attempt) -> Outcome:
        limits = _request(row).limits
        child = _started.get(attempt.folder.name)
        code = child.poll() if child is not None else None
        how = f"It ended with the code {code}." if code is not None else "Its process is gone."
        often = "The computer was restarted, or ran out of memory."
        if limits.memory_bytes:
            often = f"The computer was restarted, or the {wording.size(limits.memory_bytes)} that it may use did not suffice."
        state = JobState.CANCELLED if row.stopping else JobState.FAILED
        problem = Problem(what="The work ended without a word.", evidence=f"{how} {often}", fix="Start it again.")
        return Outcome(
            state=state, problem=None if row.stopping else problem, progress=attempt.progress(),
        )  # fmt: skip


def _request(row: JobRow) -> JobRequest:
    return JobRequest.model_validate_json(row.request)


def _time_problem(limits: Limits, ran: float) -> Problem | None:
    if limits.seconds is None or ran < limits.seconds:
        return None
    return Problem(
        what="The work did not come to its end in time.",
        evidence=f"It may take {wording.span(limits.seconds)}.",
        fix="Try again when less is running, or choose something smaller.",
    )


def _ended(row: JobRow, outcome: Outcome) -> JobRecord:
    return _record(
        row, state=outcome.state, result=outcome.result, problem=outcome.problem, progress=outcome.progress,
        seconds=outcome.seconds,
    )  # fmt: skip


def _record(row: JobRow, **known: object) -> JobRecord:
    fields = {
        "key": row.key, "owner": row.owner, "lane": row.lane, "state": row.state, "stopping": row.stopping,
        "arguments": _request(row).arguments,
    }  # fmt: skip
    return JobRecord.model_validate(fields | known)
