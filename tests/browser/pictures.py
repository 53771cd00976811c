"""Screenshots made small: a PNG of few colours, so that the pictures of every page stay a few megabytes."""

import struct
import zlib

import numba
import numpy as np


def small(data):
    """Return the picture with a palette of its 64 most frequent colours, the rest by the nearest of them."""
    pixels = _pixels(data)
    height, width, _ = pixels.shape
    packed = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours, places, often = np.unique(packed, return_inverse=True, return_counts=True)
    chosen = colours[np.argsort(often, kind="stable")[::-1][:64]]
    nearest = np.abs(_parts(colours)[:, None] - _parts(chosen)[None]).sum(axis=2).argmin(axis=1)
    palette = _parts(chosen).astype(np.uint8).tobytes()
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = nearest[places].reshape(height, width)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


def _parts(packed):
    """Return red, green and blue of packed colours."""
    return np.stack([(packed >> shift & 255).astype(np.int16) for shift in (16, 8, 0)], axis=-1)


def _pixels(data):
    """Return height x width x 3 of a PNG of eight bits with or without alpha, as browsers write them."""
    place, body = 8, b""
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, chunk = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, height, _, colour = struct.unpack_from(">IIBB", chunk)
        body += chunk if kind == b"IDAT" else b""
        place += length + 12
    deep = {2: 3, 6: 4}[colour]
    raw = np.frombuffer(zlib.decompress(body), np.uint8).reshape(height, width * deep + 1)
    return _unfiltered(raw, deep).reshape(height, width, deep)[..., :3]


@numba.njit
def _unfiltered(raw, deep):
    height, stride = raw.shape[0], raw.shape[1] - 1
    out = np.zeros((height, stride), np.uint8)
    for y in range(height):
        for x in range(stride):
            left = int(out[y, x - deep]) if x >= deep else 0
            up = int(out[y - 1, x]) if y > 0 else 0
            corner = int(out[y - 1, x - deep]) if x >= deep and y > 0 else 0
            guess, kind = 0, raw[y, 0]
            if kind == 1:
                guess = left
            elif kind == 2:
                guess = up
            elif kind == 3:
                guess = (left + up) // 2
            elif kind == 4:
                a, b, c = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
                guess = left if a <= b and a <= c else (up if b <= c else corner)
            out[y, x] = (int(raw[y, x + 1]) + guess) & 255
    return out
