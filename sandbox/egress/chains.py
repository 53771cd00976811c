"""Chains of codings, undone link by link, the likeliest first: what bytes or letters say in the end.

Knows single links alone: decompressors, alphabets, escapes, turns of bytes (`turnings`) and of letters. Every
outcome is judged by its first signs (a known beginning, a text, letters, anything else) and waits in a queue;
a link whose outcome looks like nothing costs more, so that a chain is followed as long as it makes sense.
Bounded in links, outcomes and bytes. Pure; called by `disguises`, which searches what is legible.
"""

from __future__ import annotations

import base64
import binascii
import heapq
import quopri
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from string import ascii_lowercase, ascii_uppercase
from urllib.parse import unquote_to_bytes

import numpy as np

from sandbox.egress.alphabets import B85, Z85, lengthy, packed, radix
from sandbox.egress.ciphers import broken, moved_bytes
from sandbox.egress.codepages import unshifted
from sandbox.egress.legible import LEAST_BYTES, certain, said, speaks
from sandbox.egress.numerals import sequences
from sandbox.egress.turnings import lettered, opened, padded, peaked
from sandbox.egress.unpressed import begun, finished, headless, unpressed
from sandbox.files.types import FileType
from sandbox.files.unwrap import UnwrapLimits, unwrap

MAX_BYTES = 1 << 17
MAX_STEPS = 32
MAX_COST = 9
MAX_ENDS = 4
_SURE = 3
"""The price of letters read by the usual alphabet that holds them all, whatever they turn out to be."""
_SAMPLE = 160
_REACH = 4
_FARTHER = 2
"""How much dearer than an end that was found another may be."""
_PRINTED = re.compile(rb"[!-~\s]+")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ESCAPES = re.compile(rb"%[0-9A-F]{2}")
_EQUALS = re.compile(r"=[0-9A-Fa-f]{2}")
_SHIFTED = re.compile(r"\+[A-Za-z0-9+/]{2,}-?")
_DUMP = re.compile(rb"(?=.*[a-fA-F])[0-9a-fA-F\s:]+", re.DOTALL)
_BLANKS = re.compile(r"\s+")
_NARROW = re.compile(
    rb"[A-Z2-7\s]{64,}=*\s*|[0-9a-f\s]{64,}|[0-9A-F\s]{64,}|[A-Za-z0-9+/\s]{64,}=*\s*|[\w-]{64,}=*\s*"
)
_FEW = 8
_MARKS = b"|,;:\t\n -/"
_FIGURES = b"0123456789"
_HEX = re.compile(r"[0-9A-Fa-f]+")
_THIRTY_TWO = re.compile(r"[A-Za-z2-7]+")
_SIXTY_FOUR = re.compile(r"[A-Za-z0-9+/_-]+")
_DENSE = re.compile(r"[!-~]+")
_BEGUN = (
    b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"PK\x03\x04",
    b"7z\xbc\xaf",
    b"PAR1", b"SQLite format", b"%PDF-", b"\x89PNG", b"\xff\xd8\xff",
)  # fmt: skip
_PACKED = (b"PK\x03\x04", b"7z\xbc\xaf")
_LIMITS = UnwrapLimits(max_total=4 << 20)
_UNREAD = frozenset({FileType.BINARY, FileType.TEXT, FileType.CSV, FileType.TSV})
_MARKED = (b"\xfe\xff", b"\xff\xfe")
"""How texts in two bytes a sign begin: their letters may be a code as well."""
_ZLIB = (b"\x78\x9c", b"\x78\xda", b"\x78\x01", b"\x78\x5e")
_KINDS = (0, 1, 2, 6, 1)
"""What a further link costs behind a known beginning, a text, letters, anything else, and behind signs."""
_KNOWN, _TEXT, _LETTERS, _OTHER, _SIGNS = range(5)
"""The last is a text by the signs of GB 18030 alone: bytes under a key may be one by chance."""


@dataclass(slots=True)
class Room:
    """How many more outcomes may be looked at in one file, and what was looked at."""

    left: int = 3 * MAX_STEPS
    seen: dict[bytes, int] = field(default_factory=dict)
    """At what cost: where it begins a chain, more links are left behind it than where it ended one."""


