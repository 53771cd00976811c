"""Any part killed at any time: what stays, what comes back, and that nothing is left at the end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.app import open_platform
from sandbox.serving import doors
from tests.serving.conftest import can_serve
from tests.serving.kernel import execute, start_kernel
from tests.serving.started import DEVELOPER, OPERATOR, Started, make_home, platform, strike, until

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
SUBMIT = """
from sandbox_seat.notebook import connect, product, submit
sql = 'SELECT "企业类型", count(DISTINCT "统一社会信用代码") AS "企业数" FROM source GROUP BY "企业类型"'
table, _ = product(connect(), 'kills.csv', sql=sql, subject='统一社会信用代码')
submit(table, title='打断', purpose='试')
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    if can_serve():
        pytest.skip(can_serve())
    home = tmp_path_factory.mktemp("kills") / "home"
    with platform(home, make_home(home)) as started:
        yield started


def _run(started: Started, kernel: str, code: str) -> str:
    return execute(started.sign_in(DEVELOPER), started.prefix(), kernel, code)[0].text


@pytest.fixture(scope="module")
def kernel(running: Started) -> str:
    client = running.open_seat()
    made = start_kernel(client, running.prefix())
    assert "41" in _run(running, made, "kept = 41\nkept")
    return made


def test_a_killed_hub_comes_back_and_the_seat_never_noticed(running: Started, kernel: str) -> None:
    door, before = running.door(), running.pid("hub")
    strike(before)
    until(lambda: running.pid("hub") not in (0, before))
    until(lambda: running.parts().get("hub"))
    assert running.door() == door
    assert "42" in _run(running, kernel, "kept + 1")
    page = running.sign_in(DEVELOPER).get(f"/hub/spawn/{DEVELOPER}/{running.seats['demo']}")
    assert "/lab" in str(page.url)


def test_a_killed_proxy_comes_back_with_its_routes(running: Started, kernel: str) -> None:
    before = running.pid("proxy")
    strike(before)

    def answers() -> bool:
        try:
            return running.sign_in(DEVELOPER).get(f"{running.prefix()}api/status").status_code == 200
        except httpx.HTTPError:
            return False

    until(lambda: running.pid("proxy") not in (0, before))
    until(answers)
    assert "43" in _run(running, kernel, "kept + 2")


def test_a_killed_console_comes_back_signed_in_and_what_was_typed_goes_on(
    running: Started, kernel: str
) -> None:
    client, before, door = running.sign_in(OPERATOR), running.pid("console"), running.door()
    form = f"/console/seats/{running.seats['demo']}/suspend"
    page = client.get("/console/", follow_redirects=True)
    assert page.status_code == 200
    fields = dict(re.findall(r'name="(csrf|key|who|seen)" value="([^"]*)"', client.get(form).text))
    strike(before)
    away = until(lambda: _text(running, "/console/"), 30)
    assert "平台正在恢复" in str(away) or "登录" in str(away)
    until(lambda: running.pid("console") not in (0, before))
    until(lambda: client.get("/console/health").status_code == 200)
    own = {"Origin": running.base, "Sec-Fetch-Site": "same-origin"}
    lost = client.post(form, data={**fields, "reason": "写到一半平台重启"}, headers=own)
    assert lost.status_code == 401
    draft = lost.text.partition("/console/drafts/")[2].partition('"')[0]
    back = client.get(f"/console/drafts/{draft}", follow_redirects=True)  # the Hub still knows the person
    assert back.status_code == 200
    assert "写到一半平台重启" in back.text
    assert running.door() == door
    assert "44" in _run(running, kernel, "kept + 3")


def test_while_a_part_is_away_people_read_that_it_comes_back(running: Started) -> None:
    before = running.pid("hub")
    strike(before)
    seen = until(lambda: _text(running, "/hub/login"), 30)
    assert "平台正在恢复" in str(seen) or "登录" in str(seen)
    until(lambda: running.parts().get("hub"))


