"""Short calls that somebody waits for, in warm processes: a chart, the pages of a report, a slider of the lecture.

A process serves one call at a time through a pipe of its own, so that a call that outstays its time ends its own process
and no other; the executors of the standard library and of loky end them all.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from assistant import wording
from assistant.child_environment import without_secrets
from assistant.errors import AssistantError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
_Call = tuple[Callable[..., object], tuple[object, ...], dict[str, object]]

START_SECONDS = 60.0  # starting a process and importing what its lane needs, on a slow and busy machine
IDLE_SECONDS = 900.0  # a process that nobody asks for so long ends: one that draws holds about 200 MB
CALL_SECONDS = 120.0


class CallTimeoutError(AssistantError):
    """A call had no answer within its time."""


class Calls(Hashable, Protocol):
    """Calls a module's function with arguments that can be pickled, and returns what it returns."""

    def __call__(
        self, function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        """Call the function; what it raises is raised here."""


class CallPool(Protocol):
    """Whoever answers short calls, each in its lane."""

    def call(
        self,
        lane: str,
        function: Callable[..., Result],
        /,
        *args: object,
        timeout: float = CALL_SECONDS,
        **kwargs: object,
    ) -> Result:
        """Return what the function returns; raise what it raises, or CallTimeoutError after `timeout` seconds."""

    def close(self) -> None:
        """End all processes; the next call starts new ones."""


def in_this_process(
    function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """Call the function here, as a command does."""
    return function(*args, **kwargs)


class InProcessCalls:
    """A CallPool that calls here, without lanes and without a limit of time."""

    def call(
        self,
        lane: str,  # noqa: ARG002 - the protocol's
        function: Callable[..., Result],
        /,
        *args: object,
        timeout: float = CALL_SECONDS,  # noqa: ARG002 - the protocol's
        **kwargs: object,
    ) -> Result:
        """Return what the function returns."""
        return function(*args, **kwargs)

    def close(self) -> None:
        """Do nothing: there is no process."""


@dataclass(frozen=True)
class LaneCalls:
    """The calls of one lane of a pool, each with the same limit of time in seconds."""

    pool: CallPool
    lane: str
    timeout: float = CALL_SECONDS

    def __call__(
        self, function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        """Call the function in the lane."""
        call: Callable[..., Result] = self.pool.call
        return call(self.lane, function, *args, timeout=self.timeout, **kwargs)


class WorkerPool:
    """A CallPool of spawned processes, `processes` of them for each lane, started when needed and again when they died.

    `prepare` names for a lane the function that each of its processes runs first; what it imports stays there. They end
    with this process, however it ends, and after `idle_seconds` in which nobody asks.
    """

    def __init__(
        self,
        processes: Mapping[str, int],
        prepare: Mapping[str, Callable[[], None]] | None = None,
        *,
        start_seconds: float = START_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        # The last one used is the first one used again, so that a lane keeps no more processes than it needs.
        self._seats: dict[str, queue.LifoQueue[_Seat]] = {}
        self._all: list[_Seat] = []
        for lane, number in processes.items():
            self._seats[lane] = queue.LifoQueue()
            for _ in range(number):
                seat = _Seat((prepare or {}).get(lane), start_seconds, idle_seconds)
                self._all.append(seat)
                self._seats[lane].put(seat)

    def call(
        self, lane: str, function: Callable[..., Result], /, *args: object, timeout: float = CALL_SECONDS, **kwargs: object
    ) -> Result:  # fmt: skip
        """Return what the function returns; raise what it raises, or CallTimeoutError after `timeout` seconds.

        The time runs while the lane is busy, not while a process starts. A process that dies is started again once.
        """
        end = time.monotonic() + timeout
        try:
            seat = self._seats[lane].get(timeout=timeout)
        except queue.Empty:
            raise CallTimeoutError(
                "Too many are waiting for an answer.",
                f"In {wording.span(timeout)} this one's turn did not come.",
                "Try again in a moment.",
            ) from None
        try:
            return cast(Result, seat.call((function, args, kwargs), max(0.0, end - time.monotonic())))
        finally:
            self._seats[lane].put(seat)

    def close(self) -> None:
        """End all processes; the next call starts new ones."""
        for seat in self._all:
            seat.close()


class _Seat:
    """One process at a time, for whoever holds the seat."""

    def __init__(self, prepare: Callable[[], None] | None, start_seconds: float, idle_seconds: float) -> None:
        self._prepare, self._start_seconds, self._idle_seconds = prepare, start_seconds, idle_seconds
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._idle: threading.Timer | None = None

    def call(self, asked: _Call, left: float) -> object:
        """Return the answer; `left` are the seconds that it may still take."""
        with self._lock:
            self._stay()
            child = self._child
        try:
            for _ in range(2):
                try:
                    if child is None:
                        child = self._child = _Child(self._prepare, self._start_seconds)
                    return child.ask(asked, left)
                except (EOFError, OSError):
                    self.close()
                    child = None
        except CallTimeoutError:
            self.close()
            raise
        finally:
            self._rest()
        raise AssistantError(
            "The process that works on this ended twice.",
            "The computer may have run out of memory.",
            "Try again in a moment.",
        )

    def close(self) -> None:
        """End the process at once."""
        with self._lock:
            self._stay()
            child, self._child = self._child, None
        if child is not None:
            child.end()

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _rest(self) -> None:
        with self._lock:
            self._stay()
            if self._child is not None:
                self._idle = threading.Timer(self._idle_seconds, self.close)
                self._idle.daemon = True
                self._idle.start()


class _Child:
    """A spawned process and the pipe to it; EOFError or OSError when it is gone."""

    def __init__(self, prepare: Callable[[], None] | None, start_seconds: float) -> None:
        # Not forked: a copy of the server would hold all that the child is there to keep out of it.
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_serve, args=(theirs, prepare), daemon=True)
        self._process.start()
        theirs.close()
        try:
            self._answer(start_seconds)
        except BaseException:
            self.end()
            raise

    def ask(self, asked: _Call, seconds: float) -> object:
        """Return what the call returns, or raise what it raises."""
        self._pipe.send(asked)
        return self._answer(seconds)

    def end(self) -> None:
        """Kill the process and wait until it is gone."""
        self._process.kill()
        self._process.join()
        # The pipe is left to whoever still waits for an answer: it learns of the end there.

    def _answer(self, seconds: float) -> object:
        if not self._pipe.poll(seconds):
            raise CallTimeoutError(
                "There was no answer in time.", f"It was waited for {wording.span(seconds)}.", "Try again in a moment."
            )
        good, answer = self._pipe.recv()
        if good:
            return answer
        raise answer


def _serve(pipe: Connection[Any, Any], prepare: Callable[[], None] | None) -> None:
    """Answer calls until the pipe or the parent ends."""
    _end_with_parent()
    for name in os.environ.keys() - without_secrets().keys():
        del os.environ[name]
    _send(pipe, prepare or (lambda: None))
    with contextlib.suppress(EOFError):
        while True:
            function, args, kwargs = pipe.recv()
            _send(pipe, lambda: function(*args, **kwargs))  # noqa: B023 - called at once


def _send(pipe: Connection[Any, Any], call: Callable[[], object]) -> None:
    try:
        answer: tuple[bool, object] = (True, call())
    except Exception as error:
        answer = (False, error)
    try:
        pipe.send(answer)
    except Exception as error:  # what cannot be pickled
        pipe.send((False, TypeError(f"The answer {answer[1]!r:.200} cannot be sent: {error}")))


def _end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, in whatever way that ended."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
