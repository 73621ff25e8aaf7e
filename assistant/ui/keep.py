"""Keeps what was typed a moment before a page is left, when its usual way to the draft was cut off."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.desk import notebook, report_sections
from assistant.desk.desk import Desk
from assistant.errors import AssistantError

_LONGEST = 60_000  # characters of one field


def keep_fields(desk: Desk, fields: Mapping[str, str]) -> None:
    """Keep the texts of some fields, named by their element ids; what is no field of the wizard is left out."""
    for element, value in fields.items():
        try:
            _keep(desk, element, value[:_LONGEST])
        except AssistantError:
            continue  # the page says what is wrong when it is next opened


def _keep(desk: Desk, element: str, value: str) -> None:
    if student := re.fullmatch(r"student-(name|email|registration)", element):
        desk.change(lambda draft: draft.with_student(**{student[1]: value}))
        return
    place = re.fullmatch(r"p(\d)-(?:dataset-(title|question)|colab-(link)|report-section-(\d+))", element)
    if place is None or not 1 <= int(place[1]) <= len(desk.brief.projects):
        return
    number = int(place[1])
    if place[2]:
        desk.change_project(number, **{place[2]: value})
    elif place[3]:
        notebook.set_link(desk, number, value)
    elif int(place[4]) < len(sections := desk.brief.report.sections):
        report_sections.set_section(desk, number, sections[int(place[4])].title, value)
