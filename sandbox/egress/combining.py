"""Which few cells, added and taken from one another, leave a small set of rows: up to four at once.

Ranges and time slices that overlap without nesting give by A + B - C what no single remainder does, and
what they give may lie across the cells of every other table. A combination whose sum over the rows is a set
is told by the overlaps of its cells alone: integers of which each is 0 or 1 are those whose squares sum to
what they sum to. Pure; called by `differencing`, which says what it could not search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.units import Ids, Sets, smallest_units

MAX_CELLS = 3_000
MAX_WORK = 400_000_000
"""Products of overlaps that are looked at; some seconds of work."""
MAX_FOUND = 20_000
_AT_ONCE = 512
_SIGNS = tuple(signs for signs in product((1, -1), repeat=3) if len(set(signs)) > 1)

Counts = NDArray[np.int64]
Signed = tuple[tuple[int, int], ...]
"""Cells with +1 or -1."""


class TooMany(ValueError):
    """There are more cells or combinations than are searched: the caller must say so."""


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells of several tables: of which table each is, its rows, and the rows each two share."""

    family: NDArray[np.int64]
    number: NDArray[np.int64]
    shared: Counts

    @property
    def rows(self) -> Counts:
        """Return the rows of each cell."""
        return np.asarray(np.diag(self.shared))


def cells_of(families: Sequence[Sets], atoms: Sets, rows: Counts) -> Cells:
    """Return the cells of families of disjoint sets; `atoms` numbers the rows by all of them together.

    Raises `TooMany` for more cells than are searched.
    """
    first = np.unique(atoms, return_index=True)[1]
    owner: list[int] = []
    number: list[int] = []
    lines: list[NDArray[np.bool_]] = []
    known: set[bytes] = set()
    for place, sets in enumerate(families):
        held = sets[first]
        for cell in np.unique(held[held >= 0]):
            line = held == cell
            if line.tobytes() in known:
                continue  # the same rows again give nothing new
            known.add(line.tobytes())
            owner.append(place)
            number.append(int(cell))
            lines.append(line)
            if len(lines) > MAX_CELLS:
                raise TooMany("cells")
    if not lines:
        return Cells(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 0), np.int64))
    matrix = np.asarray(lines, dtype=np.float64)
    shared = np.rint((matrix * rows) @ matrix.T).astype(np.int64)
    return Cells(np.asarray(owner), np.asarray(number), shared)


def small_sums(cells: Cells, fresh: NDArray[np.bool_], *, most: int) -> tuple[Signed, ...]:
    """Return every combination of up to four cells, one of them fresh, that is a set of 1 to `most` rows.

    The smallest come first. Raises `TooMany` where the search would take longer than is worth it.
    """
    linked = cells.shared > 0
    work = int(linked[fresh].sum()) * len(_SIGNS) * max(fresh.size, 1)
    if work > MAX_WORK:
        raise TooMany("combinations")
    search = _Search(cells, most, MAX_WORK - work)
    for one in np.flatnonzero(fresh):
        others = np.flatnonzero(linked[one])
        search.pairs(int(one), others)
        search.longer(int(one), others[others != one])
    return tuple(signed for _, signed in sorted((rows, signed) for signed, rows in search.found.items()))


