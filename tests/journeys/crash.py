"""A process that kills itself with signal 9 right before its n-th durable operation, then is examined.

Run as `python -m tests.journeys.crash HOME WHAT N ARGUMENT…`; N = 0 runs to the end and prints how
many such operations there were. Operations are fsync, rename, replace, unlink and commits.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine, event

ROOT = Path(__file__).parents[2]
_OPERATIONS = ("fsync", "replace", "rename", "unlink")


class Bomb:
    """Counts operations and goes off before the n-th."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0

    def tick(self, *_: object) -> None:
        """Count one operation."""
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def arm(self) -> None:
        """Put the counter before every durable operation of this process."""
        for name in _OPERATIONS:
            setattr(os, name, self._wrapped(getattr(os, name)))
        event.listen(Engine, "commit", self.tick)

    def _wrapped(self, operation):
        def counted(*given, **named):
            self.tick()
            return operation(*given, **named)

        return counted


def main(home: str, what: str, at: str, *rest: str) -> None:
    """Do one thing in the home with the bomb armed."""
    from sandbox.app import open_platform
    from sandbox.egress import intake, release
    from sandbox.ingest import publish

    platform = open_platform(Path(home))
    ingest, gate, bomb = platform.ingest, platform.gate, Bomb(int(at))
    actor = platform.by_token(rest[1]) if what == "release" else None
    bomb.arm()
    if what == "land":
        publish.land(ingest, rest[0])
    elif what == "submit":
        intake.collect(gate, rest[0], refused=platform.note_refusal)
    elif what == "release" and actor is not None:
        release.release(gate, actor, rest[0])
    sys.stdout.write(str(bomb.count))
    sys.stdout.flush()
    os._exit(0)


def crash(home: Path, what: str, at: int, *rest: str) -> int:
    """Run this module; return the operations counted, or -1 when it was killed as asked."""
    command = [sys.executable, "-m", "tests.journeys.crash", str(home), what, str(at), *rest]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=False)
    if done.returncode == -signal.SIGKILL:
        return -1
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return int(done.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
