"""What several published sets of rows give together that none gives alone.

Every published cell is a set of rows of the source; sums and differences of cells, and the
known total, determine further sets. Finds those that hold fewer units than the threshold:
remainders (a cell less the cells inside it) and atoms (rows that share all their cells) that
a linear combination of cells isolates. Pure; called by `recompute` for one claim and by
`judge` across the files of a submission and what was released before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.units import Ids, Sets, rows_per_set, smallest_units

MAX_ATOMS = 1200
MAX_CELLS = 1200
_ISOLATED = 1e-6


@dataclass(frozen=True, slots=True)
class Published:
    """One family of disjoint published cells: `sets` numbers the cell of each row, -1 for none.

    `owner` says who publishes it (a file's path), so that findings can name the files.
    """

    owner: str
    sets: Sets

    @property
    def count(self) -> int:
        """Return how many cells the family may have."""
        return int(self.sets.max(initial=-1)) + 1


@dataclass(frozen=True, slots=True)
class Exposure:
    """A set of rows that follows from published cells: its rows, units and who exposes it."""

    rows: int
    units: int
    owners: tuple[str, ...]


def exposures(
    families: Sequence[Published],
    units: Mapping[str, Ids],
    *,
    smallest: int,
    new: frozenset[str] | None = None,
) -> tuple[Exposure, ...]:
    """Return every exposed set with rows in it and fewer than `smallest` units.

    With `new`, only what these owners have a part in: the rest was judged when it came.

    An empty tuple means none was found. The total of the source counts as published when a
    family owned by "" covers every row. Raises ValueError when there are too many cells to
    combine exactly: the caller must treat that as unable.
    """
    found = [*_remainders(families, units, smallest, new), *_isolated(families, units, smallest)]
    return tuple(dict.fromkeys(found))


def _remainders(
    families: Sequence[Published], units: Mapping[str, Ids], smallest: int, new: frozenset[str] | None
) -> list[Exposure]:
    """Return small remainders of a cell after the other family's cells that lie inside it."""
    found: list[Exposure] = []
    for outer in families:
        for inner in families:
            if outer is inner or not outer.count or not inner.count:
                continue
            if new is not None and new.isdisjoint((outer.owner, inner.owner)):
                continue
            inside = _contained(outer, inner)
            if not inside.any():
                continue
            covered = (inner.sets >= 0) & inside[np.maximum(inner.sets, 0)]
            touched = np.zeros(outer.count, dtype=bool)
            touched[outer.sets[covered]] = True
            rest = np.where(covered | (outer.sets < 0), -1, outer.sets)
            rest = np.where((rest >= 0) & touched[np.maximum(rest, 0)], rest, -1)
            found += _small(rest, outer.count, units, smallest, _owners(outer, inner))
    return found


def _contained(outer: Published, inner: Published) -> NDArray[np.bool_]:
    """Return for each inner cell whether all its rows lie in one outer cell."""
    kept = inner.sets >= 0
    low = np.full(inner.count, np.iinfo(np.int64).max)
    high = np.full(inner.count, -1, dtype=np.int64)
    np.minimum.at(low, inner.sets[kept], outer.sets[kept])
    np.maximum.at(high, inner.sets[kept], outer.sets[kept])
    return np.asarray((low == high) & (low >= 0))


def _small(
    sets: Sets, count: int, units: Mapping[str, Ids], smallest: int, owners: tuple[str, ...]
) -> list[Exposure]:
    rows, held = rows_per_set(sets, count), smallest_units(sets, units, count)
    return [
        Exposure(rows=int(rows[cell]), units=int(held[cell]), owners=owners)
        for cell in np.flatnonzero((rows > 0) & (held < smallest))
    ]


def _owners(*families: Published) -> tuple[str, ...]:
    return tuple(sorted({family.owner for family in families if family.owner}))


def _atoms(families: Sequence[Published]) -> tuple[Sets, int]:
    """Return for each row the number of its atom (its cell in every family), and how many."""
    code = np.zeros(families[0].sets.size, dtype=np.int64)
    count = 1
    for family in families:
        code = code * (family.count + 1) + (family.sets + 1)
        values, code = np.unique(code, return_inverse=True)
        count = values.size
    return code, count


def _isolated(families: Sequence[Published], units: Mapping[str, Ids], smallest: int) -> list[Exposure]:
    """Return small groups of atoms whose count follows from published counts by linear combination.

    Works component by component (cells linked by shared rows); the known total, which links
    everything, is used by `_remainders` alone.
    """
    partial = [family for family in families if family.owner and family.count]
    if len(partial) < 2:
        return []
    atoms, count = _atoms(partial)
    rows = rows_per_set(atoms, count)
    held = smallest_units(atoms, units, count)
    first = np.unique(atoms, return_index=True)[1]
    cells = np.stack([family.sets[first] for family in partial])
    risky = (held < smallest) & (rows > 0) & (cells >= 0).any(axis=0)
    labels = _components(cells)
    found: list[Exposure] = []
    for label in np.unique(labels[risky]):
        members = np.flatnonzero(labels == label)
        for group in _determined(cells[:, members], rows[members]):
            chosen = members[group]
            within = np.where(np.isin(atoms, chosen), 0, -1)
            few = int(smallest_units(within, units, 1)[0])
            if few < smallest:
                found.append(Exposure(rows=int(rows[chosen].sum()), units=few, owners=_owners(*partial)))
    return found


def _components(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each atom (column) the label of its component: atoms that share a cell."""
    labels = np.arange(cells.shape[1])
    while True:
        before = labels
        for row in cells:
            inside = row >= 0
            lowest = np.full(int(row.max(initial=-1)) + 1, cells.shape[1])
            np.minimum.at(lowest, row[inside], labels[inside])
            labels = labels.copy()
            labels[inside] = np.minimum(labels[inside], lowest[row[inside]])
        if np.array_equal(before, labels):
            return labels


def _determined(cells: NDArray[np.int64], rows: NDArray[np.int64]) -> Iterator[NDArray[np.bool_]]:
    """Yield the groups of atoms of one component whose count follows from the cells' counts.

    Groups are single atoms, and all atoms that the same families cover: what one table shows and
    another leaves out. A group that is itself one published cell is left to the cell's own rule.
    """
    incidence = [row == cell for row in cells for cell in np.unique(row[row >= 0])]
    if len(incidence) > MAX_CELLS or cells.shape[1] > MAX_ATOMS:
        raise ValueError("too many cells to combine")
    _, singular, basis = np.linalg.svd(np.asarray(incidence, dtype=np.float64), full_matrices=False)
    space = basis[: int((singular > singular.max(initial=0) * 1e-10).sum())]
    published = {cell.tobytes() for cell in incidence}
    patterns, code = np.unique(cells >= 0, axis=1, return_inverse=True)
    groups = [code == place for place in range(patterns.shape[1])]
    groups += [np.arange(cells.shape[1]) == place for place in np.flatnonzero(rows > 0)]
    for group in {group.tobytes(): group for group in groups}.values():
        inside = space @ group.astype(np.float64)
        if group.tobytes() not in published and float(inside @ inside) > group.sum() - _ISOLATED:
            yield group
