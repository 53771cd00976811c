"""Making and opening the database of a home: its format, its log's name and hash.

An empty database is made once; one of an earlier format is brought up on opening; one of a
later format is left alone with a clear sentence. Called by `app` and the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, insert, inspect, select, update

from sandbox.kernel.actors import SYSTEM, Actor
from sandbox.kernel.errors import ConflictError, StateError
from sandbox.kernel.message import say
from sandbox.store import facts, tables
from sandbox.store.db import reading, writing
from sandbox.store.log import Entropy, StoreSettings
from sandbox.store.opener import Store
from sandbox.vault.digests import HashName

FORMAT = 4
"""The format this program writes; a higher one belongs to a later program."""
REVISIONS = {1: "f0001", 2: "f0002", 3: "f0003", 4: "f0004"}
_VERSION_TABLE = "alembic_version"


def create(
    engine: Engine,
    *,
    clock: Callable[[], datetime],
    entropy: Entropy,
    settings: StoreSettings,
    actor: Actor = SYSTEM,
) -> Store:
    """Make the tables of a new home and its first fact; `ConflictError` if there is one already."""
    if not settings.origin or settings.origin.split() != [settings.origin] or "+" in settings.origin:
        raise StateError(say("日志名称 {origin} 不能为空，也不能含空白或加号", origin=settings.origin))
    store = Store(engine, clock=clock, entropy=entropy, settings=settings)
    with writing(engine) as connection:
        if inspect(connection).has_table("meta"):
            raise ConflictError(say("这里已有一个数据库：不会覆盖，请换一个空目录"))
        migrate(connection, REVISIONS[FORMAT])
        values = {"format": str(FORMAT), "hash": settings.hash.value, "origin": settings.origin}
        connection.execute(
            insert(tables.meta), [{"name": name, "value": value} for name, value in values.items()]
        )
        note = {"origin": settings.origin, "hash": settings.hash.value, "format": FORMAT}
        store.append_about_log(connection, actor, facts.BEGIN, note)
    return store


def open_home(
    engine: Engine, *, clock: Callable[[], datetime], entropy: Entropy, settings: StoreSettings
) -> Store:
    """Return the store of an existing home, brought to this format; name and hash are the home's own.

    Raises `StateError` for no home, or one of a later format.
    """
    found = read_meta(engine)
    number = _format_of(found)
    if number > FORMAT:
        raise StateError(
            say(
                "这个数据目录是第 {found} 版格式，本程序只认到第 {known} 版：请升级程序后再打开",
                found=number,
                known=FORMAT,
            )
        )
    own = replace(settings, origin=found["origin"], hash=HashName(found["hash"]))
    store = Store(engine, clock=clock, entropy=entropy, settings=own)
    if number < FORMAT:
        upgrade(store, since=number)
    return store


def upgrade(store: Store, *, since: int) -> None:
    """Bring a home from an earlier format to this one, in one transaction, with a fact."""
    with writing(store.engine) as connection:
        migrate(connection, REVISIONS[FORMAT])
        place = tables.meta.c.name == "format"
        connection.execute(update(tables.meta).where(place).values(value=str(FORMAT)))
        store.append_about_log(connection, SYSTEM, facts.UPGRADE, {"from": since, "to": FORMAT})


def read_meta(engine: Engine) -> dict[str, str]:
    """Return the home's own settings; `StateError` if there is no whole home."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("meta"):
            raise StateError(say("这里还没有数据库：请先执行 sandbox init"))
        rows = connection.execute(select(tables.meta.c.name, tables.meta.c.value))
        found = {str(name): str(value) for name, value in rows}
    if not {"format", "hash", "origin"} <= found.keys() or found["hash"] not in set(HashName):
        raise StateError(say("数据库缺少基本信息：请从备份中恢复"))
    return found


def _format_of(found: dict[str, str]) -> int:
    try:
        return int(found["format"])
    except ValueError:
        raise StateError(say("数据库的格式版本读不懂：请从备份中恢复")) from None


def migrate(connection: Connection, revision: str) -> None:
    """Run the migrations up to a revision on this connection, inside its transaction."""
    command.upgrade(_config(connection), revision)


def unmake(connection: Connection, revision: str) -> None:
    """Run the migrations down to a revision ("base": nothing is left); for going back by hand."""
    command.downgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
