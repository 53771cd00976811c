"""A further process for one file's judgement: it works out ahead what the first asks for later.

Forked from the process that judges the file once its bytes are read, so it has all of them, the same
isolation and bounds, and room of its own for no more than such a file needs. Both have parsed the same
hostile bytes: neither is believed more than the other, and the process outside checks what comes of both.
Still nothing is unpickled: tasks hand back plain bytes, in frames. What does not come whole and in time the
first works out itself; no check is left out because the second failed. Called by `foreseen`.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Self

SECONDS = 60
"""How long the second is waited for, in all, and how much of a processor it may use."""
MEMORY = 1 << 30
MAX_ANSWERS = 64 << 20
_DONE, _UNABLE = b"\x01", b"\x00"
_HEAD = 9
_MOMENT = 0.2
_BEHIND = 5
_TASKS = Path("/proc/self/task")


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be worked out ahead, by its name; what it hands back is in a form of its caller's."""

    name: str
    work: Callable[[], bytes]


class Second:
    """The second process as the first sees it; without one, every answer is None."""

    def __init__(self, tasks: Sequence[Task] = (), *, cores: int = 1, behind: bool = False) -> None:
        """Start it on the tasks, in their order, if there is a core for it and it is safe to fork now.

        One that stays `behind` takes what the others of the file leave of the cores: it is asked later.
        """
        self._waiting = [task.name for task in tasks]
        self._answers: dict[str, bytes] = {}
        self._child, self._reader, self._room = 0, -1, MAX_ANSWERS
        self._until = time.monotonic() + SECONDS
        if not tasks or cores < 2 or not quiet():
            return
        self._reader, writer = os.pipe()
        try:
            self._child = os.fork()
        except OSError:  # no process to be had: the first does all of it
            os.close(self._reader)
            os.close(writer)
            return
        if self._child == 0:
            if behind:
                os.nice(_BEHIND)
            _work(tasks, writer)
        os.close(writer)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.close()

    def __bool__(self) -> bool:
        """Return whether there is still a process."""
        return self._child > 0

    def answer(self, name: str) -> bytes | None:
        """Return what the task handed back, waiting for it; None where the first has to do it itself."""
        while self and name in self._waiting:
            self._read()
        return self._answers.pop(name, None)

    def ready(self) -> bool:
        """Return whether the next answer begins to come, so that it is hardly waited for."""
        return bool(self and self._waiting and select.select([self._reader], [], [], 0)[0])

    def close(self) -> None:
        """End the process, whatever it is at."""
        if not self._child:
            return
        child, self._child = self._child, 0
        os.close(self._reader)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(child, 0)

    def _read(self) -> None:
        """Take the next answer; end the process when it is not one."""
        head = self._bytes(_HEAD)
        body = None if head is None else self._bytes(int.from_bytes(head[1:], "big"))
        if head is None or body is None or head[:1] not in (_DONE, _UNABLE):
            self.close()
            return
        name = self._waiting.pop(0)
        if head[:1] == _DONE:
            self._answers[name] = body

    def _bytes(self, size: int) -> bytes | None:
        """Return so many bytes; None if they do not come in time, or are more than there is room for."""
        self._room -= size
        chunks: list[bytes] = []
        while size and self._room >= 0:
            left = self._until - time.monotonic()
            if left <= 0 or not select.select([self._reader], [], [], left)[0]:
                return None
            chunk = os.read(self._reader, min(size, 1 << 20))
            if not chunk:
                return None
            chunks.append(chunk)
            size -= len(chunk)
        return None if self._room < 0 else b"".join(chunks)


def quiet() -> bool:
    """Return whether no other thread of this process is at work: one that is could hold what a fork needs.

    What gives memory back now and then is waited for a moment.
    """
    until = time.monotonic() + _MOMENT
    while threading.active_count() == 1:
        if _asleep():
            return True
        if time.monotonic() > until:
            return False
        time.sleep(_MOMENT / 100)
    return False


def _asleep() -> bool:
    """Return whether every thread but this one sleeps."""
    own = str(threading.get_native_id())
    others = [one / "stat" for one in _TASKS.iterdir() if one.name != own]
    with suppress(OSError, IndexError):
        return all(one.read_text("ascii", errors="replace").rpartition(") ")[2][0] == "S" for one in others)
    return False


def limit(kind: int, value: int) -> None:
    """Lower a limit of this process; a lower one that is already there stays."""
    hard = resource.getrlimit(kind)[1]
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (bound, bound))


def address_space() -> int:
    """Return the bytes of addresses that this process has."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    return pages * resource.getpagesize()


def _work(tasks: Sequence[Task], writer: int) -> NoReturn:
    """Do the tasks and leave; never returns to the first's code."""
    status = 1
    try:
        for held in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208 - what the first's own caller waits on
            if held > 2 and held != writer:
                with suppress(OSError):
                    os.close(held)
        limit(resource.RLIMIT_CPU, SECONDS)
        limit(resource.RLIMIT_AS, address_space() + MEMORY)
        with os.fdopen(writer, "wb") as out:
            for task in tasks:
                done, body = _tried(task)
                out.write(done + len(body).to_bytes(_HEAD - 1, "big") + body)
                out.flush()
        status = 0
    finally:
        os._exit(status)


def _tried(task: Task) -> tuple[bytes, bytes]:
    try:
        return _DONE, task.work()
    except Exception:  # noqa: BLE001 - the first meets the same, and says what it is
        return _UNABLE, b""
