"""Canary rows: synthetic rows drawn from a key that look like the snapshot they stand in.

A row takes its ordinary cells from rows there are and gets cells of its own (marks) where the column's
values are many: tokens and numbers of the same shape, with right check digits, that nobody else has.
Rows come in heads, one subject each, so that tokens repeat and can be joined as real ones are. Decides how
many and what; who has which head and where they stand is `overlay`, what a mark proves is `trace`.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.fingerprint.columns import Columns
from sandbox.kernel.identifiers import (
    is_resident_id,
    is_uscc,
    org_code_check_digit,
    resident_id_check_digit,
    uscc_check_digit,
)

FEWEST_ROWS = 1_000
"""Smaller snapshots have no canaries: among so few rows they would be seen, and weigh too much."""
ROWS_EACH, FEWEST, MOST = 500, 10, 400
_SAMPLE = 50_000
_TEXT_SHARE, _NUMBER_SHARE = 0.2, 0.3
_NUMBER_BITS, _TEXT_BITS = 12.0, 64.0
_TRIES = 8
_ONE_EACH = 1.5
_UNIQUE = 0.99
_PLAIN = re.compile(r"[0-9A-Za-z_-]{6,64}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?", re.ASCII)


def how_many(rows: int) -> int:
    """Return how many canary rows a seat has in a snapshot of so many rows; none for a small one."""
    return 0 if rows < FEWEST_ROWS else min(MOST, max(FEWEST, rows // ROWS_EACH))


class Draw:
    """Numbers drawn from a key and a label, the same on every machine (SHAKE-256)."""

    def __init__(self, key: bytes, *label: str) -> None:
        self._seed = key + b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in label)

    def numbers(self, count: int) -> NDArray[np.uint64]:
        """Return so many numbers of 64 bits; fewer are a beginning of more."""
        drawn = hashlib.shake_256(self._seed).digest(8 * count)
        return np.frombuffer(drawn, dtype="<u8")

    def below(self, bound: int, count: int) -> NDArray[np.int64]:
        """Return so many numbers below the bound."""
        return (self.numbers(count) % np.uint64(max(1, bound))).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Marked:
    """How a column is marked: `kind` text or number, what a mark is worth in bits, rows of one value."""

    kind: str
    bits: float
    each: float
    shape: _Shape | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What canaries of any owner in one snapshot are drawn from: marked columns, a sample, heads."""

    columns: Columns
    marked: Mapping[str, Marked]
    sample: pa.Table
    head_rows: int
    heads: int
    place: str
    labels: Mapping[str, str]

    @property
    def bits(self) -> dict[str, float]:
        """Return what a mark of each marked column is worth."""
        return {name: one.bits for name, one in self.marked.items()}


def ground(
    columns: Columns,
    *,
    place: str,
    labels: Mapping[str, str] | None = None,
    unmarked: Collection[str] = (),
    most_heads: int | None = None,
) -> Ground | None:
    """Return what the canaries of a snapshot of string columns are drawn from; None where it gets none.

    `place` names the data (its series). `labels` names what the values of columns are (person, firm)
    whose tokens stand in another snapshot as well: columns of one label get the same tokens, so that
    canaries can be joined as real rows can. `unmarked` must keep tokens there are, and `most_heads` is
    how many heads that other snapshot has.
    """
    count = how_many(columns.rows)
    if not count or not columns.names:
        return None
    some = min(_SAMPLE, columns.rows)
    picked = np.arange(some) * columns.rows // some
    marked: dict[str, Marked] = {}
    sampled = {}
    for name in columns.names:
        column = columns.read(name)
        sampled[name] = column.take(picked).combine_chunks().cast(pa.string())
        found = None if name in unmarked else _marked(column)
        if found is not None:
            marked[name] = found
        elif _alone(column):
            return None  # a value that stands twice would give the canary away
    if not any(one.kind == "text" or one.bits >= _NUMBER_BITS / 2 for one in marked.values()):
        return None
    size = _head_rows(marked, labels or {}, count)
    heads = count // size
    heads = min(heads, most_heads) if most_heads is not None else heads
    heads -= heads % 2  # heads are handed out in pairs
    if heads < 2:
        return None
    return Ground(columns, marked, pa.table(sampled), size, heads, place, dict(labels or {}))


