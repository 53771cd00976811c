"""A hostile seat and hostile browsers at the door: what may pass, how much of it, and that it is on record.

The seat here is a server that answers anything. Who is at the browser is told by a stand-in; the
true sign-in is tried in tests/serving.
"""

from __future__ import annotations

import asyncio
import json
import socket
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler, websocket_connect

from sandbox.hub import channel, door, inside, passage
from sandbox.hub.budget import Limits, Meter
from sandbox.hub.framing import NUMBERED
from sandbox.hub.order import Order
from sandbox.hub.routes import ROUTES
from sandbox.seats.spec import Sandbox
from sandbox.serving.transcript import Transcript

BASE, KERNEL = "/user/lin/seat-000001/", "0123abcd-0000-4000-8000-000000000000"
LIMITS = Limits(message=20_000, cell=30_000, minute=200_000, day=300_000)
Answer = Callable[[RequestHandler], None]


def now() -> datetime:
    return datetime(2026, 11, 25, 3, tzinfo=UTC)


class Hostile(RequestHandler):
    """Answers as it is told and keeps what it was asked."""

    def prepare(self) -> None:
        self.settings["heard"].append(self.request)
        self.settings["answer"](self)


class HostileKernel(WebSocketHandler):
    """Sends whatever lies ready, once something was asked."""

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return self.settings["protocol"] or None

    def on_message(self, message: str | bytes) -> None:
        self.settings["heard"].append(message)
        for one in self.settings["frames"]:
            self.write_message(one, binary=isinstance(one, bytes))


class StandIn:
    """Where the Hub's client would be."""

    def get_token(self, handler: RequestHandler) -> str:
        return handler.get_cookie("who", "")

    def get_login_url(self) -> str:
        return "/hub/api/oauth2/authorize"


