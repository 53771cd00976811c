"""Canary rows: synthetic rows of one seat, drawn from a key, that look like the snapshot they stand in.

A row takes its ordinary cells from rows there are and gets cells of its own (marks) where the column's
values are many: tokens and numbers of the same shape, with right check digits, that nobody else has.
Decides how many and what; where they are mounted and what a mark proves is others' matter.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.kernel.identifiers import (
    is_resident_id,
    is_uscc,
    org_code_check_digit,
    resident_id_check_digit,
    uscc_check_digit,
)

FEWEST_ROWS = 5_000
"""Smaller snapshots have no canaries: among so few rows they would be seen, and weigh too much."""
ROWS_EACH, FEWEST, MOST = 500, 10, 200
_SAMPLE = 50_000
_TEXT_SHARE, _NUMBER_SHARE = 0.2, 0.3
_NUMBER_BITS, _TEXT_BITS = 12.0, 64.0
_TRIES = 8
_PLAIN = re.compile(r"[0-9A-Za-z_-]{6,64}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Canaries:
    """The rows of one seat in one snapshot, and for each marked column the bits that one mark is worth."""

    table: pa.Table
    bits: Mapping[str, float]


def how_many(rows: int) -> int:
    """Return how many canary rows a snapshot of so many rows gets; none for a small one."""
    return 0 if rows < FEWEST_ROWS else min(MOST, max(FEWEST, rows // ROWS_EACH))


class Draw:
    """Numbers drawn from a key and a label, the same on every machine (SHAKE-256)."""

    def __init__(self, key: bytes, *label: str) -> None:
        self._seed = key + b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in label)

    def numbers(self, count: int) -> NDArray[np.uint64]:
        """Return so many numbers of 64 bits."""
        drawn = hashlib.shake_256(self._seed).digest(8 * count)
        return np.frombuffer(drawn, dtype="<u8")

    def below(self, bound: int, count: int) -> NDArray[np.int64]:
        """Return so many numbers below the bound."""
        return (self.numbers(count) % np.uint64(max(1, bound))).astype(np.int64)


def canaries(
    table: pa.Table, *, key: bytes, seat: str, labels: Mapping[str, str] | None = None
) -> Canaries | None:
    """Return the canary rows of a seat for a snapshot of string columns; None where it gets none.

    `labels` names what a column's values are (person, firm): columns of one label in several snapshots
    get the same tokens, so that canaries can be joined as real rows can. The rows depend on the key, the
    seat and the snapshot alone.
    """
    count = how_many(table.num_rows)
    if not count or not table.num_columns:
        return None
    named = {name: (labels or {}).get(name, name) for name in table.column_names}
    kinds = {name: _kind(table.column(name)) for name in table.column_names}
    donors = _donors(table, [name for name in table.column_names if kinds[name] is None], key, seat, count)
    columns, bits = [], {}
    for name in table.column_names:
        column, kind = table.column(name), kinds[name]
        copied = column.take(donors[name]).combine_chunks() if name in donors else None
        if copied is None:
            copied = column.take(donors[""]).combine_chunks()
        if kind is not None:
            draw = Draw(key, "mark", seat, named[name])
            copied, worth = kind(column, copied, draw)
            if worth:
                bits[name] = worth
        columns.append(pa.array(copied.to_pylist(), pa.string()))
    return Canaries(pa.table(columns, names=table.column_names), bits) if bits else None


def _donors(
    table: pa.Table, plain: Sequence[str], key: bytes, seat: str, count: int
) -> dict[str, NDArray[np.int64]]:
    """Return which rows the ordinary cells come from: one row each, its neighbour for the finest column.

    Rows are neighbours in the order of their ordinary cells, the coarsest first: what depends on one another
    stays together, and yet no canary is the double of one row.
    """
    draw = Draw(key, "rows", seat)
    rows = np.unique(draw.below(table.num_rows, min(_SAMPLE, 4 * table.num_rows)))
    sample = table.select(list(plain)).take(rows)
    order = np.arange(len(rows))
    if plain:
        coarse = sorted(plain, key=lambda name: len(pc.unique(sample.column(name))))
        order = pc.sort_indices(sample, sort_keys=[(name, "ascending") for name in coarse]).to_numpy()
    places = Draw(key, "places", seat).below(len(order) - 1, count)
    found = {"": rows[order[places]]}
    if plain:
        found[coarse[-1]] = rows[order[places + 1]]
    return found


Marking = Callable[[pa.ChunkedArray, pa.Array, Draw], tuple[pa.Array, float]]


def _kind(column: pa.ChunkedArray) -> Marking | None:
    """Return how a column is marked: as text of a shape, as numbers; None for one of few or free values."""
    known = column.drop_null()
    if len(known) < FEWEST_ROWS // 2:
        return None
    step = max(1, len(known) // 2_000)
    sample = [str(value) for value in known.take(np.arange(0, len(known), step)).to_pylist()]
    distinct = pc.count_distinct(known).as_py() / len(known)
    shaped = sum(_PLAIN.fullmatch(value) is not None for value in sample) >= 0.95 * len(sample)
    numeric = sum(_NUMBER.fullmatch(value) is not None for value in sample) >= 0.99 * len(sample)
    if numeric and not _even(sample) and distinct >= _NUMBER_SHARE:
        return _numbers
    return _texts if shaped and distinct >= _TEXT_SHARE else None


def _even(sample: Sequence[str]) -> bool:
    """Return whether digits are a number of some account rather than an amount: long, all of one length."""
    return len({len(value) for value in sample}) == 1 and len(sample[0]) >= 8 and "." not in sample[0]


def _texts(column: pa.ChunkedArray, copied: pa.Array, draw: Draw) -> tuple[pa.Array, float]:
    """Return texts of the column's shape that are not in it, the same one for the rows of one subject."""
    known = column.drop_null()
    each = max(1, round(len(known) / pc.count_distinct(known).as_py()))
    sample = [
        str(one) for one in known.take(np.arange(0, len(known), max(1, len(known) // 20_000))).to_pylist()
    ]
    shape = _Shape.of(sample)
    count = -(-len(copied) // each)
    models = [copied[place * each].as_py() or sample[place % len(sample)] for place in range(count)]
    numbers = draw.numbers(count * _TRIES * 64).reshape(_TRIES, count, 64)
    made = [shape.like(str(model), numbers[0, place]) for place, model in enumerate(models)]
    for again in range(1, _TRIES):
        there = pc.is_in(pa.array(made, pa.string()), value_set=_values(column)).to_pylist()
        if not any(there):
            break
        made = [
            shape.like(str(model), numbers[again, place]) if there[place] else made[place]
            for place, model in enumerate(models)
        ]
    cells = [
        made[place // each] if cell is not None else None for place, cell in enumerate(copied.to_pylist())
    ]
    return pa.array(cells, pa.string()), min(_TEXT_BITS, shape.bits)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which characters stand at which place of values of each length, and the check they satisfy."""

    alphabets: Mapping[int, Sequence[str]]
    check: str
    bits: float

    @classmethod
    def of(cls, sample: Sequence[str]) -> _Shape:
        """Return the shape of sampled values."""
        check = ""
        for name, holds in (("resident", is_resident_id), ("uscc", is_uscc)):
            if sum(holds(value) for value in sample) >= 0.95 * len(sample):
                check = name
        lengths = {len(value) for value in sample}
        alphabets = {
            length: ["".join(sorted(set(place))) for place in zip(*_of(sample, length), strict=True)]
            for length in lengths
        }
        usual = max(lengths, key=lambda length: len(_of(sample, length)))
        free = _FREE.get(check, slice(None))
        bits = sum(math.log2(len(letters)) for letters in alphabets[usual][free])
        return cls(alphabets, check, bits)

    def like(self, model: str, numbers: NDArray[np.uint64]) -> str:
        """Return a text of the model's length; digits that only repeat the model are kept."""
        letters = self.alphabets.get(len(model), [*model])
        drawn = [row[int(number) % len(row)] for row, number in zip(letters, numbers, strict=False)]
        if self.check == "resident" and len(model) == 18:
            first = model[:14] + "".join(drawn[14:17])
            return first + resident_id_check_digit(first)
        if self.check == "uscc" and len(model) == 18:
            code = "".join(drawn[8:16])
            first = model[:8] + code + org_code_check_digit(code)
            return first + uscc_check_digit(first)
        return "".join(drawn)


_FREE = {"resident": slice(14, 17), "uscc": slice(8, 16)}
"""Which places of a checked number are drawn; the others follow or are a region's and a birthday's."""


def _of(sample: Sequence[str], length: int) -> list[str]:
    return [value for value in sample if len(value) == length]


def _values(column: pa.ChunkedArray) -> pa.Array:
    return pc.unique(column.drop_null())


def _numbers(column: pa.ChunkedArray, copied: pa.Array, draw: Draw) -> tuple[pa.Array, float]:
    """Return numbers near the copied ones, written alike, that the column does not have."""
    known = {str(value) for value in _values(column).to_pylist()}
    drawn = draw.numbers(len(copied) * _TRIES).reshape(len(copied), _TRIES)
    cells: list[str | None] = []
    fresh = 0
    for value, numbers in zip(copied.to_pylist(), drawn, strict=True):
        found = None if value is None else _near(str(value), known, numbers)
        fresh += found is not None
        cells.append(found if found is not None else value)
    worth = min(_NUMBER_BITS, math.log2(max(2, len(known)))) if fresh > len(cells) // 2 else 0.0
    return pa.array(cells, pa.string()), worth


def _near(value: str, known: set[str], numbers: NDArray[np.uint64]) -> str | None:
    """Return a number within two hundredths of the value that is not known; None where there is none."""
    if not _NUMBER.fullmatch(value):
        return None
    decimals = len(value.partition(".")[2])
    unit = round(float(value) * 10**decimals)
    reach = max(3, abs(unit) // 50)
    for number in numbers:
        moved = unit + int(number) % (2 * reach + 1) - reach
        text = f"{moved / 10**decimals:.{decimals}f}"
        if moved * unit > 0 and text not in known and text != value:
            return text
    return None
