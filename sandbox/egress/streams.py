"""What a sequence of small numbers spells: bits, bytes, digits of numbers.

A file has many places at which it may choose: blanks, capitals, colours, low bits, times. Whoever reads them
in order gets a sequence; this module tells the texts and the numbers that one could stand for. It knows
neither the file nor the records, and judges nothing: `channels` searches what comes out. Bounded; pure.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain, islice, pairwise
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
_MOST_PLACES = 48
_MOST_COLUMNS = 60
_FIGURES_OF_FEW = 55
_WIDTHS = (10, 11, 13, 15, 16, 17, 18)
_BASES = (16, 20, 26, 32, 36, 60, 64, 100, 256, 1000, 1024)
"""Digits of the numbers that name somebody; ten are those of a telephone without its first."""
_NAMING = {
    11: re.compile(r"1[3-9]\d{9}|0\d{10}"), 12: re.compile(r"0\d{11}|5\d{11}"),
    13: re.compile(r"861[3-9]\d{9}"), 15: re.compile(r"[1-8]\d{7}[01]\d[0-3]\d{4}"),
    16: re.compile(r"[3-6]\d{15}"),
    19: re.compile(r"6\d{18}"),
    17: re.compile(r"[1-8]\d{5}(?:19|20)\d\d[01]\d[0-3]\d{4}"),
    18: re.compile(r"[1-8]\d{5}(?:19|20)\d\d[01]\d[0-3]\d{5}|9\d{17}"),
}  # fmt: skip
"""Numbers by their length; what is of no such form is looked for only where it stands by itself."""
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
    if values.size < 2 * _LEAST_RUN or (_two(values) is not None and values.size < 8 * _LEAST_RUN):
        return
    for data in _bytes_of(values):
        yield from said(data)
    if _two(values) is not None and len(one.ends) >= 3 and len(values) <= 1 << 16:
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
    sizes = np.diff(np.array((0, *one.ends)))
    usual = int(np.median(sizes)) if sizes.size >= LEAST_ROWS else 0
    if 2 <= usual <= 12 and (sizes == usual).mean() >= 0.9:
        grid = np.stack([line for line in _cut(one.values, one.ends) if line.size == usual])
        for place in range(usual):
            yield Stream(f"{one.name} at {place}", grid[:, place])


def _starts(size: int) -> tuple[int, ...]:
    return (0,) if size <= 16 * _HEAD else (0, size // 2)


def _speaks(head: bytes) -> bool:
    """Return whether a piece of bytes is text for a line at least, in a usual encoding, or packed."""
    if any(_unfolded(head[at:]) for at in (0, 2, 4, 8) if head[at : at + 1] in (b"\x78", b"\x1f")):
        return True
    if any(_tells(found.group()) for found in islice(_PLAIN.finditer(head), 8)):
        return True
    if any(_FIGURES.search(found.group()) for found in islice(_WIDE.finditer(head), 8)):
        return True
    if head.count(0) > len(head) // 10:
        for start in (0, 1):
            narrow = head[start::2].replace(b"\0", b"")
            if any(_tells(found.group()) for found in islice(_PLAIN.finditer(narrow), 8)):
                return True
    return False


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


def _two(values: Values) -> NDArray[np.uint8] | None:
    """Return a sequence of exactly two values as bits."""
    if not values.size:
        return None
    low, high = values.min(), values.max()
    if low == high or not ((values == low) | (values == high)).all():
        return None
    bits: NDArray[np.uint8] = (values == high).astype(np.uint8)
    return bits


def _bytes_of(values: Values) -> Iterator[bytes]:
    bits = _two(values)
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
    bits = _two(one.values)
    if bits is None:
        return
    for flip in (0, 1):
        lines = []
        for line in _cut(bits ^ np.uint8(flip), one.ends):
            for size in (8, 7):
                if line.size >= 4 * size and line.size % size == 0:
                    whole = np.pad(line.reshape(-1, size), ((0, 0), (8 - size, 0))).reshape(-1)
                    text = np.packbits(whole).tobytes().decode("utf-8", errors="replace")
                    lines += [text] if _mostly_written(text) else []
        if len(lines) >= LEAST_ROWS:
            yield "\n".join(lines)


def _mostly_written(text: str) -> bool:
    return sum(bool(_WRITTEN.match(letter)) for letter in text) >= 0.9 * len(text)


def _cut(values: NDArray[Any], ends: Sequence[int]) -> Iterator[NDArray[Any]]:
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
    unique: dict[bytes, Values] = {}
    for one in found:
        unique.setdefault(one[:_HEAD].tobytes(), one)
    return list(unique.values())


def columns_of(one: Stream) -> Iterator[Column]:
    """Yield columns of numbers that the values of a sequence make together, a few values each."""
    if one.values.size < LEAST_ROWS:
        return
    yield from _columns_of(one)
    for part in parted(one):
        if part.values.size * len(str(part.values.max())) >= _FIGURES_OF_FEW:
            yield from _columns_of(part)


def _columns_of(one: Stream) -> Iterator[Column]:
    yield from _of_bits(one)
    for number, values in enumerate(normal(one.values[: PROBED * _MOST_PLACES])):
        low, high = int(values.min()), int(values.max())
        if low < 0 or high >= 10**18:
            continue
        if high >= 10**8:
            yield Column(one.name, tuple(map(str, values[:PROBED].tolist())))
        grids = list(_grids(values, one.ends))
        joined = chain.from_iterable(_joined(grid, anywhere=lined) for lined, grid in grids)
        based = chain.from_iterable(_in_base(grid) for _, grid in grids) if number < 2 else ()
        for cells in islice(filter(may_name, chain(joined, based)), _MOST_COLUMNS):
            yield Column(f"{one.name} {number}", cells)


def may_name(cells: Sequence[str]) -> bool:
    """Return whether most cells look like numbers that name somebody: a telephone, a person, an account."""
    usual = Counter(map(len, cells)).most_common(1)[0][0]
    pattern = _NAMING.get(usual)
    if pattern is None or len(set(cells)) < max(LEAST_ROWS, len(cells) // 8):
        return False
    return sum(pattern.fullmatch(cell) is not None for cell in cells) >= 0.5 * len(cells)


def _grids(values: Values, ends: Sequence[int]) -> Iterator[tuple[bool, Values]]:
    """Yield the values by their lines (true), if most are as long, and cut at every likely width (false)."""
    lines = list(_cut(values, ends))
    if lines and len(lines) < values.size:
        widths = np.array([line.size for line in lines])
        usual = int(np.bincount(np.minimum(widths, _MOST_PLACES + 1)).argmax())
        same = [line for line in lines if line.size == usual]
        if len(same) >= LEAST_ROWS and len(same) >= 0.6 * len(lines) and usual <= _MOST_PLACES:
            yield True, np.stack(same[:PROBED])
            if usual > 1 and len(same) == len(lines):
                return
    for width in (1, 11, 2, 10, 18, 3, 4, 5, 6, 7, 8, 9, 12, 15):
        rows = values.size // width
        if width == 2 and values.size % 2 and rows >= LEAST_ROWS:  # one is missing, or one too many
            yield False, np.lib.stride_tricks.sliding_window_view(values, width)[:PROBED]
        if rows >= LEAST_ROWS and (values.size % width == 0 or width in (2, 3, 4, 10, 11, 18)):
            yield False, values[: rows * width].reshape(rows, width)[:PROBED]


def _joined(grid: Values, *, anywhere: bool) -> Iterator[tuple[str, ...]]:
    """Yield the numbers that all columns, or any neighbours, make, each digit behind digit at full width."""
    widths = [len(str(most)) for most in grid.max(axis=0).tolist()]
    if sum(widths) < _WIDTHS[0]:
        return
    for start in range(len(widths) if anywhere else 1):
        for end in range(start + 1 if anywhere else len(widths), len(widths) + 1):
            total = sum(widths[start:end])
            if total > _WIDTHS[-1]:
                break
            if total not in _WIDTHS:
                continue
            for turn in (1, -1) if end - start > 1 else (1,):
                whole = np.zeros(len(grid), np.int64)
                for column, width in list(zip(grid.T[start:end], widths[start:end], strict=True))[::turn]:
                    whole = whole * 10**width + column
                whole += 10**10 if total == 10 else 0
                if _may_be(whole.astype(np.float64)):
                    yield tuple(f"{one:0{total}}" for one in whole.tolist())


def _may_be(numbers: NDArray[np.float64]) -> bool:
    """Return whether half of the numbers are in a range of numbers that name somebody."""
    fine = ((numbers >= 1.3e10) & (numbers < 2e10)) | ((numbers >= 1e14) & (numbers < 1e18))
    fine |= (numbers >= 8.613e12) & (numbers < 8.62e12)
    return bool(fine.mean() >= 0.5)


def _in_base(grid: Values) -> Iterator[tuple[str, ...]]:
    """Yield the numbers whose digits of a base stand in the columns, the first one high or low."""
    places = grid.shape[1]
    base = int(grid.max()) + 1
    bases = {base, *_BASES} if base > 2 else {base}
    for size in sorted(bases):
        if size < base or places < 2 or not 10 <= places * np.log10(size) <= 24:
            continue
        weights = float(size) ** np.arange(places - 1, -1, -1)
        for order in (grid, grid[:, ::-1]):
            if _may_be(order @ weights):
                yield tuple(str(_number(row, size)) for row in order.tolist())


def _number(digits: Sequence[int], base: int) -> int:
    value = 0
    for digit in digits:
        value = value * base + digit
    return value


def _of_bits(one: Stream) -> Iterator[Column]:
    """Yield whole numbers of which a line, or a fixed number of places, is the binary form."""
    bits = _two(one.values[: PROBED * 64])
    if bits is None or bits.size < LEAST_ROWS * 30:
        return
    grids = [grid for _, grid in _grids(bits.astype(np.int64), one.ends) if 30 <= grid.shape[1] <= 64]
    for width in range(30, 65):
        if bits.size % width == 0 and bits.size // width >= LEAST_ROWS:
            grids.append(bits.astype(np.int64).reshape(-1, width)[:PROBED])
    for grid in grids:
        weights = 2.0 ** np.arange(grid.shape[1] - 1, -1, -1)
        for flip in (grid, 1 - grid):
            for order in (flip, flip[:, ::-1]):
                if _may_be(order @ weights):
                    yield Column(f"{one.name} bits", tuple(str(_number(row, 2)) for row in order.tolist()))
