"""From a row's values to the record that explains it best, compiled: what `evidence` defines.

Follows rare values and pairs of common ones to the records that hold them and scores those exactly.
Finds whatever `evidence` finds, and more among common values: pairs lead to records directly. Only
`row_kernels` calls it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import uint64

from sandbox.files.loops import compiled
from sandbox.fingerprint.evidence import CELLS, STRONG
from sandbox.fingerprint.pair_kernels import Glance, borrowing

RANGES = 1024
"""Lists of records that a row's common values lead to, at most."""
TIES = 4096
"""Records that explain a row equally well, at most."""


class Hits(NamedTuple):
    """Values of some rows that the index holds; those of row r are `first[r]` to `first[r + 1]`."""

    first: Any
    place: Any  # candidate column
    column: Any  # source column
    entry: Any
    count: Any  # records that hold the entry
    key: Any  # upper half of the hash


class Found(NamedTuple):
    """What is reported of rows: the best record of each."""

    rows: Any
    found: Any  # record, cells, crowd
    bits: Any
    agree: Any  # by source column: whether it agrees


class Scratch(NamedTuple):
    """Room for one row's work, used again for the next."""

    held: Any  # rows of the source that hold a value of the row, by column
    worth: Any  # bits, by column
    columns: Any  # columns held, `number` of them
    number: Any
    stamp: Any  # by column: whether it tells something new of the record that is scored
    agreeing: Any
    turn: Any
    records: Any  # kept records of the row, `kept` of them
    bits: Any
    kept: Any
    cells: Any  # of the record that was scored last, the columns that agree, and which record it was
    scored: Any
    sorted: Any  # the row's values, rarest first, ...
    counts: Any  # ... how many records hold each, ...
    bound: Any  # ... and the most that a record is worth that holds none before
    counted: Any  # by column and by candidate cell: the turn in which they were added up last
    cell_turn: Any
    cell: Any
    ranges: Any  # of `rows` to look at for common values: begin, end, and column and mark they must hold
    units: Any  # of the kept records
    glance: Any


@compiled()
def scratch(columns, width, most):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Room for rows of `width` candidate columns with at most `most` values held."""
    return Scratch(
        np.zeros(columns, np.int64),
        np.zeros(columns, np.float32),
        np.zeros(columns, np.int64),
        np.zeros(1, np.int64),
        np.zeros(columns, np.int64),
        np.zeros(columns, np.int64),
        np.zeros(1, np.int64),
        np.empty(TIES, np.int64),
        np.zeros(TIES, np.float32),
        np.zeros(1, np.int64),
        np.zeros(2, np.int64),
        np.zeros(1, np.int64),
        np.zeros(most, np.int64),
        np.zeros(most, np.int64),
        np.zeros(most + 1, np.float32),
        np.zeros(columns, np.int64),
        np.zeros(width, np.int64),
        np.zeros(width, np.float32),
        np.empty((RANGES, 4), np.int64),
        np.empty(TIES, np.int64),
        Glance(
            np.empty(most, np.int64),
            np.empty(most, np.int64),
            np.empty(most, np.uint64),
            np.empty(most, np.float32),
            np.empty(most, np.bool_),
        ),
    )


@borrowing
def search(t, h, low, high, s, floor, enough, settled, rare, left):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Keep the records that explain a row; return what is left of the budget, and whether it was short.

    Values are followed rarest first, as long as a record that holds none of those before could still
    reach the floor and the best found so far.
    """
    s.kept[0] = 0
    s.scored[0] = -1
    s.turn[0] += 1
    _by_count(h, low, high, s)
    _bounds(h, low, high, s)
    number, common, step = high - low, 0, 0
    sure, short = False, False
    while step < number + common and not sure:
        if step < number:
            count = s.counts[step]
            if _beneath(s, s.bound[step], floor):
                break
            if count > rare:
                left, common, short = _common(t, h, low, high, s, floor, rare, left, short)
                step = number
                continue
            if step and count > left:
                step, short = step + 1, True
                continue
            left -= count
            begin = np.int64(t.start[h.entry[s.sorted[step]]])
            end, needed, mark = begin + count, np.int64(-1), np.int64(0)
        else:
            begin, end, needed, mark = s.ranges[step - number]
        for k in range(begin, end):
            record = np.int64(t.rows[k])
            if needed < 0 or np.int64(t.marks[record, needed]) == mark:
                bits = _look(t, h, low, high, s, floor, record)
                sure = sure or (step == 0 and bits > enough and s.cells[0] >= settled)
        step += 1
    return max(left, 0), short


@borrowing
def _beneath(s, most, floor):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Whether a record that is worth so much at most need not be looked at."""
    return most <= floor or (s.kept[0] > 0 and most < s.bits[0] - np.float32(0.02))


@borrowing
def _by_count(h, low, high, s):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Put the row's values in the order of the number of their rows, rarest first."""
    number = high - low
    for k in range(number):
        count = h.count[low + k]
        at = k
        while at and s.counts[at - 1] > count:
            s.counts[at], s.sorted[at] = s.counts[at - 1], s.sorted[at - 1]
            at -= 1
        s.counts[at], s.sorted[at] = count, low + k


