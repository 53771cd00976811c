"""Do bytes say something? The test that every reading of disguised bytes must pass before it is searched.

A text of records is digits, common Chinese characters and printed letters; what a wrong alphabet or a wrong
key gives is neither. What passes is only searched for records: passing proves nothing. Pure; called by
`disguises` and the readings it asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

LEAST_BYTES = 24
SAMPLE = 4096
_BLOCK = 1024
_FINE = re.compile("[ -~\r\n\t\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]")
_TELLING = re.compile("[0-9\u4e00-\u9fff]")
_WIDE = re.compile("[\u4e00-\u9fff]")
_LEVELS = frozenset(
    bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
)
"""The 6763 characters of GB 2312: what names and addresses are written with, and random bytes are not."""
_FINE_SHARE = 0.95
_TELLING_SHARE = 0.15
_COMMON_SHARE = 0.85
_CONTROLS = np.isin(np.arange(256), [9, 10, 13], invert=True) & (np.arange(256) < 32)
_NAMING = re.compile(
    r"(?<![0-9A-Za-z])(?:1[3-9]\d{9}|[1-8]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dX]|[159][1-39]\d{6}[0-9A-Z]{10}"
    r"|(?:19|20)\d{2}[-/.][01]?\d[-/.][0-3]?\d)(?![0-9A-Za-z])"
)
_LOOKED_AT = 1 << 16
_PHONES = (13_000_000_000, 20_000_000_000)
_RESIDENTS = (110_000_190_000_000_000, 830_000_210_000_000_000)


def said(data: bytes) -> str:
    """Return the text that the bytes are, in UTF-8, GB 18030 or UTF-16, or an empty text."""
    if len(data) < LEAST_BYTES:
        return ""
    for encoding in _encodings(data):
        if legible(data[: SAMPLE - SAMPLE % 4].decode(encoding, errors="replace")):
            return data.decode(encoding, errors="replace")
    return ""


def _encodings(data: bytes) -> Iterator[str]:
    sample = np.frombuffer(data[:SAMPLE], np.uint8)
    controls = float(_CONTROLS[sample].mean())
    if controls <= 0.03:
        yield "utf-8"
        if not data.isascii():
            yield "gb18030"
    if controls > 0.03 or not data[:64].isascii():
        yield "utf-16-le"
        yield "utf-16-be"
    if controls > 0.4:
        yield "utf-32-le"
        yield "utf-32-be"


def legible(text: str) -> bool:
    """Return whether a text reads like records: printed signs, digits or common characters among them."""
    sample = text[:SAMPLE]
    if len(sample) < LEAST_BYTES // 3 or sample.count("\ufffd") > 0.02 * len(sample):
        return False
    if len(_FINE.findall(sample)) < _FINE_SHARE * len(sample):
        return False
    if len(_TELLING.findall(sample)) < _TELLING_SHARE * len(sample) or len(set(sample)) < 8:
        return False
    wide = _WIDE.findall(sample)
    return sum(one in _LEVELS for one in wide) >= _COMMON_SHARE * len(wide)


def front(text: str) -> str:
    """Return a text as far as it goes on to read like one: behind it in a picture or sound is noise."""
    end = _BLOCK
    while end < len(text) and legible(text[end : end + _BLOCK]):
        end += _BLOCK
    return text[:end]


def tells(text: str) -> bool:
    """Return whether a text has Chinese words or names somebody: even shades of grey can spell figures."""
    head = text[:SAMPLE]
    return len(_WIDE.findall(head)) >= 0.05 * len(head) or speaks(head)


def speaks(text: str) -> bool:
    """Return whether a text names telephones, identity numbers, credit codes or days in every fifth line.

    A guess that would also make something of plain prose must show that much.
    """
    if not legible(text):
        return False
    head = text[:_LOOKED_AT]
    return len(_NAMING.findall(head)) >= max(3, 0.2 * head.count("\n"))


def held_numbers(data: bytes) -> list[str]:
    """Return telephone and identity numbers that the bytes hold as numbers of 5 to 8 bytes or as floats."""
    found: list[str] = []
    raw = np.frombuffer(data[: 1 << 20], np.uint8)
    for width in (5, 6, 7, 8):
        for start in range(min(width, len(raw))):
            grid = (
                raw[start : start + (len(raw) - start) // width * width].reshape(-1, width).astype(np.uint64)
            )
            if len(grid) < 5:
                continue
            powers = np.uint64(256) ** np.arange(width, dtype=np.uint64)
            for weights in (powers, powers[::-1]):
                found += _dense((grid * weights).sum(axis=1, dtype=np.uint64))
    for kind in ("<f8", ">f8"):
        values = np.frombuffer(data[: len(data) // 8 * 8][: 1 << 20], kind)
        if len(values) >= 5 and np.isfinite(values).all():
            found += _dense(values)
    found += _pairs(data)
    return list(dict.fromkeys(found))


def _dense(values: NDArray[np.uint64] | NDArray[np.float64]) -> list[str]:
    """Return the numbers of a plausible size that stand in a row of at least eight, or are most of all."""
    large = (values >= _PHONES[0]) & (values < _PHONES[1])
    large |= (values >= _RESIDENTS[0]) & (values < _RESIDENTS[1])
    if large.sum() < 5:
        return []
    if large.mean() < 0.5:
        window = np.convolve(large, np.ones(8), "valid")
        if not len(window) or window.max() < 7:
            return []
    written = [str(int(one)) for one in values[large].tolist()]
    shaped = [one for one in written if _NAMING.fullmatch(one)]
    return shaped if len(shaped) >= 0.5 * len(written) else []


def _pairs(data: bytes) -> list[str]:
    """Return the numbers that pairs of short floats or of whole numbers of 4 bytes are the places of."""
    cut = data[: len(data) // 8 * 8][: 1 << 20]
    for kind in ("<f4", ">f4", "<u4", ">u4"):
        plain = np.frombuffer(cut, kind)
        if len(plain) < 10 or not np.isfinite(plain).all():
            continue
        values = plain.astype(np.float64)
        if (values != np.floor(values)).any():
            continue
        if values.min() < 0 or values.max() >= 1e9:
            continue
        return joined_places(values.reshape(-1, 2).astype(np.int64).tolist())
    return []


def joined_places(rows: list[list[int]]) -> list[str]:
    """Return rows of numbers as one number each, every part as wide as the widest of its place.

    The number itself, its last eighteen places, its last eleven, and the last ten behind the 1 of every
    mobile telephone.
    """
    if not rows:
        return []
    width = max(map(len, rows))
    widest = [
        max((len(str(row[place])) for row in rows if place < len(row)), default=0) for place in range(width)
    ]
    found = []
    for row in rows:
        digits = "".join(str(one).zfill(widest[place]) for place, one in enumerate(row))
        found += [digits, digits[-18:], digits[-11:], "1" + digits[-10:]]
    return list(dict.fromkeys(one for one in found if len(one) >= 11))
