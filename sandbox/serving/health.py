"""Is the platform alive, and is it ready? Two addresses for whoever watches it.

`/healthz` answers while the supervisor lives; `/readyz` names each part that does not answer.
Neither tells anything about people or data.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sandbox.serving.places import Places, Plan

PATIENCE = 2.0
BEAT_SECONDS = 30.0
BEAT = "worker.beat"


def parts(places: Places, plan: Plan) -> dict[str, bool]:
    """Return for each part whether it answers now."""
    return {
        "proxy": _accepts(plan.port, plan.host) and _accepts(plan.proxy_api),
        "hub": _answers(plan.hub, "/hub/api"),
        "console": _accepts(plan.console),
        "worker": _beats(places),
    }


class Health:
    """The small server of the two addresses, in a thread of its own."""

    def __init__(self, port: int, look: Callable[[], dict[str, bool]]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = look() if self.path.rstrip("/") == "/readyz" else {}
                known = self.path.rstrip("/") in ("/healthz", "/readyz")
                ready = all(found.values())
                body = json.dumps({"status": "ok" if ready else "waiting", "parts": found}).encode()
                self.send_response(404 if not known else 200 if ready else 503)
                self.send_header("Content-Type", "application/json")
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


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _beats(places: Places) -> bool:
    try:
        beat = (places.run / BEAT).stat().st_mtime
    except OSError:
        return False
    return time.time() - beat < BEAT_SECONDS  # noqa: TID251  the age of a file is told by the same clock
