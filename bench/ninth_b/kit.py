"""Small services of the encoders and decoders: numbers and days, text in mark-up, packing, containers."""

from __future__ import annotations

import datetime
import io
import random
import re
import struct
import zipfile
from html import unescape
from xml.sax.saxutils import escape

from bench.eighth_a.honest import DISTRICTS

WIDE = str.maketrans("0123456789X.-", "０１２３４５６７８９Ｘ．－")
NARROW = {value: key for key, value in WIDE.items()}
CAPITAL = "零壹贰叁肆伍陆柒捌玖"
EPOCH = datetime.date(1899, 12, 30).toordinal()


def cents(text: str) -> int:
    """A sum with two decimals in cents."""
    return int(text.replace(".", ""))


def amount(count: int) -> str:
    """Cents as a sum with two decimals."""
    return f"{count // 100}.{count % 100:02d}"


def serial(day: str) -> int:
    """A day as a spreadsheet counts it."""
    return datetime.date.fromisoformat(day).toordinal() - EPOCH


def unserial(number: int) -> str:
    """The day of a spreadsheet's number."""
    return datetime.date.fromordinal(number + EPOCH).isoformat()


def chinese_day(day: str) -> str:
    """A day with 年, 月 and 日."""
    year, month, date = (int(part) for part in day.split("-"))
    return f"{year}年{month}月{date}日"


def plain_day(text: str) -> str:
    """The day that three numbers in a text name, year first."""
    year, month, date = (int(part) for part in re.findall(r"\d+", text))
    return f"{year}-{month:02d}-{date:02d}"


def in_wan(sum_text: str) -> str:
    """A sum in units of ten thousand, zeros at its end left out."""
    whole, part = divmod(cents(sum_text), 10**6)
    return f"{whole}.{part:06d}".rstrip("0").rstrip(".")


def from_wan(text: str) -> str:
    """The sum of a number of ten thousands."""
    whole, _, part = text.partition(".")
    return amount(int(whole) * 10**6 + int(part.ljust(6, "0")))


def attr(value: str) -> str:
    """A value as an attribute in mark-up, with its quotes."""
    return '"' + escape(value, {'"': "&quot;"}) + '"'


def attrs(text: str, name: str) -> list[str]:
    """The values of an attribute, in the order of the text."""
    return [unescape(value) for value in re.findall(rf'\s{name}="([^"]*)"', text)]


def texts(text: str, tag: str) -> list[str]:
    """What stands in the elements of a tag."""
    return [unescape(part) for part in re.findall(rf"<{tag}(?:\s[^>]*)?>(.*?)</{tag}>", text, re.DOTALL)]


def xored(data: bytes, key: bytes) -> bytes:
    """Bytes combined with a short key over and over."""
    return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(data))


def chunks(text: str, size: int) -> list[str]:
    """A text cut into pieces of one size."""
    return [text[i : i + size] for i in range(0, len(text), size)]


def unzip(data: bytes) -> dict[str, bytes]:
    """The members of a ZIP archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def joined(rows: list[list[str]], separator: str) -> str:
    """A line a row, the cells with a separator between them."""
    return "\n".join(separator.join(row) for row in rows)


def parted(text: str, separator: str) -> list[tuple[str, ...]]:
    """The rows of lines whose cells have a separator between them."""
    return [tuple(line.split(separator)) for line in text.split("\n") if line]


def length_first(data: bytes) -> bytes:
    """Bytes after their own number in four bytes."""
    return struct.pack(">I", len(data)) + data


def after_length(data: bytes) -> bytes:
    """The bytes that the first four count."""
    return data[4 : 4 + struct.unpack(">I", data[:4])[0]]


def bars(rng: random.Random) -> list[tuple[str, float]]:
    """An honest series: a share for each of some districts."""
    return [(name, round(rng.uniform(4, 19), 1)) for name in rng.sample(DISTRICTS, rng.randint(6, 9))]
