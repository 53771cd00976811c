"""Texts behind an escape that any reader undoes: percent signs, entities, numbers for letters, UTF-7.

A text that changes under one of them is given back undone, up to a few times, for the search alone: nobody
is shown it and nothing is written from it. Pure, bounded; called by `judge`.
"""

from __future__ import annotations

import binascii
import codecs
import html
import quopri
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

MAX_TEXT = 2 << 20
MAX_ROUNDS = 3
_LEAST = 24
_LEAST_TOKENS = 5
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_EQUALS = re.compile(r"=[0-9A-F]{2}")
_ENTITY = re.compile(r"&#x?[0-9A-Fa-f]{2,6};")
_BACKSLASH = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\([0-3][0-7]{2})")
_ASCII = re.compile(r"[\x00-\x7f]+")
_SHIFTED = re.compile(r"\+[A-Za-z0-9+/]{3,}(?![A-Za-z0-9+/])")
_PUNYCODE = re.compile(r"xn--([a-z0-9-]{3,4000})", re.IGNORECASE)
_WHOLE_PUNYCODE = re.compile(r"xn--([!-~]{3,4000})")
_ENCODED_WORD = re.compile(r"=\?([\w.-]{2,40})(?:\*[\w-]*)?\?([BbQq])\?([^?\s]{1,2000})\?=(?:\s+(?==\?))?")
_TOKEN = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{6,400}={0,2}(?![A-Za-z0-9+/=_-])")
_UU = re.compile(r"^begin [0-7]{3} .*\n((?:[ -`]{2,61}\n)+)", re.MULTILINE)
_SWITCHES = re.compile(r"(?<![0-9])(?:[01]{8}[ ,]?){12,}(?![0-9])")
_NUMBERS = re.compile(r"(?<![\w.])(?:(?:0x[0-9a-fA-F]{1,4}|[0-9]{1,7})[\s,;\[\]]+){23,}[0-9]{0,7}")
_NUMBER = re.compile(r"0x[0-9a-fA-F]+|\d+")


def undone(text: str) -> tuple[str, ...]:
    """Return what the text says once its escapes are undone; nothing for a text without any."""
    found: list[str] = []
    waiting = [text[:MAX_TEXT]]
    for _ in range(MAX_ROUNDS):
        waiting = [new for old in waiting for way in _WAYS for new in way(old) if new and new != old]
        waiting = [new for new in dict.fromkeys(waiting) if new not in found and new != text]
        found += waiting
        if sum(map(len, found)) > 4 * MAX_TEXT:
            break
    return tuple(found)


def turned(run: str) -> tuple[str, ...]:
    """Return an encoded run read backwards and by the two rotations of its letters."""
    return run[::-1], codecs.encode(run, "rot13"), codecs.encode(run[::-1], "rot13")


def rotated(text: str) -> str:
    """Return a text under the rotation of the 94 printed characters (rot47)."""
    return text.translate(_ROT47)


_ROT47 = {code: 33 + (code - 33 + 47) % 94 for code in range(33, 127)}


