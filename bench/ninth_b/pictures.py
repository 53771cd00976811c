"""Pictures of honest charts, and the chunks and segments of PNG and JPEG."""

from __future__ import annotations

import io
import random
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bench.ninth_b.kit import bars

Pixels = NDArray[np.uint8]
START = b"\x89PNG\r\n\x1a\n"


def chart(rng: random.Random, mode: str = "RGB") -> Image.Image:
    """A bar chart with a soft ground, as a picture."""
    width, height = rng.choice((480, 520, 600)), rng.choice((240, 280, 320))
    ground = np.linspace(238, 250, height).astype(np.uint8)
    picture = Image.fromarray(np.repeat(ground[:, None], width, 1)).convert(mode)
    draw = ImageDraw.Draw(picture)
    series = bars(rng)
    step = width // (len(series) + 1)
    for i, (_, value) in enumerate(series):
        tone = (60 + 12 * i, 110, 180, 255)[: len(picture.getbands())]
        draw.rectangle((step // 2 + i * step, height - 20 - value * 10, i * step + step, height - 20), tone)
    return picture


def png_bytes(pixels: Pixels, first: bytes = b"", last: bytes = b"") -> bytes:
    """A PNG of pixels in rows, with chunks before and after its data."""
    height, width = pixels.shape[:2]
    colour = {1: 0, 3: 2, 4: 6}[pixels.shape[2] if pixels.ndim == 3 else 1]
    lines = b"".join(b"\0" + pixels[y].tobytes() for y in range(height))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    return START + head + first + chunk(b"IDAT", zlib.compress(lines, 9)) + last + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_chunks(data: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """The chunks of a PNG, and what comes after the last."""
    place = len(START)
    found: list[tuple[bytes, bytes]] = []
    while not found or found[-1][0] != b"IEND":
        (size,) = struct.unpack(">I", data[place : place + 4])
        found.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + size]))
        place += 12 + size
    return found, data[place:]


def pixels_of(data: bytes) -> Pixels:
    """The pixels of a picture."""
    return np.asarray(Image.open(io.BytesIO(data)))


def with_bits(flat: Pixels, data: bytes, rng: random.Random) -> Pixels:
    """Values whose lowest bits spell the data, then go on at random."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8))
    if len(bits) > len(flat):
        raise ValueError("the picture is too small")
    rest = np.frombuffer(rng.randbytes(len(flat) - len(bits)), np.uint8) & 1
    mixed: Pixels = ((flat & 0xFE) | np.concatenate([bits, rest])).astype(np.uint8)
    return mixed


def low_bits(flat: Pixels) -> bytes:
    """The bytes that the lowest bits spell."""
    return np.packbits(flat & 1).tobytes()


def jpeg_bytes(picture: Image.Image, segments: list[tuple[int, bytes]]) -> bytes:
    """A JPEG with segments of its own after the first."""
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=82)
    plain = buffer.getvalue()
    cut = 4 + struct.unpack(">H", plain[4:6])[0]
    more = b"".join(bytes((0xFF, mark)) + struct.pack(">H", len(body) + 2) + body for mark, body in segments)
    return plain[:cut] + more + plain[cut:]


def jpeg_segments(data: bytes, mark: int) -> list[bytes]:
    """The bodies of the segments of one kind."""
    place, found = 2, []
    while data[place + 1] != 0xDA:
        (size,) = struct.unpack(">H", data[place + 2 : place + 4])
        if data[place + 1] == mark:
            found.append(data[place + 4 : place + 2 + size])
        place += 2 + size
    return found


def jpeg_tail(data: bytes) -> bytes:
    """What comes after the end of a JPEG."""
    return data.partition(b"\xff\xd9")[2]
