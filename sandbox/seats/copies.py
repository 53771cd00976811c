"""The seat's own copy of a snapshot, where the gate has made one: written whole or not at all, read-only.

Who makes the rows is told by a maker that `app` hands in; what is in them this room does not know. Copies of
versions that are neither shown now nor were at the last run are removed. Called by `seat`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from sandbox.kernel.dataset_records import Snapshot
from sandbox.kernel.seat_records import Seat
from sandbox.pool.disk import fsync_path, storage_errors

FOLDER = "data"


@dataclass(frozen=True, slots=True)
class Copy:
    """A folder of parts as one seat is shown them, and how many rows they hold."""

    folder: Path
    rows: int


Maker = Callable[[Seat, Snapshot, Path], Copy | None]
"""Returns a seat's copy of a snapshot, made in the given place on first use; None for the pool's own."""


def place(base: Path, snapshot: str) -> Path:
    """Return where a seat's copy of a snapshot lies, below the seat's folders."""
    return base / FOLDER / snapshot


def write(target: Path, fill: Callable[[Path], None]) -> None:
    """Make a folder of read-only files complete under another name first; a second writer changes nothing."""
    with storage_errors():
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}-{os.getpid()}-{os.urandom(4).hex()}")
        fresh.mkdir(mode=0o755)
        try:
            fill(fresh)
            for file in sorted(fresh.iterdir()):
                file.chmod(0o444)
                fsync_path(file)
            fsync_path(fresh)
            if not target.exists():
                fresh.rename(target)
                target.chmod(0o555)
            fsync_path(target.parent)
        finally:
            _remove(fresh)


def sweep(base: Path, keep: Collection[str]) -> None:
    """Remove the copies of all snapshots but these."""
    folder = base / FOLDER
    with storage_errors():
        for one in sorted(folder.iterdir()) if folder.is_dir() else ():
            if one.name not in keep and not one.name.startswith("."):
                _remove(one)


def _remove(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink():
        folder.chmod(0o700)
        shutil.rmtree(folder)
