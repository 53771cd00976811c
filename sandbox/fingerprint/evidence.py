"""The arithmetic of a match: from shared values to the record that explains a row best.

Pure numpy over one block of candidate rows. A row is followed up only if its shared values could
reach the floor at all, from its rare values, within a budget of (row, record) pairs. The floor and
the verdict belong to `match.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from sandbox.fingerprint.buffers import distinct
from sandbox.fingerprint.columns import REPEATS
from sandbox.fingerprint.index import RARE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.fingerprint.index import RecordIndex
    from sandbox.fingerprint.siphash import Words

Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

CELLS: Final = 3
"""Values of one record that make a row when they are not all names and addresses."""
STRONG: Final = 2
"""Names, addresses and the like: so many of one record make a row."""
STEP: Final = 1024.0
"""Parts of a bit that evidence is counted in: sums of such parts do not depend on their order."""
_RARE: Final = RARE
SETTLED: Final = 0.6  # share of a row's filled cells at which a sure record is taken as its own
_CHUNK: Final = 1 << 18
_SPAN: Final = 1 << 33  # units and records are below half of it
_BATCH: Final = 1 << 22
_SIFTED: Final = 20  # pairs sifted by one comparison that cost as much as one that is scored


class Budget:
    """Counts (row, record) pairs down; `spent` tells that some were not looked at."""

    def __init__(self, pairs: int) -> None:
        self.left = pairs
        self.spent = False

    def take(self, costs: Integers) -> Mask:
        """Which of the wanted items, cheapest first, can still be afforded."""
        order = np.argsort(costs, kind="stable")
        affordable = np.cumsum(costs[order]) <= self.left
        out = np.zeros(len(costs), np.bool_)
        out[order[affordable]] = True
        self.left -= int(costs[out].sum())
        self.spent |= not bool(out.all())
        return out


@dataclass(frozen=True, slots=True)
class Search:
    """Bits a record must exceed to be kept, bits at which no other is looked for, and the budget."""

    floor: float
    enough: float
    budget: Budget


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Entries of the index that a block's cells hold: per slot, the candidate column and an entry per row.

    A value that several source columns hold fills several slots; -1 is no entry.
    """

    slots: tuple[tuple[int, Integers], ...]
    rows: int
    width: int

    @classmethod
    def find(cls, index: RecordIndex, hashes: list[tuple[int, Words]]) -> Hits:
        """Look up every cell of a block, given as readings of candidate columns; hash 0 is an empty cell."""
        rows = len(hashes[0][1])
        # One question for each source column, of each value once and in order.
        every, at_first = np.unique(np.concatenate([column for _, column in hashes]), return_inverse=True)
        found: list[list[Integers]] = [[] for _ in hashes]
        for source in range(len(index.columns)):
            entries = index.lookup(source, every)
            if not (entries >= 0).any():
                continue
            entries = entries[at_first].reshape(len(hashes), rows)
            for at in np.flatnonzero((entries >= 0).any(axis=1)).tolist():
                found[at].append(entries[at])
        slots = ((place, one) for (place, _), held in zip(hashes, found, strict=True) for one in held)
        return cls(tuple(slots), rows, hashes[-1][0] + 1)

    def select(self, rows: Integers) -> Hits:
        """The same for some of the rows."""
        picked = tuple((place, entries[rows]) for place, entries in self.slots)
        return Hits(picked, len(rows), self.width)

    def identifiers(self, index: RecordIndex) -> tuple[Integers, Integers]:
        """Rows that hold a value of an identifying column, and its entry."""
        named = np.array([column.traits.identifier for column in index.columns])
        rows, found = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for _, entries in self.slots:
            here = np.flatnonzero((entries >= 0) & named[index.column_of(np.maximum(entries, 0))])
            rows.append(here)
            found.append(entries[here])
        return np.concatenate(rows), np.concatenate(found)

    def links(self, index: RecordIndex) -> Integers:
        """[candidate column, source column] number of cells that hold a value of it."""
        out = np.zeros((self.width, len(index.columns)), np.int64)
        for place, entries in self.slots:
            held = index.column_of(entries[entries >= 0])
            out[place] += np.bincount(held, minlength=len(index.columns))
        return out

    def by_column(self) -> Iterator[tuple[int, list[Integers]]]:
        """Slots of each candidate column together."""
        groups: dict[int, list[Integers]] = {}
        for place, entries in self.slots:
            groups.setdefault(place, []).append(entries)
        yield from sorted(groups.items())


