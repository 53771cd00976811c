"""The examination written by somebody who knows the command line alone (`bench/exam`), asked of the gate.

`python -m bench.exam OUT` writes it; `python -m bench.egress.outside OUT [SEED…]` hands every file of these
seeds in, those of several parts together, with the raw tables as snapshots of the seat and their sidecars at
hand, in the isolated process. Once looked at, the files of a seed are no examination any more.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from bench.egress.baselines import BASELINES, also
from bench.egress.room import answer_of, snapshot
from bench.egress.score import Scored, tell_leaks, tell_time
from sandbox.egress.isolated import judge_isolated
from sandbox.egress.report import Product
from sandbox.fingerprint.sidecar import UnitColumns

TABLES: Mapping[str, tuple[UnitColumns, tuple[str, ...]]] = {
    "persons": (UnitColumns("person", ("身份证号",)), ("姓名", "身份证号", "手机号")),
    "firms": (UnitColumns("firm", ("统一社会信用代码",)), ("企业名称", "法定代表人", "统一社会信用代码")),
}
"""The two tables, whom their rows are about, and the columns that name somebody."""


def cases(out: Path, seeds: Collection[int]) -> Iterator[tuple[str, bool, list[Product]]]:
    """Yield what is handed in together: its technique and number, whether it is recoverable, its files."""
    together: dict[str, tuple[bool, list[Product]]] = {}
    for line in (out / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        if seeds and one["seed"] not in seeds:
            continue
        data = (out / one["file"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != one["sha256"]:
            raise SystemExit(f"{one['file']} is not the one of the manifest")
        name = f"{one['technique']}/{one['seed']}"
        product = Product(Path(one["file"]).name, data, claim=None)
        together.setdefault(name, (one["recoverable"], []))[1].append(product)
    for name, (recoverable, products) in together.items():
        yield name, recoverable, products


def main(out: Path, seeds: Collection[int] = ()) -> None:
    """Ask about every case and tell the figures and the misses."""
    print("manifest", hashlib.sha256((out / "manifest.jsonl").read_bytes()).hexdigest())
    sources = []
    for name, (unit, identifiers) in TABLES.items():
        options = csv.ConvertOptions(column_types=dict.fromkeys(_header(out, name), pa.string()))
        table = csv.read_csv(out / f"source-{name}.csv", convert_options=options)
        also(table.to_pylist())
        sources.append(snapshot(name, table, table, unit, identifiers))
    scored = []
    for name, recoverable, products in cases(out, seeds):
        began = time.perf_counter()
        answer = answer_of(judge_isolated(products, sources).judgement)
        spent = time.perf_counter() - began
        held = {
            label for label, holds in BASELINES.items() if any(holds(one.path, one.data) for one in products)
        }
        scored.append(Scored(name, "outside", recoverable, answer, frozenset(held), spent))
        print(".", end="", flush=True)
    print()
    tell_leaks("outside", scored)
    tell_time(scored)


def _header(out: Path, name: str) -> list[str]:
    with (out / f"source-{name}.csv").open(encoding="utf-8-sig") as file:
        return file.readline().rstrip("\r\n").split(",")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(one) for one in sys.argv[2:]])
