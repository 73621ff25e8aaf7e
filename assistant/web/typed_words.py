"""Keeps what is typed, field by field, and never puts it over what somebody else wrote meanwhile.

The page's script (`words.js`) holds every text in the browser until it was told here that it is stored. It says which
texts the field held before, so that what another tab or browser stored in between is noticed: then both are shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from assistant.errors import AssistantError
from assistant.frozen import Frozen
from assistant.submission.chart_choices import CaptionChart
from assistant.submission.colab_link import PasteColabLink
from assistant.submission.command import Change, Command
from assistant.submission.dataset_commands import DescribeProject, RememberSearch
from assistant.submission.report_commands import WriteSection
from assistant.submission.session import Session
from assistant.submission.snapshot import ProjectSnapshot, Snapshot
from assistant.submission.student_commands import IntroduceStudent

# The elements of the fields that are kept like this; the page's script reads it too.
FIELD = (
    r"^(?:student-(name|email|registration)"
    r"|p([1-9])-(?:dataset-(title|question)|dataset-(link|kaggle)|colab-(link)|report-section-([0-9]+)|charts-([0-9]+)-caption))$"
)
_FIELD = re.compile(FIELD)
# Their commands store the plain form of a link and not what was typed: what a page has seen cannot be told from that, so
# the newest link stays. All other fields store what was typed.
_REWRITTEN = re.compile(r"p[1-9]-(?:dataset|colab)-link")
LONGEST = 60_000  # characters of one field


class TypedText(Frozen):
    """What a field holds, and the digests (`digest_of`) of what it held before, since page and server last agreed."""

    text: str
    before: tuple[str, ...] = ()


class Kept(Frozen):
    """What came of a typed text: it is stored, it was, or the store holds `theirs`, which this page has never seen."""

    outcome: Literal["stored", "known", "conflict", "refused"]
    theirs: str = ""


class _OtherTextError(AssistantError):
    """Somebody else wrote in the field meanwhile; told to the page's script, which shows both texts."""

    def __init__(self, theirs: str) -> None:
        super().__init__("Somebody else wrote here meanwhile.", "", "Choose which text stays.")
        self.theirs = theirs


class _KeepText(Command):
    """Store a text in a field if the field holds what the page has seen."""

    element: str
    typed: TypedText

    def apply(self, snapshot: Snapshot) -> Change:
        """Return the draft with the text; raise _OtherTextError when the field holds something the page never saw."""
        stored = stored_text(snapshot, self.element)
        asks = not _REWRITTEN.fullmatch(self.element)
        if asks and stored is not None and digest_of(stored) not in self.typed.before:
            raise _OtherTextError(stored)
        return command_of(snapshot, self.element, self.typed.text).apply(snapshot)


def keep_words(session: Session, fields: Mapping[str, TypedText]) -> dict[str, Kept]:
    """Store the texts of fields, named by their elements' ids, and return what came of each.

    What is no field of the wizard is refused, and so is a text that the field's own command refuses.
    """
    return {element: _keep(session, element, typed) for element, typed in fields.items()}


def _keep(session: Session, element: str, typed: TypedText) -> Kept:
    typed = typed.model_copy(update={"text": typed.text[:LONGEST]})
    try:
        if stored_text(session.snapshot, element) == typed.text:
            return Kept(outcome="known")
        session.apply(_KeepText(element=element, typed=typed))
    except _OtherTextError as other:
        return Kept(outcome="known") if other.theirs == typed.text else Kept(outcome="conflict", theirs=other.theirs)
    except AssistantError:
        return Kept(outcome="refused")  # the page says what is wrong when it is next opened
    return Kept(outcome="stored")


def digest_of(text: str) -> str:
    """Return the 32-bit FNV-1a digest of a text's UTF-16 units, low byte first, as `words.js` makes it."""
    value = 0x811C9DC5
    for byte in text.encode("utf-16-le", "surrogatepass"):
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return f"{value:08x}"


def stored_text(snapshot: Snapshot, element: str) -> str | None:
    """Return what the store holds of a field; None where there is no such field, or nothing is known of its text."""
    place = _FIELD.fullmatch(element)
    if place is None:
        return None
    student, number, about, search, link, section, caption = place.groups()
    if student:
        return str(getattr(snapshot.draft.student, student))
    if int(number) > len(snapshot.projects):
        return None
    project = snapshot.project(int(number))
    if about:
        return str(getattr(project.draft, about))
    if search:
        return str(getattr(project.draft.looking, search))
    if link:
        return project.draft.colab_link
    return _section_text(project, int(section)) if section else _caption_text(project, int(caption))


def _section_text(project: ProjectSnapshot, index: int) -> str | None:
    sections = project.whole.brief.report.sections
    if index >= len(sections):
        return None
    own = project.draft.sections.get(sections[index].title)
    if own is not None:
        return own
    return project.section_texts[sections[index].title] if project.run is not None else None


def _caption_text(project: ProjectSnapshot, index: int) -> str | None:
    return project.charts[index].caption if index < len(project.charts) else None


def command_of(snapshot: Snapshot, element: str, text: str) -> Command:
    """Return the command that stores a field's text; raise AssistantError for what is no field of this student's work."""
    place = _FIELD.fullmatch(element)
    student, number, about, search, link, section, caption = place.groups() if place is not None else (None,) * 7
    if student:
        return IntroduceStudent(**{student: text})
    if number and int(number) <= len(snapshot.projects):
        project = int(number)
        if about:
            return DescribeProject(project=project, **{about: text})
        if search:
            return RememberSearch(project=project, **{search: text})
        if link:
            return PasteColabLink(project=project, text=text)
        sections = snapshot.brief.report.sections
        if section and int(section) < len(sections):
            return WriteSection(project=project, title=sections[int(section)].title, text=text)
        charts = snapshot.project(project).charts if caption else ()
        if caption and int(caption) < len(charts):
            return CaptionChart(project=project, chart=charts[int(caption)].chart.name, caption=text)
    raise AssistantError("There is no such field.", element, "Reload the page.")


def is_unseen(snapshot: Snapshot, element: str | None, agreed: object, told: object) -> bool:
    """Tell whether the store holds a text in a field that an open page has neither shown nor sent.

    `agreed` is what page and store last agreed on, `told` what the page holds now.
    """
    if element is None or _REWRITTEN.fullmatch(element) or not _FIELD.fullmatch(element) or not isinstance(agreed, str):
        return False
    return stored_text(snapshot, element) not in (None, agreed, told)
