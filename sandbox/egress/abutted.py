"""Neighbouring figures of a line or row set side by side: pieces of one number, perhaps not from its start.

A telephone as clause, paragraph and item, as thousandths in three columns, as coordinates without their first
digits: each figure as wide as the widest of its place, any neighbours joined, then looked for among the
numbers of a source and among their endings. What a source holds by chance proves nothing. `channels` asks
the index of records. Bounded; pure; called by `substituted`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from math import gcd
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.identities import whole
from sandbox.egress.isomorphs import LEAST_ROWS, Numbers
from sandbox.egress.streams import Column

MAX_LINES = 400
MAX_ROWS = 48
MAX_FIGURES = 24
MAX_GROUPS = 400
MAX_HELD = 1 << 17
_MOST_JOINED = 8
_LEAST_PLACES = 8
_MOST_PLACES = 18
_MOST_CHANCE = 0.02
_SHARE = 0.6
_FIGURE = re.compile(r"(?<![\d.])\d{1,9}(?:\.\d{1,12})?(?![\d.]|\.\d)", re.ASCII)
Digits: TypeAlias = NDArray[np.uint64]
Group: TypeAlias = tuple[int, Digits]
"""How many places the joined figures have, and their values, one a row."""


def groups_of(lines: Sequence[str]) -> Iterator[Group]:
    """Yield the figures of neighbouring places of lines, joined, for the lines that have as many figures."""
    for step in (1, 2, 3, 4):
        for start in range(step):
            rows = [
                found for line in lines[start : MAX_LINES * step : step] if (found := _FIGURE.findall(line))
            ]
            usual, times = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
            if 2 <= usual <= MAX_FIGURES and times >= max(LEAST_ROWS, _SHARE * len(rows)):
                yield from _joined([row for row in rows if len(row) == usual][:MAX_ROWS])
                if step == 1:
                    return


def _joined(rows: Sequence[Sequence[str]]) -> Iterator[Group]:
    columns = [_column(cells) for cells in zip(*rows, strict=True)]
    for start in range(len(columns)):
        total, value = 0, np.zeros(len(rows), np.uint64)
        for end, (width, figures) in enumerate(columns[start : start + _MOST_JOINED]):
            total += width
            if total > _MOST_PLACES:
                break
            value = value * np.uint64(10**width) + figures
            if end and total >= _LEAST_PLACES and len(np.unique(value)) >= LEAST_ROWS:
                yield total, value


def _column(cells: Sequence[str]) -> tuple[int, Digits]:
    """Return figures as whole numbers without noughts that all end in, and the places of the largest."""
    decimals = max(len(cell.partition(".")[2]) for cell in cells)
    values = [int(cell.replace(".", "") + "0" * (decimals - len(cell.partition(".")[2]))) for cell in cells]
    common = reduce(gcd, values, 0)
    while decimals and common and common % 10 == 0:
        decimals, common = decimals - 1, common // 10
        values = [value // 10 for value in values]
    most = len(str(max(values)))
    if most > _MOST_PLACES:
        return _MOST_PLACES + 1, np.zeros(len(cells), np.uint64)
    return most, np.array(values, np.uint64)


def pieced_from(groups: Sequence[Group], numbers: Mapping[int, Sequence[Numbers]]) -> Iterator[Column]:
    """Yield the numbers of a source that most rows of joined figures are, or are the ends of."""
    sizes = {size for size, _ in groups}
    for size in sorted(sizes, reverse=True):
        asked = [value for own, value in groups if own == size]
        for own, columns in numbers.items():
            for column in columns if own >= size else ():
                yield from _ending(asked, column, size)


def _ending(asked: Sequence[Digits], column: Numbers, size: int) -> Iterator[Column]:
    cells = column.cells[:MAX_HELD]
    tail = cells[:, -size:]
    fine = ((tail >= 48) & (tail < 58)).all(axis=1)
    if not fine.any() or fine.sum() > _MOST_CHANCE * 10.0**size:
        return
    weights = 10 ** np.arange(size - 1, -1, -1, dtype=np.uint64)
    rows = np.flatnonzero(fine)
    held = ((tail[rows] - 48).astype(np.uint64) * weights).sum(axis=1)
    order = np.argsort(held)
    ranked = held[order]
    for values in asked:
        at = np.minimum(np.searchsorted(ranked, values), len(ranked) - 1)
        hit = ranked[at] == values
        if hit.sum() >= max(LEAST_ROWS, _SHARE * len(values)):
            named = rows[order[at[hit]]].tolist()
            yield Column("side by side", whole(cells[row].tobytes().decode("ascii") for row in named))
