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

from sandbox.egress.silhouette import outline

LEAST_BYTES = 24
SAMPLE = 4096
_BLOCK = 1024
_FRONT = 64
_CUT = 4
"""Bytes that a front may end with because it was cut."""
LEVELS = frozenset(
    bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
)
"""The 6763 characters of GB 2312: what names and addresses are written with, and random bytes are not."""
_NO_PLANE = 1 << 16
"""The place of all signs that lie in no first plane."""
_FINE_SHARE = 0.95
_LOST_SHARE = 0.02
_TELLING_SHARE = 0.15
_COMMON_SHARE = 0.85
_FRAMED = ("[", "{", "<t", "<T", "INSERT ")
_SPARSE = (",,,", "\t\t\t", "|  |  |")
_FRAME = re.compile(r"</?t\w{0,4}>|INSERT INTO [^()]{1,60}\([^()]*\) VALUES|[\s\"'\[\]{}():,;|]+")
"""What stands around cells: of a nested document or a table that is nearly empty it is more than they are."""
_CONTROLS = bytes(one for one in range(32) if one not in b"\t\n\r")
_PRINTED = bytes(range(32, 127)) + b"\r\n\t"
_DIGITS = b"0123456789"
_NEVER = b"\xc0\xc1" + bytes(range(0xF5, 0x100))
"""Bytes that stand in no text in UTF-8: each is replaced by itself."""
_HIGH = b"\x00\x30\xff" + bytes(range(0x4E, 0xA0))
"""The high bytes of the printed signs in UTF-16."""
_NAMING = re.compile(
    r"[1-9](?<![0-9A-Za-z][1-9])(?:(?<=1)[3-9]\d{9}|(?<=[1-8])\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[\dX]"
    r"|(?<=[159])[1-39]\d{6}[0-9A-Z]{10}|(?:(?<=1)9|(?<=2)0)\d{2}[-/.][01]?\d[-/.][0-3]?\d)(?![0-9A-Za-z])"
)
"""A telephone, a resident number, a credit code or a day; begins with a digit so that others are skipped."""
_LOOKED_AT = 1 << 16
_IN_A_ROW = 5
_PHONES = (13_000_000_000, 20_000_000_000)
_RESIDENTS = (110_000_190_000_000_000, 830_000_210_000_000_000)


def _kinds() -> NDArray[np.uint8]:
    """Return of each sign what it is: 1 for a fine one, 2 a digit, 3 a Chinese one, 4 a common one."""
    kinds = np.zeros(_NO_PLANE + 1, np.uint8)
    for first, last in (("\u3000", "\u303f"), ("\uff00", "\uffef")):
        kinds[ord(first) : ord(last) + 1] = 1
    kinds[np.frombuffer(_PRINTED, np.uint8)] = 1
    kinds[np.frombuffer(_DIGITS, np.uint8)] = 2
    kinds[0x4E00:0xA000] = 3
    kinds[[ord(one) for one in LEVELS if one]] = 4
    return kinds


_KINDS = _kinds()


def said(data: bytes) -> str:
    """Return the text that the bytes are, in UTF-8, GB 18030 or UTF-16, or an empty text."""
    if len(data) < LEAST_BYTES:
        return ""
    for encoding in _encodings(data):
        if legible(data[: SAMPLE - SAMPLE % 4].decode(encoding, errors="replace")):
            return data.decode(encoding, errors="replace")
    return ""


def certain(data: bytes) -> bool:
    """Return whether bytes that say something could hardly say it by chance: in UTF-8 or UTF-16.

    Nearly any two bytes with their highest bits set are a sign of GB 18030.
    """
    front = data[:_BLOCK]
    if front.startswith((b"\xff\xfe", b"\xfe\xff")) or front.count(0) * 10 > len(front):
        return True
    try:
        front[:-_CUT].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(front) - 2 * _CUT
    return True


def _encodings(data: bytes) -> Iterator[str]:
    """Yield the encodings under which the front of the bytes may be legible."""
    sample = data[:SAMPLE]
    controls = _share(sample, _CONTROLS)
    ascii_only = sample.isascii()
    if controls <= 0.03:
        if ascii_only or _share(sample, _NEVER) <= _LOST_SHARE:
            yield "utf-8"
        if not ascii_only:
            yield "gb18030"
    if controls > 0.03 or not data[:64].isascii():
        for encoding, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
            odd = len(high.translate(None, _HIGH))
            if odd <= 2 * (1 - _FINE_SHARE) * (len(high) + 1) + 1:  # two that are odd may be one sign
                yield encoding
    if controls > 0.4:
        yield "utf-32-le"
        yield "utf-32-be"


def _share(data: bytes, kind: bytes) -> float:
    return (len(data) - len(data.translate(None, kind))) / len(data)


def legible(text: str) -> bool:
    """Return whether a text reads like records: printed signs, digits or common characters among them."""
    sample = text[:SAMPLE]
    if _reads(sample):
        return True
    framed = sample.startswith(_FRAMED) or any(one in sample for one in _SPARSE)
    return framed and _reads(_FRAME.sub("", sample))


