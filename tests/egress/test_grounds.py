"""When canaries stay from version to version, and when a column's tokens stand in another dataset as well."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sandbox.egress import grounds
from sandbox.fingerprint.canary import ground
from sandbox.fingerprint.columns import Columns
from sandbox.pool.snapshot import Pool, Snapshot
from tests.fingerprint.test_canary import snapshot


@pytest.fixture
def pool(tmp_path) -> Pool:
    return Pool(tmp_path / "pool")


def landed(pool: Pool, table: pa.Table, series: str = "env/visits/1") -> Snapshot:
    with pool.stage(series) as stage:
        for n in range(2):
            half = table.slice(n * (table.num_rows // 2), table.num_rows // 2)
            pq.write_table(half, stage.path / f"part-{n}.parquet")
        return stage.commit({})


def test_canaries_stay_while_most_rows_do(pool: Pool) -> None:
    table = snapshot(4_000)
    first = landed(pool, table)
    order = pa.array(range(3_999, -1, -1))
    assert grounds._persists(first, landed(pool, table.take(order)))
    more = pa.concat_tables([snapshot(3_000, seed=8), table])
    assert grounds._persists(first, landed(pool, more))
    assert not grounds._persists(first, landed(pool, snapshot(4_000, seed=8)))
    assert not grounds._persists(first, landed(pool, table.drop("h")))


def test_tokens_that_two_datasets_have_in_common_are_found_by_their_share(pool: Pool) -> None:
    visits = snapshot(6_000)
    people = pa.table({"p": visits["c"].unique()})
    one, other = landed(pool, visits), landed(pool, people, "env/people/1")
    assert min(grounds._shares(one, "c", other, "p")) >= 0.5
    assert grounds._shares(one, "a", other, "p") == (0.0, 0.0)
    assert grounds._shares(one, "g", other, "p") == (0.0, 0.0)  # of so few values none is anybody's token


def _columns(held: Snapshot) -> Columns:
    return Columns.of_parts(held.parquet_files, held.rows)


def test_a_ground_read_from_parts_is_that_of_the_table(pool: Pool) -> None:
    table = snapshot(4_000)
    held = landed(pool, table)
    found = ground(_columns(held), place="p")
    assert found is not None
    assert set(found.marked) == {"a", "b", "c", "d"}
