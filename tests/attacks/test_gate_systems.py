"""Records in another system of counting, under an unnamed function or mixed over files, are recognised.

What nobody of the source is behind is written in the same ways and shows no record.
"""

from __future__ import annotations

import datetime as dt
import math
import random
import statistics
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sandbox.egress.bases import unmixed_by_lattice
from sandbox.egress.judge import judge
from sandbox.egress.matrices import exact
from sandbox.egress.origin import Source
from sandbox.egress.report import Product
from sandbox.kernel.findings import FindingKind
from tests.attacks.digit_leaks import resident
from tests.attacks.test_gate_numbers import CHOSEN, Person, day, everybody, places, sheet

People = Sequence[Person]
Made = Callable[[People], dict[str, bytes]]
WAYS: dict[str, Made] = {}
BELL = statistics.NormalDist()


@pytest.fixture(scope="module")
def source() -> Source:
    return everybody()


def way(made: Made) -> Made:
    WAYS[made.__name__] = made
    return made


def strangers() -> list[Person]:
    """Return people of no source, their days and sums no multiples of anything."""
    chance = random.Random(77)
    return [
        replace(
            one,
            number=resident(chance),
            phone=chance.randrange(13 * 10**9, 2 * 10**10),
            cents=chance.randrange(10**5, 10**7) * 10 + 7,
            birth=dt.date(1931, 1, 1) + dt.timedelta(days=chance.randrange(25_000)),
            visit=dt.date(2019, 1, 1) + dt.timedelta(days=chance.randrange(1_500)),
        )
        for one in CHOSEN
    ]


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> dict[str, bytes]:
    return {"p.csv": sheet(header, rows)}


def text(lines: Sequence[str]) -> dict[str, bytes]:
    return {"p.txt": "\n".join(lines).encode()}


def ids(people: People) -> list[int]:
    return [int(one.number[:17]) for one in people]


def based(number: int, base: int) -> list[int]:
    found = []
    while number:
        number, digit = divmod(number, base)
        found.append(digit)
    return found[::-1]


@way
def places_of_sixty(people: People) -> dict[str, bytes]:
    pairs = zip(ids(people), [one.phone for one in people], strict=True)
    rows = [[";".join(f"{part:02d}" for part in based(value, 60)) for value in pair] for pair in pairs]
    return table(["赤经", "赤纬"], rows)


@way
def places_of_ninety_seven(people: People) -> dict[str, bytes]:
    return text([" ".join(map(str, based(one, 97))) for one in ids(people)])


@way
def places_of_the_fibonacci_numbers(people: People) -> dict[str, bytes]:
    series = [1, 2]
    while len(series) < 100:
        series.append(series[-1] + series[-2])

    def told(number: int) -> str:
        found = []
        for place in range(99, -1, -1):
            if series[place] <= number:
                number -= series[place]
                found.append(str(place))
        return " ".join(found)

    return table(["桶"], [[told(one)] for one in ids(people)])


@way
def powers_of_two_that_are_added(people: People) -> dict[str, bytes]:
    return text(["{" + ",".join(str(at) for at in range(60) if one >> at & 1) + "}" for one in ids(people)])


