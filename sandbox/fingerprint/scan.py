"""The compiled search, laid out for an index once and run over blocks on several cores.

Answers with the same values as `evidence.score_rows` and its neighbours; `match` decides which of the
two serves. What is laid out is kept with the index, in memory only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from sandbox.fingerprint.cells import compile_from
from sandbox.fingerprint.evidence import SETTLED, STEP, Scored, Search, strong_columns
from sandbox.fingerprint.index import RARE

if TYPE_CHECKING:
    from sandbox.fingerprint.index import RecordIndex
    from sandbox.fingerprint.postings import Rows
    from sandbox.fingerprint.row_kernels import Tables
    from sandbox.fingerprint.siphash import Words

Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

_LAID, _ASKED = "laid out", "asked"
_LARGE: Final = 1 << 21  # records from which laying out must pay, ...
_ASKED_PAYS: Final = 16  # ... one cell asked for so many of them
_SIEVE_BITS: Final = 26  # at most 128 MiB
_COMMON: Final = 1 << 16
_LOAD: Final = 2  # a bucket holds two to four entries
_BITS: Final = 16  # columns that a place of the sieve tells apart, the smallest together
_FINE: Final = 7  # columns whose pairs of values are sifted, fewer where records are too many, ...
_PAIR_BITS: Final = 4  # ... with sixteen to thirty-two bits a pair, two of them set, ...
_MOST_BITS: Final = 30  # ... 128 MiB at most, ...
_LEAST_BITS: Final = 8  # ... and then no fewer a pair than these


@dataclass(frozen=True, slots=True, eq=False)
class Scanned:
    """Best records of a block's rows; rows and entries of sure values; which columns agree how often.

    `strange` rows were no record at first sight: the links do not count them. `short`: the budget was.
    """

    scored: Scored
    named: Integers
    entries: Integers
    links: Integers
    strange: int
    short: bool


def scan(
    index: RecordIndex, hashes: list[tuple[int, Words]], *, filled: Integers, search: Search, budget: int
) -> Scanned:
    """Search a block for records.

    `hashes` are the readings of candidate columns, with the column's place; as `Hits.find` takes them.
    """
    from sandbox.fingerprint.row_kernels import scan_block  # the compiler is slow to load

    rows, found, bits, agree, named, entries, links, strange, short = scan_block(
        laid_out(index), *_grid(hashes), filled.astype(np.int64),
        search.floor, search.enough, SETTLED, RARE, budget,
    )  # fmt: skip
    share = (found[1] / np.maximum(filled[rows], 1)).astype(np.float32)
    scored = Scored(rows, found[0], bits, share, found[2], agree)
    return Scanned(scored, named, entries, links, int(strange), bool(short))


def linked(index: RecordIndex, hashes: list[tuple[int, Words]]) -> Integers:
    """[candidate column, source column] number of cells of a block that hold a value of it."""
    from sandbox.fingerprint.row_kernels import count_links

    return np.asarray(count_links(laid_out(index), *_grid(hashes)))


def _grid(hashes: list[tuple[int, Words]]) -> tuple[Any, Integers, int]:
    places = np.array([place for place, _ in hashes], np.int64)
    return np.stack([column for _, column in hashes]), places, int(places[-1]) + 1


def pays(index: RecordIndex, cells: int) -> bool:
    """Return whether compiled code pays for a candidate of so many cells.

    What it lays out takes half of the memory of the index again: of a large one it is made once as many cells
    were asked for, together, as can be looked up plainly in the time. Once it is there it is quicker for a
    single row, too.
    """
    if _LAID in index.prepared:
        return True
    if cells < compile_from():
        return False
    asked = index.prepared[_ASKED] = index.prepared.get(_ASKED, 0) + cells
    return index.records < _LARGE or asked * _ASKED_PAYS >= index.records


def laid_out(index: RecordIndex) -> Tables:
    """The index as the compiled search reads it; made at first use."""
    from sandbox.fingerprint.row_kernels import Tables

    if _LAID not in index.prepared:
        bit = _shared_bits(index)
        sieve, shift = _sieve(index, bit)
        bucket, begin, top = _buckets(index)
        order, offset = _order(index)
        fine, pairs, pair_shift = _pairs(index, bit)
        sizes = np.array([column.traits.distinct for column in index.columns])
        rank = np.empty(len(sizes), np.int64)
        rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
        sure = np.array([column.traits.identifier for column in index.columns])
        index.prepared[_LAID] = Tables(
            index.hashes, index.masks, index.base, index.start, index.rows, index.marks, index.small,
            index.partner, order, offset, index.implies, index.units, rank, strong_columns(index), sure,
            sieve, bit, *_by_bit(index, bit, fine), shift, bucket, begin, top, _worth(index.records),
            pairs, pair_shift, *_tags(index, top),
        )  # fmt: skip
    made: Tables = index.prepared[_LAID]
    return made


def _worth(records: int) -> Any:
    """Bits of a value by the number of its rows."""
    with np.errstate(divide="ignore"):
        bits = np.rint(np.log2(records / np.arange(min(records, _COMMON) + 1)) * STEP) / STEP
    return np.maximum(bits, 0).astype(np.float32)


def _shared_bits(index: RecordIndex) -> Integers:
    """The bit of each column in the sieve: the finest have one for themselves, the others share the last."""
    finest = np.argsort(-np.diff(index.base) + (index.records + 1) * _virtual(index), kind="stable")
    bit = np.empty(len(finest), np.int64)
    bit[finest] = np.minimum(np.arange(len(finest)), _BITS - 1)
    return bit


def _virtual(index: RecordIndex) -> Mask:
    return np.array([column.virtual for column in index.columns])


def _sieve(index: RecordIndex, bit: Integers) -> tuple[np.ndarray[Any, np.dtype[np.uint16]], np.uint64]:
    """Eight to sixteen places for each entry, at least a thousand: strangers fall on an empty one."""
    bits = min(max(len(index.hashes).bit_length() + 3, 10), _SIEVE_BITS)
    shift = np.uint64(64 - bits)
    sieve = np.zeros(1 << bits, np.uint16)
    for column in range(len(index.columns)):
        first, last = int(index.base[column]), int(index.base[column + 1])
        place = index.hashes[first:last] >> shift
        sieve[place] |= np.uint16(1 << bit[column])
    return sieve, shift


def _by_bit(index: RecordIndex, bit: Integers, fine: Mask) -> tuple[Any, Integers, Mask, Any]:
    """Of each bit what a value is worth at most, its one sifted column or -1, if it proves a record; and of
    sifted bits and the others what any of a low or a high byte is worth at most."""
    most, sifted = np.zeros(_BITS, np.float32), np.full(_BITS, -1, np.int64)
    proves = np.zeros(_BITS, np.bool_)
    for column, own in enumerate(bit.tolist()):
        first, last = int(index.base[column]), int(index.base[column + 1])
        rarest = int(np.diff(index.start[first : last + 1]).min(initial=index.records)) if last > first else 1
        most[own] = max(most[own], np.rint(np.log2(index.records / max(rarest, 1)) * STEP) / STEP)
        if (bit == own).sum() == 1:
            sifted[own] = column if fine[column] else -1
            proves[own] = index.columns[column].traits.identifier
    kinds = [np.where(sifted >= 0, most, 0), np.where(sifted < 0, most, 0)]
    held = (np.arange(256)[:, None] >> np.arange(8)) & 1
    weights = [[(held * half).max(axis=1) for half in (kind[:8], kind[8:])] for kind in kinds]
    return most, sifted, proves, np.array(weights, np.float32)


def _pairs(index: RecordIndex, bit: Integers) -> tuple[Mask, Words, np.uint64]:
    """The columns of most values, bits for every two values of them that one record holds, and the shift.

    A row whose fine values belong to no record two by two is no record unless its common values suffice.
    """
    from sandbox.fingerprint.pair_kernels import sift_pairs

    fine = (bit < _sifted_columns(index.records)) & ~_virtual(index)
    chosen = np.flatnonzero(fine).tolist()
    two = [(c, d) for at, c in enumerate(chosen) for d in chosen[at + 1 :]]
    bits = min(max((index.records * len(two)).bit_length() + _PAIR_BITS, 10), _MOST_BITS)
    pairs, shift = np.zeros(1 << (bits - 6), np.uint64), np.uint64(64 - bits + 6)
    keys = {column: _keys(index, column) for column in chosen}
    for c, d in two:
        sift_pairs(keys[c], keys[d], pairs, shift)
    return fine, pairs, shift


def _sifted_columns(records: int) -> int:
    """Return of how many columns the sieve has room for the pairs of so many records."""
    two = (1 << _MOST_BITS) // (_LEAST_BITS * max(records, 1))
    return next((many for many in range(_FINE, 3, -1) if many * (many - 1) // 2 <= two), 3)


def _keys(index: RecordIndex, column: int) -> Rows:
    """Upper half of the hash that each record has in a column; 0 for none."""
    first, last = int(index.base[column]), int(index.base[column + 1])
    start = index.start[first : last + 1]
    out = np.zeros(index.records, np.uint32)
    halves = (index.hashes[first:last] >> np.uint64(32)).astype(np.uint32)
    out[index.rows[start[0] : start[-1]]] = np.repeat(halves, np.diff(start))
    return out


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


def _tags(index: RecordIndex, top: Words) -> tuple[Rows, Mask]:
    """By entry the 32 bits of its hash behind its bucket's; by column, whether these and the bucket's are
    all that is kept of its hashes."""
    tags = np.zeros(len(index.start), np.uint32)
    told = np.zeros(len(index.columns), np.bool_)
    for column in range(len(index.columns)):
        first, last = int(index.base[column]), int(index.base[column + 1])
        behind = np.uint64(64) - top[column]
        tags[first:last] = (index.hashes[first:last] << behind) >> np.uint64(32)
        told[column] = not int(index.masks[column] << behind) & 0xFFFFFFFF
    return tags, told


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
    index = RecordIndex.build([("raw", table)], key=key)
    linked(index, list(enumerate(hash_columns(table.columns, key, compiled=True))))
    match(index, table, compiled=True)
