"""A claim over several tables as one table: the rows of the first, with what each finds in the others.

Rows are never multiplied: a key that stands twice in the other table raises InputError. Units of every
table count, the strictest of their limits decide. Called by `proof` before a claim is recomputed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.claims import CheckedClaim, Lookup
from sandbox.egress.origin import Source
from sandbox.kernel.errors import InputError
from sandbox.kernel.grades import Thresholds
from sandbox.kernel.message import say

JOINED = "joined:"
"""Before the kinds of units that come from another table; a row that found nothing there has none."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """The tables of a claim side by side, and which rows found what they had to find."""

    source: Source
    present: NDArray[np.bool_]


def assemble(claim: CheckedClaim, sources: Mapping[str, Source]) -> Assembled:
    """Return the claim's first table with the columns, units and amounts of those it looks up."""
    source = sources[claim.table]
    present = np.ones(source.table.num_rows, dtype=bool)
    for lookup in claim.lookups:
        other = sources[lookup.table]
        place = _places(source.table, other.table, lookup)
        found = place >= 0
        present &= found | lookup.optional
        source = replace(
            source,
            table=_beside(source.table, other, place),
            units={**source.units, **_units(other, place)},
            amounts={**source.amounts, **_amounts(other, place)},
            identifiers=source.identifiers | {f"{other.name}.{name}" for name in other.identifiers},
            thresholds=strictest((source.thresholds, other.thresholds)),
        )
    return Assembled(source, present)


def strictest(limits: Sequence[Thresholds]) -> Thresholds:
    """Return the thresholds that satisfy every one of `limits`."""
    return Thresholds(
        smallest=max(one.smallest for one in limits),
        largest_share=min(one.largest_share for one in limits),
        two_largest_share=min(one.two_largest_share for one in limits),
        p_percent=max(one.p_percent for one in limits),
        drip_products=min(one.drip_products for one in limits),
        advantage=min(one.advantage for one in limits),
        near_excess=min(one.near_excess for one in limits),
        coverage_gap=min(one.coverage_gap for one in limits),
    )


def _places(table: pa.Table, other: pa.Table, lookup: Lookup) -> NDArray[np.int64]:
    """Return for each row the row of the other table with the same key, -1 for none."""
    here, there = _key(table, lookup.left), _key(other, lookup.right)
    known = there.drop_null()
    if len(pc.unique(known)) != len(known):
        raise InputError(say("声明无法由闸口核算：被关联的表里同一个键有多行，会使统计对象重复"))
    place = pc.fill_null(pc.index_in(here, value_set=there, skip_nulls=True), -1)
    return np.asarray(place.to_numpy(zero_copy_only=False), dtype=np.int64)


def _key(table: pa.Table, columns: Sequence[str]) -> pa.Array:
    parts = [pc.cast(table.column(name).combine_chunks(), pa.large_string()) for name in columns]
    return pc.binary_join_element_wise(*parts, pa.scalar("\x1f", pa.large_string()))


def _beside(table: pa.Table, other: Source, place: NDArray[np.int64]) -> pa.Table:
    chosen = pa.array(place, mask=place < 0)
    for name in other.table.column_names:
        column = other.table.column(name).combine_chunks().take(chosen)
        table = table.append_column(f"{other.name}.{name}", column)
    return table


def _units(other: Source, place: NDArray[np.int64]) -> dict[str, NDArray[np.uint32]]:
    return {
        f"{JOINED}{other.name}:{kind}": np.where(place >= 0, ids[np.maximum(place, 0)], 0).astype(np.uint32)
        for kind, ids in other.units.items()
        if ids.size
    }


def _amounts(other: Source, place: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    return {
        f"{other.name}.{name}": np.where(place >= 0, values[np.maximum(place, 0)], np.nan)
        for name, values in other.amounts.items()
        if values.size
    }
