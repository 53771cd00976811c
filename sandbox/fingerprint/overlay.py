"""The canary overlay of one seat in one snapshot: which rows, where they stand, and how they are mixed in.

Half of the heads come from a pool that all seats on the data share: of each pair of heads a seat has one, so
that seats that compare their files and take out what differs still have in common what names them both. The
other half is the seat's own. Every part is written anew with the rows at secret places, cut as a landing
cuts: no part, size or order tells a canary. Pure but for the parts; called by the gate's `overlays`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sandbox.fingerprint.canary import Draw, Ground, rows_of
from sandbox.kernel.errors import TamperedError
from sandbox.kernel.message import say

BATCH_ROWS = 32_768
_NOTE = b"overlay"


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """Canary rows of one owner: the cells, the marks among them (null: none), heads, and words of place.

    `marks` has the marked columns alone. `heads` numbers heads of the pool from 0 and the seat's own
    from -1 downwards. A place is a share of the whole snapshot: the row stands before the real row there.
    """

    rows: pa.Table
    marks: pa.Table
    bits: Mapping[str, float]
    heads: NDArray[np.int64]
    places: NDArray[np.uint64]

    def taken(self, chosen: NDArray[np.bool_]) -> Overlay:
        """Return the overlay of some of the rows."""
        mask = pa.array(chosen)
        return Overlay(
            self.rows.filter(mask),
            self.marks.filter(mask),
            self.bits,
            self.heads[chosen],
            self.places[chosen],
        )

    def beside(self, other: Overlay) -> Overlay:
        """Return both overlays as one."""
        return Overlay(
            pa.concat_tables([self.rows, other.rows]).combine_chunks(),
            pa.concat_tables([self.marks, other.marks]).combine_chunks(),
            self.bits,
            np.concatenate([self.heads, other.heads]),
            np.concatenate([self.places, other.places]),
        )

    def pack(self) -> bytes:
        """Return the overlay as bytes, the same for the same rows."""
        note = json.dumps({"format": 1, "bits": dict(sorted(self.bits.items()))}, ensure_ascii=False)
        columns = {f"row/{name}": self.rows.column(name) for name in self.rows.column_names}
        columns |= {f"mark/{name}": self.marks.column(name) for name in self.marks.column_names}
        columns |= {"head": pa.array(self.heads), "place": pa.array(self.places)}
        table = pa.table(columns).replace_schema_metadata({_NOTE: note.encode()}).combine_chunks()
        out = pa.BufferOutputStream()
        with pa.ipc.new_stream(out, table.schema) as stream:
            stream.write_table(table)
        return bytes(out.getvalue())


def unpack(data: bytes) -> Overlay:
    """Return a packed overlay; `TamperedError` for bytes that are none."""
    try:
        table = pa.ipc.open_stream(data).read_all()
        bits = json.loads((table.schema.metadata or {})[_NOTE])["bits"]
        return Overlay(
            _under("row/", table),
            _under("mark/", table),
            {str(name): float(worth) for name, worth in bits.items()},
            table.column("head").to_numpy(),
            table.column("place").to_numpy(),
        )
    except (pa.ArrowException, KeyError, ValueError, TypeError) as error:
        raise TamperedError(say("席位的诱饵记录旁档损坏：请从备份恢复")) from error


def _under(prefix: str, table: pa.Table) -> pa.Table:
    names = [name for name in table.column_names if name.startswith(prefix)]
    return table.select(names).rename_columns([name.removeprefix(prefix) for name in names])


def member(key: bytes, seat: str, heads: int) -> NDArray[np.int64]:
    """Return which heads of the pool a seat has: one of each pair, by a coin of its own."""
    coins = (Draw(key, "member", seat).numbers(heads // 2) & np.uint64(1)).astype(np.int64)
    return 2 * np.arange(heads // 2) + coins


def pool_of(ground: Ground, *, key: bytes, pool: str) -> Overlay:
    """Return all rows of the pool that the seats on the data share."""
    return _drawn(ground, key, pool, ground.heads)


def overlay_of(ground: Ground, *, key: bytes, pool: Overlay, seat: str) -> Overlay:
    """Return the overlay of a seat: its heads of the pool and as many of its own."""
    mine = pool.taken(np.isin(pool.heads, member(key, seat, ground.heads)))
    own = _drawn(ground, key, seat, ground.heads // 2)
    own = Overlay(own.rows, own.marks, own.bits, -1 - own.heads, own.places)
    return mine.beside(own)


def _drawn(ground: Ground, key: bytes, owner: str, heads: int) -> Overlay:
    rows = rows_of(ground, key=key, owner=owner, heads=heads)
    marks = pa.table(
        {
            name: _fresh(rows.column(name).combine_chunks(), ground.columns.read(name))
            for name in sorted(ground.marked)
        }
    )
    return Overlay(
        rows,
        marks,
        ground.bits,
        np.repeat(np.arange(heads, dtype=np.int64), ground.head_rows),
        Draw(key, "place", owner, ground.place).numbers(rows.num_rows),
    )


def _fresh(cells: pa.Array, column: pa.ChunkedArray) -> pa.Array:
    """Return the cells without those that the column has too: they mark nobody."""
    there = pc.is_in(cells, value_set=pc.unique(column.drop_null()))
    return pc.if_else(there, pa.scalar(None, pa.string()), cells)


def mixed(parts: Sequence[Path], overlay: Overlay, *, rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a snapshot's parts with those of the overlay at their places, batch by batch."""
    before = _before(overlay.places, rows)
    order = np.lexsort((overlay.places, before))
    before, canaries = before[order], overlay.rows.take(order).combine_chunks()
    at = 0
    for path in parts:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
                yield _with(batch, canaries, before, at)
                at += batch.num_rows
    if at != rows:
        raise TamperedError(say("快照的行数与登记不一致，请停止使用并重新落地"))
    last = canaries.slice(int(np.searchsorted(before, rows)))
    yield from last.to_batches()


def _before(places: NDArray[np.uint64], rows: int) -> NDArray[np.int64]:
    """Return before which real row each canary stands: a 64-bit share of all gaps."""
    return np.array([(int(word) * (rows + 1)) >> 64 for word in places], dtype=np.int64)


def _with(batch: pa.RecordBatch, canaries: pa.Table, before: NDArray[np.int64], at: int) -> pa.RecordBatch:
    first, last = np.searchsorted(before, [at, at + batch.num_rows])
    if first == last:
        return batch
    chosen = canaries.slice(int(first), int(last - first)).cast(batch.schema)
    whole = pa.Table.from_batches([batch, *chosen.to_batches()], schema=batch.schema)
    own = np.arange(last - first) + batch.num_rows
    order = np.insert(np.arange(batch.num_rows), before[first:last] - at, own)
    return whole.take(pa.array(order)).combine_chunks().to_batches()[0]
