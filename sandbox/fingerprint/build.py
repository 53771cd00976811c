"""Makes the columns of the record index one after another: cells to hashes, hashes to postings.

Only one column is worked at, so that a landing of many rows needs no second table. Decides what each
column is. Used through `RecordIndex.build`, which holds the columns, and by the sidecar, which writes each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from sandbox.fingerprint.canonical import canonical_array
from sandbox.fingerprint.cells import hash_columns, hash_forms
from sandbox.fingerprint.columns import (
    SAMPLE_ROWS,
    ColumnTraits,
    contained_pairs,
    derived_forms,
    implied_pairs,
    picked,
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
_PIECE: Final = 1 << 17  # distinct values whose coarser spellings are made at once
SUFFIXES: Final[tuple[str, ...]] = ("日", "年月", "年", "取整", "两位")

Cells: TypeAlias = pa.ChunkedArray | pa.Array
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What is remembered of a finished column, to see which follows from which."""

    family: int  # place of its source column
    sample: list[str]  # evenly spaced forms, behind a mark of the table
    numbers: Rows  # of evenly spaced rows


class IndexBuilder:
    """Takes tables column by column and hands out each finished column; they share record numbers.

    `records` is how many there are in all; a masked table of as many rows as the raw one before it
    describes the same. `keep` is given each column with its postings and what is kept of its hashes.
    """

    def __init__(
        self,
        key: bytes,
        *,
        records: int,
        keep: Callable[[IndexedColumn, Postings, np.uint64], None],
        identifiers: Collection[str] = (),
    ) -> None:
        self._key, self._records, self._keep = key, records, keep
        self._identifiers = frozenset(identifiers)
        self._origin, self._rows, self._base, self._next = "", -1, 0, 0
        self._told: list[_Told] = []
        self._seen: set[tuple[int, bytes]] = set()

    def begin(self, origin: str, rows: int) -> None:
        """Open a table ("raw" or "masked"), to which `add` adds until the next is opened."""
        shared = origin == MASKED and (self._origin, self._rows) == (RAW, rows)
        if not shared:
            self._base, self._next = self._next, self._next + rows
        self._origin, self._rows = origin, rows

    def add(self, name: str, cells: Cells) -> Words:
        """Take a column and what derives from it, unless it is the raw column again: once is enough.

        Returns the hash of every cell, 0 for one that has no canonical form.
        """
        own = hash_columns([cells], self._key)[0]
        digest = (self._base, hashlib.blake2b(own.view(np.uint8).data).digest())
        if self._origin == MASKED and digest in self._seen:
            return own
        if self._origin == RAW:
            self._seen.add(digest)
        traits = _traits(cells, named=name in self._identifiers)
        samples, family = _sampled(cells, traits), len(self._told)
        postings = group(own)
        derived = _derived(cells, postings, traits, self._key)
        column = IndexedColumn(name, self._origin, virtual=False, traits=traits)
        self._finish(column, own, postings, (family, samples.get("", [])))
        del postings
        for suffix in [known for known in SUFFIXES if known in derived]:
            column = IndexedColumn(f"{name}·{suffix}", self._origin, virtual=True, traits=traits.weakened())
            hashes = derived.pop(suffix)
            self._finish(column, hashes, group(hashes), (family, samples.get(suffix, [])))
        return own

    def _finish(
        self, column: IndexedColumn, hashes: Words, postings: Postings, told: tuple[int, list[str]]
    ) -> None:
        kind = column.traits.counted(distinct=len(postings.hashes), filled=len(postings.rows))
        mask = _mask(postings, kind)
        if mask != _WHOLE:
            cut = postings.hashes & mask
            alike = bool((cut[1:] == cut[:-1]).any())
            postings = group(hashes & mask) if alike else replace(postings, hashes=cut)
        if self._base:
            postings = replace(postings, rows=postings.rows + np.uint32(self._base))
        step = max(self._records // SAMPLE_ROWS, 1)
        family, sample = told
        # Samples are compared row by row, so columns of another table never share a key.
        numbers = postings.numbers_of(step, self._records)
        self._told.append(_Told(family, [f"{self._base}", *sample], numbers))
        self._keep(replace(column, traits=kind), postings, mask)

    def implied(self, units: Rows | None = None) -> Mask:
        """Which column tells nothing new once another is known; raises `InputError` for no column at all.

        `units` gives the unit of each record; `InputError` if they are others in number.
        """
        if not self._told:
            raise InputError(say("没有可供比对的源数据列，请提供至少一张有列的表"))
        if units is not None and len(units) != self._records:
            raise InputError(say("统计单位的行数与源数据不一致，请重新落地该数据集"))
        step = max(self._records // SAMPLE_ROWS, 1)
        family = np.array([one.family for one in self._told])
        # Derived columns follow their source from fine to coarse.
        implies = np.triu(family[:, None] == family[None, :], 1)
        implies |= contained_pairs([one.sample for one in self._told])
        numbers = np.stack([one.numbers for one in self._told])
        implies |= implied_pairs(numbers, None if units is None else units[::step])
        return np.asarray(implies)


def records_of(tables: Sequence[tuple[str, int]]) -> int:
    """Return how many records tables of these origins and rows describe together."""
    records, last = 0, ("", -1)
    for origin, rows in tables:
        records += 0 if origin == MASKED and last == (RAW, rows) else rows
        last = origin, rows
    return records


def _traits(cells: Cells, *, named: bool) -> ColumnTraits:
    step = max(len(cells) // SAMPLE_ROWS, 1)
    return traits_of(canonical_array(picked(cells, np.arange(0, len(cells), step))), identifier=named)


def _sampled(cells: Cells, traits: ColumnTraits) -> dict[str, list[str]]:
    """Evenly spaced forms, by which it is seen that one column's values stand inside another's; by suffix."""
    if not len(cells):
        return {}
    picks = np.unique(np.linspace(0, len(cells) - 1, _SAMPLE).astype(np.int64))
    forms = canonical_array(picked(cells, picks))
    return {name: found.to_pylist() for name, found in [("", forms), *derived_forms(forms, traits)]}


def _derived(cells: Cells, postings: Postings, traits: ColumnTraits, key: bytes) -> dict[str, Words]:
    """Hashes of the coarser spellings of each row, by suffix; every distinct value is spelled once."""
    if not (traits.date or traits.amount):
        return {}
    firsts = postings.rows[postings.start[:-1]].astype(np.int64)
    order = np.argsort(firsts)
    made: dict[str, Words] = {}
    for begin in range(0, len(order), _PIECE):
        piece = order[begin : begin + _PIECE]
        for suffix, forms in derived_forms(canonical_array(picked(cells, firsts[piece])), traits):
            # What a piece has no coarser spelling of is spelled as it is.
            made.setdefault(suffix, postings.hashes.copy())[piece] = hash_forms(forms, key)
    counts = np.diff(postings.start)
    out = {}
    for suffix in list(made):
        out[suffix] = np.zeros(len(cells), np.uint64)
        out[suffix][postings.rows] = np.repeat(made.pop(suffix), counts)
    return out


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
