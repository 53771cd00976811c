"""The samples of a PNG of sixteen bits, of which viewers show the upper eight: whole, upper and lower bytes.

Lines are put back from their filters (W3C PNG, 9.2); most libraries lose the lower half of colours so deep.
Bounded; pure; called by `channels`, which reads the bytes like those of pixels.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.inlaid import chunks

MAX_BYTES = 8 << 20
MAX_STEPS = 1 << 18
"""Bytes of lines whose filters lead from byte to byte, one by one."""
_DEEP = 16
_SAMPLES = {0: 1, 2: 3, 4: 2, 6: 4}
_BROKEN = (zlib.error, struct.error, ValueError, IndexError)

Line = NDArray[np.uint8]


def deep(data: bytes) -> list[bytes]:
    """Return the samples of a PNG of sixteen bits as bytes, also by halves; empty for any other."""
    try:
        held = list(chunks(data)) if data.startswith(b"\x89PNG\r\n\x1a\n") else []
        heads = [body for name, body in held if name == b"IHDR"]
        if not heads:
            return []
        width, _, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", heads[0])
        if depth != _DEEP or interlace or colour not in _SAMPLES:
            return []
        step = 2 * _SAMPLES[colour]
        packed = b"".join(body for name, body in held if name == b"IDAT")
        lines = zlib.decompressobj().decompress(packed, MAX_BYTES)
        whole = b"".join(line.tobytes() for line in _lines(lines, width * step, step))
    except _BROKEN:
        return []
    return [whole, whole[0::2], whole[1::2]] if whole else []


def _lines(held: bytes, size: int, step: int) -> Iterator[Line]:
    """Yield the lines without their filters, as far as they are whole."""
    above = np.zeros(size, np.uint8)
    room = MAX_STEPS
    for start in range(0, len(held) - size, size + 1):
        kind, line = held[start], np.frombuffer(held[start + 1 : start + 1 + size], np.uint8)
        if kind == 1:
            line = np.cumsum(line.reshape(-1, step), axis=0, dtype=np.uint8).reshape(-1)
        elif kind == 2:
            line = line + above
        elif kind > 2:
            room -= size
            if room < 0:
                return
            line = _stepped(kind, line.tolist(), above.tolist(), step)
        yield line
        above = line


def _stepped(kind: int, line: list[int], above: list[int], step: int) -> Line:
    """Return a line under the filters that look at the sample before: the mean (3), or the nearest (4)."""
    out = [0] * step
    over = [0] * step + above
    for at, value in enumerate(line):
        left, up, corner = out[at], over[at + step], over[at]
        if kind == 3:
            guess = (left + up) // 2
        else:
            guess = min((abs(up - corner), 0, left), (abs(left - corner), 1, up),
                        (abs(left + up - 2 * corner), 2, corner))[2]  # fmt: skip
        out.append((value + guess) & 255)
    return np.array(out[step:], np.uint8)
