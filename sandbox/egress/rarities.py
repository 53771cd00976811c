"""The values of a source's columns that few units hold: amounts and days by which somebody is known.

What a seat was shown counts, its canaries too. A value is rare below the crowd of the record search. Pure;
called by `restated`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.lattice import FEWEST, Figures, Whole, steps, whole
from sandbox.egress.measured import Measured, days_of
from sandbox.egress.origin import Source
from sandbox.egress.units import Ids
from sandbox.fingerprint.buffers import distinct
from sandbox.fingerprint.match import CROWD
from sandbox.fingerprint.sidecar import finest

_DECIMALS = 4
_ROUND = 100
_SAMPLE = 200
DENSE = 0.5
"""Share of the days or amounts between the ends that somebody holds: from there on any is held by chance."""


@dataclass(frozen=True, slots=True)
class Rare:
    """The rare values of one column: sorted, in units of 10**-decimals or in days; `crowd` the others.

    `steps` are the values counted from the least in steps of their common divisor.
    """

    name: str
    days: bool
    decimals: int
    values: Whole
    crowd: Whole
    steps: Whole

    def asked(self, figures: Whole) -> Whole:
        """Return those of a column's figures in these units that are none of a crowd."""
        return figures[~np.isin(figures, self.crowd)]


class Asked:
    """A column of figures as it is asked about again and again: in each kind of units, read once."""

    def __init__(self, one: Measured) -> None:
        """Read nothing yet."""
        self.one = one
        self._units: dict[int, Whole] = {}

    def units(self, rare: Rare) -> Whole:
        """Return the figures that a column asks about: each once, in the units of a rare column, sorted.

        Empty where the two are not of a kind. Round amounts are left out: anybody may mean them.
        """
        if self.one.days != rare.days:
            return np.zeros(0, dtype=np.int64)
        if rare.decimals not in self._units:
            self._units[rare.decimals] = _in_units(self.one, rare.decimals)
        return self._units[rare.decimals]

    @cached_property
    def steps(self) -> list[Whole]:
        """Return the figures in steps of their own."""
        return steps(self.one.different(), self.one.decimals)


def _in_units(one: Measured, decimals: int) -> Whole:
    with np.errstate(over="ignore"):
        exact = one.figures * 10.0**decimals
        sure = one.errors * 10.0**decimals <= 0.5
    known = np.isfinite(exact) & (np.abs(exact) < 2.0**52) & sure
    nearest = np.round(exact[known])
    off = np.abs(exact[known] - nearest) - one.errors[known] * 10.0**decimals
    asked = distinct(np.where(off <= 1e-4, nearest, _beside(nearest)).astype(np.int64))
    return asked[asked % _ROUND != 0] if decimals >= 2 else asked


def _beside(values: Figures) -> Figures:
    """Return what stands for figures between two units: far from every value, and each still different."""
    return np.asarray(values + 2.0**53)


def rarities(source: Source) -> Iterator[Rare]:
    """Yield the rare values of every column of amounts or days that has enough of them."""
    units = finest(source.units)
    table = source.table
    for name in table.column_names:
        days = days_of(table.column(name))
        if days is not None:
            yield from _rare(name, days, 0, units, days=True)
    for name, figures in source.figures().items():
        decimals = _decimals(figures)
        if decimals is not None:
            yield from _rare(name, figures, decimals, units, days=False)


def _rare(name: str, figures: Figures, decimals: int, units: Ids | None, *, days: bool) -> Iterator[Rare]:
    filled = np.isfinite(figures)
    scaled = whole(figures[filled], decimals)
    if scaled is None or len(scaled) < FEWEST:
        return
    values, codes = np.unique(scaled, return_inverse=True)
    if len(values) > DENSE * float(values[-1] - values[0] + 1):
        return
    held = _holders(codes, None if units is None else units[filled], len(values))
    rare, crowd = values[held < CROWD], values[held >= CROWD]
    if len(rare) < FEWEST:
        return
    gaps = rare - rare[0]
    yield Rare(name, days, decimals, rare, crowd, gaps // max(int(np.gcd.reduce(gaps)), 1))


def merged(rare: Sequence[Rare]) -> Iterator[Rare]:
    """Yield the rare values of all columns of one kind as those of one: the greater of two is of either."""
    kinds: dict[tuple[bool, int], list[Rare]] = {}
    for one in rare:
        kinds.setdefault((one.days, one.decimals), []).append(one)
    for (days, decimals), several in kinds.items():
        if len(several) > 1:
            values = distinct(np.concatenate([one.values for one in several]))
            crowd = distinct(np.concatenate([one.crowd for one in several]))
            yield Rare(
                ", ".join(one.name for one in several), days, decimals, values, crowd, values - values[0]
            )


def _holders(codes: NDArray[np.int64], units: Ids | None, count: int) -> NDArray[np.int64]:
    """Return how many units hold each value; rows where there is no unit."""
    if units is None:
        return np.bincount(codes, minlength=count)
    pairs = distinct((codes.astype(np.uint64) << np.uint64(32)) | units.astype(np.uint64))
    return np.bincount((pairs >> np.uint64(32)).astype(np.int64), minlength=count)


def _decimals(figures: Figures) -> int | None:
    """Return with how many decimals a column is written; None when it is not written with few."""
    known = figures[np.isfinite(figures)]
    for decimals in range(_DECIMALS + 1):
        if len(known) and whole(known, decimals) is not None:
            return decimals
    return None


def crowded(source: Source, texts: pa.ChunkedArray) -> bool:
    """Return whether every text is held by a crowd in one column of the source, as labels of groups are."""
    asked = pc.unique(texts.drop_null())
    for name in source.table.column_names:
        column = source.table.column(name)
        if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
            continue
        held = column.filter(pc.is_in(column, value_set=asked.cast(column.type)))
        counts = pc.value_counts(held.combine_chunks())
        if not len(counts):
            continue
        crowds = pc.sum(pc.greater_equal(counts.field("counts"), CROWD)).as_py() or 0
        if crowds >= max(len(asked) - 2, 1):
            return True
    return False
