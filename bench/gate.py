"""How long the gate takes for a large product: a 1,000,000-row CSV against a source of the same size.

Run: python bench/gate.py [ROWS]. Prints seconds and peak memory; asserts nothing. Beside the whole
`inspect`: the index (build against reading, bytes a record), the scan for records with the index at
hand against DuckDB's CSV to Arrow, and a single record hidden in clean rows.
"""

from __future__ import annotations

import io
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import duckdb
import numpy as np
import pyarrow as pa

from sandbox.egress.inspect import inspect
from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.egress.sources import build_sources, read_source
from sandbox.files.readers import ReadLimits, open_table, read_table
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import match

T = TypeVar("T")
LIMITS = ReadLimits(max_bytes=1 << 34, max_rows=1 << 30)


def generate(rows: int, path: Path, *, seed: int) -> None:
    """Write a CSV of `rows` made-up payments: code, name, district, day, amount, note, account, street."""
    engine = duckdb.connect()
    engine.execute(f"SELECT setseed({seed / 100})")
    engine.execute(
        f"COPY (SELECT upper(substr(md5(CAST(random() AS VARCHAR)), 1, 20)) AS code, "
        f"'名' || CAST(CAST(random() * 1e6 AS BIGINT) AS VARCHAR) AS name, "
        f"'区' || CAST(CAST(random() * 14 AS BIGINT) AS VARCHAR) AS district, "
        f"DATE '2020-01-01' + CAST(random() * 1400 AS INTEGER) AS day, "
        f"round(exp(random() * 8), 2) AS amount, "
        f"'note ' || CAST(CAST(random() * 1e5 AS BIGINT) AS VARCHAR) AS note, "
        f"CAST(CAST(1e14 + random() * 8e14 AS BIGINT) AS VARCHAR) AS account, "
        f"'中华路' || CAST(CAST(random() * 3000 AS BIGINT) AS VARCHAR) || '号' AS street "
        f"FROM range({rows})) TO '{path}' (HEADER)"
    )


def scans(product: Path, source: Path) -> None:
    """Print what the index costs and how fast a product is read and searched with it at hand."""
    table, read = timed(lambda: read_table(source, name="source.csv")[0])
    index, built = timed(lambda: RecordIndex.build([("raw", table)], key=bytes(16)))
    kept = io.BytesIO()
    index.save(kept)
    size, ratio = kept.tell() / len(table), built / read
    print(f"index: built in {built:.2f} s ({ratio:.1f} times reading), {size:.0f} bytes a record")
    match(index, table.slice(0, 40_000), compiled=True)  # what the search lays out once
    for name, path in (("clean", product), ("leaked", source)):
        runs = [
            (
                used(lambda path=path: match(index, batches(path))),
                used(lambda: parsed(product)),
            )
            for _ in range(3)
        ]
        (found, spent, cpu), (_, parse, parse_cpu) = (
            min(side, key=lambda one: one[1]) for side in zip(*runs, strict=True)
        )
        print(
            f"scan, {name}: {spent:.2f} s, {path.stat().st_size / spent / 1e6:.0f} MB/s, "
            f"{spent / parse:.1f} times DuckDB ({parse:.2f} s); processor {cpu:.2f} s, "
            f"{cpu / parse_cpu:.1f} times; {len(found.rows)} rows found, complete={found.complete}"
        )
    needles(index, table, read_table(product, name="p.csv")[0].slice(0, 100_000))


def batches(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a file, batch by batch."""
    with open_table(path, name=path.name, limits=LIMITS) as table:
        for _, batch in table.batches():
            yield batch


def needles(index: RecordIndex, table: pa.Table, clean: pa.Table, *, trials: int = 20) -> None:
    """Hide one record, of several sets of columns, in clean rows of the same kind; print the recall.

    Ten bits beyond chance are asked for, so that one file in a thousand shows a row by coincidence. The
    decoy is the source with every column in an order of its own: what is found in it is found by chance.
    """
    rng = np.random.default_rng(0)
    mixed = [column.take(pa.array(rng.permutation(len(table)))) for column in table.columns]
    decoy = RecordIndex.build([("raw", pa.table(mixed, names=table.column_names))], key=bytes(16))
    sets = (["name", "day", "amount", "note"], ["name", "amount", "note", "street"], ["name", "day", "note"])
    for columns in sets:
        base = clean.select(columns)
        found = bits = chance = by_chance = 0
        for trial in range(trials):
            at = trial * (len(base) // trials)
            needle = table.slice(trial * 977 % len(table), 1).select(columns)
            hidden = pa.concat_tables([base.slice(0, at), needle, base.slice(at)])
            seen = match(index, hidden)
            found += at in seen.rows.tolist()
            chance += len(set(seen.rows.tolist()) - {at})
            bits += seen.bits
            if trial < 3:
                by_chance += len(match(decoy, hidden).rows)
        print(
            f"one record in {len(base):,} rows, {'+'.join(columns)}: {found}/{trials}, "
            f"{bits / trials:.0f} bits (mean, 0 for one not found), {chance} chance rows; "
            f"decoy, three files: {by_chance} rows"
        )


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return the result of the work, and its seconds."""
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def used(work: Callable[[], T]) -> tuple[T, float, float]:
    """Return the result of the work, its seconds, and those of the processor."""
    before = time.process_time()
    result, seconds = timed(work)
    return result, seconds, time.process_time() - before


def parsed(path: Path) -> pa.Table:
    """Read a CSV to Arrow the way a user would."""
    return duckdb.sql(f"SELECT * FROM read_csv('{path}')").to_arrow_table()


def memory(product: Path, source: Path) -> float:
    """Return the peak of a process that reads the source and judges the product, in MiB."""
    child = os.fork()
    if child == 0:
        sources = build_sources([read_source(source)], [], key=bytes(16))
        judge([Product(str(product), product.read_bytes())], sources)
        os._exit(0)
    os.waitpid(child, 0)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Generate, inspect, print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        source, product = Path(folder) / "source.csv", Path(folder) / "product.csv"
        generate(rows, source, seed=1)
        generate(rows, product, seed=2)
        started = time.perf_counter()
        judged = inspect([product], [source])
        seconds = time.perf_counter() - started
        started = time.perf_counter()
        parsed(product)
        parse = time.perf_counter() - started
        peak = memory(product, source)
        size = product.stat().st_size / 1e6
        verdict = judged.judgement.files[0].verdict.value
        print(
            f"{rows:,} rows, {size:.0f} MB: {verdict} in {seconds:.1f} s (source read and indexed included)"
        )
        print("findings:", ", ".join(found.kind.value for found in judged.judgement.files[0].findings))
        print(
            f"DuckDB CSV to Arrow of the same file: {parse:.2f} s; peak memory of judging it: {peak:.0f} MiB"
        )
        scans(product, source)


if __name__ == "__main__":
    main()
