"""What a column holds: truths, days, numbers, or text; numbers that arrive as text count as numbers.

Reads cells, judges nothing; called by whatever computes with the columns of a source.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.egress.expressions import Kind
from sandbox.egress.units import MANY_ROWS

_PLAIN = r"^-?(0|[1-9]\d{0,14})(\.\d{1,12})?$"


def column_kind(column: pa.ChunkedArray) -> Kind:
    """Return what a column holds; a text column counts as numbers when every cell is a plain number.

    Codes with leading zeros or more than 15 digits stay text.
    """
    kind = column.type
    if pa.types.is_boolean(kind):
        return Kind.TRUTH
    if pa.types.is_temporal(kind):
        return Kind.DATE
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Kind.NUMBER
    texts = column.drop_null()
    if len(texts) == 0:
        return Kind.TEXT
    if len(texts) >= MANY_ROWS:
        return Kind.NUMBER if all(_plain(chunk) for chunk in texts.chunks) else Kind.TEXT
    plain = pc.match_substring_regex(pc.unique(texts), _PLAIN)
    return Kind.NUMBER if pc.all(plain).as_py() else Kind.TEXT


def _plain(texts: pa.Array) -> bool:
    """Return whether every text of an array without nulls is a plain number, by the compiled loop."""
    from sandbox.egress import unit_kernels

    whole = texts.cast(pa.large_string())
    _, offsets, data = whole.buffers()
    if not len(whole):
        return True
    octets = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    return bool(unit_kernels.all_plain(np.frombuffer(offsets, np.int64), octets, whole.offset, len(whole)))
