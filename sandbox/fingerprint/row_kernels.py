"""The search for each row's record, compiled: what `evidence` defines, one row after another.

Looks up a block's hashes, weighs what is held, follows rare values and pairs of common ones to the
records that hold them, and scores those exactly. Only `scan` calls it, for tables large enough to
pay. Finds whatever `evidence` finds, and more among common values: pairs lead to records directly.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, uint64

from sandbox.fingerprint.evidence import CELLS, STEP, STRONG


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


@njit(cache=True, nogil=True)
def scan_block(t, hashes, places, width, filled, floor, enough, settled, rare, budget):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Best record of each row of a block, rows named by a sure value, and which columns agree how often.

    `hashes` [readings, rows], `places` the candidate column of each reading, `filled` the row's cells.
    Returns rows, records, bits, cells, crowd, agreeing columns, named rows, their entries, links, and
    whether the budget of (row, record) pairs was not enough.
    """
    columns = len(t.masks)
    first, place, column, entry = _hits(t, hashes, places)
    links = np.zeros((width, columns), np.int64)
    named, sure = _named(t, first, place, column, entry, links)
    s = _scratch(columns)
    rows = np.empty(1024, np.int64)
    found = np.empty((3, 1024), np.int64)  # record, cells, crowd
    bits = np.empty(1024, np.float32)
    agree = np.empty((1024, columns), np.bool_)
    count, left, spent = 0, budget, False
    for row in range(len(first) - 1):
        low, high = first[row], first[row + 1]
        if high == low:
            continue
        potential = _weigh(t, low, high, place, column, entry, s)
        if potential > floor:
            left = _search(
                t, low, high, place, column, entry, s, floor, enough, settled * filled[row], rare, left
            )
            if left < 0:
                spent = True
                left = -left - 1
            if s.kept[0]:
                if count == len(rows):
                    rows, bits = _longer(rows), np.concatenate((bits, np.empty_like(bits)))
                    found = np.concatenate((found, np.empty_like(found)), axis=1)
                    agree = np.concatenate((agree, np.empty_like(agree)))
                rows[count] = row
                _report(t, low, high, place, column, entry, s, count, found, bits, agree)
                count += 1
        for k in range(s.number[0]):
            s.held[s.columns[k]] = 0
    return rows[:count], found[:, :count], bits[:count], agree[:count], named, sure, links, spent


class Scratch(NamedTuple):
    """Room for one row's work, used again for the next."""

    held: Any  # rows of the source that hold a value of the row, by column
    worth: Any  # bits, by column
    columns: Any  # columns held, `number` of them
    number: Any
    stamp: Any  # by column: the turn in which it agreed last
    agreeing: Any
    turn: Any
    records: Any  # kept records of the row, `kept` of them
    bits: Any
    kept: Any
    seen: Any  # records looked at, by a small table
    cells: Any


@njit(cache=True, nogil=True)
def _scratch(columns):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return Scratch(
        np.zeros(columns, np.int64),
        np.zeros(columns, np.float32),
        np.zeros(columns, np.int64),
        np.zeros(1, np.int64),
        np.zeros(columns, np.int64),
        np.zeros(columns, np.int64),
        np.zeros(1, np.int64),
        np.zeros(4096, np.int64),
        np.zeros(4096, np.float32),
        np.zeros(1, np.int64),
        np.full((2, 8192), -1, np.int64),
        np.zeros(1, np.int64),
    )


@njit(cache=True, nogil=True)
def _longer(array):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return np.concatenate((array, np.empty_like(array)))


