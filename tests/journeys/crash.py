"""A process that kills itself with signal 9 right before its n-th durable operation, then is examined.

Run as `python -m tests.journeys.crash HOME WHAT N ARGUMENT…`; N = 0 runs to the end and prints how
many such operations there were. Operations are fsync, rename, replace, link, unlink and commits. With
several homes, each with its own N, one process imports everything and forks a child for each.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine, event

ROOT = Path(__file__).parents[2]
_BY_SOMEBODY = ("release", "recall", "recall-instances", "vote", "collect")
_OPERATIONS = ("fsync", "replace", "rename", "link", "unlink")


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
    from sandbox.egress import intake, looks, release, review
    from sandbox.ingest import publish
    from sandbox.kernel.records import FileVote, Submission

    platform = open_platform(Path(home))
    ingest, gate, bomb = platform.ingest, platform.gate, Bomb(int(at))
    actor = platform.by_token(rest[1]) if what in _BY_SOMEBODY else None
    votes: tuple[FileVote, ...] = ()
    if what == "vote":
        files = platform.store.load(Submission, rest[0]).record.files
        votes = tuple(FileVote(digest=one.rewritten, approve=True) for one in files if one.rewritten)
    bomb.arm()
    if what == "land":
        publish.land(ingest, rest[0])
    elif what == "submit":
        intake.collect(gate, rest[0], refused=platform.note_refusal)
    elif what == "release" and actor is not None:
        release.release(gate, actor, rest[0])
    elif what == "recall" and actor is not None:
        release.recall(gate, actor, rest[0], reason="数据有误")
    elif what == "recall-instances" and actor is not None:
        looks.recall_instances(gate, actor, rest[0], reason="口径不同")
    elif what == "vote" and actor is not None:
        review.cast(gate, actor, rest[0], votes)
    elif what == "collect" and actor is not None:
        release.hand_out(gate, actor, rest[0], Path(rest[2]))
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


def crash_each(homes: Sequence[tuple[Path, int]], what: str, *rest: str) -> list[int]:
    """Kill a child in each home before its n-th operation; return what became of each: -1 for killed.

    `{home}` in an argument stands for the folder that the home lies in.
    """
    listed = json.dumps([(str(home), at) for home, at in homes])
    command = [sys.executable, "-m", "tests.journeys.crash", "@", what, listed, *rest]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    ended = json.loads(done.stdout)
    return [-1 if os.WIFSIGNALED(one) and os.WTERMSIG(one) == signal.SIGKILL else one for one in ended]


def _fork_each(what: str, listed: str, *rest: str) -> None:
    importlib.import_module("sandbox.app")  # once for all children
    ended = []
    for home, at in json.loads(listed):
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            try:
                main(home, what, str(at), *(one.replace("{home}", str(Path(home).parent)) for one in rest))
            finally:
                traceback.print_exc()
                os._exit(3)
        ended.append(os.waitpid(child, 0)[1])
    sys.stdout.write(json.dumps(ended))


if __name__ == "__main__":
    if sys.argv[1] == "@":
        _fork_each(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
