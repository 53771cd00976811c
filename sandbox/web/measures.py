"""How the console is doing: alive, ready, and figures for Prometheus. For the machine, not for visitors."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.app import Platform
from sandbox.kernel.records import Home

_ANSWERED = Counter("console_requests_total", "Requests answered", ("method", "status"))
_SECONDS = Histogram("console_request_seconds", "Time until the answer began")


class Measured:
    """Counts every answer and times its beginning."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note its status."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                _ANSWERED.labels(scope["method"], str(message["status"])).inc()
                _SECONDS.observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, noted)


def router(platform: Platform) -> APIRouter:
    """Return the three routes."""
    routes = APIRouter(include_in_schema=False)

    def health() -> Response:
        return PlainTextResponse("ok")

    def ready() -> Response:
        return PlainTextResponse("ready" if platform.store.find(Home, limit=1) else "empty")

    def metrics(request: Request) -> Response:
        if "x-forwarded-for" in request.headers:
            return PlainTextResponse("", status_code=404)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    for path, route in (("/health", health), ("/ready", ready), ("/metrics", metrics)):
        routes.add_api_route(path, route, methods=["GET"])
    return routes