def _alone(column: pa.ChunkedArray) -> bool:
    """Return whether hardly a value of the column stands twice."""
    known = column.drop_null()
    return len(known) >= FEWEST_ROWS // 2 and pc.count_distinct(known).as_py() >= _UNIQUE * len(known)


def _head_rows(marked: Mapping[str, Marked], joined: Mapping[str, str], count: int) -> int:
    """Return how many rows a subject has: as in a column that is joined elsewhere, else as the most have."""
    texts = {name: one.each for name, one in marked.items() if one.kind == "text"}
    abroad = [each for name, each in texts.items() if name in joined]
    wanted = min(abroad) if abroad else max(texts.values(), default=1.0)
    return int(max(1, min(round(wanted), count // 4)))


def rows_of(ground: Ground, *, key: bytes, owner: str, heads: int) -> pa.Table:
    """Return the rows of an owner's first `heads` heads, head by head, in the columns of the snapshot.

    They depend on the key, the owner and the snapshot alone; fewer heads are a beginning of more.
    """
    count = heads * ground.head_rows
    copied = _copied(ground, key, owner, count)
    made = {}
    for name in ground.columns.names:
        mark, cells = ground.marked.get(name), copied.column(name).combine_chunks()
        if mark is None:
            made[name] = cells
        elif mark.kind == "number":
            draw = Draw(key, "number", owner, ground.place, name)
            made[name] = _numbers(ground.columns.read(name), cells, draw)
        else:
            per_row = mark.each < _ONE_EACH or ground.head_rows == 1
            each = 1 if per_row else ground.head_rows
            draw = Draw(key, "mark", owner, ground.labels.get(name, f"{ground.place}/{name}"))
            made[name] = _texts(ground.columns.read(name), cells, mark, (draw, each))
    return pa.table(made)


def _copied(ground: Ground, key: bytes, owner: str, count: int) -> pa.Table:
    """Return rows there are, each with its neighbour's cell in the column of the finest ordinary values.

    Rows are neighbours in the order of their ordinary cells, the coarsest first. Only such cells are
    exchanged as stand together in some row with every other cell, so that no pair of values gives them away.
    """
    plain = [name for name in ground.columns.names if name not in ground.marked]
    sample, total = ground.sample, ground.sample.num_rows
    if not plain:
        return sample.take(Draw(key, "rows", owner, ground.place).below(total, count))
    coded = {name: _codes(sample.column(name)) for name in plain}
    coarse = sorted(plain, key=lambda name: (int(coded[name].max(initial=0)), name))
    order = np.lexsort([coded[name] for name in reversed(coarse)])
    tries = Draw(key, "rows", owner, ground.place).below(total - 1, 4 * count)
    donors, neighbours = order[tries].reshape(count, 4), order[tries + 1].reshape(count, 4)
    finest = coarse[-1]
    fits = np.ones((count, 4), dtype=bool)
    for name in coarse[:-1]:
        fits &= _together(coded[name], coded[finest], donors, neighbours)
    changed = fits & (coded[finest][donors] != coded[finest][neighbours])
    best = np.where(changed.any(axis=1), changed.argmax(axis=1), 0)
    lines = np.arange(count)
    donor, other = donors[lines, best], neighbours[lines, best]
    other = np.where(changed[lines, best], other, donor)
    rows = sample.take(donor)
    place = rows.column_names.index(finest)
    return rows.set_column(place, finest, sample.column(finest).take(other))


def _codes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return values as numbers in the order of the values, 0 for null."""
    known = pc.sort_indices(pc.unique(column.drop_null()))
    values = pc.unique(column.drop_null()).take(known)
    places = pc.index_in(column, value_set=values)
    return np.asarray(pc.fill_null(places, -1).to_numpy().astype(np.int64) + 1)


def _together(
    one: NDArray[np.int64], other: NDArray[np.int64], rows: NDArray[np.int64], others: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return whether the first column's cell of a row stands with the second's of another one anywhere."""
    width = int(other.max(initial=0)) + 1
    known = np.unique(one * width + other)
    return np.isin(one[rows] * width + other[others], known)


def _marked(column: pa.ChunkedArray) -> Marked | None:
    """Return how a column is marked: as text of a shape, as numbers; None for one of few or free values."""
    known = column.drop_null()
    if len(known) < FEWEST_ROWS // 2:
        return None
    step = max(1, len(known) // 2_000)
    sample = [str(value) for value in known.take(np.arange(0, len(known), step)).to_pylist()]
    distinct = pc.count_distinct(known).as_py()
    shaped = sum(_PLAIN.fullmatch(value) is not None for value in sample) >= 0.95 * len(sample)
    numeric = sum(_NUMBER.fullmatch(value) is not None for value in sample) >= 0.99 * len(sample)
    each = len(known) / distinct
    if numeric and not _even(sample) and distinct >= _NUMBER_SHARE * len(known):
        filled = _numbers(column, pa.array(sample, pa.string()), Draw(b"", "trial")).to_pylist()
        if sum(one == value for one, value in zip(filled, sample, strict=True)) > len(sample) // 20:
            return None  # numbers so dense that there are no others between them
        return Marked("number", min(_NUMBER_BITS, math.log2(max(2, distinct))), each)
    if not shaped or distinct < _TEXT_SHARE * len(known) or (numeric and not _even(sample)):
        return None
    more = known.take(np.arange(0, len(known), max(1, len(known) // 20_000))).to_pylist()
    shape = _Shape.of([str(value) for value in more])
    dense = not shape.check and shape.bits < math.log2(distinct) + 1  # a new one could be anybody's
    return None if dense else Marked("text", min(_TEXT_BITS, shape.bits), each, shape)


def _even(sample: Sequence[str]) -> bool:
    """Return whether digits are a number of some account rather than an amount: long, all of one length."""
    return len({len(value) for value in sample}) == 1 and len(sample[0]) >= 8 and "." not in sample[0]


def _texts(column: pa.ChunkedArray, copied: pa.Array, mark: Marked, drawn: tuple[Draw, int]) -> pa.Array:
    """Return texts of the column's shape that are not in it, the same one for `each` rows that follow."""
    draw, each = drawn
    shape = mark.shape
    if shape is None:
        return copied
    cells = copied.to_pylist()
    fallback = next((str(one) for one in cells if one is not None), "")
    count = -(-len(cells) // each)
    models = [str(cells[place * each] or fallback) for place in range(count)]
    numbers = draw.numbers(count * _TRIES * 64).reshape(count, _TRIES, 64)
    made = [shape.like(model, numbers[place, 0]) for place, model in enumerate(models)]
    for again in range(1, _TRIES):
        there = pc.is_in(pa.array(made, pa.string()), value_set=_values(column)).to_pylist()
        if not any(there):
            break
        made = [
            shape.like(model, numbers[place, again]) if there[place] else made[place]
            for place, model in enumerate(models)
        ]
    return pa.array(
        [made[place // each] if cell is not None else None for place, cell in enumerate(cells)], pa.string()
    )


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


def _numbers(column: pa.ChunkedArray, copied: pa.Array, draw: Draw) -> pa.Array:
    """Return numbers near the copied ones, written alike, that the column does not have."""
    cells = [None if value is None else str(value) for value in copied.to_pylist()]
    drawn = draw.numbers(len(cells) * _TRIES).reshape(len(cells), _TRIES)
    tries = [
        [] if value is None else [_near(value, int(number)) for number in numbers]
        for value, numbers in zip(cells, drawn, strict=True)
    ]
    every = sorted({one for each in tries for one in each if one is not None})
    there = pc.is_in(pa.array(every, pa.string()), value_set=_values(column)).to_pylist()
    known = {value for value, held in zip(every, there, strict=True) if held}
    return pa.array(
        [
            next((one for one in each if one is not None and one not in known), value)
            for value, each in zip(cells, tries, strict=True)
        ],
        pa.string(),
    )


def _near(value: str, number: int) -> str | None:
    """Return another number within two hundredths of the value; None where there is none of its sign."""
    if not _NUMBER.fullmatch(value):
        return None
    decimals = len(value.partition(".")[2])
    unit = round(float(value) * 10**decimals)
    reach = max(3, abs(unit) // 50)
    moved = unit + number % (2 * reach + 1) - reach
    return f"{moved / 10**decimals:.{decimals}f}" if moved * unit > 0 and moved != unit else None
