"""Cells that are codes: every cell of a slot as bytes, by the signs it is written with.

The cells of one slot are digits of bytes that go on in the next cell, or each is a number, a packed text or a
piece behind its length. Words of one length whose places have alphabets of their own are spoken digits. Every
reading is a guess that `disguises` judges. Pure, bounded.
"""

from __future__ import annotations

import ipaddress
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice, pairwise

import numpy as np

from sandbox.egress.alphabets import A85, B85, BITS, FORTY_FIVE, LARGE, Z85, forty_five, packed, radix
from sandbox.egress.slots import shared, trimmed

MAX_JOINED = 1 << 14
MAX_COLUMNS = 4
_MOST_RUNS = 6
_LEAST_PURE = 0.1
_LEAST_MIXED = 0.4
_LOOKED = 400
"""Signs of a cell that are looked at: each letter seeks its figure to the end of the line."""
LEAST_SIGNS = 64
_SHORTEST = 3
_SAMPLE = 200
_MIXED = re.compile(r"[A-Za-z].*[0-9]|[0-9].*[A-Za-z]|[a-z].*[A-Z]")
_HEX = re.compile(r"[0-9A-Fa-f]+")
MAX_RUNS = 4_000
_LISTED = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[,: -]){7,}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])")
_PAIRS = re.compile(r"[,: -]")
_AROUND = re.compile(r"^.*?(?:0x|[^0-9A-Fa-f])(?=[0-9A-Fa-f]{2,}$)")
_SPLIT = re.compile(r"[^A-Za-z0-9]+")
_WORDS = re.compile(r"[a-z]+", re.IGNORECASE)
_UNFOLDED = 1 << 16
_GROUPED = 37
"""Signs of an alphabet up to which a dash only parts groups of them."""
_LONGEST = 400
_MOST_FITTING = 3
_OF_FORTY_FIVE = frozenset(" $%*+./:")


