"""What the techniques share: the registry, identifiers as numbers, texts and tables of records."""

from __future__ import annotations

import csv
import io
import random
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
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


def text(rows: list[Row], *columns: str, sep: str = "|", end: str = "\n") -> str:
    """Some columns of the rows as compact text."""
    return end.join(sep.join(line) for line in grid(rows, *columns))


def untext(data: str, sep: str = "|", end: str = "\n") -> Values:
    """The values of compact text."""
    return [tuple(line.split(sep)) for line in data.split(end) if line]


def table(header: list[str], rows: list[list[str]], sep: str = ",") -> bytes:
    """A CSV file in UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=sep, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def untable(data: bytes, sep: str = ",") -> list[list[str]]:
    """The rows of a CSV file without its header."""
    return list(csv.reader(io.StringIO(data.decode()), delimiter=sep))[1:]


def tuples(rows: list[list[str]]) -> Values:
    """Lists as tuples."""
    return [tuple(row) for row in rows]


def cents(value: str) -> int:
    """A sum with two places as a whole number of hundredths."""
    return int(value.replace(".", ""))


def money(number: int) -> str:
    """The sum of a whole number of hundredths."""
    return f"{number // 100}.{number % 100:02d}"


def day(value: str) -> int:
    """The ordinal of a date."""
    return date.fromisoformat(value).toordinal()


def day_text(number: int) -> str:
    """The date of an ordinal."""
    return date.fromordinal(number).isoformat()


def numbers(rows: list[Row], column: str = TEL) -> list[int]:
    """An identifier of every row as an integer without its check digit."""
    if column == ID:
        return [int(row[ID][:17]) for row in rows]
    if column == USCC:
        return [uscc_number(row[USCC]) for row in rows]
    return [int(row[column]) for row in rows]


def shown(values: list[int], column: str = TEL) -> Values:
    """The identifiers of integers."""
    show: Callable[[int], str] = {ID: id_text, USCC: uscc_text}.get(column, str)
    return [(show(value),) for value in values]


SIZE = {TEL: 5, FTEL: 5, ID: 8, USCC: 11}


def packed(rows: list[Row], column: str = TEL) -> bytes:
    """One identifier a row in as few whole bytes as it needs."""
    return b"".join(n.to_bytes(SIZE[column], "big") for n in numbers(rows, column))


def unpacked(data: bytes, column: str = TEL) -> Values:
    """The identifiers of packed bytes."""
    size = SIZE[column]
    return shown([int.from_bytes(data[i : i + size], "big") for i in range(0, len(data), size)], column)


def bits_of(data: bytes) -> list[int]:
    """A length of two bytes and the data, as bits, the highest first."""
    return [(byte >> i) & 1 for byte in len(data).to_bytes(2, "big") + data for i in range(7, -1, -1)]


def bytes_of(bits: list[int]) -> bytes:
    """The data of bits that start with a length of two bytes."""
    whole = bytes(int("".join(map(str, bits[i : i + 8])), 2) for i in range(0, len(bits) - 7, 8))
    return whole[2 : 2 + int.from_bytes(whole[:2], "big")]


def found(pattern: str, data: str) -> Values:
    """The groups of every match of a pattern."""
    return [m.groups() for m in re.finditer(pattern, data, re.S)]


def first(pattern: str, data: str) -> str:
    """The first group of the first match of a pattern."""
    match = re.search(pattern, data, re.S)
    if match is None:
        raise ValueError(f"not found: {pattern}")
    return str(match[1])


def chunks(data: str, size: int) -> list[str]:
    """A text in pieces of one size."""
    return [data[i : i + size] for i in range(0, len(data), size)]
