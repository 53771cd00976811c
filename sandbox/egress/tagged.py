"""Tagged binary formats as documents: Avro files, property lists, ASN.1. Read for the search alone.

Avro by the schema in its head (Apache Avro 1.12, object container files), property lists by the standard
library, ASN.1 by its lengths (X.690, definite ones). Such files are refused whatever they hold. Depth, values
and rows are bounded; what does not fit raises ValueError. Called by `carving`.
"""

from __future__ import annotations

import json
import plistlib
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sandbox.egress.content import Document
from sandbox.egress.unpressed import MAX_OUT, MAX_UNFOLDED, snappy_block

MAX_VALUES = 400_000
MAX_DEPTH = 24
_AVRO = b"Obj\x01"
_FIRST_DAY = date(1970, 1, 1)
_BROKEN = (
    LookupError, TypeError, AttributeError, OverflowError, RecursionError, MemoryError, struct.error,
    zlib.error, plistlib.InvalidFileException,
)  # fmt: skip
"""What a reader breaks with when lengths and schemas lie."""
_TEXTS = frozenset({12, 18, 19, 20, 22, 23, 24, 26, 27, 28, 30})
"""Universal types of ASN.1 whose content is a text or a time."""


def document_of(data: bytes) -> Document:
    """Return what a tagged file holds; None for a file of another kind, ValueError for a broken one."""
    for fits, read in _READERS:
        if fits(data):
            try:
                return read(data)
            except _BROKEN as error:
                raise ValueError("a broken tagged file") from error
    return None


def is_tagged(data: bytes) -> bool:
    """Return whether bytes begin as a tagged file does."""
    return any(fits(data) for fits, _ in _READERS)


class _Cursor:
    """A place in bytes, and how many values may still be read."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place, self.left = data, 0, MAX_VALUES

    def take(self, size: int) -> bytes:
        self.left -= 1
        if size < 0 or self.left < 0 or self.place + size > len(self.data):
            raise ValueError("beyond the end")
        self.place += size
        return self.data[self.place - size : self.place]

    def long(self) -> int:
        """Return a number of seven bits a byte, its sign folded in."""
        value = shift = 0
        while shift < 70:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return (value >> 1) ^ -(value & 1)
        raise ValueError("too long a number")

    def text(self) -> str:
        return self.take(self.long()).decode("utf-8", errors="replace")


def _avro(data: bytes) -> Document:
    head = _Cursor(data[len(_AVRO) :])
    held: dict[str, bytes] = {}
    while count := head.long():
        if count < 0:
            head.long()
        for _ in range(abs(count)):
            name = head.text()
            held[name] = head.take(head.long())
    head.take(16)
    schema, names = json.loads(held["avro.schema"]), dict[str, Any]()
    rows: list[Document] = []
    room = MAX_UNFOLDED
    while head.place < len(head.data) and len(rows) < MAX_VALUES:
        count, size = head.long(), head.long()
        block = _Cursor(_unpacked(head.take(size), held.get("avro.codec", b"null")))
        room -= len(block.data)
        if room < 0:
            raise ValueError("unfolds to too much")
        for _ in range(count):
            rows.append(_value(block, schema, names, 0))
        head.take(16)
    return rows


def _unpacked(block: bytes, codec: bytes) -> bytes:
    if codec == b"deflate":
        return zlib.decompressobj(-15).decompress(block, MAX_OUT)
    if codec == b"snappy":
        return snappy_block(block[:-4])
    if codec == b"null":
        return block
    raise ValueError("another codec")


def _value(source: _Cursor, schema: Any, names: dict[str, Any], depth: int) -> Document:
    """Return one value by its schema."""
    source.left -= 1
    if depth > MAX_DEPTH or source.left < 0:
        raise ValueError("too deep or too many")
    if isinstance(schema, list):
        return _value(source, schema[source.long()], names, depth + 1)
    if isinstance(schema, str):
        known = names.get(schema)
        return _PRIMITIVES[schema](source) if known is None else _value(source, known, names, depth + 1)
    return _of_schema(source, schema, names, depth)


def _of_schema(source: _Cursor, schema: Mapping[str, Any], names: dict[str, Any], depth: int) -> Document:
    kind = schema["type"]
    if kind in ("record", "enum", "fixed"):
        names[schema["name"]] = schema
    if kind == "record":
        return {one["name"]: _value(source, one["type"], names, depth + 1) for one in schema["fields"]}
    if kind == "enum":
        return str(schema["symbols"][source.long()])
    if kind == "fixed":
        return source.take(schema["size"]).decode("utf-8", errors="replace")
    if kind in ("array", "map"):
        return _items(source, schema, names, depth)
    return _logical(_value(source, kind, names, depth + 1), schema.get("logicalType", ""))


def _items(source: _Cursor, schema: Mapping[str, Any], names: dict[str, Any], depth: int) -> Document:
    found: list[Document] = []
    while count := source.long():
        if count < 0:
            source.long()
        for _ in range(abs(count)):
            source.left -= 1
            if schema["type"] == "map":
                found.append(source.text())
            found.append(_value(source, schema.get("items", schema.get("values")), names, depth + 1))
            if source.left < 0:
                raise ValueError("too many")
    return found


def _logical(value: Document, kind: str) -> Document:
    """Return a day or a moment as it is written; anything else as it is."""
    steps = {"timestamp-millis": 1_000, "timestamp-micros": 1_000_000, "local-timestamp-millis": 1_000}
    if kind == "date" and isinstance(value, str):
        return str(_FIRST_DAY + timedelta(days=int(value)))
    if kind in steps and isinstance(value, str):
        return str(_FIRST_DAY + timedelta(seconds=int(value) // steps[kind]))
    return value


def _float(kind: str) -> Callable[[_Cursor], Document]:
    size = struct.calcsize(kind)
    return lambda source: _plain(struct.unpack(kind, source.take(size))[0])


_PRIMITIVES: Mapping[str, Callable[[_Cursor], Document]] = {
    "null": lambda _: None, "boolean": lambda source: bool(source.take(1)[0]),
    "int": lambda source: str(source.long()), "long": lambda source: str(source.long()),
    "float": _float("<f"), "double": _float("<d"), "string": lambda source: source.text(),
    "bytes": lambda source: source.take(source.long()).decode("utf-8", errors="replace"),
}  # fmt: skip


def _plain(value: object) -> Document:
    """Return a value of a library as a document: figures and times as they are written."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else _written(value)


