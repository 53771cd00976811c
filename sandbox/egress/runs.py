"""What the lines of a text count out: runs of digits, clocks and angles, days, signs, first letters, grades.

Each becomes a sequence of numbers, line by line or block by block, whatever stands between; what it may spell
is told by `radix` and `streams`. Looks at the front of a text alone. Bounded; pure; called by `channels`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date

import numpy as np

from sandbox.egress.identities import spelled
from sandbox.egress.radix import of_kinds
from sandbox.egress.streams import Column, Stream, stream

MAX_TEXT = 1 << 17
MAX_LINES = 4000
_LEAST = 24
_KINDS = 24
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
_LONG = re.compile(r"(?<!\d)\d{20,80}(?!\d)", re.ASCII)
_CLOCK = re.compile(r"(\d{1,4})\s*[:°度h时]\s*(\d{1,2})\s*[:′'分m]\s*(\d{1,2})(?:[.,](\d{1,9}))?", re.ASCII)
_DAY = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)", re.ASCII)
_MOMENT = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?!\d)", re.ASCII)
_HEX = re.compile(r"(?<![0-9A-Za-z_])(?:0[xX]|#|\$)?([0-9A-Fa-f](?:_?[0-9A-Fa-f]){7,17})(?![0-9A-Za-z_])")
_EPOCHS = (date(1900, 1, 1), date(1899, 12, 30), date(1970, 1, 1), date(2000, 1, 1), date(1, 1, 1))
_CELLS = re.compile(r"[,;\t|，；、\s]+")
_FORMED = re.compile(
    r"(?=(1[3-9]\d{9}|[1-8]\d{5}(?:19|20)\d\d[01]\d[0-3]\d{4}[\dX]|[1-9AN][1-39]\d{6}[0-9A-Z]{10}))", re.ASCII
)
_AT_19, _AT_20 = (10 * ord(sign) + ord(other) & 255 for sign, other in ("19", "20"))
_DISTRICTS = np.frombuffer(b"1239", np.uint8)
_MARKED = re.compile(r"^[\s\-*•>#|+]*(?:\d+[.)、]\s*)?")


def counted(text: str) -> Iterator[Stream]:
    """Yield every sequence of numbers that the lines of a text count out."""
    head = text[:MAX_TEXT]
    lines = head.split("\n")[:MAX_LINES]
    yield stream("digits", [[int(one) for one in _DIGITS.findall(line)] for line in lines])
    yield from _clocks(lines)
    yield from _days(lines)
    yield from _stamps(lines)
    if not head.isascii():
        yield from _rows_of_signs(lines)
    yield from _initials(head)


def _clocks(lines: Sequence[str]) -> Iterator[Stream]:
    """Yield clocks and angles as numbers of their smallest unit."""
    found = [_CLOCK.findall(line) for line in lines]
    if sum(map(len, found)) >= 3:
        most = max(len(parts[3]) for line in found for parts in line)
        yield stream("clocks", [[_units(parts, most) for parts in line] for line in found])


def _units(parts: tuple[str, str, str, str], most: int) -> int:
    seconds = (int(parts[0]) * 60 + int(parts[1])) * 60 + int(parts[2])
    scale = int("1" + "0" * most)
    return seconds * scale + int(parts[3].ljust(most, "0") or 0)


def _days(lines: Sequence[str]) -> Iterator[Stream]:
    """Yield the days of every line as numbers, counted from each usual first day."""
    found = [[day for parts in _DAY.findall(line) if (day := _day(parts))] for line in lines]
    if max(map(len, found), default=0) < 2:
        return
    for start in _EPOCHS:
        yield stream(f"days since {start}", [[day - start.toordinal() for day in line] for line in found])


def _stamps(lines: Sequence[str]) -> Iterator[Stream]:
    """Yield moments (ISO 8601) as seconds since 1970, of however far a year."""
    found = [[_seconds(parts) for parts in _MOMENT.findall(line)] for line in lines]
    if sum(map(len, found)) >= 3:
        yield stream("moments", found)


def _seconds(parts: tuple[str, ...]) -> int:
    days = _day((parts[0], parts[1], parts[2])) - date(1970, 1, 1).toordinal()
    return ((days * 24 + int(parts[3])) * 60 + int(parts[4])) * 60 + int(parts[5])


def _day(parts: tuple[str, str, str]) -> int:
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2])).toordinal()
    except ValueError:
        return 0


def _rows_of_signs(lines: Sequence[str]) -> Iterator[Stream]:
    """Yield the signs of every block of signs that are neither letters nor common, by their place in it."""
    blocks: Counter[int] = Counter()
    for line in lines:
        blocks.update(ord(sign) >> 7 for sign in line if _drawn(sign))
    for block, count in blocks.most_common(4):
        if count >= _LEAST:
            rows = [
                [ord(sign) for sign in line if ord(sign) >> 7 == block and _drawn(sign)] for line in lines
            ]
            yield stream(f"signs of {block:x}", rows)


def _drawn(sign: str) -> bool:
    return ord(sign) > 0x7F and unicodedata.category(sign) in ("So", "Sm", "Sk", "No", "Nl")


def _initials(head: str) -> Iterator[Stream]:
    """Yield the first and last letters of lines, block by block, by their place in the alphabet."""
    blocks = re.split(r"\n\s*\n|\n(?=#)", head)
    if len(blocks) < 3:
        return
    for place in (0, -1):
        rows = []
        for block in blocks:
            bare = [_MARKED.sub("", line).strip(" .。;；") for line in block.split("\n") if line[:1] != "#"]
            rows.append([ord(line[place].upper()) - 65 for line in bare if line and line[place].isalpha()])
        yield stream("initials" if place == 0 else "last letters", rows)


def graded(text: str) -> Iterator[Column]:
    """Yield the numbers that rows of a few words or signs write, whichever of them is which digit."""
    rows = [_CELLS.split(line.strip()) for line in text[:MAX_TEXT].split("\n")[:MAX_LINES] if line.strip()]
    usual, count = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
    if usual < 6 or count < 3:
        return
    same = [row for row in rows if len(row) == usual]
    for skip in (0, 1, 2):
        kinds = Counter(cell for row in same for cell in row[skip:])
        common = [cell for cell, times in kinds.items() if times >= 3]
        if 2 <= len(common) <= 5:
            place = {cell: number for number, cell in enumerate(sorted(common))}
            fit = [[place[cell] for cell in row[skip:]] for row in same if set(row[skip:]) <= set(place)]
            if len(fit) >= 3:
                yield from of_kinds(np.array(fit, np.int64))
                return


def woven(text: str) -> Iterator[Column]:
    """Yield the numbers of which long runs of digits are made, digit by digit in turn."""
    found = _LONG.findall(text[:MAX_TEXT])[:MAX_LINES]
    if len(found) < 3:
        return
    for parts in (2, 3, 4):
        fit = [run for run in found if len(run) % parts == 0 and len(run) // parts in (11, 17, 18)]
        if len(fit) >= 3:
            cells = [run[start::parts] for run in fit[:64] for start in range(parts)]
            yield Column("woven", tuple(cells))
            yield Column("woven back", tuple(cell[::-1] for cell in cells))


def hexed(text: str) -> Iterator[Column]:
    """Yield the numbers that a text writes to the base of sixteen, however it is marked or grouped."""
    found = [int(one.replace("_", ""), 16) for one in _HEX.findall(text[:MAX_TEXT])[:MAX_LINES]]
    likely = [one for one in found if one >= 10**10]
    if len(likely) >= 3:
        yield Column("base sixteen", spelled(likely))


_SWAPPED = bytes((byte << 4 & 255) | byte >> 4 for byte in range(256))
_SMALL = bytes(48 + byte if byte < 10 else 32 for byte in range(256))


def nibbles(data: bytes) -> Iterator[Column]:
    """Yield the numbers that a binary file holds as packed decimals or as EBCDIC, wherever they stand."""
    head = data[:MAX_TEXT]
    swapped, small = head.translate(_SWAPPED).hex(), head.translate(_SMALL).decode("ascii")
    for name, text in (("packed", head.hex()), ("swapped", swapped), ("digits of bytes", small)):
        yield from _numbers(name, text)
    for page in ("cp037", "cp1047", "cp500"):
        with suppress(LookupError):
            yield from _numbers(page, head.decode(page, errors="replace"))


def _numbers(name: str, text: str) -> Iterator[Column]:
    found = list(dict.fromkeys(_formed(text)))[:MAX_LINES]
    if len(found) >= 3:
        yield Column(name, tuple(found))


def _formed(text: str) -> Iterator[str]:
    """Yield what `_FORMED` finds at each place; it is asked only where seven digits stand behind a sign.

    And where, besides, there are four more, a century, or one of the first digits of a district.
    """
    signs = np.frombuffer(text.encode("latin-1", errors="replace"), np.uint8)
    digits = (signs >= 48) & (signs < 58)
    if signs.size < 11:
        return
    two = digits[:-1] & digits[1:]
    four = two[:-2] & two[2:]
    seven = four[:-3] & four[3:]
    starts = np.flatnonzero(seven[1:-3])  # with eleven signs left, as the shortest has
    after, century = signs[starts + 1], signs[starts + 6] * 10 + signs[starts + 7]
    longer = four[starts + 7] & (signs[starts] == 49)
    likely = longer | (century == _AT_19) | (century == _AT_20) | np.isin(after, _DISTRICTS)
    for start in starts[likely].tolist():
        found = _FORMED.match(text, start)
        if found:
            yield found[1]
