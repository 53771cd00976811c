"""Hashes of the canonical forms of a column's cells, large columns by compiled code on several cores.

Decides only how: the value is always that of `keyed_hash(canonical_array(cells))`, with 0 for a cell
that has no canonical form. The index and the match both hash with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.fingerprint.buffers import large_buffers
from sandbox.fingerprint.canonical import SENTINELS, canonical_array
from sandbox.fingerprint.siphash import Words, keyed_hash, plain_hash

_LOADING_PAYS: Final = 1 << 12
_COMPILING_PAYS: Final = 1 << 17
_PIECE: Final = 65_536
_MAX_WORKERS: Final = 4
_TOGETHER: Final = 512
"""Cells of a column up to which several are hashed as one."""

In = TypeVar("In")
Out = TypeVar("Out")


@cache
def compile_from() -> int:
    """Cells from which compiled code pays: few where it lies beside the modules and is no older."""
    room = Path(__file__).parent
    written = max(one.stat().st_mtime for one in room.glob("*_kernels.py"))
    made = [one.stat().st_mtime for one in room.glob("__pycache__/row_kernels*.nbc")]
    return _LOADING_PAYS if max(made, default=0.0) > written else _COMPILING_PAYS


def workers() -> int:
    """Threads worth having in this process."""
    return min(len(os.sched_getaffinity(0)), _MAX_WORKERS)


def side_by_side(work: Callable[[In], Out], items: Iterable[In]) -> list[Out]:
    """Results of the work on each item, in order; several at a time where there are cores."""
    every = list(items)
    if workers() == 1 or len(every) < 2:
        return [work(item) for item in every]
    with ThreadPoolExecutor(workers()) as pool:
        return list(pool.map(work, every))


def ahead(items: Iterator[In]) -> Iterator[In]:
    """Yield the items; the next one is made while the caller works on the one before."""
    if workers() == 1:
        yield from items
        return
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def hash_forms(forms: pa.Array, key: bytes) -> Words:
    """Hashes of canonical forms; 0 for an empty one."""
    hashes = keyed_hash(forms, key)
    hashes[np.diff(large_buffers(forms)[0]) == 0] = 0
    return hashes


def hash_columns(
    columns: Iterable[pa.Array | pa.ChunkedArray], key: bytes, *, compiled: bool | None = None
) -> list[Words]:
    """Hashes of the canonical form of every cell of each column; 0 where there is none.

    Compiled code serves where the columns are large together; `compiled` overrules that (tests).
    """
    every = list(columns)
    if compiled is None:
        compiled = sum(map(len, every)) >= compile_from()
    if not compiled:
        return _plainly(every, key)
    out = [np.empty(len(column), np.uint64) for column in every]
    pieces = [
        (piece, hashes[start : start + len(piece)])
        for column, hashes in zip(every, out, strict=True)
        for start, piece in _pieces(column)
    ]
    side_by_side(lambda pair: _fill(*pair, key), pieces)
    return out


def _plainly(columns: list[pa.Array | pa.ChunkedArray], key: bytes) -> list[Words]:
    """Return the same without compiled code: many short columns together, for each takes as long."""
    if not columns or sum(map(len, columns)) > _TOGETHER * len(columns):
        return [hash_forms(canonical_array(column), key) for column in columns]
    parts = [one.chunks if isinstance(one, pa.ChunkedArray) else [one] for one in columns]
    cells = [part.cast(pa.large_string()) for each in parts for part in each]
    hashes = hash_forms(canonical_array(pa.chunked_array(cells, pa.large_string())), key)
    return np.split(hashes, np.cumsum([len(one) for one in columns])[:-1])


def _pieces(column: pa.Array | pa.ChunkedArray) -> list[tuple[int, pa.Array]]:
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    found, start = [], 0
    for chunk in chunks:
        found += [
            (start + at, chunk.slice(at, min(_PIECE, len(chunk) - at))) for at in range(0, len(chunk), _PIECE)
        ]
        start += len(chunk)
    return found


def _fill(cells: pa.Array, out: Words, key: bytes) -> None:
    """Hash one piece of a column into its place."""
    from sandbox.fingerprint.cell_kernels import hash_cells  # the compiler is slow to load

    if pa.types.is_dictionary(cells.type):
        cells = cells.cast(cells.type.value_type)
    cells = cells.cast(pa.large_string())
    if cells.null_count:
        cells = pc.fill_null(cells, "")
    offsets, data = large_buffers(cells)
    hard = np.zeros(len(cells), np.bool_)
    low, high = (np.uint64(int.from_bytes(half, "little")) for half in (key[:8], key[8:]))
    if hash_cells(offsets, data, low, high, *_nulls(key), out, hard):
        out[hard] = hash_forms(canonical_array(cells.filter(pa.array(hard))), key)


@lru_cache(maxsize=4)
def _nulls(key: bytes) -> tuple[Words, np.ndarray[Any, np.dtype[np.bool_]], int]:
    """Sorted hashes of the sentinels, which first bytes they have, and their greatest length."""
    words = [word for word in SENTINELS if word]
    firsts = np.zeros(256, np.bool_)
    firsts[[word.encode()[0] for word in words]] = True
    hashes = np.sort(np.array([plain_hash(word, key) for word in words], np.uint64))
    return hashes, firsts, max(len(word.encode()) for word in words)
