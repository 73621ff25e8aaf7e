"""Runs each job at once, in this process: for commands, where the caller waits for it, and for tests."""

from __future__ import annotations

import threading
from pathlib import Path

from pydantic import JsonValue

from assistant.submission.jobs.job import JobRecord, JobRequest, JobState, Lane
from assistant.submission.jobs.run_task import TaskContext, perform


class InlineJobRunner:
    """A JobRunner whose `submit` returns when the job has ended; of the limits it holds none but the stop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: dict[str, JobRecord] = {}

    def submit(self, request: JobRequest) -> JobRecord:
        """Run the job and return how it ended; one that is being run already is left as it is."""
        key = request.key
        with self._lock:
            known = self._records.get(key)
            if known is not None and not known.state.ended:
                return known
            running = JobRecord(
                key=key, owner=request.owner, lane=request.lane, state=JobState.RUNNING, arguments=request.arguments
            )
            self._records[key] = running
        context = TaskContext(
            Path(request.folder),
            lambda progress: self._update(key, progress=progress),
            lambda: self._records[key].stopping,
            {name: secret.get_secret_value() for name, secret in request.secrets.items()},
        )
        outcome = perform(request, context)
        return self._update(key, **{name: getattr(outcome, name) for name in type(outcome).model_fields})

    def look(self, key: str) -> JobRecord | None:
        """Return what is known of a job, or None when there never was one."""
        return self._records.get(key)

    def cancel(self, key: str) -> None:
        """Ask a job that is being run to stop; nothing happens when it has ended."""
        known = self._records.get(key)
        if known is not None and not known.state.ended:
            self._update(key, stopping=True)

    def prepare(self, lane: Lane) -> None:
        """Do nothing: this very process does the next job."""

    def close(self) -> None:
        """Do nothing: no job outlasts its submit."""

    def _update(self, key: str, **changes: JsonValue | object) -> JobRecord:
        with self._lock:
            record = self._records[key].model_copy(update=changes)
            self._records[key] = record
            return record
