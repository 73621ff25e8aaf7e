"""Pages that are closed do not fill the server's memory."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast

from gradio.state_holder import SessionState, StateHolder

from assistant.web.gradio_internals import forget_closed_pages

NOW = datetime(2026, 1, 1, 12)


def test_only_pages_that_were_closed_some_minutes_ago_are_forgotten() -> None:
    holder = StateHolder()
    for name, closed, minutes in (("open", False, 60), ("closed", True, 60), ("just closed", True, 1)):
        holder.session_data[name] = cast(SessionState, SimpleNamespace(is_closed=closed))
        holder.time_last_used[name] = NOW - timedelta(minutes=minutes)
    forget_closed_pages(holder, NOW)
    assert list(holder.session_data) == list(holder.time_last_used) == ["open", "just closed"]
