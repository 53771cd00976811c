"""Builds the record index: cells to hashes batch by batch, hashes to postings column by column.

Keeps of a batch only eight bytes a cell, so that a landing need not hold its rows. Decides what each
column is from the first batch, which a landing has shuffled. Used through `RecordIndex.build` and by
the sidecar.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from sandbox.fingerprint.canonical import canonical_array
from sandbox.fingerprint.cells import hash_columns, hash_forms, side_by_side
from sandbox.fingerprint.columns import (
    SAMPLE_ROWS,
    ColumnTraits,
    contained_pairs,
    derived_forms,
    implied_pairs,
    traits_of,
)
from sandbox.fingerprint.index import MASKED, RARE, RAW, IndexedColumn, RecordIndex
from sandbox.fingerprint.packing import kept_bits
from sandbox.fingerprint.postings import Integers, Postings, Rows, from_marks, group
from sandbox.fingerprint.siphash import Words
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

SURE_TAG: Final = 40
"""Bits kept behind the bucket's of a value that proves a record alone."""
TAG: Final = 24
"""The same of a value that needs others beside it."""
_SAMPLE: Final = 400
_CLIQUE: Final = 3
_MOST_PAIRS: Final = 6
SUFFIXES: Final[tuple[str, ...]] = ("日", "年月", "年", "取整", "两位")

Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(slots=True, eq=False)
class _Column:
    """A column under construction: its hashes so far, and those of what derives from it, by suffix."""

    name: str
    traits: ColumnTraits | None = None
    samples: dict[str, list[str]] = field(default_factory=dict)
    hashes: list[Words] = field(default_factory=list)
    derived: dict[str, list[Words]] = field(default_factory=dict)

    def add(self, cells: pa.ChunkedArray | pa.Array, hashes: Words, *, key: bytes, named: bool) -> None:
        if self.traits is None:
            self.traits = _traits(cells, named=named)
            self.samples = _sampled(cells, self.traits)
        if self.traits.date or self.traits.amount:
            made = _derived(cells, hashes, self.traits, key)
            for suffix in {*made, *self.derived}:
                # What a batch has no coarser spelling of is spelled as it is.
                self.derived.setdefault(suffix, [*self.hashes]).append(made.get(suffix, hashes))
        self.hashes.append(hashes)

    def taken(self) -> tuple[Words, list[tuple[str, Words]]]:
        """The column's own hashes, and suffix and hashes of its derived columns; they are given away."""
        own = _joined(self.hashes)
        derived = [(name, _joined(self.derived[name])) for name in SUFFIXES if name in self.derived]
        self.hashes, self.derived = [], {}
        return own, derived


@dataclass(slots=True, eq=False)
class _Table:
    """The columns of one table, how many rows were added, and its first record."""

    origin: str
    columns: list[_Column]
    rows: int = 0
    base: int = 0


def _joined(parts: list[Words]) -> Words:
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, np.uint64), *parts])


