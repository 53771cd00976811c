"""PNG products: decoded by the gate and written anew, without what a picture can carry unseen.

Reads non-interlaced 8-bit grey, RGB and RGBA and palette pictures; every chunk but the pixels is
dropped, alpha is flattened on white, and the two low bits of every sample go. What it cannot
decode is an issue and leaves nothing. Pure; called by `reading`.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.content import Issue
from sandbox.egress.legible import front, tells
from sandbox.kernel.message import say

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_HARMLESS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"pHYs", b"sRGB", b"gAMA", b"cHRM", b"bKGD", b"sBIT"}
)
_OWN_TEXT = (b"Software\x00Matplotlib", b"Software\x00")
MAX_PIXELS = 40_000_000
MAX_LINES = 50_000
"""Every line is worked out by itself: one pixel wide, a picture of as many pixels takes a minute."""
MAX_SAMPLES = 4_000_000
LEAST_LETTERS = 12


@dataclass(slots=True)
class _Chunks:
    header: tuple[int, int, int, int, int] | None = None
    palette: bytes = b""
    alpha: bytes = b""
    pixels: list[bytes] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    ended: bool = False
    rest: int = 0


def redraw(data: bytes) -> tuple[bytes | None, tuple[Issue, ...]]:
    """Return the picture drawn anew as RGB PNG (None when it cannot be decoded), and the issues."""
    try:
        chunks = _read(data)
        pixels = _decode(chunks)
    except (ValueError, struct.error, zlib.error):
        return None, (Issue("readable", evidence=say("PNG 不完整，或用了闸口不支持的写法")),)
    issues = []
    if chunks.extra or chunks.rest:
        issues.append(Issue("hidden-content", evidence=say("图片带有文字、元数据或多余字节")))
    return _encode(pixels & np.uint8(0xFC)), tuple(issues)


def written(data: bytes) -> tuple[str, ...]:
    """Return texts that the samples, the low bits or the palette of a PNG spell; nothing for a picture.

    For the search alone: what is drawn anew has neither low bits nor a palette.
    """
    try:
        chunks = _read(data)
        samples = _samples(chunks)
    except (ValueError, struct.error, zlib.error):
        return ()
    flat = samples.reshape(-1)[:MAX_SAMPLES]
    streams = [flat.tobytes(), *(np.packbits(flat & np.uint8(mask) != 0).tobytes() for mask in (1, 2))]
    for place in range(samples.shape[2] if samples.shape[2] > 1 else 0):
        plane = samples[:, :, place].reshape(-1)[:MAX_SAMPLES]
        streams += [plane.tobytes(), np.packbits(plane & np.uint8(1)).tobytes()]
    if samples.shape[2] == 4:
        colours = samples[:, :, :3].reshape(-1)[:MAX_SAMPLES]
        streams += [colours.tobytes(), np.packbits(colours & np.uint8(1)).tobytes()]
    return tuple(filter(None, map(_spelled, [*streams, chunks.palette])))


def _spelled(stream: bytes) -> str:
    """Return the text at the front of a stream, at least a line of it, or an empty text."""
    cut = stream.split(b"\0\0\0\0", 1)[0] if stream[:1] != b"\0" else b""
    for encoding in ("utf-8", "gb18030"):
        text = cut.decode(encoding, errors="replace")
        head = text[:200]
        fine = sum(letter.isprintable() or letter in "\r\n\t" for letter in head) - 2 * head.count("\ufffd")
        if len(head) >= LEAST_LETTERS and fine >= 0.9 * len(head) and len(set(head)) >= 8:
            return front(text) if tells(text) else ""
    return ""


def _read(data: bytes) -> _Chunks:
    if not data.startswith(_SIGNATURE):
        raise ValueError("no PNG")
    found = _Chunks()
    for name, body in _walk(data, found):
        if name == b"IHDR":
            width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", body)
            found.header = (width, height, depth, colour, interlace)
        elif name == b"PLTE":
            found.palette = body
        elif name == b"tRNS":
            found.alpha = body
        elif name == b"IDAT":
            found.pixels.append(body)
        elif name not in _HARMLESS and not (
            name == b"tEXt" and body.startswith(_OWN_TEXT) and len(body) < 80
        ):
            found.extra.append(name.decode("latin-1"))
    return found


def _walk(data: bytes, found: _Chunks) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place < len(data) and not found.ended:
        length, name = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + length]
        (check,) = struct.unpack(">I", data[place + 8 + length : place + 12 + length])
        if len(body) != length or zlib.crc32(name + body) != check:
            raise ValueError("damaged chunk")
        place += 12 + length
        found.ended = name == b"IEND"
        yield name, body
    if not found.ended:
        raise ValueError("no end")
    found.rest = len(data) - place


def _decode(chunks: _Chunks) -> NDArray[np.uint8]:
    samples = _samples(chunks)
    return _rgb(samples, chunks.header[3] if chunks.header else 0, chunks)


def _samples(chunks: _Chunks) -> NDArray[np.uint8]:
    """Return the samples as stored: height, width, channels."""
    if chunks.header is None:
        raise ValueError("no header")
    width, height, depth, colour, interlace = chunks.header
    if depth != 8 or interlace or colour not in _CHANNELS or not 0 < width * height <= MAX_PIXELS:
        raise ValueError("unsupported layout")
    if height > MAX_LINES:
        raise ValueError("too many lines")
    channels = _CHANNELS[colour]
    stride = width * channels
    unpacker = zlib.decompressobj()
    raw = unpacker.decompress(b"".join(chunks.pixels), height * (stride + 1) + 1)
    if len(raw) != height * (stride + 1):
        raise ValueError("pixels missing or too many")
    if unpacker.unused_data or not unpacker.eof:
        chunks.rest += max(len(unpacker.unused_data), 1)
    lines = np.frombuffer(raw, dtype=np.uint8).reshape(height, stride + 1)
    return _unfilter(lines, channels).reshape(height, width, channels)


def _unfilter(lines: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """Undo the five line filters of PNG (ISO/IEC 15948, 9.2)."""
    result = np.zeros((lines.shape[0], lines.shape[1] - 1), dtype=np.uint8)
    above = np.zeros(lines.shape[1] - 1, dtype=np.uint8)
    for row, line in enumerate(lines):
        kind, data = int(line[0]), line[1:]
        if kind == 0:
            current = data.copy()
        elif kind == 1:
            current = np.cumsum(data.reshape(-1, channels), axis=0, dtype=np.uint8).reshape(-1)
        elif kind == 2:
            current = data + above
        elif kind in (3, 4):
            current = _sequential(data, above, channels, paeth=kind == 4)
        else:
            raise ValueError("unknown filter")
        result[row] = current
        above = current
    return result


def _sequential(
    data: NDArray[np.uint8], above: NDArray[np.uint8], channels: int, *, paeth: bool
) -> NDArray[np.uint8]:
    line, up = data.tolist(), above.tolist()
    for place in range(len(line)):
        left = line[place - channels] if place >= channels else 0
        if paeth:
            corner = up[place - channels] if place >= channels else 0
            guess = _paeth(left, up[place], corner)
        else:
            guess = (left + up[place]) // 2
        line[place] = (line[place] + guess) & 0xFF
    return np.asarray(line, dtype=np.uint8)


def _paeth(left: int, up: int, corner: int) -> int:
    estimate = left + up - corner
    to_left, to_up, to_corner = abs(estimate - left), abs(estimate - up), abs(estimate - corner)
    if to_left <= to_up and to_left <= to_corner:
        return left
    return up if to_up <= to_corner else corner


def _rgb(samples: NDArray[np.uint8], colour: int, chunks: _Chunks) -> NDArray[np.uint8]:
    if colour == 3:
        palette = np.zeros((256, 3), dtype=np.uint8)
        known = np.frombuffer(chunks.palette[: len(chunks.palette) // 3 * 3], dtype=np.uint8).reshape(-1, 3)
        palette[: len(known)] = known
        return np.asarray(palette[samples[:, :, 0]])
    if colour in (0, 4):
        grey = np.repeat(samples[:, :, :1], 3, axis=2)
        return grey if colour == 0 else _flatten(grey, samples[:, :, 1:2])
    return samples if colour == 2 else _flatten(samples[:, :, :3], samples[:, :, 3:4])


def _flatten(pixels: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    share = alpha.astype(np.float32) / 255
    return np.asarray(pixels * share + 255 * (1 - share), dtype=np.float32).round().astype(np.uint8)


def _encode(pixels: NDArray[np.uint8]) -> bytes:
    height, width, _ = pixels.shape
    lines = np.concatenate([np.zeros((height, 1), dtype=np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(np.ascontiguousarray(lines).tobytes(), 9)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
