"""Keyed 64-bit hashes of cells: SipHash (Aumasson and Bernstein, 2012) over Arrow string buffers.

Vectorised with numpy alone: nothing to compile, so a file of ten rows costs milliseconds. The plain
definition stands beside it. The index hashes canonical forms with it; key and hashes stay in the gate.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.fingerprint.buffers import large_buffers

Words: TypeAlias = np.ndarray[Any, np.dtype[np.uint64]]

LONG: Final = 256
"""Cells of more bytes enter the hash as their keyed BLAKE2b-256 digest: a novel in a cell stays cheap."""

_BLOCK: Final = 16_384  # four state vectors of a block stay in the second-level cache
_MASK: Final = (1 << 64) - 1
_INITIAL: Final = (0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573)


def siphash(data: bytes, key: bytes, *, compress: int = 1, finish: int = 3) -> int:
    """SipHash-`compress`-`finish` of `data` under a 16-byte key, in plain Python; the fast form's oracle."""
    low, high = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:16], "little")
    state = [low ^ _INITIAL[0], high ^ _INITIAL[1], low ^ _INITIAL[2], high ^ _INITIAL[3]]
    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 255])
    for start in range(0, len(padded), 8):
        word = int.from_bytes(padded[start : start + 8], "little")
        state[3] ^= word
        _rounds(state, compress)
        state[0] ^= word
    state[2] ^= 0xFF
    _rounds(state, finish)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _rounds(state: list[int], count: int) -> None:
    def turn(value: int, bits: int) -> int:
        return (value << bits | value >> (64 - bits)) & _MASK

    a, b, c, d = state
    for _ in range(count):
        a, c = (a + b) & _MASK, (c + d) & _MASK
        b, d = turn(b, 13) ^ a, turn(d, 16) ^ c
        a, c = (turn(a, 32) + d) & _MASK, (c + b) & _MASK
        d, b = turn(d, 21) ^ a, turn(b, 17) ^ c
        c = turn(c, 32)
    state[:] = a, b, c, d


def plain_hash(cell: str | None, key: bytes) -> int:
    """What `keyed_hash` returns for one cell."""
    if cell is None:
        return 0
    data = cell.encode()
    if len(data) > LONG:
        data = hashlib.blake2b(data, key=key, digest_size=32).digest()
    return siphash(data, key) or 1


def keyed_hash(cells: pa.Array | pa.ChunkedArray, key: bytes) -> Words:
    """SipHash-1-3 of the UTF-8 bytes of every cell under a 16-byte key, as uint64; null is 0, a cell never.

    Takes string or large string arrays, sliced, empty or null ones too. About 0.1 µs for a cell of 20 bytes.
    """
    if len(key) != 16:
        raise ValueError("SipHash takes a key of 16 bytes")
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks() if cells.num_chunks != 1 else cells.chunk(0)
    cells = cells.cast(pa.large_binary())
    long = pc.fill_null(pc.greater(pc.binary_length(cells), LONG), False)
    if pc.any(long).as_py():
        digests = [
            hashlib.blake2b(c, key=key, digest_size=32).digest() for c in cells.filter(long).to_pylist()
        ]
        cells = pc.replace_with_mask(cells, long, pa.array(digests, pa.large_binary()))
    hashes = _hash_buffers(cells, key)
    hashes[hashes == 0] = 1
    if cells.null_count:
        hashes[cells.is_null().to_numpy(zero_copy_only=False)] = 0
    return hashes


def _hash_buffers(cells: pa.Array, key: bytes) -> Words:
    """Hashes of a large_binary array; what lies under a null is hashed too and thrown away by the caller."""
    count = len(cells)
    out = np.empty(count, np.uint64)
    if not count:
        return out
    offsets, data = large_buffers(cells)
    # Two words more than the bytes need: the unaligned load below reads one word past its own.
    words = np.zeros(len(data) // 8 + 3, np.uint64)
    words.view(np.uint8)[: len(data)] = data
    starts = offsets[:-1]
    lengths = np.diff(offsets)
    for begin in range(0, count, _BLOCK):
        part = slice(begin, begin + _BLOCK)
        out[part] = _hash_block(words, starts[part], lengths[part], key)
    return out


def _hash_block(words: Words, starts: Any, lengths: Any, key: bytes) -> Words:
    """Longest cells first, so that those still running are always a prefix of the vectors."""
    order = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[order], lengths[order]
    full = lengths // 8
    low, high = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    seeds = (low ^ _INITIAL[0], high ^ _INITIAL[1], low ^ _INITIAL[2], high ^ _INITIAL[3])
    state = [np.full(len(starts), seed, np.uint64) for seed in seeds]
    for index in range(int(full[0])):
        active = int(np.searchsorted(-full, -index, side="left"))
        _absorb([vector[:active] for vector in state], _load(words, starts[:active] + 8 * index))
    rest = ((lengths & 7) * 8).astype(np.uint64)
    tail = _load(words, starts + 8 * full) & ((np.uint64(1) << rest) - np.uint64(1))
    _absorb(state, tail | (lengths.astype(np.uint64) << np.uint64(56)))
    state[2] ^= np.uint64(0xFF)
    for _ in range(3):
        _round(state)
    result = np.empty(len(starts), np.uint64)
    result[order] = state[0] ^ state[1] ^ state[2] ^ state[3]
    return result


def _load(words: Words, positions: Any) -> Words:
    """The little-endian 64-bit word at each byte position, from two aligned words."""
    index = positions >> 3
    shift = ((positions & 7) * 8).astype(np.uint64)
    upper: Words = (words[index + 1] << np.uint64(1)) << (np.uint64(63) - shift)
    return np.asarray(words[index] >> shift | upper)


def _absorb(state: list[Words], word: Words) -> None:
    state[3] ^= word
    _round(state)
    state[0] ^= word


def _round(state: list[Words]) -> None:
    """One SipRound in place."""
    a, b, c, d = state
    spare = np.empty_like(a)
    a += b
    c += d
    _turn_xor(b, 13, a, spare)
    _turn_xor(d, 16, c, spare)
    _turn(a, 32, spare)
    a += d
    c += b
    _turn_xor(d, 21, a, spare)
    _turn_xor(b, 17, c, spare)
    _turn(c, 32, spare)


def _turn(vector: Words, bits: int, spare: Words) -> None:
    np.right_shift(vector, np.uint64(64 - bits), out=spare)
    np.left_shift(vector, np.uint64(bits), out=vector)
    np.bitwise_or(vector, spare, out=vector)


def _turn_xor(vector: Words, bits: int, other: Words, spare: Words) -> None:
    _turn(vector, bits, spare)
    np.bitwise_xor(vector, other, out=vector)
