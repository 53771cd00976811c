"""The kernel's channel through the door: every message read, counted, recorded, and only then shown.

What cannot be read is not shown. A cell that shows too much is told so once and shown no more;
its end is still announced, in words of the door's own. Decides by `budget`'s numbers.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketHandler, websocket_connect

from sandbox.hub import framing
from sandbox.hub.passage import Guarded, refusal
from sandbox.hub.routes import KERNEL_CHANNEL
from sandbox.kernel.message import Message, say

CHANNELS_IN = frozenset({"shell", "control", "stdin"})
CHANNELS_OUT = frozenset({"shell", "control", "stdin", "iopub"})
STATES = frozenset({"busy", "idle", "starting", "restarting", "dead"})
_EMPTY = ("kernel_info", "comm_info", "is_complete", "interrupt", "shutdown")
EMPTY_REQUESTS = frozenset(f"{one}_request" for one in _EMPTY)
"""What browsers ask by themselves, of no worth in a transcript; every other request is kept word for word."""
LARGEST_IN, LARGEST_OUT = 16 << 20, 32 << 20
DAY_IS_OVER = 4429
"""The code with which a channel closes when nothing more may be shown today."""


class Channel(Guarded, WebSocketHandler):
    """One browser's channel to one kernel."""

    def initialize(self) -> None:
        """Begin with nothing opened and nobody told anything."""
        self._inside: WebSocketClientConnection | None = None
        self._said: set[tuple[str, str, object]] = set()
        self.token: str | None = None

    def check_origin(self, origin: str) -> bool:
        """Return whether the page is one of the platform's own."""
        return origin in self.door.order.origins

    async def get(self, kernel: str) -> None:
        """Open the channel."""
        if self.door.meter.exhausted:
            raise refusal(429, say("今天的显示额度已经用完，明天恢复：需要的结果请走出域申请"))
        await WebSocketHandler.get(self, kernel)

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Choose the protocol that can be read, or none: messages then come as JSON."""
        return framing.NUMBERED if framing.NUMBERED in subprotocols else None

    async def open(self, kernel: str) -> None:
        """Open the other half, into the seat."""
        self.set_nodelay(True)
        self.token = self.hub_auth.get_token(self)
        self.door.presence.open.add(self)
        base = self.door.order.base_url
        path = f"{base}api/kernels/{kernel}/channels"
        session = self.get_argument("session_id", "")
        query = f"?session_id={session}" if session.replace("-", "").isalnum() else ""
        request = HTTPRequest(f"ws://seat{path}{query}", headers={"Host": "seat"})
        try:
            self._inside = await websocket_connect(
                request,
                on_message_callback=self._from_seat,
                max_message_size=LARGEST_OUT,
                resolver=self.door.resolver,
                subprotocols=[self.selected_subprotocol] if self.selected_subprotocol else None,
            )
        except Exception:  # noqa: BLE001  the seat is hostile: however it fails, the channel is closed
            self.close(1011)
            return
        if self._inside.selected_subprotocol != self.selected_subprotocol:
            self.close(1011)

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        """Pass what the person sent, if it can be read; record what is run."""
        found = framing.read(message, self.selected_subprotocol)
        if found is None or found.get("channel") not in CHANNELS_IN or self._inside is None:
            return None
        header, content = found["header"], found.get("content")
        kind, cell = str(header.get("msg_type", ""))[:64], str(header.get("msg_id", ""))[:64]
        plain = isinstance(content, dict) and not content.get("user_expressions")
        if kind == "execute_request" and isinstance(content, dict):
            self.door.active = self.door.clock()
            self.door.asked.add(cell)
            self.door.transcript.code(cell, str(content.get("code", "")))
        if kind not in EMPTY_REQUESTS and not (kind == "execute_request" and plain):
            self.door.transcript.asked(cell, kind, _content(found))
        self._inside.write_message(message, binary=isinstance(message, bytes))
        return None

    def on_close(self) -> None:
        """Close the half into the seat."""
        self.door.presence.open.discard(self)
        if self._inside is not None:
            self._inside.close()

    def _from_seat(self, message: str | bytes | None) -> None:
        if message is None:
            self.close()
            return
        found = framing.read(message, self.selected_subprotocol)
        if found is None or found.get("channel") not in CHANNELS_OUT:
            return
        size = len(message) if isinstance(message, bytes) else len(message.encode("utf-8", "replace"))
        kind, cell = str(found["header"].get("msg_type", ""))[:64], _cell(found)
        why = self.door.meter.take(size, cell=cell or None)
        if why is not None or not _mere_status(kind, found):
            withheld = "" if why is None else why.template
            self.door.transcript.shown(cell, kind, _content(found), withheld=withheld)
        if why is None:
            self._send(message)
        elif self.door.meter.exhausted:
            self._tell(cell, why)
            self.close(DAY_IS_OVER)
        else:
            self._withhold(found, kind, cell, why)

    def _withhold(self, found: dict[str, Any], kind: str, cell: str, why: Message) -> None:
        """Say once that a cell shows too much, and still let it end."""
        self._tell(cell, why)
        content = found.get("content")
        if not isinstance(content, dict):
            return
        if kind == "status" and content.get("execution_state") in STATES:
            self._own_word("iopub", "status", cell, {"execution_state": content["execution_state"]})
        if kind == "execute_reply":
            reply: dict[str, Any] = {
                "status": "ok",
                "execution_count": None,
                "payload": [],
                "user_expressions": {},
            }
            self._own_word("shell", "execute_reply", cell, reply)

    def _tell(self, cell: str, why: Message) -> None:
        self._own_word("iopub", "stream", cell, {"name": "stderr", "text": f"【席位】{why}\n"})

    def _own_word(self, channel: str, kind: str, cell: str, content: dict[str, Any]) -> None:
        """Say something of the door's own: once, and of a cell that the person ran.

        These words are not counted, so a seat must not choose how many there are or what they name.
        """
        said = (cell, kind, content.get("execution_state"))
        if cell in self.door.asked and said not in self._said:
            self._said.add(said)
            self._say(_own(channel, kind, cell, content))

    def _say(self, found: dict[str, Any]) -> None:
        self._send(framing.write(found, self.selected_subprotocol))

    def _send(self, message: str | bytes) -> None:
        if self.ws_connection is not None and not self.ws_connection.is_closing():
            self.write_message(message, binary=isinstance(message, bytes))


class Elsewhere(Guarded):
    """Channels that are no kernel's."""

    def get(self) -> None:
        """Refuse."""
        raise refusal(403, say("席位的安全策略不允许这个请求：文件只能通过出域申请带走"))


