"""HTTP through the door: who asks, from where, for what; and how much of the answer may be seen.

The person is asked of the Hub by OAuth; a request of another site or for a path that is not on
the list goes no further. Nothing of the person's cookies or tokens reaches the seat.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from jupyterhub._version import __version__ as hub_version
from jupyterhub.services.auth import HubOAuth, HubOAuthCallbackHandler, HubOAuthenticated, UserNotAllowed
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.netutil import Resolver
from tornado.web import HTTPError, RequestHandler

from sandbox.hub.budget import Meter
from sandbox.hub.order import Order
from sandbox.hub.presence import Presence
from sandbox.hub.routes import Route, route_for
from sandbox.kernel.message import Message, say
from sandbox.serving.transcript import Transcript

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "connect-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""JupyterLab compiles schemas of settings (unsafe-eval) and styles cells inline; nothing else is granted."""
PASSED_IN = ("Accept", "Accept-Language", "Content-Type", "If-None-Match", "If-Modified-Since")
PASSED_OUT = ("Etag", "Last-Modified")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ANSWER_SECONDS = 60.0
LARGEST = 8 << 20
NOT_LISTED = say("席位的安全策略不允许这个请求：文件只能通过出域申请带走")
TOO_LARGE = say("这个回答太大，没有显示：大的结果请走出域申请")
ELSEWHERE = say("这个请求来自别的网站，已经拒绝：请从平台自己的页面打开席位")
NOT_YOURS = say("这个席位不属于当前登录的人")
UNREADABLE = say("席位给出的回答不认识，没有显示：请刷新页面")
HUB_GONE = say("登录服务暂时没有应答：请稍候刷新页面，席位里的程序还在运行")
SEAT_GONE = say("席位没有应答：请回到控制台重新打开")


class Door:
    """What all handlers of one door share."""

    def __init__(
        self,
        order: Order,
        *,
        client: AsyncHTTPClient,
        meter: Meter,
        transcript: Transcript,
        clock: Callable[[], datetime],
        resolver: Resolver,
    ) -> None:
        self.order, self.client, self.meter, self.transcript = order, client, meter, transcript
        self.clock, self.resolver = clock, resolver
        self.hosts = frozenset(urlsplit(origin).netloc for origin in order.origins)
        self.active: datetime | None = None
        self.asked: set[str] = set()
        self.presence = Presence(clock)


class Guarded(HubOAuthenticated, RequestHandler):  # type: ignore[misc]  # the Hub's classes have no types
    """A request whose person and origin are checked before anything else."""

    @property
    def door(self) -> Door:
        """Return what all handlers of this door share."""
        door: Door = self.settings["door"]
        return door

    @property
    def hub_auth(self) -> HubOAuth:
        """Return the one client of the Hub: the secret of a sign-in under way lives in it."""
        return HubOAuth.instance()

    def set_default_headers(self) -> None:
        """Send the strict headers with every answer."""
        strict_headers(self)

    async def prepare(self) -> None:
        """Refuse requests of other sites, unknown people and people whose seat this is not."""
        self.check_origin_of_request()
        person = await self._person()
        if person is None:
            self.ask_to_sign_in()
            return
        try:
            allowed = self.check_hub_user(person)
        except UserNotAllowed:
            raise refusal(403, NOT_YOURS) from None
        if allowed is None or allowed.get("name") != self.door.order.user:
            raise refusal(403, NOT_YOURS)

    async def _person(self) -> dict[str, Any] | None:
        """Return who the Hub says it is; while the Hub is away, who it was a moment ago."""
        presence, token = self.door.presence, self.hub_auth.get_token(self)
        try:
            person: dict[str, Any] | None = await self.hub_auth.get_user(self, sync=False)
        except HTTPError as error:
            known = presence.remembered(token) if error.status_code >= 500 else None
            if known is None:
                raise refusal(503, HUB_GONE) from None
            return known
        if person is None:
            presence.forget(token)
        else:
            presence.confirm(token, person)
        return person

    def ask_to_sign_in(self) -> None:
        """Send a page to the Hub; answer anything else with a refusal."""
        navigating = self.request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
        websocket = self.request.headers.get("Upgrade", "").lower() == "websocket"
        if self.request.method != "GET" or not navigating or websocket:
            raise refusal(403, say("登录已经失效：请在控制台重新登录"))
        self.redirect(self.get_login_url())

    def check_origin_of_request(self) -> None:
        """Refuse a forged Host, and whatever another site sent."""
        headers = self.request.headers
        if self.request.host not in self.door.hosts:
            raise refusal(403, ELSEWHERE)
        origin, site = headers.get("Origin"), headers.get("Sec-Fetch-Site")
        if origin is not None and origin not in self.door.order.origins:
            raise refusal(403, ELSEWHERE)
        page = self.request.method == "GET" and headers.get("Sec-Fetch-Mode") == "navigate"
        if site not in (None, "same-origin", "none") and not page:
            raise refusal(403, ELSEWHERE)
        unsafe = self.request.method not in SAFE or headers.get("Upgrade", "").lower() == "websocket"
        if unsafe and origin is None and site is None:
            raise refusal(403, ELSEWHERE)

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002
        """Answer with the sentence and nothing of the inside."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        sentence = str(error.sentence) if isinstance(error, Refusal) else str(SEAT_GONE)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps({"message": sentence, "reason": None}, ensure_ascii=False))

    def compute_etag(self) -> str | None:
        """Leave tags to the seat's own."""
        return None


