"""A real PostgreSQL for the tests: one server a session, on a socket in a folder of its own; a new database a test."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

_USER = "assistant"
_SYSTEM_USER = "postgres"  # the server refuses to run as root; Debian's package makes this user


def programs() -> Path | None:
    """Return the folder with initdb and pg_ctl, the newest version first; None where PostgreSQL is not installed."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: [int(part) for part in re.findall(r"\d+", folder.parent.name)],
        reverse=True,
    )
    on_path = shutil.which("initdb")
    for folder in [*([Path(on_path).resolve().parent] if on_path else []), *debian]:
        if all((folder / name).is_file() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    return None


class PostgresServer:
    """A running server whose databases live in one temporary folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new_database(self) -> str:
        """Make an empty database and return its SQLAlchemy URL."""
        import psycopg  # tests that need no PostgreSQL run without its driver

        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(host=str(self._folder), user=_USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return f"postgresql+psycopg://{_USER}@/{name}?host={quote(str(self._folder), safe='')}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start a server for this session, and stop it by its own process."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="assistant-pg-"))  # short: the name of a socket has at most 107 bytes
    data, log = folder / "data", folder / "log"
    if root:
        shutil.chown(folder, _SYSTEM_USER)

    def call(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [found / program, "-D", data, *arguments],
            cwd=folder,
            user=_SYSTEM_USER if root else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a pipe would stay open as long as the server lives
            stderr=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, f"{program} failed: {log.read_text('utf-8') if log.is_file() else 'no log'}"

    try:
        call("initdb", f"--username={_USER}", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=100"
        call("pg_ctl", "start", "--wait", f"--log={log}", f"--options={options}")
        try:
            yield PostgresServer(folder)
        finally:
            call("pg_ctl", "stop", "--wait", "--mode=immediate")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """Return the address of a new, empty database."""
    return postgres.new_database()