def _text(running: Started, path: str) -> str:
    try:
        return running.get(path).text
    except httpx.HTTPError:
        return ""


def test_a_killed_worker_comes_back_and_takes_in_what_waited(running: Started, kernel: str) -> None:
    before = running.pid("worker")
    strike(before, signal.SIGSTOP)
    _run(running, kernel, SUBMIT)
    strike(before)

    def judged() -> bool:
        time.sleep(1)
        return "等待审查" in _run(
            running, kernel, "from sandbox_seat.notebook import status\nprint(status())"
        )

    until(judged, 120)


def test_a_killed_door_takes_its_seat_along_and_opens_again(running: Started, kernel: str) -> None:
    door = running.door()
    started = doors.started(door)
    inside = _below(door)
    assert inside
    strike(door)
    until(lambda: not doors.alive(door, started))
    until(lambda: not any(Path("/proc", str(pid)).exists() for pid in inside), 20)
    assert running.sign_in(DEVELOPER).get(f"{running.prefix()}api/status").status_code != 200
    until(lambda: running.door() != door, 30)  # the worker has put its end on record
    running.open_seat()
    assert running.door() not in (0, door)
    client, prefix = running.sign_in(DEVELOPER), running.prefix()
    assert "2" in execute(client, prefix, start_kernel(client, prefix), "1 + 1")[0].text


def test_a_suspended_seat_loses_its_door_within_seconds(running: Started) -> None:
    door = running.door()
    started = doors.started(door)
    token = running.accounts[OPERATOR]["token"]
    command = [str(Path(sys.prefix, "bin", "sandbox")), "seat", "suspend", running.seats["demo"]]
    command += ["--reason", "试", "--home", str(running.home)]
    done = subprocess.run(
        command, env=os.environ | {"SANDBOX_TOKEN": token}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    until(lambda: not doors.alive(door, started), 15)
    client, spawn = running.sign_in(DEVELOPER), f"/hub/spawn/{DEVELOPER}/{running.seats['demo']}"
    until(lambda: client.get(spawn).status_code == 403, 15)
    assert "暂停" in client.get(spawn).text


def test_ctrl_c_leaves_no_process_no_mount_no_socket_and_all_data(tmp_path: Path) -> None:
    if can_serve():
        pytest.skip(can_serve())
    home = tmp_path / "home"
    made = make_home(home)
    mounts = Path("/proc/mounts").read_text()
    with platform(home, made) as first:
        client = first.open_seat()
        kernel = start_kernel(client, first.prefix())
        execute(client, first.prefix(), kernel, "open('kept.txt', 'w').write('here')")
        tree = _below(first.process.pid) | _below(first.door()) | {first.door()}
        assert first.stop() == 0
    assert not [pid for pid in tree if Path("/proc", str(pid)).exists()]
    assert Path("/proc/mounts").read_text() == mounts
    assert not list((home / "hub" / "run").rglob("*.sock"))
    assert not list((home / "hub" / "run" / "doors").iterdir())
    assert _transcripts(home) == 1
    before = time.monotonic()
    with platform(home, made) as second:
        assert second.parts()["hub"]
        print("second start", round(time.monotonic() - before, 1))  # noqa: T201  a figure for whoever looks
        client = second.open_seat()
        kernel = start_kernel(client, second.prefix())
        assert "here" in execute(client, second.prefix(), kernel, "open('kept.txt').read()")[0].text
        door, process = second.door(), second.process
        start = doors.started(door)
        strike(process.pid)
        process.wait()
        until(lambda: not doors.alive(door, start), 20)


def _below(pid: int) -> set[int]:
    """Return every process below one."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found |= {int(child)} | _below(int(child))
    return found


def _transcripts(home: Path) -> int:
    """Return how many ends of seats are on record."""
    opened = open_platform(home)
    try:
        found = 0
        for header in opened.store.facts(verb="seat:finish"):
            note = (opened.store.payload(header.seq) or {}).get("note")
            found += isinstance(note, dict) and "transcript" in note
        return found
    finally:
        opened.close()
