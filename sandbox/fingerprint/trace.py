"""Whose canaries stand in a leaked file: the evidence for each seat in bits above chance.

Every cell of the file that equals a mark counts what the mark is worth; marks of one canary row in one row
of the file count together. What chance would give among so many cells and marks is taken off. Rows of a
pool speak for the seats that have them: of each pair of heads a seat has one, so what is found of a pair is
a coin that fell right or wrong. Pure; `named` says who is beyond doubt, and nobody is where nobody is.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.fingerprint.canonical import canonical_array
from sandbox.fingerprint.overlay import Overlay

ENOUGH = 20.0
"""Bits above chance from which a seat is named: a false one in a million files."""
_WORDS = re.compile(r"[^\W_]{6,64}")


@dataclass(frozen=True, slots=True)
class Held:
    """The overlay of a seat in one version of the data, or with no seat the whole pool of all seats on it."""

    pool: str
    snapshot: str
    overlay: Overlay
    seat: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one owner (a seat, or a pool): bits above chance, canary rows found, by version."""

    owner: str
    bits: float
    rows: int
    snapshots: Mapping[str, int] = field(default_factory=dict)

    @property
    def named(self) -> bool:
        """Return whether the owner is named."""
        return self.bits >= ENOUGH

    @property
    def chance(self) -> float:
        """Return the probability that a file of other origin shows as much: at most 2^-bits."""
        return float(2.0**-self.bits)


@dataclass(frozen=True, slots=True)
class Traced:
    """Whose canaries a file shows, the strongest first, and in which pools (agreements) they lie."""

    seats: tuple[Evidence, ...]
    pools: tuple[Evidence, ...]
    cells: int
    marks: int


@dataclass(frozen=True, slots=True)
class _Mark:
    """One cell that only one canary row of one owner has; `owner` is a seat, or a pool's name."""

    owner: str
    place: tuple[str, int]
    column: str
    value: str
    bits: float


def words_table(texts: Iterable[str]) -> pa.Table:
    """Return the words of texts as a table of one column, for what is written in no table."""
    return pa.table({"": pa.array([word for text in texts for word in _WORDS.findall(text)], pa.string())})


def trace(tables: Sequence[pa.Table], held: Sequence[Held]) -> Traced:
    """Return whose canaries the tables of text cells show; `held` has every seat's overlay and every pool."""
    marks = _marks(held)
    cells = sum(table.num_rows * table.num_columns for table in tables)
    chance = math.log2(max(2, cells)) + math.log2(max(2, len(marks)))
    found = _found(tables, marks, chance)
    own = {seat for one in held if (seat := one.seat)}
    pools = {one.pool for one in held}
    seats = [_seat(seat, found.get(seat, {}), held, found) for seat in sorted(own)]
    groups = [
        _evidence(pool, found[f"pool:{pool}"], held) for pool in sorted(pools) if f"pool:{pool}" in found
    ]
    return Traced(_ranked(seats), _ranked(groups), cells, len(marks))


def _ranked(every: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted((one for one in every if one.bits > 0), key=lambda one: (-one.bits, one.owner)))


def _marks(held: Sequence[Held]) -> dict[tuple[str, str, str], list[_Mark]]:
    """Return the marks by owner, column and value: a seat's own rows, and the rows of every pool once."""
    found: dict[tuple[str, str, str], list[_Mark]] = defaultdict(list)
    for one in held:
        owner = one.seat or f"pool:{one.pool}"
        rows = one.overlay.taken(one.overlay.heads < 0) if one.seat else one.overlay
        for name in rows.marks.column_names:
            values = canonical_array(rows.marks.column(name)).to_pylist()
            for row, value in enumerate(values):
                if value:
                    mark = _Mark(owner, (one.snapshot, row), name, value, rows.bits[name])
                    found[owner, name, value].append(mark)
    return found


_Found = dict[tuple[str, int], set[tuple[str, str]]]
"""By canary row (version and number) the marks (column and value) that were found of it."""


def _found(
    tables: Sequence[pa.Table], marks: Mapping[tuple[str, str, str], Sequence[_Mark]], chance: float
) -> dict[str, dict[tuple[str, int], tuple[float, frozenset[tuple[str, str]]]]]:
    """Return by owner the canary rows that stand in the tables beyond chance, with bits and marks of each."""
    by_value: dict[str, list[_Mark]] = defaultdict(list)
    for each in marks.values():
        by_value[each[0].value] += each
    wanted = pa.array(sorted(by_value), pa.string())
    best: dict[str, dict[tuple[str, int], tuple[float, frozenset[tuple[str, str]]]]] = defaultdict(dict)
    if not len(wanted):
        return best
    for table in tables:
        width = math.log2(max(2, table.num_columns))
        for seen in _rows_with_marks(table, wanted, by_value):
            for (owner, place), shown in _weighed(seen).items():
                bits = sum(shown.values()) - width * (len(shown) - 1) - chance
                if bits > best[owner].get(place, (0.0, None))[0]:
                    best[owner][place] = bits, frozenset(shown)
    return {owner: _fewest(rows) for owner, rows in best.items() if rows}


