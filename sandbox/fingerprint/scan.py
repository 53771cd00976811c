"""The compiled search, laid out for an index once and run over blocks on several cores.

Answers with the same values as `evidence.score_rows` and its neighbours; `match` decides which of the
two serves. What is laid out is kept with the index, in memory only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from sandbox.fingerprint.evidence import SETTLED, STEP, Scored, Search, strong_columns
from sandbox.fingerprint.index import RARE

if TYPE_CHECKING:
    from sandbox.fingerprint.index import RecordIndex
    from sandbox.fingerprint.row_kernels import Tables
    from sandbox.fingerprint.siphash import Words

Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

_SIEVE_BITS: Final = 27  # at most 128 MiB
_COMMON: Final = 1 << 16
_LOAD: Final = 2  # a bucket holds two to four entries
_FINE: Final = 7  # columns whose pairs of values are sifted, ...
_PAIR_BITS: Final = 3  # ... with two to the third to fourth bits a pair, two of them set, ...
_MOST_BITS: Final = 30  # ... 128 MiB at most


def scan(
    index: RecordIndex,
    hashes: list[tuple[int, Words]],
    *,
    filled: Integers,
    search: Search,
    budget: int,
) -> tuple[Scored, Integers, Integers, Integers, bool]:
    """Best records of a block's rows; rows and entries of sure values; links; whether the budget was short.

    `hashes` are the readings of candidate columns, with the column's place; as `Hits.find` takes them.
    """
    from sandbox.fingerprint.row_kernels import scan_block  # the compiler is slow to load

    grid = np.stack([column for _, column in hashes])
    places = np.array([place for place, _ in hashes], np.int64)
    rows, found, bits, agree, named, entries, links, short = scan_block(
        laid_out(index), grid, places, int(places[-1]) + 1, filled.astype(np.int64),
        search.floor, search.enough, SETTLED, RARE, budget,
    )  # fmt: skip
    share = (found[1] / np.maximum(filled[rows], 1)).astype(np.float32)
    return Scored(rows, found[0], bits, share, found[2], agree), named, entries, links, bool(short)


def laid_out(index: RecordIndex) -> Tables:
    """The index as the compiled search reads it; made at first use."""
    from sandbox.fingerprint.row_kernels import Tables

    if "tables" not in index.prepared:
        sieve, shift = _sieve(index)
        bucket, begin, top = _buckets(index)
        order, offset = _order(index)
        fine, pairs, pair_shift = _pairs(index)
        sizes = np.array([column.traits.distinct for column in index.columns])
        rank = np.empty(len(sizes), np.int64)
        rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
        sure = np.array([column.traits.identifier for column in index.columns])
        index.prepared["tables"] = Tables(
            index.hashes, index.masks, index.base, index.start, index.rows, index.marks, index.small,
            index.partner, order, offset, index.implies, index.units, rank, strong_columns(index), sure,
            sieve, shift, bucket, begin, top, _worth(index.records), fine, pairs, pair_shift,
            *_slots(index, top),
        )  # fmt: skip
    made: Tables = index.prepared["tables"]
    return made


def _worth(records: int) -> Any:
    """Bits of a value by the number of its rows."""
    with np.errstate(divide="ignore"):
        bits = np.rint(np.log2(records / np.arange(min(records, _COMMON) + 1)) * STEP) / STEP
    return np.maximum(bits, 0).astype(np.float32)


def _sieve(index: RecordIndex) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], np.uint64]:
    """Four to eight places for each entry, at least a thousand: most strangers fall on an empty one."""
    bits = min(max(len(index.hashes).bit_length() + 2, 10), _SIEVE_BITS)
    shift = np.uint64(64 - bits)
    sieve = np.zeros(1 << bits, np.uint8)
    for column in range(len(index.columns)):
        first, last = int(index.base[column]), int(index.base[column + 1])
        place = index.hashes[first:last] >> shift
        sieve[place] |= np.uint8(1 << (column & 7))
    return sieve, shift


def _pairs(index: RecordIndex) -> tuple[Any, Words, np.uint64]:
    """The columns of most values, bits for every two values of them that one record holds, and the shift.

    A row whose fine values belong to no record two by two is no record unless its common values suffice.
    """
    from sandbox.fingerprint.row_kernels import sift_pairs

    fine = np.zeros(len(index.columns), np.bool_)
    by_size = np.argsort([-column.traits.distinct for column in index.columns], kind="stable")
    fine[[place for place in by_size.tolist() if not index.columns[place].virtual][:_FINE]] = True
    chosen = np.flatnonzero(fine).tolist()
    two = [(c, d) for at, c in enumerate(chosen) for d in chosen[at + 1 :]]
    bits = min(max((index.records * len(two)).bit_length() + _PAIR_BITS, 10), _MOST_BITS)
    pairs, shift = np.zeros(1 << (bits - 6), np.uint64), np.uint64(64 - bits + 6)
    for c, d in two:
        sift_pairs(index.marks, c, d, pairs, shift)
    return fine, pairs, shift


def _buckets(index: RecordIndex) -> tuple[Any, Integers, Words]:
    """Where in a column's entries each bucket of top bits begins, column after column."""
    parts, begin, top = [], [], []
    size = 0
    for column in range(len(index.columns)):
        hashes = index.hashes[int(index.base[column]) : int(index.base[column + 1])]
        bits = max(len(hashes).bit_length() - _LOAD, 1)
        counts = np.bincount((hashes >> np.uint64(64 - bits)).astype(np.int64), minlength=1 << bits)
        parts.append(np.append(0, np.cumsum(counts)).astype(np.uint32))
        begin.append(size)
        top.append(64 - bits)
        size += len(parts[-1])
    return np.concatenate(parts), np.array(begin, np.int64), np.array(top, np.uint64)


def _slots(index: RecordIndex, top: Words) -> tuple[Any, Any]:
    """By entry the 32 bits of its hash behind its bucket's, and its start: they are asked for together.
    By column, whether these bits and the bucket's are all that is kept of its hashes."""
    slots = np.zeros((len(index.start), 2), np.uint32)
    slots[:, 1] = index.start
    told = np.zeros(len(index.columns), np.bool_)
    for column in range(len(index.columns)):
        first, last = int(index.base[column]), int(index.base[column + 1])
        behind = np.uint64(64) - top[column]
        slots[first:last, 0] = (index.hashes[first:last] << behind) >> np.uint64(32)
        told[column] = not int(index.masks[column] << behind) & 0xFFFFFFFF
    return slots, told


def _order(index: RecordIndex) -> tuple[Any, Integers]:
    """Marks of each column's partner in the order of its rows, column after column."""
    parts = [np.empty(0, np.uint16)]
    offset = np.zeros(len(index.columns), np.int64)
    size = 0
    for column in np.flatnonzero(index.partner >= 0).tolist():
        first, last = index.start[index.base[column]], index.start[index.base[column + 1]]
        parts.append(index.marks[index.rows[first:last], index.partner[column]])
        offset[column] = size
        size += len(parts[-1])
    return np.concatenate(parts), offset


def prepare() -> None:
    """Compile now, so that a process that cannot keep machine code finds it beside the modules."""
    import pyarrow as pa

    from sandbox.fingerprint.cells import hash_columns
    from sandbox.fingerprint.index import RecordIndex
    from sandbox.fingerprint.match import match

    table = pa.table({"a": ["1", "2"], "b": ["x", "y"]})
    key = bytes(16)
    hash_columns(table.columns, key, compiled=True)
    match(RecordIndex.build([("raw", table)], key=key), table, compiled=True)
