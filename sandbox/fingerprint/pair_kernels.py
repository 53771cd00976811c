"""Whether a row's values may belong to one record, compiled: told by the pairs of values that records hold.

A sieve has some bits for every two values of the finest columns that one record holds. Never tells of a
record that it cannot be; lets few strangers through. Row and glance kernels call it, `scan` fills it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import uint64

from sandbox.files.loops import compiled

borrowing = compiled(forceinline=True, _nrt=False)
"""Compiles what allocates nothing and keeps no array: counting who refers to each array of a tuple, at every
call of every row, took half of the search."""


class Glance(NamedTuple):
    """Values of one row that a source may hold."""

    place: Any  # candidate column
    column: Any  # source column, -1 where its pairs are not sifted
    key: Any  # upper half of the hash
    worth: Any  # bits at most
    asked: Any  # whether records that hold it are known to be none


@borrowing
def may_hold(t, g, low, high, floor):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Whether a record may reach the floor with values that some record holds two by two.

    Asks of one sifted value after another, the dearest first, until the rest is not enough without them.
    Never false where a record does reach it. Values of one candidate column stand together.
    """
    for i in range(low, high):
        g.asked[i] = False
    while True:
        bound, best, last, dearest = np.float32(0), np.float32(0), -1, -1
        for i in range(low, high):
            if g.place[i] != last:
                bound, best, last = bound + best, np.float32(0), g.place[i]
            if g.asked[i]:
                continue
            best = max(best, g.worth[i])
            if g.column[i] >= 0 and (dearest < 0 or g.worth[i] > g.worth[dearest]):
                dearest = i
        bound += best
        if bound <= floor:
            return False
        if dearest < 0 or _beside(t, g, low, high, dearest, bound, floor) > floor:
            return True
        g.asked[dearest] = True


@borrowing
def _beside(t, g, low, high, one, bound, floor):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """The most that a record can be worth that holds one sifted value of the row, and none asked of before.

    `bound` is what it could be worth if it held all; nothing more is asked once that is not beyond the floor.
    """
    c, place, key = g.column[one], g.place[one], g.key[one]
    i = low
    while i < high and bound > floor:
        cell, most, best = g.place[i], np.float32(0), np.float32(0)
        while i < high and g.place[i] == cell:
            d, worth = g.column[i], g.worth[i]
            if not g.asked[i]:
                most = max(most, worth)
                if worth > best and (d < 0 or cell == place or _together(t, c, key, d, g.key[i])):
                    best = worth
            i += 1
        bound -= most - best
    return bound


@borrowing
def _together(t, c, key, d, other):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Whether some record may hold a value of column c and one of column d; of one column it holds one."""
    if c == d:
        return key == other
    word = pair_of(key, other)
    bits = bits_of(word)
    return t.pairs[word >> t.pair_shift] & bits == bits


@borrowing
def pair_of(one, other):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """A word spread over 64 bits for two values, in either order and whichever columns hold them."""
    first, second = uint64(one), uint64(other)
    if first > second:
        first, second = second, first
    word = first << uint64(32) | second
    word = (word ^ word >> uint64(32)) * uint64(0xD6E8FEB86659FD93)
    word = (word ^ word >> uint64(32)) * uint64(0xD6E8FEB86659FD93)
    return word ^ word >> uint64(32)


@borrowing
def bits_of(word):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """The bits of a pair within its word of the sieve."""
    return uint64(1) << (word & uint64(63)) | uint64(1) << ((word >> uint64(6)) & uint64(63))


@borrowing
def sift_pairs(keys, others, pairs, shift):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Set the bits of the values that each record holds of two columns; 0 is none."""
    for record in range(len(keys)):
        if keys[record] and others[record]:
            word = pair_of(uint64(keys[record]), uint64(others[record]))
            pairs[word >> shift] |= bits_of(word)
