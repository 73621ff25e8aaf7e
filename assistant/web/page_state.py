"""What an open page shows already, so that an answer carries only what is new."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import gradio as gr

from assistant.web.field_values import Fields
from assistant.web.gradio_internals import NOTHING, Component, Updates, is_field, key_of, parts

_LOCK = threading.Lock()
# Two answers that leave within this time may reach the browser the other way round.
_UNSURE_SECONDS = 5.0


@dataclass
class _Sent:
    """The last update of a component: when it was sent, and when another one was before it."""

    digest: bytes
    moment: float
    other: float


class PageState:
    """What one open page of the wizard shows: the last update of each component, and what its fields hold.

    A browser redraws what it is sent, and for a tab or a group all that lies inside: after some charts that takes
    seconds. What is the same as the last update is shown already, unless another one left shortly before.
    Each answer takes its turn before it looks at the store: one that looked earlier but took longer must not put an
    older state over a newer one.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turns = 0
        self.newest_revision = 0
        self._sent: dict[int, _Sent] = {}
        self._last: dict[int, int] = {}
        self.fields = Fields()

    def turn(self) -> int:
        """Return the next turn; to be taken after the store was changed and before it is read."""
        with _LOCK:
            self._turns += 1
            return self._turns

    def changed_to(self, revision: int) -> None:
        """Note that an event of this page stored a revision: an answer that saw an earlier one has to look again."""
        with _LOCK:
            self.newest_revision = max(self.newest_revision, revision)

    def new(self, updates: Updates, turn: int) -> Updates:
        """Return the updates that change the page and are not older than what it shows, and note them."""
        with _LOCK:
            return {component: update for component, update in updates.items() if self._note(component, update, turn)}

    def _note(self, component: Component, update: object, turn: int) -> bool:
        if isinstance(component, gr.State):
            return True
        if self._last.get(key_of(component), 0) > turn:
            return False
        self._last[key_of(component)] = turn
        said, value = parts(update)
        if is_field(component):
            if value is not NOTHING:
                self.fields.filled(component, value, turn)
        else:
            said = said | {"value": value}
        digest = hashlib.blake2b(repr(said).encode(), digest_size=16).digest()
        now, before = self._clock(), self._sent.get(key_of(component))
        if before is None or before.digest != digest or (is_field(component) and value is not NOTHING):
            self._sent[key_of(component)] = _Sent(digest, now, before.moment if before else -math.inf)
            return True
        sure = before.moment - before.other > _UNSURE_SECONDS
        before.moment = now
        return not sure
