"""Backups of a running home, and restorations that say what they lost."""

import json
import shutil
import threading

import pytest

from sandbox.kernel.errors import ConflictError, InputError, StateError, TamperedError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.records import Home
from sandbox.store.backup import MANIFEST, backup, check_backup, read_backup, restore
from sandbox.store.changes import Change
from sandbox.store.checkpoints import checkpoint
from sandbox.store.db import open_engine
from sandbox.store.home import create, open_home
from sandbox.store.log import StoreSettings
from sandbox.store.verify import verify
from sandbox.vault.signer import PublicKey, Signer
from tests.database import on_server

SIGNER = Signer(bytes(range(32)), name="key.example")
KEY = PublicKey(name=SIGNER.name, public=SIGNER.public)
DATABASE = "records.db" if on_server() else "database/home.sqlite"
FOUND = Change(step("home:found"), Home(state="in-service", name="h", demo=True, format=1))


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    (home / "pool" / "v1").mkdir(parents=True)
    (home / "pool" / "v1" / "part-0.parquet").write_bytes(b"PAR1")
    (home / "keys").mkdir()
    (home / "keys" / "k.wrapped").write_bytes(b"secret")
    (home / "home.toml").write_text("x = 1\n")
    return home


@pytest.fixture
def running(home, make):
    (home / "database").mkdir()
    return make("home/database/home.sqlite")


def again(store, home):
    path = home / DATABASE
    return open_home(
        open_engine(path), clock=store.clock, entropy=store.entropy, settings=StoreSettings(origin="x")
    )


def saved(store, home, target, **more):
    return backup(store, target, home=home, parts=("pool", "home.toml"), keys=[home / "keys"], **more)


def bring_back(store, officer, source, target, *witnesses):
    return restore(
        source,
        target,
        actor=officer,
        key=KEY,
        clock=store.clock,
        entropy=store.entropy,
        witnesses=witnesses,
    )


def test_a_backup_comes_back_with_everything_but_keys(running, home, officer, tmp_path):
    running.write(officer, FOUND)
    made = saved(running, home, tmp_path / "backup")
    assert (made.facts, made.files, made.origin) == (2, 3, "data.example/sandbox")
    assert read_backup(tmp_path / "backup") == made == check_backup(tmp_path / "backup")
    assert not list((tmp_path / "backup").rglob("*.wrapped"))
    restored = bring_back(running, officer, tmp_path / "backup", tmp_path / "new")
    assert (restored.facts, restored.witnessed, restored.lost) == (2, None, 0)
    assert (tmp_path / "new" / "pool" / "v1" / "part-0.parquet").read_bytes() == b"PAR1"
    names = sorted(["home.toml", "pool", DATABASE.partition("/")[0]])
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == names
    store = again(running, tmp_path / "new")
    assert store.find(Home) == running.find(Home)
    assert store.facts()[:2] == running.facts()
    last = store.facts()[-1]
    assert (last.verb, last.actor) == ("log:restore", officer.account)
    assert store.settings.origin == "data.example/sandbox/restored-1"


def test_verify_says_what_a_restoration_lost(running, home, officer, tmp_path):
    witness = tmp_path / "witness"
    running.write(officer, FOUND)
    checkpoint(running, SIGNER, [witness])
    saved(running, home, tmp_path / "backup")
    for _ in range(5):
        running.write(officer, FOUND)
    checkpoint(running, SIGNER, [witness])
    restored = bring_back(running, officer, tmp_path / "backup", tmp_path / "new", witness)
    assert (restored.facts, restored.witnessed, restored.lost) == (2, 7, 5)
    store = again(running, tmp_path / "new")
    report = verify(store, key=KEY, witness=witness)
    assert report
    assert not report.whole
    assert [(loss.first, loss.last) for loss in report.losses] == [(2, 6)]
    store.write(officer, FOUND)
    checkpoint(store, SIGNER, [witness])
    report = verify(store, key=KEY, witness=witness)
    assert (report.problems, report.last_witnessed) == ((), 7)
    assert len(report.losses) == 1


def test_a_second_restoration_of_the_same_backup_owns_up_to_the_first(running, home, officer, tmp_path):
    witness = tmp_path / "witness"
    saved(running, home, tmp_path / "backup")
    bring_back(running, officer, tmp_path / "backup", tmp_path / "one")
    first = again(running, tmp_path / "one")
    first.write(officer, FOUND)
    checkpoint(first, SIGNER, [witness])
    restored = bring_back(running, officer, tmp_path / "backup", tmp_path / "two", witness)
    assert restored.origin.endswith("/restored-2")
    assert (restored.witnessed, restored.lost) == (3, 2)
    report = verify(again(running, tmp_path / "two"), key=KEY, witness=witness)
    assert report.problems == ()
    assert [(loss.first, loss.last) for loss in report.losses] == [(1, 2)]


