# ruff: noqa: E501 - a builder reads best as it is written
"""Ways to hide records in pictures, drawings and sounds: beside the pixels, in them, and in what is drawn.

Every builder takes records and makes a file; given those of strangers it makes the same carrier of nobody's.
"""

from __future__ import annotations

import base64
import io
import json
import random
import struct
import wave
import zipfile
import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from sandbox.kernel.identifiers import USCC_ALPHABET

Records = Sequence[dict[str, str]]
Hide = Callable[[Records], bytes]
LEAKS: dict[str, tuple[str, str, Hide]] = {}
"""By name: the table whose records it takes, the extension of the file, the builder."""

Pixels = NDArray[np.uint8]


def leak(extension: str, table: str = "persons") -> Callable[[Hide], Hide]:
    def keep(hide: Hide) -> Hide:
        LEAKS[hide.__name__] = (table, extension, hide)
        return hide

    return keep


def phones(rows: Records) -> list[str]:
    return [row["手机号"] for row in rows]


def five(rows: Records) -> bytes:
    return b"".join(int(one).to_bytes(5, "big") for one in phones(rows))


def eight(rows: Records) -> bytes:
    return b"".join(int(row["身份证号"][:17]).to_bytes(8, "big") for row in rows)


def eleven(rows: Records) -> bytes:
    found = b""
    for row in rows:
        number = 0
        for sign in row["统一社会信用代码"][:17]:
            number = number * 31 + USCC_ALPHABET.index(sign)
        found += number.to_bytes(11, "big")
    return found


def lines(rows: Records, *names: str, end: str = "\n") -> str:
    return end.join("|".join(row[name] for name in names or ("姓名", "身份证号", "手机号")) for row in rows)


def bits(data: bytes) -> NDArray[np.uint8]:
    return np.unpackbits(np.frombuffer(len(data).to_bytes(2, "big") + data, np.uint8))


