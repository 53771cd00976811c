"""A process that kills itself with signal 9 right before its n-th durable operation, then is examined.

N = 0 runs to the end and says how many such operations there were. Operations are fsync, rename, replace,
link, unlink and commits. `python -m tests.journeys.crash` imports everything once for a whole test process
and forks a child for each line that it is given: a JSON list of the home, what to do, N and arguments.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Engine, event

ROOT = Path(__file__).parents[2]
_BY_SOMEBODY = ("release", "recall", "recall-instances", "vote", "collect")
SECONDS = 120
"""What a child may take."""
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
    from sandbox.kernel.review_records import FileVote, Submission

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
    """Do one thing in a child; return the operations counted, or -1 when it was killed as asked."""
    process = _ready(os.getpid())
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps([str(home), what, str(at), *rest]).encode() + b"\n")
        process.stdin.flush()
        status, said, wrong = json.loads(process.stdout.readline())
    except BaseException:
        _ready.cache_clear()  # the next is not to be told how this one ended
        process.kill()
        raise
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return -1
    assert status == 0, wrong[-2000:]
    return int(said)


def crash_each(homes: Sequence[tuple[Path, int]], what: str, *rest: str) -> list[int]:
    """Kill a child in each home before its n-th operation; return what became of each: -1 for killed.

    `{home}` in an argument stands for the folder that the home lies in.
    """
    return [
        crash(home, what, at, *(one.replace("{home}", str(home.parent)) for one in rest))
        for home, at in homes
    ]


@functools.cache
def _ready(_: int) -> subprocess.Popen[bytes]:
    """Return this process's own that has everything imported; it ends when nobody can ask it any more."""
    command = [sys.executable, "-m", "tests.journeys.crash"]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _serve() -> None:
    """Fork a child for each line that is asked and say on a line how it ended and what it said."""
    for module in ("sandbox.app", "sandbox.egress.intake", "sandbox.ingest.publish"):
        importlib.import_module(module)
    for line in sys.stdin:
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as wrong:
            child = os.fork()
            if child == 0:
                _act(json.loads(line), said.fileno(), wrong.fileno())
            _, status = os.waitpid(child, 0)
            heard = [os.pread(one.fileno(), 1 << 20, 0).decode(errors="replace") for one in (said, wrong)]
        sys.stdout.write(json.dumps([status, *heard]) + "\n")
        sys.stdout.flush()


def _act(asked: list[str], said: int, wrong: int) -> NoReturn:
    signal.alarm(SECONDS)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(said, 1)
    os.dup2(wrong, 2)
    try:
        main(*asked)
    except BaseException:  # noqa: BLE001 - a child's end: whoever asked is told why
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(3)


if __name__ == "__main__":
    _serve()
