"""The free bits of names that programs mint: UUIDs without their version, addresses with ports.

A log names requests and peers in forms that nobody reads. A UUID of version 4 has 122 bits that may be any,
an address of version 4 and its port are six bytes. Bytes and sequences come out, in the order of the lines,
as of any other carrier. Bounded; pure; called by `channels`.
"""

from __future__ import annotations

import re

from sandbox.egress.streams import Stream, stream

MAX_TEXT = 1 << 19
MAX_NAMES = 4000
LEAST = 8
_UUID = re.compile(
    r"\b([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\b", re.IGNORECASE
)
_ADDRESS = re.compile(
    r"(?<![\d.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:/\d\d?)?(?![\d.])"
    r"(?:\s{0,4}(?::|,?\s{0,4}[sd]?port[= :]{1,2})(\d{1,5})\b)?"
)
_FREE = 122
_WHOLE = 120
"""Bits of a UUID that are whole bytes once its version is left out."""


def minted(text: str) -> tuple[list[Stream], list[bytes]]:
    """Return the sequences and the bytes that the UUIDs and the addresses of a text hold."""
    head = text[:MAX_TEXT]
    streams, raw = [], []
    for found, bodies in (_uuids(head), _addresses(head)):
        streams += found
        raw += bodies
    return streams, raw


def _uuids(head: str) -> tuple[list[Stream], list[bytes]]:
    names = _UUID.findall(head)[:MAX_NAMES]
    if len(names) < LEAST:
        return [], []
    free = [_free(one) for one in names]
    width = len(str(max(free)))
    digits = [[int(digit) for digit in f"{one:0{width}}"] for one in free]
    bits = "".join(f"{one:0{_FREE}b}" for one in free)
    raw = [
        b"".join((one >> shift & (1 << _WHOLE) - 1).to_bytes(_WHOLE // 8, "big") for one in free)
        for shift in (0, _FREE - _WHOLE)
    ]
    raw.append(int(bits[: len(bits) // 8 * 8], 2).to_bytes(len(bits) // 8, "big"))
    return [stream("free bits of names", digits)], raw


def _free(name: str) -> int:
    """Return a UUID as a number without the six bits that say its version and its kind (RFC 9562)."""
    bits = f"{int(name.replace('-', ''), 16):0128b}"
    return int(bits[:48] + bits[52:64] + bits[66:], 2)


def _addresses(head: str) -> tuple[list[Stream], list[bytes]]:
    found = _ADDRESS.findall(head)[:MAX_NAMES]
    rows = [row for one in found if (row := _bytes(one))]
    if len(rows) < LEAST or len(rows) < len(found):
        return [], []
    raw, lines = [], []
    for size in (4, 5, 6):
        fit = [row for row in rows if len(row) == size]
        if len(fit) >= LEAST:
            lines.append(stream(f"addresses of {size}", [list(row) for row in fit]))
            varied = [place for place in range(size) if len({row[place] for row in fit}) > 1]
            raw += [bytes(row[place] for row in fit for place in varied)] if len(varied) < size else []
            lines += [stream("varied bytes of addresses", [[row[place] for place in varied] for row in fit])]
            raw.append(b"".join(fit))
    return lines, raw


def _bytes(parts: tuple[str, ...]) -> bytes:
    """Return an address with its port as bytes; a port below 256 is one; nothing where one is too large."""
    numbers = [int(one) for one in parts if one]
    *four, port = numbers if len(numbers) == 5 else (*numbers, -1)
    if max(four) > 255 or port > 0xFFFF:
        return b""
    return bytes(four) + (b"" if port < 0 else port.to_bytes(1 if port < 256 else 2, "big"))
