"""What the techniques share: the registry, identifiers as numbers, and byte-stable writers."""

from __future__ import annotations

import csv
import io
import re
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

ID, TEL, NAME = "身份证号", "手机号", "姓名"
USCC, FIRM, BOSS, FTEL = "统一社会信用代码", "企业名称", "法定代表人", "联系电话"
Row = dict[str, str]
Files = list[tuple[str, bytes]]
Values = list[tuple[str, ...]]
ALPHA = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SEX, BIRTH, DIST, VISIT, AMT, HOSP, SICK = (
    "性别",
    "出生日期",
    "行政区划",
    "就诊日期",
    "金额",
    "医疗机构",
    "病种",
)
ADDR, HOUSE, KIN = "住址", "户号", "与户主关系"
FOUND, CAP, TRADE, SEAT, STAFF, INCOME = "成立日期", "注册资本", "行业", "住所", "从业人数", "营业收入"
WHO = (NAME, ID, TEL)
QUASI = (BIRTH, DIST, VISIT, AMT)
BOOK = (USCC, FIRM, FTEL)
AREAS = [
    "红花岗",
    "汇川",
    "播州",
    "桐梓",
    "绥阳",
    "正安",
    "道真",
    "务川",
    "凤冈",
    "湄潭",
    "余庆",
    "习水",
    "赤水",
    "仁怀",
]


@dataclass(frozen=True)
class Technique:
    """One disguise: what it takes, how it writes and how the values come back."""

    name: str
    source: str
    columns: tuple[str, ...]
    encode: Callable[..., Files]
    low: int
    high: int

    def decode(self, files: list[bytes]) -> Values:
        """The values that the files carry, by the function named after the technique."""
        module = sys.modules[self.encode.__module__]
        return getattr(module, f"{self.name}_back")(files)


REGISTRY: list[Technique] = []


def technique(source: str, *columns: str, low: int = 20, high: int = 60) -> Callable:
    """Register an encoder; its decoder is the function of the same module called `<name>_back`."""

    def register(function: Callable[..., Files]) -> Callable[..., Files]:
        REGISTRY.append(Technique(function.__name__, source, columns, function, low, high))
        return function

    return register


def id_text(number: int) -> str:
    """The 18-place resident number of a 17-digit integer."""
    body = f"{number:017d}"
    weights = [pow(2, 17 - i, 11) for i in range(17)]
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def id_number(text: str) -> int:
    """The first 17 digits of a resident number."""
    return int(text[:17])


