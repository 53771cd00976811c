"""A gate with its modules imported: a job is done by a fork of one process, not by a new one in isolation.

Two thirds of what a small judgement takes is starting Python and importing what the gate is made of. Where a
test asks what becomes of a judgement, not how it is walled in, the door (`isolated`) hands its sealed job to
a fork instead: the same door, the same worker, one child for each file, the same bounds on a file. Tests of
the isolation itself go the whole way, and so does every file that does not ask for `forked_gate`.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import pytest

from sandbox.egress import process
from sandbox.egress.handover import Packing
from sandbox.egress.process import GateLimits
from sandbox.seats.isolation import python_mounts
from sandbox.seats.spares import READY, TAKEN, Recipe

ROOT = Path(__file__).resolve().parent.parent
_ONE = threading.Lock()
"""A job at a time: the process forks, waits for the fork, and says how it ended."""
_GATES: list[subprocess.Popen[bytes]] = []


@contextmanager
def forked() -> Iterator[None]:
    """Have the usual jobs of this process done by forks until the end of the context."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "_started", functools.partial(_done, process._started))
        yield


def _done(
    start: Callable[..., bytes], wanted: Recipe, words: bytes, packing: Packing, limits: GateLimits
) -> bytes:
    """Return what a fork answers to a job; one with sources too large to hand over is started as ever."""
    if wanted.sandbox.mounts != tuple(python_mounts(whole=True)):
        return start(wanted, words, packing, limits)
    door, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    result = os.memfd_create("result", os.MFD_CLOEXEC)
    try:
        with _ONE, door:
            gate = _gate(os.getpid())
            with inside:
                asked = json.dumps(int(limits.total_seconds)).encode()
                socket.send_fds(gate, [asked], [inside.fileno(), result])
            if door.recv(len(READY)) == READY:
                socket.send_fds(door, [words], list(packing.descriptors))
                door.recv(len(TAKEN))
            status = json.loads(gate.recv(64))
        return os.pread(result, os.fstat(result).st_size, 0) if status == 0 else b""
    except BaseException:
        _gate.cache_clear()  # the next job is not to be told how this one ended
        raise
    finally:
        os.close(result)


@functools.cache
def _gate(_: int) -> socket.socket:
    """Return the socket to this process's gate, started when it is first asked; it ends with the socket."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        started = subprocess.Popen(
            [sys.executable, "-m", "tests.forked_gate", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "2"},
            start_new_session=True,
        )
    _GATES.append(started)
    return ours


def _serve(descriptor: int) -> None:
    """Import what the gate is made of, then fork for each job until nobody asks any more."""
    from sandbox.egress import worker

    sys.meta_path.insert(0, worker._NoPandas())
    worker.load_compiled()
    with socket.socket(fileno=descriptor) as door:
        while True:
            words, descriptors, *_ = socket.recv_fds(door, 64, 2)
            if not words:
                return
            child = os.fork()
            if child == 0:
                _answer(json.loads(words), *descriptors)
            for one in descriptors:
                os.close(one)
            _, status = os.waitpid(child, 0)
            with suppress(BrokenPipeError):
                door.send(json.dumps(status).encode())


def _answer(seconds: int, descriptor: int, result: int) -> NoReturn:
    """Do one job as the gate's own process does it, and leave."""
    from sandbox.egress import worker

    status = 1
    try:
        signal.alarm(seconds)
        frame = worker.run_job(*worker.received(descriptor, meanwhile=lambda: None))
        with os.fdopen(result, "wb") as out:
            out.write(frame)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
