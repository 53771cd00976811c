"""Cells that are digests of a source's values: plain, cut off, salted or keyed with what stands beside them.

Whoever has a list of all phone numbers turns their digests back in a second, so a column of them is a column
of phone numbers. Values of the source are digested in every usual way until some agree. Pure; called by
`sightings`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.egress.content import Content, cells_and_lines
from sandbox.egress.origin import Source
from sandbox.egress.restated import Restated

LEAST = 8
"""Different digests from which a file is asked about."""
AGREE = 3
"""Values that must agree under one way of digesting."""
MAX_CELLS = 50_000
MAX_VALUES = 150_000
MAX_DIGESTS = 1_500_000
MAX_SALTS = 24
_EXPECTED = 12
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:0x)?([0-9a-fA-F]{8,128})(?![0-9A-Za-z])")
_PACKED = re.compile(r"[A-Za-z0-9+/_-]{21,88}={0,2}")
_WORD = re.compile(r"[^\s\"'<>=:;,，；：()（）\[\]{}+|&#]{3,40}")
_CHECKSUM = re.compile(r"\d{6,10}")

Way = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The digests of one length that stand in a file: as bytes, their number of bytes."""

    size: int
    found: frozenset[bytes]


def digested(contents: Sequence[Content], sources: Sequence[Source]) -> Restated | None:
    """Return how many values of a source stand digested in a file; None if none are seen."""
    told = (content for content in contents if not content.guessed)
    texts = list(islice(chain.from_iterable(map(cells_and_lines, told)), MAX_CELLS))
    asked = _asked(texts)
    if not asked:
        return None
    salts = _salts(texts)
    budget = MAX_DIGESTS
    columns = [values for source in sources for values in _columns(source)]
    for one in asked:
        for name, way in _ways(one.size, salts):
            for values in columns:
                budget -= min(len(values), MAX_VALUES)
                if budget < 0:
                    return None
                if found := _agreeing(one, way, values):
                    return Restated(name, found, 32.0 * found)
    return None


def _asked(texts: Sequence[str]) -> list[_Asked]:
    """Return the digests in a file by their length, those of which there are enough.

    Eight signs and more without a letter are seldom a digest: where nearly none has one, they are numbers.
    """
    found: dict[int, set[bytes]] = {}
    lettered = Counter[int]()
    for text in texts:
        for hexadecimal in set(_HEX.findall(text)):
            if len(hexadecimal) % 2 == 0:
                found.setdefault(len(hexadecimal) // 2, set()).add(bytes.fromhex(hexadecimal))
                lettered[len(hexadecimal) // 2] += not hexadecimal.isdecimal()
    found = {size: held for size, held in found.items() if lettered[size] >= LEAST // 2}
    for text in texts:
        if _PACKED.fullmatch(text.strip()):
            with suppress(ValueError, binascii.Error):
                plain = base64.b64decode(text.strip() + "=" * (-len(text.strip()) % 4), altchars=None)
                found.setdefault(len(plain), set()).add(plain)
        if _CHECKSUM.fullmatch(text.strip()) and int(text) < 1 << 32:
            found.setdefault(4, set()).add(int(text).to_bytes(4, "big"))
    return [_Asked(size, frozenset(held)) for size, held in found.items() if size >= 4 and len(held) >= LEAST]


def _salts(texts: Sequence[str]) -> list[bytes]:
    """Return the words of a file that may be a salt or a key: those that stand seldom, the first of them."""
    words: dict[str, int] = {}
    for text in texts:
        if not _HEX.fullmatch(text.strip()):
            for word in _WORD.findall(text)[:20]:
                words[word] = words.get(word, 0) + 1
    seldom = [word for word, count in words.items() if count <= 2 and not _CHECKSUM.fullmatch(word)]
    keys = [word.encode() for word in seldom[:MAX_SALTS]]
    return [
        *keys,
        *(bytes.fromhex(word) for word in seldom[:MAX_SALTS] if _HEX.fullmatch(word) and len(word) % 2 == 0),
    ]


def _columns(source: Source) -> Iterator[list[bytes]]:
    """Yield the different values of a source's columns, those that name somebody first."""
    names = sorted(source.table.column_names, key=lambda name: name not in source.identifiers)
    for name in names:
        column = source.table.column(name)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            values = _first_different(column)
            if len(values) >= LEAST * 10:
                yield [value.encode() for value in values.to_pylist()]


def _first_different(column: pa.ChunkedArray) -> pa.Array:
    """Return the first `MAX_VALUES` different values of a column, looking no further than they reach."""
    rows = 2 * MAX_VALUES
    while True:
        values = pc.unique(column.slice(0, rows).drop_null())
        if len(values) >= MAX_VALUES or rows >= len(column):
            return values.slice(0, MAX_VALUES)
        rows *= 4


def _ways(size: int, salts: Sequence[bytes]) -> Iterator[tuple[str, Way]]:
    """Yield the ways to a digest of so many bytes: plain ones first, then salted and keyed ones."""
    names = [name for name, made in _SIZES.items() if made == size] or [
        name for name in _USUAL if _SIZES[name] > size
    ]
    for name in names:
        yield name, _digest(name)
    if size == 4:
        yield "crc32", lambda value: zlib.crc32(value).to_bytes(4, "big")
        yield "adler32", lambda value: zlib.adler32(value).to_bytes(4, "big")
    for salt in salts:
        for name in (one for one in names if one in _USUAL):
            yield f"{name}, salted", _digest(name, before=salt)
            yield f"{name}, salted", _digest(name, after=salt)
            yield f"{name}, keyed", _keyed(name, salt)


_SIZES: Mapping[str, int] = {
    "md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sm3": 32, "sha384": 48, "sha512": 64, "sha3_256": 32,
    "sha3_512": 64, "blake2b": 64, "blake2s": 32, "ripemd160": 20,
}  # fmt: skip
_USUAL = ("md5", "sha1", "sha256", "sm3")


def _digest(name: str, *, before: bytes = b"", after: bytes = b"") -> Way:
    begun = hashlib.new(name, before, usedforsecurity=False)

    def way(value: bytes) -> bytes:
        made = begun.copy()
        made.update(value + after)
        return made.digest()

    return way


def _keyed(name: str, key: bytes) -> Way:
    begun = hmac.new(key, digestmod=name)

    def way(value: bytes) -> bytes:
        made = begun.copy()
        made.update(value)
        return made.digest()

    return way


def _agreeing(asked: _Asked, way: Way, values: Sequence[bytes]) -> int:
    """Return how many of the digests the values give, by a sample at first; 0 for too few."""
    share = min(1.0, _EXPECTED / len(asked.found))
    order = np.random.default_rng(len(values))
    some = (
        values
        if share == 1
        else [values[place] for place in order.permutation(len(values))[: int(share * len(values)) + 1]]
    )
    if _hits(asked, way, some) < (AGREE if share == 1 else 1):
        return 0
    found = _hits(asked, way, values)
    return found if found >= AGREE else 0


def _hits(asked: _Asked, way: Way, values: Sequence[bytes]) -> int:
    size, found = asked.size, asked.found
    return sum((made := way(value))[:size] in found or made[-size:] in found for value in values)