@njit(cache=True, nogil=True)
def _hits(t, hashes, places):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901
    """Every held value of the block: by row, and within it by candidate column, reading, source column."""
    readings, rows = hashes.shape
    row = np.empty(max(rows, 16), np.int32)
    place = np.empty(max(rows, 16), np.int16)
    column = np.empty(max(rows, 16), np.int16)
    entry = np.empty(max(rows, 16), np.int64)
    count = 0
    likely = np.empty(rows, np.uint8)
    columns = len(t.masks)
    for k in range(readings):
        for i in range(rows):
            likely[i] = t.sieve[hashes[k, i] >> t.shift]
        for i in range(rows):
            if likely[i] == 0 or hashes[k, i] == 0:
                continue
            for c in range(columns):
                if not (likely[i] >> (c & 7)) & 1:
                    continue
                e = _lookup(t, c, hashes[k, i])
                if e >= 0:
                    if count == len(row):
                        row, place, column, entry = (
                            _longer(row),
                            _longer(place),
                            _longer(column),
                            _longer(entry),
                        )
                    row[count], place[count], column[count], entry[count] = i, places[k], c, e
                    count += 1
    first = np.zeros(rows + 1, np.int64)
    for i in range(count):
        first[row[i] + 1] += 1
    for i in range(rows):
        first[i + 1] += first[i]
    at = first[:-1].copy()
    out_place, out_column, out_entry = (
        np.empty(count, np.int16),
        np.empty(count, np.int16),
        np.empty(count, np.int64),
    )
    for i in range(count):
        to = at[row[i]]
        at[row[i]] += 1
        out_place[to], out_column[to], out_entry[to] = place[i], column[i], entry[i]
    return first, out_place, out_column, out_entry


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _named(t, first, place, column, entry, links):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Rows that hold a value which proves a record alone, with its entry; counts all links on the way."""
    rows = np.empty(64, np.int64)
    found = np.empty(64, np.int64)
    count = 0
    for row in range(len(first) - 1):
        for i in range(first[row], first[row + 1]):
            links[place[i], column[i]] += 1
            if t.sure[column[i]]:
                if count == len(rows):
                    rows, found = _longer(rows), _longer(found)
                rows[count], found[count] = row, entry[i]
                count += 1
    return rows[:count], found[:count]


@njit(cache=True, nogil=True)
def _count(t, e):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return np.int64(t.start[e + 1]) - np.int64(t.start[e])


@njit(cache=True, nogil=True)
def _weigh(t, low, high, place, column, entry, s):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Set the bits of each column held, and return the most that a record could be worth."""
    number = 0
    for i in range(low, high):
        c = column[i]
        if s.held[c] == 0:
            s.columns[number] = c
            number += 1
        s.held[c] += _count(t, entry[i])
    s.number[0] = number
    records = len(t.marks)
    total = np.float32(0)
    for k in range(number):
        c = s.columns[k]
        bits = np.rint(np.log2(records / s.held[c]) * STEP) / STEP
        s.worth[c] = max(bits, 0.0)
        total += s.worth[c]
    by_cell, best, last = np.float32(0), np.float32(0), -1
    for i in range(low, high):
        if place[i] != last:
            by_cell += best
            best, last = np.float32(0), place[i]
        best = max(best, s.worth[column[i]])
    return min(total, by_cell + best)


@njit(cache=True, nogil=True)
def _search(t, low, high, place, column, entry, s, floor, enough, settled, rare, left):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901
    """Keep the records that explain a row; return what is left of the budget, -1 - left if it was short."""
    s.kept[0] = 0
    s.turn[0] += 1
    rarest, fewest = -1, np.int64(1) << 40
    for i in range(low, high):
        count = _count(t, entry[i])
        if count < fewest:
            rarest, fewest = i, count
    if fewest <= rare:
        sure = _follow(t, low, high, place, column, entry, s, floor, entry[rarest], enough, settled)
        left -= fewest
        if sure:
            return left
    spent = False
    for i in range(low, high):
        count = _count(t, entry[i])
        if count > rare or i == rarest:
            continue
        if count > left:
            spent = True
            continue
        left -= count
        _follow(t, low, high, place, column, entry, s, floor, entry[i], np.inf, settled)
    weak = np.float32(np.log2(len(t.marks) / rare))
    shared = np.float32(0)
    for k in range(s.number[0]):
        worth = s.worth[s.columns[k]]
        shared += worth if worth < weak else np.float32(0)
    if shared > floor:
        left, short = _common(t, low, high, place, column, entry, s, floor, rare, weak, shared, left)
        spent = spent or short
    return -1 - max(left, 0) if spent else max(left, 0)