def coded(columns: Iterable[tuple[str, ...]]) -> Iterator[bytes]:
    """Yield the bytes that columns of codes stand for; nothing for words and for plain numbers."""
    fit = [cells for column in columns for cells in trimmed(_headless(column))]
    likely = sorted(filter(_may_be_code, fit), key=lambda cells: -sum(map(len, cells)))[:MAX_COLUMNS]
    for one, other in islice(pairwise(likely), 1):  # the signs of a run dealt out to two columns
        dealt = [
            "".join(chain.from_iterable(zip(*pair, strict=False))) for pair in zip(one, other, strict=False)
        ]
        yield from islice(packed("".join(dealt)), _MOST_RUNS // 2) if len(one) == len(other) else ()
    for cells in likely:
        yield from dict.fromkeys(chain(_each(cells), _joined(cells)))
    for cells in fit:
        yield from _addresses(cells)
        yield from _spoken(cells)


def listed_bytes(text: str) -> Iterator[bytes]:
    """Yield what runs of pairs of hexadecimal digits hold, each run for itself and all behind one another."""
    runs = [bytes.fromhex(_PAIRS.sub("", run)) for run in islice(_LISTED.findall(text), MAX_RUNS)]
    if runs:
        yield b"".join(runs)[: 4 * MAX_JOINED]
    wide = [run.decode("utf-16-le", "replace") for run in runs if run[1::2].count(0) > 2]
    if 2 * len(wide) > len(runs):
        yield "\n".join(wide).encode("utf-8", "replace")
    elif len(runs) >= 3 and len(set(map(len, runs))) > 1:
        yield b"\n".join(runs)


def _headless(cells: tuple[str, ...]) -> tuple[str, ...]:
    """Return a column without a heading: a word over cells that are codes."""
    heading = not _MIXED.search(cells[0][:_LOOKED]) and all(
        _MIXED.search(cell[:_LOOKED]) for cell in cells[1:4]
    )
    return cells[1:] if heading and len(cells) > 4 else cells


def _may_be_code(cells: Sequence[str]) -> bool:
    """Return whether most cells are letters and figures, or letters of both cases, in turns."""
    sample = cells[:_SAMPLE]
    if sum(map(len, cells)) < LEAST_SIGNS or not all(map(str.isascii, sample)):
        return False
    if sum(len(cell) < _SHORTEST for cell in sample) > len(sample) // 4:
        return False
    mixed = sum(bool(_MIXED.search(cell[:_LOOKED])) for cell in sample)
    pure = all(map(_HEX.fullmatch, sample))
    return mixed >= (_LEAST_PURE if pure else _LEAST_MIXED) * len(sample)


def _joined(cells: Sequence[str]) -> Iterator[bytes]:
    """Yield what the cells are as one run, forwards and backwards."""
    bare = _bare_hex(cells)
    if bare:
        run = "".join(bare)[: 2 * MAX_JOINED]
        run = run[: len(run) // 2 * 2]
        held = bytes.fromhex(run)
        yield held
        if max(held) < 16:
            yield bytes(high << 4 | low for high, low in zip(held[::2], held[1::2], strict=False))
        yield bytes.fromhex(run[::-1])
        if len(set(map(len, bare))) == 1 and len(bare[0]) in (4, 8, 16):
            yield b"".join(bytes.fromhex(one)[::-1] for one in bare[: MAX_JOINED // 2])
        return
    run = "".join(cells)[:MAX_JOINED]
    if len(set(run)) <= 94 and " " not in run:
        yield from islice(packed(run), _MOST_RUNS)


def _bare_hex(cells: Sequence[str]) -> list[str]:
    """Return the cells as hexadecimal digits without what stands before or between them, or nothing."""
    found = []
    for cell in cells:
        bare = _AROUND.sub("", cell.replace("-", "").replace(":", "").rstrip("uUlLhH"))
        if not _HEX.fullmatch(bare):
            return []
        found.append(bare)
    return found


def _each(cells: Sequence[str]) -> Iterator[bytes]:
    """Yield the cells one by one under every alphabet: joined, behind their lengths, and unfolded."""
    for parts in numbered(cells[: _SAMPLE * 4]):
        yield b"".join(parts)[:MAX_JOINED]
        if all(len(part) > 8 and 0 < part[0] < len(part) for part in parts):
            yield b"".join(part[1 : 1 + part[0]] for part in parts)
        unfolded = [_inflated(part) for part in parts]
        if sum(map(bool, unfolded)) >= 0.5 * len(parts):
            yield b"\n".join(unfolded)
        elif sum(map(_printed, parts)) >= 0.8 * len(parts):
            yield b"\n".join(parts)


def _inflated(data: bytes) -> bytes:
    for bits in (47, -15) if len(data) > 16 else ():
        with suppress(zlib.error):
            unpacker = zlib.decompressobj(bits)
            out = unpacker.decompress(data, _UNFOLDED)
            if unpacker.eof and out:
                return out
    return b""


def _printed(data: bytes) -> bool:
    return len(data) >= 6 and data.decode("utf-8", errors="replace").isprintable()


def _addresses(cells: Sequence[str]) -> Iterator[bytes]:
    """Yield what addresses of networks hold as bytes, joined."""
    if len(cells) < 3 or not all(cell.count(":") > 3 or cell.count(".") == 3 for cell in cells[:LEAST_SIGNS]):
        return
    with suppress(ValueError):
        parts = [ipaddress.ip_address(cell.split("/")[0]).packed for cell in cells]
        yield b"".join(parts)[:MAX_JOINED]
        if len(parts[0]) == 16:
            yield b"".join(part[8:] for part in parts)[:MAX_JOINED]


def _spoken(cells: Sequence[str]) -> Iterator[bytes]:
    """Yield words of one length, whose places have alphabets of their own, as digits of these bases."""
    words = [word.lower() for cell in cells[: _SAMPLE * 4] for word in _SPLIT.split(cell) if word]
    if len(words) < 16 or len(set(map(len, words))) != 1 or not 3 <= len(words[0]) <= 8:
        return
    if not all(map(_WORDS.fullmatch, words)):
        return
    signs = [set(place) for place in zip(*words, strict=True)]
    vowels = set("aeiou")
    if any(place & vowels and place - vowels for place in signs):
        return
    alphabets = {spoken: sorted(set().union(*(one for one in signs if bool(one & vowels) is spoken)))
                 for spoken in (True, False)}  # fmt: skip
    places = [alphabets[bool(one & vowels)] for one in signs]
    if not all(alphabets.values()) or len(alphabets[False]) < 8:
        return
    bits = [(len(one) - 1).bit_length() for one in places]
    grid = np.array([[one.index(sign) for one, sign in zip(places, word, strict=True)] for word in words])
    flat = [(grid[:, at, None] >> np.arange(size - 1, -1, -1)) & 1 for at, size in enumerate(bits)]
    stream = np.concatenate(flat, axis=1).astype(np.uint8).reshape(-1)
    yield np.packbits(stream[: len(stream) // 8 * 8]).tobytes()
    weights = np.cumprod([1, *(len(one) for one in reversed(places))])[:-1][::-1]
    size = (int(np.prod([len(one) for one in places])) - 1).bit_length() // 8
    if size:
        values = (grid * weights).sum(axis=1)
        yield b"".join(int(one).to_bytes(size + 1, "big")[-size:] for one in values)


def numbered(cells: Sequence[str]) -> Iterator[list[bytes]]:
    """Yield the cells one by one as bytes, under the smallest alphabets that hold the signs of them all."""
    plain = [cell.rstrip("=") for cell in cells]
    held = set("".join(plain))
    if "-" in held and len(held) <= _GROUPED:
        plain, held = [cell.replace("-", "") for cell in plain], held - {"-"}
    if len(held) < 8 or not 4 <= max(map(len, plain), default=0) <= _LONGEST:
        return
    if held <= set(FORTY_FIVE) and held & _OF_FORTY_FIVE:
        yield [forty_five(cell) for cell in plain]
    yield from _behind_a_mark(plain, held)
    fitting = [one for one in (*BITS, *LARGE[:-6]) if held <= set(one) and 2 * len(held) > len(one)]
    for alphabet in sorted(fitting, key=len)[:_MOST_FITTING]:
        yield from _in(alphabet, plain)
    for alphabet in (B85, Z85, A85) if not fitting and len(held) > 40 else ():
        if held <= set(alphabet):
            yield [radix(cell, alphabet, 5, 4) for cell in plain]


def _behind_a_mark(cells: Sequence[str], held: set[str]) -> Iterator[list[bytes]]:
    """Yield the cells behind a mark that all begin with, where only that is beyond a small alphabet."""
    ahead = shared(cells)
    for alphabet in (one for one in BITS if ahead and len(one) <= 32):
        outside = held - set(alphabet)
        if outside and outside <= set(ahead) and len(held) > len(alphabet) // 2:
            start = max(ahead.rfind(sign) for sign in outside) + 1
            rest = [cell[start:] for cell in cells]
            if not outside & set("".join(rest)):
                yield from _in(alphabet, rest)
                yield from _in(alphabet, [cell[1:] for cell in rest])  # behind the sign of a version


def _in(alphabet: str, cells: Sequence[str]) -> Iterator[list[bytes]]:
    """Yield cells under one alphabet: as bits from the left, as numbers, or both where they differ."""
    size = (len(alphabet) - 1).bit_length()
    whole = 1 << size == len(alphabet)
    if whole:
        yield [_left(cell, alphabet, size) for cell in cells]
    if not whole or any(len(cell) * size % 8 for cell in cells):
        yield _right(cells, alphabet)


def _left(cell: str, alphabet: str, size: int) -> bytes:
    """Return the bits of a cell as whole bytes from its first sign on."""
    value, bits = 0, len(cell) * size
    for sign in cell:
        value = value << size | alphabet.index(sign)
    return (value >> bits % 8).to_bytes(bits // 8, "big")


def _right(cells: Sequence[str], alphabet: str) -> list[bytes]:
    """Return every cell as one number, all of them in as many bytes as the largest needs."""
    values = []
    for cell in cells:
        value = 0
        for sign in cell:
            value = value * len(alphabet) + alphabet.index(sign)
        values.append(value)
    width = (max(values).bit_length() + 7) // 8 or 1
    return [value.to_bytes(width, "big") for value in values]
