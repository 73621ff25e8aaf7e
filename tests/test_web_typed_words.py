"""What is typed is stored field by field, and never put over what somebody else wrote meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.submission.colab_link import PasteColabLink
from assistant.submission.dataset_commands import DescribeProject
from assistant.submission.session import Session
from assistant.submission.student_commands import IntroduceStudent
from assistant.web.typed_words import Kept, TypedText, digest_of, keep_words, stored_text
from tests.sessions import new_session
from tests.web_pages import OpenPages

EMPTY = digest_of("")
STORED, KNOWN, REFUSED = Kept(outcome="stored"), Kept(outcome="known"), Kept(outcome="refused")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return new_session(tmp_path)


def typed(text: str, *before: str) -> TypedText:
    return TypedText(text=text, before=tuple(digest_of(one) for one in before or ("",)))


def test_each_field_reaches_the_draft_and_what_is_no_field_is_refused(session: Session) -> None:
    kept = keep_words(
        session,
        {
            "student-name": typed("Asha Rao"), "student-registration": typed("R-7"), "p1-dataset-title": typed("Rain"),
            "p1-dataset-kaggle": typed("owner/rain"), "p2-colab-link": typed("https://example.org"),
            "p1-report-section-99": typed("no such section"), "p9-dataset-title": typed("no such project"),
            "p1-train-seed": typed("3"), "steps": typed("not a field"), "p1-charts-0-caption": typed("no such chart"),
        },
    )  # fmt: skip
    draft = session.snapshot.draft
    assert (draft.student.name, draft.student.registration) == ("Asha Rao", "R-7")
    assert (draft.project(1).title, draft.project(2).colab_link) == ("Rain", "https://example.org")
    assert draft.project(1).looking.kaggle == "owner/rain"
    assert [kept[name] for name in ("student-name", "p2-colab-link")] == [STORED, STORED]
    assert {kept[name] for name in list(kept)[5:]} == {REFUSED}


def test_the_same_text_again_is_known_and_writes_nothing(session: Session) -> None:
    keep_words(session, {"student-name": typed("Asha")})
    revision = session.snapshot.revision
    assert keep_words(session, {"student-name": typed("Asha")}) == {"student-name": KNOWN}
    assert session.snapshot.revision == revision


def test_a_text_that_the_page_never_saw_is_shown_and_not_overwritten(session: Session) -> None:
    session.apply(IntroduceStudent(name="Typed elsewhere"))
    found = keep_words(session, {"student-name": typed("Typed here")})["student-name"]
    assert (found.outcome, found.theirs) == ("conflict", "Typed elsewhere")
    assert session.snapshot.draft.student.name == "Typed elsewhere"
    # Once both were shown, the student's choice counts.
    assert keep_words(session, {"student-name": typed("Typed here", "Typed elsewhere")})["student-name"] == STORED
    assert session.snapshot.draft.student.name == "Typed here"


def test_what_the_page_itself_stored_on_the_way_is_no_conflict(session: Session) -> None:
    session.apply(IntroduceStudent(name="Ash"))
    found = keep_words(session, {"student-name": typed("Asha Rao", "", "A", "As", "Ash", "Asha")})
    assert found["student-name"] == STORED


def test_a_change_between_look_and_store_is_a_conflict_too(session: Session) -> None:
    other = Session(session.services, session.owner)
    assert session.snapshot.draft.student.name == ""
    other.apply(IntroduceStudent(name="Faster"))
    assert keep_words(session, {"student-name": typed("Slower")})["student-name"].outcome == "conflict"
    assert session.refresh().draft.student.name == "Faster"


def test_a_link_that_is_stored_in_its_plain_form_is_no_other_windows_text(session: Session) -> None:
    plain = "https://colab.research.google.com/drive/1aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"
    shared = f"{plain}?usp=sharing"
    pages = OpenPages(session)
    pages.open(1, "colab")
    pages.fire(pages.component("p1-colab-link"), "change", shared)
    assert session.refresh().draft.project(1).colab_link == plain
    assert keep_words(session, {"p1-colab-link": typed(shared)})["p1-colab-link"].outcome != "conflict"
    again = "https://colab.research.google.com/drive/1zYxWvUtSrQpOnMlKjIhGfEdCbA543210"
    assert keep_words(session, {"p1-colab-link": typed(again, "", shared)})["p1-colab-link"] == STORED
    pages.fire(pages.component("p1-colab-link"), "change", plain)
    assert session.refresh().draft.project(1).colab_link == plain


def test_what_is_stored_of_a_field_is_what_its_box_shows(session: Session) -> None:
    session.apply(DescribeProject(project=1, title="Rain", question="How much?"))
    session.apply(PasteColabLink(project=1, text="https://example.org"))
    shown = [
        stored_text(session.snapshot, f"p1-{name}") for name in ("dataset-title", "dataset-question", "colab-link")
    ]
    assert shown == ["Rain", "How much?", "https://example.org"]
    assert stored_text(session.snapshot, "p1-report-section-0") is None  # no training, no section yet
    assert stored_text(session.snapshot, "p7-dataset-title") is None


def test_a_page_does_not_store_over_words_that_it_never_saw(session: Session) -> None:
    pages = OpenPages(session)
    pages.open(None, "start")
    name = pages.component("student-name")
    Session(session.services, session.owner).apply(IntroduceStudent(name="Typed in another tab"))
    pages.fire(name, "change", "T")
    assert session.refresh().draft.student.name == "Typed in another tab"
    pages.open(None, "start")
    pages.fire(name, "change", "Typed in another tab, and here")
    assert session.refresh().draft.student.name == "Typed in another tab, and here"
