"""Cells that count in another system than tens, as the whole numbers that they are.

Parts of sixty or of twenty, clocks and calendars, places of factorials, places of the Fibonacci numbers or of
powers that are added, combinations, prime factors, continued fractions, addresses of cells, stems beside
leaves: whatever has several small numbers, or letters before one, in nearly every cell. Tells tables of
numbers and nothing else: `solved` and `restated` ask whether they are anybody's. Bounded; pure; called by
`sightings`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from itertools import chain, islice
from math import comb, factorial, isqrt, prod
from typing import TypeAlias

import pyarrow as pa

from sandbox.egress.identities import named_mostly
from sandbox.egress.lattice import FEWEST
from sandbox.egress.streams import LEAST_ROWS

MAX_ROWS = 400
MAX_TABLES = 4
MAX_COLUMNS = 8
MAX_SYSTEMS = 12
MAX_TEXT = 1 << 17
_SEEN = 12
_LEAST_PARTS = 3
_MOST_PARTS = 90
_MOSTLY = 0.9
_LARGEST = 10**30
_PART = re.compile(r"-?\d{1,7}(?!\d)", re.ASCII)
_HEX = re.compile(r"(?=.*[a-f])[0-9a-f]{1,4}(?:[:. -][0-9a-f]{1,4}){2,20}", re.ASCII)
_USUAL = re.compile(
    r".*(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\d{1,2}:\d\d(?::\d\d)?(?!\d)|\d,\d{3}(?!\d)).*",
    re.ASCII | re.DOTALL,
)
_ADDRESS = re.compile(r"(?<![A-Za-z])([A-Z]{2,14})\$?(\d{1,7})(?!\d)", re.ASCII)
_LONG = re.compile(r"[1-9]\d{9,59}", re.ASCII)
_STEM = re.compile(r"\s*(\d{1,9})\s*[|│¦]\s*((?:\d{1,6}[\s,]+)*\d{1,6})\s*", re.ASCII)
_BASES = (
    2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 16, 20, 24, 26, 30, 31, 32, 36, 40, 50, 60, 62, 64, 97, 100, 128, 144,
    200, 256, 360, 365, 366, 400, 500, 512, 720, 997, 1000, 1009, 1024, 1440, 2048, 3600, 4096, 9973, 9999,
    10_000, 10_007, 32_768, 65_536, 65_537, 86_400, 99_991, 100_000, 999_983, 1_000_000, 1_000_003,
)  # fmt: skip
_CALENDARS = {
    "long count": (1, 20, 360, 7200, 144_000, 2_880_000), "clock": (1, 60, 3600, 86_400, 604_800),
    "thousandths": (1, 1000, 60_000, 3_600_000, 86_400_000), "pounds": (1, 12, 240),
    "yards": (1, 12, 36, 63_360), "days": (1, 24, 168, 8760), "gross": (1, 12, 144, 1728),
    "stones": (1, 16, 224, 2240),
}  # fmt: skip
_PRIMES = tuple(one for one in range(2, 110) if all(one % other for other in range(2, one)))

Cells: TypeAlias = Sequence[Sequence[int]]
Worth: TypeAlias = Callable[[Sequence[int]], int]


def counted(texts: Sequence[str], tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Return tables of the whole numbers that cells or lines may be, a table for each system."""
    found: list[pa.Table] = []
    for table in tables[:MAX_TABLES]:
        named = zip(table.column_names, table.columns, strict=True)
        columns = [(str(name), _cells(column)) for name, column in islice(named, 3 * MAX_COLUMNS)]
        found += _of_columns(columns)
    for text in texts[:MAX_TABLES]:
        lines = [line for line in text[:MAX_TEXT].splitlines() if line.strip()][:MAX_ROWS]
        found += _of_columns([("lines", lines)])
        found += _of_stems(lines)
    return found[: MAX_SYSTEMS * MAX_TABLES]


def _cells(column: pa.ChunkedArray) -> list[str]:
    return [(cell or "").strip() for cell in column.slice(0, MAX_ROWS).cast(pa.string()).to_pylist()]


