"""The figures of each cell from the values in it: sums, averages, positions, spreads; numpy alone.

Positions follow DuckDB: `quantile_cont` interpolates between neighbours, `quantile_disc` takes one value.
A cell without values has none (nan), and a sample's spread needs two. Pure; called by `recompute`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sandbox.egress.expressions import POSITIONS, SPREADS, Aggregate
from sandbox.egress.units import Sets

Values = NDArray[np.float64]


def summarised(aggregate: Aggregate, values: Values, sets: Sets, count: int) -> Values:
    """Return the aggregate of each of `count` cells; `sets` numbers the cell of every value."""
    numbers = np.bincount(sets, minlength=count).astype(np.float64)
    if aggregate.function in POSITIONS:
        return _position(aggregate, values, sets, numbers)
    sums = np.bincount(sets, weights=values, minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        if aggregate.function == "sum":
            return np.where(numbers > 0, sums, np.nan)
        means = np.where(numbers > 0, sums / numbers, np.nan)
        if aggregate.function not in SPREADS:
            return means
        squares = np.bincount(sets, weights=deviations(values, sets, means) ** 2, minlength=count)
        sample = aggregate.function.endswith("_samp")
        variances = np.where(numbers > sample, squares / (numbers - sample), np.nan)
        return np.asarray(np.sqrt(variances) if aggregate.function.startswith("stddev") else variances)


def deviations(values: Values, sets: Sets, means: Values) -> Values:
    """Return each value less the average of its cell."""
    return np.asarray(values - means[sets])


def _position(aggregate: Aggregate, values: Values, sets: Sets, numbers: Values) -> Values:
    """Return the value at the wanted place of each cell's values in order."""
    ordered = values[np.lexsort((values, sets))]
    starts = np.concatenate([[0], np.cumsum(numbers)[:-1]]).astype(np.int64)
    place = aggregate.place or 0.0
    if aggregate.function == "quantile_disc":
        at = np.maximum(np.ceil(place * numbers) - 1, 0)
    else:
        at = place * np.maximum(numbers - 1, 0)
    low, high = np.floor(at).astype(np.int64), np.ceil(at).astype(np.int64)
    found = np.full(numbers.size, np.nan)
    some = numbers > 0
    first, last = ordered[(starts + low)[some]], ordered[(starts + high)[some]]
    found[some] = first + (last - first) * (at - low)[some]
    return found
