"""The one module that knows gradio's inner life: what its public interface does not say, and what it keeps too long.

Everything else in the wizard uses gradio's public interface. What stands here was read in gradio 6.31's source and is
held by tests, so that another version that does otherwise is noticed.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import gradio as gr
import matplotlib
from gradio.blocks import Block
from gradio.state_holder import StateHolder

# A component, what an event is connected by, what connecting one returns, and what a handler answers.
Component: TypeAlias = Block
Event: TypeAlias = Callable[..., Any]
Dependency: TypeAlias = Any
Updates: TypeAlias = dict[Any, Any]

# What only the server changes. What a student types, ticks or opens is sent whenever a handler says so.
_OURS = (gr.HTML, gr.Tab, gr.Group, gr.Column, gr.Row, gr.Button, gr.Timer)
_KEPT = timedelta(minutes=10)  # a phone that slept may come back
_ARENA_MAX = -8  # M_ARENA_MAX of glibc's mallopt
_TRIM_THRESHOLD = -1  # M_TRIM_THRESHOLD


class NOTHING:
    """Stands for no value at all; as a class it stays itself in a copy of an open page."""


def key_of(component: Component) -> int:
    """Return what tells a component apart from the others, the same in every copy of an open page."""
    key: int = component._id
    return key


def parts(update: object) -> tuple[dict[str, Any], object]:
    """Return what an update says of a component, and the value that it gives it, or NOTHING."""
    if not isinstance(update, dict):
        return {}, update
    rest = {key: item for key, item in update.items() if key not in ("value", "__type__")}
    return rest, update.get("value", NOTHING)


def is_field(component: Component) -> bool:
    """Tell whether a component is one that a student types in, ticks, picks or opens."""
    return not isinstance(component, (*_OURS, gr.State))


def is_told(component: Component, value: object) -> bool:
    """Tell whether a value that an event brought says what a field holds, and may be remembered."""
    if isinstance(component, gr.Textbox):
        # A text box that is not on the page sends None: nothing was typed there. A password is kept nowhere.
        return value is not None and component.type != "password"
    return is_field(component)


def take_what_was_offered(blocks: gr.Blocks) -> None:
    """Let fields whose choices come with the data take any value; what the steps cannot use they refuse in a sentence.

    Gradio checks against the choices that this server sent to this page. A page that was open while the server was
    started again shows choices of the server before, and would get an error for each.
    """
    for block in blocks.blocks.values():
        if isinstance(block, gr.Dropdown | gr.Radio | gr.CheckboxGroup) and not block.choices:
            setattr(block, "preprocess", _as_it_is)  # noqa: B010 - a method of this one component


def _as_it_is(payload: object) -> object:
    return payload


def forget_closed_pages(holder: StateHolder, now: datetime) -> None:
    """Drop what is kept of pages that were closed some minutes ago: 3 MB each, which gradio keeps for good."""
    for session, state in list(holder.session_data.items()):
        if state.is_closed and now - holder.time_last_used.get(session, now) > _KEPT:
            holder.session_data.pop(session, None)
            holder.time_last_used.pop(session, None)


def stay_small() -> None:
    """Choose matplotlib's backend, and where there is glibc let all threads share two arenas and return freed memory."""
    # Gradio asks for the backend at each event; to find one, matplotlib would load everything that draws (20 MB).
    matplotlib.use("agg")
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(_ARENA_MAX, 2)
        libc.mallopt(_TRIM_THRESHOLD, 1 << 20)
