"""Do the figures of a column lie, as a whole, among the rare values of a source?

A single amount or day proves nothing, thirty that are all held by somebody alone do, also in another measure:
days since some day, seconds, a logarithm, a score, two columns added, a total that runs on. Hits are held
against decoys (the same figures moved, their gaps in another order), so that calendars, row numbers and dense
counts prove nothing. Figures of groups that each stand once, such as medians by district, are left to people.
Pure; called by `judge` and `together`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sandbox.egress.clipped import clipped
from sandbox.egress.lattice import FEWEST, Whole, beyond, disordered, hits, may_lie, shift
from sandbox.egress.measured import Measured, days_of, figure, figures_of, measured
from sandbox.egress.origin import Source
from sandbox.egress.rarities import Asked, Rare, crowded, rarities
from sandbox.egress.workings import moved, workings
from sandbox.fingerprint.buffers import distinct
from sandbox.fingerprint.canonical import canonical

BITS = 24.0
"""Evidence beyond the decoys that a column needs, besides log2 of the number of comparisons."""
LIKE = 0.8
"""Share of a column's different figures that must be rare values of the one column of a source."""
MAX_ROWS = 5_000
_MOVES = 64
_DECOYS = 8
_COMPARED = 2_000
_CODE = 1000
_CYCLES = frozenset({12, 24, 31, 52, 53, 99, 100, 101, 366})
_VOTES = 20_000_000
_MOST_VOTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Restated:
    """A column that restates values of a source: its heading, how many, and how far beyond the decoys."""

    where: str
    values: int
    bits: float


def restated(tables: Sequence[pa.Table], sources: Sequence[Source]) -> Restated | None:
    """Return the column that restates most rare values of a source; None if there is none."""
    short = different([table for table in tables if FEWEST <= table.num_rows <= MAX_ROWS])
    if not short:
        return None
    rare = [one for source in sources for one in rarities(source)]
    found: list[Restated] = []
    for table in short:
        seen = _shown(table, rare, sources) if rare else []
        if seen and not _labels_apart(table, sources):
            found += seen
    return max(found, key=lambda one: one.values, default=None)


def different(tables: Sequence[pa.Table]) -> list[pa.Table]:
    """Return the tables without those that are like one before: a file unpacked twice is looked at once."""
    found: list[pa.Table] = []
    for table in tables:
        if not any(table.equals(one) for one in found):
            found.append(table)
    return found


def _shown(table: pa.Table, rare: Sequence[Rare], sources: Sequence[Source]) -> list[Restated]:
    return list(_restated(measured(table), rare)) or list(_worked(table, rare, sources))


