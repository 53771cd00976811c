"""Bytes and numbers behind lists: identifiers, addresses, colours, dumps, other bases, trees of keys.

Sixteen bytes of a UUID or an address, three of a colour, the lines of a dump, the figures of a column: all of
them in a row may be a file. A token in another base, the parts of an address or the decimals of a point may
be a telephone or an identity number. Evidence only. Pure; called by `disguises`.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.content import Document
from sandbox.egress.laid_out import addresses, laid_out
from sandbox.egress.nameable import FEW, may_tell, telling
from sandbox.egress.silhouette import Outline, outline

MAX_ITEMS = 100_000
LEAST_ITEMS = 12
_UUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\b")
_MAC = re.compile(
    r"\b[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}\b|\b[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}\b"
)
_SIX = re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{1,4}:{1,2}){2,7}[0-9a-fA-F]{0,4}(?![\w:])")
_COLOUR = re.compile(r"#([0-9a-fA-F]{8}|[0-9a-fA-F]{6})\b")
_MIXED = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})")
_DUMPED = re.compile(
    r"^[ \t]*(?:[0-9a-fA-F]{3,16}:?[ \t]+)?((?:[0-9a-fA-F]{2}[ \t]{1,2}(?:-[ \t])?){0,31}[0-9a-fA-F]{2})"
    r"(?=[ \t]*$|[ \t]+[|>*]|[ \t]{2,})",
    re.MULTILINE,
)
_WORDED = re.compile(
    r"^[ \t]*(?:[0-9a-fA-F]{6,16}:?[ \t]+)((?:[0-9a-fA-F]{4}[ \t]+){0,15}[0-9a-fA-F]{2,4})"
    r"(?=[ \t]*$|[ \t]{2,})",
    re.MULTILINE,
)
_OCTAL = re.compile(r"^[0-7]{7,}((?:[ \t]+[0-7]{3})+)[ \t]*$", re.MULTILINE)
_OCTAL_WORDS = re.compile(r"^[0-7]{7,}((?:[ \t]+[0-7]{6})+)[ \t]*$", re.MULTILINE)
_INTEL = re.compile(r"^:([0-9A-Fa-f]{2})[0-9A-Fa-f]{4}00([0-9A-Fa-f]*)[0-9A-Fa-f]{2}\s*$", re.MULTILINE)
_MOTOROLA = re.compile(r"^S([123])[0-9A-Fa-f]{2}([0-9A-Fa-f]+)[0-9A-Fa-f]{2}\s*$", re.MULTILINE)
_LISTED = re.compile(r"(?<![\w.])-?(?:0[xX][0-9a-fA-F]{1,16}|0b[01]{1,64}|0o[0-7]{1,22}|\d{1,20})(?![\w.])")
_ESCAPED = re.compile(r"(?:\\x|%|=|\$|0x|&#x?|\\u00|\\)([0-9a-fA-F]{2})(?![0-9a-fA-F])")
_TOKEN = re.compile(r"(?<![\w+/=-])[0-9A-Za-z_+/-]{5,64}(?![\w+/=-])")
_PART = re.compile(r"[0-9A-Za-z]{5,40}")
_SMALLEST = 13 * 10**9
"""The least number that a token may be."""
_SHORT = re.compile(
    r"(?<![\w+/=-])(?:[\w+/-]{7}=|[\w+/-]{8}|[\w+/-]{10}==|[\w+/-]{11}=)(?![\w+/=])", re.ASCII
)
"""Five, six, seven and eight bytes in base64."""
_URL = str.maketrans("-_", "+/")
_LOWER = digits + ascii_lowercase
_ALPHABETS = (
    "01", digits[:8], digits + "abcdef", _LOWER[:32], "0123456789abcdefghjkmnpqrstvwxyz",
    digits + "bcdefghjkmnpqrstuvwxyz",
    ascii_lowercase + "234567", _LOWER, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", digits + ascii_uppercase + ascii_lowercase,
    digits + ascii_lowercase + ascii_uppercase, ascii_uppercase + ascii_lowercase + digits + "+/",
    ascii_uppercase + ascii_lowercase + digits + "-_", ascii_lowercase, "01234", "012",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Different words of a text, in order: their signs as bytes, a row each, and how many they are."""

    texts: list[str]
    signs: NDArray[np.uint8]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, words: Iterable[str]) -> _Tokens:
        texts = list(dict.fromkeys(words))
        signs = np.array(texts or [""], np.bytes_)
        return cls(
            texts,
            signs.view(np.uint8).reshape(len(signs), -1),
            np.array([len(one) for one in texts], np.int64),
        )


