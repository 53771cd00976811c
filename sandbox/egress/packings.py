"""Identifiers as numbers in a row of bytes, so many bytes each, whatever stands before or between them.

The bytes of pixels, of a palette, of a plane of lowest bits or of a file of no known kind may be telephones
of five bytes or resident numbers of eight. Wherever most steps of one length lead from a number that looks
like one to the next, they are read. Bounded in bytes and strides; pure; called by `channels`, which asks
whose they are.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.identities import spelled
from sandbox.egress.lattice import FEWEST
from sandbox.egress.streams import PROBED, Column

MAX_BYTES = 1 << 14
MAX_FOUND = 12
_WIDTHS = (5, 6, 7, 8, 11)
_GAPS = 24
_AHEAD = 7
_ENOUGH = 5
_PHONE = (13 * 10**9, 2 * 10**10)
_REAL = 8
_PARTS = 4
_FARTHEST = 256
_STRIDES = 3
_DENSE = 0.9
_KNOWN = (b"PK", b"\x89PNG", b"\xff\xd8", b"GIF8", b"BM", b"PAR1", b"%PDF", b"\x1f\x8b")
_YEAR = np.uint64(10_000)

Marks = NDArray[np.bool_]
Places = NDArray[np.uint8]


def packings(data: bytes) -> Iterator[Column]:
    """Yield the columns of identifiers that bytes hold at even distances, high or low byte first."""
    held = np.frombuffer(data[:MAX_BYTES], np.uint8)
    yield from islice(_columns(held), MAX_FOUND)


def _columns(held: Places) -> Iterator[Column]:
    for width in _WIDTHS:
        if len(held) < (width + 1) * (_AHEAD + 1):
            return
        windows = np.lib.stride_tricks.sliding_window_view(held, width)
        for places in (windows, windows[:, ::-1]):
            yield from _even(_marks(places), places, _whole)
            if width == _REAL:
                yield from _even(_marked_reals(places), places, _real)


def tables_of(parts: Sequence[bytes]) -> list[pa.Table]:
    """Return the columns of real numbers of eight bytes at even distances in bytes that are no text."""
    found: list[pa.Table] = []
    for data in parts[:_PARTS]:
        if b"\0" in data[:4096] and not data.startswith(_KNOWN):
            for kind in ("<f8", ">f8"):
                found += islice(_table_of(data[: 4 * MAX_BYTES], kind), MAX_FOUND)
    return found


def _table_of(data: bytes, kind: str) -> Iterator[pa.Table]:
    held = np.frombuffer(data, np.uint8)
    if len(held) < 8 * (FEWEST + 1):
        return
    windows = np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(held, _REAL))
    real = windows.view(kind)[:, 0].astype(np.float64)
    with np.errstate(all="ignore"):
        cents = real * 100
        round_ = (np.abs(real) >= 1) & (np.abs(real) < 1e9) & (np.abs(cents - np.rint(cents)) < 1e-4)
    begun = np.flatnonzero(round_)
    if len(begun) < FEWEST:
        return
    for stride in _strides(begun):
        for at in np.unique(begun % stride).tolist():
            column, fine = real[at::stride], round_[at::stride]
            rows = np.flatnonzero(fine)
            span = slice(int(rows[0]), int(rows[-1]) + 1)
            if len(rows) >= FEWEST and fine[span].mean() >= _DENSE and len(np.unique(column[span])) >= FEWEST:
                cells = [f"{value:.2f}" for value in column[span].tolist()]
                yield pa.table({f"reals by {stride}": pa.array(cells, pa.string())})


def _strides(begun: NDArray[np.int64]) -> list[int]:
    """Return the distances at which most numbers stand from one another."""
    near = np.concatenate([begun[step:] - begun[:-step] for step in range(1, min(9, len(begun)))])
    counts = np.bincount(near[near <= _FARTHEST], minlength=_REAL)
    counts[:_REAL] = 0
    likely = np.argsort(counts)[::-1][:_STRIDES]
    return [int(one) for one in likely if counts[one] >= FEWEST - 1]


def packed_bits(bits: NDArray[np.uint8]) -> Iterator[Column]:
    """Yield the same of a plane of bits, the first bit of each byte high or low."""
    for order in (False, True):
        data = np.packbits(bits[: 4 * MAX_BYTES], bitorder="little" if order else "big").tobytes()
        yield from packings(data[: MAX_BYTES // 4])


def _marks(places: Places) -> Marks:
    """Return at which bytes a number begins that looks like an identifier."""
    width = places.shape[1]
    rough = places @ 256.0 ** np.arange(width - 1, -1, -1)
    if width > _REAL:
        return _coded(rough)
    fine = (rough >= _PHONE[0]) & (rough < _PHONE[1])
    if width >= 7:
        weights = np.uint64(256) ** np.arange(width - 1, -1, -1, dtype=np.uint64)
        exact = places.astype(np.uint64) @ weights
        days, years = exact // np.uint64(1000) % _YEAR, exact // np.uint64(10**7) % _YEAR
        dated = (years >= 1900) & (years < 2030) & (days >= 101) & (days < 1232)
        fine |= dated & (exact >= 10**16) & (exact < 9 * 10**16)
    return np.asarray(fine)


def _coded(rough: NDArray[np.float64]) -> Marks:
    """Return which numbers are credit codes by their first places: two of a register, six of a district."""
    fine = np.zeros(len(rough), np.bool_)
    for base in (31, 36):
        for rest in (9, 10):
            top = (rough / float(base) ** rest).astype(np.int64)
            one = top < base**8
            for place in range(6):
                one &= top // base**place % base < 10
            second, first = top // base**6 % base, top // base**7
            fine |= one & np.isin(first, (1, 5, 9)) & np.isin(second, (1, 2, 3, 9))
    return fine


def _marked_reals(places: Places) -> Marks:
    """Return at which bytes a real number of eight begins that is a telephone."""
    real = np.ascontiguousarray(places).view(">f8")[:, 0].astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray((real >= _PHONE[0]) & (real < _PHONE[1]) & (real == np.floor(real)))


def _whole(one: bytes) -> int:
    return int.from_bytes(one, "big")


def _real(one: bytes) -> int:
    value = float(struct.unpack(">d", one)[0])
    return int(value) if math.isfinite(value) else 0


def _even(marks: Marks, places: Places, read: Callable[[bytes], int]) -> Iterator[Column]:
    """Yield the numbers from where most of the next ones at one distance are marked, by distance."""
    width = places.shape[1]
    begun = np.flatnonzero(marks)
    if not _ENOUGH < len(begun) <= len(marks) // 3:
        return
    whole = np.concatenate([marks, np.zeros((width + _GAPS) * (_AHEAD + 1), np.bool_)])
    for stride in range(width, width + _GAPS):
        ahead = whole[begun[:, None] + stride * np.arange(1, _AHEAD + 1)[None, :]].sum(axis=1)
        if (ahead >= _ENOUGH).any():
            start = int(begun[int(np.argmax(ahead >= _ENOUGH))])
            cells = [read(places[at].tobytes()) for at in range(start, len(places), stride)[:PROBED]]
            yield Column(f"bytes by {stride}", spelled(cells))
