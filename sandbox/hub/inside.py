"""The notebook server of a seat as the door sees it: a socket in an isolated place, believed in nothing.

Makes the one listening socket, starts the server behind it in the seat's sandbox and says how to
reach it. What may pass to and fro is decided in `passage` and `channel`.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tornado.netutil import Resolver

from sandbox.hub.order import Order
from sandbox.seats.isolation import PYTHON, Mount
from sandbox.seats.running import Running
from sandbox.seats.spec import Sandbox

LAB = Path(__file__).with_name("lab")
ETC_INSIDE, SHARE_INSIDE = "/opt/seat/etc/jupyter", "/opt/seat/share/jupyter"
SHARE = Path(sys.prefix, "share", "jupyter")
BACKLOG = 128


def listen(folder: Path, name: str) -> tuple[socket.socket, str]:
    """Return a listening socket in `folder` and an address that reaches it however deep the folder lies."""
    (folder / name).unlink(missing_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    address = f"/proc/self/fd/{descriptor}/{name}"
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(address)
    listening.listen(BACKLOG)
    return listening, address


def server(order: Order, listening: socket.socket) -> tuple[Sandbox, list[str]]:
    """Return the sandbox of the notebook server and the command that is it."""
    environment = {
        "SEAT_SOCKET": str(listening.fileno()),
        "JUPYTER_RUNTIME_DIR": "/tmp/jr",  # noqa: S108  the sandbox's own; sockets need a short path
        "JUPYTER_PLATFORM_DIRS": "0",
        "LANG": "C.UTF-8",
        "MATPLOTLIBRC": f"{ETC_INSIDE}/matplotlibrc",
    }
    mounts = (*order.sandbox.mounts, Mount(LAB, ETC_INSIDE), Mount(SHARE, SHARE_INSIDE))
    sandbox = replace(
        order.sandbox,
        mounts=mounts,
        environment={**order.sandbox.environment, **environment},
        inherit=(listening.fileno(),),
    )
    return sandbox, [PYTHON, "-s", f"{ETC_INSIDE}/server.py", order.base_url]


def running(order: Order, listening: socket.socket, *, ended: Callable[[], None]) -> Running:
    """Return the notebook server, not started yet; `ended` is called when it is gone."""
    sandbox, command = server(order, listening)
    return Running(sandbox, command, ended=ended)


class SocketResolver(Resolver):
    """Every name leads to the seat's one socket."""

    def initialize(self, address: str) -> None:
        self._address = address

    async def resolve(
        self,
        host: str,  # noqa: ARG002
        port: int,  # noqa: ARG002
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002
    ) -> list[tuple[int, Any]]:
        return [(socket.AF_UNIX, self._address)]

    def close(self) -> None:
        """Nothing is held."""