def _of_columns(columns: Sequence[tuple[str, Sequence[str]]]) -> Iterator[pa.Table]:
    kept = [(name, parted) for name, cells in columns if (parted := _parted(cells))][:MAX_COLUMNS]
    by_system: dict[str, dict[str, list[int]]] = {}
    for name, cells in kept:
        for system, worth in _systems(cells):
            values = list(_values(cells, worth))
            if len(values) == len(cells):
                by_system.setdefault(system, {})[name] = values
    for system, held in by_system.items():
        large = any(named_mostly(values[:_SEEN]) for values in held.values())
        if large or system.partition(" ")[0] not in _FOR_NAMES:
            yield _table({f"{name} {system}": list(map(str, values)) for name, values in held.items()})
    for name, written in columns:
        yield from _addressed(name, written)
        yield from _unpaired(name, written)


_FOR_NAMES = frozenset({"odd", "added", "fraction"})
"""Systems that only identifiers are asked for: as amounts their numbers would be too many."""


def _table(columns: dict[str, list[str]]) -> pa.Table:
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def _parted(cells: Sequence[str]) -> list[list[int]]:
    """Return the parts of cells that nearly all have several, none of them a date, a clock or an amount."""
    if len(cells) < FEWEST or len(set(cells[:_SEEN])) < _SEEN - 3:
        return []
    if not _HEX.fullmatch(cells[0]) and any(_USUAL.fullmatch(cell) for cell in cells[:_SEEN]):
        return []
    if sum(_HEX.fullmatch(cell) is not None for cell in cells) >= _MOSTLY * len(cells):
        cells = [cell for cell in cells if _HEX.fullmatch(cell)]
        parts = [[int(one, 16) for one in re.split(r"[:. -]", cell)] for cell in cells]
    else:
        parts = [[int(one) for one in _PART.findall(cell)] for cell in cells]
    enough = [one for one in parts if len(one) >= _LEAST_PARTS]
    longest = max(map(len, parts))
    if len(enough) < 0.6 * len(parts) or longest > _MOST_PARTS or longest < _LEAST_PARTS:
        return []
    return [one for one in parts if one] if min(map(len, parts)) else enough


def _values(cells: Cells, worth: Worth) -> Iterator[int]:
    for cell in cells:
        try:
            value = worth(cell)
        except (ArithmeticError, ValueError, IndexError):
            return
        if abs(value) >= _LARGEST:
            return
        yield value


def _systems(cells: Cells) -> Iterator[tuple[str, Worth]]:
    """Yield the systems in which all parts are digits, by their names."""
    most, least = max(map(max, cells)), min(map(min, cells))
    longest = max(map(len, cells))
    if least >= 0:
        usual = [one for one in (most + 1, *_BASES) if most < one <= 4 * (most + 1)]
        for base in islice(dict.fromkeys(usual), MAX_SYSTEMS):
            kind = "base" if base == 20 or base % 60 == 0 or base == most + 1 else "odd"
            if base**longest >= 10**3:
                yield f"{kind} {base}", partial(_placed, base)
                yield f"odd {base} turned", partial(_turned, base)
        for name, weights in _CALENDARS.items():
            if longest <= len(weights) and all(map(len, cells)):
                yield name, partial(_weighed, weights)
        if most <= longest + 1:
            factorials = tuple(factorial(place) for place in range(1, longest + 1))
            yield "odd factorials", partial(_weighed, factorials)
            yield "odd factorials turned", lambda cell: _weighed(factorials, cell[::-1])
        yield from _added(cells, most, longest)
    yield "fraction above", lambda cell: _fraction(cell)[0]
    yield "fraction below", lambda cell: _fraction(cell)[1]
    yield "fraction of all above", lambda cell: _fraction([*cell, 1])[0]
    yield "fraction of all below", lambda cell: _fraction([*cell, 1])[1]


def _added(cells: Cells, most: int, longest: int) -> Iterator[tuple[str, Worth]]:
    """Yield sums of what stands at places that cells name, where each names different ones; and products."""
    if most <= 160 and all(len(set(cell)) == len(cell) for cell in cells):
        for name, series in _series(most + 2).items():
            yield f"added {name}", partial(_chosen, series)
        yield "added combinations", lambda cell: sum(comb(one, at) for at, one in enumerate(sorted(cell), 1))
    if most <= 70 and longest <= len(_PRIMES):
        yield "added exponents", lambda cell: prod(map(pow, _PRIMES, cell))


