"""What the cells of a block of rows are worth, compiled: hashes looked up, held values weighed.

Rows whose values could reach the floor go to `record_kernels`, which finds the record; both do what
`evidence` defines, one row after another. Only `scan` calls it, for tables large enough to pay.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import uint64

from sandbox.files.loops import compiled
from sandbox.fingerprint.evidence import STEP
from sandbox.fingerprint.glance_kernels import BITS, LOWEST, glanced, lookup
from sandbox.fingerprint.pair_kernels import borrowing, may_hold
from sandbox.fingerprint.record_kernels import Found, Hits, report, scratch, search

CHUNK = 2048
"""Rows at a time: their values stay in the second-level cache."""

_AGAIN = 8  # chunks after which it is tried again whether strangers can be told at once


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
    sieve: Any  # by the top bits of a hash: which columns may hold it, by their bits
    bit: Any  # the number of each column's bit; small columns share the last
    most: Any  # by bit: what a value of its columns is worth at most, ...
    sifted: Any  # ... the number of its column, if its pairs of values are sifted, else -1, ...
    proves: Any  # ... and whether its column's values prove a record
    weights: Any  # of sifted bits and of the others, by low and by high byte: what they are worth at most
    shift: Any
    bucket: Any  # first entry of a column's hashes by their top bits, from `begin[c]` on
    begin: Any
    top: Any  # how far to shift a hash for its bucket
    worth: Any  # bits of a value by the number of rows that hold it
    pairs: Any  # some bits of one word for the values of any two sifted columns that one record holds
    pair_shift: Any
    tags: Any  # by entry: the bits of its hash behind those of the bucket
    told: Any  # columns whose hash is told wholly by bucket and tag


@compiled()
def scan_block(t, hashes, places, width, filled, floor, enough, settled, rare, budget):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Best record of each row of a block, rows named by a sure value, and which columns agree how often.

    `hashes` [readings, rows], `places` the candidate column of each reading, `filled` the row's cells.
    Returns rows, records, bits, cells, crowd, agreeing columns, named rows, their entries, links, the number
    of rows that were no record at first sight and are missing in the links, and whether the budget of
    (row, record) pairs was not enough.
    """
    columns = len(t.masks)
    links = np.zeros((width, columns), np.int64)
    named = np.empty((2, 64), np.int64)
    out = _room(CHUNK, columns)
    rows = np.empty(CHUNK, np.int64)
    names, count, left, spent = 0, 0, budget, False
    strange, glances, turn = 0, True, 0
    for begin in range(0, hashes.shape[1], CHUNK):
        cells = hashes[:, begin : begin + CHUNK]
        if glances or turn % _AGAIN == 0:
            number = glanced(t, cells, places, floor, rows)
            glances = 2 * number < cells.shape[1]
        else:
            number = _every(rows, cells.shape[1])
        turn += 1
        strange += cells.shape[1] - number
        if number == 0:
            continue
        h = _hits(t, _picked(cells, rows[:number]), places)
        while names + len(h.entry) > named.shape[1]:
            named = np.concatenate((named, np.empty_like(named)), axis=1)
        names = _named(t, h, begin, rows, named, names, links)
        while count + number > len(out.rows):
            out = _longer_room(out)
        s = scratch(columns, width, _widest(h))
        count, left, short = _followed(
            t, h, s, begin, rows, filled, floor, enough, settled, rare, left, out, count
        )
        spent = spent or short
    return (
        out.rows[:count], out.found[:, :count], out.bits[:count], out.agree[:count],
        named[0, :names], named[1, :names], links, strange, spent,
    )  # fmt: skip


@compiled()
def count_links(t, hashes, places, width):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Which columns agree how often: [candidate columns, source columns]."""
    links = np.zeros((width, len(t.masks)), np.int64)
    for begin in range(0, hashes.shape[1], CHUNK):
        _linked(_hits(t, hashes[:, begin : begin + CHUNK], places), links)
    return links


@borrowing
def _linked(h, links):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for i in range(len(h.place)):
        links[h.place[i], h.column[i]] += 1


@borrowing
def _every(rows, number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for i in range(number):
        rows[i] = i
    return number


@compiled()
def _picked(cells, rows):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The cells of some rows."""
    out = np.empty((cells.shape[0], len(rows)), np.uint64)
    for k in range(cells.shape[0]):
        for j in range(len(rows)):
            out[k, j] = cells[k, rows[j]]
    return out


@compiled()
def _room(rows, columns):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return Found(
        np.empty(rows, np.int64),
        np.empty((3, rows), np.int64),
        np.empty(rows, np.float32),
        np.empty((rows, columns), np.bool_),
    )


