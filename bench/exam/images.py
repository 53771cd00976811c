"""Records in pictures: pixels, palettes, chunks, drawings."""

import base64
import io
import re
import struct
import zlib
from collections.abc import Sequence
from random import Random

import numpy
import segno
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from bench.exam.core import (
    Fragment,
    Rows,
    bits,
    carries,
    fragments,
    framed,
    payload,
    prose,
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


FONT = ImageFont.load_default_imagefont()
WIDTH, HEIGHT = 6, 11


def _cell(sign: str) -> bytes:
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    ImageDraw.Draw(image).text((0, 0), sign, 0, FONT)
    return image.tobytes()


def _read(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    shapes = {_cell(sign): sign for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY "}
    image = Image.open(io.BytesIO(data)).convert("L")
    lines = []
    for top in range(0, image.height, HEIGHT):
        boxes = [(left, top, left + WIDTH, top + HEIGHT) for left in range(0, image.width, WIDTH)]
        lines.append("".join(shapes.get(image.crop(box).tobytes(), "?") for box in boxes).split())
    return fragments(lines, [roles(columns).id, roles(columns).phone])


@technique("png", decoder=_read)
def drawn_text(rows: Rows, _: Random) -> bytes:
    """A picture of a list; the bitmap font can be read back cell by cell."""
    role = roles(rows[0])
    image = Image.new("L", (WIDTH * 30, HEIGHT * len(rows)), 255)
    for line, row in enumerate(rows):
        for place, sign in enumerate(f"{row[role.id]} {row[role.phone]}"):
            image.paste(Image.frombytes("L", (WIDTH, HEIGHT), _cell(sign)), (place * WIDTH, line * HEIGHT))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@technique(
    "png",
    decoder=lambda data, columns: fragments(
        [(f"{int((column == 0).sum()) / 100:.2f}",) for column in opened(data).T], [roles(columns).money]
    ),
    limit=40,
)
def bars(rows: Rows, _: Random) -> bytes:
    """A bar chart: each bar is as many pixels high as the amount has cents (small amounts only)."""
    cheap = sorted(rows, key=lambda row: float(row[roles(row).money]))[:24]
    heights = [round(float(row[roles(row).money]) * 100) for row in cheap]
    pixels = numpy.full((min(max(heights), 2 * 10**6), len(heights)), 255, numpy.uint8)
    for place, height in enumerate(heights):
        pixels[len(pixels) - height :, place] = 0
    return saved(pixels)


QR_SIDE, QR_MASK = 25, 0


def _reserved(x: int, y: int) -> bool:
    finder = (x < 9 and y < 9) or (x > QR_SIDE - 9 and y < 9) or (x < 9 and y > QR_SIDE - 9)
    return finder or x == 6 or y == 6 or (16 <= x <= 20 and 16 <= y <= 20)


def _qr_text(dark: Sequence[Sequence[int]]) -> str:
    """Reads a version 2 code of one block with mask 0 in byte mode, without any error correction."""
    stream, x, upward = [], QR_SIDE - 1, True
    while x > 0:
        x -= x == 6
        for step in range(QR_SIDE):
            y = QR_SIDE - 1 - step if upward else step
            stream += [dark[y][at] ^ ((y + at) % 2 == 0) for at in (x, x - 1) if not _reserved(at, y)]
        x, upward = x - 2, not upward
    raw = "".join(str(int(bit)) for bit in stream)
    length = int(raw[4:12], 2)
    return bytes(int(raw[place : place + 8], 2) for place in range(12, 12 + 8 * length, 8)).decode()


def _codes(data: bytes, columns: Sequence[str]) -> list[Fragment]:
    pixels = opened(data)
    tiles = [pixels[top : top + QR_SIDE] for top in range(0, len(pixels), QR_SIDE + 4)]
    lines = [_qr_text((tile == 0).astype(int).tolist()).split(" ") for tile in tiles]
    return fragments(lines, [roles(columns).id, roles(columns).phone])


@technique("png", decoder=_codes, limit=60)
def qr_codes(rows: Rows, _: Random) -> bytes:
    """A strip of QR codes."""
    tiles = []
    for row in rows:
        text = f"{row[roles(row).id]} {row[roles(row).phone]}"
        code = segno.make(text, version=2, error="l", mask=QR_MASK, mode="byte", boost_error=False)
        tile = numpy.full((QR_SIDE + 4, QR_SIDE), 255, numpy.uint8)
        tile[:QR_SIDE] = numpy.where(numpy.array([list(line) for line in code.matrix]) & 1, 0, 255)
        tiles.append(tile)
    return saved(numpy.vstack(tiles))


def svg(body: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="800" height="400">{body}</svg>'.encode()


@technique(
    "svg",
    decoder=lambda data, columns: fragments(
        re.findall("<circle.*?<title>(.+?) (.+?)</title>", data.decode()),
        [roles(columns).name, roles(columns).money],
    ),
)
def svg_point_titles(rows: Rows, random: Random) -> bytes:
    """Titles of the points, shown when the mouse rests on them."""
    role = roles(rows[0])
    return svg("".join(
        f'<circle cx="{random.randint(1, 800)}" cy="9" r="2">'
        f"<title>{row[role.name]} {row[role.money]}</title></circle>"
        for row in rows))  # fmt: skip


@technique(
    "svg",
    decoder=lambda data, columns: fragments(
        [("1" + a + b,) for a, b in re.findall(r"L\d+\.(\d{5}) \d+\.(\d{5})", data.decode())],
        [roles(columns).phone],
    ),
)
def svg_path_decimals(rows: Rows, random: Random) -> bytes:
    """Decimals of a line's points are phone numbers."""
    points = "".join(
        f"L{place * 5}.{row[roles(row).phone][1:6]} {random.randint(0, 399)}.{row[roles(row).phone][6:]}"
        for place, row in enumerate(rows)
    )
    return svg(f'<path fill="none" stroke="black" d="M0 0{points}"/>')


@technique(
    "svg", decoder=carries(lambda data: base64.b64decode(data.partition(b"base64,")[2].partition(b'"')[0]))
)
def svg_embedded_file(rows: Rows, random: Random) -> bytes:
    """A data address in a picture element."""
    text = base64.b64encode(payload(rows)).decode()
    return svg(f'<text y="20">{prose(random)[0]}</text><image href="data:image/png;base64,{text}"/>')


@technique(
    "svg",
    decoder=lambda data, columns: fragments(
        [(f"{float(y) / 7 + 3:.2f}",) for y in re.findall(r'height="(\d+\.\d+)"', data.decode())],
        [roles(columns).money],
    ),
)
def svg_bar_heights(rows: Rows, _: Random) -> bytes:
    """One bar for each record, of seven times the amount less 21."""
    return svg("".join(
        f'<rect x="{place * 6}" width="5" height="{7 * (float(row[roles(row).money]) - 3):.6f}"/>'
        for place, row in enumerate(rows) if float(row[roles(row).money]) > 3))  # fmt: skip
