"""Counting distinct persons and firms behind sets of rows: by numpy, or compiled where rows are many.

Arrays are row-aligned: a set number per row (-1: in no set) and, per kind of unit, a dense id
(0: nobody, a missing or sentinel subject). Pure; called by `recompute` and `differencing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint32]
Sets = NDArray[np.int64]
Counts = NDArray[np.int64]
MANY_ROWS = 50_000
"""From here on the compiled loops are quicker than the load of their code."""
_THREADS = 2


def distinct_per_set(sets: Sets, ids: NDArray[np.integer], count: int) -> Counts:
    """Return, for each of `count` sets, how many distinct ids other than 0 its rows hold."""
    if _compiled(sets, count):
        from sandbox.egress import unit_kernels

        rows, starts = unit_kernels.by_set(sets, count)
        held = unit_kernels.distinct(rows, starts, ids, int(ids.max(initial=0)) + 1)
        return np.asarray(held, dtype=np.int64)
    kept = (sets >= 0) & (ids != 0)
    return _distinct(sets[kept], ids[kept], count)


def _compiled(sets: Sets, count: int) -> bool:
    """Return whether there are rows enough, and no more than the loops can number."""
    return MANY_ROWS <= sets.size < 1 << 32 and count < 1 << 31


def _distinct(sets: NDArray[np.integer], ids: NDArray[np.integer], count: int) -> Counts:
    if sets.size == 0:
        return np.zeros(count, dtype=np.int64)
    pairs = np.sort((sets.astype(np.uint64) << np.uint64(32)) | ids.astype(np.uint64))
    first = np.concatenate([[True], pairs[1:] != pairs[:-1]])
    return np.bincount((pairs[first] >> np.uint64(32)).astype(np.int64), minlength=count).astype(np.int64)


def rows_per_set(sets: Sets, count: int) -> Counts:
    """Return the number of rows of each set."""
    return np.bincount(sets + 1, minlength=count + 1)[1:].astype(np.int64)


def smallest_units(sets: Sets, units: Mapping[str, Ids], count: int, *, most: int | None = None) -> Counts:
    """Return, for each set, the smallest number of distinct units over all kinds; no kinds: 0.

    With `most`, a set that has that many or more may be told as having just that many.
    """
    if not units:
        return np.zeros(count, dtype=np.int64)
    kinds = list(units.values())
    if most is None or not _compiled(sets, count) or count * most > sets.size:
        counts = [distinct_per_set(sets, ids, count) for ids in kinds]
    else:
        counts = _up_to(sets, kinds, count, most)
    return np.asarray(np.minimum.reduce(counts), dtype=np.int64)


def _up_to(sets: Sets, kinds: list[Ids], count: int, most: int) -> list[Counts]:
    from sandbox.egress import unit_kernels

    with ThreadPoolExecutor(_THREADS) as both:
        return list(both.map(lambda ids: unit_kernels.distinct_up_to(sets, ids, count, most), kinds))


@dataclass(frozen=True, slots=True)
class Shares:
    """Per set: the absolute total, and the largest and second largest unit's part of it."""

    total: NDArray[np.float64]
    largest: NDArray[np.float64]
    second: NDArray[np.float64]


def shares_of_each(
    sets: Sets, kinds: Sequence[Ids], amounts: NDArray[np.float64], count: int
) -> tuple[Shares, ...]:
    """Return the contributions behind each set, for every kind of unit by itself."""
    if not _compiled(sets, count):
        return tuple(shares(sets, ids, amounts, count) for ids in kinds)
    from sandbox.egress import unit_kernels

    rows, starts = unit_kernels.by_set(sets, count)

    def told(ids: Ids) -> Shares:
        many = int(ids.max(initial=0)) + 1
        return Shares(*unit_kernels.contributions(rows, starts, ids, amounts, many))

    with ThreadPoolExecutor(_THREADS) as both:
        return tuple(both.map(told, kinds))


def shares(sets: Sets, ids: Ids, amounts: NDArray[np.float64], count: int) -> Shares:
    """Return the contributions behind each set: per unit, the sum of absolute amounts.

    Rows of nobody are taken together as one unit, the cautious reading of a missing subject.
    """
    if _compiled(sets, count):
        return shares_of_each(sets, (ids,), amounts, count)[0]
    kept = (sets >= 0) & np.isfinite(amounts)
    pairs = (sets[kept].astype(np.uint64) << np.uint64(32)) | ids[kept].astype(np.uint64)
    order = np.argsort(pairs, kind="stable")
    pairs, values = pairs[order], np.abs(amounts[kept])[order]
    total, largest, second = (np.zeros(count) for _ in range(3))
    if pairs.size == 0:
        return Shares(total, largest, second)
    starts = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]]))
    sums = np.add.reduceat(values, starts)
    owner = (pairs[starts] >> np.uint64(32)).astype(np.int64)
    np.add.at(total, owner, sums)
    ranked = np.lexsort((-sums, owner))
    owner, sums = owner[ranked], sums[ranked]
    heads = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
    largest[owner[heads]] = sums[heads]
    nexts = heads + 1
    nexts = nexts[(nexts < owner.size)]
    nexts = nexts[owner[nexts] == owner[nexts - 1]]
    second[owner[nexts]] = sums[nexts]
    return Shares(total, largest, second)