@njit(cache=True, nogil=True)
def _follow(t, low, high, place, column, entry, s, floor, e, enough, settled):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Look at every record that holds an entry; whether one is so sure that no other need be looked for."""
    sure = False
    for k in range(np.int64(t.start[e]), np.int64(t.start[e + 1])):
        bits = _look(t, low, high, place, column, entry, s, floor, np.int64(t.rows[k]))
        sure = sure or (bits > enough and s.cells[0] >= settled)
    return sure


@njit(cache=True, nogil=True)
def _common(t, low, high, place, column, entry, s, floor, rare, weak, shared, left):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901
    """Follow common values: by pairs, and the rarest of them alone where pairs do not cover it."""
    spent = False
    rarest, fewest = -1, np.int64(1) << 40
    for i in range(low, high):
        count = _count(t, entry[i])
        if count <= rare:
            continue
        if count < fewest:
            rarest, fewest = i, count
        other = t.partner[column[i]]
        for j in range(low, high):
            if other < 0 or column[j] != other or _count(t, entry[j]) <= rare:
                continue
            begin, end = _pair(t, column[i], entry[i], entry[j] - t.base[other] + 1)
            if end - begin > left:
                spent = True
                continue
            left -= end - begin
            for k in range(begin, end):
                _look(t, low, high, place, column, entry, s, floor, np.int64(t.rows[k]))
    if rarest < 0:
        return left, spent
    c = column[rarest]
    uncovered = np.float32(0)
    for k in range(s.number[0]):
        d = s.columns[k]
        if d == c or (s.worth[d] < weak and t.partner[c] != d and t.partner[d] != c):
            uncovered += s.worth[d]
    if uncovered <= floor:
        return left, spent
    needed = _needed(low, high, column, s, floor, weak, shared, c)
    cost = fewest if needed < 0 else (fewest + 19) // 20
    if cost > left:
        return left, True
    mark = uint64(0) if needed < 0 else uint64(entry[needed] - t.base[column[needed]] + 1) & uint64(0xFFFF)
    for k in range(np.int64(t.start[entry[rarest]]), np.int64(t.start[entry[rarest] + 1])):
        record = np.int64(t.rows[k])
        if needed < 0 or t.marks[record, column[needed]] == mark:
            _look(t, low, high, place, column, entry, s, floor, record)
    return left - cost, spent


@njit(cache=True, nogil=True)
def _needed(low, high, column, s, floor, weak, shared, c):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The row's value that a record with the rarest common value must hold too, or -1; see `evidence`."""
    best, worth = -1, np.float32(0)
    for k in range(s.number[0]):
        d = s.columns[k]
        if d != c and worth < s.worth[d] < weak:
            best, worth = d, s.worth[d]
    found, seen = -1, 0
    for i in range(low, high):
        if column[i] == best:
            found = i
            seen += 1
    return found if seen == 1 and shared - worth <= floor else -1


