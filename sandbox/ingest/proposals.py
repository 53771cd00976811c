"""What discovery makes of a delivery, laid before the steward: columns, units, a masking policy.

Only a proposal: nothing lands by it. The steward confirms or changes each line; a column
that nobody classed stops the landing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from sandbox.discovery.columns import ColumnProposal, propose
from sandbox.discovery.units import propose_units
from sandbox.ingest.batch import open_raw
from sandbox.ingest.desk import IngestDesk
from sandbox.kernel.dataset_records import Column, Dataset, Delivery, Unit
from sandbox.masking.policy import Policy
from sandbox.masking.propose import propose_policy

MAX_ROWS = 200_000
"""Rows that a proposal looks at; classing does not change beyond it, landing checks every row."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Columns with their evidence, the units they suggest, and a policy to start from."""

    proposals: tuple[ColumnProposal, ...]
    columns: tuple[Column, ...]
    units: tuple[Unit, ...]
    policy: Policy


def propose_for(
    desk: IngestDesk, delivery: Delivery, dataset: Dataset, *, comments: Mapping[str, str] | None = None
) -> Proposal:
    """Return the proposal for a delivery that was read; `comments` are the columns' descriptions."""
    described = dict(comments or {})
    table = _sample(desk, delivery)
    proposals = propose(table, comments=described)
    units = tuple(
        Unit(kind=one.kind, columns=one.columns, sentinels=one.sentinels) for one in propose_units(proposals)
    )
    columns = tuple(
        Column(
            name=one.name,
            comment=described.get(one.name, ""),
            type=one.type,
            identifier=one.identifier,
            sensitive=one.sensitive,
            level=one.level,
            technique=one.technique,
        )
        for one in proposals
    )
    policy = propose_policy(proposals, table=dataset.code, sample=table)
    return Proposal(proposals, columns, units, policy)


def _sample(desk: IngestDesk, delivery: Delivery) -> pa.Table:
    batches: list[pa.RecordBatch] = []
    rows = 0
    with open_raw(desk, delivery) as source:
        schema = pa.schema([(column, pa.string()) for column in source.shape.columns])
        for _, batch in source.batches():
            batches.append(batch)
            rows += batch.num_rows
            if rows >= MAX_ROWS:
                break
    return pa.Table.from_batches(batches, schema=schema)