def _written(value: object) -> str:
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return str(value.date())
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e18
    return str(int(value)) if isinstance(value, float) and whole else str(value)


def _plist(data: bytes) -> Document:
    return _plain(plistlib.loads(data, fmt=plistlib.FMT_BINARY))


def _der(data: bytes) -> Document:
    return _nodes(_Cursor(data), len(data), 0)


def _nodes(source: _Cursor, end: int, depth: int) -> list[Document]:
    """Return the elements up to `end`: constructed ones as lists, times as days, whole numbers as figures."""
    found: list[Document] = []
    while source.place < end:
        tag = source.take(1)[0]
        size = source.take(1)[0]
        if size >= 128:
            size = int.from_bytes(source.take(min(size & 127, 8)), "big")
        if tag & 0x20 and depth < MAX_DEPTH:
            if source.place + size > end:
                raise ValueError("beyond its own")
            found.append(_nodes(source, source.place + size, depth + 1))
            continue
        found.append(_leaf(tag, source.take(size)))
    return found


def _leaf(tag: int, body: bytes) -> Document:
    if tag in (2, 10):
        return str(int.from_bytes(body[:32], "big", signed=True))
    if tag == 30:
        return body.decode("utf-16-be", errors="replace")
    text = body.decode("utf-8", errors="replace") if tag in _TEXTS else body.hex()
    return text[:8] if tag == 24 and text[8:14] == "000000" else text


def _is_der(data: bytes) -> bool:
    """Return whether a sequence spans the bytes to their end, and is no short one by chance."""
    if data[:1] not in (b"\x30", b"\x31") or len(data) < 32 or data[1] < 0x81 or data[1] > 0x84:
        return False
    count = data[1] & 127
    return int.from_bytes(data[2 : 2 + count], "big") == len(data) - 2 - count


_READERS: Sequence[tuple[Callable[[bytes], bool], Callable[[bytes], Document]]] = (
    (lambda data: data.startswith(_AVRO), _avro),
    (lambda data: data.startswith(b"bplist0"), _plist),
    (_is_der, _der),
)
