"""Which suppressed cells of a table follow from its margins: the plain oracle, and what `fix` avoids.

A cell that alone is unknown in a line with a known total is the total less the rest; each one found may
give another. `TOTAL` tells totals by their labels. Pure; called by `shapes` and `fixing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.shape_words import TOTAL

Grid = NDArray[np.float64]


def given_back(grid: Grid, labels: Sequence[str], names: Sequence[str]) -> list[tuple[int, int, float]]:
    """Return the unknown cells (nan) that follow from totals: row, column, value."""
    known = grid.copy()
    lines = list(_lines(grid.shape, labels, names))
    found: list[tuple[int, int, float]] = []
    progress = True
    while progress:
        progress = False
        for total, parts in lines:
            values = np.asarray([known[cell] for cell in (total, *parts)])
            unknown = np.flatnonzero(np.isnan(values))
            if unknown.size != 1:
                continue
            place = int(unknown[0])
            rest = float(np.nansum(values[1:]))
            value = rest if place == 0 else float(values[0]) - rest
            row, column = (total, *parts)[place]
            known[row, column] = value
            found.append((row, column, value))
            progress = True
    return found


Cell = tuple[int, int]


def _lines(
    shape: tuple[int, ...], labels: Sequence[str], names: Sequence[str]
) -> Iterator[tuple[Cell, tuple[Cell, ...]]]:
    """Yield every line of the table with a total: the total's cell and the cells it is the sum of."""
    rows = [row for row in range(shape[0]) if TOTAL.search(labels[row])]
    columns = [column for column in range(shape[1]) if TOTAL.search(names[column])]
    inner_rows = [row for row in range(shape[0]) if row not in rows]
    inner_columns = [column for column in range(shape[1]) if column not in columns]
    if len(rows) == 1:
        for column in range(shape[1]):
            yield (rows[0], column), tuple((row, column) for row in inner_rows)
    if len(columns) == 1 and len(inner_columns) > 1:
        for row in range(shape[0]):
            yield (row, columns[0]), tuple((row, column) for column in inner_columns)
