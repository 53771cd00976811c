"""Whose canaries stand in a leaked file: the evidence for each seat in bits above chance.

Every cell of the file that equals a mark counts what the mark is worth; marks of one canary row in one row
of the file count together. What chance would give among so many cells and marks is taken off. Pure; names
nobody: `named` says who is beyond doubt, and who else the figures leave possible is the reader's matter.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.fingerprint.canonical import canonical, canonical_array

ENOUGH = 20.0
"""Bits above chance from which a seat is named: a false one in a million files."""
_WORDS = re.compile(r"[^\W_]{6,64}")


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell that only one canary row of one owner has."""

    owner: int
    row: int
    column: int
    value: str
    bits: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one owner: bits above chance, and how many of its canary rows were found."""

    owner: int
    bits: float
    rows: int

    @property
    def named(self) -> bool:
        """Return whether the owner is named."""
        return self.bits >= ENOUGH

    @property
    def chance(self) -> float:
        """Return the probability that a file of other origin shows as much: at most 2^-bits."""
        return float(2.0**-self.bits)


def marks_of(owner: int, table: pa.Table, bits: Mapping[str, float]) -> list[Mark]:
    """Return the marks of one owner's canary rows."""
    found = []
    for place, (name, worth) in enumerate(sorted(bits.items())):
        values = table.column(name).to_pylist()
        found += [
            Mark(owner, row, place, canonical(str(value)), worth)
            for row, value in enumerate(values)
            if value is not None
        ]
    return found


def words_table(texts: Iterable[str]) -> pa.Table:
    """Return the words of texts as a table of one column, for what is written in no table."""
    return pa.table({"": pa.array([word for text in texts for word in _WORDS.findall(text)], pa.string())})


def evidence(tables: Sequence[pa.Table], marks: Sequence[Mark]) -> tuple[Evidence, ...]:
    """Return the evidence of every owner that has any, the strongest first; tables hold text cells."""
    by_value: dict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_value[mark.value].append(mark)
    wanted = pa.array(sorted(by_value), pa.string())
    if not len(wanted):
        return ()
    best: dict[tuple[int, int], float] = {}
    cells = sum(table.num_rows * table.num_columns for table in tables)
    chance = math.log2(max(2, cells)) + math.log2(max(2, len(marks)))
    for table in tables:
        for seen in _rows_with_marks(table, wanted, by_value):
            for canary, bits in _weighed(seen, math.log2(max(2, table.num_columns))).items():
                best[canary] = max(best.get(canary, 0.0), bits - chance)
    totals: dict[int, list[float]] = defaultdict(list)
    for (owner, _), bits in best.items():
        if bits > 0:
            totals[owner].append(bits)
    found = (Evidence(owner, sum(each), len(each)) for owner, each in totals.items())
    return tuple(sorted(found, key=lambda one: -one.bits))


def _rows_with_marks(
    table: pa.Table, wanted: pa.Array, by_value: Mapping[str, Sequence[Mark]]
) -> Iterable[list[Mark]]:
    """Return the marks of every row of the file that has some."""
    rows: dict[int, list[Mark]] = defaultdict(list)
    for column in table.columns:
        texts = canonical_array(pc.cast(column, pa.string()))
        texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
        places = pc.index_in(texts, value_set=wanted)
        hits = pc.indices_nonzero(pc.is_valid(places)).to_pylist()
        for row in hits:
            rows[row] += by_value[wanted[places[row].as_py()].as_py()]
    return rows.values()


def _weighed(seen: Sequence[Mark], columns: float) -> dict[tuple[int, int], float]:
    """Return the bits of each canary row from the marks in one row; each further column costs its choice."""
    each: dict[tuple[int, int], dict[int, float]] = defaultdict(dict)
    for mark in seen:
        each[mark.owner, mark.row][mark.column] = mark.bits
    return {canary: sum(found.values()) - columns * (len(found) - 1) for canary, found in each.items()}
