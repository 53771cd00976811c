# ruff: noqa: E501 - a technique reads best on one line
"""Records in formats and signs that nobody announced: numbers anywhere in bytes, own scripts, drawings, codes.

Each technique is one line from twenty records to a file. None of them is written anew, so all are held anyway; here
they are called by their name. Carriers without a record are not.
"""

from __future__ import annotations

import base64
import bz2
import io
import json
import plistlib
import random
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
import segno
from PIL import Image, ImageDraw

from sandbox.egress.carving import carved
from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.egress.tagged import document_of
from sandbox.kernel.findings import FindingKind
from tests.attacks.exam_room import RECOGNISED, sources, world

OWN_WORDS = ["苹果", "梨子", "桃子", "李子", "杏子", "樱桃", "葡萄", "西瓜", "香蕉", "芒果"]
GERMAN = ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]
SEGMENTS = {"0": " _ | ||_|", "1": "     |  |", "2": " _  _||_ ", "3": " _  _| _|", "4": "   |_|  |",
            "5": " _ |_  _|", "6": " _ |_ |_|", "7": " _   |  |", "8": " _ |_||_|", "9": " _ |_| _|"}  # fmt: skip


def people() -> list[tuple[str, str, str]]:
    return [(row["姓名"], row["身份证号"], row["手机号"]) for row in world().persons[:20]]


def phones() -> list[int]:
    return [int(phone) for _, _, phone in people()]