def unwound(start: bytes, room: Room) -> Iterator[bytes]:
    """Yield texts and files of known kinds at the ends of the chains that begin with these bytes."""
    waiting: list[tuple[int, int, bytes]] = [(0, 0, start[:MAX_BYTES])]
    number, steps, most, ends = 0, 0, MAX_COST, 0
    if looks(start) == _TEXT and not _DUMP.fullmatch(start):  # it is read as it is
        yield from padded(start) if not start.isascii() else ()
        return
    while waiting and steps < MAX_STEPS and room.left > 0 and ends < MAX_ENDS:
        cost, _, data = heapq.heappop(waiting)
        if room.seen.get(data, cost + 1) <= cost or cost > most:
            continue
        room.seen[data] = cost
        room.left -= 1
        steps += 1
        kind = looks(data)
        if number and kind in (_KNOWN, _TEXT, _SIGNS):
            yield data
            ends += kind == _TEXT
            most = min(most, cost + _FARTHER) if kind == _TEXT else most
        for price, out in _links(data, kind):
            found = looks(out)
            dear = cost + price + (_KINDS[found] if price < _SURE else 0)
            if len(out) >= LEAST_BYTES and dear <= most and room.seen.get(out, dear + 1) > dear:
                number += 1
                heapq.heappush(waiting, (dear, number, out[:MAX_BYTES]))


def looks(data: bytes) -> int:
    """Return what the first signs of bytes look like: a known beginning, a text, letters, or anything."""
    head = data[:512]
    if (
        head.startswith(_BEGUN)
        or head[257:262] == b"ustar"
        or 2 * 3 * len(_ESCAPES.findall(head)) >= max(len(head), 6 * _FEW)
        or (head.startswith(_ZLIB) and any(finished(data)))
    ):
        return _KNOWN
    if head.startswith(_MARKED) and looks(_marked(head)) in (_KNOWN, _LETTERS):
        return _KNOWN
    if reads(head):
        return _TEXT if certain(head) else _SIGNS
    return _LETTERS if len(head) >= LEAST_BYTES and _PRINTED.fullmatch(head) else _OTHER


def _hopeful(head: bytes) -> bool:
    """Return whether the first bytes of something may be that of a packed file, a text or letters."""
    return looks(head) != _OTHER or (head.startswith(_ZLIB) and any(begun(head)))


def reads(data: bytes) -> bool:
    """Return whether bytes are a text of records: one of letters and figures alone has marks between them."""
    head = data[:512]
    if not said(head):
        return False
    marks = len(head) - len(head.translate(None, _MARKS))
    figures = len(head) - len(head.translate(None, _FIGURES))
    return not head.isascii() or (25 * marks >= len(head) and 4 * figures >= len(head))


def _links(data: bytes, kind: int) -> Iterator[tuple[int, bytes]]:
    """Yield what one link of a chain may have been, undone, and its price."""
    if kind == _KNOWN:
        yield from ((0, out) for out in begun(data))
        yield from ((_SURE, out) for out in _members(data))
    if data.startswith(_MARKED):
        yield 0, _marked(data)
    if _PRINTED.fullmatch(data):
        yield from _of_letters(data.decode("ascii"))
    elif kind in (_OTHER, _SIGNS):
        yield from _of_bytes(data)


