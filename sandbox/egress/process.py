"""The gate's own process: how one is had for a job, within which bounds, and what it answers.

Taken from the spares if there are any of just these bounds and this code, else started for the job: either
way it is alone in its isolation, is handed one job and ends, and the answer is the same. No isolation, no
answer: IsolationError. Called by `isolated`; who lives long has spares kept, by `keep_spares`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.egress.handover import Packing
from sandbox.egress.wire import Json
from sandbox.kernel.errors import IsolationError
from sandbox.seats.isolation import PYTHON, Limits, Mount, Sandbox, probe, python_mounts, python_path
from sandbox.seats.spares import FIRST_SECONDS, Recipe, Spares, Waiting
from sandbox.seats.spec import MIB

SCRATCH = "/tmp"  # noqa: S108 - inside the sandbox: a private file system in memory
MAX_RESULT = 2 << 30
MAX_BACKING = 32 << 30
"""Bytes of the file on disk where the tables of a large job lie."""
WORKER = (PYTHON, "-m", "sandbox.egress.worker")
PACKAGE = Path(__file__).resolve().parents[1]
CODE = (".py", ".nbi", ".toml")
"""What of our own files the process is made of: modules, their compiled loops, the rules."""


@dataclass(frozen=True, slots=True)
class GateLimits:
    """Bounds of the gate's process and of each file's own child in it; bytes and seconds."""

    memory_bytes: int = 6144 * MIB
    file_memory: int = 4096 * MIB
    file_seconds: int = 300
    total_seconds: float = 1800.0


class _Kept:
    """The spares of this process; none until somebody has them kept."""

    spares: Spares | None = None


def keep_spares(spares: Spares, limits: GateLimits | None = None) -> None:
    """Have jobs taken by these spares from now on; with limits, have the first started at once.

    Where nothing can be isolated none will be there: that is said when there is a job.
    """
    end_spares()
    _Kept.spares = spares
    if limits is not None:
        spares.expect(recipe(limits))


def end_spares() -> None:
    """End the spares that are kept, if any; jobs go on without."""
    spares, _Kept.spares = _Kept.spares, None
    if spares is not None:
        spares.close()


def answer(packing: Packing, document: Json, mounts: Sequence[Mount], limits: GateLimits) -> bytes:
    """Run the gate's process on a job and return its frame; empty when it did not end well.

    The time of the job begins when it is handed over, whenever the process was started.
    """
    able = probe()
    if not able:
        raise IsolationError(able.summary())
    words = packing.seal(document)
    wanted = recipe(limits, mounts)
    spares = _Kept.spares
    if spares is None or mounts:
        return _started(wanted, words, packing, limits)
    spare = spares.take(wanted)
    try:
        if spare is not None:
            with spare:
                if spare.hand_over(words, packing.descriptors, seconds=FIRST_SECONDS):
                    return _ended(spare, limits)
        return _started(wanted, words, packing, limits)
    finally:
        spares.expect(wanted)


def recipe(limits: GateLimits, mounts: Sequence[Mount] = ()) -> Recipe:
    """Return how the gate's process is started under these limits, by the code that now lies there."""
    sandbox = Sandbox(
        mounts=(*python_mounts(whole=True), *mounts),
        limits=Limits(memory_bytes=limits.memory_bytes, processes=512, file_bytes=MAX_BACKING),
        environment={
            "PYTHONPATH": python_path(),
            "NUMBA_CACHE_DIR": f"{SCRATCH}/numba",
            "OMP_NUM_THREADS": "2",
        },
        workdir=SCRATCH,
        hostname="gate",
    )
    return Recipe(sandbox, WORKER, _state(PACKAGE))


def _started(wanted: Recipe, words: bytes, packing: Packing, limits: GateLimits) -> bytes:
    """Start a process for the job and return its answer."""
    with Waiting(wanted) as fresh:
        if not fresh.hand_over(words, packing.descriptors, seconds=limits.total_seconds):
            return b""
        return _ended(fresh, limits)


def _ended(waiting: Waiting, limits: GateLimits) -> bytes:
    """Follow the process to its end and return what it said, if that ended well and whole."""
    done = waiting.finish(limits.total_seconds, output_bytes=MAX_RESULT)
    return b"" if done.status != 0 or done.truncated else done.stdout


def _state(folder: Path) -> bytes:
    """Return a digest of when the files below were written, and of their sizes: another one is other code."""
    seen = hashlib.sha256()
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith(CODE):
                found = os.stat(os.path.join(place, name))  # noqa: PTH116, PTH118 - a thousand of them each time
                seen.update(f"{place}/{name} {found.st_mtime_ns} {found.st_size}\n".encode())
    return seen.digest()
