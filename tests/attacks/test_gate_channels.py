"""Records in the choices that a file leaves open are recognised; the same carrier of noise shows none."""

from __future__ import annotations

import random

import pytest

from sandbox.egress.identities import spelled
from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.kernel.findings import FindingKind, Judgement, Verdict
from sandbox.kernel.identifiers import USCC_ALPHABET
from tests.attacks.channel_leaks import LEAKS
from tests.attacks.digit_leaks import resident
from tests.egress.clinic import csv_of, source, visits

PHONES = visits().column("电话").to_pylist()[100:120]
TABLE = csv_of(visits().slice(100, 30).select(["证件号", "姓名", "电话", "金额"]))
CHANCE = random.Random(11)
STRANGERS = [f"1{CHANCE.randint(3 * 10**9, 10**10 - 1)}" for _ in range(20)]
NOISE = random.Random(12).randbytes(len(TABLE))


def judged(name: str, phones: list[str], table: bytes) -> Judgement:
    extension, hide = LEAKS[name]
    return judge([Product(f"p.{extension}", hide(phones, table))], [source()]).judgement


def says_records(judgement: Judgement) -> bool:
    found = [one for file in judgement.files for one in file.findings]
    return any(one.kind is FindingKind.SOURCE_RECORD for one in found)


@pytest.mark.parametrize("name", LEAKS)
def test_records_in_choices_are_recognised_and_held(name: str) -> None:
    judgement = judged(name, PHONES, TABLE)
    assert says_records(judgement)
    assert all(file.verdict is not Verdict.RELEASE for file in judgement.files)


@pytest.mark.parametrize("name", LEAKS)
def test_a_carrier_with_nothing_in_it_shows_no_record(name: str) -> None:
    assert not says_records(judged(name, STRANGERS, NOISE))


def test_a_resident_number_is_known_by_its_first_places_as_a_number_of_a_base() -> None:
    def told(numbers: list[str]) -> bool:
        rows = (
            f"指标 {''.join('▁▂▃▄▅▆▇█'[int(one)] for one in f'{int(number[:17]):019o}')}"
            for number in numbers
        )
        return says_records(judge([Product("p.txt", "\n".join(rows).encode())], [source()]).judgement)

    assert told(visits().column("证件号").to_pylist()[100:120])
    assert not told([resident(random.Random(at)) for at in range(20)])


def test_a_credit_code_is_spelled_from_its_number_in_either_base() -> None:
    code = "91520329MAK89N6M0P"
    first = sum(USCC_ALPHABET.index(sign) * 31 ** (16 - at) for at, sign in enumerate(code[:17]))
    assert spelled([first, int(code, 36), 17]) == (code, code, "17")
