"""Amounts and days that arithmetic was done to, and identifiers moved by a constant that is stated nowhere.

The ways back of `inverses` give whole numbers; those that lie among the rare amounts or days of a source, in
its units or in tens of them and from any usual first day, are handed on to be weighed against decoys.
Identifiers moved or masked by one secret number are found by the shift that most pairs vote for. Pure; called
by `restated`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress import inverses, pairings
from sandbox.egress.coordinates import round_points
from sandbox.egress.inverses import Candidate
from sandbox.egress.lattice import FEWEST, Whole, disordered, hits, may_lie, shift
from sandbox.egress.matrices import Exact, Figures, Matrix, matrix, rounded
from sandbox.egress.origin import Source
from sandbox.egress.rarities import Rare, merged
from sandbox.fingerprint.buffers import distinct

MAX_CANDIDATES = 4_000
MAX_SOURCE = 1 << 18
"""Rows of a source whose identifiers are laid beside a column."""
MAX_COLUMNS = 6
_SEEN = 16
_MOST = 0.8
_FINE = 6
_FITS = 1 << 60
_FIRST_DAYS = (0, 719_163, 719_162, 719_528, 719_529, 25_569, 25_568, 24_107, 2_440_588, 2_440_587, 40_587)
"""Numbers of 1970-01-01 counted from other days: of year one, of year nought, of spreadsheets, Julian."""
_TENS = (1, 10, 100, 10_000)
_SPREAD = 10**8
_PAIRS = 1_000_000
_DECOYS = 4
_PHONE = re.compile(r"1\d{10}")
_RESIDENT = re.compile(r"\d{17}[\dXx]")


_Measure: TypeAlias = tuple[int, int, int]
"""Which rare column, by which tens its numbers are divided, and what is taken away."""


@dataclass(frozen=True, slots=True)
class Working:
    """Figures in the units of a rare column that most of them may be of, and how many were compared."""

    name: str
    values: Whole
    rare: Rare


def workings(table: pa.Table, rare: Sequence[Rare]) -> tuple[list[Working], int]:
    """Return what figures of a table may have been among the rare values, and how many were compared."""
    held = matrix(table)
    front = Matrix(tuple(_cut(one) for one in held.columns), held.constants)
    tried = [(name, _fitting(values)) for name, values in islice(_ways(front), MAX_CANDIDATES)]
    kept = {name: values for name, values in tried if values is not None}
    rare = [*rare, *merged(rare)]
    measures = [(place, *one) for place, column in enumerate(rare) for one in _measures(column)]
    likely = _likely(kept, rare, measures)
    found = []
    for name, values in islice(_ways(held), MAX_CANDIDATES) if likely else ():
        whole = _fitting(values) if name in likely else None
        for place, tens, first in likely.get(name, ()) if whole is not None else ():
            if whole is not None:
                found.append(Working(name, _in_units(whole, tens, first), rare[place]))
    return found, len(kept) * len(measures)


def _cut(one: Figures) -> Figures:
    whole = None if one.whole is None else one.whole[:_SEEN]
    return Figures(one.name, one.real[:_SEEN], whole, one.decimals)


def _ways(held: Matrix) -> Iterator[Candidate]:
    """Yield whole numbers, of each column first, then of pairs: mixed, multiplied, laid together."""
    for one in held.columns:
        if one.whole is not None:
            yield from inverses.in_short(one.name, one.whole, held.constants)
        elif len(one.real):
            yield from _whole(one.name, inverses.undone(one.real))
        if one.decimals >= _FINE or one.whole is None:
            yield from _whole(one.name, inverses.grown(one.real))
    yield from pairings.small_pairs(held)
    yield from pairings.spread(held)
    yield from round_points(held.columns)


def _whole(name: str, found: Iterable[tuple[str, NDArray[np.float64]]]) -> Iterator[Candidate]:
    """Yield real numbers as whole ones, as they stand and in hundredths."""
    for kind, real in found:
        for power in (0, 2):
            whole = rounded(real * 10.0**power)
            if whole is not None:
                yield f"{name}: {kind} e{power}", whole


def _fitting(values: Exact) -> Whole | None:
    """Return values as numbers of 64 bits, if they fit, differ and are more than a few."""
    if len(values) < FEWEST or int(max(values)) >= _FITS or int(min(values)) <= -_FITS:
        return None
    return values.astype(np.int64)


def _measures(rare: Rare) -> Iterator[tuple[int, int]]:
    """Yield tens by which numbers are divided and what is taken away from days."""
    if rare.days:
        yield from ((1, first) for first in _FIRST_DAYS)
        return
    for tens in _TENS:
        yield tens, 0
    if rare.decimals:
        yield -(10**rare.decimals), 0


def _in_units(values: Whole, tens: int, first: int) -> Whole:
    """Return values in the units of a rare column; a negative factor multiplies."""
    return (values // tens if tens > 0 else values * -tens) - first


def _likely(
    kept: Mapping[str, Whole], rare: Sequence[Rare], measures: Sequence[_Measure]
) -> dict[str, list[_Measure]]:
    """Return the measures by which nearly all numbers of a candidate are rare ones, by its name."""
    found: dict[str, list[_Measure]] = {}
    names = list(kept)
    if not names:
        return found
    grid = np.stack([np.resize(values, _SEEN) for values in kept.values()])
    varied = (np.diff(np.sort(grid, axis=1), axis=1) > 0).sum(axis=1) >= FEWEST - 3
    for place, tens, first in measures:
        shown = rare[place].values
        held = _in_units(grid, tens, first)
        fine = varied & (((held >= shown[0]) & (held <= shown[-1])).mean(axis=1) >= _MOST)
        if tens > 1:
            fine &= (grid % tens == 0).all(axis=1)
        lines = np.flatnonzero(fine)
        lines = lines[hits(held[lines, :3].ravel(), shown).reshape(-1, 3).any(axis=1)]
        lines = lines[hits(held[lines].ravel(), shown).reshape(-1, _SEEN).mean(axis=1) >= _MOST]
        for line in lines.tolist():
            found.setdefault(names[line], []).append((place, tens, first))
    return found


def moved(table: pa.Table, sources: Sequence[Source]) -> tuple[str, int] | None:
    """Return the column whose numbers are identifiers moved or masked by one number, and how many.

    The vote of the pairs must be won by most rows, and by far more than where the gaps are in another order.
    """
    columns = [(one.name, _spread(one.whole)) for one in matrix(table).columns if one.whole is not None]
    large = [(name, values) for name, values in columns[:MAX_COLUMNS] if values is not None]
    if not large:
        return None
    for source in sources:
        for shown in _identifiers(source):
            for name, values in large:
                count = max(_shifted(values, shown), _masked(values, shown))
                if count >= max(FEWEST, _MOST * len(values)):
                    return name, count
    return None


def _spread(whole: Exact) -> Whole | None:
    """Return different numbers, sorted, in steps of what divides their gaps, if they lie as far apart as
    identifiers do."""
    if not 0 <= int(min(whole)) <= int(max(whole)) < _FITS:
        return None
    values = distinct(whole.astype(np.int64))
    gaps = values - values[0]
    divisor = int(np.gcd.reduce(gaps))
    if len(values) < FEWEST or divisor < 1 or int(gaps[-1]) // divisor < _SPREAD:
        return None
    return values if divisor == 1 else gaps // divisor


def _identifiers(source: Source) -> Iterator[Whole]:
    """Yield the different telephones and resident numbers of each column that holds such, sorted."""
    for column in source.table.columns:
        if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
            continue
        head = column.slice(0, 64).drop_null().to_pylist()
        for pattern, places in ((_PHONE, 11), (_RESIDENT, 17)):
            if head and sum(pattern.fullmatch(cell) is not None for cell in head) >= _MOST * len(head):
                cells = pc.utf8_slice_codeunits(column.slice(0, MAX_SOURCE).drop_null(), 0, places)
                plain = cells.filter(pc.match_substring_regex(cells, rf"^\d{{{places}}}$"))
                yield distinct(pc.cast(plain, pa.int64()).to_numpy())


def _shifted(values: Whole, shown: Whole) -> int:
    fewest = _MOST * len(values)
    found = _laid(values, shown) if may_lie(values, shown, fewest) else 0
    if found < fewest:
        return 0
    decoys = (_laid(disordered(values, seed=seed), shown) for seed in range(_DECOYS))
    return found if found > 3 * max(decoys) else 0


def _laid(values: Whole, shown: Whole) -> int:
    best = shift(values, shown, pairs=_PAIRS)
    if best is None:
        return 0
    signed: NDArray[np.int64] = -values if best.turned else values
    return int(hits(np.sort(signed + best.by), shown).sum())


def _masked(values: Whole, shown: Whole) -> int:
    """Return how many numbers are identifiers by exclusive or with the number that most pairs vote for."""
    few = values[:: max(len(values) // 24, 1)][:24]
    some = shown[: _PAIRS // len(few)]
    keys = (few[:, None] ^ some[None, :]).ravel()
    keys.sort()
    ends = np.flatnonzero(np.diff(keys, append=keys[-1] + 1))
    best = int(np.argmax(np.diff(ends, prepend=-1)))
    found = int(hits(np.sort(values ^ keys[ends[best]]), shown).sum())
    decoy = int(hits(np.sort(disordered(values, seed=1) ^ keys[ends[best]]), shown).sum())
    return found if found >= FEWEST and found > 3 * decoy else 0