def seven_bits(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def lines_of(words: list[str], joint: str = " ") -> str:
    return "\n".join(joint.join(words[int(digit)] for digit in str(phone)) for phone in phones())


def in_prose() -> str:
    return "\n".join(
        f"第{place}批到货有{line}，均已入库。"
        for place, line in enumerate(lines_of(OWN_WORDS, "、").splitlines())
    )


def seven_segments(phone: int) -> str:
    rows = zip(*([SEGMENTS[digit][at : at + 3] for at in (0, 3, 6)] for digit in str(phone)), strict=True)
    return "\n".join("".join(row) for row in rows)


def ibm(value: int) -> bytes:
    """Return a whole number as a floating-point one of IBM's mainframes, as SAS transports it."""
    return bytes([64 + 14]) + value.to_bytes(7, "big")


def written(write: Callable[[pd.DataFrame, str], None], tmp: str) -> bytes:
    frame = pd.DataFrame({"tel": [float(one) for one in phones()], "n": range(20)})
    write(frame, tmp)
    with open(tmp, "rb") as file:
        return file.read()


def level_four() -> bytes:
    values = np.array([phones(), range(20)], float).T
    return struct.pack("<5I", 0, 20, 2, 0, 2) + b"m\0" + values.tobytes(order="F")


def level_five() -> bytes:
    def part(kind: int, body: bytes) -> bytes:
        return struct.pack("<II", kind, len(body)) + body + bytes(-len(body) % 8)

    matrix = part(6, struct.pack("<II", 6, 0)) + part(5, struct.pack("<ii", 20, 1)) + part(1, b"m")
    packed = zlib.compress(part(14, matrix + part(9, struct.pack("<20d", *phones()))))
    return b"MATLAB 5.0".ljust(124) + b"\x00\x01IM" + struct.pack("<II", 15, len(packed)) + packed


def picture(image: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def drawn(ground: int, ink: int) -> bytes:
    image = Image.new("L", (240, 20 * 16 + 8), ground)
    for place, (_, _, phone) in enumerate(people()):
        ImageDraw.Draw(image).text((6, 4 + 16 * place), phone, fill=ink)
    return picture(image)


def cells(enlarged: int) -> bytes:
    colours = [(31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40), (148, 103, 189), (140, 86, 75),
               (227, 119, 194), (127, 127, 127), (188, 189, 34), (23, 190, 207)]  # fmt: skip
    image = Image.new("RGB", (11, 20))
    image.putdata([colours[int(digit)] for phone in phones() for digit in str(phone)])
    return picture(image.resize((11 * enlarged, 20 * enlarged), Image.Resampling.NEAREST))


def code(kind: str, scale: int = 4) -> bytes:
    made = segno.make("\n".join(",".join(row) for row in people()[:12]), error="l")
    out: io.BytesIO | io.StringIO = io.StringIO() if kind == "txt" else io.BytesIO()
    made.save(out, kind=kind, **({} if kind == "txt" else {"scale": scale}))
    held = out.getvalue()
    return held.encode() if isinstance(held, str) else held


def path_points() -> bytes:
    points = " L".join(f"{row['出生日期'].replace('-', '')},{row['手机号']}" for row in world().persons[:20])
    return f'<svg xmlns="http://www.w3.org/2000/svg"><path d="M{points}"/></svg>'.encode()


def yenc(data: bytes) -> bytes:
    out = bytearray(b"=ybegin line=128 size=1 name=a\r\n")
    for place, byte in enumerate(data):
        moved = (byte + 42) & 255
        out += bytes([61, (moved + 64) & 255]) if moved in (0, 10, 13, 61) else bytes([moved])
        out += b"\r\n" if place % 128 == 127 else b""
    return bytes(out) + b"\r\n=yend size=1\r\n"


def text() -> bytes:
    return "\n".join(",".join(row) for row in people()).encode()


TECHNIQUES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "eight bytes behind a tag": ("a.msgpack", lambda: b"\xdc\x00\x14" + b"".join(b"\xcf" + struct.pack(">Q", one) for one in phones())),
    "records of one length": ("a.bin", lambda: b"".join(struct.pack("<HQI", 7, one, place) for place, one in enumerate(phones()))),
    "doubles at odd places": ("a.bin", lambda: b"\x01\x02\x03" + b"".join(struct.pack("<dB", one, 5) for one in phones())),
    "floats of mainframes": ("a.bin", lambda: b"\x09" * 40 + b"".join(map(ibm, phones()))),
    "seven bits a byte": ("a.pb", lambda: b"".join(b"\x0a" + bytes([1 + len(seven_bits(one))]) + b"\x08" + seven_bits(one) for one in phones())),
    "zigzag in a raw block": ("a.avro", lambda: b"Obj\x01" + bytes(60) + raw_deflate(b"".join(seven_bits(2 * one) for one in phones())) + b"sync" * 4),
    "behind a length": ("a.der", lambda: b"\x30\x82\x01\x00" + b"".join(b"\x02\x05" + one.to_bytes(5, "big") for one in phones())),
    "five bytes in a step": ("a.bin", lambda: b"".join(b"\xf0\x0f" + one.to_bytes(5, "big") + bytes([place]) for place, one in enumerate(phones()))),
    "shuffled bytes in a chunk": ("a.h5", lambda: b"\x89HDF\r\n\x1a\n" + bytes(90) + zlib.compress(np.array(phones(), "<i8").view("u1").reshape(20, 8).T.tobytes())),
    "identity numbers as words": ("a.bin", lambda: b"\0\0\0" + b"".join(struct.pack(">Q", int(one[:17])) for _, one, _ in people())),
    "a packed member of an old archive": ("a.cpio", lambda: b"070701" + b"0" * 104 + b"a\0\0\0" + bz2.compress(text())),
    "MATLAB level 4": ("a.mat", level_four),
    "MATLAB level 5, compressed": ("a.mat", level_five),
    "yEnc": ("a.ync", lambda: yenc(text())),
    "yEnc of a packed table": ("a.ync", lambda: yenc(zlib.compress(text()))),
    "words of another language": ("a.txt", lambda: lines_of(GERMAN).encode()),
    "fruit": ("a.txt", lambda: lines_of(OWN_WORDS).encode()),
    "fruit in prose": ("a.txt", lambda: in_prose().encode()),
    "amino acids": ("a.fa", lambda: "\n".join(f">s{place}\n{line}" for place, line in enumerate(lines_of(list("ACDEFGHIKL"), "").splitlines())).encode()),
    "pairs of letters": ("a.txt", lambda: lines_of(["AC", "AG", "AT", "CA", "CG", "CT", "GA", "GC", "GT", "TA"], "").encode()),
    "arrows": ("a.txt", lambda: lines_of(list("←↑→↓↖↗↘↙↔↕"), "").encode()),
    "first signs of lines": ("a.txt", lambda: "\n\n".join("\n".join("癸甲乙丙丁戊己庚辛壬"[int(digit)] + "项工作正常推进" for digit in str(one)) for one in phones()).encode()),
    "seven segments": ("a.txt", lambda: "\n\n".join(map(seven_segments, phones())).encode()),
    "letters of a keypad": ("a.csv", lambda: ("k,v\n" + "\n".join(f"{place},{str(one).translate(str.maketrans('23456789', 'ADGJMPTW'))}" for place, one in enumerate(phones()))).encode()),
    "Roman numerals": ("a.txt", lambda: lines_of(["N", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]).encode()),
    "words of mail headers": ("a.txt", lambda: "\n".join(f"To: =?utf-8?B?{base64.b64encode(one[2].encode()).decode()}?= <a@b.cn>" for one in people()).encode()),
    "base64 value by value": ("a.ldif", lambda: "\n\n".join(f"dn: cn=x{place}\ncn:: {base64.b64encode(one[0].encode()).decode()}\ntel:: {base64.b64encode(one[2].encode()).decode()}" for place, one in enumerate(people())).encode()),
    "moments": ("a.gpx", lambda: "\n".join(f"<time>{np.datetime64(one, 's')}Z</time>" for one in phones()).encode()),
    "grouped hexadecimal": ("a.toml", lambda: "\n".join(f"k{place} = 0x{one:_x}" for place, one in enumerate(phones())).encode()),
    "drawn numbers": ("a.png", lambda: drawn(255, 0)),
    "drawn on a dark ground": ("a.png", lambda: drawn(20, 240)),
    "cells in ten colours": ("a.png", lambda: cells(1)),
    "enlarged cells": ("a.png", lambda: cells(8)),
    "levels of sixteen bits": ("a.png", lambda: picture(Image.fromarray(np.array([[one >> 32, one >> 16 & 65535, one & 65535] for one in phones()], np.uint16)))),
    "a matrix code": ("a.png", lambda: code("png")),
    "a matrix code of a dot a pixel": ("a.png", lambda: code("png", 1)),
    "a matrix code as a drawing": ("a.svg", lambda: code("svg")),
    "a matrix code of noughts and ones": ("a.txt", lambda: code("txt")),
    "the points of a path": ("a.svg", path_points),
}  # fmt: skip


def found(name: str, data: bytes) -> set[FindingKind]:
    judgement = judge([Product(name, data)], sources()).judgement
    return {one.kind for file in judgement.files for one in file.findings}


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_records_in_an_unannounced_form_are_called_by_name(technique: str) -> None:
    name, build = TECHNIQUES[technique]
    assert found(name, build()) & RECOGNISED


PACKAGES: dict[str, Callable[[pd.DataFrame, str], None]] = {
    "dta": lambda frame, path: frame.to_stata(path, write_index=False),
    "sav": lambda frame, path: pyreadstat.write_sav(frame, path),
    "zsav": lambda frame, path: pyreadstat.write_sav(frame, path, compress=True),
    "por": lambda frame, path: pyreadstat.write_por(frame, path),
    "xpt": lambda frame, path: pyreadstat.write_xport(frame, path),
}


@pytest.mark.parametrize("ending", PACKAGES)
def test_tables_of_statistics_packages_are_read(ending: str, tmp_path) -> None:
    data = written(PACKAGES[ending], str(tmp_path / f"a.{ending}"))
    assert FindingKind.SOURCE_RECORD in found(f"a.{ending}", data)


@pytest.mark.parametrize("times", [5, pytest.param(25, marks=pytest.mark.long)])
@pytest.mark.parametrize("ending", PACKAGES)
def test_a_broken_file_of_a_statistics_package_is_refused_and_breaks_nothing(
    ending: str, times: int, tmp_path
) -> None:
    data = written(PACKAGES[ending], str(tmp_path / f"a.{ending}"))
    rng = random.Random(ending)
    for _ in range(times):
        broken = bytearray(data)
        for _ in range(rng.randrange(1, 30)):
            broken[rng.randrange(8, len(broken))] = rng.randrange(256)
        cut = bytes(broken[: rng.randrange(len(broken) // 2, len(broken) + 1)])
        judgement = judge([Product(f"a.{ending}", cut)], ()).judgement
        assert judgement.verdict.value == "refuse"


@pytest.mark.parametrize("times", [12, pytest.param(60, marks=pytest.mark.long)])
@pytest.mark.parametrize("build", [level_four, level_five])
def test_a_broken_file_of_matrices_is_refused_and_breaks_nothing(
    build: Callable[[], bytes], times: int
) -> None:
    rng = random.Random(4)
    for _ in range(times):
        broken = bytearray(build())
        for _ in range(rng.randrange(1, 12)):
            broken[rng.randrange(len(broken))] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
        assert judge([Product("a.mat", bytes(broken))], ()).judgement.verdict.value == "refuse"


def chance(kind: str) -> bytes:
    rng = random.Random(kind)
    if kind == "bytes":
        return rng.randbytes(20_000)
    if kind == "words":
        return "\n".join(" ".join(rng.choices(GERMAN, k=11)) for _ in range(60)).encode()
    if kind == "letters":
        return "\n".join("".join(rng.choices("ACDEFGHIKL", k=18)) for _ in range(60)).encode()
    if kind == "cells":
        return picture(Image.fromarray(np.random.default_rng(3).integers(0, 9, (40, 11), np.uint8) * 25))
    return code_of_a_link()


def code_of_a_link() -> bytes:
    out = io.BytesIO()
    segno.make("https://example.org/report/2024").save(out, kind="png", scale=4)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["bytes", "words", "letters", "cells", "a link"])
def test_chance_in_the_same_forms_names_nobody(kind: str) -> None:
    kinds = found({"cells": "a.png", "a link": "a.png", "bytes": "a.bin"}.get(kind, "a.txt"), chance(kind))
    assert FindingKind.SOURCE_RECORD not in kinds
    assert FindingKind.IDENTIFIER not in kinds


def boxed() -> bytes:
    """Return telephones in letters that touch, each in a box of one size."""
    face = [Image.effect_noise((6, 9), 90).point(lambda one: 255 if one > 128 else 0) for _ in range(10)]
    image = Image.new("L", (6 * 11, 9 * 20), 255)
    for line, phone in enumerate(phones()):
        for place, digit in enumerate(str(phone)):
            image.paste(face[int(digit)], (6 * place, 9 * line))
    return picture(image)


def keyed() -> bytes:
    """Return telephones to which a number was added digit by digit."""
    key = "20240917135"
    added = (
        "".join(str((int(a) + int(b)) % 10) for a, b in zip(str(one), key, strict=True)) for one in phones()
    )
    return ("序,流水号\n" + "\n".join(f"{place},{one}" for place, one in enumerate(added))).encode()


def high_rows() -> bytes:
    """Return a workbook whose empty rows are as high as amounts of the source, by a hundredth."""
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["区划", "人数"])
    for place, row in enumerate(world().persons[:40], 100):
        book.active.row_dimensions[place].height = (float(row["金额"]) + 1) / 100
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("a.png", boxed),
        ("a.csv", keyed),
        ("a.csv", lambda: ("序,尾号\n" + "\n".join(f"{place},{one % 10**9:09d}" for place, one in enumerate(phones()))).encode()),
        ("a.xlsx", high_rows),
    ],
)  # fmt: skip
def test_numbers_in_touching_letters_under_a_key_shortened_or_as_heights_are_known(name: str, build) -> None:
    assert FindingKind.SOURCE_RECORD in found(name, build())


