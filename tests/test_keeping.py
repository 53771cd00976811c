"""Backups of a running home, keys apart, restorations on record, upgrades, kept homes of each format."""

import json
import os
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox import keeping
from sandbox.app import open_platform, settings_of
from sandbox.kernel.errors import ConflictError, InputError, SandboxError, StateError, TamperedError
from sandbox.kernel.records import Account, Home
from sandbox.store import home as store_home
from tests.database import owned
from tests.people.homes import Clock, Town, copy_home, town

KEPT = Path(__file__).parent / "kept_homes"
NOW = f"format = {store_home.FORMAT}"


@pytest.fixture
def place(tmp_path) -> Town:
    made = town(tmp_path)
    yield made
    made.platform.close()


@pytest.fixture
def busy(place) -> Town:
    """The small home with files in every tree, and a seat whose user made whatever he liked."""
    layout = place.platform.layout
    for path in (layout.quarantine, layout.pool / "v1", layout.sidecars, layout.judgements, layout.frozen):
        path.mkdir(parents=True, exist_ok=True)
        (path / "file").write_bytes(path.name.encode())
    seat = layout.seats / "seat-000001" / "home"
    seat.mkdir(parents=True)
    (seat / "notes.txt").write_text("我的")
    (seat / "x.wrapped").write_text("looks like a key")
    (seat / "run.sh").write_text("#!/bin/sh\n")
    (seat / "run.sh").chmod(0o755)
    (seat / "near").symlink_to("notes.txt")
    (seat / "far").symlink_to("/etc/passwd")
    (seat / "up").symlink_to("../../seat-000002")
    os.mkfifo(seat / "pipe")
    return place


def saved(place, folder):
    keeping.backup(place.platform, folder / "data")
    keeping.backup_keys(place.platform, folder / "secret")


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_a_backup_comes_back_whole_with_its_keys_from_apart(busy, tmp_path):
    saved(busy, tmp_path)
    home = tmp_path / "new"
    restored = keeping.restore(
        tmp_path / "data",
        home,
        keys=tmp_path / "secret",
        witnesses=(tmp_path / "home" / "witness",),
        clock=busy.clock,
    )
    assert restored.lost == 0
    for tree in ("quarantine", "pool", "gate", "frozen"):
        assert names(home / tree) == names(tmp_path / "home" / tree)
    seat = home / "seats" / "seat-000001" / "home"
    assert names(seat) == {"notes.txt", "x.wrapped", "run.sh", "near"}
    assert (seat / "near").read_text() == "我的"
    assert (seat / "run.sh").stat().st_mode & 0o777 == 0o755
    again = Town(open_platform(home, clock=busy.clock), busy.clock, busy.totp, busy.tokens)
    assert again.actor("chen").person == busy.actor("chen").person
    assert again.sign_in("luo")
    again.platform.close()
    assert keeping.audit(home)


def test_no_key_is_in_a_backup_of_data_and_no_data_in_one_of_keys(busy, tmp_path):
    saved(busy, tmp_path)
    secrets = [path.read_bytes() for path in (tmp_path / "secret").rglob("*") if path.is_file()]
    assert len(secrets) == 3
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert not any(one in path.read_bytes() for one in secrets)
    assert names(tmp_path / "secret") == {"kek", "checkpoint-key", "wrapped", "wrapped/people.wrapped"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "secret").rglob("*"))


def test_backups_are_on_record(busy, tmp_path):
    saved(busy, tmp_path)
    found = busy.platform.store.facts(verb="home:backup")
    assert [set(busy.platform.store.payload(one.seq)["note"]) for one in found] == [
        {"facts", "root", "files", "seats"},
        {"keys"},
    ]


def test_what_was_lost_is_named_by_the_restoration_and_the_audit(busy, tmp_path):
    witness = tmp_path / "home" / "witness"
    saved(busy, tmp_path)
    busy.join("liu", "某市卫健委", "later", 12)
    busy.platform.checkpoint()
    last = len(busy.platform.store.facts())
    restored = keeping.restore(
        tmp_path / "data", tmp_path / "new", keys=tmp_path / "secret", witnesses=(witness,), clock=busy.clock
    )
    assert restored.witnessed == last
    assert restored.lost == last - restored.facts > 0
    found = keeping.audit(tmp_path / "new")
    assert found
    assert [(one.first, one.last) for one in found.losses] == [(restored.facts, last - 1)]
    platform = open_platform(tmp_path / "new", clock=busy.clock)
    fact = platform.store.facts(verb="log:restore")[0]
    assert platform.store.payload(fact.seq)["note"]["witnessed"]["size"] == last
    assert "later" not in {one.record.name for one in platform.store.find(Account)}
    platform.close()


def test_a_home_that_is_not_empty_is_left_alone(busy, tmp_path):
    saved(busy, tmp_path)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mine").write_text("x")
    with pytest.raises(ConflictError):
        keeping.restore(tmp_path / "data", tmp_path / "new", keys=tmp_path / "secret")
    assert names(tmp_path / "new") == {"mine"}


@pytest.mark.parametrize("part", ["seats.tar", "home/records.db", "home/pool/v1/file"])
def test_a_backup_that_was_altered_restores_nothing(busy, tmp_path, part):
    saved(busy, tmp_path)
    path = tmp_path / "data" / part
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(TamperedError):
        keeping.restore(tmp_path / "data", tmp_path / "new", keys=tmp_path / "secret")
    assert not (tmp_path / "new").exists()


