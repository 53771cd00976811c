"""Finds a coarser policy for a table whose small classes are too many.

Used for proposed policies only: what a steward has confirmed is never changed, it is
refused. One column at a time, the one whose step costs least, goes one step up its ladder until
few enough rows lie in small classes (a greedy search, as in Sweeney's Datafly).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from sandbox.masking import hierarchy
from sandbox.masking.amounts import labels
from sandbox.masking.dates import truncate_one
from sandbox.masking.policy import ColumnPolicy, TablePolicy, replace_columns
from sandbox.masking.risk import ClassCoder, Units, small_rows
from sandbox.masking.techniques import Band, DateTrunc, DateUnit, Drop, Region, RegionLevel, Technique

_NEXT = {
    DateUnit.MONTH: DateUnit.YEAR,
    DateUnit.QUARTER: DateUnit.YEAR,
    DateUnit.YEAR: DateUnit.FIVE_YEARS,
    DateUnit.FIVE_YEARS: DateUnit.DECADE,
}
Values = list[str | None]


def coarser(table: TablePolicy, coder: ClassCoder, units: Units | None) -> TablePolicy:
    """Return the table's policy with quasi-identifiers coarse enough for its floor and share."""
    columns = {column.name: column for column in table.columns if column.quasi}
    changed: dict[str, ColumnPolicy] = {}
    while columns and _share(coder, units, table.floor) > table.max_suppressed:
        name = min(columns, key=lambda key: (_loss(columns[key].technique), -coder.distinct(key), key))
        technique, merge = _step(columns[name].technique)
        values = coder.values(name)
        coder = coder.merged(name, merge(values) if merge else [None] * len(values))
        changed[name] = columns[name] = replace(columns[name], technique=technique)
        if isinstance(technique, Drop):
            del columns[name]
    return replace_columns(table, changed)


def _share(coder: ClassCoder, units: Units | None, floor: int) -> float:
    small = small_rows(coder.ids(), units, floor=floor)
    return float(small.mean()) if len(small) else 0.0


def _loss(technique: Technique) -> int:
    """Return how much the column's next step costs its readers: places are given up after dates and bands."""
    if isinstance(technique, DateTrunc):
        return 3 if technique.unit is DateUnit.FIVE_YEARS else 1 if technique.unit in _NEXT else 7
    if isinstance(technique, Band):
        return 2 if len(technique.cuts) > 1 else 6
    if isinstance(technique, Region):
        return 4 if technique.level is RegionLevel.DISTRICT else 8
    return 5


def _step(technique: Technique) -> tuple[Technique, Callable[[Values], Values] | None]:
    """Return the next coarser technique, and how its values follow from the present ones."""
    if isinstance(technique, DateTrunc) and technique.unit in _NEXT:
        unit = _NEXT[technique.unit]
        return DateTrunc(unit), lambda values: _dates(values, unit)
    if isinstance(technique, Region) and technique.level is not RegionLevel.PROVINCE:
        level = RegionLevel.CITY if technique.level is RegionLevel.DISTRICT else RegionLevel.PROVINCE
        return Region(level), lambda values: _regions(values, level)
    if isinstance(technique, Band) and len(technique.cuts) > 1:
        fewer = replace(technique, cuts=technique.cuts[1::2])
        mapping = _bands(technique, fewer)
        return fewer, lambda values: [mapping.get(value) if value else None for value in values]
    return Drop(), None


def _dates(values: Values, unit: DateUnit) -> Values:
    return [truncate_one(value[:4], unit) if value else None for value in values]


def _regions(values: Values, level: RegionLevel) -> Values:
    found: Values = hierarchy.generalise(pa.array(values, pa.string()), level).to_pylist()
    return found


def _bands(fine: Band, coarse: Band) -> Mapping[str, str]:
    """Return the coarse label of every fine one; the cuts of `coarse` are among those of `fine`."""
    slots = np.searchsorted(np.array(coarse.cuts), np.array([-np.inf, *fine.cuts]), side="right")
    names = labels(coarse)
    return {label: names[int(slot)] for label, slot in zip(labels(fine), slots, strict=True)}
