"""What the fields of an open page hold, so that a newer text is never overwritten by an older one."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.blocks import Block

# What only the server changes. What a student types, ticks or opens is sent whenever a handler says so.
_OURS = (gr.HTML, gr.Tab, gr.Group, gr.Column, gr.Row, gr.Button, gr.Timer)
_LOCK = threading.Lock()


class NOTHING:
    """Stands for no value at all; as a class it stays itself in a copy of an open page."""


@dataclass
class _Field:
    """What a field held when it last told, in which turn that was, and what page and store last agreed on."""

    held: Any
    turn: int
    agreed: Any


class Fields:
    """What an open page's fields hold, as far as the page told or was told.

    Two tabs of a student may be open at once, and an answer may be under way while somebody types. A field is filled
    when the store holds something that this page neither showed nor typed; it is stored when it holds something else
    than it was filled with. So a page that was filled with an older state does not write that back.
    """

    def __init__(self) -> None:
        self._fields: dict[int, _Field] = {}

    def tell(self, values: Mapping[Any, Any], turn: int) -> None:
        """Note what a page says its fields hold in a turn."""
        with _LOCK:
            for component, value in values.items():
                known = self._fields.setdefault(component._id, _Field(value, turn, NOTHING))
                known.held, known.turn = value, turn

    def news(self, values: Mapping[Any, Any]) -> bool:
        """Tell whether a page's fields hold something else than the store was known to hold."""
        with _LOCK:
            return any(self._fields[component._id].agreed != value for component, value in values.items())

    def stored(self, values: Mapping[Any, Any]) -> None:
        """Note that the store holds what a page's fields hold."""
        with _LOCK:
            for component, value in values.items():
                self._fields[component._id].agreed = value

    def filled(self, component: Any, value: Any, turn: int) -> None:
        """Note a value that is sent to a field."""
        with _LOCK:
            self._fields[component._id] = _Field(value, turn, value)

    def unsettled(self, updates: Mapping[Any, Any], typed: Iterable[Any], turn: int) -> dict[Any, Any]:
        """Return the updates for a page, without the values of those fields that need no filling.

        `turn` is when the store was read. A field is settled when it holds the value already, when the value is what it
        held before somebody typed, or when what was typed came later.
        """
        left = dict(updates)
        with _LOCK:
            for component in typed:
                if component in left and self._is_settled(component._id, parts(left[component])[1], turn):
                    left[component] = gr.update(**parts(left[component])[0])
        return left

    def _is_settled(self, name: int, value: Any, turn: int) -> bool:
        known = self._fields.get(name)
        if known is None:
            return False
        if known.held == value:
            known.agreed = value
        typed_later = known.turn > turn and known.held is not None
        return value is NOTHING or known.agreed == value or typed_later


def parts(update: Any) -> tuple[dict[str, Any], Any]:
    """Return what an update says of a component, and the value that it gives it, or NOTHING."""
    said = update.constructor_args if isinstance(update, Block) else update
    if not isinstance(said, dict):
        return {}, said
    rest = {key: item for key, item in said.items() if key not in ("value", "render", "__type__")}
    return rest, said.get("value", NOTHING)


def is_field(component: Any) -> bool:
    """Tell whether a component is one that a student types in, ticks, picks or opens."""
    return not isinstance(component, (*_OURS, gr.State))


def is_told(component: Any, value: Any) -> bool:
    """Tell whether a value that an event brought says what a field holds, and may be remembered."""
    if isinstance(component, gr.Textbox):
        # A text box that is not on the page sends None: nothing was typed there. A password is kept nowhere.
        return value is not None and component.type != "password"
    return is_field(component)
