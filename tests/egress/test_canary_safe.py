"""What the gate knows of canaries lies sealed, and the first who keeps something is right."""

from __future__ import annotations

import os

import pytest

from sandbox.egress.canary_safe import Safe
from sandbox.kernel.errors import TamperedError
from sandbox.vault.keys import Vault


@pytest.fixture
def safe(tmp_path) -> Safe:
    vault = Vault(b"k" * 32, tmp_path / "keys")
    vault.create("gate")
    return Safe(tmp_path / "canaries", vault.open("gate"), os.urandom)


def test_what_is_kept_first_stays_and_is_sealed(safe: Safe) -> None:
    assert safe.snapshots() == ()
    assert safe.read("snapshot-1", "pool") is None
    safe.keep("snapshot-1", "pool", b"a canary")
    safe.keep("snapshot-1", "pool", b"another")
    assert safe.read("snapshot-1", "pool") == b"a canary"
    assert (safe.snapshots(), safe.names("snapshot-1")) == (("snapshot-1",), ("pool",))
    assert b"canary" not in (safe.root / "snapshot-1" / "pool").read_bytes()


def test_a_file_in_the_place_of_another_or_changed_is_found(safe: Safe) -> None:
    for name in ("snapshot-1", "snapshot-2"):
        safe.keep(name, "seat-1", name.encode())
    one, other = (safe.root / name / "seat-1" for name in ("snapshot-1", "snapshot-2"))
    one.write_bytes(other.read_bytes())
    with pytest.raises(TamperedError):
        safe.read("snapshot-1", "seat-1")
