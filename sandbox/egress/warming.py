"""The compiled loops of the gate's process: brought to their place, and loaded ahead of the job.

The package is mounted read-only inside, so the compiler would do everything again, seconds each time; its
files are as trustworthy as the modules they lie beside. Called by `worker` before it has a job.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sandbox.egress.identities import marks
from sandbox.files.readers import read_table
from sandbox.files.records import COMPILE_FROM_BYTES
from sandbox.fingerprint import scan

PACKAGE = Path(__file__).resolve().parents[1]


def bring_compiled() -> None:
    """Copy what lies compiled beside our own modules to where the compiler looks for it here."""
    cache = os.environ.get("NUMBA_CACHE_DIR")
    if not cache:
        return
    for folder in sorted(PACKAGE.glob("*/__pycache__")):
        compiled = [*folder.glob("*.nbi"), *folder.glob("*.nbc")]
        home = folder.parent
        target = (
            Path(cache) / f"{home.name}_{hashlib.sha1(str(home).encode(), usedforsecurity=False).hexdigest()}"
        )
        for file in compiled:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target / file.name)


def load_compiled() -> None:
    """Load the loops that lie compiled, by calling each once: every file's child has them from the start.

    Nothing is compiled here: it would be lost with this process, and a job may be waiting meanwhile.
    """
    from sandbox.files.loops import NotKept, only_kept  # the compiler is slow to load

    with only_kept():
        for use in _LOOPS:
            with suppress(NotKept):
                use()


def compile_loops() -> None:
    """Compile all of them now, where they are kept beside their modules: once an installation."""
    for use in _LOOPS:
        use()


def _read() -> None:
    """Read a table that is large enough for compiled code."""
    read_table(io.BytesIO(b"a,b\n" + b"1,2\n" * (COMPILE_FROM_BYTES // 4)), name="warm-up")


def _count() -> None:
    from sandbox.egress import unit_kernels  # the compiler is slow to load

    unit_kernels.prepare()


def _identify() -> None:
    from sandbox.egress import identity_kernels  # the compiler is slow to load

    identity_kernels.prepare(marks())


def _tell_keys() -> None:
    from sandbox.egress import key_kernels  # the compiler is slow to load

    key_kernels.prepare()


_LOOPS: tuple[Callable[[], None], ...] = (scan.prepare, _count, _identify, _tell_keys, _read)
"""What calls each of them once."""
