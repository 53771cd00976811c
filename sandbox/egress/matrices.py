"""The figures of a small table as exact whole numbers, and the constants that a file states beside them.

Arithmetic can only be undone on digits as they are written: a cell of twenty digits stays twenty digits.
Looks at the front of a table, which is enough to see that a record is in it. Pure; called by `solved`,
`workings` and `unmixed`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import prod
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.content import Content, Number

Exact: TypeAlias = NDArray[np.object_]
"""Whole numbers of any size, one a row."""

PROBED = 64
"""Rows that are looked at: what is disguised is disguised in most of them."""
LEAST = 6
"""Different numbers below which a column says nothing."""
MAX_COLUMNS = 10
MAX_PLACES = 24
MAX_PARTS = 6
MAX_CONSTANTS = 12
_MOSTLY = 0.9
_DIGITS = 60
_FEWEST_SIGNS = 8
_FEW_SIGNS = 10
_FIGURE = re.compile(r"[+-]?\d{1,60}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_HEX = re.compile(r"[+-]?0x[01]\.[0-9a-f]{1,13}p[+-]\d{1,4}", re.ASCII)
_WITHIN = re.compile(r"(?<![\d.])[+-]?\d{1,60}(?:\.\d{1,40})?(?![\d.])", re.ASCII)
_STATED = re.compile(r"(?<![\d.])(\d{1,40})(?:(?:\^|\*\*)(\d{1,3})([+-]\d{1,9})?)?(?![\d.])", re.ASCII)
_FACTOR = re.compile(r"(?<![\d.])(\d{1,20})(?:(?:\^|\*\*)(\d{1,2}))?(?![\d.])", re.ASCII)
_PLACE = re.compile(r"-?\d{1,6}", re.ASCII)
_POWER = 1024


@dataclass(frozen=True, slots=True)
class Figures:
    """One column: by its name, as real numbers, and as whole numbers of 10**-`decimals` where written so."""

    name: str
    real: NDArray[np.float64]
    whole: Exact | None = None
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Matrix:
    """The columns of figures of one table, the whole numbers its headings state, cells of few
    signs, and every column of small whole numbers."""

    columns: tuple[Figures, ...]
    constants: tuple[int, ...] = ()
    texts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    places: tuple[Exact, ...] = ()


def exact(values: Sequence[int]) -> Exact:
    """Return whole numbers as an array that never overflows."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def matrix(table: pa.Table, more: Sequence[int] = ()) -> Matrix:
    """Return the figures of the front of a table; a cell of several numbers gives several columns."""
    columns: list[Figures] = []
    texts: list[tuple[str, tuple[str, ...]]] = []
    places: list[Exact] = []
    for name, column in list(zip(table.column_names, table.columns, strict=True))[:MAX_PLACES]:
        cells = [(cell or "").strip() for cell in column.slice(0, PROBED).cast(pa.string()).to_pylist()]
        if all(map(_PLACE.fullmatch, cells)):
            places.append(exact([int(cell) for cell in cells]))
        if len(columns) >= MAX_COLUMNS:
            continue
        columns += islice(_columns(str(name), cells), MAX_PARTS)
        if cells and len(cells[0]) >= _FEWEST_SIGNS and len(set("".join(cells))) <= _FEW_SIGNS:
            texts.append((str(name), tuple(cells)))
    stated = dict.fromkeys([*more, *(one for name in table.column_names for one in stated_in(str(name)))])
    kept = tuple(islice(stated, MAX_CONSTANTS))
    return Matrix(tuple(columns), kept, tuple(texts), tuple(places))


def stated_in(text: str) -> list[int]:
    """Return the whole numbers above one that a text states, powers worked out: 2^61-1."""
    found = []
    for base, power, rest in _STATED.findall(text[:2000]):
        if power and int(power) * len(base) <= _POWER:
            found.append(int(base) ** int(power) + int(rest or 0))
        elif int(base) > 1:
            found.append(int(base))
    return found


