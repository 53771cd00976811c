"""A repeated key over a text, found by how often each byte stands: the ciphers that frequency breaks.

Answers with the text if a key of up to 32 bytes turns the bytes into one, else with nothing. It is evidence
for the search only: what was enciphered is opaque and refused either way. Pure; called by `salvage`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.adjacency import STEPS, likely_keys, named_most
from sandbox.egress.legible import legible

MAX_KEY = 32
MAX_SAMPLE = 1 << 16
LEAST_BYTES = 64
_READABLE = 0.97
MAX_WIDE_KEY = 8
_SHORT = 4
_LOST = 0.02
_PEAKED = 2.4
_LONGER = 0.05
"""How much likelier a byte must be under a longer key."""
_LOOKED_AT = 20_000
_FRONT = 1 << 14
_PLANE = 1 << 16
_LONGEST = 4
"""Signs that a front may end with because it was cut."""


def _weights(*, quoted: str = "") -> NDArray[np.float64]:
    """Return how likely each byte is in tables and reports in UTF-8 or GB18030, as logarithms.

    Of a document that names its values and puts a sign around them as JSON, markup and programs do: `quoted`.
    """
    share = np.full(256, 0.02)
    share[32:127] = 1.0
    if quoted:
        share[[32, ord(quoted), 47, 58, 60, 62]] = 8.0, 14.0, 2.0, 6.0, 2.0, 2.0
    if not quoted:
        share[[32, 59]] = 3.0
    share[[44, 45, 46, 10, 9]] = 5.0, 6.0, 5.0, 1.0 if quoted else 6.0, 1.0 if quoted else 4.0
    share[124:126] = 0.5 if quoted else 4.0, 0.5
    share[48:58] = 5.0  # a key that is wrong by a bit leaves figures, but not as many of the first three
    share[48:51] = 8.0
    share[0x80:0xC0] = 3.0
    share[0xE4:0xEA] = 4.0
    share[0xB0:0xF8] += 1.0
    logs: NDArray[np.float64] = np.log(share / share.sum())
    return logs


def _summed(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums and differences over all bits of the number of a row (the transform of Walsh)."""
    out = rows.copy()
    size = 1
    while size < len(out):
        parts = out.reshape(-1, 2, size, *out.shape[1:])
        less = parts[:, 0] - parts[:, 1]
        parts[:, 0] += parts[:, 1]
        parts[:, 1] = less
        size *= 2
    return out


