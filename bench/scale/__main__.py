"""A home of many years, made and measured: `python -m bench.scale [HOME [APPLICATIONS]]`.

Without a home one is made beside the temporary files and taken away again. A home that is there is only
measured: for PostgreSQL move it first (docs/how-to/operate.md) and name it again.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from bench.scale import fill, lives, night, pages


def measure(home: Path, count: int) -> None:
    """Fill a home that is not there yet; then measure the nightly round and every list."""
    if not home.exists():
        fill.fill(home, count)
        lives.live(home)
    night.night(home)
    pages.told(asyncio.run(pages.measure(home, 3)))


def main() -> None:
    """Measure the home that was named, or one made for the occasion."""
    count = int(sys.argv[2]) if len(sys.argv) > 2 else fill.APPLICATIONS
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]), count)
        return
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as folder:
        measure(Path(folder) / "home", count)


if __name__ == "__main__":
    main()
