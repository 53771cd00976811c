"""Loops over rows, compiled: cells numbered, distinct units and contributions counted without sorting.

Every one has its plain counterpart in `units`, `coding`, `kinds` or the sidecar, which small tables take and
the tests hold them against. Called by those and by `subjects` alone.
"""

from __future__ import annotations

import numpy as np

from sandbox.files.loops import compiled


@compiled()
def numbered(codes, kept, many):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the cell of every kept row (-1: none) and each cell's first kept row.

    Cells are numbered by the first row of any kind that has their code; `many` bounds the codes.
    """
    place = np.full(many, -1, np.int64)
    first = np.full(many, -1, np.int64)
    found = 0
    for row in range(codes.size):
        code = codes[row]
        if place[code] < 0:
            place[code] = found
            found += 1
        if kept[row] and first[place[code]] < 0:
            first[place[code]] = row
    renumber = np.full(found, -1, np.int64)
    used = 0
    for cell in range(found):
        if first[cell] >= 0:
            renumber[cell] = used
            first[used] = first[cell]
            used += 1
    sets = np.full(codes.size, -1, np.int64)
    for row in range(codes.size):
        if kept[row]:
            sets[row] = renumber[place[codes[row]]]
    return sets, first[:used].copy()


@compiled()
def distinct_up_to(sets, ids, count, most):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return for each set its number of distinct ids other than 0, or `most` where it has that many."""
    held = np.zeros(count, np.int64)
    seen = np.zeros((count, most), np.uint32)
    for row in range(sets.size):
        cell = sets[row]
        if cell < 0 or ids[row] == 0:
            continue
        many = held[cell]
        if many >= most:
            continue
        known = False
        for place in range(many):
            if seen[cell, place] == ids[row]:
                known = True
                break
        if not known:
            seen[cell, many] = ids[row]
            held[cell] = many + 1
    return held