def sequences(text: str) -> Iterator[bytes]:
    """Yield the bytes of every kind of list that a text holds."""
    seen = outline(text)
    for pattern in (_UUID, _MAC):
        found = [re.sub(r"[^0-9a-fA-F]", "", one) for one in _keys(pattern, text, seen)[:MAX_ITEMS]]
        if len(found) >= 3:
            yield bytes.fromhex("".join(found))
            if pattern is _UUID:
                yield b"".join(map(_swapped, found))
    wide = [one.packed for one in _addresses(text, seen)]
    if len(wide) >= 3:
        yield b"".join(wide)
        yield b"".join(one[8:] for one in wide)
    four = [one.split(".") for one in addresses(text, seen)]
    if len(four) >= 6 and all(int(part) < 256 for one in four for part in one):
        yield bytes(int(part) for one in four for part in one)
    colours = _COLOUR.findall(text)[:MAX_ITEMS] if seen.shape.count(b"#hhhhhh") >= 8 else []
    if len(colours) >= 8:
        yield bytes.fromhex("".join(colours))
    mixed = _MIXED.findall(text)[:MAX_ITEMS] if "rgb" in text else []
    if len(mixed) >= 8:
        yield bytes(int(part) & 255 for one in mixed for part in one)
    yield from _dumps(text, seen)
    yield from _lists(text, seen)


def _keys(pattern: re.Pattern[str], text: str, seen: Outline) -> list[str]:
    """Return the identifiers of sixteen bytes or the addresses of six that a text holds."""
    if pattern is _UUID:
        fits = b"hhhhhhhhhhhh" in seen.shape
    else:
        fits = b"hhhh.hhhh.hhhh" in seen.shape or _PAIRS in seen.shape.replace(b":", b"-")
    return pattern.findall(text) if fits else []


_PAIRS = b"hh-hh-hh-hh-hh-hh"


def _swapped(run: str) -> bytes:
    raw = bytes.fromhex(run)
    return raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:]


def _addresses(text: str, seen: Outline) -> list[ipaddress.IPv6Address]:
    found = []
    for one in _SIX.findall(text)[:MAX_ITEMS] if seen.shape.count(b"h:") >= 2 else ():
        try:
            found.append(ipaddress.IPv6Address(one))
        except ValueError:
            continue
    return found


