"""The one way to write: what it gives, what it refuses, and that refusing leaves no trace."""

import multiprocessing
import os
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from sandbox.kernel.actors import SYSTEM, Actor, Proof
from sandbox.kernel.errors import (
    ConflictError,
    CredentialError,
    InputError,
    NotFoundError,
    StateError,
    StorageError,
)
from sandbox.kernel.lifecycle import Step, step
from sandbox.kernel.records import Account, Organisation, OrganisationRole
from sandbox.store.changes import Change, Effect, Link
from sandbox.store.db import open_engine, writing
from sandbox.store.facts import Header
from sandbox.store.home import open_home
from sandbox.store.log import StoreSettings
from tests import database
from tests.database import file_only
from tests.lengths import length

FIRM = Organisation(
    state="registered",
    name="遵义某公司",
    uscc="91520300MA0000000X",
    kind="企业",
    roles=(OrganisationRole.DEVELOPER,),
    region="520300",
)
PERSON = Account(
    state="invited", organisation="organisation-000001", name="wang", display_name="王", person="p"
)
REGISTER, SUSPEND, INVITE = (
    step("organisation:register"),
    step("organisation:suspend"),
    step("account:invite"),
)


def everything(store) -> dict[str, list]:
    with store.engine.connect() as connection:
        tables = ["record", "link", "secret", "counter", "fact", "fact_payload", "tree", "outbox"]
        return {name: connection.execute(text(f"SELECT * FROM {name}")).fetchall() for name in tables}


def test_a_record_is_written_read_changed_and_found(store, officer):
    (made,) = store.write(officer, Change(REGISTER, FIRM, note={"why": "第三条"}))
    assert (made.id, made.version) == ("organisation-000001", 1)
    assert store.load(Organisation, made.id) == made
    (changed,) = store.write(
        officer, Change(SUSPEND, replace(made.record, state="suspended"), expected=made.version)
    )
    assert (changed.version, changed.created_at) == (2, made.created_at)
    assert changed.updated_at > made.updated_at
    assert store.find(Organisation, state="registered") == ()
    assert store.find(Organisation, states=("suspended", "registered")) == (changed,)
    verbs = [(fact.verb, fact.record_version, fact.actor) for fact in store.facts(record=made.id)]
    assert verbs == [
        ("organisation:register", 1, officer.account),
        ("organisation:suspend", 2, officer.account),
    ]
    assert store.payload(1)["note"] == {"why": "第三条"}
    assert store.payload(1)["record"]["name"] == "遵义某公司"
    with pytest.raises(NotFoundError):
        store.payload(99)


def test_find_narrows_by_every_condition(store, officer):
    store.write(officer, Change(REGISTER, FIRM), Change(REGISTER, FIRM), Change(REGISTER, FIRM))
    for index, organisation in enumerate(
        ("organisation-000001", "organisation-000002", "organisation-000001")
    ):
        person = replace(PERSON, organisation=organisation, name=f"n{index}")
        store.write(officer, Change(INVITE, person, links=(Link("of", organisation),)))
    ids = [found.id for found in store.find(Account, organisation="organisation-000001")]
    assert ids == ["account-000001", "account-000003"]
    linked = store.find(Account, linked=("of", "organisation-000001"), newest_first=True, limit=1)
    assert [found.id for found in linked] == ["account-000003"]
    assert store.links("account-000002") == (("of", "organisation-000002"),)
    assert store.links_to("organisation-000001", "of") == (("of", "account-000001"), ("of", "account-000003"))
    assert store.find(Account, environment="environment-000001") == ()
    assert len(store.facts(verb="account:invite", limit=2)) == 2
    assert store.facts(actor="nobody") == ()
    last = store.facts(newest_first=True, limit=1)[0]
    assert store.facts(since=datetime.fromisoformat(last.at)) == (last,)


