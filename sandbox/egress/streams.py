"""What a sequence of small numbers spells: bits, bytes, digits of numbers.

A file has many places at which it may choose: blanks, capitals, colours, low bits, times. Whoever reads them
in order gets a sequence; this module tells the texts and the numbers that one could stand for. It knows
neither the file nor the records, and judges nothing: `channels` searches what comes out. Bounded; pure.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice, pairwise
from math import gcd
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.blobs import decoded, encoded_runs
from sandbox.egress.salvage import salvaged

Values: TypeAlias = NDArray[np.int64]

MAX_VALUES = 1 << 22
MAX_TEXT = 1 << 16
"""Bytes of what a sequence spells that are looked through: that a record is hidden shows in its front."""
PROBED = 64
"""Rows of a reading that are looked up; what is hidden is hidden in most of them."""
LEAST_ROWS = 3
_HEAD = 1024
_LEAST_RUN = 20
_WRITTEN = re.compile(r"[^\W_\ufffd]|[ -~\n\r\t，。；：、（）·]")
_PLAIN = re.compile(rb"(?:[ -~\n\r\t]|[\xc2-\xdf][\x80-\xbf]|[\xe3-\xe9\xef][\x80-\xbf]{2}){20,}")
"""A line of text in UTF-8: Latin letters and signs, and those of Chinese."""
_WIDE = re.compile(rb"(?:[ -~\n\r\t]|[\x81-\xfe][\x40-\xfe]){20,}")
"""A line in GB18030, which chance writes, too, if it had no figures."""
_MEANT = re.compile(rb"[0-9]{4}|(?:[\xe3-\xe9][\x80-\xbf]{2}){2}")
_CODE = re.compile(rb"[A-Za-z0-9+/=_-]{40}")
"""What a line that tells of somebody has: figures, Chinese, or varied code."""
_FIGURES = re.compile(rb"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Stream:
    """A sequence of whole numbers by its name; `ends` says how many values stand before each line's end."""

    name: str
    values: Values
    ends: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """Numbers that a reading yields, one a row, as they would be written."""

    name: str
    cells: tuple[str, ...]


def stream(name: str, lines: Iterable[Sequence[int]]) -> Stream:
    """Return the numbers of all lines as one sequence that knows where its lines end, without empty ones."""
    flat: list[int] = []
    ends = []
    for line in lines:
        if line:
            flat += line
            ends.append(len(flat))
    kept = [value if -(1 << 62) < value < 1 << 62 else 0 for value in flat[:MAX_VALUES]]
    return Stream(name, np.array(kept, np.int64), tuple(ends))


def texts_of(one: Stream) -> Iterator[str]:
    """Yield the texts that a sequence spells as bits or as bytes, whole or line by line."""
    values = one.values[:MAX_VALUES]
    if values.size < 2 * _LEAST_RUN or (two(values) is not None and values.size < 8 * _LEAST_RUN):
        return
    for data in _bytes_of(values):
        yield from said(data)
    if two(values) is not None and len(one.ends) >= 3 and len(values) <= 1 << 16:
        yield from _by_lines(one)
    for part in parted(one):
        for data in _bytes_of(part.values):
            yield from said(data)


def bits_said(bits: NDArray[np.uint8]) -> Iterator[str]:
    """Yield the texts that a plane of bits spells, in both polarities and orders and at any offset."""
    orders: tuple[Literal["big", "little"], ...] = ("big", "little")
    if not bits.size:
        return
    for order in orders:
        for start in _starts(bits.size):
            if not 0.1 < bits[start : start + 8 * _HEAD].mean() < 0.9:  # a plain ground, and no text
                continue
            for phase in range(8):
                head = np.packbits(bits[start + phase : start + phase + 8 * _HEAD], bitorder=order)
                for flip in (0, 255):
                    if _speaks(np.bitwise_xor(head, flip).astype(np.uint8).tobytes()):
                        cut = bits[phase : phase + 8 * MAX_TEXT]
                        whole = np.packbits(cut, bitorder=order) ^ np.uint8(flip)
                        yield from _lines(whole.tobytes())


