"""Signing out, and a role taken away, are felt everywhere at once: console, door, open channels."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from sandbox.app import open_platform
from sandbox.hub.presence import SIGNED_OUT
from sandbox.kernel.records import Grant
from sandbox.people import grants
from sandbox.serving import doors
from tests.serving.kernel import start_kernel
from tests.serving.started import DEVELOPER, Started, until

pytestmark = pytest.mark.timeout(240)


def test_a_sign_out_is_felt_in_the_console_at_the_door_and_on_open_channels(started: Started) -> None:
    client, prefix = started.open_seat(), started.prefix()
    kernel = start_kernel(client, prefix)
    assert client.get("/console/").status_code == 200
    began, code = asyncio.run(_held_until_closed(client, f"{prefix}api/kernels/{kernel}/channels"))
    assert code == SIGNED_OUT
    until(lambda: _asked(client, f"{prefix}api/status") == 403, 15)
    until(lambda: "/hub/login" in str(client.get("/console/").url), 15)
    print(f"signed out everywhere after {time.monotonic() - began:.1f} s")  # noqa: T201  a figure for whoever looks
    del started.clients[DEVELOPER]


def test_a_role_taken_away_closes_the_seat_and_the_next_one_is_not_opened(started: Started) -> None:
    client, prefix = started.open_seat(), started.prefix()
    start_kernel(client, prefix)
    door = started.door()
    start = doors.started(door)
    with _without_roles(started, DEVELOPER):
        began = time.monotonic()
        until(lambda: not doors.alive(door, start), 20)
        print(f"the seat was closed after {time.monotonic() - began:.1f} s")  # noqa: T201
        spawn = f"/hub/spawn/{DEVELOPER}/{started.seats['demo']}"
        until(lambda: client.get(spawn).status_code == 403, 15)
        assert "角色" in client.get(spawn).text


async def _held_until_closed(client: httpx.Client, path: str) -> tuple[float, int | None]:
    """Hold a channel, sign out, and return when that was and with which code the channel was closed."""
    origin = str(client.base_url).rstrip("/")
    cookies = "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar if path.startswith(one.path))
    request = HTTPRequest(f"ws{origin[4:]}{path}", headers={"Cookie": cookies, "Origin": origin})
    channel = await websocket_connect(request)
    await asyncio.to_thread(client.get, "/hub/logout")
    began = time.monotonic()
    with suppress(asyncio.TimeoutError):
        while await asyncio.wait_for(channel.read_message(), 20) is not None:
            pass
    return began, channel.close_code


def _asked(client: httpx.Client, path: str) -> int:
    return client.get(path, headers={"Sec-Fetch-Mode": "cors"}).status_code


@contextmanager
def _without_roles(started: Started, name: str) -> Iterator[None]:
    """Have the officer of the person's own organisation revoke his roles, and grant them anew."""
    accounts = started.accounts
    own = [one for one in accounts.values() if one["organisation"] == accounts[name]["organisation"]]
    officer = next(one for one in own if "organisation-officer" in one["roles"])
    account = accounts[name]["account"]
    opened = open_platform(started.home)
    try:
        actor = opened.by_token(officer["token"])
        held = [one.record for one in opened.store.find(Grant, state="in-force", linked=("account", account))]
        for grant in held:
            grants.revoke(opened.directory, actor, grant.id)
        yield
        for grant in held:
            grants.propose(opened.directory, actor, account=account, role=grant.role)
    finally:
        opened.close()
