"""A whole platform, started as a person starts it, on a free port in a home of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from sandbox.demo import egress as story_egress
from sandbox.demo import journey as story
from sandbox.demo.events import Narrator
from sandbox.demo.people import found_demo, gather
from sandbox.municipality.cast import cast
from sandbox.municipality.deliveries import SMALL
from sandbox.seats import seat as seats
from sandbox.serving.child import _LIBC, PR_SET_PDEATHSIG
from tests import database, once
from tests.browser.visiting import next_code
from tests.journeys.homes import keep

DEVELOPER, OPERATOR, OTHER = "lin.xiaoyu", "zhang.kai", "xu.zhizhong"
PATIENCE, STARTING, STOPPING = 90.0, 180.0, 90.0
"""Seconds in which what is waited for has to be so, on a machine with other work."""


def make_home(home: Path) -> dict[str, str]:
    """Lay out a demo home with landed data and two provisioned seats; return the seats' ids by name."""
    first = once.made("two-seats", _found)
    keep(first / "home", home)
    return json.loads((first / "seats.json").read_text("utf-8"))


def _found(root: Path) -> None:
    (root / "seats.json").write_text(json.dumps(_tell(root / "home")), "utf-8")


def _tell(home: Path) -> dict[str, str]:
    troupe = found_demo(home, cast())
    gather(troupe)
    troupe.save()
    walk = story.Journey(troupe, Narrator(lambda _: None), size=SMALL)
    story.establish(walk)
    story.publish_data(walk)
    story.apply_for_data(walk)
    story.land(walk)
    story_egress._try_health_seat(walk)
    desk, operator = troupe.platform.seats, troupe.actor(OPERATOR)
    made = seats.provision(
        desk, operator, agreement=walk.agreements["market-map"].id, user=DEVELOPER, name="demo"
    )
    health = seats.named(desk, "demo-health")
    troupe.platform.close()
    return {"demo": made.id, "demo-health": health.id}


def until(seen: Callable[[], object], seconds: float = PATIENCE) -> object:
    """Wait until something is so and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = seen()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"not so within {seconds} s: {seen}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@dataclass
class Started:
    """The running platform and the people signed in to it."""

    home: Path
    port: int
    process: subprocess.Popen[bytes]
    seats: dict[str, str]
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    public: str = ""
    trust: Path | None = None

    @property
    def base(self) -> str:
        return self.public or f"http://127.0.0.1:{self.port}"

    @property
    def trusted(self) -> ssl.SSLContext | bool:
        return ssl.create_default_context(cafile=self.trust) if self.trust else True

    @property
    def accounts(self) -> dict[str, dict[str, str]]:
        return json.loads((self.home / "demo-accounts.json").read_text())["accounts"]

    def get(self, path: str, **kwargs: object) -> httpx.Response:
        return httpx.get(self.base + path, timeout=10, verify=self.trusted, **kwargs)

    def parts(self) -> dict[str, bool]:
        try:
            return self.get("/readyz").json()["parts"]
        except (httpx.HTTPError, ValueError):
            return {}

    def code(self, name: str) -> str:
        """Return a code of this account that was not used yet."""
        return next_code(self, name)

    def fresh(self) -> httpx.Client:
        return httpx.Client(base_url=self.base, timeout=30, follow_redirects=True, verify=self.trusted)

    def try_sign_in(self, client: httpx.Client, name: str, password: str, code: str) -> httpx.Response:
        page = client.get("/hub/login")
        token = re.search(r'name="_xsrf" value="([^"]+)"', page.text)
        assert token is not None
        form = {"_xsrf": token.group(1), "username": name, "password": password, "code": code}
        return client.post("/hub/login", data=form, follow_redirects=False)

    def sign_in(self, name: str) -> httpx.Client:
        """Return a browser in which the person is signed in; a code works once, so it is kept."""
        if name not in self.clients:
            client = self.fresh()
            answer = self.try_sign_in(client, name, self.accounts[name]["password"], self.code(name))
            assert answer.status_code == 302, answer.text
            self.clients[name] = client
        return self.clients[name]

    def prefix(self, user: str = DEVELOPER, seat: str = "demo") -> str:
        return f"/user/{user}/{self.seats[seat]}/"

    def open_seat(self, name: str = DEVELOPER, seat: str = "demo") -> httpx.Client:
        """Open a seat as its person does and return his browser."""
        client = self.sign_in(name)
        page = client.get(f"/hub/spawn/{name}/{self.seats[seat]}")

        def there() -> bool:
            nonlocal page
            if "spawn-pending" in str(page.url) or "平台正在恢复" in page.text:
                page = client.get(str(page.url))
                return False
            if page.status_code == 424:  # the seat is closed: the page has a button
                page = client.get(f"/hub/spawn/{name}/{self.seats[seat]}")
                return False
            return "/lab" in str(page.url) or page.status_code >= 400

        until(there)
        assert page.status_code == 200, page.text
        return client

    def pid(self, part: str) -> int:
        """Return the process of a part, told by its command line below the supervisor."""
        marks = {
            "proxy": "configurable-http-proxy",
            "hub": "-m\0jupyterhub",
            "console": "sandbox.web.service",
            "worker": "sandbox.serving.worker",
        }
        for pid in children(self.process.pid):
            if marks[part] in Path("/proc", str(pid), "cmdline").read_text():
                return pid
        return 0

    def door(self) -> int:
        note = self.home / "hub" / "run" / "doors" / f"{self.seats['demo']}.json"
        return int(json.loads(note.read_text())["pid"]) if note.is_file() else 0

    def stop(self, number: int = signal.SIGINT) -> int:
        """Stop the platform as Ctrl-C does and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(STOPPING)
        except subprocess.TimeoutExpired:
            self.process.kill()  # what it runs dies with it
            raise


def strike(pid: int, number: int = signal.SIGKILL) -> None:
    """Send a signal to a part that runs: the number that stands for none would reach the tests themselves."""
    assert pid > 1, "the part does not run"
    os.kill(pid, number)


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def platform(
    home: Path, made: dict[str, str], *options: str, public: str = "", trust: Path | None = None
) -> Iterator[Started]:
    """Run `sandbox serve` on a home until the block ends; people come by `public` if it is given."""
    port = free_port()
    command = [sys.executable, "-m", "sandbox", "serve", "--home", str(home), "--port", str(port), *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    log = home.with_name(f"{home.name}.out")
    with log.open("ab") as said:
        process = subprocess.Popen(
            command,
            stdout=said,
            stderr=said,
            start_new_session=True,
            env=environment,
            preexec_fn=_stops_with_us,
        )
    started = Started(home, port, process, made, public=public.format(port=port), trust=trust)
    try:

        def ready() -> bool:
            assert process.poll() is None, log.read_text()
            found = started.parts()
            return bool(found) and found["hub"] and found["worker"] and found["proxy"]

        until(ready, STARTING)
        yield started
    finally:
        started.stop()


def _stops_with_us() -> None:
    """Have the platform stop in order, with all that it runs, should the test process die."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)


def copy_home(source: Path, target: Path) -> Path:
    """Copy a home that nobody serves; keys stay where the first one has them."""
    shutil.copytree(source, target, symlinks=True)
    database.part_home(target)
    return target
