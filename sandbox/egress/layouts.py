"""Rows that a text lays out in no line of their own: lists beside one another, fixed widths, markup.

Lists in brackets that are as long as one another are columns; digits in lines of one length are cut where
dates stand; what hangs on one element of markup, attributes and texts, is a row, and so are boxes at one
height. Knows no format. Evidence only, bounded; called by `disguises`, which has the tables searched.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

import pyarrow as pa

from sandbox.egress.seams import seamed

MAX_TEXT = 1 << 19
MAX_ROWS = 4_000
MAX_WIDTH = 60
MAX_TABLES = 10
LEAST_ROWS = 5
_LIST = re.compile(r"[\[({]([^\[\](){}]{16,})[\])}]")
_NAMED = re.compile(r"^[\w.%$@ \t]{1,40}(?:=|:|<-)\s*([^\s\[\](){}][^\[\](){}\n]{16,})$", re.MULTILINE)
_ITEMS = re.compile(r"[,;\n]")
_MARKS = ("|", "\t", ";", ",", "、")
_QUOTES = " \t\r\n\"'`“”"
_RULED = re.compile(r"[0-9A-Z.+ -]{16,200}")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_ELEMENT = re.compile(r"<(?!/|!|\?)([\w:.-]{1,40})")
_SAID = re.compile(r"""(?<==)\s*"([^"<>]{1,200})"|(?<==)\s*'([^'<>]{1,200})'|>([^<>]{1,200})<""")
_PLACED = re.compile(r"""\by=["'](-?[\d.]{1,12})["'](?:(?!\by=["'])[^\0]){0,600}?>([^<>]{1,80})</""")


def laid_out(text: str) -> list[pa.Table]:
    """Return the tables that a text lays out otherwise than as lines."""
    front = text[:MAX_TEXT]
    found = [*_lists(front), *_ruled(front), *_sideways(front)]
    found += map(_table, filter(None, (seamed(front.splitlines()),)))
    if front.count("<") >= 4 * LEAST_ROWS and ("</" in front or "/>" in front):
        found += [*_elements(front), *_heights(front)]
    return found[:MAX_TABLES]


def _table(rows: Sequence[Sequence[str]]) -> pa.Table:
    """Return rows as a table, each as wide as the widest."""
    width = min(max(map(len, rows)), MAX_WIDTH)
    columns = [[row[at] if at < len(row) else None for row in rows[:MAX_ROWS]] for at in range(width)]
    names = [f"c{at}" for at in range(width)]
    return pa.table([pa.array(column, pa.string()) for column in columns], names=names)


def _lists(text: str) -> Iterator[pa.Table]:
    """Yield lists in brackets that are as long as one another, side by side, or as rows."""
    by_length: dict[int, list[list[str]]] = defaultdict(list)
    for found in chain(_LIST.finditer(text), _NAMED.finditer(text)):
        items = [item.strip().strip(_QUOTES) for item in _ITEMS.split(found[1])]
        most = MAX_ROWS if len(items) <= MAX_WIDTH else MAX_WIDTH
        if 2 <= len(items) <= MAX_ROWS and len(by_length[len(items)]) < most:
            by_length[len(items)].append(items)
    for length, same in by_length.items():
        if length >= LEAST_ROWS and (2 <= len(same) < length or 2 <= len(same) <= 12):
            yield _table(list(zip(*same, strict=True)))
        if len(same) >= max(LEAST_ROWS, length) and length <= MAX_WIDTH:
            yield _table(same)


def _sideways(text: str) -> Iterator[pa.Table]:
    """Yield lines on end that hold more cells than there are lines, each as a column."""
    block: list[list[str]] = []
    for line in [*text.splitlines()[:MAX_ROWS], ""]:
        cells = next((found for mark in _MARKS if len(found := _parted(line, mark)) >= LEAST_ROWS), [])
        if cells and not any(cell.strip("-: ") for cell in cells):  # the rule below a heading
            continue
        if block and len(cells) != len(block[0]):
            if 2 <= len(block) <= MAX_WIDTH and len(block) < len(block[0]) <= MAX_ROWS:
                yield _table(list(zip(*block, strict=True)))
            block = []
        block += [cells] if cells else []


def _parted(line: str, mark: str) -> list[str]:
    if line.count(mark) < LEAST_ROWS - 1:
        return []
    return [cell.strip(_QUOTES) for cell in line.strip().strip("|" if mark == "|" else "").split(mark)]


def _ruled(text: str) -> Iterator[pa.Table]:
    """Yield lines of one length without any marks, cut where dates stand in nearly all of them."""
    lines = [line for line in text.splitlines()[:MAX_ROWS] if _RULED.fullmatch(line)]
    usual, count = Counter(map(len, lines)).most_common(1)[0] if lines else (0, 0)
    same = [line for line in lines if len(line) == usual]
    if count < LEAST_ROWS or usual < 16:
        return
    cuts = [0]
    for at in range(usual - 7):
        if at >= cuts[-1] and all(_DATE.match(line, at) for line in same[:200]):
            cuts += [at, at + 8]
    if len(cuts) > 1:
        parts = [(start, end) for start, end in zip(cuts, [*cuts[1:], usual], strict=True) if start < end]
        yield _table([[cell for start, end in parts for cell in _cells(line[start:end])] for line in same])


def _cells(part: str) -> list[str]:
    """Return a part of a line as it is, and what it may end with once its filling is gone."""
    bare = part.strip()
    return [bare, bare.lstrip("0"), *(bare[at:] for at in range(1, len(bare) - 3) if len(bare) <= 16)]


def _elements(text: str) -> Iterator[pa.Table]:
    """Yield what hangs on each of the elements that come most often, by the order of the file."""
    names = Counter(_ELEMENT.findall(text))
    seen: set[int] = set()
    for name, count in sorted(names.items(), key=lambda one: one[1]):
        if count < LEAST_ROWS or count in seen or len(seen) >= 3:
            continue
        seen.add(count)
        parts = re.split(rf"<{re.escape(name)}(?=[\s/>])", text)[1 : MAX_ROWS + 1]
        rows = [[one or two or three for one, two, three in _SAID.findall(part)] for part in parts]
        filled = [[cell.strip() for cell in row if cell.strip()][:MAX_WIDTH] for row in rows]
        if sum(len(row) >= 2 for row in filled) >= LEAST_ROWS:
            yield _table([row for row in filled if row])


def _heights(text: str) -> Iterator[pa.Table]:
    """Yield what boxes at one height say, from one to the next, where there are several at most heights."""
    held: dict[str, list[str]] = defaultdict(list)
    for found in _PLACED.finditer(text):
        held[found[1]].append(found[2].strip())
    rows = [row for row in held.values() if len(row) >= 2]
    if len(rows) >= LEAST_ROWS and len(rows) >= len(held) // 2:
        yield _table(rows)