def _transformed(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the same of many columns, compiled."""
    from sandbox.egress.key_kernels import summed  # the compiler is slow to load

    out = np.array(rows, order="C").reshape(len(rows), -1)
    summed(out)
    return out.reshape(rows.shape)


_KEYS = _summed(np.round(_weights() * STEPS))
"""How likely each byte is, transformed; in whole steps, so that all adds up without rounding."""
_QUOTED_KEYS = _summed(np.round(_weights(quoted='"') * STEPS))
_PROGRAM_KEYS = _summed(np.round(_weights(quoted="'") * STEPS))
_PROGRAM_KEY = 8
"""Bytes of the longest key that is asked for over what a program writes down: more would cost every file."""


def _wide_weights() -> NDArray[np.float64]:
    """Return how likely each byte is as the low and as the high one of a text in UTF-16, as logarithms."""
    low, high = np.full(256, 1.0), np.full(256, 0.01)
    low[48:58] = 25.0
    low[32:127] += 3.0
    low[[10, 44, 45, 46, 124]] += 8.0
    high[0] = 120.0
    high[0x4E:0xA0] = 1.0
    high[[0x30, 0xFF]] = 3.0
    logs: NDArray[np.float64] = np.log(np.stack([low / low.sum(), high / high.sum()], axis=1))
    return logs


_WIDE_KEYS = _summed(np.round(_wide_weights() * STEPS))
_MOVED = _weights()[(np.arange(256)[:, None] - np.arange(256)[None, :]) % 256]
"""Row b, column k: how likely the byte b is with k taken off."""


def broken(data: bytes) -> str:
    """Return the text under a repeated key, or an empty text."""
    if len(data) < LEAST_BYTES:
        return ""
    sample = np.frombuffer(data[:MAX_SAMPLE], np.uint8)
    counts = _counts(sample, min(MAX_KEY, len(sample) // 24))
    if not _uneven(counts):
        return _by_share(data, counts, (_KEYS,))
    by_share = _by_share(data, counts, (_KEYS, _QUOTED_KEYS))
    by_share = by_share or _by_share(data, counts[:_PROGRAM_KEY], (_PROGRAM_KEYS,))
    return named_most(by_share, (_under(data, np.frombuffer(key, np.uint8)) for key in likely_keys(data)))


def _by_share(
    data: bytes, counts: Sequence[NDArray[np.int64]], weighed_by: Sequence[NDArray[np.float64]]
) -> str:
    """Return the text under the key that is likeliest by how often each byte stands."""
    turned = _transformed(np.concatenate(counts).T.astype(np.float64))
    keyed = sorted((_key(counts, turned, weights) for weights in weighed_by), key=lambda one: -one[0])
    texts = (_under(data, key) for _, key in keyed if key.any())
    found = next(filter(None, texts), "")
    if not found or legible(found) or len(keyed[0][1]) > _SHORT:
        return found
    nearly = (_under(data, np.array(key, np.uint8)) for key in _next_best(counts, len(keyed[0][1])))
    return next(filter(legible, nearly), found)


def _under(data: bytes, key: NDArray[np.uint8]) -> str:
    """Return the bytes under a key as a text, if they are one; of most keys their front tells that alone."""
    front = data[:_FRONT]
    if len(data) > _FRONT and not any(_fine(_turned(front, key), len(data))):
        return ""
    return _readable(_turned(data, key))


def _turned(data: bytes, key: NDArray[np.uint8]) -> bytes:
    long = np.frombuffer(repeated(key.tobytes(), len(data)), np.uint8)
    return (np.frombuffer(data, np.uint8) ^ long).tobytes()


def repeated(key: bytes, size: int) -> bytes:
    """Return a key over and over, so many bytes of it."""
    return (key * -(-size // len(key)))[:size]


def _next_best(counts: Sequence[NDArray[np.int64]], length: int) -> Iterator[tuple[int, ...]]:
    """Yield keys of the two or four likeliest bytes of each place: a key off by a bit leaves figures, too."""
    likely = _transformed(_transformed(counts[length - 1].T.astype(np.float64)) * _KEYS[:, None])
    best = np.argsort(-likely, axis=0)[: 4 if length == 1 else 2]
    yield from product(*best.T.tolist())


def _uneven(counts: Sequence[NDArray[np.int64]]) -> bool:
    """Return whether bytes at some distance are far more often alike than by chance."""
    sizes = [one.sum(axis=1, dtype=np.float64) for one in counts]
    alike = (
        (one * (one - 1)).sum() / (size * (size - 1)).sum() for one, size in zip(counts, sizes, strict=True)
    )
    return any(256 * one > _PEAKED for one in alike)


def _key(
    counts: Sequence[NDArray[np.int64]], turned: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, NDArray[np.uint8]]:
    """Return how likely the likeliest repeated key is, a byte, and the key; noughts for none."""
    best, found = -math.inf, np.zeros(1, np.uint8)
    for keys, shares in _keys(counts, turned, weights):
        likely = float(shares.sum()) / int(counts[0].sum())
        if keys.any() and likely > best + _LONGER:
            best, found = likely, keys
    return best, found


def moved_bytes(data: bytes) -> str:
    """Return the text of bytes that all had the same number added, or an empty text."""
    if len(data) < LEAST_BYTES:
        return ""
    counts = np.bincount(np.frombuffer(data[:MAX_SAMPLE], np.uint8), minlength=256)
    key = int((counts @ _MOVED).argmax())
    moved = (np.frombuffer(data, np.uint8).astype(np.int16) - key) % 256
    return _readable(moved.astype(np.uint8).tobytes()) if key else ""


def weighed(data: bytes) -> bytes:
    """Return the UTF-16 text under a repeated key as bytes in UTF-8, or nothing.

    High bytes of such a text are few, and stand at every second place: a key is weighed place by place.
    """
    sample = np.frombuffer(data[:MAX_SAMPLE], np.uint8)
    best: tuple[float, str, NDArray[np.uint8]] | None = None
    for length in range(2, min(2 * MAX_WIDE_KEY, len(sample) // 12) + 1, 2):
        counts = _counted(sample, length)
        likely = _transformed(_transformed(counts.T.astype(np.float64))[:, :, None] * _WIDE_KEYS[:, None, :])
        for order, high in (("le", 1), ("be", 0)):
            kinds = (np.arange(length) % 2 == high).astype(np.intp)
            own = likely[:, np.arange(length), kinds]
            total = float(own.max(axis=0).sum()) / (STEPS * 256 * len(sample))
            if best is None or total > best[0] + 0.05:
                best = total, order, own.argmax(axis=0).astype(np.uint8)
    if best is None:
        return b""
    _, order, key = best
    plain = _turned(data, key)
    text = plain[: len(plain) // 2 * 2].decode(f"utf-16-{order}", errors="replace")
    few = text[:_LOOKED_AT]
    fine = _printable(few) - few.count("\ufffd")
    return text.encode("utf-8", errors="replace") if fine >= _READABLE * len(few) else b""


def _counted(sample: NDArray[np.uint8], length: int) -> NDArray[np.int64]:
    """Return how often each byte stands at each place of a key of one length."""
    whole = sample[: len(sample) // length * length].astype(np.int64).reshape(-1, length)
    flat = (whole + 256 * np.arange(length)).reshape(-1)
    return np.bincount(flat, minlength=256 * length).reshape(length, 256)


def _counts(sample: NDArray[np.uint8], longest: int) -> list[NDArray[np.int64]]:
    """Return how often each byte stands at each place of a key, for every length from one on."""
    wide = sample.astype(np.int64)
    found: dict[int, NDArray[np.int64]] = {}
    for length in range(longest, 0, -1):
        if 2 * length <= longest:  # the places of a key twice as long, taken together
            found[length] = found[2 * length][:length] + found[2 * length][length:]
            continue
        whole = wide[: len(wide) // length * length].reshape(-1, length) + 256 * np.arange(length)
        counts = np.bincount(whole.reshape(-1), minlength=256 * length).reshape(length, 256)
        rest = wide[whole.size :]
        counts[np.arange(rest.size), rest] += 1
        found[length] = counts
    return [found[length] for length in sorted(found)]


def _keys(
    counts: Sequence[NDArray[np.int64]], turned: NDArray[np.float64], weights: NDArray[np.float64]
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float64]]]:
    """Yield the likeliest key of every length, and how likely it is at each place.

    A key over bytes is a convolution over their bits, which two transforms turn into one product; `turned` is
    the first of them, of the counts of all lengths.
    """
    likely = _transformed(turned * weights[:, None])
    keys, shares = likely.argmax(axis=0).astype(np.uint8), likely.max(axis=0) / (STEPS * len(likely))
    start = 0
    for one in counts:
        yield keys[start : start + len(one)], shares[start : start + len(one)]
        start += len(one)


def _readable(data: bytes) -> str:
    """Return the bytes as a text, if few of them are none; their front is asked first."""
    for encoding in _fine(data[:_FRONT], len(data)):
        text = data.decode(encoding, errors="replace")
        head = text[:_LOOKED_AT]
        if text.count("\ufffd") <= _LOST * len(text) and _printable(head) >= _READABLE * len(head):
            return text
    return ""


def _fine(front: bytes, size: int) -> Iterator[str]:
    """Yield the encodings under which so many bytes may be a text, as their front has it."""
    odd = (1 - _READABLE) * min(size, _LOOKED_AT)
    for encoding in ("utf-8", "gb18030"):
        text = front.decode(encoding, errors="replace")[:-_LONGEST]
        if text.count("\ufffd") <= _LOST * size and len(text) - _printable(text) <= odd:
            yield encoding


def _printable(text: str) -> int:
    """Return how many signs are printed ones or ends of lines and cells."""
    signs = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    plain = signs[signs < _PLANE]
    rare = Counter(text) if len(plain) < len(signs) else Counter()
    beyond = sum(count for sign, count in rare.items() if ord(sign) >= _PLANE and sign.isprintable())
    return int(np.count_nonzero(_printed()[plain])) + beyond


@cache
def _printed() -> NDArray[np.bool_]:
    """Return which signs of the first plane are printed ones or ends of lines and cells."""
    return np.array([sign.isprintable() or sign in "\r\n\t" for sign in map(chr, range(_PLANE))])
