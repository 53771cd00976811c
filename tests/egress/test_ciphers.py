"""A repeated key is found by frequency; noise and short bytes give nothing."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

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


FORMS: tuple[Callable[[list[list[str]]], str], ...] = (
    lambda rows: "\n".join(map(",".join, zip(*rows, strict=True))),
    lambda rows: json.dumps(rows),
    lambda rows: "data = " + repr(rows),
    lambda rows: "".join("<tr><td>" + "</td><td>".join(row) + "</td></tr>" for row in rows),
    lambda rows: "\n".join("".join(cell.ljust(20) for cell in row) for row in rows),
)


@pytest.mark.parametrize("form", FORMS)
def test_a_short_key_is_told_by_which_sign_follows_which(form: Callable[[list[list[str]]], str]) -> None:
    """A key that is off by a bit or two turns figures into figures: how often each stands does not tell."""
    table = visits().slice(0, 40).select(["证件号", "就诊日期", "电话"])
    text = form([[str(cell) for cell in row.values()] for row in table.to_pylist()])
    for seed in range(6):
        key = random.Random(seed).randbytes(1 + seed % 4)
        assert broken(enciphered(text.encode(), key)) == text
