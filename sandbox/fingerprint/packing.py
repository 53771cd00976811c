"""Whole numbers in as few bits as they need, rounded up to four; hashes as buckets and remainders.

The index is kept so on disk: it holds no key and no value, and is a third of its size in memory.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np

from sandbox.fingerprint.siphash import Words
from sandbox.kernel.errors import TamperedError
from sandbox.kernel.message import say

Bytes: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]

_LOAD: Final = 3  # a bucket holds four to eight values


def width_of(largest: int) -> int:
    """Bits, a multiple of four, that hold numbers up to `largest`."""
    return -(-max(largest.bit_length(), 1) // 4) * 4


def pack(numbers: np.ndarray[Any, Any], width: int) -> Bytes:
    """Little-endian numbers of `width` bits: their whole bytes, then the fours of bits left over in pairs."""
    wide = np.ascontiguousarray(numbers, dtype="<u8").view(np.uint8).reshape(len(numbers), 8)
    whole = wide[:, : width // 8].reshape(-1)
    if width % 8 == 0:
        return np.ascontiguousarray(whole)
    rest = np.append(wide[:, width // 8] & 15, np.zeros(len(numbers) % 2, np.uint8))
    return np.concatenate([whole, rest[::2] | rest[1::2] << 4])


def unpack(packed: Bytes, width: int, count: int, kind: type[np.generic]) -> np.ndarray[Any, Any]:
    """What `pack` packed, as an array of `kind`; `TamperedError` if it is not all there."""
    size = np.dtype(kind).itemsize
    if not 0 < width <= 8 * size or len(packed) != packed_size(width, count):
        raise TamperedError(say("出域闸口的旁档不完整或已损坏，请重新落地该数据集"))
    out = np.zeros((count, size), np.uint8)
    whole = width // 8
    out[:, :whole] = packed[: count * whole].reshape(count, whole)
    if width % 8:
        rest = packed[count * whole :]
        out[::2, whole] = rest[: -(-count // 2)] & 15
        out[1::2, whole] = rest[: count // 2] >> 4
    return out.view(np.dtype(kind).newbyteorder("<")).reshape(-1).astype(kind, copy=False)


def packed_size(width: int, count: int) -> int:
    """Bytes that `count` numbers of `width` bits take."""
    return count * (width // 8) + (-(-count // 2) if width % 8 else 0)


def bucket_bits(distinct: int) -> int:
    """Top bits of a hash that number its bucket."""
    return max(distinct.bit_length() - _LOAD, 0)


def kept_bits(distinct: int, tag: int) -> np.uint64:
    """Mask of the top bits of a hash that are kept: those of its bucket and `tag` more."""
    bits = min(bucket_bits(distinct) + tag, 64)
    return np.uint64(((1 << bits) - 1) << (64 - bits))


def pack_hashes(hashes: Words, buckets: int, tag: int) -> tuple[Bytes, Bytes]:
    """Number of hashes in each bucket, and the `tag` bits behind the bucket's, of sorted hashes."""
    counts = np.bincount(_top(hashes, buckets), minlength=1 << buckets)
    if counts.max(initial=0) > 255:
        raise ValueError("hashes that are no hashes")
    shifted = hashes << np.uint64(buckets)
    return counts.astype(np.uint8), pack(shifted >> np.uint64(64 - tag), tag)


def unpack_hashes(counts: Bytes, tags: Bytes, tag: int) -> Words:
    """What `pack_hashes` packed."""
    buckets = len(counts).bit_length() - 1
    if len(counts) != 1 << buckets or not 0 < tag <= 64 - buckets:
        raise TamperedError(say("出域闸口的旁档不完整或已损坏，请重新落地该数据集"))
    tops = np.repeat(np.arange(len(counts), dtype=np.uint64), counts)
    low = unpack(tags, tag, len(tops), np.uint64) << np.uint64(64 - tag - buckets)
    return np.asarray(tops << np.uint64(64 - buckets) | low if buckets else low)


def _top(hashes: Words, bits: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    if not bits:
        return np.zeros(len(hashes), np.int64)
    return np.asarray((hashes >> np.uint64(64 - bits)).astype(np.int64))
