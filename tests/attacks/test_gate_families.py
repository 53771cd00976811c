"""Families of disguises: an alphabet for every place, pieces side by side, tones, stated factors."""

from __future__ import annotations

import csv
import io
import json
import random
import wave
import zipfile
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pytest

from sandbox.egress.judge import judge
from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.sidecar import UnitColumns, dense_units
from sandbox.kernel.findings import FindingKind
from sandbox.kernel.identifiers import resident_id_check_digit
from tests.attacks.test_gate_numbers import EVERYBODY, Person
from tests.egress.clinic import KEY

Files = Mapping[str, bytes]
CHOSEN = random.Random(11).sample(EVERYBODY, 30)
RATE = 8000


@pytest.fixture(scope="module")
def people() -> Source:
    table = pa.table(
        {
            "证件号": [one.number for one in EVERYBODY],
            "手机号": [str(one.phone) for one in EVERYBODY],
            "就诊日期": [one.visit.isoformat() for one in EVERYBODY],
            "金额": [f"{one.cents / 100:.2f}" for one in EVERYBODY],
        }
    )
    return Source(
        name="people",
        table=table,
        units=dense_units(table, [UnitColumns("person", ("证件号",))]),
        index=RecordIndex.build([("raw", table)], key=KEY, identifiers=("证件号", "手机号")),
        identifiers=frozenset({"证件号", "手机号"}),
    )


def strangers() -> list[Person]:
    chance = random.Random(17)
    found = []
    for one in CHOSEN:
        day = f"{chance.randrange(1940, 2019)}{chance.randrange(1, 13):02d}{chance.randrange(10, 28)}"
        front = f"{one.number[:6]}{day}{chance.randrange(1000):03d}"
        number = front + resident_id_check_digit(front)
        cents = int(chance.lognormvariate(8, 1) * 100)
        found.append(
            Person(
                number, chance.randrange(13 * 10**9, 2 * 10**10), one.birth, one.district, one.visit, cents
            )
        )
    return found


