"""The best single split of a table, in plain Python: what a seat trains, the oracle of the gate's check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pyarrow as pa

from sandbox.egress.graphing import Split, tree_graph

Row = dict[str, str | None]


def stump(table: pa.Table, target: str, features: Sequence[str], figures: Sequence[str] = ()) -> bytes:
    """Return the tree of one split that parts the classes of `target` best by Gini, as ONNX.

    `figures` are those of the features that are numbers; of others every category but the first is an input.
    """
    rows: list[Row] = [
        row for row in table.to_pylist() if all(row[one] is not None for one in (target, *features))
    ]
    classes = sorted({str(row[target]) for row in rows})
    best: tuple[float, int, float, list[Counter[str]]] | None = None
    inputs = list(_inputs(rows, features, figures))
    for place, values in enumerate(inputs):
        for at in _cuts(values):
            sides: list[Counter[str]] = [Counter(), Counter()]
            for row, value in zip(rows, values, strict=True):
                sides[value > at][str(row[target])] += 1
            worth = sum(sum(n * n for n in side.values()) / side.total() for side in sides)
            if best is None or worth > best[0] + 1e-9:
                best = worth, place, at, sides
    assert best is not None
    leaves = [Split(values=tuple(side[one] / side.total() for one in classes)) for side in best[3]]
    return tree_graph([Split(best[1], best[2], yes=1, no=2), *leaves], len(inputs), tuple(classes))


def _inputs(rows: Sequence[Row], features: Sequence[str], figures: Sequence[str]) -> Iterator[list[float]]:
    for name in features:
        cells = [str(row[name]) for row in rows]
        if name in figures:
            yield [float(cell) for cell in cells]
            continue
        for kind in sorted(set(cells))[1:]:
            yield [float(cell == kind) for cell in cells]


def _cuts(values: Sequence[float]) -> list[float]:
    held = sorted(set(values))
    return [(low + high) / 2 for low, high in pairwise(held)]
