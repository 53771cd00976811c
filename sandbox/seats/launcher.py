"""The small process between the platform and bwrap; run by path with `python -I -S`.

It reads its orders (JSON) from the descriptor named in argv, makes the host's mounts private,
stages every source by descriptor (so that a uid without rights on the way there can still
be shown it), gives up root for the sandbox's own uid, ties its life to the platform's and
becomes bwrap with an empty environment. Standard library only; imports nothing of ours.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

CLONE_NEWNS = 0x20000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Carry out the orders and become bwrap; every failure ends in a sentence and status 1."""
    orders = json.loads(_read_all(int(sys.argv[1])))
    os.umask(0o077)
    if orders["host_uid"] is not None:
        stage(orders["stage"], orders["staging"])
        become(orders["host_uid"])
    for kind, bound in orders["bounds"]:
        resource.setrlimit(kind, (bound, bound))
    live_with(orders["parent"])
    os.execve(orders["bwrap"], orders["command"], {})  # noqa: S606


def stage(sources: list[Any], staging: str) -> None:
    """Bind each source at `staging/N` in a private mount namespace; read-only unless asked otherwise."""
    _check(LIBC.unshare(CLONE_NEWNS), "unshare")
    _mount("none", "/", flags=MS_REC | MS_PRIVATE)
    opened = [os.open(source["path"], os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC) for source in sources]
    _mount(
        "tmpfs", staging, kind="tmpfs", flags=MS_NOSUID | MS_NODEV, data="size=1m,nr_inodes=4096,mode=0711"
    )
    for number, (source, descriptor) in enumerate(zip(sources, opened, strict=True)):
        place = Path(staging, str(number))
        if os.path.isdir(f"/proc/self/fd/{descriptor}"):  # noqa: PTH112  a magic link, not a path
            place.mkdir(mode=0o700)
        else:
            place.touch(mode=0o600)
        _mount(f"/proc/self/fd/{descriptor}", str(place), flags=MS_BIND | MS_REC)
        read_only = 0 if source["writable"] else MS_RDONLY
        _mount("none", str(place), flags=MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | read_only)


def become(uid: int) -> None:
    """Give up root for good: no groups, the sandbox's own uid and gid."""
    Path("/proc/self/oom_score_adj").write_text("500")
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def live_with(parent: int) -> None:
    """Die when the platform dies; set after the change of uid, which would clear it."""
    _check(LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
    if os.getppid() != parent:
        sys.exit("launcher: the platform is gone")


def _mount(source: str, target: str, *, kind: str = "", flags: int = 0, data: str = "") -> None:
    words = [word.encode() or None for word in (source, target, kind)]
    _check(LIBC.mount(*words, ctypes.c_ulong(flags), data.encode() or None), f"mount {target}")


def _check(result: int, what: str) -> None:
    if result != 0:
        sys.exit(f"launcher: {what}: {os.strerror(ctypes.get_errno())}")


def _read_all(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read()


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"launcher: {error}")
