"""The database: its tables, how it is opened, and how an older one is brought up to date."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    Index,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    event,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from assistant.errors import AssistantError, BriefError

SCHEMA_VERSION = 3
# The SQL statements that lead from the version in the key to the next one. A change of the tables below raises
# SCHEMA_VERSION and adds its statements here; a new database gets the tables below at once.
UPGRADES: Mapping[int, Sequence[str]] = {
    1: (
        "ALTER TABLE drafts ADD COLUMN histories TEXT NOT NULL DEFAULT ''",
        """
        CREATE TABLE jobs (
            "key" VARCHAR(255) NOT NULL PRIMARY KEY,
            owner VARCHAR(64) NOT NULL,
            lane VARCHAR(16) NOT NULL,
            state VARCHAR(16) NOT NULL,
            number INTEGER NOT NULL UNIQUE,
            started INTEGER UNIQUE,
            slot INTEGER,
            stopping BOOLEAN NOT NULL,
            attempt VARCHAR(32),
            launcher VARCHAR(255),
            begun TIMESTAMP,
            request TEXT NOT NULL,
            outcome TEXT,
            UNIQUE (lane, slot)
        )
        """,
        "CREATE INDEX jobs_by_state ON jobs (state)",
    ),
    2: (
        "ALTER TABLE deliveries ADD COLUMN number INTEGER NOT NULL DEFAULT 0",
        # Attempts at one bundle were counted before too: one whose clock was set back does not come before the earlier.
        """
        UPDATE deliveries SET number = (
            SELECT place FROM (
                SELECT id, ROW_NUMBER() OVER (ORDER BY moment, attempt, id) AS place FROM (
                    SELECT id, attempt, MAX(prepared) OVER (
                        PARTITION BY sha256, recipients_key ORDER BY attempt ROWS UNBOUNDED PRECEDING
                    ) AS moment FROM deliveries
                ) AS moved
            ) AS ranked WHERE ranked.id = deliveries.id
        )
        """,
        "CREATE UNIQUE INDEX deliveries_by_number ON deliveries (number)",
        "DROP INDEX deliveries_by_owner",
        "CREATE INDEX deliveries_by_owner ON deliveries (owner, number)",
    ),
}

_BUSY_MILLISECONDS = 15_000
# PostgreSQL's lock under which one process at a time makes or upgrades the tables ("assi" as a number).
_OPENING_LOCK = 0x61737369


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC without a zone and returned with it, whatever the engine; refuses moments without one."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn an aware moment into what is stored; raise ValueError for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn what is stored into an aware moment."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """What the tables share."""


class SchemaRow(Base):
    """The version of the tables, in one row."""

    __tablename__ = "schema_version"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class DraftRow(Base):
    """Everything one student has typed, as one document with a revision number."""

    __tablename__ = "drafts"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    revision: Mapped[int]
    document: Mapped[str] = mapped_column(Text)
    histories: Mapped[str] = mapped_column(Text, default="", server_default="")  # the versions of its texts
    resume_code: Mapped[str | None] = mapped_column(String(64), unique=True)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class DeliveryRow(Base):
    """One attempt to hand a bundle over.

    `number` counts all attempts: order is its, never the clock's. `recipients_key` is the digest of the set of
    recipients. `submission` counts the different bundles that went to
    them from 1, `attempt` the attempts with the same bundle; it is unique with owner, bundle and recipients, so that
    of two attempts begun at once only one can be stored. `process` names the process that sends, `lease` the moment
    after which a silent one on another machine counts as gone. `document` holds what no query asks for.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("owner", "sha256", "recipients_key", "attempt"),
        Index("deliveries_by_number", "number", unique=True),
        Index("deliveries_by_owner", "owner", "number"),
        Index("deliveries_by_status", "status"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(server_default="0")
    owner: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    recipients_key: Mapped[str] = mapped_column(String(64))
    submission: Mapped[int]
    attempt: Mapped[int]
    message_id: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(16))
    prepared: Mapped[datetime] = mapped_column(UtcDateTime)
    process: Mapped[str | None] = mapped_column(String(255))
    lease: Mapped[datetime | None] = mapped_column(UtcDateTime)
    document: Mapped[str] = mapped_column(Text)


class JobRow(Base):
    """One piece of work outside the server's process; see `jobs/job_queue.py`.

    `number` counts what was put in line, `started` what was begun: order is theirs, never the clock's. A job that runs
    holds a `slot` of its lane, which no other of the lane can hold, whichever server begins it. `attempt` names the
    folder of the attempt at it, `launcher` the process that started the worker.
    """

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("lane", "slot"), Index("jobs_by_state", "state"))

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    lane: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    number: Mapped[int] = mapped_column(unique=True)
    started: Mapped[int | None] = mapped_column(unique=True)
    slot: Mapped[int | None]
    stopping: Mapped[bool] = mapped_column(default=False)
    attempt: Mapped[str | None] = mapped_column(String(32))
    launcher: Mapped[str | None] = mapped_column(String(255))
    begun: Mapped[datetime | None] = mapped_column(UtcDateTime)
    request: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)


