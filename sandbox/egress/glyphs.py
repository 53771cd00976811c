"""Texts written in rare characters: braille, hexagrams, Yi signs, emoji, tags, selectors, invisible signs.

A character stands for its place in its block, or for its rank among the few that a text uses, in natural
order or of first use. Every reading is a guess that `legible` judges. Pure; called by `disguises`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

LEAST_SIGNS = 32
LEAST_BYTES = 24
"""Bytes below which nothing is looked at."""
MAX_SIGNS = 1 << 18
MAX_SPAN = 1 << 15
_SELECTORS = (
    (0xFE00, 0xFE10, 0), (0xE0100, 0xE01F0, 16), (0xE0000, 0xE0080, 0), (0xE000, 0xE100, 0),
    (0xF0000, 0xF0100, 0),
)  # fmt: skip
"""From, up to, and the byte of the first: selectors, tags, and two areas for private use."""
_COMMON = re.compile("[\\s\u0021-\u007e\u00b7\u2010-\u201f\u2026\u3000-\u303f\u4e00-\u9fff\uff00-\uff65]+")
_ALL_WIDE = re.compile("^[\u3400-\u9fff]{12,}(?=[。，；、！,.;]?$)", re.MULTILINE)


def of_bits(values: NDArray[np.uint8], bits: int) -> Iterator[bytes]:
    """Yield values of so many bits each, written one behind the other, high bits first and low bits first."""
    if bits in (1, 2, 4):  # they fill bytes evenly
        each = 8 // bits
        whole = values[: len(values) // each * each].reshape(-1, each)
        for order in (range(each - 1, -1, -1), range(each)):
            out = np.zeros(len(whole), np.uint8)
            for place, shift in enumerate(order):
                out |= whole[:, place] << np.uint8(shift * bits)
            yield out.tobytes()
        return
    grid = ((values[:, None] >> np.arange(bits - 1, -1, -1)) & 1).astype(np.uint8)
    stream = grid.reshape(-1)
    yield np.packbits(stream[: len(stream) // 8 * 8]).tobytes()
    stream = grid[:, ::-1].reshape(-1)
    yield np.packbits(stream[: len(stream) // 8 * 8], bitorder="little").tobytes()


def few(signs: str) -> Iterator[bytes]:
    """Yield the bytes of a run over at most sixteen signs, in every order that is likely."""
    order = sorted(set(signs))
    count = len(order)
    if not 2 <= count <= 16 or len(signs) < LEAST_SIGNS * 2:
        return
    bits = (count - 1).bit_length()
    if len(signs) * bits < 8 * LEAST_BYTES:
        return
    orders = [order, list(dict.fromkeys(signs)), order[::-1]]
    if count in (3, 4):
        orders += [list(one) for one in permutations(order)]
    codes = np.frombuffer(signs.encode("utf-32-le"), np.uint32)
    at = np.searchsorted(np.array(list(map(ord, order)), np.uint32), codes)
    for one in dict.fromkeys(map(tuple, orders)):
        if bits == 4 and signs.isascii():
            table = bytes.maketrans("".join(one).encode(), b"0123456789abcdef"[:count])
            yield from _nibbles(signs.encode("ascii").translate(table).decode("ascii"))
            continue
        ranks = np.array([one.index(sign) for sign in order], np.uint8)[at]
        for start in range(min(2, bits)):
            yield from of_bits(ranks[start:], bits)


def _nibbles(places: str) -> Iterator[bytes]:
    """Yield what places of four bits each fill from the first or the second on, as `of_bits` does."""
    for start in (0, 1):
        whole = places[start : start + (len(places) - start) // 2 * 2]
        yield bytes.fromhex(whole)
        yield bytes.fromhex(whole[::-1])[::-1]


def rare(text: str) -> Iterator[bytes]:
    """Yield the bytes that the rare characters of a text stand for: by their place in their block."""
    signs = _COMMON.sub("", text)[:MAX_SIGNS]
    if len(signs) >= LEAST_SIGNS:
        yield from _blocks(signs)
    wide = "".join(_ALL_WIDE.findall(text[:MAX_SIGNS]))
    if len(wide) >= LEAST_SIGNS:
        yield from _blocks(wide)


def _blocks(signs: str) -> Iterator[bytes]:
    codes = np.frombuffer(signs.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    yield _selected(codes)
    distinct = np.unique(codes)
    if len(distinct) <= 16:
        yield from few(signs)
    if int(distinct[-1] - distinct[0]) >= MAX_SPAN:
        parts = codes >> 8
        most = np.bincount(parts - parts.min()).argmax() + parts.min()
        chosen = codes[parts == most]
        if len(chosen) >= LEAST_SIGNS:
            yield (chosen & 255).astype(np.uint8).tobytes()
        return
    yield from _placed(codes, int(distinct[0]), int(distinct[-1]))
    if len(distinct) <= 256 and len(codes) >= 2 * len(distinct):
        whole = 4 if len(distinct) <= 16 else 6 if len(distinct) <= 64 else 8
        for bits in {(len(distinct) - 1).bit_length(), whole}:
            yield from _wide_bits(np.searchsorted(distinct, codes), bits)


def _placed(codes: NDArray[np.int64], low: int, high: int) -> Iterator[bytes]:
    """Yield signs by their place behind the first of them, or behind where their block begins."""
    for start in dict.fromkeys((low, low & ~255, low & ~63, 0x4E00, 0x3400, 0x1F300)):
        if start > low:
            continue
        values, most = codes - start, high - start
        if most < 256:
            yield values.astype(np.uint8).tobytes()
        for bits in range(max(4, most.bit_length()), min(15, (high - low).bit_length() + 1) + 1):
            if bits != 8:
                yield from _wide_bits(values, bits)


def _wide_bits(values: NDArray[np.int64], bits: int) -> Iterator[bytes]:
    grid = ((values[:, None] >> np.arange(bits - 1, -1, -1)) & 1).astype(np.uint8).reshape(-1)
    yield np.packbits(grid[: len(grid) // 8 * 8]).tobytes()


def _selected(codes: NDArray[np.int64]) -> bytes:
    """Return variation selectors (16, then 240 more) and tags as the bytes that they number."""
    out = np.full(len(codes), -1, np.int64)
    for low, high, first in _SELECTORS:
        here = (codes >= low) & (codes < high)
        out[here] = codes[here] - low + first
    return out[out >= 0].astype(np.uint8).tobytes()
