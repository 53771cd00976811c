"""Canonical form and keyed hash of a cell in one pass over its bytes, compiled.

Settles the common spellings alone: letters and digits, Chinese text with separators, plain decimals,
dates year first. Whatever else a cell may be it leaves to `canonical_array`, which is the definition
of both. Only `cells` calls it, for columns large enough to pay.
"""

from __future__ import annotations

import numpy as np
from numba import uint64

from sandbox.files.loops import compiled

LONGEST = 256
HARD = -1

_CLASSES = np.zeros(256, np.uint8)
DIGIT, UPPER, LOWER, MARK, HAN, CJK_MARK, WIDE_MARK, LATIN_MARK, GENERAL_MARK = range(1, 10)
_CLASSES[0x20:0x7F] = MARK
_CLASSES[0x30:0x3A] = DIGIT
_CLASSES[0x41:0x5B] = UPPER
_CLASSES[0x61:0x7B] = LOWER
_CLASSES[0xE4:0xEA] = HAN
_CLASSES[0xE3] = CJK_MARK
_CLASSES[0xEF] = WIDE_MARK
_CLASSES[0xC2] = LATIN_MARK
_CLASSES[0xE2] = GENERAL_MARK
# Third bytes of E2 80 xx and E3 80 xx that are separators: dashes, quotes, dots, brackets.
_GENERAL = np.zeros(256, np.bool_)
_GENERAL[[0x94, 0x98, 0x99, 0x9C, 0x9D, 0xA6]] = True
_CJK = np.zeros(256, np.bool_)
_CJK[[0x80, 0x81, 0x82, 0x94, 0x95, *range(0x88, 0x92)]] = True


# Compiles what allocates nothing: counting at every cell who refers to each array took half of the time.
_borrowing = compiled(_nrt=False)


@compiled()
def hash_cells(offsets, data, low, high, nulls, firsts, longest, out, hard):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill `out` with the hash of each cell's canonical form, 0 for none; mark in `hard` what is not settled.

    `nulls` are the sorted hashes of the sentinels, `firsts` their first bytes, `longest` their length.
    """
    form = np.zeros(LONGEST + 16, np.uint8)
    words = form.view(np.uint64)
    left = 0
    for i in range(len(offsets) - 1):
        start = np.int64(offsets[i])
        size = np.int64(offsets[i + 1]) - start
        if size == 0:
            out[i] = uint64(0)
            continue
        length = HARD if size > LONGEST else _form(data, start, start + size, form)
        if length < 0:
            hard[i] = True
            left += 1
            continue
        first = _past_country(form, length)
        if first:
            for k in range(length - first):
                form[k] = form[k + first]
            length -= first
        found = uint64(0)
        if length:
            for k in range(8):
                form[length + k] = 0
            found = _siphash(words, length, low, high)
            if length <= longest and firsts[form[0]] and _among(nulls, found):
                found = uint64(0)
        out[i] = found
    return left


@_borrowing
def _form(data, start, stop, form):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Write the canonical form of a cell, the country code still on it; its length, or HARD."""
    first = data[start]
    kind = _CLASSES[first]
    if kind == DIGIT:
        return _figures(data, start, stop, form)
    if kind in (UPPER, LOWER):
        return _text(data, start, stop, form)
    if kind == HAN and stop - start >= 3:
        second, third = data[start + 1], data[start + 2]
        # 一 and 二 may begin a year in numerals.
        if first == 0xE4 and ((second == 0xB8 and third == 0x80) or (second == 0xBA and third == 0x8C)):
            return HARD
        return _text(data, start, stop, form)
    if first == 0x2D and stop - start >= 2 and _CLASSES[data[start + 1]] == DIGIT:
        return _decimal(data, start, stop, form)
    return HARD


@_borrowing
def _text(data, start, stop, form):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901
    """Letters and digits in upper case; separators out; HARD at the first character that needs folding."""
    length = 0
    at = start
    while at < stop:
        byte = data[at]
        kind = _CLASSES[byte]
        if kind <= LOWER:
            if kind == 0:
                return HARD
            form[length] = byte - 32 if kind == LOWER else byte
            length += 1
            at += 1
        elif kind == MARK:
            at += 1
        elif kind == LATIN_MARK:
            if at + 1 >= stop or data[at + 1] != 0xB7:
                return HARD
            at += 2
        else:
            if at + 2 >= stop:
                return HARD
            keep = _wide(kind, byte, data[at + 1], data[at + 2])
            if keep < 0:
                return HARD
            if keep:
                form[length] = byte
                form[length + 1] = data[at + 1]
                form[length + 2] = data[at + 2]
                length += 3
            at += 3
    return length


@_borrowing
def _wide(kind, one, two, three):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """What to do with a character of three bytes: 1 keep, 0 leave out, -1 not known here."""
    if kind == HAN:
        return 1 if one > 0xE4 or two >= 0xB8 else -1
    if kind == CJK_MARK:
        if two != 0x80:
            return -1
        return 1 if three == 0x87 else (0 if _CJK[three] else -1)
    if kind == GENERAL_MARK:
        return 0 if two == 0x80 and _GENERAL[three] else -1
    # Full-width marks, not the letters and digits among them.
    if two == 0xBC and (0x81 <= three <= 0x8F or 0x9A <= three <= 0xA0 or 0xBB <= three <= 0xBF):
        return 0
    return 0 if two == 0xBD and (three == 0x80 or 0x9B <= three <= 0x9E) else -1


