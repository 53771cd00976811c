"""The record index as it is kept: few bytes a record, told apart by format, earlier formats still read.

A column of few values is kept as the numbers of its values, one a record; a column of many as the
records in the order of their hashes, and of each hash what its place does not tell. Called by the
index; streams are the caller's, sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO, Final, TypeAlias

import numpy as np

from sandbox.fingerprint.arrays import read_arrays, write_arrays
from sandbox.fingerprint.build import SURE_TAG, TAG, assemble
from sandbox.fingerprint.columns import ColumnTraits
from sandbox.fingerprint.index import IndexedColumn, RecordIndex
from sandbox.fingerprint.packing import (
    bucket_bits,
    kept_bits,
    pack,
    pack_hashes,
    unpack,
    unpack_hashes,
    width_of,
)
from sandbox.fingerprint.postings import Marks, Postings, Rows, from_marks
from sandbox.fingerprint.siphash import siphash
from sandbox.kernel.errors import StateError, TamperedError
from sandbox.kernel.message import say

Arrays: TypeAlias = dict[str, np.ndarray[Any, Any]]

_CHECK: Final = b"record index key"
_FORMAT: Final = 3
"""Column after column, each a stream of arrays by itself, written when it is done. Two had all in one."""


class IndexShelf:
    """Writes an index column by column to a stream, everything but the key; only a closed one is whole."""

    def __init__(self, out: BinaryIO, *, key: bytes, records: int) -> None:
        self._out, self._records, self._columns = out, records, 0
        note = {"format": _FORMAT, "records": records, "check": f"{siphash(_CHECK, key):016x}"}
        write_arrays(out, {}, note=note)

    def add(self, column: IndexedColumn, postings: Postings, _: np.uint64) -> None:
        """Write a finished column."""
        marks = postings.marks(self._records) if postings.small else None
        self._put(column, _packed(postings, marks, column.traits, self._records))

    def taken(self, index: RecordIndex) -> None:
        """Write all columns of an index."""
        for place, column in enumerate(index.columns):
            first, last = int(index.base[place]), int(index.base[place + 1])
            start = index.start[first : last + 1]
            held = Postings(index.hashes[first:last], start - start[0], index.rows[start[0] : start[-1]])
            marks = index.marks[:, place] if index.small[place] else None
            self._put(column, _packed(held, marks, column.traits, self._records))

    def _put(self, column: IndexedColumn, arrays: Arrays) -> None:
        told = [column.name, column.origin, column.virtual, *column.traits.as_list()]
        write_arrays(self._out, arrays, note={"column": told})
        self._columns += 1

    def close(self, implies: np.ndarray[Any, np.dtype[np.bool_]], units: Rows | None) -> None:
        """Write what follows from what, and the units where the caller does not keep them elsewhere."""
        last: Arrays = {"implies": implies} if units is None else {"implies": implies, "units": units}
        write_arrays(self._out, last, note={"columns": self._columns})


def write_index(index: RecordIndex, out: BinaryIO, *, with_units: bool) -> None:
    """Write everything but the key."""
    shelf = IndexShelf(out, key=index.key, records=index.records)
    shelf.taken(index)
    shelf.close(index.implies, index.units if with_units else None)


def _packed(postings: Postings, marks: Marks | None, traits: ColumnTraits, records: int) -> Arrays:
    hashes = postings.hashes
    if marks is not None:
        if len(hashes) == 1 and marks.all():
            return {"hashes": hashes}  # one value throughout
        return {"hashes": hashes, "marks": pack(marks, width_of(len(hashes)))}
    fresh = np.zeros(len(postings.rows), np.bool_)
    fresh[postings.start[:-1]] = True
    counts, tags = pack_hashes(hashes, bucket_bits(len(hashes)), _tag(traits))
    rows = pack(postings.rows, width_of(max(records - 1, 1)))
    return {"counts": counts, "tags": tags, "fresh": np.packbits(fresh), "rows": rows}


def _tag(traits: ColumnTraits) -> int:
    return SURE_TAG if traits.identifier else TAG


def read_index(source: BinaryIO, *, key: bytes, units: Rows | None) -> RecordIndex:
    """Read an index back; `StateError` for another key, `TamperedError` for a stream that is not whole."""
    arrays, note = read_arrays(source)
    if note.get("check") != f"{siphash(_CHECK, key):016x}":
        raise StateError(say("记录指纹的密钥与旁档不符，请检查密钥环后重试"))
    records, form = int(note["records"]), note.get("format")
    if form == _FORMAT:
        columns, postings, arrays = _column_by_column(source, records)
    else:
        columns = tuple(map(_column, note["columns"]))
        postings = _earlier_format(arrays, columns, records, form)
    known = arrays.get("units", np.empty(0, np.uint32)) if units is None else units
    if any(len(one.rows) and int(one.rows.max()) >= records for one in postings):
        raise _broken()
    if len(known) not in (0, records):
        raise TamperedError(say("旁档各部分的行数不一致，请重新落地该数据集"))
    masks = [
        np.uint64((1 << 64) - 1)
        if one.small or form == 1
        else kept_bits(len(one.hashes), _tag(column.traits))
        for one, column in zip(postings, columns, strict=True)
    ]
    return assemble(key, records, columns, postings, masks=masks, implies=arrays["implies"], units=known)


def _column(told: Sequence[Any]) -> IndexedColumn:
    name, origin, virtual, *rest = told
    return IndexedColumn(name, origin, virtual, ColumnTraits(*rest))


def _column_by_column(
    source: BinaryIO, records: int
) -> tuple[tuple[IndexedColumn, ...], list[Postings], Arrays]:
    """The columns, their postings, and the arrays at the end."""
    columns: list[IndexedColumn] = []
    postings: list[Postings] = []
    while True:
        arrays, note = read_arrays(source)
        if "column" not in note:
            if note.get("columns") != len(columns):
                raise _broken()
            return tuple(columns), postings, arrays
        columns.append(_column(note["column"]))
        postings.append(_unpacked(arrays, columns[-1].traits, records))


def _earlier_format(
    arrays: Arrays, columns: Sequence[IndexedColumn], records: int, form: object
) -> list[Postings]:
    if form == 1:
        return _first_format(arrays, len(columns))
    if form == 2:
        return [
            _unpacked(_under(f"{place}/", arrays), column.traits, records)
            for place, column in enumerate(columns)
        ]
    raise TamperedError(say("出域闸口的旁档是本版本不认识的格式，请升级平台或重新落地该数据集"))


def _under(prefix: str, arrays: Arrays) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _unpacked(held: Arrays, traits: ColumnTraits, records: int) -> Postings:
    hashes, marks, packed = held.get("hashes"), held.get("marks"), held.get("rows")
    if hashes is not None:
        if marks is None:
            return from_marks(hashes, np.ones(records, np.uint16), None)
        numbers = unpack(marks, width_of(len(hashes)), records, np.uint16)
        if int(numbers.max(initial=0)) > len(hashes):
            raise _broken()
        return from_marks(hashes, numbers, None)
    counts, tags, bits = held.get("counts"), held.get("tags"), held.get("fresh")
    if counts is None or tags is None or bits is None or packed is None:
        raise _broken()
    found = unpack_hashes(counts, tags, _tag(traits))
    fresh = np.flatnonzero(np.unpackbits(bits, count=traits.filled))
    if len(fresh) != len(found):
        raise _broken()
    rows = unpack(packed, width_of(max(records - 1, 1)), traits.filled, np.uint32)
    return Postings(found, np.append(fresh, traits.filled).astype(np.uint32), rows)


def _first_format(arrays: Arrays, columns: int) -> list[Postings]:
    """Postings of an index of the first format, whose entries of all columns stood in the order of hashes."""
    found = []
    for place in range(columns):
        entries = np.flatnonzero(arrays["column"] == place)
        count, begin = arrays["count"][entries].astype(np.int64), arrays["start"][entries].astype(np.int64)
        start = np.append(0, np.cumsum(count)).astype(np.int64)
        within = np.arange(start[-1]) - np.repeat(start[:-1], count)
        rows = arrays["rows"][np.repeat(begin, count) + within]
        # Rows of one value in ascending order: the first format did not promise it.
        order = np.lexsort((rows, np.repeat(np.arange(len(entries)), count)))
        found.append(Postings(arrays["hashes"][entries], start.astype(np.uint32), rows[order]))
    return found


def _broken() -> TamperedError:
    return TamperedError(say("出域闸口的旁档不完整或已损坏，请重新落地该数据集"))