def test_what_many_numbers_begin_with_is_no_record() -> None:
    areas = sorted({row["身份证号"][:6] + "19" for row in world().persons})
    text = "区划年代,人数\n" + "\n".join(f"{area},{40 + place}" for place, area in enumerate(areas))
    assert FindingKind.SOURCE_RECORD not in found("a.csv", text.encode())


def zigzag(value: int) -> bytes:
    return seven_bits(value << 1 if value >= 0 else (-value << 1) - 1)


def avro() -> bytes:
    """Return days and amounts as an Avro file whose blocks are deflated."""
    fields = [
        {"name": "a", "type": {"type": "int", "logicalType": "date"}},
        {"name": "b", "type": "string"},
        {"name": "c", "type": ["null", "double"]},
        {"name": "d", "type": "string"},
    ]
    held = {
        "avro.schema": json.dumps({"type": "record", "name": "r", "fields": fields}).encode(),
        "avro.codec": b"deflate",
    }
    head = (
        b"Obj\x01"
        + zigzag(len(held))
        + b"".join(zigzag(len(part)) + part for pair in held.items() for part in (pair[0].encode(), pair[1]))
        + b"\0"
    )
    rows = [
        zigzag(int(np.datetime64(row["出生日期"], "D").astype(int))) + zigzag(len(row["住址"].encode())) + row["住址"].encode()
        + zigzag(1) + struct.pack("<d", float(row["金额"])) + zigzag(10) + row["就诊日期"].encode()
        for row in world().persons[:20]
    ]  # fmt: skip
    block = raw_deflate(b"".join(rows))
    return head + b"S" * 16 + zigzag(20) + zigzag(len(block)) + block + b"S" * 16


