"""Pictures that lie in other files, and what lies in the file of a picture beside its pixels.

A picture in a notebook, an address, a page, a drawing or an office package is taken out, to be read as one
that is handed in by itself. Of a picture come the bytes that no viewer shows: chunks, segments, profiles,
comments, what follows its end. Evidence only, bounded; pure; called by `judge`, `gathered` and `channels`.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import struct
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sandbox.egress import planes
from sandbox.egress.streams import Stream, stream
from sandbox.files.members import head_of

MAX_PICTURES = 8
MAX_RUNS = 24
MAX_BYTES = 8 << 20
MAX_RUN = 1 << 20
_LEAST = 24
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CODED = re.compile(
    rb"(?:iVBORw0KGgo|/9j/|R0lGOD|UklGR|SUkqA|TU0AK)(?:[A-Za-z0-9+/=\s]|\\[nr/]|\"\s*,\s*\")+", re.ASCII
)
"""How pictures begin in base 64, and what they go on with, lines of a list of JSON among it."""
_JOINTS = re.compile(rb"\\[nr]|[^A-Za-z0-9+/=]")
_OWN = frozenset({b"IHDR", b"IDAT", b"IEND", b"PLTE", b"fcTL", b"fdAT"})
_NAMED = frozenset({b"tEXt", b"zTXt", b"iTXt", b"iCCP"})
_COMMON = frozenset(
    {
        *_NAMED,
        b"",
        b"pHYs",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"bKGD",
        b"tIME",
        b"eXIf",
        b"tRNS",
        0xE0,
        0xE1,
        *range(0xC0, 0xE0),
    }
)
"""Names under which most pictures have something: chunks of a PNG, segments of a JPEG."""
_FRAMES = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"fmt ", b"data"})
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_END = -1
_WITHIN = frozenset({b"\0", *(bytes([0xD0 + number]) for number in range(8))})
"""What follows 0xFF within the drawn part of a JPEG."""


def pictures_in(parts: Sequence[bytes]) -> list[bytes]:
    """Return the pictures inside of files that are none themselves, each once."""
    found: dict[bytes, None] = {}
    for data in parts:
        if not planes.pictured(data) and len(data) <= MAX_BYTES:
            found |= dict.fromkeys(islice(_held(data), MAX_PICTURES))
    return [one for one in list(found)[:MAX_PICTURES] if one not in parts]


def _held(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"PK":
        yield from planes.tried(lambda: list(islice(_members(data), MAX_PICTURES)), [])
        return
    for one in islice(_CODED.finditer(data), MAX_PICTURES):
        run = _JOINTS.sub(b"", one.group()).rstrip(b"=")
        run = run[: len(run) - (len(run) % 4 == 1)]
        try:
            yield base64.b64decode(run + b"=" * (-len(run) % 4))
        except (binascii.Error, ValueError):
            continue


def _members(data: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for one in package.infolist():
            plain = one.filename.endswith((".xml", ".rels")) or one.file_size > MAX_BYTES
            if not plain and planes.pictured(head_of(package, one, 16)):
                yield head_of(package, one, MAX_BYTES)


def beside_pixels(data: bytes) -> list[bytes]:
    """Return the runs of bytes in the file of a picture that are none of its pixels."""
    if not planes.pictured(data):
        return []
    runs = planes.tried(lambda: list(_runs(data)), [])
    runs += planes.tried(lambda: list(planes.notes(data)), [])
    return [one[:MAX_RUN] for one in dict.fromkeys(runs) if len(one) >= _LEAST][:MAX_RUNS]


def bodies(data: bytes) -> list[list[bytes]]:
    """Return what a picture has beside its pixels, the bodies of one name together as they were cut."""
    pieces: Iterator[tuple[object, bytes]] = iter(())
    if data.startswith(_SIGNATURE):
        pieces = chunks(data)
    elif data.startswith(b"\xff\xd8"):
        pieces = _segments(data)
    elif data.startswith(b"GIF8"):
        pieces = _extensions(data)
    found: list[list[bytes]] = planes.tried(lambda: list(_named(pieces)), [])
    return found


def _named(pieces: Iterable[tuple[object, bytes]]) -> Iterator[list[bytes]]:
    """Yield the bodies of each name, also unfolded if they are packed, and those of rare names in a row."""
    held: dict[object, list[bytes]] = defaultdict(list)
    for name, body in pieces:
        if name not in _OWN:
            held[name].append(body.partition(b"\0")[2].lstrip(b"\0") if name in _NAMED else body)
    yield [body for name, several in held.items() if name not in _COMMON for body in several]
    for several in held.values():
        yield several
        packed = [one for one in map(_inflated, several[:MAX_RUNS]) if one]
        yield from [packed] if len(packed) > 1 else []


def _runs(data: bytes) -> Iterator[bytes]:
    if data.startswith(_SIGNATURE):
        yield from _of_png(data)
    elif data.startswith(b"\xff\xd8"):
        yield from _of_jpeg(data)
    elif data.startswith(b"GIF8"):
        yield from _of_gif(data)
    elif data.startswith(b"RIFF"):
        yield from _of_riff(data)
    elif data.startswith(b"BM"):
        start, size = int.from_bytes(data[10:14], "little"), int.from_bytes(data[2:6], "little")
        yield from (data[14 + int.from_bytes(data[14:18], "little") : start], data[max(size, start) :])


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a PNG by name, damaged or not, and under no name what follows the last."""
    place, name = len(_SIGNATURE), b""
    while place + 12 <= len(data) and name != b"IEND":
        (size,) = struct.unpack(">I", data[place : place + 4])
        name = data[place + 4 : place + 8]
        yield name, data[place + 8 : place + 8 + size]
        place += size + 12
    yield b"", data[place:]


