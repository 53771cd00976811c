"""Bytes and numbers behind lists: identifiers, addresses, colours, dumps, other bases, trees of keys.

Sixteen bytes of a UUID or an address, three of a colour, the lines of a dump, the figures of a column: all of
them in a row may be a file. A token in another base, the parts of an address or the decimals of a point may
be a telephone or an identity number. Evidence only. Pure; called by `disguises`.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np

from sandbox.egress.content import Document
from sandbox.egress.identities import spelled
from sandbox.kernel.identifiers import is_uscc

MAX_ITEMS = 100_000
LEAST_ITEMS = 12
_FEW = 5
_SHARE = 0.4
_SURE = 0.9  # seven tenths of all numbers look like a telephone once a 1 is put in front
_UUID = re.compile(r"\b[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\b")
_MAC = re.compile(
    r"\b[0-9a-fA-F]{2}(?:[:-][0-9a-fA-F]{2}){5}\b|\b[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}\b"
)
_SIX = re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{1,4}:{1,2}){2,7}[0-9a-fA-F]{0,4}(?![\w:])")
_FOUR = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
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
_SHORT = re.compile(
    r"(?<![\w+/=-])(?:[\w+/-]{7}=|[\w+/-]{8}|[\w+/-]{10}==|[\w+/-]{11}=)(?![\w+/=])", re.ASCII
)
"""Five, six, seven and eight bytes in base64."""
_FRACTION = re.compile(r"\d\.(\d{3,12})(?!\d)")
_PHONE = re.compile(r"1[3-9]\d{9}")
_RESIDENT = re.compile(r"[1-8]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}\d")
_CLOCK = re.compile(r"(?<![\d:])(\d{1,8}):([0-5]\d):([0-5]\d)(?![\d:])")
_DIGITS = re.compile(r"\d{1,9}")
_URL = str.maketrans("-_", "+/")
_LOWER = digits + ascii_lowercase
_ALPHABETS = (
    "01", digits[:8], digits + "abcdef", _LOWER[:32], "0123456789abcdefghjkmnpqrstvwxyz",
    ascii_lowercase + "234567", _LOWER, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", digits + ascii_uppercase + ascii_lowercase,
    digits + ascii_lowercase + ascii_uppercase, ascii_uppercase + ascii_lowercase + digits + "+/",
    ascii_uppercase + ascii_lowercase + digits + "-_", ascii_lowercase, "01234", "012",
)  # fmt: skip


def sequences(text: str) -> Iterator[bytes]:
    """Yield the bytes of every kind of list that a text holds."""
    for pattern in (_UUID, _MAC):
        found = [re.sub(r"[^0-9a-fA-F]", "", one) for one in pattern.findall(text)[:MAX_ITEMS]]
        if len(found) >= 3:
            yield bytes.fromhex("".join(found))
            if pattern is _UUID:
                yield b"".join(map(_swapped, found))
    wide = [one.packed for one in _addresses(text)]
    if len(wide) >= 3:
        yield b"".join(wide)
        yield b"".join(one[8:] for one in wide)
    four = [one.split(".") for one in _FOUR.findall(text)[:MAX_ITEMS]]
    if len(four) >= 6 and all(int(part) < 256 for one in four for part in one):
        yield bytes(int(part) for one in four for part in one)
    colours = _COLOUR.findall(text)[:MAX_ITEMS]
    if len(colours) >= 8:
        yield bytes.fromhex("".join(colours))
    mixed = _MIXED.findall(text)[:MAX_ITEMS]
    if len(mixed) >= 8:
        yield bytes(int(part) & 255 for one in mixed for part in one)
    yield from _dumps(text)
    yield from _lists(text)


def _swapped(run: str) -> bytes:
    raw = bytes.fromhex(run)
    return raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:]


def _addresses(text: str) -> list[ipaddress.IPv6Address]:
    found = []
    for one in _SIX.findall(text)[:MAX_ITEMS]:
        try:
            found.append(ipaddress.IPv6Address(one))
        except ValueError:
            continue
    return found


def _dumps(text: str) -> Iterator[bytes]:
    """Yield what dumps show: xxd, hexdump, od in hexadecimal and octal, Intel HEX, Motorola records."""
    for pattern in (_DUMPED, _WORDED):
        lines = [re.sub(r"[^0-9a-fA-F]", "", one) for one in pattern.findall(text)[:MAX_ITEMS]]
        data = b"".join(bytes.fromhex(one[: len(one) // 2 * 2]) for one in lines)
        if len(lines) >= 3 and len(data) >= 24:
            yield data
            if pattern is _WORDED:
                yield _turned_pairs(data)
    for pattern, size in ((_OCTAL, 1), (_OCTAL_WORDS, 2)):
        cells = [int(cell, 8) for one in pattern.findall(text)[:MAX_ITEMS] for cell in one.split()]
        if len(cells) >= LEAST_ITEMS and max(cells) < 256**size:
            yield b"".join(one.to_bytes(size, "little") for one in cells)
    intel = [body[: 2 * int(size, 16)] for size, body in _INTEL.findall(text)[:MAX_ITEMS]]
    motorola = [body[2 + 2 * int(kind) :] for kind, body in _MOTOROLA.findall(text)[:MAX_ITEMS]]
    for bodies in (intel, motorola):
        if len(bodies) >= 2:
            yield b"".join(bytes.fromhex(one[: len(one) // 2 * 2]) for one in bodies)


def _turned_pairs(data: bytes) -> bytes:
    pairs = np.frombuffer(data[: len(data) // 2 * 2], np.uint8).reshape(-1, 2)
    return pairs[:, ::-1].tobytes()


def _lists(text: str) -> Iterator[bytes]:
    """Yield the whole numbers of a text in a row as bytes, of as many bytes each as the largest needs."""
    escaped = _ESCAPED.findall(text)[:MAX_ITEMS]
    if len(escaped) >= 24:
        yield bytes.fromhex("".join(escaped))
    found = _LISTED.findall(text)[:MAX_ITEMS]
    if len(found) < LEAST_ITEMS:
        return
    values = [_whole(one) for one in found]
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
    for width in (1, 2, 3, 4, 5, 6, 7, 8):
        if high < 256**width:
            yield b"".join(one.to_bytes(width, "big") for one in values)
            if width > 1:
                yield b"".join(one.to_bytes(width, "little") for one in values)
            return


def figures(text: str) -> list[str]:
    """Return the telephone and identity numbers that tokens are in another base or layout."""
    found: list[str] = []
    tokens = list(dict.fromkeys(_TOKEN.findall(text)[:MAX_ITEMS]))
    whole = set(tokens)
    parts = [one for one in dict.fromkeys(_PART.findall(text)[:MAX_ITEMS]) if one not in whole]
    for alphabet in _ALPHABETS:
        found += telling(_in_base(tokens, alphabet))
        found += telling(_in_base(parts, alphabet))
    packed = [_base64(one) for one in dict.fromkeys(_SHORT.findall(text)[:MAX_ITEMS])]
    for order in ("big", "little"):
        found += telling([str(int.from_bytes(one, order)) for one in packed])
    wide = [int(one) for one in _addresses(text)]
    wide += [
        int(re.sub(r"[^0-9a-fA-F]", "", one), 16) for one in (*_UUID.findall(text), *_MAC.findall(text))
    ][:MAX_ITEMS]
    found += telling([str(one) for one in wide])
    for bits in (64, 60, 56, 48, 40, 36):
        found += telling([str(one & (1 << bits) - 1) for one in wide])
    found += _laid_out(text)
    return list(dict.fromkeys(found))


def _base64(text: str) -> bytes:
    """Return the bytes of a short run of base64, in either alphabet."""
    return base64.b64decode(text.translate(_URL) + "=" * (-len(text) % 4))


def _in_base(tokens: Sequence[str], alphabet: str) -> list[str]:
    """Return the tokens that an alphabet writes, where it has ten to eighteen places."""
    base = len(alphabet)
    written = _written(alphabet)
    usual = str.maketrans(alphabet, _LOWER[:base]) if base <= len(_LOWER) else {}
    found = []
    for one in map(str.lower, tokens) if base <= len(_LOWER) else tokens:
        if written.fullmatch(one):
            for way in (one, one[::-1]) if base <= 16 else (one,):
                found.append(str(int(way.translate(usual), base) if usual else _value(way, alphabet)))
    return found


@cache
def _written(alphabet: str) -> re.Pattern[str]:
    """Return what a number of ten to eighteen places is in an alphabet."""
    bits = np.log2(len(alphabet))
    return re.compile(f"[{re.escape(alphabet)}]{{{int(30 / bits)},{int(62 / bits + 2)}}}")


def _value(text: str, alphabet: str) -> int:
    value = 0
    for sign in text:
        value = value * len(alphabet) + alphabet.index(sign)
    return value


def _laid_out(text: str) -> list[str]:
    """Return numbers whose places stand in the parts of addresses, of colours, of decimals or of a clock."""
    found = telling(
        [str(int(a) * 3600 + int(b) * 60 + int(c)) for a, b, c in _CLOCK.findall(text)[:MAX_ITEMS]]
    )
    rows: list[list[str]] = [one.split(".") for one in _FOUR.findall(text)[:MAX_ITEMS]]
    found += telling(_places(rows))
    lines = text.splitlines()[:MAX_ITEMS]
    readers: tuple[Callable[[str], list[str]], ...] = (
        _FRACTION.findall,
        lambda line: [str(int(one[:6], 16)) for one in _COLOUR.findall(line)],
    )
    every = [[row for line in lines if (row := reader(line))] for reader in readers]
    whole = [row for line in lines if (row := _DIGITS.findall(line))]
    every += [whole, [row[1:] for row in whole], [row[:-1] for row in whole]]
    for rows in every:
        found += telling(_places([row for row in rows if 0 < len(row) <= 18]))
    return found


def _places(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of digits joined, each part as wide as the widest of its place, as number candidates."""
    usual = max((len(row) for row in rows), default=0)
    rows = [row for row in rows if len(row) == usual]
    if usual < 2 or len(rows) < _FEW:
        return []
    widest = [max(len(row[place]) for row in rows) for place in range(usual)]
    if not 10 <= sum(widest) <= 40:
        return []
    joined = ["".join(one.zfill(width) for one, width in zip(row, widest, strict=True)) for row in rows]
    short = ["1" + one[-10:] for one in joined]
    ways = [joined, [one[-11:] for one in joined], [one[-18:] for one in joined]]
    if len(telling(short)) >= _SURE * len(short):
        ways.append(short)
    return max(ways, key=lambda way: len(telling(way)))


def _naming(text: str) -> bool:
    return bool(_PHONE.fullmatch(text) or _RESIDENT.fullmatch(text)) or is_uscc(text, inner=False)


def telling(numbers: Sequence[str]) -> list[str]:
    """Return the numbers that look like telephones or identity numbers, if a good share of all does."""
    least = max(_FEW, _SHARE * len(numbers))
    values = [int(one) for one in numbers]
    sized = [one for one in values if one >= 10**16 or 13 * 10**9 <= one < 2 * 10**10]
    if len(sized) < least:
        return []
    seen = [one for one in spelled(sized) if _naming(one)]
    return seen if len(seen) >= least else []


def branches(document: Document, start: str = "", depth: int = 0) -> Iterator[str]:
    """Yield the keys of a document joined along every branch: what a tree of prefixes spells."""
    if isinstance(document, Mapping) and document and depth < 64:
        for name, value in document.items():
            yield from branches(value, start + name, depth + 1)
    elif depth >= 6:
        yield start + (document if isinstance(document, str) else "")
