"""The same store on PostgreSQL: formats, guards, order under two writers, audit."""

import multiprocessing
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import exc, inspect, text

from sandbox.kernel.actors import SYSTEM
from sandbox.kernel.errors import ConflictError, StateError, TamperedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Organisation, OrganisationRole
from sandbox.store.backup import backup
from sandbox.store.changes import Change, Effect, Link
from sandbox.store.checkpoints import checkpoint
from sandbox.store.db import open_engine, reading, writing
from sandbox.store.home import create, open_home, unmake
from sandbox.store.log import StoreSettings
from sandbox.store.outbox import drain
from sandbox.store.tables import metadata
from sandbox.store.verify import verify
from sandbox.vault.signer import PublicKey, Signer

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not shutil.which("initdb") or not shutil.which("postgres"), reason="no PostgreSQL"),
]
SIGNER = Signer(bytes(range(32)), name="key.example")
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


@pytest.fixture(scope="module")
def server():
    """A server of its own on a socket of its own, as a user who is not root."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = None
    if os.getuid() == 0:
        user = next((name for name in ("postgres", "nobody") if _known(name)), None)
        if user is None:
            pytest.skip("PostgreSQL does not run as root, and there is nobody else")
        shutil.chown(folder, user)
    run = {"user": user, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    data = folder / "data"
    subprocess.run(
        ["initdb", "-D", data, "-U", "owner", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"],
        check=True,
        **run,
    )
    options = ["-k", str(folder), "-c", "listen_addresses=", "-c", "fsync=off"]
    process = subprocess.Popen(["postgres", "-D", data, *options], **run)
    address = f"postgresql://owner@/postgres?host={folder}"
    try:
        _wait(address)
        yield address
    finally:
        process.send_signal(signal.SIGINT)  # the fast shutdown: waits for no client
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            with open_engine(address).connect():
                return
        except exc.OperationalError:
            time.sleep(0.1)
    pytest.fail("the server did not come up")


@pytest.fixture
def store(server, clock):
    engine = open_engine(server)
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        connection.commit()
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
    with pytest.raises(StateError, match="pg_dump"):
        backup(store, tmp_path / "b", home=tmp_path)


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
        left = connection.execute(text("SELECT count(*) FROM pg_proc WHERE proname LIKE '%guard%'")).scalar()
    assert left == 0


def _append(address: str, count: int) -> None:
    store = open_home(
        open_engine(address),
        clock=lambda: datetime.now(UTC),
        entropy=os.urandom,
        settings=StoreSettings(origin="ignored"),
    )
    for _ in range(count):
        store.write(SYSTEM, Change(step("organisation:register"), FIRM))


def test_two_processes_append_without_a_gap(store, server):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_append, args=(server, 40)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert [fact.seq for fact in store.facts()] == list(range(81))
    assert verify(store, key=KEY).whole
