"""Bytes cut into numbered pieces, put together: segments, chunks, blocks or cells with a head each.

Whoever spreads a file over the places of a container that are short marks each piece: with a name, a number,
how many there are. All heads are as long; behind them the pieces are one file, which shows by how it begins.
Evidence only, bounded; pure; called by `nested`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

MAX_PIECES = 4000
MAX_HEAD = 96
_BACK = 4
"""Bytes by which pieces may begin alike beyond their heads, by chance."""
_NUMBERED = 16
"""Bytes at most that tell the pieces apart."""
BEGUN = re.compile(
    rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|BZh[1-9]1AY|\xfd7zXZ\x00|\x28\xb5\x2f\xfd|\x04\x22\x4d\x18|PK\x03\x04"
    rb"|PAR1|ARROW1\0\0|SQLite format 3\0|\x93NUMPY|ORC\x08|Obj\x01|%PDF-|\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a"
    rb"|7z\xbc\xaf|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|\xff{4}[\x00-\xff]{2}\0\0[\x04-\x40]\0\0\0|bplist00"
    rb"|[^\0][\x00-\xff]{2}\0{5}\{\"|\[\s{0,9}[\[{]|\{\s{0,9}\"|<\?xml|<!DOCTYPE|<html|<svg"
)
"""How compressed streams, packages, tables, pictures and texts in a known form begin."""
_WORDS = re.compile(rb"[A-Za-z0-9+/=\s_-]+")


def rejoined(bodies: Sequence[bytes]) -> Iterator[bytes]:
    """Yield the files that the bodies are pieces of, by each length of a head behind which one begins."""
    pieces = [body for body in bodies[:MAX_PIECES] if body]
    if len(pieces) < 2:
        return
    heads = zip(*(one[:MAX_HEAD] for one in (*pieces[:2], pieces[-1])), strict=False)
    alike = sum(1 for _ in takewhile(lambda place: len(set(place)) == 1, heads))
    for cut in range(max(alike - _BACK, 0), alike + _NUMBERED + 1):
        if any(BEGUN.match(one, cut) for one in pieces[:64]):
            yield from _in_order(pieces, max(alike - _BACK, 0), cut)
    if all(_WORDS.fullmatch(one[alike:]) for one in pieces[:4]):
        yield b"".join(one[alike:] for one in pieces)


def _in_order(pieces: Sequence[bytes], start: int, cut: int) -> Iterator[bytes]:
    """Yield the pieces behind their heads as they stand, and by what their heads say, either end first."""
    orders = [pieces, sorted(pieces, key=lambda one: one[start:cut])]
    orders.append(sorted(pieces, key=lambda one: one[start:cut][::-1]))
    found: dict[bytes, None] = {}
    for order in orders:
        if BEGUN.match(order[0], cut):
            found[b"".join(one[cut:] for one in order)] = None
    yield from found
