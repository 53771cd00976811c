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

from sandbox.kernel.errors import (
    ConflictError,
    InputError,
    SandboxError,
    StateError,
    StorageError,
    TamperedError,
)
from sandbox.kernel.message import Message, say

BUSY_SECONDS = 15
_LOCK = 0x5A59_5342  # one advisory lock for the whole log
_TAKE_LOCK = (
    "SELECT set_config('lock_timeout', :patience, true), "
    "pg_advisory_xact_lock(:key, hashtext(coalesce(current_schema(), '')))"
)
_WRITES = "sandbox_writes"
_GROWING = ("record", "link", "fact", "fact_payload")


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


def check_address(address: str) -> None:
    """Raise for what cannot be kept in a settings file: `InputError` for a password, or for no server."""
    if not address:
        return
    try:
        found = make_url(address)
    except exc.ArgumentError:
        raise InputError(say("数据库地址写法不对，应如 postgresql://用户@主机/库")) from None
    if found.get_backend_name() != "postgresql":
        raise InputError(say("数据库地址写法不对，应如 postgresql://用户@主机/库"))
    if found.password is not None:
        raise InputError(say("数据库地址里不要写口令：请放进 PGPASSFILE 所指的文件或环境变量 PGPASSWORD"))


_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "recursive_triggers = ON",  # else REPLACE would delete past the triggers
    "secure_delete = ON",
    "cache_size = -16384",  # KiB
)


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin`, not by the driver
    try:
        for pragma in (f"busy_timeout = {BUSY_SECONDS * 1000}", *_PRAGMAS):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.DatabaseError as error:
        known = _translate(error, code="")
        if known is None:
            raise
        raise known from error


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def tend(engine: Engine) -> None:
    """Let the database look anew at how its tables are filled, so that it chooses its indices well.

    On PostgreSQL also mark which rows everybody sees: lists are then answered from indices alone, which its
    own sweeping would let wait for days. Where nothing changed much it does next to nothing.
    """
    if engine.dialect.name == "sqlite":
        with writing(engine) as connection:
            for pragma in ("analysis_limit = 1000", "optimize = 0x10002"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
        return
    with _translated(), engine.connect() as bare:
        connection = bare.execution_options(isolation_level="AUTOCOMMIT")
        for name in _GROWING:
            connection.exec_driver_sql(f"VACUUM (ANALYZE) {name}")


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
                # One writer a home: several may share a database, each in a schema of its own.
                patience = f"{max(1, BUSY_SECONDS * 1000)}ms"
                connection.execute(text(_TAKE_LOCK), {"key": _LOCK, "patience": patience})
            yield connection


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except exc.DBAPIError as error:
        code = str(getattr(error.orig, "sqlstate", None) or "")
        known = _translate(error.orig, code=code)
        if known is None:
            raise
        raise known from error


def _translate(error: BaseException | None, *, code: str) -> SandboxError | None:
    """Return our error for what the database said (SQLite by words, PostgreSQL by SQLSTATE), or None."""
    words = str(error).lower()
    for kind, sentence, marks, codes in _SAYINGS:
        if code in codes or any(mark in words for mark in marks):
            return kind(sentence)
    return None


_SAYINGS: tuple[tuple[type[SandboxError], Message, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        StorageError,
        say("磁盘已满或出错，这一步没有写入：请腾出空间后重试"),
        ("disk is full", "disk i/o error"),
        ("53100",),
    ),
    (
        ConflictError,
        say("数据库正忙，这一步没有写入：请稍后重试"),
        ("is locked",),
        ("40001", "40P01", "55P03"),
    ),
    (
        ConflictError,
        say("他人刚写入了同一条记录，这一步没有写入：请刷新后重试"),
        ("unique constraint failed",),
        ("23505",),
    ),
    (
        StateError,
        say("主目录的数据库已迁往别处，这一步没有写入：请重新启动平台"),
        ("database-left",),
        (),
    ),
    (
        TamperedError,
        say("日志和记录只能追加，数据库拒绝了这一步：请核查是谁要改动历史"),
        ("append-only",),
        (),
    ),
    (
        StorageError,
        say("数据库文件不可写或打不开：请检查目录权限"),
        ("readonly database", "unable to open database"),
        (),
    ),
    (
        StateError,
        say("数据库文件已损坏或不是数据库：请从备份中恢复"),
        ("malformed", "not a database"),
        (),
    ),
    (
        StateError,
        say("连不上数据库：请检查地址，以及数据库服务是否在运行"),
        ("connection failed", "connection is bad", "connection refused", "server closed the connection"),
        ("08001", "08003", "08006", "57P01", "57P03"),
    ),
)
