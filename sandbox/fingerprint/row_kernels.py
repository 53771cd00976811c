"""What the cells of a block of rows are worth, compiled: hashes looked up, held values weighed.

Rows whose values could reach the floor go to `record_kernels`, which finds the record; both do what
`evidence` defines, one row after another. Only `scan` calls it, for tables large enough to pay.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sandbox.fingerprint.evidence import STEP
from sandbox.fingerprint.record_kernels import Hits, report, scratch, search

CHUNK = 2048
"""Rows at a time: their values stay in the second-level cache."""


class Tables(NamedTuple):
    """An index laid out for the search; see `RecordIndex` for what is not told here."""

    hashes: Any
    masks: Any
    base: Any
    start: Any
    rows: Any
    marks: Any
    small: Any
    partner: Any
    order: Any  # marks of the partner, in the order of `rows` from `offset[c]` on
    offset: Any
    implies: Any
    units: Any
    rank: Any  # place of a column among all, the finest first
    strong: Any
    sure: Any  # columns one value of which proves a record
    sieve: Any  # by the top bits of a hash: one bit for each column modulo eight that may hold it
    shift: Any
    bucket: Any  # first entry of a column's hashes by their top bits, from `begin[c]` on
    begin: Any
    top: Any  # how far to shift a hash for its bucket
    worth: Any  # bits of a value by the number of rows that hold it


@njit(cache=True, nogil=True)
def scan_block(t, hashes, places, width, filled, floor, enough, settled, rare, budget):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Best record of each row of a block, rows named by a sure value, and which columns agree how often.

    `hashes` [readings, rows], `places` the candidate column of each reading, `filled` the row's cells.
    Returns rows, records, bits, cells, crowd, agreeing columns, named rows, their entries, links, and
    whether the budget of (row, record) pairs was not enough.
    """
    columns = len(t.masks)
    links = np.zeros((width, columns), np.int64)
    named = np.empty((2, 64), np.int64)
    rows = np.empty(1024, np.int64)
    found = np.empty((3, 1024), np.int64)  # record, cells, crowd
    bits = np.empty(1024, np.float32)
    agree = np.empty((1024, columns), np.bool_)
    names, count, left, spent = 0, 0, budget, False
    for begin in range(0, hashes.shape[1], CHUNK):
        h = _hits(t, hashes, places, begin, min(begin + CHUNK, hashes.shape[1]))
        named, names = _named(t, h, begin, named, names, links)
        s = scratch(columns, width, _widest(h))
        for row in range(len(h.first) - 1):
            low, high = h.first[row], h.first[row + 1]
            if high == low:
                continue
            if _weigh(t, h, low, high, s) > floor:
                left, short = search(
                    t, h, low, high, s, floor, enough, settled * filled[begin + row], rare, left
                )
                spent = spent or short
                if s.kept[0]:
                    if count == len(rows):
                        rows, bits = _longer(rows), np.concatenate((bits, np.empty_like(bits)))
                        found = np.concatenate((found, np.empty_like(found)), axis=1)
                        agree = np.concatenate((agree, np.empty_like(agree)))
                    rows[count] = begin + row
                    report(t, h, low, high, s, count, found, bits, agree)
                    count += 1
            for k in range(s.number[0]):
                s.held[s.columns[k]] = 0
    return (
        rows[:count], found[:, :count], bits[:count], agree[:count], named[0, :names], named[1, :names],
        links, spent,
    )  # fmt: skip


@njit(cache=True, nogil=True, forceinline=True)
def _widest(h):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    most = 0
    for row in range(len(h.first) - 1):
        most = max(most, h.first[row + 1] - h.first[row])
    return most


@njit(cache=True, nogil=True, forceinline=True)
def _longer(array):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return np.concatenate((array, np.empty_like(array)))


