"""Family i: chunks, segments and ends of image files."""

from __future__ import annotations

import base64
import io
import random
import struct
import zlib

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bench.fifth.core import (
    BOOK,
    CARE,
    ID,
    NAME,
    TEL,
    USCC,
    WHO,
    Files,
    Row,
    Values,
    packed,
    technique,
    text,
    unpacked,
    untext,
)
from bench.fifth.cover import chart, png


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def chunks_of(data: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG."""
    place, out = 8, []
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        out.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + size]))
        place += size + 12
    return out


def jpeg(image: Image.Image) -> bytes:
    """An image as JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


@technique("i", "persons", *WHO)
def png_text(rows: list[Row], rng: random.Random) -> Files:
    """An international text of a chart."""
    info = PngInfo()
    info.add_itxt("Description", text(rows, *WHO), zip=False)
    return [("png", png(chart(rng), pnginfo=info))]


def png_text_back(files: list[bytes]) -> Values:
    """The text after four zeros."""
    body = dict(chunks_of(files[0]))[b"iTXt"]
    return untext(body.split(b"\0\0\0\0\0")[1].decode())


@technique("i", "persons", *CARE)
def png_packed_text(rows: list[Row], rng: random.Random) -> Files:
    """A packed text of a chart, in base 64."""
    info = PngInfo()
    info.add_text("Software", base64.b64encode(text(rows, *CARE).encode()).decode(), zip=True)
    return [("png", png(chart(rng), pnginfo=info))]


def png_packed_text_back(files: list[bytes]) -> Values:
    """The packed text."""
    body = dict(chunks_of(files[0]))[b"zTXt"]
    return untext(base64.b64decode(zlib.decompress(body.split(b"\0\0", 1)[1])).decode())


@technique("i", "firms", *BOOK)
def png_private_chunk(rows: list[Row], rng: random.Random) -> Files:
    """A chunk of a name of its own before the end."""
    whole = png(chart(rng))
    return [("png", whole[:-12] + chunk(b"zyDt", zlib.compress(text(rows, *BOOK).encode())) + whole[-12:])]


def png_private_chunk_back(files: list[bytes]) -> Values:
    """The chunk."""
    return untext(zlib.decompress(dict(chunks_of(files[0]))[b"zyDt"]).decode())


@technique("i", "persons", ID)
def png_profile(rows: list[Row], rng: random.Random) -> Files:
    """A colour profile that is none."""
    whole = png(chart(rng))
    body = chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(packed(rows, ID)))
    return [("png", whole[:33] + body + whole[33:])]


def png_profile_back(files: list[bytes]) -> Values:
    """The packed profile."""
    return unpacked(zlib.decompress(dict(chunks_of(files[0]))[b"iCCP"][6:]), ID)


@technique("i", "persons", NAME, TEL)
def png_trailing(rows: list[Row], rng: random.Random) -> Files:
    """Text in GB18030 after the end of the picture."""
    return [("png", png(chart(rng)) + text(rows, NAME, TEL).encode("gb18030"))]


def png_trailing_back(files: list[bytes]) -> Values:
    """What follows the last chunk."""
    return untext(files[0].split(b"IEND\xaeB`\x82")[1].decode("gb18030"))


@technique("i", "persons", TEL)
def png_second_stream(rows: list[Row], rng: random.Random) -> Files:
    """Bytes after the end of the packed pixels, within their chunk."""
    whole = png(chart(rng, (160, 100)))
    parts = chunks_of(whole)
    pixels = b"".join(d for k, d in parts if k == b"IDAT") + packed(rows)
    head, end = chunk(b"IHDR", parts[0][1]), chunk(b"IEND", b"")
    return [("png", whole[:8] + head + chunk(b"IDAT", pixels) + end)]


def png_second_stream_back(files: list[bytes]) -> Values:
    """What the unpacker leaves over."""
    unpacker = zlib.decompressobj()
    unpacker.decompress(dict(chunks_of(files[0]))[b"IDAT"])
    return unpacked(unpacker.unused_data)


