"""Starts and stops the door of a seat for the Hub, one named server for each seat.

Whether it may start is `admission`'s to say. The door outlives the Hub: it is found again by its
process number and starting time, and ends with the supervisor. Holds no rule.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any

from jupyterhub.spawner import Spawner
from tornado.web import HTTPError

from sandbox.hub import admission, opened
from sandbox.hub.order import Order
from sandbox.kernel.errors import SandboxError
from sandbox.serving import doors

LIFELINE = "SANDBOX_LIFELINE_FD"
STOP_SECONDS = 12.0
KEPT = ("PATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


class SpawnRefused(HTTPError):
    """A seat that may not be opened, with the sentences the person reads."""

    def __init__(self, error: SandboxError) -> None:
        told = "；".join(admission.sentences(error))
        super().__init__(403, "%s", told)
        self.jupyterhub_message = told


class SeatSpawner(Spawner):  # type: ignore[misc]  # the Hub's classes have no types
    """The door of one seat as a server of its user."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._process: subprocess.Popen[bytes] | None = None
        self._pid, self._started = 0, 0

    async def start(self) -> tuple[str, int]:
        """Return where the door listens; refuse when the rules do."""
        loop = asyncio.get_running_loop()
        try:
            order = await loop.run_in_executor(None, self._admit)
        except SandboxError as error:
            raise SpawnRefused(error) from None
        listening = socket.create_server(("127.0.0.1", 0))
        with listening:
            self._process = start_door(order, listening, self.get_env())
            port = int(listening.getsockname()[1])
        self._pid = self._process.pid
        self._started = doors.started(self._pid)
        places = opened.places()
        doors.note(places, doors.DoorNote(order.seat, self.user.name, self._pid, self._started))
        return "127.0.0.1", port

    async def poll(self) -> int | None:
        """Return None while the door runs, else its exit status (0 where it is not known)."""
        if self._process is not None:
            return self._process.poll()
        return None if self._pid and doors.alive(self._pid, self._started) else 0

    async def stop(self, now: bool = False) -> None:
        """End the door, and with it the seat; kill it when it does not go."""
        await self._signal(signal.SIGTERM, 0.0 if now else STOP_SECONDS)
        if await self.poll() is None:
            await self._signal(signal.SIGKILL, STOP_SECONDS)
        self._process = None

    async def progress(self) -> AsyncIterator[Mapping[str, object]]:
        """Tell how far the start is."""
        yield {"progress": 20, "message": "正在核对协议、数据和隔离环境"}
        await asyncio.sleep(1)
        yield {"progress": 60, "message": "正在隔离环境里启动 JupyterLab"}

    def get_state(self) -> dict[str, Any]:
        """Return what a restarted Hub needs to find the door again."""
        state: dict[str, Any] = super().get_state()
        return {**state, "pid": self._pid, "started": self._started} if self._pid else state

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a door that outlived the Hub."""
        super().load_state(state)
        self._pid, self._started = int(state.get("pid", 0)), int(state.get("started", 0))

    def clear_state(self) -> None:
        """Forget the door."""
        super().clear_state()
        self._pid = self._started = 0
        self._process = None

    def _admit(self) -> Order:
        return admission.admit(
            opened.platform(),
            user=self.user.name,
            seat=self.name,
            base_url=self.server.base_url,
            plan=opened.plan(),
        )

    async def _signal(self, number: signal.Signals, seconds: float) -> None:
        if self._pid and doors.alive(self._pid, self._started):
            os.kill(self._pid, number)
        deadline = asyncio.get_running_loop().time() + seconds
        while await self.poll() is None and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.1)


def start_door(order: Order, listening: socket.socket, given: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Return the door's process, in a session of its own, with nothing of the Hub but what it must have."""
    told = os.memfd_create("order", os.MFD_CLOEXEC)
    with os.fdopen(os.dup(told), "wb") as stream:
        stream.write(order.encode())
    os.lseek(told, 0, os.SEEK_SET)
    environment = {name: value for name, value in given.items() if name.startswith("JUPYTERHUB_")}
    environment |= {name: os.environ[name] for name in KEPT if name in os.environ}
    environment |= {"SANDBOX_ORDER_FD": str(told), "SANDBOX_LISTEN_FD": str(listening.fileno())}
    passed = [told, listening.fileno()]
    if os.environ.get(LIFELINE, "").isdecimal():
        environment[LIFELINE] = os.environ[LIFELINE]
        passed.append(int(os.environ[LIFELINE]))
    log = opened.places().logs / f"door-{order.seat}.log"
    try:
        with log.open("ab") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "sandbox.hub.door"],
                env=environment,
                pass_fds=passed,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                cwd="/",
            )
    finally:
        os.close(told)
