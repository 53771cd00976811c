"""How near the rows of one table lie to those of another: distances, and near copies of single subjects.

Columns are ordered (figures, dates) or categories. A distance is the mean over columns of differences of rank
among the source's values (Gower 1971 on ranks), so that one huge figure does not hide all others. A near copy
agrees in every category and lies within a small tolerance in every order. Pure numpy; called by `synthetic`
and `relay`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.expressions import Kind
from sandbox.egress.kinds import column_kind
from sandbox.egress.units import Ids, smallest_units
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

TOLERANCE = 0.02
"""Within which part of itself a figure is near another."""
DAYS = 3.0
"""Within how many days a date is near another."""
MAX_PAIRS = 200_000_000
_BLOCK = 4_000_000
_ROOM = 1 << 62
_NOTHING = 2.0
"""The rank of an empty cell: as far from every value as a value can be."""
_DATE = r"^\d{4}-\d{2}-\d{2}$"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of two tables: values where ordered (nan: empty), else codes (0: empty, -1: unknown)."""

    name: str
    ordered: bool
    dates: bool
    here: Floats
    there: Floats

    def tolerance(self, values: Floats) -> Floats:
        """Return how far from each value another is near."""
        return np.full(len(values), DAYS) if self.dates else TOLERANCE * np.abs(values) + 1e-9

    def ranks(self) -> tuple[Floats, Floats]:
        """Return both sides as places among the source's values, from 0 to 1; 2 for an empty cell."""
        known = np.sort(self.there[np.isfinite(self.there)])
        size = max(len(known), 1)

        def placed(values: Floats) -> Floats:
            low = np.searchsorted(known, values, side="left")
            high = np.searchsorted(known, values, side="right")
            return np.where(np.isfinite(values), (low + high) / (2 * size), _NOTHING)

        return placed(self.here), placed(self.there)


