"""What the techniques share: the registry, the columns of the sources, which rows are well formed."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

Row = dict[str, str]
Files = list[tuple[str, bytes]]
Values = list[tuple[str, ...]]
Encoder = Callable[[list[Row], random.Random], Files]
Decoder = Callable[[list[bytes]], Values]

NAME, SEX, ID, BIRTH, TEL, ADDR, DIST = "姓名", "性别", "身份证号", "出生日期", "手机号", "住址", "行政区划"
SICK, VISIT, AMT, HOSP = "病种", "就诊日期", "金额", "医疗机构"
USCC, FIRM, BOSS, FOUND, CAP = "统一社会信用代码", "企业名称", "法定代表人", "成立日期", "注册资本"
TRADE, SEAT, FTEL, STAFF, INCOME = "行业", "住所", "联系电话", "从业人数", "营业收入"
WHO = (NAME, ID, TEL)
CARE = (NAME, BIRTH, VISIT, AMT)
WEAK = (BIRTH, VISIT, AMT)
BOOK = (FIRM, USCC, FTEL)
MONEY = (FIRM, CAP, INCOME)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

MOBILE, DAY, SUM = r"1\d{10}", r"\d{4}-\d\d-\d\d", r"[1-9]\d*\.\d\d"
SHAPES = {
    TEL: MOBILE,
    FTEL: MOBILE,
    BIRTH: DAY,
    FOUND: DAY,
    VISIT: DAY,
    AMT: SUM,
    CAP: SUM,
    INCOME: SUM,
    ID: r"[1-9]\d{16}[\dX]",
    USCC: f"[{ALPHABET}]{{18}}",
    NAME: "[一-龥]{2,4}",
    BOSS: "[一-龥]{2,4}",
}


@dataclass(frozen=True, slots=True)
class Technique:
    """One disguise: its family, what it takes, how it writes and how the values come back."""

    name: str
    family: str
    source: str
    columns: tuple[str, ...]
    encode: Encoder
    back: Decoder | None = None
    low: int = 10
    high: int = 60
    recoverable: bool = True

    def decode(self, files: list[bytes]) -> Values:
        """The values in the files; without `back`, by the function of the module called `<name>_back`."""
        if self.back:
            return self.back(files)
        module = sys.modules[self.encode.__module__]
        return cast(Decoder, getattr(module, f"{self.name}_back"))(files)


REGISTRY: list[Technique] = []


def technique(
    family: str, source: str, *columns: str, low: int = 10, high: int = 60, recoverable: bool = True
) -> Callable[[Encoder], Encoder]:
    """Register an encoder; its decoder is the function of the same module called `<name>_back`."""

    def register(function: Encoder) -> Encoder:
        name = function.__name__
        REGISTRY.append(Technique(name, family, source, columns, function, None, low, high, recoverable))
        return function

    return register


def id_text(number: int) -> str:
    """The resident number of 18 places of its first 17."""
    body = f"{number:017d}"
    total = sum(int(c) * pow(2, 17 - i, 11) for i, c in enumerate(body))
    return body + "10X98765432"[total % 11]


def uscc_text(number: int) -> str:
    """The credit code of the integer that its first 17 places spell in base 31."""
    body = ""
    for _ in range(17):
        number, digit = divmod(number, 31)
        body = ALPHABET[digit] + body
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + ALPHABET[-total % 31]


def uscc_number(text: str) -> int:
    """The first 17 places of a credit code as an integer."""
    number = 0
    for char in text[:17]:
        number = number * 31 + ALPHABET.index(char)
    return number


def usable(row: Row, columns: tuple[str, ...]) -> bool:
    """Whether the wanted values of a row are complete and well formed."""
    for column in columns:
        value = row[column]
        if not value or value != value.strip() or re.search(r"[|,\t\n]", value):
            return False
        if column in SHAPES and not re.fullmatch(SHAPES[column], value):
            return False
    if ID in columns and id_text(int(row[ID][:17])) != row[ID]:
        return False
    return USCC not in columns or uscc_text(uscc_number(row[USCC])) == row[USCC]


def grid(rows: list[Row], *columns: str) -> list[list[str]]:
    """Some columns of the rows, as lists."""
    return [[row[c] for c in columns] for row in rows]


def chosen(item: Technique, seed: int, source: list[Row], rng: random.Random) -> list[Row]:
    """The records of a case, no two alike in the wanted columns."""
    sound = [row for row in source if usable(row, item.columns)]
    wanted = rng.randint(item.low, item.high)
    rows: list[Row] = []
    seen: set[tuple[str, ...]] = set()
    for row in rng.sample(sound, len(sound)):
        key = tuple(row[c] for c in item.columns)
        if key not in seen and len(rows) < wanted:
            seen.add(key)
            rows.append(dict(row))
    if len(rows) < wanted:
        raise SystemExit(f"{item.name}, seed {seed}: the source has too few records")
    return rows
