"""Which rows of a candidate table reproduce a source record, by evidence in bits.

A shared value that n of N source rows hold is worth log2(N/n) bits; values that follow from one another
count once; a row is a record when the sum is beyond chance for the number of rows looked at. Column
names and order play no part. Decides nothing about what to do with a match: the gate does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from sandbox.fingerprint.buffers import distinct
from sandbox.fingerprint.cells import ahead, compile_from, hash_columns, hash_forms, side_by_side
from sandbox.fingerprint.evidence import (
    CELLS,
    STRONG,
    Budget,
    Hits,
    Scored,
    Search,
    holders,
    score_rows,
    single,
)
from sandbox.fingerprint.readings import kinds_of, read_as, segments, tokens, windows
from sandbox.fingerprint.scan import laid_out, linked, pays, scan
from sandbox.fingerprint.siphash import keyed_hash
from sandbox.fingerprint.vocabulary import Laid, laid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.fingerprint.index import RecordIndex
    from sandbox.fingerprint.siphash import Words

Integers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

MARGIN: Final = 10.0
"""Bits beyond chance that a row needs: at most one file in a thousand shows a row by coincidence."""
MARGIN_OF_FEW: Final = 6.64
"""The same for few rows, such as a title or a small table, and for each row where most rows have it: there a
record has fewer cells to be known by, and one file in a hundred at most shows one by coincidence."""
FEW: Final = 200

CROWD: Final = 5
"""Units that explain a row equally well above which it shows a group and no record."""

_BLOCK: Final = 32_768
_PART_ROWS: Final = 1 << 20
_TOKENS: Final = 64
_LINES: Final = 16
_SHORT: Final = 20_000
_PAIRS: Final = 40_000_000
_PAIRS_A_ROW: Final = 60
_LITTLE: Final = 1.0  # bits beyond one record in all that a row of a table of records needs
_PART: Final = 0.6  # share of a row's filled cells that the one record explains, ...
_MOSTLY: Final = 0.5  # ... in this share of all rows: a table of records with something added
_ALL: Final = 0.99  # every filled cell, ...
_NEARLY: Final = 0.8  # ... in this share of the rows, ...
_SAMPLE: Final = 4096  # rows that tell whether a table is mostly records, ...
_SMALL: Final = 4 * _SAMPLE  # ... if it has more than these, ...
_SUSPECT: Final = 0.6  # ... by this part of the shares above
_SEVERAL: Final = 10  # ... and this many of them at least: a table of records with few columns


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """What was recognised; false if nothing.

    `rows` are 0-based candidate rows that show a record and `records` the source record each shows;
    `whole` tells the rows that show it by several values from those where one cell names it.
    `identifiers` counts rows proven by one identifier or token cell. `columns` pairs a candidate column
    with the source column it mostly shows. `complete` is false when the work limit cut the search
    short: what was not looked at is not clean.
    """

    rows: Integers
    records: Integers
    whole: np.ndarray[Any, np.dtype[np.bool_]]
    units: int
    identifiers: int
    bits: float
    columns: tuple[tuple[int, str], ...]
    origins: frozenset[str]
    looked_at: int
    complete: bool

    def __bool__(self) -> bool:
        return len(self.rows) > 0

    @property
    def distinct_records(self) -> int:
        """Source records shown, each once."""
        return len(distinct(self.records))


def match(
    index: RecordIndex,
    candidate: pa.Table | Iterator[pa.RecordBatch] | Laid | Sequence[Sequence[str | None]],
    *,
    penalty: float = 0.0,
    crowd: int = CROWD,
    compiled: bool | None = None,
) -> Match:
    """Find the rows of `candidate`, a table of string columns or rows of tokens, that show a record.

    A large table may come batch by batch, so that of its rows eight bytes a cell are held and nothing else.
    `penalty` is in bits: log2 of the number of readings of the same bytes that the caller tries. A row
    that `crowd` units or more explain equally well is a group, such as the labels of a count.
    Compiled code serves where the candidate is large; `compiled` overrules that (tests).
    """
    if isinstance(candidate, pa.Table):
        read = _hash_table(index, candidate, compiled)
    elif isinstance(candidate, Iterator):
        read = _hash_batches(index, candidate, compiled)
    else:
        read = (candidate if isinstance(candidate, Laid) else laid(candidate)).columns(index.key)
    rows = len(read[0][0]) if read else 0
    if not rows or not index.records:
        return _nothing(rows)
    floor = math.log2(index.records) + penalty
    search = Search(floor + _LITTLE, _least(floor, rows), Budget(_PAIRS + _PAIRS_A_ROW * rows))
    if compiled or (compiled is None and pays(index, rows * len(read))):
        if not _may_be_records(index, read, search, floor=floor, crowd=crowd):
            search = replace(search, floor=max(search.floor, _beyond(floor, _filled(read, np.uint16))))
        parts = _scanned(index, read, search)
    else:
        parts = [
            _match_block(index, _cut(read, slice(start, start + _BLOCK)), start, search)
            for start in range(0, rows, _BLOCK)
        ]
    chosen = _choose(parts, floor, crowd)
    if len(chosen.rows) or any(len(part.named_rows) for part in parts):
        parts = _all_linked(index, read, parts)
    return _report(index, parts, chosen, rows=rows, complete=not search.budget.spent)


def _cut(read: list[list[Words]], rows: slice | Integers) -> list[list[Words]]:
    return [[one[rows] for one in column] for column in read]


def _filled(read: list[list[Words]], kind: Any = np.int64) -> Any:
    """Number of filled cells of each row."""
    out = np.zeros(len(read[0][0]), kind)
    for plain, *_ in read:
        out += plain != 0
    return out


def _beyond(floor: float, filled: Any) -> float:
    """Bits beyond chance in the whole file."""
    return _least(floor, int((filled > 0).sum()))


def _least(floor: float, rows: int) -> float:
    """Bits from which one of so many rows is beyond chance."""
    return floor + (MARGIN if rows > FEW else MARGIN_OF_FEW) + math.log2(max(rows, 1))


def _may_be_records(
    index: RecordIndex, read: list[list[Words]], search: Search, *, floor: float, crowd: int
) -> bool:
    """Whether a large table may be mostly records, as seen in some thousand rows that the key picks.

    If not, only what is beyond chance in the whole file counts, and rows that cannot reach that need
    not be followed: a clean table is then searched in a small part of the time.
    """
    able = _filled(read, np.uint16) >= STRONG
    number = int(np.count_nonzero(able))
    if number <= _SMALL:
        return True
    step = number // _SAMPLE
    turns = keyed_hash(pa.array(range(_SAMPLE)).cast(pa.string()), index.key) % np.uint64(step)
    picked = _true_places(able, np.arange(_SAMPLE) * step + turns.astype(np.int64))
    seen = Search(search.floor, search.enough, Budget(_PAIRS))
    parts = _scanned(index, _cut(read, picked), seen)
    eligible = sum(part.eligible for part in parts)
    if seen.budget.spent or eligible < _SAMPLE // 4:
        return True
    partly, wholly = _of_a_table(Scored.join([part.scored for part in parts]), floor, crowd)
    return bool(
        partly.sum() >= _SUSPECT * _MOSTLY * eligible or wholly.sum() >= _SUSPECT * _NEARLY * eligible
    )


def _true_places(mask: Mask, wanted: Integers) -> Integers:
    """Where the true ones of these numbers, in ascending order, stand in a mask, part by part."""
    out, seen = [], 0
    for start in range(0, len(mask), _PART_ROWS):
        found = np.flatnonzero(mask[start : start + _PART_ROWS]) + start
        low, high = np.searchsorted(wanted, [seen, seen + len(found)])
        out.append(found[wanted[low:high] - seen])
        seen += len(found)
    return np.concatenate(out)


def _scanned(index: RecordIndex, read: list[list[Words]], search: Search) -> list[_Part]:
    """Outcome of every block by the compiled search, several at a time, each with its share of the budget."""
    laid_out(index)
    rows = len(read[0][0])

    def one(start: int) -> tuple[_Part, bool]:
        part = _cut(read, slice(start, start + _BLOCK))
        filled = _filled(part)
        share = _PAIRS * len(filled) // rows + _PAIRS_A_ROW * len(filled)
        seen = scan(index, _listed(part), filled=filled, search=search, budget=share)
        named, entries = single(index, seen.named, seen.entries)
        found = _part(seen.scored.shifted(start), named + start, entries, filled=filled, links=seen.links)
        return replace(found, strange=seen.strange), seen.short

    found = side_by_side(one, range(0, rows, _BLOCK))
    search.budget.spent |= any(short for _, short in found)
    return [part for part, _ in found]


def _all_linked(index: RecordIndex, read: list[list[Words]], parts: list[_Part]) -> list[_Part]:
    """The same with links of every row, once something was found: only then they are told."""

    def one(item: tuple[int, _Part]) -> _Part:
        at, part = item
        if not part.strange:
            return part
        cut = _cut(read, slice(at * _BLOCK, (at + 1) * _BLOCK))
        return replace(part, links=linked(index, _listed(cut)), strange=0)

    return side_by_side(one, enumerate(parts))


def _listed(read: list[list[Words]]) -> list[tuple[int, Words]]:
    return [(place, reading) for place, column in enumerate(read) for reading in column]


def _hash_table(index: RecordIndex, table: pa.Table, compiled: bool | None) -> list[list[Words]]:
    """Hashes of each reading of each column, the plain one first."""
    plain = hash_columns(table.columns, index.key, compiled=compiled)
    return [
        [hashes, *(hash_forms(read_as(column, kind), index.key) for kind in kinds)]
        for column, hashes, kinds in zip(table.columns, plain, kinds_of(table.columns), strict=True)
    ]


def _hash_batches(
    index: RecordIndex, batches: Iterator[pa.RecordBatch], compiled: bool | None
) -> list[list[Words]]:
    """The same of a table that comes batch by batch; what its columns may be read as the first one tells."""
    read: list[list[Words]] = []
    kinds: list[tuple[str, ...]] = []
    rows = 0
    for batch in ahead(batches):
        if not read:
            kinds = kinds_of(batch.columns)
            read = [[np.empty(0, np.uint64) for _ in ("", *found)] for found in kinds]
            if compiled is not False and batch.num_rows * len(kinds) >= compile_from():
                laid_out(index)  # now, while the hashes of the table are not there yet
        plain = hash_columns(batch.columns, index.key, compiled=compiled)
        for place, column in enumerate(batch.columns):
            others = [hash_forms(read_as(column, kind), index.key) for kind in kinds[place]]
            for held, hashes in zip(read[place], [plain[place], *others], strict=True):
                _put_behind(held, rows, hashes)
        rows += batch.num_rows
    for held in chain.from_iterable(read):
        held.resize(rows, refcheck=False)
    return read


def _put_behind(held: Words, rows: int, hashes: Words) -> None:
    """Put hashes behind the first rows of a vector, which grows in place: parts put together in the end would
    be held twice, as what small parts leave is not given back."""
    if rows + len(hashes) > len(held):
        held.resize(rows + len(hashes) + rows // 32, refcheck=False)
    held[rows : rows + len(hashes)] = hashes


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Outcome of one block, rows numbered over the whole candidate."""

    scored: Scored
    named_rows: Integers
    named_entries: Integers
    filled: int
    eligible: int  # rows with cells enough to be a record
    links: np.ndarray[Any, np.dtype[np.int64]]  # [candidate columns, source columns] cells that agree
    strange: int = 0  # rows that the links do not count


