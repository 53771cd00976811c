"""Carriers in PNG and JPEG."""

from __future__ import annotations

import io
import math
import random
import struct
import zlib

import numpy as np
from PIL import Image, ImageDraw

from bench.composed.carriers import carrier
from bench.composed.kinds import Around

SIGNATURE, EOI = b"\x89PNG\r\n\x1a\n", b"\xff\xd9"
APPLICATION, LIMIT = b"STATDATA\0", 60000


def picture(company: Around, rng: random.Random, side: int = 200) -> Image.Image:
    """A bar chart, or a field of soft colours."""
    if not company.alone:
        image = Image.new("RGB", (max(side, 320), max(side, 240)), "white")
        draw = ImageDraw.Draw(image)
        for i, row in enumerate(company.table[1:]):
            high = float(row[1]) % 997 / 6 + 8
            draw.rectangle((16 + 24 * i, 220 - high, 34 + 24 * i, 220), fill=(60, 110, 60 + 12 * i))
        return image
    steps = np.linspace(0, 6.3, side)
    field = 120 + 50 * np.sin(steps + rng.random())[:, None] + 50 * np.cos(steps * rng.uniform(1, 3))[None, :]
    grain = np.random.default_rng(rng.randrange(2**32)).integers(0, 9, (side, side, 3))
    return Image.fromarray((field[:, :, None] + grain).astype(np.uint8), "RGB")


def saved(image: Image.Image, kind: str) -> bytes:
    """The picture as a file."""
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def chunks(data: bytes) -> tuple[dict[bytes, list[bytes]], bytes]:
    """The chunks of a PNG by name, and what comes after the last."""
    found: dict[bytes, list[bytes]] = {}
    place = len(SIGNATURE)
    while b"IEND" not in found:
        (size,) = struct.unpack(">I", data[place : place + 4])
        found.setdefault(data[place + 4 : place + 8], []).append(data[place + 8 : place + 8 + size])
        place += size + 12
    return found, data[place:]


def with_chunk(company: Around, rng: random.Random, extra: bytes) -> bytes:
    """A picture with more chunks after the first."""
    data = saved(picture(company, rng), "PNG")
    cut = len(SIGNATURE) + 25
    return data[:cut] + extra + data[cut:]


def png_text(data: bytes, company: Around, rng: random.Random) -> bytes:
    """A chunk of international text, packed or not."""
    packed = rng.random() < 0.5
    body = (
        b"Comment\0" + (b"\1\0" if packed else b"\0\0") + b"\0\0" + (zlib.compress(data) if packed else data)
    )
    return with_chunk(company, rng, chunk(b"iTXt", body))


def png_text_back(data: bytes) -> bytes:
    """The text."""
    body = chunks(data)[0][b"iTXt"][0].removeprefix(b"Comment\0")
    return zlib.decompress(body[4:]) if body[0] else body[4:]


def png_latin(data: bytes, company: Around, rng: random.Random) -> bytes:
    """Chunks of plain text, the bytes as they are."""
    parts = [data[i : i + 1000] for i in range(0, len(data), 1000)]
    return with_chunk(company, rng, b"".join(chunk(b"tEXt", b"Description\0" + one) for one in parts))


def png_latin_back(data: bytes) -> bytes:
    """The texts in their order."""
    return b"".join(body.removeprefix(b"Description\0") for body in chunks(data)[0][b"tEXt"])


def png_private(data: bytes, company: Around, rng: random.Random) -> bytes:
    """A chunk that nobody knows."""
    return with_chunk(company, rng, chunk(b"stDa", data))


def png_bits(data: bytes, company: Around, rng: random.Random) -> bytes:
    """The lowest bits of the colours: the length, then the payload."""
    bits = np.unpackbits(np.frombuffer(struct.pack(">I", len(data)) + data, np.uint8))
    image = picture(company, rng, max(200, math.isqrt(len(bits) // 3) + 1))
    pixels = np.array(image)
    flat = pixels.reshape(-1)
    flat[: len(bits)] = flat[: len(bits)] & 0xFE | bits
    return saved(Image.fromarray(pixels), "PNG")


def png_bits_back(data: bytes) -> bytes:
    """Gather the bits."""
    flat = np.array(Image.open(io.BytesIO(data)).convert("RGB")).reshape(-1) & 1
    (size,) = struct.unpack(">I", np.packbits(flat[:32]).tobytes())
    return np.packbits(flat[32 : 32 + 8 * size]).tobytes()


def png_trailing(data: bytes, company: Around, rng: random.Random) -> bytes:
    """Bytes after the picture."""
    return saved(picture(company, rng), "PNG") + data


def segments(data: bytes, mark: int, prefix: bytes, company: Around, rng: random.Random) -> bytes:
    """A picture with segments after the first."""
    image = saved(picture(company, rng), "JPEG")
    (size,) = struct.unpack(">H", image[4:6])
    parts = [prefix + data[i : i + LIMIT] for i in range(0, len(data), LIMIT)]
    extra = b"".join(bytes([0xFF, mark]) + struct.pack(">H", len(part) + 2) + part for part in parts)
    return image[: 4 + size] + extra + image[4 + size :]


def segments_back(data: bytes, mark: int, prefix: bytes) -> bytes:
    """What the segments hold."""
    place, found = 2, b""
    while data[place + 1] != 0xDA:
        (size,) = struct.unpack(">H", data[place + 2 : place + 4])
        if data[place + 1] == mark:
            found += data[place + 4 : place + 2 + size].removeprefix(prefix)
        place += size + 2
    return found


def jpeg_trailing(data: bytes, company: Around, rng: random.Random) -> bytes:
    """Bytes after the picture."""
    return saved(picture(company, rng), "JPEG") + data


carrier("png_text", "pictures", "png", png_text, png_text_back)
carrier("png_latin", "pictures", "png", png_latin, png_latin_back)
carrier("png_private", "pictures", "png", png_private, lambda d: chunks(d)[0][b"stDa"][0], True)
carrier("png_bits", "pictures", "png", png_bits, png_bits_back, True)
carrier("png_trailing", "pictures", "png", png_trailing, lambda d: chunks(d)[1], True)
carrier(
    "jpeg_comment",
    "pictures",
    "jpg",
    lambda d, company, rng: segments(d, 0xFE, b"", company, rng),
    lambda d: segments_back(d, 0xFE, b""),
    True,
)
carrier(
    "jpeg_segment",
    "pictures",
    "jpg",
    lambda d, company, rng: segments(d, 0xE9, APPLICATION, company, rng),
    lambda d: segments_back(d, 0xE9, APPLICATION),
    True,
)
carrier("jpeg_trailing", "pictures", "jpg", jpeg_trailing, lambda d: d.partition(EOI)[2], True)
