"""What several published sets of rows give together that none gives alone.

Every published cell is a set of rows of the source; sums and differences of cells, and the
known total, determine further sets. Finds those that hold fewer units than the threshold:
remainders (a cell less the cells inside it), atoms (rows that share all their cells) that a linear
combination of cells isolates, and what up to four cells give. Pure; called by `cells` for one claim and
by `beside` across the files of a submission and what was released before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.combining import TooMany, cells_of, counted, is_cell, most_rows, small_sums
from sandbox.egress.units import Ids, Sets, rows_per_set, smallest_units

MAX_RANK = 2_500
"""Cells, or groups of rows that share all cells, that are combined exactly at once: some seconds, 50 MB."""
MAX_SIZE = 20_000_000
_ISOLATED = 1e-6
_NOTHING = 1e-11


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


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found, and whether it looked at everything: what it could not is for people."""

    found: tuple[Exposure, ...]
    whole: bool


def exposures(
    families: Sequence[Published],
    units: Mapping[str, Ids],
    *,
    smallest: int,
    new: frozenset[str] | None = None,
) -> tuple[Exposure, ...]:
    """Return every exposed set with rows in it and fewer than `smallest` units.

    With `new`, only what these owners have a part in: the rest was judged when it came.

    An empty tuple means none was found. Raises ValueError when none was found and there are too many cells
    to combine exactly: the caller must treat that as unable.
    """
    searched = search(families, units, smallest=smallest, new=new)
    if not searched.whole and not searched.found:
        raise ValueError("too many cells to combine")
    return searched.found


def search(
    families: Sequence[Published],
    units: Mapping[str, Ids],
    *,
    smallest: int,
    new: frozenset[str] | None = None,
) -> Searched:
    """Return every exposed set that was found, also where there was too much to look at everything.

    The total of the source counts as published when a family owned by "" covers every row.
    """
    found, whole = _remainders(families, units, smallest, new), True
    try:
        found += _isolated(families, units, smallest)
    except ValueError:
        whole = False
    if new is not None:
        try:
            found += _combined(families, units, smallest, new)
        except TooMany:
            whole = False
    return Searched(tuple(dict.fromkeys(found)), whole)


def _combined(
    families: Sequence[Published], units: Mapping[str, Ids], smallest: int, new: frozenset[str]
) -> list[Exposure]:
    """Return what up to four cells give together, one of them new: ranges that overlap without nesting."""
    partial = [family for family in families if family.owner and family.count]
    partial.sort(key=lambda family: family.owner in new)  # what is known already is not new
    if len(partial) < 2 or partial[-1].owner not in new:
        return []
    sets = [family.sets for family in partial]
    atoms, count = _atoms(partial)
    cells = cells_of(sets, atoms, rows_per_set(atoms, count))
    fresh = np.asarray([partial[place].owner in new for place in cells.family], dtype=bool)
    found: list[Exposure] = []
    for signed in small_sums(cells, fresh, most=most_rows(units, smallest)):
        if is_cell(cells, signed):
            continue  # a published cell by itself is left to the cell's own rule
        rows, few = counted(cells, signed, sets, units)
        if few < smallest:
            owners = sorted({partial[cells.family[cell]].owner for cell, _ in signed})
            found.append(Exposure(rows=rows, units=few, owners=tuple(owners)))
    return found


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
    rows = rows_per_set(sets, count)
    held = smallest_units(sets, units, count, most=smallest)
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
    held = smallest_units(atoms, units, count, most=smallest)
    first = np.unique(atoms, return_index=True)[1]
    cells = np.stack([family.sets[first] for family in partial])
    risky = (held < smallest) & (rows > 0) & (cells >= 0).any(axis=0)
    labels = _components(cells)
    found: list[Exposure] = []
    for label in np.unique(labels[risky]):
        members = np.flatnonzero(labels == label)
        for group in _determined(cells[:, members], rows[members], risky[members]):
            chosen = members[group]
            within = np.where(np.isin(atoms, chosen), 0, -1)
            few = int(smallest_units(within, units, 1, most=smallest)[0])
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


def _determined(
    cells: NDArray[np.int64], rows: NDArray[np.int64], risky: NDArray[np.bool_]
) -> Iterator[NDArray[np.bool_]]:
    """Yield the groups of risky atoms of one component whose count follows from the cells' counts.

    Groups are single atoms, and all atoms that the same families cover: what one table shows and
    another leaves out. A group that is itself one published cell is left to the cell's own rule. A cell
    with an atom of many units that lies in no other cell has no part in any group: it is taken out first.
    """
    incidence = _binding(cells, risky)
    if incidence.size > MAX_SIZE or min(incidence.shape) > MAX_RANK:
        raise ValueError("too many cells to combine")
    if not incidence.shape[0]:
        return
    patterns, code = np.unique(cells >= 0, axis=1, return_inverse=True)
    alike = [code == place for place in range(patterns.shape[1])]
    singles = [np.arange(cells.shape[1]) == place for place in np.flatnonzero(risky & (rows > 0))]
    groups = [group for group in (*alike, *singles) if risky[group].all()]
    published = {(row == cell).tobytes() for row in cells for cell in np.unique(row[row >= 0])}
    wanted = {group.tobytes(): group for group in groups if group.tobytes() not in published}
    if wanted:
        asked = np.asarray(list(wanted.values()))
        yield from asked[_spanned(incidence, asked)]


def _binding(cells: NDArray[np.int64], risky: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the cells, a line each, that can have a part in a sum over risky atoms alone."""
    lines: list[NDArray[np.bool_]] = [row == cell for row in cells for cell in np.unique(row[row >= 0])]
    matrix = np.asarray(lines, dtype=bool).reshape(len(lines), cells.shape[1])
    while matrix.size:
        alone = (matrix.sum(axis=0) == 1) & ~risky
        free = ~matrix[:, alone].any(axis=1)
        if free.all():
            break
        matrix = matrix[free]
    return matrix.astype(np.float64)


def _spanned(incidence: NDArray[np.float64], groups: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which groups are linear combinations of the lines: as long as their shadow on all of them."""
    asked = groups.astype(np.float64)
    if incidence.shape[0] <= incidence.shape[1]:
        values, vectors = np.linalg.eigh(incidence @ incidence.T)
        kept = values > values.max(initial=0) * _NOTHING
        shadow = (((asked @ incidence.T) @ vectors[:, kept]) ** 2 / values[kept]).sum(axis=1)
    else:
        values, vectors = np.linalg.eigh(incidence.T @ incidence)
        kept = values > values.max(initial=0) * _NOTHING
        shadow = ((asked @ vectors[:, kept]) ** 2).sum(axis=1)
    return np.asarray(shadow > groups.sum(axis=1) - _ISOLATED)
