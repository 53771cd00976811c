"""Two tables of one form, subtracted cell from cell: what one has more than the other may be somebody.

Rows stand for the same group in both; what differs is the record that was put in or left out, group by group.
Cells that are alike stay beside the differences, cut into their parts. Bounded by tables and cells; pure;
called by `together`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations

import pyarrow as pa

from sandbox.egress.views import View

MAX_TABLES = 12
MAX_CELLS = 60_000
MAX_PAIRS = 24
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,12})?", re.ASCII)
_PARTS = re.compile(r"[|/;,，；、\s_&]+")


def subtracted(tables: Mapping[str, pa.Table]) -> list[tuple[tuple[str, str], View]]:
    """Return the differences of each two tables of one form as rows, with the paths of both."""
    small = {
        path: table
        for path, table in list(tables.items())[:MAX_TABLES]
        if 0 < table.num_rows * table.num_columns <= MAX_CELLS and table.num_columns >= 2
    }
    found = []
    for one, other in list(combinations(small, 2))[:MAX_PAIRS]:
        rows = list(_rows(small[one], small[other]))
        if rows:
            found.append(((one, other), View("subtracted", rows, aligned=False)))
    return found


def _rows(one: pa.Table, other: pa.Table) -> Iterator[list[str]]:
    """Yield what differs in rows that have the same labels, the labels before it."""
    if one.num_columns != other.num_columns:
        return
    left, right = _cells(one), _cells(other)
    labels = [
        place for place in range(one.num_columns) if not all(_NUMBER.fullmatch(row[place]) for row in left)
    ]
    if not labels and len(left) != len(right):
        return
    known = {tuple(row[place] for place in labels) if labels else at: row for at, row in enumerate(right)}
    for at, row in enumerate(left):
        fellow = known.get(tuple(row[place] for place in labels) if labels else at)
        if fellow is None:
            continue
        differences = [
            _apart(a, b) for place, (a, b) in enumerate(zip(row, fellow, strict=True)) if place not in labels
        ]
        if any(differences):
            said = [part for place in labels for part in _PARTS.split(row[place]) if part]
            yield [*said, *(one for one in differences if one)]


def _cells(table: pa.Table) -> Sequence[tuple[str, ...]]:
    columns = [column.cast(pa.string()).to_pylist() for column in table.columns]
    return [tuple((cell or "").strip() for cell in row) for row in zip(*columns, strict=True)]


def _apart(one: str, other: str) -> str:
    """Return the difference of two numbers without its sign, or nothing if there is none."""
    if not _NUMBER.fullmatch(one) or not _NUMBER.fullmatch(other) or one == other:
        return ""
    return str(abs(Decimal(one) - Decimal(other)))
