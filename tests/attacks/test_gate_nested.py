"""Records in files within files are recognised whatever holds them; those of strangers show none."""

from __future__ import annotations

import random

import pytest

from sandbox.kernel.findings import FindingKind
from tests.attacks.exam_room import put, world
from tests.attacks.nested_leaks import LEAKS

Rows = list[dict[str, str]]


def people() -> Rows:
    return world().persons[40:90]


def strangers() -> Rows:
    chance = random.Random(11)

    def day(first: int, last: int) -> str:
        return f"{chance.randint(first, last)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"

    return [
        {"出生日期": day(1940, 2010), "就诊日期": day(2022, 2024), "金额": f"{chance.uniform(10, 5000):.2f}"}
        for _ in people()
    ]


def says_records(name: str, rows: Rows) -> bool:
    extension, hide = LEAKS[name]
    return any(one.kind is FindingKind.SOURCE_RECORD for one in put({f"p.{extension}": hide(rows)}).findings)


@pytest.mark.parametrize("name", LEAKS)
def test_records_in_a_file_within_a_file_are_recognised(name: str) -> None:
    assert says_records(name, people())


@pytest.mark.parametrize("name", LEAKS)
def test_the_same_file_of_strangers_shows_no_record(name: str) -> None:
    assert not says_records(name, strangers())
