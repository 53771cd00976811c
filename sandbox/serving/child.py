"""One process that the supervisor keeps alive: how it is started, and when it is started again.

It dies with the supervisor, whatever becomes of that. Restarts come the later the quicker they
fail. Knows nothing of what the process does.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
_LIBC = ctypes.CDLL(None, use_errno=True)
FIRST_WAIT, LONGEST_WAIT, STEADY_SECONDS = 0.1, 5.0, 20.0


@dataclass(slots=True)
class Child:
    """A named process with its command; `ends_with_us` unless it must outlive a killed supervisor."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    inherit: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    due: float = 0.0
    failures: int = 0
    restarts: int = field(default=0)

    @property
    def alive(self) -> bool:
        """Return whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start the process, its words into its log."""
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(
                list(self.command),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                pass_fds=self.inherit,
                start_new_session=True,
                cwd="/",
                preexec_fn=_die_with_parent,
            )
        self.since = time.monotonic()

    def tend(self) -> bool:
        """Start the process again if it ended and the time has come; return whether it was started."""
        if self.alive:
            return False
        now = time.monotonic()
        if self.process is not None:
            steady = now - self.since > STEADY_SECONDS
            self.failures = 1 if steady else self.failures + 1
            self.due = now + min(FIRST_WAIT * 2**self.failures, LONGEST_WAIT)
            self.process = None
            self.restarts += 1
        if now < self.due:
            return False
        self.start()
        return True

    def stop(self, seconds: float) -> None:
        """Ask the process to end, and kill it when it does not within `seconds`."""
        process = self.process
        if process is None:
            return
        for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, seconds)):
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(patience)
        self.process = None


def adopt_orphans() -> None:
    """Make this process the parent of what its children leave behind, so that nothing is lost sight of."""
    _LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def own_children() -> list[int]:
    """Return the processes whose parent is this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError, ValueError, IndexError):
                text = (entry / "stat").read_text(encoding="utf-8", errors="replace")
                if int(text.rpartition(")")[2].split()[1]) == os.getpid():
                    found.append(int(entry.name))
    return found


def reap(known: frozenset[int]) -> None:
    """Take leave of orphans that ended; those in `known` are their owners' to ask."""
    for pid in own_children():
        if pid not in known:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def _die_with_parent() -> None:
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