def kernel_path(base_url: str) -> str:
    """Return the pattern of the kernel channels below a prefix."""
    return base_url + KERNEL_CHANNEL.pattern


def _cell(found: dict[str, Any]) -> str:
    parent = found.get("parent_header")
    name = parent.get("msg_id") if isinstance(parent, dict) else None
    return name[:64] if isinstance(name, str) else ""


def _mere_status(kind: str, found: dict[str, Any]) -> bool:
    """Return whether a message says that a kernel is busy or idle, and nothing besides."""
    content = found.get("content")
    return kind == "status" and isinstance(content, dict) and content.keys() == {"execution_state"}


def _content(found: dict[str, Any]) -> bytes:
    return json.dumps(found.get("content"), ensure_ascii=False).encode("utf-8", "backslashreplace")


def _own(channel: str, kind: str, cell: str, content: dict[str, Any]) -> dict[str, Any]:
    """Return a message of the door's own, in answer to a cell."""
    header = {"msg_type": kind, "username": "door", "session": "door", "version": "5.3", "date": ""}
    parent = {"msg_id": cell, "msg_type": "execute_request", "session": "", "username": "", "version": "5.3"}
    return {
        "channel": channel,
        "header": {**header, "msg_id": uuid.uuid4().hex},
        "parent_header": {**parent, "date": ""},
        "metadata": {},
        "content": content,
    }