def test_links_and_secrets_stay_through_later_versions(store, officer):
    store.write(officer, Change(REGISTER, FIRM))
    (made,) = store.write(
        officer,
        Change(
            INVITE, PERSON, links=(Link("of", "organisation-000001"),), secrets={"code": b"1", "totp": b"2"}
        ),
    )
    active = replace(made.record, state="active", public_key="00")
    store.write(SYSTEM, Change(step("account:enrol"), active, expected=1, secrets={"code": b"3"}))
    assert store.links(made.id) == (("of", "organisation-000001"),)
    assert (store.secret(made.id, "code"), store.secret(made.id, "totp")) == (b"3", b"2")
    assert store.has_secret(made.id, "totp")
    assert not store.has_secret(made.id, "none")
    with pytest.raises(NotFoundError):
        store.secret(made.id, "none")
    assert b"totp" not in repr(Change(INVITE, PERSON, secrets={"totp": b"x"})).encode()


def test_records_that_name_each_other_are_written_together(store, officer):
    firm, person = store.new_id("organisation"), store.new_id("account")
    store.write(
        officer,
        Change(REGISTER, replace(FIRM, id=firm)),
        Change(INVITE, replace(PERSON, id=person, organisation=firm), links=(Link("of", firm),)),
        outbox=(Effect("welcome", {"n": 1}), Effect("other", record_id=person)),
    )
    rows = everything(store)["outbox"]
    assert [(row.kind, row.record_id, row.done_at) for row in rows] == [
        ("welcome", firm, None),
        ("other", person, None),
    ]
    assert [effect["id"] for effect in store.payload(2)["effects"]] == [row.id for row in rows]
    assert "effects" not in store.payload(1)


def refused(store, officer, change: Change, kind: type[Exception], match: str = "") -> None:
    before = everything(store)
    with pytest.raises(kind, match=match):
        store.write(officer, Change(REGISTER, FIRM), change, outbox=(Effect("x"),))
    assert everything(store) == before


def test_each_wrong_write_is_refused_whole(store, officer):
    (made,) = store.write(officer, Change(REGISTER, FIRM))
    suspended = replace(made.record, state="suspended")
    forged = Step("organisation", "register", frozenset({"suspended"}), "registered", frozenset(), "第三条")
    unknown = Step("organisation", "erase", frozenset(), "registered", frozenset(), "第三条")
    cases = [
        (Change(SUSPEND, suspended, expected=2), ConflictError, "刷新"),
        (Change(SUSPEND, suspended), StateError, "版本"),
        (Change(REGISTER, FIRM, expected=1), StateError, "版本"),
        (Change(SUSPEND, replace(suspended, id="organisation-000077"), expected=1), NotFoundError, "编号"),
        (Change(SUSPEND, made.record, expected=1), StateError, "状态"),
        (Change(step("organisation:reinstate"), made.record, expected=1), ConflictError, "registered"),
        (Change(INVITE, FIRM), StateError, "不适用"),
        (Change(forged, made.record, expected=1), StateError, "不适用"),
        (Change(unknown, FIRM), StateError, "不适用"),
        (Change(REGISTER, replace(FIRM, id="organisation-000009")), StateError, "留空"),
        (Change(REGISTER, replace(FIRM, id="account-000001")), StateError, "留空"),
        (Change(REGISTER, made.record), ConflictError, "已存在"),
        (Change(INVITE, PERSON, links=(Link("of", "organisation-000099"),)), NotFoundError, "编号"),
        (Change(REGISTER, replace(FIRM, name=5)), StateError, "name"),
        (Change(REGISTER, replace(FIRM, name="\ud800")), InputError, "字符"),
        (Change(REGISTER, FIRM, note={"x": float("nan")}), InputError, "数值"),
    ]
    for change, kind, match in cases:
        refused(store, officer, change, kind, match)


def test_nobody_writes_nothing(store, officer):
    for actor in (
        replace(officer, account=""),
        replace(officer, proof=Proof.NONE),
        None,
    ):
        with pytest.raises(CredentialError):
            store.write(actor, Change(REGISTER, FIRM))
        with pytest.raises(CredentialError):
            store.purge(actor, Change(REGISTER, FIRM))
    with pytest.raises(StateError):
        store.write(officer)
    assert len(store.facts()) == 1


def test_a_wrong_kind_or_id_is_not_found(store, officer):
    store.write(officer, Change(REGISTER, FIRM))
    with pytest.raises(NotFoundError):
        store.load(Account, "organisation-000001")
    with pytest.raises(NotFoundError):
        store.load(Organisation, "organisation-000002")


