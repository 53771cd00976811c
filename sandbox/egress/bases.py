"""Columns of whole numbers that a whole matrix mixed, whatever its entries, as what they were before.

Rows that were mixed by whole weights lie on a lattice with wide gaps, and the lattice is told by the rows
alone. Counted along its shortest vectors, the numbers are those from before but for small weights, which
`pairings` tries. A table that nobody mixed lies on the lattice of all whole numbers and gives nothing. Pure;
called by `pairings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from sandbox.egress.matrices import Exact, exact

MAX_MIXED = 4
_ROWS = 24
_TURNS = 200

Row = list[int]


def unmixed_by_lattice(columns: Sequence[Exact]) -> list[Exact] | None:
    """Return the columns counted along the shortest vectors of their lattice; None where nothing changes."""
    rows = [[int(one) for one in row] for row in zip(*columns, strict=True)]
    basis = _basis(rows[:_ROWS], len(columns))
    if basis is None or abs(_volume(basis)) <= 1:
        return None
    short = _shortened(basis)
    counted = [_along(row, short) for row in rows]
    if any(one is None for one in counted):
        return None
    return [exact(list(column)) for column in zip(*(one for one in counted if one is not None), strict=True)]


def _basis(rows: Sequence[Row], width: int) -> list[Row] | None:
    """Return vectors that span all rows, in steps (Hermite), or None where they span no full space."""
    left = [list(row) for row in rows]
    basis = []
    for at in range(width):
        while True:
            held = [row for row in left if row[at]]
            if not held:
                return None
            first = min(held, key=lambda row: abs(row[at]))
            others = [row for row in held if row is not first]
            if not others:
                break
            for row in others:
                _less(row, first, row[at] // first[at])
        basis.append(first)
        left = [row for row in left if row is not first]
    return basis


def _less(row: Row, other: Row, times: int) -> None:
    for at, one in enumerate(other):
        row[at] -= times * one


def _volume(basis: Sequence[Row]) -> int:
    volume = 1
    for at, row in enumerate(basis):
        volume *= row[at]
    return volume


def _shortened(basis: Sequence[Row]) -> list[Row]:
    """Return a basis of the same lattice in which no vector is shorter for less of another."""
    short = [list(row) for row in basis]
    for _ in range(_TURNS):
        short.sort(key=_length)
        changed = False
        for one, other in combinations(short, 2):
            times = _nearest(sum(a * b for a, b in zip(one, other, strict=True)), _length(one))
            if times:
                _less(other, one, times)
                changed = True
        if not changed:
            break
    return short


def _length(row: Row) -> int:
    return sum(one * one for one in row)


def _nearest(number: int, by: int) -> int:
    return (2 * number + by) // (2 * by) if by else 0


def _along(row: Row, basis: Sequence[Row]) -> list[int] | None:
    """Return the whole weights with which vectors make a row, or None where they do not (Cramer)."""
    whole = _determinant(basis)
    weights = []
    for at in range(len(basis)):
        part = _determinant([row if place == at else one for place, one in enumerate(basis)])
        if whole == 0 or part % whole:
            return None
        weights.append(part // whole)
    return weights


def _determinant(rows: Sequence[Row]) -> int:
    if len(rows) == 1:
        return rows[0][0]
    return sum(
        (-1) ** at * one * _determinant([row[:at] + row[at + 1 :] for row in rows[1:]])
        for at, one in enumerate(rows[0])
        if one
    )
