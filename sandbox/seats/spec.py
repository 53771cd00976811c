"""What a sandbox is made of: mounts, limits, an environment; and what came of a run in it.

Values only; they check themselves at birth. `isolation` runs them, seats and the egress
gate fill them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Mount:
    """A host file or folder shown inside at `target`; `source` None is an empty read-only folder."""

    source: Path | None
    target: str
    writable: bool = False

    def __post_init__(self) -> None:
        target = PurePosixPath(self.target)
        if not target.is_absolute() or ".." in target.parts or str(target) in ("/", "/proc", "/dev"):
            raise ValueError(f"a mount needs an absolute target below the root: {self.target}")
        if self.source is not None and not self.source.is_absolute():
            raise ValueError("a mount needs an absolute source")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one sandbox; bytes and seconds. `home_bytes` sizes a home that is not persisted."""

    memory_bytes: int = 2048 * MIB
    cpu_seconds: int | None = None
    wall_seconds: float | None = None
    processes: int = 256
    file_bytes: int = 1024 * MIB
    open_files: int = 1024
    tmp_bytes: int = 256 * MIB
    shared_bytes: int = 64 * MIB
    home_bytes: int = 256 * MIB

    def __post_init__(self) -> None:
        bounds = (self.memory_bytes, self.processes, self.file_bytes, self.open_files, self.tmp_bytes)
        if min(*bounds, self.shared_bytes, self.home_bytes) <= 0:
            raise ValueError("every limit of a sandbox is positive")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One isolated place. `uid` is the number seen inside; `host_uid` the one on the host.

    `host_uid` counts only where the platform runs as root; an ordinary user's sandbox keeps
    that user's uid outside. `inherit` are descriptors handed in under the same numbers.
    """

    mounts: tuple[Mount, ...] = ()
    limits: Limits = field(default_factory=Limits)
    environment: Mapping[str, str] = field(default_factory=dict)
    workdir: str = "/home/dev"
    uid: int = 1000
    hostname: str = "seat"
    inherit: tuple[int, ...] = ()
    host_uid: int | None = None
    home: str = "/home/dev"


class Kill(StrEnum):
    """What ended a command before it ended itself."""

    WALL_CLOCK = "wall-clock"
    DISK = "disk"
    CPU = "cpu"
    MEMORY = "memory"
    FILE_SIZE = "file-size"
    SIGNAL = "signal"


@dataclass(frozen=True, slots=True)
class Completed:
    """A finished run: exit status as a shell gives it (128 + signal), and its bounded output.

    `truncated` says that more was printed than was kept; `seconds` is wall clock from launch
    to the end of the last process.
    """

    status: int
    stdout: bytes
    stderr: bytes
    truncated: bool = False
    timed_out: bool = False
    killed_by: Kill | None = None
    seconds: float = 0.0