@technique("i", "persons", *WHO)
def jpeg_comment(rows: list[Row], rng: random.Random) -> Files:
    """A comment segment of a photograph."""
    body, whole = text(rows, *WHO).encode(), jpeg(chart(rng))
    return [("jpg", whole[:2] + b"\xff\xfe" + struct.pack(">H", len(body) + 2) + body + whole[2:])]


def jpeg_comment_back(files: list[bytes]) -> Values:
    """The comment."""
    size = int.from_bytes(files[0][4:6], "big")
    return untext(files[0][6 : 4 + size].decode())


@technique("i", "firms", *BOOK)
def jpeg_exif(rows: list[Row], rng: random.Random) -> Files:
    """The user comment of a photograph's properties."""
    image = chart(rng)
    exif = image.getexif()
    exif[0x9C9C] = text(rows, *BOOK).encode("utf-16-le")
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return [("jpg", out.getvalue())]


def jpeg_exif_back(files: list[bytes]) -> Values:
    """The property of Windows' comments."""
    body = Image.open(io.BytesIO(files[0])).getexif()[0x9C9C]
    return untext(bytes(body).decode("utf-16-le").rstrip("\0"))


@technique("i", "persons", NAME, ID)
def jpeg_trailing(rows: list[Row], rng: random.Random) -> Files:
    """A packed text after the end of the picture, from back to front."""
    return [("jpg", jpeg(chart(rng)) + zlib.compress(text(rows, NAME, ID).encode())[::-1])]


def jpeg_trailing_back(files: list[bytes]) -> Values:
    """What follows the last end mark that leaves a packed text."""
    data = files[0]
    place = data.index(b"\xff\xd9")
    while True:
        try:
            return untext(zlib.decompress(data[place + 2 :][::-1]).decode())
        except zlib.error:
            place = data.index(b"\xff\xd9", place + 1)


@technique("i", "firms", USCC)
def gif_comment(rows: list[Row], rng: random.Random) -> Files:
    """Comments of a GIF, in blocks."""
    out = io.BytesIO()
    chart(rng).convert("P").save(out, "GIF", comment=packed(rows, USCC))
    return [("gif", out.getvalue())]


def gif_comment_back(files: list[bytes]) -> Values:
    """The comment."""
    return unpacked(Image.open(io.BytesIO(files[0])).info["comment"], USCC)


@technique("i", "persons", *WHO)
def tiff_tag(rows: list[Row], rng: random.Random) -> Files:
    """A tag of description in a scan."""
    out = io.BytesIO()
    chart(rng, (120, 80)).save(out, "TIFF", tiffinfo={270: text(rows, *WHO).encode().hex()})
    return [("tif", out.getvalue())]


def tiff_tag_back(files: list[bytes]) -> Values:
    """The tag."""
    image = Image.open(io.BytesIO(files[0]))
    return untext(bytes.fromhex(str(image.getexif()[270])).decode())


@technique("i", "persons", TEL)
def bmp_padding(rows: list[Row], rng: random.Random) -> Files:
    """The bytes that fill up the lines of a bitmap, three a line."""
    width, height = 87, 110
    body, data = b"", packed(rows).ljust(3 * height, b"\0")
    body = b"".join(
        bytes(rng.choice((0, 128, 255)) for _ in range(width * 3)) + data[3 * y : 3 * y + 3]
        for y in range(height)
    )
    head = struct.pack("<2sIII", b"BM", 54 + len(body), len(rows), 54)
    return [
        ("bmp", head + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(body), 0, 0, 0, 0) + body)
    ]


def bmp_padding_back(files: list[bytes]) -> Values:
    """The last three bytes of each line; the count lies in the reserved word."""
    count = int.from_bytes(files[0][6:10], "little")
    data = b"".join(files[0][54 + 264 * y + 261 : 54 + 264 * y + 264] for y in range(110))
    return unpacked(data[: 5 * count])
