"""Opening the database: new, older, newer, out of reach, and from many sides at once."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError, StatementError

from assistant.errors import AssistantError, BriefError
from assistant.settings import MailAccount, Settings
from assistant.submission.database import SCHEMA_VERSION, UPGRADES, Database, DeliveryRow, DraftRow, open_database
from assistant.submission.services import open_services

NOW = datetime(2023, 1, 15, 15, 0, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'some' / 'folder' / 'assistant.sqlite3'}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


def draft(owner: str, **changes: object) -> DraftRow:
    return DraftRow(**{"owner": owner, "revision": 1, "document": "{}", "updated": NOW, **changes})


def pragma(database: Database, name: str) -> object:
    with database.reading() as session:
        return session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()


def test_opening_makes_the_folder_and_the_tables_and_sqlite_safe(database: Database, tmp_path: Path) -> None:
    assert (tmp_path / "some" / "folder" / "assistant.sqlite3").is_file()
    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "foreign_keys") == 1
    assert pragma(database, "synchronous") == 2
    assert int(str(pragma(database, "busy_timeout"))) >= 5_000


def test_what_was_committed_is_there_after_opening_again(database: Database, url: str) -> None:
    with database.writing() as session:
        session.add(draft("asha", document="{'a': 1}", resume_code="code"))
    again = open_database(url)
    with again.reading() as session:
        row = session.get_one(DraftRow, "asha")
    again.close()
    assert (row.document, row.resume_code, row.updated) == ("{'a': 1}", "code", NOW)


def test_an_error_in_a_block_undoes_all_of_it(database: Database) -> None:
    def half() -> None:
        with database.writing() as session:
            session.add(draft("asha"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    with database.reading() as session:
        assert session.scalars(select(DraftRow)).all() == []


def test_moments_come_back_in_utc_and_those_without_a_zone_are_refused(database: Database) -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    with database.writing() as session:
        session.add(draft("asha", updated=NOW.astimezone(india)))
    with database.reading() as session:
        assert session.get_one(DraftRow, "asha").updated.isoformat() == "2023-01-15T15:00:00+00:00"
    with pytest.raises(StatementError, match="no time zone"), database.writing() as session:
        session.add(draft("ravi", updated=datetime(2023, 1, 15)))


def test_two_drafts_cannot_have_the_same_code_and_many_can_have_none(database: Database) -> None:
    with database.writing() as session:
        session.add_all([draft("a"), draft("b"), draft("c", resume_code="x")])
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(draft("d", resume_code="x"))


def test_readers_and_writers_in_many_threads_wait_for_each_other(database: Database, url: str) -> None:
    with database.writing() as session:
        session.add(draft("asha", revision=0))
    databases = [database, open_database(url)]

    def count(own: Database) -> None:
        for _ in range(25):
            with own.writing() as session:
                row = session.get_one(DraftRow, "asha")
                row.revision += 1

    threads = [threading.Thread(target=count, args=(databases[number % 2],)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.get_one(DraftRow, "asha").revision == 150
    databases[1].close()


def test_many_that_open_a_new_database_at_once_all_get_it(url: str) -> None:
    start, opened = threading.Barrier(6), []

    def go() -> None:
        start.wait()
        opened.append(open_database(url))

    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 6
    for database in opened:
        database.close()


def test_an_older_database_is_brought_up_to_date_step_by_step(database: Database, url: str) -> None:
    with database.writing() as session:
        session.add(draft("asha"))
    upgrades = {
        SCHEMA_VERSION: ["ALTER TABLE drafts ADD COLUMN colour TEXT"],
        SCHEMA_VERSION + 1: ["UPDATE drafts SET colour = 'green'"],
    }
    newer = open_database(url, version=SCHEMA_VERSION + 2, upgrades=upgrades)
    with newer.reading() as session:
        assert session.connection().exec_driver_sql("SELECT owner, colour FROM drafts").all() == [("asha", "green")]
    newer.close()
    open_database(url, version=SCHEMA_VERSION + 2, upgrades=upgrades).close()


def test_an_upgrade_that_fails_changes_nothing(database: Database, url: str, tmp_path: Path) -> None:
    upgrades = {SCHEMA_VERSION: ["ALTER TABLE drafts ADD COLUMN colour TEXT", "THIS IS NO SQL"]}
    with pytest.raises(BriefError):
        open_database(url, version=SCHEMA_VERSION + 1, upgrades=upgrades)
    with sqlite3.connect(tmp_path / "some" / "folder" / "assistant.sqlite3") as raw:
        assert raw.execute("SELECT version FROM schema_version").fetchall() == [(SCHEMA_VERSION,)]
        assert "colour" not in [column[1] for column in raw.execute("PRAGMA table_info(drafts)")]
    raw.close()
    open_database(url).close()


def test_a_newer_database_is_refused_and_left_alone(database: Database, url: str) -> None:
    newer = open_database(url, version=SCHEMA_VERSION + 1, upgrades={SCHEMA_VERSION: []})
    newer.close()
    with pytest.raises(AssistantError, match="newer version"):
        open_database(url)


def test_a_database_of_the_first_version_gets_the_tables_that_a_new_one_has(url: str, tmp_path: Path) -> None:
    def shape(opened: Database) -> object:
        inspector = inspect(opened.engine)
        columns = [(column["name"], column["nullable"]) for column in inspector.get_columns("jobs")]
        alone = sorted(sorted(found["column_names"]) for found in inspector.get_unique_constraints("jobs"))
        return (
            columns,
            alone,
            inspector.get_pk_constraint("jobs")["constrained_columns"],
            [index["name"] for index in inspector.get_indexes("jobs")],
        )

    new = open_database(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    older = open_database(url)
    with older.writing() as session:
        session.connection().exec_driver_sql("ALTER TABLE drafts DROP COLUMN histories")
        session.connection().exec_driver_sql("DROP TABLE jobs")
        for index in ("deliveries_by_number", "deliveries_by_owner"):
            session.connection().exec_driver_sql(f"DROP INDEX {index}")
        session.connection().exec_driver_sql("ALTER TABLE deliveries DROP COLUMN number")
        session.connection().exec_driver_sql("CREATE INDEX deliveries_by_owner ON deliveries (owner, prepared)")
        session.connection().exec_driver_sql("UPDATE schema_version SET version = 1")
    older.close()
    older = open_database(url)
    assert shape(older) == shape(new)
    for opened in (older, new):
        opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def each_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("url" if request.param == "sqlite" else "postgres_url"))


def test_deliveries_of_the_second_version_are_counted_as_they_were_made(each_url: str) -> None:
    def row(name: str, minute: int, sha256: str, attempt: int) -> DeliveryRow:
        return DeliveryRow(
            id=name, number=minute + attempt * 100, owner="asha", sha256=sha256, recipients_key="to", submission=1,
            attempt=attempt, message_id="", status="refused", prepared=NOW.replace(minute=minute), document="{}",
        )  # fmt: skip

    older = open_database(each_url)
    with older.writing() as session:
        # The clock was set back by twenty minutes between the two attempts at the first bundle.
        session.add_all([row("second", 10, "a", 2), row("first", 30, "a", 1), row("third", 31, "b", 1)])
        session.flush()
        for statement in (
            "DROP INDEX deliveries_by_number",
            "DROP INDEX deliveries_by_owner",
            "ALTER TABLE deliveries DROP COLUMN number",
            "CREATE INDEX deliveries_by_owner ON deliveries (owner, prepared)",
            "UPDATE schema_version SET version = 2",
        ):
            session.connection().exec_driver_sql(statement)
    older.close()
    upgraded = open_database(each_url)
    with upgraded.reading() as session:
        rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.number))
        assert [(row.number, row.id) for row in rows] == [(1, "first"), (2, "second"), (3, "third")]
    indexes = inspect(upgraded.engine).get_indexes("deliveries")
    assert sorted((str(index["name"]), index["column_names"]) for index in indexes if "by" in str(index["name"])) == [
        ("deliveries_by_number", ["number"]),
        ("deliveries_by_owner", ["owner", "number"]),
        ("deliveries_by_status", ["status"]),
    ]
    upgraded.close()


@pytest.mark.parametrize("how", ["cut to nothing", "removed"])
def test_a_workspace_whose_database_was_emptied_is_not_taken_for_a_new_one(tmp_path: Path, how: str) -> None:
    settings = Settings(workspace=tmp_path / "work")
    for _ in range(2):
        services = open_services(settings, MailAccount())
        services.jobs.close()
        services.drafts._database.close()
    file = tmp_path / "work" / "assistant.sqlite3"
    kept = file.read_bytes()
    file.write_bytes(b"") if how == "cut to nothing" else file.unlink()
    with pytest.raises(BriefError, match="The database is empty, although") as caught:
        open_services(settings, MailAccount())
    assert "second time" in caught.value.evidence
    file.write_bytes(kept)
    open_services(settings, MailAccount()).jobs.close()


def test_another_database_for_the_same_workspace_may_be_empty(tmp_path: Path) -> None:
    open_services(Settings(workspace=tmp_path / "work"), MailAccount()).jobs.close()
    other = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    open_services(Settings(workspace=tmp_path / "work", database=other), MailAccount()).jobs.close()


def test_every_version_before_this_one_has_its_step() -> None:
    assert sorted(UPGRADES) == list(range(1, SCHEMA_VERSION))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense", "not a database URL"),
        ("made-up://host/name", "not a database URL"),
        ("sqlite://", "cannot live in memory"),
        ("sqlite:///:memory:", "cannot live in memory"),
        ("mysql+pymysql://user:secret@host/name", "driver 'pymysql' is not installed"),
    ],
)
def test_a_wrong_address_is_refused_without_showing_a_password(address: str, said: str) -> None:
    with pytest.raises(BriefError) as caught:
        open_database(address)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_and_a_folder_that_cannot_be_made_are_said(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("These are notes and no database. " * 100)
    for address in (f"sqlite:///{file}", f"sqlite:///{file / 'below' / 'it.sqlite3'}"):
        with pytest.raises(BriefError) as caught:
            open_database(address)
        assert "ASSISTANT_DATABASE" in caught.value.fix
