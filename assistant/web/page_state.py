"""What an open page shows already, so that an answer carries only what is new."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.web.field_values import NOTHING, Fields, is_field, parts

_LOCK = threading.Lock()
# Two answers that leave within this time may reach the browser the other way round.
_UNSURE_SECONDS = 5.0


@dataclass
class _Sent:
    """The last update of a component: when it was sent, and when another one was before it."""

    digest: bytes
    moment: float
    other: float


class Shown:
    """What one open page of the wizard shows: the last update of each component, and what its fields hold.

    A browser redraws what it is sent, and for a tab or a group all that lies inside: after some charts that takes
    seconds. What is the same as the last update is shown already, unless another one left shortly before.
    Each answer takes its turn before it looks at the store: one that looked earlier but took longer must not put an
    older state over a newer one.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turns = 0
        self._sent: dict[int, _Sent] = {}
        self._last: dict[int, int] = {}
        self.fields = Fields()

    def turn(self) -> int:
        """Return the next turn; to be taken after the store was changed and before it is read."""
        with _LOCK:
            self._turns += 1
            return self._turns

    def new(self, updates: dict[Any, Any], turn: int) -> dict[Any, Any]:
        """Return the updates that change the page and are not older than what it shows, and note them."""
        with _LOCK:
            return {component: update for component, update in updates.items() if self._note(component, update, turn)}

    def _note(self, component: Any, update: Any, turn: int) -> bool:
        if isinstance(component, gr.State):
            return True
        if self._last.get(component._id, 0) > turn:
            return False
        self._last[component._id] = turn
        said, value = parts(update)
        if is_field(component):
            if value is not NOTHING:
                self.fields.filled(component, value, turn)
        else:
            said = said | {"value": value}
        digest = hashlib.blake2b(repr(said).encode(), digest_size=16).digest()
        now, before = self._clock(), self._sent.get(component._id)
        if before is None or before.digest != digest or (is_field(component) and value is not NOTHING):
            self._sent[component._id] = _Sent(digest, now, before.moment if before else -math.inf)
            return True
        sure = before.moment - before.other > _UNSURE_SECONDS
        before.moment = now
        return not sure
