"""What two or more columns of figures may have been before arithmetic laid them apart or together.

Sums beside differences, quotients beside remainders, products, digits woven, small weights; real numbers
tell points by `coordinates`. Tells candidates and nothing else, as `inverses` does of one column. Pure;
called by `solved` and `workings`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, reduce
from itertools import combinations, permutations, product

import numpy as np

from sandbox.egress.bases import MAX_MIXED, unmixed_by_lattice
from sandbox.egress.coordinates import large_points
from sandbox.egress.inverses import Candidate
from sandbox.egress.matrices import Exact, Matrix, exact, rounded

MAX_PAIRED = 7
_SMALL = 9
_LARGE = 10**9
_FEW_LATTICES = 6
_PHONE = 13 * 10**9
_FITS = 1 << 62


def paired(held: Matrix) -> Iterator[Candidate]:
    """Yield what two columns together may have been."""
    whole = [(one.name, one.whole) for one in held.columns if one.whole is not None][:MAX_PAIRED]
    for (one, left), (other, right) in permutations(whole, 2):
        if len(left) == len(right):
            yield from _laid(f"{one}, {other}", left, right, held.constants)
    for (one, left), (other, right) in combinations(whole, 2):
        if len(left) == len(right):
            yield from _both(f"{one}, {other}", left, right)
    yield from large_points(held.columns)


def _laid(name: str, high: Exact, low: Exact, constants: Sequence[int]) -> Iterator[Candidate]:
    """Yield a quotient and a remainder put together, by tens, by what the file states, by round numbers."""
    most, least = int(max(low)), int(min(low))
    if least < 0:
        for bits in (one for one in (16, 32) if -least <= 1 << (one - 1) and most < 1 << (one - 1)):
            yield f"{name}: words of {bits}", (high % (1 << bits)) * (1 << bits) + low % (1 << bits)
    if least < 0 or int(min(high)) < 0 or int(max(high)) * (most + 1) * 200 < _LARGE:
        return
    digits = len(str(most))
    bases = {10 ** (digits + more): None for more in range(3)}
    bases |= {one: None for one in constants if one > most}
    bases |= dict.fromkeys(moduli(most))
    for base in bases:
        yield f"{name}: by {base}", high * base + low
    if abs(digits - len(str(int(max(high))))) <= 1:
        width = max(digits, len(str(int(max(high)))))
        yield f"{name}: woven", exact([_woven(int(a), int(b), width) for a, b in zip(high, low, strict=True)])


def moduli(most: int) -> list[int]:
    """Return the numbers somebody would divide by that leave remainders up to `most`: round, or prime."""
    bits = most.bit_length()
    found = [1 << bits, (1 << bits) - 1, (1 << bits) + 1]
    tens = 10 ** len(str(most))
    found += [one for one in (tens + 1, tens - 1, tens // 2, tens // 4, tens * 2) if one > most]
    found += [one for one in (365, 366, 1440, 3600, 86_400, 1000, 1024) if most < one <= 2 * most]
    prime = below(tens)
    return [*found, prime] if prime > most else found


@cache
def below(limit: int) -> int:
    """Return the largest prime below a limit."""
    return next(one for one in range(limit - 1, 1, -1) if is_prime(one))


def is_prime(number: int) -> bool:
    """Return whether a number is prime (Miller and Rabin; exact below 3.3e24)."""
    bases = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
    if number < 2 or any(number % one == 0 for one in bases):
        return number in bases
    odd, halvings = number - 1, 0
    while odd % 2 == 0:
        odd, halvings = odd // 2, halvings + 1
    for base in bases:
        value = pow(base, odd, number)
        if value not in (1, number - 1) and number - 1 not in _squares(value, halvings - 1, number):
            return False
    return True


def _squares(value: int, times: int, modulus: int) -> Iterator[int]:
    for _ in range(times):
        value = value * value % modulus
        yield value


def _woven(one: int, other: int, width: int) -> int:
    pairs = zip(str(one).zfill(width), str(other).zfill(width), strict=True)
    return int("".join(first + second for first, second in pairs))


def _both(name: str, left: Exact, right: Exact) -> Iterator[Candidate]:
    most = max(int(abs(left).max()), int(abs(right).max()))
    if most * most < _PHONE:
        return
    yield f"{name}: product", left * right
    yield f"{name}: squares", left * left + right * right
    yield from mixtures(name, [left, right], _PAIRS)
    if most < _PHONE // 2:
        return
    if int(min(left)) >= 0 and int(min(right)) >= 0:
        yield f"{name}: exclusive or", left ^ right
    for first, second in ((left, right), (right, left)):
        if not any(int(one) == 0 for one in second):
            yield f"{name}: quotient", first // second
            if not any(int(one) % int(other) for one, other in zip(first, second, strict=True)):
                yield from mixtures(f"{name}: exact quotient", [second, first // second], _PAIRS)


def mixtures(
    name: str, columns: Sequence[Exact], weights: Sequence[tuple[int, ...]], *, least: int = _PHONE
) -> Iterator[Candidate]:
    """Yield columns weighted and added, divided by what divides them all; the largest is `least` or more."""
    most = max(int(abs(column).max()) for column in columns)
    if not least <= most * sum(map(abs, weights[-1])):
        return
    kind = np.int64 if most * sum(map(abs, weights[-1])) < _FITS else object
    mixed = np.array(weights, dtype=kind) @ np.stack([column.astype(kind) for column in columns])
    divisors = np.gcd.reduce(mixed, axis=1)
    tops = np.abs(mixed).max(axis=1)
    for one, sums, divisor, top in zip(weights, mixed, divisors, tops, strict=True):
        if divisor and int(top) >= least * int(divisor):  # the product of the two may be more than 64 bits
            values = (sums if sums[0] >= 0 else -sums) // divisor
            yield f"{name}: {one}", values.astype(object)


def along_lattice(name: str, columns: Sequence[Exact], *, least: int) -> Iterator[Candidate]:
    """Yield what columns that a whole matrix mixed may have been, each and in small mixtures."""
    counted = unmixed_by_lattice(columns)
    if counted is None:
        return
    for at, column in enumerate(counted):
        yield f"{name}: lattice {at}", abs(column)
    for (at, one), (other, another) in combinations(enumerate(counted), 2):
        yield from mixtures(f"{name}: lattice {at} {other}", [one, another], _PAIRS, least=least)


def _weights(places: int, most: int) -> list[tuple[int, ...]]:
    """Return the different directions of small whole weights, none of them nought, one of each sign pair."""
    found = []
    for one in product(range(-most, most + 1), repeat=places):
        if math.gcd(*one) == 1 and next(value for value in one if value) > 0 and all(one):
            found.append(one)
    return sorted(found, key=lambda one: sum(map(abs, one)))


_PAIRS = _weights(2, _SMALL)
_FEW_PAIRS = _weights(2, 4)
_THREES = _weights(3, 3)
_FOURS = _weights(4, 1)


def several(held: Matrix) -> Iterator[Candidate]:
    """Yield sums, exclusive ors and small mixtures of three or four columns, and of all."""
    whole = [(one.name, one.whole) for one in held.columns if one.whole is not None][:MAX_PAIRED]
    whole = [one for one in whole if len(one[1]) == len(whole[0][1])]
    for (one, left), (other, right) in list(combinations(whole, 2))[:_FEW_LATTICES]:
        yield from along_lattice(f"{one}, {other}", [left, right], least=_PHONE)
    if len(whole) < 3:
        return
    for places, weights in ((3, _THREES), (4, _FOURS)):
        for chosen in list(combinations(whole, places))[:4]:
            columns = [column for _, column in chosen]
            if max(int(abs(column).max()) for column in columns) >= _LARGE:
                yield from mixtures(", ".join(name for name, _ in chosen), columns, weights)
    yield from _from_three_points(whole, held.constants)
    columns = [column for _, column in whole]
    if len(columns) <= MAX_MIXED:
        yield from along_lattice("all", columns, least=_PHONE)
    yield "all added", reduce(lambda a, b: a + b, columns)
    yield "all multiplied", reduce(lambda a, b: a * b, columns)
    if all(int(min(column)) >= 0 for column in columns):
        yield "all by exclusive or", reduce(lambda a, b: a ^ b, columns)


def _from_three_points(whole: Sequence[tuple[str, Exact]], stated: Sequence[int]) -> Iterator[Candidate]:
    """Yield the places of points by the squares of their distances to three stated points."""
    for start in range(len(stated) - 5):
        (a, b), (c, d), (e, f) = (stated[start + at : start + at + 2] for at in (0, 2, 4))
        m, n, s, t = 2 * (c - a), 2 * (d - b), 2 * (e - a), 2 * (f - b)
        area = m * t - n * s
        first, second, third = (column for _, column in whole[-3:])
        u = first - second - a * a - b * b + c * c + d * d
        v = first - third - a * a - b * b + e * e + f * f
        if area and int(max(first)) >= _LARGE:
            yield f"x from {stated[start]}", (u * t - n * v) // area
            yield f"y from {stated[start]}", (m * v - u * s) // area


def small_pairs(held: Matrix) -> Iterator[Candidate]:
    """Yield what two columns of small numbers together may have been: mixed, multiplied, laid together."""
    whole = [(one.name, one.whole) for one in held.columns if one.whole is not None][:MAX_PAIRED]
    for (one, left), (other, right) in combinations(whole, 2):
        if len(left) != len(right):
            continue
        name = f"{one}, {other}"
        yield from mixtures(name, [left, right], _FEW_PAIRS, least=1000)
        yield f"{name}: product", left * right
        for first, second in ((left, right), (right, left)):
            if int(min(first)) >= 0 and int(min(second)) > 0:
                yield f"{name}: quotient", first // second
                tens = 10 ** len(str(int(max(second))))
                yield f"{name}: by tens", first * tens + second
                divisor = math.gcd(*(int(one) for one in first))
                if divisor > 1:
                    yield f"{name}: by tens of steps", first // divisor * tens + second
        if int(min(left)) >= 0 and int(min(right)) >= 0:
            yield f"{name}: exclusive or", left ^ right
        yield from along_lattice(name, [left, right], least=1000)


def spread(held: Matrix) -> Iterator[Candidate]:
    """Yield the two values of which columns are the middle and the spread: half the range, a deviation."""
    real = [one for one in held.columns if one.decimals >= _DECIMALS and len(one.real)][:MAX_PAIRED]
    for middle, width in permutations(real, 2):
        if len(middle.real) != len(width.real) or (width.real < 0).any():
            continue
        for kind, factor in _SPREADS.items():
            for side in (-1, 1):
                found = rounded((middle.real + side * factor * width.real) * 100)
                if found is not None:
                    yield f"{middle.name}, {width.name}: {kind} {side}", found


_DECIMALS = 2
_SPREADS: Mapping[str, float] = {
    "deviation": 2**-0.5, "range": 0.5, "half": 1.0, "spread of all": 2**0.5, "error": 1 / 1.96,
    "mean error": 1.0 / 1.96 * 2**0.5,
}  # fmt: skip
