"""Is the platform alive, is it ready, how is it doing? Three addresses for whoever watches it.

`/healthz` answers while the supervisor lives; `/readyz` names each part that does not answer;
`/metrics` tells Prometheus, who shows a token, of the parts and the console. None tells anything
about people or data.
"""

from __future__ import annotations

import hmac
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from sandbox.serving.places import Places, Plan

PATIENCE = 2.0
BEAT_SECONDS = 30.0
BEAT = "worker.beat"


def parts(places: Places, plan: Plan) -> dict[str, bool]:
    """Return for each part whether it answers now."""
    return {
        "proxy": _accepts(plan.port, plan.host) and _accepts(plan.proxy_api),
        "hub": _asked(plan.hub, "/hub/api") is not None,
        "console": _of_console(plan, "/console/ready") is not None,
        "worker": _beats(places),
    }


def told(found: Mapping[str, bool], restarts: Mapping[str, int], plan: Plan) -> bytes:
    """Return what Prometheus is told: the parts that answer, their restarts, the console's own figures."""
    lines = ["# TYPE sandbox_part_up gauge"]
    lines += [f'sandbox_part_up{{part="{name}"}} {int(up)}' for name, up in found.items()]
    lines.append("# TYPE sandbox_part_restarts_total counter")
    lines += [f'sandbox_part_restarts_total{{part="{name}"}} {count}' for name, count in restarts.items()]
    own = _of_console(plan, "/console/metrics")
    return "\n".join([*lines, ""]).encode() + (own or b"")


class Health:
    """The small server of the three addresses, in a thread of its own."""

    def __init__(
        self, port: int, look: Callable[[], dict[str, bool]], tell: Callable[[], bytes], token: str
    ) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.rstrip("/")
                if path == "/metrics":
                    self._metrics()
                    return
                found = look() if path == "/readyz" else {}
                ready = all(found.values())
                body = json.dumps({"status": "ok" if ready else "waiting", "parts": found}).encode()
                known = path in ("/healthz", "/readyz")
                self._answer(404 if not known else 200 if ready else 503, "application/json", body)

            def _metrics(self) -> None:
                given = self.headers.get("Authorization", "")
                if not any(hmac.compare_digest(given, f"{kind} {token}") for kind in ("Bearer", "token")):
                    self._answer(403, "text/plain", b"")
                    return
                self._answer(200, "text/plain; version=0.0.4; charset=utf-8", tell())

            def _answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: watchers ask every few seconds."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


def _accepts(port: int, host: str = "127.0.0.1") -> bool:
    try:
        with socket.create_connection((host, port), PATIENCE):
            return True
    except OSError:
        return False


def _of_console(plan: Plan, path: str) -> bytes | None:
    """Return what the console answers when asked by one of its own names."""
    return _asked(plan.console, path, host=urlsplit(plan.origins[0]).netloc)


def _asked(port: int, path: str, *, host: str = "127.0.0.1") -> bytes | None:
    """Return what a part answers, or None if it does not answer well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Host": host})
        answer = connection.getresponse()
        return answer.read() if answer.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _beats(places: Places) -> bool:
    try:
        beat = (places.run / BEAT).stat().st_mtime
    except OSError:
        return False
    return time.time() - beat < BEAT_SECONDS  # noqa: TID251  the age of a file is told by the same clock
