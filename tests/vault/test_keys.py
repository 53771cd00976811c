"""Data keys: wrapped, derived, destroyed for good, wrapped anew."""

import json
import os
from pathlib import Path

import pytest

from sandbox.kernel.errors import ConflictError, NotFoundError, StateError, TamperedError
from sandbox.vault.digests import HashName, digest
from sandbox.vault.keys import DataKey, Vault, make_kek, read_kek
from sandbox.vault.sealed import open_sealed, seal_file

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "vault.json").read_text())


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(bytes(range(32)), tmp_path / "keys")


@pytest.mark.parametrize("case", VECTORS["digest"], ids=lambda case: case["hash"])
def test_digests_match_the_published_vectors(case):
    assert digest(HashName(case["hash"]), case["text"].encode()).hex() == case["hex"]
    halves = case["text"][:1].encode(), case["text"][1:].encode()
    assert digest(HashName(case["hash"]), *halves).hex() == case["hex"]


@pytest.mark.parametrize("case", VECTORS["derive"], ids=lambda case: f"{case['hash']}-{case['purpose']}")
def test_derivation_is_fixed_for_ever(case):
    key = DataKey(id="k", hash=HashName(case["hash"]), secret=bytes.fromhex(case["secret"]))
    assert key.derive(case["purpose"], case["length"]).hex() == case["hex"]


def test_a_key_survives_a_restart_and_serves_purposes_apart(vault, tmp_path):
    vault.create("dataset-000001")
    first = vault.open("dataset-000001").derive("masking/person")
    again = Vault(bytes(range(32)), tmp_path / "keys").open("dataset-000001")
    assert again.derive("masking/person") == first
    assert again.derive("masking/firm") != first
    assert len(again.derive("gate/fingerprint", 16)) == 16
    assert vault.names() == ("dataset-000001",)


def test_the_file_is_private_and_holds_no_clear_key(vault, tmp_path):
    vault.create("k1")
    path = tmp_path / "keys" / "k1.wrapped"
    assert path.stat().st_mode & 0o777 == 0o600
    assert vault.open("k1").secret not in path.read_bytes()
    assert vault.open("k1").secret.hex() not in repr(vault.open("k1"))


def test_a_name_is_taken_once(vault):
    vault.create("k1")
    secret = vault.open("k1").secret
    with pytest.raises(ConflictError):
        vault.create("k1")
    assert vault.open("k1").secret == secret


@pytest.mark.parametrize("name", ["", "../k", "a/b", "A", ".hidden", "键", "k" * 200, "k\n"])
def test_names_that_are_paths_or_worse_are_refused(vault, name):
    with pytest.raises(StateError):
        vault.create(name)


def test_destruction_shreds_what_was_sealed(vault, tmp_path):
    vault.create("k1")
    source, sealed = tmp_path / "raw.csv", tmp_path / "raw.sealed"
    source.write_bytes(b"secret" * 1000)
    seal_file(source, sealed, vault.open("k1"), name="raw")
    kept = (tmp_path / "keys" / "k1.wrapped").read_bytes()
    vault.destroy("k1")
    vault.destroy("k1")
    assert not (tmp_path / "keys" / "k1.wrapped").exists()
    assert vault.destroyed("k1")
    assert not vault.exists("k1")
    with pytest.raises(NotFoundError, match="已被销毁"):
        vault.open("k1")
    with pytest.raises(NotFoundError, match="已被销毁"):
        vault.create("k1")
    (tmp_path / "keys" / "k1.wrapped").write_bytes(kept)
    with pytest.raises(NotFoundError, match="已被销毁"):
        vault.open("k1")
    assert vault.names() == ()
    stranger = DataKey(id="k1", hash=HashName.SHA256, secret=bytes(32))
    with pytest.raises(TamperedError):
        open_sealed(sealed, stranger, name="raw")


def test_a_destruction_cut_short_is_finished_by_repeating_it(vault, tmp_path):
    vault.create("k1")
    (tmp_path / "keys" / "k1.destroyed").touch()
    vault.destroy("k1")
    assert not (tmp_path / "keys" / "k1.wrapped").exists()


def test_destroying_what_never_was_is_an_error(vault):
    with pytest.raises(NotFoundError):
        vault.destroy("k9")


def test_wrapping_anew_keeps_the_keys_and_finishes_after_a_kill(vault, tmp_path):
    for name in ("k1", "k2", "k3"):
        vault.create(name)
    before = {name: vault.open(name).secret for name in vault.names()}
    other = bytes(reversed(range(32)))
    old = {name: (tmp_path / "keys" / f"{name}.wrapped").read_bytes() for name in before}
    vault.rewrap(other)
    (tmp_path / "keys" / "k2.wrapped").write_bytes(old["k2"])
    renewed = vault.rewrap(other)
    assert {name: renewed.open(name).secret for name in renewed.names()} == before
    with pytest.raises(TamperedError):
        vault.open("k1")


def test_the_hash_is_kept_with_the_key(tmp_path):
    Vault(bytes(32), tmp_path, hash_name=HashName.SM3).create("k1")
    assert Vault(bytes(32), tmp_path).open("k1").hash is HashName.SM3


def test_the_key_encryption_key_is_private_and_of_length(tmp_path):
    path = tmp_path / "kek"
    assert make_kek(path) == read_kek(path)
    with pytest.raises(ConflictError):
        make_kek(path)
    path.chmod(0o640)
    with pytest.raises(StateError, match="chmod"):
        read_kek(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(StateError, match="字节"):
        read_kek(path)
    link = tmp_path / "link"
    link.symlink_to(path)
    with pytest.raises(StateError):
        read_kek(link)
    with pytest.raises(StateError):
        Vault(os.urandom(16), tmp_path)
