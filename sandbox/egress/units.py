"""Counting distinct persons and firms behind sets of rows, with numpy alone.

Arrays are row-aligned: a set number per row (-1: in no set) and, per kind of unit, a dense id
(0: nobody, a missing or sentinel subject). Pure; called by `recompute` and `differencing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint32]
Sets = NDArray[np.int64]
Counts = NDArray[np.int64]


def distinct_per_set(sets: Sets, ids: NDArray[np.integer], count: int) -> Counts:
    """Return, for each of `count` sets, how many distinct ids other than 0 its rows hold."""
    kept = (sets >= 0) & (ids != 0)
    return _distinct(sets[kept], ids[kept], count)


def _distinct(sets: NDArray[np.integer], ids: NDArray[np.integer], count: int) -> Counts:
    if sets.size == 0:
        return np.zeros(count, dtype=np.int64)
    pairs = np.sort((sets.astype(np.uint64) << np.uint64(32)) | ids.astype(np.uint64))
    first = np.concatenate([[True], pairs[1:] != pairs[:-1]])
    return np.bincount((pairs[first] >> np.uint64(32)).astype(np.int64), minlength=count).astype(np.int64)


def rows_per_set(sets: Sets, count: int) -> Counts:
    """Return the number of rows of each set."""
    return np.bincount(sets[sets >= 0], minlength=count).astype(np.int64)


def smallest_units(sets: Sets, units: Mapping[str, Ids], count: int) -> Counts:
    """Return, for each set, the smallest number of distinct units over all kinds; no kinds: 0."""
    if not units:
        return np.zeros(count, dtype=np.int64)
    counts = [distinct_per_set(sets, ids, count) for ids in units.values()]
    return np.asarray(np.minimum.reduce(counts), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Shares:
    """Per set: the absolute total, and the largest and second largest unit's part of it."""

    total: NDArray[np.float64]
    largest: NDArray[np.float64]
    second: NDArray[np.float64]


def shares(sets: Sets, ids: Ids, amounts: NDArray[np.float64], count: int) -> Shares:
    """Return the contributions behind each set: per unit, the sum of absolute amounts.

    Rows of nobody are taken together as one unit, the cautious reading of a missing subject.
    """
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
