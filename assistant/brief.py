"""The brief: a course's rules as data, read from one TOML file and refused when they are wrong."""

from __future__ import annotations

import hashlib
import re
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from assistant import wording
from assistant.errors import BriefError
from assistant.frozen import Frozen
from assistant.resources import PROJECTS, TEMPLATES
from assistant.validation import reason

SHIPPED_BRIEF = TEMPLATES / "brief.toml"
SUBJECT_NAMES = ("course", "name", "registration", "projects", "status", "digest")


# A local part without quotes (RFC 5322, 3.2.3); letters outside ASCII are checked as a domain only.
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[^\W_](([^\W_]|-){0,61}[^\W_])?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?")


def checked_address(text: str) -> str:
    """Return a mail address in its plain form `local@domain`, or raise ValueError saying what is wrong with it."""
    if any(character in text for character in "\r\n"):
        raise ValueError("an address cannot hold a line break")
    plain = text.strip()
    local, _, domain = plain.rpartition("@")
    labels = domain.split(".")
    whole = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels) and not labels[-1].isdecimal()
    # "=?" begins an encoded word (RFC 2047), in which a line break could hide.
    if not whole or not _LOCAL.fullmatch(local) or "=?" in local or len(local) > 64 or len(domain) > 253:
        raise ValueError(f"{plain!r} is not a mail address; write it like name@example.org")
    try:
        domain.encode("idna")
    except UnicodeError as error:
        raise ValueError(f"{domain!r} cannot be the name of a mail domain") from error
    return plain


