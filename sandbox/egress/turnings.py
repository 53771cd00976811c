"""How bytes of no known kind may have been turned: backwards, by bits, by a key, by counting on, or all.

What every compressed file begins with is known, so every way is asked of the first signs alone, all at once:
where a known beginning under one key stands twice, the key is known, and the whole is turned and unfolded.
Letters have few kinds: under each place of a key only few keys leave letters. Every answer is a guess that
`chains` judges by what it says. Pure, bounded, called by `chains`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.alphabets import B85
from sandbox.egress.ciphers import repeated, weighed
from sandbox.egress.legible import said
from sandbox.egress.unpressed import begun, finished

LONGEST_KEY = 8
LEAST = 24
_HEAD = 16
_PROBE = 1 << 8
_LOOKED_AT = 1 << 11
_SHORT_KEY = 4
"""Bytes of a key that a beginning of no more bytes may tell: the checksum then says whether it was right."""
_PEAKED = 2.4
"""How many times more often than by chance two bytes of letters are alike, whatever each was turned into."""
_MAX_KEYS = 8
_FILLED = 0.12
"""Share of the bytes of a file that are zeros at least, where it is filled up with them."""
_TAR = slice(257, 262)
_SPARE = 3
"""Bytes of a beginning that must agree with a key found from the others where nothing else proves it."""
_LETTERS_AT_LEAST = 64

Bytes = NDArray[np.uint8]


def _pattern(text: str) -> list[int]:
    """Return a beginning as numbers, -1 for a byte that differs from file to file."""
    return [-1 if part == "??" else int(part, 16) for part in text.split()] + [-1] * _HEAD


_BEGINNINGS = np.array([
    _pattern(one)[:_HEAD] for one in (
        *(f"1f 8b 08 00 00 00 00 00 {level} {system}"
          for level in ("00", "02", "04") for system in ("03", "ff", "00")),
        *(f"1f 8b 08 {flags} ?? ?? ?? ?? {level} {system}"
          for flags in ("00", "08") for level in ("00", "02") for system in ("03", "ff")),
        *(f"fd 37 7a 58 5a 00 00 {check}"
          for check in ("04 e6 d6 b4 46", "01 69 22 de 36", "00 ff 12 d9 41")),
        *(f"42 5a 68 {level} 31 41 59 26 53 59" for level in ("39", "36", "31")),
        "28 b5 2f fd", "28 b5 2f fd 20", "28 b5 2f fd 60", "28 b5 2f fd 24", "28 b5 2f fd 64",
        "04 22 4d 18 ?? ?? ?? ??", "04 22 4d 18 40 40 c0", "04 22 4d 18 60 40 82", "04 22 4d 18 64 40 a7",
        *(f"50 4b 03 04 {version} 00 {flags} {way} 00" for version in ("14", "0a")
          for flags in ("00 00", "02 00", "08 00", "00 08") for way in ("08", "00")),
        "37 7a bc af 27 1c 00 04", "78 9c", "78 da", "78 01", "78 5e", "89 50 4e 47 0d 0a 1a 0a 00 00 00 0d",
        "25 50 44 46 2d 31 2e", "53 51 4c 69 74 65 20 66 6f 72 6d 61 74 20 33 00", "50 41 52 31 15",
    )
], np.int16)  # fmt: skip
"""How compressed streams, packages, pictures and tables begin, as the usual programs write them."""
_KNOWN = _BEGINNINGS >= 0
_VALUES = np.where(_KNOWN, _BEGINNINGS, 0).astype(np.uint8)
_SHOWN_EARLY = (b"\x78", b"\x1f")
"""What gives its first letters before a whole block is there, so that a wrong key shows at once."""
_FRONTS = (b"PK\x03\x04", b"7z\xbc\xaf", b"\x89PNG\r\n\x1a\n", b"%PDF-1", b"SQLite f", b"PAR1")
_COUNT = np.arange(256, dtype=np.uint8)
_ROTATED = [((_COUNT << by) | (_COUNT >> (8 - by))).astype(np.uint8) for by in range(1, 8)]
_MIRRORED = np.packbits(np.unpackbits(_COUNT), bitorder="little")
_TURNS: tuple[Bytes, ...] = (
    _COUNT,
    _ROTATED[3],
    _MIRRORED,
    *(one for at, one in enumerate(_ROTATED) if at != 3),
)
"""A byte as it is, its halves changed over, its bits in the other order, its bits moved round."""
_ALPHABETS = tuple(
    frozenset(one.encode()) for one in (
        digits + "abcdef\r\n", digits + "ABCDEF\r\n", ascii_uppercase + "234567=\r\n",
        ascii_uppercase + ascii_lowercase + digits + "+/=\r\n",
        ascii_uppercase + ascii_lowercase + digits + "-_=\r\n",
        ascii_uppercase + ascii_lowercase + digits + "%-_.~",
        "".join(map(chr, range(32, 127))) + "\r\n\t",
        B85, "".join(map(chr, range(33, 118))) + "z",
    )
)  # fmt: skip
_ANY_PRINTED = len(_ALPHABETS) - 3
_UNDER_KEY = np.array([[one in kind for one in range(256)] for kind in _ALPHABETS])[
    :, _COUNT[:, None] ^ _COUNT[None, :]
]
"""Alphabet, byte, key: whether the byte under the key is one of its letters."""
_ESCAPE = re.compile(rb"[=%][0-9A-F]{2}")
_LIKELY = 4
_RARELY = 40
"""Bytes to each escape, at most, where escapes tell the key."""
_ESCAPES = np.array([2.0 if one in b"=%" else float(one in b"0123456789ABCDEF") for one in range(256)])
"""How much a byte says for an escape: of other alphabets any key that leaves letters will do."""
_AS_ESCAPES = _ESCAPES[_COUNT[:, None] ^ _COUNT[None, :]]


def opened(data: bytes) -> Iterator[bytes]:
    """Yield what bytes unfold to once they are turned so that they begin as a compressed stream does.

    Packages, pictures and tables are given back turned, as they are.
    """
    raw = np.frombuffer(data, np.uint8)
    if raw.size < LEAST:
        return
    fronts = [_way(raw, number, _PROBE) for number in range(_WAYS)]
    heads = np.stack([one[:_HEAD] for one in fronts])
    tried: set[tuple[int, bytes]] = set()
    for way, key, spare, added in _keys(heads):
        if (way, key) in tried or not (way or any(key)):
            continue
        tried.add((way, key))
        probe = _undo(fronts[way], key, added=added)
        if probe.startswith(_FRONTS):
            yield from (_undo(_way(raw, way, raw.size), key, added=added),) if spare >= _SPARE else ()
        elif not probe.startswith(_SHOWN_EARLY) or any(begun(probe)):
            yield from finished(_undo(_way(raw, way, raw.size), key, added=added))
    yield from padded(data)


def padded(data: bytes) -> Iterator[bytes]:
    """Yield files that zeros fill up: backwards, or under a short key, which their commonest bytes are."""
    if data[-258:-263:-1] == b"ustar":
        yield data[::-1]
        return
    raw = np.frombuffer(data, np.uint8)
    for length in range(1, LONGEST_KEY + 1 if raw.size >= _PROBE else 0):
        grid = raw[: raw.size // length * length].reshape(-1, length)
        counts = np.stack([np.bincount(column, minlength=256) for column in grid.T])
        key = counts.argmax(axis=1).astype(np.uint8)
        if counts.max(axis=1).min() < _FILLED * len(grid) or not key.any():
            continue
        for added in (False, True):
            probe = _undo(raw[: 2 * _PROBE], key.tobytes(), added=added)
            if probe.startswith(_FRONTS) or probe[_TAR] == b"ustar":
                yield _undo(raw, key.tobytes(), added=added)
                return


_WAYS = 2 * len(_TURNS) + 3


def _way(raw: Bytes, number: int, size: int) -> Bytes:
    """Return the front of bytes, forwards or backwards, under a turn of every byte, or without a count."""
    if number < 2 * len(_TURNS):
        cut = raw[::-1][:size] if number % 2 else raw[:size]
        return _TURNS[number // 2][cut]
    cut = raw[:size]
    count = _counted(cut.size)
    return np.asarray((cut ^ count, cut - count, cut + count)[number - 2 * len(_TURNS)], np.uint8)


def _counted(size: int) -> Bytes:
    return np.frombuffer(repeated(_COUNT.tobytes(), size), np.uint8)


def _keys(heads: Bytes) -> Iterator[tuple[int, bytes, int, bool]]:
    """Yield which ways have a key under which they begin as a known file: exclusive or, else added.

    With it come how many bytes of the beginning agree that were not needed to tell the key.
    """
    for added in (False, True):
        held = heads[:, None, :] - _VALUES if added else heads[:, None, :] ^ _VALUES
        for length in range(1, 2 if added else LONGEST_KEY + 1):
            both = _KNOWN[:, length:] & _KNOWN[:, :-length]
            same = (held[:, :, length:] == held[:, :, :-length]) | ~both
            spare = both.sum(axis=1)
            full = _KNOWN[:, :length].all(axis=1) & ((spare > 0) | (length <= _SHORT_KEY))
            for way, row in np.argwhere(same.all(axis=2) & full).tolist():
                yield way, held[way, row, :length].tobytes(), int(spare[row]), added


def _undo(turned: Bytes, key: bytes, *, added: bool) -> bytes:
    long = np.frombuffer(repeated(key, turned.size), np.uint8)
    return (turned - long if added else turned ^ long).astype(np.uint8).tobytes()


def lettered(data: bytes) -> Iterator[bytes]:
    """Yield the letters or texts that bytes are under a turn of every byte and a short key."""
    raw = np.frombuffer(data, np.uint8)
    count = _counted(raw.size)
    for one in (raw ^ count, raw - count, raw + count):
        head = one[:_LOOKED_AT].tobytes()
        if head.isascii() or said(head):
            yield one.tobytes()
    if raw.size < _LETTERS_AT_LEAST or not peaked(raw):
        return
    for turn in _TURNS:
        turned = turn[raw]
        for one in (turned, turned[::-1], ~turned) if turn is not _COUNT else (turned[::-1], ~turned):
            if said(one[:_LOOKED_AT].tobytes()):
                yield one.tobytes()
        yield from _few(turned, longest=LONGEST_KEY if turn is _COUNT else 1)
    wide = weighed(data)
    if wide:
        yield wide


def peaked(raw: Bytes) -> bool:
    """Return whether bytes, or every second to eighth of them, are more often alike than by chance."""
    for step in (1, 2, 3, 4, 5, 6, 7, 8):
        cut = raw[: raw.size // step * step].reshape(-1, step).T
        counts = np.stack([np.bincount(row, minlength=256) for row in cut]).astype(np.float64)
        size = cut.shape[1]
        alike = (counts * (counts - 1)).sum() / max(step * size * (size - 1), 1)
        if 256 * alike > _PEAKED:
            return True
    return False


def _few(turned: Bytes, *, longest: int) -> Iterator[bytes]:
    """Yield the bytes under the shortest key that leaves letters of one alphabet alone."""
    for length in range(1, longest + 1):
        cut = turned[: turned.size // length * length].reshape(-1, length).T
        counts = [np.bincount(row, minlength=256) for row in cut]
        kinds = [np.flatnonzero(one) for one in counts]
        for number, under in enumerate(_UNDER_KEY):
            fine: list[Sequence[int]] = []
            for values, count in zip(kinds, counts, strict=True):
                if len(values) > len(_ALPHABETS[number]):
                    break
                fits = np.flatnonzero(under[values].all(axis=0))
                likely = np.argsort(-(count[values] @ _AS_ESCAPES[values][:, fits]), kind="stable")
                fine.append(fits[likely].tolist()[:_MAX_KEYS])
                if not fine[-1]:
                    break
            if len(fine) < length or not fine[-1]:
                continue
            if number == _ANY_PRINTED:
                keys = _escaping(turned[:_LOOKED_AT], fine)
            else:
                keys = [bytes(one) for one in islice(product(*fine), _MAX_KEYS) if any(one)]
            yield from (_undo(turned, key, added=False) for key in keys)
            if keys:
                return


def _escaping(front: Bytes, fine: Sequence[Sequence[int]]) -> list[bytes]:
    """Return the key that leaves most whole escapes: nearly every key leaves printed signs of such."""
    every = (bytes(one) for one in islice(product(*(one[:_LIKELY] for one in fine)), _PROBE))
    counted = {key: len(_ESCAPE.findall(_undo(front, key, added=False))) for key in every if any(key)}
    best = max(counted, key=counted.__getitem__, default=b"")
    return [best] if best and counted[best] * _RARELY >= front.size else []


def permuted(data: bytes) -> Iterator[bytes]:
    """Yield the bytes backwards, bits or halves turned, woven, in strides, as sums and differences."""
    values = np.frombuffer(data, np.uint8)
    yield data[::-1]
    yield ((values << 4) | (values >> 4))[::-1].astype(np.uint8).tobytes()
    yield np.packbits(np.unpackbits(values), bitorder="little").tobytes()
    yield ((values << 4) | (values >> 4)).astype(np.uint8).tobytes()
    half = len(values) // 2
    yield np.stack([values[:half], values[half : 2 * half]], 1).tobytes()
    for step in (2, 3, 4):
        for start in range(step):
            yield values[start::step].tobytes()
    yield np.cumsum(values, dtype=np.uint8).tobytes()
    yield np.bitwise_xor.accumulate(values).tobytes()
    yield np.diff(values, prepend=np.uint8(0)).tobytes()
