# ruff: noqa: E501 - a technique reads best on one line
"""Records behind codes that stand at the same place of lines: words of a memory, hashes, passes, spoken bytes.

Each technique is one line from thirty records to a file. None of them is written anew, so all are held anyway;
here they are called by their name. The same carriers with random bytes are not.
"""

from __future__ import annotations

import base64
import gzip
import ipaddress
import json
import random
import uuid
import zlib
from collections.abc import Callable, Sequence

import pytest

from sandbox.egress.codewords import coded
from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.egress.slots import beside, frames, lines_of, slots, trimmed
from sandbox.kernel.findings import FindingKind
from tests.attacks.exam_room import sources, world

Row = tuple[str, str, str]
SPOKEN = ("bdfghjklmnprstvz", "aiou")
FORTY_FIVE = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
THIRTY_TWO = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
FIFTY_EIGHT = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def people() -> list[Row]:
    return [(row["姓名"], row["身份证号"], row["手机号"]) for row in world().persons[:30]]


def strangers() -> list[Row]:
    """Return rows of nobody: the same forms, figures that no identifier is written with."""
    rng = random.Random(7)
    return [("无此人", f"0{rng.randrange(10**16):016d}0", f"{rng.randrange(10**10):011d}") for _ in range(30)]


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def chunks(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def dense(row: Row) -> bytes:
    return int(row[1][:17]).to_bytes(8, "big") + int(row[2]).to_bytes(5, "big")


def every(rows: Sequence[Row]) -> bytes:
    return b"".join(map(dense, rows))


def plain(rows: Sequence[Row]) -> bytes:
    return "\n".join(map(",".join, rows)).encode()


def spoken(data: bytes) -> str:
    words = []
    for high, low in zip(data[::2], data[1::2], strict=True):
        n = high << 8 | low
        places = (n >> 12, n >> 10 & 3, n >> 6 & 15, n >> 4 & 3, n & 15)
        words.append("".join(SPOKEN[at % 2][place] for at, place in enumerate(places)))
    return "-".join(words)


def forty_five(data: bytes) -> str:
    out = ""
    for pair in cut(data, 2):
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            out, number = out + FORTY_FIVE[number % 45], number // 45
    return out


def fifty_eight(data: bytes) -> str:
    out, number = "", int.from_bytes(data, "big")
    while number:
        out, number = FIFTY_EIGHT[number % 58] + out, number // 58
    return out


def thirty_two(data: bytes) -> str:
    places = -(-len(data) * 8 // 5)
    number = int.from_bytes(data, "big") << places * 5 - len(data) * 8
    return "".join(THIRTY_TWO[number >> 5 * at & 31] for at in range(places - 1, -1, -1))


def armoured(rows: Sequence[Row]) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = b"\x01" + packer.compress(b"\xcb\xff\0\0\0\x09b\0\0\0\0\0" + plain(rows)) + packer.flush()
    packet = b"\xc8\xff" + len(body).to_bytes(4, "big") + body
    lines = "\n".join(chunks(base64.b64encode(packet).decode(), 64))
    return f"-----BEGIN PGP MESSAGE-----\n\n{lines}\n=abcd\n-----END PGP MESSAGE-----\n"


def messages(rows: Sequence[Row]) -> str:
    head = "MSH|^~\\&|HIS|ZY|||20260105||ADT^A04|{}|P|2.4\rPID|1||{}^^^MOH^NI||{}^{}|||{}"
    return "\r".join(
        head.format(place, one[1], one[0][0], one[0][1:], one[2]) for place, one in enumerate(rows)
    )


def wide(rows: Sequence[Row]) -> str:
    bits = "".join(f"{byte:08b}" for byte in zlib.compress(plain(rows), 9)) + "1"
    return "。\n".join(
        chunks("".join(chr(0x4E00 + int(part.ljust(12, "0"), 2)) for part in chunks(bits, 12)), 20)
    )


TECHNIQUES: dict[str, tuple[str, Callable[[Sequence[Row]], str]]] = {
    "words of a memory": ("a.v", lambda rows: "\n".join(f"    rom[{at}] = 32'h{part.hex()};" for at, part in enumerate(cut(every(rows) + b"\0\0", 4)))),
    "a script that opens itself": ("a.py", lambda rows: "import gzip, base64\nD = (\n" + "\n".join(f'    "{part}"' for part in chunks(base64.b64encode(gzip.compress(plain(rows))).decode(), 60)) + "\n)\n"),
    "hashes behind lengths": ("a.json", lambda rows: json.dumps({f"pkg-{at}": {"integrity": "sha512-" + base64.b64encode(bytes([len(part)]) + part + random.Random(at).randbytes(63 - len(part))).decode()} for at, part in enumerate(cut(every(rows), 60))}, indent=1)),
    "messages that end in carriage returns": ("a.hl7", messages),
    "deflated digits from last to first": ("a.md5", lambda rows: "\n".join(f"{part}  part{at:03d}.bin" for at, part in enumerate(chunks(zlib.compress(plain(rows), 9).hex()[::-1], 32)))),
    "an armoured message": ("a.asc", armoured),
    "passes of travellers": ("a.txt", lambda rows: "\n".join("HC1:" + forty_five(zlib.compress(json.dumps({"nam": one[0], "ci": one[1]}, ensure_ascii=False).encode())) for one in rows)),
    "addresses of coins": ("a.csv", lambda rows: "address,amount\n" + "\n".join(f"{fifty_eight(bytes([30]) + dense(one) + bytes(11))},0.5" for one in rows)),
    "words that can be spoken": ("a.txt", lambda rows: "\n".join(f"{spoken(dense(one) + bytes(1))}.seat.local" for one in rows)),
    "ideographs as digits": ("a.txt", wide),
    "glyphs of a font": ("a.bdf", lambda rows: "\n".join(f"STARTCHAR u{at}\nBITMAP\n" + "\n".join(part.hex().ljust(4, "0").upper() for part in cut("".join(one).encode("gbk"), 2)) + "\nENDCHAR" for at, one in enumerate(rows))),
    "glyphs that a printer shows": ("a.ps", lambda rows: "\n".join(f"40 {at} moveto\n" + "\n".join(f"/uni{ord(sign):04X} glyphshow" for sign in " ".join(one)) for at, one in enumerate(rows))),
    "abbreviated hashes": ("a.txt", lambda rows: "\n".join(f"{part.hex()} fix rule {at}" for at, part in enumerate(cut(every(rows), 5)))),
    "addresses of networks": ("a.log", lambda rows: "\n".join(f"allow {ipaddress.IPv6Address(bytes([32, 1, 13]) + dense(one))}/128 tcp {at}" for at, one in enumerate(rows))),
    "numbers of objects": ("a.txt", lambda rows: "\n".join(str(uuid.UUID(bytes=dense(one) + b"abc")) for one in rows)),
    "addresses of cards": ("a.txt", lambda rows: "\n".join("vlan 3 " + ":".join(f"{byte:02x}" for byte in part) for part in cut(every(rows), 6))),
    "addresses behind a mark": ("a.txt", lambda rows: "\n".join(f"bc1q{thirty_two(dense(one))}qqqqqq 0.5" for one in rows)),
    "signs dealt out to two columns": ("a.txt", lambda rows: "\n".join(f"{part[::2]}\t{part[1::2]}" for part in chunks(base64.b64encode(plain(rows)).decode(), 60)[:-1])),
    "halves of bytes that changed places": ("a.txt", lambda rows: "\n".join("0791" + "".join(pair[::-1] for pair in chunks(f"86{one[2]}F", 2)) + f" SMS {at}" for at, one in enumerate(rows))),
    "lists under names": ("a.nml", lambda rows: "&d\n a=" + ",".join(one[0] for one in rows) + "\n b=" + ",".join(one[1][:9] for one in rows) + "\n c=" + ",".join(one[1] for one in rows) + "\n/"),
}  # fmt: skip


def found(name: str, data: bytes) -> set[FindingKind]:
    judgement = judge([Product(name, data)], sources()).judgement
    return {one.kind for file in judgement.files for one in file.findings}


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_records_behind_codes_at_one_place_are_called_by_name(technique: str) -> None:
    name, build = TECHNIQUES[technique]
    assert FindingKind.SOURCE_RECORD in found(name, build(people()).encode())


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_the_same_codes_of_nobody_are_no_record(technique: str) -> None:
    name, build = TECHNIQUES[technique]
    assert FindingKind.SOURCE_RECORD not in found(name, build(strangers()).encode())


def test_columns_that_a_text_writes_one_after_the_other_are_rows_again() -> None:
    rows = world().persons[:30]
    text = "# name: A\n" + "\n".join(f" {row['金额']} {row['区县']}" for row in rows)
    for name in ("出生日期", "就诊日期"):
        text += f"\n\n# name: {name}\n# elements: 30\n" + "\n".join(
            f"# length: 10\n{row[name]}" for row in rows
        )
    tables = beside(frames(lines_of(text)))
    assert [table.num_rows for table in tables] == [30]
    assert [row["出生日期"] for row in rows] in [column.to_pylist() for column in tables[0].columns]
    assert FindingKind.SOURCE_RECORD in found("a.oct", text.encode())


def test_words_and_plain_numbers_are_no_codes() -> None:
    lines = [f"{month} 月 全市 {1000 + 7 * month} 户 mean {month}.5 of county" for month in range(40)]
    assert not list(coded(slots(lines, frames(lines))))


def test_what_all_cells_begin_with_is_cut_at_a_boundary_and_not_within_a_code() -> None:
    cells = ("sha512-PAVwHw3W", "sha512-PAVbHw3X")
    assert ("PAVwHw3W", "PAVbHw3X") in trimmed(cells)
