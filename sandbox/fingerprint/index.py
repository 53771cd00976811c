"""The record index: every value of the raw and the masked rows as a keyed hash, with its frequency and rows.

Decides how a source is remembered, not what a match means (`match.py`). Holds no cell, only hashes
under a key it does not store; a holder of the key can test guesses, so it stays with the gate.
Built at landing by the masking room and by `inspect` (`build.py`); read by the gate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias

import numpy as np

from sandbox.fingerprint.columns import ColumnTraits
from sandbox.fingerprint.siphash import Words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pyarrow as pa

    from sandbox.fingerprint.postings import Marks, Postings, Rows

Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

RAW: Final = "raw"
MASKED: Final = "masked"
RARE: Final = 64
"""Rows that hold a value up to which all of them are looked at."""


@dataclass(frozen=True, slots=True)
class IndexedColumn:
    """One column of the index; a virtual one (month of a date, rounded amount) names its source column."""

    name: str
    origin: str
    virtual: bool
    traits: ColumnTraits


@dataclass(frozen=True, slots=True, eq=False)
class RecordIndex:
    """Entries are distinct (column, value) pairs, column by column, each column's in the order of hashes.

    Column c has the entries `base[c]` to `base[c + 1]`; `rows[start[e]:start[e + 1]]` hold entry e.
    `marks[r, c]` is 1 + the number of r's value within the column, cut to sixteen bits: exact where the
    column is `small`. Of a hash only the bits in `masks[c]` are kept. `records` counts source rows; a
    masked table of the same length as the raw table before it describes the same records.
    `implies[a, b]` says that column b tells nothing new once column a is known. `partner[c]` is the
    column by whose marks the rows of one value of c are ordered, or -1.
    """

    key: bytes = field(repr=False)
    records: int
    columns: tuple[IndexedColumn, ...]
    hashes: Words  # uint64 [entries]
    masks: Words  # uint64 [columns]
    base: Integers  # [columns + 1]
    start: Rows  # [entries + 1]
    rows: Rows
    marks: Marks  # [records, columns]
    small: Mask  # [columns]
    partner: Integers  # [columns]
    implies: Mask  # [columns, columns]
    units: Rows  # [records], 0 = unknown; empty if not given
    prepared: dict[str, Any] = field(default_factory=dict, repr=False)  # what compiled search keeps of it

    @classmethod
    def build(
        cls,
        tables: Sequence[tuple[str, pa.Table]],
        *,
        key: bytes,
        units: Rows | None = None,
        identifiers: Collection[str] = (),
    ) -> RecordIndex:
        """Index `tables`, each ("raw" or "masked", table of string columns), under a 16-byte key.

        `identifiers` names columns whose single cell already proves a record; columns that look like
        numbers of persons or firms, or like tokens, are found without being named. `units` gives the
        unit of each record. Raises `InputError` for no table or for units of another length.
        """
        from sandbox.fingerprint.build import (  # it makes what is declared here
            IndexBuilder,
            assemble,
            records_of,
        )

        columns: list[IndexedColumn] = []
        postings: list[Postings] = []
        masks: list[np.uint64] = []

        def kept(column: IndexedColumn, found: Postings, mask: np.uint64) -> None:
            columns.append(column)
            postings.append(found)
            masks.append(mask)

        records = records_of([(origin, table.num_rows) for origin, table in tables])
        builder = IndexBuilder(key, records=records, keep=kept, identifiers=identifiers)
        for origin, table in tables:
            builder.begin(origin, table.num_rows)
            for name, cells in zip(table.column_names, table.columns, strict=True):
                builder.add(name, cells)
        implies = builder.implied(units)
        known = np.empty(0, np.uint32) if units is None else units
        return assemble(key, records, tuple(columns), postings, masks=masks, implies=implies, units=known)

    def lookup(self, column: int, hashes: Words) -> Integers:
        """Entry of each hash in a column, -1 for none."""
        first, last = int(self.base[column]), int(self.base[column + 1])
        out = np.full(len(hashes), -1, np.int64)
        if first == last:
            return out
        kept = hashes & self.masks[column]
        place = np.minimum(first + np.searchsorted(self.hashes[first:last], kept), last - 1)
        found = (self.hashes[place] == kept) & (hashes != 0)
        out[found] = place[found]
        return out

    def column_of(self, entries: Integers) -> Integers:
        """Column of each entry."""
        return np.asarray(np.searchsorted(self.base, entries, side="right") - 1)

    def count_of(self, entries: Integers) -> Integers:
        """Rows that hold each entry."""
        return np.asarray(self.start[entries + 1].astype(np.int64) - self.start[entries])

    def holds(self, entries: Integers, records: Integers) -> Mask:
        """Whether each record holds the entry beside it."""
        column = self.column_of(entries)
        mark = (entries - self.base[column] + 1).astype(np.uint16)
        out: Mask = self.marks[records, column] == mark
        unsure = np.flatnonzero(out & ~self.small[column])
        out[unsure] = self._listed(entries[unsure], records[unsure])
        return out

    def _listed(self, entries: Integers, records: Integers) -> Mask:
        """Whether each record is among the rows of the entry beside it, by halving."""
        low = self.start[entries].astype(np.int64)
        end = self.start[entries + 1].astype(np.int64)
        high = end.copy()
        while bool((low < high).any()):
            middle = (low + high) // 2
            less = (low < high) & (self.rows[np.minimum(middle, end - 1)] < records)
            low, high = np.where(less, middle + 1, low), np.where(less, high, np.minimum(high, middle))
        return np.asarray((low < end) & (self.rows[np.minimum(low, end - 1)] == records))

    def save(self, out: BinaryIO, *, with_units: bool = True) -> None:
        """Write everything but the key; the units not, where the caller keeps them elsewhere."""
        from sandbox.fingerprint.shelf import write_index

        write_index(self, out, with_units=with_units)

    @classmethod
    def load(cls, source: BinaryIO, *, key: bytes, units: Rows | None = None) -> RecordIndex:
        """Read an index back; `StateError` if `key` is not the one it was built under.

        `units` are those of an index that was written without.
        """
        from sandbox.fingerprint.shelf import read_index

        return read_index(source, key=key, units=units)
