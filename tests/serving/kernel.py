"""A kernel's channel as a browser uses it, for tests: run a cell, hear what comes back."""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect


@dataclass
class Heard:
    """What came back for one cell."""

    bytes: int = 0
    closed: int | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        parts = []
        for one in self.messages:
            content = one["content"]
            parts.append(content.get("text", ""))
            parts.append(str(content.get("data", {}).get("text/plain", "")))
            parts.append(" ".join(content.get("traceback", [])))
        return "\n".join(part for part in parts if part)


def start_kernel(client: httpx.Client, prefix: str) -> str:
    origin = str(client.base_url).rstrip("/")
    answer = client.post(f"{prefix}api/kernels", json={"name": "python3"}, headers={"Origin": origin})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def execute(
    client: httpx.Client, prefix: str, kernel: str, *cells: str, seconds: float = 60, trust: str | None = None
) -> list[Heard]:
    return asyncio.run(_execute(client, prefix, kernel, cells, seconds, trust))


async def _execute(
    client: httpx.Client,
    prefix: str,
    kernel: str,
    cells: tuple[str, ...],
    seconds: float,
    trust: str | None,
) -> list[Heard]:
    origin = str(client.base_url).rstrip("/")
    cookies = "; ".join(
        f"{one.name}={one.value}"
        for one in client.cookies.jar
        if prefix.startswith(one.path) or one.path == "/"
    )
    url = f"ws{origin[4:]}{prefix}api/kernels/{kernel}/channels?session_id=test"
    request = HTTPRequest(url, headers={"Cookie": cookies, "Origin": origin}, ca_certs=trust)
    channel = await websocket_connect(request, max_message_size=1 << 28)
    heard = []
    for code in cells:
        heard.append(await asyncio.wait_for(_one(channel, code), seconds))
        if heard[-1].closed is not None:
            break
    channel.close()
    return heard


async def _one(channel: Any, code: str) -> Heard:
    name, heard = uuid.uuid4().hex, Heard()
    await channel.write_message(json.dumps(request(name, code)))
    done = set()
    while done != {"idle", "reply"}:
        message = await channel.read_message()
        if message is None:
            heard.closed = channel.close_code or 0
            return heard
        heard.bytes += len(message)
        found = json.loads(message)
        if found["parent_header"].get("msg_id") != name:
            continue
        heard.messages.append(found)
        if found["header"]["msg_type"] == "execute_reply":
            done.add("reply")
        if found["content"].get("execution_state") == "idle":
            done.add("idle")
    return heard


def request(name: str, code: str) -> dict[str, Any]:
    header = {"msg_id": name, "msg_type": "execute_request", "username": "", "session": "test", "date": ""}
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
    return {
        "channel": "shell",
        "header": {**header, "version": "5.3"},
        "parent_header": {},
        "metadata": {},
        "content": {**content, "allow_stdin": False, "stop_on_error": True},
        "buffers": [],
    }
