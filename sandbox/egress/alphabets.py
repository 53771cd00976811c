"""Texts written in another alphabet: runs over few signs, turned into the bytes that they stand for.

Known alphabets of 16 to 94 printed signs, lines with their length in front, and Morse by any two signs. Every
reading is a guess that `legible` judges. Pure; called by `disguises`.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.glyphs import LEAST_BYTES, LEAST_SIGNS, MAX_SIGNS, few

MAX_LARGE = 6_000
_DOTTED = re.compile(r"[.\-·—_•–−]{1,6}(?:[ /|]+[.\-·—_•–−]{1,6}){5,}")
_DOTS = ".-·—_•–−"
_UPPER, _LOWER = ascii_uppercase, ascii_lowercase
BITS: tuple[str, ...] = (
    digits + "abcdef", "abcdefghijklmnop",
    _UPPER + "234567", digits + "ABCDEFGHIJKLMNOPQRSTUV", digits + "ABCDEFGHJKMNPQRSTVWXYZ",
    "ybndrfg8ejkmcpqxot1uwisza345h769", digits + "bcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ23456789",
    "23456789ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789CFGHJMPQRVWXcfghjmpqrvwx",
    "qpzry9x8gf2tvdw0s3jn54khce6mua7l",
    _UPPER + _LOWER + digits + "+/", _UPPER + _LOWER + digits + "-_", "+-" + digits + _UPPER + _LOWER,
    "./" + digits + _UPPER + _LOWER, "./" + _UPPER + _LOWER + digits, digits + _UPPER + _LOWER + "+/",
    digits + _UPPER + _LOWER + "-_", digits + _LOWER + _UPPER + "+/", digits + _LOWER + _UPPER + "-_",
    _LOWER + _UPPER + digits + "+/", "-" + digits + _UPPER + "_" + _LOWER,
    "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr",
    "".join(map(chr, range(32, 96))), "".join(map(chr, range(33, 97))),
)  # fmt: skip
"""Alphabets of 16, 32 and 64 signs: RFC 4648, Crockford, z-base-32, geohash, bech32, xx, BinHex, uu."""
LARGE: tuple[str, ...] = (
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ",
    "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz",
    digits + _UPPER + _LOWER, digits + _LOWER + _UPPER, _UPPER + _LOWER + digits, _LOWER + _UPPER + digits,
    digits + _LOWER, digits + _UPPER, _UPPER + digits, _LOWER, _UPPER,
    digits, "23456789BCDFGHJKMPQRTVWXY",
)  # fmt: skip
"""Alphabets that are no power of two, read as one large number."""
Z85 = digits + _LOWER + _UPPER + ".-:+=^!/*?&<>()[]{}@%$#"
B85 = digits + _UPPER + _LOWER + "!#$%&()*+-;<=>?@^_`{|}~"
A85 = "".join(map(chr, range(33, 118)))
_NINETY_ONE = _UPPER + _LOWER + digits + '!#$%&()*+,./:;<=>?@[]^_`{|}~"'
FORTY_FIVE = digits + _UPPER + " $%*+-./:"
_PRINTED = "".join(map(chr, range(33, 127)))
_OF_FORTY_FIVE = frozenset(FORTY_FIVE + "\n")
_OF_ASCII85 = frozenset(A85 + "z")
_OF_EIGHTY_FIVE = tuple((frozenset(one), one) for one in (B85, Z85, A85, _PRINTED[:85]))
_OF_NINETY_ONE = frozenset(_NINETY_ONE)
_OF_PRINTED = frozenset(_PRINTED)
_PLACES_OF_NINETY_ONE = bytes.maketrans(_NINETY_ONE.encode(), bytes(range(91)))
_SPACES = re.compile(r"\s+")
_JOINTS = re.compile(r"[\s\-.:,;'\"|_/\\]+")
_MORSE = dict(
    zip(
        [
            ".-",
            "-...",
            "-.-.",
            "-..",
            ".",
            "..-.",
            "--.",
            "....",
            "..",
            ".---",
            "-.-",
            ".-..",
            "--",
            "-.",
            "---",
            ".--.",
            "--.-",
            ".-.",
            "...",
            "-",
            "..-",
            "...-",
            ".--",
            "-..-",
            "-.--",
            "--..",
            "-----",
            ".----",
            "..---",
            "...--",
            "....-",
            ".....",
            "-....",
            "--...",
            "---..",
            "----.",
            "-....-",
            "-..-.",
            ".-.-.-",
            "--..--",
            "---...",
        ],
        _UPPER + digits + "-/.,:",
        strict=True,
    )
)


def packed(run: str) -> Iterator[bytes]:
    """Yield the bytes that a run of printed signs stands for under every alphabet that holds its signs."""
    run = run[:MAX_SIGNS]
    tight = _SPACES.sub("", run)
    bare = _JOINTS.sub("", run).rstrip("=")
    for text in dict.fromkeys((tight.rstrip("="), bare)):
        if len(text) >= LEAST_SIGNS:
            yield from _known(text)
    if len(set(bare)) <= 16:
        yield from few(bare)
    yield from _dense(tight)
    if _OF_FORTY_FIVE.issuperset(run):
        yield radix(run.replace("\n", ""), FORTY_FIVE, 3, 2)
        yield forty_five(run.replace("\n", ""))


@dataclass(frozen=True, slots=True)
class _Alphabet:
    """The signs, the bits that one of them stands for where they are whole, and what makes places of them."""

    signs: frozenset[str]
    bits: int
    table: bytes

    @classmethod
    def of(cls, signs: str) -> _Alphabet:
        bits = (len(signs) - 1).bit_length()
        usual = _USUAL[: 1 << bits] if bits < 6 else _UPPER + _LOWER + digits + "+/"
        return cls(frozenset(signs), bits, bytes.maketrans(signs.encode(), usual.encode()))


_USUAL = digits + _LOWER
"""How Python writes numbers of a base up to 36; those of 64 signs are turned into base64."""
_OF_BITS = tuple(map(_Alphabet.of, BITS))
_NUMERALS = tuple(
    _Alphabet(frozenset(one), 0, bytes.maketrans(one.encode(), bytes(range(len(one))))) for one in LARGE
)


def _known(text: str) -> Iterator[bytes]:
    """Yield a run under the alphabets of bits, in either case where there is one, and as a large number.

    Alphabets that give the same places are one.
    """
    held = set(text)
    seen: set[tuple[int, bytes]] = set()
    for folded in dict.fromkeys((text, text.lower(), text.upper())) if len(held) <= 36 else (text,):
        signs = held if folded == text else set(folded)
        for one in _OF_BITS:
            if not signs <= one.signs or len(signs) <= len(one.signs) // 4:
                continue
            places = folded.encode("ascii").translate(one.table)
            if len(text) * one.bits >= 8 * LEAST_BYTES and (one.bits, places) not in seen:
                seen.add((one.bits, places))
                yield from _unpacked(places, one.bits)
    for alphabet in _NUMERALS if len(text) <= MAX_LARGE else ():
        if held <= alphabet.signs:
            places = text.encode("ascii").translate(alphabet.table)
            if (len(alphabet.signs), places) not in seen:
                seen.add((len(alphabet.signs), places))
                yield from _large(np.frombuffer(places, np.uint8), len(alphabet.signs))


def _unpacked(places: bytes, bits: int) -> Iterator[bytes]:
    """Yield the bytes that places of four, five or six bits each fill, high bits first and low bits first."""
    size = len(places) * bits // 8
    for turned in (places, places[::-1]):
        if bits == 6:
            last = -len(places) % 4
            filled = b"A" * last + turned if turned is not places else turned + b"A" * last
            whole = binascii.a2b_base64(filled)
        else:
            number = int(turned, 1 << bits)
            whole = (number << -len(places) * bits % 8 if turned is places else number).to_bytes(
                size + 1, "big"
            )
            whole = whole if turned is not places or len(places) * bits % 8 else whole[1:]
        yield whole[:size] if turned is places else whole[: -size - 1 : -1]


def _large(places: NDArray[np.uint8], base: int) -> Iterator[bytes]:
    """Yield places as one number, and in blocks of eleven for eight bytes."""
    if len(places) * math.log2(base) >= 8 * LEAST_BYTES - 9:
        value = _number(places, base)
        yield value.to_bytes((value.bit_length() + 7) // 8 or 1, "big")
    if base >= 58:
        yield _blocks(places, base)


def _number(places: NDArray[np.uint8], base: int) -> int:
    """Return what places of a base are worth, as many taken together as 63 bits hold."""
    each = int(63 / math.log2(base))
    padded = np.concatenate([np.zeros(-len(places) % each, np.uint8), places]).reshape(-1, each)
    weights = np.array([base**place for place in range(each - 1, -1, -1)], np.int64)
    value = 0
    for part in (padded * weights).sum(axis=1).tolist():
        value = value * base**each + part
    return value


def _blocks(places: NDArray[np.uint8], base: int) -> bytes:
    """Return every eleven places as eight bytes, as far as these hold them, the rest as those it fills."""
    whole = places[: len(places) // 11 * 11].reshape(-1, 11)
    values = np.zeros(len(whole), np.uint64)
    for place in whole.T:
        values = values * np.uint64(base) + place  # what is above 64 bits is lost on purpose
    rest = places[whole.size :]
    if not rest.size:
        return values.astype(">u8").tobytes()
    size = {10: 7, 9: 6, 7: 5, 6: 4, 5: 3, 3: 2, 2: 1}.get(rest.size, 8)
    last = _number(rest, base) & (1 << 8 * size) - 1
    return values.astype(">u8").tobytes() + last.to_bytes(size, "big")


def _dense(text: str) -> Iterator[bytes]:
    """Yield the readings of the alphabets of 85, 91 and 94 signs."""
    text = text.removeprefix("<~").removesuffix("~>")
    held = set(text)
    if len(held) < 24 or len(text) < LEAST_SIGNS:
        return
    if held <= _OF_ASCII85:
        with suppress(ValueError):
            yield base64.a85decode(text)
    for signs, alphabet in _OF_EIGHTY_FIVE:
        if held <= signs:
            yield radix(text, alphabet, 5, 4)
    if held <= _OF_NINETY_ONE:
        yield _ninety_one(text)
    if held <= _OF_PRINTED:
        for step in (42, 64):  # yEnc: every byte moved up, four of them behind a mark
            yield (np.frombuffer(text.encode("ascii"), np.uint8) - np.uint8(step)).tobytes()


def radix(text: str, alphabet: str, signs: int, size: int) -> bytes:
    """Return blocks of signs as blocks of bytes; a shorter last block gives one byte less than its signs."""
    base, missing = len(alphabet), -len(text) % signs
    filled = (text + alphabet[-1 if size == 4 else 0] * missing).encode("ascii")
    places = filled.translate(bytes.maketrans(alphabet.encode(), bytes(range(base))))
    grid = np.frombuffer(places, np.uint8).reshape(-1, signs).astype(np.uint64)
    values = (grid * np.uint64(base) ** np.arange(signs - 1, -1, -1, dtype=np.uint64)).sum(
        axis=1, dtype=np.uint64
    )
    if size == 4:
        out = bytes(values.astype(">u4").tobytes())
        return out[: len(out) - missing]
    if not missing:
        return bytes(values.astype(">u2").tobytes())
    last = int(values[-1]) // base**missing
    front = bytes(values[:-1].astype(">u2").tobytes())
    return front + (bytes((last & 255,)) if missing == 1 else b"")


def forty_five(text: str) -> bytes:
    """Return what a text is in Base45 (RFC 9285), whose first sign of three counts least."""
    whole = "".join(text[at : at + 3][::-1] for at in range(0, len(text) // 3 * 3, 3))
    out = radix(whole, FORTY_FIVE, 3, 2)
    if len(text) % 3 == 2:
        value = FORTY_FIVE.index(text[-2]) + 45 * FORTY_FIVE.index(text[-1])
        out += (value & 255).to_bytes(1, "big")
    return out


def _ninety_one(text: str) -> bytes:
    """Return what pairs of signs say: thirteen bits each, or fourteen where those leave room for one more."""
    places = np.frombuffer(text.encode("ascii").translate(_PLACES_OF_NINETY_ONE), np.uint8).astype(np.int64)
    pairs = places[: len(places) // 2 * 2].reshape(-1, 2)
    values = pairs[:, 0] + 91 * pairs[:, 1]
    sizes = np.where(values & 8191 > 88, 13, 14)
    ends = np.cumsum(sizes)
    size = int(ends[-1]) if ends.size else 0
    # Three bytes hold what a value may reach of them; bits that two values share are put together by or.
    held = np.zeros(size // 8 + 4, np.uint8)
    starts = ends - sizes
    moved = values << (starts & 7)
    for byte in range(3):
        np.bitwise_or.at(held, (starts >> 3) + byte, (moved >> 8 * byte & 255).astype(np.uint8))
    return held[: size // 8].tobytes()


def lengthy(text: str) -> Iterator[bytes]:
    """Yield what lines with their length in front say: uuencoding with or without a frame, xxencoding."""
    lines = [
        line
        for line in text.splitlines()[:20_000]
        if line.isascii() and 5 <= len(line) <= 62 and not line.startswith(("begin ", "end"))
    ]
    for table in ({}, _XX_AS_UU):
        out, count = bytearray(), 0
        for line in lines:
            length = (table.get(ord(line[0]), ord(line[0])) - 32) & 63
            if not length or abs(len(line) - 1 - -(-length // 3) * 4) > 2:
                continue
            try:
                out += binascii.a2b_uu(line.translate(table))
                count += 1
            except binascii.Error:
                continue
        if count >= 2:
            yield bytes(out)


_XX_AS_UU = {ord(sign): place for place, sign in enumerate("+-" + digits + _UPPER + _LOWER, 32)}


def dots_in(text: str) -> str:
    """Return a text of three signs or fewer beside blanks, as Morse is, or such runs of its lines."""
    if len(set(text[:4096]) - set(" \r\n\t/|")) <= 3:
        return text
    if not any(sign + blank in text for sign in _DOTS for blank in " /|"):
        return ""
    found = map(_DOTTED.findall, text.splitlines()[:50_000])
    return "\n".join(max(runs, key=len) for runs in found if runs)


def morse(text: str) -> Iterator[str]:
    """Yield what dots and dashes of any two signs say, letter by letter."""
    for dot, dash in _pairs(text):
        plain = text.translate({ord(dot): ".", ord(dash): "-"})
        lines = []
        for line in plain.splitlines():
            letters = [_MORSE.get(code, "") for code in re.split(r"[^.\-]+", line)]
            lines.append("".join(letters))
        yield "\n".join(lines)
        yield re.sub(r"\s*[/|]\s*|\s{2,}", ",", "\n".join(_spelt(line) for line in plain.splitlines()))


def _spelt(line: str) -> str:
    return re.sub(r"[.\-]+ ?", lambda code: _MORSE.get(code.group().strip(), "?"), line)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    signs = [one for one, _ in _frequent(_JOINED_BLANKS.sub("", text), 3)]
    for pair in (
        (".", "-"),
        ("·", "-"),
        ("•", "—"),
        ("0", "1"),
        *((one, other) for one in signs for other in signs),
    ):
        if pair[0] != pair[1] and pair[0] in text and pair[1] in text:
            yield pair


_JOINED_BLANKS = re.compile(r"[\s/|]+")


def _frequent(text: str, count: int) -> list[tuple[str, int]]:
    return Counter(text).most_common(count)
