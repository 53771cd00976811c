"""A proven claim beside the plain query that it states, on the same rows in one run: seconds and their ratio.

Run: python -m bench.claims [ROWS]. The plain query is DuckDB over the same Arrow table; the proof is running
the claim with the units behind every cell and judging the cells. What is compiled is called once on few rows
before, as a gate's process finds it compiled on disk. Asserts nothing.
"""

from __future__ import annotations

import resource
import sys
import time
from dataclasses import replace

import duckdb
import numpy as np
import pyarrow as pa

from sandbox.egress.cells import judge_cells
from sandbox.egress.claims import Claim
from sandbox.egress.origin import Source
from sandbox.egress.proof import run_as_seen
from sandbox.egress.rowwise import Budget

SUBJECTS = ("证件号", "就诊号")
"""The landed token of the unit, and a column that is numbered anew: half as many visits as rows."""
QUERIES = {
    "district x month, count": "SELECT 区县, 月份, count(*) AS n FROM t GROUP BY 区县, 月份",
    "district, average": "SELECT 区县, avg(金额) AS m FROM t GROUP BY 区县",
    "district x kind, count": "SELECT 区县, 病种, count(*) AS n FROM t GROUP BY 区县, 病种",
    "district, persons": "SELECT 区县, count(DISTINCT 证件号) AS n FROM t GROUP BY 区县",
}


def made(rows: int) -> Source:
    """Return payments of a quarter as many persons as rows."""
    chance = np.random.default_rng(1)
    people = chance.integers(0, max(rows // 4, 1), rows)

    def coded(prefix: str, codes: np.ndarray, many: int) -> pa.Array:
        names = pa.array([f"{prefix}{place}" for place in range(many)])
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), names).cast(pa.string())

    table = pa.table({
        "区县": coded("区", people % 14, 14), "月份": coded("月", chance.integers(0, 12, rows), 12),
        "病种": coded("病", chance.integers(0, 40, rows), 40),
        "金额": pa.array(np.round(np.exp(chance.normal(6, 0.6, rows)), 2)).cast(pa.string()),
        "证件号": pa.array(people).cast(pa.string()),
    })  # fmt: skip
    units = {"person": (people + 1).astype(np.uint32)}
    tokens = {"证件号": "person"}  # as the gate is told of a landed column of tokens
    table = table.append_column("就诊号", pa.array(np.arange(rows) // 2 + 10**15).cast(pa.string()))
    return Source("t", table, units, None, identifiers=frozenset({"证件号"}), subjects=tokens)


def canaried(source: Source) -> Source:
    """Return the source as a seat with 200 canaries saw it."""
    return replace(source, overlay=source.table.slice(0, 200))


def _proven(sql: str, subject: str, source: Source) -> tuple[float, int]:
    """Return the seconds that a claim takes from its text to the judgement of its cells, and the problems."""
    started = time.perf_counter()
    run = run_as_seen(Claim(sql, subject), [source], budget=Budget(memory="3GB", seconds=600))
    (at, truth, units), _ = run
    problems = judge_cells(truth, truth.shown, units, at.thresholds)
    return time.perf_counter() - started, len(problems)


def _warmed() -> None:
    few = made(60_000)
    for sql in QUERIES.values():
        for subject in SUBJECTS:
            _proven(sql, subject, few)


def main() -> None:
    """Print one line a query, and what the process took of memory."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    source = made(rows)
    engine = duckdb.connect(config={"threads": 2})
    engine.register("t", source.table)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _warmed()
    for name, sql in QUERIES.items():
        plain = sql.replace("avg(金额)", "avg(CAST(金额 AS DOUBLE))")
        seconds = []
        for _ in range(2):
            started = time.perf_counter()
            engine.execute(plain).to_arrow_table()
            seconds.append(time.perf_counter() - started)
        told = [f"plain {min(seconds):.2f} s"]
        for what, at in (("", source), (" with canaries", canaried(source))):
            for subject in SUBJECTS:
                took, problems = _proven(sql, subject, at)
                times = took / min(seconds)
                told.append(f"by {subject}{what} {took:.2f} s ({times:.1f} times, {problems} problems)")
        print(f"{rows:,} rows, {name}: {'; '.join(told)}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak of the process {peak:,.0f} MiB, of it before any claim {held:,.0f} MiB")


if __name__ == "__main__":
    main()