class Scene:
    """A door before a hostile seat, with a person at the browser."""

    def __init__(self, folder: Path, answer: Answer, frames: list[str | bytes], protocol: str) -> None:
        self.heard: list[Any] = []
        listening, address = inside.listen(folder, "seat.sock")
        listening.setblocking(False)
        seat = Application(
            [(rf"{BASE}api/kernels/.*/channels", HostileKernel), (".*", Hostile)],
            heard=self.heard, answer=answer, frames=frames, protocol=protocol,
        )  # fmt: skip
        self._seat = HTTPServer(seat)
        self._seat.add_socket(listening)
        public = socket.create_server(("127.0.0.1", 0))
        public.setblocking(False)
        self.origin = f"http://127.0.0.1:{public.getsockname()[1]}"
        order = Order(
            seat="seat-000001", user="lin", base_url=BASE, first="lab", origins=(self.origin,), home=folder,
            sandbox=Sandbox(mounts=()), day_bytes=LIMITS.day, shown_bytes=0,
        )  # fmt: skip
        resolver = inside.SocketResolver(address=address)
        client = AsyncHTTPClient(force_instance=True, resolver=resolver, max_body_size=passage.LARGEST)
        self.transcript = Transcript(folder / "cells.jsonl", now)
        self.meter = Meter(folder / "meter.json", now, LIMITS)
        self.door = passage.Door(
            order, client=client, meter=self.meter, transcript=self.transcript, clock=now, resolver=resolver
        )
        self._door = HTTPServer(door.application(self.door))
        self._door.add_socket(public)
        self._folder = folder

    async def ask(self, path: str, method: str = "GET", who: str = "lin", **headers: str) -> Any:
        given = {"Cookie": f"who={who}; secret=mine", "Origin": self.origin}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await AsyncHTTPClient().fetch(
            HTTPRequest(
                self.origin + path,
                method=method,
                headers=given,
                body=b"{}" if method in ("POST", "PUT", "PATCH") else None,
                follow_redirects=False,
                allow_nonstandard_methods=True,
            ),
            raise_error=False,
        )

    async def raw(self, request: str) -> str:
        """Send bytes as they are and return the beginning of what comes back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", int(self.origin.rpartition(":")[2]))
        writer.write(request.replace("\n", "\r\n").encode())
        await writer.drain()
        answered = await asyncio.wait_for(reader.read(4096), 10)
        writer.close()
        return answered.decode("utf-8", "replace")

    async def channel(self, *asked: str, protocol: str = "", seconds: float = 1.0) -> tuple[list[Any], Any]:
        """Ask over the kernel's channel; return what is shown and the code of closing, if it was closed."""
        request = HTTPRequest(
            f"ws{self.origin[4:]}{BASE}api/kernels/{KERNEL}/channels",
            headers={"Cookie": "who=lin", "Origin": self.origin},
        )
        joined = await websocket_connect(request, subprotocols=[protocol] if protocol else None)
        shown: list[Any] = []
        for one in asked:
            await joined.write_message(one)
        try:
            while (message := await asyncio.wait_for(joined.read_message(), seconds)) is not None:
                shown.append(message)
        except TimeoutError:
            joined.close()
            return shown, None
        return shown, joined.close_code

    def recorded(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self._folder / "cells.jsonl").read_text().splitlines()]

    def close(self) -> None:
        self._seat.stop()
        self._door.stop()


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return how to play a scene: a hostile answer, hostile frames, and what the browser does."""

    async def person(handler: passage.Guarded) -> dict[str, Any] | None:
        name = handler.get_cookie("who", "")
        return {"name": name} if name else None

    monkeypatch.setattr(passage.Guarded, "_person", person)
    monkeypatch.setattr(passage.Guarded, "check_hub_user", lambda _, model: model)
    monkeypatch.setattr(passage.Guarded, "hub_auth", StandIn())
    monkeypatch.setattr(passage.Guarded, "get_login_url", lambda _: "/hub/login")

    def playing(
        act: Callable[[Scene], Awaitable[Any]],
        answer: Answer = lambda one: None,
        frames: tuple[str | bytes, ...] = (),
        protocol: str = "",
    ) -> Any:
        async def run() -> Any:
            folder = tmp_path / uuid.uuid4().hex
            folder.mkdir()
            scene = Scene(folder, answer, list(frames), protocol)
            try:
                return await act(scene)
            finally:
                scene.close()

        return asyncio.run(run())

    return playing


def answering(body: bytes | str, kind: str = "application/json", status: int = 200, **headers: str) -> Answer:
    def answer(handler: RequestHandler) -> None:
        handler.set_status(status)
        handler.set_header("Content-Type", kind)
        for name, value in headers.items():
            handler.set_header(name.replace("_", "-"), value)
        handler.finish(body)

    return answer


def test_a_seat_s_headers_stay_inside(play: Callable[..., Any]) -> None:
    evil = answering(
        "{}",
        Set_Cookie="jupyterhub-session-id=taken",
        Content_Disposition="attachment; filename=rows.csv",
        Content_Security_Policy="script-src *",
        Clear_Site_Data='"cookies"',
        Refresh="0; url=http://evil.example/",
        Access_Control_Allow_Origin="*",
        Link="<http://evil.example/x>; rel=preload",
        X_Leak="310101199001011234",
        Server="evil",
        Etag='"kept"',
    )

    async def act(scene: Scene) -> Any:
        return await scene.ask(f"{BASE}api/status")

    answered = play(act, evil)
    assert answered.code == 200
    kept = {name.lower() for name in answered.headers}
    assert not kept & {"set-cookie", "content-disposition", "clear-site-data", "refresh", "link", "x-leak"}
    assert not kept & {"access-control-allow-origin", "server"}
    assert answered.headers["Content-Security-Policy"] == passage.POLICY
    assert answered.headers["Etag"] == '"kept"'


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("api/contents/a.txt", answering("a,b\n1,2\n", "text/csv")),
        ("api/contents/a.txt", answering(b"PK\x03\x04", "application/octet-stream")),
        ("api/status", answering("<script>1</script>", "text/html")),
        ("api/status", answering("alert(1)", "application/javascript")),
        ("kernelspecs/python3/logo-64x64.png", answering("<script>1</script>", "text/html")),
        ("api/status", answering("", status=302, Location="http://evil.example/?rows=1")),
        ("lab", answering("", "text/html", status=307, Location="//evil.example/")),
    ],
)
def test_answers_of_another_kind_are_not_shown(play: Callable[..., Any], path: str, answer: Answer) -> None:
    async def act(scene: Scene) -> Any:
        return await scene.ask(BASE + path)

    answered = play(act, answer)
    assert answered.code == 502
    assert "Location" not in answered.headers
    assert "evil" not in answered.body.decode()


def test_no_route_of_a_seat_gives_a_browser_a_script() -> None:
    for route in ROUTES:
        assert not [one for one in route.types if "script" in one or "css" in one or "octet" in one]
    assert "'unsafe-inline'" not in passage.POLICY.split("script-src")[1].split(";")[0]


def test_an_answer_without_end_is_cut(play: Callable[..., Any]) -> None:
    async def act(scene: Scene) -> Any:
        return [
            await scene.ask(BASE + path) for path in ("api/status", "api/contents/big.txt")
        ], scene.meter.used

    answered, used = play(act, answering("x" * (2 << 20)))
    assert [one.code for one in answered] == [503, 503]
    assert all(len(one.body) < 500 for one in answered)
    assert used == 0


def test_nothing_of_the_person_reaches_the_seat(play: Callable[..., Any]) -> None:
    async def act(scene: Scene) -> Any:
        await scene.ask(
            f"{BASE}api/sessions",
            "POST",
            Authorization="token t",
            X_Forwarded_For="10.0.0.1",
            X_XSRFToken="x",
        )
        return scene.heard

    (heard,) = play(act, answering("{}"))
    assert {name for name, _ in heard.headers.get_all()} <= {
        "Host", "Accept", "Content-Type", "Content-Length", "Accept-Encoding", "Connection", "User-Agent",
    }  # fmt: skip
    assert heard.headers["Host"] == "seat"
    assert "mine" not in str(heard.headers)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "OPTIONS", "PATCH"])
def test_methods_that_are_not_listed_go_no_further(play: Callable[..., Any], method: str) -> None:
    async def act(scene: Scene) -> Any:
        answered = await scene.ask(f"{BASE}api/status", method)
        return answered.code, scene.heard

    code, heard = play(act, answering("{}"))
    assert code in (400, 403, 405)
    assert not heard


@pytest.mark.parametrize(
    "path",
    [
        "api/contents/../../../api/terminals",
        "api/contents/%2e%2e/%2e%2e/terminals",
        "api/contents/x%2f..%2fterminals",
        "api//terminals",
        "api/contents/a%5cb",
        "api/contents/%252e%252e/x",
        "api/contents/a%00b",
        "api/contents/a%0d%0aX-Evil:1",
        "api/contents/rows.PARQUET",
        "api/contents/rows.csv.gz",
        "api/contents/rows.parquet/",
        "api/contents/rows%2eparquet",
        "api/contents/a.txt?content=1&format=base64",
        "api/contents/a.txt?format=text&format=base64",
        "api/contents/a.txt?FORMAT=base64&format=base64",
        "api/contents/a.txt?%66ormat=base64",
        "files/a.txt",
        "api/kernels/../terminals",
        "api/kernels/x/channels",
        "lab/tree/..%2f..%2fapi",
        "voila/render/a.ipynb",
    ],
)
def test_paths_that_mean_something_else_go_no_further(play: Callable[..., Any], path: str) -> None:
    async def act(scene: Scene) -> Any:
        target = (
            f"GET {BASE}{path} HTTP/1.1\nHost: {scene.origin[7:]}\nCookie: who=lin\nConnection: close\n\n"
        )
        return await scene.raw(target), scene.heard

    answered, heard = play(act, answering("{}"))
    assert not heard, answered
    assert answered == "" or answered.split()[1] in ("400", "403", "404"), answered


STATUS, SESSIONS = f"{BASE}api/status HTTP/1.1", f"POST {BASE}api/sessions HTTP/1.1"
FORGED = {
    "absolute": f"GET http://127.0.0.1:1{STATUS}\nHost: evil.example\nCookie: who=lin\n\n",
    "host": f"GET {STATUS}\nHost: evil.example\nCookie: who=lin\n\n",
    "no origin": f"{SESSIONS}\nHost: HOST\nCookie: who=lin\nContent-Length: 4\n\n{{}}\n\n",
    "null origin": f"{SESSIONS}\nHost: HOST\nOrigin: null\nCookie: who=lin\nContent-Length: 0\n\n",
    "two lengths": f"{SESSIONS}\nHost: HOST\nOrigin: ORIGIN\nCookie: who=lin\n"
    "Content-Length: 5\nContent-Length: 0\n\nabcde",
    "length and chunks": f"{SESSIONS}\nHost: HOST\nOrigin: ORIGIN\nCookie: who=lin\n"
    "Content-Length: 4\nTransfer-Encoding: chunked\n\n0\n\nGET /x HTTP/1.1\n\n",
}


@pytest.mark.parametrize("request_line", FORGED.values(), ids=FORGED.keys())
def test_forged_hosts_origins_and_lengths_go_no_further(play: Callable[..., Any], request_line: str) -> None:
    async def act(scene: Scene) -> Any:
        named = request_line.replace("ORIGIN", scene.origin).replace("HOST", scene.origin[7:])
        return await scene.raw(named), scene.heard

    answered, heard = play(act, answering("{}"))
    assert not heard
    assert answered == "" or answered.split()[1] in ("400", "403")


def test_other_people_and_strangers_stay_outside(play: Callable[..., Any]) -> None:
    async def act(scene: Scene) -> Any:
        paths = (f"{BASE}api/status", f"{BASE}static/lab/index.html", f"{BASE}lab/api/translations/zh_CN")
        other = [(await scene.ask(path, who="wang")).code for path in paths]
        stranger = [(await scene.ask(path, who="", Sec_Fetch_Mode="cors")).code for path in paths]
        page = await scene.ask(f"{BASE}lab", who="", Sec_Fetch_Mode="navigate")
        beside = (await scene.ask("/user/lin/seat-000002/api/status")).code
        return other, stranger, page, beside, scene.heard

    other, stranger, page, beside, heard = play(act, answering("{}"))
    assert set(other) == set(stranger) == {403}
    assert (page.code, page.headers["Location"]) == (302, "/hub/login")
    assert beside == 403
    assert not heard


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_channels_of_other_sites_are_not_opened(play: Callable[..., Any], origin: str) -> None:
    async def act(scene: Scene) -> Any:
        lines = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Cookie: who=lin"]
        lines += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", f"Host: {scene.origin[7:]}"]
        lines += [f"Origin: {origin}"] if origin else []
        paths = (f"api/kernels/{KERNEL}/channels", "api/events/subscribe", "terminals/websocket/1")
        told = [f"GET {BASE}{path} HTTP/1.1\n" + "\n".join(lines) + "\n\n" for path in paths]
        return [await scene.raw(one) for one in told], scene.heard

    answered, heard = play(act)
    assert [one.split()[1] for one in answered] == ["403"] * 3
    assert not heard


def message(kind: str, content: object, channel_name: str = "iopub", **more: object) -> str:
    return json.dumps(
        {
            "channel": channel_name,
            "header": {"msg_type": kind, "msg_id": "m"},
            "parent_header": {"msg_id": "cell"},
            "metadata": {},
            "content": content,
            **more,
        }
    )


def test_frames_that_cannot_be_read_are_not_shown(play: Callable[..., Any]) -> None:
    evil = (
        "rows: 1,2,3",
        b"\x00\x00\x00\x01rows",
        b"rows",
        "[1]",
        '{"header": 1}',
        message("stream", {}, "secret"),
    )

    async def act(scene: Scene) -> Any:
        return await scene.channel(message("execute_request", {"code": "1"}, "shell"))

    for protocol in ("", NUMBERED):
        shown, _ = play(act, frames=evil, protocol=protocol)
        assert shown == []


def test_a_drip_in_any_kind_of_message_is_counted_recorded_and_ends(play: Callable[..., Any]) -> None:
    kinds = (
        "stream",
        "status",
        "comm_msg",
        "clear_output",
        "debug_event",
        "update_display_data",
        "execute_input",
    )
    frames = [
        message(
            kind,
            {"execution_state": "idle", "data": "9" * 9_000},
            parent_header={"msg_id": f"{kind}-{number}"},
        )
        for number in range(30)
        for kind in kinds
    ]

    async def act(scene: Scene) -> Any:
        shown, code = await scene.channel(message("execute_request", {"code": "drip"}, "shell"))
        return sum(len(one) for one in shown), code, scene.recorded(), scene.meter

    size, code, recorded, meter = play(act, frames=tuple(frames))
    assert size <= LIMITS.minute + 60_000  # the door's own words come on top
    assert meter.used <= LIMITS.day
    assert {one["kind"] for one in recorded} >= {"code", *kinds}
    assert any(one.get("withheld") for one in recorded)
    assert code in (None, channel.DAY_IS_OVER)


def test_a_day_used_up_closes_channels_and_answers_nothing_more(play: Callable[..., Any]) -> None:
    async def act(scene: Scene) -> Any:
        while scene.meter.take(0) is None:
            scene.meter._in_minute = 0
            scene.meter._used += 5_000
        shown, code = await scene.channel(message("execute_request", {"code": "1"}, "shell"))
        return shown, code, (await scene.ask(f"{BASE}api/status")).code

    with pytest.raises(Exception, match="429"):
        play(act, frames=(message("stream", {"text": "x"}),))

    async def ask(scene: Scene) -> Any:
        scene.meter._used = LIMITS.day
        return (await scene.ask(f"{BASE}api/status")).code

    assert play(ask, answering("{}")) == 429


def test_other_ways_to_run_code_are_on_record_too(play: Callable[..., Any]) -> None:
    evaluated = {"command": "evaluate", "arguments": {"expression": "open('/data/x').read()"}}
    asked = (
        message("debug_request", evaluated, "control"),
        message("execute_request", {"code": "1", "user_expressions": {"a": "rows[0]"}}, "shell"),
        message("comm_msg", {"comm_id": "c", "data": {"ask": "row 7"}}, "shell"),
        message("inspect_request", {"code": "rows", "cursor_pos": 4}, "shell"),
        message("input_reply", {"value": "typed"}, "stdin"),
        message("kernel_info_request", {}, "shell"),
        message("execute_request", {"code": "hidden"}, "iopub"),
    )

    async def act(scene: Scene) -> Any:
        await scene.channel(*asked)
        return scene.recorded(), scene.heard

    recorded, heard = play(act)
    text = json.dumps(recorded, ensure_ascii=False)
    for word in ("open('/data/x').read()", "rows[0]", "row 7", "inspect_request", "typed"):
        assert word in text
    assert "kernel_info_request" not in text
    assert len([one for one in heard if isinstance(one, str)]) == 6  # the last one is no channel to ask on
