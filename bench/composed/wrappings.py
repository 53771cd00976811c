"""Wrappings: bytes in other bytes, and back."""

from __future__ import annotations

import base64
import binascii
import bz2
import codecs
import gzip
import io
import lzma
import struct
import tarfile
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import py7zr
from backports import zstd

from bench.eighth_a.honest import zipped

Change = Callable[[bytes, int], bytes]
TURN = str.maketrans("0123456789", "5678901234")
TEXT_ENDS = ("base16", "base32", "base64", "base85")


@dataclass(frozen=True, slots=True)
class Wrap:
    """A wrapping and its inverse; `text` if it takes text only."""

    name: str
    encode: Change
    decode: Change
    text: bool


WRAPS: dict[str, Wrap] = {}


def wrap(name: str, encode: Change, decode: Change, text: bool = False) -> None:
    """Put a wrapping on the list."""
    WRAPS[name] = Wrap(name, encode, decode, text)


def simple(name: str, encode: Callable[[bytes], bytes], decode: Callable[[bytes], bytes]) -> None:
    """Put a wrapping without a parameter on the list."""
    wrap(name, lambda data, _: encode(data), lambda data, _: decode(data))


def folded(data: bytes) -> bytes:
    """Lines of 76 characters."""
    return b"\n".join(data[i : i + 76] for i in range(0, len(data), 76))


def exclusive(data: bytes, pattern: bytes) -> bytes:
    """Exclusive or with a repeated pattern."""
    return bytes(byte ^ pattern[i % len(pattern)] for i, byte in enumerate(data))


def one_byte(data: bytes, key: int) -> bytes:
    """Exclusive or with one byte."""
    return exclusive(data, bytes([key % 255 + 1]))


def short_key(data: bytes, key: int) -> bytes:
    """Exclusive or with a key of two to five bytes."""
    return exclusive(data, bytes((key * 37 + i * 101) % 251 + 1 for i in range(2 + key % 4)))


def rotated(data: bytes, _: int) -> bytes:
    """Letters by thirteen, digits by five; its own inverse."""
    return codecs.encode(data.decode(), "rot13").translate(TURN).encode()


def tarred(data: bytes) -> bytes:
    """An archive with one member."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        info = tarfile.TarInfo("data/part-0")
        info.size, info.mtime = len(data), 1742290200
        archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def untarred(data: bytes) -> bytes:
    """The member of the archive."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        member = archive.extractfile("data/part-0")
        assert member is not None
        return member.read()


def unzipped(data: bytes) -> bytes:
    """The first member of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(archive.namelist()[0])


def size7(value: int) -> bytes:
    """A number in the manner of 7z, eight bytes after a mark."""
    return b"\xff" + struct.pack("<Q", value)


def seven(data: bytes) -> bytes:
    """A 7z archive with one member and no times in it."""
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    packed = lzma.compress(data, lzma.FORMAT_RAW, filters=filters)
    name = "part-0".encode("utf-16-le") + b"\0\0"
    streams = b"\x06" + size7(0) + b"\x01\x09" + size7(len(packed)) + b"\0"
    streams += b"\x07\x0b\x01\0\x01\x21\x21\x01\x10\x0c" + size7(len(data))
    streams += b"\x0a\x01" + struct.pack("<I", zlib.crc32(data)) + b"\0\x08\0"
    files = b"\x05\x01\x11" + size7(len(name) + 1) + b"\0" + name + b"\0"
    header = b"\x01\x04" + streams + b"\0" + files + b"\0"
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\x04" + struct.pack("<I", zlib.crc32(start)) + start + packed + header


def unseven(data: bytes) -> bytes:
    """The member of a 7z archive."""
    with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
        factory = py7zr.io.BytesIOFactory(1 << 26)
        archive.extract(targets=["part-0"], factory=factory)
        inner = factory.products["part-0"]
        inner.seek(0)
        return bytes(inner.read())


def fill() -> None:
    """Put the wrappings on the list."""
    simple("base16", lambda d: d.hex().encode(), lambda d: bytes.fromhex(d.decode()))
    simple("base32", base64.b32encode, base64.b32decode)
    wrap(
        "base64",
        lambda d, k: (base64.encodebytes if k % 2 else base64.b64encode)(d),
        lambda d, _: base64.b64decode(d),
    )
    wrap("base85", lambda d, k: (base64.a85encode if k % 2 else base64.b85encode)(d), base85_back)
    simple("urlsafe64", base64.urlsafe_b64encode, base64.urlsafe_b64decode)
    simple("url", lambda d: urllib.parse.quote(d, safe="").encode(), urllib.parse.unquote_to_bytes)
    simple("quoted", lambda d: binascii.b2a_qp(d, quotetabs=True, istext=False), binascii.a2b_qp)
    simple("gzip", lambda d: gzip.compress(d, mtime=1742290200), gzip.decompress)
    simple("bzip2", bz2.compress, bz2.decompress)
    simple("xz", lzma.compress, lzma.decompress)
    simple("zstd", zstd.compress, zstd.decompress)
    simple("zip", lambda d: zipped([("part-0.dat", d)]), unzipped)
    simple("tar", tarred, untarred)
    simple("7z", seven, unseven)
    wrap("xor_byte", one_byte, one_byte)
    wrap("xor_key", short_key, short_key)
    wrap("rot", rotated, rotated, text=True)
    simple("reversed", lambda d: d[::-1], lambda d: d[::-1])
    simple_text("utf16", "utf-16")
    simple_text("gb18030", "gb18030")


def base85_back(data: bytes, key: int) -> bytes:
    """Either alphabet."""
    return base64.a85decode(data) if key % 2 else base64.b85decode(data)


def simple_text(name: str, coding: str) -> None:
    """Put another coding of text on the list."""
    wrap(name, lambda d, _: d.decode().encode(coding), lambda d, _: d.decode(coding).encode(), text=True)


fill()
