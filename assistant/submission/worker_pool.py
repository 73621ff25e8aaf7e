"""Where charts are drawn and reports are set: in this process, or in a child so that the server stays small."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, Protocol, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Press(Hashable, Protocol):
    """Calls a module's function with arguments that can be pickled, and returns what it returns."""

    def __call__(
        self, function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        """Call the function; what it raises is raised here."""


def in_this_process(
    function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """Call the function here, as a command does."""
    return function(*args, **kwargs)


class ChildPress:
    """Calls functions in one child process, which is started with the first call and again when it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: ProcessPoolExecutor | None = None

    def __call__(
        self, function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        """Call the function in the child; once more in a new one when the first was killed meanwhile."""
        try:
            return self._pool().submit(function, *args, **kwargs).result()
        except BrokenProcessPool:
            self.close()
            return self._pool().submit(function, *args, **kwargs).result()

    def close(self) -> None:
        """End the child."""
        with self._lock:
            if self._child is not None:
                self._child.shutdown(wait=False, cancel_futures=True)
                self._child = None

    def _pool(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._child is None:
                # Not forked: a copy of the server would hold all that the child is there to keep out of it.
                spawn = multiprocessing.get_context("spawn")
                self._child = ProcessPoolExecutor(1, mp_context=spawn, initializer=_end_with_parent)
            return self._child


def _end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, in whatever way that ended."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
