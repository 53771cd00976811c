# ruff: noqa: E501 - a technique reads best on one line
"""Records laid out in no lines, and in codes that the file explains itself.

Lists side by side, fixed widths, boxes on a slide, parts in another order, alphabets, vocabularies and codes of
bits: each is one line from thirty records to a file. Nobody's rows in the same layouts are no records.
"""

from __future__ import annotations

import base64
import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from datetime import date

import pytest

from sandbox.egress.declared import spelled_out, translated
from sandbox.egress.judge import judge
from sandbox.egress.layouts import laid_out
from sandbox.egress.report import Product
from sandbox.kernel.findings import FindingKind
from tests.attacks.exam_room import sources, world

Row = dict[str, str]
USUAL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
OWN = "".join(random.Random(3).sample(USUAL, 64))
WIDE = {one: one + 0xFEE0 for one in range(0x21, 0x7F)}
COLUMNS = ("出生日期", "就诊日期", "金额", "诊断", "住址")


def people() -> list[Row]:
    return list(world().persons[:30])


def nobody() -> list[Row]:
    rng = random.Random(11)
    return [
        {
            "姓名": "无此人", "身份证号": f"0{rng.randrange(10**16):016d}0", "手机号": f"{rng.randrange(10**10):011d}",
            "出生日期": f"18{rng.randrange(10, 99)}-0{rng.randrange(1, 9)}-1{rng.randrange(9)}", "金额": f"{rng.randrange(10**6, 10**7)}.5",
            "就诊日期": f"17{rng.randrange(10, 99)}-0{rng.randrange(1, 9)}-1{rng.randrange(9)}", "诊断": "无", "住址": f"某处{rng.random()}",
        }
        for _ in range(30)
    ]  # fmt: skip


def day(text: str, layout: str) -> str:
    return date.fromisoformat(text).strftime(layout)


def serial(text: str) -> str:
    return f"{date.fromisoformat(text).toordinal() - date(1899, 12, 30).toordinal():05d}"


def cents(row: Row) -> int:
    return round(float(row["金额"]) * 100)