def _reads(sample: str) -> bool:
    size = len(sample)
    if size < LEAST_BYTES // 3 or (len(set(sample[:_FRONT])) < 8 and len(set(sample)) < 8):
        return False
    if sample.isascii():
        plain = sample.encode("ascii")
        fine, telling = (size - len(plain.translate(None, kind)) for kind in (_PRINTED, _DIGITS))
        return fine >= _FINE_SHARE * size and telling >= _TELLING_SHARE * size
    if sample.count("\ufffd") > _LOST_SHARE * size:
        return False
    fine, telling, wide, common = _counted(sample)
    if fine < _FINE_SHARE * size or telling < _TELLING_SHARE * size:
        return False
    return common >= _COMMON_SHARE * wide


def _counted(text: str) -> tuple[int, int, int, int]:
    """Return how many signs of a text are fine, of these telling, Chinese, and common."""
    signs = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    counts = np.bincount(_KINDS[np.minimum(signs, _NO_PLANE)], minlength=5)[::-1].cumsum().tolist()
    return counts[3], counts[2], counts[1], counts[0]


def front(text: str) -> str:
    """Return a text as far as it goes on to read like one: behind it in a picture or sound is noise."""
    end = _BLOCK
    while end < len(text) and legible(text[end : end + _BLOCK]):
        end += _BLOCK
    return text[:end]


def tells(text: str) -> bool:
    """Return whether a text has Chinese words or names somebody: even shades of grey can spell figures."""
    head = text[:SAMPLE]
    return _counted(head)[2] >= 0.05 * len(head) or speaks(head)


def speaks(text: str) -> bool:
    """Return whether a text names telephones, identity numbers, credit codes or days in every fifth line.

    A guess that would also make something of plain prose must show that much.
    """
    if not legible(text):
        return False
    head = text[:_LOOKED_AT]
    least = max(3, 0.2 * head.count("\n"))
    return may_name(head) >= least and len(_NAMING.findall(head)) >= least


def named_in(text: str) -> int:
    """Return how many telephones, identity numbers, credit codes and days the front of a text names."""
    return len(_NAMING.findall(text[:_LOOKED_AT]))


def may_name(text: str) -> int:
    """Return no less than how many telephones, numbers, codes and days a text names."""
    seen = outline(text)
    if not seen.plain:
        return len(text)
    days = seen.shape.replace(b"/", b"-").replace(b".", b"-")
    return seen.shape.count(b"h" * 8) + days.count(b"hhhh-h-h") + days.count(b"hhhh-hh-h")


def held_numbers(data: bytes) -> list[str]:
    """Return telephone and identity numbers that the bytes hold as numbers of 5 to 8 bytes or as floats."""
    found: list[str] = []
    raw = np.frombuffer(data[: 1 << 20], np.uint8)
    for width in (5, 6, 7, 8):
        powers = np.uint64(256) ** np.arange(width, dtype=np.uint64)
        ways = [
            (likely, weights)
            for likely, weights in zip(_likely(raw, width), (powers, powers[::-1]), strict=True)
            if likely.sum() >= _IN_A_ROW
        ]
        for start in range(min(width, len(raw)) if ways else 0):
            rows = (len(raw) - start) // width
            cut = slice(start, start + rows * width)
            for likely, weights in ways:
                if rows >= _IN_A_ROW and _in_a_row(likely[cut][::width]):
                    grid = raw[cut].reshape(-1, width).astype(np.uint64)
                    found += _dense((grid * weights).sum(axis=1, dtype=np.uint64))
    for kind in ("<f8", ">f8"):
        values = np.frombuffer(data[: len(data) // 8 * 8][: 1 << 20], kind)
        if len(values) >= _IN_A_ROW and np.isfinite(values).all():
            found += _dense(values)
    found += _pairs(data)
    return list(dict.fromkeys(found))


def _likely(raw: NDArray[np.uint8], width: int) -> Iterator[NDArray[np.bool_]]:
    """Yield where a number of a plausible size may begin by its highest bytes, low byte first, then high."""
    count = max(len(raw) - width + 1, 0)
    for places in (range(4, width), range(width - 5, -1, -1)):
        first, *above = [raw[place : place + count] for place in places]
        fine = (first == _PHONES[0] >> 32) | (first == _PHONES[1] >> 32)
        for none in above:
            fine &= none == 0
        if width == 8:
            top = raw[places[-1] : places[-1] + count]
            fine |= (top >= _RESIDENTS[0] >> 56) & (top <= _RESIDENTS[1] >> 56)
        yield fine


def _dense(values: NDArray[np.uint64] | NDArray[np.float64]) -> list[str]:
    """Return the numbers of a plausible size that stand in a row of at least eight, or are most of all."""
    large = (values >= _PHONES[0]) & (values < _PHONES[1])
    large |= (values >= _RESIDENTS[0]) & (values < _RESIDENTS[1])
    if not _in_a_row(large):
        return []
    written = [str(int(one)) for one in values[large].tolist()]
    shaped = [one for one in written if _NAMING.fullmatch(one)]
    return shaped if len(shaped) >= 0.5 * len(written) else []


def _in_a_row(large: NDArray[np.bool_]) -> bool:
    """Return whether some are, and most of all or seven of eight that stand in a row."""
    count = int(np.count_nonzero(large))
    if count < _IN_A_ROW or 2 * count >= large.size:
        return count >= _IN_A_ROW
    window = np.convolve(large, np.ones(8), "valid")
    return bool(large.size >= 8 and window.max() >= 7)


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
