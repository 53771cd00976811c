"""Making, opening, refusing and unmaking the database of a home."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from sandbox.kernel.errors import ConflictError, StateError, StorageError
from sandbox.store.db import open_engine, reading, writing
from sandbox.store.home import FORMAT, REVISIONS, create, migrate, open_home, read_meta, unmake
from sandbox.store.log import StoreSettings
from sandbox.store.tables import metadata
from sandbox.vault.digests import HashName
from tests.database import file_only, owned


def reopen(store, **settings):
    given = StoreSettings(**{"origin": "another", **settings})
    return open_home(store.engine, clock=store.clock, entropy=store.entropy, settings=given)


def test_the_first_fact_names_the_log(store):
    (fact,) = store.facts()
    assert (fact.seq, fact.verb, fact.actor) == (0, "log:begin", "system")
    assert store.payload(0) == {
        "note": {"origin": "data.example/sandbox", "hash": "sha256", "format": FORMAT}
    }


def test_name_and_hash_are_the_homes_own_whatever_the_settings_say(make):
    store = make(hash=HashName.SM3)
    again = reopen(store, hash=HashName.SHA256)
    assert (again.settings.origin, again.settings.hash) == ("data.example/sandbox", HashName.SM3)


def test_a_home_is_made_once(store):
    with pytest.raises(ConflictError):
        create(store.engine, clock=store.clock, entropy=store.entropy, settings=store.settings)
    assert len(store.facts()) == 1


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "line\n"])
def test_names_that_a_note_cannot_bear_are_refused(make, origin):
    with pytest.raises(StateError):
        make(origin=origin)


def test_no_home_and_half_a_home_are_said_so(tmp_path, store):
    with pytest.raises(StateError, match="sandbox init"):
        read_meta(open_engine(tmp_path / "empty.sqlite"))
    with owned(store.engine) as connection:
        connection.execute("DELETE FROM meta WHERE name = 'hash'")
    with pytest.raises(StateError, match="备份"):
        reopen(store)


def test_a_file_that_is_no_database_or_cannot_be_reached_is_said_so(tmp_path):
    (tmp_path / "garbage").write_bytes(b"garbage" * 1000)
    with pytest.raises(StateError, match="不是数据库"):
        read_meta(open_engine(tmp_path / "garbage"))
    with pytest.raises(StorageError, match="打不开"):
        read_meta(open_engine(tmp_path / "no" / "folder"))
    with pytest.raises(StateError, match="连不上"):
        read_meta(open_engine(f"postgresql://x@/x?host={tmp_path}"))


@file_only
def test_a_database_torn_in_the_middle_is_said_so(store):
    store.engine.dispose()
    path = Path(store.engine.url.database)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(StateError, match="损坏"):
        read_meta(store.engine)


@pytest.mark.parametrize(("value", "match"), [(str(FORMAT + 1), "升级程序"), ("x", "读不懂")])
def test_a_later_format_is_left_alone(store, value, match):
    with owned(store.engine) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'format'", (value,))
    with pytest.raises(StateError, match=match):
        reopen(store)


def test_an_earlier_format_is_brought_up_with_a_fact(store):
    with owned(store.engine) as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE name = 'format'")
    again = reopen(store)
    assert read_meta(store.engine)["format"] == str(FORMAT)
    assert again.facts()[-1].verb == "log:upgrade"
    assert again.payload(1) == {"note": {"from": 0, "to": FORMAT}}


def test_the_migrations_lead_to_the_declared_tables(store):
    with reading(store.engine) as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_down_and_up_again(store):
    with writing(store.engine) as connection:
        unmake(connection, "base")
    assert set(inspect(store.engine).get_table_names()) == {"alembic_version"}
    with writing(store.engine) as connection:
        migrate(connection, REVISIONS[FORMAT])
    assert set(metadata.tables) < set(inspect(store.engine).get_table_names())


@file_only
def test_the_database_is_durable_and_checked(store):
    with reading(store.engine) as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "secure_delete")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "secure_delete": 1,
    }
