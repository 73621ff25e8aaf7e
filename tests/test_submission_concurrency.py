"""Many at once, on SQLite and on PostgreSQL: what a store took is there, and a new database is made once."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from assistant.delivery.delivery_record import DeliveryStatus
from assistant.errors import AssistantError
from assistant.submission.command import Change
from assistant.submission.database import SCHEMA_VERSION, Database, DeliveryRow, SchemaRow, open_database
from assistant.submission.draft import Draft
from assistant.submission.draft_store import DraftStore, StoredDraft
from assistant.submission.workspace import new_owner
from tests.delivery_material import ledger_of
from tests.test_ledger import attempt

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
EACH = 50


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'drafts.sqlite3'}"
    return str(request.getfixturevalue("postgres_url"))


def opened(url: str) -> tuple[Database, DraftStore]:
    database = open_database(url)
    return database, DraftStore(database, lambda: NOW, projects=2)


def with_section(number: int, name: str) -> Callable[[Draft], Draft]:
    def to(draft: Draft) -> Draft:
        project = draft.project(number)
        sections = {**project.sections, name: f"text of {name}"}
        return draft.with_project(number, project.model_copy(update={"sections": sections}))

    return to


def change(store: DraftStore, owner: str, to: Callable[[Draft], Draft]) -> StoredDraft:
    return store.apply(store.load(owner), lambda known: Change(to(known.draft)))


def type_sections(url: str, owner: str, tab: str, start: Barrier, answers: Queue[tuple[str, Any]]) -> None:
    """Type into the two projects by turns, as one process of several; answer with the revision of each change."""
    try:
        database, store = opened(url)
        start.wait()
        revisions = [
            change(store, owner, with_section(1 + number % 2, f"{tab} {number}")).revision for number in range(EACH)
        ]
        database.close()
        answers.put((tab, revisions))
    except BaseException as error:
        answers.put((tab, repr(error)))
        raise


def test_every_change_that_two_processes_were_told_is_stored_is_there(url: str) -> None:
    owner, context = new_owner(), multiprocessing.get_context("spawn")
    start, answers = context.Barrier(2), context.Queue()
    processes = [
        context.Process(target=type_sections, args=(url, owner, tab, start, answers)) for tab in ("one", "other")
    ]
    for process in processes:
        process.start()
    told = dict(answers.get(timeout=120) for _ in processes)
    for process in processes:
        process.join()
    assert sorted(told["one"] + told["other"]) == list(range(1, 2 * EACH + 1)), told
    database, store = opened(url)
    stored = store.load(owner)
    database.close()
    assert stored.revision == 2 * EACH
    for number in (1, 2):
        typed = {f"{tab} {change}" for tab in told for change in range(EACH) if 1 + change % 2 == number}
        assert set(stored.draft.project(number).sections) == typed


def test_many_threads_of_one_server_lose_nothing(url: str) -> None:
    owner, (database, store) = new_owner(), opened(url)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: change(store, owner, with_section(1, str(name))), range(40)))
    stored = store.load(owner)
    database.close()
    assert set(stored.draft.project(1).sections) == {str(name) for name in range(40)}
    assert stored.revision == 40


def test_deliveries_that_many_students_begin_at_once_are_counted_one_after_the_other(url: str, tmp_path: Path) -> None:
    database = open_database(url)
    ledger = ledger_of(database, lambda: NOW, tmp_path)
    with ThreadPoolExecutor(6) as pool:
        begun = list(pool.map(lambda n: ledger.prepare(attempt(n, owner=f"student {n}", sha256=f"{n:064}")), range(12)))
    assert {delivery.status for delivery in begun} == {DeliveryStatus.PREPARED}
    with database.reading() as session:
        assert sorted(row.number for row in session.scalars(select(DeliveryRow))) == list(range(1, 13))
    database.close()


def test_a_change_is_applied_again_to_what_another_stored_meanwhile(postgres_url: str) -> None:
    owner, (database, store) = new_owner(), opened(postgres_url)
    change(store, owner, with_section(1, "first"))
    seen = []

    def overtaken_once(draft: Draft) -> Draft:
        if not seen:
            with ThreadPoolExecutor(1) as other:
                other.submit(change, store, owner, with_section(1, "meanwhile")).result()
        seen.append(set(draft.project(1).sections))
        return with_section(1, "overtaken")(draft)

    stored = change(store, owner, overtaken_once)
    database.close()
    assert seen == [{"first"}, {"first", "meanwhile"}]
    assert set(stored.draft.project(1).sections) == {"first", "meanwhile", "overtaken"}
    assert stored.revision == 3


def test_a_change_that_is_always_overtaken_is_given_up_in_a_sentence(postgres_url: str) -> None:
    owner, (database, store) = new_owner(), opened(postgres_url)
    change(store, owner, with_section(1, "first"))
    count = itertools.count()

    def always_overtaken(draft: Draft) -> Draft:
        with ThreadPoolExecutor(1) as other:
            other.submit(change, store, owner, with_section(1, f"meanwhile {next(count)}")).result()
        return with_section(1, "overtaken")(draft)

    with pytest.raises(AssistantError, match="Nothing of it was stored"):
        change(store, owner, always_overtaken)
    assert "overtaken" not in store.load(owner).draft.project(1).sections
    database.close()


def open_new(url: str, start: Barrier, answers: Queue[str]) -> None:
    try:
        start.wait()
        open_database(url).close()
        answers.put("")
    except BaseException as error:
        answers.put(repr(error))
        raise


def test_several_processes_that_open_an_empty_database_at_once_all_get_it(url: str) -> None:
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(4), context.Queue()
    processes = [context.Process(target=open_new, args=(url, start, answers)) for _ in range(4)]
    for process in processes:
        process.start()
    assert [answers.get(timeout=120) for _ in processes] == [""] * 4
    for process in processes:
        process.join()
    database = open_database(url)
    with database.reading() as session:
        assert [row.version for row in session.scalars(select(SchemaRow))] == [SCHEMA_VERSION]
    database.close()
