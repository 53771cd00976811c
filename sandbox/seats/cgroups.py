"""Memory and process bounds for a whole sandbox, by control groups where the platform may make them.

Version 2 is tried first, then version 1. Where neither is writable the answer is None and
the bounds hold for each process alone, which `isolation.weaker` says. Called by `isolation`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
FAMILY = "data-sandbox"
_TRIAL_BYTES, _TRIAL_PROCESSES = 1 << 28, 16


@dataclass(frozen=True, slots=True)
class Group:
    """The folders of one sandbox's control group (one for version 2, one a controller for version 1)."""

    folders: tuple[Path, ...]

    def add(self, pid: int) -> None:
        """Put a process, and all it will start, under the bounds; OSError when refused."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(pid))

    def out_of_memory(self) -> bool:
        """Return whether the kernel killed something in the group for want of memory."""
        for folder in self.folders:
            for name in ("memory.events", "memory.oom_control"):
                with contextlib.suppress(OSError):
                    words = (folder / name).read_text().split()
                    if "oom_kill" in words and words[words.index("oom_kill") + 1] != "0":
                        return True
        return False

    def remove(self) -> None:
        """Remove the folders once the last process is gone; a folder still busy is left empty."""
        for folder in self.folders:
            for _ in range(50):
                with contextlib.suppress(FileNotFoundError):
                    try:
                        folder.rmdir()
                    except OSError:
                        time.sleep(0.01)
                        continue
                break


def create(name: str, *, memory_bytes: int, processes: int) -> Group | None:
    """Return a new bounded group, or None where this user may not make one or move a process into it."""
    return _make(name, memory_bytes, processes) if usable() else None


@cache
def usable() -> bool:
    """Return whether groups can be made and filled here: tried once a process, with a waiting child."""
    group = _make(unique_name(), _TRIAL_BYTES, _TRIAL_PROCESSES)
    if group is None:
        return False
    _sweep(group)
    wait = [sys.executable, "-I", "-S", "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(wait, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
        try:
            group.add(child.pid)
        except OSError:
            return False
        finally:
            child.kill()
            child.wait()
            group.remove()
    return True


def _sweep(group: Group) -> None:
    """Remove the empty groups that killed platforms left beside this one; a group in use refuses."""
    for folder in group.folders:
        for left in folder.parent.iterdir():
            pid = left.name.removeprefix(f"{FAMILY}-").split("-")[0]
            if pid.isdecimal() and not Path("/proc", pid).exists():
                with contextlib.suppress(OSError):
                    left.rmdir()


def _make(name: str, memory_bytes: int, processes: int) -> Group | None:
    for make in (_unified, _separate):
        with contextlib.suppress(OSError):
            group = make(name, memory_bytes, processes)
            if group is not None:
                return group
    return None


def _unified(name: str, memory_bytes: int, processes: int) -> Group | None:
    if not (ROOT / "cgroup.controllers").is_file():
        return None
    own = _own_paths().get("", "/").lstrip("/")
    for parent in (ROOT / own / FAMILY, ROOT / FAMILY):
        try:
            parent.mkdir(exist_ok=True)
            (parent.parent / "cgroup.subtree_control").write_text("+memory +pids")
            (parent / "cgroup.subtree_control").write_text("+memory +pids")
            return _filled(
                (parent / name,),
                {"memory.max": memory_bytes, "memory.swap.max": 0, "pids.max": processes},
            )
        except OSError:
            with contextlib.suppress(OSError):
                parent.rmdir()
    return None


def _separate(name: str, memory_bytes: int, processes: int) -> Group | None:
    own = _own_paths()
    if "memory" not in own or "pids" not in own:
        return None
    folders = tuple(ROOT / kind / own[kind].lstrip("/") / f"{FAMILY}-{name}" for kind in ("memory", "pids"))
    bounds = {
        "memory.limit_in_bytes": memory_bytes,
        "memory.memsw.limit_in_bytes": memory_bytes,
        "pids.max": processes,
    }
    return _filled(folders, bounds)


def _filled(folders: tuple[Path, ...], bounds: dict[str, int]) -> Group:
    """Make the folders and write every bound; a bound that has no place is an error, swap's aside."""
    group = Group(folders)
    missing = {name for name in bounds if "sw" not in name}
    try:
        for folder in folders:
            folder.mkdir()
            for name, bound in bounds.items():
                if (folder / name).exists():
                    (folder / name).write_text(str(bound))
                    missing.discard(name)
        if missing:
            raise FileNotFoundError(min(missing))
    except OSError:
        group.remove()
        raise
    return group


def _own_paths() -> dict[str, str]:
    """Return the controller names (version 2: the empty name) and this process's path in each."""
    paths: dict[str, str] = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, names, path = line.split(":", 2)
        paths |= dict.fromkeys(names.split(","), path)
    return paths


def unique_name() -> str:
    """Return a name no other sandbox of this machine uses now."""
    return f"{os.getpid()}-{os.urandom(6).hex()}"
