"""Processes that are kept alive, and doors told from others by their starting time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.kernel.errors import InputError, StateError
from sandbox.serving import doors, supervisor
from sandbox.serving.child import Child
from sandbox.serving.places import TOKENS, Places, Plan

SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]


def _child(tmp_path: Path, command: list[str]) -> Child:
    return Child("one", command, {"PATH": os.environ["PATH"]}, tmp_path / "one.log")


def test_a_killed_child_is_started_again_and_a_failing_one_ever_later(tmp_path: Path) -> None:
    child = _child(tmp_path, SLEEP)
    assert child.tend()
    assert child.process is not None
    first = child.process.pid
    child.process.kill()
    child.process.wait()
    assert not child.tend()
    deadline = time.monotonic() + 10
    while not child.tend() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert child.alive
    assert child.process.pid != first
    child.stop(5)
    assert not child.alive
    failing = _child(tmp_path, [sys.executable, "-I", "-S", "-c", "raise SystemExit(3)"])
    waits = []
    for _ in range(3):
        failing.due = 0.0
        failing.tend()
        assert failing.process is not None
        failing.process.wait()
        failing.tend()
        waits.append(failing.due - time.monotonic())
    assert waits == sorted(waits)


def test_a_child_that_will_not_go_is_killed(tmp_path: Path) -> None:
    code = (
        "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    )
    child = _child(tmp_path, [sys.executable, "-I", "-S", "-c", code])
    child.start()
    while not (tmp_path / "one.log").read_bytes():
        time.sleep(0.02)
    process = child.process
    child.stop(0.3)
    assert process is not None
    assert process.returncode == -signal.SIGKILL


def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom sandbox.serving.child import Child\n"
        f"one = Child('one', {SLEEP!r}, {{}}, Path({str(tmp_path / 'log')!r}))\n"
        "one.start(); print(one.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        start = doors.started(pid)
        assert doors.alive(pid, start)
        parent.kill()
    deadline = time.monotonic() + 10
    while doors.alive(pid, start) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not doors.alive(pid, start)


def test_a_door_is_told_from_another_process_of_its_number(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    places = Places(tmp_path / "home")
    places.lay_out()
    own = os.getpid()
    noted = doors.DoorNote("seat-000001", "lin", own, doors.started(own))
    doors.note(places, noted)
    (places.doors / "broken.json").write_text("{")
    assert list(doors.noted(places)) == [noted]
    assert noted.alive
    assert not doors.DoorNote("seat-000001", "lin", own, 1).alive
    assert not doors.DoorNote("seat-000001", "lin", 2**22 - 1, 1).alive
    doors.forget(places, noted)
    assert not list(doors.noted(places))


def test_secrets_are_made_once_for_the_platform_alone(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.lay_out()
    token = places.token("proxy")
    places.lay_out()
    assert places.token("proxy") == token
    assert len({places.token(name) for name in TOKENS}) == len(TOKENS)
    assert places.root.stat().st_mode & 0o777 == 0o700
    assert (places.root / "proxy-token").stat().st_mode & 0o777 == 0o600
    with pytest.raises(StateError):
        places.plan()
    plan = Plan("127.0.0.1", 8000, ("http://127.0.0.1:8000",), 1, 2, 3, 4)
    places.write_plan(plan)
    assert places.plan() == plan


def test_one_home_is_served_once_and_a_taken_port_is_said(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.lay_out()
    with supervisor.alone(places), pytest.raises(StateError), supervisor.alone(places):
        pass
    (port,) = supervisor.free_ports(1)
    supervisor.check_port("127.0.0.1", port)
    import socket

    with socket.create_server(("127.0.0.1", port)), pytest.raises(InputError):
        supervisor.check_port("127.0.0.1", port)
