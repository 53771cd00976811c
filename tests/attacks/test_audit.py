"""Whoever owns the database tries to change the past; the audit says what and where.

The owner may drop every trigger, knows the program and may recompute every hash; the
checkpoint key and the witness folder are somebody else's.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sandbox.kernel.actors import SYSTEM, Actor, Proof
from sandbox.kernel.errors import ConflictError, StateError, TamperedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Account, Home, Organisation, OrganisationRole
from sandbox.store.changes import Change, Effect, Link
from sandbox.store.checkpoints import checkpoint
from sandbox.store.db import open_engine
from sandbox.store.home import create, open_home
from sandbox.store.log import StoreSettings
from sandbox.store.verifier import main, verify_export
from sandbox.store.verify import export, verify
from sandbox.vault.digests import HashName
from sandbox.vault.signer import PublicKey, Signer

SIGNER = Signer(bytes(range(32)), name="checkpoints.example")
KEY = PublicKey(name=SIGNER.name, public=SIGNER.public)
PERSONAL = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
PUBLIC = Signer(bytes([7]) * 32).public.hex()
FIRM = Organisation(
    state="registered",
    name="遵义某公司",
    uscc="91520300MA0000000X",
    kind="企业",
    roles=(OrganisationRole.DEVELOPER,),
    region="520300",
)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2020, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def begin(path: Path, **settings):
    given = StoreSettings(**{"origin": "data.example", **settings})
    return create(open_engine(path), clock=Clock(), entropy=os.urandom, settings=given)


def fill(store, count: int = 3) -> None:
    for index in range(count):
        (firm,) = store.write(SYSTEM, Change(step("organisation:register"), FIRM, note={"i": index}))
        person = Account(
            state="invited", organisation=firm.id, name="w", display_name="王", person="p", public_key=PUBLIC
        )
        store.write(
            SYSTEM,
            Change(
                step("account:invite"), person, links=(Link("of", firm.id),), secrets={"totp": b"abcdefgh"}
            ),
            outbox=(Effect("mail"),),
        )
    actor = Actor(
        account="account-000001", person="p", organisation="o", proof=Proof.TOKEN, sign=PERSONAL.sign
    )
    (firm,) = store.write(actor, Change(step("organisation:register"), FIRM))
    store.write(
        actor,
        Change(step("organisation:suspend"), replace(firm.record, state="suspended"), expected=1),
    )


@pytest.fixture(scope="session")
def originals(tmp_path_factory) -> Path:
    """One finished home for each hash, with its witness; every test works on a copy."""
    folder = tmp_path_factory.mktemp("homes")
    for name in HashName:
        witness = folder / f"{name}-witness"
        store = begin(folder / f"{name}.sqlite", hash=name)
        fill(store)
        checkpoint(store, SIGNER, [witness])
        fill(store)
        checkpoint(store, SIGNER, [witness])
        with closing(sqlite3.connect(folder / f"{name}.sqlite")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.engine.dispose()
    return folder


@pytest.fixture(params=list(HashName))
def home(request, originals, tmp_path) -> Path:
    shutil.copytree(originals / f"{request.param}-witness", tmp_path / "witness")
    return Path(shutil.copy(originals / f"{request.param}.sqlite", tmp_path / "home.sqlite"))


@pytest.fixture
def witness(home) -> Path:
    return home.parent / "witness"


def owner(path: Path) -> sqlite3.Connection:
    """Open the database as its owner would: no triggers, no foreign keys."""
    connection = sqlite3.connect(path, isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA foreign_keys = OFF")
    return connection


def codes(path: Path, witness: Path | None) -> set[str]:
    return {problem.code for problem in verify(path, key=KEY, witness=witness).problems}


def test_an_untouched_home_is_proven(home, witness):
    report = verify(home, key=KEY, witness=witness)
    assert report.problems == ()
    assert report.whole
    assert (report.facts, report.checkpoints, report.witnessed) == (17, 2, 2)
    assert (report.signatures, report.unchecked_signatures) == (4, 0)
    assert report.last_witnessed == 17
    assert verify(home, key=KEY).witnessed is None


COLUMNS = """
fact seq, fact at, fact actor, fact organisation, fact verb, fact record_id, fact record_version,
fact record_digest, fact payload_commitment, fact keep_until, fact signature, fact leaf,
fact_payload seq, fact_payload salt, fact_payload payload, fact_payload keep_until,
record id, record kind, record version, record state, record organisation, record environment, record body,
record salt, record digest, record created_at, record updated_at,
link from_id, link role, link to_id, secret record_id, secret name, secret value,
checkpoint size, checkpoint root, checkpoint at, checkpoint note, checkpoint frontier,
outbox kind, outbox record_id, outbox payload, tree hash, meta value
"""
COVERED = [tuple(place.split()) for place in COLUMNS.split(",")]


def changed(value):
    if value is None:
        return "x"
    if isinstance(value, int):
        return value + 1000
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:] if value else b"x"
    middle = len(value) // 2
    return value[:middle] + ("0" if value[middle] != "0" else "1") + value[middle + 1 :]


@pytest.mark.parametrize("home", [HashName.SHA256], indirect=True)
@pytest.mark.parametrize(("table", "column"), COVERED, ids=lambda value: value)
def test_one_changed_byte_in_any_column_is_found(home, witness, table, column):
    with closing(owner(home)) as connection:
        order = "DESC" if table == "meta" else "ASC"
        rows = connection.execute(f"SELECT rowid, {column} FROM {table} ORDER BY rowid {order}").fetchall()
        rowid, value = next((row for row in rows if row[1] is not None), rows[0])
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed(value), rowid))
    try:
        assert not verify(home, key=KEY, witness=witness)
    except StateError:
        assert table == "meta"


@pytest.mark.parametrize("home", [HashName.SHA256], indirect=True)
@pytest.mark.parametrize(
    ("table", "column"),
    [("fact", "actor"), ("fact_payload", "payload"), ("record", "body"), ("secret", "value")],
)
def test_bytes_that_are_no_text_are_found_too(home, witness, table, column):
    with closing(owner(home)) as connection:
        connection.execute(f"UPDATE {table} SET {column} = CAST(x'ff00fe' AS TEXT) WHERE rowid = 3")
    assert not verify(home, key=KEY, witness=witness)


@pytest.mark.parametrize(
    "table", ["fact", "fact_payload", "record", "link", "secret", "checkpoint", "tree", "outbox"]
)
def test_a_removed_row_is_found(home, witness, table):
    with closing(owner(home)) as connection:
        connection.execute(f"DELETE FROM {table} WHERE rowid = (SELECT min(rowid) FROM {table})")
    assert not verify(home, key=KEY, witness=witness)


def test_an_added_effect_is_found(home, witness):
    with closing(owner(home)) as connection:
        connection.execute(
            "INSERT INTO outbox SELECT 99, at, 'destroy-key', record_id, payload, done_at, attempts "
            "FROM outbox WHERE id = 1"
        )
    assert codes(home, witness) == {"outbox"}


def test_an_added_record_and_an_added_link_are_found(home, witness):
    with closing(owner(home)) as connection:
        connection.execute(
            "INSERT INTO record SELECT 'organisation-000099', kind, version, state, organisation, "
            "environment, body, salt, digest, created_at, updated_at, due, partner, label "
            "FROM record WHERE id = 'organisation-000001'"
        )
        connection.execute("INSERT INTO link VALUES ('account-000001', 'of', 'organisation-000002')")
    report = verify(home, key=KEY, witness=witness)
    assert {problem.where for problem in report.problems} == {"organisation-000099", "account-000001"}


def rebuild(connection: sqlite3.Connection, function: HashName) -> None:
    """Recompute every leaf and the tree, as an owner who knows the program would."""
    from sandbox.store.facts import Header
    from sandbox.store.log import hasher
    from sandbox.store.merkle import Frontier

    digest = hasher(function)
    connection.row_factory = sqlite3.Row
    frontier = Frontier(digest)
    for row in connection.execute("SELECT * FROM fact ORDER BY seq").fetchall():
        leaf = Header.of_row(dict(row)).leaf(digest)
        connection.execute("UPDATE fact SET leaf = ? WHERE seq = ?", (leaf, row["seq"]))
        frontier.append(leaf)
    connection.execute("DELETE FROM tree")
    connection.executemany("INSERT INTO tree VALUES (?, ?)", sorted(frontier.levels.items()))


def hash_of(home: Path) -> HashName:
    with closing(sqlite3.connect(home)) as connection:
        return HashName(connection.execute("SELECT value FROM meta WHERE name = 'hash'").fetchone()[0])


def test_a_changed_fact_with_all_hashes_recomputed_is_found_by_checkpoints(home, witness):
    function = hash_of(home)
    with closing(owner(home)) as connection:
        connection.execute("UPDATE fact SET actor = 'somebody' WHERE seq = 3")
        rebuild(connection, function)
    assert codes(home, None) == {"root"}
    assert codes(home, witness) == {"root"}


FORGED = [
    ("account:invite", ""),
    ("log:begin", "null"),
    ("home:purge", "[]"),
    ("x", "5"),
    ("log:restore", "[" * 100_000),
    ("account:invite", '{"note": 5, "record": 5}'),
    ("home:purge", '{"note": {"purged": 5}}'),
    ("home:purge", '{"note": {"purged": [[1, 2, 3]]}}'),
    ("home:purge", '{"note": {"purged": [["x", null]]}}'),
    ("log:restore", '{"note": {"origin": "x", "backup_size": 9, "witnessed": 5}}'),
    ("log:restore", '{"note": {"origin": "x", "backup_size": 9, "abandoned": {"y": "z"}}}'),
    ("log:begin", '{"note": {"origin": []}}'),
    ("x", '{"effects": [5]}'),
    ("x", '{"effects": [{"id": [], "kind": 1, "record_id": 2, "payload": 3}]}'),
    ("account:invite", '{"record": {"public_key": ["x"]}}'),
]


@pytest.mark.parametrize("home", [HashName.SHA256], indirect=True)
@pytest.mark.parametrize(("verb", "text"), FORGED, ids=range(len(FORGED)))
def test_forged_payloads_of_any_shape_are_findings_not_crashes(home, witness, verb, text):
    salt = b"salt"
    with closing(owner(home)) as connection:
        connection.execute("UPDATE fact_payload SET salt = ?, payload = ? WHERE seq = 9", (salt, text))
        connection.execute(
            "UPDATE fact SET verb = ?, payload_commitment = ? WHERE seq = 9",
            (verb, hashlib.sha256(salt + text.encode()).digest()),
        )
        rebuild(connection, HashName.SHA256)
    assert "root" in codes(home, None)


def cut(connection: sqlite3.Connection, size: int, function: HashName) -> None:
    connection.execute("DELETE FROM fact_payload WHERE seq >= ?", (size,))
    connection.execute("DELETE FROM fact WHERE seq >= ?", (size,))
    connection.execute("DELETE FROM checkpoint WHERE size > ?", (size,))
    rebuild(connection, function)


def test_a_cut_tail_is_found_back_to_the_last_witnessed_checkpoint(home, witness):
    function = hash_of(home)
    with closing(owner(home)) as connection:
        cut(connection, 16, function)
        connection.execute("DELETE FROM record WHERE id = 'organisation-000008'")
    assert "truncated" in codes(home, witness)
    assert "truncated" not in codes(home, None), "without a witness the cut cannot be known"


def test_a_cut_tail_of_facts_after_the_last_checkpoint_is_not_hidden_from_records(home, witness):
    store = reopen(home)
    store.write(SYSTEM, Change(step("organisation:register"), FIRM))
    with closing(owner(home)) as connection:
        cut(connection, 17, hash_of(home))
    assert codes(home, witness) == {"record"}


def reopen(home: Path):
    return open_home(
        open_engine(home), clock=Clock(), entropy=os.urandom, settings=StoreSettings(origin="ignored")
    )


def test_a_home_rewritten_from_the_start_is_found(home, witness, tmp_path):
    forged = tmp_path / "forged.sqlite"
    store = begin(forged, hash=hash_of(home))
    fill(store)
    fill(store)
    store.engine.dispose()
    assert verify(forged, key=KEY).problems == ()
    assert "root" in codes(forged, witness)
    stranger = Signer(bytes([9]) * 32, name=SIGNER.name)
    store = reopen(forged)
    checkpoint(store, stranger)
    assert {"root", "checkpoint"} <= codes(forged, witness)


def test_a_home_rewritten_under_another_name_is_found(home, witness, tmp_path):
    forged = tmp_path / "forged.sqlite"
    store = begin(forged, origin="elsewhere.example")
    fill(store)
    assert "origin" in codes(forged, witness)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert codes(forged, empty) == {"witness-none"}


def test_a_rewritten_log_is_refused_by_the_witness_at_once(home, witness):
    function = hash_of(home)
    with closing(owner(home)) as connection:
        connection.execute("UPDATE fact SET actor = 'somebody' WHERE seq = 3")
        connection.execute("DELETE FROM checkpoint")
        rebuild(connection, function)
    store = reopen(home)
    store.write(SYSTEM, Change(step("organisation:register"), FIRM))
    with pytest.raises(TamperedError, match="接不上"):
        checkpoint(store, SIGNER, [witness])
    with closing(owner(home)) as connection:
        cut(connection, 10, function)
        connection.execute("DELETE FROM checkpoint")
    with pytest.raises(TamperedError, match="截断"):
        checkpoint(reopen(home), SIGNER, [witness])
    assert len(list(witness.glob("*/*"))) == 2


def test_a_record_rolled_back_with_its_own_old_row_is_found(home, witness, tmp_path):
    store = reopen(home)
    old = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(home)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(home, old)
    (firm,) = [found for found in store.find(Organisation) if found.id == "organisation-000001"]
    store.write(
        SYSTEM, Change(step("organisation:suspend"), replace(firm.record, state="suspended"), expected=1)
    )
    assert verify(home, key=KEY, witness=witness).whole
    with closing(owner(home)) as connection:
        connection.execute("ATTACH ? AS old", (str(old),))
        connection.execute("REPLACE INTO record SELECT * FROM old.record WHERE id = 'organisation-000001'")
    report = verify(home, key=KEY, witness=witness)
    assert [(problem.code, problem.where) for problem in report.problems] == [
        ("record", "organisation-000001")
    ]


def test_another_account_under_ones_own_signature_is_found(home, witness):
    with closing(owner(home)) as connection:
        seq = connection.execute("SELECT max(seq) FROM fact WHERE signature IS NOT NULL").fetchone()[0]
        connection.execute("UPDATE fact SET actor = 'account-000002' WHERE seq = ?", (seq,))
        rebuild(connection, hash_of(home))
    assert "signature" in codes(home, None)


def test_a_payload_removed_without_a_purge_or_before_its_time_is_found(home):
    function = hash_of(home)
    with closing(owner(home)) as connection:
        connection.execute("DELETE FROM fact_payload WHERE seq = 2")
    assert codes(home, None) == {"payload-missing"}
    store = reopen(home)
    (made,) = store.write(
        SYSTEM, Change(step("home:found"), Home(state="in-service", name="h", demo=True, format=1))
    )
    store.write(SYSTEM, Change(step("home:purge"), made.record, expected=1, note={"purged": [[2, 2]]}))
    assert codes(home, None) == {"payload-missing"}, f"kept for years under {function}"


def test_witness_files_changed_swapped_or_renamed_are_found(home, witness):
    (folder,) = witness.iterdir()
    small, large = sorted(folder.iterdir(), key=lambda path: int(path.stem))
    note = small.read_text()
    for text in (note.replace("\n9\n", "\n8\n"), note[:-5], "", large.read_text()):
        small.write_text(text)
        assert "witness" in codes(home, witness)
    small.write_text(note)
    assert verify(home, key=KEY, witness=witness).whole
    small.rename(folder / "5.checkpoint")
    assert "witness" in codes(home, witness)


def test_another_homes_files_in_the_same_witness_folder_are_left_alone(home, witness, tmp_path):
    other = begin(tmp_path / "other.sqlite", origin="other.example")
    checkpoint(other, Signer(bytes([5]) * 32, name="other"), [witness])
    assert verify(home, key=KEY, witness=witness).whole


def test_an_exported_log_is_judged_alike(home, witness, tmp_path, capsys):
    log, pubkey = tmp_path / "log.jsonl", tmp_path / "key"
    assert export(reopen(home), log) == 17
    with pytest.raises(ConflictError):
        export(reopen(home), log)
    pubkey.write_text(SIGNER.verifier)
    inside, outside = verify(home, key=KEY, witness=witness), verify_export(log, key=KEY, witness=witness)
    assert outside == inside
    assert main([str(log), str(witness), str(pubkey)]) == 0
    assert main([str(log), str(witness), SIGNER.verifier]) == 0
    assert "核对通过" in capsys.readouterr().out
    lines = log.read_text().splitlines()
    for number in range(len(lines)):
        where = len(lines[number]) // 2
        swapped = "0" if lines[number][where] != "0" else "1"
        bad = [
            *lines[:number],
            lines[number][:where] + swapped + lines[number][where + 1 :],
            *lines[number + 1 :],
        ]
        broken = tmp_path / "broken.jsonl"
        broken.write_text("\n".join(bad) + "\n")
        assert main([str(broken), str(witness), str(pubkey)]) != 0
    (tmp_path / "short.jsonl").write_text("\n".join(lines[:-1]) + "\n")
    assert main([str(tmp_path / "short.jsonl"), str(witness), str(pubkey)]) == 20
    assert "截断" in capsys.readouterr().out


def test_a_log_exported_without_payloads_names_nobody_and_still_proves(home, witness, tmp_path):
    log = tmp_path / "log.jsonl"
    export(reopen(home), log, payloads=False)
    assert "遵义某公司" not in log.read_text()
    report = verify_export(log, key=KEY, witness=witness)
    assert report.problems == ()
    assert report.unchecked_signatures == 4
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    lines[5]["fact"]["actor"] = "x"
    log.write_text("\n".join(json.dumps(line) for line in lines))
    assert not verify_export(log, key=KEY, witness=witness)


def test_wrong_calls_of_the_verifier_are_said_so(tmp_path, capsys):
    assert main([]) == 2
    (tmp_path / "x").write_text("no log\n")
    for log, key in (
        (tmp_path / "none", SIGNER.verifier),
        (tmp_path / "x", SIGNER.verifier),
        (tmp_path / "x", "k"),
    ):
        assert main([str(log), str(tmp_path), key]) == 2
    assert capsys.readouterr().err.count("\n") == 4
