"""Memory of the record index for many rows: built column by column, and a product searched batch by batch.

Run: python -m bench.large [ROWS] (10,000,000 by default; the eight columns of `bench.gate`). Each stage in a
process of its own, its peak told by the system. Asserts nothing.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from bench.gate import batches, generate, parsed
from sandbox.fingerprint.build import IndexBuilder
from sandbox.fingerprint.columns import Columns
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import match
from sandbox.fingerprint.shelf import IndexShelf
from sandbox.fingerprint.sidecar import Sidecar, UnitColumns

KEY = bytes(16)


def read_only(source: Path, _: Path) -> str:
    """Read the file and keep nothing."""
    return f"{sum(batch.num_rows for batch in batches(source)):,} rows"


def build(source: Path, kept: Path) -> str:
    """Index a table that was read, as a landing does, column by column into a file."""
    table = pa.Table.from_batches(batches(source))
    told = f"read at a peak of {peak():,.0f} MiB"
    with kept.open("wb") as out:
        shelf = IndexShelf(out, key=KEY, records=len(table))
        builder = IndexBuilder(KEY, records=len(table), keep=shelf.add)
        builder.begin("raw", len(table))
        for name in table.column_names:
            builder.add(name, table.column(name))
        shelf.close(builder.implied(), np.empty(0, np.uint32))
    return f"{told}; {kept.stat().st_size / len(table):.0f} bytes a record"


def land(source: Path, part: Path) -> str:
    """Write the whole sidecar of a table that was read: fingerprints, units, amounts."""
    table = pa.Table.from_batches(batches(source))
    folder = part.parent
    unit = UnitColumns("person", ("account",))
    masked = Columns.of_parts([part], len(table))
    Sidecar.write(lambda name: (folder / name).open("wb"), Columns.of(table), masked, units=[unit], key=KEY)
    size = sum((folder / name).stat().st_size for name in ("rows.bin", "index.bin"))
    return f"{size / len(table):.0f} bytes a record"


def scan(product: Path, kept: Path) -> str:
    """Search a product with the index at hand."""
    with kept.open("rb") as stored:
        index = RecordIndex.load(stored, key=KEY)
    told = f"index loaded at a peak of {peak():,.0f} MiB"
    found = match(index, batches(product))
    return f"{told}; {len(found.rows):,} rows found, complete={found.complete}"


def peak() -> float:
    """Return the most memory that this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(name: str, work: Callable[[Path, Path], str], first: Path, second: Path) -> None:
    """Do the work in a process of its own; print its seconds, those of the processor, and its peak."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        wall, cpu = time.perf_counter(), time.process_time()
        told = work(first, second)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"{name}: {wall:.1f} s, processor {cpu:.1f} s, peak {peak():,.0f} MiB; {told}", flush=True)
        os._exit(0)
    os.waitpid(child, 0)


def main() -> None:
    """Generate, index, search."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        source, product, kept = (Path(folder) / name for name in ("source.csv", "product.csv", "index.bin"))
        generate(rows, source, seed=1)
        generate(rows, product, seed=2)
        print(f"{rows:,} rows x 8, {source.stat().st_size / 1e6:.0f} MB")
        alone("DuckDB, CSV to Arrow", lambda path, _: f"{len(parsed(path)):,} rows", product, kept)
        alone("file read in batches", read_only, source, kept)
        alone("read, and the index written", build, source, kept)
        alone("clean product searched", scan, product, kept)
        alone("source itself searched", scan, source, kept)
        masked = Path(folder) / "masked.parquet"
        tokens = ", ".join(f"md5({name}) AS {name}" for name in ("code", "name", "account"))
        duckdb.sql(
            f"COPY (SELECT * REPLACE ({tokens}) FROM read_csv('{source}', all_varchar = true)) TO '{masked}'"
        )
        alone("read, and the whole sidecar written", land, source, masked)


if __name__ == "__main__":
    main()
