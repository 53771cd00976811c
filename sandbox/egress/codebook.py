"""Codebooks asked for by a specification: what the columns of a snapshot are called and may hold.

Written by the gate alone. A value is listed when enough distinct units of every kind have it, with their
number rounded down to the threshold's steps; least and most are where as many units lie at or beyond, rounded
outwards; columns that name somebody are said by name only. A codebook made by hand is judged as a table, and
may list no value of a few. Pure; called by `specified`, which sends every codebook to people.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.egress.content import Codebook, Document, Issue
from sandbox.egress.expressions import Kind
from sandbox.egress.kinds import column_kind
from sandbox.egress.nearness import columns_of
from sandbox.egress.origin import Source
from sandbox.egress.spotting import spot_cells
from sandbox.egress.synthetic import bounds_of
from sandbox.egress.units import Ids, smallest_units
from sandbox.fingerprint.canonical import amount_array
from sandbox.kernel.errors import InputError
from sandbox.kernel.message import say

MOST_VALUES = 200
"""Values of one column beyond which a list of them is a table and no codebook."""
FEW = 20
"""Different figures up to which a column of figures holds codes."""
LONGEST = 40
MOST_LINES = 20_000
"""Lines up to which a table may be a codebook made by hand; a longer one is read as records."""
COLUMNS = ("列名", "类型", "取值", "对象数（向下取整）", "最小（取整）", "最大（取整）")
_KEYS = frozenset({"codebook", "subject", "columns"})
_EPOCH = date(1970, 1, 1)
_Row = tuple[str | None, ...]


def read_codebook(document: Mapping[str, Document]) -> Codebook:
    """Return the codebook that a document asks for; InputError for further keys or repeated columns."""
    table, subject, named = (document.get(name) for name in ("codebook", "subject", "columns"))
    columns = [] if named is None else named
    listed = list(columns) if isinstance(columns, Sequence) and not isinstance(columns, str) else [None]
    words = [table, subject, *listed]
    if not document.keys() <= _KEYS or not all(isinstance(word, str) for word in words):
        raise InputError(say("数据字典的说明须有 codebook（表名）和 subject，可另有 columns（列名的列表）"))
    if len(set(map(str, listed))) != len(listed):
        raise InputError(say("数据字典的 columns 不能重复"))
    return Codebook(str(table), str(subject), tuple(str(one) for one in listed))


def write_codebook(
    order: Codebook, source: Source, units: Mapping[str, Ids]
) -> tuple[pa.Table, tuple[Issue, ...]]:
    """Return the codebook of a table and what speaks against it; `units` count, the subject's among them.

    Raises InputError for a column that the table does not have.
    """
    rows: list[_Row] = []
    for name in order.columns or tuple(source.table.column_names):
        if name not in source.table.column_names:
            raise InputError(say("表 {table} 没有列 {name}", table=source.name, name=name))
        rows += _column(name, source, units)
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    table = pa.Table.from_arrays(columns, names=list(COLUMNS))
    cells = [(name, table.column(name)) for name in (COLUMNS[0], COLUMNS[2])]
    spotted = tuple(
        Issue(
            "identifier", where=one.where, evidence=say("{kind} {count} 个", kind=one.kind, count=one.count)
        )
        for one in spot_cells(cells)
    )
    return table, spotted


def _column(name: str, source: Source, units: Mapping[str, Ids]) -> Iterator[_Row]:
    """Yield the lines of one column: what it is, and its values if they are codes."""
    column, smallest = source.table.column(name), source.thresholds.smallest
    if name in source.identifiers:
        yield (name, "标识（不列取值）", None, None, None, None)
        return
    (read,) = columns_of(source.table.slice(0, 0), source.table, [name])
    few = len(pc.unique(column)) <= FEW
    if read.ordered and (read.dates or not few):
        low, high = bounds_of(read.there, units, smallest)
        ends = [_month(low), _month(high)] if read.dates else [_round(low, -1), _round(high, 1)]
        yield (name, "日期" if read.dates else "数值", None, None, *ends)
        return
    values = _codes(column, units, smallest)
    kind = "数值代码" if column_kind(column) is Kind.NUMBER else "类别" if values else "文字（不列取值）"
    yield (name, kind, None, None, None, None)
    for value, held in values:
        yield (name, kind, value, str(held // smallest * smallest), None, None)


def _codes(column: pa.ChunkedArray, units: Mapping[str, Ids], smallest: int) -> list[tuple[str, int]]:
    """Return the values that enough units have and how many; none where they are too many or too long."""
    coded = pc.cast(column, pa.string()).combine_chunks().dictionary_encode()
    names = coded.dictionary.to_pylist()
    sets = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    held = smallest_units(sets, units, max(len(names), 1))
    listed = sorted(
        (str(name), int(held[place])) for place, name in enumerate(names) if held[place] >= smallest
    )
    if len(listed) > MOST_VALUES or any(len(name) > LONGEST for name, _ in listed):
        return []
    return listed


def _round(value: float, way: int) -> str | None:
    """Return a figure of two digits at or beyond another: below it for -1, above it for 1; None for none."""
    if math.isnan(value):
        return None
    if value == 0:
        return "0"
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    whole = math.floor(value / step + 1e-9) if way < 0 else math.ceil(value / step - 1e-9)
    return f"{whole * step:.12g}"


def _month(days: float) -> str | None:
    return None if math.isnan(days) else (_EPOCH + timedelta(days=int(days))).isoformat()[:7]


def listed_by_hand(table: pa.Table, sources: Sequence[Source]) -> Iterator[Issue]:
    """Yield an issue for each column of which a table made by hand lists a value that only a few units have.

    Such a table names columns of a source in one of its own columns and their values beside it.
    """
    if not 0 < table.num_rows <= MOST_LINES:
        return
    cells = {name: pc.cast(table.column(name), pa.string()) for name in table.column_names}
    for source in sources:
        known = pa.array(source.table.column_names, pa.string())
        for naming, column in cells.items():
            said = pc.is_in(column, value_set=known)
            if (pc.sum(said).as_py() or 0) < 0.8 * table.num_rows:
                continue
            for name in pc.unique(column.filter(said)).to_pylist():
                here = pc.equal(column, name)
                values = [
                    other.filter(here)
                    for place, other in cells.items()
                    if place != naming and not (place in source.table.column_names and _coefficients(other))
                ]
                if _few_have(source, name, values):
                    evidence = say("列出了 {name} 的取值，而只有少数对象有", name=name)
                    yield Issue("rare-combination", where=naming, evidence=evidence)


def _coefficients(cells: pa.ChunkedArray) -> bool:
    """Return whether cells are figures from -1 to 1, as under a column's name in a table of correlations."""
    figures = amount_array(cells)
    return bool(np.isfinite(figures).all() and (np.abs(figures) <= 1).all())


def _few_have(source: Source, name: str, values: Sequence[pa.ChunkedArray]) -> bool:
    """Return whether one of some cells is a value of the source's column that too few units have.

    A figure may equal somebody's by chance: of figures only those count that lie beyond most people's.
    """
    coded = pc.cast(source.table.column(name), pa.string()).combine_chunks().dictionary_encode()
    sets = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    held = smallest_units(sets, source.units, max(len(coded.dictionary), 1))
    rare = coded.dictionary.filter(pa.array(held[: len(coded.dictionary)] < source.thresholds.smallest))
    if column_kind(source.table.column(name)) is Kind.NUMBER:
        figures = pc.cast(source.table.column(name), pa.float64()).to_numpy(zero_copy_only=False)
        low, high = bounds_of(figures, source.units, source.thresholds.smallest)
        own = pc.cast(rare, pa.float64()).to_numpy(zero_copy_only=False)
        rare = rare.filter(pa.array((own < low) | (own > high)))
    return any(bool(pc.any(pc.is_in(column, value_set=rare), min_count=0).as_py()) for column in values)
