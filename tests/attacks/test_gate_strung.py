# ruff: noqa: E501 - a technique reads best on one line
"""Records in pieces with talk between, behind guards of bits, in fillings, heights and spaces between letters.

Each technique is one line from thirty records to a file; nobody's rows in the same forms are no records.
"""

from __future__ import annotations

import json
import random
import struct
import zlib
from collections.abc import Callable, Sequence

import pytest

from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.egress.strung import padded_rows, strung
from sandbox.kernel.findings import FindingKind
from tests.attacks.exam_room import sources, world

Row = tuple[str, str, str]
TILES = "🀙🀚🀛🀜🀝🀞🀟🀠🀡🀆🀄"


def people() -> list[Row]:
    return [(row["姓名"], row["身份证号"], row["手机号"]) for row in world().persons[:30]]


def nobody() -> list[Row]:
    rng = random.Random(13)
    return [("无此人", f"0{rng.randrange(10**16):016d}0", f"{rng.randrange(10**10):011d}") for _ in range(30)]


def plain(rows: Sequence[Row]) -> bytes:
    return "\n".join(map(",".join, rows)).encode()


def dense(rows: Sequence[Row]) -> bytes:
    return b"".join(
        int(number[:17]).to_bytes(8, "big") + int(phone).to_bytes(5, "big") for _, number, phone in rows
    )


def guarded(rows: Sequence[Row]) -> bytes:
    words = []
    for byte in zlib.compress(plain(rows)):
        for half in (byte >> 4, byte & 15):
            a, b, c, d = (half >> at & 1 for at in (3, 2, 1, 0))
            words.append(f"{a ^ b ^ d}{a ^ c ^ d}{a}{b ^ c ^ d}{b}{c}{d}")
    return " ".join(words).encode()


def polyline(numbers: Sequence[int]) -> str:
    out = ""
    for number in numbers:
        value = ~(number << 1) if number < 0 else number << 1
        while value >= 32:
            out, value = out + chr((value & 31 | 32) + 63), value >> 5
        out += chr(value + 63)
    return out


def routes(rows: Sequence[Row]) -> bytes:
    told = [(int(number[:9]), int("1" + number[9:17]), int(phone)) for _, number, phone in rows]
    return json.dumps(
        [{"id": at, "points": polyline((a, b - a, c - b))} for at, (a, b, c) in enumerate(told)]
    ).encode()


def bitmap(rows: Sequence[Row]) -> bytes:
    data = plain(rows) + bytes(2)
    rng = random.Random(1)
    lines = [rng.randbytes(129) + data[at : at + 3] for at in range(0, len(data) // 3 * 3, 3)]
    head = (
        b"BM"
        + struct.pack("<IHHI", 54, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 43, len(lines), 1, 24, 0, 0, 1, 1, 0, 0)
    )
    return head + b"".join(lines)


def bars(rows: Sequence[Row]) -> bytes:
    digits = "".join(number[:17] + phone for _, number, phone in rows)
    sizes = [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]
    lines = [
        b"\0" + bytes(shade for size in sizes for shade in (40 if 99 - y < size else 255, 255))
        for y in range(100)
    ]

    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = part(b"IHDR", struct.pack(">IIBBBBB", 2 * len(sizes), 100, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + part(b"IDAT", zlib.compress(b"".join(lines))) + part(b"IEND", b"")


def spaced(rows: Sequence[Row]) -> bytes:
    shown = "".join(f"({'letters'[at % 7]}){-byte}" for at, byte in enumerate(dense(rows)))
    body = zlib.compress(f"BT /F1 9 Tf [{shown}(.)] TJ ET".encode())
    return (
        b"%PDF-1.7\n1 0 obj\n<</Length "
        + str(len(body)).encode()
        + b"/Filter/FlateDecode>>\nstream\n"
        + body
        + b"\nendstream\nendobj\n"
    )


def tinted(rows: Sequence[Row]) -> bytes:
    halves = [half for byte in dense(rows) for half in (byte >> 4, byte & 15)]
    threes = [halves[at : at + 3] for at in range(0, len(halves) - 2, 3)]
    return "".join(f'<span style="color:#{a:02x}{b:02x}{c:02x}">词</span>' for a, b, c in threes).encode()


TECHNIQUES: dict[str, tuple[str, Callable[[Sequence[Row]], bytes]]] = {
    "numbers in pieces with talk between": ("a.txt", lambda rows: "\n\n".join(f"[录音{at}]\n问：前六位？\n答：{number[:6]}。\n问：生日呢？\n答：{number[6:14]}，后面是{number[14:]}。" for at, (_, number, _) in enumerate(rows)).encode()),
    "bits with guards": ("a.txt", guarded),
    "routes as steps": ("a.json", routes),
    "fillings of a bitmap": ("a.bmp", bitmap),
    "heights of bars": ("a.png", bars),
    "spaces between letters": ("a.pdf", spaced),
    "colours that are nearly black": ("a.html", tinted),
    "tiles of a game": ("a.txt", lambda rows: "\n".join(f"第{at}局 " + "".join(TILES[10 if sign == "X" else (int(sign) + 9) % 10] for sign in number + phone) for at, (_, number, phone) in enumerate(rows)).encode()),
}  # fmt: skip


def found(name: str, data: bytes) -> set[FindingKind]:
    judgement = judge([Product(name, data)], sources()).judgement
    return {one.kind for file in judgement.files for one in file.findings}


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_records_that_are_strung_together_again_are_called_by_name(technique: str) -> None:
    name, build = TECHNIQUES[technique]
    assert FindingKind.SOURCE_RECORD in found(name, build(people()))


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_nobody_in_the_same_forms_is_no_record(technique: str) -> None:
    name, build = TECHNIQUES[technique]
    assert FindingKind.SOURCE_RECORD not in found(name, build(nobody()))


def test_figures_of_a_table_string_together_to_no_number() -> None:
    rng = random.Random(8)
    table = "\n".join(",".join(str(rng.randrange(10_000)) for _ in range(12)) for _ in range(400))
    assert strung(table) == []


def test_a_bitmap_whose_lines_are_filled_with_noughts_says_nothing() -> None:
    rows = [bytes(range(129)) + bytes(3)] * 40
    head = (
        b"BM"
        + struct.pack("<IHHI", 54, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 43, 40, 1, 24, 0, 0, 1, 1, 0, 0)
    )
    assert padded_rows(head + b"".join(rows)) == b""