def test_two_readers_of_one_version_and_only_one_writes(store, officer):
    (made,) = store.write(officer, Change(REGISTER, FIRM))
    change = Change(SUSPEND, replace(made.record, state="suspended"), expected=made.version)
    store.write(officer, change)
    with pytest.raises(ConflictError):
        store.write(officer, change)


def test_the_actors_own_signature_goes_into_the_fact(store, officer):
    signed = replace(officer, sign=lambda message: b"signed " + message[:1])
    store.write(signed, Change(REGISTER, FIRM))
    fact: Header = store.facts()[-1]
    assert fact.signature == b"signed {"


def _append(path, count: int, number: int) -> None:
    settings = StoreSettings(origin="ignored")
    store = open_home(
        database.engine(path), clock=lambda: datetime.now(UTC), entropy=os.urandom, settings=settings
    )
    actor = Actor(account=f"worker-{number}", person="p", organisation="o", proof=Proof.TOKEN)
    for _ in range(count):
        store.write(actor, Change(REGISTER, FIRM))


def test_two_processes_append_without_a_gap(store, tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_append, args=(tmp_path / "home.sqlite", 40, n)) for n in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    facts = store.facts()
    assert [fact.seq for fact in facts] == list(range(81))
    assert {fact.actor for fact in facts} == {"system", "worker-1", "worker-2"}
    assert sorted(found.id for found in store.find(Organisation)) == [
        f"organisation-{n:06d}" for n in range(1, 81)
    ]


@pytest.mark.long
def test_killed_while_writing_leaves_a_whole_log(store, tmp_path):
    context = multiprocessing.get_context("spawn")
    for round in range(length(5, 200)):
        worker = context.Process(target=_append, args=(tmp_path / "home.sqlite", 10_000, round))
        worker.start()
        before = len(store.facts())
        while len(store.facts()) < before + 5:
            time.sleep(0.01)
        time.sleep(0.003 * (round % 20))
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        facts, records = store.facts(), store.find(Organisation)
        assert [fact.seq for fact in facts] == list(range(len(facts)))
        assert len(records) == len(facts) - 1


def test_a_busy_database_is_said_so(store, officer, monkeypatch):
    with writing(store.engine):
        other = open_engine_with_short_patience(store, monkeypatch)
        with pytest.raises(ConflictError, match="正忙"):
            other.write(officer, Change(REGISTER, FIRM))


def open_engine_with_short_patience(store, monkeypatch):
    monkeypatch.setattr("sandbox.store.db.BUSY_SECONDS", 0)
    address = store.engine.url
    named = (
        Path(address.database)
        if store.engine.dialect.name == "sqlite"
        else address.render_as_string(hide_password=False)
    )
    return open_home(open_engine(named), clock=store.clock, entropy=store.entropy, settings=store.settings)


@file_only
def test_a_full_disk_is_said_so_and_leaves_the_database_whole(store, officer):
    store.write(officer, Change(REGISTER, FIRM))
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.connection.dbapi_connection.commit()
    before = everything(store)
    with pytest.raises(StorageError, match="磁盘"):
        store.write(officer, Change(REGISTER, replace(FIRM, name="长" * 100_000)))
    assert everything(store) == before
    with sqlite3.connect(store.engine.url.database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_name_has_one_holder_whoever_asks(store):
    first = Change(step("organisation:register"), FIRM, names=("uscc:x", "uscc:y"))
    (held,) = store.write(SYSTEM, first)
    with pytest.raises(ConflictError, match="刚被别人用了"):
        store.write(SYSTEM, Change(step("organisation:register"), FIRM, names=("uscc:y",)))
    assert len(store.find(Organisation)) == 1  # nothing of the second stands
    suspended = replace(held.record, state="suspended")
    again = Change(step("organisation:suspend"), suspended, expected=1, names=("uscc:x",))
    assert store.write(SYSTEM, again)[0].version == 2  # its own holder may name it again


def test_two_who_ask_at_once_are_not_both_served(store):
    def register(_: int) -> bool:
        try:
            store.write(SYSTEM, Change(step("organisation:register"), FIRM, names=("uscc:x",)))
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        served = list(pool.map(register, range(8)))
    assert sum(served) == 1
    assert len(store.find(Organisation)) == 1
