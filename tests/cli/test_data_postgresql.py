"""`mask` on a table of a PostgreSQL server: types as text, a steady order without a key, no secret shown."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import sqlalchemy

from sandbox.cli.main import main
from tests.store.conftest import postgresql as postgresql
from tests.store.test_postgresql import server as server  # the fixture: a server of its own

pytestmark = pytest.mark.long
ROWS = 40_000
KEEP = '{ technique = "keep", reason = "测试" }'
POLICY = f"""
policy = "pg/v1"
[table.visits]
k = 0
[table.visits.column]
id = {{ technique = "token" }}
amount = {KEEP}
at = {KEEP}
day = {KEEP}
paid = {KEEP}
extra = {KEEP}
"""


@pytest.fixture(scope="module")
def table(server: str) -> str:
    url = server.replace("postgresql://", "postgresql+psycopg://")
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA city")
        connection.exec_driver_sql(
            f"""CREATE TABLE city.visits AS
            SELECT (520300000000000000 + n)::numeric AS id, (n * 1.50)::numeric(12, 2) AS amount,
                   timestamp '2024-01-01 08:00' + n * interval '1 minute' AS at,
                   date '2024-01-01' + mod(n, 365) AS day,
                   mod(n, 2) = 0 AS paid, json_build_object('n', mod(n, 3)) AS extra
            FROM generate_series(1, {ROWS}) AS n ORDER BY md5(n::text)"""
        )
    engine.dispose()
    return server


def test_a_table_is_masked_the_same_twice(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy, home = tmp_path / "policy.toml", tmp_path / "home"
    policy.write_text(POLICY, encoding="utf-8")
    found = []
    for name in ("a", "b"):
        given = ["--out", tmp_path / name, "--policy", policy, "--home", home, "--json"]
        assert main(["mask", table, "--table", "city.visits", *map(str, given)]) == 0
        assert json.loads(capsys.readouterr().out)["rows"]["out"] == ROWS
        found.append(tmp_path / name / "visits" / "part-0.parquet")
    assert found[0].read_bytes() == found[1].read_bytes()
    rows = pq.read_table(found[0])
    assert rows.num_rows == ROWS
    first = next(row for row in rows.to_pylist() if row["amount"] == "1.50")
    assert {name: first[name] for name in ("at", "day", "paid", "extra")} == {
        "at": "2024-01-01 08:01:00",
        "day": "2024-01-02",
        "paid": "false",
        "extra": '{"n": 1}',
    }


def test_what_cannot_be_reached_shows_no_password(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = "postgresql://somebody:geheim@127.0.0.1:1/none"
    assert main(["mask", wrong, "--table", "x", "--out", str(tmp_path / "o")]) == 2
    assert main(["mask", table, "--table", "city.none", "--out", str(tmp_path / "o")]) == 2
    shown = capsys.readouterr()
    assert "geheim" not in shown.err + shown.out
    assert len(shown.err.strip().splitlines()) == 2
