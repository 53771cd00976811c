"""PNG and JPEG pictures: a chart as pixels, chunks, segments, lowest bits and what follows the end."""

from __future__ import annotations

import io
import random
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Pixels = NDArray[np.uint8]
Chunks = list[tuple[bytes, bytes]]
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chart(rng: random.Random, mode: str = "RGB") -> Pixels:
    """A bar chart of invented district counts."""
    white = (255, 255, 255) if mode == "RGB" else 255
    image = Image.new(mode, (480, 320), white)
    draw = ImageDraw.Draw(image)
    for index in range(14):
        height = rng.randint(30, 260)
        tone = (68, 114, 196) if mode == "RGB" else 40 + index * 12
        draw.rectangle((20 + index * 32, 300 - height, 44 + index * 32, 300), fill=tone)
        draw.text((22 + index * 32, 302), str(height), fill=0 if mode == "L" else (40, 40, 40))
    return np.array(image, dtype=np.uint8)


def png(pixels: Pixels, chunks: Chunks | None = None) -> bytes:
    """A PNG of the pixels, with more chunks before its data."""
    height, width = pixels.shape[:2]
    colour = 2 if pixels.ndim == 3 else 0
    flat = pixels.reshape(height, -1)
    lines = np.hstack([np.zeros((height, 1), np.uint8), flat]).tobytes()
    every = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)), *(chunks or [])]
    every += [(b"IDAT", zlib.compress(lines, 6)), (b"IEND", b"")]
    out = SIGNATURE
    for kind, data in every:
        out += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return out


def png_chunks(data: bytes) -> tuple[Chunks, bytes]:
    """The chunks of a PNG and the bytes after its end."""
    place = len(SIGNATURE)
    chunks: Chunks = []
    while not chunks or chunks[-1][0] != b"IEND":
        (length,) = struct.unpack_from(">I", data, place)
        chunks.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + length]))
        place += 12 + length
    return chunks, data[place:]


def png_pixels(data: bytes) -> Pixels:
    """The pixels of a picture."""
    return np.array(Image.open(io.BytesIO(data)), dtype=np.uint8)


def hide(pixels: Pixels, payload: bytes, width: int = 1) -> Pixels:
    """The pixels with a length and the payload in their lowest bits."""
    bits = np.unpackbits(np.frombuffer(struct.pack(">I", len(payload)) + payload, np.uint8))
    groups = bits.reshape(-1, width)
    flat = pixels.reshape(-1).copy()
    value = np.zeros(len(groups), np.uint8)
    for index in range(width):
        value = ((value << 1) | groups[:, index]).astype(np.uint8)
    keep = np.uint8(0xFF ^ ((1 << width) - 1))
    flat[: len(value)] = (flat[: len(value)] & keep) | value
    return flat.reshape(pixels.shape)


def seek(pixels: Pixels, width: int = 1) -> bytes:
    """The payload in the lowest bits of pixels."""
    low = pixels.reshape(-1) & np.uint8((1 << width) - 1)
    bits = np.stack([(low >> (width - 1 - i)) & 1 for i in range(width)], axis=1).reshape(-1)
    data = np.packbits(bits).tobytes()
    (length,) = struct.unpack_from(">I", data)
    return data[4 : 4 + length]


def jpeg(rng: random.Random, segments: list[tuple[int, bytes]] | None = None) -> bytes:
    """A JPEG of a chart with more segments after its start."""
    out = io.BytesIO()
    Image.fromarray(chart(rng)).save(out, "JPEG", quality=85)
    data = out.getvalue()
    extra = b"".join(b"\xff" + bytes([m]) + struct.pack(">H", len(d) + 2) + d for m, d in segments or [])
    place = 4 + struct.unpack_from(">H", data, 4)[0]
    return data[:place] + extra + data[place:]


def jpeg_segments(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """The segments of a JPEG before its scan and the bytes after its end."""
    place, segments = 2, []
    while data[place + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", data, place + 2)
        segments.append((data[place + 1], data[place + 4 : place + 2 + length]))
        place += 2 + length
    end = data.index(b"\xff\xd9", place)
    return segments, data[end + 2 :]
