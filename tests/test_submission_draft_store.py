"""Drafts: kept at once, merged between tabs, found again by a code, never mixed between students."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.submission.command import Change
from assistant.submission.database import DraftRow, open_database
from assistant.submission.draft import Draft, ProjectDraft
from assistant.submission.draft_store import DraftStore, StoredDraft
from assistant.submission.section_history import Histories, SectionHistory, Version
from assistant.submission.workspace import Workspace, new_owner

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> DraftStore:
    return DraftStore(open_database(f"sqlite:///{tmp_path / 'drafts.sqlite3'}"), lambda: NOW, projects=2)


def change(store: DraftStore, owner: str, to: Callable[[Draft], Draft]) -> StoredDraft:
    return store.apply(store.load(owner), lambda known: Change(to(known.draft)))


def named(name: str) -> Callable[[Draft], Draft]:
    return lambda draft: draft.model_copy(update={"student": draft.student.model_copy(update={"name": name})})


def with_section(draft: Draft, number: int, name: str) -> Draft:
    project = draft.project(number)
    sections = {**project.sections, name: "text"}
    return draft.with_project(number, project.model_copy(update={"sections": sections}))


def test_an_unknown_student_has_an_empty_draft_with_a_slot_for_each_project(store: DraftStore) -> None:
    stored = store.load(new_owner())
    assert stored.revision == 0
    assert stored.resume_code == ""
    assert len(stored.draft.projects) == 2


def test_what_was_changed_is_there_after_the_server_was_started_again(tmp_path: Path) -> None:
    owner, url = new_owner(), f"sqlite:///{tmp_path / 'drafts.sqlite3'}"
    change(DraftStore(open_database(url), lambda: NOW, 2), owner, named("Asha"))
    assert DraftStore(open_database(url), lambda: NOW, 2).load(owner).draft.student.name == "Asha"


def test_two_tabs_that_change_different_fields_lose_nothing(store: DraftStore) -> None:
    owner = new_owner()

    def type_title(number: int) -> None:
        change(store, owner, lambda draft: with_section(draft, 1, str(number)))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(type_title, range(40)))
    stored = store.load(owner)
    assert set(stored.draft.project(1).sections) == {str(number) for number in range(40)}
    assert stored.revision == 40


def test_a_change_that_changes_nothing_makes_no_new_revision(store: DraftStore) -> None:
    owner = new_owner()
    first = change(store, owner, named("Asha"))
    assert change(store, owner, named("Asha")).revision == first.revision


def test_a_resume_code_opens_the_draft_however_it_is_typed(store: DraftStore) -> None:
    owner = new_owner()
    code = change(store, owner, named("Asha")).resume_code
    assert store.owner_of(code) == owner
    assert store.owner_of(code.lower().replace("-", " ")) == owner


@pytest.mark.parametrize("code", ["", "AAAA", "ZZZZ-ZZZZ-ZZZZ", "'; drop table drafts"])
def test_a_code_that_nobody_was_given_opens_nothing(store: DraftStore, code: str) -> None:
    change(store, new_owner(), named("Asha"))
    assert store.owner_of(code) is None


def test_students_do_not_see_each_others_drafts(store: DraftStore) -> None:
    first, second = new_owner(), new_owner()
    change(store, first, named("Asha"))
    change(store, second, named("Bo"))
    assert store.load(first).draft.student.name == "Asha"
    assert store.load(second).draft.student.name == "Bo"


def test_a_damaged_draft_is_reported_and_not_overwritten(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'drafts.sqlite3'}")
    store, owner = DraftStore(database, lambda: NOW, 2), new_owner()
    change(store, owner, named("Asha"))
    with database.writing() as session:
        session.get_one(DraftRow, owner).document = '{"student": 7}'
    with pytest.raises(AssistantError, match="cannot be read"):
        change(store, owner, named("Bo"))
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


@pytest.mark.parametrize("values", [{"title": None}, {"titel": "misspelt"}, {"running": 7}])
def test_what_is_no_draft_cannot_be_made_and_so_not_stored(values: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError)):
        ProjectDraft().model_copy(update=values)


def test_the_versions_of_the_texts_are_stored_with_the_draft_and_kept_by_other_changes(store: DraftStore) -> None:
    owner = new_owner()
    typed = SectionHistory(versions=(Version(text="Mine.", began=NOW, ended=NOW),))
    histories = Histories().having(1, "Introduction", typed)
    store.apply(store.load(owner), lambda known: Change(known.draft, histories))
    change(store, owner, named("Asha"))
    assert store.load(owner).histories == histories