def sheet(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


def zipped(members: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, text in members.items():
            package.writestr(name, text)
    return out.getvalue()


def keyed_places(rows: Sequence[Person]) -> Files:
    """Digits by a table of letters, another one for each place: no sign tells a digit by itself."""
    chance = random.Random(5)
    tables = [chance.sample("abcdefghijkmnpqrstuvwxyz", 10) for _ in range(28)]
    digits = (f"{one.number[:17]}{one.phone}" for one in rows)
    lines = ("".join(table[int(digit)] for table, digit in zip(tables, row, strict=True)) for row in digits)
    return {"words.txt": "\n".join(lines).encode()}


def shifted_digits(rows: Sequence[Person]) -> Files:
    moved = (
        "".join(str((7 * int(digit) + 3 * place) % 10) for place, digit in enumerate(str(one.phone)))
        for one in rows
    )
    return {"codes.csv": sheet(["编码"], [[cell] for cell in moved])}


def quality_lines(rows: Sequence[Person]) -> Files:
    """Signs between lines that are chance, as qualities stand between sequences."""
    chance = random.Random(6)
    entries = []
    for place, one in enumerate(rows):
        bases = "".join(chance.choice("ACGT") for _ in range(28))
        signs = "".join(chr(63 + int(digit)) for digit in f"{one.number[:17]}{one.phone}")
        entries.append(f"@r{place}\n{bases}\n+\n{signs}")
    return {"reads.fq": "\n".join(entries).encode()}


def clauses(rows: Sequence[Person]) -> Files:
    lines = [
        f"依照第{str(one.phone)[1:4]}条第{str(one.phone)[4:6]}款第{str(one.phone)[6:8]}项及附件{str(one.phone)[8:]}办理。"
        for one in rows
    ]
    return {"bylaws.md": "\n\n".join(lines).encode()}


def coordinates(rows: Sequence[Person]) -> Files:
    lines = []
    for one in rows:
        x, y, z, kind = int(one.number[:6]), one.number[6:8], int(one.number[8:14]), int(one.number[14:17])
        lines.append(f"setblock {x - 500_000} {y} {z} stone_{kind}")
    return {"build.mcfunction": "\n".join(lines).encode()}


def heights(rows: Sequence[Person]) -> Files:
    drawn = "".join(
        f'<rect x="{9 * place}" y="{50 * row}" width="8" height="{4 * int(digit) + 2}"/>'
        for row, one in enumerate(rows)
        for place, digit in enumerate(f"{one.number[:17]}{one.phone}")
    )
    return {"bars.svg": f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}</svg>'.encode()}


def tiles(rows: Sequence[Person]) -> Files:
    data = [int(digit) + 17 for one in rows for digit in f"{one.number[:17]}{one.phone}"]
    return {"map.json": json.dumps({"width": 28, "layers": [{"name": "ground", "data": data}]}).encode()}


def tags(rows: Sequence[Person]) -> Files:
    points = "".join(
        f"<pt><ele>{800 + 10 * int(digit)}</ele></pt>" for one in rows for digit in str(one.phone)
    )
    return {"track.gpx": f"<gpx>{points}</gpx>".encode()}


def chapters(rows: Sequence[Person]) -> Files:
    """A part for each person: halves of a number that only one part holds, and others between them."""
    pages = {
        f"c{place}.xhtml": f"<html><p>{one.number[:9]} 章 {place}</p><p>{one.number[9:]}</p></html>"
        for place, one in enumerate(rows)
    }
    return {"novel.zip": zipped(pages)}


def one_file_each(rows: Sequence[Person]) -> Files:
    cards = {}
    for place, one in enumerate(rows):
        text = f"编号 {str(one.phone)[5:]}\n备注 第 {place + 1} 号\n前段 {str(one.phone)[:5]}\n"
        cards[f"card{place:02d}.txt"] = text.encode()
    return cards


def keypad(rows: Sequence[Person]) -> Files:
    """Telephones as a telephone dials them."""
    low, high = (697, 770, 852), (1209, 1336, 1477)
    tones = {str(place + 1): (low[place // 3], high[place % 3]) for place in range(9)} | {"0": (941, 1336)}
    clock = np.arange(480) / RATE
    played: list[np.ndarray] = []
    for one in rows[:12]:
        for digit in str(one.phone):
            first, second = tones[digit]
            played.append(8000 * (np.sin(2 * np.pi * first * clock) + np.sin(2 * np.pi * second * clock)))
            played.append(np.zeros(320))
        played.append(np.zeros(2400))
    return {"voice.wav": sound(played)}


MORSE = ("-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----.")


def beeps(rows: Sequence[Person]) -> Files:
    unit = 240
    played = []
    for one in rows[:10]:
        for digit in str(one.phone):
            for sign in MORSE[int(digit)]:
                clock = np.arange(unit * (1 if sign == "." else 3)) / RATE
                played += [9000 * np.sin(2 * np.pi * 700 * clock), np.zeros(unit)]
            played.append(np.zeros(2 * unit))
        played.append(np.zeros(8 * unit))
    return {"beep.wav": sound(played)}


def sound(pieces: Sequence[np.ndarray]) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.concatenate(pieces).astype("<i2").tobytes())
    return out.getvalue()


def scores(rows: Sequence[Person]) -> Files:
    paid = np.array([one.cents / 100 for one in rows])
    z = (paid - paid.mean()) / paid.std()
    head = f"# mean {paid.mean():.6f} sd {paid.std():.6f}\n".encode()
    return {"z.csv": head + sheet(["z"], [[f"{one:.7f}"] for one in z])}


def shares(rows: Sequence[Person]) -> Files:
    paid = np.array([one.cents / 100 for one in rows])
    body = {
        "total": round(float(paid.sum()), 2),
        "share": [round(one, 11) for one in (paid / paid.sum()).tolist()],
    }
    return {"shares.json": json.dumps(body).encode()}


def smoothed(rows: Sequence[Person]) -> Files:
    paid = [one.cents / 100 for one in rows]
    means = [sum(paid[max(place - 2, 0) : place + 1]) / 3 for place in range(len(paid))]
    return {"smooth.csv": sheet(["三项平均"], [[f"{one:.4f}"] for one in means])}


def hands(rows: Sequence[Person]) -> Files:
    """Playing cards: one sign of each tells, the colour is chance."""
    chance = random.Random(9)
    dealt = (
        " ".join("A23456789T"[int(digit)] + chance.choice("♠♥♦♣") for digit in str(one.phone)) for one in rows
    )
    return {"hands.txt": "\n".join(dealt).encode()}


def cells(rows: Sequence[Person]) -> Files:
    """The alphabet in which places on the map are written."""
    signs = "0123456789bcdefghjkmnpqrstuvwxyz"
    written = ["".join(signs[one.phone >> 5 * place & 31] for place in range(6, -1, -1)) for one in rows]
    return {"cells.csv": sheet(["格"], [[cell] for cell in written])}


FAMILIES: Mapping[str, Callable[[Sequence[Person]], Files]] = {
    one.__name__: one
    for one in (
        keyed_places, shifted_digits, quality_lines, clauses, coordinates, heights, tiles, tags, chapters,
        one_file_each, hands, cells, keypad, beeps, scores, shares, smoothed,
    )
}  # fmt: skip


def found(people: Source, files: Files) -> set[FindingKind]:
    judged = judge([Product(name, data) for name, data in files.items()], [people]).judgement
    return {one.kind for file in judged.files for one in file.findings} | {
        one.kind for one in judged.set_findings
    }


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_of_disguises_is_recognised(people: Source, family: str) -> None:
    assert found(people, FAMILIES[family](CHOSEN)) & {FindingKind.SOURCE_RECORD, FindingKind.IDENTIFIER}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_of_strangers_is_no_record(people: Source, family: str) -> None:
    assert FindingKind.SOURCE_RECORD not in found(people, FAMILIES[family](strangers()))


def test_rows_that_are_nearly_alike_are_no_numbers(people: Source) -> None:
    """A drawing repeats itself line by line; that it can be laid on similar numbers says nothing."""
    chance = random.Random(4)
    base = "1" + "".join(chance.choice("abcd") for _ in range(16))
    lines = []
    for _ in range(40):
        line = list(base)
        for place in chance.sample(range(3, 17), 2):
            line[place] = chance.choice("abcdef")
        lines.append("".join(line))
    assert FindingKind.SOURCE_RECORD not in found(people, {"pattern.txt": "\n".join(lines).encode()})
