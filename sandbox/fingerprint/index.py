"""The record index: every value of the raw and the masked rows as a keyed hash, with its frequency and rows.

Decides how a source is remembered, not what a match means (`match.py`). Holds no cell, only hashes
under a key it does not store; a holder of the key can test guesses, so it stays with the gate.
Built at landing by the masking room and by `inspect`; read by the gate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
import pyarrow as pa

from sandbox.fingerprint.arrays import read_arrays, write_arrays
from sandbox.fingerprint.buffers import large_buffers
from sandbox.fingerprint.canonical import canonical_array
from sandbox.fingerprint.columns import ColumnTraits, contained_pairs, derived_forms, implied_pairs, traits_of
from sandbox.fingerprint.siphash import keyed_hash, siphash
from sandbox.kernel.errors import InputError, StateError
from sandbox.kernel.message import say

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sandbox.fingerprint.siphash import Words

RAW: Final = "raw"
MASKED: Final = "masked"
_SAMPLE: Final = 400
_CHECK: Final = b"record index key"


@dataclass(frozen=True, slots=True)
class IndexedColumn:
    """One column of the index; a virtual one (month of a date, rounded amount) names its source column."""

    name: str
    origin: str
    virtual: bool
    traits: ColumnTraits


@dataclass(frozen=True, slots=True, eq=False)
class RecordIndex:
    """Entries are distinct (value, column) pairs sorted by hash; `codes[c, r]` is 1 + the entry of a cell.

    `records` counts source rows; a masked table of the same length as the raw table before it describes
    the same records. `implies[a, b]` says that column b tells nothing new once column a is known.
    """

    key: bytes = field(repr=False)
    records: int
    columns: tuple[IndexedColumn, ...]
    hashes: Words  # uint64 [entries], sorted
    column: np.ndarray[Any, np.dtype[np.uint16]]  # column of each entry
    count: np.ndarray[Any, np.dtype[np.uint32]]  # rows that hold it
    start: np.ndarray[Any, np.dtype[np.uint32]]  # where its rows begin in `rows`
    rows: np.ndarray[Any, np.dtype[np.uint32]]
    codes: np.ndarray[Any, np.dtype[np.uint32]]  # [columns, records]
    implies: np.ndarray[Any, np.dtype[np.bool_]]  # [columns, columns]
    units: np.ndarray[Any, np.dtype[np.uint32]]  # [records], 0 = unknown; empty if not given
    sieve: np.ndarray[Any, np.dtype[np.bool_]]  # by the top bits of a hash: false = certainly not held

    @classmethod
    def build(
        cls,
        tables: Sequence[tuple[str, pa.Table]],
        *,
        key: bytes,
        units: np.ndarray[Any, np.dtype[np.uint32]] | None = None,
        identifiers: Collection[str] = (),
    ) -> RecordIndex:
        """Index `tables`, each ("raw" or "masked", table of string columns), under a 16-byte key.

        `identifiers` names columns whose single cell already proves a record; columns that look like
        numbers of persons or firms, or like tokens, are found without being named. `units` gives the
        unit of each record. Raises `InputError` for no table or for units of another length.
        """
        builder = _Builder(key, frozenset(identifiers))
        for origin, table in tables:
            builder.add_table(origin, table)
        if not builder.columns:
            raise InputError(say("没有可供比对的源数据列，请提供至少一张有列的表"))
        if units is not None and len(units) != builder.records:
            raise InputError(say("统计单位的行数与源数据不一致，请重新落地该数据集"))
        return builder.finish(units)

    def lookup(self, hashes: Words) -> np.ndarray[Any, np.dtype[np.int64]]:
        """First entry of each hash, -1 for none; entries of the same value in other columns follow it."""
        out = np.full(len(hashes), -1, np.int64)
        likely = np.flatnonzero(self.sieve[hashes >> self._shift] & (hashes != 0))
        likely = likely[np.argsort(hashes[likely])]
        wanted = hashes[likely]
        place = np.searchsorted(self.hashes, wanted)
        found = (
            self.hashes[np.minimum(place, len(self.hashes) - 1)] == wanted if len(self.hashes) else place < 0
        )
        out[likely[found]] = place[found]
        return out

    @property
    def _shift(self) -> np.uint64:
        return np.uint64(64 - (len(self.sieve).bit_length() - 1))

    def save(self, out: BinaryIO) -> None:
        """Write everything but the key."""
        names = ("hashes", "column", "count", "start", "rows", "codes", "implies", "units")
        columns = [[c.name, c.origin, c.virtual, *c.traits.as_list()] for c in self.columns]
        check = siphash(_CHECK, self.key)
        note = {"format": 1, "records": self.records, "columns": columns, "check": f"{check:016x}"}
        write_arrays(out, {name: getattr(self, name) for name in names}, note=note)

    @classmethod
    def load(cls, source: BinaryIO, *, key: bytes) -> RecordIndex:
        """Read an index back; `StateError` if `key` is not the one it was built under."""
        arrays, note = read_arrays(source)
        if note.get("check") != f"{siphash(_CHECK, key):016x}":
            raise StateError(say("记录指纹的密钥与旁档不符，请检查密钥环后重试"))
        columns = tuple(
            IndexedColumn(name, origin, virtual, ColumnTraits(*rest))
            for name, origin, virtual, *rest in note["columns"]
        )
        return cls(
            key=key, records=int(note["records"]), columns=columns, sieve=_sieve(arrays["hashes"]), **arrays
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Grouped:
    """One column by value: distinct hashes in order, how often, and the rows of each in turn."""

    hashes: Words
    count: np.ndarray[Any, np.dtype[np.uint32]]
    rows: np.ndarray[Any, np.dtype[np.uint32]]


class _Builder:
    """Collects columns table by table; an object only because the tables share record numbers."""

    def __init__(self, key: bytes, identifiers: frozenset[str]) -> None:
        self.key = key
        self.identifiers = identifiers
        self.records = 0
        self.columns: list[IndexedColumn] = []
        self._groups: list[_Grouped] = []
        self._samples: list[list[str]] = []
        self._base = 0
        self._last: tuple[str, int] | None = None
        self._seen: list[Words] = []
        self._families: list[int] = []  # place of the source column of each column

    def add_table(self, origin: str, table: pa.Table) -> None:
        shared = origin == MASKED and self._last == (RAW, table.num_rows)
        if not shared:
            self._base = self.records
            self.records += table.num_rows
            self._seen = []
        self._last = (origin, table.num_rows)
        for name in table.column_names:
            self._add(name, origin, canonical_array(table.column(name)))

    def _add(self, name: str, origin: str, forms: pa.Array) -> None:
        hashes = self._hash(forms)
        # A column kept as it was is the raw column again: once is enough.
        if any(np.array_equal(hashes, other) for other in self._seen if origin == MASKED):
            return
        if origin == RAW:
            self._seen.append(hashes)
        traits = traits_of(forms, identifier=name in self.identifiers)
        self._keep(name, origin, forms, hashes, traits)
        for suffix, derived in derived_forms(forms, traits):
            self._keep(
                f"{name}·{suffix}", origin, derived, self._hash(derived), traits.weakened(), virtual=True
            )

    def _hash(self, forms: pa.Array) -> Words:
        hashes = keyed_hash(forms, self.key)
        hashes[np.diff(large_buffers(forms)[0]) == 0] = 0
        return hashes

    def _keep(
        self,
        name: str,
        origin: str,
        forms: pa.Array,
        hashes: Words,
        traits: ColumnTraits,
        *,
        virtual: bool = False,
    ) -> None:
        grouped = _group(hashes, self._base)
        traits = traits.counted(distinct=len(grouped.hashes), filled=len(grouped.rows))
        self.columns.append(IndexedColumn(name, origin, virtual, traits))
        self._groups.append(grouped)
        self._families.append(self._families[-1] if virtual else len(self._families))
        picks = np.unique(np.linspace(0, max(len(forms) - 1, 0), _SAMPLE).astype(np.int64))
        sample = forms.take(pa.array(picks)).to_pylist() if len(forms) else []
        # Samples are compared row by row, so columns of another table never share a key.
        self._samples.append([f"{self._base}", *sample])

    def finish(self, units: np.ndarray[Any, np.dtype[np.uint32]] | None) -> RecordIndex:
        groups = self._groups
        sizes = np.array([len(group.hashes) for group in groups])
        hashes = np.concatenate([group.hashes for group in groups])
        column = np.repeat(np.arange(len(groups), dtype=np.uint16), sizes)
        count = np.concatenate([group.count for group in groups])
        start = np.cumsum(count, dtype=np.int64) - count
        if int(count.sum(dtype=np.int64)) >= 1 << 32:
            raise InputError(say("源数据超过四十亿个单元格，请分批落地"))
        order = np.argsort(hashes, kind="stable")
        rank = np.empty(len(order), np.uint32)
        rank[order] = np.arange(1, len(order) + 1, dtype=np.uint32)
        codes = np.zeros((len(groups), self.records), np.uint32)
        first = 0
        for index, group in enumerate(groups):
            last = first + len(group.hashes)
            codes[index, group.rows] = np.repeat(rank[first:last], group.count)
            first = last
        rows = np.concatenate([group.rows for group in groups])
        family = np.array(self._families)
        # Derived columns follow their source from fine to coarse.
        implies = np.triu(family[:, None] == family[None, :], 1)
        implies |= contained_pairs(self._samples) | implied_pairs(codes, units)
        known = np.empty(0, np.uint32) if units is None else units
        return RecordIndex(
            self.key, self.records, tuple(self.columns), hashes[order], column[order], count[order],
            start[order].astype(np.uint32), rows, codes, implies, known, _sieve(hashes[order]),
        )  # fmt: skip


def _sieve(hashes: Words) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Eight to sixteen places for each entry, at least a thousand: most strangers fall on an empty one."""
    bits = min(max(len(hashes).bit_length() + 3, 10), 28)
    sieve = np.zeros(1 << bits, np.bool_)
    sieve[hashes >> np.uint64(64 - bits)] = True
    return sieve


def _group(hashes: Words, base: int) -> _Grouped:
    order = np.argsort(hashes)
    ordered = hashes[order]
    skip = int(np.searchsorted(ordered, np.uint64(1)))
    order, ordered = order[skip:], ordered[skip:]
    fresh = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    firsts = np.flatnonzero(fresh)
    count = np.diff(np.append(firsts, len(ordered))).astype(np.uint32)
    return _Grouped(ordered[firsts], count, (order + base).astype(np.uint32))