def listed_properties() -> bytes:
    return plistlib.dumps(
        [
            {"a": row["出生日期"], "b": row["就诊日期"], "c": float(row["金额"]), "d": row["住址"]}
            for row in world().persons[:20]
        ],
        fmt=plistlib.FMT_BINARY,
    )


def encoded_sequence() -> bytes:
    def part(tag: int, body: bytes) -> bytes:
        return bytes([tag, 0x82]) + len(body).to_bytes(2, "big") + body

    rows = [
        part(
            0x30,
            part(12, row["住址"].encode())
            + part(12, row["出生日期"].encode())
            + part(12, row["金额"].encode())
            + part(12, row["就诊日期"].encode()),
        )
        for row in world().persons[:20]
    ]
    return part(0x30, b"".join(rows))


TAGGED = {"avro": avro, "plist": listed_properties, "der": encoded_sequence}


@pytest.mark.parametrize("ending", TAGGED)
def test_tagged_files_are_read_as_the_tables_that_they_hold(ending: str) -> None:
    tables = carved(TAGGED[ending]())
    assert any({"出生日期", "住址"} <= _columns_of(sheet.table) for sheet in tables)
    assert FindingKind.SOURCE_RECORD in found(f"a.{ending}", TAGGED[ending]())


def _columns_of(table: pa.Table) -> set[str]:
    """Return which columns of the source a table repeats for its twenty people."""
    people_of = {name: {row[name] for row in world().persons[:20]} for name in ("出生日期", "住址")}
    return {
        name
        for name, held in people_of.items()
        if any(held <= set(column.to_pylist()) for column in table.columns)
    }


