"""Records disguised as other numbers: each way of arithmetic is undone and the people are found again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import random
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from sandbox.egress.judge import judge
from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.sidecar import UnitColumns, dense_units
from sandbox.kernel.findings import FindingKind
from sandbox.kernel.identifiers import resident_id_check_digit
from tests.egress.clinic import KEY

PEOPLE = 2_000
SOME = 40
PRIME = 99_999_999_977


@dataclass(frozen=True, slots=True)
class Person:
    """One record, each value as the number that it is."""

    number: str
    phone: int
    birth: dt.date
    district: str
    visit: dt.date
    cents: int


def _people(seed: int = 20_261_127) -> list[Person]:
    chance = random.Random(seed)
    found = []
    for _ in range(PEOPLE):
        birth = dt.date(1940, 1, 1) + dt.timedelta(days=chance.randrange(29_000))
        district = f"5203{chance.choice((2, 3, 4, 22, 23, 24, 25, 26, 27, 28, 29, 30, 81, 82)):02d}"
        front = f"{district}{birth:%Y%m%d}{chance.randrange(1000):03d}"
        found.append(
            Person(
                front + resident_id_check_digit(front),
                chance.randrange(13 * 10**9, 2 * 10**10),
                birth,
                district,
                dt.date(2024, 1, 1) + dt.timedelta(days=chance.randrange(730)),
                int(chance.lognormvariate(8, 1) * 100),
            )
        )
    return found


EVERYBODY = _people()
CHOSEN = random.Random(3).sample(EVERYBODY, SOME)
PHONES = [one.phone for one in CHOSEN]
IDS = [int(one.number[:17]) for one in CHOSEN]


@pytest.fixture(scope="module")
def source() -> Source:
    return everybody()


def everybody() -> Source:
    """Return the source whose records all of these disguises hide."""
    table = pa.table(
        {
            "证件号": [one.number for one in EVERYBODY],
            "手机号": [str(one.phone) for one in EVERYBODY],
            "出生日期": [one.birth.isoformat() for one in EVERYBODY],
            "区划": [one.district for one in EVERYBODY],
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


def sheet(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


def column(values: Sequence[object], header: str = "值") -> bytes:
    return sheet(["序", header], list(enumerate(values, 1)))


def day(one: dt.date) -> int:
    return one.toordinal()


def woven(one: int, other: int, places: int) -> int:
    pairs = zip(str(one).zfill(places), str(other).zfill(places), strict=True)
    return int("".join(a + b for a, b in pairs))


def ring(weights: Sequence[int]) -> list[int]:
    rows = len(PHONES)
    return [
        sum(weight * PHONES[(place + step) % rows] for step, weight in enumerate(weights))
        for place in range(rows)
    ]


def permuted(one: int) -> int:
    return int(str(one)[::-1])


def places(one: int, sizes: Sequence[int]) -> list[int]:
    """Digits of a number whose places have these sizes, the first place the low one."""
    found = []
    for size in sizes:
        one, digit = divmod(one, size)
        found.append(digit)
    return found


def fibonacci(one: int) -> str:
    """Zeckendorf's digits, the high one first."""
    numbers = [1, 2]
    while numbers[-1] <= one:
        numbers.append(numbers[-1] + numbers[-2])
    out = ""
    for number in numbers[::-1]:
        out += "1" if number <= one else "0"
        one -= number if number <= one else 0
    return out


def balanced(one: int) -> str:
    out = ""
    while one:
        one, digit = divmod(one, 3)
        one += digit == 2
        out = "0+-"[digit] + out
    return out.rjust(24, "0")


def factors(one: int) -> str:
    found, prime = [], 2
    while prime * prime <= one and prime < 3_000:
        power = 0
        while one % prime == 0:
            one, power = one // prime, power + 1
        found += [f"{prime}^{power}"] if power else []
        prime += 1
    return " × ".join([*found, str(one)])


def shared(points: Sequence[int], modulus: int) -> bytes:
    chance = random.Random(12)
    slopes = [chance.randrange(modulus) for _ in PHONES]
    rows = [[(one + slope * x) % modulus for x in points] for one, slope in zip(PHONES, slopes, strict=True)]
    return sheet([f"s{x}" for x in points], rows)


