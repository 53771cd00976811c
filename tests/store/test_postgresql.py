"""The same store on PostgreSQL: formats, guards, order under two writers, audit."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.errors import ConflictError, InputError, StateError, TamperedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Organisation, OrganisationRole
from sandbox.store import transfer
from sandbox.store.backup import backup, restore
from sandbox.store.changes import Change, Effect, Link
from sandbox.store.checkpoints import checkpoint
from sandbox.store.db import check_address, open_engine, reading, writing
from sandbox.store.home import FORMAT, create, open_home, unmake
from sandbox.store.log import StoreSettings
from sandbox.store.outbox import drain
from sandbox.store.tables import metadata
from sandbox.store.verify import verify
from sandbox.vault.signer import PublicKey, Signer
from tests import database
from tests.store.homes.make import FIRM as KEPT

SIGNER = Signer(bytes(range(32)), name="key.example")
HOMES = Path(__file__).parent / "homes"
KEY = PublicKey(name=SIGNER.name, public=SIGNER.public)
FIRM = Organisation(
    state="registered",
    name="遵义某公司\u0000尾",
    uscc="91520300MA0000000X",
    kind="企业",
    roles=(OrganisationRole.DEVELOPER,),
    region="520300",
)
REFUSED = [
    "UPDATE fact SET actor = 'x'",
    "DELETE FROM fact",
    "TRUNCATE fact CASCADE",
    (
        "INSERT INTO fact SELECT seq + 7, at, actor, organisation, verb, record_id, record_version, "
        "record_digest, payload_commitment, keep_until, signature, leaf FROM fact WHERE seq = 1"
    ),
    "UPDATE fact_payload SET payload = '{}'",
    "DELETE FROM fact_payload",
    "UPDATE checkpoint SET note = ''",
    "DELETE FROM checkpoint",
    "INSERT INTO checkpoint SELECT size - 1, root, at, note, frontier FROM checkpoint",
    "DELETE FROM record",
    "UPDATE record SET state = 'x'",
    "UPDATE link SET role = 'x'",
    "DELETE FROM link",
]


@pytest.fixture(scope="session")
def server(postgresql):
    """The address of a server, for tables that are no home."""
    return postgresql


@pytest.fixture
def address(postgresql):
    return database.schema(postgresql)


@pytest.fixture
def store(address, clock):
    engine = open_engine(address)
    yield create(engine, clock=clock, entropy=os.urandom, settings=StoreSettings(origin="data.example"))
    engine.dispose()


def test_the_journey_of_a_record_and_its_audit(store, tmp_path):
    (firm,) = store.write(SYSTEM, Change(step("organisation:register"), FIRM), outbox=(Effect("x"),))
    assert firm.record.name == FIRM.name
    suspended = replace(firm.record, state="suspended")
    change = Change(
        step("organisation:suspend"),
        suspended,
        expected=1,
        links=(Link("of", firm.id),),
        secrets={"s": b"\x00"},
    )
    store.write(SYSTEM, change)
    with pytest.raises(ConflictError):
        store.write(SYSTEM, change)
    assert store.load(Organisation, firm.id).record == suspended
    assert store.find(Organisation, linked=("of", firm.id), newest_first=True)[0].version == 2
    assert store.secret(firm.id, "s") == b"\x00"
    assert drain(store, {"x": lambda effect: None}).done == 1
    checkpoint(store, SIGNER, [tmp_path / "witness"])
    store.write(SYSTEM, Change(step("organisation:register"), FIRM))
    checkpoint(store, SIGNER, [tmp_path / "witness"])
    report = verify(store, key=KEY, witness=tmp_path / "witness")
    assert report.problems == ()
    assert report.whole


def test_the_guards_hold_and_an_owner_without_them_is_found(store, tmp_path):
    (firm,) = store.write(SYSTEM, Change(step("organisation:register"), FIRM, names=("uscc:x",)))
    suspended = replace(firm.record, state="suspended")
    store.write(
        SYSTEM, Change(step("organisation:suspend"), suspended, expected=1, links=(Link("of", firm.id),))
    )
    checkpoint(store, SIGNER)
    for statement in REFUSED:
        with pytest.raises(TamperedError), writing(store.engine) as connection:
            connection.execute(text(statement))
    assert verify(store, key=KEY).whole
    with writing(store.engine) as connection:
        connection.execute(text("ALTER TABLE fact DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE fact SET actor = 'x' WHERE seq = 1"))
    assert {problem.code for problem in verify(store, key=KEY).problems} == {"leaf", "root", "tree"}


def test_the_migrations_lead_to_the_declared_tables_and_back(store):
    with reading(store.engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    with writing(store.engine) as connection:
        unmake(connection, "base")
    assert inspect(store.engine).get_table_names() == ["alembic_version"]
    with store.engine.connect() as connection:
        own = "pronamespace = current_schema()::regnamespace"
        query = f"SELECT count(*) FROM pg_proc WHERE proname LIKE '%guard%' AND {own}"
        left = connection.execute(text(query)).scalar()
    assert left == 0


def reopened(where, clock):
    return open_home(
        open_engine(where), clock=clock, entropy=os.urandom, settings=StoreSettings(origin="ignored")
    )


def busy(store, tmp_path):
    """Write something of every table."""
    (firm,) = store.write(
        SYSTEM, Change(step("organisation:register"), FIRM, names=("uscc:x",)), outbox=(Effect("x"),)
    )
    changed = replace(firm.record, state="suspended")
    change = Change(
        step("organisation:suspend"),
        changed,
        expected=1,
        links=(Link("of", firm.id),),
        secrets={"s": b"\x00"},
    )
    store.write(SYSTEM, change)
    checkpoint(store, SIGNER, [tmp_path / "witness"])


def test_a_database_moves_to_the_server_and_back(address, postgresql, clock, tmp_path):
    first = create(
        open_engine(tmp_path / "a.sqlite"),
        clock=clock,
        entropy=os.urandom,
        settings=StoreSettings(origin="data.example"),
    )
    busy(first, tmp_path)
    there = open_engine(address)
    assert transfer.leave(first.engine, there)[0] == 3
    with pytest.raises(StateError, match="迁往别处"):
        first.write(SYSTEM, Change(step("organisation:register"), FIRM))
    assert transfer.leave(first.engine, there)[0] == 3  # as after a kill: nothing is copied twice
    second = reopened(address, clock)
    second.write(SYSTEM, Change(step("organisation:register"), FIRM), outbox=(Effect("y"),))
    back = open_engine(tmp_path / "b.sqlite")
    transfer.leave(second.engine, back)
    with pytest.raises(StateError, match="迁往别处"):
        second.write(SYSTEM, Change(step("organisation:register"), FIRM))
    third = reopened(tmp_path / "b.sqlite", clock)
    assert third.find(Organisation) == second.find(Organisation)
    assert third.secret("organisation-000001", "s") == b"\x00"
    assert drain(third, {"x": lambda one: None, "y": lambda one: None}).done == 2
    third.write(SYSTEM, Change(step("organisation:register"), FIRM))
    for where in (address, tmp_path / "b.sqlite"):
        assert verify(where, key=KEY, witness=tmp_path / "witness").whole
    with pytest.raises(ConflictError):
        transfer.copy(third.engine, there)


def test_a_backup_of_either_kind_is_restored_to_either(store, postgresql, clock, officer, tmp_path):
    busy(store, tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    (home / "home.toml").write_text("x = 1\n")
    assert backup(store, tmp_path / "saved", home=home, parts=("home.toml",)).facts == 3
    again = database.schema(postgresql)
    given = {"actor": officer, "key": KEY, "clock": clock, "entropy": os.urandom}
    restore(tmp_path / "saved", tmp_path / "to-file", **given)
    restore(tmp_path / "saved", tmp_path / "to-server", database=open_engine(again), **given)
    assert not (tmp_path / "to-server" / "records.db").exists()
    for where in (tmp_path / "to-file" / "records.db", again):
        found = reopened(where, clock)
        assert found.find(Organisation) == store.find(Organisation)
        assert found.facts()[-1].verb == "log:restore"
        assert verify(where, key=KEY).whole


@pytest.mark.parametrize("number", range(1, FORMAT + 1))
def test_a_kept_home_of_every_format_comes_to_the_server(number, address, clock, tmp_path):
    path = tmp_path / "home.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((HOMES / f"format-{number}.sql").read_text(encoding="utf-8"))
    if number < FORMAT:
        with pytest.raises(StateError, match="sandbox upgrade"):
            transfer.copy(open_engine(path), open_engine(address))
    kept = reopened(path, clock)
    transfer.leave(kept.engine, open_engine(address))
    key = PublicKey.parse((HOMES / f"verifier-{number}.txt").read_text())
    assert verify(address, key=key, witness=HOMES / "witness").whole
    moved = reopened(address, clock)
    assert moved.find(Organisation) == kept.find(Organisation)
    with pytest.raises(ConflictError):
        moved.write(SYSTEM, Change(step("organisation:register"), KEPT, names=(f"uscc:{KEPT.uscc}",)))


def test_an_upgrade_on_the_server_fills_what_lists_are_asked_by(store):
    store.write(SYSTEM, Change(step("organisation:register"), FIRM))
    with writing(store.engine) as connection:
        unmake(connection, "f0002")
        connection.execute(text("UPDATE meta SET value = '2' WHERE name = 'format'"))
    assert verify(store, key=KEY).whole  # audited before it is upgraded
    again = open_home(
        store.engine, clock=store.clock, entropy=os.urandom, settings=StoreSettings(origin="ignored")
    )
    assert again.facts()[-1].verb == "log:upgrade"
    assert verify(store, key=KEY).whole
    with pytest.raises(TamperedError), writing(store.engine) as connection:
        connection.execute(text("UPDATE record SET state = 'x'"))


def test_two_homes_lie_in_one_database_each_in_its_schema(store, postgresql, clock):
    other = create(
        open_engine(database.schema(postgresql)),
        clock=clock,
        entropy=os.urandom,
        settings=StoreSettings(origin="other.example"),
    )
    with writing(store.engine):  # the writer of one home holds up nobody in the other
        other.write(SYSTEM, Change(step("organisation:register"), FIRM))
    assert store.find(Organisation) == ()


def test_a_password_does_not_come_into_the_settings():
    for address in ("postgresql://me:secret@host/db", "sqlite:///x", "nonsense", "mysql://h/db"):
        with pytest.raises(InputError):
            check_address(address)
    check_address("postgresql://me@host/db")
    check_address("")
