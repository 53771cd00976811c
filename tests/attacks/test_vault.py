"""Whoever holds the disk tries: flip, cut, move, splice and swap sealed files and wrapped keys."""

import io
import shutil

import pytest

from sandbox.kernel.errors import TamperedError
from sandbox.vault.digests import HashName
from sandbox.vault.keys import DataKey, Vault
from sandbox.vault.sealed import CHUNK, TAG, SealedReader, SealedWriter

KEY = DataKey(id="k1", hash=HashName.SHA256, secret=bytes(range(32)))
DATA = b"".join(bytes([index]) * CHUNK for index in range(3)) + b"tail"


def seal(data: bytes, name: str = "n", key: DataKey = KEY) -> bytes:
    raw = io.BytesIO()
    with SealedWriter(raw, key, name=name) as writer:
        writer.write(data)
    return raw.getvalue()


def opened(blob: bytes, name: str = "n", key: DataKey = KEY) -> bytes:
    return SealedReader(io.BytesIO(blob), key, name=name).read()


def chunks(blob: bytes) -> list[bytes]:
    start = len(blob) - (3 * (CHUNK + TAG) + 4 + TAG)
    return [blob[:start]] + [blob[at : at + CHUNK + TAG] for at in range(start, len(blob), CHUNK + TAG)]


@pytest.mark.parametrize("at", [0, 8, 9, 12, 20, 45, 47, 60, 70_000, 140_000, -1, -17, -20])
def test_one_flipped_bit(at):
    blob = bytearray(seal(DATA))
    blob[at] ^= 1
    with pytest.raises(TamperedError):
        opened(bytes(blob))


def test_cut_anywhere():
    blob = seal(DATA)
    head, *parts = chunks(blob)
    for cut in (0, 5, len(head), len(head) + 1, len(head) + CHUNK + TAG, len(blob) - 1, len(blob) - 20):
        with pytest.raises(TamperedError):
            opened(blob[:cut])
    with pytest.raises(TamperedError):
        opened(head + b"".join(parts[:-1]))
    with pytest.raises(TamperedError):
        opened(blob + b"x")
    with pytest.raises(TamperedError):
        opened(blob + parts[-1])


def test_moved_repeated_and_foreign_chunks():
    blob, other = seal(DATA), seal(DATA)
    head, first, second, third, tail = chunks(blob)
    for parts in (
        (second, first, third, tail),
        (first, first, third, tail),
        (first, third, tail),
        (first, chunks(other)[2], third, tail),
    ):
        with pytest.raises(TamperedError):
            opened(head + b"".join(parts))


def test_a_file_under_another_name_or_key():
    blob = seal(DATA, "delivery-000001")
    with pytest.raises(TamperedError):
        opened(blob, "delivery-000002")
    with pytest.raises(TamperedError):
        opened(blob, "delivery-000001", DataKey(id="k1", hash=HashName.SHA256, secret=bytes(32)))
    with pytest.raises(TamperedError):
        opened(blob, "delivery-000001", DataKey(id="k2", hash=HashName.SHA256, secret=KEY.secret))


def test_a_wrapped_key_changed_or_swapped_for_another(tmp_path):
    vault = Vault(bytes(32), tmp_path)
    vault.create("k1")
    vault.create("k2")
    path = tmp_path / "k1.wrapped"
    whole = path.read_bytes()
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1
        path.write_bytes(bytes(changed))
        with pytest.raises(TamperedError):
            vault.open("k1")
    for blob in (b"", whole[:-1], whole + b"x"):
        path.write_bytes(blob)
        with pytest.raises(TamperedError):
            vault.open("k1")
    shutil.copy(tmp_path / "k2.wrapped", path)
    with pytest.raises(TamperedError):
        vault.open("k1")


def test_another_key_encryption_key(tmp_path):
    Vault(bytes(32), tmp_path).create("k1")
    with pytest.raises(TamperedError):
        Vault(bytes([1]) * 32, tmp_path).open("k1")
