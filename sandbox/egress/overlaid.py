"""What a seat's canaries mean while its product is judged: they are compared with, and never counted.

A figure that a developer worked out holds his seat's canaries, so the product is compared with the snapshot
as the seat saw it. What is judged, kept and written is the snapshot's own figure for the same cell. Cells
that canaries alone fill are a group of nobody, told as any group that is too small. Used by `proof`, `judge`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.compare import Comparison, keys_of
from sandbox.egress.content import Content
from sandbox.egress.origin import Source
from sandbox.egress.recognise import Recognised, recognise
from sandbox.egress.recompute import Recomputed
from sandbox.egress.units import Sets, rows_per_set
from sandbox.fingerprint.canonical import amount_array
from sandbox.fingerprint.index import RecordIndex

_SAMPLE = 4_000


def as_seen(sources: Sequence[Source]) -> tuple[Source, ...] | None:
    """Return the sources with the seat's canaries among their rows; None where there are none.

    Every canary row is a unit of its own there, so that cells of canaries alone are judged as real ones.
    """
    if all(source.overlay is None for source in sources):
        return None
    return tuple(source if source.overlay is None else _with(source, source.overlay) for source in sources)


def _with(source: Source, overlay: pa.Table) -> Source:
    rows = overlay.select(source.table.column_names).cast(source.table.schema)
    units = {
        kind: np.concatenate([ids, ids.max(initial=0) + 1 + np.arange(rows.num_rows, dtype=ids.dtype)])
        for kind, ids in source.units.items()
    }
    amounts = {
        name: np.concatenate([values, amount_array(rows.column(name))])
        for name, values in source.amounts.items()
    }
    table = pa.concat_tables([source.table, rows])
    return replace(source, table=table, units=units, amounts=amounts, numbered=None)


def in_truth(comparison: Comparison, seen: Recomputed, truth: Recomputed) -> Comparison:
    """Return the comparison in cells of the truth.

    A cell that the truth does not show, since its condition holds with canaries alone, is left out.
    """
    cells = _places(seen, truth)[comparison.cells]
    kept = cells[cells >= 0]
    return replace(comparison, cells=kept[truth.shown[kept]] if kept.size else kept)


def alone(comparison: Comparison, seen: Recomputed, truth: Recomputed) -> bool:
    """Return whether in any cell shown something counts with the canaries and nothing without them."""
    cells = comparison.cells
    place = _places(seen, truth)[cells]
    pairs = [(seen.sets, truth.sets)]
    pairs += [(one.sets, truth.measures[name].sets) for name, one in seen.measures.items()]
    return any(
        bool(
            (
                (_counts(one, seen.count)[cells] > 0)
                & (np.append(_counts(other, truth.count), 0)[place] == 0)
            ).any()
        )
        for one, other in pairs
    )


def _places(seen: Recomputed, truth: Recomputed) -> NDArray[np.int64]:
    """Return for every cell with canaries the same one without them, -1 for none."""
    known = {key: cell for cell, key in enumerate(keys_of(truth))}
    keys = keys_of(seen)
    return np.array([known.get(keys[cell], -1) for cell in range(seen.count)], dtype=np.int64)


def _counts(sets: Sets, count: int) -> NDArray[np.int64]:
    return np.asarray(rows_per_set(sets, count), dtype=np.int64)


def index_of(rows: pa.Table, table: pa.Table, *, key: bytes, identifiers: Sequence[str]) -> RecordIndex:
    """Return an index of canary rows among rows of the snapshot, so that chance is measured as in it.

    The canary rows come first: records below their number are canaries.
    """
    step = max(1, table.num_rows // _SAMPLE)
    some = table.take(pa.array(np.arange(0, table.num_rows, step)))
    whole = pa.concat_tables([rows.select(table.column_names).cast(table.schema), some])
    return RecordIndex.build([("masked", whole)], key=key, units=None, identifiers=tuple(identifiers))


def canaries_in(contents: Sequence[Content], sources: Sequence[Source]) -> Recognised:
    """Return the canary rows that any reading of the contents shows: they are source records like others."""
    held = [source for source in sources if source.canaries is not None and source.overlay is not None]
    if not held:
        return Recognised()
    seen = recognise(contents, [one.canaries for one in held if one.canaries is not None])
    counts = [one.overlay.num_rows for one in held if one.overlay is not None]
    mine = frozenset((number, record) for number, record in seen.records if record < counts[number])
    return replace(seen, records=mine) if mine else Recognised(complete=seen.complete)
