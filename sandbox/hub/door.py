"""The door of one seat: the single-user server that the Hub knows, outside the seat's isolation.

It starts the notebook server in the sandbox, lets a signed-in person through to it by list and
by budget, records what is run, and ends the whole seat when it ends. Started by `spawn` with
its order and its sockets as descriptors; run as `python -m sandbox.hub.door`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import signal
import socket
import sys
from datetime import UTC, datetime
from typing import Any

from jupyterhub.services.auth import HubOAuth
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.web import Application

from sandbox.hub import channel, inside, passage, trusted
from sandbox.hub.budget import Limits, Meter
from sandbox.hub.order import Order, decode
from sandbox.hub.presence import ASKED_AGAIN_SECONDS
from sandbox.kernel.errors import SandboxError
from sandbox.seats.running import Running
from sandbox.serving import doors
from sandbox.serving.places import Places
from sandbox.serving.transcript import Transcript

START_SECONDS, STOP_SECONDS = 60.0, 8.0
SAVE_SECONDS, ACTIVITY_SECONDS = 1.0, 30.0
LARGEST_REQUEST = 64 << 20
LOG = logging.getLogger("door")


def clock() -> datetime:
    """Return the time; this process is a root of its own."""
    return datetime.now(UTC)  # noqa: TID251  the door is started by itself, and needs a clock


def main() -> int:
    """Open the seat that the order names and stay until told to go; the status says whether it opened."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    for chatty in ("tornado.access", "tornado.application"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    order = decode(_read(int(os.environ["SANDBOX_ORDER_FD"])))
    listening = socket.socket(fileno=int(os.environ["SANDBOX_LISTEN_FD"]))
    try:
        asyncio.run(_serve(order, listening, _lifeline()))
    except SandboxError as error:
        LOG.error("%s", error)
        return 1
    return 0


async def _serve(order: Order, listening: socket.socket, lifeline: int | None) -> None:
    places, over = Places(order.home), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    if lifeline is not None:
        loop.add_reader(lifeline, over.set)
    transcript = Transcript(places.cells / f"{order.seat}.jsonl", clock)
    limits = Limits(day=order.day_bytes)
    meter = Meter(places.meters / f"{order.seat}.json", clock, limits, shown=order.shown_bytes)
    unix, address = inside.listen(places.doors, f"{order.seat}.sock")

    def ended() -> None:
        loop.call_soon_threadsafe(over.set)

    behind = inside.running(order, unix, ended=ended)
    try:
        await loop.run_in_executor(None, behind.start)
        unix.close()
        resolver = inside.SocketResolver(address=address)
        client = AsyncHTTPClient(force_instance=True, resolver=resolver, max_body_size=passage.LARGEST)
        await _until_ready(order, client, behind, over)
        door = passage.Door(
            order, client=client, meter=meter, transcript=transcript, clock=clock, resolver=resolver
        )
        await _let_in(door, listening, over)
    finally:
        gone = await loop.run_in_executor(None, behind.stop, STOP_SECONDS)
        LOG.info("seat %s is closed, nothing left: %s", order.seat, gone)
        (places.doors / f"{order.seat}.sock").unlink(missing_ok=True)
        meter.save()
        transcript.close()
        head = transcript.head
        end = doors.End(order.seat, os.getpid(), lines=head.lines, digest=head.digest, shown_bytes=meter.run)
        doors.leave(places, end)


async def _let_in(door: passage.Door, listening: socket.socket, over: asyncio.Event) -> None:
    """Answer people until it is over."""
    HubOAuth.instance(cache_max_age=ASKED_AGAIN_SECONDS)
    server = HTTPServer(application(door), max_body_size=LARGEST_REQUEST)
    server.add_socket(_nonblocking(listening))
    LOG.info("seat %s is open", door.order.seat)
    people = asyncio.create_task(door.presence.watch())
    await _tend(door, over)
    people.cancel()
    server.stop()


