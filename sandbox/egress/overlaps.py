"""Which few figures of one cell of a claim, added and taken from one another, leave a small set of rows.

All that one claim publishes lies inside its cells. So a cell is searched by itself: what lies across cells,
and what their margins leave, is made of parts that are found there, each as small or smaller. Says how far
it looked. Pure; called by `cells`; across tables it is the matter of `combining`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.combining import most_rows
from sandbox.egress.units import Ids, Sets, smallest_units

MOST_CELLS = 4
MAX_COLUMNS = 40
MAX_WORK = 2_000_000_000
"""Groups of rows times combinations that are looked at; some seconds of work."""
MAX_FOUND = 20_000
_AT_ONCE = 4_000_000

Signs = NDArray[np.float32]
Ids64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Searched:
    """The rows and units of every small set that was found, and how far the search went.

    `cells` is how many figures were combined at most: of fewer than `MOST_CELLS`, not all was looked at.
    """

    found: tuple[tuple[int, int], ...] = ()
    cells: int = MOST_CELLS
    columns: int = 0
    combinations: int = 0

    @property
    def whole(self) -> bool:
        """Return whether everything was looked at that should be."""
        return self.cells >= min(MOST_CELLS, self.columns)

    def __str__(self) -> str:
        """Return the bounds of the search in words that are no language."""
        end = "whole" if self.whole else "cut"
        return f"cells<={self.cells} columns={self.columns} combinations={self.combinations} {end}"


@dataclass(frozen=True, slots=True)
class _Groups:
    """Rows that lie in the same columns of the same cell, a line each, the lines of a cell together.

    `inside` has a column a figure; `starts` is where each cell begins; `of` numbers the group of each row.
    """

    inside: Signs
    rows: NDArray[np.int64]
    starts: NDArray[np.int64]
    of: NDArray[np.int64]


@dataclass(slots=True)
class _Found:
    """Small sets by the groups they are made of."""

    sets: dict[bytes, tuple[int, int]] = field(default_factory=dict)


def overlapping(figures: Sequence[Sets], units: Mapping[str, Ids], *, smallest: int) -> Searched:
    """Return the small sets that two to four figures of a cell leave; all number the same cells.

    A set that is a figure by itself is left to the figure's own rule.
    """
    if len(figures) < 3:  # of two, one less the other is a remainder
        return Searched(columns=len(figures))
    if len(figures) > MAX_COLUMNS:
        return Searched(cells=0, columns=len(figures))
    groups, most = _groups(figures), most_rows(units, smallest)
    found, looked, cells = _Found(), 0, 1
    for many in range(2, MOST_CELLS + 1):
        signs = _signs(len(figures), many)
        if (looked + len(signs)) * len(groups.rows) > MAX_WORK:
            break
        looked += len(signs)
        for part in _parts(signs, len(groups.rows)):
            _look(groups, part, most, units, found)
        if len(found.sets) > MAX_FOUND:
            break
        cells = many
    small = tuple(sorted({one for one in found.sets.values() if one[1] < smallest}))
    return Searched(small, cells, len(figures), looked)


def _groups(figures: Sequence[Sets]) -> _Groups:
    cell = np.maximum.reduce(list(figures))
    bits = np.zeros(cell.size, dtype=np.int64)
    for place, sets in enumerate(figures):
        bits |= (sets >= 0).astype(np.int64) << place
    width = len(figures)
    codes, of, rows = _numbered(np.where(cell >= 0, (cell << width) | bits, -1))
    inside = ((codes[:, None] >> np.arange(width)) & 1).astype(np.float32)
    inside[codes < 0] = 0
    owner = np.where(codes < 0, -1, codes >> width)
    starts = np.flatnonzero(np.concatenate([[True], owner[1:] != owner[:-1]]))
    return _Groups(inside, rows.astype(np.int64), starts, of)


def _numbered(codes: Ids64) -> tuple[Ids64, Ids64, Ids64]:
    """Return the different codes, sorted, the number of each row's, and its rows; -1 is the least of them.

    Where the codes are no more than the rows they are counted, which takes a tenth of the time of sorting.
    """
    last = int(codes.max(initial=-1))
    if last >= 2 * codes.size:
        found, of, rows = np.unique(codes, return_inverse=True, return_counts=True)
        return found, of, rows
    counts = np.bincount(codes + 1, minlength=last + 2)
    held = np.flatnonzero(counts)
    place = np.zeros(counts.size, dtype=np.int64)
    place[held] = np.arange(held.size)
    return held - 1, place[codes + 1], counts[held]


def _signs(columns: int, many: int) -> Signs:
    """Return every choice of columns with signs, a line each; one of the two ways round of each."""
    ways = [(1, *rest) for rest in product((1, -1), repeat=many - 1) if -1 in rest]
    lines = [(chosen, way) for chosen in combinations(range(columns), many) for way in ways]
    signs = np.zeros((len(lines), columns), dtype=np.float32)
    for line, (chosen, way) in enumerate(lines):
        signs[line, list(chosen)] = way
    return signs


def _parts(signs: Signs, groups: int) -> Iterator[Signs]:
    step = max(1, _AT_ONCE // max(groups, 1))
    for start in range(0, len(signs), step):
        yield signs[start : start + step]


def _look(groups: _Groups, signs: Signs, most: int, units: Mapping[str, Ids], found: _Found) -> None:
    """Look at combinations in every cell, both ways round: what leaves 0 or 1 of every group is a set."""
    held = groups.inside @ signs.T
    low = np.minimum.reduceat(held, groups.starts, axis=0)
    high = np.maximum.reduceat(held, groups.starts, axis=0)
    rows = np.add.reduceat(held * groups.rows[:, None], groups.starts, axis=0)
    for way in (1, -1):
        least, highest = (low, high) if way == 1 else (-high, -low)
        small = (least >= 0) & (highest == 1) & (way * rows > 0) & (way * rows <= most)
        for cell, line in zip(*np.nonzero(small), strict=True):
            if len(found.sets) > MAX_FOUND:
                return
            _note(groups, int(cell), way * held[:, line], units, found)


def _note(
    groups: _Groups, cell: int, held: NDArray[np.float32], units: Mapping[str, Ids], found: _Found
) -> None:
    start = groups.starts[cell]
    end = groups.starts[cell + 1] if cell + 1 < groups.starts.size else groups.rows.size
    taken = held[start:end] == 1
    chosen = start + np.flatnonzero(taken)
    known = chosen.tobytes()
    if known in found.sets or np.equal(groups.inside[start:end].T, taken).all(axis=1).any():
        return
    within = np.where(np.isin(groups.of, chosen), 0, -1)
    found.sets[known] = int((within == 0).sum()), int(smallest_units(within, units, 1)[0])
