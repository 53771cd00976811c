"""A repeated key is found by frequency; noise and short bytes give nothing."""

from __future__ import annotations

import random

import pytest

from sandbox.egress.ciphers import LEAST_BYTES, MAX_KEY, broken
from tests.egress.clinic import csv_of, visits

TABLE = csv_of(visits().slice(0, 200))


def enciphered(data: bytes, key: bytes) -> bytes:
    return bytes(byte ^ key[at % len(key)] for at, byte in enumerate(data))


@pytest.mark.parametrize("length", [1, 2, 7, 16, MAX_KEY])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_table_under_a_repeated_key_is_read(length: int, encoding: str) -> None:
    key = random.Random(length).randbytes(length)
    said = broken(enciphered(TABLE.decode().encode(encoding), key))
    lines = set(said.splitlines())
    assert len(lines & set(TABLE.decode().splitlines())) > 150


def test_what_is_no_text_under_any_key_gives_nothing() -> None:
    assert broken(random.Random(3).randbytes(5_000)) == ""
    assert broken(b"") == ""
    assert broken(b"x" * (LEAST_BYTES - 1)) == ""