def _restated(columns: Sequence[Measured], rare: Sequence[Rare]) -> Iterator[Restated]:
    comparisons = [(one, other) for one in map(Asked, columns) for other in rare][:_COMPARED]
    needed = BITS + math.log2(max(len(comparisons), 1))
    plain = sum(asked.one.plain for asked, _ in comparisons)
    pairs = min(_VOTES // max(plain, 1), _MOST_VOTES)
    for asked, other in comparisons:
        count, bits = _as_it_is(asked, other)
        if bits < needed and asked.one.plain:
            count, bits = _moved(asked, other, pairs)
        if bits >= needed:
            yield Restated(asked.one.name, count, bits)


def _worked(table: pa.Table, rare: Sequence[Rare], sources: Sequence[Source]) -> Iterator[Restated]:
    """Yield columns that restate values once arithmetic is undone, and identifiers moved by one number."""
    likely, compared = workings(table, rare)
    needed = BITS + math.log2(max(compared, 1))
    for one in likely:
        count, bits = _weighed(distinct(one.values[~np.isin(one.values, one.rare.crowd)]), one.rare)
        if bits >= needed:
            yield Restated(one.name, count, bits)
    by_one = None if likely else moved(table, sources)
    if by_one is not None:
        yield Restated(by_one[0], by_one[1], needed)
    cut = clipped(table, sources)
    if cut is not None:
        yield Restated(cut.where, cut.values, cut.bits)


def _as_it_is(one: Asked, rare: Rare) -> tuple[int, float]:
    """Return how many figures are rare values themselves, and the evidence in it."""
    figures = one.units(rare)
    if len(figures) < FEWEST or int(hits(figures, rare.values).sum()) < FEWEST:
        return 0, 0.0  # told without asking which of the others a crowd holds
    return _weighed(rare.asked(figures), rare)


def _weighed(asked: Whole, rare: Rare) -> tuple[int, float]:
    """Return how many different figures in a column's units are its rare values, and the evidence in it."""
    if len(asked) < FEWEST:
        return 0, 0.0
    count = int(hits(asked, rare.values).sum())
    if count < max(FEWEST, LIKE * len(asked)):
        return 0, 0.0
    chance = max(_when_moved(asked, rare.values), _when_disordered(asked, rare.values))
    return count, beyond(count, len(asked), chance)


def _when_moved(asked: Whole, shown: Whole) -> float:
    """Return the share of hits when all figures are moved by the same, near and far."""
    order = np.random.default_rng(len(asked))
    width = max(float(shown[-1] - shown[0]) / 4, 2.0)
    moves = np.exp(order.uniform(0.0, math.log(width), _MOVES)).astype(np.int64) + 1
    moves *= order.choice([-1, 1], _MOVES)
    got = [int(hits(asked + move, shown).sum()) for move in moves]
    return (sum(got) + 1) / (_MOVES * len(asked))


def _when_disordered(asked: Whole, shown: Whole) -> float:
    got = [int(hits(disordered(asked, seed=seed), shown).sum()) for seed in range(_DECOYS)]
    return (sum(got) + 1) / (_DECOYS * len(asked))


def _moved(one: Asked, rare: Rare, pairs: int) -> tuple[int, float]:
    """Return the same for the figures in steps of their own, laid on the source's at the best shift."""
    best = (0, 0.0)
    for asked in one.steps:
        fewest = max(FEWEST, LIKE * len(asked))
        if len(asked) < FEWEST or not may_lie(asked, rare.steps, fewest):
            continue
        laid = _laid(asked, rare.steps, pairs)
        if laid < fewest:
            continue
        decoys = [_laid(disordered(asked, seed=seed), rare.steps, pairs) for seed in range(_DECOYS)]
        bits = beyond(laid, len(asked), max(*decoys, 1) / len(asked))
        best = max(best, (laid, bits), key=lambda pair: pair[1])
    return best


def _laid(asked: Whole, shown: Whole, pairs: int) -> int:
    """Return how many steps lie on the source's at the shift that most vote for."""
    found = shift(asked, shown, pairs=pairs)
    if found is None:
        return 0
    signed: NDArray[np.int64] = -asked if found.turned else asked
    return int(hits(np.sort(signed + found.by), shown).sum())


def _labels_apart(table: pa.Table, sources: Sequence[Source]) -> bool:
    """Return whether every row is a group of its own by labels that crowds share, or a step of a cycle.

    Then figures such as medians may each be one person's and still be statistics: people decide.
    """
    named = zip(table.column_names, table.columns, strict=True)
    labels = [column for name, column in named if _label(str(name), column)]
    groups = [column for column in labels if any(crowded(source, column) for source in sources)]
    if groups and len(set(zip(*(column.to_pylist() for column in groups), strict=True))) == table.num_rows:
        return True
    return any(_cycle(column) for column in table.columns)


def _label(name: str, column: pa.ChunkedArray) -> bool:
    """Return whether a column may name groups: texts, or codes and years; small numbers only count rows."""
    if days_of(column) is not None:
        return False
    figures = figures_of(name, column)
    return figures is None or bool(np.nanmin(figures.figures) >= _CODE)


def _cycle(column: pa.ChunkedArray) -> bool:
    """Return whether a column counts hours, weeks, ages or shares of a distribution, evenly and once each."""
    texts = [re.sub(r"^[Pp]|[%月日时周岁]$", "", canonical(cell)) for cell in column.to_pylist() if cell]
    figures = [found for cell in texts if (found := figure(cell))]
    if not figures or len(figures) != len(column):
        return False
    values = np.asarray([value for value, _, _ in figures])
    gaps = np.diff(values)
    even = len(gaps) and np.abs(gaps - gaps[0]).max() <= 0.02 * abs(gaps[0])
    spread = bool(even) and gaps[0] > 0
    return spread and (len(values) in _CYCLES or abs(values[-1] - 100) < 1e-6 or abs(values[-1] - 1) < 1e-6)
