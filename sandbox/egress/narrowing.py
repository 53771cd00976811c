"""How closely rounded counts are known beside others: the same rows rounded twice, or a total that is exact.

What is published of a set of rows leaves its count between two ends, told here as how far below and above
the truth: nothing for an exact count, a base for a rounded one. Equal sets share their ends; a cell has those
that its total and its neighbours leave it (bounds propagated, as an auditor of suppression does). Finds sets
of a few whose count is then known more closely than the rounding promises. Pure; called by `roundings`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.units import Ids, Sets, rows_per_set, smallest_units

ROUNDS = 20
Ends = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Told:
    """Disjoint sets of rows, and for each how far below and above the truth its count may lie."""

    sets: Sets
    low: Ends
    high: Ends

    @property
    def rounded(self) -> bool:
        """Return whether any count of it is not exact."""
        return bool((self.low < self.high).any())


def exact(sets: Sets) -> Told:
    """Return sets whose counts are published as they are."""
    none = np.zeros(int(sets.max(initial=-1)) + 1)
    return Told(sets, none, none.copy())


def narrowed(told: Sequence[Told], units: Mapping[str, Ids], *, smallest: int) -> int | None:
    """Return the least room that is left to the count of a rounded set of few units, None where all have it.

    Room is the distance between the ends; `smallest` less one is what rounding promises.
    """
    lows, highs = [one.low.copy() for one in told], [one.high.copy() for one in told]
    counts = [rows_per_set(one.sets, one.low.size) for one in told]
    for low, count in zip(lows, counts, strict=True):
        np.maximum(low, -count, out=low)  # nobody counts fewer than none
    pairs = [
        _Pair((outer, inner), told[outer].sets, told[inner].sets, (counts[outer], counts[inner]))
        for outer in range(len(told)) for inner in range(len(told)) if outer != inner
    ]  # fmt: skip
    for _ in range(ROUNDS):
        before = [one.copy() for one in (*lows, *highs)]
        for pair in pairs:
            pair.tighten(lows, highs)
        if all(np.array_equal(old, new) for old, new in zip(before, (*lows, *highs), strict=True)):
            break
    least: int | None = None
    for one, low, high, count in zip(told, lows, highs, counts, strict=True):
        if one.rounded:
            held = smallest_units(one.sets, units, count.size, most=smallest)
            room = (high - low)[(count > 0) & (held < smallest)]
            if room.size and room.min() < smallest - 1:
                least = int(room.min()) if least is None else min(least, int(room.min()))
    return least


class _Pair:
    """The cells of one family inside those of another, and what of the outer ones lies in none of them."""

    def __init__(
        self,
        places: tuple[int, int],
        around: Sets,
        within: Sets,
        counts: tuple[NDArray[np.int64], NDArray[np.int64]],
    ) -> None:
        self.outer, self.inner = places
        whole, rows = counts
        count = rows.size
        owner = np.full(count, -1, dtype=np.int64)
        some = within >= 0
        owner[within[some]] = around[some]
        strays = np.zeros(count, dtype=bool)
        strays[within[some & (around != owner[np.maximum(within, 0)])]] = True
        self.cells = np.flatnonzero((owner >= 0) & ~strays)
        self.owner = owner[self.cells]
        inside = np.bincount(self.owner, weights=rows[self.cells], minlength=whole.size)
        self.rest = whole - inside
        self.touched = np.bincount(self.owner, minlength=whole.size) > 0

    def tighten(self, lows: list[Ends], highs: list[Ends]) -> None:
        """Take from the outer cells what the inner ones leave them, and the other way round."""
        if not self.cells.size:
            return
        low, high = lows[self.inner][self.cells], highs[self.inner][self.cells]
        top, bottom = highs[self.outer], lows[self.outer]
        least, most = (np.bincount(self.owner, weights=one, minlength=top.size) for one in (low, high))
        full = self.touched & (self.rest == 0)
        # a rest that nothing is known of may be any number of rows more, and is no fewer than none
        np.maximum(bottom, np.where(self.touched, least - self.rest, bottom), out=bottom)
        np.minimum(top, np.where(full, most, top), out=top)
        others_least, others_most = least[self.owner] - low, most[self.owner] - high
        highs[self.inner][self.cells] = np.minimum(
            high, top[self.owner] - others_least + self.rest[self.owner]
        )
        lows[self.inner][self.cells] = np.where(
            full[self.owner], np.maximum(low, bottom[self.owner] - others_most), low
        )
