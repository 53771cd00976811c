"""Cells of two tables that hold nearly the same rows: whoever lays them side by side sees the few between.

Unlike a remainder, neither need lie inside the other: one person came and another went. Used between
versions of the data, where the same table is made again and again. Pure; called by `together`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.differencing import Exposure, Published
from sandbox.egress.units import Ids, rows_per_set, smallest_units


def twins(
    new: Sequence[Published], old: Sequence[Published], units: Mapping[str, Ids], *, smallest: int
) -> tuple[Exposure, ...]:
    """Return the pairs of a new and an old cell that differ, and by fewer than `smallest` units.

    Each new cell is held against the old one of every family that shares most rows with it: another one
    could differ by few only if both were small.
    """
    found = [part for one in new for other in old for part in _pair(one, other, units, smallest)]
    return tuple(dict.fromkeys(found))


def _pair(one: Published, other: Published, units: Mapping[str, Ids], smallest: int) -> list[Exposure]:
    nearest = _nearest(one, other)
    if not nearest.size:
        return []
    mine = one.sets
    same = (mine >= 0) & (nearest[np.maximum(mine, 0)] == other.sets)
    apart = np.where(same, -1, mine)  # rows of the new cell that its twin has not
    back = np.full(other.count, -1, dtype=np.int64)
    cells = np.flatnonzero(nearest >= 0)
    back[nearest[cells]] = cells  # a cell that is the nearest of several belongs to the last of them
    twin = (other.sets >= 0) & (back[np.maximum(other.sets, 0)] >= 0)
    theirs = np.where(twin, back[np.maximum(other.sets, 0)], -1)
    gone = np.where(theirs == mine, -1, theirs)
    paired = np.zeros(one.count, dtype=bool)
    paired[back[back >= 0]] = True
    apart = np.where((apart >= 0) & paired[np.maximum(apart, 0)], apart, -1)
    both = np.concatenate([apart, gone])
    ids = {kind: np.concatenate([part, part]) for kind, part in units.items()}
    rows, held = rows_per_set(both, one.count), smallest_units(both, ids, one.count)
    owners = tuple(sorted({one.owner, other.owner}))
    return [
        Exposure(rows=int(rows[cell]), units=int(held[cell]), owners=owners)
        for cell in np.flatnonzero((rows > 0) & (held < smallest))
    ]


def _nearest(one: Published, other: Published) -> NDArray[np.int64]:
    """Return for each cell the other family's cell with most rows in common, -1 for none."""
    shared = (one.sets >= 0) & (other.sets >= 0)
    if not shared.any():
        return np.zeros(0, dtype=np.int64)
    pairs, counts = np.unique(one.sets[shared] * other.count + other.sets[shared], return_counts=True)
    nearest = np.full(one.count, -1, dtype=np.int64)
    ranked = np.argsort(counts, kind="stable")  # the largest is written last and stays
    nearest[pairs[ranked] // other.count] = pairs[ranked] % other.count
    return nearest
