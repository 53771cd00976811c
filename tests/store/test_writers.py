"""Several processes write at once, on SQLite and on PostgreSQL: one chain, one winner, nobody stuck."""

import multiprocessing
import os
import signal
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from sandbox.kernel.actors import SYSTEM, Actor, Proof
from sandbox.kernel.errors import ConflictError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Organisation
from sandbox.store import tables
from sandbox.store.changes import Change, Effect
from sandbox.store.db import open_engine, writing
from sandbox.store.home import create, open_home
from sandbox.store.log import StoreSettings
from sandbox.store.opener import next_id
from sandbox.store.verify import verify
from sandbox.vault.signer import PublicKey, Signer
from tests import database
from tests.store.test_opener import FIRM, REGISTER

SPAWN = multiprocessing.get_context("spawn")
SIGNER = Signer(bytes(range(32)), name="key.example")
KEY = PublicKey(name=SIGNER.name, public=SIGNER.public)
WRITERS, TURNS = 3, 12


def place(where: str):
    return where if "://" in where else Path(where)


def opened(where: str):
    return open_home(
        open_engine(place(where)),
        clock=lambda: datetime.now(UTC),
        entropy=os.urandom,
        settings=StoreSettings(origin="ignored"),
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path):
    """The address of a new home of each kind."""
    if request.param == "sqlite":
        address = str(tmp_path / "home.sqlite")
    else:
        address = database.schema(request.getfixturevalue("postgresql"))
    settings = StoreSettings(origin="data.example")
    engine = open_engine(place(address))
    create(engine, clock=lambda: datetime.now(UTC), entropy=os.urandom, settings=settings)
    engine.dispose()
    return address


def together(work, *given):
    """Run the work in several processes and return what each said; every one must come to its end."""
    answers, barrier = SPAWN.Queue(), SPAWN.Barrier(WRITERS)
    workers = [SPAWN.Process(target=work, args=(answers, barrier, n, *given)) for n in range(WRITERS)]
    for worker in workers:
        worker.start()
    said = [answers.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * WRITERS
    return said


def _append(answers, barrier, number, where):
    store = opened(where)
    actor = Actor(account=f"worker-{number}", person="p", organisation="o", proof=Proof.TOKEN)
    barrier.wait(100)
    made = [store.write(actor, Change(REGISTER, FIRM), outbox=(Effect("x"),))[0].id for _ in range(TURNS)]
    answers.put((number, made))


def test_all_that_is_written_stands_in_one_chain(where):
    said = together(_append, where)
    store = opened(where)
    assert [fact.seq for fact in store.facts()] == list(range(1 + WRITERS * TURNS))
    made = sorted(id for _, ids in said for id in ids)
    assert made == [f"organisation-{n:06d}" for n in range(1, 1 + WRITERS * TURNS)]
    assert [one.id for one in store.find(Organisation)] == made
    for number, ids in said:
        assert [one.record_id for one in store.facts(actor=f"worker-{number}")] == ids
    assert verify(store, key=KEY).whole


def _suspend(answers, barrier, number, where, ids):
    store, won = opened(where), []
    found = [store.load(Organisation, id) for id in ids]
    for one in found:
        barrier.wait(100)
        changed = replace(one.record, state="suspended", name=f"by {number}")
        try:
            store.write(SYSTEM, Change(step("organisation:suspend"), changed, expected=one.version))
        except ConflictError:
            continue
        won.append(one.id)
    answers.put((number, won))


def test_of_two_who_act_on_one_version_exactly_one_wins(where):
    store = opened(where)
    ids = [store.write(SYSTEM, Change(REGISTER, FIRM))[0].id for _ in range(6)]
    said = together(_suspend, where, ids)
    assert sorted(id for _, won in said for id in won) == ids
    for number, won in said:
        for id in won:
            found = store.load(Organisation, id)
            assert (found.version, found.record.name) == (2, f"by {number}")
    assert len(store.facts(verb="organisation:suspend")) == len(ids)
    assert verify(store, key=KEY).whole


def _crosswise(answers, barrier, number, where, ids):
    store, done = opened(where), 0
    verbs = {"registered": ("organisation:suspend", "suspended")}
    verbs["suspended"] = ("organisation:reinstate", "registered")
    barrier.wait(100)
    for _ in range(TURNS):
        ordered = ids if number % 2 else ids[::-1]
        found = [store.load(Organisation, id) for id in ordered]
        changes = []
        for one in found:
            verb, state = verbs[one.record.state]
            changes.append(Change(step(verb), replace(one.record, state=state), expected=one.version))
        try:
            store.write(SYSTEM, *changes)
            done += 1
        except ConflictError:
            continue
    answers.put((number, done))


def test_changes_in_opposite_order_block_nobody(where):
    store = opened(where)
    ids = [store.write(SYSTEM, Change(REGISTER, FIRM))[0].id for _ in range(2)]
    said = together(_crosswise, where, ids)
    versions = {store.load(Organisation, id).version for id in ids}
    assert versions == {1 + sum(done for _, done in said)}  # what was written stands, in both or in neither
    assert sum(done for _, done in said) >= TURNS
    assert verify(store, key=KEY).whole


def _stand_still(ready, where):
    store = opened(where)
    with writing(store.engine) as connection:
        next_id(connection, "organisation")
        row = {"name": "uscc:half-way", "record_id": "organisation-000001"}
        connection.execute(insert(tables.held_name), row)
        store.append_about_log(connection, SYSTEM, "log:upgrade", {})
        ready.set()
        signal.pause()


def test_a_writer_killed_in_the_midst_leaves_nothing_and_holds_up_nobody(where):
    store = opened(where)
    store.write(SYSTEM, Change(REGISTER, FIRM))
    ready = SPAWN.Event()
    worker = SPAWN.Process(target=_stand_still, args=(ready, where))
    worker.start()
    assert ready.wait(100)
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(60)
    made = store.write(SYSTEM, Change(REGISTER, FIRM, names=("uscc:half-way",)))[0]
    assert made.id == "organisation-000002"
    assert [fact.verb for fact in store.facts()][1:] == ["organisation:register"] * 2
    assert verify(store, key=KEY).whole
