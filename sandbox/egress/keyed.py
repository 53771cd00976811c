"""Texts under a cipher whose key stands in the same file: what is enciphered, and every key that may fit.

A key beside its text hides nothing from a reader. It is evidence for the search only: what was enciphered is
opaque either way. Pure; called by `sightings`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice

from cryptography.hazmat.primitives.ciphers import Cipher, CipherAlgorithm, algorithms, modes

from sandbox.egress.content import Content, cells_and_lines

MAX_TEXTS = 4_000
MAX_KEYS = 12
MAX_CIPHERED = 60
MAX_BYTES = 1 << 20
BLOCK = 16
_HEX = re.compile(r"[0-9a-fA-F]{32,}")
_PACKED = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_KEYS = (16, 24, 32)
_READABLE = 0.95
_WORD = re.compile(r"[^\s\"',;=]+")


def deciphered(contents: Sequence[Content]) -> tuple[str, ...]:
    """Return every text that a key of the same file makes of an enciphered part of it."""
    texts = list(islice(chain.from_iterable(map(cells_and_lines, contents)), MAX_TEXTS))
    keys = list(islice(dict.fromkeys(chain.from_iterable(map(_keys, texts))), MAX_KEYS))
    if not keys:
        return ()
    ciphered = sorted(set(chain.from_iterable(map(_ciphered, texts))), key=len, reverse=True)
    found = []
    for data in ciphered[:MAX_CIPHERED]:
        for key in keys:
            if key != data:
                found += list(_opened(data[:MAX_BYTES], key))
    return tuple(dict.fromkeys(found))


def _keys(text: str) -> Iterator[bytes]:
    """Yield what may be a key: as many bytes as one has, spelled out, in hexadecimal or in base 64."""
    for word in (text.strip(), *_WORD.findall(text)):
        if len(raw := word.encode()) in _KEYS:
            yield raw
        yield from (one for one in _bytes_of(word) if len(one) in _KEYS)


def _ciphered(text: str) -> Iterator[bytes]:
    for word in _WORD.findall(text):
        yield from (one for one in _bytes_of(word) if len(one) >= BLOCK)


def _bytes_of(word: str) -> Iterator[bytes]:
    if _HEX.fullmatch(word) and len(word) % 2 == 0:
        yield bytes.fromhex(word)
    elif _PACKED.fullmatch(word):
        with suppress(ValueError, binascii.Error):
            yield base64.b64decode(
                word + "=" * (-len(word) % 4), altchars=b"-_" if set("-_") & set(word) else None
            )


def _opened(data: bytes, key: bytes) -> Iterator[str]:
    """Yield the readable texts among what the key makes of the data in the usual ciphers and modes."""
    ciphers: list[CipherAlgorithm] = [algorithms.AES(key)]
    if len(key) == BLOCK:
        ciphers.append(algorithms.SM4(key))
    zero, head, rest = bytes(BLOCK), data[:BLOCK], data[BLOCK:]
    for cipher in ciphers:
        tried: list[tuple[modes.CTR | modes.ECB | modes.CBC, bytes]] = [
            (modes.CTR(zero), data),
            (modes.CTR(head), rest),
        ]
        if len(data) % BLOCK == 0:
            tried += [(modes.ECB(), data), (modes.CBC(zero), data), (modes.CBC(head), rest)]  # noqa: S305 - an author's
            tried += [(modes.CBC(key), data)] if len(key) == BLOCK else []
        for mode, body in tried:
            opened = Cipher(cipher, mode).decryptor()
            yield from _readable(opened.update(body) + opened.finalize())
    repeated = (key * (len(data) // len(key) + 1))[: len(data)]
    yield from _readable(bytes(one ^ other for one, other in zip(data, repeated, strict=True)))


def _readable(plain: bytes) -> Iterator[str]:
    if plain and 0 < plain[-1] <= BLOCK:  # the padding of whole blocks
        plain = plain[: -plain[-1]]
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            text = plain.decode(encoding)
            shown = sum(one.isprintable() or one in "\r\n\t" for one in text)
            if text and shown >= _READABLE * len(text):
                yield text
                return