def _match_block(index: RecordIndex, read: list[list[Words]], start: int, search: Search) -> _Part:
    filled = _filled(read)
    hits = Hits.find(index, _listed(read))
    named, entries = single(index, *hits.identifiers(index))
    scored = score_rows(index, hits, filled=filled, search=search)
    return _part(scored.shifted(start), named + start, entries, filled=filled, links=hits.links(index))


def _part(scored: Scored, named: Integers, entries: Integers, *, filled: Integers, links: Integers) -> _Part:
    return _Part(scored, named, entries, int((filled > 0).sum()), int((filled >= CELLS).sum()), links)


def _choose(parts: list[_Part], floor: float, crowd: int) -> Scored:
    """Rows beyond chance in the whole file; in a table that is mostly records also rows beyond their own."""
    scored = Scored.join([part.scored for part in parts])
    filled = max(sum(part.filled for part in parts), 1)
    keep = (scored.crowd < crowd) & (scored.bits > _least(floor, filled))
    partly, wholly = _of_a_table(scored, floor, crowd)
    eligible = max(sum(part.eligible for part in parts), 1)
    if partly.sum() >= max(_MOSTLY * eligible, 2):
        keep |= partly
    if wholly.sum() >= max(_NEARLY * eligible, _SEVERAL):
        keep |= wholly
    return scored.select(keep)


