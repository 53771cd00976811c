"""What the cells of a block of rows are worth, compiled: hashes looked up, held values weighed.

Rows whose values could reach the floor go to `record_kernels`, which finds the record; both do what
`evidence` defines, one row after another. Only `scan` calls it, for tables large enough to pay.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64

from sandbox.fingerprint.evidence import STEP
from sandbox.fingerprint.record_kernels import Found, Hits, borrowing, report, scratch, search

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
    pairs: Any  # ... sifted: two bits of one word for the values of any two of them that one record holds
    pair_shift: Any
    slots: Any  # by entry: the bits of its hash behind those of the bucket, and where its rows begin
    told: Any  # columns whose hash is told wholly by bucket and slot


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
    out = _room(1024, columns)
    names, count, left, spent = 0, 0, budget, False
    for begin in range(0, hashes.shape[1], CHUNK):
        h = _hits(t, hashes, places, begin, min(begin + CHUNK, hashes.shape[1]))
        while names + len(h.entry) > named.shape[1]:
            named = np.concatenate((named, np.empty_like(named)), axis=1)
        names = _named(t, h, begin, named, names, links)
        while count + CHUNK > len(out.rows):
            out = _longer_room(out)
        s = scratch(columns, width, _widest(h))
        count, left, short = _followed(t, h, s, begin, filled, floor, enough, settled, rare, left, out, count)
        spent = spent or short
    return (
        out.rows[:count], out.found[:, :count], out.bits[:count], out.agree[:count],
        named[0, :names], named[1, :names], links, spent,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _room(rows, columns):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return Found(
        np.empty(rows, np.int64),
        np.empty((3, rows), np.int64),
        np.empty(rows, np.float32),
        np.empty((rows, columns), np.bool_),
    )


@njit(cache=True, nogil=True)
def _longer_room(out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return Found(
        _longer(out.rows),
        np.concatenate((out.found, np.empty_like(out.found)), axis=1),
        _longer(out.bits),
        _longer(out.agree),
    )


@borrowing
def _followed(t, h, s, begin, filled, floor, enough, settled, rare, left, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Search for the records of some rows, and report them from `count` on; the count, the budget left, and
    whether it was short."""
    spent = False
    for row in range(len(h.first) - 1):
        low, high = h.first[row], h.first[row + 1]
        if high == low:
            continue
        if _weigh(t, h, low, high, s) > floor and _may_hold(t, h, low, high, s, floor):
            needed = settled * filled[begin + row]
            left, short = search(t, h, low, high, s, floor, enough, needed, rare, left)
            spent = spent or short
            if s.kept[0]:
                out.rows[count] = begin + row
                report(t, h, low, high, s, count, out)
                count += 1
        for k in range(s.number[0]):
            s.held[s.columns[k]] = 0
    return count, left, spent


@borrowing
def _widest(h):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    most = 0
    for row in range(len(h.first) - 1):
        most = max(most, h.first[row + 1] - h.first[row])
    return most


@njit(cache=True, nogil=True)
def _longer(array):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return np.concatenate((array, np.empty_like(array)))


@njit(cache=True, nogil=True)
def _hits(t, hashes, places, begin, end):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Every held value of some rows: by row, and within it by candidate column, reading, source column."""
    rows = end - begin
    owner = np.empty((3, rows * 8 + 16), np.int16)  # row, candidate column, source column
    held = np.empty((2, rows * 8 + 16), np.int64)  # entry, records that hold it
    likely = np.empty(rows, np.uint8)
    wanted = np.empty(rows + 1, np.int32)
    entries = np.empty((2, rows + 1), np.int64)
    count = 0
    for k in range(len(places)):
        cells = hashes[k, begin:end]
        every = _sieved(t, cells, likely)
        for c in range(len(t.masks)):
            if not (every >> (c & 7)) & 1:
                continue
            number = _lookup(t, c, cells, likely, wanted, entries)
            while count + number > owner.shape[1]:
                owner = np.concatenate((owner, np.empty_like(owner)), axis=1)
                held = np.concatenate((held, np.empty_like(held)), axis=1)
            count = _added(owner, held, count, number, places[k], c, wanted, entries)
    h = Hits(
        np.zeros(rows + 1, np.int64),
        np.empty(count, np.int16),
        np.empty(count, np.int16),
        np.empty(count, np.int64),
        np.empty(count, np.int64),
    )
    _by_row(rows, count, owner, held, h, np.empty(rows, np.int64))
    return h


@borrowing
def _sieved(t, cells, likely):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Which columns may hold each cell, a bit each; and which may hold any."""
    every = np.uint8(0)
    for i in range(len(cells)):
        found = cells[i]
        likely[i] = t.sieve[found >> t.shift] if found else np.uint8(0)
        every |= likely[i]
    return every