def parse_deadline(text: str) -> Deadline:
    """Read `2023-01-15 23:59:59 Asia/Kolkata`; raise ValueError saying which part is wrong.

    A deadline that names only a minute, or only a day, includes its last second.
    """
    moment_text, _, zone = text.strip().rpartition(" ")
    if not moment_text or not re.search(r"[A-Za-z]", zone):
        raise ValueError("a deadline is date, time and zone, such as 2023-01-15 23:59:59 Asia/Kolkata")
    local_zone = _zone(zone)
    moment_text = moment_text.strip()
    try:
        # Only this form: Python also reads 20230115 or a week's number, and takes them for midnight at the start.
        local = datetime.fromisoformat(moment_text) if _MOMENT.fullmatch(moment_text) else None
    except ValueError:
        local = None
    if local is None:
        raise ValueError(f"{moment_text!r} is not a date and time; write it like 2023-01-15 23:59:59")
    if ":" not in moment_text:
        local = local.replace(hour=23, minute=59, second=59)
    elif moment_text.count(":") == 1:
        local = local.replace(second=59)
    try:
        moment = local.replace(tzinfo=local_zone).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"the year {local.year} is beyond what a deadline can be") from error
    return Deadline(moment=moment, zone=zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        near = get_close_matches(name, available_timezones(), n=1, cutoff=0.75)
        right = f"did you mean {near[0]}" if near else "write it like Asia/Kolkata or Europe/Berlin"
        raise ValueError(f"there is no time zone {name!r}; {right}") from error


class Deadline(Frozen):
    """The last moment that is on time, in UTC, and the zone in which the course wrote it."""

    moment: Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
    zone: Annotated[str, AfterValidator(lambda name: _zone(name).key)]

    @property
    def local(self) -> datetime:
        """Return the moment in the course's zone."""
        return self.moment.astimezone(ZoneInfo(self.zone))

    def __str__(self) -> str:
        """Return the deadline as a brief writes it."""
        return wording.moment(self.moment, self.zone)


def _web_address(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", text):
        raise ValueError(f"{text!r} is not a web address; write it with https:// in front")
    return text


def _subject(text: str) -> str:
    if "\n" in text or "\r" in text:
        raise ValueError("a subject is one line")
    if not text.strip():
        raise ValueError("a mail needs a subject, such as {course}: {name}")
    try:
        fields = [(name, form, sign) for _, name, form, sign in Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise ValueError("the braces do not pair; write {name}, or {{ for a brace itself") from error
    for name, form, sign in fields:
        if name not in SUBJECT_NAMES:
            raise ValueError(f"{{{name}}} is not known; known are {', '.join(SUBJECT_NAMES)}")
        if form or sign:
            raise ValueError(f"write only the name in braces: {{{name}}}")
    return text


def _deadline(value: object) -> object:
    if isinstance(value, date | time):
        raise ValueError('put the deadline in quotes, with its zone: "2023-01-15 23:59:59 Asia/Kolkata"')
    return parse_deadline(value) if isinstance(value, str) else value


def _one_that_is_there(name: str, info: ValidationInfo, kind: str) -> str:
    """Refuse a name that nothing has; what there is comes with the reading of a brief, and only then."""
    known = (info.context or {}).get(kind)
    if known is None or name in known:
        return name
    near = get_close_matches(name, known, n=1)
    right = f"did you mean {near[0]}" if near else f"there are {', '.join(known)}" if known else "there are none"
    raise ValueError(f"there is no {kind} {name!r}; {right}")


def _draft(name: str, info: ValidationInfo) -> str:
    return _one_that_is_there(name, info, "draft")


def _ready(name: str, info: ValidationInfo) -> str:
    return _one_that_is_there(name, info, "ready project")


def _what_is_there() -> dict[str, list[str]]:
    return {
        "draft": sorted(path.stem for path in (TEMPLATES / "report").glob("*.toml")),
        "ready project": sorted(path.parent.name for path in PROJECTS.glob("*/project.toml")),
    }


class Link(Frozen):
    """A page the course hands out."""

    title: str
    url: Annotated[str, AfterValidator(_web_address)]


class Section(Frozen):
    """One heading of the report and the name of the text it starts from."""

    title: Annotated[str, Field(min_length=1)]
    draft: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$"), AfterValidator(_draft)]


def _told_apart(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    titles = [" ".join(section.title.split()) for section in sections]
    folded = [title.casefold() for title in titles]
    for place, title in enumerate(titles):
        if folded[place] in folded[:place]:
            raise ValueError(f"two sections have the title {title!r}; give each a title of its own")
    return sections


class SubmissionRules(Frozen):
    """How one hands in: to whom, until when, how large."""

    recipients: Annotated[tuple[Annotated[str, AfterValidator(checked_address)], ...], Field(min_length=1)]
    deadline: Annotated[Deadline, BeforeValidator(_deadline)]
    grace_minutes: Annotated[int, Field(ge=0)] = 0
    late_policy: Literal["accept", "refuse"] = "accept"
    mail_limit: Annotated[int, Field(ge=100_000)] = 25_000_000
    subject: Annotated[str, AfterValidator(_subject)]


class ReportRules(Frozen):
    """What a report must hold and how it is set."""

    sections: Annotated[tuple[Section, ...], Field(min_length=1), AfterValidator(_told_apart)]
    page_limit: Annotated[int, Field(ge=1, le=20)] = 2
    paper: Literal["A4", "letter"] = "A4"
    columns: Annotated[int, Field(ge=1, le=2)] = 2


class ProjectSlot(Frozen):
    """One project that has to be handed in; no `choices` means that the student may choose an own dataset."""

    title: Annotated[str, Field(min_length=1)]
    choices: tuple[Annotated[str, AfterValidator(_ready)], ...] = ()
    default: Annotated[str, AfterValidator(_ready)] | None = None

    @model_validator(mode="after")
    def _default_may_be_chosen(self) -> ProjectSlot:
        if self.choices and self.default is not None and self.default not in self.choices:
            raise ValueError(f"the default {self.default!r} is none of the choices {', '.join(self.choices)}")
        return self


class Timing(StrEnum):
    """How a moment stands to the deadline."""

    ON_TIME = "on time"
    LATE = "late"
    REFUSED = "refused"


class Brief(Frozen):
    """A course's rules."""

    title: Annotated[str, Field(min_length=1)]
    links: tuple[Link, ...] = ()
    submission: SubmissionRules
    report: ReportRules
    projects: Annotated[tuple[ProjectSlot, ...], Field(min_length=1, max_length=9)]

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the rules, so that a bundle says under which it was made."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def timing(self, moment: datetime) -> Timing:
        """Say how a moment (UTC) stands to the deadline; the deadline's last second is still on time."""
        rules = self.submission
        end = rules.deadline.moment.replace(microsecond=0) + timedelta(minutes=rules.grace_minutes, seconds=1)
        if moment < end:
            return Timing.ON_TIME
        return Timing.LATE if rules.late_policy == "accept" else Timing.REFUSED

    def with_own(self, deadline: Deadline | None, recipients: tuple[str, ...] | None) -> Brief:
        """Return the brief with the deadline and recipients that a student set for their own hand-in."""
        rules = self.submission.model_copy(
            update={
                **({"deadline": deadline} if deadline else {}),
                **({"recipients": recipients} if recipients else {}),
            }
        )
        return self.model_copy(update={"submission": rules})


def load_brief(path: Path = SHIPPED_BRIEF) -> Brief:
    """Read a brief; raise BriefError naming the key, its value and what would be right."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BriefError(
            "The brief cannot be read.", f"{path}: {error.strerror}.", "Set ASSISTANT_BRIEF to a file that exists."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BriefError("The brief is not valid TOML.", f"{path.name}: {error}.", "Mend that line.") from error
    try:
        return Brief.model_validate(data, context=_what_is_there())
    except ValidationError as error:
        raise BriefError(
            "The brief is wrong.", f"{path.name}: {_explain(error)}", "Mend it and start again."
        ) from error


def _explain(error: ValidationError) -> str:
    """Return a sentence for each problem: the key, its value, and what would be right."""
    lines = []
    for problem in error.errors():
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in problem["loc"])
        shown = repr(problem["input"])
        value = shown if len(shown) <= 120 else f"{shown[:119]}…"
        match problem["type"]:
            case "extra_forbidden":
                lines.append(f"{key} = {value}: this key is not known{_nearest(problem['loc'])}.")
            case "missing":
                lines.append(f"{key} is missing; templates/brief.toml shows how it is written.")
            case _:
                lines.append(f"{key} = {value}: {reason(problem)}.")
    return " ".join(lines)


def _nearest(place: tuple[int | str, ...]) -> str:
    """Return which known key was probably meant at a place, or which ones there are."""
    model: type[Frozen] = Brief
    for part in place[:-1]:
        if isinstance(part, str):
            model = _TABLES[part]
    known = list(model.model_fields)
    near = get_close_matches(str(place[-1]), known, n=1)
    return f"; did you mean {near[0]}" if near else f"; known here are {', '.join(known)}"


_TABLES: dict[str, type[Frozen]] = {
    "links": Link,
    "submission": SubmissionRules,
    "deadline": Deadline,
    "report": ReportRules,
    "sections": Section,
    "projects": ProjectSlot,
}
