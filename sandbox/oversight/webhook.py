"""The webhook adapter: a JSON message a notice, signed with HMAC-SHA256 over time and body.

The receiver recomputes `HMAC(secret, "<time>.<body>")` from the two headers and drops what it
has seen by `X-Sandbox-Delivery`. No redirect is followed; the answer's text is not kept.
"""

from __future__ import annotations

import hmac
import http.client
import json
import ssl
from urllib.parse import urlsplit

from sandbox.kernel.errors import StateError
from sandbox.kernel.message import say
from sandbox.kernel.oversight_records import Notice, Subscription
from sandbox.oversight.desk import OversightDesk
from sandbox.oversight.notices import text_of

SECONDS = 10.0
_GOOD = range(200, 300)


def body_of(desk: OversightDesk, notice: Notice, where: Subscription) -> bytes:
    """Return the JSON of a notice as bytes: the same bytes at every attempt."""
    title, text = text_of(notice, where.language)
    told = {
        "id": notice.id,
        "platform": desk.home_name,
        "demo": desk.demo,
        "template": notice.template,
        "subject": notice.subject,
        "title": title,
        "body": text,
        "language": where.language,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def signature(secret: bytes, moment: int, body: bytes) -> str:
    """Return the hexadecimal HMAC-SHA256 over "<moment>.<body>"."""
    return hmac.new(secret, str(moment).encode() + b"." + body, "sha256").hexdigest()


def call(desk: OversightDesk, notice: Notice, where: Subscription, *, secret: bytes) -> None:
    """Post the notice; `StateError` for every answer but 2xx, and when nobody answers."""
    body, moment = body_of(desk, notice, where), int(desk.directory.clock().timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "sandbox-notices/1",
        "X-Sandbox-Delivery": f"{notice.id}.{where.id}",
        "X-Sandbox-Time": str(moment),
        "X-Sandbox-Signature": f"sha256={signature(secret, moment, body)}",
    }
    parts = urlsplit(where.address)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(where.address)
    try:
        connection.request("POST", path, body=body, headers=headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise StateError(
            say(
                "回调主机 {host} 没有应答（{kind}）：稍后再发",
                host=parts.hostname or "",
                kind=type(error).__name__,
            )
        ) from error
    finally:
        connection.close()
    if status not in _GOOD:
        raise StateError(
            say("回调主机 {host} 答复 {status}：稍后再发", host=parts.hostname or "", status=status)
        )


def _connection(address: str) -> http.client.HTTPConnection:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(
            host, parts.port, timeout=SECONDS, context=ssl.create_default_context()
        )
    return http.client.HTTPConnection(host, parts.port, timeout=SECONDS)
