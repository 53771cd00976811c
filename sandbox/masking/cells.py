"""Small helpers over Arrow string arrays that every transform needs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

FEW = 0.7
"""Below this share of distinct cells it pays to work on each distinct cell once."""


def over_distinct(cells: pa.Array, transform: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Return `transform(cells)`, worked out once per distinct cell where that is less work."""
    coded = pc.dictionary_encode(cells)
    if len(coded.dictionary) > FEW * len(cells):
        return transform(cells)
    return transform(coded.dictionary).take(coded.indices)


def truth(mask: pa.Array) -> np.ndarray:
    """Return the boolean array as a writable numpy array, null as false."""
    values: np.ndarray = pc.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return values.copy() if not values.flags.writeable else values


def null_where(cells: pa.Array, mask: np.ndarray) -> pa.Array:
    """Return the string cells with null where the mask is true."""
    if not mask.any():
        return cells
    return pc.if_else(pa.array(mask), pa.scalar(None, pa.string()), cells)
