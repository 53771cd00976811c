"""Rows of signs that a text shows: words, letters, pairs of letters, first letters, cells.

What the signs mean is not asked here: `isomorphs` does. Looks at the front of a text alone. Bounded; pure;
called by `substituted`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from sandbox.egress.isomorphs import LEAST_ROWS, MAX_SIGNS, Row

MAX_TEXT = 1 << 17
MAX_LINES = 2000
MAX_COLUMNS = 24
_DIGITS = 10
_WORD = 2
"""Signs of a word of Chinese."""
_TWO_NUMBERS = range(28, 48)
_APART = re.compile(r"[\s,，、;；:：/|_\-.。·()（）\[\]{}<>\"'“”=]+")
_DIGIT = re.compile(r"\d")
_MARKS = re.compile(r"[\s\d!-/:-@\[-`{-~　-〿＀-／：-＠]+")
_BLOCKS = re.compile(r"\n\s*\n|\n(?=#)")


def signed(text: str, lengths: Sequence[int]) -> Iterator[list[Row]]:
    """Yield rows of signs, one list for each way of cutting lines, where enough are of one of the lengths."""
    head = text[:MAX_TEXT]
    lines = [line.strip() for line in head.splitlines()[:MAX_LINES] if line.strip()]
    seen: set[tuple[Row, ...]] = set()
    for rows in _cuts(head, lines):
        usual = Counter(map(len, rows)).most_common(4)
        fit = [row for row in rows if any(len(row) == size for size, _ in usual) and len(row) in lengths]
        if len(fit) >= LEAST_ROWS and (key := tuple(fit)) not in seen:
            seen.add(key)
            yield fit
        yield from _several(rows)


def _several(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield the fronts and the ends of rows that are as long as two numbers one behind the other."""
    size, times = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
    if not (size in _TWO_NUMBERS and times >= LEAST_ROWS):
        return
    same = [row for row in rows if len(row) == size]
    if len({sign for row in same for sign in row}) <= MAX_SIGNS:
        for part in (slice(18), slice(-11, None), slice(-18, None), slice(11)):
            yield [row[part] for row in same]


def _cuts(head: str, lines: Sequence[str]) -> Iterator[list[Row]]:
    words = [[part for part in _APART.split(line) if part] for line in lines]
    yield from _within([tuple(row) for row in words])
    common = [part for part, _ in Counter(part for row in words for part in row).most_common(3 * _DIGITS)]
    told = [part for part in common if not part.isdigit() and len(part) > 1]
    yield from _called(lines, told[: _DIGITS + 1])
    yield from _called(lines, told[:_DIGITS])
    yield from _begun(head, lines)
    yield [tuple(line.split()) for line in lines]
    if any(map(str.isdigit, head)):
        bare = [[one for word in line.split() if (one := _DIGIT.sub("", word))] for line in lines]
        yield from _within([tuple(row) for row in bare])
    for place in (0, -1):  # cards, notes and codes of which one sign tells
        yield from _within([tuple(word[place] for word in line.split()) for line in lines])
    letters = ["".join(_MARKS.split(line)) for line in lines]
    runs = [run for line in lines for run in line.split() if len(run) > _DIGITS - 1]
    if 1 < len(lines) < len(runs) or (len(lines) <= 2 and runs):  # bars of a tune, numbers of one line
        yield [tuple(run) for run in runs[:MAX_LINES]]
    if len(lines) < LEAST_ROWS:
        yield [tuple(run) for line in lines for run in _APART.split(line) if len(run) > _DIGITS - 1]
    yield [tuple(line) for line in letters]
    yield [tuple(line) for line in lines]
    yield from _cells(lines)
    for size in (2, 3, 4):
        fit = [line for line in letters if len(line) % size == 0]
        yield [tuple(line[at : at + size] for at in range(0, len(line), size)) for line in fit]
    yield from _drawn(lines)
    yield from _stacked(head)
    for block in (_BLOCKS.split(head), [head]):
        bare = [[line.strip(" \t-*•>#|") for line in part.splitlines() if line.strip()] for part in block]
        for place in (0, -1):
            yield [tuple(line[place] for line in part if line) for part in bare]
            yield [tuple(_APART.split(line)[place] for line in part if line) for part in bare]