@njit(cache=True, nogil=True, forceinline=True)
def _hits(t, hashes, places, begin, end):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Every held value of some rows: by row, and within it by candidate column, reading, source column."""
    rows = end - begin
    row = np.empty(rows * 4 + 16, np.int32)
    place = np.empty(rows * 4 + 16, np.int16)
    column = np.empty(rows * 4 + 16, np.int16)
    entry = np.empty(rows * 4 + 16, np.int64)
    likely = np.empty(rows, np.uint8)
    columns = len(t.masks)
    count = 0
    for k in range(len(places)):
        for i in range(rows):
            likely[i] = t.sieve[hashes[k, begin + i] >> t.shift]
        for i in range(rows):
            if likely[i] == 0 or hashes[k, begin + i] == 0:
                continue
            for c in range(columns):
                if not (likely[i] >> (c & 7)) & 1:
                    continue
                e = _lookup(t, c, hashes[k, begin + i])
                if e >= 0:
                    if count == len(row):
                        row, place, column = _longer(row), _longer(place), _longer(column)
                        entry = _longer(entry)
                    row[count], place[count], column[count], entry[count] = i, places[k], c, e
                    count += 1
    return _by_row(t, rows, count, row, place, column, entry)


@njit(cache=True, nogil=True, forceinline=True)
def _by_row(t, rows, number, row, place, column, entry):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    first = np.zeros(rows + 1, np.int64)
    for i in range(number):
        first[row[i] + 1] += 1
    for i in range(rows):
        first[i + 1] += first[i]
    at = first[:-1].copy()
    h = Hits(
        first,
        np.empty(number, np.int16),
        np.empty(number, np.int16),
        np.empty(number, np.int64),
        np.empty(number, np.int64),
    )
    for i in range(number):
        to = at[row[i]]
        at[row[i]] += 1
        e = entry[i]
        h.place[to], h.column[to], h.entry[to] = place[i], column[i], e
        h.count[to] = np.int64(t.start[e + 1]) - np.int64(t.start[e])
    return h


@njit(cache=True, nogil=True, forceinline=True)
def _lookup(t, c, found):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The entry of a hash in a column, or -1."""
    kept = found & t.masks[c]
    slot = t.begin[c] + np.int64(kept >> t.top[c])
    low = t.base[c] + np.int64(t.bucket[slot])
    high = t.base[c] + np.int64(t.bucket[slot + 1])
    while low < high:
        if t.hashes[low] == kept:
            return low
        low += 1
    return np.int64(-1)


@njit(cache=True, nogil=True, forceinline=True)
def _named(t, h, begin, named, count, links):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Add rows that hold a value which proves a record alone, with its entry; counts all links on the way."""
    for row in range(len(h.first) - 1):
        for i in range(h.first[row], h.first[row + 1]):
            links[h.place[i], h.column[i]] += 1
            if t.sure[h.column[i]]:
                if count == named.shape[1]:
                    named = np.concatenate((named, np.empty_like(named)), axis=1)
                named[0, count], named[1, count] = begin + row, h.entry[i]
                count += 1
    return named, count


@njit(cache=True, nogil=True, forceinline=True)
def _weigh(t, h, low, high, s):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Set the bits of each column held, and return the most that a record could be worth."""
    number = 0
    for i in range(low, high):
        c = h.column[i]
        if s.held[c] == 0:
            s.columns[number] = c
            number += 1
        s.held[c] += h.count[i]
    s.number[0] = number
    total = np.float32(0)
    for k in range(number):
        c = s.columns[k]
        held = s.held[c]
        if held < len(t.worth):
            s.worth[c] = t.worth[held]
        else:
            s.worth[c] = max(np.rint(np.log2(len(t.marks) / held) * STEP) / STEP, 0.0)
        total += s.worth[c]
    by_cell, best, last = np.float32(0), np.float32(0), -1
    for i in range(low, high):
        if h.place[i] != last:
            by_cell += best
            best, last = np.float32(0), h.place[i]
        best = max(best, s.worth[h.column[i]])
    return min(total, by_cell + best)
