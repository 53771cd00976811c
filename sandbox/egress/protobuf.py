"""The wire format of protocol buffers, read field by field and written: no classes, no library, no guess.

Only what ONNX needs (varints, 32- and 64-bit words, runs of bytes); groups and what is malformed are
refused. What reads is bounded by the number of fields. Pure; called by `graphs` and `graphing`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

MAX_FIELDS = 1 << 20
_VARINT, _WORD, _RUN, _HALF = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message: its number, and a whole number or the bytes of its value."""

    number: int
    value: int | bytes

    def whole(self) -> int:
        """Return the value as a signed whole number of 64 bits; InputError for anything else."""
        if not isinstance(self.value, int):
            raise _broken()
        return self.value - (1 << 64) if self.value >= 1 << 63 else self.value

    def run(self) -> bytes:
        """Return the value as bytes; InputError for a number."""
        if isinstance(self.value, int):
            raise _broken()
        return self.value

    def text(self) -> str:
        """Return the value as UTF-8; InputError for anything else."""
        try:
            return self.run().decode("utf-8")
        except UnicodeDecodeError:
            raise _broken() from None

    def figures(self) -> list[float]:
        """Return one or many floats of 32 bits."""
        data = self.run()
        if len(data) % 4:
            raise _broken()
        return [float(one) for one in np.frombuffer(data, "<f4")]

    def wholes(self) -> list[int]:
        """Return one or many whole numbers."""
        if isinstance(self.value, int):
            return [self.whole()]
        found, at = [], 0
        while at < len(self.value):
            number, at = _varint(self.value, at)
            found.append(Field(0, number).whole())
        return found


def _broken() -> InputError:
    return InputError(say("ONNX 的结构不完整或不合规范"))


def fields(data: bytes) -> Iterator[Field]:
    """Yield the fields of a message in order; InputError for what is no message or has too many."""
    at, count = 0, 0
    while at < len(data):
        key, at = _varint(data, at)
        count += 1
        wire, size = key & 7, {_WORD: 8, _HALF: 4}.get(key & 7, 0)
        if wire == _VARINT:
            number, at = _varint(data, at)
            yield Field(key >> 3, number)
            continue
        if wire == _RUN:
            size, at = _varint(data, at)
        elif not size:
            raise _broken()
        if size > len(data) - at or count > MAX_FIELDS or not key >> 3:
            raise _broken()
        yield Field(key >> 3, data[at : at + size])
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise _broken()
        byte = data[at]
        value, at = value | (byte & 127) << shift, at + 1
        if byte < 128:
            if value >= 1 << 64:
                raise _broken()
            return value, at
    raise _broken()


def whole(number: int, value: int) -> bytes:
    """Return a field that holds a whole number, zero or more."""
    return _spelled(number << 3 | _VARINT) + _spelled(value)


def run(number: int, value: bytes | str) -> bytes:
    """Return a field that holds bytes, a text or a message."""
    data = value.encode() if isinstance(value, str) else value
    return _spelled(number << 3 | _RUN) + _spelled(len(data)) + data


def figures(number: int, values: Iterable[float]) -> bytes:
    """Return a field a float of 32 bits, not packed: as ONNX defines them."""
    return b"".join(_spelled(number << 3 | _HALF) + struct.pack("<f", one) for one in values)


def wholes(number: int, values: Iterable[int]) -> bytes:
    """Return a field a whole number, not packed."""
    return b"".join(whole(number, one) for one in values)


def _spelled(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