def application(door: passage.Door) -> Application:
    """Return the routes of the door; the order of the list is the order of asking."""
    base = re.escape(door.order.base_url)
    return Application(
        [
            (rf"{base}oauth_callback", passage.Callback),
            (rf"{base}?", passage.First),
            *trusted_routes(base),
            (channel.kernel_path(base), channel.Channel),
            (rf"{base}.*", passage.Passage),
        ],
        door=door,
        cookie_secret=os.urandom(32),
        disable_check_xsrf=True,
        default_handler_class=channel.Elsewhere,
        websocket_ping_interval=20,
        websocket_max_message_size=channel.LARGEST_IN,
        log_function=_log,
    )


def trusted_routes(base: str) -> list[tuple[Any, ...]]:
    """Return what the door answers itself."""
    lab = inside.SHARE / "lab"
    folders = {
        "static/lab": lab / "static",
        "lab/extensions": inside.SHARE / "labextensions",
        "lab/api/themes": lab / "themes",
        "static": trusted.server_static(),
    }
    files = [(rf"{base}{name}/(.+)", trusted.Files, {"path": str(path)}) for name, path in folders.items()]
    facts = [(base + re.escape(name), trusted.Fact, {"answer": one}) for name, one in trusted.FACTS.items()]
    own = [(base + trusted.WORDS, trusted.Words), (rf"{base}api/events/subscribe", trusted.Silence)]
    return [*files, *facts, *own]


async def _tend(door: passage.Door, over: asyncio.Event) -> None:
    """Keep the count of what was shown, and tell the Hub of a person's activity, until it is over."""
    told = door.clock()
    while not over.is_set():
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(over.wait(), SAVE_SECONDS)
        door.meter.save()
        now = door.clock()
        if door.active is not None and (now - told).total_seconds() > ACTIVITY_SECONDS:
            told, moment, door.active = now, door.active, None
            await _tell_activity(moment)


async def _tell_activity(moment: datetime) -> None:
    """Tell the Hub when the person last did something; a Hub that is away is told the next time."""
    name, at = os.environ.get("JUPYTERHUB_SERVER_NAME", ""), moment.isoformat()
    body = json.dumps({"servers": {name: {"last_activity": at}}, "last_activity": at})
    headers = {"Authorization": f"token {HubOAuth.instance().api_token}", "Content-Type": "application/json"}
    request = HTTPRequest(
        os.environ["JUPYTERHUB_ACTIVITY_URL"], method="POST", headers=headers, body=body, request_timeout=10
    )
    try:
        await AsyncHTTPClient().fetch(request)
    except Exception as error:  # noqa: BLE001  activity is a courtesy: its failure must not end a seat
        LOG.info("the Hub could not be told: %s", type(error).__name__)


async def _until_ready(order: Order, client: AsyncHTTPClient, behind: Running, over: asyncio.Event) -> None:
    """Return once the notebook server answers."""
    deadline = asyncio.get_running_loop().time() + START_SECONDS
    asked = HTTPRequest(f"http://seat{order.base_url}api", headers={"Host": "seat"}, request_timeout=20)
    while behind.alive and not over.is_set() and asyncio.get_running_loop().time() < deadline:
        with contextlib.suppress(Exception):
            if (await client.fetch(asked, raise_error=False)).code == 200:
                return
        await asyncio.sleep(0.05)
    said = behind.completed.stderr.decode(errors="replace")[-2000:] if behind.completed else ""
    LOG.error("the notebook server did not start: %s", said)
    raise SystemExit(1)


def _log(handler: passage.Guarded) -> None:
    """Log refusals and faults by path; never a query, which may hold what was typed."""
    status = handler.get_status()
    if status >= 400:
        LOG.info("%s %s %s", status, handler.request.method, handler.request.path[:200])


def _lifeline() -> int | None:
    """Return the descriptor that closes when the supervisor is gone."""
    given = os.environ.get("SANDBOX_LIFELINE_FD", "")
    return int(given) if given.isdecimal() else None


def _nonblocking(listening: socket.socket) -> socket.socket:
    listening.setblocking(False)
    return listening


def _read(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read()


if __name__ == "__main__":
    sys.exit(main())