@dataclass(slots=True)
class _Search:
    """What has been found, by combination the rows it leaves, and how much may still be looked at."""

    cells: Cells
    most: int
    left: int
    found: dict[Signed, int] = field(default_factory=dict)

    def pairs(self, one: int, others: NDArray[np.int64]) -> None:
        size, both = self.cells.rows, self.cells.shared[one]
        for other in others:
            for outer, inner in ((one, int(other)), (int(other), one)):
                rows = int(size[outer] - both[other])
                if both[other] == size[inner] and 0 < rows <= self.most:
                    self._add(((outer, 1), (inner, -1)), rows)

    def longer(self, one: int, others: NDArray[np.int64]) -> None:
        """Look at three cells and at four, two of them given: a line for each other one."""
        size, shared = self.cells.rows, self.cells.shared
        for first, second, third in _SIGNS:
            total = first * size[one] + second * size[others, None] + third * size[None, :]
            crossed = first * second * shared[one, others][:, None] + first * third * shared[one][None, :]
            crossed += second * third * shared[others]
            squares = size[one] + size[others, None] + size[None, :] + 2 * crossed
            used = np.zeros(squares.shape, dtype=bool)
            used[:, one] = True
            used[np.arange(others.size), others] = True
            small = (squares == total) & (total > 0) & (total <= self.most) & ~used
            for line, place in zip(*np.nonzero(small), strict=True):
                three = ((one, first), (int(others[line]), second), (int(place), third))
                self._add(three, int(total[line, place]))
            for fourth in (-1, 1):
                # less the fourth cell it is a set of few rows: this sum is then twice those at most
                off = squares + fourth * total
                near = np.argwhere((off >= 0) & (off <= 2 * self.most) & ~used)
                self._fourth(one, others, near, (first, second, third, fourth))

    def _fourth(
        self, one: int, others: NDArray[np.int64], near: NDArray[np.int64], signs: tuple[int, int, int, int]
    ) -> None:
        size, shared = self.cells.rows, self.cells.shared
        self.left -= near.shape[0] * size.size
        if self.left < 0:
            raise TooMany("combinations")
        for start in range(0, near.shape[0], _AT_ONCE):
            part = near[start : start + _AT_ONCE]
            held = np.stack([np.full(part.shape[0], one), others[part[:, 0]], part[:, 1]])
            given = np.asarray(signs[:3])[:, None]
            beside = (given[:, :, None] * shared[held]).sum(axis=0)
            total = (given * size[held]).sum(axis=0)
            squares = sum(given[at, 0] * beside[np.arange(part.shape[0]), held[at]] for at in range(3))
            sums = total[:, None] + signs[3] * size
            whole = squares[:, None] + 2 * signs[3] * beside + size
            found = (whole == sums) & (sums > 0) & (sums <= self.most)
            for line, cell in zip(*np.nonzero(found), strict=True):
                three = tuple((int(held[at, line]), signs[at]) for at in range(3))
                if int(cell) not in held[:, line]:
                    self._add((*three, (int(cell), signs[3])), int(sums[line, cell]))

    def _add(self, signed: Signed, rows: int) -> None:
        self.found[tuple(sorted(signed))] = rows
        if len(self.found) > MAX_FOUND:
            raise TooMany("found")


def most_rows(units: Mapping[str, Ids], smallest: int) -> int:
    """Return how many rows fewer than `smallest` units can have, rows of nobody among them."""
    most = 0
    for ids in units.values():
        rows = np.bincount(ids, minlength=1)
        busiest = np.sort(rows[1:])[::-1][: smallest - 1]
        most = max(most, int(rows[0]) + int(busiest.sum()))
    return most


def counted(
    cells: Cells, signed: Signed, families: Sequence[Sets], units: Mapping[str, Ids]
) -> tuple[int, int]:
    """Return the rows and the units of the set that a combination leaves."""
    total = np.zeros(families[0].size, dtype=np.int64)
    for cell, sign in signed:
        total += sign * (families[cells.family[cell]] == cells.number[cell])
    left = np.where(total > 0, 0, -1)
    return int((left == 0).sum()), int(smallest_units(left, units, 1)[0])


def is_cell(cells: Cells, signed: Signed) -> bool:
    """Return whether what a combination leaves is one of the cells: that is left to the cell's own rule."""
    inside = sum(sign * cells.shared[cell] for cell, sign in signed)
    rows = sum(sign * int(cells.rows[cell]) for cell, sign in signed)
    return bool(((inside == rows) & (cells.rows == rows)).any())
