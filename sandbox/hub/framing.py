"""How a message between browser and kernel lies on its channel: read as far as the door must, or not at all.

Two forms are known: the plain one (JSON, with buffers behind it) and the first numbered protocol
of Jupyter's kernel channels (parts behind their offsets). Pure. Called by `channel`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

NUMBERED = "v1.kernel.websocket.jupyter.org"
"""The name of the protocol by which browsers ask for the second form."""
MOST_PARTS = 1024
_PARTS = ("header", "parent_header", "metadata", "content")

Found = dict[str, Any]


def read(message: str | bytes, protocol: str | None) -> Found | None:
    """Return the message as read, without its buffers, or None for what is none."""
    try:
        found = _numbered(message) if protocol == NUMBERED else _plain(message)
    except (ValueError, struct.error, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("header"), dict):
        return None
    return found


def write(found: Mapping[str, Any], protocol: str | None) -> str | bytes:
    """Return a message without buffers in the form of the protocol."""
    if protocol != NUMBERED:
        return json.dumps({**found, "buffers": []}, ensure_ascii=False)
    parts = [str(found["channel"]).encode()]
    parts += [json.dumps(found[name], ensure_ascii=False).encode() for name in _PARTS]
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + b"".join(parts)


def _numbered(message: str | bytes) -> Found:
    if isinstance(message, str):
        raise ValueError("not of the numbered protocol")
    (count,) = struct.unpack_from("<Q", message)
    if not len(_PARTS) + 2 <= count <= MOST_PARTS:
        raise ValueError("not a message")
    offsets = struct.unpack_from(f"<{count}Q", message, 8)
    _check(offsets, start=8 * (count + 1), end=len(message))
    channel, *parts = (message[offsets[one] : offsets[one + 1]] for one in range(len(_PARTS) + 1))
    found = {name: json.loads(part) for name, part in zip(_PARTS, parts, strict=True)}
    return {"channel": channel.decode(), **found}


def _check(offsets: Sequence[int], *, start: int, end: int) -> None:
    """Raise for parts that overlap, leave something between them or reach beyond the message."""
    if offsets[0] != start or offsets[-1] != end or list(offsets) != sorted(offsets):
        raise ValueError("parts that are none")


def _plain(message: str | bytes) -> Any:
    return json.loads(message if isinstance(message, str) else _head(message))


def _head(message: bytes) -> bytes:
    """Return the JSON part of a plain message with buffers."""
    (count,) = struct.unpack_from("!I", message)
    if not 1 <= count <= MOST_PARTS:
        raise ValueError("not a message with buffers")
    offsets = struct.unpack_from(f"!{count}I", message, 4)
    return message[offsets[0] : offsets[1] if count > 1 else None]