@pytest.mark.parametrize("ending", TAGGED)
def test_a_broken_tagged_file_gives_nothing_and_breaks_nothing(ending: str) -> None:
    data, rng = TAGGED[ending](), random.Random(ending)
    for _ in range(150):
        broken = bytearray(data)
        for _ in range(rng.randrange(1, 8)):
            broken[rng.randrange(4, len(broken))] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
        assert isinstance(carved(bytes(broken)), tuple)


def test_empty_blocks_that_unfold_to_much_are_refused_once_they_are_too_much_together() -> None:
    bomb = raw_deflate(bytes(4 << 20))
    data = avro() + 20 * (zigzag(0) + zigzag(len(bomb)) + bomb + b"S" * 16)
    assert len(document_of(avro())) == 20
    with pytest.raises(ValueError, match="unfolds"):
        document_of(data)


@pytest.mark.parametrize(
    "places", [8, 19, 20, 40, *(pytest.param(one, marks=pytest.mark.long) for one in (17, 18, 24))]
)
def test_numbers_of_any_length_are_judged(places: int) -> None:
    rng = random.Random(places)
    listed = "\n".join(f"{place},{rng.randrange(10 ** (places - 1), 10**places)}" for place in range(40))
    assert FindingKind.SOURCE_RECORD not in found("a.csv", f"序,号\n{listed}".encode())