def said(data: bytes) -> Iterator[str]:
    """Yield the texts that bytes hold, if they hold a line of text at all, plain, packed or encoded."""
    if any(_speaks(data[start : start + _HEAD]) for start in _starts(len(data))):
        found = list(_lines(data[:MAX_TEXT]))
        yield from found
        for run in encoded_runs(found):
            for inner in decoded(run):
                yield from salvaged(inner)


def _lines(data: bytes) -> Iterator[str]:
    """Yield lines of text in bytes that are mostly none, in UTF-8, GB18030 or UTF-16, and what is packed."""
    for at in (0, 2, 4, 8):
        if data[at : at + 1] in (b"\x78", b"\x1f") and (inner := _unfolded(data[at:])):
            yield from salvaged(inner)
            return
    plain = [found.group().decode("utf-8", errors="replace") for found in _PLAIN.finditer(data)]
    wide = [found.group() for found in _WIDE.finditer(data) if _FIGURES.search(found.group())]
    yield "\n".join(plain)
    if sum(map(len, wide)) > 2 * sum(map(len, plain)):
        yield b"\n".join(wide).decode("gb18030", errors="replace")
    if data.count(0) > len(data) // 10:
        yield from salvaged(data)


def parted(one: Stream) -> Iterator[Stream]:
    """Yield the places of lines by themselves, first to last, where nearly all lines are as long."""
    starts, sizes = lines_of(one.values, one.ends)
    usual = int(np.median(sizes)) if sizes.size >= LEAST_ROWS else 0
    if 2 <= usual <= 12 and (sizes == usual).mean() >= 0.9:
        grid = one.values[starts[sizes == usual, None] + np.arange(usual)]
        for place in range(usual):
            yield Stream(f"{one.name} at {place}", grid[:, place])


def _levels(known: Values, values: Values) -> list[Values]:
    """Return which heap of near values each is in, where gaps between few heaps are wider than within."""
    gaps = np.diff(known)
    order = np.sort(gaps)[::-1]
    for heaps in (10, 9, 8, 11, 12):
        if len(order) >= heaps and order[heaps - 2] >= 1.5 * order[heaps - 1] and order[heaps - 1] > 0:
            bounds = known[1:][gaps >= order[heaps - 2]]
            return [np.searchsorted(bounds, values, side="right").astype(np.int64)]
    return []


def lines_of(values: Values, ends: Sequence[int]) -> tuple[Values, Values]:
    """Return where each line begins that the values hold wholly, and how many values it has."""
    stops = np.array(ends, np.int64)
    stops = stops[stops <= values.size]
    starts = np.concatenate([stops[:0], [0], stops[:-1]])[: stops.size]
    sizes = stops - starts
    return starts[sizes > 0], sizes[sizes > 0]


