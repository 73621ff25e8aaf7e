"""What was typed a moment before a page is left is kept, and nothing older of that page overwrites it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.settings import MailAccount, Settings
from assistant.submission.services import open_services
from assistant.submission.session import Session
from assistant.submission.student_commands import IntroduceStudent
from assistant.submission.workspace import new_owner
from assistant.web.last_words import LastWords


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(open_services(Settings(workspace=tmp_path), MailAccount()), new_owner())


def save(last: LastWords, session: Session, registration: str, moment: float) -> None:
    with last.order(session.owner, ["student-registration"], moment) as newest:
        if newest:
            session.apply(IntroduceStudent(registration=registration))


def test_the_last_words_of_a_page_reach_the_draft(session: Session) -> None:
    fields = {
        "student-name": "Asha Rao", "student-registration": "R-7", "p1-dataset-title": "Rain",
        "p2-colab-link": "https://example.org", "p1-report-section-99": "no such section", "p9-dataset-title": "no such project",
        "p1-train-seed": "3", "steps": "not a field",
    }  # fmt: skip
    LastWords().keep(session, fields, 1.0)
    draft = session.snapshot.draft
    assert (draft.student.name, draft.student.registration) == ("Asha Rao", "R-7")
    assert (draft.project(1).title, draft.project(2).colab_link) == ("Rain", "https://example.org")


def test_what_a_left_page_had_sent_before_does_not_overwrite_its_last_words(session: Session) -> None:
    last = LastWords()
    last.keep(session, {"student-registration": "R-77"}, 10.0)
    save(last, session, "R-7", 9.9)
    assert session.snapshot.draft.student.registration == "R-77"


def test_what_is_typed_in_the_next_page_overwrites_them(session: Session) -> None:
    last = LastWords()
    last.keep(session, {"student-registration": "R-77"}, 10.0)
    save(last, session, "R-8", 10.1)
    assert session.snapshot.draft.student.registration == "R-8"


def test_another_student_and_another_field_are_not_held_back(session: Session) -> None:
    last, other = LastWords(), Session(session.services, new_owner())
    last.keep(session, {"student-registration": "R-77", "student-name": "Asha"}, 10.0)
    save(last, other, "R-1", 9.9)
    assert other.snapshot.draft.student.registration == "R-1"
    with last.order(session.owner, ["student-email", None], 9.9) as newest:
        assert newest
