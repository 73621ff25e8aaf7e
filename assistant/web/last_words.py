"""Keeps what was typed a moment before a page is left, when its usual way to the draft was cut off."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from assistant.errors import AssistantError
from assistant.submission import notebook_making as notebook
from assistant.submission import report_texts as report_sections
from assistant.submission.session import Desk

_LONGEST = 60_000  # characters of one field
_FIELD = re.compile(
    r"student-(?P<student>name|email|registration)"
    r"|p(?P<project>\d)-(?:dataset-(?P<about>title|question)|colab-(?P<link>link)|report-section-(?P<section>\d+))"
)
_STALE_SECONDS = 60.0  # no event is under way for longer


class LastWords:
    """Keeps the last texts of pages that were left, also against what such a page had sent before and arrives later."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._kept: dict[tuple[str, str], float] = {}

    def keep(self, desk: Desk, fields: Mapping[str, str], moment: float) -> None:
        """Keep the texts of some fields, named by their element ids; what is no field of the wizard is left out.

        `moment` is when they arrived, in seconds of a clock that never goes back.
        """
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if kept > moment - _STALE_SECONDS}
            for element, value in fields.items():
                if place := _FIELD.fullmatch(element):
                    self._kept[desk.owner, element] = moment
                    try:
                        _keep(desk, place, value[:_LONGEST])
                    except AssistantError:
                        continue  # the page says what is wrong when it is next opened

    @contextmanager
    def order(self, owner: str, elements: Iterable[str | None], moment: float) -> Iterator[bool]:
        """Hold back other texts of these fields, and tell whether what arrived at a moment is the newest of them."""
        own = [(owner, element) for element in elements if element and _FIELD.fullmatch(element)]
        if not own:
            yield True
            return
        with self._lock:
            yield all(self._kept.get(key, moment) <= moment for key in own)


def _keep(desk: Desk, place: re.Match[str], value: str) -> None:
    if student := place["student"]:
        desk.change(lambda draft: draft.with_student(**{student: value}))
        return
    number = int(place["project"])
    if not 1 <= number <= len(desk.brief.projects):
        return
    if place["about"]:
        desk.change_project(number, **{place["about"]: value})
    elif place["link"]:
        notebook.set_link(desk, number, value)
    elif int(place["section"]) < len(sections := desk.brief.report.sections):
        report_sections.set_section(desk, number, sections[int(place["section"])].title, value)
