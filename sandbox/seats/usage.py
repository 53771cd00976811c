"""How much a sandbox's writable folders hold: measured from outside, without following links.

A file system quota answers at once; this answers within seconds and needs no privilege. The
launcher asks while a command runs; `workspace` asks before a seat opens.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from sandbox.seats.spec import Sandbox

FILES_PER_HOME = 200_000
INTERVAL = 2.0
"""Seconds between two looks; a look that takes long makes the next one later."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Bytes on disk and the number of entries of some folders."""

    bytes: int = 0
    entries: int = 0

    def within(self, *, home_bytes: int) -> bool:
        """Return whether both bounds are kept."""
        return self.bytes <= home_bytes and self.entries <= FILES_PER_HOME


def measure(*folders: Path) -> Usage:
    """Return what the folders hold together; an entry that vanishes meanwhile counts nothing."""
    held, entries = 0, 0
    for folder in folders:
        for _, folders_below, files, descriptor in os.fwalk(folder, onerror=None, follow_symlinks=False):
            for name in (*files, *folders_below):
                try:
                    found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
                except OSError:
                    continue
                entries += 1
                held += found.st_blocks * 512 if not stat.S_ISDIR(found.st_mode) else 0
    return Usage(held, entries)


class Watch:
    """Looks at a running sandbox's writable folders now and then."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._folders = [
            mount.source
            for mount in sandbox.mounts
            if mount.writable and mount.source is not None and mount.source.is_dir()
        ]
        self._bound = sandbox.limits.home_bytes
        self._due = float("-inf")

    def due(self, now: float) -> float:
        """Return when the next look is due (monotonic seconds); never without writable folders."""
        if not self._folders:
            return float("inf")
        self._due = max(self._due, now + INTERVAL)
        return self._due

    def exceeded(self) -> bool:
        """Return whether the folders now hold more than the sandbox may."""
        return not measure(*self._folders).within(home_bytes=self._bound)
