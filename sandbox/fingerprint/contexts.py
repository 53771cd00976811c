"""Other ways to read one table: turned on its side, cells that hold several values, rows spread over lines.

Tries them only on tables small enough for a person to have disguised, each at the price of the
readings tried. The gate calls `match_every_way`; a plain copy is settled by the plain reading.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from sandbox.fingerprint.match import CROWD, match
from sandbox.fingerprint.readings import tokens, windows

if TYPE_CHECKING:
    import pyarrow as pa

    from sandbox.fingerprint.index import RecordIndex
    from sandbox.fingerprint.match import Match

SMALL: Final = 200_000
"""Cells up to which a table is read in every way."""

_PENALTY: Final = math.log2(4)
_WIDTH: Final = 64
_LINES: Final = 16


def match_every_way(index: RecordIndex, table: pa.Table, *, crowd: int = CROWD) -> Match:
    """The plain match of a table of string columns or, if it shows nothing, the reading that shows most.

    `rows` of another reading are rows of the table where it has them, columns for a table on its side.
    """
    plain = match(index, table, crowd=crowd)
    if plain or not 0 < table.num_rows * table.num_columns <= SMALL:
        return plain
    columns = [[cell or "" for cell in table.column(place).to_pylist()] for place in range(table.num_columns)]
    rows = [list(row) for row in zip(*columns, strict=True)]
    split = [list(chain.from_iterable(map(tokens, row))) for row in rows]
    joined = [list(chain.from_iterable(split[at : at + _LINES])) for at in range(0, len(split), _LINES // 2)]
    found = [plain]
    for lines, stride in ((split, 1), (joined, _LINES // 2), (columns, 1)):
        cut = windows(lines, width=_WIDTH)
        one = match(index, [row for _, row in cut], penalty=_PENALTY, crowd=crowd)
        numbers = [cut[int(row)][0] * stride for row in one.rows]
        found.append(replace(one, rows=np.asarray(numbers, np.int64), looked_at=plain.looked_at))
    best = max(found, key=lambda one: (one.distinct_records, one.bits))
    return replace(best, complete=all(one.complete for one in found))
