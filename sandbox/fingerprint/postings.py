"""One column of the index by value: its distinct hashes in order, and the rows that hold each.

Arithmetic on whole vectors, without meaning. The index builds itself from it and unpacks with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from sandbox.fingerprint.siphash import Words

Rows: TypeAlias = np.ndarray[Any, np.dtype[np.uint32]]
Marks: TypeAlias = np.ndarray[Any, np.dtype[np.uint16]]
Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

SMALL: Final = 65_535
"""Distinct values up to which a mark of sixteen bits is the value's own number."""


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """Distinct hashes in order; the rows that hold value v are `rows[start[v]:start[v + 1]]`, ascending."""

    hashes: Words
    start: Rows
    rows: Rows

    @property
    def small(self) -> bool:
        """Whether a mark tells the value exactly."""
        return len(self.hashes) <= SMALL

    def marks(self, records: int) -> Marks:
        """For every record 1 + its value's number, cut to sixteen bits; 0 where the column is empty."""
        out = np.zeros(records, np.uint16)
        number = np.repeat(np.arange(1, len(self.hashes) + 1, dtype=np.uint32), np.diff(self.start))
        out[self.rows] = number.astype(np.uint16)
        return out

    def numbers_of(self, step: int, records: int) -> Rows:
        """1 + the value's number, of every `step`-th record; 0 where the column is empty."""
        out = np.zeros(-(-records // step), np.uint32)
        place = np.flatnonzero(self.rows % np.uint32(step) == 0)
        out[self.rows[place] // np.uint32(step)] = np.searchsorted(self.start, place, side="right")
        return out


def group(hashes: Words) -> Postings:
    """Postings of a column given by the hash of each row, 0 for an empty cell."""
    order = _order(hashes)
    ordered = hashes[order]
    skip = int(np.searchsorted(ordered, np.uint64(1)))
    order, ordered = order[skip:], ordered[skip:]
    fresh = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    firsts = np.flatnonzero(fresh)
    start = np.append(firsts, len(ordered)).astype(np.uint32)
    rows = order.astype(np.uint32)
    del order, fresh
    return Postings(ordered[firsts], start, rows)


def _order(hashes: Words) -> Words:
    """A stable sorting permutation: row numbers ride in the low bits, and what those cost is mended."""
    bits = np.uint64(max(len(hashes).bit_length(), 1))
    low = (np.uint64(1) << bits) - np.uint64(1)
    order: Words = hashes & ~low
    order |= np.arange(len(hashes), dtype=np.uint64)
    order.sort()  # in place: what large columns take of memory is mostly this
    order &= low
    ordered = hashes[order]
    for at in np.flatnonzero(ordered[1:] < ordered[:-1]).tolist():
        top = hashes[order[at]] | low
        first, last = at, at + 1
        while first and (hashes[order[first - 1]] | low) == top:
            first -= 1
        while last < len(order) and (hashes[order[last]] | low) == top:
            last += 1
        part = order[first:last]
        order[first:last] = part[np.lexsort((part, hashes[part]))]
    return order


def from_marks(hashes: Words, marks: Marks, partner: Marks | None) -> Postings:
    """Postings of a small column from its marks; rows of one value in the order of the partner's marks."""
    filled = np.flatnonzero(marks).astype(np.uint64)
    keys = marks[filled].astype(np.uint64) << np.uint64(48)
    if partner is not None:
        keys |= partner[filled].astype(np.uint64) << np.uint64(32)
    keys |= filled
    rows = (np.sort(keys) & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    counts = np.bincount(marks[filled], minlength=len(hashes) + 1)[1 : len(hashes) + 1]
    start = np.zeros(len(hashes) + 1, np.uint32)
    np.cumsum(counts, out=start[1:])
    return Postings(hashes, start, rows)