def columns_of(rows: pa.Table, source: pa.Table, names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns that two tables of text cells share, read alike.

    Raises InputError where the source holds figures or dates and the rows hold anything else.
    """
    return tuple(_column(name, rows.column(name), source.column(name)) for name in names)


def _column(name: str, here: pa.ChunkedArray, there: pa.ChunkedArray) -> Column:
    texts = pc.cast(there, pa.string())
    if column_kind(there) is Kind.NUMBER:
        return Column(name, True, False, _figures(here, name), _figures(texts, name))
    if len(texts.drop_null()) and pc.all(pc.match_substring_regex(texts.drop_null(), _DATE)).as_py():
        return Column(name, True, True, _days(here, name), _days(texts, name))
    names = pc.unique(texts).drop_null()

    def numbered(column: pa.ChunkedArray) -> Floats:
        places = pc.fill_null(pc.add(pc.index_in(column, value_set=names), 1), -1)
        places = pc.if_else(pc.is_null(column), 0, places)
        return np.asarray(places.to_numpy(zero_copy_only=False), np.float64)

    return Column(name, False, False, numbered(pc.cast(here, pa.string())), numbered(texts))


def _figures(column: pa.ChunkedArray, name: str) -> Floats:
    try:
        values = pc.cast(pc.cast(column, pa.string()), pa.float64())
    except pa.ArrowInvalid:
        raise InputError(say("列 {name} 须与来源一样是数值", name=name)) from None
    found = np.asarray(values.to_numpy(zero_copy_only=False), np.float64)
    if np.isinf(found).any():
        raise InputError(say("列 {name} 须与来源一样是数值", name=name))
    return found


def _days(column: pa.ChunkedArray, name: str) -> Floats:
    text = pc.cast(column, pa.string())
    try:
        days = pc.cast(pc.cast(pc.cast(text, pa.date32()), pa.int32()), pa.float64())
    except pa.ArrowInvalid:
        raise InputError(say("列 {name} 须与来源一样是日期（如 2024-05-01）", name=name)) from None
    return np.asarray(days.to_numpy(zero_copy_only=False), np.float64)


@dataclass(frozen=True, slots=True)
class Space:
    """Two tables in one space: a row is its ranks and codes, column by column."""

    here: tuple[NDArray[np.float32], ...]
    there: tuple[NDArray[np.float32], ...]
    ordered: tuple[bool, ...]


def space_of(columns: Sequence[Column]) -> Space:
    """Return the space of some columns."""
    sides = [column.ranks() if column.ordered else (column.here, column.there) for column in columns]
    return Space(
        tuple(here.astype(np.float32) for here, _ in sides),
        tuple(there.astype(np.float32) for _, there in sides),
        tuple(column.ordered for column in columns),
    )


def nearest(
    some: Sequence[NDArray[np.float32]], others: Sequence[NDArray[np.float32]], ordered: Sequence[bool]
) -> tuple[Floats, Floats]:
    """Return for each row the distances to the nearest and second nearest of others (two at least)."""
    count, many = len(some[0]), len(others[0])
    first, second = np.empty(count), np.empty(count)
    step = max(1, _BLOCK // max(many, 1))
    for start in range(0, count, step):
        rows = slice(start, min(start + step, count))
        far = np.zeros((rows.stop - start, many), np.float32)
        for one, other, order in zip(some, others, ordered, strict=True):
            if order:
                far += np.minimum(np.abs(one[rows, None] - other[None, :]), 1)
            else:
                far += one[rows, None] != other[None, :]
        lines = np.arange(rows.stop - start)
        place = far.argmin(axis=1)
        first[rows] = far[lines, place] / len(ordered)
        far[lines, place] = np.inf
        second[rows] = far.min(axis=1) / len(ordered)
    return first, second


def copied(columns: Sequence[Column], units: Mapping[str, Ids], smallest: int) -> NDArray[np.bool_]:
    """Return which rows are near copies: some rows of the source are near, and few units stand behind them.

    `units` are the source's. Raises InputError where there is too much to compare.
    """
    count = len(columns[0].here)
    blocks = [column for column in columns if not column.ordered]
    orders = [column for column in columns if column.ordered]
    here, there = coded(blocks, count, len(columns[0].there))
    start, stop, order = _candidates(here, there, orders)
    if int((stop - start).sum()) > MAX_PAIRS:
        raise InputError(say("行数过多，无法逐行与来源比较，请减少行数"))
    found = np.zeros(count, np.bool_)
    ends = np.cumsum(stop - start)
    place = 0
    while place < count:
        upto = max(place + 1, int(np.searchsorted(ends, (ends[place - 1] if place else 0) + _BLOCK)))
        found[place:upto] = _few(slice(place, upto), (start, stop, order), orders, (units, smallest))
        place = upto
    return found


def coded(blocks: Sequence[Column], count: int, many: int) -> tuple[Whole, Whole]:
    """Return one number for the categories of each row on both sides; -1 where one is unknown."""
    here, there = np.zeros(count, np.int64), np.zeros(many, np.int64)
    bad = np.zeros(count, np.bool_)
    room = 1
    for column in blocks:
        size = int(column.there.max(initial=0)) + 2
        if room > _ROOM // size:
            _, whole = np.unique(np.concatenate([here, there]), return_inverse=True)
            here, there, room = whole[:count], whole[count:], len(whole) + 1
        room *= size
        here = here * size + np.maximum(column.here, 0).astype(np.int64)
        there = there * size + column.there.astype(np.int64)
        bad |= column.here < 0
    return np.where(bad, -1, here), there


def _candidates(here: Whole, there: Whole, orders: Sequence[Column]) -> tuple[Whole, Whole, Whole]:
    """Return for each row a range of the source's rows, in some order, that holds all near ones."""
    best: tuple[Whole, Whole, Whole] | None = None
    for column in orders or (None,):
        value = np.zeros(len(there)) if column is None else np.nan_to_num(column.there, nan=np.inf)
        order = np.lexsort((value, there))
        keys = np.rec.fromarrays([there[order], value[order]])
        own = np.zeros(len(here)) if column is None else np.nan_to_num(column.here, nan=np.inf)
        room = np.zeros(len(here)) if column is None else np.nan_to_num(column.tolerance(column.here))
        low = _place(keys, here, own - room, side="left")
        high = _place(keys, here, own + room, side="right")
        if best is None or int((high - low).sum()) < int((best[1] - best[0]).sum()):
            best = low, high, order
    return best if best is not None else (np.zeros(0, np.int64),) * 3


def _place(keys: np.recarray, blocks: Whole, values: Floats, *, side: str) -> Whole:
    """Return where (block, value) would stand among sorted keys."""
    starts = np.searchsorted(keys.f0, blocks, side="left")
    stops = np.searchsorted(keys.f0, blocks, side="right")
    low, high = starts.astype(np.int64), stops.astype(np.int64)
    while (open_ := low < high).any():
        middle = (low + high) // 2
        held = keys.f1[np.minimum(middle, max(len(keys) - 1, 0))]
        right = (held < values) if side == "left" else (held <= values)
        low = np.where(open_ & right, middle + 1, low)
        high = np.where(open_ & ~right, middle, high)
    return low


def _few(
    rows: slice,
    ranges: tuple[Whole, Whole, Whole],
    orders: Sequence[Column],
    counted: tuple[Mapping[str, Ids], int],
) -> NDArray[np.bool_]:
    """Return which of some rows have near rows of the source, and of few units only."""
    start, stop, order = ranges
    units, smallest = counted
    sizes = (stop - start)[rows]
    who = np.repeat(np.arange(len(sizes)), sizes)
    inside = np.arange(len(who)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    held = order[np.repeat(start[rows], sizes) + inside]
    near = np.ones(len(who), np.bool_)
    for column in orders:
        own, other = column.here[rows][who], column.there[held]
        both = np.isnan(own) & np.isnan(other)
        near &= both | (np.abs(own - other) <= column.tolerance(own))
    sets = np.where(near, who, -1)
    behind = smallest_units(sets, {kind: ids[held] for kind, ids in units.items()}, len(sizes))
    some = np.bincount(who[near], minlength=len(sizes)) > 0
    return np.asarray(some & (behind < smallest))
