"""Tables that no claim declares, tied to the data by their figures: counts by columns of it, found again.

Where every figure of a table is what the data give by one or two of their columns, what lies behind each cell
is known, and the ledger keeps it as if it had been declared: what people let leave without a claim is then
held against what comes later. Nothing is proven by it. Pure; called by `judge`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.cells import COUNT, Family
from sandbox.egress.compare import canonical_key
from sandbox.egress.differencing import Published
from sandbox.egress.origin import Source
from sandbox.egress.overlaid import as_seen
from sandbox.egress.units import Sets, distinct_per_set, rows_per_set

MAX_ROWS = 2_000
MAX_KEYS = 2
MAX_VALUES = 5_000
"""Different values of a column by which a table may be made."""
HEAD = 1 << 16
"""Rows that tell of most columns with more values that they have more."""
MAX_TRIES = 60
_FIGURE = re.compile(r"\d{1,12}(?:\.0+)?", re.ASCII)
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tied:
    """A table's rows in the data: the cell of every row of the source."""

    source: Source
    sets: Sets

    def families(self, owner: str) -> tuple[Family, ...]:
        """Return its cells as the ledger compares them."""
        return (Family(self.source.name, COUNT, Published(owner, self.sets)),)


def tied(table: pa.Table, sources: Sequence[Source]) -> Tied | None:
    """Return where a table of text cells comes from, None where any figure of it is no such count."""
    if not sources or not 0 < table.num_rows <= MAX_ROWS or table.num_columns < 2:
        return None
    columns = [[cell or "" for cell in column.to_pylist()] for column in table.columns]
    counted = [all(_FIGURE.fullmatch(cell) for cell in cells) for cells in columns]
    for keys in _keys(counted):
        wanted = [[canonical_key(cell) for cell in columns[key]] for key in keys]
        if len(set(zip(*wanted, strict=True))) < table.num_rows:
            continue
        figures = [
            np.asarray([float(cell) for cell in cells])
            for at, cells in enumerate(columns) if at not in keys
        ]  # fmt: skip
        for source, seen in zip(sources, as_seen(sources) or sources, strict=True):
            sets = _found(wanted, figures, seen)
            if sets is not None:
                return Tied(source, sets[: source.table.num_rows])  # canaries are the last rows
    return None


def _keys(counted: Sequence[bool]) -> Iterator[tuple[int, ...]]:
    """Yield which columns may name the rows: all without figures; with the first, where years are figures."""
    plain = tuple(at for at, one in enumerate(counted) if not one)
    if 0 < len(plain) <= MAX_KEYS and len(plain) < len(counted):
        yield plain
    if len(plain) < MAX_KEYS and len(counted) > len(plain) + 1 and counted[0]:
        yield (0, *plain)


def _found(
    wanted: Sequence[Sequence[str | None]], figures: Sequence[NDArray[np.float64]], source: Source
) -> Sets | None:
    """Return the cells by those columns of a source that give every figure."""
    coded = {name: found for name in source.table.column_names if (found := _coded(source, name))}
    tries = 0
    for names in permutations(coded, len(wanted)):
        chosen = [coded[name] for name in names]
        pairs = zip(wanted, chosen, strict=True)
        if not all(set(cells) <= values.keys() for cells, (_, values) in pairs):
            continue
        tries += 1
        if tries > MAX_TRIES:
            return None
        sets = _sets(wanted, chosen)
        if all(_counts(sets, figure, source) for figure in figures):
            return sets
    return None


def _coded(source: Source, name: str) -> tuple[Codes, dict[str | None, int]] | None:
    """Return a column of few values as codes, and the code of each value as it is compared."""
    if name in source.identifiers:
        return None
    column = source.table.column(name)
    if pc.count_distinct(column.slice(0, HEAD)).as_py() > MAX_VALUES:
        return None
    column = column.combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode("encode")
    values = pc.cast(column.dictionary, pa.string()).to_pylist()
    if not 1 < len(values) <= MAX_VALUES or column.indices.null_count:
        return None
    codes = column.indices.to_numpy().astype(np.int64)
    return codes, {canonical_key(one): at for at, one in enumerate(values)}


def _sets(
    wanted: Sequence[Sequence[str | None]], chosen: Sequence[tuple[Codes, dict[str | None, int]]]
) -> Sets:
    """Return for every row of the source which row of the table it is counted in, -1 for none."""
    code = np.zeros(chosen[0][0].size, np.int64)
    place = np.zeros(len(wanted[0]), np.int64)
    room = 1
    for cells, (codes, values) in zip(wanted, chosen, strict=True):
        room *= len(values) + 1
        code = code * (len(values) + 1) + codes
        place = place * (len(values) + 1) + np.asarray([values[cell] for cell in cells])
    if room <= 2 * code.size:  # looked up at once, a quarter of the time of halving
        known = np.full(room, -1, np.int64)
        known[place] = np.arange(place.size)
        return known[code]
    order = np.argsort(place)
    at = np.minimum(np.searchsorted(place[order], code), place.size - 1)
    return np.asarray(np.where(place[order][at] == code, order[at], -1), np.int64)


def _counts(sets: Sets, figure: NDArray[np.float64], source: Source) -> bool:
    """Return whether a column of figures counts the rows of every cell, or its units of some kind."""
    if np.array_equal(rows_per_set(sets, figure.size), figure):
        return True
    return any(
        np.array_equal(distinct_per_set(sets, ids, figure.size), figure) for ids in source.units.values()
    )
