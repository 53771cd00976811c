"""Figures as whole numbers on a lattice, and how far one set of them lies shifted in another.

An affine change of measure (days for dates, a price in another currency, a score) keeps the proportions of
differences. So figures are counted in steps of their greatest common divisor, and the shift between two sets
of steps is voted for by pairs. Pure numbers; decides nothing about records: `restated` does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.int64]
Figures: TypeAlias = NDArray[np.float64]

FEWEST = 12
"""Different figures below which nothing is said of a column as a whole."""
FARTHEST = 1 << 50
_DECIMALS = 6
_FINE = 4
_PARTS = 20_000
_OFF = 0.02
_REFINED = 400
_PRECISE = 1e-9
_ASKED = 32
_DENSE = 8
_WIDE = 4
"""Places of a table of counts for each value that is counted: of all between them, of what they end in."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One set of steps laid on another: turned round or not, moved by `by`; `votes` of those asked agree."""

    turned: bool
    by: int
    votes: int


def whole(figures: Figures, decimals: int) -> Whole | None:
    """Return the figures in units of 10**-decimals; None when they are no such numbers or too large."""
    scaled = figures * 10.0**decimals
    if not np.isfinite(scaled).all() or (len(scaled) and np.abs(scaled).max() >= FARTHEST):
        return None
    rounded = np.round(scaled)
    if np.abs(scaled - rounded).max(initial=0.0) > 1e-3 * max(1.0, 10.0 ** (decimals - _DECIMALS)):
        return None
    return rounded.astype(np.int64)


