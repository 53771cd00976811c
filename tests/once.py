"""What is costly to make and only looked at or copied: made once a run, by whoever needs it first.

The others wait for it, but not for ever: a process that died while making it has let go of its lock, and the
next begins anew; one that makes no way is said to be the fault.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests import watching

PLACE = "TESTS_MADE_ONCE"
"""Names the folder of one run; handed on to every test process."""
WAITING = 900.0
PREFIX = "made-once-"


def lay_out() -> Path | None:
    """Make the folder of this run, in the process that starts the others; None in those."""
    if os.environ.get(PLACE):
        return None
    _clear_away()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)
    os.environ[PLACE] = str(folder)
    return folder


def _clear_away() -> None:
    """Remove what runs left behind whose process was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}[0-9]*-*"):
        process = folder.name.removeprefix(PREFIX).partition("-")[0]
        if not Path("/proc", process).exists():
            shutil.rmtree(folder, ignore_errors=True)


def made(name: str, build: Callable[[Path], object], *, waiting: float = WAITING) -> Path:
    """Return the folder of that name that `build` has filled; RuntimeError after `waiting` seconds."""
    root = Path(os.environ[PLACE], name)
    with watching.beside(waiting + WAITING), root.with_suffix(".lock").open("w") as lock:
        _take(lock.fileno(), name, waiting)
        if not (root / "done").exists():
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir(mode=0o711)
            build(root)
            (root / "done").touch()
    return root


def _take(lock: int, name: str, waiting: float) -> None:
    deadline = time.monotonic() + waiting
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise RuntimeError(
                    f"another test process makes {name} for more than {waiting:.0f} s"
                ) from None
            time.sleep(0.1)
        else:
            return