@cache
def _series(size: int) -> Mapping[str, tuple[int, ...]]:
    """Return numbers of which others are the sums, by the place that a cell would name."""
    first, second = [1, 2], [0, 1]
    for series in (first, second):
        while len(series) < size:
            series.append(series[-1] + series[-2])
    powers = {f"powers of {base}": tuple(base**place for place in range(size)) for base in (2, 3)}
    shifted = {f"{name} from one": (0, *numbers) for name, numbers in powers.items()}
    factorials = tuple(factorial(min(place, 40)) for place in range(size))
    added = {"fibonacci": tuple(first), "fibonacci from nought": tuple(second), "factorials": factorials}
    return {**added, **powers, **shifted}


def _chosen(series: Sequence[int], cell: Sequence[int]) -> int:
    return sum(series[place] for place in cell)


def _placed(base: int, cell: Sequence[int]) -> int:
    value = 0
    for one in cell:
        value = value * base + one
    return value


def _turned(base: int, cell: Sequence[int]) -> int:
    return _placed(base, cell[::-1])


def _weighed(weights: Sequence[int], cell: Sequence[int]) -> int:
    return sum(one * weight for one, weight in zip(cell[::-1], weights, strict=False))


def _fraction(cell: Sequence[int]) -> tuple[int, int]:
    """Return numerator and denominator of a continued fraction, each times the last part."""
    *terms, common = cell
    value = Fraction(terms[-1])
    for term in terms[-2::-1]:
        value = term + 1 / value
    return value.numerator * common, value.denominator * common


def _addressed(name: str, cells: Sequence[str]) -> Iterator[pa.Table]:
    """Yield the letters and the numbers of addresses such as AB12, the letters as a number of base 26."""
    if len(cells) < FEWEST:
        return
    found = [_ADDRESS.findall(cell) for cell in cells]
    usual = len(found[0])
    rows = [one for one in found if len(one) == usual]
    if not 0 < usual <= 4 or len(rows) < _MOSTLY * len(cells) or len(set(map(tuple, rows))) < FEWEST:
        return
    columns = {}
    for place in range(usual):
        columns[f"{name} {place} letters"] = [str(_lettered(row[place][0])) for row in rows]
        columns[f"{name} {place} number"] = [str(int(row[place][1]) - 1) for row in rows]
    yield _table(columns)


def _lettered(letters: str) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + ord(letter) - 64
    return value


def _unpaired(name: str, cells: Sequence[str]) -> Iterator[pa.Table]:
    """Yield the two and the four numbers that a pairing makes one of: by diagonals, by shells, bit by bit."""
    if len(cells) < FEWEST or not all(_LONG.fullmatch(cell) for cell in cells):
        return
    values = list(map(int, cells))
    for kind, unpair in (("diagonals", _of_diagonals), ("shells", _of_shells), ("woven bits", _of_bits)):
        pairs = list(map(unpair, values))
        fours = [(*unpair(one), *unpair(other)) for one, other in pairs]
        for rows in (pairs, fours):
            columns = zip(*rows, strict=True)
            yield _table({f"{name} {kind} {at}": list(map(str, one)) for at, one in enumerate(columns)})


def _of_diagonals(number: int) -> tuple[int, int]:
    diagonal = (isqrt(8 * number + 1) - 1) // 2
    place = number - diagonal * (diagonal + 1) // 2
    return diagonal - place, place


def _of_shells(number: int) -> tuple[int, int]:
    shell = isqrt(number)
    place = number - shell * shell
    return (place, shell) if place < shell else (shell, place - shell)


def _of_bits(number: int) -> tuple[int, int]:
    bits = f"{number:b}".zfill(2)
    return int(bits[-1::-2][::-1], 2), int(bits[-2::-2][::-1], 2)


def _of_stems(lines: Sequence[str]) -> Iterator[pa.Table]:
    """Yield the numbers that stems and leaves make, leaf by leaf."""
    rows = [found for line in lines if (found := _STEM.fullmatch(line))]
    if len(rows) < LEAST_ROWS:
        return
    leaves = [(row.group(1), re.split(r"[\s,]+", row.group(2))) for row in rows]
    numbers = list(chain.from_iterable((stem + leaf for leaf in held) for stem, held in leaves))
    if len(set(numbers)) >= FEWEST:
        hundredths = [f"{int(one) / 100:.2f}" for one in numbers]
        yield _table({"stems": numbers, "stems in hundredths": hundredths})
