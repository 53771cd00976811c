"""Which rows of a candidate table reproduce a source record, by evidence in bits.

A shared value that n of N source rows hold is worth log2(N/n) bits; values that follow from one another
count once; a row is a record when the sum is beyond chance for the number of rows looked at. Column
names and order play no part. Decides nothing about what to do with a match: the gate does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.fingerprint.canonical import canonical_array
from sandbox.fingerprint.evidence import Budget, Hits, Scored, score_rows
from sandbox.fingerprint.siphash import keyed_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.fingerprint.index import RecordIndex
    from sandbox.fingerprint.siphash import Words

Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

MARGIN: Final = 6.64
"""Bits beyond chance that a row needs: at most one file in a hundred shows a row by coincidence."""

_BLOCK: Final = 32_768
_PAIRS: Final = 40_000_000
_COMPLETE: Final = 0.6  # share of a row's filled cells that must come from the one record
_MOSTLY: Final = 0.5  # share of rows that makes a whole table records


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """What was recognised; false if nothing.

    `rows` are 0-based candidate rows that show a record and `records` the source record each shows;
    `identifiers` counts rows proven by one identifier or token cell. `columns` pairs a candidate column
    with the source column it mostly shows. `complete` is false when the work limit cut the search
    short: what was not looked at is not clean.
    """

    rows: Integers
    records: Integers
    units: int
    identifiers: int
    bits: float
    columns: tuple[tuple[int, str], ...]
    origins: frozenset[str]
    looked_at: int
    complete: bool

    def __bool__(self) -> bool:
        return len(self.rows) > 0

    @property
    def distinct_records(self) -> int:
        """Source records shown, each once."""
        return len(np.unique(self.records))


def match(
    index: RecordIndex, candidate: pa.Table | Sequence[Sequence[str | None]], *, penalty: float = 0.0
) -> Match:
    """Find the rows of `candidate`, a table of string columns or a list of token rows, that show a record.

    `penalty` is in bits: log2 of the number of readings of the same bytes that the caller tries.
    """
    hashes = [_hash_column(index, column) for column in _columns(candidate)]
    rows = len(hashes[0]) if hashes else 0
    if not rows or not index.records:
        return _nothing(rows)
    budget = Budget(_PAIRS)
    floor = math.log2(index.records) + MARGIN + penalty
    parts = [
        _match_block(index, [column[start : start + _BLOCK] for column in hashes], start, floor, budget)
        for start in range(0, rows, _BLOCK)
    ]
    return _decide(index, parts, rows, floor, complete=not budget.spent)


def _columns(candidate: pa.Table | Sequence[Sequence[str | None]]) -> list[pa.Array | pa.ChunkedArray]:
    if isinstance(candidate, pa.Table):
        return list(candidate.columns)
    width = max((len(row) for row in candidate), default=0)
    return [
        pa.array([row[place] if place < len(row) else None for row in candidate], pa.large_string())
        for place in range(width)
    ]


def _hash_column(index: RecordIndex, column: pa.Array | pa.ChunkedArray) -> Words:
    forms = canonical_array(column)
    hashes = keyed_hash(forms, index.key)
    hashes[pc.equal(forms, "").to_numpy(zero_copy_only=False)] = 0
    return hashes


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Outcome of one block, rows numbered over the whole candidate."""

    scored: Scored
    named_rows: Integers
    named_records: Integers
    named_columns: Integers
    filled: int
    links: np.ndarray[Any, np.dtype[np.int64]]  # [candidate columns, source columns] cells that agree


def _match_block(index: RecordIndex, hashes: list[Words], start: int, floor: float, budget: Budget) -> _Part:
    filled = np.sum([column != 0 for column in hashes], axis=0)
    hits = Hits.find(index, hashes)
    named_rows, named_entries = hits.identifiers(index)
    records = index.rows[index.start[named_entries]].astype(np.int64)
    scored = score_rows(index, hits, filled=filled, floor=floor, budget=budget)
    return _Part(
        scored.shifted(start), named_rows + start, records, index.column[named_entries].astype(np.int64),
        int((filled > 0).sum()), hits.links(index),
    )  # fmt: skip


def _decide(index: RecordIndex, parts: list[_Part], rows: int, floor: float, *, complete: bool) -> Match:
    """Rows beyond chance for the whole file; all rows beyond chance for one if the table is mostly records."""
    scored = Scored.join([part.scored for part in parts])
    filled = max(sum(part.filled for part in parts), 1)
    whole = scored.share >= _COMPLETE
    keep = scored.bits > floor + math.log2(filled)
    if whole.sum() >= _MOSTLY * filled:
        keep |= whole
    named_rows = np.concatenate([part.named_rows for part in parts])
    named_records = np.concatenate([part.named_records for part in parts])
    # The record that a whole row shows is surer than the one a single cell names: it comes first.
    all_rows = np.concatenate([scored.rows[keep], named_rows])
    shown, first = np.unique(all_rows, return_index=True)
    records = np.concatenate([scored.records[keep], named_records])[first]
    sources = np.flatnonzero(scored.columns[keep].any(axis=0))
    named_columns = np.concatenate([part.named_columns for part in parts])
    seen = set(sources.tolist()) | set(named_columns.tolist())
    return Match(
        rows=shown,
        records=records,
        units=_units(index, records),
        identifiers=len(np.unique(named_rows)),
        bits=float(scored.bits[keep].max()) if keep.any() else 0.0,
        columns=_links(index, sum(part.links for part in parts), seen),
        origins=frozenset(index.columns[c].origin for c in seen),
        looked_at=rows,
        complete=complete,
    )


def _units(index: RecordIndex, records: Integers) -> int:
    """Distinct units of the records; a record of no known unit counts as one of its own."""
    distinct = np.unique(records)
    if not len(index.units):
        return len(distinct)
    units = index.units[distinct]
    return len(np.unique(units[units > 0])) + int((units == 0).sum())


def _links(index: RecordIndex, links: Any, seen: set[int]) -> tuple[tuple[int, str], ...]:
    out = []
    for place, row in enumerate(np.atleast_2d(links)):
        best = int(row.argmax())
        if row[best] and best in seen:
            out.append((place, index.columns[best].name))
    return tuple(out)


def _nothing(rows: int) -> Match:
    empty = np.empty(0, np.int64)
    return Match(empty, empty, 0, 0, 0.0, (), frozenset(), rows, complete=True)
