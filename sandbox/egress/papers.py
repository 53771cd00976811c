"""What a PDF says: the texts of its pages, properties and attachments, read for the search alone.

Pages are read by PDFium, fonts and all, and those that only show a picture are drawn for `optical`. What is
hidden stands on no page: every string and stream is read by itself too, after ISO 32000-1, 7.3.4 (strings),
7.4 (filters) and 9.4.3 (showing text), no fonts, no layout. A PDF is never written anew, so finding nothing
clears nothing. Called by `salvage` and `optical`.
"""

from __future__ import annotations

import base64
import re
import resource
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.second import address_space

MAX_PAGES = 200
MAX_DRAWN = 8
MAX_TEXT = 4 << 20
_DOTS = 150 / 72
"""Pixels a point at which pages are drawn: 150 a inch."""
_WIDEST = 2400
_FEW_LETTERS = 20
MAX_STREAMS = 500
ROOM = 1 << 30
"""Memory that PDFium may take beside what there is: forms that draw each other ten times take any amount."""
_WRITTEN = 0.9
"""Share of the bytes of a stream that are letters of UTF-8 from which it is a text."""
MAX_BYTES = 16 << 20
_BEGUN = re.compile(rb">>\s{0,8}stream\r?\n")
_LONGEST = 8000
"""Bytes of a dictionary before a stream that are looked through for its filters."""
_NAME = re.compile(rb"/((?:[^\s/\[\]()<>{}%#]|#[0-9A-Fa-f]{2}){2,127})")
_SPELT = re.compile(rb"#([0-9A-Fa-f]{2})")
_FILTER = re.compile(rb"/(ASCII85Decode|A85|ASCIIHexDecode|AHx|FlateDecode|Fl)\b")
_SHOWN = re.compile(
    rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|<[0-9A-Fa-f\s]+>|\b(?:T[Jjd*D]|ET|BT|Tm)\b|['\"]", re.DOTALL
)
_KEY = re.compile(rb"/[\w.#+-]{1,40}\s{0,8}\Z")
_NEAR = 50
_LONG = 66
"""Bytes of a string from which on it is told apart from its neighbours, where it is the value of a name."""
_ESCAPE = re.compile(rb"\\([nrtbf()\\]|[0-7]{1,3}|\r?\n)")
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def texts_of_pdf(data: bytes) -> tuple[str, ...]:
    """Return the texts of a PDF: of the file outside of streams, and of every stream that unfolds."""
    found = [_said(data[:MAX_BYTES]), _names(outside_of(data[:MAX_BYTES]))]
    room = MAX_BYTES
    for stream in streams_of(data):
        room -= len(stream)
        if room < 0:
            break
        found.append(_said(stream))
        found.append(_written(stream))
        found.append(_names(stream[:MAX_TEXT]))
    found += _pages(data)
    return tuple(text for text in dict.fromkeys(found) if text.strip())


def _pages(data: bytes) -> Iterator[str]:
    """Yield what stands on the pages, and what lies attached to them if it is a text."""
    import pypdfium2 as pdfium

    room = MAX_TEXT
    with (
        _bounded(),
        suppress(pdfium.PdfiumError, ValueError, OSError),
        pdfium.PdfDocument(data) as document,
    ):
        for number in range(min(len(document), MAX_PAGES)):
            text = document[number].get_textpage().get_text_range()[:room]
            room -= len(text)
            yield text.replace("\r\n", "\n")
        for number in range(min(document.count_attachments(), MAX_DRAWN)):
            held = document.get_attachment(number)
            yield f"{held.get_name()}\n{bytes(held.get_data())[:room].decode('utf-8', 'ignore')}"


def drawn_pages(data: bytes) -> Sequence[NDArray[np.uint8]]:
    """Return the pages that have next to no letters of their own, as they look, in grey: scans."""
    import pypdfium2 as pdfium

    found: list[Any] = []
    with (
        _bounded(),
        suppress(pdfium.PdfiumError, ValueError, OSError),
        pdfium.PdfDocument(data) as document,
    ):
        for number in range(min(len(document), MAX_PAGES)):
            page = document[number]
            if len(found) >= MAX_DRAWN:
                break
            if page.get_textpage().count_chars() < _FEW_LETTERS and any(page.get_objects(max_depth=2)):
                dots = min(_DOTS, _WIDEST / max(*page.get_size(), 1.0))
                found.append(page.render(scale=dots, grayscale=True).to_numpy().copy())
    return [one.reshape(one.shape[0], -1) for one in found]


@contextmanager
def _bounded() -> Iterator[None]:
    """Let this process have no more than `ROOM` beside what it has; PDFium ends it when that is not enough.

    It is the child of that one file, which is refused then.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = address_space() + ROOM
    if soft == resource.RLIM_INFINITY or most < soft:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def streams_of(data: bytes) -> Iterator[bytes]:
    """Yield every stream without its filters, whether an object of the document names it or none does."""
    yield from (body for _, body in described(data))


def described(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield every stream without its filters, behind what stands before it: its dictionary."""
    for start, end in _spans(data):
        before = data[max(start - _LONGEST, 0) : start]
        head = before[max(before.rfind(b"obj"), 0) :]
        body = data[start:end]
        for name in _FILTER.findall(head):
            body = _unfiltered(name, body) or body
        if body:
            yield head, body


def outside_of(data: bytes) -> bytes:
    """Return a PDF without its streams: its objects as they are written."""
    kept, last = [], 0
    for start, end in _spans(data):
        kept.append(data[last:start])
        last = end
    return b"\n".join([*kept, data[last:]])


def _spans(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each stream begins and ends."""
    last = 0
    for start in islice(_BEGUN.finditer(data), MAX_STREAMS):
        if start.end() >= last:
            end = data.find(b"endstream", start.end())
            last = end if end >= 0 else len(data)
            yield start.end(), last


def _names(data: bytes) -> str:
    """Return the names that are spelt by numbers of letters (ISO 32000-1, 7.3.5), a line each."""
    found = (name for name in _NAME.findall(data) if b"#" in name) if b"#" in data else ()
    return "\n".join(_letters(_SPELT.sub(_spelt, name)) for name in dict.fromkeys(found))


def _spelt(found: re.Match[bytes]) -> bytes:
    return bytes.fromhex(found[1].decode("ascii"))


def _written(stream: bytes) -> str:
    """Return a stream that is a text as a whole, whatever it is for; an empty text for any other."""
    plain = stream.decode("utf-8", errors="ignore")
    if len(plain.encode()) >= _WRITTEN * len(stream):  # a letter may be several bytes
        return plain
    try:
        return stream.decode("gb18030")
    except UnicodeDecodeError:
        return ""


def _unfiltered(name: bytes, body: bytes) -> bytes:
    try:
        if name in (b"FlateDecode", b"Fl"):
            return zlib.decompressobj().decompress(body, MAX_BYTES)
        if name in (b"ASCII85Decode", b"A85"):
            return base64.a85decode(body.strip().removesuffix(b"~>").removeprefix(b"<~"))
        return bytes.fromhex(re.sub(rb"[^0-9A-Fa-f]", b"", body).decode("ascii"))
    except (zlib.error, ValueError):
        return b""


def _said(stream: bytes) -> str:
    """Return the strings of a stream in order, a line for every move of the pen."""
    out: list[str] = []
    for found in _SHOWN.finditer(stream):
        part = found.group()
        if part[:1] in (b"(", b"<"):
            letters = _letters(_string(part))
            named = len(part) >= _LONG and _KEY.search(stream, max(found.start() - _NEAR, 0), found.start())
            out.append(f"\n{letters}\n" if named else letters)
        elif part not in (b"Tj", b"TJ"):
            out.append("\n")
        else:
            out.append(" " if part == b"TJ" else "\n")
    return "".join(out)


def _string(part: bytes) -> bytes:
    """Return what a string holds that is written in signs or in hexadecimal digits."""
    if part[:1] == b"(":
        return _ESCAPE.sub(_character, part[1:-1])
    digits = re.sub(rb"\s", b"", part[1:-1]).decode("ascii")
    return bytes.fromhex(digits + "0" * (len(digits) % 2))


def _character(found: re.Match[bytes]) -> bytes:
    code = found[1]
    if code[:1].isdigit():
        return bytes([int(code, 8) & 0xFF])
    return _CONTROLS.get(code, b"" if code[-1:] == b"\n" else code)


def _letters(raw: bytes) -> str:
    """Return the letters of a string: UTF-16 by its mark or its zeros, else the encoding that reads it."""
    if raw[:2] == b"\xfe\xff":
        return raw[2:].decode("utf-16-be", errors="replace")
    wide = raw[: len(raw) // 2 * 2].decode("utf-16-be", errors="replace")
    if raw.isascii() and not raw.count(0):  # letters, or ideographs whose halves all look like letters
        plain = raw.decode("ascii")
        return f"{plain} {wide}" if len(raw) >= 4 and _chinese(wide) == len(wide) else plain
    if len(raw) >= 2 and (raw.count(0) or _chinese(wide) >= 0.5 * len(wide)):
        return wide
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _chinese(text: str) -> int:
    return sum("\u4e00" <= letter <= "\u9fff" or "\u3000" <= letter <= "\u303f" for letter in text)
