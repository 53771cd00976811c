"""May a minimum, a maximum, a quantile or a spread be shown? One value stands for persons behind it.

A position is shown only where, at the precision declared, enough units hold that very value, and, for a
quantile, enough lie on either side of it. A spread needs its degrees of freedom, and no unit may make up
most of the squared deviations. Pure; called by `cells`, which turns the answers into problems.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.recompute import Measured
from sandbox.egress.units import Ids, Sets, rows_per_set, shares, smallest_units
from sandbox.kernel.grades import Thresholds

ENDS = frozenset({"min", "max"})
_SAME = 1e-9


def thinly_held(
    measure: Measured, sets: Sets, count: int, units: Mapping[str, Ids], thresholds: Thresholds
) -> NDArray[np.int64]:
    """Return the cells whose shown value fewer than `smallest` units hold, within its rounding."""
    amounts, shown = _amounts(measure), measure.rounded()
    digits = measure.aggregate.digits
    room = 0.0 if digits is None else 0.5 * 10.0**-digits
    target = np.where(sets >= 0, shown[np.maximum(sets, 0)], np.nan)
    near = np.abs(amounts - target) <= room + _SAME * np.maximum(np.abs(target), 1.0)
    held = smallest_units(np.where(near, sets, -1), units, count, most=thresholds.smallest)
    return np.flatnonzero((rows_per_set(sets, count) > 0) & (held < thresholds.smallest))


def at_the_edge(
    measure: Measured, sets: Sets, count: int, units: Mapping[str, Ids], thresholds: Thresholds
) -> NDArray[np.int64]:
    """Return the cells whose quantile has fewer than `smallest` units at or beyond it on one side."""
    amounts, shown = _amounts(measure), measure.values
    target = np.where(sets >= 0, shown[np.maximum(sets, 0)], np.nan)
    most = thresholds.smallest
    below = smallest_units(np.where(amounts <= target, sets, -1), units, count, most=most)
    above = smallest_units(np.where(amounts >= target, sets, -1), units, count, most=most)
    few = (below < thresholds.smallest) | (above < thresholds.smallest)
    return np.flatnonzero((rows_per_set(sets, count) > 0) & few)


def few_degrees(
    sets: Sets, count: int, units: Mapping[str, Ids], thresholds: Thresholds
) -> NDArray[np.int64]:
    """Return the cells of a spread with fewer degrees of freedom (units less one) than `smallest`."""
    freedom = smallest_units(sets, units, count, most=thresholds.smallest + 1) - 1
    return np.flatnonzero((rows_per_set(sets, count) > 0) & (freedom < thresholds.smallest))


def spread_by_one(
    measure: Measured, sets: Sets, count: int, units: Iterable[Ids], thresholds: Thresholds
) -> NDArray[np.int64]:
    """Return the cells in which one or two units make up too much of the squared deviations."""
    amounts = _amounts(measure)
    kept = (sets >= 0) & np.isfinite(amounts)
    numbers = np.bincount(sets[kept], minlength=count)
    sums = np.bincount(sets[kept], weights=amounts[kept], minlength=count)
    means = sums / np.maximum(numbers, 1)
    squares = (amounts - np.where(sets >= 0, means[np.maximum(sets, 0)], 0.0)) ** 2
    bad = np.zeros(count, dtype=bool)
    for ids in units:
        part = shares(sets, ids, squares, count)
        one = part.largest >= thresholds.largest_share * part.total
        bad |= (one | (part.largest + part.second >= thresholds.two_largest_share * part.total)) & (
            part.total > 0
        )
    return np.flatnonzero(bad)


def _amounts(measure: Measured) -> NDArray[np.float64]:
    return measure.amounts if measure.amounts is not None else np.zeros(measure.sets.size)
