"""What gradio keeps of each open page: not longer than needed, and not needed to take what the page sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import gradio as gr
from gradio.state_holder import StateHolder

_KEPT = timedelta(minutes=10)  # a phone that slept may come back


def take_what_was_offered(blocks: gr.Blocks) -> None:
    """Let fields whose choices come with the data take any value; what the steps cannot use they refuse in a sentence.

    Gradio checks against the choices that this server sent to this page. A page that was open while the server was
    started again shows choices of the server before, and would get an error for each.
    """
    for block in blocks.blocks.values():
        if isinstance(block, gr.Dropdown | gr.Radio | gr.CheckboxGroup) and not block.choices:
            setattr(block, "preprocess", _as_it_is)  # noqa: B010 - a method of this one component


def _as_it_is(payload: Any) -> Any:
    return payload


def forget_closed_pages(holder: StateHolder, now: datetime) -> None:
    """Drop what is kept of pages that were closed some minutes ago: 3 MB each, which gradio keeps for good."""
    for session, state in list(holder.session_data.items()):
        if state.is_closed and now - holder.time_last_used.get(session, now) > _KEPT:
            holder.session_data.pop(session, None)
            holder.time_last_used.pop(session, None)
