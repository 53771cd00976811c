"""The shape of a text leaves no pattern out that stands in it; the fast sums agree with the plain ones."""

from __future__ import annotations

import random
import sys

import numpy as np
import pytest

from sandbox.egress.alphabets import FORTY_FIVE, LARGE, Z85, packed, radix
from sandbox.egress.nameable import telling
from sandbox.egress.numerals import figures, sequences
from sandbox.egress.silhouette import outline


def _written(number: int, alphabet: str) -> str:
    signs = ""
    while number:
        number, place = divmod(number, len(alphabet))
        signs = alphabet[place] + signs
    return signs


MASK = (1 << 32) - 1
PHONES = [13_800_000_000 + 7_654_321 * step for step in range(12)]


def test_every_decimal_digit_of_another_script_is_seen() -> None:
    others = [chr(one) for one in range(128, sys.maxunicode + 1) if chr(one).isdecimal()]
    assert others
    assert not any(outline(f"数 {one}").plain for one in others)
    assert outline("数 12，第 3 行").plain


@pytest.mark.parametrize("alphabet", ["0123456789abcdef", "01234567", LARGE[3], "abcdefghijklmnopqrstuvwxyz"])
def test_telephones_in_another_base_are_read(alphabet: str) -> None:
    told = figures("\n".join(_written(one, alphabet) for one in PHONES))
    assert {str(one) for one in PHONES} <= set(told)


@pytest.mark.parametrize("joint", ["-", " ", ",", "\u2028"])
def test_telephones_laid_out_over_a_line_are_read(joint: str) -> None:
    lines = [f"{str(one)[:3]}.{str(one)[3:7]}/{str(one)[7:]}" for one in PHONES]
    ends = joint if joint == "\u2028" else "\n"
    assert {str(one) for one in PHONES} <= set(figures(ends.join(lines)))


def test_a_clock_and_an_address_are_read_and_words_are_not() -> None:
    clocks = "\n".join(f"{one // 3600}:{one // 60 % 60:02}:{one % 60:02}" for one in PHONES)
    assert {str(one) for one in PHONES} <= set(figures(clocks))
    keys = ":".join(f"{one:02x}" for one in range(6))
    assert bytes(range(6)) * 3 in list(sequences(f"{keys} {keys} {keys}"))
    assert figures("门诊人次较上年同期略有增加，共 12345 例。\n" * 40) == []


def test_few_of_many_tell_nothing() -> None:
    assert telling([*PHONES[:5], *range(20)]) == []
    assert len(telling(PHONES)) == len(PHONES)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 41, 100])
def test_blocks_of_signs_are_the_bytes_that_plain_sums_give(size: int) -> None:
    rng = random.Random(size)
    text = "".join(rng.choices(Z85, k=size // 5 * 5))
    plain = b"".join(
        (sum(Z85.index(sign) * 85 ** (4 - place) for place, sign in enumerate(text[at : at + 5])) & MASK)
        .to_bytes(4, "big")
        for at in range(0, len(text), 5)
    )  # fmt: skip
    assert radix(text, Z85, 5, 4) == plain
    assert len(radix("".join(rng.choices(FORTY_FIVE, k=size)), FORTY_FIVE, 3, 2)) == size * 2 // 3


def test_a_run_is_read_under_the_alphabets_of_bits_from_either_end() -> None:
    data = np.random.default_rng(1).integers(0, 256, 60).astype(np.uint8).tobytes()
    assert data in list(packed(data.hex()))
    assert data in list(packed(data[::-1].hex()[::-1]))
