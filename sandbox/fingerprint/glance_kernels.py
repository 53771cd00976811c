"""Which rows of a chunk are worth a closer look, compiled: told by two sieves, without one value looked up.

Every step is done for all rows before the next one: no row waits for the memory that another asked for.
Never leaves out a row that a record explains beyond the floor. Only `row_kernels` calls it.
"""

from __future__ import annotations

import numpy as np
from numba import uint64

from sandbox.files.loops import compiled
from sandbox.fingerprint.pair_kernels import Glance, bits_of, borrowing, may_hold, pair_of

BITS = 16
"""Bits of a place of the sieve."""
LOWEST = np.array([0, *((n & -n).bit_length() - 1 for n in range(1, 1 << BITS))], np.int8)
"""The lowest bit set, by place."""
_ASKS = 1 << 13  # pairs asked for at once, ...
_ASKS_A_ROW = 64  # ... and by one row at most: with more it is looked at


@compiled()
def glanced(t, cells, places, floor, rows):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Put into `rows` those that hold a sure value, or could be a record for all that the sieves tell."""
    readings, size = cells.shape
    bits = np.empty((readings, size), np.uint16)
    sure = np.zeros(size, np.bool_)
    wanted = np.empty((2, size + 1), np.int16)
    entries = np.empty((2, size + 1), np.int64)
    _sure(t, cells, bits, sure, wanted, entries)
    worth = np.empty((2, readings, size), np.float32)
    top = np.zeros(size, np.float32)
    heavy = np.zeros(readings, np.float32)
    _weighed(t, bits, worth, top, heavy)
    order = np.argsort(-heavy)
    able = np.zeros(size, np.bool_)
    owner = np.empty(_ASKS + _ASKS_A_ROW, np.int16)
    words = np.empty((2, _ASKS + _ASKS_A_ROW), np.uint64)
    _asked(t, cells, order, worth, top, floor, able, owner, words)
    room = readings * BITS
    glance = Glance(
        np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.uint64),
        np.empty(room, np.float32), np.empty(room, np.bool_),
    )  # fmt: skip
    return _hopeful(t, cells, places, bits, sure, able, floor, glance, rows)


@borrowing
def _weighed(t, bits, worth, top, heavy):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Set what each cell is worth at most as any value and as one of a column that is not sifted; the most of
    each row; and the sifted worth of each reading in all."""
    for k in range(bits.shape[0]):
        for i in range(bits.shape[1]):
            low, high = bits[k, i] & np.uint16(255), bits[k, i] >> np.uint16(8)
            sifted = max(t.weights[0, 0, low], t.weights[0, 1, high])
            other = max(t.weights[1, 0, low], t.weights[1, 1, high])
            worth[0, k, i], worth[1, k, i] = max(sifted, other), other
            top[i] += max(sifted, other)
            heavy[k] += sifted


@borrowing
def _asked(t, cells, order, worth, top, floor, able, owner, words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Mark the rows that may reach the floor, by the pairs of values that leave them out if none is held."""
    count = 0
    for i in range(cells.shape[1]):
        if top[i] <= floor:
            continue
        number = _planned(cells, order, worth, i, top[i], floor, owner, words, count)
        able[i] = number < 0
        count += max(number, 0)
        if count > _ASKS:
            _answered(t, owner, words, count, able)
            count = 0
    _answered(t, owner, words, count, able)


@borrowing
def _planned(cells, order, worth, i, most, floor, owner, words, begin):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """List from `begin` on the pairs of a row's values of which a record must hold one to reach the floor;
    their number, -1 if a record could without any."""
    count = begin
    for a in range(len(order)):
        one = order[a]
        if worth[0, one, i] <= worth[1, one, i]:
            continue
        left = most
        for b in range(a + 1, len(order)):
            other = order[b]
            gain = worth[0, other, i] - worth[1, other, i]
            if gain <= np.float32(0):
                continue
            if count - begin == _ASKS_A_ROW:
                return -1
            owner[count] = i
            words[0, count] = pair_of(cells[one, i] >> uint64(32), cells[other, i] >> uint64(32))
            count += 1
            left -= gain
            if left <= floor:
                break
        if left > floor:
            return -1
        most -= worth[0, one, i] - worth[1, one, i]
        if most <= floor:
            return count - begin
    return -1


@borrowing
def _answered(t, owner, words, count, able):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Mark the rows of which some record holds one of the pairs asked for."""
    for k in range(count):
        words[1, k] = t.pairs[words[0, k] >> t.pair_shift]
    for k in range(count):
        asked = bits_of(words[0, k])
        able[owner[k]] |= words[1, k] & asked == asked


@borrowing
def _sure(t, cells, bits, sure, wanted, entries):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Sieve the cells; mark the rows that hold a sure value, and take its bit from the cells that do not."""
    size = cells.shape[1]
    for k in range(cells.shape[0]):
        for i in range(size):
            found = cells[k, i]
            bits[k, i] = t.sieve[found >> t.shift] if found else np.uint16(0)
        for c in range(len(t.masks)):
            if not t.proves[t.bit[c]] or not t.sure[c]:
                continue
            number, bit = 0, t.bit[c]
            for i in range(size):
                wanted[0, number] = i
                number += (bits[k, i] >> bit) & 1
            for j in range(number):
                bits[k, wanted[0, j]] &= ~(np.uint16(1) << np.uint16(bit))
            number = lookup(t, c, cells[k], wanted[0, :number], wanted[1], entries)
            for j in range(number):
                bits[k, wanted[1, j]] |= np.uint16(1) << np.uint16(bit)
                sure[wanted[1, j]] = True


@borrowing
def _hopeful(t, cells, places, bits, sure, able, floor, glance, rows):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Put the rows that must be looked at into `rows`; their number."""
    count = 0
    for i in range(cells.shape[1]):
        rows[count] = i
        if sure[i]:
            count += 1
            continue
        if not able[i]:
            continue
        number = 0
        for k in range(cells.shape[0]):
            left = bits[k, i]
            while left:
                bit = LOWEST[left]
                left &= left - np.uint16(1)
                glance.place[number], glance.column[number] = places[k], t.sifted[bit]
                glance.key[number], glance.worth[number] = cells[k, i] >> uint64(32), t.most[bit]
                number += 1
        count += may_hold(t, glance, 0, number, floor)
    return count


@borrowing
def lookup(t, c, hashes, likely, wanted, entries):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Put those likely rows whose hash a column holds into `wanted`, and its entries and their counts into
    `entries`; their number.

    Step by step over all rows: no row waits for the memory that another asked for.
    """
    mask, top, begin, base, told = t.masks[c], t.top[c], t.begin[c], t.base[c], t.told[c]
    behind = uint64(64) - top
    for j in range(len(likely)):
        slot = begin + np.int64((hashes[likely[j]] & mask) >> top)
        entries[0, j], entries[1, j] = base + np.int64(t.bucket[slot]), base + np.int64(t.bucket[slot + 1])
    found = 0
    for j in range(len(likely)):
        kept = hashes[likely[j]] & mask
        tag = np.uint32((kept << behind) >> uint64(32))
        low, high = entries[0, j], entries[1, j]
        while low < high and (t.tags[low] != tag or not (told or t.hashes[low] == kept)):
            low += 1
        if low < high:
            wanted[found], entries[0, found] = likely[j], low
            entries[1, found] = np.int64(t.start[low + 1]) - np.int64(t.start[low])
            found += 1
    return found
