"""Masked identifiers beside a column that holds what the stars hide: filled in, they are whole again.

A serial number, a code or a remark may carry the digits that a mask took away, at any place. Every run of
stars of one length is filled from every other column at every place. Pure; called by `solved`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

import pyarrow as pa

from sandbox.egress.identities import named_mostly
from sandbox.egress.streams import PROBED, Column

MAX_COLUMNS = 12
MAX_FOUND = 40
_SEEN = 12
_FEWEST = 5
_MASK = re.compile(r"([\dXx]*)([*＊xX#•●_?]{2,14})([\dXx]*)")
_MASKED = re.compile(r"[\dXx]*([*＊xX#•●_?])\1{1,13}[\dXx]*")
_LENGTHS = frozenset({11, 15, 18})
_NO_DIGIT = re.compile(r"\D")


def filled(table: pa.Table) -> Iterator[Column]:
    """Yield the identifiers that masked cells become with the digits of another column."""
    names = list(map(str, table.column_names))[:MAX_COLUMNS]
    cells = [_front(column) for column in table.columns[:MAX_COLUMNS]]
    masked = [at for at, column in enumerate(cells) if _is_masked(column)]
    if not masked:
        return
    digits = [[_NO_DIGIT.sub("", cell) for cell in column] for column in cells]
    found = (
        Column(f"{names[at]} filled from {names[other]}", whole)
        for at in masked for other in range(len(cells)) if other != at
        for whole in _filled(cells[at], digits[other])
    )  # fmt: skip
    yield from islice(found, MAX_FOUND)


def _front(column: pa.ChunkedArray) -> list[str]:
    return [(cell or "").strip() for cell in column.slice(0, PROBED).cast(pa.string()).to_pylist()]


def _is_masked(cells: Sequence[str]) -> bool:
    if len(cells) < _FEWEST:
        return False
    fit = [cell for cell in cells[:_SEEN] if len(cell) in _LENGTHS and _MASKED.fullmatch(cell)]
    return len(fit) >= 0.8 * len(cells[:_SEEN])


def _filled(cells: Sequence[str], digits: Sequence[str]) -> Iterator[tuple[str, ...]]:
    parts = [found.groups() if (found := _MASK.fullmatch(cell)) else ("", "", "") for cell in cells]
    stars = Counter(len(mask) for _, mask, _ in parts).most_common(1)[0][0]
    widest = min((len(one) for one in digits), default=0)
    for start in range(widest - stars + 1) if stars else ():
        for backwards in (False, True):
            begun = [len(one) - start - stars if backwards else start for one in digits]
            taken = [one[at : at + stars] for one, at in zip(digits, begun, strict=True)]
            whole = tuple(a + mid + b for (a, _, b), mid in zip(parts, taken, strict=True))
            front = [int(one[:17]) if one[:17].isdecimal() else 0 for one in whole[:_SEEN]]
            if named_mostly(front):
                yield whole
