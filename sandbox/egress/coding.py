"""Columns by codes of their values, and the cells that several such columns make together.

A column of few values is computed with value by value, not row by row: every row has its value's code. Reads
no claim and judges nothing; called by `recompute`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.units import MANY_ROWS, Sets

FEW_VALUES = 20_000
"""A column with more values than this is computed row by row."""
_SAMPLE = 65_536
_MOST_CODES = 1 << 22


@dataclass(frozen=True, slots=True)
class Coded:
    """A result that every row has by a code: `values` are the different results, null among them or not."""

    codes: NDArray[np.int64]
    values: pa.Array

    def texts(self) -> list[str | None]:
        """Return the value of every row, as text."""
        return [
            None if one is None else str(one) for one in self.values.take(pa.array(self.codes)).to_pylist()
        ]


def coded(column: pa.ChunkedArray | pa.Array) -> Coded:
    """Return a column by its different values, in the order in which they come up, null as one of them."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    whole = pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole
    known = whole.dictionary_encode(null_encoding="encode")
    return Coded(known.indices.to_numpy(zero_copy_only=False), known.dictionary)


def coded_few(column: pa.ChunkedArray) -> Coded | None:
    """Return a column of texts by its values; None for one of other things, or of many values."""
    text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    if not text or not len(column) or len(pc.unique(column.slice(0, _SAMPLE))) > FEW_VALUES:
        return None
    known = column.dictionary_encode(null_encoding="encode")
    if len(known.chunk(0).dictionary) > FEW_VALUES:
        return None
    indices = pa.chunked_array([chunk.indices for chunk in known.chunks])
    return Coded(indices.to_numpy(), known.chunk(0).dictionary)


def spread(column: Coded, results: pa.Array) -> Coded:
    """Return what was computed for every value of a column as what its rows have, equal results as one."""
    found = coded(results)
    same = np.array_equal(found.codes, np.arange(found.codes.size))
    return Coded(column.codes if same else found.codes[column.codes], found.values)


def grouped(keys: Sequence[Coded]) -> NDArray[np.int64]:
    """Return the number of every row's group by all keys, null as one more value, groups as they come up."""
    sets, _ = cells_of(keys, np.ones(keys[0].codes.size, dtype=bool))
    return np.asarray(sets, dtype=np.int64)


def cells_of(keys: Sequence[Coded], kept: NDArray[np.bool_]) -> tuple[Sets, NDArray[np.int64]]:
    """Return the cell of every row (-1: not kept) and each cell's first row, cells as they come up."""
    code, many = keys[0].codes, max(len(keys[0].values), 1)
    for key in keys[1:]:
        width = max(len(key.values), 1)
        if many * width > _MOST_CODES:
            code, many = _compact(code)
        code, many = code.astype(np.int64) * width + key.codes, many * width
    if many > max(_MOST_CODES, code.size):
        code, many = _compact(code)
    if code.size < MANY_ROWS:  # quicker than the load of compiled code
        return numbered(code, kept)
    from sandbox.egress import unit_kernels

    sets, first = unit_kernels.numbered(code, kept, many)
    return sets, first


def numbered(code: NDArray[np.int64], kept: NDArray[np.bool_]) -> tuple[Sets, NDArray[np.int64]]:
    """Return the cell of every kept row (-1: none) and each cell's first kept row, cells as codes come up."""
    _, begun, of_row = np.unique(code, return_index=True, return_inverse=True)
    place = np.empty(begun.size, np.int64)
    place[np.argsort(begun)] = np.arange(begun.size)
    cell = place[of_row]
    rows = np.flatnonzero(kept)
    used, first = np.unique(cell[rows], return_index=True)
    renumber = np.full(begun.size, -1, np.int64)
    renumber[used] = np.arange(used.size)
    return np.where(kept, renumber[cell], -1), rows[first]


def _compact(code: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Return the codes that occur, numbered anew as they come up, and how many."""
    known = pa.array(code).dictionary_encode()
    return known.indices.to_numpy(zero_copy_only=False).astype(np.int64), max(len(known.dictionary), 1)
