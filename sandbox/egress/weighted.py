"""Digits with other weights than those of a base, vectors of a few levels, and shares that add up.

Factorial and Fibonacci places, negative and balanced bases, places of different sizes, products of factors;
rows of real numbers that lie at a few levels only, each a digit; shares of a secret on a line or a parabola
by a modulus. Yields candidates; `solved` asks whether they are anybody's. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from math import factorial, prod

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.inverses import Candidate
from sandbox.egress.matrices import LEAST, PROBED, Exact, Matrix, exact
from sandbox.egress.radix import columns_of
from sandbox.egress.streams import Column, stream

MAX_PLACES = 64
MAX_LEVELS = 16
_FEWEST_PLACES = 8
_LARGE = 10**9
_APART = 4.0
_MERSENNE = tuple(2**power - 1 for power in (31, 61, 89, 107, 127))
_ROUND = (*(10**power for power in (10, 11, 12, 17, 18)), 2**32, 2**36, 2**40, 2**48, 2**64)
_POINTS = tuple((one, other) for one, other in permutations((1, 2, 3), 2) if one < other)


def placed(held: Matrix) -> Iterator[Candidate]:
    """Yield what columns of small numbers are the places of, the first place high or low."""
    columns = held.places
    if len(columns) < 3 or len(columns[0]) < LEAST:
        return
    for chosen in (columns, columns[1:]):
        for order in (chosen, chosen[::-1]):
            for name, weights in _weights(order, held.constants):
                total = exact([0] * len(order[0]))
                for column, weight in zip(order, weights, strict=True):
                    total = total + column * weight
                yield f"{len(order)} {name}", total


def in_cells(name: str, cells: Sequence[str]) -> Iterator[Candidate]:
    """Yield what the figures of each cell are the places of, the last place the low one."""
    width = max(map(len, cells), default=0)
    if not _FEWEST_PLACES <= width <= MAX_PLACES or len(set(cells)) < LEAST:
        return
    signs = set("".join(cells))
    if signs <= set("0123456789"):
        grid = [[int(sign) for sign in cell.zfill(width)] for cell in cells]
        columns = [exact(list(column)) for column in zip(*grid, strict=True)]
        for kind, weights in _unusual(width):
            total = exact([0] * len(cells))
            for column, weight in zip(columns, weights, strict=True):
                total = total + column * weight
            yield f"{name}: {kind}", total
    if len(signs) == 3:
        for low, nought, high in permutations(sorted(signs)):
            digits = {low: -1, nought: 0, high: 1}
            values = [sum(digits[sign] * 3**at for at, sign in enumerate(cell[::-1])) for cell in cells]
            yield f"{name}: balanced {low}{nought}{high}", exact(values)


def _unusual(width: int) -> Iterator[tuple[str, list[int]]]:
    yield "factorial", [factorial(place) for place in range(width, 0, -1)]
    for first in ((1, 2), (1, 1)):
        numbers = list(first)
        while len(numbers) < width:
            numbers.append(numbers[-1] + numbers[-2])
        yield f"fibonacci {first}", numbers[:width][::-1]
        yield f"fibonacci {first} turned", numbers[:width]
    for base in (-2, -3, -10):
        yield f"base {base}", [base**place for place in range(width - 1, -1, -1)]


def _weights(order: Sequence[Exact], constants: Sequence[int]) -> Iterator[tuple[str, list[int]]]:
    places = len(order)
    sizes = [int(max(one)) + 1 for one in order]
    yield "sizes", [prod(sizes[at + 1 :]) for at in range(places)]
    usual = [_usual(size) for size in sizes]
    if usual != sizes:
        yield "usual sizes", [prod(usual[at + 1 :]) for at in range(places)]
    for start in range(len(constants) - places + 1):
        stated = constants[start : start + places]
        yield f"stated sizes {stated}", [prod(stated[at + 1 :]) for at in range(places)]
        yield f"stated weights {stated}", list(stated)
    for base in (one for one in constants if one > max(sizes) - 1):
        yield f"base {base}", [base**place for place in range(places - 1, -1, -1)]
    if places >= _FEWEST_PLACES:
        yield from _unusual(places)


def _usual(size: int) -> int:
    """Return the size that somebody would choose for a place of numbers below `size`."""
    rounds = (
        2,
        3,
        4,
        5,
        7,
        8,
        10,
        12,
        16,
        20,
        24,
        26,
        30,
        31,
        32,
        36,
        50,
        60,
        64,
        100,
        128,
        256,
        360,
        365,
        366,
    )
    more = (500, 512, 1000, 1024, 1440, 3600, 10_000, 65_536, 86_400, 100_000, 1_000_000)
    return next((one for one in (*rounds, *more) if size <= one), size)


def shares(held: Matrix) -> Iterator[Candidate]:
    """Yield the secrets that two or three columns are shares of: added, or points of a line or a parabola."""
    columns = [(one.name, one.whole) for one in held.columns if one.whole is not None]
    large = [one for one in columns if int(max(one[1])) >= _LARGE and int(min(one[1])) >= 0][:4]
    most = max((int(max(column)) for _, column in large), default=0)
    moduli = [one for one in dict.fromkeys((*held.constants, *_MERSENNE, *_ROUND)) if most < one < most << 40]
    for (one, left), (other, right) in permutations(large, 2):
        for modulus in moduli[:10]:
            label = f"{one}, {other} by {modulus}"
            yield f"{label}: added", (left + right) % modulus
            yield f"{label}: less", (left - right) % modulus
            for first, second in _POINTS:
                back = pow(second - first, -1, modulus) if modulus % 2 or second - first == 1 else 0
                yield f"{label}: line {first} {second}", (left * second - right * first) * back % modulus
    for chosen in permutations(large[:3], 3):
        a, b, c = (column for _, column in chosen)
        for modulus in moduli[:10]:
            yield f"three by {modulus}: added", (a + b + c) % modulus
            yield f"three by {modulus}: parabola", (3 * a - 3 * b + c) % modulus


def levelled(table: pa.Table) -> Iterator[Column]:
    """Yield the identifiers that rows of numbers at a few levels spell, each level a digit."""
    if not _FEWEST_PLACES <= table.num_columns <= 3 * MAX_PLACES or table.num_rows < LEAST:
        return
    columns = []
    for column in table.columns:
        try:
            cells = column.slice(0, PROBED).cast(pa.string()).to_pylist()
            columns.append([float(cell or "nan") for cell in cells])
        except ValueError:
            continue
    if len(columns) < _FEWEST_PLACES:
        return
    grid = np.array(columns).T
    codes = _levels(grid) if np.isfinite(grid).all() else None
    if codes is not None:
        yield from columns_of(stream("levels", codes.tolist()))


def _levels(grid: NDArray[np.float64]) -> NDArray[np.int64] | None:
    """Return each number as the place of its level, where all lie at a few levels well apart."""
    values = np.unique(grid)
    if len(values) < 2:
        return None
    gaps = np.diff(values)
    cuts = np.arange(1, len(values)) if len(values) <= MAX_LEVELS else _wide(gaps)
    if not 1 <= len(cuts) < MAX_LEVELS:
        return None
    edges = (values[cuts] + values[cuts - 1]) / 2
    found = np.searchsorted(edges, grid.ravel()).reshape(grid.shape)
    return found.astype(np.int64)


def _wide(gaps: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return after which values a level ends: where gaps are far wider than the next ones."""
    order = np.sort(gaps)[::-1][: MAX_LEVELS + 4]
    ratios = order[:-1] / np.maximum(order[1:], 1e-12)
    best = int(np.argmax(ratios[: MAX_LEVELS - 1]))
    if ratios[best] < _APART:
        return np.zeros(0, np.int64)
    return np.flatnonzero(gaps >= order[best]) + 1