def _of_a_table(scored: Scored, floor: float, crowd: int) -> tuple[Mask, Mask]:
    """Rows that count where most rows are records: beyond chance by themselves, or explained wholly."""
    single = scored.crowd < crowd
    partly = single & (scored.bits > floor + MARGIN_OF_FEW) & (scored.share >= _PART)
    return partly, single & (scored.share >= _ALL)


def _report(index: RecordIndex, parts: list[_Part], chosen: Scored, *, rows: int, complete: bool) -> Match:
    named_rows = np.concatenate([part.named_rows for part in parts])
    named_entries = np.concatenate([part.named_entries for part in parts])
    # The record that a whole row shows is surer than the one a single cell names: it comes first.
    shown, first = np.unique(np.concatenate([chosen.rows, named_rows]), return_index=True)
    named_records = holders(index, named_entries, known=distinct(chosen.records))
    records = np.concatenate([chosen.records, named_records])[first]
    seen = set(np.flatnonzero(chosen.columns.any(axis=0)).tolist())
    seen |= set(index.column_of(named_entries).tolist())
    return Match(
        rows=shown,
        records=records,
        whole=first < len(chosen.rows),
        units=_units(index, records),
        identifiers=len(distinct(named_rows)),
        bits=float(chosen.bits.max(initial=0.0)),
        columns=_links(index, sum(part.links for part in parts), seen),
        origins=frozenset(index.columns[column].origin for column in seen),
        looked_at=rows,
        complete=complete,
    )


