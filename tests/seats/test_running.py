"""A command that goes on in its sandbox until it is stopped; nothing of it stays."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from sandbox.kernel.errors import IsolationError
from sandbox.seats import isolation
from sandbox.seats.isolation import PYTHON, Mount, Sandbox, python_mounts
from sandbox.seats.running import Running

pytestmark = pytest.mark.skipif(not isolation.probe(), reason="this machine cannot isolate")


def test_a_server_behind_an_inherited_socket_answers_and_ends_when_stopped(tmp_path: Path) -> None:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(tmp_path / "s"))
    listening.listen()
    code = (
        f"import socket; s = socket.socket(fileno={listening.fileno()})\n"
        "while True:\n    c, _ = s.accept(); c.sendall(b'inside'); c.close()"
    )
    over = threading.Event()
    sandbox = Sandbox(mounts=python_mounts(), inherit=(listening.fileno(),))
    running = Running(sandbox, [PYTHON, "-I", "-S", "-c", code], ended=over.set)
    running.start()
    listening.close()
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(20)
        asking.connect(str(tmp_path / "s"))
        assert asking.recv(16) == b"inside"
    assert running.alive
    assert not over.is_set()
    assert running.stop(10)
    assert over.wait(5)
    assert running.completed is not None
    assert running.completed.status != 0


def test_what_cannot_be_isolated_raises_where_it_is_started() -> None:
    missing = Mount(Path("/nowhere/at/all"), "/data/x")
    running = Running(Sandbox(mounts=(*python_mounts(), missing)), [PYTHON, "-c", "pass"])
    with pytest.raises(IsolationError):
        running.start()
    assert not running.alive


def test_a_command_that_ends_by_itself_is_over(tmp_path: Path) -> None:
    over = threading.Event()
    running = Running(Sandbox(mounts=python_mounts()), [PYTHON, "-I", "-c", "print(7)"], ended=over.set)
    running.start()
    assert over.wait(30)
    assert running.stop(5)
    assert running.completed is not None
    assert running.completed.stdout == b"7\n"