@njit(cache=True, nogil=True)
def _pair(t, c, e, number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Where the records lie that hold entry e of column c and, by its mark, a value of c's partner."""
    mark = uint64(number) & uint64(0xFFFF)
    shift = t.offset[c] - np.int64(t.start[t.base[c]])
    low, end = shift + np.int64(t.start[e]), shift + np.int64(t.start[e + 1])
    high = end
    while low < high:
        middle = (low + high) >> 1
        if t.order[middle] < mark:
            low = middle + 1
        else:
            high = middle
    last = low
    while last < end and t.order[last] == mark:
        last += 1
    return low - shift, last - shift


@njit(cache=True, nogil=True)
def _look(t, low, high, place, column, entry, s, floor, record):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Score a record that was not looked at in this row yet, and keep it if it is beyond the floor."""
    slot = (record * 2654435761) & 8191
    for _ in range(8):
        if s.seen[1, slot] != s.turn[0]:
            s.seen[0, slot], s.seen[1, slot] = record, s.turn[0]
            break
        if s.seen[0, slot] == record:
            return np.float32(0)
        slot = (slot + 1) & 8191
    bits = _score(t, low, high, place, column, entry, s, record)
    if not bits > floor:
        return np.float32(0)
    kept = s.kept[0]
    # Only what ties for the best is told: what lies below it makes room.
    if kept and s.bits[0] + np.float32(0.01) < bits:
        kept = 0
    if kept and bits < s.bits[0] - np.float32(0.01):
        return bits
    if kept < len(s.records):
        s.records[kept], s.bits[kept] = record, bits
        if bits > s.bits[0] or (bits == s.bits[0] and record < s.records[0]):
            s.records[0], s.records[kept] = s.records[kept], s.records[0]
            s.bits[0], s.bits[kept] = s.bits[kept], s.bits[0]
        kept += 1
    s.kept[0] = kept
    return bits


@njit(cache=True, nogil=True)
def _score(t, low, high, place, column, entry, s, record):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901
    """Bits of a record for a row, 0 for too few cells; leaves the agreeing columns, finest first, and
    the number of cells."""
    number, cells, agreed = 0, 0, -1
    by_cell, best = np.float32(0), np.float32(0)
    for i in range(low, high):
        c = column[i]
        mark = uint64(entry[i] - t.base[c] + 1) & uint64(0xFFFF)
        if t.marks[record, c] != mark or not (t.small[c] or _listed(t, entry[i], record)):
            continue
        number = _agree(t, s, number, c)
        if place[i] != agreed:
            cells += 1
            by_cell += best
            best, agreed = np.float32(0), place[i]
        best = max(best, s.worth[c])
    s.cells[0] = cells
    if cells < STRONG:
        return np.float32(0)
    total, strong = np.float32(0), 0
    for k in range(number):
        c = s.agreeing[k]
        told = False
        for j in range(k):
            d = s.agreeing[j]
            told = told or (s.stamp[d] == 1 and t.implies[d, c])
        if not told:
            s.stamp[c] = 1
            total += s.worth[c]
            strong += t.strong[c]
    for k in range(number):
        s.stamp[s.agreeing[k]] = 0
    if min(cells, number) >= CELLS or strong >= STRONG:
        return min(total, by_cell + best)
    return np.float32(0)


@njit(cache=True, nogil=True)
def _agree(t, s, number, c):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Put a column among those that agree, in the order of their ranks; return how many they are."""
    at = number
    while at and t.rank[s.agreeing[at - 1]] > t.rank[c]:
        at -= 1
    if at and s.agreeing[at - 1] == c:
        return number
    for k in range(number, at, -1):
        s.agreeing[k] = s.agreeing[k - 1]
    s.agreeing[at] = c
    return number + 1


@njit(cache=True, nogil=True)
def _listed(t, e, record):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Whether a record is among the rows of an entry, which are in ascending order."""
    low, end = np.int64(t.start[e]), np.int64(t.start[e + 1])
    high = end
    while low < high:
        middle = (low + high) >> 1
        if np.int64(t.rows[middle]) < record:
            low = middle + 1
        else:
            high = middle
    return low < end and np.int64(t.rows[low]) == record


@njit(cache=True, nogil=True)
def _report(t, low, high, place, column, entry, s, count, found, bits, agree):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Write a row's best record: cells and columns that agree, and the units that explain it as well."""
    best, record = s.bits[0], s.records[0]
    units = np.empty(s.kept[0], np.int64)
    number = 0
    for k in range(s.kept[0]):
        if s.bits[k] >= best - np.float32(0.01):
            unit = np.int64(t.units[s.records[k]]) if len(t.units) else np.int64(0)
            units[number] = unit if unit else -1 - s.records[k]
            number += 1
    units = np.sort(units[:number])
    crowd = 1
    for k in range(1, number):
        crowd += units[k] != units[k - 1]
    _score(t, low, high, place, column, entry, s, record)
    found[0, count], found[1, count], found[2, count] = record, s.cells[0], crowd
    bits[count] = best
    agree[count] = False
    for i in range(low, high):
        c = column[i]
        mark = uint64(entry[i] - t.base[c] + 1) & uint64(0xFFFF)
        if t.marks[record, c] == mark and (t.small[c] or _listed(t, entry[i], record)):
            agree[count, c] = True
