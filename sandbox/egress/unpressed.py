"""What compressed bytes without their header say: every decompressor at hand, tried at the first places.

A stream whose head was cut off, or that never had one, shows no type. Evidence only, bounded in size; what a
decompressor refuses gives nothing. Called by `disguises`.
"""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress

import brotli
import numpy as np
import pyarrow as pa
from backports import zstd

MAX_OUT = 4 << 20
LEAST_BYTES = 24
_ZSTD = b"\x28\xb5\x2f\xfd"
_BROKEN = (
    zlib.error, lzma.LZMAError, zstd.ZstdError, brotli.error, OSError, EOFError, ValueError, MemoryError,
    pa.ArrowException, IndexError, OverflowError,
)  # fmt: skip
MAX_STREAMS = 200
MAX_HEADLESS = 1 << 14
MAX_UNFOLDED = 64 << 20
_LEAST_HEADLESS = 48
_MARKS = re.compile(
    rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|BZh[1-9]1AY|\xfd7zXZ\x00|\x28\xb5\x2f\xfd|\x04\x22\x4d\x18"
)
"""How zlib, gzip, bzip2, xz, Zstandard and LZ4 begin."""
_STARTS = (0, 1, 2, 4, 8, 10, 12, 16)
_FILTERS = (
    [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 24}],
    [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 24}],
)


def unpressed(data: bytes, *, shifted: bool = True) -> Iterator[bytes]:
    """Yield what the bytes unfold to under every decompressor that goes through with it.

    `shifted` also asks what begins a little behind their beginning.
    """
    if len(data) < LEAST_BYTES:
        return
    for start in _STARTS if shifted else (0,):
        cut = data[start:]
        for unfold in _SHIFTED if start else _UNFOLDERS:
            try:
                out = unfold(cut)
            except _BROKEN:
                continue
            if len(out) >= LEAST_BYTES:
                yield out


def embedded(data: bytes) -> Iterator[bytes]:
    """Yield what compressed streams inside of bytes unfold to, each found by how it begins."""
    room = MAX_UNFOLDED
    for number, found in enumerate(_MARKS.finditer(data)):
        if number >= MAX_STREAMS or room < 0:
            return
        try:
            out = _marked(data[found.start() :], found.group()[:2])
        except _BROKEN:
            continue
        room -= len(out)
        if out:
            yield out


def _marked(cut: bytes, mark: bytes) -> bytes:
    if mark == b"BZ":
        return _bzip2(cut)
    if mark == b"\xfd7":
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=1 << 28).decompress(cut, MAX_OUT)
    if mark == b"\x28\xb5":
        return _zstd_frame(cut)
    if mark == b"\x04\x22":
        return _lz4_frame(cut)
    return zlib.decompressobj(47).decompress(cut, MAX_OUT)


def begun(data: bytes) -> Iterator[bytes]:
    """Yield what bytes unfold to that begin as a compressed stream does."""
    found = _MARKS.match(data)
    if found:
        with suppress(*_BROKEN):
            yield _marked(data, found.group()[:2])


def finished(data: bytes) -> Iterator[bytes]:
    """Yield what a compressed stream at the beginning of bytes unfolds to, if it goes through to its end.

    Its checksum has then been right where it has one.
    """
    found = _MARKS.match(data)
    with suppress(*_BROKEN):
        if found and found.group()[:1] in b"\x78\x1f":
            unpacker = zlib.decompressobj(47)
            out = unpacker.decompress(data, MAX_OUT)
            yield from (out,) if unpacker.eof and out else ()
        elif found:
            yield _marked(data, found.group()[:2])


def headless(data: bytes, *, reach: int = MAX_HEADLESS) -> Iterator[bytes]:
    """Yield what raw deflate gives at any of the first places of bytes, if it goes through to its end.

    Containers (Avro, packages that were cut) pack their blocks so, and nothing marks where one begins.
    """
    start, room = 0, MAX_UNFOLDED
    while start < min(len(data), reach) and room > 0:
        if data[start] & 6 == 6:  # a kind of block that there is not
            start += 1
            continue
        unpacker = zlib.decompressobj(-15)
        try:
            out = unpacker.decompress(data[start : start + (1 << 16)], MAX_OUT)
        except zlib.error:
            out = b""
        room -= len(out)
        if unpacker.eof and len(out) >= _LEAST_HEADLESS:
            yield out
            start = min(len(data), start + (1 << 16)) - len(unpacker.unused_data)
        else:
            start += 1


def _deflated(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(-15)
    out = unpacker.decompress(data, MAX_OUT)
    return out if unpacker.eof or len(out) > len(data) else b""


def _lzma_raw(data: bytes) -> bytes:
    for filters in _FILTERS:
        try:
            out = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(data, MAX_OUT)
        except lzma.LZMAError:
            continue
        if len(out) > len(data) // 2:
            return out
    return b""


def _lzma_alone(data: bytes) -> bytes:
    if not data.startswith(b"]\x00"):
        return b""
    return lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=1 << 28).decompress(data, MAX_OUT)


