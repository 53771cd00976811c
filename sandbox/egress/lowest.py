"""Files in the lowest bits of samples: of the pixels of a picture, of a sound, of an array of bytes.

What is written so begins as any file or text does, at the first sample or behind a length. Only the beginning
of each order of bits is looked at before it is taken out. Evidence only, bounded; pure; called by `held`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, permutations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sandbox.egress import planes
from sandbox.egress.legible import said
from sandbox.egress.rejoined import BEGUN
from sandbox.files.arrays import array_of

MAX_SAMPLES = 1 << 23
MAX_TURNED = 1 << 20
_FRONT = 64
"""Bytes at the beginning in which a file must begin."""
_REACH = 24
_WIDTHS = (1, 2, 4)
_LENGTHS = (0, 4, 2, 8)
"""Bytes that the length of a text takes that stands before it."""
_BLOCK = 128
_KINDS = 12
_LETTERS = re.compile(rb"[!-~]+")
_ODD = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ORDERS: tuple[Literal["big", "little"], ...] = ("big", "little")
Samples = NDArray[np.uint8]


def lowest(data: bytes) -> Iterator[bytes]:
    """Yield the files that the lowest bits of the samples of a picture, a sound or an array spell."""
    for grid in planes.tried(lambda: list(_grids(data)), []):
        for order in _orders(grid):
            for width in _WIDTHS:
                yield from _spelt(order, width)


def _grids(data: bytes) -> Iterator[Samples]:
    """Yield the samples of a file by lines, columns and channels."""
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        start = data.find(b"data", 12) + 8
        for step in (1, 2, 4):
            yield np.frombuffer(data[start::step], np.uint8).reshape(-1, 1, 1)
    elif data.startswith(b"\x93NUMPY"):
        held = array_of(data)
        if held.dtype.kind in "iu" and 0 < held.size <= MAX_SAMPLES:
            yield held.reshape(len(held), -1, held.shape[-1] if held.ndim > 2 else 1)[..., :8].astype(
                np.uint8
            )
    else:
        for pixels, _ in islice(planes.frames(data), 1):
            yield pixels[:, :, :8].astype(np.uint8)


def _orders(grid: Samples) -> Iterator[Samples]:
    """Yield views of samples by lines and by columns, channels in any order, some of them or one of them."""
    if grid.ndim != 3 or not 0 < grid.size <= MAX_SAMPLES:
        return
    channels = grid.shape[2]
    chosen = [tuple(range(channels)), *((one,) for one in range(channels if channels > 1 else 0))]
    chosen += list(permutations(range(3)))[1:] if channels >= 3 else []
    chosen += [(0, 1, 2)] if channels == 4 else []
    for turned in (grid, grid.transpose(1, 0, 2)):
        front = turned[: 8 * _FRONT // turned.shape[1] + 1]
        if _plain(front):
            continue
        for places in chosen:
            if places == tuple(range(channels)):
                yield turned
            elif places == tuple(range(places[0], places[-1] + 1)):
                yield turned[:, :, places[0] : places[-1] + 1]
            elif places == (2, 1, 0):
                yield turned[:, :, 2::-1]
            elif grid.size <= MAX_TURNED:
                yield np.stack([turned[:, :, one] for one in places], axis=2)


def _plain(front: Samples) -> bool:
    """Return whether the beginning is a ground of one colour."""
    return bool((front == front[:1, :1]).all())


def _spelt(grid: Samples, width: int) -> Iterator[bytes]:
    """Yield what the lowest bits of each sample spell, the high or the low one first, if a file begins so."""
    lines = 8 * _FRONT // (width * grid.shape[1] * grid.shape[2]) + 1
    for order in _ORDERS:
        front = _packed(grid[:lines], width, order)[:_FRONT]
        begun = BEGUN.search(front)
        if begun and begun.start() <= _REACH:
            yield _packed(grid, width, order)[begun.start() :]
            continue
        start = next((at for at in _LENGTHS if _worded(front[at:])), None)
        if start is not None:
            yield _text_of(_packed(grid, width, order)[start:])


def _worded(front: bytes) -> bool:
    """Return whether bytes are a text, or letters of an alphabet."""
    return bool(said(front)) or (bool(_LETTERS.fullmatch(front)) and len(set(front)) >= _KINDS)


def _text_of(data: bytes) -> bytes:
    """Return the bytes of a text as far as it goes: up to a sign or a block that is none of it."""
    if not _ODD.search(data[:_FRONT]):
        found = _ODD.search(data)
        return data[: found.start()] if found else data
    end = _BLOCK
    while end < len(data) and said(data[end : end + _BLOCK]):
        end += _BLOCK
    return data[:end]


def _packed(samples: Samples, width: int, order: Literal["big", "little"]) -> bytes:
    """Return the lowest bits of samples as bytes."""
    bits = np.unpackbits(samples.reshape(-1)[:, None], axis=1)[:, 8 - width :]
    turned = bits[:, ::-1] if order == "little" else bits
    return np.packbits(turned.reshape(-1), bitorder=order).tobytes()