def test_a_restoration_that_hides_the_witness_is_found(running, home, officer, tmp_path):
    witness = tmp_path / "witness"
    saved(running, home, tmp_path / "backup")
    running.write(officer, FOUND)
    checkpoint(running, SIGNER, [witness])
    bring_back(running, officer, tmp_path / "backup", tmp_path / "new")
    report = verify(again(running, tmp_path / "new"), key=KEY, witness=witness)
    assert {problem.code for problem in report.problems} == {"restore"}


def test_a_checkpoint_made_just_after_the_backup_is_no_finding(running, home, officer, tmp_path):
    witness = tmp_path / "witness"
    saved(running, home, tmp_path / "backup")
    checkpoint(running, SIGNER, [witness])
    bring_back(running, officer, tmp_path / "backup", tmp_path / "new", witness)
    assert verify(again(running, tmp_path / "new"), key=KEY, witness=witness).whole


def test_a_backup_made_while_others_write_is_whole(running, home, officer, tmp_path):
    stop = threading.Event()

    def keep_writing() -> None:
        while not stop.is_set():
            running.write(officer, FOUND)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        for number in range(3):
            saved(running, home, tmp_path / f"b{number}")
    finally:
        stop.set()
        writer.join()
    for number in range(3):
        bring_back(running, officer, tmp_path / f"b{number}", tmp_path / f"n{number}")
        assert verify(again(running, tmp_path / f"n{number}"), key=KEY).whole


def test_a_backup_that_is_not_as_it_was_made_is_refused(running, home, officer, tmp_path):
    saved(running, home, tmp_path / "backup")
    for number, name in enumerate(("home.toml", "pool/v1/part-0.parquet", DATABASE)):
        copy = tmp_path / f"c{number}"
        shutil.copytree(tmp_path / "backup", copy)
        path = copy / "home" / name
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(bytes(data))
        with pytest.raises(TamperedError, match="备份"):
            bring_back(running, officer, copy, tmp_path / "new")
        path.unlink()
        with pytest.raises(TamperedError, match="备份"):
            bring_back(running, officer, copy, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    manifest = tmp_path / "backup" / MANIFEST
    head = json.loads(manifest.read_text())
    head["files"][0]["path"] = "../outside"
    manifest.write_text(json.dumps(head))
    with pytest.raises(TamperedError, match="路径"):
        bring_back(running, officer, tmp_path / "backup", tmp_path / "new")
    manifest.write_text("{}")
    with pytest.raises(InputError, match="清单"):
        bring_back(running, officer, tmp_path / "backup", tmp_path / "new")


def test_only_an_empty_place_is_filled(running, home, officer, tmp_path):
    saved(running, home, tmp_path / "backup")
    with pytest.raises(ConflictError):
        bring_back(running, officer, tmp_path / "backup", home)
    with pytest.raises(ConflictError):
        saved(running, home, tmp_path / "backup")
    (tmp_path / "empty").mkdir()
    bring_back(running, officer, tmp_path / "backup", tmp_path / "empty")
    assert (tmp_path / "empty" / DATABASE).is_file()


def test_keys_and_links_never_go_into_a_backup(running, home, tmp_path):
    with pytest.raises(StateError, match="密钥"):
        backup(running, tmp_path / "b1", home=home, parts=("keys",), keys=[home / "keys"])
    with pytest.raises(StateError, match="密钥"):
        backup(running, tmp_path / "b2", home=home, parts=("keys",))
    (home / "pool" / "link").symlink_to("/etc/passwd")
    with pytest.raises(StateError, match="链接"):
        backup(running, tmp_path / "b3", home=home, parts=("pool",))
    for part in ("..", ".", "none"):
        with pytest.raises(InputError):
            backup(running, tmp_path / "b4", home=home, parts=(part,))
    with pytest.raises(InputError):
        backup(running, home / "pool" / "b", home=home, parts=("pool",))


def test_a_home_made_by_another_is_not_mixed_in(tmp_path, running, home, officer):
    other = create(
        open_engine(tmp_path / "other.sqlite"),
        clock=running.clock,
        entropy=running.entropy,
        settings=StoreSettings(origin="other"),
    )
    witness = tmp_path / "witness"
    checkpoint(other, Signer(bytes([3]) * 32, name="other"), [witness])
    saved(running, home, tmp_path / "backup")
    assert bring_back(running, officer, tmp_path / "backup", tmp_path / "new", witness).witnessed is None
