# ruff: noqa: E501, S305 - a case reads best on one line; the ciphers are the attacker's
"""Digests of source values, and ciphers whose key stands in the same file: nothing that hides anybody."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import zlib

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.kernel.findings import FindingKind, Verdict
from tests.egress.clinic import source, visits

IDS = list(dict.fromkeys(visits().column("证件号").to_pylist()))[:60:2]
LINES = "\n".join(",".join(str(cell) for cell in row.values()) for row in visits().slice(0, 40).to_pylist())
KEY, SALT = b"zunyi-key-of-16b", "pepper77"


def _column(made) -> bytes:
    return (
        "\n".join(["id,n", *(f"{made(one)},{place % 5 + 20}" for place, one in enumerate(IDS))]) + "\n"
    ).encode()


def _hash(name: str):
    return lambda one: hashlib.new(name, one.encode()).hexdigest()


def _padded(data: bytes) -> bytes:
    fill = 16 - len(data) % 16
    return data + bytes([fill]) * fill


def _enciphered(algorithm, mode) -> bytes:
    made = Cipher(algorithm(KEY), mode).encryptor()
    return made.update(_padded(LINES.encode())) + made.finalize()


DIGESTS = {
    "MD5": _column(_hash("md5")),
    "SHA-1": _column(_hash("sha1")),
    "SHA-256": _column(_hash("sha256")),
    "SHA-512": _column(_hash("sha512")),
    "SM3": _column(_hash("sm3")),
    "BLAKE2s": _column(_hash("blake2s")),
    "SHA-3": _column(_hash("sha3_256")),
    "upper case": _column(lambda one: hashlib.sha256(one.encode()).hexdigest().upper()),
    "the first twelve signs": _column(lambda one: hashlib.sha256(one.encode()).hexdigest()[:12]),
    "the last eight": _column(lambda one: hashlib.md5(one.encode()).hexdigest()[-8:]),  # noqa: S324
    "base 64": _column(lambda one: base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()),
    "CRC-32 in decimals": _column(lambda one: zlib.crc32(one.encode())),
    "salted in front": f"# salt={SALT}\n".encode()
    + _column(lambda one: hashlib.sha256(f"{SALT}{one}".encode()).hexdigest()),
    "salted behind": f"# salt={SALT}\n".encode()
    + _column(lambda one: hashlib.new("sm3", f"{one}{SALT}".encode()).hexdigest()),
    "keyed with the key in a note": f"键 {SALT}\n".encode()
    + _column(lambda one: hmac.new(SALT.encode(), one.encode(), "sha256").hexdigest()),
}
CIPHERS = {
    "SM4, first line its key": KEY + b"\n" + _enciphered(algorithms.SM4, modes.ECB()).hex().encode(),
    "AES, zero vector": f'{{"k": "{KEY.hex()}", "v": "{_enciphered(algorithms.AES, modes.CBC(bytes(16))).hex()}"}}'.encode(),
    "AES, counter, vector in front": f'{{"k": "{base64.b64encode(KEY * 2).decode()}", "note": "{KEY.decode()}", "v": "{base64.b64encode(b"0123456789abcdef" + _enciphered(algorithms.AES, modes.CTR(b"0123456789abcdef"))).decode()}"}}'.encode(),
    "a repeated key": KEY + b"\n" + bytes(one ^ KEY[place % 16] for place, one in enumerate(LINES.encode())).hex().encode(),
}  # fmt: skip


def _of(data: bytes):
    name = "a.json" if data.startswith(b"{") else "a.csv" if b"id,n" in data else "a.txt"
    (file,) = judge([Product(name, data)], [source()]).judgement.files
    return file


@pytest.mark.parametrize("name", DIGESTS)
def test_digests_of_identifiers_are_identifiers(name):
    file = _of(DIGESTS[name])
    assert file.verdict is Verdict.REFUSE
    assert [found for found in file.findings if found.kind is FindingKind.SOURCE_RECORD]


@pytest.mark.parametrize("name", CIPHERS)
def test_a_cipher_with_its_key_beside_is_read(name):
    file = _of(CIPHERS[name])
    assert file.verdict is Verdict.REFUSE
    assert [found for found in file.findings if found.kind is FindingKind.SOURCE_RECORD]


def test_other_digests_and_other_tokens_are_no_records():
    order = random.Random(4)
    for data in (
        _column(lambda one: order.randbytes(32).hex()),
        _column(lambda one: hashlib.sha256(f"other {one}".encode()).hexdigest()),
        _column(lambda one: order.randrange(1 << 32)),
    ):
        assert not [found for found in _of(data).findings if found.kind is FindingKind.SOURCE_RECORD]