def _marked(data: bytes) -> bytes:
    """Return a text in two bytes a sign in UTF-8, or nothing; a byte that a cut left over is dropped."""
    with suppress(UnicodeDecodeError):
        return data[: len(data) // 2 * 2].decode("utf-16").encode("utf-8", "replace")
    return b""


def _members(data: bytes) -> Iterator[bytes]:
    """Yield the first members of a package that no reader knows: they may be links themselves."""
    if data.startswith(_PACKED) or data[257:262] == b"ustar":
        parts = unwrap(data, name="", limits=_LIMITS).parts
        unknown = (part.data for part in parts if part.type in _UNREAD and part.data != data)
        yield from islice(unknown, _REACH)


def _of_bytes(data: bytes) -> Iterator[tuple[int, bytes]]:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        with suppress(UnicodeDecodeError):
            yield from ((0, text.encode("utf-8", "replace")) for text in unshifted(data.decode(encoding)))
    yield from ((1, out) for out in opened(data))
    letters = [*lettered(data)]
    if peaked(np.frombuffer(data, np.uint8)):
        said_so = [text for text in (broken(data), moved_bytes(data)) if text]
        if not any(map(speaks, said_so)):  # signs of several bytes are none backwards, whatever the key
            said_so += filter(speaks, (broken(data[::-1]),))
        if any(map(_NARROW.fullmatch, letters)):  # no key leaves letters of few kinds by chance
            said_so = [*filter(speaks, said_so)]
        yield from ((0, text.encode("utf-8", "replace")) for text in said_so)
    yield from ((0, out) for out in letters)
    yield from ((2, out) for out in _unpressed(data))


def _unpressed(data: bytes) -> Iterator[bytes]:
    """Yield what bytes without a known beginning unfold to, as they are, inverted and backwards."""
    turned = data.translate(bytes(range(255, -1, -1)))
    yield from unpressed(data)
    for one in (data[::-1], turned, turned[::-1]):
        yield from islice(unpressed(one, shifted=False), _REACH)
    yield from headless(data, reach=64)


def _of_letters(text: str) -> Iterator[tuple[int, bytes]]:
    """Yield what letters are: under an escape, in an alphabet, or in one whose letters were moved first."""
    tight = _BLANKS.sub("", text)
    yield from ((1, out) for out in _unescaped(text))
    for price, other in _turned(tight):
        for read in _ALPHABETS:
            with suppress(ValueError, binascii.Error):
                if _hopeful(read(other[:_SAMPLE])):
                    yield price, read(other)
                elif price < 2 and (out := read(other)):
                    yield _SURE + price, out
        if price and reads(other[:_SAMPLE].encode()):
            yield price, other.encode()
        elif price == 2 and (signs := other.count("%")) >= _FEW and len(_PERCENT.findall(other)) == signs:
            yield price, unquote_to_bytes(other)
    for out in (*islice(lengthy(text), 2), *islice(sequences(text), 4)):
        yield _SURE, out
    for out in islice(packed(text), 30):
        yield 1, out


def _turned(text: str) -> Iterator[tuple[int, str]]:
    """Yield letters forwards and backwards: as they are, in the other case, moved along, mirrored."""
    low, high = ascii_lowercase, ascii_uppercase
    moved = [(2, text.swapcase()), (2, text.translate(_ATBASH)), (2, text.translate(_FORTY_SEVEN))]
    moved += [(2, text.translate(one)) for one in (_FIVE, _EIGHTEEN)]
    moved += [
        (2, text.translate(str.maketrans(low + high, low[by:] + low[:by] + high[by:] + high[:by])))
        for by in range(1, 26)
    ]
    for price, one in ((0, text), *moved):
        yield price, one
        yield price + 1, one[::-1]


_ATBASH = str.maketrans(ascii_lowercase + ascii_uppercase, ascii_lowercase[::-1] + ascii_uppercase[::-1])
_FIVE = str.maketrans("0123456789", "5678901234")
_EIGHTEEN = _FIVE | str.maketrans(
    ascii_lowercase + ascii_uppercase,
    ascii_lowercase[13:] + ascii_lowercase[:13] + ascii_uppercase[13:] + ascii_uppercase[:13],
)
_FORTY_SEVEN = {33 + at: 33 + (at + 47) % 94 for at in range(94)}


def _unescaped(text: str) -> Iterator[bytes]:
    tight = _BLANKS.sub("", text)
    if len(_PERCENT.findall(tight)) >= _FEW:
        yield unquote_to_bytes(tight)
    if len(_EQUALS.findall(text)) >= _FEW:
        yield quopri.decodestring(text.encode("ascii"))
        yield quopri.decodestring(tight.encode("ascii"))
    if len(_SHIFTED.findall(text)) >= _FEW:
        yield text.encode("ascii").decode("utf-7", "replace").encode("utf-8", "replace")


def _sixteen(text: str) -> bytes:
    return bytes.fromhex(text[: len(text) // 2 * 2]) if _HEX.fullmatch(text) else b""


def _thirty_two(text: str) -> bytes:
    bare = text.strip("=").upper()
    return (
        base64.b32decode(bare[: len(bare) // 8 * 8] + _rest(bare, 8)) if _THIRTY_TWO.fullmatch(bare) else b""
    )


def _rest(bare: str, size: int) -> str:
    """Return the last signs of a run that fill no block, filled up."""
    last = bare[len(bare) // size * size :]
    return (
        last + "=" * (size - len(last))
        if last and len(last) not in ((1,) if size == 4 else (1, 3, 6))
        else ""
    )


def _sixty_four(text: str) -> bytes:
    bare = text.strip("=").replace("-", "+").replace("_", "/")
    if not _SIXTY_FOUR.fullmatch(bare):
        return b""
    return base64.b64decode(bare[: len(bare) // 4 * 4] + _rest(bare, 4))


def _eighty_five(alphabet: str) -> Callable[[str], bytes]:
    def read(text: str) -> bytes:
        return radix(text, alphabet, 5, 4) if _DENSE.fullmatch(text) and set(text) <= set(alphabet) else b""

    return read


def _ascii_85(text: str) -> bytes:
    return base64.a85decode(text.removeprefix("<~").removesuffix("~>"))


_ALPHABETS: tuple[Callable[[str], bytes], ...] = (
    _sixteen, _thirty_two, _sixty_four, _eighty_five(B85), _eighty_five(Z85), _ascii_85,
)  # fmt: skip
