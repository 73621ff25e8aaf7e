"""The brief: read from TOML, refused when it is wrong, and what it says about a moment."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from assistant.brief import SHIPPED_BRIEF, SUBJECT_NAMES, Brief, Timing, checked_address, load_brief, parse_deadline
from assistant.errors import BriefError

SHIPPED = SHIPPED_BRIEF.read_text("utf-8")
DEADLINE = datetime(2023, 1, 15, 18, 29, 59, tzinfo=UTC)


def changed(folder: Path, old: str, new: str) -> Path:
    """Write the shipped brief with one change."""
    assert SHIPPED.count(old) >= 1, f"the shipped brief has no {old!r}"
    path = folder / "brief.toml"
    path.write_text(SHIPPED.replace(old, new, 1), "utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(BriefError) as caught:
        load_brief(path)
    assert path.name in str(caught.value)
    return str(caught.value)


def test_the_shipped_brief_holds_the_course_s_rules() -> None:
    brief = load_brief()
    assert brief.submission.recipients == ("support@internselite.com", "akghsh.ece@gmail.com")
    assert brief.submission.deadline.moment == DEADLINE
    assert str(brief.submission.deadline) == "2023-01-15 23:59:59 Asia/Kolkata"
    assert brief.report.page_limit == 2
    assert [section.title for section in brief.report.sections] == [
        "Introduction",
        "Problem Statement",
        "Results and Discussion",
        "Data Visualization & explanation",
        "Conclusion & Future Direction",
        "References",
    ]
    assert len(brief.projects) == 2
    assert all(slot.default for slot in brief.projects)


def keys_of(model: type[BaseModel]) -> set[str]:
    """Return the names of all keys that a brief may hold, of its tables too."""
    names = set()
    for name, field in model.model_fields.items():
        names.add(name)
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel) and part.__name__ != "Deadline":
                names |= keys_of(part)
    return names


@pytest.mark.parametrize("key", sorted(keys_of(Brief)))
def test_every_key_of_the_brief_stands_in_the_template_under_a_comment(key: str) -> None:
    lines = SHIPPED.splitlines()
    own_line = re.compile(rf"(\[\[?)?{key}(\]\]?$| = )")
    places = [number for number, line in enumerate(lines) if own_line.match(line)]
    if places:
        assert lines[places[0] - 1].startswith("# "), f"no comment stands above {key}"
    else:
        inline = re.compile(rf"{{.*\b{key} = ")
        assert any(inline.search(line) for line in lines), f"{key} is not in the template"
        assert any(line.startswith("# ") and f"`{key}`" in line for line in lines), f"no comment explains {key}"


def test_the_template_names_every_name_that_a_subject_may_hold() -> None:
    comment = next(line for line in SHIPPED.splitlines() if line.startswith("# The subject."))
    assert all(f"{{{name}}}" in comment for name in SUBJECT_NAMES)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'late_policy = "accept"',
            'late_policy = "maybe"',
            ("submission.late_policy = 'maybe'", "'accept' or 'refuse'"),
        ),
        ("grace_minutes = 0", "grace_minutes = -5", ("submission.grace_minutes = -5", "it must be 0 or more")),
        ("grace_minutes = 0", 'grace_minutes = "soon"', ("submission.grace_minutes = 'soon'", "whole number")),
        ("grace_minutes", "grace_minute", ("submission.grace_minute = 0", "did you mean grace_minutes")),
        ("page_limit = 2", "page_limit = 0", ("report.page_limit = 0", "it must be 1 or more")),
        ("title = ", "colour = 'red'\ntitle = ", ("colour = 'red'", "known here are title, links")),
        ('paper = "A4"', 'paper = "A5"', ("report.paper = 'A5'", "'A4' or 'letter'")),
        ("akghsh.ece@gmail.com", "akghsh.ece", ("submission.recipients.2 = 'akghsh.ece'", "name@example.org")),
        ("akghsh.ece@gmail.com", "a@b.org\\nBcc: x@y.org", ("submission.recipients.2", "line break")),
        ('["support@internselite.com", "akghsh.ece@gmail.com"]', "[]", ("submission.recipients = []", "at least 1")),
        (
            "Asia/Kolkata",
            "Asia/Kalkota",
            ("submission.deadline", "no time zone 'Asia/Kalkota'", "did you mean Asia/Kolkata"),
        ),
        (" Asia/Kolkata", "", ("submission.deadline = '2023-01-15 23:59:59'", "date, time and zone")),
        ("2023-01-15 23:59:59 A", "2023-02-30 23:59:59 A", ("submission.deadline", "not a date and time")),
        ('"2023-01-15 23:59:59 Asia/Kolkata"', "2023-01-15T23:59:59", ("submission.deadline", "in quotes")),
        ('"2023-01-15 23:59:59 Asia/Kolkata"', "2023-01-15", ("submission.deadline", "in quotes")),
        ('"2023-01-15 23:59:59 Asia/Kolkata"', "15", ("submission.deadline = 15",)),
        ("[{digest}]", "{hash}", ("submission.subject", "{hash} is not known", "digest")),
        ("[{digest}]", "{digest", ("submission.subject", "braces do not pair")),
        ("[{digest}]", "{digest:d}", ("submission.subject", "write only the name in braces: {digest}")),
        ("[{digest}]", "{digest:{status}}", ("submission.subject", "write only the name")),
        ("[{digest}]", "{digest.__class__}", ("submission.subject", "is not known")),
        ("[{digest}]", "{}", ("submission.subject", "{} is not known")),
        ("[{digest}]", "\\nBcc: x@y.org", ("submission.subject", "one line")),
        ('"{course}: {name} – {projects} – {status} [{digest}]"', '" "', ("submission.subject", "needs a subject")),
        ("mail_limit = 25_000_000", "mail_limit = 25", ("submission.mail_limit = 25", "100000")),
        ("https://colab.research.google.com/", "colab", ("links.2.url = 'colab'", "https://")),
        ('draft = "introduction"', 'draft = "../secret"', ("report.sections.1.draft = '../secret'",)),
        ("choices = []", 'choices = ["sunspots"]', ("projects.1", "'co2' is none of the choices sunspots")),
        ("choices = []", 'choices = ["sunspot"]', ("projects.1.choices.1 = 'sunspot'", "did you mean sunspots")),
        (
            'default = "co2"',
            'default = "zzz"',
            ("projects.1.default = 'zzz'", "no ready project 'zzz'; there are co2,"),
        ),
        ('draft = "problem"', 'draft = "problems"', ("report.sections.2.draft = 'problems'", "did you mean problem")),
        (
            '"Problem Statement"',
            '"introduction "',
            ("report.sections = ", "two sections have the title 'introduction'"),
        ),
        ('default = "co2"', "defaults = 1", ("projects.1.defaults = 1", "did you mean default")),
        ('title = "Artificial Intelligence Internship"', "", ("title is missing", "templates/brief.toml")),
    ],
)
def test_a_wrong_brief_is_refused_with_key_value_and_what_would_be_right(
    tmp_path: Path, old: str, new: str, said: tuple[str, ...]
) -> None:
    message = refusal(changed(tmp_path, old, new))
    for words in said:
        assert words in message


def test_all_mistakes_of_a_brief_are_said_at_once(tmp_path: Path) -> None:
    path = changed(tmp_path, "page_limit = 2", "page_limit = 0")
    path.write_text(path.read_text("utf-8").replace("columns = 2", "columns = 3"), "utf-8")
    message = refusal(path)
    assert "report.page_limit = 0" in message
    assert "report.columns = 3" in message


def test_text_that_is_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "brief.toml"
    path.write_text('title = "x"\nlinks = [}\n', "utf-8")
    assert "line 2" in refusal(path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_a_brief_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "brief.toml"
    if content is not None:
        path.write_bytes(content)
    refusal(path)


def test_without_projects_there_is_no_brief(tmp_path: Path) -> None:
    path = tmp_path / "brief.toml"
    path.write_text(SHIPPED[: SHIPPED.index("# One table for each project")], "utf-8")
    assert "projects is missing" in refusal(path)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-01-15 23:59:59 Asia/Kolkata", DEADLINE),
        ("2023-01-15 23:59 Asia/Kolkata", DEADLINE),
        ("2023-01-15 Asia/Kolkata", DEADLINE),
        ("  2023-01-15T23:59:59   Asia/Kolkata ", DEADLINE),
        ("2023-01-15 18:29:59 UTC", DEADLINE),
        ("2023-07-01 12:00:00 Europe/Berlin", datetime(2023, 7, 1, 10, 0, tzinfo=UTC)),
        ("2023-12-01 12:00:00 Europe/Berlin", datetime(2023, 12, 1, 11, 0, tzinfo=UTC)),
    ],
)
def test_a_deadline_without_seconds_includes_its_last_one(text: str, moment: datetime) -> None:
    assert parse_deadline(text).moment == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "20230115 Asia/Kolkata",
        "2023-W03-7 Asia/Kolkata",
        "2023-01-15 23 Asia/Kolkata",
        "2023-01-15 23:59:59+05:30 Asia/Kolkata",
        "2023-01-15 24:00:00 Asia/Kolkata",
        "2023-01-15 23:59:59 +05:30",
        "2023-01-15 23:59:59 Asia",
        "2023-01-15 23:59:59 ../../etc/passwd",
    ],
)
def test_a_deadline_that_could_be_misread_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"deadline|time zone|date and time"):
        parse_deadline(text)


@pytest.mark.parametrize(
    ("grace", "policy", "offset", "timing"),
    [
        (0, "accept", timedelta(0), Timing.ON_TIME),
        (0, "accept", timedelta(microseconds=999_999), Timing.ON_TIME),
        (0, "accept", timedelta(seconds=1), Timing.LATE),
        (0, "refuse", timedelta(microseconds=999_999), Timing.ON_TIME),
        (0, "refuse", timedelta(seconds=1), Timing.REFUSED),
        (5, "refuse", timedelta(minutes=5), Timing.ON_TIME),
        (5, "refuse", timedelta(minutes=5, seconds=1), Timing.REFUSED),
        (5, "accept", timedelta(hours=5), Timing.LATE),
        (0, "refuse", timedelta(days=-400), Timing.ON_TIME),
    ],
)
def test_the_last_second_of_deadline_and_grace_is_on_time(
    grace: int, policy: str, offset: timedelta, timing: Timing
) -> None:
    brief = load_brief()
    rules = brief.submission.model_copy(update={"grace_minutes": grace, "late_policy": policy})
    assert brief.model_copy(update={"submission": rules}).timing(DEADLINE + offset) is timing


def test_a_student_s_own_deadline_and_recipients_replace_the_course_s_and_nothing_else() -> None:
    brief = load_brief()
    own = brief.with_own(parse_deadline("2030-05-01 12:00 Asia/Kolkata"), ("me@example.org",))
    assert own.submission.deadline.moment == datetime(2030, 5, 1, 6, 30, 59, tzinfo=UTC)
    assert own.submission.recipients == ("me@example.org",)
    assert own.submission.subject == brief.submission.subject
    assert own.digest != brief.digest
    assert brief.with_own(None, None) == brief


def test_the_digest_follows_the_rules_and_not_the_file_s_comments(tmp_path: Path) -> None:
    path = tmp_path / "brief.toml"
    path.write_text("# another comment\n" + SHIPPED, "utf-8")
    assert load_brief(path).digest == load_brief().digest
    assert load_brief(changed(tmp_path, "page_limit = 2", "page_limit = 3")).digest != load_brief().digest


@pytest.mark.parametrize(
    "address",
    [
        "name@example.org",
        " name@example.org ",
        "a.b+c@sub.example.co.in",
        "o'neil@x.org",
        "a_b@x.org",
        "a@bücher.example",
    ],
)
def test_a_good_address_is_kept(address: str) -> None:
    assert checked_address(address) == address.strip()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "name",
        "name@",
        "@example.org",
        "name@localhost",
        "name@example",
        "name@example.org\r\nBcc: x@y.org",
        "name@example.org\n",
        "a@x.org, b@x.org",
        "Name <name@example.org>",
        "<name@example.org>",
        "name@exam ple.org",
        "na me@example.org",
        "name@example..org",
        "name@.example.org",
        "name@example.org.",
        "name@-example.org",
        "name@ex_ample.org",
        "name@1.2.3.4",
        "name@[127.0.0.1]",
        "name(comment)@example.org",
        '"name"@example.org',
        ".name@example.org",
        "na..me@example.org",
        "=?utf-8?q?=0AName?=@example.org",
        "jörg@example.org",
        "name@example.org\u202e",
        "name@" + "a" * 64 + ".org",
        "a" * 65 + "@example.org",
        "name\x00@example.org",
    ],
)
def test_a_bad_address_is_refused_in_words(address: str) -> None:
    with pytest.raises(ValueError, match=r"is not a mail address|line break|cannot be the name"):
        checked_address(address)


@given(st.text(max_size=60))
def test_no_text_that_passes_as_an_address_can_end_a_header(text: str) -> None:
    try:
        plain = checked_address(text)
    except ValueError:
        return
    assert not re.search(r"[\s,;:<>()\"\x00-\x1f\x7f]", plain)
    assert plain.count("@") == 1


def test_the_template_is_the_shipped_brief_itself() -> None:
    assert Brief.model_validate(tomllib.loads(SHIPPED)) == load_brief()
