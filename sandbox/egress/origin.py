"""A table that products are made from, with what only the gate knows of it.

A value; `sources` makes it from files, `worker` from snapshots and their sidecars.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sandbox.egress.claims import TableScope
from sandbox.egress.expressions import Kind
from sandbox.egress.kinds import column_kind
from sandbox.egress.numbering import Numbered
from sandbox.egress.units import Ids
from sandbox.fingerprint.index import RecordIndex
from sandbox.kernel.grades import Thresholds


@dataclass(frozen=True, slots=True)
class Source:
    """A table that products are made from, and what only the gate knows of it.

    `table` is what the author could query (string columns); `units` per kind a dense id for
    every row; `amounts` raw values of columns; `identifiers` the columns that name somebody;
    `index` the fingerprints of its raw and masked records. `snapshot` names the version, whose rows
    `numbered` tells in others; empty and None for files. `overlay` are the canary rows that the seat saw
    among the table's own, `canaries` an index that has them first. `subjects` are the columns of tokens that
    stand for one kind of unit, one token a unit: whoever counts those has counted the units.
    """

    name: str
    table: pa.Table
    units: Mapping[str, Ids]
    index: RecordIndex | None
    identifiers: frozenset[str] = frozenset()
    thresholds: Thresholds = field(default_factory=Thresholds)
    amounts: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    snapshot: str = ""
    numbered: Numbered | None = None
    overlay: pa.Table | None = None
    canaries: RecordIndex | None = None
    subjects: Mapping[str, str] = field(default_factory=dict)

    def scope(self) -> TableScope:
        """Return what a claim may know of the table."""
        return TableScope(self.name, tuple(self.table.column_names), self.identifiers)

    def figures(self) -> Mapping[str, NDArray[np.float64]]:
        """Return the values of every column that holds figures, nan where a cell has none."""
        found = dict(self.amounts)
        for name in self.table.column_names:
            column = self.table.column(name)
            if name not in found and column_kind(column) is Kind.NUMBER:
                found[name] = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
        return found
