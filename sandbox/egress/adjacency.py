"""Which sign follows which in records and in the forms that hold them: by it a short repeated key is told.

How often each byte stands leaves several keys likely, above all such as turn figures into figures; which byte
follows which leaves one. Keys of the likeliest bytes of every place are put together place by place, the last
beside the first, and the text that names most days and numbers is taken. Evidence only; pure; called by
`ciphers`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.legible import named_in

MAX_SAMPLE = 1 << 12
LONGEST = 8
_LIKELY = 20
"""Bytes of a key that are tried at each place."""
_LENGTHS = 3
_ENOUGH = 0.85
"""Share of the most agreement at any length from which a shorter key is taken."""
_FINE = 0.97
_SMOOTH = 0.05
STEPS = 2**18
"""Steps in which logarithms are counted, whole ones, so that all adds up without rounding."""

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]


def likely_keys(data: bytes) -> Iterator[bytes]:
    """Yield the likeliest keys, one for each likely length; nothing where a byte stands as often as any."""
    sample = np.frombuffer(data[:MAX_SAMPLE], np.uint8)
    for length in _lengths(sample):
        found = _key(sample, length)
        if any(found):
            yield found


def named_most(plain: str, keyed: Iterable[str]) -> str:
    """Return the text that names most days and numbers: one under a key, or the plain one."""
    most, count = plain, max(named_in(plain), 1)
    for text in keyed:
        if named_in(text) >= count:
            most, count = text, named_in(text) + 1
    return most


def _lengths(sample: Bytes) -> list[int]:
    """Return the lengths at whose distance bytes agree most often."""
    agree = []
    for length in range(1, min(LONGEST, sample.size // 24) + 1):
        cut = sample[: sample.size // length * length].reshape(-1, length).T
        counts = np.stack([np.bincount(row, minlength=256) for row in cut]).astype(np.float64)
        agree.append(float((counts * (counts - 1)).sum()) / max(cut.size * (cut.shape[1] - 1), 1))
    most = max(agree, default=0.0)
    return [at + 1 for at, one in enumerate(agree) if one >= _ENOUGH * most][:_LENGTHS]


def _key(sample: Bytes, length: int) -> bytes:
    """Return the likeliest key of a length: the best way through the likely bytes of its places, and back."""
    cut = sample[: sample.size // length * length].reshape(-1, length)
    likely = [_places(cut[:, at]) for at in range(length)]
    if any(one.size == 0 for one in likely):
        return b""
    follows = [_following(cut, at, likely) for at in range(length)]
    best, found = -np.inf, b""
    for first in range(likely[0].size):
        total, way = _through(follows, first)
        if total > best:
            best = total
            found = bytes(int(likely[at][one]) for at, one in enumerate(way))
    return found


def _places(column: Bytes) -> Bytes:
    """Return the likeliest bytes of a key at one place, those that leave signs of no text left out."""
    counts = np.bincount(column, minlength=256).astype(np.float64)
    printed, alone = _under_keys()
    fine = printed @ counts >= _FINE * column.size
    order = np.argsort(-(alone @ counts), kind="stable")
    return order[fine[order]][:_LIKELY].astype(np.uint8)


@cache
def _under_keys() -> tuple[Floats, Floats]:
    """Return for each key and byte whether one under the other is printed, and how likely it is."""
    under = np.arange(256)[:, None] ^ np.arange(256)[None, :]
    return _printed()[under].astype(np.float64), _alone()[under]


def _following(cut: Bytes, at: int, likely: Sequence[Bytes]) -> Floats:
    """Return how likely each byte of one place is beside each byte of the next."""
    from sandbox.egress.key_kernels import followed  # the compiler is slow to load

    after = (at + 1) % cut.shape[1]
    one = cut[:, at] if after else cut[:-1, at]
    other = cut[:, after] if after else cut[1:, after]
    pairs, count = np.unique(one.astype(np.int64) * 256 + other, return_counts=True)
    each = np.empty((likely[at].size, likely[after].size))
    keys = (likely[at].astype(np.int64), likely[after].astype(np.int64))
    followed(_pairs(), *keys, pairs // 256, pairs % 256, count.astype(np.float64), each)
    return each


def _through(follows: Sequence[Floats], first: int) -> tuple[float, list[int]]:
    """Return the likeliest way that begins with one byte and comes back to it, and how likely it is."""
    if len(follows) == 1:
        return float(follows[0][first, first]), [first]
    total = follows[0][first]
    back: list[NDArray[np.int64]] = []
    for step in follows[1:-1]:
        every = total[:, None] + step
        back.append(every.argmax(axis=0))
        total = every.max(axis=0)
    closed = total + follows[-1][:, first]
    way = [int(closed.argmax())]
    for one in reversed(back):
        way.append(int(one[way[-1]]))
    return float(closed.max()), [first, *reversed(way)]


@cache
def _pairs() -> Floats:
    """Return how likely each byte is before each other, as logarithms, as specimens of records have them."""
    text = np.frombuffer(_specimens().encode(), np.uint8).astype(np.int64)
    count = np.bincount(text[:-1] * 256 + text[1:], minlength=1 << 16).reshape(256, 256).astype(np.float64)
    printed = _printed()
    count += _SMOOTH * (printed[:, None] & printed[None, :]) + _SMOOTH / 50
    logs: Floats = np.round(np.log(count / count.sum()) * STEPS)
    return logs


@cache
def _alone() -> Floats:
    counts = np.bincount(np.frombuffer(_specimens().encode(), np.uint8), minlength=256).astype(np.float64)
    counts += np.where(_printed(), 20.0, 0.5)
    logs: Floats = np.round(np.log(counts / counts.sum()) * STEPS)
    return logs


@cache
def _printed() -> NDArray[np.bool_]:
    """Return which bytes stand in a text: printed ones, ends of lines, and those of other letters."""
    every = np.arange(256)
    return ((every >= 32) & (every < 127)) | np.isin(every, (9, 10, 13)) | ((every >= 0x80) & (every < 0xF5))


@cache
def _specimens() -> str:
    """Return records of nobody in the usual forms."""
    rows = []
    for at in range(160):
        born = date(1930, 1, 5) + timedelta(191 * at * at % 31_000)
        seen = date(2021, 1, 3) + timedelta(37 * at * at % 1_700)
        amount = f"{(at * at * 7919 + 31 * at) % 990_000 / 100:.2f}"
        resident = f"52{(at * 37 + 1) % 99:02d}{at % 90 + 10}{born:%Y%m%d}{at * 613 % 10_000:04d}"
        phone = f"1{(3, 5, 7, 8, 9)[at % 5]}{(at * 48_271_331 + 7) % 10**9:09d}"
        name = _NAMES[at * 7 % len(_NAMES)] + _NAMES[at * at % len(_NAMES)]
        rows.append([name, resident, phone, str(born), str(seen), amount])
    return "\n".join(form(rows[at:] + rows[:at]) for at, form in enumerate(_FORMS))


_NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗明华伟芳娟敏静强磊军洋勇艳杰涛遵义市区县镇路号"
_FORMS: tuple[Callable[[list[list[str]]], str], ...] = (
    lambda rows: "\n".join(",".join(row) for row in rows),
    lambda rows: "\n".join(",".join(row[3:]) for row in rows),
    lambda rows: "\n".join(map(",".join, zip(*rows, strict=True))),
    lambda rows: "\n".join("|".join(row) for row in rows[:80]),
    lambda rows: "\n".join("\t".join(row) for row in rows[:80]),
    lambda rows: json.dumps(rows[:60], ensure_ascii=False),
    lambda rows: json.dumps([dict(zip("abcdef", row, strict=True)) for row in rows[:60]]),
    lambda rows: "\n".join("<tr><td>" + "</td><td>".join(row) + "</td></tr>" for row in rows[:60]),
    lambda rows: ",\n".join("('" + "','".join(row) + "')" for row in rows[:60]),
    lambda rows: "\n".join(f'<row id="{row[1]}" born="{row[3]}" value="{row[5]}"/>' for row in rows[:60]),
    lambda rows: "\n".join("".join(cell.ljust(20) for cell in row) for row in rows[:40]),
    lambda rows: "\n".join(f"- name: {row[0]}\n  born: {row[3]}\n  amount: {row[5]}" for row in rows[:60]),
)
