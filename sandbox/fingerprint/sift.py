"""Which of many (row, record) pairs could reach the floor: one pass over all holders of chosen values.

Leaves out only pairs whose agreeing values, taken at their full worth, stay below it; `evidence`
scores the rest exactly. One source serves as plain Python (tests) and compiled, which pays from a
few hundred thousand pairs on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from sandbox.fingerprint.index import RecordIndex

Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

COMPILE_FROM_PAIRS: Final = 1 << 18
CELLS: Final = 3
"""Values of one record that make a row when they are not all names and addresses."""
STRONG: Final = 2
"""Names, addresses and the like: so many of one record make a row."""
_SLACK: Final = 0.01  # bits: sums of single precision differ by less


def promising(
    index: RecordIndex,
    slots: tuple[tuple[int, Integers], ...],
    bits: np.ndarray[Any, np.dtype[np.float32]],
    *,
    wanted: tuple[Integers, Integers, Integers],
    floor: float,
) -> Integers:
    """Return numbers row * records + record of the pairs that could exceed `floor` bits.

    `wanted` are the rows to look at and, for every row of the block, the entry whose holders are
    taken and an entry that a record must hold too (-1: none). `slots` and `bits` are those of a block.
    """
    rows, chosen, needed = wanted
    small = len(index.hashes) < 1 << 31
    held = np.stack([entries for _, entries in slots], axis=1).astype(np.int32 if small else np.int64)
    places = np.array([place for place, _ in slots], np.int64)
    strong = np.array([column.traits.strong or column.traits.identifier for column in index.columns])
    found: Integers = _compiled()(
        rows, chosen, needed, index.start, index.count, index.rows, index.codes, index.column,
        held, places, bits, strong, floor - _SLACK, index.records,
    )  # fmt: skip
    return found


def prepare() -> None:
    """Compile the kernel now, so that a process that cannot keep machine code finds it beside the module."""
    whole, small, wide = np.zeros(1, np.int64), np.zeros(1, np.uint32), np.zeros((1, 1), np.uint32)
    _compiled()(
        whole, whole, whole - 1, small, small, small, wide, np.zeros(1, np.uint16),
        np.zeros((1, 1), np.int32), whole, np.zeros((1, 1), np.float32), np.zeros(1, np.bool_), 0.0, 1,
    )  # fmt: skip


@cache
def _compiled() -> Callable[..., Any]:
    # Imported here: small inputs never need the compiler, and it takes most of a second to load.
    from numba import njit
    from numba.extending import register_jitable

    register_jitable(_bound)
    try:
        return njit(cache=True, nogil=True)(sift)  # type: ignore[no-any-return]
    except RuntimeError:
        # No place to keep the machine code (a read-only sandbox): compile for this process.
        return njit(nogil=True)(sift)  # type: ignore[no-any-return]


def sift(
    rows: Any, chosen: Any, needed: Any, start: Any, count: Any, holders: Any, codes: Any, column: Any,
    slots: Any, places: Any, bits: Any, strong: Any, floor: float, records: int,
) -> Any:  # fmt: skip
    """Return the numbers of the promising pairs; see `promising`."""
    out = np.empty(1 << 16, np.int64)
    found = 0
    stamp = np.zeros(codes.shape[0], np.int64)
    turn = 0
    for i in range(len(rows)):
        row = rows[i]
        entry, need = chosen[row], needed[row]
        for k in range(np.int64(count[entry])):
            record = holders[np.int64(start[entry]) + k]
            if need >= 0 and codes[column[need], record] != need + 1:
                continue
            turn += 1
            if _bound(slots[row], places, bits[row], strong, codes, column, record, stamp, turn) > floor:
                if found == len(out):
                    out = np.concatenate((out, np.empty(len(out), np.int64)))
                out[found] = row * records + record
                found += 1
    return out[:found]


def _bound(
    slots: Any,
    places: Any,
    bits: Any,
    strong: Any,
    codes: Any,
    column: Any,
    record: Any,
    stamp: Any,
    turn: int,
) -> float:
    """Most bits that a pair can be worth, by source column and by cell of the row; 0 for too few cells."""
    by_column, by_cell, best = 0.0, 0.0, 0.0
    columns, names, cells = 0, 0, 0
    place = -1
    for s in range(len(slots)):
        held = slots[s]
        if held < 0 or codes[column[held], record] != held + 1:
            continue
        here = column[held]
        if stamp[here] != turn:
            stamp[here] = turn
            by_column += bits[here]
            columns += 1
            names += strong[here]
        if places[s] != place:
            cells += 1
            by_cell += best
            best, place = 0.0, places[s]
        best = max(best, bits[here])
    enough = cells >= STRONG and (min(cells, columns) >= CELLS or names >= STRONG)
    return min(by_column, by_cell + best) if enough else 0.0
