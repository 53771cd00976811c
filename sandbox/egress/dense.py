"""Identifiers that a sequence of choices holds bit behind bit or digit behind digit, in records of any form.

Whoever hides a table in indents, ends of lines or noughts lays several fields of a person behind one another,
so that no width cuts the sequence into numbers. But the seventeen digits of a resident number hold a date at
a known place, in any field of eight bytes; and telephones of five bytes come at even distances. Both are
asked of every place of every sequence at once. Proves nothing: `channels` asks whose they are. Bounded; pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.identities import spelled
from sandbox.egress.streams import LEAST_ROWS, Column, Stream, normal, two

MAX_BITS = 2048
MAX_DIGITS = 4096
MAX_SEQUENCES = 400
MAX_COLUMNS = 60
MAX_FOUND = 256
MAX_TEXT = 1 << 18
_LEAST_BITS = 400
_LEAST_DIGITS = 3 * 17
_PHONE = (13 * 10**9, 2 * 10**10)
_RESIDENT = (10**16, 9 * 10**16)
_SHORT = np.uint64((1 << 57) - 1)
_FEWEST_PHONES = 6
_REGULAR = 0.7
_FIGURES = re.compile(r"[0-9]", re.ASCII)
_MODULI = np.arange(256, 1000)
"""What small numbers may be bytes beside multiples of: a thousandth of a second hides one in many ways."""
_PROBED = 96
_ODD = frozenset({3, 5, 6, 9, 10, 11, 12, 13, 14, 15, 16})

Bits = NDArray[np.uint8]
Words = NDArray[np.uint64]
Digits = NDArray[np.int64]
Marks = NDArray[np.bool_]


def laid_densely(streams: Sequence[Stream], text: str = "") -> Iterator[Column]:
    """Yield the identifiers that sequences hold at any place, and those in all digits of a text in a row."""
    bits: dict[bytes, Bits] = {}
    digits: dict[bytes, Digits] = {}
    for one in streams[:MAX_SEQUENCES]:
        for found in _as_bits(one.values[:MAX_BITS]):
            bits.setdefault(found.tobytes(), found)
        for run in _as_digits(one.values[:MAX_DIGITS]):
            digits.setdefault(run.tobytes(), run)
    for run in _of_text(text[:MAX_TEXT]):
        digits.setdefault(run.tobytes(), run)
    yield from islice(_in_bits(list(bits.values())), MAX_COLUMNS)
    yield from islice(_in_digits(list(digits.values())), MAX_COLUMNS)


def bytes_laid(one: Stream) -> Iterator[bytes]:
    """Yield the bytes that numbers of more or fewer bits than eight spell, bit behind bit."""
    for values in normal(one.values):
        size = int(values.max()).bit_length() if values.size and int(values.min()) >= 0 else 0
        if size in _ODD:
            bits = (values[:, None] >> np.arange(size - 1, -1, -1) & 1).astype(np.uint8)
            yield np.packbits(bits.reshape(-1)).tobytes()


def _as_bits(values: Digits) -> Iterator[Bits]:
    """Yield a sequence of small numbers as bits, each number of the fewest that all of them need."""
    if 8 * values.size < _LEAST_BITS:
        return
    plain = two(values)
    if plain is not None:
        yield from (plain, 1 - plain) if plain.size >= _LEAST_BITS else ()
        return
    for one in (*normal(values), *_remainders(values)):
        low, high = int(one.min()), int(one.max())
        if low >= 0 and high >= 512:
            yield from (_spread(one % modulus, size) for modulus, size in ((16, 4), (256, 8)))
        if low < 0 or not 2 <= high < 1 << 16:
            continue
        size = max(high.bit_length(), 8) if high >= 100 else high.bit_length()
        if 4 < size < 8:
            yield _spread(one, 8)
        if one.size * size >= _LEAST_BITS:
            yield _spread(one, size)


def _remainders(values: Digits) -> Iterator[Digits]:
    """Yield what is left of numbers below a few thousands by the moduli that leave bytes and nothing else."""
    if values.size < _PROBED or not 256 <= int(values.max()) < 4096 or int(values.min()) < 0:
        return
    moduli = _MODULI
    for front in (values[:_PROBED], values):
        most = (front[:, None] % moduli).max(axis=0)
        moduli = moduli[(most < 256) & (most >= 128)]
    yield from (values % modulus for modulus in moduli[:4].tolist())


def _spread(values: Digits, size: int) -> Bits:
    front = values[: MAX_BITS // size]
    grid: Bits = (front[:, None] >> np.arange(size - 1, -1, -1) & 1).astype(np.uint8)
    return grid.reshape(-1)


def _as_digits(values: Digits) -> Iterator[Digits]:
    """Yield a sequence of numbers below a thousand as decimal digits, as many of each as the largest has.

    Of larger ones the last two or three.
    """
    if not values.size or int(values.min()) < 0:
        return
    if int(values.max()) >= 1000:
        yield from (run for last in (100, 1000) for run in _as_digits(values % last))
        return
    width = len(str(int(values.max())))
    if values.size * width >= _LEAST_DIGITS and len(np.unique(values)) > 2:
        tens = 10 ** np.arange(width - 1, -1, -1)
        yield (values[: MAX_DIGITS // width, None] // tens % 10).reshape(-1)


def _of_text(text: str) -> Iterator[Digits]:
    """Yield all digits of a text in a row, and the steps and totals of the digits of each line."""
    every = np.frombuffer("".join(_FIGURES.findall(text)).encode(), np.uint8).astype(np.int64) - 48
    if every.size < _LEAST_DIGITS:
        return
    yield every[:MAX_DIGITS]
    lines = [_FIGURES.findall(line) for line in text[: 8 * MAX_DIGITS].split("\n")]
    rows = [np.array(line, np.int64) for line in lines if len(line) >= 17][:128]
    if len(rows) >= LEAST_ROWS:
        yield np.concatenate([np.diff(row, prepend=0) % 10 for row in rows])[:MAX_DIGITS]
        yield np.concatenate([np.cumsum(row) % 10 for row in rows])[:MAX_DIGITS]


def _in_bits(sequences: Sequence[Bits]) -> Iterator[Column]:
    if not sequences:
        return
    grid = np.zeros((len(sequences), MAX_BITS), np.uint8)
    for row, one in zip(grid, sequences, strict=True):
        row[: min(one.size, MAX_BITS)] = one[:MAX_BITS]
    phones: list[Column] = []
    orders: tuple[Literal["big", "little"], ...] = ("big", "little")
    for order in orders:
        for phase in range(8):
            packed = np.packbits(grid[:, phase:], axis=1, bitorder=order)
            places = np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(packed, 8, axis=1))
            for kind in (">", "<"):
                words = places.view(f"{kind}u8")[:, :, 0].astype(np.uint64)
                yield from _residents(words, f"{order} {phase} {kind}")
                phones += _phones(words, f"{order} {phase} {kind}", high=kind == ">")
                if order == "big" and kind == ">":
                    yield from _residents(words & _SHORT, f"57 bits {phase}")
    yield from phones


def _residents(words: Words, name: str) -> Iterator[Column]:
    """Yield the resident numbers among the words of each sequence."""
    rows, places = np.nonzero((words >= _RESIDENT[0]) & (words < _RESIDENT[1]))
    numbers = words[rows, places]
    dated = _dated(numbers)
    rows, numbers = rows[dated], numbers[dated]
    for row in np.flatnonzero(np.bincount(rows) >= LEAST_ROWS).tolist() if rows.size else ():
        yield Column(f"dense {name}", spelled(numbers[rows == row][:MAX_FOUND].tolist()))


def _dated(numbers: Words) -> Marks:
    """Return which numbers of seventeen digits have a date where resident numbers have theirs."""
    back = numbers // np.uint64(1000)
    years = back // np.uint64(10_000)
    days = back - years * np.uint64(10_000)
    years %= np.uint64(10_000)
    fine = (years >= 1900) & (years < 2030) & (days >= 101) & (days < 1232)
    return np.asarray(fine & (days % np.uint64(100) <= 31) & (days % np.uint64(100) >= 1))


def _phones(words: Words, name: str, *, high: bool) -> Iterator[Column]:
    """Yield telephones of five bytes that come at an even distance for most of a sequence."""
    fives = words >> np.uint64(24) if high else words & np.uint64((1 << 40) - 1)
    marks = (fives >= _PHONE[0]) & (fives < _PHONE[1])
    for row in np.flatnonzero(marks.sum(axis=1) >= _FEWEST_PHONES).tolist():
        places = np.flatnonzero(marks[row])
        distances = np.bincount((places[:, None] - places[None, :]).clip(0).ravel())
        distances[:5] = 0
        step = int(np.argmax(distances[:64]))
        if distances[step] < _FEWEST_PHONES - 1:
            continue
        start = int(np.argmax(np.bincount(places % step)))
        chain = places[places % step == start]
        ahead = np.arange(chain[0], chain[-1] + 1, step)
        different = len(np.unique(fives[row, chain]))
        if min(len(chain), different) >= max(_FEWEST_PHONES, _REGULAR * len(ahead)):
            yield Column(f"dense {name} by {step}", spelled(fives[row, chain].tolist()))


def _in_digits(runs: Sequence[Digits]) -> Iterator[Column]:
    """Yield the resident numbers that stand anywhere in runs of decimal digits, read either way."""
    for number, run in enumerate(runs):
        for turned in (run, run[::-1]):
            pairs = turned[:-1] * 10 + turned[1:]
            if pairs.size < 17:
                continue
            century, month, day = pairs[6:-9], pairs[10:-5], pairs[12:-3]
            size = turned.size - 16
            fine = np.isin(century[:size], (19, 20)) & (month[:size] >= 1) & (month[:size] <= 12)
            fine &= (day[:size] >= 1) & (day[:size] <= 31) & (turned[:size] >= 1) & (turned[:size] < 9)
            places = np.flatnonzero(fine)[:MAX_FOUND]
            if len(places) >= LEAST_ROWS:
                cells = ["".join(map(str, turned[at : at + 17].tolist())) for at in places.tolist()]
                yield Column(f"digits {number}", spelled(list(map(int, cells))))
