"""Where the homes of the tests keep their records: SQLite files, or schemas of a PostgreSQL server.

`pytest --postgresql` starts a server of its own from the Debian package; SANDBOX_DATABASE_URL names one
that is there already. Every home then gets a fresh schema. Without either nothing here does anything.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, make_url

from sandbox.store import tables, transfer
from sandbox.store.db import open_engine

CHOSEN = "SANDBOX_TESTS_DATABASE"
"""The address of the server that holds the homes of the tests; handed on to every test process."""
RECORDS = "records.db"


def chosen() -> str:
    """Return the address of the server in use, or nothing."""
    return os.environ.get(CHOSEN, "")


def on_server() -> bool:
    """Return whether the homes of the tests lie on a server."""
    return bool(chosen())


file_only = pytest.mark.file_only
"""Marks what is about a file's pages, bytes or statements of SQLite; it runs in the usual suite."""


def missing() -> str:
    """Return why no server can be started here, or nothing."""
    if not programs():
        return "PostgreSQL is not installed (apt-get install postgresql)"
    if os.getuid() == 0 and nobody() is None:
        return "PostgreSQL does not run as root, and there is nobody else"
    return ""


def programs() -> Path | None:
    """Return the folder with initdb and postgres, on the path or where Debian has them."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((one for one in places if (one / "initdb").exists() and (one / "postgres").exists()), None)


def nobody() -> str | None:
    """Return a user who is not root."""
    known = {one.pw_name for one in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)


@contextmanager
def serving() -> Iterator[str]:
    """Run a server of its own on a socket of its own and yield its address; stopped by its process id."""
    folder, place = Path(tempfile.mkdtemp(prefix="pg-")), programs()
    assert place is not None
    user = nobody() if os.getuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    run: dict[str, Any] = {
        "user": user,
        "cwd": folder,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    data = folder / "data"
    made = ["-U", "owner", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]
    subprocess.run([place / "initdb", "-D", data, *made], check=True, **run)
    options = ["-k", str(folder), "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=400"]
    process = subprocess.Popen([place / "postgres", "-D", data, *options], **run)
    try:
        yield _awaited(f"postgresql://owner@/postgres?host={folder}")
    finally:
        process.send_signal(signal.SIGINT)  # the fast shutdown: waits for no client
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def _awaited(address: str) -> str:
    for _ in range(300):
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return address
    raise RuntimeError("the server did not come up")


def fresh() -> str:
    """Return the address of an empty schema of the server in use; nothing without one."""
    return schema(chosen()) if on_server() else ""


def schema(server: str) -> str:
    """Make an empty schema on a server and return its address."""
    name = f"home_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return make_url(server).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(False)


def engine(path: Path) -> Engine:
    """Return the engine of a new database: of that file, or of a schema that a note in its place names."""
    if not on_server():
        return open_engine(path)
    if not path.exists():
        path.write_text(fresh(), encoding="utf-8")
    return open_engine(path.read_text(encoding="utf-8"))


def part(path: Path) -> None:
    """Give the copy of a database that `engine` made a schema of its own."""
    if on_server():
        path.write_text(twin(path.read_text(encoding="utf-8")), encoding="utf-8")


def part_home(home: Path) -> None:
    """Give the copy of a home a database of its own; a file is its own already."""
    settings = home / "home.toml"
    text = settings.read_text(encoding="utf-8")
    if on_server() and (found := re.search(r'^database_url = "(.+)"$', text, re.MULTILINE)):
        settings.write_text(text.replace(found[1], twin(found[1])), encoding="utf-8")


def twin(address: str) -> str:
    """Copy a database into a schema of its own and return that one's address."""
    source, again = open_engine(address), fresh()
    target = open_engine(again)
    try:
        transfer.copy(source, target)
    finally:
        source.dispose()
        target.dispose()
    return again


class Owner:
    """What the owner of a database can do with it, told in the words of SQLite."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, given: Sequence[object] = ()) -> psycopg.Cursor:
        """Run one statement; its marks are question marks."""
        spelled = re.sub(r"x'([0-9a-f]*)'", r"decode('\1', 'hex')", statement)
        return self._connection.execute(spelled.replace("?", "%s"), tuple(given))

    def commit(self) -> None:
        self._connection.commit()


@contextmanager
def owned(home: Path | Engine) -> Iterator[sqlite3.Connection | Owner]:
    """Yield the database of a home as its owner has it, every trigger away; commits at the end."""
    if isinstance(home, Engine):
        plain = home.url.set(drivername="postgresql").render_as_string(False)
        address = plain if home.dialect.name == "postgresql" else ""
        file = Path(str(home.url.database))
    else:
        address, file = address_of(home), home / RECORDS
    if address:
        with psycopg.connect(address) as connection:
            connection.execute("SET session_replication_role = replica")
            yield Owner(connection)
        return
    with closing(sqlite3.connect(file)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        yield connection
        connection.commit()


def address_of(home: Path) -> str:
    """Return the address that a home's settings name, as the client library takes it, or nothing."""
    settings = home / "home.toml"
    found = (
        re.search(r'^database_url = "(.+)"$', settings.read_text("utf-8"), re.M)
        if settings.exists()
        else None
    )
    return found[1] if found else ""


def image(home: Path) -> object:
    """Return all that a home's database holds, to see whether anything was written."""
    address = address_of(home)
    if not address:
        return (home / RECORDS).read_bytes()
    engine = open_engine(address)
    try:
        with engine.connect() as connection:
            kept = tables.metadata.sorted_tables
            return [
                connection.execute(table.select().order_by(*table.primary_key.columns)).all()
                for table in kept
            ]
    finally:
        engine.dispose()
