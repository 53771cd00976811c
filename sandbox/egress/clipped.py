"""Fronts and ends of identifiers: the last six places of two numbers, the first fourteen of one.

A piece names nobody in the index, which knows whole values; beside the source's own columns, cut alike, most
of its cells are held by one record. A piece held by a crowd, such as a district, says nothing; what a column
shows is weighed against its own cells with figures turned, and two columns together against rows out of
order. Pure; called by `restated`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.egress.lattice import FEWEST, beyond
from sandbox.egress.origin import Source
from sandbox.fingerprint.match import CROWD

BITS = 24.0
MAX_ROWS = 5_000
MAX_COLUMNS = 6
MAX_SOURCE = 1 << 18
_PROBED = 256
_LIKE = 0.8
_SAMPLE = 24
_SUSPECT = 0.6
_ALIKE = 0.9
_SHORT = 4
_LONG = 17
_PIECE = re.compile(r"[0-9A-Za-z]{4,17}")
_WHOLE = re.compile(r"[0-9A-Z]{8,24}")
_TURNED = tuple(
    str.maketrans("0123456789", "".join(str((digit + step) % 10) for digit in range(10)))
    for step in (1, 3, 7, 9)
)


@dataclass(frozen=True, slots=True)
class Clipped:
    """A column that is pieces of identifiers: its heading, how many values, and the evidence in bits."""

    where: str
    values: int
    bits: float


@dataclass(frozen=True, slots=True)
class _Piece:
    """A column of pieces: its heading, its cells, how long they are."""

    name: str
    cells: tuple[str, ...]
    places: int


def clipped(table: pa.Table, sources: Sequence[Source]) -> Clipped | None:
    """Return the column, or two, whose cells are fronts or ends of one record's identifiers."""
    pieces = list(_pieces(table))[:MAX_COLUMNS] if FEWEST <= table.num_rows <= MAX_ROWS else []
    if not pieces:
        return None
    for source in sources:
        cuts = [list(_cuts(source, piece)) for piece in pieces]
        tried = sum(map(len, cuts))
        needed = BITS + math.log2(max(tried * tried, 1))
        for piece, some in zip(pieces, cuts, strict=True):
            for held in some:
                found = _weighed(piece, held)
                if found is not None and found.bits >= needed:
                    return found
        found = _of_two(pieces, cuts, needed)
        if found is not None:
            return found
    return None


def _pieces(table: pa.Table) -> Iterator[_Piece]:
    for name, column in zip(table.column_names, table.columns, strict=True):
        cells = [(cell or "").strip() for cell in column.slice(0, _PROBED).cast(pa.string()).to_pylist()]
        filled = [cell for cell in cells if cell]
        if len(set(filled)) < FEWEST or not _PIECE.fullmatch(filled[0]):
            continue
        places, count = Counter(map(len, filled)).most_common(1)[0]
        if _SHORT <= places <= _LONG and count >= _ALIKE * len(cells):
            fits = [len(cell) == places and _PIECE.fullmatch(cell) for cell in cells]
            same = (cell.upper() if fine else "" for cell, fine in zip(cells, fits, strict=True))
            yield _Piece(str(name), tuple(same), places)


def _cuts(source: Source, piece: _Piece) -> Iterator[list[str]]:
    """Yield the columns of identifiers of a source, cut to a piece's length, that hold most of its cells."""
    for column in source.table.columns:
        if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
            continue
        head = column.slice(0, 64).drop_null().to_pylist()
        if not head or sum(_WHOLE.fullmatch(cell) is not None for cell in head) < _ALIKE * len(head):
            continue
        if len(head[0]) <= piece.places or len(set(head)) < len(head) // 2:
            continue
        rows = column.slice(0, MAX_SOURCE)
        some = pa.array(list(dict.fromkeys(filter(None, piece.cells)))[:_SAMPLE], rows.type)
        for start, stop in ((0, piece.places), (-piece.places, None)):
            held = pc.utf8_slice_codeunits(rows, start, stop)
            if (pc.sum(pc.is_in(some, value_set=held)).as_py() or 0) >= _SUSPECT * len(some):
                yield held.to_pylist()


def _weighed(piece: _Piece, held: Sequence[str | None]) -> Clipped | None:
    asked = set(piece.cells) - {""}
    counts = Counter(held)
    known = {cell for cell in asked if 0 < counts[cell] < CROWD}
    if len(known) < max(FEWEST, _LIKE * len(asked)):
        return None
    decoys = [{cell.translate(turn) for cell in asked} for turn in _TURNED]
    decoys += [{cell[:-1].translate(turn) + cell[-1:] for cell in asked} for turn in _TURNED]
    decoys += [{cell[:2] + cell[2:-2].translate(turn) + cell[-2:] for cell in asked} for turn in _TURNED]
    got = max(sum(counts[cell] > 0 for cell in one) for one in decoys)
    return Clipped(piece.name, len(known), beyond(len(known), len(asked), (got + 1) / (len(asked) + 1)))


def _of_two(
    pieces: Sequence[_Piece], cuts: Sequence[Sequence[Sequence[str | None]]], needed: float
) -> Clipped | None:
    """Return two columns whose cells stand together in a row of the source as they do here."""
    for at, one in enumerate(pieces):
        for to in range(at + 1, len(pieces)):
            other = pieces[to]
            pairs = {pair for pair in zip(one.cells, other.cells, strict=True) if all(pair)}
            for left in cuts[at] if len(pairs) >= FEWEST else ():
                for right in cuts[to]:
                    found = _paired(pairs, left, right)
                    if found is not None and found[1] >= needed:
                        return Clipped(f"{one.name}, {other.name}", *found)
    return None


def _paired(
    pairs: set[tuple[str, str]], left: Sequence[str | None], right: Sequence[str | None]
) -> tuple[int, float] | None:
    """Return how many pairs are rows of the source that few share, and the evidence; None for too few."""
    counts = Counter(zip(left, right, strict=True))
    known = sum(0 < counts[pair] < CROWD for pair in pairs)
    if known < max(FEWEST, _LIKE * len(pairs)):
        return None
    firsts, seconds = [one for one, _ in sorted(pairs)], [other for _, other in sorted(pairs)]
    chance = 0
    for step in range(1, 6):
        moved = zip(firsts, seconds[step:] + seconds[:step], strict=True)
        chance = max(chance, sum(counts[pair] > 0 for pair in moved))
    return known, beyond(known, len(pairs), (chance + 1) / (len(pairs) + 1))
