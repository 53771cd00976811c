"""Cells of two tables that hold nearly the same rows: whoever lays them side by side sees the few between.

Unlike a remainder, neither need lie inside the other: one person came and another went. Used between
versions of the data, where the same table is made again and again. Pure; called by `together`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.combining import most_rows
from sandbox.egress.differencing import Exposure, Published
from sandbox.egress.units import Ids, rows_per_set, smallest_units


def twins(
    new: Sequence[Published], old: Sequence[Published], units: Mapping[str, Ids], *, smallest: int
) -> tuple[Exposure, ...]:
    """Return the pairs of a new and an old cell that differ, and by fewer than `smallest` units.

    Every pair that shares rows is held against each other, unless more rows lie between the two than
    so few units have.
    """
    most = most_rows(units, smallest)
    found = [part for one in new for other in old for part in _family(one, other, units, smallest, most)]
    return tuple(dict.fromkeys(found))


def _family(
    one: Published, other: Published, units: Mapping[str, Ids], smallest: int, most: int
) -> list[Exposure]:
    found: list[Exposure] = []
    waiting = _near(one, other, most)
    while len(waiting):  # each round holds a cell against one other at most
        first = waiting[np.unique(waiting[:, 0], return_index=True)[1]]
        chosen = first[np.unique(first[:, 1], return_index=True)[1]]
        found += _round(one, other, chosen, units, smallest)
        done = chosen[:, 0] * other.count + chosen[:, 1]
        waiting = waiting[~np.isin(waiting[:, 0] * other.count + waiting[:, 1], done)]
    return found


def _near(one: Published, other: Published, most: int) -> NDArray[np.int64]:
    """Return the pairs of cells that share rows and differ by at most `most`, one a line."""
    shared = (one.sets >= 0) & (other.sets >= 0)
    pairs, counts = np.unique(one.sets[shared] * other.count + other.sets[shared], return_counts=True)
    mine, theirs = pairs // other.count, pairs % other.count
    between = rows_per_set(one.sets, one.count)[mine] + rows_per_set(other.sets, other.count)[theirs]
    between -= 2 * counts
    near = (between > 0) & (between <= most)
    return np.stack([mine[near], theirs[near]], axis=1).astype(np.int64)


def _round(
    one: Published, other: Published, pairs: NDArray[np.int64], units: Mapping[str, Ids], smallest: int
) -> list[Exposure]:
    """Return the exposures of pairs in which no cell stands twice."""
    ours, others = np.full(one.count + 1, -1, np.int64), np.full(other.count + 1, -1, np.int64)
    ours[pairs[:, 0]] = others[pairs[:, 1]] = np.arange(len(pairs))
    mine, theirs = ours[one.sets], others[other.sets]  # -1, no cell, is the last place: no pair
    both = np.concatenate([np.where(mine == theirs, -1, mine), np.where(mine == theirs, -1, theirs)])
    ids = {kind: np.concatenate([part, part]) for kind, part in units.items()}
    rows, held = rows_per_set(both, len(pairs)), smallest_units(both, ids, len(pairs))
    owners = tuple(sorted({one.owner, other.owner}))
    return [
        Exposure(rows=int(rows[pair]), units=int(held[pair]), owners=owners)
        for pair in np.flatnonzero((rows > 0) & (held < smallest))
    ]
