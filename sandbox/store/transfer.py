"""Copies a home's database whole into an empty one of either kind: SQLite or PostgreSQL.

What is copied is one state, row for row, by way of the same guards that every write meets; the tree is
compared afterwards. A database that was left for another takes no more writes, whoever still has it
open. Decides nothing about the home around it. Called by `keeping` and by the backup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, func, insert, inspect, select, text

from sandbox.kernel.errors import ConflictError, StateError, TamperedError
from sandbox.kernel.message import say
from sandbox.store import tables
from sandbox.store.db import reading, writing
from sandbox.store.home import FORMAT, REVISIONS, migrate
from sandbox.store.log import hasher, load_frontier
from sandbox.vault.digests import HashName

_AT_ONCE = 2000
_LEFT = "fact_left"
"""The trigger that stands in a database which was left for another."""


def copy(source: Engine, target: Engine) -> tuple[int, str]:
    """Copy one state of the source into an empty target; return its number of facts and root.

    Raises `ConflictError` if the target is not empty, `StateError` for a source of another format,
    `TamperedError` if what arrived is not what was read; then the target is as empty as before.
    """
    with reading(source) as connection:
        return _copy(connection, target)


def leave(source: Engine, target: Engine) -> tuple[int, str]:
    """Copy as `copy` does while nobody can write, and let the source take no write ever after.

    Killed half-way it can be called again: what already stands in the target whole is not copied twice.
    """
    with writing(source) as connection:
        done = _standing(connection) if _arrived(connection, target) else _copy(connection, target)
        _close(connection)
    return done


def _arrived(source: Connection, target: Engine) -> bool:
    """Return whether the target holds this very log already, from a time when this was stopped half-way."""
    with reading(target) as connection:
        if not inspect(connection).has_table("meta"):
            return False
        return _meta(connection) == _meta(source) and _standing(connection) == _standing(source)


def _meta(connection: Connection) -> dict[str, str]:
    return {str(name): str(value) for name, value in connection.execute(select(tables.meta))}


def _standing(connection: Connection) -> tuple[int, str]:
    frontier = load_frontier(connection, hasher(HashName(_meta(connection)["hash"])))
    return frontier.size, frontier.root().hex()


def _copy(source: Connection, target: Engine) -> tuple[int, str]:
    if _meta(source).get("format") != str(FORMAT):
        raise StateError(say("数据库不是现在的格式：请先执行 sandbox upgrade"))
    with writing(target) as connection:
        if inspect(connection).has_table("meta"):
            raise ConflictError(say("目标数据库里已有内容：请换一个空的数据库"))
        migrate(connection, REVISIONS[FORMAT])
        for table in tables.metadata.sorted_tables:
            _fill(connection, table, _rows(source, table))
        if connection.dialect.name == "postgresql":
            _number_on(connection)
        found, wanted = _standing(connection), _standing(source)
        for table in tables.metadata.sorted_tables:  # ours alone: others may share the server
            connection.execute(text(f"ANALYZE {table.name}"))  # else the first lists would be planned blindly
        if found != wanted:
            raise TamperedError(say("抄过去的日志与原来的不一致：没有写入，请检查磁盘后重试"))
    return found


def _rows(connection: Connection, table: Table) -> Iterator[Sequence[Mapping[str, Any]]]:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_AT_ONCE)
    for some in connection.execute(query).mappings().partitions():
        yield cast("Sequence[Mapping[str, Any]]", some)


def _fill(connection: Connection, table: Table, rows: Iterator[Sequence[Mapping[str, Any]]]) -> None:
    if connection.dialect.name != "postgresql":
        for some in rows:
            connection.execute(insert(table), [dict(row) for row in some])
        return
    names = [column.name for column in table.columns]
    bare = cast("Any", connection.connection.driver_connection)
    # COPY is several times faster than INSERT and fires the same triggers.
    with bare.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as pipe:
        for some in rows:
            for row in some:
                pipe.write_row([row[name] for name in names])


def _number_on(connection: Connection) -> None:
    """Let the outbox go on counting after the last effect that was copied."""
    last = connection.execute(select(func.max(tables.outbox.c.id))).scalar()
    if last is not None:
        counter = text("SELECT setval(pg_get_serial_sequence('outbox', 'id'), :last)")
        connection.execute(counter, {"last": last})


def _close(connection: Connection) -> None:
    """Let the database refuse every further fact, and with it every further write."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(
                "CREATE OR REPLACE FUNCTION database_left() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'database-left'; END $$"
            )
        )
        connection.execute(
            text(
                f"CREATE OR REPLACE TRIGGER {_LEFT} BEFORE INSERT ON fact "
                "FOR EACH ROW EXECUTE FUNCTION database_left()"
            )
        )
        return
    connection.execute(
        text(
            f"CREATE TRIGGER IF NOT EXISTS {_LEFT} BEFORE INSERT ON fact "
            "BEGIN SELECT RAISE(ABORT, 'database-left'); END"
        )
    )