def vectors() -> bytes:
    """The digits of a telephone as the components of a noisy vector."""
    noise = np.random.default_rng(13).normal(0, 0.004, (len(PHONES), 11))
    digits = np.array([[int(sign) for sign in str(one)] for one in PHONES])
    return sheet([f"dim{place}" for place in range(11)], ((digits - 4.5) / 4.5 + noise).round(5).tolist())


Made = Callable[[], bytes]
NAMED: dict[str, Made] = {
    "remainders, moduli stated": lambda: sheet(
        ["m9001", "m8999", "m9007"], [[one % 9001, one % 8999, one % 9007] for one in PHONES]
    ),
    "remainders, moduli unsaid": lambda: sheet(
        ["周一", "周二", "周三"], [[one % 9941, one % 9931, one % 9929] for one in PHONES]
    ),
    "remainders by powers beside one another": lambda: sheet(
        ["a", "b", "c"], [[one % 9999, one % 10000, one % 10001] for one in PHONES]
    ),
    "integer mixture": lambda: sheet(
        ["PC1", "PC2"], [[4 * a + 7 * b, 3 * a + 2 * b] for a, b in zip(IDS, PHONES, strict=True)]
    ),
    "mixture of three": lambda: sheet(
        ["x", "y", "z"],
        [
            [a + b + c, a - b + 2 * c, 2 * a + b - c]
            for a, b, c in zip(PHONES, PHONES[1:] + PHONES[:1], PHONES[2:] + PHONES[:2], strict=True)
        ],
    ),
    "square roots as hexadecimal reals": lambda: column([math.sqrt(one).hex() for one in PHONES]),
    "logarithms by two": lambda: column([f"{math.log2(one):.14f}" for one in PHONES]),
    "reciprocals": lambda: column([repr(1 / one) for one in PHONES]),
    "angles": lambda: column([repr(math.degrees(math.atan(one / 1e10))) for one in PHONES]),
    "cubes": lambda: column([one**3 for one in PHONES]),
    "affine by a stated prime": lambda: column(
        [(one * 7_654_321 + 1_234_567) % PRIME for one in PHONES], f"(7654321x+1234567) mod {PRIME}"
    ),
    "inverses by a stated prime": lambda: column([pow(one, -1, PRIME) for one in PHONES], f"p={PRIME}"),
    "powers by a stated prime": lambda: column(
        [pow(one, 65537, 2**61 - 1) for one in PHONES], "x^65537 mod 2^61-1"
    ),
    "moved by an unsaid number": lambda: column([one - 8_765_432_109 for one in PHONES]),
    "turned and moved": lambda: column([98_765_432_101 - 3 * one for one in PHONES]),
    "resident numbers moved": lambda: column([one - 31_415_926_535_897_932 for one in IDS]),
    "masked by an unsaid number": lambda: column([one ^ 0x1234567890ABC for one in IDS]),
    "gray code": lambda: column([one ^ one >> 1 for one in PHONES]),
    "bits of reals": lambda: column([struct.unpack("<q", struct.pack("<d", one))[0] for one in PHONES]),
    "reals of bits": lambda: column([repr(struct.unpack("<d", struct.pack("<q", one))[0]) for one in IDS]),
    "complement to a power of ten": lambda: column([10**11 - one for one in PHONES]),
    "digits backwards": lambda: column([permuted(one) for one in PHONES]),
    "digits of two woven": lambda: column(
        [woven(one // 10**6, one % 10**6, 6) for one in PHONES]
    ),
    "steps": lambda: column([PHONES[0], *(b - a for a, b in pairwise(PHONES))]),
    "running totals": lambda: column(list(accumulate(PHONES))),
    "totals of totals": lambda: column(list(accumulate(accumulate(PHONES)))),
    "bits that changed": lambda: column(list(accumulate(PHONES, lambda a, b: a ^ b))),
    "quotient and remainder": lambda: sheet(
        ["批次", "箱号"], [[one // 131_071, one % 131_071] for one in PHONES]
    ),
    "product of two": lambda: sheet(
        ["宽", "高"],
        [[one * (place + 3), place + 3] for place, one in enumerate(PHONES)],
    ),
    "fraction whose parts differ by it": lambda: column(
        [f"{one * 11 + place}/{place}" for place, one in enumerate(PHONES, 17)]
    ),
    "length and angle": lambda: sheet(
        ["r", "phi"],
        [[repr(math.hypot(one, place)), repr(math.atan2(place, one))] for place, one in enumerate(PHONES)],
    ),
    "weights round a ring": lambda: column(ring((3, 1, 4))),
    "points of a line by a prime": lambda: shared((1, 3), 2**61 - 1),
    "points of a line by a stated prime": lambda: sheet(
        ["x=1", f"x=2 mod {PRIME}"],
        [[(one + 77_777_777_777 * at) % PRIME, (one + 2 * 77_777_777_777 * at) % PRIME]
         for at, one in enumerate(PHONES, 3)],
    ),
    "added shares": lambda: sheet(
        ["甲", "乙"],
        [[(one - at * 7_777_777_777) % 10**11, at * 7_777_777_777 % 10**11]
         for at, one in enumerate(PHONES, 5)],
    ),
    "places of time": lambda: sheet(
        ["周", "日", "时", "分", "秒"], [places(one, (60, 60, 24, 7, 10**6))[::-1] for one in PHONES]
    ),
    "factorial places": lambda: sheet(
        [f"k{place}" for place in range(14)], [places(one, range(2, 16)) for one in PHONES]
    ),
    "fibonacci figures": lambda: column([f"{fibonacci(one):0>50}" for one in PHONES]),
    "balanced figures": lambda: column([balanced(one) for one in PHONES]),
    "prime factors": lambda: column([factors(one) for one in PHONES]),
    "digits as noisy vectors": vectors,
    "multiples by a prime that the document states": lambda: json.dumps(
        {"mod": PRIME, "k": 31_337, "x": [one * 31_337 % PRIME for one in PHONES]}
    ).encode(),
}  # fmt: skip


def turned() -> np.ndarray:
    """A rotation of three by three."""
    return np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]


def data() -> np.ndarray:
    return np.array(
        [[one // 10**5, one % 10**5, person.cents / 100] for one, person in zip(PHONES, CHOSEN, strict=True)],
        dtype=float,
    )


def scored() -> bytes:
    points = data()
    mean, spread = points.mean(axis=0), points.std(axis=0)
    scores = (points - mean) / spread @ turned()
    held = {"mean": mean, "scale": spread, "loadings": turned(), "scores": scores}
    return json.dumps({name: value.tolist() for name, value in held.items()}).encode()


def marked() -> bytes:
    def said(one: Person) -> list[str]:
        return [f"a_{one.district}", f"y_{one.birth.year}", f"m_{one.birth.month}", f"d_{one.birth.day}",
                f"v_{one.visit}"]  # fmt: skip

    heads = sorted({head for one in CHOSEN for head in said(one)})
    return sheet(heads, [[int(head in said(one)) for head in heads] for one in CHOSEN])


def crossed() -> bytes:
    across = sorted({f"{one.visit} {one.cents / 100:.2f}" for one in CHOSEN})
    rows = [
        [
            f"{one.birth} {one.district}",
            *(int(head == f"{one.visit} {one.cents / 100:.2f}") for head in across),
        ]
        for one in CHOSEN
    ]
    return sheet(["", *across], rows)


LAID: dict[str, Made] = {
    "scores beside loadings, mean and scale": scored,
    "scores above their rotation": lambda: sheet(
        ["PC1", "PC2", "PC3"], [*(data() @ turned()).tolist(), *turned().tolist()]
    ),
    "spectrum": lambda: json.dumps(
        {
            "re": np.fft.rfft([one.cents / 100 for one in CHOSEN]).real.tolist(),
            "im": np.fft.rfft([one.cents / 100 for one in CHOSEN]).imag.tolist(),
        }
    ).encode(),
    "marks under headings": marked,
    "ones where two headings meet": crossed,
    "signs downwards": lambda: sheet(
        [f"c{place}" for place in range(SOME)], list(zip(*[one.number for one in CHOSEN], strict=True))
    ),
    "years beside days of them": lambda: sheet(
        ["年", "日", "区", "值"],
        [
            [one.birth.year, one.birth.timetuple().tm_yday, one.district, f"{one.cents / 100:.2f}"]
            for one in CHOSEN
        ],
    ),
    "parts of a date": lambda: sheet(
        ["x", "y", "z", "w", "v"],
        [
            [one.birth.month, one.birth.day, one.birth.year, one.district, f"{one.cents / 100:.2f}"]
            for one in CHOSEN
        ],
    ),
    "resident numbers of fifteen places": lambda: "\n".join(
        "Q" + one.number[:6] + one.number[8:17] for one in CHOSEN
    ).encode(),
}  # fmt: skip


def cut(rows: Sequence[Person]) -> dict[str, bytes]:
    """Pieces of the identifiers of some people."""
    return {
        "last six of two": sheet(["尾一", "尾二"], [[one.number[-6:], str(one.phone)[-6:]] for one in rows]),
        "last four of two": sheet(["尾一", "尾二"], [[one.number[-4:], str(one.phone)[-4:]] for one in rows]),
        "first fourteen": sheet(["组", "整"], [[one.number[:14], one.cents // 100] for one in rows]),
    }


CUT = list(cut(CHOSEN))
MEASURED: dict[str, Made] = {
    "sum and difference": lambda: sheet(
        ["s1", "d1", "s2", "d2"],
        [
            [day(one.birth) + day(one.visit), day(one.visit) - day(one.birth),
             one.cents + int(one.district), one.cents - int(one.district)]
            for one in CHOSEN
        ],
    ),
    "fields laid together": lambda: column(
        [
            ((day(one.birth) - 600_000) * 10**6 + int(one.district)) * 10**9 + one.cents
            for one in CHOSEN
        ]
    ),
    "columns times factors": lambda: sheet(
        ["a", "b"], [[day(one.birth) * 87, one.cents * 56] for one in CHOSEN]
    ),
    "amount by weights": lambda: sheet(
        ["x", "y"], [[2 * one.cents + 3 * day(one.birth), one.cents + day(one.birth)] for one in CHOSEN]
    ),
    "year and day in one number": lambda: column([f"{one.birth:%Y%j}" for one in CHOSEN]),
    "squares of amounts": lambda: column([one.cents**2 for one in CHOSEN]),
}  # fmt: skip


@pytest.mark.parametrize("name", [*NAMED, *MEASURED, *LAID])
def test_numbers_made_of_records_are_recognised(source: Source, name: str) -> None:
    data = (NAMED | MEASURED | LAID)[name]()
    kind = named(data)
    judged = judge([Product(kind, data)], [source]).judgement
    assert FindingKind.SOURCE_RECORD in {found.kind for found in judged.files[0].findings}


def named(data: bytes) -> str:
    return "p.json" if data[:1] == b"{" else "p.txt" if data[:1] == b"Q" else "p.csv"


def together(source: Source, *parts: bytes) -> set[FindingKind]:
    products = [Product(f"{place}{named(data)}", data) for place, data in enumerate(parts)]
    judged = judge(products, [source]).judgement
    return {
        found.kind
        for one in (judged.set_findings, *(file.findings for file in judged.files))
        for found in one
    }


@pytest.mark.parametrize("name", CUT)
def test_pieces_of_identifiers_are_recognised(source: Source, name: str) -> None:
    assert FindingKind.SOURCE_RECORD in together(source, cut(CHOSEN)[name])


@pytest.mark.parametrize("name", CUT)
def test_pieces_of_strangers_are_nobodys(source: Source, name: str) -> None:
    assert FindingKind.SOURCE_RECORD not in together(source, cut(_people(7)[:SOME])[name])


def low_bits_of_a_picture() -> bytes:
    """Five bytes a number in the lowest bits of a noisy picture, high bit first."""
    spelled = b"".join(one.to_bytes(5, "big") for one in PHONES)
    bits = np.unpackbits(np.frombuffer(spelled, np.uint8))
    pixels = np.random.default_rng(4).integers(0, 256, 90 * 60 * 3, dtype=np.uint8)
    pixels[: len(bits)] = pixels[: len(bits)] & 254 | bits
    out = io.BytesIO()
    Image.fromarray(pixels.reshape(60, 90, 3)).save(out, "PNG")
    return out.getvalue()


def pixels_of_a_strip() -> bytes:
    """Eight bytes a resident number and four of noise, as the pixels of a bitmap."""
    noise = np.random.default_rng(6).bytes(4 * len(IDS))
    spelled = b"".join(one.to_bytes(8, "little") + noise[at * 4 : at * 4 + 4] for at, one in enumerate(IDS))
    out = io.BytesIO()
    Image.frombytes("RGB", (4, len(IDS)), spelled).save(out, "PNG")
    return out.getvalue()


def records_of_a_machine() -> bytes:
    """A header, then rows of a whole number, an amount as a real one, and a mark."""
    rows = [struct.pack("<Ixd2s", place, one.cents / 100, b"\0k") for place, one in enumerate(CHOSEN)]
    return b"\0\1dump v3\0" + b"".join(rows)


BINARY: dict[str, tuple[str, Made]] = {
    "lowest bits of a picture": ("p.png", low_bits_of_a_picture),
    "pixels of a strip": ("p.png", pixels_of_a_strip),
    "real numbers behind a header": (
        "p.dat",
        lambda: b"\0\2beta\0" + struct.pack(f">{SOME}d", *map(float, PHONES)),
    ),
    "rows of a machine": ("p.dat", records_of_a_machine),
}


@pytest.mark.parametrize("name", list(BINARY))
def test_numbers_in_bytes_are_recognised(source: Source, name: str) -> None:
    path, made = BINARY[name]
    judged = judge([Product(path, made())], [source]).judgement
    assert FindingKind.SOURCE_RECORD in {found.kind for found in judged.files[0].findings}


def test_tables_with_and_without_somebody_are_recognised(source: Source) -> None:
    chance = random.Random(8)
    groups = [(chance.randrange(60, 90), chance.randrange(10**7)) for _ in CHOSEN]
    parts = [
        sheet(
            ["组", "人数", "费用"],
            [
                [f"{one.district}/{one.visit}", n - less, f"{(total - less * one.cents) / 100:.2f}"]
                for one, (n, total) in zip(CHOSEN, groups, strict=True)
            ],
        )
        for less in (0, 1)
    ]
    assert FindingKind.SOURCE_RECORD in together(source, *parts)
    assert FindingKind.SOURCE_RECORD not in together(source, parts[0], parts[0])


def test_halves_of_lines_in_two_texts_are_put_together(source: Source) -> None:
    first = "\n".join("1" + f"{one:011d}"[1:6] for one in PHONES)
    second = "\n".join(f"{one:011d}"[6:] for one in PHONES)
    assert FindingKind.SOURCE_RECORD in together(source, first.encode(), second.encode())


def _strangers() -> list[int]:
    chance = random.Random(99)
    return [chance.randrange(13 * 10**9, 2 * 10**10) for _ in PHONES]


@pytest.mark.parametrize("name", list(NAMED))
def test_the_same_of_strangers_is_nobodys(source: Source, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    others = _strangers()
    monkeypatch.setattr("tests.attacks.test_gate_numbers.PHONES", others)
    monkeypatch.setattr("tests.attacks.test_gate_numbers.IDS", [one * 1_000_003 + 10**16 for one in others])
    data = NAMED[name]()
    kind = named(data)
    judged = judge([Product(kind, data)], [source]).judgement
    assert FindingKind.SOURCE_RECORD not in {found.kind for found in judged.files[0].findings}


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(one, marks=pytest.mark.long) for one in (2, 3))])
def test_statistics_whose_figures_follow_from_one_another_are_nobodys(source: Source, seed: int) -> None:
    chance = np.random.default_rng(seed)
    counts = chance.integers(20, 4000, 60)
    sums = (counts * chance.uniform(2000, 4000, 60)).round(2)
    data = sheet(
        ["人数", "费用", "次均", "占比", "累计"],
        list(
            zip(
                counts,
                sums,
                (sums / counts).round(2),
                (sums / sums.sum()).round(6),
                counts.cumsum(),
                strict=True,
            )
        ),
    )
    judged = judge([Product("p.csv", data)], [source]).judgement
    assert FindingKind.SOURCE_RECORD not in {found.kind for found in judged.files[0].findings}