@way
def continued_fractions(people: People) -> dict[str, bytes]:
    lines = []
    for one in people:
        a, b = int(one.number[:17]), one.phone
        terms, common = [], math.gcd(a, b)
        while b:
            terms.append(a // b)
            a, b = b, a % b
        lines.append(f"[{terms[0]}; {', '.join(map(str, terms[1:]))}] x {common}")
    return text(lines)


@way
def addresses_of_cells(people: People) -> dict[str, bytes]:
    def address(number: int) -> str:
        column, row = number // 9973, number % 9973 + 1
        letters = ""
        while column:
            column, digit = divmod(column - 1, 26)
            letters = chr(65 + digit) + letters
        return f"{letters}{row}"

    return text([f"=SUM({address(int(one.number[:17]))}:{address(one.phone)})" for one in people])


@way
def days_of_the_long_count(people: People) -> dict[str, bytes]:
    def told(number: int) -> str:
        return ".".join(map(str, places(number, (20, 18, 20, 20, 100))[::-1]))

    return table(["长历", "贝"], [[told(day(one.birth) + 700_000), told(one.cents)] for one in people])


@way
def pairs_of_pairs(people: People) -> dict[str, bytes]:
    def paired(a: int, b: int) -> int:
        return (a + b) * (a + b + 1) // 2 + b

    return table(["序", "编码"], [[at, paired(paired(day(one.birth), int(one.district)),
                                          paired(day(one.visit), one.cents))]
                                for at, one in enumerate(people)])  # fmt: skip


@way
def stems_and_leaves(people: People) -> dict[str, bytes]:
    stems: dict[int, list[int]] = {}
    for one in people:
        stems.setdefault(one.cents // 10_000, []).append(one.cents % 10_000)
    return text([f" {stem:>6} | " + " ".join(f"{leaf:04d}" for leaf in sorted(leaves))
                 for stem, leaves in sorted(stems.items())])  # fmt: skip


@way
def normal_scores(people: People) -> dict[str, bytes]:
    return table(["得分"], [[repr(BELL.inv_cdf(one.phone / 10**11))] for one in people])


@way
def sines(people: People) -> dict[str, bytes]:
    return table(["相位"], [[repr(math.asin(one.phone / 10**11))] for one in people])


@way
def second_differences(people: People) -> dict[str, bytes]:
    columns = []
    for values in ([day(one.birth) for one in people], [one.cents for one in people]):
        steps = np.diff(values).tolist()
        columns.append([values[0], steps[0], *np.diff(steps).tolist()])
    return table(["d2_1", "d2_2"], list(zip(*columns, strict=True)))


@way
def products_with_a_complex_number(people: People) -> dict[str, bytes]:
    pairs = [(one.phone, one.cents) for one in people]
    return text(["Z0=37+81j", *(f"{x * 37 - y * 81}{x * 81 + y * 37:+d}j" for x, y in pairs)])


@way
def mixtures_by_large_weights(people: People) -> dict[str, bytes]:
    pairs = [(int(one.number[:17]), one.phone) for one in people]
    return table(["f1", "f2"], [[137 * x + 59 * y, 23 * x + 211 * y] for x, y in pairs])


@way
def sums_beside_differences_of_squares(people: People) -> dict[str, bytes]:
    return table(
        ["p", "q"], [[a.phone + b, a.phone**2 - b**2] for a, b in ((one, one.cents) for one in people)]
    )


@way
def products_beside_quotients(people: People) -> dict[str, bytes]:
    return table(["甲", "乙"], [[one.phone * one.cents, repr(one.phone / one.cents)] for one in people])


@way
def two_kinds_of_mean(people: People) -> dict[str, bytes]:
    pairs = [(one.phone, one.cents) for one in people]
    return table(["均", "几何"], [[repr((a + b) / 2), repr(math.sqrt(a * b))] for a, b in pairs])


@way
def squares_with_something_added(people: People) -> dict[str, bytes]:
    return table(["y"], [[3 * one.phone**2 + 5 * one.phone + 7] for one in people])


@way
def groups_of_hexadecimal_digits(people: People) -> dict[str, bytes]:
    return text([":".join(f"{one >> place & 65535:x}" for place in (48, 32, 16, 0)) for one in ids(people)])


@way
def logarithms_of_growth(people: People) -> dict[str, bytes]:
    cents = [one.cents for one in people]
    rows = [[cents[0]], *([repr(math.log(b / a))] for a, b in pairwise(cents))]
    return table(["收益"], rows)


@way
def signed_words(people: People) -> dict[str, bytes]:
    return table(["e0", "e1"], [struct.unpack("<ii", struct.pack("<Q", one)) for one in ids(people)])


@way
def means_and_deviations_of_pairs(people: People) -> dict[str, bytes]:
    cents = [one.cents for one in people]
    pairs = zip(cents[::2], cents[1::2], strict=True)
    middles = [(statistics.mean(pair) / 100, statistics.stdev(pair) / 100) for pair in pairs]
    return table(["均值", "标准差"], [[f"{middle:.3f}", f"{spread:.6f}"] for middle, spread in middles])


@way
def roundings_beside_scores(people: People) -> dict[str, bytes]:
    return table(
        ["金额(约)", "置信度"], [[one.cents // 1000 * 10, f"0.{one.cents % 1000:03d}"] for one in people]
    )


@way
def masks_beside_serials(people: People) -> dict[str, bytes]:
    masked = [f"{one.number[:6]}********{one.number[14:]}" for one in people]
    serials = [f"PC{at:03d}{one.number[6:14]}" for at, one in enumerate(people)]
    return table(["证件号", "流水"], list(zip(masked, serials, strict=True)))


@way
def releases_with_changing_noise(people: People) -> dict[str, bytes]:
    chance = random.Random(5)
    noise = [[chance.randint(-9000, 9000) for _ in range(3)] for _ in people]
    noise = [[*row, -sum(row)] for row in noise]
    return {
        f"r{at}.csv": sheet(["样本", "费用"], [[place, f"{(one.cents + noise[place][at]) / 100:.2f}"]
                                            for place, one in enumerate(people)])
        for at in range(4)
    }  # fmt: skip


@way
def orthogonal_factors_in_two_files(people: People) -> dict[str, bytes]:
    data = np.array([[one.phone, one.cents, int(one.district)] for one in people], float)
    basis, triangle = np.linalg.qr(data)
    return {
        "q.csv": sheet(["q1", "q2", "q3"], [[repr(cell) for cell in row] for row in basis.tolist()]),
        "r.csv": sheet(["r1", "r2", "r3"], [[repr(cell) for cell in row] for row in triangle.tolist()]),
    }


@way
def a_stripe_and_its_parity(people: People) -> dict[str, bytes]:
    data = b"".join(
        int(one.number[:17]).to_bytes(8, "big") + one.phone.to_bytes(5, "big") + b"\0" for one in people
    )
    even, odd = data[::2], data[1::2]
    return {"a.bin": even, "a.par": bytes(a ^ b for a, b in zip(even, odd, strict=True))}


def says(files: dict[str, bytes], held: Source) -> bool:
    judged = judge([Product(path, data) for path, data in files.items()], [held]).judgement
    found = [*judged.set_findings, *(one for file in judged.files for one in file.findings)]
    return any(one.kind is FindingKind.SOURCE_RECORD for one in found)


@pytest.mark.parametrize("name", WAYS)
def test_records_in_other_systems_are_recognised(source: Source, name: str) -> None:
    assert says(WAYS[name](CHOSEN), source)


@pytest.mark.parametrize("name", WAYS)
def test_strangers_in_other_systems_show_no_record(source: Source, name: str) -> None:
    made = WAYS[name](strangers())
    assert not says(made, source)


def test_columns_that_nobody_mixed_lie_on_no_lattice_of_their_own() -> None:
    chance = random.Random(3)
    plain = [exact([chance.randrange(1000) for _ in range(30)]) for _ in range(2)]
    assert unmixed_by_lattice(plain) is None
    mixed = [7 * plain[0] + 3 * plain[1], 2 * plain[0] + 11 * plain[1]]
    found = unmixed_by_lattice(mixed)
    assert found is not None
    back = {
        tuple(abs(one * a + other * b)) for a in (-1, 0, 1) for b in (-1, 0, 1) for one, other in (found,)
    }
    assert {tuple(one) for one in plain} <= back
