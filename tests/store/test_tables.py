"""The database itself refuses to forget: every guard, against plain SQL."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import text

from sandbox.kernel.errors import StateError, TamperedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Home
from sandbox.store.changes import Change, Link
from sandbox.store.checkpoints import checkpoint
from sandbox.store.db import open_engine, writing
from sandbox.vault.signer import Signer
from tests.database import file_only

HOME = Home(state="in-service", name="h", demo=True, format=1)

REFUSED = [
    "UPDATE fact SET actor = 'x'",
    "UPDATE fact SET seq = seq + 100",
    "DELETE FROM fact",
    "INSERT INTO fact SELECT * FROM fact WHERE seq = 1",
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
    "UPDATE record SET id = 'home-000009', version = version + 1",
    "UPDATE link SET role = 'x'",
    "DELETE FROM link",
    "UPDATE held_name SET record_id = 'home-000001'",
    "DELETE FROM held_name",
]
SQLITE_ONLY = [
    "REPLACE INTO fact SELECT * FROM fact",
    "REPLACE INTO record SELECT * FROM record",
    "REPLACE INTO checkpoint SELECT * FROM checkpoint",
    "INSERT OR REPLACE INTO fact_payload SELECT seq, salt, '{}', keep_until FROM fact_payload",
]


@pytest.fixture
def filled(store, officer):
    (made,) = store.write(officer, Change(step("home:found"), HOME, names=("home:h",)))
    store.write(
        officer, Change(step("home:upgrade"), made.record, expected=1, links=(Link("of", "home-000001"),))
    )
    checkpoint(store, Signer(bytes(32)))
    return store


@file_only
@pytest.mark.parametrize("statement", REFUSED + SQLITE_ONLY)
def test_history_is_refused_a_change(filled, statement):
    path = filled.engine.url.database
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA recursive_triggers = ON")
        before = list(connection.iterdump())
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
        connection.rollback()
        assert list(connection.iterdump()) == before


@pytest.mark.parametrize("statement", ["DELETE FROM fact", "UPDATE record SET state = 'x'"])
def test_the_refusal_is_said_in_our_words(filled, statement):
    with pytest.raises(TamperedError, match="只能追加"), writing(filled.engine) as connection:
        connection.execute(text(statement))


@file_only
def test_payloads_may_go_once_their_retention_has_ended(filled):
    with closing(sqlite3.connect(filled.engine.url.database)) as connection:
        connection.execute("DROP TRIGGER fact_payload_no_update")
        connection.execute("UPDATE fact_payload SET keep_until = '2025-01-01T00:00:00.000000Z' WHERE seq = 1")
        connection.execute("DELETE FROM fact_payload WHERE seq = 1")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("DELETE FROM fact_payload WHERE seq = 2")


def test_an_address_that_is_none_is_said_so():
    for address in ("nonsense", "nosuch://x/y"):
        with pytest.raises(StateError, match="地址"):
            open_engine(address)
    assert replace(HOME, name="x") != HOME