@compiled()
def _longer_room(out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return Found(
        _longer(out.rows),
        np.concatenate((out.found, np.empty_like(out.found)), axis=1),
        _longer(out.bits),
        _longer(out.agree),
    )


@borrowing
def _followed(t, h, s, begin, rows, filled, floor, enough, settled, rare, left, out, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Search for the records of some rows, and report them from `count` on; the count, the budget left, and
    whether it was short."""
    spent, dense = False, 2 * count > begin  # where most are records, none is sifted
    for row in range(len(h.first) - 1):
        low, high = h.first[row], h.first[row + 1]
        if high == low:
            continue
        if _weigh(t, h, low, high, s) > floor and (dense or _may_be(t, h, low, high, s, floor)):
            at = begin + rows[row]
            left, short = search(t, h, low, high, s, floor, enough, settled * filled[at], rare, left)
            spent = spent or short
            if s.kept[0]:
                out.rows[count] = at
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


@compiled()
def _longer(array):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return np.concatenate((array, np.empty_like(array)))


@compiled()
def _hits(t, hashes, places):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Every held value of some rows: by row, and within it by candidate column, reading, source column."""
    rows = hashes.shape[1]
    owner = np.empty((3, rows * 8 + 16), np.int16)  # row, candidate column, source column
    held = np.empty((2, rows * 8 + 16), np.int64)  # entry, records that hold it
    keys = np.empty(rows * 8 + 16, np.uint64)
    likely = np.empty((BITS, rows + 1), np.int16)
    many = np.empty(BITS, np.int64)
    wanted = np.empty(rows + 1, np.int16)
    entries = np.empty((2, rows + 1), np.int64)
    count = 0
    for k in range(len(places)):
        cells = hashes[k]
        _sieved(t, cells, likely, many)
        for c in range(len(t.masks)):
            number = many[t.bit[c]]
            if not number:
                continue
            number = lookup(t, c, cells, likely[t.bit[c], :number], wanted, entries)
            while count + number > owner.shape[1]:
                owner = np.concatenate((owner, np.empty_like(owner)), axis=1)
                held = np.concatenate((held, np.empty_like(held)), axis=1)
                keys = _longer(keys)
            count = _added(owner, held, keys, count, number, places[k], c, cells, wanted, entries)
    h = Hits(
        np.zeros(rows + 1, np.int64),
        np.empty(count, np.int16),
        np.empty(count, np.int16),
        np.empty(count, np.int64),
        np.empty(count, np.int64),
        np.empty(count, np.uint64),
    )
    _by_row(rows, count, owner, held, keys, h, np.empty(rows, np.int64))
    return h


@borrowing
def _sieved(t, cells, likely, many):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """List by bit the rows whose cells its columns may hold, `many` of each."""
    for bit in range(BITS):
        many[bit] = 0
    for i in range(len(cells)):
        found = cells[i]
        bits = t.sieve[found >> t.shift] if found else np.uint16(0)
        while bits:
            bit = LOWEST[bits]
            likely[bit, many[bit]] = i
            many[bit] += 1
            bits &= bits - np.uint16(1)


@borrowing
def _added(owner, held, keys, count, number, place, column, cells, wanted, entries):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for j in range(number):
        owner[0, count + j], owner[1, count + j], owner[2, count + j] = wanted[j], place, column
        held[0, count + j], held[1, count + j] = entries[0, j], entries[1, j]
        keys[count + j] = cells[wanted[j]] >> uint64(32)
    return count + number


@borrowing
def _by_row(rows, number, owner, held, keys, h, at):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for i in range(number):
        h.first[owner[0, i] + 1] += 1
    for i in range(rows):
        at[i] = h.first[i]
        h.first[i + 1] += h.first[i]
    for i in range(number):
        to = at[owner[0, i]]
        at[owner[0, i]] += 1
        h.place[to], h.column[to] = owner[1, i], owner[2, i]
        h.entry[to], h.count[to], h.key[to] = held[0, i], held[1, i], keys[i]


@borrowing
def _named(t, h, begin, rows, named, count, links):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Add rows that hold a value which proves a record alone, with its entry; counts all links on the way."""
    for row in range(len(h.first) - 1):
        for i in range(h.first[row], h.first[row + 1]):
            links[h.place[i], h.column[i]] += 1
            if t.sure[h.column[i]]:
                named[0, count], named[1, count] = begin + rows[row], h.entry[i]
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
def _may_be(t, h, low, high, s, floor):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Whether a record may reach the floor with the row's values, told as `may_hold` tells it."""
    for i in range(low, high):
        k = i - low
        s.glance.place[k], s.glance.column[k] = h.place[i], h.column[i]
        s.glance.key[k], s.glance.worth[k] = h.key[i], s.worth[h.column[i]]
        if t.sifted[t.bit[h.column[i]]] < 0:
            s.glance.column[k] = -1
    return may_hold(t, s.glance, 0, high - low, floor)
