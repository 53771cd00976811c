"""Family i: records in the pixels themselves: low bits, levels, palettes, codes, heights of bars."""

from __future__ import annotations

import io
import random
import zlib

import numpy as np
import numpy.typing as npt
import segno
import zxingcpp
from PIL import Image, ImageDraw

from bench.fifth.core import (
    BOOK,
    ID,
    NAME,
    TEL,
    USCC,
    VISIT,
    WHO,
    Files,
    Row,
    Values,
    bits_of,
    bytes_of,
    chunks,
    grid,
    packed,
    technique,
    text,
    unpacked,
    untext,
)
from bench.fifth.cover import chart, png

Pixels = npt.NDArray[np.uint8]


def pixels(data: bytes) -> Pixels:
    """The samples of an image file."""
    return np.array(Image.open(io.BytesIO(data)))


def low_bits(samples: Pixels, data: bytes, place: int = 0) -> Pixels:
    """Samples whose bit at a place carries the data, from the beginning."""
    flat, bits = samples.reshape(-1).copy(), np.array(bits_of(data), np.uint8)
    flat[: len(bits)] = (flat[: len(bits)] & ~np.uint8(1 << place)) | (bits << place)
    return flat.reshape(samples.shape)


def from_low(samples: Pixels, place: int = 0) -> bytes:
    """The data of the bits at a place."""
    return bytes_of(((samples.reshape(-1) >> place) & 1).tolist())


@technique("i", "persons", *WHO)
def low_bits_of_colours(rows: list[Row], rng: random.Random) -> Files:
    """The lowest bit of red, green and blue, line by line."""
    data = zlib.compress(text(rows, *WHO).encode())
    return [("png", png(Image.fromarray(low_bits(np.array(chart(rng)), data))))]


def low_bits_of_colours_back(files: list[bytes]) -> Values:
    """The bits in the same order."""
    return untext(zlib.decompress(from_low(pixels(files[0]))).decode())


@technique("i", "persons", NAME, TEL)
def blue_by_columns(rows: list[Row], rng: random.Random) -> Files:
    """The lowest bit of blue alone, column by column, plain text in GB18030."""
    samples = np.array(chart(rng))
    blue = low_bits(np.ascontiguousarray(samples[:, :, 2].T), text(rows, NAME, TEL).encode("gb18030"))
    samples[:, :, 2] = blue.T
    return [("png", png(Image.fromarray(samples)))]


def blue_by_columns_back(files: list[bytes]) -> Values:
    """The bits in the same order."""
    return untext(from_low(np.ascontiguousarray(pixels(files[0])[:, :, 2].T)).decode("gb18030"))


@technique("i", "persons", ID)
def second_bit_of_alpha(rows: list[Row], rng: random.Random) -> Files:
    """The second bit of the opacity of a drawing with soft edges."""
    samples = np.array(chart(rng).convert("RGBA"))
    samples[:, :, 3] = low_bits(np.full(samples.shape[:2], 250, np.uint8), packed(rows, ID), 1)
    return [("png", png(Image.fromarray(samples)))]


def second_bit_of_alpha_back(files: list[bytes]) -> Values:
    """The bits of the opacity."""
    return unpacked(from_low(pixels(files[0])[:, :, 3], 1), ID)


