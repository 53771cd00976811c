"""Numbers whose places stand in the parts of addresses, of colours, of decimals, of a clock or of a line.

Whether the figures of the lines could be such numbers is asked of all of them at once, as numbers of up to
nine places; only where they could are they put together as they stand. Evidence only. Pure; called by
`numerals`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.nameable import FEW, may_tell, telling
from sandbox.egress.silhouette import Outline

MAX_ITEMS = 100_000
_SURE = 0.9  # seven tenths of all numbers look like a telephone once a 1 is put in front
_MOST_PARTS = 18
_SPAN = (10, 40)
_LARGE = 10**18
_COLOUR = re.compile(r"#([0-9a-fA-F]{8}|[0-9a-fA-F]{6})\b")
_FRACTION = re.compile(r"\d\.(\d{3,12})(?!\d)")
_CLOCK = re.compile(r"(?<![\d:])(\d{1,8}):([0-5]\d):([0-5]\d)(?![\d:])")
_DIGITS = re.compile(r"\d{1,9}")
_FOUR = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
_BREAKS = np.isin(np.arange(256), [10, 11, 12, 13, 28, 29, 30])
_OTHER_BREAKS = (b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9")
"""The ends of lines of one byte, and those of several in UTF-8."""


@dataclass(frozen=True, slots=True)
class _Figures:
    """Runs of digits in order: their values, how many places each has, and the number of its line."""

    values: NDArray[np.int64]
    widths: NDArray[np.int64]
    lines: NDArray[np.int64]


def laid_out(text: str, seen: Outline) -> list[str]:
    """Return the numbers that name somebody and whose places are laid out over the parts of a line."""
    found: list[str] = []
    if not seen.plain or b":hh:" in seen.shape:
        clocks = _CLOCK.findall(text)[:MAX_ITEMS]
        found += telling([int(a) * 3600 + int(b) * 60 + int(c) for a, b, c in clocks])
    found += _joined([one.split(".") for one in addresses(text, seen)])
    lines: list[str] = []
    for reader, cut, held in _readers(seen):
        if held is not None and not _may_join(held, cut):
            continue
        lines = lines or text.splitlines()[:MAX_ITEMS]
        rows = [row[cut] for line in lines if (row := reader(line))]
        found += _joined([row for row in rows if 0 < len(row) <= _MOST_PARTS])
    return found


def addresses(text: str, seen: Outline) -> list[str]:
    """Return what is written as an address of four numbers."""
    dotted = any(one in seen.shape for one in (b".h.", b".hh.", b".hhh."))
    return _FOUR.findall(text)[:MAX_ITEMS] if dotted or not seen.plain else []


def _readers(seen: Outline) -> Iterator[tuple[Callable[[str], list[str]], slice, _Figures | None]]:
    """Yield what reads the parts of a line, which of them count, and the parts of all lines where known."""
    digits = _digits(seen)
    if not seen.plain or b"h.hhh" in seen.shape:
        yield _FRACTION.findall, slice(None), _fractions(digits, seen) if digits is not None else None
    if b"#hhhhhh" in seen.shape:
        yield (
            lambda line: [str(int(one[:6], 16)) for one in _COLOUR.findall(line)], slice(None), None
        )  # fmt: skip
    parted = None if digits is None else _parted(digits, seen)
    for cut in (slice(None), slice(1, None), slice(None, -1)):
        yield _DIGITS.findall, cut, parted


def _digits(seen: Outline) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]] | None:
    """Return where runs of digits begin and end and on which line; None where only the text itself tells."""
    if not seen.plain or any(one in seen.raw for one in _OTHER_BREAKS):
        return None
    signs = np.frombuffer(seen.raw, np.uint8)
    ends = np.flatnonzero(_BREAKS[signs])
    if ends.size >= MAX_ITEMS:
        return None
    edges = np.flatnonzero(np.diff(np.concatenate(([False], signs - np.uint8(48) < 10, [False]))))
    return edges[::2], edges[1::2], np.searchsorted(ends, edges[::2])


def _parted(
    digits: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]], seen: Outline
) -> _Figures:
    """Return the runs of digits, longer ones cut after every ninth."""
    starts, ends, lines = digits
    pieces = -(-(ends - starts) // 9)
    if starts.size and pieces.max() > 1:
        within = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        starts, ends, lines = (
            np.repeat(starts, pieces) + 9 * within,
            np.repeat(ends, pieces),
            np.repeat(lines, pieces),
        )
    widths = np.minimum(ends - starts, 9)
    return _Figures(_values(seen.raw, starts, widths), widths, lines)


def _fractions(
    digits: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]], seen: Outline
) -> _Figures | None:
    """Return the decimals of numbers; None where one stands behind another with only a dot between."""
    starts, ends, lines = digits
    widths = ends - starts
    behind = np.concatenate(([False], starts[1:] == ends[:-1] + 1))
    dots = np.frombuffer(seen.raw, np.uint8)[starts - 1] == ord(".")
    fine = behind & dots & (widths >= 3) & (widths <= 12)
    if (fine[1:] & fine[:-1]).any():
        return None
    return _Figures(_values(seen.raw, starts[fine], widths[fine]), widths[fine], lines[fine])


def _values(raw: bytes, starts: NDArray[np.int64], widths: NDArray[np.int64]) -> NDArray[np.int64]:
    signs = np.frombuffer(raw + b"0" * 12, np.uint8)
    values = np.zeros(starts.size, np.int64)
    for place in range(int(widths.max(initial=0))):
        digit = signs[starts + place].astype(np.int64) - 48
        values = np.where(place < widths, values * 10 + digit, values)
    return values


def _may_join(held: _Figures, cut: slice) -> bool:
    """Return whether the parts of the lines with the most of them could be the places of numbers."""
    first = np.flatnonzero(np.diff(held.lines, prepend=-1))
    counts = np.diff(first, append=held.lines.size)
    front, back = cut.start or 0, -(cut.stop or 0)
    counts = counts - front - back
    counts[counts > _MOST_PARTS] = 0
    usual = int(counts.max(initial=0))
    rows = first[counts == usual] + front
    if usual < 2 or rows.size < FEW:
        return False
    grid = rows[:, None] + np.arange(usual)
    widest = held.widths[grid].max(axis=0)
    if not _SPAN[0] <= int(widest.sum()) <= _SPAN[1]:
        return False
    return _may_name(held.values[grid], widest)


def _may_name(parts: NDArray[np.int64], widest: NDArray[np.int64]) -> bool:
    """Return whether any way in which `_joined` takes numbers together could be telling."""
    shifts = np.cumsum(widest[::-1])[::-1] - widest
    whole = np.zeros(len(parts), np.float64)
    low = np.zeros(len(parts), np.int64)
    for part, shift in zip(parts.T, shifts.tolist(), strict=True):
        whole += part * 10.0**shift
        if shift < 18:
            low += part % 10 ** (18 - shift) * 10**shift
    count = len(parts)
    last = low % 10**11
    if any(
        may_tell(one, exact, count)
        for one, exact in ((whole, low), (last.astype(np.float64), last), (low.astype(np.float64), low))
    ):
        return True
    return int(np.count_nonzero(low % 10**10 >= 3 * 10**9)) >= _SURE * count


def _joined(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return what rows of digits tell once joined, each part as wide as the widest of its place."""
    usual = max((len(row) for row in rows), default=0)
    rows = [row for row in rows if len(row) == usual]
    if usual < 2 or len(rows) < FEW:
        return []
    widest = [max(len(row[place]) for row in rows) for place in range(usual)]
    if not _SPAN[0] <= sum(widest) <= _SPAN[1]:
        return []
    joined = ["".join(one.zfill(width) for one, width in zip(row, widest, strict=True)) for row in rows]
    short = telling([int("1" + one[-10:]) for one in joined])
    ways = [[int(one[-places:]) for one in joined] for places in (_SPAN[1], 11, 18)]
    told = [*map(telling, ways), short if len(short) >= _SURE * len(joined) else []]
    return max(told, key=len)
