"""Drafts: kept at once, merged between tabs, found again by a code, never mixed between students."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.submission.database import DraftRow, open_database
from assistant.submission.draft import Draft
from assistant.submission.draft_store import DraftStore
from assistant.submission.workspace import Workspace, new_owner

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> DraftStore:
    return DraftStore(open_database(f"sqlite:///{tmp_path / 'drafts.sqlite3'}"), lambda: NOW, projects=2)


def named(name: str):
    return lambda draft: draft.with_student(name=name)


def test_an_unknown_student_has_an_empty_draft_with_a_slot_for_each_project(store: DraftStore) -> None:
    stored = store.load(new_owner())
    assert stored.revision == 0
    assert stored.resume_code == ""
    assert len(stored.draft.projects) == 2


def test_what_was_changed_is_there_after_the_server_was_started_again(tmp_path: Path) -> None:
    owner, url = new_owner(), f"sqlite:///{tmp_path / 'drafts.sqlite3'}"
    DraftStore(open_database(url), lambda: NOW, 2).change(owner, named("Asha"))
    assert DraftStore(open_database(url), lambda: NOW, 2).load(owner).draft.student.name == "Asha"


def test_two_tabs_that_change_different_fields_lose_nothing(store: DraftStore) -> None:
    owner = new_owner()

    def type_title(number: int) -> None:
        store.change(
            owner, lambda draft: draft.with_project(1, sections={**draft.project(1).sections, str(number): "text"})
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(type_title, range(40)))
    stored = store.load(owner)
    assert set(stored.draft.project(1).sections) == {str(number) for number in range(40)}
    assert stored.revision == 40


def test_a_change_that_changes_nothing_makes_no_new_revision(store: DraftStore) -> None:
    owner = new_owner()
    first = store.change(owner, named("Asha"))
    assert store.change(owner, named("Asha")).revision == first.revision


def test_a_resume_code_opens_the_draft_however_it_is_typed(store: DraftStore) -> None:
    owner = new_owner()
    code = store.change(owner, named("Asha")).resume_code
    assert store.owner_of(code) == owner
    assert store.owner_of(code.lower().replace("-", " ")) == owner


@pytest.mark.parametrize("code", ["", "AAAA", "ZZZZ-ZZZZ-ZZZZ", "'; drop table drafts"])
def test_a_code_that_nobody_was_given_opens_nothing(store: DraftStore, code: str) -> None:
    store.change(new_owner(), named("Asha"))
    assert store.owner_of(code) is None


def test_students_do_not_see_each_others_drafts(store: DraftStore) -> None:
    first, second = new_owner(), new_owner()
    store.change(first, named("Asha"))
    store.change(second, named("Bo"))
    assert store.load(first).draft.student.name == "Asha"
    assert store.load(second).draft.student.name == "Bo"


def test_a_damaged_draft_is_reported_and_not_overwritten(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'drafts.sqlite3'}")
    store, owner = DraftStore(database, lambda: NOW, 2), new_owner()
    store.change(owner, named("Asha"))
    with database.writing() as session:
        session.get_one(DraftRow, owner).document = '{"student": 7}'
    with pytest.raises(AssistantError, match="cannot be read"):
        store.change(owner, named("Bo"))
    with database.reading() as session:
        assert session.get_one(DraftRow, owner).document == '{"student": 7}'


def test_a_draft_written_by_a_newer_version_can_be_opened() -> None:
    assert Draft.model_validate_json('{"student": {"name": "Asha"}, "invented_later": 1}').student.name == "Asha"


@pytest.mark.parametrize("identity", ["", "../../etc", "a" * 31, "A" * 32, "None"])
def test_a_folder_is_given_only_for_an_identity_of_the_right_form(tmp_path: Path, identity: str) -> None:
    with pytest.raises(ValueError, match="identity"):
        Workspace(tmp_path).of(identity)


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert workspace.secret() == workspace.secret()
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
