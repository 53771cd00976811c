"""The choices that a binary file leaves open, in order: samples, their low bits, palettes, times, modes.

Pictures are decoded frame by frame, sound by its samples, archives by their members' headers, and anything
else as numbers of every usual width. What the sequences may spell is told by `streams`. Evidence only, of
bounded size and number; called by `channels`.
"""

from __future__ import annotations

import io
import re
import struct
import tarfile
import warnings
import wave
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.streams import Stream, stream

MAX_BYTES = 8 << 20
MAX_PIXELS = 6_000_000
MAX_FRAMES = 16
MAX_MEMBERS = 4000
_FEW = 1 << 14
_SHORT = 640
_KINDS = ("PNG", "GIF", "TIFF", "WEBP", "BMP", "ICO", "PPM", "JPEG", "TGA", "PCX")
_DELAY = re.compile(rb"\x21\xf9\x04.(..).\x00", re.DOTALL)
_DAY = (127, 12, 28, 24, 60, 30)

_MARKS = (
    b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"\0\0\1\0", b"\xff\xd8\xff",
    b"P1", b"P2", b"P3", b"P4", b"P5", b"P6",
)  # fmt: skip

Plane = NDArray[np.uint8]


def pictured(data: bytes) -> bool:
    """Return whether bytes begin as a picture does."""
    return data.startswith(_MARKS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    """Yield a picture opened, its pixels not yet read; ValueError for one that declares too many."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=_KINDS) as image:
            yield image
    except Image.DecompressionBombError as error:
        raise ValueError("too many pixels") from error


def frames(data: bytes) -> Iterator[tuple[Any, bytes]]:
    """Yield the pixels of every frame of a picture (height, width, channels), and its palette."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with _opened(data) as image:
            for number in range(min(getattr(image, "n_frames", 1), MAX_FRAMES)):
                image.seek(number)
                if image.width * image.height > MAX_PIXELS:
                    return
                palette = bytes(image.getpalette() or ()) if image.mode == "P" else b""
                pixels = np.array(image)
                if pixels.dtype == np.bool_:
                    pixels = pixels.astype(np.uint8)
                yield pixels.reshape(pixels.shape[0], pixels.shape[1], -1), palette


def delays(data: bytes) -> list[Stream]:
    """Return how long each frame of an animation stands (GIF 89a, graphic control extension)."""
    found = [int.from_bytes(one, "little") for one in _DELAY.findall(data)] if data[:4] == b"GIF8" else []
    return [stream("delays", [found])] if len(set(found)) > 2 else []


def unindexed(pixels: NDArray[Any], palette: bytes) -> NDArray[np.uint8]:
    """Return the colours of pixels that number the entries of a palette."""
    colours = np.zeros((256, 3), np.uint8)
    known = np.frombuffer(palette[: len(palette) // 3 * 3], np.uint8).reshape(-1, 3)[:256]
    colours[: len(known)] = known
    return np.asarray(colours[pixels[:, :, 0].astype(np.uint8)])


def notes(data: bytes) -> Iterator[bytes]:
    """Yield what is written beside the pixels of a picture."""
    with _opened(data) as image:
        held = [*image.info.values(), *dict(image.getexif()).values()]
        for directory in (0x8769, 0x8825, 0xA005):
            held += list(image.getexif().get_ifd(directory).values())
        for value in held:
            if isinstance(value, bytes):
                yield value
            elif isinstance(value, str):
                yield value.encode("utf-8", "replace")


def of_picture(pixels: NDArray[Any], palette: bytes) -> tuple[list[bytes], list[Plane], list[Stream]]:
    """Return the bytes, the planes of bits and the sequences that the pixels of a frame may be."""
    raw: list[bytes] = [palette] if palette else []
    planes: list[Plane] = []
    sequences = _palette(palette) + _heights(pixels)
    if pixels.dtype.itemsize > 1:
        sequences += _levels(pixels)
        if pixels.dtype.kind == "f":
            return [*raw, pixels.tobytes()], planes, sequences
        raw += [pixels.astype(">u2").tobytes(), pixels.tobytes()]
    orders = [pixels, pixels.transpose(1, 0, 2)]
    if pixels.shape[2] >= 3:
        orders.append(pixels[:, :, 2::-1])
    if pixels.shape[2] == 4:
        orders.append(pixels[:, :, :3])
    orders += [
        pixels[:, :, place : place + 1] for place in range(pixels.shape[2] if pixels.shape[2] > 1 else 0)
    ]
    for order in orders:
        flat = np.ascontiguousarray(order).reshape(-1)
        raw.append(flat.astype(np.uint8).tobytes())
        planes += [(flat >> shift & 1).astype(np.uint8) for shift in (0, 1, 2)]
        if flat.size <= _FEW:
            sequences.append(stream("pixels", [flat.tolist()]))
        two = np.stack([flat >> 1 & 1, flat & 1], axis=1).reshape(-1)
        planes.append(two.astype(np.uint8))
    sequences += _fronts(pixels)
    if pixels.shape[2] >= 3:
        colours = pixels[:, :, :3].astype(np.int64) @ np.array([65536, 256, 1])
        fresh = np.flatnonzero((np.diff(colours, axis=0, prepend=-1) != 0).any(axis=1))
        colours = colours[fresh]
        changed = np.flatnonzero(np.diff(colours.reshape(-1), prepend=-1))[:_FEW]
        sequences.append(stream("colours in turn", [colours.reshape(-1)[changed].tolist()]))
    return raw, planes, sequences


def _fronts(pixels: NDArray[Any]) -> list[Stream]:
    """Return the first low bits of all samples and of each channel, where they are no plain ground."""
    front = pixels[: _SHORT // max(pixels.shape[1], 1) + 1]
    flat = [front.reshape(-1), *(front[:, :, place].reshape(-1) for place in range(pixels.shape[2]))]
    bits = [(one[:_SHORT] & 1).astype(np.int64) for one in (flat if len(flat) > 2 else flat[:1])]
    return [Stream(f"low bits {place}", one) for place, one in enumerate(bits) if 0.1 < one.mean() < 0.9]


def _levels(pixels: NDArray[Any]) -> list[Stream]:
    """Return the levels of a picture of more than eight bits, line by line, if they are whole numbers."""
    lines = pixels[:_FEW, :64, 0].astype(np.float64)
    if pixels.shape[1] > 64 or not np.isfinite(lines).all() or (lines != np.floor(lines)).any():
        return []
    return [stream("levels of pixels", [[int(one) for one in line] for line in lines])]


def _palette(palette: bytes) -> list[Stream]:
    numbers = [int.from_bytes(palette[place : place + 3], "big") for place in range(0, len(palette) - 2, 3)]
    while numbers and numbers[-1] in (0, 0xFFFFFF):
        numbers.pop()
    held = palette[: 3 * len(numbers)]
    return [stream("palette", [numbers]), stream("palette bytes", [list(held)])] if len(numbers) >= 6 else []


def _heights(pixels: NDArray[Any]) -> list[Stream]:
    """Return how many pixels of every column and line differ from the ground, and where they begin."""
    plain = pixels[:, :, 0].astype(np.int64)
    found = []
    for name, side in (("columns", plain), ("lines", plain.T)):
        if side.shape[1] > _FEW:
            continue
        corner = side[0, 0]
        drawn = side != corner
        counts = drawn.sum(axis=0)
        if counts.max() > 0:
            found.append(stream(f"heights of {name}", [[one for one in _runs(counts) if one]]))
            tops = np.where(counts > 0, np.argmax(drawn, axis=0), -1)
            found.append(stream(f"tops of {name}", [[one for one in _runs(tops) if one >= 0]]))
            for pitch in (1, 2, 3, 4, 5, 6, 8, 10) if len(counts) <= _FEW else ():
                every = counts[: len(counts) // pitch * pitch].reshape(-1, pitch)
                found.append(stream(f"heights of {name} by {pitch}", [every[:, 0].tolist()]))
    return found


def _runs(values: NDArray[Any]) -> list[int]:
    """Return the values without repetition side by side: a bar is several columns wide."""
    if not values.size:
        return []
    kept = np.flatnonzero(np.diff(values, prepend=values[0] - 1))
    return [int(one) for one in values[kept]]


def of_sound(data: bytes) -> tuple[list[Plane], list[Stream]]:
    """Return the planes of low bits of the samples of a sound, and their levels."""
    with wave.open(io.BytesIO(data)) as file:
        width, channels = file.getsampwidth(), file.getnchannels()
        heard = file.readframes(min(file.getnframes(), MAX_BYTES // max(width * channels, 1)))
    raw = np.frombuffer(heard[: len(heard) // width * width], np.uint8).reshape(-1, width)
    planes = [(raw[:, 0] >> shift & 1).astype(np.uint8) for shift in (0, 1)]
    for place in range(channels if channels > 1 else 0):
        planes.append((raw[place::channels, 0] & 1).astype(np.uint8))
    values = np.zeros(len(raw), np.int64)
    for place in range(width):
        values |= raw[:, place].astype(np.int64) << (8 * place)
    if width > 1:
        values -= (values >> (8 * width - 1)) << (8 * width)
    found = [stream("levels", [values[:_FEW].tolist()])]
    held = np.flatnonzero(np.diff(values, prepend=values[0] - 1 if values.size else 0))[:_FEW]
    found.append(stream("levels in turn", [values[held].tolist()]))
    return planes, found


def of_notes(data: bytes) -> list[Stream]:
    """Return the notes, strengths and lengths of a melody (Standard MIDI File)."""
    columns: tuple[list[int], list[int], list[int]] = ([], [], [])
    place = data.find(b"MTrk") + 8
    running = 0
    while 8 <= place < len(data) - 2 and len(columns[0]) < _FEW:
        wait, place = _length(data, place)
        first = data[place] if place < len(data) else 0xFF
        running, place = (first, place + 1) if first & 0x80 else (running, place)
        if running in (0xFF, 0xF0, 0xF7):
            place += running == 0xFF
            size, place = _length(data, place)
            place += size
            continue
        if running & 0xF0 == 0x90 and data[place + 1 : place + 2] != b"\0":
            for column, value in zip(columns, (data[place], data[place + 1], wait), strict=True):
                column.append(value)
        place += 1 if running & 0xE0 == 0xC0 else 2
    return [
        stream(name, [column]) for name, column in zip(("notes", "strengths", "waits"), columns, strict=True)
    ]


def _length(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    while place < len(data):
        value = value << 7 | data[place] & 0x7F
        place += 1
        if not data[place - 1] & 0x80:
            break
    return value, place


def of_archive(data: bytes) -> tuple[list[bytes], list[Stream]]:
    """Return what the headers of an archive's members say besides their names, and the choices in them."""
    try:
        return _of_zip(data) if data[:2] == b"PK" or zipfile.is_zipfile(io.BytesIO(data)) else _of_tar(data)
    except (zipfile.BadZipFile, tarfile.TarError, ValueError, OSError, EOFError, struct.error):
        return [], []


def _of_zip(data: bytes) -> tuple[list[bytes], list[Stream]]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = package.infolist()[:MAX_MEMBERS]
        remark = package.comment
    days = [_ordinal(one.date_time) for one in members]
    remarks = [one.comment for one in members]
    raw = [b"\n".join(one.extra for one in members), b"\n".join(one.extra[4:] for one in members)]
    raw += [b"".join(one.extra[4:] for one in members), remark, b"".join(remarks), b"\n".join(remarks)]
    columns: dict[str, list[int]] = {
        "times": [number for number, _ in days], "times back": [number for _, number in days],
        "stamps": [_stamp(one.date_time) for one in members],
        "seconds": [one.date_time[5] // 2 for one in members],
        "methods": [one.compress_type for one in members],
        "modes": [one.external_attr >> 16 for one in members],
        "attributes": [one.external_attr & 0xFFFF for one in members],
        "sizes": [one.file_size for one in members],
        "systems": [one.create_system for one in members],
        "versions": [one.create_version for one in members],
        "flags": [one.flag_bits for one in members], "marks": [one.internal_attr for one in members],
    }  # fmt: skip
    return raw, [stream(name, [column]) for name, column in columns.items() if len(set(column)) > 1]


def _ordinal(when: Sequence[int]) -> tuple[int, int]:
    """Return a time of a zip as a number of mixed radix, the year as its lowest place and as its highest."""
    parts = [when[0] - 1980, when[1] - 1, when[2] - 1, when[3], when[4], when[5] // 2]
    low = high = 0
    for part, span in zip(reversed(parts), reversed(_DAY), strict=True):
        low = low * span + part
    for part, span in zip(parts, _DAY, strict=True):
        high = high * span + part
    return low, high


def _stamp(when: Sequence[int]) -> int:
    date = (when[0] - 1980) << 9 | when[1] << 5 | when[2]
    return date << 16 | when[3] << 11 | when[4] << 5 | when[5] // 2


def _of_tar(data: bytes) -> tuple[list[bytes], list[Stream]]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as package:
        members = [member for member, _ in zip(package, range(MAX_MEMBERS), strict=False)]
        written = [
            *package.pax_headers.values(),
            *(text for one in members for text in one.pax_headers.values()),
        ]
        written += (
            [one.uname for one in members]
            + [one.gname for one in members]
            + [one.linkname for one in members]
        )
    columns = {
        "times": [int(one.mtime) for one in members], "modes": [one.mode for one in members],
        "owners": [one.uid for one in members], "groups": [one.gid for one in members],
        "sizes": [one.size for one in members],
    }  # fmt: skip
    raw = ["\n".join(str(text) for text in written).encode("utf-8", "replace")]
    pairs = [[one.uid, one.gid] for one in members]
    found = [stream(name, [column]) for name, column in columns.items() if len(set(column)) > 1]
    return raw, [*found, stream("owners and groups", pairs)]


def of_words(data: bytes) -> tuple[list[Plane], list[Stream]]:
    """Return low bits of bytes at every usual step, and the front as numbers of every usual width."""
    flat = np.frombuffer(data[:MAX_BYTES], np.uint8)
    planes = [(flat[offset::step] & 1).astype(np.uint8) for step in (1, 2, 3, 4, 8) for offset in range(step)]
    found = []
    for kind in ("<f4", ">f4", "<f8", ">f8", "<i8", "<u4", ">u4", "<u2", ">u2", "u1"):
        size = np.dtype(kind).itemsize
        for offset in range(0, 132 if size >= 4 else 5, 4):
            part = data[offset : offset + _FEW * size]
            values = np.frombuffer(part[: len(part) // size * size], kind)
            numbers = _whole(values[:1024])
            if numbers:
                found.append(stream(f"{kind} from {offset}", [numbers]))
                if size == 2:
                    found.append(stream(f"every other {kind} from {offset}", [numbers[::2]]))
    return planes, found


def _whole(values: NDArray[Any]) -> list[int]:
    """Return numbers that are whole and not too large, as the values of a file of numbers are; else none."""
    if values.size < 3:
        return []
    if values.dtype.kind == "f":
        with np.errstate(invalid="ignore", over="ignore"):
            fine = np.isfinite(values) & (np.abs(values) < 1e15) & (values == np.round(values))
            fine &= (np.abs(values) >= 1) | (values == 0)
        return [int(one) for one in values] if fine.all() else []
    most = 10**6 if values.dtype.itemsize == 4 else 10**13
    low = values.dtype.kind == "i" or values.dtype.itemsize <= 2
    return [int(one) for one in values] if low or values.max() < most else []


def tables(data: bytes) -> Iterator[bytes]:
    """Yield the tables of a font and the chunks of a container of chunks."""
    if data[:4] in (b"\0\1\0\0", b"OTTO", b"true"):
        (count,) = struct.unpack(">H", data[4:6])
        for place in range(12, 12 + 16 * min(count, 64), 16):
            _, _, start, size = struct.unpack(">4sIII", data[place : place + 16])
            yield data[start : start + size]
    elif data[:4] == b"RIFF":
        place = 12
        while place + 8 <= len(data):
            (size,) = struct.unpack("<I", data[place + 4 : place + 8])
            yield data[place + 8 : place + 8 + size]
            place += 8 + size + size % 2


_ERRORS = (
    ValueError, OSError, EOFError, struct.error, wave.Error, zlib.error, KeyError, IndexError, TypeError,
    MemoryError, SyntaxError, OverflowError, AttributeError, RuntimeError, zipfile.BadZipFile,
)  # fmt: skip


def tried(read: Callable[[], Any], otherwise: Any) -> Any:
    """Return what a reader of foreign bytes gives, or something else where it fails: it clears nothing."""
    try:
        return read()
    except _ERRORS:
        return otherwise