@_borrowing
def _figures(data, start, stop, form):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """A cell that begins with a digit: a number, a code of letters and digits, a date; else HARD."""
    at = start
    while at < stop and _CLASSES[data[at]] == DIGIT:
        form[at - start] = data[at]
        at += 1
    if at == stop:
        return stop - start
    mark = data[at]
    if mark in (0x2D, 0x2F) or (mark == 0x2E and _dots(data, at, stop) > 1):
        return _date(data, start, at, stop, form)
    if mark == 0x2E:
        return _decimal(data, start, stop, form)
    while at < stop:
        kind = _CLASSES[data[at]]
        if kind == 0 or kind > LOWER:
            return HARD
        form[at - start] = data[at] - 32 if kind == LOWER else data[at]
        at += 1
    return stop - start


@_borrowing
def _dots(data, at, stop):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    count = 0
    for k in range(at, stop):
        count += data[k] == 0x2E
    return count


@_borrowing
def _decimal(data, start, stop, form):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901
    """A plain decimal, a minus before it or not: zeros at its end out, no minus before nothing."""
    length = 0
    point = -1
    nothing = True
    at = start + 1 if data[start] == 0x2D else start
    if at > start:
        form[0] = 0x2D
        length = 1
    while at < stop:
        byte = data[at]
        if byte == 0x2E and point < 0:
            point = length
        elif _CLASSES[byte] != DIGIT:
            return HARD
        else:
            nothing = nothing and byte == 0x30
        form[length] = byte
        length += 1
        at += 1
    if point >= 0:
        while form[length - 1] == 0x30:
            length -= 1
        if length - 1 == point:
            length -= 1
    if form[0] == 0x2D and nothing:
        for k in range(1, length):
            form[k - 1] = form[k]
        length -= 1
    return length


@_borrowing
def _date(data, start, mark, stop, form):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Year, month and perhaps day and time, of which the first `mark - start` figures are written already."""
    if mark - start != 4 or not 0x31 <= data[start] <= 0x32:
        return HARD
    month, at = _pair(data, mark + 1, stop)
    if not 1 <= month <= 12:
        return HARD
    _write(form, 4, month)
    if at == stop:
        return HARD if data[mark] == 0x2E else 6
    if data[at] not in (0x2D, 0x2E, 0x2F):
        return HARD
    day, at = _pair(data, at + 1, stop)
    if not 1 <= day <= 31:
        return HARD
    _write(form, 6, day)
    return 8 if at == stop else _clock(data, at, stop, form)


@_borrowing
def _clock(data, at, stop, form):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """A time of day hh:mm:ss behind a date; midnight is none."""
    if stop - at != 9 or data[at] not in (0x20, 0x54) or data[at + 3] != 0x3A or data[at + 6] != 0x3A:
        return HARD
    nothing = True
    for k in range(3):
        value, end = _pair(data, at + 1 + 3 * k, stop)
        if value < 0 or end != at + 3 + 3 * k or value > (23 if k == 0 else 59):
            return HARD
        nothing = nothing and value == 0
        _write(form, 8 + 2 * k, value)
    return 8 if nothing else 14


@_borrowing
def _pair(data, at, stop):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Value of one or two figures and where they end; -1 where there are none."""
    value = np.int64(-1)
    end = at
    while end < stop and end - at < 2 and _CLASSES[data[end]] == DIGIT:
        value = (0 if value < 0 else value * 10) + np.int64(data[end]) - 0x30
        end += 1
    return value, end


@_borrowing
def _write(form, at, value):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    form[at] = 0x30 + value // 10
    form[at + 1] = 0x30 + value % 10


@_borrowing
def _past_country(form, length):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Bytes of a country code before a mobile number: 86 or 0086, else 0."""
    first = 2 if length == 13 else 4
    if length not in (13, 15) or form[first] != 0x31 or not 0x33 <= form[first + 1] <= 0x39:
        return 0
    if (
        form[first - 2] != 0x38
        or form[first - 1] != 0x36
        or (first == 4 and (form[0] != 0x30 or form[1] != 0x30))
    ):
        return 0
    for k in range(first, length):
        if _CLASSES[form[k]] != DIGIT:
            return 0
    return first


@_borrowing
def _among(nulls, found):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    at = np.searchsorted(nulls, found)
    return at < len(nulls) and nulls[at] == found


@compiled(inline="always")
def _turn(word, by):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return (word << uint64(by)) | (word >> uint64(64 - by))


@compiled(inline="always")
def _round(a, b, c, d):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    a, c = a + b, c + d
    b, d = _turn(b, 13) ^ a, _turn(d, 16) ^ c
    a, c = _turn(a, 32) + d, c + b
    return a, _turn(b, 17) ^ c, _turn(c, 32), _turn(d, 21) ^ a


@_borrowing
def _siphash(words, length, low, high):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """SipHash-1-3 of the first `length` bytes of `words`; the bytes behind them are zero."""
    a = low ^ uint64(0x736F6D6570736575)
    b = high ^ uint64(0x646F72616E646F6D)
    c = low ^ uint64(0x6C7967656E657261)
    d = high ^ uint64(0x7465646279746573)
    for k in range(length // 8):
        d ^= words[k]
        a, b, c, d = _round(a, b, c, d)
        a ^= words[k]
    last = words[length // 8] | (uint64(length & 255) << uint64(56))
    d ^= last
    a, b, c, d = _round(a, b, c, d)
    a ^= last
    c ^= uint64(0xFF)
    for _ in range(3):
        a, b, c, d = _round(a, b, c, d)
    found = a ^ b ^ c ^ d
    return found if found else uint64(1)
