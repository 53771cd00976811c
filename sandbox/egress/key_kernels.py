"""What telling a key by its bytes takes most time with, compiled: transforms of counts, and pairs under keys.

Called by `ciphers` and `adjacency`, whose tests hold these against their plain counterparts.
"""

from __future__ import annotations

import numpy as np

from sandbox.files.loops import compiled

_COLUMNS = 8  # of a transform that fit the nearest cache together


@compiled(_nrt=False)
def summed(rows):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Turn columns into sums and differences over all bits of the number of a row, in place."""
    count, width = rows.shape
    for start in range(0, width, _COLUMNS):
        end = min(start + _COLUMNS, width)
        size = 1
        while size < count:
            for block in range(0, count, 2 * size):
                for row in range(block, block + size):
                    for column in range(start, end):
                        one, other = rows[row, column], rows[row + size, column]
                        rows[row, column], rows[row + size, column] = one + other, one - other
            size *= 2


@compiled(_nrt=False)
def followed(pairs, lefts, rights, first, second, counts, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Write how likely bytes that follow each other are under every left and right key, row by row."""
    for row in range(lefts.size):
        for column in range(rights.size):
            total = 0.0
            for at in range(counts.size):
                total += pairs[first[at] ^ lefts[row], second[at] ^ rights[column]] * counts[at]
            out[row, column] = total


def prepare() -> None:
    """Compile now for what is handed over: a process that keeps no machine code finds it beside this."""
    summed(np.zeros((2, 1)))
    signs = np.zeros(1, np.int64)
    followed(np.zeros((1, 1)), signs, signs, signs, signs, np.zeros(1), np.zeros((1, 1)))
