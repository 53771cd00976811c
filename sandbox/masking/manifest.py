"""The evidence of one masking run, as plain values: what was done to what, and never a value of the data.

Names policy, key, techniques and their families (DB52/T 1126-2016), accounts for every row,
and states the risk before and after (GB/T 42460-2023). The caller adds its own facts.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import duckdb
import numpy as np
import pyarrow as pa

from sandbox.files.readers import TableSource
from sandbox.masking.parts import Part
from sandbox.masking.plan import BoundColumn
from sandbox.masking.policy import Policy
from sandbox.masking.policy_file import write_policy
from sandbox.masking.risk import Risk
from sandbox.masking.tally import PassTally
from sandbox.masking.techniques import Token, parameters

FORMAT = 1
MAX_LISTED = 10_000
"""Rows named one by one in the manifest; the counts always cover all of them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run wrote, which good rows it suppressed, and the risk before and after."""

    parts: tuple[Part, ...]
    suppressed: np.ndarray
    before: Risk
    after: Risk


def describe(
    policy: Policy, tally: PassTally, source: TableSource, *, key_id: str, outcome: Outcome
) -> dict[str, object]:
    """Return the manifest; the rows of `in` are those of out, quarantined and suppressed together."""
    plan, parts = tally.plan, outcome.parts
    return {
        "format": FORMAT,
        "table": plan.table.name,
        "policy": _policy(policy),
        "key": key_id,
        "algorithm": policy.algorithm.value,
        "engine": {"pyarrow": pa.__version__, "duckdb": duckdb.__version__},
        "rows": {
            "in": source.rows_read,
            "out": sum(part.rows for part in parts),
            "quarantined": source.bad_count + len(tally.faults),
            "suppressed": int(outcome.suppressed.sum()),
        },
        "quarantine": _quarantine(source, tally),
        "suppressed_records": tally.records()[outcome.suppressed][:MAX_LISTED].tolist(),
        "columns": [_column(bound, tally) for bound in plan.columns],
        "schema": [{"name": field.name, "type": str(field.type)} for field in plan.schema],
        "parts": [asdict(part) for part in parts],
        "risk": {
            "quasi": list(plan.quasi),
            "floor": plan.table.floor,
            "before": outcome.before.as_mapping(),
            "after": outcome.after.as_mapping(),
        },
    }


def _policy(policy: Policy) -> dict[str, object]:
    return {
        "name": policy.name,
        "digest": policy.digest,
        "proposed": policy.proposed,
        "zone": policy.zone.value,
        "text": write_policy(policy),
    }


def _quarantine(source: TableSource, tally: PassTally) -> list[dict[str, object]]:
    """Return the first quarantined rows, unreadable and unmaskable ones together, by record number."""
    rows: list[dict[str, object]] = [
        {"row": bad.row, "line": bad.line, "reason": str(bad.reason)} for bad in source.bad[:MAX_LISTED]
    ]
    rows += [
        {"row": record, "line": None, "reason": str(fault.reason)}
        for record, fault in tally.faults[:MAX_LISTED]
    ]
    return sorted(rows, key=lambda row: int(str(row["row"])))[:MAX_LISTED]


def _column(bound: BoundColumn, tally: PassTally) -> dict[str, object]:
    column = bound.policy
    given = parameters(column.technique)
    if isinstance(column.technique, Token):
        given["group"] = column.group
    counts = tally.counts[column.name]
    return {
        "name": column.name,
        "technique": column.technique.name,
        "parameters": given,
        "family": column.technique.family.value,
        "class": column.identifier.value,
        "type": column.type.value if column.type else None,
        "changed": counts.changed,
        "null": counts.null,
        "sentinel": counts.sentinel,
        "unhandled": counts.unhandled,
        "leaked": counts.leaked,
    }