@borrowing
def _bounds(h, low, high, s):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The most that a record can be worth that holds none of the values before each, in their order."""
    by_column, by_cell = np.float32(0), np.float32(0)
    s.bound[high - low] = by_column
    for k in range(high - low - 1, -1, -1):
        i = s.sorted[k]
        c, p = h.column[i], h.place[i]
        worth = s.worth[c]
        if s.counted[c] != s.turn[0]:
            s.counted[c] = s.turn[0]
            by_column += worth
        if s.cell_turn[p] != s.turn[0]:
            s.cell_turn[p], s.cell[p] = s.turn[0], np.float32(0)
        if worth > s.cell[p]:
            by_cell += worth - s.cell[p]
            s.cell[p] = worth
        s.bound[k] = min(by_column, by_cell)


@borrowing
def _common(t, h, low, high, s, floor, rare, left, short):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901
    """Which records to look at for common values: those of pairs, and of the rarest of them alone where
    pairs do not cover it. Returns the budget, the number of ranges, and whether they are not all."""
    weak = np.float32(np.log2(len(t.marks) / rare))
    rarest, fewest, number = -1, np.int64(1) << 40, 0
    for i in range(low, high):
        if h.count[i] <= rare:
            continue
        if h.count[i] < fewest:
            rarest, fewest = i, h.count[i]
        other = t.partner[h.column[i]]
        for j in range(low, high):
            if other < 0 or h.column[j] != other or h.count[j] <= rare:
                continue
            begin, end = _pair(t, h.column[i], h.entry[i], h.entry[j] - t.base[other] + 1)
            if begin == end:
                continue
            if end - begin > left or number == len(s.ranges) - 1:
                short = True
                continue
            left -= end - begin
            s.ranges[number] = begin, end, -1, 0
            number += 1
    if rarest < 0 or not _uncovered(t, h.column[rarest], s, floor, weak):
        return left, number, short
    e = h.entry[rarest]
    needed, mark = _needed(t, h, low, high, s, floor, weak, h.column[rarest])
    cost = fewest if needed < 0 else (fewest + 19) // 20
    if cost > left:
        return left, number, True
    s.ranges[number] = np.int64(t.start[e]), np.int64(t.start[e + 1]), needed, mark
    return left - cost, number + 1, short


@borrowing
def _uncovered(t, c, s, floor, weak):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Whether a record could reach the floor with common values that no pair with column c leads to."""
    bits = np.float32(0)
    for k in range(s.number[0]):
        d = s.columns[k]
        if d == c or (s.worth[d] < weak and t.partner[c] != d and t.partner[d] != c):
            bits += s.worth[d]
    return bits > floor


@borrowing
def _needed(t, h, low, high, s, floor, weak, c):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Column and mark of the row's value that a record with the rarest common one must hold too, or -1."""
    best, worth, shared = -1, np.float32(0), np.float32(0)
    for k in range(s.number[0]):
        d = s.columns[k]
        if s.worth[d] < weak:
            shared += s.worth[d]
            if d != c and worth < s.worth[d]:
                best, worth = d, s.worth[d]
    found, seen = -1, 0
    for i in range(low, high):
        if h.column[i] == best:
            found = i
            seen += 1
    if seen != 1 or shared - worth > floor:
        return -1, 0
    return best, (h.entry[found] - t.base[best] + 1) & 0xFFFF


@borrowing
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


@borrowing
def _look(t, h, low, high, s, floor, record):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Score a record, unless it is seen early that it is beneath the floor, and keep it if it is beyond."""
    agreed = np.float32(0)
    for k in range(high - low):
        i = s.sorted[k]
        c = h.column[i]
        if t.marks[record, c] == uint64(h.entry[i] - t.base[c] + 1) & uint64(0xFFFF):
            agreed += s.worth[c]
        elif _beneath(s, agreed + s.bound[k + 1], floor):
            return np.float32(0)
    bits = _score(t, h, low, high, s, record)
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


@borrowing
def _score(t, h, low, high, s, record):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901
    """Bits of a record for a row, 0 for too few cells; leaves the agreeing columns, finest first, and
    the number of cells."""
    number, cells, agreed = 0, 0, -1
    by_cell, best = np.float32(0), np.float32(0)
    for i in range(low, high):
        c = h.column[i]
        mark = uint64(h.entry[i] - t.base[c] + 1) & uint64(0xFFFF)
        if t.marks[record, c] != mark or not (t.small[c] or _listed(t, h.entry[i], record)):
            continue
        number = _agree(t, s, number, c)
        if h.place[i] != agreed:
            cells += 1
            by_cell += best
            best, agreed = np.float32(0), h.place[i]
        best = max(best, s.worth[c])
    s.cells[0], s.cells[1], s.scored[0] = cells, number, record
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


@borrowing
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


@borrowing
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


@borrowing
def _crowd(t, s):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Units whose records explain a row as well as the best does."""
    number = 0
    for k in range(s.kept[0]):
        if s.bits[k] >= s.bits[0] - np.float32(0.01):
            unit = np.int64(t.units[s.records[k]]) if len(t.units) else np.int64(0)
            s.units[number] = unit if unit else -1 - s.records[k]
            number += 1
    _sort(s.units, number)
    crowd = 1
    for k in range(1, number):
        crowd += s.units[k] != s.units[k - 1]
    return crowd


@borrowing
def _sort(numbers, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Sort the first `count` numbers in place (Shell's way: numpy's would ask for memory)."""
    gap = count // 2
    while gap:
        for k in range(gap, count):
            number, at = numbers[k], k
            while at >= gap and numbers[at - gap] > number:
                numbers[at] = numbers[at - gap]
                at -= gap
            numbers[at] = number
        gap //= 2


@borrowing
def report(t, h, low, high, s, count, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Write a row's best record: cells and columns that agree, and the units that explain it as well."""
    record = s.records[0]
    crowd = _crowd(t, s) if s.kept[0] > 1 else 1
    if s.scored[0] != record:
        _score(t, h, low, high, s, record)
    out.found[0, count], out.found[1, count], out.found[2, count] = record, s.cells[0], crowd
    out.bits[count] = s.bits[0]
    for c in range(out.agree.shape[1]):
        out.agree[count, c] = False
    for k in range(s.cells[1]):
        out.agree[count, s.agreeing[k]] = True
