"""Records in what lines of texts carry besides their words: blanks at their ends, first signs, places, names.

Every builder takes records and makes a file, as in `carrier_leaks`.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator

from tests.attacks.carrier_leaks import Hide, Records

LEAKS: dict[str, tuple[str, str, Hide]] = {}
"""By name: the table whose records it takes, the extension of the file, the builder."""

_VERBS = ("整理", "核对", "清洗", "合并", "抽查", "绘图", "建模", "复核", "归档", "汇报")
_OBJECTS = ("字段", "表格", "样本", "口径", "指标")


def leak(extension: str, table: str = "persons") -> Callable[[Hide], Hide]:
    def keep(hide: Hide) -> Hide:
        LEAKS[hide.__name__] = (table, extension, hide)
        return hide

    return keep


def _ten(row: dict[str, str]) -> int:
    return int(row["手机号"]) - 10**10


def _tails(marks: list[str]) -> bytes:
    """Return a script of which each line ends in such bits, a tab for a one."""
    blank = str.maketrans("01", " \t")
    lines = [
        f"    df['f{at}'] = df['f{at}'].clip(0, {at % 90 + 9})" + bits.translate(blank)
        for at, bits in enumerate(marks)
    ]
    return "\n".join(["def f(df):", *lines, "    return df"]).encode()


@leak("py")
def telephones_at_line_ends(rows: Records) -> bytes:
    return _tails([f"{_ten(row):034b}" for row in rows])


@leak("py")
def telephones_and_amounts_in_turn_at_line_ends(rows: Records) -> bytes:
    pairs = [
        bits for row in rows for bits in (f"{_ten(row):034b}", f"{int(row['金额'].replace('.', '')):034b}")
    ]
    return _tails(pairs)


@leak("py")
def resident_numbers_at_line_ends_turned(rows: Records) -> bytes:
    return _tails([f"{(1 << 57) - 1 - int(row['身份证号'][:17]):057b}" for row in rows])


def _told(row: dict[str, str]) -> list[str]:
    chance = random.Random(row["手机号"])
    return [_VERBS[int(digit)] + chance.choice(_OBJECTS) for digit in row["手机号"][1:]]


@leak("md")
def telephones_as_verbs(rows: Records) -> bytes:
    return "\n".join(
        ["# 工作日志", *(f"第{at}天：" + "、".join(_told(row)) + "。" for at, row in enumerate(rows, 1))]
    ).encode()


@leak("md")
def names_and_telephones_in_a_diary(rows: Records) -> bytes:
    out = ["# 工作日志", ""]
    for at, row in enumerate(rows, 1):
        words, size = _told(row), len(row["姓名"])
        share = [words[part * 10 // size : (part + 1) * 10 // size] for part in range(size)]
        out += [
            f"## 第{at}天",
            *(f"{sign}组:" + "、".join(own) + "。" for sign, own in zip(row["姓名"], share, strict=True)),
        ]
    return "\n".join(out).encode()


@leak("md")
def names_in_first_signs_under_their_days(rows: Records) -> bytes:
    out = []
    for row in rows:
        out += [f"## {row['就诊日期']}", *(f"{sign}组完成核对工作。" for sign in row["姓名"])]
    return "\n".join(out).encode()


def _signs(texts: list[str]) -> Iterator[tuple[str, int, int]]:
    yield from ((sign, text, place) for text, one in enumerate(texts) for place, sign in enumerate(one))


@leak("csv", "firms")
def signs_with_their_texts_and_places(rows: Records) -> bytes:
    found = sorted(_signs([f"{row['企业名称']};{row['成立日期']};{row['注册资本']}" for row in rows]))
    lines = [f"{sign},{text},{place},{text * 7 % 10 / 10}" for sign, text, place in found]
    return "\n".join(["字,文档,位置,tfidf", *lines]).encode()


def _index(rows: Records) -> dict[str, list[int]]:
    places: dict[str, list[int]] = defaultdict(list)
    for place, sign in enumerate("".join(f"{row['姓名']}{row['手机号']};" for row in rows)):
        places[sign].append(place)
    return dict(sorted(places.items()))


@leak("csv")
def signs_with_lists_of_places(rows: Records) -> bytes:
    lines = [f"{sign},{len(at)},{' '.join(map(str, at))}" for sign, at in _index(rows).items()]
    return "\n".join(["字,次数,位置", *lines]).encode()


@leak("json")
def signs_as_keys_of_lists_of_places(rows: Records) -> bytes:
    return json.dumps(_index(rows), ensure_ascii=False).encode()


@leak("csv", "firms")
def signs_in_chance_order_with_one_place(rows: Records) -> bytes:
    text = "".join(f"{row['企业名称']}{row['统一社会信用代码']};" for row in rows)
    found = [f"{place},{sign}" for place, sign in enumerate(text)]
    random.Random(7).shuffle(found)
    return "\n".join(["序号,字", *found]).encode()
