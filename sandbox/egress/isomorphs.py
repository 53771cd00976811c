"""Numbers written in signs of somebody's own, one sign a place: which sign is which digit, told by a source.

A sign may be a word of any language, a colour, a note, a glyph of an unknown script. Where signs repeat in a
row is where digits repeat in the number, so rows of a product are laid beside numbers of the source that
repeat alike, and the reading of signs on which most rows agree is tried. It proves nothing: `channels` asks
the index of records. Bounded; pure; called by `substituted`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.origin import Source
from sandbox.egress.streams import Column

LEAST_ROWS = 5
MAX_ROWS = 64
MAX_SOURCE = 1 << 19
MAX_SIGNS = 40
"""Different signs that rows of one script may have: more are values and no script."""
_LENGTHS = range(10, 25)
_HEADED = 11
"""Signs of a telephone, which is often written without its first."""
_SEEDS = 4
_WITNESSES = 16
_CANDIDATES = 64
_BLOCK = 1 << 15
_PLAIN = r"[^0-9A-Za-z]"
Row = tuple[Hashable, ...]
Reading = Mapping[Hashable, str]


@dataclass(frozen=True)
class Numbers:
    """The numbers of one column of a source, all as long, sign by sign as bytes."""

    cells: NDArray[np.uint8]

    @cached_property
    def _by_form(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        forms = _forms(self.cells)
        order = np.argsort(forms, kind="stable")
        return forms[order], order

    @cached_property
    def headless(self) -> Numbers | None:
        """The same numbers without the first sign, if all begin with one; else none."""
        if not len(self.cells) or (self.cells[:, 0] != self.cells[0, 0]).any():
            return None
        return Numbers(np.ascontiguousarray(self.cells[:, 1:]))

    def alike(self, form: np.uint64) -> list[str]:
        """Return the different numbers that repeat in this way; none if there are too many."""
        forms, order = self._by_form
        start, end = (int(np.searchsorted(forms, form, side=side)) for side in ("left", "right"))
        if end - start > 8 * _CANDIDATES:
            return []
        found = {self.cells[row].tobytes().decode("ascii") for row in order[start:end].tolist()}
        return sorted(found) if len(found) <= _CANDIDATES else []


def numbers_of(sources: Sequence[Source], wanted: Container[int]) -> dict[int, list[Numbers]]:
    """Return the columns of numbers that name somebody, by length; resident numbers without the last, too."""
    found: dict[int, list[Numbers]] = {}
    for source in sources:
        for name in source.table.column_names:
            column = source.table.column(name)
            if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
                continue
            cells = _cells(column, wanted)
            if cells is not None:
                found.setdefault(cells.shape[1], []).append(Numbers(cells))
                if cells.shape[1] == 18 and 17 in wanted:
                    found.setdefault(17, []).append(Numbers(np.ascontiguousarray(cells[:, :17])))
    return found


def _cells(column: pa.ChunkedArray, wanted: Container[int]) -> NDArray[np.uint8] | None:
    """Return the cells of a column as rows of bytes, if nearly all are letters and figures of one length."""
    head = pc.replace_substring_regex(column.slice(0, 512).drop_null(), _PLAIN, "")
    if not len(head):
        return None
    length, times = Counter(pc.utf8_length(head).to_pylist()).most_common(1)[0]
    if length not in _LENGTHS or times < 0.9 * len(head) or len(pc.unique(head)) < 0.5 * len(head):
        return None
    if length not in wanted and not (length == 18 and 17 in wanted):
        return None
    plain = pc.replace_substring_regex(column.slice(0, MAX_SOURCE).drop_null(), _PLAIN, "")
    same = pc.unique(plain.filter(pc.equal(pc.binary_length(plain), length))).cast(pa.large_string())
    return np.frombuffer("".join(same.to_pylist()).encode(), np.uint8).reshape(-1, length)


def _forms(cells: NDArray[Any]) -> NDArray[np.uint64]:
    """Return for every row a number that is the same for rows that repeat in the same places."""
    length = cells.shape[1]
    weights = np.random.default_rng(length).integers(1, 1 << 62, length).astype(np.uint64)
    found = np.empty(len(cells), np.uint64)
    for start in range(0, len(cells), _BLOCK):
        block = cells[start : start + _BLOCK]
        first = (block[:, :, None] == block[:, None, :]).argmax(axis=2).astype(np.uint64)
        found[start : start + len(block)] = (first * weights).sum(axis=1, dtype=np.uint64)
    return found


def may_be_script(rows: Sequence[Row]) -> bool:
    """Return whether rows of some length are as many and of as few signs as those of a script."""
    for length in {len(row) for row in rows}:
        fit = list(dict.fromkeys(row for row in rows if len(row) == length))[:MAX_ROWS]
        if len(fit) >= LEAST_ROWS and 2 < len({sign for row in fit for sign in row}) <= MAX_SIGNS:
            return True
    return False


def read_as(rows: Sequence[Row], numbers: Mapping[int, Sequence[Numbers]]) -> Iterator[Column]:
    """Yield rows of signs as numbers, under the reading on which most of them agree."""
    for length, columns in numbers.items():
        for column in columns:
            yield from _read(rows, length, column, "")
            if length == _HEADED and any(len(row) == length - 1 for row in rows) and column.headless:
                yield from _read(rows, length - 1, column.headless, chr(column.cells[0, 0]))


def _read(rows: Sequence[Row], length: int, column: Numbers, before: str) -> Iterator[Column]:
    """Yield the rows of a length as numbers of one column, with what stands before all of those."""
    fit = list(dict.fromkeys(row for row in rows if len(row) == length))[:MAX_ROWS]
    signs = {sign for row in fit for sign in row}
    if len(fit) < LEAST_ROWS or not 2 < len(signs) <= MAX_SIGNS:
        return
    known = {sign: place for place, sign in enumerate(signs)}
    forms = _forms(np.array([[known[sign] for sign in row] for row in fit]))
    found = {row: alike for row, form in zip(fit, forms, strict=True) if (alike := column.alike(form))}
    reading = _agreed(found)
    if len(found) >= 3 and reading:
        yield Column("signs", tuple(before + "".join(reading.get(sign, "?") for sign in row) for row in fit))


def _agreed(found: Mapping[Row, Sequence[str]]) -> Reading:
    """Return the reading of signs that most rows bear out, as far as they tell it; empty where few do."""
    rows = sorted(found, key=lambda row: (len(found[row]), -len(set(row))))[:_WITNESSES]
    best: Reading = {}
    most = 2
    for seed in rows[:_SEEDS]:
        for number in found[seed]:
            reading = dict(zip(seed, number, strict=True))
            count = 1
            for row in rows:
                if row is seed:
                    continue
                fits = [more for other in found[row] if (more := _joined(reading, row, other))]
                count += bool(fits)
                if len(fits) == 1:
                    reading = fits[0]
            if count > most:
                best, most = reading, count
    return best


def _joined(reading: dict[Hashable, str], row: Row, number: str) -> dict[Hashable, str]:
    """Return a reading with what a row and a number say, empty where they contradict it."""
    more = reading | dict(zip(row, number, strict=True))
    agrees = all(more[sign] == digit for sign, digit in reading.items())
    return more if agrees and len(set(more.values())) == len(more) else {}