class Refusal(HTTPError):
    """A refusal with a sentence for the person; the status line itself stays plain."""

    def __init__(self, status: int, sentence: Message) -> None:
        super().__init__(status)
        self.sentence = sentence


def refusal(status: int, sentence: Message) -> Refusal:
    """Return the error to raise."""
    return Refusal(status, sentence)


def strict_headers(handler: RequestHandler) -> None:
    """Set the headers that every answer of the door carries."""
    handler.set_header("Content-Security-Policy", POLICY)
    handler.set_header("X-Content-Type-Options", "nosniff")
    handler.set_header("Referrer-Policy", "same-origin")
    handler.set_header("Cross-Origin-Opener-Policy", "same-origin")
    handler.set_header("Cross-Origin-Resource-Policy", "same-origin")
    handler.set_header("Cache-Control", "no-store")
    handler.set_header("X-JupyterHub-Version", hub_version)
    handler.clear_header("Server")


class Callback(HubOAuthCallbackHandler):  # type: ignore[misc]  # the Hub's classes have no types
    """Where the Hub sends the browser back to."""

    @property
    def hub_auth(self) -> HubOAuth:
        """Return the same client that began the sign-in."""
        return HubOAuth.instance()

    def set_default_headers(self) -> None:
        """Send the strict headers with every answer."""
        strict_headers(self)


class First(Guarded):
    """The seat's bare address: on to the first page."""

    def get(self) -> None:
        """Redirect to the first notebook."""
        self.redirect(self.door.order.base_url + self.door.order.first)


class Passage(Guarded):
    """Everything else: asked of the seat if it is on the list, shown if it is not too much."""

    async def get(self) -> None:
        """Pass a request."""
        request, door = self.request, self.door
        path = request.path.removeprefix(door.order.base_url)  # as it came: a decoded one hides what it was
        route = route_for(str(request.method), path, request.query)
        if route is None:
            raise refusal(403, NOT_LISTED)
        if door.meter.exhausted:
            raise refusal(429, say("今天的显示额度已经用完，明天恢复：需要的结果请走出域申请"))
        if request.method not in SAFE:
            door.active = door.clock()
        answer = await self._ask(str(request.uri))
        body = answer.body or b""
        if len(body) > route.most:
            raise refusal(503, TOO_LARGE)
        why = door.meter.take(len(body))
        if why is not None:
            raise refusal(429, why)
        self._show(answer, route, body)

    head = post = put = patch = delete = get

    async def _ask(self, uri: str) -> HTTPResponse:
        given = self.request.headers
        headers = {name: given[name] for name in PASSED_IN if name in given}
        body = self.request.body if self.request.method not in (*SAFE, "DELETE") else None
        asked = HTTPRequest(
            f"http://seat{uri}",
            method=str(self.request.method),
            headers={**headers, "Host": "seat"},
            body=body,
            allow_nonstandard_methods=True,
            follow_redirects=False,
            request_timeout=ANSWER_SECONDS,
        )
        try:
            return await self.door.client.fetch(asked, raise_error=False)
        except (HTTPClientError, OSError):
            raise refusal(503, SEAT_GONE) from None

    def _show(self, answer: HTTPResponse, route: Route, body: bytes) -> None:
        kind = answer.headers.get("Content-Type", "").split(";")[0].strip().lower()
        redirecting = 300 <= answer.code < 400 and answer.code != 304
        empty = answer.code in (204, 304) or not body
        if redirecting or not 200 <= answer.code < 600 or (kind not in route.types and not empty):
            raise refusal(502, UNREADABLE)
        self.set_status(answer.code)
        for name in PASSED_OUT:
            if name in answer.headers:
                self.set_header(name, answer.headers[name][:200])
        self.clear_header("Content-Type")
        if not empty:
            self.set_header("Content-Type", f"{kind}; charset=utf-8" if "image" not in kind else kind)
            self.write(body)
        self.finish()