def _read(data: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", errors="replace")


def _percent(text: str) -> Iterator[str]:
    if len(_PERCENT.findall(text[:100_000])) >= _LEAST:
        yield _ASCII.sub(lambda run: _read(unquote_to_bytes(run.group())), text.replace("+", " "))


def _printable(text: str) -> Iterator[str]:
    if len(_EQUALS.findall(text[:100_000])) >= _LEAST:
        yield _read(quopri.decodestring(text.encode("utf-8", errors="replace")))


def _entities(text: str) -> Iterator[str]:
    if len(_ENTITY.findall(text[:100_000])) >= _LEAST:
        yield html.unescape(text)


def _backslashes(text: str) -> Iterator[str]:
    """Undo \\uXXXX as characters, \\xXX and \\ooo as bytes of a text."""
    if sum(1 for _ in _BACKSLASH.finditer(text[:100_000])) < _LEAST:
        return
    out = bytearray()
    place = 0
    for found in _BACKSLASH.finditer(text):
        out += text[place : found.start()].encode("utf-8", errors="replace")
        place = found.end()
        if found[1]:
            out += chr(int(found[1], 16)).encode("utf-8", errors="replace")
        else:
            out.append(int(found[2], 16) if found[2] else int(found[3], 8))
    yield _read(bytes(out) + text[place:].encode("utf-8", errors="replace"))


def _utf7(text: str) -> Iterator[str]:
    if text.isascii() and len(_SHIFTED.findall(text[:100_000])) >= _LEAST:
        wide = text.encode("ascii").decode("utf-7", errors="replace")
        yield wide.encode("utf-16-le", "surrogatepass").decode(
            "utf-16-le", "replace"
        )  # no halves of characters


def _punycode(text: str) -> Iterator[str]:
    for pattern in (_PUNYCODE, _WHOLE_PUNYCODE):
        if len(pattern.findall(text)) >= 3:
            yield pattern.sub(lambda found: _one_punycode(found[1]), text)


def _encoded_words(text: str) -> Iterator[str]:
    """Undo the encoded words of mail headers (RFC 2047)."""
    if len(_ENCODED_WORD.findall(text)) >= 3:
        yield _ENCODED_WORD.sub(_one_encoded_word, text)


def _one_encoded_word(found: re.Match[str]) -> str:
    page, kind, body = found.groups()
    try:
        if kind in "Bb":
            data = binascii.a2b_base64(body + "=" * (-len(body) % 4))
        else:
            data = quopri.decodestring(body.replace("_", " ").encode("ascii", "replace"), header=False)
        return data.decode("gb18030" if page.lower().startswith("gb") else page, errors="replace")
    except (binascii.Error, LookupError, ValueError):
        return found.group()


def _short_tokens(text: str) -> Iterator[str]:
    """Undo base64 word by word, where many words of a text are texts in it."""
    count = 0

    def one(found: re.Match[str]) -> str:
        nonlocal count
        bare = found.group().rstrip("=").replace("-", "+").replace("_", "/")
        if len(bare) % 4 == 1 or bare.isdigit() or (bare.isalpha() and (bare.islower() or bare.isupper())):
            return found.group()
        try:
            said = binascii.a2b_base64(bare + "=" * (-len(bare) % 4)).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return found.group()
        if not said.isprintable():
            return found.group()
        count += 1
        return said

    undone_text = _TOKEN.sub(one, text)
    if count >= _LEAST_TOKENS:
        yield undone_text


def _one_punycode(line: str) -> str:
    try:
        return line.encode("ascii").decode("punycode").encode("utf-8", "replace").decode("utf-8")
    except (UnicodeError, ValueError, OverflowError):
        return ""


def _uuencoded(text: str) -> Iterator[str]:
    for found in _UU.finditer(text):
        data = bytearray()
        for line in found[1].splitlines():
            try:
                data += binascii.a2b_uu(line)
            except binascii.Error:
                break
        yield _read(bytes(data))


def _numbers(text: str) -> Iterator[str]:
    """Undo runs of numbers as bytes of a text, or as its characters; runs of eights of 0 and 1 as bytes."""
    for found in _SWITCHES.finditer(text):
        bits = re.sub(r"[ ,]", "", found.group())
        yield _read(int(bits[: len(bits) // 8 * 8], 2).to_bytes(len(bits) // 8, "big"))
    lines = []
    for found in _NUMBERS.finditer(text):
        codes = [_code(number) for number in _NUMBER.findall(found.group())]
        if max(codes) < 256:
            lines.append(_read(bytes(codes)))
        elif max(codes) < 0x110000:
            lines.append("".join(map(_letter, codes)))
    if lines:
        yield "\n".join(lines)


def _code(number: str) -> int:
    return int(number, 16) if number[:2] == "0x" else int(number)


def _letter(code: int) -> str:
    return "\n" if 0xD800 <= code < 0xE000 or code < 9 else chr(code)


_WAYS: tuple[Callable[[str], Iterator[str]], ...] = (
    _percent, _printable, _entities, _backslashes, _utf7, _punycode, _uuencoded, _numbers,
    _encoded_words, _short_tokens,
)  # fmt: skip
