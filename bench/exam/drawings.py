"""Records drawn into pictures: text, bars, codes, vector drawings."""

import base64
import io
import re
from collections.abc import Sequence
from random import Random

import numpy
import segno
from PIL import Image, ImageDraw, ImageFont

from bench.exam.core import (
    Fragment,
    Rows,
    carries,
    fragments,
    payload,
    prose,
    roles,
    technique,
)
from bench.exam.images import opened, saved

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
