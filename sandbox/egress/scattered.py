"""Numbers that name somebody, held in bytes in any usual way of writing numbers, wherever they stand.

Statistics packages, tagged and packed formats, matrices and plain structures all hold a telephone as eight
bytes or a double, as seven bits a byte, or behind a length. At every place each is tried; one of a likely
size is rare by chance. Short ones count behind their length or in a regular step. Proves nothing: `channels`
looks them up.
Bounded; pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.identities import exact, spelled
from sandbox.egress.streams import LEAST_ROWS, Column

MAX_BYTES = 1 << 20
MAX_STEPPED = 1 << 17
MAX_STEP = 256
MAX_CELLS = 4000
_LEAST_SHARE = 0.6
_LEAST, _MOST = 1.3e10, 1e18
_LEAST_POWER, _MOST_POWER = 72, 96
"""Powers of sixteen, 64 more, of a float of fourteen such places that is of a likely size."""
_IN_STEP = 5
_TOPS = (13 * 10**9 >> 32, 2 * 10**10 >> 32)
"""The highest of the five bytes of a telephone."""
_MOST_SEVENS = 9
"""Bytes of seven bits that a number of eighteen digits takes."""
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]


def scattered(data: bytes) -> Iterator[Column]:
    """Yield the numbers that name somebody, one column for each way of writing them."""
    flat = np.frombuffer(data[:MAX_BYTES], np.uint8)
    if flat.size < 5 * LEAST_ROWS:
        return
    for name, numbers in (*_eights(flat), *_sevens(flat), *_behind_lengths(flat)):
        yield from _column(name, numbers)
    yield from _stepped(flat[:MAX_STEPPED])


def unshuffled(data: bytes) -> Iterator[bytes]:
    """Yield bytes that a filter laid apart by their place in a number of four or eight (HDF5, Blosc)."""
    for width in (4, 8):
        if len(data) >= 2 * width:
            grid = np.frombuffer(data[: len(data) // width * width], np.uint8).reshape(width, -1)
            yield grid.T.tobytes()


def _column(name: str, numbers: Words) -> Iterator[Column]:
    """Yield those of a likely size, in order, if they are some."""
    numbers = numbers[_dated(numbers)]
    fine = exact(numbers.astype(np.float64))
    whole = numbers // np.uint64(10)
    fine |= (numbers >= np.uint64(10**17)) & exact(whole.astype(np.float64))  # with the check digit
    likely = numbers[fine][:MAX_CELLS].tolist()
    if len(set(likely)) >= LEAST_ROWS:
        yield Column(name, spelled(likely))


def _dated(numbers: Words) -> NDArray[np.bool_]:
    """Return which may pass: telephones, and those with a year of birth where one of either length has it.

    No less than `exact` lets through, a year more at either end because it rounds; none of eight bytes is
    as large as a credit code.
    """
    fine = (numbers >= np.uint64(13 * 10**9)) & (numbers < np.uint64(2 * 10**10))
    fine |= (numbers >= np.uint64(8613 * 10**9)) & (numbers < np.uint64(8620 * 10**9))
    checked = np.flatnonzero(numbers >= np.uint64(10**17))
    fine[checked] = _of_births(numbers[checked] // np.uint64(10**8))
    plain = np.flatnonzero((numbers >= np.uint64(10**14)) & (numbers < np.uint64(10**18 + 1024)))
    fine[plain] |= _of_births(numbers[plain] // np.uint64(10**7))
    return fine


def _of_births(years: Words) -> NDArray[np.bool_]:
    years = years % np.uint64(10**4)
    return np.asarray((years >= np.uint64(1899)) & (years <= np.uint64(2030)))


def _windows(flat: Bytes, width: int) -> NDArray[np.uint8]:
    return np.lib.stride_tricks.sliding_window_view(flat, width)


def _eights(flat: Bytes) -> Iterator[tuple[str, Words]]:
    """Yield whole numbers and floating-point ones of eight bytes, of either order, at every place.

    Of those that are no whole numbers of eight bytes only the ones of a likely size.
    """
    if flat.size < 8:
        return
    raw = np.ascontiguousarray(_windows(flat, 8))
    for order in ("<", ">"):
        yield f"u8 {order}", raw.view(f"{order}u8").reshape(-1).astype(np.uint64)
        yield f"f8 {order}", _whole(raw.view(f"{order}f8").reshape(-1))
    held = (flat[:-7] & 127 >= _LEAST_POWER) & (flat[:-7] & 127 < _MOST_POWER)
    words = raw[held].view(">u8").reshape(-1).astype(np.uint64)
    power = (words >> np.uint64(56) & np.uint64(127)).astype(np.float64)
    share = (words & np.uint64((1 << 56) - 1)).astype(np.float64)
    yield "hexadecimal floats", _whole(share * 16.0 ** (power - 64 - 14))
    words = raw.view("<u8").reshape(-1).astype(np.uint64)
    words = words[words % np.uint64(1_000) == 0]
    yield "ten-thousandths", _in_steps(words, 10_000)  # currencies are kept so
    yield "thousandths", _in_steps(words, 1_000)


def _in_steps(words: Words, step: int) -> Words:
    size = np.uint64(step)
    whole: Words = words[words % size == 0] // size
    return whole


def _whole(values: NDArray[np.float64]) -> Words:
    """Return the floating-point numbers that are whole and as large as a telephone, but not too large."""
    near = values[(values >= _LEAST) & (values < _MOST)].astype(np.float64)
    whole: Words = near[near == np.floor(near)].astype(np.uint64)
    return whole


def _sevens(flat: Bytes) -> Iterator[tuple[str, Words]]:
    """Yield numbers of seven bits a byte, the low ones first or last, and those of signs folded in."""
    more = flat >= 128
    starts = np.flatnonzero(~np.concatenate(([False], more[:-1])))
    ends = np.flatnonzero(~more)
    starts = starts[: ends.size]
    length = ends - starts + 1
    fit = (length >= 4) & (length <= _MOST_SEVENS)
    starts, length = starts[fit], length[fit]
    low = np.zeros(starts.size, np.uint64)
    high = np.zeros(starts.size, np.uint64)
    for place in range(_MOST_SEVENS):
        here = place < length
        digit = flat[np.where(here, starts + place, 0)].astype(np.uint64) & np.uint64(127)
        low += np.where(here, digit << np.uint64(7 * place), np.uint64(0))
        high = np.where(here, high << np.uint64(7) | digit, high)
    yield "sevens", low
    yield "sevens folded", low >> np.uint64(1)
    yield "sevens, high first", high


def _behind_lengths(flat: Bytes) -> Iterator[tuple[str, Words]]:
    """Yield whole numbers of five to eight bytes that stand behind their length, high or low byte first."""
    for width in (5, 6, 7, 8):
        if flat.size <= width:
            continue
        held = np.flatnonzero(flat[: flat.size - width] == width) + 1
        if held.size >= LEAST_ROWS:
            grid = flat[held[:, None] + np.arange(width)].astype(np.uint64)
            for turned in (grid, grid[:, ::-1]):
                yield f"behind {width}", _laid(turned)
    digits = np.flatnonzero((flat[:-4] == 3) & (flat[1:-3] == 0) & (flat[2:-2] == 0) & (flat[3:-1] == 0)) + 4
    digits = digits[digits + 6 <= flat.size]
    if digits.size >= LEAST_ROWS:  # three digits of base 32,768, as Python keeps its numbers
        grid = flat[digits[:, None] + np.arange(6)].astype(np.uint64)
        parts = [grid[:, at] | grid[:, at + 1] << np.uint64(8) for at in (0, 2, 4)]
        yield "digits of fifteen bits", parts[0] | parts[1] << np.uint64(15) | parts[2] << np.uint64(30)


def _laid(grid: Words) -> Words:
    weights = np.uint64(256) ** np.arange(grid.shape[1] - 1, -1, -1, dtype=np.uint64)
    return np.asarray((grid * weights).sum(axis=1, dtype=np.uint64))


def _stepped(flat: Bytes) -> Iterator[Column]:
    """Yield numbers of five and six bytes that stand in a regular step, as in records of one length."""
    tops = (flat == _TOPS[0]) | (flat == _TOPS[1])
    if np.count_nonzero(tops) < _IN_STEP:
        return
    for width in (5, 6):
        if flat.size < 4 * width:
            continue
        grid = _windows(flat, width)
        for name, turned, top in (("high first", grid, width - 5), ("low first", grid[:, ::-1], 4)):
            likely = np.flatnonzero(tops[top : top + len(grid)])
            numbers = _laid(turned[likely].astype(np.uint64))
            phones = likely[(numbers >= np.uint64(13 * 10**9)) & (numbers < np.uint64(2 * 10**10))]
            for step, start in _steps(phones, len(grid), width):
                yield from _column(
                    f"{width} bytes {name} every {step}", _laid(turned[start::step].astype(np.uint64))
                )


def _steps(places: NDArray[np.int64], size: int, least: int) -> Iterator[tuple[int, int]]:
    """Yield the steps and starts at which likely numbers stand in a row, the first that serve."""
    if places.size < _IN_STEP:
        return
    found, pairs = 0, _apart(places)
    for step in range(least, min(MAX_STEP, size // _IN_STEP) + 1):
        rows = size // step
        fewest = _LEAST_SHARE * rows
        if places.size < fewest or pairs[step] < 2 * math.ceil(fewest) - rows - 1:
            continue  # so many of the rows in a row cannot have so few neighbours among them
        counts = np.bincount(places[places < rows * step] % step, minlength=step)
        for start in np.flatnonzero(counts / rows >= _LEAST_SHARE).tolist():
            yield step, start
            found += 1
            if found >= 4:
                return


def _apart(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many pairs of places, which are in order, lie how far apart, up to the longest step."""
    pairs = np.zeros(MAX_STEP + 1, np.int64)
    for further in range(1, min(MAX_STEP, places.size - 1) + 1):
        gaps = places[further:] - places[:-further]
        gaps = gaps[gaps <= MAX_STEP]
        if not gaps.size:
            break
        pairs += np.bincount(gaps, minlength=MAX_STEP + 1)
    return pairs
