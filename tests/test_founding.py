"""What a new home is, and that one which could not be made leaves nothing behind."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.app import open_platform
from sandbox.founding import Officer, found
from sandbox.kernel.actors import Role
from sandbox.kernel.errors import ConflictError, InputError, StateError, StorageError, TamperedError
from sandbox.kernel.records import Account, Grant, Home
from sandbox.people.secrets import OWASP_MINIMUM, RFC_9106_LOW_MEMORY
from sandbox.store.home import FORMAT
from sandbox.store.verify import verify
from tests.people.homes import founding, identity


@pytest.fixture
def made(tmp_path):
    platform, codes = found(tmp_path / "home", founding(tmp_path / "home", tmp_path / "keys"))
    yield platform, codes
    platform.store.engine.dispose()


def test_a_production_home_has_two_invited_officers_and_nobody_else(made):
    platform, codes = made
    people = [one.record for one in platform.store.find(Account)]
    assert [(one.name, one.state) for one in people] == [("chen", "invited"), ("luo", "invited")]
    assert len(set(codes)) == 2
    given = [one.record for one in platform.store.find(Grant)]
    assert {one.role for one in given} == {Role.AUTHORITY_OFFICER, Role.ORGANISATION_OFFICER}
    assert all(one.founding for one in given)
    assert platform.store.find(Home)[0].record.demo is False
    assert platform.directory.cost == RFC_9106_LOW_MEMORY
    assert verify(platform.store, key=platform.public_key, witness=platform.witnesses[0]).whole


def test_keys_and_home_are_private(made, tmp_path):
    for name in ("kek", "checkpoint-key"):
        assert stat.S_IMODE((tmp_path / "keys" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
    kept = [path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert not any((tmp_path / "keys" / "kek").read_bytes() in one for one in kept)


def spoilt(**fields):
    return lambda one: replace(one, **fields)


@pytest.mark.parametrize(
    "change",
    [
        spoilt(name="两 字"),
        spoilt(name='a"\ndemo = true'),
        spoilt(authority=" "),
        spoilt(authority_uscc="123"),
        spoilt(region="遵义"),
        spoilt(hash="md5"),
        spoilt(officers=(Officer("a", "甲", identity(1)), Officer("a", "乙", identity(2)))),
        spoilt(officers=(Officer("a", "甲", identity(1)), Officer("b", "乙", f" {identity(1).lower()}"))),
        spoilt(officers=(Officer("a", "甲", "520300198001010129"), Officer("b", "乙", identity(2)))),
        spoilt(officers=(Officer("", "甲", identity(1)), Officer("b", "乙", identity(2)))),
    ],
)
def test_a_wrong_founding_is_refused_before_anything_is_made(tmp_path, change):
    with pytest.raises(InputError):
        change(founding(tmp_path / "home", tmp_path / "keys"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "mine.txt").write_text("x")
    with pytest.raises(InputError, match="空目录"):
        found(tmp_path / "home", founding(tmp_path / "home", tmp_path / "keys"))
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["mine.txt"]
    assert not (tmp_path / "keys").exists()


def test_keys_and_witness_lie_outside(tmp_path):
    home = tmp_path / "home"
    with pytest.raises(InputError, match="密钥目录"):
        found(home, founding(home, home / "keys"))
    with pytest.raises(InputError, match="见证目录"):
        found(home, founding(home, tmp_path / "keys", witnesses=(home / "w",)))
    assert list(tmp_path.iterdir()) == []


def test_keys_that_are_there_are_never_touched(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "kek").write_bytes(b"another's")
    with pytest.raises(ConflictError):
        found(tmp_path / "home", founding(tmp_path / "home", tmp_path / "keys"))
    assert (tmp_path / "keys" / "kek").read_bytes() == b"another's"
    assert not (tmp_path / "home").exists()


def test_a_founding_that_fails_half_way_leaves_nothing_behind(tmp_path):
    (tmp_path / "blocked").write_text("a file where the witness should be")
    given = founding(tmp_path / "home", tmp_path / "keys", witnesses=(tmp_path / "blocked",))
    with pytest.raises(StorageError):
        found(tmp_path / "home", given)
    assert not (tmp_path / "home").exists()
    assert list((tmp_path / "keys").iterdir()) == []
    again = replace(given, witnesses=(tmp_path / "witness",))
    found(tmp_path / "home", again)[0].close()


def rewrite(home, old, new):
    path = home / "home.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")


def test_a_home_does_not_open_without_its_keys_or_with_others(made, tmp_path):
    home, kek, seed = tmp_path / "home", tmp_path / "keys" / "kek", tmp_path / "keys" / "checkpoint-key"
    kept = kek.read_bytes()
    for path in (kek, seed):
        data = path.read_bytes()
        path.unlink()
        with pytest.raises(StateError, match="密钥文件"):
            open_platform(home)
        path.write_bytes(data)
        path.chmod(0o644)
        with pytest.raises(StateError, match="chmod 600"):
            open_platform(home)
        path.chmod(0o600)
    kek.write_bytes(bytes(32))
    with pytest.raises(TamperedError, match="主密钥不对"):
        _ = open_platform(home).directory
    kek.write_bytes(kept)
    assert open_platform(home).directory


def test_a_lost_data_key_is_said_and_never_made_anew(made, tmp_path):
    wrapped = next((tmp_path / "home" / "keys").glob("*.wrapped"))
    wrapped.unlink()
    with pytest.raises(StateError, match="数据密钥"):
        _ = open_platform(tmp_path / "home").directory
    assert not wrapped.exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("demo = false", "demo = true"),
        ("demo = false", 'demo = "perhaps"'),
        ("demo = false", 'demo = false\npassword_cost = "trial"'),
        ("demo = false", 'demo = false\npassword_cost = "owasp"'),
        ("demo = false", "demo ="),
        (f"format = {FORMAT}", f"format = {FORMAT + 1}"),
        (f"format = {FORMAT}", "format = 0"),
        ('hash = "sha256"', 'hash = "md5"'),
    ],
)
def test_settings_that_cannot_be_are_one_sentence(made, tmp_path, old, new):
    rewrite(tmp_path / "home", old, new)
    with pytest.raises(StateError) as error:
        open_platform(tmp_path / "home")
    assert "\n" not in str(error.value)


def test_the_environment_does_not_make_a_demo_of_a_production_home(made, tmp_path, monkeypatch):
    monkeypatch.setenv("SANDBOX_DEMO", "true")
    with pytest.raises(StateError, match="演示与生产"):
        open_platform(tmp_path / "home")
    monkeypatch.delenv("SANDBOX_DEMO")
    monkeypatch.setenv("SANDBOX_PASSWORD_COST", "trial")
    with pytest.raises(StateError, match="不得降低"):
        open_platform(tmp_path / "home")


def test_a_demo_home_may_keep_its_keys_inside_and_costs_less(tmp_path):
    home = tmp_path / "home"
    platform, _ = found(home, founding(home, home / "demo-keys", demo=True, hash="sm3"))
    assert platform.directory.cost == OWASP_MINIMUM
    assert verify(platform.store, key=platform.public_key, witness=home / "witness").whole
    platform.close()


def test_a_home_named_by_a_relative_path_lies_where_it_lies(made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    platform = open_platform(Path("home"))
    monkeypatch.chdir("/")
    assert platform.layout.pool == tmp_path / "home" / "pool"
    assert platform.seats.pool.root.is_absolute()
    platform.close()
