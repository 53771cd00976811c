"""Texts in another code page, or read in a wrong one, or with every sign moved by the same number.

EBCDIC, UTF-7, UTF-32, HZ, Big5 and others of bytes; the ways by which a text was read wrongly once or twice;
a shift or a mirror of code points, found by where its ten digits went. Evidence only. Pure; called by
`disguises`.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.legible import LEVELS, SAMPLE, legible

MAX_BYTES = 1 << 20
_PAGES = (
    "cp037", "cp500", "cp273", "cp1140", "cp1026", "cp875", "utf-16-le", "utf-16-be", "utf-32-le",
    "utf-32-be", "hz", "utf-7", "iso2022_jp_2", "iso2022_kr", "big5", "big5hkscs", "cp950", "euc_jp",
    "shift_jisx0213", "cp949", "johab", "gb18030",
)  # fmt: skip
_WRONG = (
    "latin-1", "cp1252", "cp437", "cp850", "mac_roman", "cp1251", "koi8-r", "cp866", "gb18030", "big5",
    "cp932", "euc_kr", "cp037", "iso8859-15",
)  # fmt: skip
_RIGHT = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be")
_LEAST = 24
_CUT = re.compile(r"[\"']\s*(?:&|\+|\|\||\.|,|\\)?\s*[\"']|<[^<>]{0,200}>")
"""Between the pieces of a text that a program or a formula joins, and the marks of a page."""


def paged(data: bytes) -> Iterator[str]:
    """Yield the bytes as a text of every code page under which they read like records."""
    head = data[: SAMPLE // 4 * 4]
    for page in _PAGES:
        try:
            text = head.decode(page, errors="replace")
        except (UnicodeError, ValueError):
            continue
        if text != head.decode("utf-8", errors="replace") and legible(_lined(text)):
            yield _lined(data[:MAX_BYTES].decode(page, errors="replace"))


def _lined(text: str) -> str:
    """Return a text whose next-line signs (EBCDIC) are line ends."""
    return text.replace("\x85", "\n")


def repaired(text: str) -> Iterator[str]:
    """Yield a text that was read in a wrong code page, once or twice, as it was meant."""
    if text.isascii() or len(text) < _LEAST:
        return
    waiting = [text[:MAX_BYTES]]
    for _ in range(2):
        found = [new for old in waiting for new in _once(old)]
        yield from (new for new in found if legible(new))
        waiting = found[:6]


def _once(text: str) -> Iterator[str]:
    for wrong in _WRONG:
        try:
            raw = _bytes(text[:SAMPLE], wrong)
            whole = raw if len(text) <= SAMPLE else b""
            for right in _RIGHT:
                back = raw.decode(right, errors="replace")
                if right != wrong and back != text[:SAMPLE] and back.count("\ufffd") <= 0.02 * len(back) + 1:
                    whole = whole or _bytes(text, wrong)
                    yield whole.decode(right, errors="replace")
        except (UnicodeError, ValueError):  # it was not read in this page
            continue


def _bytes(text: str, page: str) -> bytes:
    """Return a text as bytes of a page; signs that it lacks stand for themselves where they are bytes."""
    if page not in ("cp1252", "iso8859-15"):
        lost = text.encode(page, errors="ignore")
        if len(lost.decode(page, errors="ignore")) < 0.98 * len(text):
            raise ValueError
        return lost
    out = bytearray()
    for sign in text:
        try:
            out += sign.encode(page)
        except UnicodeEncodeError:
            if ord(sign) < 256:
                out.append(ord(sign))
    if len(out) < 0.98 * len(text):
        raise ValueError
    return bytes(out)


def moved(text: str) -> Iterator[str]:
    """Yield a text with its signs moved or mirrored so that the ten most used neighbours are the digits.

    Only what is legible then.
    """
    codes = np.frombuffer(text[:MAX_BYTES].encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    if len(codes) < _LEAST:
        return
    values, counts = _counted(codes)
    for start in _windows(values, counts):
        for kept in (_KEPT, (10,), ()):
            if legible(_moved(codes[:SAMPLE], start - 48, kept)):
                yield _moved(codes, start - 48, kept)
        if legible(_mirrored(codes[:SAMPLE], start)):
            yield _mirrored(codes, start)


def _counted(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the code points that there are, in order, and how often each is."""
    counts = np.bincount(codes)
    values = np.flatnonzero(counts)
    return values, counts[values]


_KEPT = (9, 10, 13, 32, 44, 59, 124)


def _moved(codes: NDArray[np.int64], by: int, kept: Sequence[int]) -> str:
    return _text(np.where(np.isin(codes, kept), codes, codes - by))


