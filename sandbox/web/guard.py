"""What every request meets before any page: its Host, its Origin, its size; and what every answer carries.

An unknown Host, a form sent from elsewhere and an oversized body are refused here, for console and API
alike. A call with a personal token comes from a program, carries no cookie that counts, and needs no Origin.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.web.arrivals import PART_BYTES
from sandbox.web.options import API, Options

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing but our own files, no inline script or style, no framing by anybody."""
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}
UPLOADS = "/console/deliveries/new/receive"
PARTS = "/console/deliveries/uploads/"
"""The paths whose bodies are streamed: a whole file, and one part of a file."""
PAPERS = re.compile(r"/(console|api)/(applications|organisations)(/[a-z0-9-]{1,40})?/(attach|answer|import)")
PAPERS_BYTES = 128 << 20
"""Forms of an application that bring files with them, and their bound; the regime bounds each file."""


class _TooLarge(Exception):
    """More bytes arrived than a form may have."""


class Guard:
    """The outermost layer of the console."""

    def __init__(self, app: ASGIApp, options: Options) -> None:
        self._app, self._options = app, options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on, and put the headers on whatever is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        guarded = _with_headers(send)
        if refusal is not None:
            await PlainTextResponse(refusal[1], status_code=refusal[0])(scope, receive, guarded)
            return
        try:
            await self._app(scope, self._counted(scope, receive), guarded)
        except _TooLarge:
            await PlainTextResponse("提交的内容过大", status_code=413)(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self._options.hosts:
            return 421, "请用平台公布的地址访问"
        if scope["method"] in SAFE:
            return None
        length = headers.get("content-length", "0")
        limit = self._limit(scope)
        if not length.isdecimal() or int(length) > limit:
            return 413, "提交的内容过大"
        if headers.get("authorization") and scope["path"].startswith(f"{API}/"):
            return None
        return None if self._from_here(headers) else (403, "这份表单不是从本平台的页面提交的，已拒绝")

    def _from_here(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None and site != "same-origin":
            return False
        origin = headers.get("origin")
        return origin in self._options.origins and urlsplit(origin).netloc == headers["host"]

    def _limit(self, scope: Scope) -> int:
        if scope["path"] == UPLOADS:
            return self._options.upload_bytes
        if PAPERS.fullmatch(scope["path"]):
            return PAPERS_BYTES
        part = scope["method"] == "PATCH" and scope["path"].startswith(PARTS)
        return PART_BYTES if part else self._options.form_bytes

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        limit, seen = self._limit(scope), 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > limit:
                    raise _TooLarge
            return message

        return counted


def _with_headers(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers["server"] = "console"
        await send(message)

    return guarded
