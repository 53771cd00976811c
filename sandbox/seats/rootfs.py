"""What the inside of a sandbox looks like, as bwrap options.

Decides namespaces, the skeleton of the file system (system libraries read-only, an /etc of
its own, a /dev without terminals, a /proc masked as container engines do) and the order of
mounts. Nothing here touches the host; `isolation` turns the result into a running process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from sandbox.seats.spec import Limits, Mount, Sandbox

SEAT_PREFIX = "/opt/seat"
PYTHON = f"{SEAT_PREFIX}/bin/python"
SYSTEM_FOLDERS = (
    "/usr/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/share/fonts",
    "/usr/share/fontconfig",
    "/usr/share/locale",
    "/usr/share/terminfo",
    "/usr/share/zoneinfo",
    "/etc/fonts",
    "/var/cache/fontconfig",
)
LINKED_FOLDERS = ("/bin", "/lib", "/lib32", "/lib64")
DEVICES = ("null", "zero", "full", "random", "urandom")
DEVICE_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
HIDDEN_FOLDERS = ("acpi", "asound", "bus", "driver", "fs", "irq", "pressure", "scsi", "sys", "tty")
HIDDEN_FILES = (
    *(
        "buddyinfo",
        "cgroups",
        "config.gz",
        "consoles",
        "crypto",
        "devices",
        "diskstats",
        "dma",
        "execdomains",
    ),
    *("interrupts", "iomem", "ioports", "kallsyms", "kcore", "key-users", "keys", "kmsg", "kpagecgroup"),
    *("kpagecount", "kpageflags", "latency_stats", "locks", "misc", "modules", "mtrr", "pagetypeinfo"),
    *("partitions", "sched_debug", "schedstat", "slabinfo", "softirqs", "swaps", "sysrq-trigger"),
    *("timer_list", "timer_stats", "vmallocinfo", "vmstat", "zoneinfo"),
)
NSSWITCH = b"passwd: files\ngroup: files\nhosts: files\n"

AddData = Callable[[bytes], int]
"""Keeps bytes in an anonymous file and returns its descriptor, which bwrap reads to the end."""


def options(sandbox: Sandbox, sources: Mapping[Mount, str], data: AddData) -> list[str]:
    """Return all options of one sandbox; `sources` says under which path bwrap finds each mount."""
    return [
        *_namespaces(sandbox),
        *_variables(sandbox),
        *_skeleton(sandbox, sources, data),
        *_mounts(sources),
        *_etc(sandbox, data),
        *_proc(sandbox.limits, data),
        *_devices(sandbox.limits),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", sandbox.workdir),
    ]


def all_mounts(sandbox: Sandbox) -> tuple[Mount, ...]:
    """Return the system's folders and the sandbox's own mounts, parents before what lies in them."""
    system = [Mount(Path(folder), folder) for folder in SYSTEM_FOLDERS if Path(folder).is_dir()]
    plain = [Path(folder) for folder in LINKED_FOLDERS if Path(folder).is_dir()]
    system += [Mount(folder, str(folder)) for folder in plain if not folder.is_symlink()]
    cache = Path("/etc/ld.so.cache")
    system += [Mount(cache, str(cache))] if cache.is_file() else []
    by_target = {mount.target: mount for mount in (*system, *sandbox.mounts)}
    return tuple(sorted(by_target.values(), key=lambda mount: len(PurePosixPath(mount.target).parts)))


def _namespaces(sandbox: Sandbox) -> list[str]:
    unshared = [f"--unshare-{kind}" for kind in ("user", "pid", "net", "ipc", "uts", "cgroup")]
    number = str(sandbox.uid)
    identity = ["--uid", number, "--gid", number, "--hostname", sandbox.hostname]
    closed = ["--disable-userns", "--assert-userns-disabled", "--cap-drop", "ALL"]
    return [*unshared, *identity, *closed, "--new-session", "--die-with-parent", "--clearenv"]


def _variables(sandbox: Sandbox) -> Iterator[str]:
    defaults = {
        "PATH": f"{SEAT_PREFIX}/bin:/usr/bin:/bin",
        "HOME": sandbox.home,
        "USER": "dev",
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",  # noqa: S108  the sandbox's own, sized
        "PYTHONPATH": f"{SEAT_PREFIX}/lib",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_CACHE_DIR": "/tmp/numba",  # noqa: S108
    }
    for name, value in (defaults | dict(sandbox.environment)).items():
        yield from ("--setenv", name, value)


def _mounts(sources: Mapping[Mount, str]) -> Iterator[str]:
    for mount, source in sources.items():
        if mount.source is None:
            yield from (*_tmpfs(mount.target, size=4096, mode="0555"), "--remount-ro", mount.target)
        else:
            yield from ("--bind" if mount.writable else "--ro-bind", source, mount.target)


def _skeleton(sandbox: Sandbox, sources: Mapping[Mount, str], data: AddData) -> Iterator[str]:
    for folder in LINKED_FOLDERS:
        if Path(folder).is_symlink():
            yield from ("--symlink", str(Path(folder).readlink()), folder)
    interpreter = Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}")
    for name in ("python", "python3"):
        yield from ("--symlink", str(interpreter), f"{SEAT_PREFIX}/bin/{name}")
    settings = f"home = {interpreter.parent}\ninclude-system-site-packages = false\n"
    yield from ("--ro-bind-data", str(data(settings.encode())), f"{SEAT_PREFIX}/pyvenv.cfg")
    yield from _tmpfs("/tmp", size=sandbox.limits.tmp_bytes, mode="1777")  # noqa: S108
    targets = {mount.target for mount in sources}
    if sandbox.home not in targets:
        yield from _tmpfs(sandbox.home, size=sandbox.limits.home_bytes, mode="0700")


def _etc(sandbox: Sandbox, data: AddData) -> Iterator[str]:
    uid, home, host = sandbox.uid, sandbox.home, sandbox.hostname
    nobody = "65534:65534:nobody:/nonexistent:/bin/false"
    files = {
        "passwd": f"dev:x:{uid}:{uid}:dev:{home}:/bin/sh\nnobody:x:{nobody}\n".encode(),
        "group": f"dev:x:{uid}:\nnogroup:x:65534:\n".encode(),
        "hosts": f"127.0.0.1 localhost {host}\n::1 localhost\n".encode(),
        "nsswitch.conf": NSSWITCH,
    }
    zone = Path("/usr/share/zoneinfo/Asia/Shanghai")
    if zone.is_file():
        files["localtime"] = zone.read_bytes()
    for name, content in files.items():
        yield from ("--perms", "0444", "--ro-bind-data", str(data(content)), f"/etc/{name}")


def _proc(limits: Limits, data: AddData) -> Iterator[str]:
    """Yield a fresh /proc without the host's counters: they would carry bits between sandboxes."""
    yield from ("--proc", "/proc")
    kibibytes = limits.memory_bytes // 1024
    processors = os.sched_getaffinity(0)
    rows = "".join(f"cpu{number} 0 0 0 0 0 0 0 0 0 0\n" for number in range(len(processors)))
    memory = "".join(f"{name}: {kibibytes} kB\n" for name in ("MemTotal", "MemFree", "MemAvailable"))
    constant = {
        "meminfo": memory + "SwapTotal: 0 kB\nSwapFree: 0 kB\n",
        "loadavg": "0.00 0.00 0.00 1/1 1\n",
        "uptime": "1.00 1.00\n",
        "stat": f"cpu  0 0 0 0 0 0 0 0 0 0\n{rows}btime 0\nprocesses 1\n",
    }
    for name, content in constant.items():
        yield from ("--perms", "0444", "--ro-bind-data", str(data(content.encode())), f"/proc/{name}")
    for name in HIDDEN_FILES:
        if Path("/proc", name).is_file():
            yield from ("--ro-bind", "/dev/null", f"/proc/{name}")
    for name in HIDDEN_FOLDERS:
        if Path("/proc", name).is_dir():
            yield from (*_tmpfs(f"/proc/{name}", size=4096, mode="0555"), "--remount-ro", f"/proc/{name}")


def _devices(limits: Limits) -> Iterator[str]:
    """Yield a /dev without devpts: the number of terminals is one counter for the whole host."""
    yield from _tmpfs("/dev", size=65536, mode="0755")
    for name in DEVICES:
        yield from ("--dev-bind", f"/dev/{name}", f"/dev/{name}")
    for name, target in DEVICE_LINKS.items():
        yield from ("--symlink", target, f"/dev/{name}")
    yield from _tmpfs("/dev/shm", size=limits.shared_bytes, mode="1777")  # noqa: S108


def _tmpfs(target: str, *, size: int, mode: str) -> tuple[str, ...]:
    return ("--size", str(size), "--perms", mode, "--tmpfs", target)