def _mirrored(codes: NDArray[np.int64], start: int) -> str:
    return _text(np.where(np.isin(codes, [9, 10, 13, 32, 44]), codes, start + 9 - codes + 48))


def _windows(values: NDArray[np.int64], counts: NDArray[np.int64]) -> list[int]:
    """Return where ten neighbouring code points begin that hold a quarter of the text, and are no digits."""
    found = []
    for start in {int(one) - back for one in values[np.argsort(-counts)[:3]] for back in range(10)}:
        inside = (values >= start) & (values < start + 10)
        if start not in (47, 48, 49) and inside.sum() >= 7 and counts[inside].sum() >= 0.25 * counts.sum():
            found.append((int(counts[inside].sum()), start))
    return [start for _, start in sorted(found, reverse=True)[:4]]


def _text(codes: NDArray[np.int64]) -> str:
    fine = (codes >= 9) & (codes < 0x110000) & ~((codes >= 0xD800) & (codes < 0xE000))
    return np.where(fine, codes, 10).astype("<u4").tobytes().decode("utf-32-le")


def unshifted(text: str) -> Iterator[str]:
    """Yield the strange lines of a text as they were before one number was added to every sign, or laid over.

    Common characters end among rare ones then, whatever the digits were written with. The most frequent signs
    are tried as marks and digits; what comes out must be made of common signs nearly alone.
    """
    if text.isascii():
        return
    raw = text[:MAX_BYTES].encode("utf-32-le", "surrogatepass")
    codes = _strange(np.frombuffer(raw, np.uint32).astype(np.int64))
    head = codes[:_FRONT]
    if len(head) < _LEAST:
        return
    values, counts = _counted(head)
    often = values[np.argsort(-counts, kind="stable")[:_OFTEN]]
    for way, keys in ((np.subtract, often[:, None] - _MARKS), (np.bitwise_xor, often[:, None] ^ _MARKS)):
        for key in np.unique(keys[keys != 0]).tolist():
            for kept in (False, True):
                out = np.where((head == _LINE) & kept, head, way(head, key))
                if _ordinary(out).mean() >= _MOSTLY and legible(_text(out)):
                    yield _text(np.where((codes == _LINE) & kept, codes, way(codes, key)))
                    return


def _strange(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the lines of which many signs are no common ones."""
    odd = ~_ordinary(codes)
    if not odd.any():
        return codes[:0]
    starts = np.concatenate([[0], np.flatnonzero(codes == _LINE)[:-1] + 1])
    starts = starts[starts < len(codes)]
    sizes = np.diff(np.append(starts, len(codes)))
    rare, wide = (np.add.reduceat(one, starts, dtype=np.int64) for one in (odd, (codes > 0x7E) | odd))
    return codes[np.repeat((rare >= _FEW) & (rare >= _ODD * wide), sizes)]


def _ordinary(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which signs are printed ones of ASCII, common characters or their marks."""
    return _ORDINARY[np.clip(codes, 0, len(_ORDINARY) - 1)]


def _common() -> NDArray[np.bool_]:
    found = np.zeros(1 << 16, np.bool_)
    found[
        [
            9,
            10,
            13,
            *range(32, 127),
            0xB0,
            0xB7,
            0xD7,
            *range(0x2010, 0x2028),
            *range(0x3000, 0x3018),
            *range(0xFF01, 0xFF5F),
        ]
    ] = True
    found[[ord(one) for one in LEVELS if one]] = True
    found[0x3007] = True
    return found


_ORDINARY = _common()
_LINE = 10
_FEW = 3
_ODD = 0.2
"""Share of rare signs among wide ones from which a line is strange: two in three are once they were moved."""
_MOSTLY = 0.97
_OFTEN = 8
_FRONT = 1024
_MARKS = np.array([*b"\n,\t|; 0123456789-:", 0xFF0C, 0x3001, 0xFF1B, *map(ord, "一二〇零年月")], np.int64)


def stripped(text: str) -> Iterator[str]:
    """Yield a text without marks, invisible signs and joints, and every second or third of its signs.

    Of the latter only those that are legible.
    """
    if not text.isascii():
        normal = unicodedata.normalize("NFD", text[:MAX_BYTES])
        marks = {ord(one): None for one in set(normal) if unicodedata.category(one) in ("Mn", "Cf", "Me")}
        plain = normal.translate(marks) if marks else normal
        if plain != text and len(plain) < 0.95 * len(text):
            yield plain
    unfolded = _CUT.sub("", html.unescape(text))
    if len(unfolded) < len(text):
        yield unfolded
    if len(text) <= 1 << 16:
        for step in (2, 3):
            for start in range(step):
                if legible(text[start : step * SAMPLE + start : step]):
                    yield text[start::step]
