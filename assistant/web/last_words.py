"""Keeps what was typed a moment before a page is left, when its usual way to the draft was cut off."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from assistant.errors import AssistantError
from assistant.submission.colab_link import PasteColabLink
from assistant.submission.command import Command
from assistant.submission.dataset_commands import DescribeProject
from assistant.submission.report_commands import WriteSection
from assistant.submission.session import Session
from assistant.submission.snapshot import Snapshot
from assistant.submission.student_commands import IntroduceStudent

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

    def keep(self, session: Session, fields: Mapping[str, str], moment: float) -> None:
        """Keep the texts of some fields, named by their element ids; what is no field of the wizard is left out.

        `moment` is when they arrived, in seconds of a clock that never goes back.
        """
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if kept > moment - _STALE_SECONDS}
            for element, value in fields.items():
                if place := _FIELD.fullmatch(element):
                    self._kept[session.owner, element] = moment
                    try:
                        command = command_of(session.snapshot, place, value[:_LONGEST])
                        if command is not None:
                            session.apply(command)
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


def command_of(snapshot: Snapshot, place: re.Match[str], value: str) -> Command | None:
    """Return the command that keeps the text of a field; None for a field of a project or section that is not there."""
    if place["student"]:
        return IntroduceStudent(**{place["student"]: value})
    number = int(place["project"])
    if not 1 <= number <= len(snapshot.projects):
        return None
    if place["about"]:
        return DescribeProject(project=number, **{place["about"]: value})
    if place["link"]:
        return PasteColabLink(project=number, text=value)
    sections = snapshot.brief.report.sections
    if int(place["section"]) >= len(sections):
        return None
    return WriteSection(project=number, title=sections[int(place["section"])].title, text=value)
