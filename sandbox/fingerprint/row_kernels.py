"""What the cells of a block of rows are worth, compiled: hashes looked up, held values weighed.

Rows whose values could reach the floor go to `record_kernels`, which finds the record; both do what
`evidence` defines, one row after another. Only `scan` calls it, for tables large enough to pay.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64

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
    fine: Any  # columns of many values, whose pairs are ...
    pairs: Any  # ... sifted: a bit for the values of any two of them that one record holds
    pair_shift: Any


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
            if _weigh(t, h, low, high, s) > floor and _may_hold(t, h, low, high, s, floor):
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


@njit(cache=True, nogil=True)
def _hits(t, hashes, places, begin, end):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Every held value of some rows: by row, and within it by candidate column, reading, source column."""
    rows = end - begin
    row = np.empty(rows * 4 + 16, np.int32)
    place = np.empty(rows * 4 + 16, np.int16)
    column = np.empty(rows * 4 + 16, np.int16)
    entry = np.empty(rows * 4 + 16, np.int64)
    likely = np.empty(rows, np.uint8)
    wanted = np.empty(rows + 1, np.int32)
    entries = np.empty((2, rows + 1), np.int64)
    count = 0
    for k in range(len(places)):
        every = np.uint8(0)
        for i in range(rows):
            found = hashes[k, begin + i]
            likely[i] = t.sieve[found >> t.shift] if found else np.uint8(0)
            every |= likely[i]
        for c in range(len(t.masks)):
            if not (every >> (c & 7)) & 1:
                continue
            number = _lookup(t, c, hashes[k, begin:end], likely, wanted, entries)
            while count + number > len(row):
                row, place, column = _longer(row), _longer(place), _longer(column)
                entry = _longer(entry)
            for j in range(number):
                row[count + j], place[count + j], column[count + j] = wanted[j], places[k], c
                entry[count + j] = entries[0, j]
            count += number
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
def _lookup(t, c, hashes, likely, wanted, entries):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Put the rows whose hash a column holds into `wanted` and its entries into `entries`; their number.

    Step by step over all rows: no row waits for the memory that another asked for.
    """
    number, bit = 0, c & 7
    for i in range(len(likely)):
        wanted[number] = i
        number += (likely[i] >> bit) & 1
    mask, top, begin, base = t.masks[c], t.top[c], t.begin[c], t.base[c]
    for j in range(number):
        slot = begin + np.int64((hashes[wanted[j]] & mask) >> top)
        entries[0, j], entries[1, j] = base + np.int64(t.bucket[slot]), base + np.int64(t.bucket[slot + 1])
    found = 0
    for j in range(number):
        kept = hashes[wanted[j]] & mask
        low, high = entries[0, j], entries[1, j]
        while low < high and t.hashes[low] != kept:
            low += 1
        wanted[found], entries[0, found] = wanted[j], low
        found += low < high
    return found


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


@njit(cache=True, nogil=True, forceinline=True)
def _may_hold(t, h, low, high, s, floor):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Whether a record may reach the floor with values that some record holds two by two.

    Asks of one fine value after another, the dearest first, until the rest is not enough without them.
    Never false where a record does reach it.
    """
    for k in range(high - low):
        s.counts[k] = 0
    while True:
        bound, best, last, dearest = np.float32(0), np.float32(0), -1, -1
        for i in range(low, high):
            if h.place[i] != last:
                bound, best, last = bound + best, np.float32(0), h.place[i]
            if s.counts[i - low]:
                continue
            worth = s.worth[h.column[i]]
            best = max(best, worth)
            if t.fine[h.column[i]] and (dearest < 0 or worth > s.worth[h.column[dearest]]):
                dearest = i
        if bound + best <= floor:
            return False
        if dearest < 0 or _beside(t, h, low, high, s, dearest) > floor:
            return True
        s.counts[dearest - low] = 1


@njit(cache=True, nogil=True, forceinline=True)
def _beside(t, h, low, high, s, one):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The most that a record can be worth that holds one fine value of the row."""
    c = h.column[one]
    mark = uint64(h.entry[one] - t.base[c] + 1) & uint64(0xFFFF)
    bound, best, last = np.float32(0), np.float32(0), -1
    for i in range(low, high):
        if h.place[i] != last:
            bound, best, last = bound + best, np.float32(0), h.place[i]
        d = h.column[i]
        if s.worth[d] <= best:
            continue
        if t.fine[d] and d != c and last != h.place[one]:
            other = uint64(h.entry[i] - t.base[d] + 1) & uint64(0xFFFF)
            at = _pair_of(c, mark, d, other) >> t.pair_shift
            if not (t.pairs[at >> uint64(3)] >> (at & uint64(7))) & uint64(1):
                continue
        best = s.worth[d]
    return bound + best


@njit(cache=True, nogil=True, forceinline=True)
def _pair_of(c, mark, d, other):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """A word spread over 64 bits for the values of two columns, in either order."""
    one, two = uint64(c) << uint64(16) | mark, uint64(d) << uint64(16) | other
    if c > d:
        one, two = two, one
    word = (one << uint64(32) | two) * uint64(0x9E3779B97F4A7C15)
    word ^= word >> uint64(29)
    return word * uint64(0xBF58476D1CE4E5B9)


@njit(cache=True, nogil=True)
def sift_pairs(marks, c, d, pairs, shift):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Set the bit of the values that each record holds of columns c and d."""
    for record in range(len(marks)):
        word = _pair_of(c, uint64(marks[record, c]), d, uint64(marks[record, d])) >> shift
        pairs[word >> uint64(3)] |= np.uint8(1) << np.uint8(word & uint64(7))
