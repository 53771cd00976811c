"""Texts in two bytes a sign that lie in other bytes, and runs of code cut into values of the same markup.

A text in UTF-16 has zeros only where it has figures in one width; it shows by its signs, which are printed
ones as far as it goes. Pieces of a code stand between the same words, but for figures. Bounded, linear;
pure; called by `held`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.legible import legible

MAX_BYTES = 1 << 20
MAX_PIECES = 4_000
_LEAST = 24
"""Signs of a text in a row that chance does not make."""
_WIDEST = 200
_PIECE = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_LAST = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_FIGURES = re.compile(r"\d+")
_PRINTED = (
    (0x20, 0x7F), (0x09, 0x0B), (0x0D, 0x0E), (0xB7, 0xB8), (0x2010, 0x2027), (0x3000, 0x3040),
    (0x4E00, 0xA000), (0xFF00, 0xFFF0),
)  # fmt: skip


def _signs() -> NDArray[np.bool_]:
    found = np.zeros(1 << 16, np.bool_)
    for start, end in _PRINTED:
        found[start:end] = True
    return found


_SIGNS = _signs()


def wide(data: bytes) -> Iterator[bytes]:
    """Yield the longest text in UTF-16 of each order and place that lies in bytes, as UTF-8."""
    for start in (0, 1):
        cut = data[start : start + MAX_BYTES]
        for order in ("<u2", ">u2"):
            units = np.frombuffer(cut[: len(cut) // 2 * 2], order)
            odd = np.concatenate(([-1], np.flatnonzero(~_SIGNS[units]), [units.size]))
            at = int(np.argmax(np.diff(odd)))
            first, last = int(odd[at]) + 1, int(odd[at + 1])
            if last - first >= _LEAST and (last - first) * 2 < len(data) - 2:
                text = "".join(map(chr, units[first:last].tolist()))
                if not text.isascii() and legible(text):
                    yield text.encode()


def alike(text: str) -> Iterator[str]:
    """Yield the runs of code that several long pieces are which stand between the same words."""
    pieces = list(islice(_PIECE.finditer(text), MAX_PIECES))
    held: list[str] = []
    words, end = "", 0
    for one, other in pairwise([*pieces, None]):
        if one is None:
            return
        between = _FIGURES.sub("#", text[one.end() : other.start()][: _WIDEST + 1]) if other else ""
        held.append(one.group())
        end = one.end()
        same = bool(between) and len(between) <= _WIDEST and (not words or between == words)
        if same and other is not None and len(other.group()) <= len(one.group()) + 2:
            words = between
            continue
        if len(held) > 1 or words:
            yield "".join([*held, *_rest(text, end, words)])
        held, words = [], ""


def _rest(text: str, end: int, words: str) -> list[str]:
    """Return the last piece, which may be short, if it stands behind the same words."""
    if not words:
        return []
    pattern = re.compile(re.escape(words).replace(r"\#", r"\d+"))
    found = pattern.match(text, end)
    last = _LAST.match(text, found.end()) if found else None
    return [last.group()] if last else []
