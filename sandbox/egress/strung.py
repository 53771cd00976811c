"""What is strung together again: numbers that stand in pieces, bits without their guards, steps of lines.

Digits of a whole file in a row hold resident numbers and credit codes that were cut up, whatever stood
between; the check digit, or an even distance, tells them from chance. Words of bits that repair themselves
are read without the guarding places. Pure, bounded; called by `disguises` and `channels`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np

from sandbox.egress.legible import legible
from sandbox.egress.unpressed import begun
from sandbox.kernel.identifiers import is_resident_id, is_uscc, resident_id_check_digit

MAX_TEXT = 1 << 18
MAX_FOUND = 2_000
LEAST_ROWS = 5
_BY_CHANCE = 8_000
"""Signs of a text among which chance may make one number with its check digit."""
_OTHERS = re.compile(r"[^0-9A-Z]+")
_LETTERS = re.compile(r"[^0-9X]+")
_RESIDENT = re.compile(r"(?=([1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})([\dX]?))")
_CODE = re.compile(r"(?=(9[1-3]\d{6}[0-9A-HJ-NPQRTUWXY]{10}))")
_BITS = re.compile(r"(?<![0-9])[01]{5,12}(?![0-9])")
_STEPS = re.compile(r"\"((?:[?-\[\]-~]|\\\\){8,400})\"")
_KERNED = re.compile(r"\)\s*-?(\d{1,3})(?=\s*[(<\]])")
_LEAST_BITS = 60
_LEAST_NUMBERS = 48


def strung(text: str) -> list[str]:
    """Return the numbers that name somebody once all else between their pieces is gone."""
    front = text[:MAX_TEXT]
    found: list[str] = []
    if sum(map(front.count, "0123456789")) >= 17 * LEAST_ROWS:
        found += _residents(_LETTERS.sub("", front))
        codes = _CODE.findall(_OTHERS.sub("", front))
        found += [one for one in codes if not one.isdigit() and is_uscc(one, inner=False)]
    by_chance = len(front) // _BY_CHANCE
    return list(dict.fromkeys(found))[:MAX_FOUND] if len(set(found)) >= LEAST_ROWS + by_chance else []


def _residents(digits: str) -> Iterator[str]:
    """Yield resident numbers with their check digit, or without where they stand in an even distance."""
    shaped = [(one.start(), one[1], one[2]) for one in _RESIDENT.finditer(digits)]
    yield from (number + last for _, number, last in shaped if last and is_resident_id(number + last))
    steps = Counter(after[0] - before[0] for before, after in pairwise(shaped))
    step, count = steps.most_common(1)[0] if steps else (0, 0)
    if step >= 17 and count >= max(LEAST_ROWS, 0.2 * len(shaped)):
        starts = {place for place, _, _ in shaped}
        for place, number, _ in shaped:
            if place + step in starts or place - step in starts:
                yield number + resident_id_check_digit(number)


def coded_runs(text: str) -> Iterator[bytes]:
    """Yield what bits without their guards, steps of lines and spaces between letters say."""
    front = text[:MAX_TEXT]
    yield from _unguarded(_BITS.findall(front))
    steps = [_numbers_of(found.replace("\\\\", "\\")) for found in _STEPS.findall(front)[:MAX_FOUND]]
    likely = [row for row in steps if row]
    if len(likely) >= LEAST_ROWS:
        yield "\n".join(" ".join(map(str, row)) for row in likely).encode()
    spaced = [int(one) for one in _KERNED.findall(front)]
    if len(spaced) >= _LEAST_NUMBERS and max(spaced) < 256:
        yield bytes(spaced)


def _unguarded(words: list[str]) -> Iterator[bytes]:
    """Yield words of bits by the places that tell them apart, where that makes a text or a packed one."""
    if len(words) < _LEAST_BITS or len(set(map(len, words))) != 1:
        return
    width, kinds = len(words[0]), sorted(set(words))
    size = (len(kinds) - 1).bit_length()
    if not 2 <= size < width or size not in (4, 8):
        return
    grid = np.array([list(map(int, word)) for word in words], np.uint8)
    for chosen in combinations(range(width), size):
        if len({tuple(word[at] for at in chosen) for word in kinds}) < len(kinds):
            continue
        for places in (chosen, chosen[::-1]):
            data = np.packbits(grid[:, places].reshape(-1)).tobytes()
            if any(begun(data)) or legible(data[:200].decode("utf-8", errors="replace")):
                yield data


def _numbers_of(line: str) -> list[int]:
    """Return the numbers of an encoded polyline: five bits a sign, and each number a step from the last."""
    numbers, value, shift, last = [], 0, 0, 0
    for sign in line:
        value |= (ord(sign) - 63 & 31) << shift
        shift += 5
        if ord(sign) - 63 < 32:
            step = ~(value >> 1) if value & 1 else value >> 1
            last += step
            numbers += [step, last]
            value, shift = 0, 0
    return numbers if not shift else []


def padded_rows(data: bytes) -> bytes:
    """Return the bytes with which the lines of a bitmap are filled up to four; nothing for noughts alone."""
    if data[:2] != b"BM" or len(data) < 54:
        return b""
    start = int.from_bytes(data[10:14], "little")
    width = abs(int.from_bytes(data[18:22], "little", signed=True))
    depth = int.from_bytes(data[28:30], "little")
    used, line = -(-width * depth // 8), -(-width * depth // 32) * 4
    if not 0 < used < line or start >= len(data):
        return b""
    body = np.frombuffer(data[start:], np.uint8)
    rest = body[: len(body) // line * line].reshape(-1, line)[:, used:].tobytes()
    return rest if any(rest) else b""
