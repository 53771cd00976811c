"""Pictures that declare more pixels or lines than anybody looks at: refused at once, and by no crash."""

from __future__ import annotations

import struct
import zlib

import pytest

from sandbox.egress import planes
from sandbox.egress.pictures import MAX_LINES, redraw, written


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def grey(width: int, height: int, size: int) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(size), 9)) + chunk(b"IEND", b"")


def test_a_picture_one_pixel_wide_is_not_worked_through_line_by_line() -> None:
    tall = grey(1, 39_000_000, 78_000_000)
    assert redraw(tall)[0] is None
    assert written(tall) == ()
    assert redraw(grey(1, MAX_LINES, 2 * MAX_LINES))[0] is not None


@pytest.mark.parametrize("read", [planes.frames, planes.notes])
def test_a_picture_of_billions_of_pixels_is_an_error_that_is_caught(read) -> None:
    giant = grey(0x7FFFFFFF, 0x7FFFFFFF, 1 << 20)
    assert planes.tried(lambda: list(read(giant)), []) == []
