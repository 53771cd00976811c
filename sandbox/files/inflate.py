"""Decompression within a budget: bytes, ratio and time are counted before anything is kept.

A small file may unfold to terabytes. Every decompression of this room goes through here
and stops at the first byte beyond its allowance. Knows streams, not archives.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

from backports import zstd

FREE_BYTES = 10 << 20
_FIRST_STEP = 1 << 12
_STEP = 1 << 20
BROKEN = (zlib.error, lzma.LZMAError, zstd.ZstdError, OSError, EOFError, ValueError)


class BombError(Exception):
    """The allowance is used up; never leaves this room."""


class Decoder(Protocol):
    """What zlib, bz2 and lzma decompressors have in common (`zlib_decoder` adapts the first)."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


@dataclass(slots=True)
class Allowance:
    """What may still be unfolded: total bytes, ratio to the packed size, and a stop signal.

    The ratio counts only beyond `FREE_BYTES`, since small repetitive files pack very well.
    `expired` is asked at every step; it is how a caller brings in a clock.
    """

    bytes_left: int
    max_ratio: int
    expired: Callable[[], bool]

    def spend(self, count: int) -> None:
        """Take `count` bytes; BombError when none are left or the time is over."""
        self.bytes_left -= count
        if self.bytes_left < 0 or self.expired():
            raise BombError


class _Zlib:
    """A zlib decompressor with the manners of the bz2 and lzma ones."""

    def __init__(self, window: int) -> None:
        self._inner = zlib.decompressobj(window)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max(0, max_length))


def gzip_decoder() -> Decoder:
    """Return a decoder of one gzip member (RFC 1952), checksum verified."""
    return _Zlib(31)


def raw_decoder() -> Decoder:
    """Return a decoder of a raw deflate stream (RFC 1951), as zip members are."""
    return _Zlib(-15)


def bzip2_decoder() -> Decoder:
    """Return a decoder of one bzip2 stream."""
    return bz2.BZ2Decompressor()


def xz_decoder() -> Decoder:
    """Return a decoder of one xz stream, its dictionary held to 128 MiB."""
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=128 << 20)


def lzma_decoder() -> Decoder:
    """Return a decoder of old LZMA behind its 13 bytes of header, its dictionary held to 128 MiB."""
    return lzma.LZMADecompressor(format=lzma.FORMAT_ALONE, memlimit=128 << 20)


def zstd_decoder() -> Decoder:
    """Return a decoder of one Zstandard frame, its window held to 128 MiB."""
    limit: Decoder = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: 27})
    return limit


def stream(
    packed: bytes, decoder: Decoder, *, allowance: Allowance, start: int = 0
) -> Generator[bytes, None, int]:
    """Yield the unfolded bytes of `packed` from `start`, at most 1 MiB a time; return where it ends.

    BombError beyond the allowance, EOFError when the stream is cut off, and the decoder's own
    errors (`BROKEN`) when it is damaged.
    """
    given, made, step = start, 0, _FIRST_STEP
    while not decoder.eof:
        piece = b""
        if decoder.needs_input:
            piece = packed[given : given + step]
            given += len(piece)
            step = min(step * 2, _STEP)
        out = decoder.decompress(piece, _STEP)
        if not out and not piece and given >= len(packed) and not decoder.eof:
            raise EOFError
        made += len(out)
        allowance.spend(len(out))
        if made > FREE_BYTES and made > allowance.max_ratio * (len(packed) - start):
            raise BombError
        if out:
            yield out
    return given - len(decoder.unused_data)


def unfold(packed: bytes, decoder: Decoder, *, allowance: Allowance, start: int = 0) -> tuple[bytes, int]:
    """Return all that the stream at `start` unfolds to, and where it ends; errors as `stream`."""
    out: list[bytes] = []
    steps = stream(packed, decoder, allowance=allowance, start=start)
    while True:
        try:
            out.append(next(steps))
        except StopIteration as end:
            return b"".join(out), int(end.value)
