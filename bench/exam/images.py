"""Records in pictures: pixels, palettes, chunks, drawings."""

import base64
import io
import struct
import zlib
from random import Random

import numpy
from PIL import Image, PngImagePlugin

from bench.exam.core import (
    Rows,
    bits,
    carries,
    fragments,
    framed,
    payload,
    roles,
    technique,
    unframed,
)


def noise(random: Random, width: int, height: int, channels: int = 3) -> numpy.ndarray:
    """A picture with a smooth gradient and some grain."""
    grain = numpy.frombuffer(random.randbytes(width * height * channels), numpy.uint8) % 16
    ramp = numpy.linspace(40, 200, width * height * channels)
    return (ramp + grain).astype(numpy.uint8).reshape(height, width, channels)


def saved(pixels: numpy.ndarray, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> numpy.ndarray:
    return numpy.array(Image.open(io.BytesIO(data)))


def _with_low_bits(pixels: numpy.ndarray, data: bytes) -> numpy.ndarray:
    flat = pixels.reshape(-1).copy()
    stream = numpy.array(bits(framed(data)), numpy.uint8)
    flat[: len(stream)] = flat[: len(stream)] & 254 | stream
    return flat.reshape(pixels.shape)


def _low_bits(pixels: numpy.ndarray) -> bytes:
    return unframed(numpy.packbits(pixels.reshape(-1) & 1).tobytes())


@technique("png", decoder=carries(lambda data: _low_bits(opened(data))))
def lowest_bits(rows: Rows, random: Random) -> bytes:
    """The lowest bits of the pixels."""
    return saved(_with_low_bits(noise(random, 400, 300), payload(rows)))


@technique("bmp", decoder=carries(lambda data: zlib.decompress(_low_bits(opened(data)))))
def lowest_bits_compressed(rows: Rows, random: Random) -> bytes:
    """Compressed, then in the lowest bits of a bitmap."""
    return saved(_with_low_bits(noise(random, 300, 300), zlib.compress(payload(rows))), "BMP")


@technique("png", decoder=carries(lambda data: _low_bits(opened(data)[..., 3])))
def alpha_channel(rows: Rows, random: Random) -> bytes:
    """The lowest bits of the transparency."""
    pixels = noise(random, 600, 600, 4)
    pixels[..., 3] = 254
    pixels[..., 3] = _with_low_bits(pixels[..., 3], payload(rows))
    return saved(pixels)


def _colours(data: bytes, size: int) -> numpy.ndarray:
    raw = numpy.frombuffer(framed(data) + bytes(size), numpy.uint8)[:size]
    return raw.copy()


@technique("png", decoder=carries(lambda data: unframed(opened(data).tobytes())))
def pixels_are_bytes(rows: Rows, _: Random) -> bytes:
    """Grey values are the bytes of the table: a "heat map"."""
    return saved(_colours(payload(rows), 200 * 200).reshape(200, 200))


@technique("png", decoder=carries(lambda data: unframed(opened(data)[0].tobytes())))
def transparent_pixels(rows: Rows, random: Random) -> bytes:
    """Colours of fully transparent pixels in the first line."""
    pixels = numpy.zeros((20, 8000, 4), numpy.uint8)
    pixels[1:] = 255
    pixels[1:, :, 0] = random.randint(100, 200)
    pixels[0] = _bytes(framed(payload(rows))).reshape(8000, 4)
    return saved(pixels)


def _bytes(data: bytes) -> numpy.ndarray:
    return numpy.frombuffer(data + bytes(32000), numpy.uint8)[:32000]


@technique("png", limit=8, narrow=True, decoder=lambda data, columns: fragments(
    [(f"1{a:05d}{b:05d}",) for a, b in numpy.array(Image.open(io.BytesIO(data)).getpalette() or []).reshape(
        -1, 2, 3)[:8] @ numpy.array([65536, 256, 1])], [roles(columns).phone]))  # fmt: skip
def palette_colours(rows: Rows, random: Random) -> bytes:
    """Pairs of palette colours are phone numbers."""
    image = Image.new("P", (60, 60))
    colours: list[int] = []
    for row in rows:
        for part in (row[roles(row).phone][1:6], row[roles(row).phone][6:]):
            colours += int(part).to_bytes(3, "big")
    image.putpalette(colours + [255] * (768 - len(colours)))
    image.putdata([random.randrange(16) for _ in range(3600)])
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _noted(random: Random, rows: Rows, compressed: bool) -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("Software", payload(rows).decode(), zip=compressed)
    return saved(noise(random, 90, 60), pnginfo=notes)


@technique("png", decoder=carries(lambda data: Image.open(io.BytesIO(data)).text["Software"]))  # type: ignore[attr-defined]
def png_text_chunk(rows: Rows, random: Random) -> bytes:
    """A text chunk."""
    return _noted(random, rows, False)


@technique("png", decoder=carries(lambda data: Image.open(io.BytesIO(data)).text["Software"]))  # type: ignore[attr-defined]
def png_compressed_text_chunk(rows: Rows, random: Random) -> bytes:
    """A compressed text chunk."""
    return _noted(random, rows, True)


@technique("png", decoder=carries(lambda data: zlib.decompress(data.partition(b"zyDa")[2])))
def png_private_chunk(rows: Rows, random: Random) -> bytes:
    """A private chunk before the end."""
    body = b"zyDa" + zlib.compress(payload(rows))
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    data = saved(noise(random, 90, 60))
    return data[:-12] + chunk + data[-12:]


@technique("png", decoder=carries(lambda data: data.partition(b"IEND\xaeB`\x82")[2]))
def png_behind_its_end(rows: Rows, random: Random) -> bytes:
    """Bytes behind the last chunk."""
    return saved(noise(random, 90, 60)) + payload(rows)


@technique("jpg", decoder=carries(lambda data: Image.open(io.BytesIO(data)).info["comment"]))
def jpeg_comment(rows: Rows, random: Random) -> bytes:
    """The comment segment."""
    return saved(noise(random, 90, 60), "JPEG", comment=payload(rows))


@technique("jpg", decoder=carries(lambda data: base64.b64decode(Image.open(io.BytesIO(data)).getexif()[270])))
def jpeg_exif(rows: Rows, random: Random) -> bytes:
    """The image description in the EXIF data (base64, as the field is ASCII)."""
    exif = Image.Exif()
    exif[270] = base64.b64encode(payload(rows)).decode()
    return saved(noise(random, 90, 60), "JPEG", exif=exif)


@technique("tiff", decoder=carries(lambda data: Image.open(io.BytesIO(data)).tag_v2[700]))  # type: ignore[attr-defined]
def tiff_tag(rows: Rows, random: Random) -> bytes:
    """The XMP tag."""
    return saved(noise(random, 90, 60), "TIFF", tiffinfo={700: payload(rows)})


@technique("gif", decoder=carries(lambda data: Image.open(io.BytesIO(data)).info["comment"]))
def gif_comment(rows: Rows, random: Random) -> bytes:
    """The comment block."""
    return saved(noise(random, 90, 60, 1)[..., 0], "GIF", comment=payload(rows))


@technique("webp", decoder=carries(lambda data: _low_bits(opened(data))))
def webp_lossless_bits(rows: Rows, random: Random) -> bytes:
    """The lowest bits of a lossless WebP."""
    return saved(_with_low_bits(noise(random, 400, 300), payload(rows)), "WEBP", lossless=True)


@technique("ppm", decoder=carries(lambda data: bytes(
    int(word) for word in data.decode().split("\n", 3)[3].split() if word != "0")))  # fmt: skip
def ascii_pixmap(rows: Rows, _: Random) -> bytes:
    """A pixmap in decimal: its values are bytes."""
    return b"P2\n100 400\n255\n" + " ".join(map(str, payload(rows))).encode()