@compiled()
def by_set(sets, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the rows that are in a set, set by set in their order, and where each set begins."""
    starts = np.zeros(count + 1, np.int64)
    for row in range(sets.size):
        if sets[row] >= 0:
            starts[sets[row] + 1] += 1
    for cell in range(count):
        starts[cell + 1] += starts[cell]
    free = starts[:-1].copy()
    rows = np.empty(starts[count], np.uint32)
    for row in range(sets.size):
        cell = sets[row]
        if cell >= 0:
            rows[free[cell]] = row
            free[cell] += 1
    return rows, starts


@compiled()
def distinct(rows, starts, ids, many):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return for each set its number of distinct ids other than 0; ids lie below `many`."""
    count = starts.size - 1
    last = np.full(many, -1, np.int32)
    held = np.zeros(count, np.int64)
    for cell in range(count):
        for place in range(starts[cell], starts[cell + 1]):
            one = ids[rows[place]]
            if one != 0 and last[one] != cell:
                last[one] = cell
                held[cell] += 1
    return held


@compiled()
def contributions(rows, starts, ids, amounts, many):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return for each set the absolute total, and the largest and second largest id's part of it."""
    count = starts.size - 1
    last = np.full(many, -1, np.int32)
    part = np.zeros(many, np.float64)
    total, largest, second = np.zeros(count), np.zeros(count), np.zeros(count)
    for cell in range(count):
        for place in range(starts[cell], starts[cell + 1]):
            row = rows[place]
            if not np.isfinite(amounts[row]):
                continue
            one = ids[row]
            if last[one] != cell:
                last[one] = cell
                part[one] = 0.0
            part[one] += abs(amounts[row])
        for place in range(starts[cell], starts[cell + 1]):
            one = ids[rows[place]]
            if last[one] != cell:
                continue  # counted already, or without an amount
            last[one] = -1
            total[cell] += part[one]
            if part[one] > largest[cell]:
                second[cell] = largest[cell]
                largest[cell] = part[one]
            elif part[one] > second[cell]:
                second[cell] = part[one]
    return total, largest, second


@compiled()
def all_plain(offsets, data, first, many):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return whether every text is a plain number: -?(0|[1-9]digits, 15 at most)(.digits, 1 to 12)?"""
    for cell in range(first, first + many):
        at, end = offsets[cell], offsets[cell + 1]
        if at < end and data[at] == 45:
            at += 1
        begun = at
        while at < end and 48 <= data[at] <= 57:
            at += 1
        whole = at - begun
        if whole == 0 or whole > 15 or (whole > 1 and data[begun] == 48):
            return False
        if at < end:
            if data[at] != 46:
                return False
            at += 1
            begun = at
            while at < end and 48 <= data[at] <= 57:
                at += 1
            if at != end or at == begun or at - begun > 12:
                return False
    return True


@compiled()
def words_of(offsets, data, begin, end, words, other):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Write a word for each text from `begin` to `end`, equal for texts equal but for their case; never 0.

    `other` says which may have another canonical form, or mean nobody: all but letters and digits, what is
    as long as a mobile number with its country before it, words as short as "null", one character repeated.
    """
    for row in range(begin, end):
        at, stop = np.uint64(offsets[row]), np.uint64(offsets[row + 1])
        size = stop - at
        mixed = np.uint64(14695981039346656037)
        settled, alike, head = True, True, np.uint8(0)
        for place in range(at, stop):
            octet = data[place]
            if 97 <= octet <= 122:
                octet = np.uint8(octet - 32)
            if place == at:
                head = octet
            settled = settled and (48 <= octet <= 57 or 65 <= octet <= 90)
            alike = alike and octet == head
            mixed = (mixed ^ np.uint64(octet)) * np.uint64(1099511628211)
        mixed ^= mixed >> np.uint64(33)
        mixed *= np.uint64(0xFF51AFD7ED558CCD)
        mixed ^= mixed >> np.uint64(33)
        words[row] = mixed | np.uint64(1)
        brief = size < 12 and size > 0 and head > 57
        other[row] = alike or brief or not settled or size == 13 or size == 15


@compiled()
def parted(words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the rows in 256 parts by the first octet of their words, the words so, and where parts begin."""
    starts = np.zeros(257, np.int64)
    for row in range(words.size):
        starts[(words[row] >> np.uint64(56)) + np.uint64(1)] += 1
    for part in range(256):
        starts[part + 1] += starts[part]
    free = starts[:-1].copy()
    rows, ordered = np.empty(words.size, np.uint32), np.empty(words.size, np.uint64)
    for row in range(words.size):
        part = words[row] >> np.uint64(56)
        place = free[part]
        free[part] = place + 1
        rows[place], ordered[place] = row, words[row]
    return rows, ordered, starts


@compiled()
def numbers_of(words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return a dense number for each word, from 1, and 0 for a word of 0; part by part, in near memory."""
    rows, ordered, starts = parted(words)
    ids, found = np.zeros(words.size, np.uint32), 0
    for part in range(256):
        room = 16
        while room < 2 * (starts[part + 1] - starts[part]):
            room *= 2
        mask = np.uint64(room - 1)
        held, numbers = np.zeros(room, np.uint64), np.zeros(room, np.uint32)
        for place in range(starts[part], starts[part + 1]):
            word = ordered[place]
            if word == 0:
                continue
            slot = (word >> np.uint64(1)) & mask
            while held[slot] != 0 and held[slot] != word:
                slot = (slot + np.uint64(1)) & mask
            if held[slot] == 0:
                found += 1
                held[slot] = word
                numbers[slot] = found
            ids[rows[place]] = numbers[slot]
    return ids


@compiled()
def as_fine(numbers, ids, many):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return whether every id other than 0 has numbers, none of them another id's; these are below `many`."""
    owner = np.zeros(many, np.uint32)
    for row in range(ids.size):
        one, number = ids[row], numbers[row]
        if one == 0:
            continue
        if number == 0 or (owner[number] != 0 and owner[number] != one):
            return False
        owner[number] = one
    return True


def prepare() -> None:
    """Compile now for what is handed over: a process that keeps no machine code finds it beside this."""
    ids, amounts = np.ones(2, np.uint32), np.ones(2)
    sets, count = np.zeros(2, np.int64), 1
    for kind in (np.int32, np.int64):
        for writeable in (True, False):
            code = np.zeros(2, kind)
            code.flags.writeable = writeable
            numbered(code, np.ones(2, np.bool_), 1)
    for writeable in (True, False):
        ids.flags.writeable = writeable
        rows, starts = by_set(sets, count)
        distinct(rows, starts, ids, 2)
        distinct_up_to(sets, ids, count, 1)
        for fixed in (True, False):
            amounts.flags.writeable = not fixed
            contributions(rows, starts, ids, amounts, 2)
    octets, begins = np.frombuffer(b"12", np.uint8), np.frombuffer(np.arange(3).tobytes(), np.int64)
    all_plain(begins, octets, 0, 2)
    words = np.zeros(2, np.uint64)
    words_of(begins, octets, 0, 2, words, np.zeros(2, np.bool_))
    numbers_of(words)
    for writeable in (True, False):
        ids.flags.writeable = writeable
        as_fine(np.ones(2, np.uint32), ids, 2)
