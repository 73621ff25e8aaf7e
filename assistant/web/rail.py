"""The rail beside every page: who hands in, the time left, and each step with its state and what came of it."""

from __future__ import annotations

import hashlib
from datetime import UTC
from html import escape

from assistant.brief import Timing
from assistant.findings import STEP_TITLES, StepStatus
from assistant.submission.snapshot import Snapshot
from assistant.submission.status import PROJECT_STEPS
from assistant.submission.step_results import finished_steps, step_result
from assistant.submission.submit_findings import time_left
from assistant.web.html import place
from assistant.wording import one_line


def rail(snapshot: Snapshot) -> str:
    """Return the rail of a student's work."""
    statuses = snapshot.statuses
    cards = "".join(_card(snapshot, project.number) for project in snapshot.projects)
    return (
        f'<nav class="rail" data-owner="{_tag(snapshot.owner)}" aria-label="Your hand-in">{_bar(snapshot)}<div class="rail-body" id="rail-body">'
        f"{_head(snapshot)}<ul>{_row(snapshot, statuses[None, 'start'])}</ul>{cards}"
        f"<ul>{_row(snapshot, statuses[None, 'submit'])}</ul><hr><ul>{_lecture()}</ul></div></nav>"
    )


def _tag(owner: str) -> str:
    """Return what tells the students of one browser apart, without telling who they are."""
    return hashlib.sha256(owner.encode()).hexdigest()[:12]


def _head(snapshot: Snapshot) -> str:
    """Return who hands in and the time left, in the course's zone and in the student's own."""
    name = one_line(snapshot.draft.student.name, 40) or "Your hand-in"
    deadline = snapshot.brief.submission.deadline
    moment = f"{deadline.moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if snapshot.timing is not Timing.ON_TIME:
        # Said in a few words: the Start page says what follows from it.
        takes = "late is taken" if snapshot.timing is Timing.LATE else "late is not taken"
        return f'<p class="rail-who">{escape(name)}</p><p class="rail-time">Deadline {deadline.local:%d %b %Y} passed; {takes}</p>'
    left = f'<b data-deadline="{moment}">{escape(time_left(snapshot))}</b>'
    zones = (
        f'<span class="rail-zones">until {escape(f"{deadline.local:%a %d %b, %H:%M}")} {escape(deadline.zone)}'
        f'<span data-own-time="{moment}"></span></span>'
    )
    return f'<p class="rail-who">{escape(name)}</p><p class="rail-time">{left} {zones}</p>'


def _card(snapshot: Snapshot, number: int) -> str:
    title = one_line(snapshot.project(number).title, 60)
    rows = "".join(_row(snapshot, snapshot.statuses[number, step]) for step in PROJECT_STEPS)
    about = f'<span class="rail-title">{escape(title)}</span>' if title else ""
    return f'<section class="rail-card" aria-label="Project {number}"><h2>Project {number}{about}</h2><ul>{rows}</ul></section>'


def _row(snapshot: Snapshot, status: StepStatus) -> str:
    target = place(status.step, status.project)
    result = step_result(snapshot, status)
    below = f'<span class="rail-result">{escape(result)}</span>' if result else ""
    kind = "done" if status.state.is_done else "wrong" if status.state.sign == "!" else "open"
    said = f'<span class="for-readers">, {escape(str(status.state))}</span>'
    return (
        f'<li><a class="rail-row rail-{kind}" id="rail-{target}" href="?at={target}" data-go="{target}">'
        f'<span class="sign" aria-hidden="true">{status.state.sign}</span>'
        f'<span class="rail-step">{STEP_TITLES[status.step]}{said}{below}</span></a></li>'
    )


def _lecture() -> str:
    return (
        '<li><a class="rail-row" id="rail-understand" href="?at=understand" data-go="understand">'
        '<span class="sign" aria-hidden="true">▷</span><span class="rail-step">How an LSTM works</span></a></li>'
    )


def _bar(snapshot: Snapshot) -> str:
    """Return what a narrow screen shows instead: where the student is, and the button that opens the rail."""
    places = [("start", "Start"), ("submit", "Submit"), ("understand", "How an LSTM works")]
    for project in snapshot.projects:
        done, every = finished_steps(snapshot, project.number)
        for step in PROJECT_STEPS:
            text = f"Project {project.number} · {done} of {every} · {STEP_TITLES[step]}"
            places.append((place(step, project.number), text))
    here = "".join(f'<span data-at="{name}">{escape(text)}</span>' for name, text in places)
    return (
        '<button type="button" class="rail-bar" aria-expanded="false" aria-controls="rail-body">'
        f'{here}<span class="rail-arrow" aria-hidden="true">▾</span></button>'
    )
