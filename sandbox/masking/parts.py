"""Writes masked rows as Parquet parts that depend on nothing but the rows themselves.

Row groups and parts are cut at fixed row counts whatever the batches were, the schema is
fresh and strings only, so no dictionary can carry a value that no row shows. The stage that
the directory belongs to makes them durable.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.pool.disk import storage_errors

GROUP_ROWS = 122_880
PART_ROWS = 2 * GROUP_ROWS
WRITERS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One written part: its name, rows, size in bytes and SHA-256 in hex."""

    name: str
    rows: int
    bytes: int
    sha256: str


class PartWriter:
    """Takes batches, writes `part-0.parquet`, `part-1.parquet`, …; StorageError if the disk fails.

    Two parts are written at a time while the next one gathers, so memory holds three at most.
    """

    def __init__(self, directory: Path, schema: pa.Schema) -> None:
        self._directory = directory
        self._schema = pa.schema([pa.field(name, pa.string()) for name in schema.names])
        self._waiting: list[pa.RecordBatch] = []
        self._rows = 0
        self._pool = ThreadPoolExecutor(WRITERS)
        self._parts: list[Future[Part]] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next rows, in order."""
        self._waiting.append(batch)
        self._rows += batch.num_rows
        while self._rows >= PART_ROWS:
            self._write(PART_ROWS)

    def close(self) -> tuple[Part, ...]:
        """Write what waits and return the parts; a table without rows still has one part."""
        if self._rows or not self._parts:
            self._write(self._rows)
        with storage_errors():
            return tuple(part.result() for part in self._parts)

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _write(self, rows: int) -> None:
        table = pa.Table.from_batches(self._waiting, schema=self._schema)
        part, rest = table.slice(0, rows), table.slice(rows)
        path = self._directory / f"part-{len(self._parts)}.parquet"
        if len(self._parts) >= WRITERS:
            with storage_errors():
                self._parts[-WRITERS].result()
        self._parts.append(self._pool.submit(_write_part, path, part))
        self._waiting = rest.to_batches()
        self._rows = rest.num_rows


def _write_part(path: Path, table: pa.Table) -> Part:
    writer = pq.ParquetWriter(path, table.schema, compression="zstd", compression_level=3, store_schema=False)
    with writer:
        for at in range(0, max(table.num_rows, 1), GROUP_ROWS):
            writer.write_table(table.slice(at, GROUP_ROWS).combine_chunks(), row_group_size=GROUP_ROWS)
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    return Part(path.name, table.num_rows, path.stat().st_size, digest)


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
            # Not mapped: pages of the file would count as this process's memory.
            with pa.OSFile(str(self._path)) as source:
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
        with contextlib.suppress(OSError):  # the file is thrown away: only what led here matters
            self._writer.close()
        self._path.unlink(missing_ok=True)
