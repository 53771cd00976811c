"""HMAC with SHA-256 (FIPS 180-4) and SM3 (GB/T 32905-2016) over many short messages, compiled.

Works straight on Arrow's buffers and releases the interpreter's lock. Only `prf` calls it,
for batches large enough to pay; the `hmac` module is its oracle. uint32 sums widen to
uint64 in the compiler, so every word is cut back to 32 bits where it is stored.
"""

from __future__ import annotations

import numpy as np
from numba import uint32

from sandbox.files.loops import compiled

K256 = np.array(
    [
        0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
        0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
        0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
        0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
        0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
        0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
        0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
        0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
    ],
    dtype=np.uint32,
)  # fmt: skip
START_SHA256 = np.array(
    [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19],
    dtype=np.uint32,
)
START_SM3 = np.array(
    [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E],
    dtype=np.uint32,
)


@compiled(inline="always")
def _left(word, by):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return uint32((word << uint32(by)) | (word >> uint32(32 - by)))


@compiled()
def compress_sha256(state, block, w):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fold one block of sixteen words into the state; `w` is scratch of 68 words."""
    for t in range(16):
        w[t] = block[t]
    for t in range(16, 64):
        x, y = w[t - 15], w[t - 2]
        small = _left(x, 25) ^ _left(x, 14) ^ (x >> uint32(3))
        large = _left(y, 15) ^ _left(y, 13) ^ (y >> uint32(10))
        w[t] = uint32(w[t - 16] + small + w[t - 7] + large)
    a, b, c, d, e, f, g, h = state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
    for t in range(64):
        one = uint32(h + (_left(e, 26) ^ _left(e, 21) ^ _left(e, 7)) + ((e & f) ^ (~e & g)) + K256[t] + w[t])
        two = uint32((_left(a, 30) ^ _left(a, 19) ^ _left(a, 10)) + ((a & b) ^ (a & c) ^ (b & c)))
        h, g, f, e, d, c, b, a = g, f, e, uint32(d + one), c, b, a, uint32(one + two)
    state[0], state[1] = uint32(state[0] + a), uint32(state[1] + b)
    state[2], state[3] = uint32(state[2] + c), uint32(state[3] + d)
    state[4], state[5] = uint32(state[4] + e), uint32(state[5] + f)
    state[6], state[7] = uint32(state[6] + g), uint32(state[7] + h)


@compiled()
def compress_sm3(state, block, w):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fold one block of sixteen words into the state; `w` is scratch of 68 words."""
    for t in range(16):
        w[t] = block[t]
    for t in range(16, 68):
        x = uint32(w[t - 16] ^ w[t - 9] ^ _left(w[t - 3], 15))
        w[t] = uint32(x ^ _left(x, 15) ^ _left(x, 23) ^ _left(w[t - 13], 7) ^ w[t - 6])
    a, b, c, d, e, f, g, h = state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
    for t in range(64):
        constant = uint32(0x79CC4519) if t < 16 else uint32(0x7A879D8A)
        turn = t % 32
        constant = _left(constant, turn) if turn else constant
        twelve = _left(a, 12)
        one = _left(uint32(twelve + e + constant), 7)
        if t < 16:
            ff, gg = a ^ b ^ c, e ^ f ^ g
        else:
            ff, gg = (a & b) | (a & c) | (b & c), (e & f) | (~e & g)
        two = uint32(ff + d + (one ^ twelve) + (w[t] ^ w[t + 4]))
        three = uint32(gg + h + one + w[t])
        d, c, b, a = c, _left(b, 9), a, two
        h, g, f, e = g, _left(f, 19), e, uint32(three ^ _left(three, 9) ^ _left(three, 17))
    state[0], state[1] = state[0] ^ a, state[1] ^ b
    state[2], state[3] = state[2] ^ c, state[3] ^ d
    state[4], state[5] = state[4] ^ e, state[5] ^ f
    state[6], state[7] = state[6] ^ g, state[7] ^ h


@compiled()
def _load(block, data, start, end, length):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Fill the block from `start`, padded behind `end`; return whether the padding is whole."""
    for t in range(16):
        word = uint32(0)
        for k in range(4):
            at = start + t * 4 + k
            byte = uint32(data[at]) if at < end else uint32(0x80) if at == end else uint32(0)
            word = uint32((word << uint32(8)) | byte)
        block[t] = word
    if start + 56 > end:
        block[14] = uint32((length * 8) >> 32)
        block[15] = uint32((length * 8) & 0xFFFFFFFF)
        return True
    return False


@compiled()
def hmac_sha256(data, offsets, inner, outer, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Write the HMAC of message i as the eight words `out[i]`; `inner`, `outer` are the keyed states."""
    block, w, state = np.empty(16, np.uint32), np.empty(68, np.uint32), np.empty(8, np.uint32)
    for i in range(len(offsets) - 1):
        start, end = offsets[i], offsets[i + 1]
        length = 64 + end - start
        state[:] = inner
        done = False
        while not done:
            done = _load(block, data, start, end, length)
            compress_sha256(state, block, w)
            start += 64
        block[:8] = state
        block[8:] = 0
        block[8], block[15] = uint32(0x80000000), uint32(768)
        state[:] = outer
        compress_sha256(state, block, w)
        out[i, :] = state


@compiled()
def hmac_sm3(data, offsets, inner, outer, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Write the HMAC of message i as the eight words `out[i]`; `inner`, `outer` are the keyed states."""
    block, w, state = np.empty(16, np.uint32), np.empty(68, np.uint32), np.empty(8, np.uint32)
    for i in range(len(offsets) - 1):
        start, end = offsets[i], offsets[i + 1]
        length = 64 + end - start
        state[:] = inner
        done = False
        while not done:
            done = _load(block, data, start, end, length)
            compress_sm3(state, block, w)
            start += 64
        block[:8] = state
        block[8:] = 0
        block[8], block[15] = uint32(0x80000000), uint32(768)
        state[:] = outer
        compress_sm3(state, block, w)
        out[i, :] = state