def numbered(rows: Sequence[Row], name: str) -> list[tuple[str, str]]:
    """Return days and cents of rows under names of their own, in no order."""
    pairs = [
        (name.format(at=at, name=part, letters="abcdefghij"[at // 10] + "klmnopqrst"[at % 10]), value)
        for at, row in enumerate(rows)
        for part, value in (
            ("b", day(row["出生日期"], "%Y%m%d")),
            ("v", row["就诊日期"]),
            ("f", str(cents(row))),
        )
    ]
    random.Random(5).shuffle(pairs)
    return pairs


def chunks(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def plain(rows: Sequence[Row]) -> str:
    return "\n".join(f"{row['姓名']},{row['身份证号']},{row['手机号']}" for row in rows)


def republic(text: str) -> str:
    """Return a day in seven figures, its year counted from 1911."""
    year, month, days = text.split("-")
    return f"{int(year) - 1911:03d}{month}{days}"


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def dense(rows: Sequence[Row]) -> bytes:
    return b"".join(
        int(row["身份证号"][:17]).to_bytes(8, "big") + int(row["手机号"]).to_bytes(5, "big") for row in rows
    )


def package(name: str, parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        for part, text in parts.items():
            file.writestr(part, text)
    return out.getvalue()


def shuffled(rows: Sequence[Row]) -> bytes:
    parts = [
        f"PART_{at}={part}"
        for at, part in enumerate(chunks(encoded(zlib.compress(plain(rows).encode())), 30))
    ]
    random.Random(2).shuffle(parts)
    return "\n".join(parts).encode()


def codes(rows: Sequence[Row]) -> bytes:
    signs = sorted(set(plain(rows)))
    known = {sign: f"{at:08b}" for at, sign in enumerate(signs)}
    return json.dumps({"codes": known, "stream": "".join(known[sign] for sign in plain(rows))}).encode()


def vocabulary(rows: Sequence[Row]) -> bytes:
    signs = sorted(set(plain(rows)))
    random.Random(4).shuffle(signs)
    return json.dumps({"vocab": signs, "ids": [signs.index(sign) for sign in plain(rows)]}).encode()


def board(rows: Sequence[Row]) -> bytes:
    points = random.Random(5).sample([a + b for a in USUAL[26:45] for b in USUAL[26:45]], 256)
    moves = "".join(f";B[{points[byte]}]" for byte in dense(rows))
    return f"(;SZ[19]LB[{']['.join(f'{point}:{at}' for at, point in enumerate(points))}]{moves})".encode()


TECHNIQUES: dict[str, tuple[str, Callable[[Sequence[Row]], bytes]]] = {
    "vectors of a program": ("a.R", lambda rows: ("structure(list(" + ", ".join(f"c{at} = c(" + ", ".join(f'"{row[name]}"' for row in rows) + ")" for at, name in enumerate(COLUMNS)) + "))").encode()),
    "digits in fixed widths": ("a.dat", lambda rows: "\n".join(f"{at:06d}{row['出生日期'].replace('-', '')}{row['就诊日期'].replace('-', '')}{row['金额'].zfill(12)}" for at, row in enumerate(rows)).encode()),
    "attributes of boxes in groups": ("a.xml", lambda rows: ("<r>" + "".join(f'<g><p x="{row["出生日期"]}" y="{row["就诊日期"]}"/><s w="{row["金额"]}"/></g>' for row in rows) + "</r>").encode()),
    "boxes of a slide, column by column": ("a.pptx", lambda rows: package("a", {"ppt/slides/slide1.xml": "<p:sld>" + "".join(f'<p:sp><a:off x="{at}" y="{50 * place}"/><a:t>{row[name]}</a:t></p:sp>' for at, name in enumerate(COLUMNS) for place, row in enumerate(rows)) + "</p:sld>"})),
    "words of a table in C, low byte first": ("a.c", lambda rows: "\n".join("  " + ", ".join(f"0x{word:08x}u" for word in struct.unpack("<4I", part.ljust(16, b"\0"))) + "," for part in (dense(rows)[at : at + 16] for at in range(0, 13 * len(rows), 16))).encode()),
    "pieces in base85 in quotes": ("a.py", lambda rows: ("D = ''.join([\n" + "\n".join(f"    {part!r}," for part in chunks(base64.b85encode(zlib.compress(plain(rows).encode())).decode(), 48)) + "\n])\n").encode()),
    "numbered parts in another order": ("a.env", shuffled),
    "bytes of a registry": ("a.reg", lambda rows: "\n".join(f'"v{at}"=hex:' + ",".join(f"{byte:02x}" for byte in line.encode("utf-16-le")) for at, line in enumerate(plain(rows).splitlines())).encode()),
    "bits line by line": ("a.txt", lambda rows: "\n".join("".join(f"{byte:08b}" for byte in dense([row])) for row in rows).encode()),
    "an alphabet in the first line": ("a.dat", lambda rows: "\n".join([OWN, *chunks(encoded(plain(rows).encode()).rstrip("=").translate(str.maketrans(USUAL, OWN)), 64)]).encode()),
    "an alphabet under a key": ("a.json", lambda rows: json.dumps({"alphabet": OWN, "data": encoded(plain(rows).encode()).rstrip("=").translate(str.maketrans(USUAL, OWN))}).encode()),
    "a code of bits with its table": ("a.json", codes),
    "a vocabulary and numbers": ("a.json", vocabulary),
    "folders of an archive": ("a.zip", lambda rows: package("a", {f"{row['出生日期']}/{row['就诊日期']}/{row['金额']}/{row['诊断']}.txt": "" for row in rows})),
    "points of a board that are labelled": ("a.sgf", board),
    "columns one above another": ("a.json", lambda rows: json.dumps({"shape": [3, len(rows)], "flat": [row[name] for name in COLUMNS[:3] for row in rows]}).encode()),
    "one row under numbered names": ("a.csv", lambda rows: "\n".join(",".join(part) for part in zip(*numbered(rows, "{name}_{at:03d}"), strict=True)).encode()),
    "numbered names of a flat document": ("a.json", lambda rows: json.dumps({"revision": 3, "values": dict(numbered(rows, "r{at}.{name}"))}).encode()),
    "numbered settings": ("a.properties", lambda rows: "\n".join(["title=report", *(f"item.{name}={value}" for name, value in numbered(rows, "{at}.{name}"))]).encode()),
    "numbered keys of a program": ("a.sql", lambda rows: "\n".join(f"UPDATE s SET v='{value}' WHERE k='p{name}';" for name, value in numbered(rows, "{at}_{name}")).encode()),
    "endings of letters instead of numbers": ("a.csv", lambda rows: "\n".join(",".join(part) for part in zip(*numbered(rows, "{name}{letters}"), strict=True)).encode()),
    "serials and cents in one code of a log": ("a.log", lambda rows: "\n".join(f"2025-03-18T0{at % 6}:00:00 INFO commit batch={serial(row['出生日期'])}{serial(row['就诊日期'])}{cents(row):09d} rows={at % 7}" for at, row in enumerate(rows)).encode()),
    "cents and days back to front in one code of a table": ("a.csv", lambda rows: "\n".join(["code,state", *(f"B{cents(row):08d}{day(row['就诊日期'], '%d%m%Y')}{day(row['出生日期'], '%Y%j')},ok" for row in rows)]).encode()),
    "codes of a document with short days": ("a.json", lambda rows: json.dumps([{"no": f"{day(row['就诊日期'], '%y%m%d')}{cents(row):07d}{day(row['出生日期'], '%Y%m%d')}", "n": at % 5} for at, row in enumerate(rows)]).encode()),
    "columns on their side without a heading": ("a.csv", lambda rows: "\n".join(",".join(row[name] for row in rows) for name in COLUMNS[:3]).encode()),
    "days in seven figures of the Republic": ("a.tsv", lambda rows: "\n".join(["甲\t乙\t丙", *(f"{republic(row['出生日期'])}\t{republic(row['就诊日期'])}\t{row['金额']}" for row in rows)]).encode()),
    "a code of full-width signs in a report": ("a.txt", lambda rows: "\n\n".join(f"本期运行平稳。（校验：{encoded(line.encode()).translate(WIDE)}）" for line in plain(rows).splitlines()).encode()),
}  # fmt: skip


def found(name: str, data: bytes) -> set[FindingKind]:
    judgement = judge([Product(name, data)], sources()).judgement
    return {one.kind for file in judgement.files for one in file.findings}


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_records_in_another_layout_or_a_code_of_the_file_are_called_by_name(technique: str) -> None:
    name, build = TECHNIQUES[technique]
    assert FindingKind.SOURCE_RECORD in found(name, build(people()))


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_nobody_in_the_same_layout_is_no_record(technique: str) -> None:
    name, build = TECHNIQUES[technique]
    assert FindingKind.SOURCE_RECORD not in found(name, build(nobody()))


def test_a_text_that_explains_no_code_is_translated_by_none() -> None:
    assert not list(spelled_out("month=1\nmonth=2\n" * 40))
    assert not list(translated({"columns": ["a", "b"], "data": [[1, 2], [3, 4]]}))
    assert laid_out("一段话，没有表。" * 50) == []


def cut_over_files(rows: Sequence[Row]) -> set[FindingKind]:
    """Return what is found of days and amounts as triples in no order, cut over two files."""
    triples = [
        f"e{at},{part},{row[name]}"
        for at, row in enumerate(rows)
        for part, name in zip("bdf", COLUMNS, strict=False)
    ]
    random.Random(4).shuffle(triples)
    half = len(triples) // 2
    files = [
        Product(f"{path}.csv", "\n".join(["e,k,v", *part]).encode())
        for path, part in (("a", triples[:half]), ("b", triples[half:]))
    ]
    judgement = judge(files, sources()).judgement
    return {
        one.kind
        for one in (*judgement.set_findings, *(one for file in judgement.files for one in file.findings))
    }


def test_attributes_cut_over_files_of_one_form_are_put_below_each_other() -> None:
    assert FindingKind.SOURCE_RECORD in cut_over_files(people())
    assert FindingKind.SOURCE_RECORD not in cut_over_files(nobody())


@pytest.mark.parametrize(
    "technique",
    ["one row under numbered names", "serials and cents in one code of a log", "numbered settings"],
)
def test_what_a_chain_ends_with_is_laid_out_as_a_file_is(technique: str) -> None:
    _, build = TECHNIQUES[technique]
    for rows, seen in ((people(), True), (nobody(), False)):
        data = bytes(byte ^ 0x33 for byte in zlib.compress(build(rows)))
        assert (FindingKind.SOURCE_RECORD in found("a.dat", data)) is seen


def cut_run(rows: Sequence[Row], order: Sequence[int]) -> set[FindingKind]:
    """Return what is found of a packed run that is cut over three notes, handed in in an order."""
    code = encoded(zlib.compress(plain(rows).encode(), 9))
    size = len(code) // 3 + 1
    notes = [
        f"第{at}部分：本期运行平稳。\n\nsignature: {part}\n" for at, part in enumerate(chunks(code, size))
    ]
    files = [Product(f"{at}.md", notes[at].encode()) for at in order]
    judgement = judge(files, sources()).judgement
    return {one.kind for file in judgement.files for one in file.findings}


def test_a_run_cut_over_files_is_put_together() -> None:
    assert FindingKind.SOURCE_RECORD in cut_run(people(), (0, 1, 2))
    assert FindingKind.SOURCE_RECORD in cut_run(people(), (2, 0, 1))
    assert FindingKind.SOURCE_RECORD not in cut_run(nobody(), (0, 1, 2))