def _fewest(
    rows: dict[tuple[str, int], tuple[float, frozenset[tuple[str, str]]]],
) -> dict[tuple[str, int], tuple[float, frozenset[tuple[str, str]]]]:
    """Return the canary rows whose marks are not all explained by rows of the same version that show more.

    A token of a subject with several rows is a mark of each of them: it is counted as one row.
    """
    kept: dict[tuple[str, int], tuple[float, frozenset[tuple[str, str]]]] = {}
    told: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for place, (bits, shown) in sorted(rows.items(), key=lambda one: (-one[1][0], one[0])):
        if not shown <= told[place[0]]:
            kept[place] = bits, shown
            told[place[0]] |= shown
    return kept


def _rows_with_marks(
    table: pa.Table, wanted: pa.Array, by_value: Mapping[str, Sequence[_Mark]]
) -> Iterable[list[_Mark]]:
    """Return the marks of every row of the file that has some."""
    rows: dict[int, list[_Mark]] = defaultdict(list)
    for column in table.columns:
        texts = canonical_array(pc.cast(column, pa.string()))
        texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
        places = pc.index_in(texts.cast(pa.string()), value_set=wanted)
        hits = pc.indices_nonzero(pc.is_valid(places))
        for row, place in zip(hits.to_pylist(), places.take(hits).to_pylist(), strict=True):
            rows[row] += by_value[wanted[place].as_py()]
    return rows.values()


def _weighed(seen: Sequence[_Mark]) -> dict[tuple[str, tuple[str, int]], dict[tuple[str, str], float]]:
    """Return by owner and canary row what each of its marks in one row of the file is worth."""
    each: dict[tuple[str, tuple[str, int]], dict[tuple[str, str], float]] = defaultdict(dict)
    for mark in seen:
        each[mark.owner, mark.place][mark.column, mark.value] = mark.bits
    return each


_Rows = Mapping[tuple[str, int], tuple[float, frozenset[tuple[str, str]]]]


def _evidence(owner: str, rows: _Rows, held: Sequence[Held]) -> Evidence:
    """Return what the rows found of one owner say; a row that several versions have counts once."""
    known = {one.snapshot for one in held}
    snapshots: dict[str, int] = defaultdict(int)
    best: dict[frozenset[tuple[str, str]], float] = {}
    for (snapshot, _), (bits, shown) in rows.items():
        best[shown] = max(best.get(shown, 0.0), bits)
        if snapshot in known:
            snapshots[snapshot] += 1
    most = max(snapshots.values(), default=0)
    return Evidence(owner, sum(best.values()), most, dict(snapshots))


def _seat(seat: str, own: _Rows, held: Sequence[Held], found: Mapping[str, _Rows]) -> Evidence:
    """Return what a seat's own rows and those of its pool say together."""
    alone = _evidence(seat, own, held)
    bits, rows, snapshots = alone.bits, alone.rows, dict(alone.snapshots)
    for pool in sorted({one.pool for one in held if one.seat == seat}):
        more, right, versions = _coins(seat, pool, held, found.get(f"pool:{pool}", {}))
        if more > 0:
            bits, rows = bits + more, rows + right
            for snapshot, count in versions.items():
                snapshots[snapshot] = snapshots.get(snapshot, 0) + count
    return Evidence(seat, bits, rows, snapshots)


def _coins(seat: str, pool: str, held: Sequence[Held], rows: _Rows) -> tuple[float, int, dict[str, int]]:
    """Return the bits by which heads found of the pool speak for the seat, and its rows among them.

    Of a pair whose heads were both found, which two files laid together show, nothing is told.
    """
    heads = {one.snapshot: one.overlay.heads for one in held if one.pool == pool and not one.seat}
    seen = {int(heads[snapshot][row]) for snapshot, row in rows if snapshot in heads}
    single = {head for head in seen if head ^ 1 not in seen}
    mine = {int(head) for one in held if one.seat == seat and one.pool == pool for head in one.overlay.heads}
    told = {head for head in single if head in mine or head ^ 1 in mine}
    right = told & mine
    others = math.log2(max(2, len({one.seat for one in held if one.pool == pool})))
    bits = -_tail(len(told), len(right)) - others
    versions: dict[str, int] = defaultdict(int)
    for snapshot, row in rows:
        versions[snapshot] += int(heads[snapshot][row]) in right if snapshot in heads else 0
    return bits, max(versions.values(), default=0), dict(versions)


def _tail(coins: int, right: int) -> float:
    """Return log2 of the probability that at least so many of so many coins fall right."""
    ways = sum(math.comb(coins, one) for one in range(right, coins + 1))
    return math.log2(ways) - coins
