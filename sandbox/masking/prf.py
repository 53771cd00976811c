"""The keyed pseudonym: HMAC over a canonical value, cut to the wanted bits, in base 32.

Equal tokens mean equal canonical values under one group key; without the key a token
cannot be recomputed from a guess. Which values are null is decided by the caller. RFC 2104
with SHA-256 or SM3 (GB/T 32905-2016); checked against the `hmac` module in the tests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.masking.policy import Algorithm

BLOCK = 64
COMPILED_FROM = 300_000
"""Values hashed by this process from which loading the compiled kernels pays; the digests are the same."""
_EFFORT = [0]
_ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
_HASHES = {Algorithm.INTL: "sha256", Algorithm.SM: "sm3"}


def tokens(canonical: pa.Array, key: bytes, *, bits: int, algorithm: Algorithm) -> pa.Array:
    """Return one token of ceil(bits / 5) letters per canonical value; null where it is null or empty."""
    absent = pc.fill_null(pc.equal(pc.utf8_length(canonical), 0), True)
    digests = digest_all(pc.fill_null(canonical, ""), key, algorithm=algorithm)
    letters = -(-bits // 5)
    spelled = pa.array(spell(digests, letters))
    return pc.if_else(absent, pa.scalar(None, pa.string()), spelled)


def digest_all(values: pa.Array, key: bytes, *, algorithm: Algorithm) -> np.ndarray:
    """Return the HMAC of every value as rows of 32 bytes; values hold no null."""
    _EFFORT[0] += len(values)
    if _EFFORT[0] >= COMPILED_FROM:
        return _compiled(values, key, algorithm)
    mac = _mac(key, algorithm)
    joined = b"".join(mac(value) for value in values.cast(pa.large_binary()).to_pylist())
    return np.frombuffer(joined, dtype=np.uint8).reshape(len(values), 32)


def _compiled(values: pa.Array, key: bytes, algorithm: Algorithm) -> np.ndarray:
    """Return the same digests from the compiled kernels, straight from Arrow's buffers."""
    from sandbox.masking import prf_kernels as kernels  # numba is slow to import; small tables do without

    start, compress, run = {
        Algorithm.INTL: (kernels.START_SHA256, kernels.compress_sha256, kernels.hmac_sha256),
        Algorithm.SM: (kernels.START_SM3, kernels.compress_sm3, kernels.hmac_sm3),
    }[algorithm]
    padded = _block_key(key, algorithm)
    states = []
    for pad in (0x36, 0x5C):
        block = np.frombuffer(bytes(byte ^ pad for byte in padded), dtype=">u4").astype(np.uint32)
        state = start.copy()
        compress(state, block, np.empty(68, dtype=np.uint32))
        states.append(state)
    _, offsets, data = values.buffers()
    wide = pa.types.is_large_string(values.type)
    ends = np.frombuffer(offsets, dtype=np.int64 if wide else np.int32)[
        values.offset : values.offset + len(values) + 1
    ]
    content = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    words = np.empty((len(values), 8), dtype=np.uint32)
    run(content, ends, states[0], states[1], words)
    return words.astype(">u4").view(np.uint8).reshape(len(values), 32)


def _block_key(key: bytes, algorithm: Algorithm) -> bytes:
    """Return the key as one block (RFC 2104): hashed when longer, padded with zeros."""
    if len(key) > BLOCK:
        key = hashlib.new(_HASHES[algorithm], key).digest()
    return key.ljust(BLOCK, b"\0")


def _mac(key: bytes, algorithm: Algorithm) -> Callable[[bytes], bytes]:
    """Return HMAC under the key: the two padded key blocks are hashed once, not once a value."""
    name, padded = _HASHES[algorithm], _block_key(key, algorithm)
    inner_start = hashlib.new(name, bytes(byte ^ 0x36 for byte in padded))
    outer_start = hashlib.new(name, bytes(byte ^ 0x5C for byte in padded))

    def mac(value: bytes) -> bytes:
        inner, outer = inner_start.copy(), outer_start.copy()
        inner.update(value)
        outer.update(inner.digest())
        return outer.digest()

    return mac


def spell(digests: np.ndarray, letters: int) -> pa.StringArray:
    """Return the first letters of RFC 4648 base 32, lower case, of each 32-byte digest."""
    rows = len(digests)
    size = -(-letters * 5 // 8)
    bits = np.unpackbits(np.ascontiguousarray(digests[:, :size]), axis=1)[:, : letters * 5]
    values = bits.reshape(rows, letters, 5) @ np.array([16, 8, 4, 2, 1], dtype=np.uint8)
    text = _ALPHABET[values]
    offsets = np.arange(0, (rows + 1) * letters, letters, dtype=np.int32)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text)))
