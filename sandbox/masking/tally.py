"""What one pass over a table collects: counts, faults, classes, domains and unit columns.

Bounded by a few bytes a row and by the distinct values of quasi-identifiers; it keeps no
masked row and of raw rows only the columns that hold units. `run` decides from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sandbox.masking.apply import Counts, Masked, RowFault, apply
from sandbox.masking.engine import ask
from sandbox.masking.plan import Plan
from sandbox.masking.risk import ClassCoder, dense
from sandbox.masking.techniques import Token

SMALL_DOMAIN = 1_000
"""Tokens over fewer distinct values than this, each seen more than `REPEATS` times, leak by frequency."""
REPEATS = 2


@dataclass(frozen=True, slots=True)
class MaskedRows:
    """A masked batch, and a hash of each row's raw quasi-identifiers."""

    masked: Masked
    raw_hashes: np.ndarray


def mask_rows(plan: Plan, batch: pa.RecordBatch) -> MaskedRows:
    """Return the masked batch with what the risk before masking needs; safe in several threads at once."""
    masked = apply(plan, batch)
    hashes = _row_hashes(batch, plan.quasi) if plan.quasi else np.zeros(batch.num_rows, dtype=np.uint64)
    return MaskedRows(masked, hashes)


class PassTally:
    """Remembers, batch by batch, what `run` has to know of a table."""

    def __init__(self, plan: Plan, *, unit_columns: Sequence[str] = ()) -> None:
        self.plan = plan
        self.coder = ClassCoder(plan.quasi)
        self.counts: dict[str, Counts] = {bound.policy.name: Counts() for bound in plan.columns}
        self.faults: list[tuple[int, RowFault]] = []
        self.rows = 0
        self._faulty: list[np.ndarray] = []
        self._records: list[np.ndarray] = []
        self._raw: list[np.ndarray] = []
        self._domains = {name: _Domain() for name in _token_columns(plan)}
        self._unit_columns = tuple(dict.fromkeys(unit_columns))
        self._units: list[pa.RecordBatch] = []

    def take(self, records: pa.Array, batch: pa.RecordBatch, done: MaskedRows) -> pa.RecordBatch:
        """Take in the next batch, as read and as masked; return the masked rows, faulty ones included."""
        masked, numbers = done.masked, records.to_numpy(zero_copy_only=False)
        faulty = np.zeros(batch.num_rows, dtype=bool)
        for fault in masked.faults:
            faulty[fault.row] = True
            self.faults.append((int(numbers[fault.row]), fault))
        self._faulty.append(faulty)
        self._records.append(numbers)
        self.rows += batch.num_rows
        for name, counts in masked.counts.items():
            self.counts[name] += counts
        for name, domain in self._domains.items():
            domain.add(masked.batch.column(name))
        self.coder.add(masked.batch)
        self._raw.append(done.raw_hashes)
        if self._unit_columns:
            self._units.append(batch.select(list(self._unit_columns)))
        return masked.batch

    def faulty(self) -> np.ndarray:
        """Return which rows go to quarantine."""
        return _joined(self._faulty, bool)

    def records(self) -> np.ndarray:
        """Return the record number of every row in the source."""
        return _joined(self._records, np.int64)

    def raw_ids(self) -> np.ndarray:
        """Return the class numbers of the rows over the raw quasi-identifiers (by 64-bit hash)."""
        return dense(_joined(self._raw, np.uint64))

    def unit_table(self) -> pa.Table:
        """Return the raw columns that hold units, all rows."""
        schema = pa.schema([(name, pa.string()) for name in self._unit_columns])
        return pa.Table.from_batches(self._units, schema=schema)

    def small_domains(self) -> tuple[str, ...]:
        """Return the token columns whose frequencies would give their values away."""
        return tuple(name for name, domain in self._domains.items() if domain.small)


class _Domain:
    """Counts the distinct tokens of a column, up to the number that is enough."""

    def __init__(self) -> None:
        self._distinct: set[str] = set()
        self._cells = 0

    def add(self, tokens: pa.Array) -> None:
        self._cells += len(tokens) - tokens.null_count
        if len(self._distinct) < SMALL_DOMAIN:
            self._distinct.update(pc.unique(tokens.drop_null()).to_pylist())

    @property
    def small(self) -> bool:
        return len(self._distinct) < SMALL_DOMAIN and self._cells > REPEATS * len(self._distinct)


def _token_columns(plan: Plan) -> list[str]:
    return [
        bound.policy.name
        for bound in plan.columns
        if isinstance(bound.policy.technique, Token) and not bound.policy.technique.allow_small
    ]


def _row_hashes(batch: pa.RecordBatch, columns: Sequence[str]) -> np.ndarray:
    cells = {f"c{at}": batch.column(name) for at, name in enumerate(columns)}
    return ask(cells, f"hash({', '.join(cells)})")


def _joined(pieces: Sequence[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=kind)
