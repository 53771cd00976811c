"""Work on the bytes of Arrow string buffers where patterns are too slow.

Knows UTF-8 and nothing of meaning; the canonical form and the hash call it.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

Offsets: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Bytes: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]

_KEPT: Final = np.zeros(256, np.bool_)
_KEPT[np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", np.uint8)] = True
# U+4E00 to U+9FFF begins with E4 to E9; the caller lets nothing else with these first bytes through.
_KEPT[0xE4:0xEA] = True


def large_buffers(cells: pa.Array) -> tuple[Offsets, Bytes]:
    """Offsets from 0 and bytes of a large_string or large_binary array; a sliced one is cut out."""
    if not len(cells):
        return np.zeros(1, np.int64), np.empty(0, np.uint8)
    _, offset_buffer, data_buffer = cells.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64)[cells.offset : cells.offset + len(cells) + 1]
    first, last = int(offsets[0]), int(offsets[-1])
    data = np.frombuffer(data_buffer, np.uint8)[first:last] if last > first else np.empty(0, np.uint8)
    return offsets - first, data


def strip_separators(cells: pa.Array) -> pa.Array:
    """Keep A-Z, 0-9, U+3007 and U+4E00 to U+9FFF of a large_string array without nulls.

    Every other character must be ASCII, or begin with a byte that no kept one begins with.
    """
    offsets, data = large_buffers(cells)
    keep = _KEPT[data]
    wide = (data >= 0xE4) & (data <= 0xE9)
    zero = np.zeros(len(data), np.bool_)
    zero[:-2] = (data[:-2] == 0xE3) & (data[1:-1] == 0x80) & (data[2:] == 0x87)
    wide |= zero
    keep |= zero
    keep[1:] |= wide[:-1]
    keep[2:] |= wide[:-2]
    dropped = np.flatnonzero(~keep)
    ends = offsets - np.searchsorted(dropped, offsets)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(data[keep])]
    return pa.Array.from_buffers(pa.large_string(), len(cells), buffers)


def distinct(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Sorted distinct values of a vector; by sorting, far faster than hashing them."""
    ordered = np.sort(values)
    if len(ordered):
        ordered = ordered[np.r_[True, ordered[1:] != ordered[:-1]]]
    return ordered
