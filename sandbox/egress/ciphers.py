"""A repeated key over a text, found by how often each byte stands: the ciphers that frequency breaks.

Answers with the text if a key of up to 32 bytes turns the bytes into one, else with nothing. It is evidence
for the search only: what was enciphered is opaque and refused either way. Pure; called by `salvage`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MAX_KEY = 32
MAX_SAMPLE = 1 << 16
LEAST_BYTES = 64
_READABLE = 0.97


def _weights() -> NDArray[np.float64]:
    """Return how likely each byte is in tables and reports in UTF-8 or GB18030, as logarithms."""
    share = np.full(256, 0.02)
    share[32:127] = 1.0
    share[[44, 45, 46, 10]] = 6.0
    share[48:58] = 6.0
    share[0x80:0xC0] = 3.0
    share[0xE4:0xEA] = 4.0
    share[0xB0:0xF8] += 1.0
    logs: NDArray[np.float64] = np.log(share / share.sum())
    return logs


_TURNED = _weights()[np.arange(256)[:, None] ^ np.arange(256)[None, :]]
"""Row b, column k: how likely the byte b is under the key k."""
_MOVED = _weights()[(np.arange(256)[:, None] - np.arange(256)[None, :]) % 256]
"""Row b, column k: how likely the byte b is with k taken off."""


def broken(data: bytes) -> str:
    """Return the text under a repeated key, or an empty text."""
    if len(data) < LEAST_BYTES:
        return ""
    sample = np.frombuffer(data[:MAX_SAMPLE], np.uint8)
    best: tuple[float, NDArray[np.uint8]] | None = None
    for length in range(1, min(MAX_KEY, len(sample) // 24) + 1):
        key, likely = _key(sample, length)
        if key.any() and (best is None or likely > best[0] + 0.05):
            best = (likely, key)
    if best is None:
        return ""
    key = np.resize(best[1], len(data))
    return _readable((np.frombuffer(data, np.uint8) ^ key).tobytes())


def moved_bytes(data: bytes) -> str:
    """Return the text of bytes that all had the same number added, or an empty text."""
    if len(data) < LEAST_BYTES:
        return ""
    counts = np.bincount(np.frombuffer(data[:MAX_SAMPLE], np.uint8), minlength=256)
    key = int((counts @ _MOVED).argmax())
    moved = (np.frombuffer(data, np.uint8).astype(np.int16) - key) % 256
    return _readable(moved.astype(np.uint8).tobytes()) if key else ""


def _key(sample: NDArray[np.uint8], length: int) -> tuple[NDArray[np.uint8], float]:
    """Return the likeliest key of a length and its likelihood a byte."""
    key = np.zeros(length, np.uint8)
    total = 0.0
    for place in range(length):
        likely = np.bincount(sample[place::length], minlength=256) @ _TURNED
        key[place] = int(likely.argmax())
        total += float(likely.max())
    return key, total / len(sample)


def _readable(data: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        text = data.decode(encoding, errors="replace")
        fine = sum(character.isprintable() or character in "\r\n\t" for character in text[:20_000])
        if text.count("\ufffd") <= 0.02 * len(text) and fine >= _READABLE * min(len(text), 20_000):
            return text
    return ""
