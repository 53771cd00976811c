"""Runs every benchmark in turn, each in a process of its own: `python -m bench [NAME …]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NAMES = ("fingerprint", "landing", "journey", "gate", "egress")


def main() -> int:
    """Run the named benchmarks, or all; return the worst exit status."""
    wanted = sys.argv[1:] or NAMES
    worst = 0
    for name in wanted:
        print(f"\n== {name}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"], cwd=Path(__file__).parents[1], check=False
        )
        worst = max(worst, done.returncode)
    return worst


if __name__ == "__main__":
    raise SystemExit(main())