def _dumps(text: str, seen: Outline) -> Iterator[bytes]:
    """Yield what dumps show: xxd, hexdump, od in hexadecimal and octal, Intel HEX, Motorola records."""
    pairs = (b"s" + seen.shape.replace(b"n", b"s") + b"s").count(b"shhs")  # half of all at least
    placed = seen.shape.count(b"hhhhhhs") + seen.shape.count(b"hhhhhh:s")
    for pattern, fits in ((_DUMPED, pairs >= 12), (_WORDED, placed >= 3)):
        found = pattern.findall(text)[:MAX_ITEMS] if fits else []
        lines = [re.sub(r"[^0-9a-fA-F]", "", one) for one in found]
        data = b"".join(bytes.fromhex(one[: len(one) // 2 * 2]) for one in lines)
        if len(lines) >= 3 and len(data) >= 24:
            yield data
            if pattern is _WORDED:
                yield _turned_pairs(data)
    for pattern, size in ((_OCTAL, 1), (_OCTAL_WORDS, 2)) if placed else ():
        cells = [int(cell, 8) for one in pattern.findall(text)[:MAX_ITEMS] for cell in one.split()]
        if len(cells) >= LEAST_ITEMS and max(cells) < 256**size:
            yield b"".join(one.to_bytes(size, "little") for one in cells)
    lined = b"\n" + seen.raw
    recorded = _INTEL.findall(text)[:MAX_ITEMS] if lined.count(b"\n:") >= 2 else []
    intel = [body[: 2 * int(size, 16)] for size, body in recorded]
    recorded = _MOTOROLA.findall(text)[:MAX_ITEMS] if lined.count(b"\nS") >= 2 else []
    motorola = [body[2 + 2 * int(kind) :] for kind, body in recorded]
    for bodies in (intel, motorola):
        if len(bodies) >= 2:
            yield b"".join(bytes.fromhex(one[: len(one) // 2 * 2]) for one in bodies)


def _turned_pairs(data: bytes) -> bytes:
    pairs = np.frombuffer(data[: len(data) // 2 * 2], np.uint8).reshape(-1, 2)
    return pairs[:, ::-1].tobytes()


def _lists(text: str, seen: Outline) -> Iterator[bytes]:
    """Yield the whole numbers of a text in a row as bytes, of as many bytes each as the largest needs."""
    escaped = _ESCAPED.findall(text)[:MAX_ITEMS] if seen.escapes() >= 24 else []
    if len(escaped) >= 24:
        yield bytes.fromhex("".join(escaped))
    found = _LISTED.findall(text)[:MAX_ITEMS]
    if len(found) < LEAST_ITEMS:
        return
    try:
        values = list(map(int, found))
    except ValueError:  # some are written in another base
        values = list(map(_whole, found))
    yield from packed_numbers(values)


def _whole(one: str) -> int:
    return int(one, 0) if one.lstrip("-")[:2].lower() in ("0x", "0b", "0o") else int(one)


def packed_numbers(values: Sequence[int]) -> Iterator[bytes]:
    """Yield numbers as the bytes of the least width that holds them, high byte first and low byte first."""
    low, high = min(values), max(values)
    if low < 0:
        if low >= -128 and high < 128:
            yield bytes(one & 255 for one in values)
        return
    width = max(1, -(-high.bit_length() // 8))
    if width <= 8:
        grid = np.array(values, ">u8").view(np.uint8).reshape(-1, 8)[:, 8 - width :]
        yield grid.tobytes()
        if width > 1:
            yield grid[:, ::-1].tobytes()


def figures(text: str) -> list[str]:
    """Return the telephone and identity numbers that tokens are in another base or layout."""
    found: list[str] = []
    seen = outline(text)
    tokens = _Tokens.of(_TOKEN.findall(text)[:MAX_ITEMS])
    whole = set(tokens.texts)
    parts = _Tokens.of([one for one in _PART.findall(text)[:MAX_ITEMS] if one not in whole])
    for alphabet in _ALPHABETS:
        found += _told(tokens, alphabet)
        found += _told(parts, alphabet)
    packed = [_base64(one) for one in dict.fromkeys(_SHORT.findall(text)[:MAX_ITEMS])]
    orders: tuple[Literal["big", "little"], ...] = ("big", "little")
    for order in orders:
        found += telling([int.from_bytes(one, order) for one in packed])
    wide = [int(one) for one in _addresses(text, seen)]
    keys = [one for pattern in (_UUID, _MAC) for one in _keys(pattern, text, seen)]
    wide += [int(re.sub(r"[^0-9a-fA-F]", "", one), 16) for one in keys[:MAX_ITEMS]]
    found += telling(wide)
    for bits in (64, 60, 56, 48, 40, 36):
        found += telling([one & (1 << bits) - 1 for one in wide])
    found += laid_out(text, seen)
    return list(dict.fromkeys(found))


def _base64(text: str) -> bytes:
    """Return the bytes of a short run of base64, in either alphabet."""
    return base64.b64decode(text.translate(_URL) + "=" * (-len(text) % 4))


def _told(tokens: _Tokens, alphabet: str) -> list[str]:
    """Return what tokens tell as numbers that an alphabet writes, where it has ten to eighteen places."""
    base = len(alphabet)
    least, most, telling_size = _spans(base)
    if (2 if base <= _BOTH_WAYS else 1) * int((tokens.sizes >= telling_size).sum()) < FEW:
        return []
    rows = np.flatnonzero((tokens.sizes >= least) & (tokens.sizes <= most))
    places = _table(alphabet)[tokens.signs[rows, :most]]
    written = (places != _NONE).all(axis=1)
    rows, places = rows[written], places[written]
    ways = [places, places[:, ::-1]] if base <= _BOTH_WAYS else [places]
    worth = [_worth(one, base) for one in ways]
    numbers, low = (np.concatenate(parts) for parts in zip(*worth, strict=True))
    if not may_tell(numbers, low, len(numbers)):
        return []
    texts = [tokens.texts[at] for at in rows]
    return telling([_value(way, alphabet) for one in texts for way in (one, one[::-1])[: len(ways)]])


_BOTH_WAYS = 16
_NONE, _PAST = 255, 254
"""What stands for a sign that an alphabet lacks, and for none behind the end of a token."""


@cache
def _spans(base: int) -> tuple[int, int, int]:
    """Return how many places a number may have in a base, least and most, and from how many it may tell."""
    bits = np.log2(base)
    telling_size = next(size for size in range(1, 65) if base**size > _SMALLEST)
    return int(30 / bits), int(62 / bits + 2), telling_size


@cache
def _table(alphabet: str) -> NDArray[np.uint8]:
    """Return the place of every byte in an alphabet; letters of either case where one case is written."""
    table = np.full(256, _NONE, np.uint8)
    for place, sign in enumerate(alphabet):
        for one in {sign, sign.upper()} if len(alphabet) <= len(_LOWER) else sign:
            table[ord(one)] = place
    table[0] = _PAST
    return table


def _worth(places: NDArray[np.uint8], base: int) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
    """Return what rows of places are worth: rounded, and exact as far as 64 bits go."""
    numbers, low = np.zeros(len(places)), np.zeros(len(places), np.uint64)
    for place in places.T:
        held = place < _PAST
        numbers = np.where(held, numbers * base + place, numbers)
        low = np.where(held, low * np.uint64(base) + place, low)
    return numbers, low


def _value(text: str, alphabet: str) -> int:
    base = len(alphabet)
    if base <= len(_LOWER):
        return int(text.lower().translate(_usual(alphabet)), base)
    value = 0
    for sign in text:
        value = value * base + alphabet.index(sign)
    return value


@cache
def _usual(alphabet: str) -> Mapping[int, int]:
    """Return what turns the signs of an alphabet into those that Python writes a number of its base with."""
    return str.maketrans(alphabet, _LOWER[: len(alphabet)])


def branches(document: Document, start: str = "", depth: int = 0) -> Iterator[str]:
    """Yield the keys of a document joined along every branch: what a tree of prefixes spells."""
    if isinstance(document, Mapping) and document and depth < 64:
        for name, value in document.items():
            yield from branches(value, start + name, depth + 1)
    elif depth >= 6:
        yield start + (document if isinstance(document, str) else "")