def _brotli(data: bytes) -> bytes:
    unpacker = brotli.Decompressor()
    out = b""
    for start in range(0, len(data), 1 << 12):
        out += unpacker.process(data[start : start + (1 << 12)], output_buffer_limit=MAX_OUT)
        if len(out) >= MAX_OUT or not unpacker.can_accept_more_data():
            break
    return out


def _zstd_frame(data: bytes) -> bytes:
    """Return a Zstandard frame, with or without its magic number."""
    for cut in (data, _ZSTD + data):
        if cut.startswith(_ZSTD):
            try:
                unpacker = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 24})
                return bytes(unpacker.decompress(cut, max_length=MAX_OUT))
            except zstd.ZstdError:
                continue
    return b""


def _bzip2(data: bytes) -> bytes:
    cut = data if data.startswith(b"BZh") else b"BZh9" + data
    return bz2.BZ2Decompressor().decompress(cut, MAX_OUT) if cut[4:7] == b"1AY" else b""


_PIECE = 1 << 16


def _lz4_frame(data: bytes) -> bytes:
    if not data.startswith(b"\x04\x22\x4d\x18"):
        return b""
    out, piece = bytearray(), bytearray(_PIECE)
    with pa.CompressedInputStream(pa.BufferReader(data), "lz4") as stream:
        # Into room of ours: `read` keeps for ever what it took for an answer that then does not come.
        while len(out) < MAX_OUT and (count := stream.readinto(piece)):
            out += memoryview(piece)[:count]
    return bytes(out)


def _lz4_block(data: bytes) -> bytes:
    """Return an LZ4 block (literals and matches in turns), if it ends where it must."""
    out = bytearray()
    at = 0
    while at < len(data) and len(out) < MAX_OUT:
        token = data[at]
        literals, at = _length(data, at + 1, token >> 4)
        if at + literals > len(data):
            return b""
        out += data[at : at + literals]
        at += literals
        if at >= len(data):
            break
        back = data[at] | data[at + 1] << 8
        size, at = _length(data, at + 2, token & 15)
        if not _copy(out, back, size + 4):
            return b""
    return bytes(out)


def _length(data: bytes, at: int, size: int) -> tuple[int, int]:
    while size >= 15 and at < len(data):
        more = data[at]
        size, at = size + more, at + 1
        if more < 255:
            break
    return size, at


def _copy(out: bytearray, back: int, size: int) -> bool:
    if not 0 < back <= len(out) or len(out) + size > MAX_OUT:
        return False
    piece = bytes(out[-back:])
    out += (piece * (size // back + 1))[:size]
    return True


def _snappy(data: bytes) -> bytes:
    """Return a raw Snappy block, or the chunks of a framed stream."""
    if data.startswith(b"\xff\x06\x00\x00sNaPpY"):
        out, at = bytearray(), 10
        while at + 8 <= len(data) and len(out) < MAX_OUT:
            kind, size = data[at], int.from_bytes(data[at + 1 : at + 4], "little")
            body = data[at + 8 : at + 4 + size]
            out += _snappy(body) if kind == 0 else body if kind == 1 else b""
            at += 4 + size
        return bytes(out)
    size, shift, at = 0, 0, 0
    while at < min(5, len(data)):
        size |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 128:
            break
    if not len(data) // 2 < size < min(MAX_OUT, 64 * len(data)):
        return b""
    return bytes(pa.Codec("snappy").decompress(data, decompressed_size=size))


def snappy_block(data: bytes) -> bytes:
    """Return a raw Snappy block; ValueError for what is none."""
    try:
        return _snappy(data)
    except _BROKEN as error:
        raise ValueError("not packed so") from error


def _lzw(data: bytes) -> bytes:
    """Return what the Unix program compress packed (.Z), whose codes grow from 9 bits."""
    if not data.startswith(b"\x1f\x9d") or len(data) > 1 << 20:
        return b""
    most, block = data[2] & 31, data[2] & 128
    bits = np.unpackbits(np.frombuffer(data[3:], np.uint8), bitorder="little")
    table: list[bytes] = [bytes((one,)) for one in range(256)] + ([b""] if block else [])
    out, width, at, last, group = bytearray(), 9, 0, b"", 0
    while at + width <= len(bits) and len(out) < MAX_OUT:
        code = int(bits[at : at + width] @ (1 << np.arange(width)))
        at, group = at + width, group + 1
        if block and code == 256:
            at += -group % 8 * width
            table, width, last, group = table[:257], 9, b"", 0
            continue
        entry = table[code] if code < len(table) else last + last[:1]
        out += entry
        if last and len(table) < 1 << most:
            table.append(last + entry[:1])
        last = entry
        if len(table) >= 1 << width and width < most:
            at += -group % 8 * width
            width, group = width + 1, 0
    return bytes(out)


_SHIFTED: tuple[Callable[[bytes], bytes], ...] = (_deflated, _zstd_frame, _bzip2, _snappy, _lz4_block)
_UNFOLDERS: tuple[Callable[[bytes], bytes], ...] = (
    _deflated, _lzma_raw, _lzma_alone, _brotli, _zstd_frame, _bzip2, _lz4_frame, _lz4_block, _snappy, _lzw,
)  # fmt: skip