class Database:
    """An open database; sessions for reading and for writing come from it, in any thread."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reading: Engine
        self._writing: Engine
        if engine.dialect.name == "postgresql":
            # Said here, for a server's own default may be another. A writer that was overtaken has to see that.
            self._reading = engine.execution_options(isolation_level="REPEATABLE READ")
            self._writing = engine.execution_options(isolation_level="READ COMMITTED")
        else:
            self._reading, self._writing = engine, engine.execution_options(assistant_writes=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one consistent state and changes nothing."""
        with Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session that is committed when the block ends, and rolled back when it raises."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()


def open_database(
    url: str,
    *,
    version: int = SCHEMA_VERSION,
    upgrades: Mapping[int, Sequence[str]] = UPGRADES,
    made_before: Path | None = None,
) -> Database:
    """Open the database, make what is missing and bring an older one up to date.

    `made_before` is the file that remembers that this database had its tables before: an empty one is then refused.
    Raises BriefError when the URL is wrong, or the database cannot be reached or lost what it held, AssistantError when
    a newer version of this program made it.
    """
    address = _checked(url)
    try:
        engine = sqlalchemy.create_engine(address, pool_pre_ping=address.get_backend_name() != "sqlite")
        if address.get_backend_name() == "sqlite":
            Path(address.database or "").parent.mkdir(parents=True, exist_ok=True)
            _prepare_sqlite(engine)
        database = Database(engine)
        try:
            _bring_up_to_date(database, version, upgrades, made_before)
        except BaseException:
            database.close()
            raise
    except ModuleNotFoundError as error:
        raise BriefError(
            "The database cannot be opened.",
            f"ASSISTANT_DATABASE names {address.drivername!r}, and its driver {error.name!r} is not installed.",
            "Install the driver, or leave the variable empty for a SQLite file in the workspace.",
        ) from error
    except (OSError, SQLAlchemyError) as error:
        reason = getattr(error, "orig", None) or error
        raise BriefError(
            "The database cannot be opened.",
            f"{address.render_as_string(hide_password=True)}: {reason}.",
            "Check ASSISTANT_DATABASE and ASSISTANT_WORKSPACE, and that the folder can be written to.",
        ) from error
    return database


def _emptied(database: Database, made_before: Path) -> BriefError:
    return BriefError(
        "The database is empty, although this workspace had one that was not.",
        f"{database.engine.url.render_as_string(hide_password=True)} holds no tables. Whether mails were sent stood in it, "
        "and without it they could go a second time.",
        f"Put it back from a copy. To begin with an empty one on purpose, remove the file {made_before}.",
    )


def _checked(url: str) -> URL:
    try:
        address = make_url(url)
        address.get_dialect()
    except SQLAlchemyError:
        raise BriefError(
            "ASSISTANT_DATABASE is not a database URL.",
            "",  # the value may hold a password
            "Write it like sqlite:////home/me/assistant.sqlite3 or postgresql+psycopg://user:password@host/name.",
        ) from None
    except ModuleNotFoundError:
        return make_url(url)  # said with the driver's name when the engine is made
    if address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:"):
        raise BriefError(
            "The database cannot live in memory.",
            "It has to survive a restart.",
            "Give ASSISTANT_DATABASE a file: sqlite:////home/me/assistant.sqlite3.",
        )
    return address


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        # The driver's own transaction handling begins too late (only before the first write), so it is switched off.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        _keep_a_log(cursor)
        cursor.execute("PRAGMA synchronous = FULL")  # a mail that went out must not be forgotten by a power cut
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its turn at the start: one that read first and then writes would be refused without waiting.
        writes = connection.get_execution_options().get("assistant_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _keep_a_log(cursor: Any) -> None:
    """Switch to the write-ahead log; of many that open a new file at once SQLite lets one, and does not wait for it."""
    end = time.monotonic() + _BUSY_MILLISECONDS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                raise
            time.sleep(0.02)


def _bring_up_to_date(
    database: Database, version: int, upgrades: Mapping[int, Sequence[str]], made_before: Path | None
) -> None:
    with database.writing() as session:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(_OPENING_LOCK)))
        if not sqlalchemy.inspect(connection).has_table(SchemaRow.__tablename__):
            if made_before is not None and made_before.exists():
                raise _emptied(database, made_before)
            Base.metadata.create_all(connection)
            session.add(SchemaRow(version=version))
            return
        row = session.scalars(sqlalchemy.select(SchemaRow)).one()
        if row.version > version:
            raise AssistantError(
                "The database was made by a newer version of the assistant.",
                f"It has tables of version {row.version}, and this program knows version {version}.",
                "Update the assistant, or give it another workspace with ASSISTANT_WORKSPACE.",
            )
        for step in range(row.version, version):
            for statement in upgrades[step]:
                connection.exec_driver_sql(statement)
        row.version = version
