"""How long the gate takes for a file of 100 kB with the index at hand: sixty files of ten kinds.

Run: python -m bench.wait. Every file goes alone through the isolated process, as a submission does: sidecars
of two sources (5,000 persons, 3,000 firms) handed over and read, every check. The process stands ready, as
where submissions come minutes apart; an empty file says what is left of its start, with and without. Prints
the median and the 95th percentile by the clock; and what the checks alone take of the processor, asked of
the same files in this process. Judges nothing.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
import time
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from bench.egress.room import answer_of, snapshots, sources_of
from bench.egress.world import tables
from sandbox.egress.isolated import judge_isolated
from sandbox.egress.judge import judge
from sandbox.egress.process import GateLimits, keep_spares
from sandbox.egress.report import Product
from sandbox.seats.spares import Spares
from tests.attacks.exam_source import to_csv

SIZE = 100_000
EACH = 6
START_SECONDS = 3.0
"""What a process that was started ahead is given to load its code."""
WORDS = (
    "门诊",
    "人次",
    "平稳",
    "较",
    "上年",
    "同期",
    "略有",
    "增加",
    "红花岗区",
    "汇川区",
    "企业",
    "登记",
    "数量",
    "持平",
)


def strangers(rng: random.Random, rows: int) -> list[dict[str, str]]:
    """Return rows of counts and shares that belong to nobody."""
    return [
        {
            "区县": f"区{rng.randrange(15)}",
            "月份": f"{rng.randrange(2015, 2025)}-{rng.randrange(1, 13):02}",
            "类别": rng.choice(WORDS),
            "人次": str(rng.randrange(20, 90_000)),
            "均值": f"{rng.random() * 9000:.2f}",
            "占比": f"{rng.random():.4f}",
        }
        for _ in range(rows)
    ]


def prose(rng: random.Random) -> str:
    """Return a report of short sentences with figures."""
    lines: list[str] = []
    while sum(map(len, lines)) < SIZE // 3:
        lines.append("".join(rng.choices(WORDS, k=12)) + f"，共 {rng.randrange(100, 99_999)} 例。")
    return "\n".join(lines)


def _csv(rng: random.Random) -> bytes:
    return to_csv(strangers(rng, 2400)).encode()[:SIZE].rsplit(b"\n", 1)[0]


def _leak(rng: random.Random) -> bytes:
    table = tables()[rng.choice(["居民", "企业"])]
    at = rng.randrange(500)
    return to_csv(table[at : at + 800]).encode()[:SIZE].rsplit(b"\n", 1)[0]


def _excel(rng: random.Random) -> bytes:
    out = io.BytesIO()
    pd.DataFrame(strangers(rng, 2600)).to_excel(out, index=False)
    return out.getvalue()


def _parquet(rng: random.Random) -> bytes:
    out = io.BytesIO()
    pd.DataFrame(strangers(rng, 5200)).to_parquet(out)
    return out.getvalue()


def _notebook(rng: random.Random) -> bytes:
    cells = [
        {
            "cell_type": "code",
            "metadata": {},
            "source": "df.head()",
            "execution_count": 1,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": to_csv(strangers(rng, 200))}],
        }
        for _ in range(10)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def _vector(rng: random.Random) -> bytes:
    marks = "".join(
        f'<circle cx="{rng.random() * 800:.1f}" cy="{rng.random() * 600:.1f}" r="3"/>' for _ in range(2000)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600">{marks}</svg>'.encode()


def _noise(rng: random.Random) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    pixels = np.random.default_rng(rng.randrange(1 << 30)).integers(0, 255, (180, 180, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


KINDS: Mapping[str, Callable[[random.Random], bytes]] = {
    "counts.csv": _csv,
    "rows.csv": _leak,
    "counts.xlsx": _excel,
    "counts.parquet": _parquet,
    "counts.json": lambda rng: json.dumps(strangers(rng, 900), ensure_ascii=False).encode(),
    "report.md": lambda rng: prose(rng).encode(),
    "report.ipynb": _notebook,
    "chart.svg": _vector,
    "chart.png": _noise,
    "packed.txt": lambda rng: base64.b64encode(gzip.compress(_csv(rng) * 2)),
}


def waited(product: Product, spares: Spares | None = None) -> float:
    """Return the seconds by the clock until the answer; the process waits before, if spares are given."""
    if spares is not None:
        while not spares.waiting():
            time.sleep(0.1)
        time.sleep(START_SECONDS)
    started = time.perf_counter()
    answer_of(judge_isolated([product], snapshots()).judgement)
    return time.perf_counter() - started


def starts(spares: Spares) -> None:
    """Print how long a file that holds nothing takes, with the process started for it and started ahead."""
    nothing = Product("first.csv", b"a,b\n1,2\n")
    alone = [waited(nothing) for _ in range(EACH)][1:]  # the first compiles or reads what is kept
    keep_spares(spares, GateLimits())
    ahead = [waited(nothing, spares) for _ in range(EACH)]
    print(f"start alone: {np.median(alone):.2f} s; with a process that waits: {np.median(ahead):.2f} s")


def main() -> None:
    """Judge every file alone; print how long it took."""
    known, spares = sources_of(), Spares()
    snapshots()
    judge([Product("first.csv", _leak(random.Random(0)))], known)
    starts(spares)
    clock: dict[str, list[float]] = {}
    spent: dict[str, list[float]] = {}
    sizes: list[int] = []
    for turn in range(EACH):
        for name, make in KINDS.items():
            data = make(random.Random(f"{turn}/{name}"))
            sizes.append(len(data))
            clock.setdefault(name, []).append(waited(Product(name, data), spares))
            began = time.process_time()
            judge([Product(name, data)], known)
            spent.setdefault(name, []).append(time.process_time() - began)
    for name in KINDS:
        print(f"{name:16} median {np.median(clock[name]):5.2f} s, processor {np.median(spent[name]):5.2f} s")
    every, used = (np.concatenate(list(each.values())) for each in (clock, spent))
    print(
        f"{len(every)} files of {min(sizes) // 1000} to {max(sizes) // 1000} kB: "
        f"p50 {np.percentile(every, 50):.2f} s, p95 {np.percentile(every, 95):.2f} s, "
        f"most {max(every):.2f} s; "
        f"processor p50 {np.percentile(used, 50):.2f} s, p95 {np.percentile(used, 95):.2f} s"
    )


if __name__ == "__main__":
    main()