def _within(rows: list[Row]) -> Iterator[list[Row]]:
    """Yield rows whole, and without what stands before or behind in all of them, such as their numbers."""
    for first, last in ((0, 0), (1, 0), (2, 0), (0, 1), (1, 1)):
        cut = [row[first : len(row) - last] for row in rows]
        if len({sign for row in cut for sign in row}) <= 4 * MAX_SIGNS or first == last == 0:
            yield cut


def _cells(lines: Sequence[str]) -> Iterator[list[Row]]:
    """Yield the letters and the words of every column by itself, where lines are rows of cells."""
    for mark in ",\t;|":
        rows = [line.split(mark) for line in lines]
        width, times = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
        if 1 < width <= MAX_COLUMNS and times >= 0.8 * len(rows):
            for column in zip(*(row for row in rows if len(row) == width), strict=True):
                yield [tuple("".join(_MARKS.split(cell))) for cell in column]
                yield [tuple(cell.split()) for cell in column]


def _called(lines: Sequence[str], words: Sequence[str]) -> Iterator[list[Row]]:
    """Yield the most usual words of every line, also without those that open or end all lines."""
    if len(words) < 6:
        return
    found = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    rows = [row for line in lines if (row := tuple(found.findall(line)))]
    yield rows
    for place, cut in ((0, slice(1, None)), (-1, slice(0, -1))):
        if rows and len({row[place] for row in rows}) == 1:
            yield [row[cut] for row in rows]


def _begun(head: str, lines: Sequence[str]) -> Iterator[list[Row]]:
    """Yield the words with which parts of lines, or of blocks of lines, begin or end, whatever follows."""
    parts = [part for line in lines for part in _APART.split(line) if len(part) > _WORD]
    for cut in (slice(_WORD), slice(-_WORD, None)):
        usual = [word for word, _ in Counter(part[cut] for part in parts).most_common(_DIGITS)]
        if len(usual) == _DIGITS and 2 * sum(part[cut] in usual for part in parts) > len(parts):
            yield from _called(lines, usual)
            yield from _called([" ".join(block.split("\n")) for block in _BLOCKS.split(head)], usual)


def _drawn(lines: Sequence[str]) -> Iterator[list[Row]]:
    """Yield the signs of every line that are neither letters nor common, and its most usual Chinese ones."""
    yield [
        tuple(sign for sign in line if unicodedata.category(sign) in ("So", "Sm", "Sk", "No", "Nl"))
        for line in lines
    ]
    wide = Counter(sign for line in lines for sign in line if "\u4e00" <= sign <= "\u9fff")
    usual = {sign for sign, _ in wide.most_common(_DIGITS)}
    yield [tuple(sign for sign in line if sign in usual) for line in lines]


def _stacked(head: str) -> Iterator[list[Row]]:
    """Yield signs that are several lines high and all as wide, as clocks and old printers show them."""
    blocks = [block.splitlines() for block in re.split(r"\n[ \t]*\n", head.strip("\n"))]
    high, times = Counter(map(len, blocks)).most_common(1)[0] if blocks else (1, 0)
    if not 2 <= high <= 9 or times < LEAST_ROWS:
        return
    same = [block for block in blocks if len(block) == high]
    width = max(len(line) for block in same for line in block)
    for across in range(2, 10):
        signs = -(-width // across)
        rows = [[line.ljust(signs * across) for line in block] for block in same]
        yield [
            tuple(
                "".join(line[at : at + across] for line in block) for at in range(0, signs * across, across)
            )
            for block in rows
        ]
