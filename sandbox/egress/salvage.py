"""Texts in bytes that the gate does not show or rewrite: what a refused file says in its hidden places.

Evidence only: comments, properties, chunks, trailing bytes, streams and strings of unknown formats
are searched for records, so that reviewers see what was hidden. Finding nothing clears nothing: the
file is refused already. Pure, bounded; called by `reading` and `judge`.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

import numpy as np

from sandbox.egress.ciphers import broken
from sandbox.egress.papers import texts_of_pdf
from sandbox.egress.unpressed import embedded, headless
from sandbox.files.members import head_of

MAX_BYTES = 8 << 20
MAX_MEMBERS = 500
_BREAK = re.compile(
    r"</(?:\w+:)?(?:p|row|tr|li|comment|si|text|definedName|is|description|title|subject|keywords)>|<br */?>"
)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_REMARK = re.compile(r"<(?:!--|\?(?!xml\b))((?:(?!<!--|<\?).){0,4000}?)(?:--|\?)>", re.DOTALL)
"""What stands in marked-up text for nobody to see: it is read like a line."""
_MARKUP = re.compile(r"</?[A-Za-z!?][^<>]{0,2000}>")
_ATTRIBUTE = re.compile(r"""=\s*(?:"([^"]{1,400})"|'([^']{1,400})')""")
_HEX_TEXT = re.compile(r"<([0-9A-Fa-f]{8,})>")
_UNPRINTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffd\ue000-\uf8ff]+")
_YENC = re.compile(rb"=ybegin [^\r\n]*\r?\n(?:=ypart [^\r\n]*\r?\n)?(.*?)(?:\r?\n=yend|\Z)", re.DOTALL)
_SHORTEST = 4
_LEAST = 32
_FNAME = 8
_EXTRA_HEAD = 4


def salvaged(data: bytes) -> tuple[str, ...]:
    """Return the texts found in the bytes, in compressed streams and in members of a package inside them."""
    texts: list[str] = []
    room = MAX_BYTES
    for piece in pieces(data[:MAX_BYTES]):
        if room <= 0:
            break
        room -= len(piece)
        texts += _texts(piece[: max(room, 0)])
    if data.startswith(b"%PDF-") or b"%PDF-" in data[:1024]:
        texts += texts_of_pdf(data)
    return tuple(dict.fromkeys(texts))


def deciphered(data: bytes) -> tuple[str, ...]:
    """Return what bytes of no known kind say: by a repeated key, as a text, or unfolded without a header."""
    found = []
    for unfolded in (_inflated(data, 0), _raw(data), *headless(data)):
        if len(unfolded) >= _LEAST:
            found += list(salvaged(unfolded))
    if not found and (text := broken(data[:MAX_BYTES])):
        found.append(text)
    return tuple(dict.fromkeys((*found, *salvaged(data))))


def _raw(data: bytes) -> bytes:
    """Return what raw deflate gives, if it is whole."""
    try:
        unpacker = zlib.decompressobj(-15)
        out = unpacker.decompress(data, MAX_BYTES)
    except zlib.error:
        return b""
    return out if unpacker.eof else b""


def packed_name(data: bytes) -> str:
    """Return the file name that a gzip header carries (RFC 1952, FNAME), or an empty text."""
    if data[:2] != b"\x1f\x8b" or len(data) < 11 or data[3] != _FNAME:
        return ""
    return data[10 : data.find(b"\0", 10)][:MAX_BYTES].decode("utf-8", errors="replace")


def pieces(data: bytes) -> Iterator[bytes]:
    """Yield the bytes themselves, unless they are a package, and everything compressed in them."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        yield from _package(data)
    else:
        yield data
    yield from (inner for inner in embedded(data) if len(inner) >= _SHORTEST)
    for found in _YENC.finditer(data):
        yield from pieces(_from_yenc(found[1]))


def _from_yenc(body: bytes) -> bytes:
    """Return what lines of yEnc hold: every byte moved up by 42, four of them by 64 more behind a mark."""
    lines = np.frombuffer(body.replace(b"\r", b"").replace(b"\n", b""), np.uint8)
    marks = lines == ord("=")
    marked = np.concatenate(([False], marks[:-1]))
    held = lines - np.uint8(42) - marked.astype(np.uint8) * np.uint8(64)
    return bytes(held[~marks])


def _inflated(data: bytes, start: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data[start:], MAX_BYTES)
    except zlib.error:
        return b""


def _package(data: bytes) -> Iterator[bytes]:
    """Yield what stands before a zip package, the names, the comments and the members of it."""
    yield data[: max(data.find(b"PK"), 0)]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()[:MAX_MEMBERS]
            yield "\n".join(member.filename for member in members).encode("utf-8", errors="replace")
            yield b"\n".join([package.comment, *(member.comment for member in members)])
            yield b"\n".join(member.extra[_EXTRA_HEAD:] for member in members)
            for member in members:
                yield _member(package, member)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        yield data


def _member(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        return head_of(package, member, MAX_BYTES)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError):
        return b""


def _texts(data: bytes) -> list[str]:
    """Return what the bytes say in the encodings that they look like."""
    found = []
    for text in _decoded(data):
        plain = _unmarked(text) if _MARKUP.search(text) else text
        lines = [line for line in _UNPRINTED.sub("\n", plain).splitlines() if len(line.strip()) >= _SHORTEST]
        if lines:
            found.append("\n".join(lines))
    return found


def _decoded(data: bytes) -> list[str]:
    """Return the texts of the bytes: a wide encoding shows by its zeros, GB18030 by being no UTF-8."""
    zeros = data.count(0)
    text = data.decode("utf-8", errors="replace")
    if zeros > len(data) * 0.4:
        whole = data[: len(data) // 4 * 4]
        wide = [whole.decode(f"utf-32-{order}", errors="replace") for order in ("le", "be")]
        return [*wide, _narrowed(data), text]
    if zeros > len(data) * 0.04:
        return [_narrowed(data), text]
    if text.count("\ufffd") > len(text) * 0.05:
        return [data.decode("gb18030", errors="replace")]
    return [text]


def _narrowed(data: bytes) -> str:
    """Return the bytes as UTF-16, of the order in which the high bytes are the zeros."""
    even = data[0::2].count(0) > data[1::2].count(0)
    return data[: len(data) // 2 * 2].decode("utf-16-be" if even else "utf-16-le", errors="replace")


def _unmarked(text: str) -> str:
    """Return marked-up text by paragraphs, attribute values and hexadecimal strings included."""
    values = " ".join(one or other for one, other in _ATTRIBUTE.findall(text))
    written = "\n".join(_narrowed(bytes.fromhex(run[: len(run) // 2 * 2])) for run in _HEX_TEXT.findall(text))
    text = _REMARK.sub(r"\n\1\n", text)
    return "\n".join([_TAG.sub(" ", html.unescape(_BREAK.sub("\n", text))), html.unescape(values), written])
