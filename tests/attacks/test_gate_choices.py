"""Records as choices that a text leaves open at every place: every carrier is another way."""

from __future__ import annotations

import random

import pytest

from sandbox.egress.alternatives import alternatives
from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.kernel.findings import FindingKind
from tests.attacks.choice_leaks import CARRIERS, LAID, spelled, told
from tests.attacks.exam_room import sources, world

MISSED = {
    "spellings_of_two_shores", "old_forms", "seats_of_colours", "nearly_white", "spaces_of_words_in_pages",
    "items_in_lists", "words_in_sentences", "orders_within_sentences", "orders_with_arrows",
    "orders_of_options", "orders_with_another_key", "orders_of_classes", "pieces_in_sources",
    "pieces_in_addresses", "pieces_of_a_ticket",
}  # fmt: skip
"""Not read yet; held by people all the same, because no such text is written anew."""


def names(extension: str, data: bytes) -> bool:
    findings = judge([Product(f"p.{extension}", data)], sources()).judgement.files[0].findings
    return any(found.kind is FindingKind.SOURCE_RECORD for found in findings)


def carried(name: str, *, real: bool = True) -> tuple[str, bytes]:
    """Return a text that carries the telephones of people, or such that nobody has."""
    kinds, extension, carry = CARRIERS[name]
    phones = [row["手机号"] for row in world().persons[20:33]]
    if not real:
        chance = random.Random(name)
        phones = [f"1{chance.randrange(3, 10)}{chance.randrange(10**9):09}" for _ in phones]
    return extension, carry(spelled(phones, kinds), random.Random(name))


@pytest.mark.parametrize("name", sorted(set(CARRIERS) - MISSED))
def test_telephones_in_choices_are_read(name):
    assert names(*carried(name))


@pytest.mark.parametrize(
    "name", ["gaps_behind_sentences", "ends_of_four_kinds", "empty_lines", "first_signs"]
)
def test_the_same_choices_with_nobodys_telephones_are_no_record(name):
    assert not names(*carried(name, real=False))


@pytest.mark.parametrize("name", sorted(set(LAID) - MISSED))
def test_pieces_and_orders_are_read(name):
    long, extension, lay = LAID[name]
    column = "身份证号" if long else "手机号"
    assert names(extension, lay([row[column] for row in world().persons[20:36]], random.Random(name)))


def test_a_text_without_choices_yields_none():
    chance = random.Random(0)
    assert not list(alternatives("\n".join(f"{told(chance)}。" for _ in range(12))))
