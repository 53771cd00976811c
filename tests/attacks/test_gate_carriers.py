"""Records in the places of ordinary documents that show nothing are recognised: names, colours, counts.

The same carriers of strangers show none.
"""

from __future__ import annotations

import random

import pytest

from sandbox.kernel.findings import FindingKind
from sandbox.kernel.identifiers import USCC_ALPHABET, resident_id_check_digit
from tests.attacks import carrier_leaks, drawn_leaks, line_leaks
from tests.attacks.exam_room import Outcome, put, world

LEAKS = carrier_leaks.LEAKS | line_leaks.LEAKS | drawn_leaks.LEAKS


def people(table: str) -> list[dict[str, str]]:
    return (world().persons if table == "persons" else world().firms)[40:80]


def strangers(table: str) -> list[dict[str, str]]:
    chance = random.Random(5)
    found = []
    for row in people(table):
        born = f"{chance.randint(1940, 2010)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
        number = f"5203{chance.randint(21, 99)}{born}{chance.randint(0, 999):03}"
        code = f"91520{chance.randint(0, 999):03}MA{''.join(chance.choices(USCC_ALPHABET, k=7))}0"
        other = {
            "姓名": "".join(chr(chance.randint(0x4E00, 0x9000)) for _ in range(3)),
            "法定代表人": "".join(chr(chance.randint(0x4E00, 0x9000)) for _ in range(3)),
            "出生日期": f"{born[:4]}-{born[4:6]}-{born[6:]}",
            "成立日期": f"{chance.randint(1985, 2020)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            "就诊日期": f"2023-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            "企业名称": "".join(chr(chance.randint(0x4E00, 0x9000)) for _ in range(6)),
            "身份证号": number + resident_id_check_digit(number),
            "手机号": f"1{chance.randint(3 * 10**9, 10**10 - 1)}",
            "统一社会信用代码": code,
            "金额": f"{chance.uniform(10, 5000):.2f}",
        }
        found.append({**row, **{name: cell for name, cell in other.items() if name in row}})
    return found


def judged(name: str, rows: list[dict[str, str]]) -> Outcome:
    _, extension, hide = LEAKS[name]
    return put({f"报告.{extension}": hide(rows)})


def says_records(outcome: Outcome) -> bool:
    return any(found.kind is FindingKind.SOURCE_RECORD for found in outcome.findings)


@pytest.mark.parametrize("name", list(LEAKS))
def test_records_in_a_carrier_are_recognised(name: str) -> None:
    assert says_records(judged(name, people(LEAKS[name][0])))


@pytest.mark.parametrize("name", list(LEAKS))
def test_the_same_carrier_of_strangers_shows_no_record(name: str) -> None:
    assert not says_records(judged(name, strangers(LEAKS[name][0])))