def chart(width: int = 320, height: int = 200) -> Image.Image:
    chance = random.Random(width + height)
    image = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(image)
    for at in range(9):
        left = 15 + at * (width - 30) // 9
        pen.rectangle(
            (left, chance.randint(15, height - 40), left + (width - 30) // 13, height - 15),
            fill=(30 + 11 * at, 100, 190 - 7 * at),
        )
    return image


def png(image: Image.Image, **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", **more)  # type: ignore[arg-type]
    return out.getvalue()


def saved(image: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)  # type: ignore[arg-type]
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(kind: bytes, data: bytes) -> bytes:
    whole = png(chart())
    return whole[:33] + chunk(kind, data) + whole[33:]


def put(plane: Pixels, found: NDArray[np.uint8], place: int = 0) -> Pixels:
    flat = plane.reshape(-1).copy()
    flat[: len(found)] = flat[: len(found)] & np.uint8(255 ^ 1 << place) | found << np.uint8(place)
    return flat.reshape(plane.shape)


# beside the pixels


@leak("png")
def packed_chunk_of_its_own(rows: Records) -> bytes:
    return with_chunk(b"prVt", five(rows))


@leak("png")
def backward_packed_chunk(rows: Records) -> bytes:
    return with_chunk(b"dATa", zlib.compress(lines(rows).encode())[::-1])


@leak("png")
def turned_bits_behind_the_end(rows: Records) -> bytes:
    return png(chart()) + bytes(255 ^ one for one in lines(rows).encode("gb18030"))


@leak("png")
def resident_numbers_in_a_profile(rows: Records) -> bytes:
    return with_chunk(b"iCCP", b"Display P3\0\0" + zlib.compress(eight(rows)))


@leak("png")
def packed_text_in_hexadecimal(rows: Records) -> bytes:
    info = PngInfo()
    info.add_text("Comment", five(rows).hex(), zip=True)
    return png(chart(), pnginfo=info)


@leak("png")
def properties_of_a_chart(rows: Records) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = base64.b85encode(five(rows)).decode()
    return png(chart(), exif=exif)


@leak("png", "firms")
def credit_codes_behind_the_pixels(rows: Records) -> bytes:
    image = chart(120, 90)
    raw = b"".join(b"\0" + np.array(image)[y].tobytes() for y in range(90))
    head = struct.pack(">IIBBBBB", 120, 90, 8, 2, 0, 0, 0)
    body = zlib.compress(raw) + eleven(rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@leak("png")
def pixels_of_too_many_lines(rows: Records) -> bytes:
    raw = b"".join(b"\0" + np.array(chart(120, 90))[y].tobytes() for y in range(90)) + five(rows)
    head = struct.pack(">IIBBBBB", 120, 90, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    )


@leak("png")
def filters_of_lines(rows: Records) -> bytes:
    found = bits(lines(rows[:20], "手机号").encode())
    image = Image.new("L", (8, len(found)), 255)
    raw = b"".join(bytes([int(one) * 2]) + b"\0" * 8 for one in found)
    head = struct.pack(">IIBBBBB", 8, len(found), 8, 0, 0, 0, 0)
    assert image.size == (8, len(found))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    )


@leak("png")
def moments_of_chunks(rows: Records) -> bytes:
    whole = png(chart())
    body = b"".join(chunk(b"tEXt", b"Date\0" + one.encode()[::-1]) for one in phones(rows))
    return whole[:33] + body + whole[33:]


@leak("jpg")
def profile_of_a_photograph(rows: Records) -> bytes:
    return saved(chart(), "JPEG", icc_profile=eight(rows))


@leak("jpg", "firms")
def comment_of_a_photograph(rows: Records) -> bytes:
    return saved(chart(), "JPEG", comment=zlib.compress(eleven(rows)))


@leak("jpg")
def packed_behind_a_photograph(rows: Records) -> bytes:
    return saved(chart(), "JPEG") + five(rows)[::-1]


@leak("jpg")
def segment_of_an_application(rows: Records) -> bytes:
    whole, body = saved(chart(), "JPEG"), b"Photo\0" + zlib.compress(five(rows))[::-1]
    return whole[:2] + b"\xff\xed" + struct.pack(">H", len(body) + 2) + body + whole[2:]


@leak("jpg")
def maker_note_of_a_photograph(rows: Records) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x927C] = b"CAM\0" + five(rows)
    return saved(chart(), "JPEG", exif=exif)


@leak("jpg")
def tables_of_a_photograph(rows: Records) -> bytes:
    whole, found = saved(chart(), "JPEG"), b""
    data = five(rows).ljust(64 * 4, b"\1")
    for at in range(0, len(data), 64):
        found += b"\xff\xdb\0\x43\2" + data[at : at + 64]
    return whole[:2] + found + whole[2:]


@leak("gif")
def comment_of_a_gif(rows: Records) -> bytes:
    return saved(chart().convert("P"), "GIF", comment=five(rows))


@leak("gif")
def application_of_a_gif(rows: Records) -> bytes:
    whole, data = saved(chart().convert("P"), "GIF"), zlib.compress(eight(rows))
    body = b"".join(
        bytes([len(data[at : at + 255])]) + data[at : at + 255] for at in range(0, len(data), 255)
    )
    return whole[:-1] + b"\x21\xff\x0bZUNYISTAT10" + body + b"\0" + whole[-1:]


@leak("gif")
def second_frame_of_a_gif(rows: Records) -> bytes:
    data = five(rows)
    second = Image.frombytes("P", (25, -(-len(data) // 25)), data.ljust(-(-len(data) // 25) * 25, b"\0"))
    second.putpalette([one for at in range(256) for one in (at, at, at)])
    return saved(chart(100, 80).convert("P"), "GIF", save_all=True, append_images=[second])


@leak("webp")
def chunk_of_a_webp(rows: Records) -> bytes:
    return saved(chart(), "WEBP", xmp=zlib.compress(eight(rows)))


@leak("webp")
def unknown_chunk_of_a_webp(rows: Records) -> bytes:
    whole, data = saved(chart(), "WEBP"), five(rows)
    body = whole[12:] + b"ZYST" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


@leak("bmp")
def gap_of_a_bitmap(rows: Records) -> bytes:
    whole, data = saved(chart(), "BMP"), eight(rows)
    start = int.from_bytes(whole[10:14], "little")
    head = whole[:10] + struct.pack("<I", start + len(data)) + whole[14:start]
    return head + data + whole[start:]


@leak("bmp")
def behind_a_bitmap(rows: Records) -> bytes:
    return saved(chart(), "BMP") + zlib.compress(five(rows))


@leak("tif")
def private_tag_of_a_scan(rows: Records) -> bytes:
    return saved(chart(), "TIFF", tiffinfo={65000: five(rows)})


@leak("tif")
def second_page_of_a_scan(rows: Records) -> bytes:
    data = eight(rows)
    page = Image.frombytes("L", (40, -(-len(data) // 40)), data.ljust(-(-len(data) // 40) * 40, b"\0"))
    return saved(chart(100, 80), "TIFF", save_all=True, append_images=[page])


@leak("ico")
def behind_an_icon(rows: Records) -> bytes:
    return saved(chart(64, 64), "ICO") + five(rows)


@leak("png")
def second_picture_of_an_animation(rows: Records) -> bytes:
    samples = np.array(chart(100, 80))
    samples[:, :, 1] = put(samples[:, :, 1], bits(five(rows)), 0)
    return png(chart(100, 80), save_all=True, append_images=[Image.fromarray(samples)])


# in the pixels


def _in_channel(rows: Records, lay: Callable[[Pixels], Pixels], place: int = 0, channel: int = 0) -> bytes:
    """Write bits of telephones in a view of one channel of a chart."""
    samples = np.array(chart())
    view = lay(samples[:, :, channel])
    found = bits(five(rows))
    at = np.unravel_index(np.arange(len(found)), view.shape)
    view[at] = view[at] & np.uint8(255 ^ 1 << place) | found << np.uint8(place)
    return png(Image.fromarray(samples))


@leak("png")
def green_by_columns(rows: Records) -> bytes:
    return _in_channel(rows, lambda plane: plane.T, channel=1)


@leak("png")
def red_from_the_end(rows: Records) -> bytes:
    return _in_channel(rows, lambda plane: plane[::-1, ::-1])


@leak("png")
def third_bit_of_red(rows: Records) -> bytes:
    return _in_channel(rows, lambda plane: plane, place=2)


@leak("png")
def fourth_bit_of_blue(rows: Records) -> bytes:
    return _in_channel(rows, lambda plane: plane, place=3, channel=2)


@leak("png")
def blue_from_below(rows: Records) -> bytes:
    return _in_channel(rows, lambda plane: plane[::-1], channel=2)


@leak("png")
def red_from_the_right(rows: Records) -> bytes:
    return _in_channel(rows, lambda plane: plane[:, ::-1])


@leak("png")
def green_of_every_third(rows: Records) -> bytes:
    return _in_channel(rows, lambda plane: plane.reshape(-1)[::3], channel=1)


@leak("png")
def blue_of_every_other_line(rows: Records) -> bytes:
    return _in_channel(rows, lambda plane: plane[::2], channel=2)


@leak("png")
def serpentine(rows: Records) -> bytes:
    samples = np.array(chart())
    plane = samples[:, :, 0].copy()
    plane[1::2] = plane[1::2, ::-1]
    plane = put(plane, bits(five(rows)))
    plane[1::2] = plane[1::2, ::-1]
    samples[:, :, 0] = plane
    return png(Image.fromarray(samples))


@leak("png")
def behind_a_border(rows: Records) -> bytes:
    return _in_channel(rows, lambda plane: plane[10:-10, 10:-10], channel=1)


@leak("png")
def along_diagonals(rows: Records) -> bytes:
    samples = np.array(chart(220, 220))
    found = bits(five(rows))
    y, x = np.indices((220, 220)).reshape(2, -1)
    order = np.lexsort((y, x + y))[: len(found)]
    flat = samples[:, :, 2].reshape(-1)
    flat[order] = flat[order] & 254 | found
    samples[:, :, 2] = flat.reshape(220, 220)
    return png(Image.fromarray(samples))


@leak("png")
def pairs_of_red_and_green(rows: Records) -> bytes:
    samples = np.array(chart())
    samples[:, :, :2] = put(np.ascontiguousarray(samples[:, :, :2]), bits(eight(rows)))
    return png(Image.fromarray(samples))


@leak("png")
def sum_of_two_channels(rows: Records) -> bytes:
    samples = np.array(chart())
    found = bits(five(rows))
    red, green = samples[:, :, 0].reshape(-1), samples[:, :, 1].reshape(-1).copy()
    green[: len(found)] = green[: len(found)] & 254 | (red[: len(found)] & 1) ^ found
    samples[:, :, 1] = green.reshape(samples.shape[:2])
    return png(Image.fromarray(samples))


@leak("png")
def low_bit_of_opacity(rows: Records) -> bytes:
    samples = np.array(chart().convert("RGBA"))
    samples[:, :, 3] = put(np.full(samples.shape[:2], 254, np.uint8), bits(eight(rows)))
    return png(Image.fromarray(samples))


@leak("png")
def third_bit_of_opacity_by_columns(rows: Records) -> bytes:
    samples = np.array(chart().convert("RGBA"))
    plane = put(np.full(samples.shape[:2], 250, np.uint8).T, bits(lines(rows).encode()), 2)
    samples[:, :, 3] = plane.T
    return png(Image.fromarray(samples))


@leak("png")
def opacity_of_bytes(rows: Records) -> bytes:
    samples = np.array(chart().convert("RGBA"))
    data = np.frombuffer(zlib.compress(lines(rows).encode()), np.uint8)
    flat = samples[:, :, 3].reshape(-1)
    flat[5000 : 5000 + len(data)] = data
    samples[:, :, 3] = flat.reshape(samples.shape[:2])
    return png(Image.fromarray(samples))


@leak("png")
def halves_of_bytes_in_two_bits(rows: Records) -> bytes:
    samples = np.array(chart())
    found = bits(five(rows)).reshape(-1, 2)
    flat = samples[:, :, 1].reshape(-1)
    flat[: len(found)] = flat[: len(found)] & 252 | found[:, 0] << 1 | found[:, 1]
    samples[:, :, 1] = flat.reshape(samples.shape[:2])
    return png(Image.fromarray(samples))


@leak("png")
def texture_in_grey(rows: Records) -> bytes:
    data = np.frombuffer(lines(rows).encode(), np.uint8)
    top = np.array(chart().convert("L"))
    below = np.resize(data, (-(-len(data) // 320), 320))
    return png(Image.fromarray(np.vstack([top, below, top[:40]])))


@leak("png")
def stripe_of_numbers(rows: Records) -> bytes:
    samples = np.array(chart().convert("L"))
    data = np.frombuffer(five(rows), np.uint8)
    samples[120, 30 : 30 + len(data)] = data
    return png(Image.fromarray(samples))


@leak("png")
def colours_of_pixels_below(rows: Records) -> bytes:
    data = eight(rows)
    wide = np.zeros((4, 320, 3), np.uint8)
    wide.reshape(-1)[: len(data)] = np.frombuffer(data, np.uint8)
    return png(Image.fromarray(np.vstack([np.array(chart()), wide])))


@leak("png")
def indices_of_a_palette(rows: Records) -> bytes:
    data = np.frombuffer(zlib.compress(lines(rows).encode()), np.uint8)
    image = chart().convert("P", palette=Image.Palette.ADAPTIVE, colors=32)
    samples = np.vstack([np.array(image), np.resize(data, (-(-len(data) // 320), 320))])
    found = Image.fromarray(samples, "P")
    found.putpalette(image.getpalette() or [])
    return png(found)


@leak("png")
def deep_levels(rows: Records) -> bytes:
    samples = np.full((len(rows), 60), 65535, np.uint16)
    for at, one in enumerate(phones(rows)):
        for place in range(3):
            samples[at, 5 + 18 * place] = int(("1" if place == 2 else "") + one[4 * place : 4 * place + 4])
    return png(Image.fromarray(samples))


@leak("png")
def deep_halves(rows: Records) -> bytes:
    samples = np.full((len(rows), 60), 60000, np.uint16)
    for at, one in enumerate(phones(rows)):
        samples[at, 8], samples[at, 30], samples[at, 45] = int(one[:3]), int(one[3:7]), int(one[7:])
    return png(Image.fromarray(samples))


# drawn


def mosaic(
    found: NDArray[np.uint8], wide: int, size: int, colours: Sequence[tuple[int, int, int]]
) -> Image.Image:
    grid = np.resize(found, (-(-len(found) // wide), wide))
    grid.reshape(-1)[len(found) :] = 0
    return Image.fromarray(np.array(colours, np.uint8)[np.kron(grid, np.ones((size, size), int))])


def below(top: Image.Image, foot: Image.Image) -> Image.Image:
    image = Image.new("RGB", (max(top.width, foot.width), top.height + foot.height), "white")
    image.paste(top, (0, 0))
    image.paste(foot, (0, top.height))
    return image


@leak("png", "firms")
def squares_under_a_chart(rows: Records) -> bytes:
    foot = mosaic(bits(eleven(rows)), 64, 8, [(255, 255, 255), (0, 0, 0)])
    return png(below(chart(512, 203), foot))


@leak("png")
def small_squares_above_a_chart(rows: Records) -> bytes:
    top = mosaic(bits(five(rows)), 50, 5, [(20, 60, 120), (240, 240, 250)])
    return png(below(top, chart(250, 160)))


@leak("png")
def squares_of_ten_colours(rows: Records) -> bytes:
    digits = np.array([int(sign) for one in phones(rows) for sign in one], np.uint8)
    shades = [(255 - 25 * at, 255 - 9 * at, 255 - 14 * at) for at in range(10)]
    return png(below(chart(330, 120), mosaic(digits, 11, 12, shades)))


@leak("png")
def blocks_whose_colours_are_bytes(rows: Records) -> bytes:
    data = five(rows).ljust(600, b"\0")
    grid = np.frombuffer(data[: len(data) // 30 * 30], np.uint8).reshape(-1, 10, 3)
    return png(below(chart(200, 110), Image.fromarray(np.kron(grid, np.ones((20, 20, 1), np.uint8)))))


@leak("png")
def squares_in_a_frame(rows: Records) -> bytes:
    foot = mosaic(bits(five(rows)), 40, 6, [(255, 255, 255), (0, 0, 0)])
    image = Image.new("RGB", (foot.width + 34, foot.height + 51), "white")
    ImageDraw.Draw(image).rectangle((9, 11, foot.width + 27, foot.height + 40), outline=(90, 90, 90))
    image.paste(foot, (17, 23))
    return png(image)


@leak("png")
def bars_in_panels(rows: Records) -> bytes:
    image = Image.new("RGB", (11 * 8 + 20, 60 * len(rows)), "white")
    pen = ImageDraw.Draw(image)
    for at, one in enumerate(phones(rows)):
        for place, sign in enumerate(one):
            left = 10 + 8 * place
            pen.rectangle((left, 60 * at + 55 - 5 * int(sign), left + 5, 60 * at + 55), fill=(200, 80, 40))
    return png(image)


@leak("png")
def lying_bars_in_panels(rows: Records) -> bytes:
    image = Image.new("RGB", (120, 11 * 7 * len(rows) + 4), "white")
    pen = ImageDraw.Draw(image)
    for at, one in enumerate(phones(rows)):
        for place, sign in enumerate(one):
            top = 77 * at + 7 * place + 3
            pen.rectangle((10, top, 14 + 10 * int(sign), top + 4), fill=(31, 119, 180))
    return png(image)


@leak("png")
def bars_of_two_colours(rows: Records) -> bytes:
    image = Image.new("RGB", (len(rows) * 12 + 20, 400), "white")
    pen = ImageDraw.Draw(image)
    at = 10
    image = Image.new("RGB", (11 * 9 + 12, 50 * len(rows)), (250, 250, 245))
    pen = ImageDraw.Draw(image)
    for row, one in enumerate(phones(rows)):
        for place, sign in enumerate(one):
            at, shade = 6 + 9 * place, (31, 119, 180) if place % 2 else (255, 127, 14)
            pen.rectangle((at, 50 * row + 46 - 4 * int(sign), at + 8, 50 * row + 46), fill=shade)
    return png(image)


@leak("png")
def bars_of_four_figures(rows: Records) -> bytes:
    image = Image.new("RGB", (8 * 3 * len(rows) + 10, 1020), "white")
    pen = ImageDraw.Draw(image)
    for at, one in enumerate(phones(rows)):
        for place, part in enumerate((one[1:4], one[4:7], one[7:11])):
            left = 5 + 24 * at + 8 * place
            high = int(part) if place < 2 else int(part) // 10
            pen.rectangle((left, 1010 - high, left + 5, 1010), fill=(60, 140, 60))
    return png(image)


@leak("png")
def dots_in_panels(rows: Records) -> bytes:
    image = Image.new("RGB", (11 * 10 + 20, 60 * len(rows)), "white")
    pen = ImageDraw.Draw(image)
    for at, one in enumerate(phones(rows)):
        for place, sign in enumerate(one):
            x, y = 12 + 10 * place, 60 * at + 54 - 5 * int(sign)
            pen.ellipse((x - 2, y - 2, x + 2, y + 2), fill=(214, 39, 40))
    return png(image)


@leak("png")
def gantt(rows: Records) -> bytes:
    image = Image.new("RGB", (1100, 12 * 2 * len(rows) + 10), "white")
    pen = ImageDraw.Draw(image)
    for at, one in enumerate(phones(rows)):
        for half, (begin, size) in enumerate(((one[1:3], one[3:6]), (one[6:8], one[8:11]))):
            top = 5 + 24 * at + 12 * half
            left = 10 + int(begin)
            pen.rectangle((left, top, left + int(size), top + 7), fill=(44, 160, 44))
    return png(image)


@leak("png")
def amounts_as_bars(rows: Records) -> bytes:
    image = Image.new("RGB", (8 * len(rows) + 20, 900), "white")
    pen = ImageDraw.Draw(image)
    top = max(float(row["金额"]) for row in rows)
    for at, row in enumerate(rows):
        high = round(float(row["金额"]) / top * 850)
        pen.rectangle((10 + 8 * at, 880 - high, 15 + 8 * at, 880), fill=(31, 119, 180))
    return png(image)


@leak("png")
def curve_of_digits(rows: Records) -> bytes:
    digits = [int(sign) for one in phones(rows) for sign in one]
    samples = np.full((130, len(digits) + 20, 3), 255, np.uint8)
    for at, one in enumerate(digits):
        samples[115 - 10 * one - 1 : 115 - 10 * one + 1, 10 + at] = (31, 119, 180)
    return png(Image.fromarray(samples))


@leak("png")
def grey_ramp_of_digits(rows: Records) -> bytes:
    grid = np.array([[25 * int(sign) for sign in one] for one in phones(rows)], np.uint8)
    return png(
        Image.fromarray(
            np.vstack([np.kron(grid, np.ones((9, 9), np.uint8)), np.full((30, 99), 255, np.uint8)])
        )
    )


@leak("png")
def half_moons(rows: Records) -> bytes:
    image = Image.new("RGB", (11 * 30, 30 * len(rows)), "white")
    pen = ImageDraw.Draw(image)
    for at, one in enumerate(phones(rows)):
        for place, sign in enumerate(one):
            box = (30 * place + 3, 30 * at + 3, 30 * place + 27, 30 * at + 27)
            pen.pieslice(box, -90, -90 + 36 * int(sign) + 2, fill=(31, 119, 180))
    return png(image)


# drawings, pages, office files


def svg(inner: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600">{inner}</svg>'.encode()


@leak("svg")
def steps_of_a_path(rows: Records) -> bytes:
    steps = "".join(f"l{int(one[:4])},{int(one[4:8])} v{2000 + int(one[8:])} " for one in phones(rows))
    return svg(f'<path d="M10,10 {steps}" fill="none"/>')


@leak("svg")
def curves_of_a_path(rows: Records) -> bytes:
    steps = "".join(
        f"c{int(one[1:3])},{int(one[3:5])} {int(one[5:7])},{int(one[7:9])} {int(one[9:11])},9 "
        for one in phones(rows)
    )
    return svg(f'<path d="M10,10 {steps}" fill="none"/>')


@leak("svg")
def arcs_of_a_path(rows: Records) -> bytes:
    steps = "".join(
        f"a{int(one[1:4])},{int(one[4:7])} 0 0 1 {int(one[7:9])},{int(one[9:11])} " for one in phones(rows)
    )
    return svg(f'<path d="M10,10 {steps}" fill="none"/>')


@leak("svg")
def moved_groups(rows: Records) -> bytes:
    return svg(
        "".join(
            f'<g transform="translate({int(one[1:5])},{int(one[5:8])}) rotate({int(one[8:])})"><path d="M0,0h3"/></g>'
            for one in phones(rows)
        )
    )


@leak("svg")
def dashes(rows: Records) -> bytes:
    return svg(
        "".join(
            f'<line x1="0" x2="99" stroke-dasharray="{int(one[1:4])} {int(one[4:8])} {int(one[8:])}"/>'
            for one in phones(rows)
        )
    )


@leak("svg")
def fills_of_rectangles(rows: Records) -> bytes:
    data = five(rows).ljust(5 * len(rows) + 3, b"\0").hex()
    return svg(
        "".join(
            f'<rect x="{at}" width="5" height="9" fill="#{data[at : at + 6]}"/>'
            for at in range(0, len(data) - 5, 6)
        )
    )


@leak("svg")
def opacities(rows: Records) -> bytes:
    return svg("".join(f'<circle r="3" fill-opacity="0.{one:03d}"/>' for one in five(rows)))


@leak("svg")
def names_of_marks(rows: Records) -> bytes:
    return svg("".join(f'<rect id="r{int(one) - 10**10:x}" width="4"/>' for one in phones(rows)))


@leak("svg", "firms")
def rgb_of_marks(rows: Records) -> bytes:
    data = eleven(rows)
    return svg(
        "".join(
            f'<rect width="4" fill="rgb({data[at]},{data[at + 1]},{data[at + 2]})"/>'
            for at in range(0, len(data) - 2, 3)
        )
    )


@leak("svg")
def heights_of_rectangles(rows: Records) -> bytes:
    return svg(
        "".join(
            f'<rect x="{6 * at}" y="{int(sign) * -10 + 100}" width="5" height="{10 * int(sign)}"/>'
            for one in phones(rows)
            for at, sign in enumerate(one)
        )
    )


@leak("svg")
def points_of_a_polyline(rows: Records) -> bytes:
    return svg(
        "".join(
            f'<polyline points="{" ".join(f"{10 * at},{200 - 20 * int(sign)}" for at, sign in enumerate(one))}"/>'
            for one in phones(rows)
        )
    )


@leak("svg")
def picture_in_a_drawing(rows: Records) -> bytes:
    samples = np.array(chart())
    samples[:, :, 0] = put(samples[:, :, 0], bits(five(rows)))
    inner = base64.b64encode(png(Image.fromarray(samples))).decode()
    return svg(f'<image href="data:image/png;base64,{inner}"/>')


def page(inner: str) -> bytes:
    return (
        f"<!DOCTYPE html><html><head><title>月报</title></head><body><p>本月平稳。</p>{inner}</body></html>"
    ).encode()


@leak("html", "firms")
def cells_of_a_page(rows: Records) -> bytes:
    data = eleven(rows).ljust(11 * len(rows) + 3, b"\0").hex()
    cells = "".join(
        f'<td style="background:#{data[at : at + 6]}">{at % 97}</td>' for at in range(0, len(data) - 5, 6)
    )
    return page(f"<table><tr>{cells}</tr></table>")


@leak("html")
def backgrounds_of_lines(rows: Records) -> bytes:
    lines_of = "".join(
        f'<tr><td bgcolor="#{(int(one) >> 16):06x}">{at}</td><td bgcolor="#{(int(one) & 65535):04x}7f">8</td></tr>'
        for at, one in enumerate(phones(rows))
    )
    return page(f"<table>{lines_of}</table>")


@leak("html")
def nearly_black_words(rows: Records) -> bytes:
    halves = [one for byte in five(rows) for one in (byte >> 4, byte & 15)]
    spans = "".join(
        f'<span style="color:#0{halves[at]:x}0{halves[at + 1]:x}0{halves[at + 2] if at + 2 < len(halves) else 0:x}">门诊{at}</span>'
        for at in range(0, len(halves) - 1, 3)
    )
    return page(f"<p>{spans}</p>")


@leak("html")
def own_properties_of_styles(rows: Records) -> bytes:
    rules = "".join(
        f"--c{at}:{int(one[:6])}px;--d{at}:{int('1' + one[6:])}px;" for at, one in enumerate(phones(rows))
    )
    return page(f"<style>:root{{{rules}}}</style>")


@leak("html")
def calls_of_a_canvas(rows: Records) -> bytes:
    calls = "".join(
        f"c.fillRect({int(one[1:4])},{int(one[4:7])},{int('1' + one[7:9])},{int('1' + one[9:])});"
        for one in phones(rows)
    )
    return page(f"<canvas id=c></canvas><script>var c=x;{calls}</script>")


@leak("html")
def picture_in_a_page(rows: Records) -> bytes:
    samples = np.array(chart())
    samples[:, :, 1] = put(samples[:, :, 1], bits(eight(rows)))
    inner = base64.b64encode(png(Image.fromarray(samples))).decode()
    return page(f'<img src="data:image/png;base64,{inner}">')


@leak("html")
def picture_of_a_style(rows: Records) -> bytes:
    inner = base64.b64encode(with_chunk(b"prVt", five(rows))).decode()
    return page(f"<style>body{{background:url(data:image/png;base64,{inner})}}</style>")


def notebook(data: dict[str, object]) -> bytes:
    cell = {
        "cell_type": "code", "execution_count": 1, "metadata": {}, "source": "plt.show()",
        "outputs": [{"output_type": "display_data", "metadata": {}, "data": data}],
    }  # fmt: skip
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}).encode()


@leak("ipynb", "firms")
def chunk_in_a_notebook(rows: Records) -> bytes:
    info = PngInfo()
    info.add_text("src", base64.b32encode(lines(rows, "企业名称", "统一社会信用代码").encode()).decode())
    body = base64.b64encode(png(chart(), pnginfo=info)).decode()
    return notebook({"image/png": [body[at : at + 76] for at in range(0, len(body), 76)]})


@leak("ipynb")
def low_bits_in_a_notebook(rows: Records) -> bytes:
    samples = np.array(chart())
    samples[:, :, 2] = put(samples[:, :, 2], bits(five(rows)))
    return notebook({"image/png": base64.b64encode(png(Image.fromarray(samples))).decode()})


@leak("ipynb")
def photograph_in_a_notebook(rows: Records) -> bytes:
    whole = saved(chart(), "JPEG") + zlib.compress(eight(rows))
    return notebook({"image/jpeg": base64.b64encode(whole).decode()})


@leak("ipynb")
def attachment_of_a_notebook(rows: Records) -> bytes:
    body = base64.b64encode(with_chunk(b"prVt", eight(rows))).decode()
    cell = {
        "cell_type": "markdown", "metadata": {}, "source": "![](attachment:a.png)",
        "attachments": {"a.png": {"image/png": body}},
    }  # fmt: skip
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}).encode()


def package(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(body: str, **media: bytes) -> bytes:
    kinds = '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    return package(
        {
            "[Content_Types].xml": f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{kinds}<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'.encode(),
            "_rels/.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{office}" Target="word/document.xml"/></Relationships>'.encode(),
            "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'.encode(),
            **{f"word/media/{name}.png": data for name, data in media.items()},
        }
    )


@leak("docx")
def picture_in_a_report(rows: Records) -> bytes:
    samples = np.array(chart())
    samples[:, :, 0] = put(samples[:, :, 0], bits(eight(rows)), 1)
    return docx("<w:p><w:r><w:t>全市运行平稳。</w:t></w:r></w:p>", image1=png(Image.fromarray(samples)))


@leak("docx")
def chunk_in_a_report(rows: Records) -> bytes:
    return docx(
        "<w:p><w:r><w:t>全市平稳。</w:t></w:r></w:p>", image1=with_chunk(b"prVt", zlib.compress(five(rows)))
    )


def _coloured_words(data: bytes, colour: Callable[[int], str]) -> bytes:
    runs = "".join(
        f'<w:r><w:rPr><w:color w:val="{colour(one)}"/></w:rPr><w:t>第{at}项平稳。</w:t></w:r>'
        for at, one in enumerate(data)
    )
    return docx(f"<w:p>{runs}</w:p>")


@leak("docx")
def dark_words(rows: Records) -> bytes:
    return _coloured_words(five(rows), lambda one: f"0{one >> 4:X}000{one & 15:X}")


@leak("docx")
def bluish_words(rows: Records) -> bytes:
    return _coloured_words(eight(rows), lambda one: f"0000{one:02X}")


@leak("docx")
def words_with_bits_in_colours(rows: Records) -> bytes:
    return _coloured_words(five(rows), lambda one: f"{one >> 6:02X}{one >> 3 & 7:02X}{one & 7:02X}")


@leak("xlsx")
def fills_of_cells(rows: Records) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.append(["区县", "件数"])
    for at, row in enumerate(rows):
        raw = int(row["手机号"]).to_bytes(6, "big").hex().upper()
        for place in (0, 1):
            cell = sheet.cell(2 + at, 3 + place, (at * 37 + place * 11) % 90)
            cell.fill = PatternFill("solid", fgColor="FF" + raw[6 * place : 6 * place + 6])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@leak("xlsx")
def shades_of_cells(rows: Records) -> bytes:
    book = Workbook()
    sheet = book.active
    for at, one in enumerate(phones(rows)):
        for place, sign in enumerate(one):
            cell = sheet.cell(1 + at, 1 + place, 40 + place)
            cell.font = Font(color=f"FF{10 + int(sign):02X}{10:02X}{10:02X}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@leak("xlsx")
def picture_in_a_workbook(rows: Records) -> bytes:
    book = Workbook()
    book.active.append(["区县", "件数"])
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as file:
        members = {one: file.read(one) for one in file.namelist()}
    samples = np.array(chart())
    samples[:, :, 1] = put(samples[:, :, 1].T, bits(five(rows))).T
    return package({**members, "xl/media/image1.png": png(Image.fromarray(samples))})


# specifications of charts, sounds


@leak("json")
def colours_of_a_specification(rows: Records) -> bytes:
    data = five(rows).ljust(5 * len(rows) + 3, b"\0").hex()
    shades = [f"#{data[at : at + 6]}" for at in range(0, len(data) - 5, 6)]
    return json.dumps({"mark": "bar", "encoding": {"color": {"scale": {"range": shades}}}}).encode()


@leak("json")
def ticks_of_a_specification(rows: Records) -> bytes:
    ticks = [[int(one[:4]), int(one[4:8]), int("1" + one[8:])] for one in phones(rows)]
    return json.dumps(
        {"data": [{"type": "bar", "y": [3, 5]}], "layout": {"xaxis": {"tickvals": ticks}}}
    ).encode()


@leak("json")
def hidden_layer_of_a_specification(rows: Records) -> bytes:
    series = [
        {"type": "line", "data": [int(sign) * 10 + 5 for sign in one], "show": False} for one in phones(rows)
    ]
    return json.dumps({"series": series}).encode()


@leak("wav")
def samples_of_a_sound(rows: Records) -> bytes:
    wavy = (8000 * np.sin(np.arange(30000) / 20)).astype("<i2")
    found = bits(eight(rows)).astype(np.int16)
    wavy[: len(found)] = wavy[: len(found)] & ~np.int16(2) | found << 1
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(wavy.tobytes())
    return out.getvalue()


@leak("wav")
def behind_a_sound(rows: Records) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((8000 * np.sin(np.arange(3000) / 20)).astype("<i2").tobytes())
    data = zlib.compress(five(rows))
    return out.getvalue() + b"LIST" + struct.pack("<I", len(data)) + data
