"""How much a sandbox's writable folders hold: measured from outside, without following links.

A file system quota answers at once; this answers within seconds and needs no privilege. The
launcher asks while a command runs; `workspace` asks before a seat opens.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.seats.spec import Sandbox

FILES_PER_HOME = 200_000
DEEPEST = 64
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
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
    """Return what the folders hold together; an entry that vanishes meanwhile counts nothing.

    Stops counting at the bound of entries; folders nested too deeply count as beyond it.
    """
    held, entries = 0, 0
    for folder in folders:
        try:
            for found in _below(os.open(folder, _FOLDER_FLAGS), DEEPEST):
                entries += 1
                held += 0 if stat.S_ISDIR(found.st_mode) else found.st_blocks * 512
                if entries > FILES_PER_HOME:
                    return Usage(held, entries)
        except _TooDeepError:
            return Usage(held, FILES_PER_HOME + 1)
    return Usage(held, entries)


class _TooDeepError(Exception):
    """Folders within folders beyond what anybody needs."""


def _below(descriptor: int, levels: int) -> Iterator[os.stat_result]:
    """Yield the status of every entry below an open folder, which is closed at the end."""
    try:
        if levels == 0:
            raise _TooDeepError
        with os.scandir(descriptor) as listing:
            for entry in listing:
                try:
                    found = os.stat(entry.name, dir_fd=descriptor, follow_symlinks=False)
                    below = (
                        os.open(entry.name, _FOLDER_FLAGS, dir_fd=descriptor)
                        if stat.S_ISDIR(found.st_mode)
                        else -1
                    )
                except OSError:
                    continue
                yield found
                if below >= 0:
                    yield from _below(below, levels - 1)
    finally:
        os.close(descriptor)


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