def constants(contents: Sequence[Content]) -> tuple[int, ...]:
    """Return the whole numbers that documents state once, under a name of their own."""
    found: dict[int, None] = {}
    for content in contents:
        for one in _scalars(content.document, 0):
            if isinstance(one, Number) and one.lstrip("-").isdecimal() and len(one) <= _DIGITS:
                found[abs(int(one))] = None
            elif isinstance(one, int) and not isinstance(one, bool):
                found[abs(one)] = None
            elif isinstance(one, str) and not isinstance(one, Number):
                found |= dict.fromkeys(stated_in(one[:80]))
    return tuple(islice((one for one in found if one > 1), MAX_CONSTANTS))


def _scalars(document: object, depth: int) -> Iterator[object]:
    if not isinstance(document, Mapping) or depth > 2:
        return
    for value in islice(document.values(), 64):
        if isinstance(value, Mapping):
            yield from _scalars(value, depth + 1)
        elif not isinstance(value, (list, tuple)):
            yield value


def _columns(name: str, cells: Sequence[str]) -> Iterator[Figures]:
    plain = [one for one in cells if one]
    if len(set(plain)) < LEAST or len(plain) < _MOSTLY * len(cells):
        return
    parsed = [_parsed(one) for one in plain]
    if all(one is not None for one in parsed):
        yield _figures(name, [one for one in parsed if one is not None])
        return
    if _HEX.fullmatch(plain[0]) and all(map(_HEX.fullmatch, plain)):
        yield Figures(name, np.array([float.fromhex(one) for one in plain]))
        return
    if sum(map(len, plain)) > 80 * len(plain):
        return
    parts = [_WITHIN.findall(one) for one in plain]
    if len({len(one) for one in parts}) > 1 and all(len(one) >= 1 for one in parts):
        yield from _multiplied(name, plain)
        return
    if 1 <= len(parts[0]) <= MAX_PARTS and len({len(one) for one in parts}) == 1:
        for place, column in enumerate(zip(*parts, strict=True)):
            several = [one for one in map(_parsed, column) if one is not None]
            if len(several) == len(plain) and len(set(column)) >= LEAST:
                yield _figures(f"{name} {place}", several)


def _multiplied(name: str, cells: Sequence[str]) -> Iterator[Figures]:
    """Yield what cells come to that multiply, or add up, different numbers of numbers: 2^3 × 5 × 1801."""
    terms = [[(int(base), int(power or 1)) for base, power in _FACTOR.findall(cell)] for cell in cells]
    if any(power > 64 or base > 10**20 for cell in terms for base, power in cell):
        return
    for kind, values in (
        ("product", [prod(base**power for base, power in cell) for cell in terms]),
        ("sum", [sum(base**power for base, power in cell) for cell in terms]),
    ):
        if max(values) < 10**40:
            yield Figures(f"{name}: {kind}", np.array([float(one) for one in values]), exact(values))


def _parsed(cell: str) -> tuple[int, int, float] | None:
    """Return digits as a whole number, how many of them are decimals, and the real number."""
    if not _FIGURE.fullmatch(cell):
        return None
    number, _, power = cell.lower().partition("e")
    front, _, decimals = number.partition(".")
    return int(front + decimals), len(decimals) - int(power or 0), float(cell)


def _figures(name: str, parsed: Sequence[tuple[int, int, float]]) -> Figures:
    decimals = max(places for _, places, _ in parsed)
    real = np.array([one for _, _, one in parsed])
    if not min(places for _, places, _ in parsed) >= -40 or decimals > 40:
        return Figures(name, real)
    least = max(decimals, 0)
    return Figures(name, real, exact([one * 10 ** (least - places) for one, places, _ in parsed]), least)


def bits_of(real: float) -> int:
    """Return the bits of a real number of 64 bits as a whole number."""
    return int(struct.unpack("<q", struct.pack("<d", real))[0])


def real_of(bits: int) -> float:
    """Return the real number that 64 or 32 bits are; not a number where they are none."""
    if not 0 <= bits < 1 << 64:
        return float("nan")
    wide = bits >= 1 << 32
    return float(struct.unpack("<d" if wide else "<f", bits.to_bytes(8 if wide else 4, "little"))[0])


def rounded(real: NDArray[np.float64]) -> Exact | None:
    """Return the nearest whole numbers; None where one is not finite or too large."""
    if not np.isfinite(real).all() or np.abs(real).max(initial=0.0) >= 1e20:
        return None
    return exact([int(one) for one in np.rint(real).tolist()])
