"""Small things the masking tests share: a key, a source made of rows, a policy in a few words."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sandbox.files.readers import TableSource, open_table
from sandbox.masking.plan import Plan, make_plan
from sandbox.masking.policy import Policy
from sandbox.masking.policy_file import policy_from
from sandbox.vault.digests import HashName
from sandbox.vault.keys import DataKey

KEY = DataKey(id="agreement-1", hash=HashName.SHA256, secret=b"\x07" * 32)
OTHER_KEY = DataKey(id="agreement-2", hash=HashName.SHA256, secret=b"\x08" * 32)


def strings(*cells: str | None) -> pa.Array:
    return pa.array(cells, pa.string())


def batch(**columns: Sequence[str | None]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({name: strings(*cells) for name, cells in columns.items()})


def policy(columns: Mapping[str, Mapping[str, object]], **table: object) -> Policy:
    top = {key: table.pop(key) for key in ("algorithm", "on_unhandled", "zone") if key in table}
    return policy_from({"policy": "p", **top, "table": {"t": {"column": columns, **table}}})


def plan(given: Policy, names: Sequence[str], key: DataKey = KEY) -> Plan:
    return make_plan(given, given.tables[0], columns=names, key=key)


def source(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Callable[[], TableSource]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    data = text.getvalue().encode()
    return lambda: open_table(io.BytesIO(data), name="t")


def written(directory: Path) -> list[dict[str, str | None]]:
    parts = sorted(directory.glob("part-*.parquet"), key=lambda path: int(path.stem[5:]))
    return [row for path in parts for row in pq.read_table(path).to_pylist()]
