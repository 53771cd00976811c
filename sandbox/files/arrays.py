"""An array of NumPy's file format, read without unpickling; one error for every head that is broken."""

from __future__ import annotations

import io
import tokenize
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAX_HEAD = 10_000


def array_of(data: bytes) -> NDArray[Any]:
    """Return the array of an npy file.

    Raises `ValueError` for what is none, is cut off or holds objects. NumPy reads an old head with Python's
    tokenizer, whose own error is neither a `ValueError` nor a `SyntaxError`.
    """
    try:
        held: NDArray[Any] = np.load(io.BytesIO(data), allow_pickle=False, max_header_size=_MAX_HEAD)
    except tokenize.TokenError as broken:
        raise ValueError("the head of the array is broken") from broken
    return held
