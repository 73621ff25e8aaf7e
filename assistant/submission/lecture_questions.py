"""The page's side of the lecture: asks short questions in the lane that holds torch, and limits each answer."""

from __future__ import annotations

from typing import Any, TypeVar

from assistant.errors import LectureError
from assistant.frozen import Frozen
from assistant.lecture.answers import answer
from assistant.submission.jobs.job import Lane
from assistant.submission.jobs.worker_pool import CallPool, CallTimeoutError

ANSWER_SECONDS = 20.0

_Answer = TypeVar("_Answer", bound=Frozen)


class LectureQuestions:
    """Questions of many students, one short one at a time in each process of the lane."""

    def __init__(self, pool: CallPool, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._pool, self._seconds = pool, answer_seconds

    def ask(self, kind: type[_Answer], operation: str, **arguments: Any) -> _Answer:
        """Return the answer of `operation`, which is of that kind; raise LectureError when there is none in time."""
        try:
            found = self._pool.call(Lane.LECTURE, answer, operation, arguments, timeout=self._seconds)
        except CallTimeoutError as error:
            raise LectureError(
                "The picture took too long.", error.evidence, "Move the slider again; a smaller length is faster."
            ) from error
        assert isinstance(found, kind)
        return found
