"""One delivery's whole way into a home, against DuckDB's COPY of the same CSV file.

Run: `python -m bench.journey [rows]` (1,000,000 by default; the rows of `bench.landing`). The way:
received and sealed, read and reconciled, proposed and accepted, then landed: read back out of its
seal, masked with the agreement's key, risk measured, snapshot and sidecar written and fsynced.
Peaks are of the one process, stage after stage. Figures only: nothing here is asserted.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bench.landing import copy, generate, measured
from sandbox.demo.events import Narrator
from sandbox.demo.journey import Journey, establish
from sandbox.demo.people import found_demo, gather
from sandbox.ingest import publish
from sandbox.municipality.cast import cast
from tests.journeys.registrations import agreed, published

T = TypeVar("T")


def timed(name: str, work: Callable[[], T]) -> tuple[T, float]:
    """Return what the stage returned and its wall seconds; print its figures."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:28} wall {wall:7.2f} s  cpu {cpu:7.2f} s  peak so far {peak:6,} MiB", flush=True)
    return result, wall


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        source = folder / "firms.csv"
        generate(source, rows)
        print(f"{rows:,} rows, 10 columns, {source.stat().st_size / 1e6:.0f} MB CSV")
        plain = min(measured(copy, source, os.cpu_count() or 1)[0] for _ in range(2))
        print(f"{'DuckDB COPY (best of two)':28} wall {plain:7.2f} s")
        troupe = found_demo(folder / "home", cast())
        gather(troupe)
        journey = Journey(troupe, Narrator(lambda _: None))
        establish(journey)
        (dataset, delivery), came = timed(
            "received, read, accepted", lambda: published(journey, source, rows)
        )
        agreement = agreed(journey, dataset)
        ingest = troupe.platform.ingest
        made = publish.order(
            ingest,
            journey.actor("zhao.qinghe"),
            agreement=agreement.id,
            dataset=dataset.code,
            delivery=delivery,
        )
        snapshot, landed = timed("landed", lambda: publish.land(ingest, made.id))
        sidecar = publish.sidecar_folder(ingest, snapshot)
        held = sum(path.stat().st_size for path in sidecar.rglob("*") if path.is_file())
        print(f"{snapshot.rows:,} rows out; sidecar {held / 1e6:.0f} MB, {held / rows:.0f} bytes a record")
        print(f"ratio to COPY: received {came / plain:.1f}, landed {landed / plain:.1f}")


if __name__ == "__main__":
    main()
