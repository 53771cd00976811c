"""The raw rows of one landing, on disk column by column and sealed, so that many need no memory.

Only blocks of rows and single columns come to memory. Decides nothing about rows; the file and its key end
with the landing (`vault.sealed_blocks`). Filled by `scope`, read by masking and the sidecar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.fingerprint.columns import Columns
from sandbox.vault.sealed_blocks import Place, SealedBlocks

BLOCK_ROWS = 65_536
_CELLS = pa.schema([("cells", pa.string())])


class Stash:
    """Rows of string columns in order; `kept` shows some of them, `ordered` has them in another order."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        """Begin an empty one, its file in the folder."""
        self.names, self.rows = tuple(names), 0
        self._folder, self._blocks = folder, SealedBlocks(folder)
        self._places: dict[str, list[Place]] = {name: [] for name in names}
        self._lengths: list[int] = []
        self._mask: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, folder: Path, names: Sequence[str], batches: Iterable[pa.RecordBatch]) -> Stash:
        """Return the rows of the batches."""
        made = cls(folder, names)
        for batch in batches:
            made.add(batch)
        return made

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next rows."""
        if batch.num_rows:
            for name, cells in zip(self.names, batch.columns, strict=True):
                self._places[name].append(self._put(cells))
            self._lengths.append(batch.num_rows)
            self.rows += batch.num_rows

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows in order, a block of them at a time."""
        for at in range(len(self._lengths)):
            cells = [self._block(name, at) for name in self.names]
            yield pa.record_batch(cells, names=list(self.names))

    def column(self, name: str) -> pa.ChunkedArray:
        """Return one column, whole."""
        return pa.chunked_array([self._block(name, at) for at in range(len(self._lengths))], pa.string())

    def columns(self) -> Columns:
        """Return the rows as columns that are read one at a time."""
        return Columns(self.names, self.rows, self.column)

    def kept(self, mask: NDArray[np.bool_]) -> Stash:
        """Return the rows that a mask keeps; they lie where they lay."""
        if mask.all():
            return self
        made = object.__new__(Stash)
        made.__dict__.update(self.__dict__)
        made._mask = mask if self._mask is None else _within(self._mask, mask)
        made.rows = int(mask.sum())
        return made

    def ordered(self, place: NDArray[np.int64]) -> Stash:
        """Return the rows taken from these places, in an own file; a column at a time is in memory."""
        made = Stash(self._folder, self.names)
        starts = range(0, len(place), BLOCK_ROWS)
        for name in self.names:
            whole = self._whole(name)
            for start in starts:
                taken = whole.take(pa.array(place[start : start + BLOCK_ROWS]))
                made._places[name].append(made._put(taken.cast(pa.string())))
            del whole
            pa.default_memory_pool().release_unused()
        made._lengths = [len(place[start : start + BLOCK_ROWS]) for start in starts]
        made.rows = len(place)
        return made

    def _put(self, cells: pa.Array) -> Place:
        return self._blocks.put(memoryview(pa.record_batch([cells], schema=_CELLS).serialize()))

    def _block(self, name: str, at: int) -> pa.Array:
        held = pa.py_buffer(self._blocks.get(self._places[name][at]))
        cells = pa.ipc.read_record_batch(held, _CELLS).column(0)
        if self._mask is None:
            return cells
        start = sum(self._lengths[:at])
        return cells.filter(pa.array(self._mask[start : start + len(cells)]))

    def _whole(self, name: str) -> pa.Array:
        """Return a column as one array, filled block by block, so that it is never there twice."""
        size = sum(stored for _, _, stored in self._places[name])  # more than its text has
        ends, text = np.zeros(self.rows + 1, np.int64), np.empty(size, np.uint8)
        valid = np.ones(self.rows, np.bool_)
        row = at = 0
        for cells in self.column_blocks(name):
            last = row + len(cells)
            _, offsets, data = cells.cast(pa.large_string()).buffers()
            stops = np.frombuffer(offsets, np.int64)[: len(cells) + 1]
            length = int(stops[-1] - stops[0])
            if length:
                text[at : at + length] = np.frombuffer(data, np.uint8)[stops[0] : stops[-1]]
            ends[row + 1 : last + 1] = stops[1:] - stops[0] + at
            valid[row:last] = cells.is_valid().to_numpy(zero_copy_only=False)
            row, at = last, at + length
        bits = None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
        buffers = [bits, pa.py_buffer(ends), pa.py_buffer(text)]
        return pa.Array.from_buffers(pa.large_string(), self.rows, buffers)

    def column_blocks(self, name: str) -> Iterator[pa.Array]:
        """Yield one column, a block of rows at a time."""
        for at in range(len(self._lengths)):
            yield self._block(name, at)


def _within(mask: NDArray[np.bool_], rest: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows stay when of those that a mask keeps only the rest does."""
    out = mask.copy()
    out[mask] = rest
    return out