def uscc_text(number: int) -> str:
    """The 18-place credit code of an integer in base 31."""
    body = ""
    for _ in range(17):
        number, digit = divmod(number, 31)
        body = ALPHA[digit] + body
    total = sum(ALPHA.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + ALPHA[(31 - total % 31) % 31]


def uscc_number(text: str) -> int:
    """The first 17 places of a credit code as an integer."""
    number = 0
    for char in text[:17]:
        number = number * 31 + ALPHA.index(char)
    return number


SHAPES = {
    TEL: r"1\d{10}",
    FTEL: r"1\d{10}",
    BIRTH: r"\d{4}-\d\d-\d\d",
    FOUND: r"\d{4}-\d\d-\d\d",
    VISIT: r"\d{4}-\d\d-\d\d",
    AMT: r"[1-9]\d*\.\d\d",
    CAP: r"[1-9]\d*\.\d\d",
    INCOME: r"[1-9]\d*\.\d\d",
    ID: r"[1-9]\d{16}[\dX]",
    USCC: f"[{ALPHA}]{{18}}",
}


def clean(row: Row, columns: tuple[str, ...]) -> bool:
    """Whether the wanted values of a row are complete and well formed."""
    for column in columns:
        value = row[column]
        if not value or value != value.strip():
            return False
        if column in SHAPES and not re.fullmatch(SHAPES[column], value):
            return False
    if ID in columns and id_text(id_number(row[ID])) != row[ID]:
        return False
    return USCC not in columns or uscc_text(uscc_number(row[USCC])) == row[USCC]


def grid(rows: list[Row], columns: tuple[str, ...]) -> list[list[str]]:
    """Some columns of the rows, as lists."""
    return [[row[c] for c in columns] for row in rows]


def tuples(rows) -> Values:
    """The rows as tuples."""
    return [tuple(row) for row in rows]


def cents(text: str) -> int:
    """A sum of money with two places as a whole number."""
    return int(text.replace(".", ""))


def money(number: int) -> str:
    """The sum of money of a whole number of hundredths."""
    return f"{number // 100}.{number % 100:02d}"


def day(text: str) -> int:
    """The ordinal of a date."""
    return date.fromisoformat(text).toordinal()


def day_text(number: int) -> str:
    """The date of an ordinal."""
    return date.fromordinal(number).isoformat()


def person_bytes(rows: list[Row], columns: tuple[str, ...]) -> bytes:
    """A CSV file of some columns."""
    return table(list(columns), grid(rows, columns))


def person_values(data: bytes) -> Values:
    """The rows of a CSV file as tuples."""
    return tuples(read_table(data))


def aggregate(rng) -> list[list]:
    """An innocent table: a count and an average for each district."""
    return [[area, rng.randint(120, 9000), f"{rng.uniform(800, 4000):.1f}"] for area in AREAS]


def table(header: list[str], rows: list) -> bytes:
    """A CSV file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def read_table(data: bytes) -> list[list[str]]:
    """The rows of a CSV file without its header."""
    return list(csv.reader(io.StringIO(data.decode())))[1:]


def payload(rows: list[Row], *columns: str) -> bytes:
    """Some columns as compact text."""
    return "\n".join("|".join(row[c] for c in columns) for row in rows).encode()


def unpayload(data: bytes) -> Values:
    """The values of compact text."""
    return [tuple(line.split("|")) for line in data.decode().split("\n")]


def bits_of(data: bytes) -> list[int]:
    """A length of two bytes and the data, as bits, the highest first."""
    return [(byte >> i) & 1 for byte in len(data).to_bytes(2, "big") + data for i in range(7, -1, -1)]


def bits_back(bits: list[int]) -> bytes:
    """The data of a list of bits that starts with its length."""
    whole = bytes(int("".join(map(str, bits[i : i + 8])), 2) for i in range(0, len(bits) - 7, 8))
    return whole[2 : 2 + int.from_bytes(whole[:2], "big")]


def packed(rows: list[Row], column: str = TEL) -> bytes:
    """One identifier a row in as few whole bytes as it needs."""
    if column in (TEL, FTEL):
        return b"".join(int(row[column]).to_bytes(5, "big") for row in rows)
    if column == ID:
        return b"".join(id_number(row[column]).to_bytes(8, "big") for row in rows)
    return b"".join(uscc_number(row[column]).to_bytes(11, "big") for row in rows)


def unpacked(data: bytes, column: str = TEL) -> Values:
    """The identifiers of packed bytes."""
    size = {TEL: 5, FTEL: 5, ID: 8}.get(column, 11)
    show = {5: str, 8: id_text, 11: uscc_text}[size]
    return [(show(int.from_bytes(data[i : i + size], "big")),) for i in range(0, len(data), size)]


def zip_bytes(members: list[tuple[str, bytes]]) -> bytes:
    """A ZIP file with a fixed time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, (2026, 1, 5, 9, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return out.getvalue()


def unzip(data: bytes) -> dict[str, bytes]:
    """The members of a ZIP file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def workbook_bytes(book, edit: Callable[[dict[str, bytes]], None] | None = None) -> bytes:
    """A workbook with fixed times, its parts changed by `edit`."""
    out = io.BytesIO()
    book.save(out)
    parts = unzip(out.getvalue())
    core = parts["docProps/core.xml"].decode()
    parts["docProps/core.xml"] = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "2026-01-05T09:00:00Z", core).encode()
    if edit:
        edit(parts)
    return zip_bytes(list(parts.items()))
