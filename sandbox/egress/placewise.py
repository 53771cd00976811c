"""Numbers of which every place has an alphabet of its own, the same in all rows: told by which rows agree.

Bars, notes, shifted or keyed digits, letters by a table, a pad used twice: two rows show the same sign at a
place where their numbers have the same digit. Which rows of a product agree at which places is laid beside
the numbers of a source, row after row; each further row that still fits is evidence in bits. Serial numbers,
of which a source holds most, prove nothing and are not asked about. Bounded; pure; called by `substituted`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.identities import whole
from sandbox.egress.isomorphs import Numbers
from sandbox.egress.streams import Column, Stream, cut

LEAST_ROWS = 8
MAX_ROWS = 40
MAX_PLACES = 64
MAX_GRIDS = 24
MAX_HELD = 1 << 17
BITS = 20.0
"""Evidence that the rows of one reading need, beyond what choosing a number for each row costs."""
_WIDTHS = (18, 17, 11)
_MOST_SIGNS = 31
_FEWEST_PLACES = 6
_MOST_STATES = 1 << 18
_SPARSE = 12.0
_MOST_WINDOWS = 40
_SHARE = 0.6
Grid = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Held:
    """Numbers of a source by place, what an agreement at each place is worth and what a difference is."""

    cells: NDArray[np.uint8]
    alike: NDArray[np.float64]
    apart: NDArray[np.float64]
    signs: NDArray[np.int64]


def grids_of(one: Stream) -> Iterator[Grid]:
    """Yield the values of a sequence by lines of one length, or cut where a place is constant."""
    values = one.values[: MAX_ROWS * MAX_PLACES * 4]
    if values.size < LEAST_ROWS * _WIDTHS[-1] or len(np.unique(values[:512])) > _MOST_SIGNS + 9:
        return
    lines = [line for line in cut(values, one.ends) if _WIDTHS[-1] <= line.size <= MAX_PLACES]
    yield from by_length([line.tolist() for line in lines])
    if len(lines) >= LEAST_ROWS:
        return
    for width in range(_WIDTHS[-1], MAX_PLACES + 1):
        rows = values.size // width
        if rows < LEAST_ROWS:
            return
        grid = values[: rows * width].reshape(rows, width)
        same = np.flatnonzero((grid[1:LEAST_ROWS] == grid[0]).all(axis=0))
        if same.size:
            yield grid
        if same.size and (late := int(same[0])) and rows > LEAST_ROWS:  # the first of it stands elsewhere
            yield values[late : late + (rows - 1) * width].reshape(rows - 1, width)


def by_length(rows: Sequence[Sequence[Any]]) -> Iterator[Grid]:
    """Yield rows of signs as grids of numbers, those of one length together; also every second and third."""
    for step in (1, 2, 3, 4):
        for start in range(step):
            some = rows[start::step]
            lengths = [len(row) for row in some]
            usual = max(set(lengths), key=lengths.count, default=0)
            same = [row for row in some if len(row) == usual]
            if len(same) < max(LEAST_ROWS, _SHARE * len(some)) or not _WIDTHS[-1] <= usual <= MAX_PLACES:
                continue
            known: dict[Any, int] = {}
            yield np.array([[known.setdefault(sign, len(known)) for sign in row] for row in same], np.int64)
            if step == 1:
                return


def windows(grids: Iterator[Grid]) -> list[Grid]:
    """Return the parts of grids that may be numbers: few signs a place, the first places the same in all."""
    found: dict[bytes, Grid] = {}
    for number, grid in enumerate(grids):
        if number >= MAX_GRIDS or len(found) >= _MOST_WINDOWS:
            break
        _, first = np.unique(grid, axis=0, return_index=True)
        rows = grid[np.sort(first)][:MAX_ROWS]
        if len(rows) < LEAST_ROWS:
            continue
        ordered = np.sort(rows, axis=0)
        kinds = 1 + (np.diff(ordered, axis=0) != 0).sum(axis=0)
        for width in _WIDTHS:
            for start in np.flatnonzero(kinds == 1).tolist():
                part = kinds[start : start + width]
                if len(part) == width and part.max() <= _MOST_SIGNS and (part > 2).sum() >= _FEWEST_PLACES:
                    found.setdefault(rows[:, start : start + width].tobytes(), rows[:, start : start + width])
    return list(found.values())[:_MOST_WINDOWS]


def read_by_place(parts: Sequence[Grid], numbers: Mapping[int, Sequence[Numbers]]) -> Iterator[Column]:
    """Yield the numbers of a source that the rows of a grid agree like, where that is beyond chance."""
    for width in _WIDTHS:
        fit = [part for part in parts if part.shape[1] == width]
        for column in numbers.get(width, ()) if fit else ():
            held = _held(column)
            for part in fit if held is not None else ():
                if held is not None and _likely(part, held):
                    cells = _told(part, held)
                    if cells:
                        yield Column("place by place", cells)


def _held(column: Numbers) -> _Held | None:
    """Return the numbers of a column; None where they are so dense that any series runs like them."""
    cells = np.unique(column.cells[:MAX_HELD], axis=0)
    rows = len(cells)
    if rows < 2 * LEAST_ROWS:
        return None
    counts = np.stack([np.bincount(place, minlength=128)[:128] for place in cells.T]) / rows
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = -np.nansum(np.where(counts > 0, counts * np.log2(counts), 0.0))
        same = np.clip((counts**2).sum(axis=1), 1e-9, 1.0)
        alike, apart = -np.log2(same), -np.log2(np.clip(1.0 - same, 1e-3, 1.0))
    if spread - np.log2(rows) < _SPARSE:
        return None
    return _Held(cells, alike, apart, (counts > 0).sum(axis=1))


def _likely(part: Grid, held: _Held) -> bool:
    """Return whether no place of the rows has more signs than the numbers have digits there."""
    ordered = np.sort(part, axis=0)
    kinds = 1 + (np.diff(ordered, axis=0) != 0).sum(axis=0)
    return bool((kinds <= held.signs).all())


def _told(part: Grid, held: _Held) -> tuple[str, ...]:
    """Return the numbers that rows are, found by letting one row after another agree; empty for none."""
    agree = part[:, None, :] == part[None, :, :]
    worth = np.where(agree, held.alike, held.apart).sum(axis=2)
    np.fill_diagonal(worth, -1.0)
    taken = [int(worth.max(axis=1).argmax())]
    left = [row for row in range(len(part)) if row != taken[0]]
    states = np.arange(len(held.cells))[:, None]
    told, choice = np.minimum(_own(part), held.alike), float(np.log2(len(held.cells)))
    gained = -choice
    while left:
        known = agree[left][:, taken].any(axis=1)
        row = left.pop(int((known * held.alike + ~known * held.apart).sum(axis=1).argmax()))
        more = _joined(states, taken, agree[row], held)
        if more is None:
            return ()
        if len(more):
            gained += float(told[row][agree[row, taken].any(axis=0)].sum()) - choice
            states = more
            taken.append(row)
    if gained < BITS or len(taken) < max(LEAST_ROWS, _SHARE * len(part)):
        return ()
    return whole(held.cells[one].tobytes().decode("ascii") for one in states[0].tolist())


def _own(part: Grid) -> NDArray[np.float64]:
    """Return how many bits every sign tells among those of its place: little where rows are nearly alike."""
    same = (part[:, None, :] == part[None, :, :]).sum(axis=1)
    return np.asarray(-np.log2(same / len(part)))


def _joined(states: Grid, taken: Sequence[int], agree: NDArray[np.bool_], held: _Held) -> Grid | None:
    """Return the states with a number for one row more, of all that agree and differ as it does.

    None where there are too many to tell them apart.
    """
    width = held.cells.shape[1]
    with_whom = agree[taken]
    known = np.flatnonzero(with_whom.any(axis=0))
    weights = np.asarray(np.random.default_rng(width).integers(1, 1 << 62, width), np.uint64)
    keys = (held.cells[:, known].astype(np.uint64) * weights[known]).sum(axis=1, dtype=np.uint64)
    asked = np.zeros(len(states), np.uint64)
    for place in known.tolist():
        by = int(with_whom[:, place].argmax())
        asked += held.cells[states[:, by], place].astype(np.uint64) * weights[place]
    order = np.argsort(keys, kind="stable")
    low = np.searchsorted(keys[order], asked, side="left")
    times = np.searchsorted(keys[order], asked, side="right") - low
    total = int(times.sum())
    if total > 16 * _MOST_STATES:
        return None
    at = np.repeat(np.arange(len(states)), times)
    step = np.arange(total) - np.repeat(np.cumsum(times) - times, times)
    fresh = order[np.repeat(low, times) + step]
    fine = np.ones(total, np.bool_)
    for place in range(width):
        for column, same in enumerate(with_whom[:, place].tolist()):
            if not same:
                fine &= held.cells[states[at, column], place] != held.cells[fresh, place]
    kept = np.flatnonzero(fine)
    if len(kept) > _MOST_STATES:
        return None
    return np.column_stack([states[at[kept]], fresh[kept]])
