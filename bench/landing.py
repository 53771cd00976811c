"""Masking of generated registrations against DuckDB's own copy of the same CSV file.

Run: `python bench/landing.py [rows]` (1,000,000 by default; ten columns, identifiers and text at least
80 % distinct). Prints wall and CPU seconds and the peak resident memory of each side, measured in
processes of their own, and the ratio. Figures only: nothing here is asserted.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from sandbox.files.readers import open_table
from sandbox.masking.policy_file import read_policy
from sandbox.masking.run import MaskJob, mask_source
from sandbox.vault.digests import HashName
from sandbox.vault.keys import DataKey

POLICY = """
policy = "bench"
[table.firms]
subject = "统一社会信用代码"
k = 5
max_suppressed = 0.5
[table.firms.column]
"企业名称" = { technique = "token", group = "firm-name" }
"统一社会信用代码" = { technique = "token", group = "firm" }
"注册日期" = { technique = "date_trunc", unit = "year" }
"企业类型" = { technique = "keep", reason = "bench", class = "quasi" }
"法人代表" = { technique = "token", group = "person" }
"注册资金" = { technique = "band", cuts = [10, 100, 1000], unit = "万元" }
"经营范围" = { technique = "keep", reason = "bench" }
"所在省份" = { technique = "keep", reason = "bench" }
"地区" = { technique = "keep", reason = "bench", class = "quasi" }
"注册地址" = { technique = "region", level = "district" }
"""
DISTRICTS = (
    "红花岗区",
    "汇川区",
    "播州区",
    "仁怀市",
    "赤水市",
    "桐梓县",
    "绥阳县",
    "正安县",
    "凤冈县",
    "湄潭县",
)
TYPES = ("有限责任公司", "个体工商户", "股份有限公司", "个人独资企业", "农民专业合作社")
HAN = np.array(
    list("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈")
)


def generate(path: Path, rows: int) -> None:
    """Write the CSV file; the same rows every time."""
    made = np.random.default_rng(20260101)
    words = _words(made, 50_000, 4)
    texts = [_words(made, 20_000, 24) for _ in range(4)]
    numbers = made.permutation(rows).astype(np.int64)
    district = pa.array(DISTRICTS).take(pa.array(made.integers(0, 10, rows)))

    def text(values: np.ndarray) -> pa.Array:
        return pa.array(values).cast(pa.string())

    def join(*parts: pa.Array | str) -> pa.Array:
        return pc.binary_join_element_wise(*parts, "")

    names = words.take(pa.array(made.integers(0, len(words), rows)))
    days = pa.array(made.integers(3_000, 18_000, rows).astype(np.int32)).cast(pa.date32()).cast(pa.string())
    capital = join(text(made.integers(1, 3_000, rows)), "(万元)")
    scope = join(*(piece.take(pa.array(made.integers(0, len(piece), rows))) for piece in texts))
    address = join(
        "贵州省遵义市", district, names, "路", text(made.integers(1, 999, rows)), "号", text(numbers), "室"
    )
    table = pa.table(
        {
            "企业名称": join("遵义", names, text(numbers), "商贸有限公司"),
            "统一社会信用代码": join("91520300", text(numbers + 10**9)),
            "注册日期": days,
            "企业类型": pa.array(TYPES).take(pa.array(made.integers(0, 5, rows))),
            "法人代表": _words(made, rows, 3),
            "注册资金": capital,
            "经营范围": scope,
            "所在省份": pa.array(["贵州"] * rows),
            "地区": pa.array(["遵义"] * rows),
            "注册地址": address,
        }
    )
    pyarrow.csv.write_csv(table, path)


def _words(made: np.random.Generator, count: int, length: int) -> pa.Array:
    letters = HAN[made.integers(0, len(HAN), (count, length))]
    return pa.array(["".join(row) for row in letters])


def copy(source: Path, out: Path, threads: int) -> int:
    """Do what a user without the product would: DuckDB's COPY from CSV to Parquet."""
    with duckdb.connect(config={"threads": threads}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"COPY (SELECT * FROM read_csv('{source}', all_varchar = true)) TO '{out / 'copy.parquet'}' "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
        )
    return 0


def mask(source: Path, out: Path, _threads: int) -> int:
    """Mask the file as `sandbox mask` does, with risk before and after; return the rows suppressed."""
    key = DataKey(id="bench", hash=HashName.SHA256, secret=b"\1" * 32)
    job = MaskJob(read_policy(POLICY), "firms", key, out)
    return int(mask_source(lambda: open_table(source, name="firms"), job).suppressed.sum())


def measured(
    work: Callable[[Path, Path, int], int], source: Path, threads: int
) -> tuple[float, float, int, int]:
    """Return wall seconds, CPU seconds, peak MiB and the work's own number, from a fresh process."""
    with tempfile.TemporaryDirectory(dir=source.parent) as out:
        context = get_context("spawn")
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_child, args=(sender, work, source, Path(out), threads))
        process.start()
        figures: tuple[float, float, int, int] = receiver.recv()
        process.join()
    return figures


def _child(sender, work, source: Path, out: Path, threads: int) -> None:
    started = time.perf_counter()
    number = work(source, out, threads)
    wall = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    sender.send((wall, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, number))


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    threads = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / "firms.csv"
        generate(source, rows)
        print(f"{rows:,} rows, 10 columns, {source.stat().st_size / 1e6:.0f} MB CSV, {threads} threads")
        best: dict[str, tuple[float, float]] = {}
        for name, work in (("warm-up", mask), ("DuckDB COPY", copy), ("mask", mask), ("DuckDB COPY", copy)):
            wall, cpu, peak, number = measured(work, source, threads)
            known = best.get(name, (wall, cpu))
            best[name] = (min(wall, known[0]), min(cpu, known[1]))
            print(
                f"{name:12} wall {wall:7.2f} s  cpu {cpu:7.2f} s  peak {peak:6,} MiB  suppressed {number:,}"
            )
        wall, cpu = (best["mask"][at] / best["DuckDB COPY"][at] for at in (0, 1))
        print(f"ratio mask / COPY: wall {wall:.2f}, CPU {cpu:.2f} (best of each)")


if __name__ == "__main__":
    main()