def steps(figures: Figures, decimals: int) -> list[Whole]:
    """Return the different figures, sorted, counted from the least in steps of a common divisor.

    First of the divisor of the figures as they are written, then of the real number that comes nearest to
    dividing all differences, if there is one.
    """
    found: list[Whole] = []
    written = whole(np.unique(figures), decimals)
    if written is not None and len(written) >= FEWEST:
        gaps = written - written[0]
        divisor = int(np.gcd.reduce(gaps))
        if divisor > 0:
            found.append(gaps // divisor)
    if decimals >= _FINE and (real := _real(np.unique(figures), decimals)) is not None:
        found.append(real)
    return found


def _real(distinct: Figures, decimals: int) -> Whole | None:
    """Return the figures in steps of the largest real number that divides all their differences."""
    if len(distinct) < FEWEST:
        return None
    gaps = np.sort(np.diff(distinct))
    rough = max(10.0**-decimals, float(np.abs(distinct).max()) * 1e-15)
    gaps = gaps[gaps > 1e3 * rough][: 2 * FEWEST]
    found = _divisor(gaps, rough) if len(gaps) >= FEWEST - 2 else None
    if found is None:
        return None
    distances = distinct - distinct[0]
    divisor = _refined(distances[1:_REFINED], found)
    for _ in range(2):
        counted = np.round(distances / divisor)
        far = counted > 0
        if not far.any():
            return None
        divisor = float((distances[far] * counted[far]).sum() / (counted[far] ** 2).sum())
    exact = distances / divisor
    if np.abs(exact - np.round(exact)).max() > 10 * _OFF or exact.max() >= FARTHEST:
        return None
    return np.asarray(np.round(exact), dtype=np.int64)


def _divisor(gaps: Figures, rough: float) -> float | None:
    """Return the largest number that divides all gaps, as far as figures rounded to `rough` can tell.

    Gaps come the smallest first; each makes what is left of the candidates more precise.
    """
    parts = np.arange(1, _PARTS + 1, dtype=np.float64)
    parts = parts[gaps[0] / parts > 20 * rough]
    divisors, products, squares = gaps[0] / parts, gaps[0] * parts, parts**2
    for gap in gaps[1:]:
        counted = np.round(gap / divisors)
        unsure = rough * (counted / np.sqrt(squares) + 1) / divisors
        fits = np.abs(gap / divisors - counted) < np.minimum(_OFF + unsure, 5 * _OFF)
        counted = counted[fits]
        products, squares = products[fits] + gap * counted, squares[fits] + counted**2
        divisors = products / squares
    return float(divisors[0]) if len(divisors) else None


def _refined(gaps: Figures, divisor: float) -> float:
    """Return the divisor fitted to the gaps, the smallest first, so that none is counted one step off."""
    for seen in range(2, len(gaps) + 1):
        counted = np.round(gaps[:seen] / divisor)
        divisor = float((gaps[:seen] * counted).sum() / (counted**2).sum())
    return divisor


def shift(asked: Whole, shown: Whole, *, pairs: int, seed: int = 0) -> Shift | None:
    """Return the shift of `asked` that lays most of it on `shown`, both sorted and distinct.

    `pairs` bounds the work: of the shown as many vote as that allows.
    """
    order = np.random.default_rng(seed)
    few = asked if len(asked) <= _ASKED else np.sort(order.choice(asked, _ASKED, replace=False))
    most = max(pairs // (2 * len(few)), _ASKED)
    some = shown if len(shown) <= most else np.sort(order.choice(shown, most, replace=False))
    best: Shift | None = None
    for turned in (False, True):
        signed = -few if turned else few
        by, votes = _commonest((some[None, :] - signed[:, None]).ravel())
        if best is None or votes > best.votes:
            best = Shift(turned, by, votes)
    return best


def _commonest(values: Whole) -> tuple[int, int]:
    """Return the least of the commonest values and how often it stands there.

    Nothing is sorted but those whose place in a table of counts others share: no value is commoner than it.
    """
    least = int(values.min())
    if int(values.max()) - least < _DENSE * len(values):
        counts = np.bincount(values - least)
        place = int(counts.argmax())
        return least + place, int(counts[place])
    size = 1 << (_WIDE * len(values)).bit_length()
    places = values & (size - 1)
    shared = np.bincount(places, minlength=size)[places]
    for fewest in (4, 2):
        some = values[shared >= fewest]
        value, count = _first_of_most(some) if len(some) else (0, 0)
        if count >= fewest:
            return value, count
    return least, 1


def _first_of_most(values: Whole) -> tuple[int, int]:
    values = np.sort(values)
    ends = np.flatnonzero(np.diff(values, append=values[-1] + 1))
    runs = np.diff(ends, prepend=-1)
    most = int(np.argmax(runs))
    return int(values[ends[most]]), int(runs[most])


def may_lie(asked: Whole, shown: Whole, fewest: float) -> bool:
    """Return whether at least `fewest` of the asked may lie among the shown at any shift; both are sorted.

    So many of either lie no further apart than all of the other do, turned round or not: told in a fraction
    of the time of a vote. Asked that are the same lie on one of the shown together.
    """
    again = int((np.diff(asked) == 0).sum())
    apart = max(math.ceil(fewest) - again, 1)
    if min(len(asked) - again, len(shown)) < apart:
        return False
    return _closest(shown, apart) <= int(asked[-1] - asked[0]) and _closest(asked, apart) <= int(
        shown[-1] - shown[0]
    )


def _closest(values: Whole, number: int) -> int:
    """Return how far apart so many of the values lie where they lie closest."""
    return int((values[number - 1 :] - values[: len(values) - number + 1]).min())


def hits(asked: Whole, shown: Whole) -> NDArray[np.bool_]:
    """Return which of the asked lie among the shown, which are sorted."""
    if not len(shown):
        return np.zeros(len(asked), dtype=np.bool_)
    places = np.minimum(np.searchsorted(shown, asked), len(shown) - 1)
    return np.asarray(shown[places] == asked)


def disordered(asked: Whole, *, seed: int) -> Whole:
    """Return steps with the same gaps in another order: a decoy of the same range and density."""
    gaps = np.diff(asked)
    mixed = np.random.default_rng(seed).permutation(gaps)
    return np.concatenate([[asked[0]], asked[0] + np.cumsum(mixed)]).astype(np.int64)


def beyond(count: int, of: int, chance: float) -> float:
    """Return in bits how unlikely at least `count` of `of` hits are by chance (the bound of Chernoff)."""
    share = count / of
    if chance >= share:
        return 0.0
    inner = share * math.log2(share / chance)
    outer = 0.0 if share == 1 else (1 - share) * math.log2((1 - share) / (1 - chance))
    return of * (inner + outer)
