"""The record index as it is kept: few bytes a record, told apart by format, earlier formats still read.

A column of few values is kept as the numbers of its values, one a record; a column of many as the
records in the order of their hashes, and of each hash what its place does not tell. Called by the
index; streams are the caller's, sealed.
"""

from __future__ import annotations

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
from sandbox.fingerprint.postings import Postings, Rows, from_marks
from sandbox.fingerprint.siphash import siphash
from sandbox.kernel.errors import StateError, TamperedError
from sandbox.kernel.message import say

Arrays: TypeAlias = dict[str, np.ndarray[Any, Any]]

_CHECK: Final = b"record index key"
_FORMAT: Final = 2


def write_index(index: RecordIndex, out: BinaryIO, *, with_units: bool) -> None:
    """Write everything but the key."""
    arrays: Arrays = {"implies": index.implies}
    if with_units:
        arrays["units"] = index.units
    for place in range(len(index.columns)):
        arrays |= {f"{place}/{name}": part for name, part in _packed(index, place).items()}
    columns = [[c.name, c.origin, c.virtual, *c.traits.as_list()] for c in index.columns]
    check = siphash(_CHECK, index.key)
    note = {"format": _FORMAT, "records": index.records, "columns": columns, "check": f"{check:016x}"}
    write_arrays(out, arrays, note=note)


def _packed(index: RecordIndex, place: int) -> Arrays:
    first, last = int(index.base[place]), int(index.base[place + 1])
    hashes = index.hashes[first:last]
    if index.small[place]:
        marks = index.marks[:, place]
        if len(hashes) == 1 and marks.all():
            return {"hashes": hashes}  # one value throughout
        return {"hashes": hashes, "marks": pack(marks, width_of(len(hashes)))}
    start = index.start[first : last + 1]
    rows = index.rows[start[0] : start[-1]]
    fresh = np.zeros(len(rows), np.bool_)
    fresh[start[:-1] - start[0]] = True
    counts, tags = pack_hashes(hashes, bucket_bits(len(hashes)), _tag(index.columns[place].traits))
    width = width_of(max(index.records - 1, 1))
    return {"counts": counts, "tags": tags, "fresh": np.packbits(fresh), "rows": pack(rows, width)}


def _tag(traits: ColumnTraits) -> int:
    return SURE_TAG if traits.identifier else TAG


def read_index(source: BinaryIO, *, key: bytes, units: Rows | None) -> RecordIndex:
    """Read an index back; `StateError` for another key, `TamperedError` for a stream that is not whole."""
    arrays, note = read_arrays(source)
    if note.get("check") != f"{siphash(_CHECK, key):016x}":
        raise StateError(say("记录指纹的密钥与旁档不符，请检查密钥环后重试"))
    columns = tuple(
        IndexedColumn(name, origin, virtual, ColumnTraits(*rest))
        for name, origin, virtual, *rest in note["columns"]
    )
    records = int(note["records"])
    if note.get("format") == 1:
        postings = _first_format(arrays, len(columns))
    elif note.get("format") == _FORMAT:
        postings = [_unpacked(arrays, place, column.traits, records) for place, column in enumerate(columns)]
    else:
        raise TamperedError(say("出域闸口的旁档是本版本不认识的格式，请升级平台或重新落地该数据集"))
    known = arrays.get("units", np.empty(0, np.uint32)) if units is None else units
    if any(len(one.rows) and int(one.rows.max()) >= records for one in postings):
        raise _broken()
    if len(known) not in (0, records):
        raise TamperedError(say("旁档各部分的行数不一致，请重新落地该数据集"))
    masks = [
        np.uint64((1 << 64) - 1)
        if one.small or note["format"] == 1
        else kept_bits(len(one.hashes), _tag(column.traits))
        for one, column in zip(postings, columns, strict=True)
    ]
    return assemble(key, records, columns, postings, masks=masks, implies=arrays["implies"], units=known)


def _unpacked(arrays: Arrays, place: int, traits: ColumnTraits, records: int) -> Postings:
    held = {
        name: arrays.get(f"{place}/{name}") for name in ("hashes", "marks", "counts", "tags", "fresh", "rows")
    }
    hashes, marks, packed = held["hashes"], held["marks"], held["rows"]
    if hashes is not None:
        if marks is None:
            return from_marks(hashes, np.ones(records, np.uint16), None)
        numbers = unpack(marks, width_of(len(hashes)), records, np.uint16)
        if int(numbers.max(initial=0)) > len(hashes):
            raise _broken()
        return from_marks(hashes, numbers, None)
    counts, tags, bits = held["counts"], held["tags"], held["fresh"]
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
