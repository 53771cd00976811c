"""Binds a policy to a table's columns and a key: all that masking needs to know, frozen.

Everything that can be refused before a row is read is refused here. A plan masks batches
through `apply`; it holds no state between them, so any split of the rows gives the same
result. Pass-one facts (small domains, risk classes) belong to `run`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from sandbox.fingerprint.canonical import canonical_array
from sandbox.masking import amounts, dates, hierarchy
from sandbox.masking.cells import over_distinct
from sandbox.masking.policy import Algorithm, ColumnPolicy, OnUnhandled, Policy, TablePolicy, addresses
from sandbox.masking.prf import tokens
from sandbox.masking.techniques import (
    MIN_HIDDEN,
    Band,
    DateTrunc,
    Drop,
    Keep,
    KeepChars,
    Lookup,
    RedactText,
    Region,
    Round,
    Technique,
    Token,
)
from sandbox.vault.keys import DataKey

Transform: TypeAlias = Callable[[pa.Array], pa.Array]
"""Cells without sentinels in, masked cells out; null where the technique cannot read the cell.

A token's cells come in canonical form: `apply` needs that form elsewhere too.
"""


@dataclass(frozen=True, slots=True)
class BoundColumn:
    """A column's policy with the function that carries it out."""

    policy: ColumnPolicy
    transform: Transform


@dataclass(frozen=True, slots=True)
class Plan:
    """A table's policy, ready to run; `schema` is that of the masked rows, strings only."""

    table: TablePolicy
    columns: tuple[BoundColumn, ...]
    on_unhandled: OnUnhandled
    addresses: tuple[str, ...]
    schema: pa.Schema

    @property
    def direct(self) -> tuple[str, ...]:
        """Return the columns whose raw values may show in no cell of their row."""
        apart = set(self.addresses)
        return tuple(
            bound.policy.name
            for bound in self.columns
            if bound.policy.direct and bound.policy.name not in apart
        )

    @property
    def quasi(self) -> tuple[str, ...]:
        """Return the masked columns that form the risk classes."""
        return tuple(bound.policy.name for bound in self.columns if bound.policy.quasi)


def make_plan(policy: Policy, table: TablePolicy, *, columns: Sequence[str], key: DataKey) -> Plan:
    """Return the plan for data with those columns; InputError if policy and data do not agree."""
    table.check_columns(columns)
    by_name = {column.name: column for column in table.columns}
    ordered = [by_name[name] for name in columns]
    bound = tuple(BoundColumn(column, _transform(column, policy.algorithm, key)) for column in ordered)
    fields = [
        pa.field(column.name, pa.string()) for column in ordered if not isinstance(column.technique, Drop)
    ]
    return Plan(
        table=table,
        columns=bound,
        on_unhandled=policy.on_unhandled,
        addresses=tuple(name for name in addresses(table) if not isinstance(by_name[name].technique, Keep)),
        schema=pa.schema(fields),
    )


def _transform(column: ColumnPolicy, algorithm: Algorithm, key: DataKey) -> Transform:
    technique = column.technique
    if isinstance(technique, Token):
        secret = key.derive(f"masking/{column.group}")
        return partial(tokens, key=secret, bits=technique.bits, algorithm=algorithm)
    return partial(_PLAIN[type(technique)], technique=technique)


def _date(cells: pa.Array, *, technique: DateTrunc) -> pa.Array:
    return over_distinct(cells, partial(dates.truncate, unit=technique.unit))


def _region(cells: pa.Array, *, technique: Region) -> pa.Array:
    return hierarchy.generalise(cells, technique.level)


def _lookup(cells: pa.Array, *, technique: Lookup) -> pa.Array:
    """Return the table's value for each canonical cell; `other` (or null) where it has none."""
    keys = canonical_array(pa.array([key for key, _ in technique.values], pa.string()))
    values = pa.array([value for _, value in technique.values], pa.string())
    found = values.take(pc.index_in(canonical_array(cells), keys))
    if not technique.other:
        return found
    return pc.if_else(pc.is_valid(cells), pc.fill_null(found, technique.other), found)


def _keep_chars(cells: pa.Array, *, technique: KeepChars) -> pa.Array:
    """Return first, stars, last; null where fewer than `MIN_HIDDEN` characters would be hidden."""
    length = pc.utf8_length(cells)
    hidden = pc.subtract(length, technique.first + technique.last)
    enough = pc.greater_equal(hidden, MIN_HIDDEN)
    stars = pc.binary_repeat("*", pc.max_element_wise(pc.fill_null(hidden, 0), 0))
    first = pc.utf8_slice_codeunits(cells, 0, technique.first)
    last = pc.utf8_slice_codeunits(cells, -technique.last) if technique.last else ""
    masked = pc.binary_join_element_wise(first, stars, last, "")
    return pc.if_else(pc.fill_null(enough, False), masked, pa.scalar(None, pa.string()))


def _band(cells: pa.Array, *, technique: Band) -> pa.Array:
    return over_distinct(cells, partial(amounts.band, technique=technique))


def _round(cells: pa.Array, *, technique: Round) -> pa.Array:
    return over_distinct(cells, partial(amounts.rounded, technique=technique))


def _same(cells: pa.Array, *, technique: Technique) -> pa.Array:  # noqa: ARG001
    return cells


_PLAIN: Mapping[type, Callable[..., pa.Array]] = {
    DateTrunc: _date,
    Region: _region,
    Lookup: _lookup,
    KeepChars: _keep_chars,
    Band: _band,
    Round: _round,
    Keep: _same,
    Drop: _same,
    RedactText: _same,  # needs its row: `apply` hands it to `text`
}
