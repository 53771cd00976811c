"""Numbers told by their remainders, and sums of neighbours in a ring: systems of equations with one answer.

The Chinese remainder theorem over the moduli that headings state, or over neighbouring primes just above the
largest remainders; small weights on the rows that follow, undone by a Fourier transform. Yields candidates;
`solved` asks whether they are anybody's. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations, islice, product

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.inverses import Candidate
from sandbox.egress.matrices import Exact, Matrix, exact, rounded

MAX_PLACES = 9
_LEAST = 10**9
_PRIMES = 40
_SIEVED = 1 << 20
_TRIED = 200
_EXACT = 2.0**52
_WEIGHTS = 6
_FEW = 8


def remainders(held: Matrix) -> Iterator[Candidate]:
    """Yield the numbers that columns are remainders of."""
    columns = [one.whole for one in held.columns if one.whole is not None and _varied(one.whole)]
    columns = [one for one in columns if len(one) == len(columns[0])]
    stated = [one for one in held.constants if one > 2]
    if len(columns) < 2 or math.prod(int(max(one)) + 1 for one in columns) < _LEAST:
        return
    for chosen in _alike(columns):
        for moduli in islice(_moduli(chosen, stated), _TRIED):
            found = restored(chosen, moduli)
            if found is not None:
                yield f"remainders by {moduli}", found


def _varied(column: Exact) -> bool:
    """Return whether numbers are spread as remainders are: evenly, from nought to a largest."""
    most = int(max(column))
    if not (int(min(column)) >= 0 and 16 <= most < 10**12):
        return False
    return len(set(column)) >= len(column) // 2 and 0.3 < sum(column) / len(column) / most < 0.75


def _alike(columns: Sequence[Exact]) -> Iterator[Sequence[Exact]]:
    """Yield all columns, those that are as large as most, and each two and three of a few."""
    middle = sorted(int(max(one)) for one in columns)[len(columns) // 2]
    like = [one for one in columns if middle / 2 <= int(max(one)) <= 2 * middle]
    yield like[:MAX_PLACES]
    if len(columns) > len(like):
        yield columns[:MAX_PLACES]
    for places in (2, 3):
        if len(columns) > places:
            yield from combinations(columns[:5], places)


def _moduli(columns: Sequence[Exact], stated: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield moduli, one a column: stated ones in order, neighbouring primes, powers beside each other."""
    least = [int(max(one)) + 1 for one in columns]
    places = len(columns)
    for start in range(len(stated) - places + 1):
        yield tuple(stated[start : start + places])
    around = _primes(max(least))
    for start in range(len(around) - places + 1):
        run = around[start : start + places]
        yield tuple(run)
        yield tuple(run[::-1])
    nearest = [_primes(one)[-3:] for one in least]
    if places <= 4:
        yield from product(*nearest)
    top = 10 ** len(str(max(least) - 1))
    yield tuple(top - 1 + step for step in range(places))
    yield tuple(top + 1 - step for step in range(places))


@cache
def _sieved() -> NDArray[np.int64]:
    """Return the primes below a million."""
    marks = np.ones(_SIEVED, dtype=np.bool_)
    marks[:2] = False
    for one in range(2, math.isqrt(_SIEVED) + 1):
        if marks[one]:
            marks[one * one :: one] = False
    return np.flatnonzero(marks)


def _primes(least: int) -> list[int]:
    """Return the primes from `least` on to some way above it, the largest first."""
    primes = _sieved()
    start = int(np.searchsorted(primes, least))
    return [int(one) for one in primes[start : start + _PRIMES]][::-1]


def restored(columns: Sequence[Exact], moduli: Sequence[int]) -> Exact | None:
    """Return the numbers below the product that leave the columns as remainders, if there are any."""
    if any(int(max(one)) >= modulus for one, modulus in zip(columns, moduli, strict=True)):
        return None
    if any(math.gcd(one, other) > 1 for one, other in combinations(moduli, 2)):
        return None
    whole = math.prod(moduli)
    if whole < _LEAST:
        return None
    number = exact([0] * len(columns[0]))
    for column, modulus in zip(columns, moduli, strict=True):
        part = whole // modulus
        number = number + column * (part * pow(part, -1, modulus) % whole)
    return np.asarray(number % whole)


def rings(held: Matrix) -> Iterator[Candidate]:
    """Yield what small weights on a row and the two that follow it, in a ring, were added up from."""
    for one in held.columns:
        if one.whole is None or not 1e10 <= float(abs(one.whole).max()) < _EXACT or len(one.whole) < _FEW:
            continue
        values = np.array([float(value) for value in one.whole])
        spectrum = np.fft.fft(values)
        for weights, found in _unrung(spectrum, len(values)):
            inside = rounded(found)
            if inside is not None:
                yield f"{one.name}: ring of {weights}", inside


def _unrung(
    spectrum: NDArray[np.complex128], rows: int
) -> Iterator[tuple[tuple[int, ...], NDArray[np.float64]]]:
    """Yield the solutions that lie where telephones do, by the weights; those are told by the means alone."""
    turn = np.exp(2j * np.pi * np.arange(rows) / rows)
    mean = float(spectrum[0].real) / rows
    for weights in product(range(_WEIGHTS), repeat=3):
        if sum(one > 0 for one in weights) < 2 or not 1.3e10 < mean / sum(weights) < 2e10:
            continue
        first, second, third = weights
        under = first + second * turn + third * turn**2
        if np.abs(under).min() > 1e-6:
            yield weights, np.fft.ifft(spectrum / under).real
