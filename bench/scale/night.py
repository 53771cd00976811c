"""How long the nightly round of all clocks takes, and in how much memory: `python -m bench.scale.night HOME`.

Twice: the first night writes reminders that have come due, the second finds nothing to do.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from sandbox.access import nightly
from sandbox.app import open_platform


def night(home: Path) -> None:
    """Run two rounds and tell what they did."""
    platform = open_platform(home)
    for _ in range(2):
        began, busy = time.perf_counter(), time.process_time()
        done = nightly.run(platform.access)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{done.seen:,} clocks, {len(done.recounted):,} recounted, {len(done.reminded):,} reminded, "
            f"{len(done.escalated):,} escalated, {len(done.faults)} faults: "
            f"{time.perf_counter() - began:.1f} s, {time.process_time() - busy:.1f} s of this process, "
            f"peak {peak:.0f} MiB",
            flush=True,
        )
    platform.close()


if __name__ == "__main__":
    night(Path(sys.argv[1]))
