"""Values that are made once and kept in memory for a while, by the digest of what they were made from."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class MemoryCache(Generic[_Value]):
    """The values asked for last, by key; each is made once, however many ask for it at the same time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[str, _Value] = OrderedDict()
        self._lock = threading.Lock()
        self._making = threading.Lock()

    def look(self, key: str) -> _Value | None:
        """Return the value of a key, or None when it is not there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def get(self, key: str, make: Callable[[], _Value]) -> _Value:
        """Return the value of a key; what is not there is made by one thread while the others wait for it."""
        if (known := self.look(key)) is not None:
            return known
        with self._making:
            if (known := self.look(key)) is not None:
                return known
            made = make()
            with self._lock:
                self._values[key] = made
                while len(self._values) > self._most:
                    self._values.popitem(last=False)
            return made
