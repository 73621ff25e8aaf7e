"""What the fields of an open page hold, so that a newer text is never overwritten by an older one."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import gradio as gr

from assistant.web.gradio_internals import NOTHING, Component, Updates, key_of, parts

_LOCK = threading.Lock()


@dataclass
class _Field:
    """What a field held when it last told, in which turn that was, and what page and store last agreed on."""

    held: object
    turn: int
    agreed: object


class Fields:
    """What an open page's fields hold, as far as the page told or was told.

    Two tabs of a student may be open at once, and an answer may be under way while somebody types. A field is filled
    when the store holds something that this page neither showed nor typed; it is stored when it holds something else
    than it was filled with. So a page that was filled with an older state does not write that back.
    """

    def __init__(self) -> None:
        self._fields: dict[int, _Field] = {}

    def tell(self, values: Mapping[Component, object], turn: int) -> None:
        """Note what a page says its fields hold in a turn."""
        with _LOCK:
            for component, value in values.items():
                known = self._fields.setdefault(key_of(component), _Field(value, turn, NOTHING))
                known.held, known.turn = value, turn

    def news(self, values: Mapping[Component, object]) -> bool:
        """Tell whether a page's fields hold something else than the store was known to hold."""
        with _LOCK:
            return any(self._fields[key_of(component)].agreed != value for component, value in values.items())

    def agreed(self, component: Component) -> object:
        """Return what page and store last agreed on that a field holds; NOTHING where that is not known."""
        with _LOCK:
            known = self._fields.get(key_of(component))
            return NOTHING if known is None else known.agreed

    def stored(self, values: Mapping[Component, object]) -> None:
        """Note that the store holds what a page's fields hold."""
        with _LOCK:
            for component, value in values.items():
                self._fields[key_of(component)].agreed = value

    def filled(self, component: Component, value: object, turn: int) -> None:
        """Note a value that is sent to a field."""
        with _LOCK:
            self._fields[key_of(component)] = _Field(value, turn, value)

    def unsettled(self, updates: Mapping[Component, object], typed: Iterable[Component], turn: int) -> Updates:
        """Return the updates for a page, without the values of those fields that need no filling.

        `turn` is when the store was read. A field is settled when it holds the value already, when the value is what it
        held before somebody typed, or when what was typed came later.
        """
        left = dict(updates)
        with _LOCK:
            for component in typed:
                if component in left and self._is_settled(key_of(component), parts(left[component])[1], turn):
                    left[component] = gr.update(**parts(left[component])[0])
        return left

    def untouched(self, updates: Mapping[Component, object], typed: Iterable[Component], turn: int) -> Updates:
        """Return the updates of an answer to a press, without the values of fields that were typed in after the press.

        `turn` is that of the press.
        """
        left = dict(updates)
        with _LOCK:
            for component in typed:
                known = self._fields.get(key_of(component))
                if component in left and known is not None and known.turn > turn and known.held != known.agreed:
                    left[component] = gr.update(**parts(left[component])[0])
        return left

    def _is_settled(self, name: int, value: object, turn: int) -> bool:
        known = self._fields.get(name)
        if known is None:
            return False
        if known.held == value:
            known.agreed = value
        typed_later = known.turn > turn and known.held is not None
        return value is NOTHING or known.agreed == value or typed_later