def single(index: RecordIndex, rows: Integers, entries: Integers) -> tuple[Integers, Integers]:
    """Those rows whose identifying value is no group's label.

    Such is the name of a hospital in a column of names of firms: many units share it.
    """
    known, place = np.unique(entries, return_inverse=True)
    few = (_unit_counts(index, known) <= REPEATS)[place]
    return rows[few], entries[few]


def _unit_counts(index: RecordIndex, entries: Integers) -> Integers:
    """Distinct units that hold each entry; every record of an unknown unit is one of its own."""
    counts = index.count_of(entries)
    many = np.flatnonzero(counts > REPEATS)
    held = np.divmod(_expand(index, many, entries), index.records)
    units = _units_of(index, held[1])
    pairs = distinct(held[0] * _SPAN + units)
    counts[many] = np.bincount(pairs // _SPAN, minlength=len(entries))[many]
    return counts


def holders(index: RecordIndex, entries: Integers, *, known: Integers) -> Integers:
    """A record that holds each entry: one of the `known` (sorted) if there is any, else the first."""
    found, place = np.unique(entries, return_inverse=True)
    out = index.rows[index.start[found]].astype(np.int64)
    several = np.flatnonzero(index.count_of(found) > 1)
    if len(several) and len(known):
        entry, record = np.divmod(_expand(index, several, found), index.records)
        held = known[np.minimum(np.searchsorted(known, record), len(known) - 1)] == record
        out[entry[held]] = record[held]
    return out[place]


def _units_of(index: RecordIndex, records: Integers) -> Integers:
    """A number below `_SPAN` for the unit of each record; one of its own where it is unknown."""
    known = index.units[records].astype(np.int64) if len(index.units) else np.zeros(len(records), np.int64)
    return np.where(known > 0, known, -1 - records) + (_SPAN >> 1)


def _counts(index: RecordIndex, entries: Integers) -> Integers:
    """Rows that hold each entry; 0 for none."""
    return np.where(entries >= 0, index.count_of(np.maximum(entries, 0)), 0)


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Rows with the record that explains each best: bits, share of its filled cells, source columns.

    `crowd` is the number of units whose records explain the row equally well.
    """

    rows: Integers
    records: Integers
    bits: Floats
    share: Floats
    crowd: Integers
    columns: Mask  # [rows, source columns]

    def shifted(self, start: int) -> Scored:
        """The same with row numbers counted from `start`."""
        return replace(self, rows=self.rows + start)

    def select(self, keep: Mask | Integers) -> Scored:
        """Some of the rows."""
        return Scored(
            self.rows[keep],
            self.records[keep],
            self.bits[keep],
            self.share[keep],
            self.crowd[keep],
            self.columns[keep],
        )

    @classmethod
    def join(cls, parts: list[Scored]) -> Scored:
        """All parts one after another."""
        names = ("rows", "records", "bits", "share", "crowd", "columns")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def strong_columns(index: RecordIndex) -> Mask:
    """Which source columns tell records apart by themselves."""
    return np.array([column.traits.strong or column.traits.identifier for column in index.columns])


def column_bits(index: RecordIndex, hits: Hits) -> Floats:
    """[rows, source columns] bits that agreeing in that column is worth.

    A row that holds several values of one source column, as a header of all districts does, agrees
    with more records by chance: their frequencies add up.
    """
    held = np.zeros((hits.rows, len(index.columns)))
    row = np.arange(hits.rows)
    for _, entries in hits.slots:
        here = entries >= 0
        held[row[here], index.column_of(entries[here])] += index.count_of(entries[here])
    with np.errstate(divide="ignore"):
        bits = np.rint(np.log2(index.records / held) * STEP) / STEP
    return np.where(held > 0, np.maximum(bits, 0), 0).astype(np.float32)


def score_rows(index: RecordIndex, hits: Hits, *, filled: Integers, search: Search) -> Scored:
    """Rows of a block that some record explains with more than the floor in enough columns.

    First from the rarest value of each row alone; rows that this settles, as it does in a plain copy,
    are not looked at again.
    """
    bits = column_bits(index, hits)
    hopeful = np.flatnonzero(_potential(index, hits, bits) > search.floor)
    chosen = hits.select(hopeful)
    first = _scan(index, chosen, bits[hopeful], _rarest_pairs(index, chosen), search.floor)
    cells = filled[hopeful]
    settled = (first.bits > search.enough) & (first.share >= SETTLED * cells[first.rows])
    rest = np.setdiff1d(np.arange(len(hopeful)), first.rows[settled], assume_unique=True)
    chosen, worth = chosen.select(rest), bits[hopeful[rest]]
    second = _scan(index, chosen, worth, _all_pairs(index, chosen, worth, search), search.floor)
    joined = Scored.join([first.select(settled), replace(second, rows=rest[second.rows])])
    share = (joined.share / np.maximum(cells[joined.rows], 1)).astype(np.float32)
    return replace(joined, rows=hopeful[joined.rows], share=share)


def _scan(index: RecordIndex, hits: Hits, bits: Floats, pairs: Integers, floor: float) -> Scored:
    """Best record of each row among the proposed pairs; `share` is still a number of cells."""
    found = [
        _verify(index, hits, bits, pairs[:, start : start + _CHUNK], floor)
        for start in range(0, pairs.shape[1], _CHUNK)
    ]
    joined = Scored.join([_none(len(index.columns)), *found])
    best, crowd = _best(index, joined)
    return replace(joined.select(best), crowd=crowd)


def _none(columns: int) -> Scored:
    whole, real = np.empty(0, np.int64), np.empty(0, np.float32)
    return Scored(whole, whole, real, real, whole, np.empty((0, columns), np.bool_))


def _potential(index: RecordIndex, hits: Hits, bits: Floats) -> Floats:
    """Upper bound of the bits of each row: by source column and by candidate cell."""
    row = np.arange(hits.rows)
    by_cell = np.zeros(hits.rows, np.float32)
    for _, group in hits.by_column():
        worth = [np.where(e >= 0, bits[row, index.column_of(np.maximum(e, 0))], 0) for e in group]
        by_cell += np.max(worth, axis=0)
    return np.asarray(np.minimum(bits.sum(axis=1), by_cell))


def _rarest_pairs(index: RecordIndex, hits: Hits) -> Integers:
    """[2, n] distinct (row, record) pairs: the records that hold the rarest value of a row, if it is rare."""
    rarest = np.full(hits.rows, -1, np.int64)
    for _, entries in hits.slots:
        better = (entries >= 0) & ((rarest < 0) | (_counts(index, entries) < _counts(index, rarest)))
        rarest = np.where(better, entries, rarest)
    rows = np.flatnonzero((rarest >= 0) & (_counts(index, rarest) <= _RARE))
    return _distinct(index, list(_sifted(index, rows, rarest, np.full_like(rarest, -1))))


def _all_pairs(index: RecordIndex, hits: Hits, bits: Floats, search: Search) -> Integers:
    """[2, n] distinct (row, record) pairs worth a look.

    Every record that holds any rare value of the row, so that rare values of others, put there to
    distract, cost time and hide nothing; and, if common values alone could reach the floor, the
    records that hold the rarest of those.
    """
    keys: list[Integers] = []
    weak = np.log2(index.records / _RARE)
    shared = np.where(bits < weak, bits, 0)
    common = shared.sum(axis=1) > search.floor
    rarest = np.full(hits.rows, -1, np.int64)
    for _, entries in hits.slots:
        count = _counts(index, entries)
        rare = np.flatnonzero((count > 0) & (count <= _RARE))
        rare = rare[search.budget.take(count[rare])]
        keys += _sifted(index, rare, entries, np.full_like(entries, -1))
        better = common & (count > _RARE) & ((rarest < 0) | (count < _counts(index, rarest)))
        rarest = np.where(better, entries, rarest)
    scan = np.flatnonzero(rarest >= 0)
    needed = _needed(index, hits, shared, rarest, search.floor)
    counts = index.count_of(rarest[scan])
    costs = np.where(needed[scan] >= 0, -(-counts // _SIFTED), counts)
    scan = scan[search.budget.take(costs)]
    keys += _sifted(index, scan, rarest, needed)
    return _distinct(index, keys)


def _needed(index: RecordIndex, hits: Hits, shared: Floats, rarest: Integers, floor: float) -> Integers:
    """For each row an entry that a record found by the rarest common value must hold too, or -1.

    It is the row's one value of the column worth most beside that of the rarest: where the common
    values do not reach the floor without it, a record without it is none.
    """
    row = np.arange(hits.rows)
    others = shared.copy()
    others[row[rarest >= 0], index.column_of(rarest[rarest >= 0])] = 0
    best = others.argmax(axis=1)
    entry = np.full(hits.rows, -1, np.int64)
    seen = np.zeros(hits.rows, np.int64)
    for _, entries in hits.slots:
        here = (entries >= 0) & (index.column_of(np.maximum(entries, 0)) == best)
        entry = np.where(here, entries, entry)
        seen += here
    must = (seen == 1) & (shared.sum(axis=1) - others[row, best] <= floor)
    return np.where(must, entry, -1)


def _sifted(index: RecordIndex, rows: Integers, rarest: Integers, needed: Integers) -> Iterator[Integers]:
    """Yield the expanded numbers of the rows, a few million at a time, but for records without the needed."""
    ends = np.cumsum(index.count_of(rarest[rows]))
    cuts = np.searchsorted(ends, np.arange(_BATCH, ends.max(initial=0), _BATCH))
    for part in np.split(rows, np.unique(cuts + 1)):
        keys = _expand(index, part, rarest)
        row, record = np.divmod(keys, index.records)
        entry = needed[row]
        yield keys[(entry < 0) | index.holds(np.maximum(entry, 0), record)]


def _distinct(index: RecordIndex, keys: list[Integers]) -> Integers:
    return np.stack(np.divmod(distinct(np.concatenate([np.empty(0, np.int64), *keys])), index.records))


def _expand(index: RecordIndex, rows: Integers, entries: Integers) -> Integers:
    """Numbers row * records + record of the given rows and all records that hold their entry."""
    chosen = entries[rows]
    counts = index.count_of(chosen)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    records = index.rows[np.repeat(index.start[chosen], counts) + within].astype(np.int64)
    return np.asarray(np.repeat(rows, counts) * index.records + records)


def _verify(index: RecordIndex, hits: Hits, bits: Floats, pairs: Integers, floor: float) -> Scored:
    """Score pairs exactly and keep those beyond the floor; `share` is still a number of cells here."""
    rows, records = pairs
    agree = np.zeros((len(rows), len(index.columns)), np.bool_)
    cells = np.zeros(len(rows), np.int64)
    by_cell = np.zeros(len(rows), np.float32)
    each = np.arange(len(rows))
    for _, group in hits.by_column():
        best = np.zeros(len(rows), np.float32)
        any_here = np.zeros(len(rows), np.bool_)
        for slot in group:
            entry = slot[rows]
            column = index.column_of(np.maximum(entry, 0))
            same = (entry >= 0) & index.holds(np.maximum(entry, 0), records)
            agree[each[same], column[same]] = True
            any_here |= same
            np.maximum(best, np.where(same, bits[rows, column], 0), out=best)
        cells += any_here
        by_cell += best
    fresh = _once(index, agree)
    score = np.minimum((bits[rows] * fresh).sum(axis=1), by_cell)
    strong = strong_columns(index)
    enough = (np.minimum(cells, agree.sum(axis=1)) >= CELLS) | ((fresh & strong).sum(axis=1) >= STRONG)
    keep = (score > floor) & enough & (cells >= STRONG)
    number = cells[keep]
    return Scored(rows[keep], records[keep], score[keep], number.astype(np.float32), number, agree[keep])


def _once(index: RecordIndex, agree: Mask) -> Mask:
    """Agreements that tell something new: a column that a finer agreeing column implies is dropped."""
    fresh = agree.copy()
    size = np.array([column.traits.distinct for column in index.columns])
    order = np.argsort(-size, kind="stable")
    for place, column in enumerate(order):
        finer = order[:place][index.implies[order[:place], column]]
        if len(finer):
            fresh[:, column] &= ~fresh[:, finer].any(axis=1)
    return fresh


def _best(index: RecordIndex, scored: Scored) -> tuple[Integers, Integers]:
    """Positions of the best pair of each row, ties to the lower record, and the units that tie for it."""
    order = np.lexsort((scored.records, -scored.bits, scored.rows))
    rows, bits = scored.rows[order], scored.bits[order]
    if not len(rows):
        return order, order
    first = np.r_[True, rows[1:] != rows[:-1]]
    group = np.cumsum(first) - 1
    tied = bits >= bits[first][group] - 0.01
    records = scored.records[order][tied]
    pairs = distinct(group[tied] * _SPAN + _units_of(index, records))
    return np.asarray(order[first]), np.bincount(pairs // _SPAN, minlength=int(group[-1]) + 1)