@technique("i", "firms", *BOOK)
def grey_levels(rows: list[Row], rng: random.Random) -> Files:
    """A noisy texture whose grey levels are the bytes of a packed text, below a chart."""
    data = zlib.compress(text(rows, *BOOK).encode())
    top = np.array(chart(rng).convert("L"))
    whole = len(data).to_bytes(4, "big") + data
    lines = -(-len(whole) // top.shape[1])
    below = np.frombuffer(whole.ljust(lines * top.shape[1], b"\x80"), np.uint8).reshape(lines, -1)
    return [("png", png(Image.fromarray(np.vstack([top, below]))))]


def grey_levels_back(files: list[bytes]) -> Values:
    """The lines below the chart."""
    data = pixels(files[0])[200:].tobytes()
    return untext(zlib.decompress(data[4 : 4 + int.from_bytes(data[:4], "big")]).decode())


@technique("i", "persons", TEL)
def unused_palette(rows: list[Row], rng: random.Random) -> Files:
    """Colours of a palette that no pixel has."""
    image = chart(rng).convert("P", palette=Image.Palette.ADAPTIVE, colors=64)
    palette = (image.getpalette() or [])[: 64 * 3]
    palette += [0] * (64 * 3 - len(palette))
    body = len(rows).to_bytes(1, "big") + packed(rows)
    image.putpalette((palette + list(body) + [0] * 600)[:768])
    return [("png", png(image))]


def unused_palette_back(files: list[bytes]) -> Values:
    """The colours from the sixty-fifth on."""
    body = bytes((Image.open(io.BytesIO(files[0])).getpalette() or [])[192:])
    return unpacked(body[1 : 1 + 5 * body[0]])


@technique("i", "persons", TEL, low=20)
def heights_of_bars(rows: list[Row], _: random.Random) -> Files:
    """A chart of groups of eleven bars: each bar's height is a digit, ten pixels a unit."""
    image = Image.new("RGB", (11 * 6, 110 * len(rows)), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    for n, r in enumerate(rows):
        for i, c in enumerate(r[TEL]):
            draw.rectangle(
                (6 * i + 1, 110 * n + 109 - 10 * int(c), 6 * i + 4, 110 * n + 109), fill=(31, 119, 180)
            )
    return [("png", png(image))]


def heights_of_bars_back(files: list[bytes]) -> Values:
    """The heights measured in the bars' middle."""
    blue = pixels(files[0])[:, :, 0] < 128
    out: Values = []
    for n in range(blue.shape[0] // 110):
        block = blue[110 * n : 110 * n + 110]
        out.append(("".join(str((int(block[:, 6 * i + 2].sum()) - 1) // 10) for i in range(11)),))
    return out


@technique("i", "persons", NAME, ID, low=10, high=30)
def matrix_codes(rows: list[Row], _: random.Random) -> Files:
    """A poster with a matrix code to scan for further information."""
    out = io.BytesIO()
    segno.make_qr(text(rows, NAME, ID), error="l", encoding="utf-8").save(out, kind="png", scale=4)
    return [("png", out.getvalue())]


def matrix_codes_back(files: list[bytes]) -> Values:
    """The code read."""
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(files[0])).convert("L"))
    return untext(codes[0].text)


@technique("i", "firms", USCC)
def squares_black_white(rows: list[Row], rng: random.Random) -> Files:
    """A mosaic of squares of eight pixels beside a chart: black is one."""
    bits = bits_of(packed(rows, USCC))
    width = 64
    image = Image.new("RGB", (width * 8, -(-len(bits) // width) * 8 + 200), (255, 255, 255))
    image.paste(chart(rng, (width * 8, 200)))
    draw = ImageDraw.Draw(image)
    for i, bit in enumerate(bits):
        x, y = i % width * 8, 200 + i // width * 8
        if bit:
            draw.rectangle((x, y, x + 7, y + 7), fill=(0, 0, 0))
    return [("png", png(image))]


def squares_black_white_back(files: list[bytes]) -> Values:
    """The squares' middles."""
    samples = pixels(files[0])[204::8, 4::8, 0]
    return unpacked(bytes_of([int(v < 128) for v in samples.reshape(-1)]), USCC)


@technique("i", "persons", TEL, VISIT, low=20)
def dots_of_scatter(rows: list[Row], _: random.Random) -> Files:
    """A scatter of single pixels in sixteen-bit grey: the values of the dots are numbers in pieces."""
    samples = np.full((len(rows), 120), 65535, np.uint16)
    for n, (tel, visit) in enumerate(grid(rows, TEL, VISIT)):
        for k, piece in enumerate([*chunks(tel, 4), visit.replace("-", "")[2:6], visit[8:]]):
            samples[n, 10 + 20 * k] = int("1" + piece) if k == 2 else int(piece)
    return [("png", png(Image.fromarray(samples)))]


def dots_of_scatter_back(files: list[bytes]) -> Values:
    """The dots' values."""
    out: Values = []
    for line in np.array(Image.open(io.BytesIO(files[0])))[:, 10:100:20]:
        a, b, c, month, number = (int(v) for v in line)
        out.append((f"{a:04d}{b:04d}{str(c)[1:]}", f"20{month // 100:02d}-{month % 100:02d}-{number:02d}"))
    return out
