"""What a text looks like sign by sign, in bytes: whether a pattern can stand in it at all.

A pattern that begins anywhere is dear to look for; the shape of it, with one letter for every hexadecimal
digit and for every blank, is found or missed in a moment. Never less than the pattern finds. Pure; called by
`numerals`, `laid_out` and `legible`.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_letters, hexdigits

_SHAPES = bytearray(range(256))
for _one in ascii_letters.encode():
    _SHAPES[_one] = ord("w")
for _one in hexdigits.encode():
    _SHAPES[_one] = ord("h")
_SHAPES[ord(" ")] = _SHAPES[ord("\t")] = ord("s")
_SHAPES[ord("\n")] = ord("n")
_HEXED = bytes(_SHAPES)
_ESCAPES = bytes(ord("h") if chr(one) in hexdigits else ord("e") if chr(one) in "x%=$#\\" else 0
                 for one in range(256))  # fmt: skip
_WIDE_DIGITS = bytes(one for one in range(256) if one not in (0xD9, 0xDB, 0xDF, 0xE0, 0xE1, 0xEA, 0xF0))
"""All but the bytes in UTF-8 with which digits of other scripts begin; those of full width are asked too."""
_FULL_WIDTH = tuple(bytes((0xEF, 0xBC, one)) for one in range(0x90, 0x9A))


@dataclass(frozen=True, slots=True)
class Outline:
    """A text in UTF-8 and its shape: h a hexadecimal digit, w another letter, s a blank, n the end of a line.

    `plain` tells that all its decimal digits are those of ASCII.
    """

    raw: bytes
    shape: bytes
    plain: bool

    def escapes(self) -> int:
        """Return no less than how many pairs of hexadecimal digits stand behind the mark of an escape."""
        return self.raw.translate(_ESCAPES).count(b"ehh") + self.raw.count(b"\\u00")


def outline(text: str) -> Outline:
    """Return a text's outline."""
    raw = text.encode("utf-8", "surrogatepass")
    return Outline(raw, raw.translate(_HEXED), text.isascii() or plain_digits(raw))


def plain_digits(raw: bytes) -> bool:
    """Return whether a text in UTF-8 surely has no decimal digits but those of ASCII."""
    return not raw.translate(None, _WIDE_DIGITS) and not any(one in raw for one in _FULL_WIDTH)
