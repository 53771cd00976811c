"""In which order pixels may be read, of which channels which bits: every usual sweep over a picture at once.

Lines, columns, back and forth, along diagonals, from any corner, behind a border, every n-th pixel; channels
by themselves, together or one over another. Of each only the front is asked: bits that are letters or numbers
of whole bytes are not alike at every place of eight, of forty, of sixty-four. Chance and plain grounds fall
out there; what stays is read. Stretches of samples that never stand still are bytes, too. Bounded; pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_FRONT = 4096
MAX_READ = 1 << 17
MAX_KEPT = 16
MAX_STRETCHES = 4
_SHORT = 880
_PERIODS = (8, 40, 64, 88)
"""Bits of a letter, of a telephone, of a resident number and of a credit code in whole bytes."""
_UNLIKE = 9.0
"""Standard deviations by which the places of a period are unlike, which chance does not reach."""
_BORDERS = (1, 2, 4, 5, 8, 10, 16, 20)
_STEPS = (2, 3, 4, 5, 7, 8, 10, 16)
_PLACES = (0, 1, 2, 3)
_DEPTHS = (2, 3, 4)
_LOOKED_AT = 1 << 15
_SELDOM = 0.15
_VARIED = 0.15
"""How much the bits at one place of a period vary at least: a pattern that repeats itself says nothing."""
_BUSY = 24
_RESTLESS = 0.8
_HEADS = (0, 16, 32, 64)

Samples = NDArray[Any]
Bits = NDArray[np.uint8]
Places = NDArray[np.int64]


def planes_of(pixels: Samples) -> list[Bits]:
    """Return the planes of bits that are neither ground nor chance, those most unlike it first."""
    high, wide, channels = pixels.shape
    if pixels.dtype.itemsize > 1 or high * wide < _SHORT:
        return []
    flat = pixels.reshape(-1, channels).astype(np.uint8, copy=False)
    known: set[bytes] = set()
    found: list[tuple[float, int, int]] = []
    for number, (places, whole) in enumerate(_sweeps(high, wide, MAX_FRONT)):
        fronts = list(_fronts(flat[places], every=whole))
        heads = np.zeros((len(fronts), MAX_FRONT), np.uint8)
        for row, front in zip(heads, fronts, strict=True):
            row[: min(front.size, MAX_FRONT)] = front[:MAX_FRONT]
        score = unlike(heads) * _restless(heads) if fronts else np.zeros(0)
        for at in np.flatnonzero(score > _UNLIKE).tolist():
            if (key := heads[at].tobytes()) not in known:
                known.add(key)
                found.append((float(score[at]), number, at))
    kept = {(number, at) for _, number, at in sorted(found, reverse=True)[:MAX_KEPT]}
    return list(_whole(flat, (high, wide), kept)) if kept else []


def _whole(flat: Bits, size: tuple[int, int], kept: Collection[tuple[int, int]]) -> Iterator[Bits]:
    """Yield the planes of those numbers further than their fronts."""
    for number, (places, whole) in enumerate(_sweeps(*size, MAX_READ)):
        wanted = {at for one, at in kept if one == number}
        if wanted:
            read = enumerate(_fronts(flat[places], every=whole))
            yield from (plane for at, plane in read if at in wanted)


def telling(planes: Sequence[Bits]) -> list[Bits]:
    """Return those of whole planes that are neither ground nor chance where they begin or in their middle."""
    found = []
    for one in planes:
        half = one.size // 2
        parts = [
            one[at : at + MAX_FRONT] for at in (*range(0, _LOOKED_AT, MAX_FRONT), half, half + MAX_FRONT)
        ]
        whole = np.stack([np.pad(part, (0, MAX_FRONT - part.size)) for part in parts])
        if (unlike(whole) > _UNLIKE).any():
            found.append(one)
    return found


def unlike(heads: Bits) -> NDArray[np.float64]:
    """Return how unlike the places of any period are in the fronts of planes, in standard deviations."""
    best = np.where(_packed(heads), 2 * _UNLIKE, 0.0)
    for size in (_SHORT, 2 * _SHORT, MAX_FRONT):
        for period in _PERIODS:
            whole = heads[:, : size // period * period].reshape(len(heads), -1, period)
            share = whole.mean(axis=1, dtype=np.float32)
            mean = share.mean(axis=1)
            spread = np.maximum(mean * (1 - mean), 1e-9)
            sums = ((share - mean[:, None]) ** 2).sum(axis=1) * whole.shape[1] / spread
            told = (sums - period) / np.sqrt(2 * period)
            varied = (share * (1 - share)).mean(axis=1) > _VARIED * spread
            best = np.maximum(best, np.where((mean > 0.02) & (mean < 0.98) & varied, told, 0.0))
    return best


def _restless(heads: Bits) -> NDArray[np.bool_]:
    """Return in which fronts neighbours differ about as often as in letters and numbers."""
    share = (heads[:, 1:_SHORT] != heads[:, : _SHORT - 1]).mean(axis=1)
    return np.asarray((share > _SELDOM) & (share < 1 - _SELDOM))


def _packed(heads: Bits) -> NDArray[np.bool_]:
    """Return which fronts begin as a stream of zlib or gzip does, behind a length or not."""
    data = np.packbits(heads[:, :128], axis=1)
    fine = np.zeros(len(heads), np.bool_)
    for flip in (0, 255):
        for start in _HEADS:
            first, second = data[:, start // 8] ^ flip, data[:, start // 8 + 1] ^ flip
            fine |= (first == 0x78) & np.isin(second, (0x01, 0x5E, 0x9C, 0xDA))
            fine |= (first == 0x1F) & (second == 0x8B)
    return fine


def _fronts(samples: Bits, *, every: bool) -> Iterator[Bits]:
    """Yield the planes of a sweep: of all channels and bits, or of the likeliest alone."""
    channels = samples.shape[1]
    sets = [samples[:, at] for at in range(channels)]
    if channels >= 3:
        sets.append(samples[:, :3].reshape(-1))
    if channels >= 3 and every:
        sets += [samples[:, 2::-1].reshape(-1), samples.reshape(-1)]
        sets += [np.ascontiguousarray(samples[:, pair]).reshape(-1) for pair in combinations(range(3), 2)]
        sets += [samples[:, one] ^ samples[:, two] for one, two in combinations(range(3), 2)]
        sets.append(samples[:, 0] ^ samples[:, 1] ^ samples[:, 2])
    for values in sets:
        for place in _PLACES if every else _PLACES[:2]:
            yield values >> np.uint8(place) & np.uint8(1)
        for depth in _DEPTHS if every else ():
            shifts = np.arange(depth - 1, -1, -1, dtype=np.uint8)
            yield (values[: len(samples) // depth, None] >> shifts & np.uint8(1)).reshape(-1)


def _sweeps(high: int, wide: int, most: int) -> Iterator[tuple[Places, bool]]:
    """Yield the numbers of the first pixels of each sweep, and whether it is one of the usual ones."""
    grid = np.arange(high * wide).reshape(high, wide)
    for turned in (grid, grid.T):
        yield _front(turned, most), True
        yield _front(turned[::-1, ::-1], most), True
        snake = turned[: most // turned.shape[1] + 2].copy()
        snake[1::2] = snake[1::2, ::-1]
        for one in (turned[::-1], turned[:, ::-1], snake, turned[::2], turned[1::2], turned[:, ::2]):
            yield _front(one, most), False
        for step in _STEPS:
            run = _front(turned, most * step)
            yield run[::step], False
            yield run[step - 1 :: step], False
    for border in _BORDERS:
        if min(high, wide) > 4 * border:
            yield _front(grid[border:-border, border:-border], most), False
    side = int(np.sqrt(2 * most)) + 2
    corner = grid[:side, :side]
    down, across = np.indices(corner.shape).reshape(2, -1)
    for order in (np.lexsort((down, down + across)), np.lexsort((across, down + across))):
        yield corner.reshape(-1)[order][:most], False


def _front(turned: Places, most: int) -> Places:
    return turned[: most // turned.shape[1] + 1].reshape(-1)[:most]


def stretches(samples: bytes) -> list[bytes]:
    """Return the stretches of samples in which neighbours differ throughout, if there are others too."""
    values = np.frombuffer(samples, np.uint8)
    if values.size < 4 * _BUSY:
        return []
    moving = np.concatenate(([0], np.cumsum(values[1:] != values[:-1])))
    busy = moving[_BUSY:] - moving[:-_BUSY] >= _RESTLESS * _BUSY
    edges = np.flatnonzero(np.diff(np.concatenate(([0], busy.astype(np.int8), [0]))))
    spans = [
        (start, end + _BUSY) for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    ]
    spans.sort(key=lambda span: span[0] - span[1])
    if not spans or spans[0][1] - spans[0][0] > 0.9 * values.size:
        return []
    return [samples[start:end] for start, end in spans[:MAX_STRETCHES] if end - start >= 2 * _BUSY]