def _traits(cells: pa.ChunkedArray | pa.Array, *, named: bool) -> ColumnTraits:
    step = max(len(cells) // SAMPLE_ROWS, 1)
    return traits_of(canonical_array(cells.take(pa.array(np.arange(0, len(cells), step)))), identifier=named)


def _sampled(cells: pa.ChunkedArray | pa.Array, traits: ColumnTraits) -> dict[str, list[str]]:
    """Evenly spaced forms, by which it is seen that one column's values stand inside another's; by suffix."""
    if not len(cells):
        return {}
    picks = np.unique(np.linspace(0, len(cells) - 1, _SAMPLE).astype(np.int64))
    forms = canonical_array(cells.take(pa.array(picks)))
    return {name: found.to_pylist() for name, found in [("", forms), *derived_forms(forms, traits)]}


def _derived(
    cells: pa.ChunkedArray | pa.Array, hashes: Words, traits: ColumnTraits, key: bytes
) -> dict[str, Words]:
    """Hashes of the coarser spellings of each row; every distinct value is spelled once."""
    grouped = group(hashes)
    forms = canonical_array(cells.take(pa.array(grouped.rows[grouped.start[:-1]])))
    counts = np.diff(grouped.start)
    out = {}
    for suffix, derived in derived_forms(forms, traits):
        out[suffix] = np.zeros(len(hashes), np.uint64)
        out[suffix][grouped.rows] = np.repeat(hash_forms(derived, key), counts)
    return out


class IndexBuilder:
    """Collects tables batch by batch; an object only because they share record numbers."""

    def __init__(self, key: bytes, identifiers: Collection[str] = ()) -> None:
        self._key = key
        self._identifiers = frozenset(identifiers)
        self._tables: list[_Table] = []

    def begin(self, origin: str, names: Sequence[str]) -> None:
        """Open a table ("raw" or "masked"), to which `add` adds until the next is opened.

        A masked table of as many rows as the raw one before it describes the same records.
        """
        self._tables.append(_Table(origin, [_Column(name) for name in names]))

    def add(self, batch: pa.Table | pa.RecordBatch) -> None:
        """Add rows to the open table; nothing of them is kept but their hashes."""
        table = self._tables[-1]
        table.rows += batch.num_rows
        hashes = hash_columns(batch.columns, self._key)

        def one(item: tuple[_Column, Any, Words]) -> None:
            column, cells, found = item
            column.add(cells, found, key=self._key, named=column.name in self._identifiers)

        side_by_side(one, zip(table.columns, batch.columns, hashes, strict=True))

    def finish(self, units: Rows | None = None) -> RecordIndex:
        """The index of all that was added; see `RecordIndex.build`."""
        records = self._number()
        if not any(table.columns for table in self._tables):
            raise InputError(say("没有可供比对的源数据列，请提供至少一张有列的表"))
        if units is not None and len(units) != records:
            raise InputError(say("统计单位的行数与源数据不一致，请重新落地该数据集"))
        made = _Made(records)
        for table in self._tables:
            for column in table.columns:
                made.add(column, table)
        return made.index(self._key, units)

    def _number(self) -> int:
        """Give each table its first record, and return how many records there are."""
        records, last = 0, _Table("", [], -1)
        for table in self._tables:
            shared = table.origin == MASKED and (last.origin, last.rows) == (RAW, table.rows)
            table.base = last.base if shared else records
            records += 0 if shared else table.rows
            last = table
        return records


class _Made:
    """The finished columns, one after another: only one is held as hashes of rows and as postings at once."""

    def __init__(self, records: int) -> None:
        self.records = records
        self.columns: list[IndexedColumn] = []
        self.postings: list[Postings] = []
        self.samples: list[list[str]] = []
        self.families: list[int] = []  # place of the source column of each column
        self.masks: list[np.uint64] = []
        self._seen: set[tuple[int, bytes]] = set()

    def add(self, column: _Column, table: _Table) -> None:
        """Take a column and what derives from it, unless it is the raw column again: once is enough."""
        own, derived = column.taken()
        digest = (table.base, hashlib.blake2b(own.view(np.uint8).data).digest())
        if table.origin == MASKED and digest in self._seen:
            return
        if table.origin == RAW:
            self._seen.add(digest)
        traits = column.traits or ColumnTraits(False, False, date=False, amount=False, strong=False)
        family = len(self.columns)
        for suffix, hashes in [("", own), *derived]:
            name = f"{column.name}·{suffix}" if suffix else column.name
            postings = group(hashes, table.base)
            kind = (traits.weakened() if suffix else traits).counted(
                distinct=len(postings.hashes), filled=len(postings.rows)
            )
            mask = _mask(postings, kind)
            if mask != _WHOLE:
                cut = postings.hashes & mask
                alike = bool((cut[1:] == cut[:-1]).any())
                postings = group(hashes & mask, table.base) if alike else replace(postings, hashes=cut)
            self.columns.append(IndexedColumn(name, table.origin, bool(suffix), kind))
            self.postings.append(postings)
            self.masks.append(mask)
            self.families.append(family)
            # Samples are compared row by row, so columns of another table never share a key.
            self.samples.append([f"{table.base}", *column.samples.get(suffix, [])])

    def index(self, key: bytes, units: Rows | None) -> RecordIndex:
        step = max(self.records // SAMPLE_ROWS, 1)
        numbers = np.stack([one.numbers_of(step, self.records) for one in self.postings])
        family = np.array(self.families)
        # Derived columns follow their source from fine to coarse.
        implies = np.triu(family[:, None] == family[None, :], 1)
        implies |= contained_pairs(self.samples)
        implies |= implied_pairs(numbers, None if units is None else units[::step])
        known = np.empty(0, np.uint32) if units is None else units
        return assemble(
            key,
            self.records,
            tuple(self.columns),
            self.postings,
            masks=self.masks,
            implies=implies,
            units=known,
        )


_WHOLE: Final = np.uint64((1 << 64) - 1)


def _mask(postings: Postings, traits: ColumnTraits) -> np.uint64:
    if postings.small:
        return _WHOLE
    return kept_bits(len(postings.hashes), SURE_TAG if traits.identifier else TAG)


def assemble(
    key: bytes,
    records: int,
    columns: tuple[IndexedColumn, ...],
    postings: list[Postings],
    *,
    masks: Sequence[np.uint64],
    implies: Mask,
    units: Rows,
) -> RecordIndex:
    """The index of finished columns; the list of postings is emptied on the way, to save memory."""
    sizes = [len(one.hashes) for one in postings]
    base = np.append(0, np.cumsum(sizes)).astype(np.int64)
    filled = np.append(0, np.cumsum([len(one.rows) for one in postings])).astype(np.int64)
    if int(filled[-1]) >= 1 << 32:
        raise InputError(say("源数据超过四十亿个单元格，请分批落地"))
    small = np.array([one.small for one in postings])
    marks = np.zeros((records, len(postings)), np.uint16)
    for place, one in enumerate(postings):
        marks[:, place] = one.marks(records)
    partner = _partners(columns, postings, implies)
    hashes, start = np.empty(base[-1], np.uint64), np.empty(base[-1] + 1, np.uint32)
    rows = np.empty(filled[-1], np.uint32)
    for place in range(len(sizes)):
        one, postings[place] = postings[place], _NOTHING
        if partner[place] >= 0:
            one = from_marks(one.hashes, marks[:, place], marks[:, partner[place]])
        hashes[base[place] : base[place + 1]] = one.hashes
        start[base[place] : base[place + 1]] = one.start[:-1] + np.uint32(filled[place])
        rows[filled[place] : filled[place + 1]] = one.rows
    start[-1] = filled[-1]
    return RecordIndex(
        key, records, columns, hashes, np.array(masks, np.uint64), base, start, rows, marks, small, partner,
        implies, units,
    )  # fmt: skip


_NOTHING: Final = Postings(np.empty(0, np.uint64), np.zeros(1, np.uint32), np.empty(0, np.uint32))


def _partners(columns: Sequence[IndexedColumn], postings: Sequence[Postings], implies: Mask) -> Integers:
    """For each small column with common values the column by whose marks its rows are ordered, or -1.

    A common value of each of two paired columns leads straight to the records that hold both. Of the
    columns that tell most, three at a time are paired in a ring: whichever two of them a record
    shows, one leads to it.
    """
    common = [
        place for place, one in enumerate(postings) if len(one.start) > 1 and np.diff(one.start).max() > RARE
    ]
    waiting = sorted(common, key=lambda place: -columns[place].traits.distinct)
    out = np.full(len(postings), -1, np.int64)
    while waiting and (out >= 0).sum() < _MOST_PAIRS:
        ring = [waiting.pop(0)]
        for place in list(waiting):
            apart = not any(implies[place, other] or implies[other, place] for other in ring)
            if apart and len(ring) < _CLIQUE:
                ring.append(place)
                waiting.remove(place)
        for place, other in zip(ring, [*ring[1:], ring[0]], strict=True):
            if place != other and postings[place].small:
                out[place] = other
        _around_large(ring, postings, out)
    return out


def _around_large(ring: list[int], postings: Sequence[Postings], out: Integers) -> None:
    """A large column has no order of its own: its neighbour in the ring is turned towards it."""
    large = [place for place in ring if not postings[place].small]
    for place in ring:
        if large and out[place] >= 0 and out[place] not in large:
            out[place] = large[0]
