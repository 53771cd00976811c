"""Records cut into pieces or shares, over columns, rows or files, are recognised; those of strangers not."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Sequence

import pyarrow as pa
import pytest

from sandbox.egress.judge import judge
from sandbox.egress.pieces import pieced
from sandbox.egress.report import Product
from sandbox.fingerprint.index import RecordIndex
from sandbox.kernel.findings import FindingKind, Verdict
from tests.attacks.digit_leaks import resident
from tests.egress.clinic import KEY, source, visits

Pairs = Sequence[tuple[str, str]]
"""Resident numbers and telephones, as people have them."""
Cut = Callable[[Pairs], dict[str, str]]
WAYS: list[Cut] = []


def way(cut: Cut) -> Cut:
    WAYS.append(cut)
    return cut


def taken() -> Pairs:
    table = visits().slice(100, 24)
    return list(zip(table.column("证件号").to_pylist(), table.column("电话").to_pylist(), strict=True))


def strangers() -> Pairs:
    chance = random.Random(9)
    return [(resident(chance), f"1{chance.randint(3 * 10**9, 10**10 - 1)}") for _ in range(24)]


def csv(header: str, rows: Sequence[Sequence[object]]) -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)])


@way
def pieces_of_attributes(pairs: Pairs) -> dict[str, str]:
    rows = [
        (f"n{at}", f"{name}{part}", value[part * 6 : part * 6 + 6])
        for at, one in enumerate(pairs) for name, value in zip("ab", one, strict=True) for part in range(3)
    ]  # fmt: skip
    random.Random(1).shuffle(rows)
    return {"a.csv": csv("节点,属性,值", [row for row in rows if row[2]])}


@way
def halves_in_files_of_other_orders(pairs: Pairs) -> dict[str, str]:
    mixed = list(pairs)
    random.Random(2).shuffle(mixed)
    return {
        "a.csv": csv("网格,面积", [(at, one[:9]) for at, (one, _) in enumerate(pairs)]),
        "b.csv": csv("地块,编号", [(at * 7, one[9:]) for at, (one, _) in enumerate(mixed)]),
    }


@way
def pieces_in_columns_of_another_order(pairs: Pairs) -> dict[str, str]:
    rows = [(at, phone[7:], phone[:3], phone[3:7]) for at, (_, phone) in enumerate(pairs)]
    return {"a.csv": csv("站,甲,乙,丙", rows)}


@way
def shares_by_exclusive_or(pairs: Pairs) -> dict[str, str]:
    data = "\n".join("|".join(pair) for pair in pairs).encode()
    noise = random.Random(3).randbytes(len(data))
    mixed = bytes(one ^ other for one, other in zip(data, noise, strict=True))
    return {
        f"{name}.json": json.dumps({"residual": [byte - 128 for byte in part]})
        for name, part in (("a", noise), ("b", mixed))
    }


@way
def shares_behind_base64(pairs: Pairs) -> dict[str, str]:
    data = "\n".join("|".join(pair) for pair in pairs).encode()
    chance = random.Random(10)
    noise = [chance.randbytes(len(data)) for _ in "ab"]
    last = bytes(a ^ b ^ c for a, b, c in zip(data, *noise, strict=True))
    return {
        f"{at}.md": "# 说明" + "!" * at + "\n" + base64.b64encode(part).decode()
        for at, part in enumerate([*noise, last])
    }


@way
def features_of_a_model(pairs: Pairs) -> dict[str, str]:
    chance = random.Random(11)
    rows = [
        [chance.randint(0, 1) for _ in range(90)] + [int(bit) for sign in phone for bit in f"{int(sign):04b}"]
        for _, phone in pairs
    ]
    return {"a.csv": csv(",".join(f"f{at}" for at in range(134)), rows)}


@way
def digits_as_sums_of_two_columns(pairs: Pairs) -> dict[str, str]:
    chance = random.Random(4)
    rows = []
    for sign in "".join(phone for _, phone in pairs):
        first = chance.randint(0, 9)
        rows.append((first, (int(sign) - first) % 10))
    return {"a.csv": csv("上午,下午", rows)}


@way
def numbers_less_noise_in_two_files(pairs: Pairs) -> dict[str, str]:
    chance = random.Random(5)
    noise = [chance.randint(10**9, 10**10) for _ in pairs]
    whole = [int(phone) + part for (_, phone), part in zip(pairs, noise, strict=True)]
    return {"a.json": json.dumps({"v": noise}), "b.json": json.dumps({"v": whole})}


@way
def runs_of_noise_that_cancel(pairs: Pairs) -> dict[str, str]:
    chance = random.Random(7)
    first, second = [], []
    for number, phone in pairs:
        digits = number[:17] + phone[1:]
        noise = [chance.randrange(10**9) for _ in range(3)]
        first.append(noise)
        second.append([(one + int(digits[at * 9 : at * 9 + 9])) % 10**9 for at, one in enumerate(noise)])
    return {f"{name}.csv": csv("r1,r2,r3", rows) for name, rows in (("a", first), ("b", second))}


@way
def three_runs_of_noise_that_add_up(pairs: Pairs) -> dict[str, str]:
    chance = random.Random(8)
    noise = [[[chance.randrange(10_000) for _ in range(3)] for _ in pairs] for _ in "ab"]
    last = [
        [(int(phone[at : at + 4]) - a - b) % 10_000 for at, a, b in zip((0, 4, 8), one, other, strict=True)]
        for (_, phone), one, other in zip(pairs, *noise, strict=True)
    ]
    return {f"{at}.csv": csv("甲,乙,丙", rows) for at, rows in enumerate([*noise, last])}


@way
def marked_pieces_among_other_rows(pairs: Pairs) -> dict[str, str]:
    return {
        f"{start}.csv": csv(
            "点,计,区",
            [(f"点{at:02d}", f"1{phone[start:end]}", "甲") for at, (_, phone) in enumerate(pairs)]
            + [(place, 2_000 + 97 * at + start, "乙") for at, place in enumerate(("仁怀", "正安", "余庆"))],
        )
        for start, end in ((0, 4), (4, 8), (8, 11))
    }


@way
def pieces_moved_by_a_round_number(pairs: Pairs) -> dict[str, str]:
    return {
        f"{start}.csv": csv(
            "点,计", [(f"点{at:02d}", int(phone[start:end]) + 5_000) for at, (_, phone) in enumerate(pairs)]
        )
        for start, end in ((0, 4), (4, 8), (8, 11))
    }


@way
def editions_of_a_total(pairs: Pairs) -> dict[str, str]:
    files, total = {}, 10**12
    for at, (_, phone) in enumerate([("", "0"), *pairs]):
        total += int(phone)
        files[f"第{at}版.csv"] = csv("指标,值", [("累计", total), ("人数", 4000 + at)])
    return files


def says(files: dict[str, str]) -> bool:
    products = [Product(path, text.encode()) for path, text in files.items()]
    judgement = judge(products, [source()]).judgement
    assert all(one.verdict is not Verdict.RELEASE for one in judgement.files)
    found = [*judgement.set_findings, *(one for file in judgement.files for one in file.findings)]
    return any(one.kind is FindingKind.SOURCE_RECORD for one in found)


@pytest.mark.parametrize("cut", WAYS)
def test_pieces_and_shares_of_records_are_recognised(cut: Cut) -> None:
    assert says(cut(taken()))


@pytest.mark.parametrize("cut", WAYS)
def test_pieces_and_shares_of_strangers_show_no_record(cut: Cut) -> None:
    assert not says(cut(strangers()))


def test_pieces_that_chance_puts_together_show_no_record() -> None:
    """Of numbers that stand close together any two pieces make one: the decoy shows as many."""
    dense = pa.table({"电话": [f"1380000{number:04d}" for number in range(10_000)]})
    index = RecordIndex.build([("raw", dense)], key=KEY, identifiers=("电话",))
    chance = random.Random(6)
    heads = pa.table({"甲": [f"1380000{at}" for at in range(10)]})
    tails = pa.table({"乙": [f"{chance.randint(0, 999):03d}" for _ in range(12)]})
    assert not pieced([heads, tails], [index])
    phones = visits().column("电话").to_pylist()[100:124]
    cut = [pa.table({"甲": [one[:8] for one in phones]}), pa.table({"乙": [one[8:] for one in phones[::-1]]})]
    known = source().index
    assert known is not None
    assert len(pieced(cut, [known]).records) == 24
