"""Writes masked rows as Parquet parts that depend on nothing but the rows themselves.

Row groups and parts are cut at fixed row counts whatever the batches were, the schema is
fresh and strings only, so no dictionary can carry a value that no row shows. The stage that
the directory belongs to makes them durable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.pool.disk import storage_errors

GROUP_ROWS = 122_880
PART_ROWS = 10 * GROUP_ROWS


@dataclass(frozen=True, slots=True)
class Part:
    """One written part: its name, rows, size in bytes and SHA-256 in hex."""

    name: str
    rows: int
    bytes: int
    sha256: str


class PartWriter:
    """Takes batches, writes `part-0.parquet`, `part-1.parquet`, …; StorageError if the disk fails."""

    def __init__(self, directory: Path, schema: pa.Schema) -> None:
        self._directory = directory
        self._schema = pa.schema([pa.field(name, pa.string()) for name in schema.names])
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0
        self._open: pq.ParquetWriter | None = None
        self._open_rows = 0
        self._parts: list[Part] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next rows, in order."""
        self._waiting.append(batch)
        self._rows += batch.num_rows
        while self._rows >= GROUP_ROWS:
            self._write(GROUP_ROWS)

    def close(self) -> tuple[Part, ...]:
        """Write what waits and return the parts; a table without rows still has one part."""
        with storage_errors():
            if self._rows or not (self._parts or self._open):
                self._write(self._rows)
            self._finish()
        return tuple(self._parts)

    def abort(self) -> None:
        """Close the open file; what it holds is left to whoever owns the directory."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _write(self, rows: int) -> None:
        table = pa.Table.from_batches(self._waiting, schema=self._schema)
        group, rest = table.slice(0, rows), table.slice(rows)
        with storage_errors():
            if self._open is None:
                self._open = _writer(self._path(), self._schema)
            self._open.write_table(group.combine_chunks(), row_group_size=GROUP_ROWS)
            self._open_rows += rows
            if self._open_rows >= PART_ROWS:
                self._finish()
        self._waiting = rest.to_batches()
        self._rows = rest.num_rows

    def _finish(self) -> None:
        if self._open is None:
            return
        path = self._path()
        self._open.close()
        self._open = None
        self._parts.append(Part(path.name, self._open_rows, path.stat().st_size, _digest(path)))
        self._open_rows = 0

    def _path(self) -> Path:
        return self._directory / f"part-{len(self._parts)}.parquet"


class Spool:
    """Masked rows on their way: written once, read once, then removed; holds no raw value."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._schema = schema
        with storage_errors():
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._writer = pa.ipc.new_file(path, schema, options=options)

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next rows, in order."""
        with storage_errors():
            self._writer.write_batch(batch)

    def rows(self, kept: np.ndarray) -> Iterator[pa.RecordBatch]:
        """Yield the kept rows, in order."""
        at = 0
        with storage_errors():
            self._writer.close()
            with pa.memory_map(str(self._path)) as source:
                reader = pa.ipc.open_file(source)
                for index in range(reader.num_record_batches):
                    batch = reader.get_batch(index)
                    mask = kept[at : at + batch.num_rows]
                    at += batch.num_rows
                    yield batch if mask.all() else batch.filter(pa.array(mask))

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        self._path.unlink(missing_ok=True)


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=3, store_schema=False)


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
