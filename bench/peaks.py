"""Memory of a whole `sandbox inspect`: the peak of every process that takes part, looked at while it runs.

Run: python -m bench.peaks PRODUCT_ROWS [SOURCE_ROWS] (the columns of `bench.gate`; 10,000,000 source rows by
default). Tells the peak of all resident pages (the system's own mark) and of private ones alone, which are
seen fifty times a second. Asserts nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.gate import generate

EVERY_SECONDS = 0.02
TOLD = 200 << 10
"""KiB from which a process is told of."""


def children(of: int) -> set[int]:
    """Return a process and all that descend from it."""
    below: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        below.setdefault(parent, []).append(int(place.name))
    found, waiting = {of}, [of]
    while waiting:
        more = below.get(waiting.pop(), [])
        found.update(more)
        waiting += more
    return found


def held(process: int) -> tuple[int, int] | None:
    """Return the most KiB that a process has had, and its private ones now; None once it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return None
    said = dict(line.split(":", 1) for line in lines if line.startswith(("VmHWM", "RssAnon")))
    return (int(said["VmHWM"].split()[0]), int(said["RssAnon"].split()[0])) if len(said) == 2 else None


def watched(command: list[str]) -> dict[int, tuple[int, int]]:
    """Run a command; return by process the most KiB of all pages and of private ones."""
    most: dict[int, tuple[int, int]] = {}
    running = subprocess.Popen(command)
    while running.poll() is None:
        for process in children(running.pid):
            if (seen := held(process)) is not None:
                whole, private = most.get(process, (0, 0))
                most[process] = max(whole, seen[0]), max(private, seen[1])
        time.sleep(EVERY_SECONDS)
    return most


def main() -> None:
    """Generate, inspect, tell."""
    rows, many = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        source, product = Path(folder) / "source.csv", Path(folder) / "product.csv"
        generate(many, source, seed=1)
        generate(rows, product, seed=3)
        print(
            f"{product.stat().st_size:,} bytes against {many:,} rows; load {os.getloadavg()[0]:.0f}",
            flush=True,
        )
        started = time.perf_counter()
        most = watched([sys.executable, "-m", "sandbox", "inspect", str(product), "--source", str(source)])
        print(f"{time.perf_counter() - started:.0f} s")
        for process, (whole, private) in sorted(most.items(), key=lambda one: -one[1][0]):
            if whole >= TOLD:
                print(f"process {process}: peak {whole >> 10:,} MiB, of private pages {private >> 10:,} MiB")


if __name__ == "__main__":
    main()
