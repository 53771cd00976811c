"""Speed and memory of the record index: canonical form, hash, build, save, match. Judges nothing.

Usage: python bench/fingerprint.py [ROWS]
"""

import io
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

from sandbox.fingerprint.canonical import canonical_array
from sandbox.fingerprint.index import RecordIndex
from sandbox.fingerprint.match import match
from sandbox.fingerprint.siphash import keyed_hash

KEY = bytes(range(16))


def invented(rows: int, *, seed: int) -> pa.Table:
    """Ten columns, eight of them at least four fifths distinct."""
    rng = np.random.default_rng(seed)

    def glue(*parts: Any) -> pa.Array:
        texts = [pa.scalar(p) if isinstance(p, str) else pa.array(p).cast(pa.string()) for p in parts]
        return pc.binary_join_element_wise(*texts, "")

    n = {name: rng.integers(0, 10**9, rows) for name in ("a", "b", "c", "d", "e", "f")}
    day = (np.datetime64("1950-01-01") + (n["c"] % 25_000).astype("timedelta64[D]")).astype(str)
    return pa.table(
        {
            "id": glue("5203", pc.utf8_lpad(pa.array(n["a"]).cast(pa.string()), 9, "0"), n["b"] % 100_000),
            "name": glue("遵义市第", n["a"], "（集团）有限公司"),
            "code": glue("91520300MA", pc.utf8_lpad(pa.array(n["d"] % 10**8).cast(pa.string()), 8, "0")),
            "phone": glue("138", pc.utf8_lpad(pa.array(n["d"] % 10**8).cast(pa.string()), 8, "0")),
            "address": glue("贵州省遵义市红花岗区中华路", n["e"] % 1000, "号", n["f"] % 100_000, "室"),
            "amount": glue(n["f"] // 100, ".", n["f"] % 90 + 10),
            "mail": glue("user", n["b"], "@example.cn"),
            "note": glue("经营范围：百货、五金、", n["c"], "等"),
            "date": pa.array(day),
            "district": glue("区县", n["a"] % 15),
        }
    )


def timed(label: str, work: Callable[[], Any], *, cells: int = 0, size: int = 0) -> Any:
    start = time.perf_counter()
    result = work()
    spent = time.perf_counter() - start
    extra = f"{spent / cells * 1e9:8.0f} ns/cell" if cells else ""
    extra += f"{size / spent / 1e6:8.1f} MB/s" if size else ""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{label:46}{spent:9.2f} s {extra:18} peak {peak:7.0f} MB")
    return result


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    table, other = invented(rows, seed=1), invented(rows, seed=2)
    text = io.BytesIO()
    csv.write_csv(table, text)
    size = text.tell()
    print(f"{rows} rows x {table.num_columns}, {size / 1e6:.0f} MB as CSV")
    for name in table.column_names:
        forms = timed(f"canonical {name}", lambda name=name: canonical_array(table[name]), cells=rows)
        timed(f"hash      {name}", lambda forms=forms: keyed_hash(forms, KEY), cells=rows)
    index = timed("build of the index", lambda: RecordIndex.build([("raw", table)], key=KEY), cells=10 * rows)
    saved = io.BytesIO()
    timed("save", lambda: index.save(saved))
    print(f"{'index on disk':46}{saved.tell() / rows:9.0f} bytes per record")
    saved.seek(0)
    timed("load", lambda: RecordIndex.load(saved, key=KEY))
    timed("read the CSV (strings, for comparison)", lambda: read(text, table), size=size)
    shuffled = table.take(pa.array(np.random.default_rng(0).permutation(rows)))
    subset = shuffled.select(["name", "date", "address"])
    for label, candidate in (
        ("clean", other),
        ("all leaked, shuffled", shuffled),
        ("three columns leaked", subset),
    ):
        found = timed(f"match: {label}", lambda candidate=candidate: match(index, candidate), size=size)
        print(f"{'':8}{len(found.rows)} rows, {found.distinct_records} records, complete={found.complete}")
    ten = other.slice(0, 10)
    timed("match: ten rows", lambda: match(index, ten))


def read(text: io.BytesIO, table: pa.Table) -> pa.Table:
    text.seek(0)
    kinds = dict.fromkeys(table.column_names, pa.string())
    return csv.read_csv(text, convert_options=csv.ConvertOptions(column_types=kinds))


if __name__ == "__main__":
    main()
