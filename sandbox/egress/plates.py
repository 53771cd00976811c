"""The pictures that a PDF draws, as files of their own: their samples are read like those of any picture.

A picture of a PDF is a stream of samples, of as many lines and columns as its dictionary says (ISO 32000-1,
8.9), or a whole JPEG; those in the text of a page too (8.9.7). Evidence only, bounded; pure; called by
`nested`.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

import numpy as np

from sandbox.egress.papers import described, streams_of

MAX_PICTURES = 8
MAX_SAMPLES = 8 << 20
MAX_BEGUN = 40
_SIZE = re.compile(rb"/(Width|W|Height|H|BitsPerComponent|BPC|Predictor|Colors)\s+(\d{1,6})\b")
_INLINE = re.compile(rb"\bBI\b(.{1,400}?)\bID[ \r\n]", re.DOTALL)
_JPEG = (b"DCTDecode", b"/DCT")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LONG = {b"W": b"Width", b"H": b"Height", b"BPC": b"BitsPerComponent"}
_COLOURS = {1: 0, 2: 4, 3: 2, 4: 6}
"""What a PNG calls samples of so many channels (W3C PNG, table 11.1)."""


def plates(data: bytes) -> Iterator[bytes]:
    """Yield the pictures of a PDF, whether or not a page shows them."""
    found = 0
    for head, body in described(data):
        if b"/Width" in head and b"/Height" in head:
            if any(name in head for name in _JPEG):
                yield body
            else:
                yield from _picture(head, body)
            found += 1
        if found >= MAX_PICTURES:
            return
    for stream in streams_of(data):
        yield from _inline(stream) if b"BI" in stream and b"ID" in stream else ()


def _inline(stream: bytes) -> Iterator[bytes]:
    for begun in list(_INLINE.finditer(stream))[:MAX_PICTURES]:
        yield from _picture(begun[1], stream[begun.end() :])


def _picture(head: bytes, body: bytes) -> Iterator[bytes]:
    """Yield the samples as a PNG, of as many channels as there are bytes for."""
    told = {_LONG.get(name, name): int(value) for name, value in _SIZE.findall(head)}
    width, height = told.get(b"Width", 0), told.get(b"Height", 0)
    depth, guess = told.get(b"BitsPerComponent", 8), told.get(b"Predictor", 1)
    if not (0 < width * height <= MAX_SAMPLES and depth in (1, 2, 4, 8, 16)) or len(body) > 4 * MAX_SAMPLES:
        return
    for channels in (4, 3, 2, 1):
        line = -(-width * channels * depth // 8)
        size = line + (guess >= 10)
        if len(body) >= height * size and (channels == 1 or depth >= 8):
            yield _png((width, height, depth, channels), _lines(body[: height * size], line, guess, channels))
            return


def _lines(body: bytes, line: int, guess: int, channels: int) -> bytes:
    """Return lines with the filter that a PNG wants before each: none, or the one that is there already."""
    if guess >= 10:
        return body
    grid = np.frombuffer(body, np.uint8).reshape(-1, line)
    if guess == 2 and line % channels == 0:  # each sample less the one before (TIFF 6.0, section 14)
        grid = np.cumsum(grid.reshape(len(grid), -1, channels), axis=1, dtype=np.uint8).reshape(len(grid), -1)
    return np.hstack([np.zeros((len(grid), 1), np.uint8), grid]).tobytes()


def _png(shape: tuple[int, int, int, int], lines: bytes) -> bytes:
    width, height, depth, channels = shape
    head = struct.pack(">IIBBBBB", width, height, depth, _COLOURS[channels], 0, 0, 0)
    held = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    out = _SIGNATURE
    for name, body in held:
        out += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return out
