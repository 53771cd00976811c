"""How long the gate takes for a large product: a 1,000,000-row CSV against a source of the same size.

Run: python bench/gate.py [ROWS]. Prints seconds and peak memory; asserts nothing.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from sandbox.egress.inspect import inspect
from sandbox.egress.judge import judge
from sandbox.egress.report import Product
from sandbox.egress.sources import build_sources, read_source


def generate(rows: int, path: Path, *, seed: int) -> None:
    """Write a CSV of `rows` made-up payments: id, name, district, date, amount, note."""
    engine = duckdb.connect()
    engine.execute(f"SELECT setseed({seed / 100})")
    engine.execute(
        f"COPY (SELECT upper(substr(md5(CAST(random() AS VARCHAR)), 1, 20)) AS code, "
        f"'名' || CAST(CAST(random() * 1e6 AS BIGINT) AS VARCHAR) AS name, "
        f"'区' || CAST(CAST(random() * 14 AS BIGINT) AS VARCHAR) AS district, "
        f"DATE '2020-01-01' + CAST(random() * 1400 AS INTEGER) AS day, "
        f"round(exp(random() * 8), 2) AS amount, "
        f"'note ' || CAST(CAST(random() * 1e5 AS BIGINT) AS VARCHAR) AS note "
        f"FROM range({rows})) TO '{path}' (HEADER)"
    )


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
        duckdb.sql(f"SELECT * FROM read_csv('{product}')").to_arrow_table()
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


if __name__ == "__main__":
    main()