def _of_png(data: bytes) -> Iterator[bytes]:
    held: dict[bytes, list[bytes]] = defaultdict(list)
    for name, body in chunks(data):
        held[name].append(body.partition(b"\0")[2].lstrip(b"\0") if name in _NAMED else body)
    for name, several in held.items():
        if name not in _OWN:
            yield b"".join(several)
            yield from filter(None, map(_inflated, several[:MAX_RUNS]))
    unpacked, rest = _pixels(held)
    yield from (unpacked[_expected(held[b"IHDR"]) :], rest)


def _pixels(held: dict[bytes, list[bytes]]) -> tuple[bytes, bytes]:
    """Return the packed pixels unpacked, and what follows them in their chunks."""
    unpacker = zlib.decompressobj()
    return unpacker.decompress(b"".join(held[b"IDAT"]), MAX_BYTES), unpacker.unused_data


def _expected(heads: Sequence[bytes]) -> int:
    """Return how many bytes the pixels of a PNG take with the filters of their lines; many if interlaced."""
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", heads[0])
    return MAX_BYTES if interlace else height * (1 + -(-width * depth * _CHANNELS.get(colour, 4) // 8))


def _inflated(body: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(body, MAX_RUN)
    except zlib.error:
        return b""


def filters(data: bytes) -> list[Stream]:
    """Return which filter each line of a PNG has, a choice that no viewer shows."""
    if not data.startswith(_SIGNATURE):
        return []
    held: dict[bytes, list[bytes]] = defaultdict(list)
    for name, body in chunks(data):
        held[name].append(body)
    _, height = struct.unpack(">II", held[b"IHDR"][0][:8])
    size = _expected(held[b"IHDR"]) // max(height, 1)
    found = list(_pixels(held)[0][::size]) if 0 < size < MAX_BYTES else []
    return [stream("filters", [found])] if len(set(found)) > 1 else []


def _of_jpeg(data: bytes) -> Iterator[bytes]:
    held: dict[int, list[bytes]] = defaultdict(list)
    for kind, body in _segments(data):
        held[kind].append(body)
    for kind, several in held.items():
        if kind in (0xFE, 0xDB) or 0xE0 <= kind <= 0xEF:
            yield b"".join(body[1:] for body in several) if kind == 0xDB else b"".join(several)
        elif kind == 0xD9:
            yield several[0]


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the segments of a JPEG by their kind, and as that of its end what follows it."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        kind, size = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if kind == 0xD9:
            break
        yield kind, data[place + 4 : place + 2 + size]
        place += 2 + size
        if kind == 0xDA:  # what is drawn goes on to the next mark that is none of its own
            while (place := data.find(b"\xff", place)) >= 0 and data[place + 1 : place + 2] in _WITHIN:
                place += 2
            place = len(data) if place < 0 else place
    yield 0xD9, data[place + 2 :]


def _of_gif(data: bytes) -> Iterator[bytes]:
    said: dict[int, list[bytes]] = defaultdict(list)
    for kind, body in _extensions(data):
        said[kind].append(body)
    rest = said.pop(_END)[0]
    for kind, several in said.items():
        if kind not in (0, 0xF9):
            yield b"".join(several)
            yield from (body[11:] for body in several if kind == 0xFF)
    yield rest


def _extensions(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the extensions of a GIF by their kind, its frames as 0, and as `_END` what follows the last."""
    flags = data[10]
    place = 13 + (3 << (flags & 7) + 1 if flags & 128 else 0)
    while place < len(data) and data[place] in (0x21, 0x2C):
        if data[place] == 0x21:
            kind, place = data[place + 1], place + 2
        else:
            own = data[place + 9]
            kind, place = 0, place + 11 + (3 << (own & 7) + 1 if own & 128 else 0)
        body, place = _blocks(data, place)
        yield kind, body
    yield _END, data[place + 1 :]


def _blocks(data: bytes, place: int) -> tuple[bytes, int]:
    found = bytearray()
    while place < len(data) and (size := data[place]):
        found += data[place + 1 : place + 1 + size]
        place += 1 + size
    return bytes(found), place + 1


def _of_riff(data: bytes) -> Iterator[bytes]:
    end = min(8 + int.from_bytes(data[4:8], "little"), len(data))
    place = 12
    while place + 8 <= end:
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        if data[place : place + 4] not in _FRAMES:
            yield data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
    yield data[end:]