def _units(index: RecordIndex, records: Integers) -> int:
    """Distinct units of the records; a record of no known unit counts as one of its own."""
    shown = distinct(records)
    if not len(index.units):
        return len(shown)
    units = index.units[shown]
    return len(distinct(units[units > 0])) + int((units == 0).sum())


def _links(index: RecordIndex, links: Any, seen: set[int]) -> tuple[tuple[int, str], ...]:
    out = []
    for place, row in enumerate(np.atleast_2d(links)):
        best = int(row.argmax())
        if row[best] and best in seen:
            out.append((place, index.columns[best].name))
    return tuple(out)


def _nothing(rows: int) -> Match:
    empty = np.empty(0, np.int64)
    return Match(empty, empty, np.empty(0, np.bool_), 0, 0, 0.0, (), frozenset(), rows, complete=True)


def match_text(index: RecordIndex, text: str, *, crowd: int = CROWD) -> Match:
    """Find source records in lines of text: separated values, key=value pairs, JSON, plain words.

    `rows` of the result are 0-based line numbers, one for each record a line shows. A short text is
    also read in windows of sixteen lines, for records written one value to a line.
    """
    pieces = segments(text)
    lines = [tokens(piece) for _, piece in pieces]
    rows_of = [windows(lines, width=_TOKENS)]
    if len(lines) <= _SHORT:
        starts = range(0, len(lines), _LINES // 2)
        joined = [list(chain.from_iterable(lines[at : at + _LINES])) for at in starts]
        rows_of.append([(at * _LINES // 2, row) for at, row in windows(joined, width=_TOKENS)])
    penalty = math.log2(len(rows_of))
    found = []
    for rows in rows_of:
        one = match(index, [row for _, row in rows], penalty=penalty, crowd=crowd)
        found.append(_renumbered(one, [pieces[at][0] for at, _ in rows]))
    return _surest(found, text.count("\n") + 1)


def _renumbered(found: Match, numbers: list[int]) -> Match:
    lines = np.asarray(numbers, np.int64)[found.rows]
    order = np.argsort(~found.whole, kind="stable")
    pairs, first = np.unique(np.stack([lines, found.records])[:, order], axis=1, return_index=True)
    return replace(found, rows=pairs[0], records=pairs[1], whole=found.whole[order][first])


def _surest(found: list[Match], lines: int) -> Match:
    """The reading that shows most records; incomplete if any reading was."""
    best = max(found, key=lambda one: (one.distinct_records, one.bits))
    return replace(best, looked_at=lines, complete=all(one.complete for one in found))
