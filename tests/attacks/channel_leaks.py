"""Ways to hide a table in choices that nobody reads: blanks, capitals, colours, times, low bits, orders.

Every builder takes telephone numbers (strings of eleven figures) and the lines of a table as bytes, and uses
one of them; given others, it makes the same carrier with nothing in it.
"""

from __future__ import annotations

import io
import json
import random
import struct
import tarfile
import wave
import zipfile
from collections.abc import Callable, Sequence

import numpy as np
from openpyxl import Workbook
from openpyxl.styles import Font
from PIL import Image

Hide = Callable[[Sequence[str], bytes], bytes]
LEAKS: dict[str, tuple[str, Hide]] = {}
WORDS = ("sales", "were", "steady", "across", "regions", "while", "output", "rose")


def leak(extension: str) -> Callable[[Hide], Hide]:
    """Register a way to hide."""

    def kept(hide: Hide) -> Hide:
        LEAKS[hide.__name__] = extension, hide
        return hide

    return kept


def bits(data: bytes) -> list[int]:
    return np.unpackbits(np.frombuffer(data, np.uint8)).tolist()


def lines_of(stream: Sequence[int], size: int) -> list[Sequence[int]]:
    return [stream[at : at + size] for at in range(0, len(stream), size)]


def saved(pixels: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def grain(height: int, width: int, channels: int = 3) -> np.ndarray:
    values = np.frombuffer(random.Random(height).randbytes(height * width * channels), np.uint8)
    return (values // 4 + 90).reshape(height, width, channels).copy()


@leak("txt")
def line_ends(_: Sequence[str], table: bytes) -> bytes:
    return "".join("平稳" + ("\r\n" if bit else "\n") for bit in bits(table[:600])).encode()


@leak("txt")
def case_of_every_letter(_: Sequence[str], table: bytes) -> bytes:
    letters = "thequickbrownfoxjumpsoverthelazydog"
    text = "".join(
        letters[at % 35].upper() if bit else letters[at % 35] for at, bit in enumerate(bits(table[:600]))
    )
    return "\n".join(text[at : at + 40] for at in range(0, len(text), 40)).encode()


@leak("txt")
def no_break_spaces(_: Sequence[str], table: bytes) -> bytes:
    stream = bits(table[:500])
    return "\n".join(
        "".join(WORDS[at % 8] + ("\u00a0" if bit else " ") for at, bit in enumerate(line)) + "x"
        for line in lines_of(stream, 16)
    ).encode()


@leak("txt")
def word_lengths(phones: Sequence[str], _: bytes) -> bytes:
    return "\n".join(" ".join("abcdefghij"[: int(sign) + 1] for sign in phone) for phone in phones).encode()


@leak("md")
def wide_and_narrow_signs(_: Sequence[str], table: bytes) -> bytes:
    return "\n".join(
        "".join("数量" + ("（" if bit else "(") for bit in line) for line in lines_of(bits(table[:400]), 24)
    ).encode()


@leak("csv")
def signs_of_differences(_: Sequence[str], table: bytes) -> bytes:
    chance = random.Random(3)
    rows = [
        f"{at},{'-' if bit else ''}{chance.randint(1, 99) / 10}" for at, bit in enumerate(bits(table[:400]))
    ]
    return "\n".join(["月,同比", *rows]).encode()


@leak("csv")
def last_decimals(phones: Sequence[str], _: bytes) -> bytes:
    chance = random.Random(4)
    rows = [f"{chance.randint(10, 99)}.{chance.randint(10, 99)}{sign}" for phone in phones for sign in phone]
    return "\n".join(["均值", *rows]).encode()


@leak("csv")
def parities(_: Sequence[str], table: bytes) -> bytes:
    chance = random.Random(5)
    rows = [f"{at},{chance.randint(50, 900) * 2 + bit}" for at, bit in enumerate(bits(table[:500]))]
    return "\n".join(["网格,户数", *rows]).encode()


@leak("csv")
def halves_in_two_columns(phones: Sequence[str], _: bytes) -> bytes:
    rows = [f"P{at},{int(phone[:5])},{int(phone[5:])}" for at, phone in enumerate(phones)]
    return "\n".join(["站,进,出", *rows]).encode()


@leak("json")
def order_of_keys(phones: Sequence[str], _: bytes) -> bytes:
    names = [f"k{chr(97 + at)}" for at in range(14)]
    found = []
    for phone in phones:
        number, left, row = int(phone), list(names), {}
        while left:
            number, at = divmod(number, len(left))
            row[left.pop(at)] = 1
        found.append(row)
    return json.dumps(found).encode()


@leak("zip")
def modes_of_members(phones: Sequence[str], _: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for at, sign in enumerate("".join(phones)):
            member = zipfile.ZipInfo(f"{at}.txt", (2026, 1, 1, 0, 0, 0))
            member.external_attr = int(sign) + 1 << 16
            package.writestr(member, "平稳")
    return out.getvalue()


@leak("tar")
def times_of_a_tar(phones: Sequence[str], _: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as package:
        for at, phone in enumerate(phones):
            member = tarfile.TarInfo(f"{at}.txt")
            member.mtime, member.uid = int(phone[1:]), 0
            package.addfile(member)
    return out.getvalue()


@leak("png")
def second_bit_of_green(_: Sequence[str], table: bytes) -> bytes:
    pixels = grain(120, 120)
    flat = pixels[:, :, 1].reshape(-1)
    stream = np.array(bits(table[:1500]), np.uint8)
    flat[: len(stream)] = flat[: len(stream)] & 0xFD | stream << 1
    pixels[:, :, 1] = flat.reshape(120, 120)
    return saved(pixels)


@leak("bmp")
def two_low_bits_down_the_columns(_: Sequence[str], table: bytes) -> bytes:
    pixels = grain(90, 90)
    turned = pixels.transpose(1, 0, 2).reshape(-1).copy()
    pairs = np.array(bits(table[:1200]), np.uint8).reshape(-1, 2) @ np.array([2, 1], np.uint8)
    turned[: len(pairs)] = turned[: len(pairs)] & 0xFC | pairs
    return saved(turned.reshape(90, 90, 3).transpose(1, 0, 2).copy(), "BMP")


@leak("gif")
def indices_of_a_gif(_: Sequence[str], table: bytes) -> bytes:
    image = Image.frombytes("P", (40, 30), table[:1200].ljust(1200, b"\0"))
    image.putpalette([value for grey in range(256) for value in (grey, grey, grey)])
    out = io.BytesIO()
    image.save(out, "GIF", optimize=False)
    return out.getvalue()


@leak("png")
def heights_of_bars(phones: Sequence[str], _: bytes) -> bytes:
    pixels = np.full((1000, 200), 255, np.uint8)
    groups = [int(part) for phone in phones for part in (phone[1:4], phone[4:7], phone[7:9], phone[9:])]
    for at, height in enumerate(groups[:64]):
        pixels[1000 - height :, at * 3 : at * 3 + 2] = 40
    return saved(pixels)


@leak("png")
def colours_of_tiles(phones: Sequence[str], _: bytes) -> bytes:
    tiles = [int(part).to_bytes(3, "big") for phone in phones for part in (phone[1:6], phone[6:])]
    row = np.repeat(np.frombuffer(b"".join(tiles), np.uint8).reshape(1, -1, 3), 10, axis=1)
    return saved(np.repeat(row, 10, axis=0))


@leak("wav")
def low_bits_of_the_right_ear(_: Sequence[str], table: bytes) -> bytes:
    stream = np.array(bits(table[:1500]))
    tone = (3000 * np.sin(np.arange(len(stream)) / 7)).astype(np.int16)
    both = np.stack([tone, tone & ~1 | stream], axis=1).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(both.tobytes())
    return out.getvalue()


@leak("npy")
def low_bits_of_doubles(_: Sequence[str], table: bytes) -> bytes:
    stream = np.array(bits(table[:1000]), np.uint64)
    weights = np.random.default_rng(1).normal(size=len(stream)).view(np.uint64)
    out = io.BytesIO()
    np.save(out, (weights & ~np.uint64(1) | stream).view(np.float64))
    return out.getvalue()


@leak("bin")
def big_endian_pairs(phones: Sequence[str], _: bytes) -> bytes:
    return b"VECS" + b"".join(struct.pack(">ff", float(one[1:6]), float(one[6:])) for one in phones)


@leak("xlsx")
def widths_of_columns(phones: Sequence[str], _: bytes) -> bytes:
    book = Workbook()
    book.active.append(["区县", "数量"])
    for at, phone in enumerate(phones):
        for turn, part in enumerate((phone[1:6], phone[6:])):
            letter = book.active.cell(1, at * 2 + turn + 1).column_letter
            book.active.column_dimensions[letter].width = int(part) / 100
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@leak("xlsx")
def colours_of_letters(phones: Sequence[str], _: bytes) -> bytes:
    book = Workbook()
    for at, phone in enumerate(phones, 1):
        for turn, part in ((1, phone[1:6]), (2, phone[6:])):
            book.active.cell(at, turn, 1).font = Font(color=f"FF{int(part):06X}")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@leak("svg")
def places_of_points(phones: Sequence[str], _: bytes) -> bytes:
    points = "".join(f'<circle cx="{int(one[1:6])}" cy="{int(one[6:])}" r="2"/>' for one in phones)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{points}</svg>'.encode()


@leak("kml")
def places_on_a_map(phones: Sequence[str], _: bytes) -> bytes:
    marks = "".join(
        f"<Point><coordinates>106.{one[1:6]},27.{one[6:]}</coordinates></Point>" for one in phones
    )
    return f"<kml>{marks}</kml>".encode()


@leak("md")
def unseen_nibbles(_: Sequence[str], table: bytes) -> bytes:
    signs = [chr(0xFE00 + part) for byte in table[:400] for part in (byte >> 4, byte & 15)]
    return ("运行平稳" + "".join(signs) + "。\n").encode()


@leak("json")
def values_of_a_grid(_: Sequence[str], table: bytes) -> bytes:
    return json.dumps({"heat": [round(byte / 255, 4) for byte in table[:800]]}).encode()
