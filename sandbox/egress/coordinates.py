"""What two columns of real numbers may have been the coordinates of: a point of the plane, a pair of roots.

A length and an angle, two means of two values, a sum and a product, a product and a quotient, logarithms of
both: every usual way of telling two numbers by two others has its way back. All pairs of columns go through
each at once; only what comes out as round as data are, or as large as telephones, is handed on. Tells
candidates and nothing else. Pure; called by `pairings` and `workings`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.inverses import Candidate
from sandbox.egress.matrices import Figures, rounded

Reals = NDArray[np.float64]
Plane = Callable[[Reals, Reals], Reals]

MAX_PAIRED = 7
_SEEN = 16
_MOST = 0.8
_NEAR = 0.2
_PRECISE = 2.0**44
_LARGE = 10**9


def _root(one: Reals) -> Reals:
    """Return square roots; of what lies a rounding below nought, nought."""
    return np.asarray(np.sqrt(np.where((one < 0) & (one > -1e-3), 0.0, one)))


def _turned(one: Reals, other: Reals) -> NDArray[np.complex128]:
    return np.asarray(np.sqrt(one + 1j * other))


POINTS: Mapping[str, Plane] = {
    "length": np.hypot, "x": lambda a, b: a * np.cos(b), "y": lambda a, b: a * np.sin(b),
    "x of degrees": lambda a, b: a * np.cos(np.radians(b)),
    "y of degrees": lambda a, b: a * np.sin(np.radians(b)),
    "x of logarithm": lambda a, b: np.exp(a) * np.cos(b),
    "y of logarithm": lambda a, b: np.exp(a) * np.sin(b),
    "x of slope": lambda a, b: a / np.sqrt(1 + b * b), "y of slope": lambda a, b: a * b / np.sqrt(1 + b * b),
    "tangent": lambda a, b: a * np.tan(b), "angle": lambda a, b: np.arctan2(b, a),
    "product": np.multiply, "quotient": np.divide, "squares": lambda a, b: a * a + b * b,
    "sum": np.add, "difference": lambda a, b: np.abs(a - b),
    "turned sum": lambda a, b: (a + b) / np.sqrt(2),
    "turned difference": lambda a, b: np.abs(a - b) / np.sqrt(2),
    "root of product": lambda a, b: _root(a * b), "root of quotient": lambda a, b: _root(a / b),
    "by root of quotient": lambda a, b: a * _root(b), "through root of quotient": lambda a, b: a / _root(b),
    "by exponent": lambda a, b: a * np.exp(b), "through exponent": lambda a, b: a * np.exp(-b),
    "half sum of logarithms": lambda a, b: np.exp((a + b) / 2),
    "half difference of logarithms": lambda a, b: np.exp((a - b) / 2),
    "greater of means": lambda a, b: a + _root(a * a - b * b),
    "less of means": lambda a, b: a - _root(a * a - b * b),
    "greater of harmonic": lambda a, b: a + _root(a * a - a * b),
    "less of harmonic": lambda a, b: a - _root(a * a - a * b),
    "greater of middles": lambda a, b: (a * a + _root(a**4 - (a * b) ** 2)) / b,
    "less of middles": lambda a, b: (a * a - _root(a**4 - (a * b) ** 2)) / b,
    "greater of squares": lambda a, b: a + _root(b * b - a * a),
    "less of squares": lambda a, b: a - _root(b * b - a * a),
    "greater root": lambda a, b: a / 2 + _root(a * a / 4 - b),
    "less root": lambda a, b: a / 2 - _root(a * a / 4 - b),
    "greater apart": lambda a, b: _root(a * a / 4 + b) + a / 2,
    "less apart": lambda a, b: _root(a * a / 4 + b) - a / 2,
    "greater of sum and squares": lambda a, b: (a + _root(2 * b - a * a)) / 2,
    "less of sum and squares": lambda a, b: (a - _root(2 * b - a * a)) / 2,
    "greater of product and squares": lambda a, b: (_root(b + 2 * a) + _root(b - 2 * a)) / 2,
    "less of product and squares": lambda a, b: (_root(b + 2 * a) - _root(b - 2 * a)) / 2,
    "part of sum": lambda a, b: a / (1 + b), "rest of sum": lambda a, b: a * b / (1 + b),
    "part of difference": lambda a, b: a / (b - 1), "rest of difference": lambda a, b: a * b / (b - 1),
    "rest of total": lambda a, b: a * (1 - b), "rest of hundredths": lambda a, b: a * (1 - b / 100),
    "of hundredths": lambda a, b: a * b / 100,
    "greater of sum and difference of squares": lambda a, b: (a + b / a) / 2,
    "less of sum and difference of squares": lambda a, b: (a - b / a) / 2,
    "x of square": lambda a, b: _turned(a, b).real, "y of square": lambda a, b: _turned(a, b).imag,
    "x of reciprocal": lambda a, b: a / (a * a + b * b), "y of reciprocal": lambda a, b: b / (a * a + b * b),
}  # fmt: skip


def round_points(columns: Sequence[Figures]) -> Iterator[Candidate]:
    """Yield what pairs of columns may have been where it comes out whole or in hundredths, as data are."""
    yield from _points(columns, _round_powers)


def large_points(columns: Sequence[Figures]) -> Iterator[Candidate]:
    """Yield what pairs of columns may have been in the power of ten that makes telephones of it."""
    yield from _points(columns, _large_powers)


def _points(
    columns: Sequence[Figures], powers: Callable[[Reals], Iterator[tuple[int, int]]]
) -> Iterator[Candidate]:
    likely = [one for one in columns if len(one.real) and (is_real(one) or np.abs(one.real).max() >= _LARGE)]
    pairs = [
        (one, other)
        for one, other in permutations(likely[:MAX_PAIRED], 2)
        if len(one.real) == len(other.real) and (is_real(one) or is_real(other))
    ]
    if not pairs:
        return
    left, right = (np.stack([np.resize(pair[at].real, _SEEN) for pair in pairs]) for at in (0, 1))
    with np.errstate(all="ignore"):
        for label, back in POINTS.items():
            for line, power in powers(back(left, right)):
                one, other = pairs[line]
                found = rounded(back(one.real, other.real) * 10.0**power)
                if found is not None:
                    yield f"{one.name}, {other.name}: {label} e{power}", found


def is_real(one: Figures) -> bool:
    """Return whether a column is written with decimals, or as no whole numbers at all."""
    return one.decimals > 0 or one.whole is None


def _round_powers(found: Reals) -> Iterator[tuple[int, int]]:
    """Yield the lines that are whole, or whole in hundredths, in nearly all places, and vary."""
    for power in (0, 2):
        scaled = found * 10.0**power
        near = (np.abs(scaled - np.rint(scaled)) <= _NEAR) & (np.abs(scaled) < _PRECISE)
        varied = (np.diff(np.sort(np.rint(scaled), axis=1), axis=1) > 0).sum(axis=1) >= _SEEN // 2
        yield from ((line, power) for line in np.flatnonzero((near.mean(axis=1) >= _MOST) & varied).tolist())


def _large_powers(found: Reals) -> Iterator[tuple[int, int]]:
    """Yield the lines most of whose numbers lie between 1.3 and 2 by one power of ten, and which."""
    middle = np.median(np.abs(found), axis=1)
    fine = (middle > 1e-30) & (middle < 1e30)
    power = 10 - np.floor(np.log10(np.where(fine, middle, 1.0)))
    lead = np.abs(found) * 10.0 ** (power[:, None] - 10)
    fine &= ((lead >= 1.3) & (lead < 2)).mean(axis=1) >= 0.6
    yield from ((line, int(power[line])) for line in np.flatnonzero(fine).tolist())