def _starts(size: int) -> tuple[int, ...]:
    return (0,) if size <= 16 * _HEAD else (0, size // 2)


def _speaks(head: bytes) -> bool:
    """Return whether a piece of bytes is text for a line at least, in a usual encoding, or packed."""
    if any(_unfolded(head[at:]) for at in (0, 2, 4, 8) if head[at : at + 1] in (b"\x78", b"\x1f")):
        return True
    if _has_telling(head):
        return True
    wide = islice(_WIDE.finditer(head), 8) if _FIGURES.search(head) else ()
    if any(_FIGURES.search(found.group()) for found in wide):
        return True
    if head.count(0) > len(head) // 10:
        for start in (0, 1):
            narrow = head[start::2].replace(b"\0", b"")
            if _has_telling(narrow):
                return True
    return False


def _has_telling(head: bytes) -> bool:
    """Return whether one of the first lines of text tells of somebody, if anything in all does."""
    if _MEANT.search(head) is None and _CODE.search(head) is None:
        return False
    return any(_tells(found.group()) for found in islice(_PLAIN.finditer(head), 8))


def _tells(line: bytes) -> bool:
    code = _CODE.search(line)
    return _MEANT.search(line) is not None or (code is not None and len(set(code.group())) >= 16)


def _unfolded(data: bytes) -> bytes:
    """Return what zlib or gzip gives of the front, enough to be looked through, or nothing."""
    try:
        found = zlib.decompressobj(47).decompress(data, MAX_TEXT)
    except zlib.error:
        return b""
    return found if len(found) >= _LEAST_RUN else b""


def two(values: Values) -> NDArray[np.uint8] | None:
    """Return a sequence of exactly two values as bits."""
    if not values.size:
        return None
    low, high = values.min(), values.max()
    if low == high or not ((values == low) | (values == high)).all():
        return None
    bits: NDArray[np.uint8] = (values == high).astype(np.uint8)
    return bits


def _bytes_of(values: Values) -> Iterator[bytes]:
    bits = two(values)
    if bits is not None:
        for size in (7, 16):
            whole = bits[: bits.size // size * size].reshape(-1, size)
            padded = np.pad(whole, ((0, 0), (8 - size, 0))) if size < 8 else whole
            yield np.packbits(padded.reshape(-1)).tobytes()
        yield from (text.encode() for text in bits_said(bits))
        return
    for shifted in normal(values):
        low, high = int(shifted.min()), int(shifted.max())
        if low >= 0 and 15 < high < 256:
            yield shifted.astype(np.uint8).tobytes()
        if low >= 0 and 1 < high < 16:
            yield from _packed(shifted, high)
        if 256 <= high < 0x110000 and low >= 0:
            yield _characters(shifted)


def _packed(values: Values, high: int) -> Iterator[bytes]:
    """Yield the bytes of digits of two or four bits, the high ones first or last."""
    size = 2 if high < 4 else 4
    each = 8 // size
    whole = values[: values.size // each * each].reshape(-1, each)
    for order in (whole, whole[:, ::-1]):
        yield (order << np.arange(8 - size, -1, -size)).sum(axis=1).astype(np.uint8).tobytes()


def _characters(values: Values) -> bytes:
    letters = [chr(one) for one in values[:MAX_TEXT].tolist() if not 0xD800 <= one < 0xE000]
    return "".join(letters).encode()


def _by_lines(one: Stream) -> Iterator[str]:
    """Yield the texts of lines of bits, each line by itself."""
    bits = two(one.values)
    if bits is None:
        return
    for flip in (0, 1):
        lines = []
        for line in cut(bits ^ np.uint8(flip), one.ends):
            for size in (8, 7):
                if line.size >= 4 * size and line.size % size == 0:
                    whole = np.pad(line.reshape(-1, size), ((0, 0), (8 - size, 0))).reshape(-1)
                    text = np.packbits(whole).tobytes().decode("utf-8", errors="replace")
                    lines += [text] if _mostly_written(text) else []
        if len(lines) >= LEAST_ROWS:
            yield "\n".join(lines)


def _mostly_written(text: str) -> bool:
    return sum(bool(_WRITTEN.match(letter)) for letter in text) >= 0.9 * len(text)


def cut(values: NDArray[Any], ends: Sequence[int]) -> Iterator[NDArray[Any]]:
    for start, end in pairwise((0, *ends)):
        if start < end <= values.size:
            yield values[start:end]


def normal(values: Values) -> list[Values]:
    """Return a sequence as it is, from its least value on, and in its largest common step."""
    if not values.size:
        return []
    low = int(values.min())
    found = [values]
    for base in (values, values - low):
        step = reduce(gcd, np.abs(base[:PROBED]).tolist(), 0)
        step = step if step > 1 and not (base % step).any() else 1
        found.append(base // step)
    known, ranks = np.unique(values[: 1 << 16], return_inverse=True)
    if 2 < known.size <= 36:
        found.append(ranks.reshape(-1).astype(np.int64))
    elif known.size > 36:
        found += _levels(known, values)
    unique: dict[bytes, Values] = {}
    for one in found:
        unique.setdefault(one[:_HEAD].tobytes(), one)
    return list(unique.values())
