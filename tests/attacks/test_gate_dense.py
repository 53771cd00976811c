"""Several fields of people, hidden densely in a file's form, are recognised; strangers' are not."""

from __future__ import annotations

import random

import pytest

from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.kernel.findings import FindingKind, Verdict
from tests.attacks.dense_leaks import DENSE
from tests.attacks.digit_leaks import resident
from tests.egress.clinic import source, visits


def taken() -> list[tuple[str, str]]:
    table = visits().slice(100, 24)
    return list(zip(table.column("证件号").to_pylist(), table.column("电话").to_pylist(), strict=True))


def strangers() -> list[tuple[str, str]]:
    chance = random.Random(9)
    return [(resident(chance), f"1{chance.randint(3 * 10**9, 10**10 - 1)}") for _ in range(24)]


def says_records(name: str, pairs: list[tuple[str, str]]) -> bool:
    judgement = judge([Product(f"p.{name.partition('.')[2]}", DENSE[name](pairs))], [source()]).judgement
    assert all(file.verdict is not Verdict.RELEASE for file in judgement.files)
    return any(one.kind is FindingKind.SOURCE_RECORD for file in judgement.files for one in file.findings)


@pytest.mark.parametrize("name", DENSE)
def test_dense_records_are_recognised(name: str) -> None:
    assert says_records(name, taken())


@pytest.mark.parametrize("name", DENSE)
def test_dense_strangers_show_no_record(name: str) -> None:
    assert not says_records(name, strangers())