def test_keys_of_another_home_restore_nothing(busy, tmp_path):
    saved(busy, tmp_path)
    (tmp_path / "secret" / "kek").write_bytes(bytes(32))
    with pytest.raises(TamperedError):
        keeping.restore(tmp_path / "data", tmp_path / "new", keys=tmp_path / "secret", clock=busy.clock)
    assert not (tmp_path / "new").exists()
    with pytest.raises(InputError, match="密钥备份"):
        keeping.restore(tmp_path / "data", tmp_path / "new", keys=tmp_path)


def test_an_archive_that_leads_out_stays_inside(busy, tmp_path):
    saved(busy, tmp_path)
    path, note = tmp_path / "data" / "seats.tar", tmp_path / "data" / "seats.json"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("../../escaped"))
    note.write_text(json.dumps({"files": 1, "sha256": keeping_digest(path)}))
    keeping.restore(tmp_path / "data", tmp_path / "new", keys=tmp_path / "secret", clock=busy.clock)
    assert not list(tmp_path.rglob("escaped"))


def keeping_digest(path):
    from sandbox.seats.archive import _digest

    return _digest(path)


def test_places_for_backups(busy, tmp_path):
    with pytest.raises(InputError):
        keeping.backup(busy.platform, tmp_path / "home" / "backup")
    keeping.backup(busy.platform, tmp_path / "data")
    with pytest.raises(ConflictError):
        keeping.backup(busy.platform, tmp_path / "data")
    for target in (tmp_path / "data" / "keys", tmp_path / "home" / "k"):
        with pytest.raises(InputError):
            keeping.backup_keys(busy.platform, target)


def test_a_changed_byte_is_found_though_the_home_no_longer_opens(place, tmp_path):
    home = tmp_path / "home"
    assert keeping.audit(home)
    place.platform.close()
    with owned(home) as connection:
        connection.execute("UPDATE record SET body = 'not json' WHERE kind = 'home'")
    with pytest.raises(SandboxError):
        open_platform(home)
    found = keeping.audit(home)
    assert not found
    assert {one.code for one in found.problems} == {"record"}


def older(home):
    """Make a home look like one of the format before the program's."""
    path = home / "home.toml"
    path.write_text(path.read_text("utf-8").replace(NOW, "format = 0"), encoding="utf-8")
    with owned(home) as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE name = 'format'")


def test_an_earlier_home_says_what_to_do_and_is_upgraded_on_record(tmp_path):
    home, _, _ = copy_home(tmp_path)
    older(home)
    with pytest.raises(StateError, match="sandbox upgrade"):
        open_platform(home, clock=Clock())
    done = keeping.upgrade(home, clock=Clock())
    assert (done.found, done.format) == (0, store_home.FORMAT)
    platform = open_platform(home, clock=Clock())
    assert platform.store.find(Home)[0].record.format == store_home.FORMAT
    assert [one.verb for one in platform.store.facts()][-2:] == ["log:upgrade", "home:upgrade"]
    platform.close()
    assert keeping.audit(home)
    assert keeping.upgrade(home).found == store_home.FORMAT


def test_an_upgrade_that_was_killed_is_finished(tmp_path):
    home, _, _ = copy_home(tmp_path)
    path = home / "home.toml"
    path.write_text(path.read_text("utf-8").replace(NOW, "format = 0"), encoding="utf-8")
    with pytest.raises(StateError, match="sandbox upgrade"):
        open_platform(home)
    keeping.upgrade(home, clock=Clock())
    assert settings_of(home).format == store_home.FORMAT
    open_platform(home, clock=Clock()).close()


def test_a_later_home_is_left_alone(tmp_path):
    home, _, _ = copy_home(tmp_path)
    with owned(home) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
    for act in (open_platform, keeping.upgrade):
        with pytest.raises(StateError, match="请升级程序"):
            act(home)


def test_there_is_a_kept_home_for_every_format():
    found = sorted(path.name for path in KEPT.glob("*.tar.gz"))
    assert found == [f"format-{number}.tar.gz" for number in range(1, store_home.FORMAT + 1)]


@pytest.mark.parametrize("number", range(1, store_home.FORMAT + 1))
def test_a_kept_home_opens_verifies_and_goes_on(tmp_path, number):
    with tarfile.open(KEPT / f"format-{number}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    for path in (tmp_path / "keys").iterdir():
        path.chmod(0o600)
    settings = tmp_path / "home" / "home.toml"
    settings.write_text(settings.read_text("utf-8").replace("/kept", str(tmp_path)), encoding="utf-8")
    note = json.loads((tmp_path / "kept.json").read_text("utf-8"))
    clock = Clock(datetime.fromisoformat(note["at"]).astimezone(UTC))
    found = keeping.audit(tmp_path / "home")
    assert found
    assert found.reports[0][1].facts == note["facts"]
    assert keeping.upgrade(tmp_path / "home", clock=clock).found == number
    platform = open_platform(tmp_path / "home", clock=clock)
    assert {one.record.name: one.record.state for one in platform.store.find(Account)} == note["accounts"]
    actor = platform.by_token(note["token"])
    assert {role.value for role in actor.roles} == set(note["roles"])
    again = Town(platform, clock, {"chen": note["totp_secret"]})
    assert again.sign_in("chen", password=note["password"]).account == actor.account
    assert platform.vault.open("agreement-test").derive("masking/person").hex() == note["derived"]
    platform.close()
    assert keeping.audit(tmp_path / "home")