@borrowing
def _added(owner, held, count, number, place, column, wanted, entries):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for j in range(number):
        owner[0, count + j], owner[1, count + j], owner[2, count + j] = wanted[j], place, column
        held[0, count + j], held[1, count + j] = entries[0, j], entries[1, j]
    return count + number


@borrowing
def _by_row(rows, number, owner, held, h, at):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for i in range(number):
        h.first[owner[0, i] + 1] += 1
    for i in range(rows):
        at[i] = h.first[i]
        h.first[i + 1] += h.first[i]
    for i in range(number):
        to = at[owner[0, i]]
        at[owner[0, i]] += 1
        h.place[to], h.column[to] = owner[1, i], owner[2, i]
        h.entry[to], h.count[to] = held[0, i], held[1, i]


@borrowing
def _lookup(t, c, hashes, likely, wanted, entries):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Put the rows whose hash a column holds into `wanted` and its entries and their counts into `entries`;
    their number.

    Step by step over all rows: no row waits for the memory that another asked for.
    """
    number, bit = 0, c & 7
    for i in range(len(likely)):
        wanted[number] = i
        number += (likely[i] >> bit) & 1
    mask, top, begin, base, told = t.masks[c], t.top[c], t.begin[c], t.base[c], t.told[c]
    behind = uint64(64) - top
    for j in range(number):
        slot = begin + np.int64((hashes[wanted[j]] & mask) >> top)
        entries[0, j], entries[1, j] = base + np.int64(t.bucket[slot]), base + np.int64(t.bucket[slot + 1])
    found = 0
    for j in range(number):
        kept = hashes[wanted[j]] & mask
        tag = np.uint32((kept << behind) >> uint64(32))
        low, high = entries[0, j], entries[1, j]
        while low < high and (t.slots[low, 0] != tag or not (told or t.hashes[low] == kept)):
            low += 1
        if low < high:
            wanted[found], entries[0, found] = wanted[j], low
            entries[1, found] = np.int64(t.slots[low + 1, 1]) - np.int64(t.slots[low, 1])
            found += 1
    return found


@borrowing
def _named(t, h, begin, named, count, links):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Add rows that hold a value which proves a record alone, with its entry; counts all links on the way."""
    for row in range(len(h.first) - 1):
        for i in range(h.first[row], h.first[row + 1]):
            links[h.place[i], h.column[i]] += 1
            if t.sure[h.column[i]]:
                named[0, count], named[1, count] = begin + row, h.entry[i]
                count += 1
    return count


@borrowing
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


@borrowing
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
        bound += best
        if bound <= floor:
            return False
        if dearest < 0 or _beside(t, h, low, high, s, dearest, bound, floor) > floor:
            return True
        s.counts[dearest - low] = 1


@borrowing
def _beside(t, h, low, high, s, one, bound, floor):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The most that a record can be worth that holds one fine value of the row, and none asked of before.

    `bound` is what it could be worth if it held all; nothing more is asked once that is not beyond the floor.
    """
    c, place = h.column[one], h.place[one]
    mark = uint64(h.entry[one] - t.base[c] + 1) & uint64(0xFFFF)
    i = low
    while i < high and bound > floor:
        cell, most, best = h.place[i], np.float32(0), np.float32(0)
        while i < high and h.place[i] == cell:
            d = h.column[i]
            if not s.counts[i - low]:
                worth = s.worth[d]
                most = max(most, worth)
                if worth > best and (
                    d == c or cell == place or not t.fine[d] or _together(t, h, c, mark, d, i)
                ):
                    best = worth
            i += 1
        bound -= most - best
    return bound


@borrowing
def _together(t, h, c, mark, d, i):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Whether some record may hold a value of column c, by its mark, and the value i, of column d."""
    word = _pair_of(c, mark, d, uint64(h.entry[i] - t.base[d] + 1) & uint64(0xFFFF))
    bits = _bits_of(word)
    return t.pairs[word >> t.pair_shift] & bits == bits


@borrowing
def _pair_of(c, mark, d, other):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """A word spread over 64 bits for the values of two columns, in either order."""
    one, two = uint64(c) << uint64(16) | mark, uint64(d) << uint64(16) | other
    if c > d:
        one, two = two, one
    word = (one << uint64(32) | two) * uint64(0x9E3779B97F4A7C15)
    word ^= word >> uint64(29)
    return word * uint64(0xBF58476D1CE4E5B9)


@borrowing
def _bits_of(word):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The two bits of a pair within its word of the sieve."""
    return uint64(1) << (word & uint64(63)) | uint64(1) << ((word >> uint64(6)) & uint64(63))


@borrowing
def sift_pairs(marks, c, d, pairs, shift):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Set the bits of the values that each record holds of columns c and d."""
    for record in range(len(marks)):
        word = _pair_of(c, uint64(marks[record, c]), d, uint64(marks[record, d]))
        pairs[word >> shift] |= _bits_of(word)
