"""The engine and its transactions: durable settings, one writer at a time, errors in our words.

SQLite runs in WAL mode with synchronous FULL; a writing transaction takes the write lock at
its start, so that what it read still holds when it writes. PostgreSQL takes an advisory
lock. Decides nothing about records. Called by every module of the store that touches rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url, text

from sandbox.kernel.errors import ConflictError, SandboxError, StateError, StorageError, TamperedError
from sandbox.kernel.message import say

BUSY_SECONDS = 15
_LOCK = 0x5A59_5342  # one advisory lock for the whole log
_WRITES = "sandbox_writes"


def open_engine(where: Path | str) -> Engine:
    """Return the engine of an SQLite file (a path) or of a database address (text).

    Raises `StateError` for an address that names no database we can speak to.
    """
    try:
        address = URL.create("sqlite", database=str(where)) if isinstance(where, Path) else make_url(where)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        engine = create_engine(address)
    except (exc.ArgumentError, ImportError) as error:
        raise StateError(say("数据库地址用不了：请检查写法，以及是否装有它的驱动")) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin`, not by the driver
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",  # else REPLACE would delete past the triggers
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees one state of the database throughout."""
    # SQLite gives a reader one snapshot anyway; PostgreSQL has to be asked.
    wished = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with _translated(), engine.connect() as bare:
        connection = bare.execution_options(**wished)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield the only writing connection: commits at the end, undoes everything on any error."""
    with _translated(), engine.connect() as bare:
        connection = bare.execution_options(**{_WRITES: True})
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except exc.DBAPIError as error:
        raise translate(error) from error


def translate(error: exc.DBAPIError) -> SandboxError | exc.DBAPIError:
    """Return our error for a full disk, a busy database or a clash; others stay as they are."""
    words, code = str(error.orig).lower(), getattr(error.orig, "sqlstate", None) or ""
    if "disk is full" in words or "disk i/o error" in words or code == "53100":
        return StorageError(say("磁盘已满或出错，这一步没有写入：请腾出空间后重试"))
    if "locked" in words or code in ("40001", "40P01", "55P03"):
        return ConflictError(say("数据库正忙，这一步没有写入：请稍后重试"))
    if isinstance(error, exc.IntegrityError) and ("unique" in words or code == "23505"):
        return ConflictError(say("他人刚写入了同一条记录，这一步没有写入：请刷新后重试"))
    if "append-only" in words:
        return TamperedError(say("日志和记录只能追加，数据库拒绝了这一步：请核查是谁要改动历史"))
    if "readonly" in words or "unable to open" in words:
        return StorageError(say("数据库文件不可写或打不开：请检查目录权限"))
    return error
