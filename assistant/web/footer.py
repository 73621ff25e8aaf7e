"""The footer below every page: whether all is saved, and the one button that says what comes next."""

from __future__ import annotations

from html import escape

from assistant.submission.next_step import NextStep, next_step
from assistant.submission.snapshot import Snapshot
from assistant.web.html import place
from assistant.wording import one_line

# The page's script says there whether everything typed has reached the server, and what a screen reader is to say.
SAVED = '<p id="saved" class="saved" role="status"></p><p id="said" class="for-readers" role="status"></p>'
_LONGEST = 120


def next_buttons(snapshot: Snapshot) -> str:
    """Return the next thing for each place of the wizard; the page shows that of the place it is at."""
    parts = [_next(next_step(snapshot, status.step, status.project), place(status.step, status.project))
        for status in snapshot.statuses.values()]  # fmt: skip
    leave = f'<div class="next" data-at="understand"><a class="next-button" href="?at=start" data-go="start">{_back()}</a></div>'
    return f'<div class="next-steps">{"".join(parts)}{leave}</div>'


def _back() -> str:
    return "Back to your hand-in"


def _next(step: NextStep, at: str) -> str:
    target = place(step.step, step.project)
    presses = f' data-press="{control_id(step)}"' if step.control else ""
    why = f'<span class="next-why">{escape(one_line(step.why, _LONGEST))}</span>' if step.why else ""
    return (
        f'<div class="next" data-at="{at}">{why}<a class="next-button" role="button" href="?at={target}" data-go="{target}"'
        f"{presses}>{escape(step.words)}</a></div>"
    )


def control_id(step: NextStep) -> str:
    """Return the element's id of the control that a next step presses."""
    if step.step == "start":
        return f"student-{step.control}"
    return f"{place(step.step, step.project)}-{step.control}"
